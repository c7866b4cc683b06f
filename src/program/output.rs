//! What a program writes, as much of it as is kept.

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The last bytes that are kept for people. What comes before them is read and dropped, so that the program never waits for a reader.
const MOST: usize = 64 * 1024;
/// How long the end of the output is waited for: a process that left the group may hold it open for ever.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Which of the bytes are kept.
#[derive(Clone, Copy, Debug)]
enum Keep {
    /// The last ones, for people.
    Last,
    /// The first ones, so many, to be compared.
    First(usize),
}

#[derive(Debug)]
pub(super) struct Captured {
    kept: Arc<Mutex<Kept>>,
    /// Disconnected at the end of the output.
    end: Receiver<()>,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: VecDeque<u8>,
    has_dropped: bool,
}

impl Captured {
    /// One pipe for standard output and error, so that their lines keep their order.
    pub(super) fn open() -> io::Result<(Self, PipeWriter, PipeWriter)> {
        let (captured, writer) = Self::last()?;
        let other = writer.try_clone()?;
        Ok((captured, writer, other))
    }

    /// A pipe of which the last bytes are kept.
    pub(super) fn last() -> io::Result<(Self, PipeWriter)> {
        Self::keep(Keep::Last)
    }

    /// A pipe of which so many of the first bytes are kept.
    pub(super) fn first(most: usize) -> io::Result<(Self, PipeWriter)> {
        Self::keep(Keep::First(most))
    }

    fn keep(keep: Keep) -> io::Result<(Self, PipeWriter)> {
        let (reader, writer) = io::pipe()?;
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let shared = Arc::clone(&kept);
        let (sender, end) = channel();
        std::thread::Builder::new().name("program output".to_owned()).spawn(move || {
            let _sender = sender;
            read_all(reader, keep, &shared);
        })?;
        Ok((Self { kept, end }, writer))
    }

    /// What is kept so far.
    pub(super) fn bytes(&self) -> Vec<u8> {
        lock(&self.kept).bytes.iter().copied().collect()
    }

    /// Whether there was more than is kept.
    pub(super) fn has_dropped(&self) -> bool {
        lock(&self.kept).has_dropped
    }

    /// Waits until all of it was read.
    pub(super) fn finish(&self) {
        let ended: Result<(), RecvTimeoutError> = self.end.recv_timeout(LAST_WORDS);
        // Nothing is ever sent: either way it is over.
        let _ = ended;
    }
}

/// Reads to the end, whatever is kept: a program that nobody listens to would wait, or be ended by SIGPIPE.
fn read_all(mut reader: PipeReader, keep: Keep, shared: &Mutex<Kept>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = reader.read(&mut buffer) {
        let mut kept = lock(shared);
        let room = match keep {
            Keep::Last => count,
            Keep::First(most) => most.saturating_sub(kept.bytes.len()).min(count),
        };
        kept.bytes.extend(&buffer[..room]);
        let surplus = if let Keep::Last = keep { kept.bytes.len().saturating_sub(MOST) } else { 0 };
        kept.bytes.drain(..surplus);
        kept.has_dropped |= surplus > 0 || room < count;
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
