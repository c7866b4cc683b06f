//! Frames that all have the same length: records, C structures, `char name[32]`.
//!
//! The simplest framing there is, and for data of one size the best: nothing has to be looked for, nothing in the data can be taken for
//! an end. What is shorter must be padded, and the padding must then be told from the data.
//!
//! ```text
//! length 4, padded with NUL:   | a b c d | e f 0 0 | g 0 0 0 |
//! ```
//!
//! `recv(length)` is no decoder of it: it returns *at most* that many bytes.

use std::num::NonZeroUsize;

use super::decoder::{Codec, Decoded, Decoder};
use super::error::{EncodeError, Fault};

/// Frames of a fixed number of bytes.
///
/// The only error is `truncated`. There is no `max_frame`: the length is the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedLength {
    /// Bytes of every frame in the stream.
    pub length: NonZeroUsize,
    /// The byte that fills up shorter frames; read, every such byte at a frame's end is taken off again. A frame that itself ends with it
    /// therefore cannot be written. Without one, frames of any other length cannot be written.
    pub pad: Option<u8>,
}

impl Default for FixedLength {
    /// Each byte is a frame; no padding.
    fn default() -> Self {
        Self { length: NonZeroUsize::MIN, pad: None }
    }
}

impl FixedLength {
    /// The frame without its padding.
    #[inline]
    fn unpadded<'b>(&self, frame: &'b [u8]) -> &'b [u8] {
        let Some(pad) = self.pad else { return frame };
        let end = frame.iter().rposition(|&byte| byte != pad).map_or(0, |last| last + 1);
        &frame[..end]
    }
}

impl Codec for FixedLength {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        *self
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let length = self.length.get();
        let fits = if self.pad.is_some() { frame.len() <= length } else { frame.len() == length };
        if !fits {
            let at_most = if self.pad.is_some() { "at most" } else { "exactly" };
            return Err(EncodeError(format!("the frame has {} bytes; {at_most} {length}", frame.len()).into()));
        }
        if self.unpadded(frame).len() < frame.len() {
            return Err(EncodeError("a frame that ends with the padding byte would come without it".into()));
        }
        let end = out.len() + length;
        out.extend_from_slice(frame);
        out.resize(end, self.pad.unwrap_or(0));
        Ok(())
    }
}

impl Decoder for FixedLength {
    #[inline]
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        let length = self.length.get();
        match input.get(..length) {
            Some(frame) => Ok(Decoded::Frame { frame: self.unpadded(frame), used: length }),
            None if !ended || input.is_empty() => Ok(Decoded::More { need: length - input.len() }),
            None => Err(Fault::truncated(input, format!("a frame of {length} bytes, {} have come", input.len()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of};

    fn of(length: usize, pad: Option<u8>) -> FixedLength {
        FixedLength { length: NonZeroUsize::new(length).unwrap(), pad }
    }

    #[test]
    fn records() {
        assert_eq!(decode_whole(&of(3, None), b"abcdef"), [b"abc", b"def"]);
        assert_eq!(decode_whole(&FixedLength::default(), b"ab"), [b"a", b"b"]);
        assert!(decode_whole(&of(3, None), b"").is_empty());
    }

    #[test]
    fn padding_is_taken_off_at_the_end_only() {
        assert_eq!(decode_whole(&of(4, Some(0)), b"a\0b\0\0\0\0\0abcd"), [&b"a\0b"[..], b"", b"abcd"]);
        assert_eq!(decode_whole(&of(4, None), b"a\0b\0"), [b"a\0b\0"]);
    }

    #[test]
    fn what_cannot_be_written() {
        let mut out = b"before".to_vec();
        let mut refused = |codec: FixedLength, frame: &[u8]| codec.encode(frame, &mut out).unwrap_err().to_string();
        assert_eq!(refused(of(3, None), b"ab"), "the frame has 2 bytes; exactly 3");
        assert_eq!(refused(of(3, Some(b' ')), b"abcd"), "the frame has 4 bytes; at most 3");
        // Of full length or not: decoded, the byte would be gone.
        assert_eq!(refused(of(3, Some(b' ')), b"ab "), "a frame that ends with the padding byte would come without it");
        assert_eq!(refused(of(3, Some(b' ')), b" "), "a frame that ends with the padding byte would come without it");
        assert_eq!(out, b"before");
    }

    #[test]
    fn a_rest_that_is_no_frame() {
        assert_eq!(
            error_of(&of(4, Some(b' ')), b"abcde ").to_string(),
            "truncated at offset 4: expected a frame of 4 bytes, 2 have come; found \"e \" (65 20)"
        );
    }

    #[test]
    fn a_length_takes_no_memory() {
        assert_eq!(error_of(&of(usize::MAX, None), b"a").kind.name(), "truncated");
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;

    use super::*;
    use crate::framing::test::{any_frames, any_stream, assert_codec, assert_linear, assert_same_under_every_split, config};

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn padded(frames in any_frames(), length in 20usize..30, pad in any::<u8>()) {
            let codec = FixedLength { length: NonZeroUsize::new(length).unwrap(), pad: Some(pad) };
            let frames: Vec<Vec<u8>> = frames.iter().map(|frame| codec.unpadded(frame).to_vec()).collect();
            assert_codec(&codec, &frames);
        }

        #[test]
        fn exact(bytes in proptest::collection::vec(any::<u8>(), 0..60), length in 1usize..12) {
            let codec = FixedLength { length: NonZeroUsize::new(length).unwrap(), pad: None };
            let frames: Vec<Vec<u8>> = bytes.chunks_exact(length).map(<[u8]>::to_vec).collect();
            assert_codec(&codec, &frames);
        }

        #[test]
        fn anything(stream in any_stream(b"\0a"), length in 1usize..9, pad in proptest::option::of(Just(0))) {
            assert_same_under_every_split(&FixedLength { length: NonZeroUsize::new(length).unwrap(), pad }, &stream);
        }
    }

    #[test]
    fn long_frames_in_small_pieces_are_linear() {
        let length = NonZeroUsize::new(8 * 1024 * 1024).unwrap();
        assert_linear(&FixedLength { length, pad: Some(0) });
    }
}
