//! What a program writes, as much of it as is kept.

use std::collections::VecDeque;
use std::io::{self, PipeWriter, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The last bytes that are kept. What comes before them is read and dropped, so that the program never waits for a reader.
const MOST: usize = 64 * 1024;
/// How long the end of the output is waited for: a process that left the group may hold it open for ever.
const LAST_WORDS: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(super) struct Captured {
    tail: Arc<Mutex<VecDeque<u8>>>,
    /// Disconnected at the end of the output.
    end: Receiver<()>,
}

impl Captured {
    /// One pipe for standard output and error, so that their lines keep their order.
    pub(super) fn open() -> io::Result<(Self, PipeWriter, PipeWriter)> {
        let (mut reader, writer) = io::pipe()?;
        let other = writer.try_clone()?;
        let tail: Arc<Mutex<VecDeque<u8>>> = Arc::default();
        let kept = Arc::clone(&tail);
        let (sender, end) = channel();
        std::thread::Builder::new().name("program output".to_owned()).spawn(move || {
            let _sender = sender;
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend(&buffer[..count]);
                let surplus = kept.len().saturating_sub(MOST);
                kept.drain(..surplus);
            }
        })?;
        Ok((Self { tail, end }, writer, other))
    }

    pub(super) fn tail(&self) -> Vec<u8> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Waits until all of it was read.
    pub(super) fn finish(&self) {
        let ended: Result<(), RecvTimeoutError> = self.end.recv_timeout(LAST_WORDS);
        // Nothing is ever sent: either way it is over.
        let _ = ended;
    }
}
