//! What a program writes, as much of it as is kept.

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use xxhash_rust::xxh3::Xxh3Default;

/// The last bytes that are kept for people. What comes before them is read and dropped, so that the program never waits for a reader.
const MOST: usize = 64 * 1024;

/// What a program wrote on its standard output, to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stdout {
    /// All of it.
    Whole(Vec<u8>),
    /// More than was to be kept.
    Cut {
        /// The first bytes.
        first: Vec<u8>,
        /// How many bytes it wrote in all.
        count: u64,
        /// XXH3 of all of them.
        digest: u64,
    },
}

impl Stdout {
    /// The first bytes: all of them where it is whole.
    pub fn into_first(self) -> Vec<u8> {
        match self {
            Self::Whole(bytes) | Self::Cut { first: bytes, .. } => bytes,
        }
    }
}

#[derive(Debug)]
pub(super) struct Captured {
    kept: Arc<Mutex<Kept>>,
    /// Disconnected at the end of the output.
    end: Receiver<()>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The first bytes, to be compared.
    first: Vec<u8>,
    /// The last of what came behind them, for people.
    last: VecDeque<u8>,
    /// Of all that was read.
    count: u64,
    digest: u64,
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
        Self::keep(0)
    }

    /// A pipe of which so many of the first bytes are kept too.
    pub(super) fn first(most: usize) -> io::Result<(Self, PipeWriter)> {
        Self::keep(most)
    }

    fn keep(first: usize) -> io::Result<(Self, PipeWriter)> {
        let (reader, writer) = io::pipe()?;
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let shared = Arc::clone(&kept);
        let (sender, end) = channel();
        std::thread::Builder::new().name("program output".to_owned()).spawn(move || {
            let _sender = sender;
            read_all(reader, first, &shared);
        })?;
        Ok((Self { kept, end }, writer))
    }

    /// The last of what came so far.
    pub(super) fn last_bytes(&self) -> Vec<u8> {
        let kept = lock(&self.kept);
        let room = MOST - kept.last.len();
        kept.first[kept.first.len().saturating_sub(room)..].iter().chain(&kept.last).copied().collect()
    }

    /// The first of what came so far, and what is known of the rest.
    pub(super) fn stdout(&self) -> Stdout {
        let kept = lock(&self.kept);
        let first = kept.first.clone();
        if first.len() as u64 == kept.count { Stdout::Whole(first) } else { Stdout::Cut { first, count: kept.count, digest: kept.digest } }
    }

    /// Waits until all of it was read, but not for ever: somebody may hold it open.
    pub(super) fn finish(&self, deadline: Instant) {
        let ended: Result<(), RecvTimeoutError> = self.end.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        // Nothing is ever sent: either way it is over.
        let _ = ended;
    }
}

/// Reads to the end, whatever is kept: a program that nobody listens to would wait, or be ended by SIGPIPE.
fn read_all(mut reader: PipeReader, most_first: usize, shared: &Mutex<Kept>) {
    let mut hasher = (most_first > 0).then(Xxh3Default::new);
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = reader.read(&mut buffer) {
        let bytes = &buffer[..count];
        let mut kept = lock(shared);
        let (first, rest) = bytes.split_at(most_first.saturating_sub(kept.first.len()).min(count));
        kept.first.extend_from_slice(first);
        kept.last.extend(rest);
        let surplus = kept.last.len().saturating_sub(MOST);
        kept.last.drain(..surplus);
        kept.count += count as u64;
        if let Some(hasher) = &mut hasher {
            hasher.update(bytes);
            kept.digest = hasher.digest();
        }
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::time::Duration;

    fn captured(most_first: usize, written: &[u8]) -> Captured {
        let (captured, mut writer) = Captured::first(most_first).unwrap();
        writer.write_all(written).unwrap();
        drop(writer);
        captured.finish(Instant::now() + Duration::from_secs(60));
        captured
    }

    #[test]
    fn of_more_than_is_kept_the_length_and_the_digest_are_known() {
        let written: Vec<u8> = (0..200_000u32).map(|number| (number % 251) as u8).collect();
        let digest = xxhash_rust::xxh3::xxh3_64(&written);
        assert_eq!(captured(5000, &written).stdout(), Stdout::Cut { first: written[..5000].to_vec(), count: 200_000, digest });
        assert_eq!(captured(200_000, &written).stdout(), Stdout::Whole(written));
    }

    #[test]
    fn the_last_bytes_are_the_last_ones() {
        let written: Vec<u8> = (0..200_000u32).map(|number| (number % 251) as u8).collect();
        // Of the rest alone; of the first ones and the rest; of the first ones alone.
        for most_first in [0, 5000, 180_000, 200_000] {
            assert_eq!(captured(most_first, &written).last_bytes(), written[200_000 - MOST..], "{most_first}");
        }
        assert_eq!(captured(3, b"hello").last_bytes(), b"hello");
    }
}
