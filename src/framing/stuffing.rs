//! What the codecs share that replace bytes inside a frame, so that its delimiter cannot stand there.

use super::decoder::Decoded;
use super::error::{Fault, FrameErrorKind, Seen};

/// A stuffed frame as far as it has come. As long as nothing in it was replaced it is a slice of the input; from the first replaced byte
/// on it is built in a buffer, which is used again for the next frame.
#[derive(Default)]
pub(super) struct Stuffed {
    /// The frame up to the last byte that was replaced.
    buffer: Vec<u8>,
    /// Where the frame begins in the input.
    start: usize,
    /// How much of the input is in the buffer.
    copied: usize,
    /// How far the input has been searched; 0 says that no frame has begun.
    pub(super) searched: usize,
    /// Whether the rest of a bad frame is being thrown away.
    pub(super) discarding: bool,
}

impl Stuffed {
    /// A frame begins at this place of the input.
    pub(super) fn begin(&mut self, start: usize) {
        self.buffer.clear();
        (self.start, self.copied, self.searched) = (start, start, start);
    }

    /// Takes what lies before `at` as it is, and `byte`, or nothing, instead of the `width` bytes there.
    pub(super) fn replace(&mut self, input: &[u8], at: usize, width: usize, byte: Option<u8>) {
        self.buffer.extend_from_slice(&input[self.copied..at]);
        self.buffer.extend(byte);
        self.copied = at + width;
        self.searched = self.copied;
    }

    /// The frame that ends before this place. `searched` is back at 0.
    pub(super) fn finish<'b>(&'b mut self, input: &'b [u8], end: usize) -> &'b [u8] {
        self.searched = 0;
        if self.copied == self.start {
            return &input[self.start..end];
        }
        self.buffer.extend_from_slice(&input[self.copied..end]);
        &self.buffer
    }

    /// Whether the frame is short enough, now that it has come as far as `to` with nothing to replace behind the last replaced byte.
    /// `trailer` bytes at its end do not count. Asked before each byte that is replaced and behind it, this finds the same byte to be the
    /// one too many wherever the input was cut.
    #[inline]
    pub(super) fn check(&mut self, input: &[u8], to: usize, max_frame: usize, trailer: usize) -> Result<(), Fault> {
        let length = self.buffer.len() + to - self.copied;
        let limit = max_frame.saturating_add(trailer);
        if length <= limit { Ok(()) } else { Err(self.too_long(&input[..to - (length - limit) + 1], max_frame)) }
    }

    #[cold]
    fn too_long(&mut self, known: &[u8], max_frame: usize) -> Fault {
        let expected = format!("a frame of at most {max_frame} bytes");
        self.discard(Fault::new(FrameErrorKind::TooLong, expected, Seen::first(known)).using(known.len()))
    }

    /// The frame is bad: what follows is thrown away up to where the next one begins.
    #[cold]
    pub(super) fn discard(&mut self, fault: Fault) -> Fault {
        self.discarding = true;
        self.forget(fault)
    }

    /// The frame is bad, and the bytes used go as far as its end.
    #[cold]
    pub(super) fn forget(&mut self, fault: Fault) -> Fault {
        self.searched = 0;
        fault
    }

    /// Throws away the rest of a bad frame, delimiter and all.
    pub(super) fn discard_to(&mut self, delimiter: u8, input: &[u8]) -> Decoded<'static> {
        match memchr::memchr(delimiter, input) {
            Some(at) => {
                self.discarding = false;
                Decoded::Skip { used: at + 1 }
            }
            None if input.is_empty() => Decoded::More { need: 1 },
            None => Decoded::Skip { used: input.len() },
        }
    }

    /// All of the input has been looked at, or all but the first byte of a pair.
    pub(super) fn more(&mut self, input: &[u8], ended: bool, expected: &'static str) -> Result<Decoded<'static>, Fault> {
        if !ended || input.is_empty() {
            return Ok(Decoded::More { need: 1 });
        }
        Err(self.forget(Fault::truncated(input, expected)))
    }
}
