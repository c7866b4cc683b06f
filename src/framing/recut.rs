//! A stream cut anew, in process: to test any reader or writer without a socket.
//!
//! The ends of the pieces lie at offsets of the stream, chosen beforehand or by a seed. So they do not depend on how large a buffer
//! the caller brings, nor on how the stream came.

use std::io::{self, Read, Write};

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// Where the pieces of a stream end.
#[derive(Clone, Debug)]
pub enum Cuts {
    /// At these offsets, in rising order; behind the last the stream is one piece.
    At(Vec<u64>),
    /// After every so many bytes; 1 is byte by byte.
    Every(u64),
    /// After 1 to `largest` bytes, by a seed that gives the same pieces on every machine.
    Random {
        /// The seed.
        seed: u64,
        /// The largest piece in bytes.
        largest: u64,
    },
}

/// The ends of the pieces, one by one.
#[derive(Clone, Debug)]
struct Ends {
    cuts: Cuts,
    random: Xoshiro256PlusPlus,
    /// The next of the cuts, by index.
    next: usize,
    end: Option<u64>,
}

impl Ends {
    fn new(cuts: Cuts) -> Self {
        let seed = if let Cuts::Random { seed, .. } = cuts { seed } else { 0 };
        let mut ends = Self { cuts, random: Xoshiro256PlusPlus::seed_from_u64(seed), next: 0, end: Some(0) };
        ends.behind(0);
        ends
    }

    /// The end of the piece that the byte at an offset belongs to; `None` for a piece without end.
    fn behind(&mut self, offset: u64) -> Option<u64> {
        while let Some(end) = self.end.filter(|&end| end <= offset) {
            self.end = match &self.cuts {
                Cuts::At(cuts) => {
                    let cut = cuts.get(self.next).copied();
                    self.next += 1;
                    cut
                }
                Cuts::Every(size) => Some(end + (*size).max(1)),
                Cuts::Random { largest, .. } => Some(end + self.random.random_range(1..=(*largest).max(1))),
            };
        }
        self.end
    }
}

/// Gives the bytes of a reader in pieces that end where it was told. What comes in smaller pieces is merged, what comes in larger ones is
/// cut. A read never goes across the end of a piece, and never gives 0 bytes before the end of the stream.
///
/// ```
/// use std::io::{BufRead, BufReader, Read};
/// use netlab::framing::{Cuts, RecutReader};
///
/// let mut first = [0; 64];
/// let mut reader = RecutReader::new(&b"hello\nworld\n"[..], Cuts::At(vec![3, 8]));
/// assert_eq!(reader.read(&mut first).unwrap(), 3);
/// assert_eq!(reader.read(&mut first).unwrap(), 5);
///
/// // A reader of lines must not care.
/// for seed in 0..100 {
///     let reader = RecutReader::new(&b"hello\nworld\n"[..], Cuts::Random { seed, largest: 4 });
///     let lines: Vec<String> = BufReader::with_capacity(5, reader).lines().map(Result::unwrap).collect();
///     assert_eq!(lines, ["hello", "world"]);
/// }
/// ```
#[derive(Debug)]
pub struct RecutReader<R> {
    inner: R,
    ends: Ends,
    /// Offset in the stream of the next byte to be given.
    offset: u64,
    /// The piece under way, as far as it has come and was not given.
    piece: Vec<u8>,
    given: usize,
    at_end: bool,
}

/// The most that is gathered of a piece without an end, in bytes.
const GATHERED: usize = 64 * 1024;

impl<R: Read> RecutReader<R> {
    /// Cuts the stream of a reader.
    pub fn new(inner: R, cuts: Cuts) -> Self {
        Self { inner, ends: Ends::new(cuts), offset: 0, piece: Vec::new(), given: 0, at_end: false }
    }

    /// Reads until the piece is whole or the stream ends. Of a piece without end what one read gives is enough.
    fn gather(&mut self) -> io::Result<()> {
        self.piece.clear();
        self.given = 0;
        let end = self.ends.behind(self.offset);
        let wanted = end.map(|end| usize::try_from(end - self.offset).unwrap_or(usize::MAX));
        while !self.at_end && self.piece.len() < wanted.unwrap_or(1) {
            let have = self.piece.len();
            let room = wanted.map_or(GATHERED, |wanted| (wanted - have).min(GATHERED));
            self.piece.resize(have + room, 0);
            match self.inner.read(&mut self.piece[have..]) {
                Ok(count) => {
                    self.piece.truncate(have + count);
                    self.at_end = count == 0;
                }
                Err(error) => {
                    self.piece.truncate(have);
                    if error.kind() == io::ErrorKind::Interrupted {
                        continue;
                    }
                    // What has come is not lost: it is given first, and the error comes with the next read.
                    if have > 0 {
                        return Ok(());
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for RecutReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.given == self.piece.len() {
            self.gather()?;
        }
        let left = &self.piece[self.given..];
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.given += count;
        self.offset += count as u64;
        Ok(count)
    }
}

/// Hands what is written on to a writer in pieces that end where it was told, each followed by `flush`.
/// What does not fill a piece waits for the rest, for [`Write::flush`], for [`RecutWriter::into_inner`], or until it is dropped. An error
/// of the writer loses nothing: what was not written comes with the next call.
///
/// ```
/// use std::io::Write;
/// use netlab::framing::{Cuts, RecutWriter};
///
/// /// Counts what each write brings.
/// struct Sizes(Vec<usize>);
/// impl Write for Sizes {
///     fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
///         self.0.push(bytes.len());
///         Ok(bytes.len())
///     }
///     fn flush(&mut self) -> std::io::Result<()> {
///         Ok(())
///     }
/// }
///
/// let mut writer = RecutWriter::new(Sizes(Vec::new()), Cuts::Every(4));
/// writer.write_all(b"hello ").unwrap();
/// writer.write_all(b"world").unwrap();
/// assert_eq!(writer.into_inner().unwrap().0, [4, 4, 3]);
/// ```
#[derive(Debug)]
pub struct RecutWriter<W: Write> {
    /// There until [`RecutWriter::into_inner`] takes it.
    inner: Option<W>,
    ends: Ends,
    /// Offset in the stream of the first byte that waits.
    offset: u64,
    waiting: Vec<u8>,
    /// Whether a piece was written and the writer not yet flushed behind it.
    unflushed: bool,
}

impl<W: Write> RecutWriter<W> {
    /// Cuts what is written to a writer.
    pub fn new(inner: W, cuts: Cuts) -> Self {
        Self { inner: Some(inner), ends: Ends::new(cuts), offset: 0, waiting: Vec::new(), unflushed: false }
    }

    /// Hands on what waits, and gives the writer back.
    ///
    /// # Errors
    /// What the writer gives.
    pub fn into_inner(mut self) -> io::Result<W> {
        self.flush()?;
        self.inner.take().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Writes what waits, and flushes behind it. After an error what was not written still waits, and comes with the next call.
    fn hand_on(&mut self) -> io::Result<()> {
        let Some(inner) = &mut self.inner else { return Ok(()) };
        while !self.waiting.is_empty() {
            match inner.write(&self.waiting) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    self.waiting.drain(..count);
                    self.offset += count as u64;
                    self.unflushed = true;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if self.unflushed {
            inner.flush()?;
            self.unflushed = false;
        }
        Ok(())
    }

    /// How many bytes the piece under way still lacks.
    fn room(&mut self) -> usize {
        let end = self.ends.behind(self.offset);
        end.map_or(usize::MAX, |end| usize::try_from(end - self.offset).unwrap_or(usize::MAX).saturating_sub(self.waiting.len()))
    }
}

impl<W: Write> Write for RecutWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A piece that could not be handed on before goes first; nothing of these bytes is taken when it still cannot.
        if self.room() == 0 || self.unflushed {
            self.hand_on()?;
        }
        let mut taken = 0;
        while taken < bytes.len() {
            let room = self.room();
            let now = room.min(bytes.len() - taken);
            self.waiting.extend_from_slice(&bytes[taken..taken + now]);
            taken += now;
            // What was taken was taken: the error comes with the next call.
            if now == room && self.hand_on().is_err() {
                return Ok(taken);
            }
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.inner.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl<W: Write> Drop for RecutWriter<W> {
    /// Hands on what waits, as far as that goes; whoever wants to know of errors calls [`Write::flush`] before.
    fn drop(&mut self) {
        let _ = self.hand_on();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Sizes of the reads with a buffer of this size.
    fn sizes(cuts: Cuts, stream: &[u8], buffer: usize) -> Vec<usize> {
        // A source that gives two bytes at a time, so that pieces must be merged.
        struct Two<'b>(&'b [u8]);
        impl Read for Two<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let room = buffer.len().min(2);
                self.0.read(&mut buffer[..room])
            }
        }
        let mut reader = RecutReader::new(Two(stream), cuts);
        let mut sizes = Vec::new();
        let mut buffer = vec![0; buffer];
        loop {
            match reader.read(&mut buffer).unwrap() {
                0 => return sizes,
                count => sizes.push(count),
            }
        }
    }

    #[test]
    fn pieces_are_merged_and_cut() {
        assert_eq!(sizes(Cuts::At(vec![5, 8]), b"hello world", 64), [5, 3, 2, 1]);
        assert_eq!(sizes(Cuts::Every(4), b"hello world", 64), [4, 4, 3]);
        assert_eq!(sizes(Cuts::Every(4), b"hello world", 3), [3, 1, 3, 1, 3]);
        assert_eq!(sizes(Cuts::At(vec![0, 5, 5]), b"hello", 64), [5]);
    }

    #[test]
    fn an_error_of_the_writer_loses_and_doubles_nothing() {
        /// Fails at every second call, in turns with each kind of error.
        #[derive(Default)]
        struct Moody {
            out: Vec<u8>,
            calls: usize,
        }
        impl Moody {
            fn mood(&mut self) -> io::Result<()> {
                self.calls += 1;
                match self.calls % 4 {
                    1 => Err(io::ErrorKind::Interrupted.into()),
                    3 => Err(io::ErrorKind::WouldBlock.into()),
                    _ => Ok(()),
                }
            }
        }
        impl Write for Moody {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.mood()?;
                let count = bytes.len().min(2);
                self.out.extend_from_slice(&bytes[..count]);
                Ok(count)
            }
            fn flush(&mut self) -> io::Result<()> {
                self.mood()
            }
        }
        let mut writer = RecutWriter::new(Moody::default(), Cuts::Every(3));
        let mut rest = &b"hello world"[..];
        while !rest.is_empty() {
            match writer.write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) => assert!(matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)),
            }
        }
        while writer.flush().is_err() {}
        assert_eq!(writer.inner.as_ref().unwrap().out, b"hello world");
    }

    #[test]
    fn what_waits_is_handed_on_when_it_is_dropped() {
        let mut out = Vec::new();
        RecutWriter::new(&mut out, Cuts::Every(8)).write_all(b"hello").unwrap();
        assert_eq!(out, b"hello");
    }

    proptest! {
        #![proptest_config(crate::framing::test::config())]

        #[test]
        fn every_cut_is_the_end_of_a_read_whatever_the_buffer(cuts in proptest::collection::vec(0u64..30, 0..6), buffer in 1usize..20, seed in any::<u64>()) {
            let stream: Vec<u8> = (0..25).collect();
            let mut cuts = cuts;
            cuts.sort_unstable();
            for cuts in [Cuts::At(cuts.clone()), Cuts::Random { seed, largest: 7 }] {
                let ends = |buffer| sizes(cuts.clone(), &stream, buffer).iter().scan(0, |at, size| { *at += size; Some(*at) }).collect::<Vec<usize>>();
                let (with, all) = (ends(buffer), ends(usize::MAX >> 40));
                prop_assert_eq!(with.last(), Some(&25));
                if let Cuts::At(cuts) = &cuts {
                    prop_assert!(cuts.iter().filter(|&&cut| cut > 0 && cut < 25).all(|cut| with.contains(&usize::try_from(*cut).unwrap())));
                } else {
                    prop_assert!(all.iter().all(|end| with.contains(end)));
                }
            }
        }

        #[test]
        fn a_writer_hands_on_everything_in_its_pieces(writes in proptest::collection::vec(0usize..9, 0..8), seed in any::<u64>()) {
            let mut writer = RecutWriter::new(Vec::new(), Cuts::Random { seed, largest: 5 });
            let mut all = Vec::new();
            for (index, size) in writes.into_iter().enumerate() {
                let bytes = vec![u8::try_from(index).unwrap(); size];
                writer.write_all(&bytes).unwrap();
                all.extend(bytes);
            }
            prop_assert_eq!(writer.into_inner().unwrap(), all);
        }
    }
}
