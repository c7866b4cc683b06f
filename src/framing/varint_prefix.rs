//! A length of variable size before each frame: seven bits of it in each byte, the lowest first, and the top bit set where another byte
//! follows (LEB128). Short frames then cost one byte, long ones no more than they need.
//!
//! ```text
//! 300 = 0b10_0101100     ac        02
//!                      1 0101100 0 0000010
//!                      ^ more    ^ last
//! ```
//!
//! Protocol Buffers says nothing of where a message ends, so a stream of messages needs this: `writeDelimitedTo` and `parseDelimitedFrom`
//! in Java, `protodelim` in Go. The header itself can be cut, since only its last byte says how long it is.
//! The encoding is <https://protobuf.dev/programming-guides/encoding/#varints>; WebAssembly and DWARF use it too.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};

/// The most bytes of a number of 64 bits, 7 in each.
const MAX_BYTES: usize = 10;

/// A varint before each frame, which is no part of it: the delimited messages of Protocol Buffers.
///
/// Errors: `bad_length` for a length that does not fit into 64 bits and, with `canonical`, for one not in its shortest form; `too_long`;
/// `truncated`. It cannot go on behind a bad frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VarintPrefix {
    /// Whether a length must be in its shortest form. Decoders of Protocol Buffers take any form of at most 10 bytes, such as `81 00` for
    /// 1, and some encoders use that to leave room for a length that they do not know yet.
    pub canonical: bool,
    /// The longest frame, in bytes.
    pub max_frame: usize,
}

impl Default for VarintPrefix {
    /// Any form, as Protocol Buffers has it.
    fn default() -> Self {
        Self { canonical: false, max_frame: DEFAULT_MAX_FRAME }
    }
}

impl VarintPrefix {
    /// The length, and how many bytes say it; nothing while its last byte has not come.
    #[inline]
    fn length(&self, input: &[u8]) -> Result<Option<(u64, usize)>, Fault> {
        let mut length = 0;
        for (at, &byte) in input.iter().take(MAX_BYTES).enumerate() {
            // Of the tenth byte one bit is left: 9 * 7 + 1 = 64. It can have no successor either.
            if at + 1 == MAX_BYTES && byte > 1 {
                return Err(bad_length("a length of at most 64 bits", &input[..=at]));
            }
            length |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                if self.canonical && byte == 0 && at > 0 {
                    return Err(bad_length("a length in its shortest form", &input[..=at]));
                }
                return Ok(Some((length, at + 1)));
            }
        }
        Ok(None)
    }
}

#[cold]
fn bad_length(expected: &'static str, header: &[u8]) -> Fault {
    Fault::new(FrameErrorKind::BadLength, expected, Seen::first(header))
}

impl Codec for VarintPrefix {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        *self
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if frame.len() > self.max_frame {
            return Err(EncodeError(format!("the frame has {} bytes; at most {}", frame.len(), self.max_frame).into()));
        }
        let mut length = frame.len();
        while length >= 0x80 {
            out.push(length as u8 | 0x80);
            length >>= 7;
        }
        out.push(length as u8);
        out.extend_from_slice(frame);
        Ok(())
    }
}

impl Decoder for VarintPrefix {
    #[inline]
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        let Some((length, header)) = self.length(input)? else {
            if ended && !input.is_empty() {
                return Err(Fault::truncated(input, "the rest of a varint length, whose last byte is below 80 hex"));
            }
            return Ok(Decoded::More { need: 1 });
        };
        let frame = usize::try_from(length).ok().filter(|&frame| frame <= self.max_frame);
        let Some(total) = frame.and_then(|frame| frame.checked_add(header)) else {
            let expected = format!("a frame of at most {} bytes, not {length}", self.max_frame);
            return Err(Fault::new(FrameErrorKind::TooLong, expected, Seen::first(&input[..header])));
        };
        match input.get(header..total) {
            Some(frame) => Ok(Decoded::Frame { frame, used: total }),
            None if !ended => Ok(Decoded::More { need: total - input.len() }),
            None => Err(Fault::truncated(input, format!("a frame of {length} bytes, {} have come", input.len() - header))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of, results};
    use crate::framing::{OnError, every_split};

    /// A length without its frame says itself in the error at the end of input.
    fn length_of(header: &[u8]) -> u64 {
        VarintPrefix::default().length(header).unwrap().unwrap().0
    }

    #[test]
    fn numbers_of_the_specifications() {
        // Protocol Buffers, Encoding: "150 is encoded as `9601`"; 1 is `01`.
        assert_eq!(length_of(b"\x96\x01"), 150);
        assert_eq!(length_of(b"\x01"), 1);
        // DWARF 5, appendix C, figure C.1: unsigned LEB128.
        for (number, bytes) in [(2, &b"\x02"[..]), (127, b"\x7f"), (128, b"\x80\x01"), (129, b"\x81\x01"), (12857, b"\xb9\x64")] {
            assert_eq!(length_of(bytes), number);
        }
        assert_eq!(length_of(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), u64::MAX);
    }

    #[test]
    fn messages() {
        // Protocol Buffers, Encoding: the message `08 96 01` is field 1 with 150. An empty message is one too.
        assert_eq!(decode_whole(&VarintPrefix::default(), b"\x03\x08\x96\x01\x00\x03\x08\x96\x01").concat(), b"\x08\x96\x01\x08\x96\x01");
        let mut out = Vec::new();
        VarintPrefix::default().encode(&[7; 300], &mut out).unwrap();
        assert_eq!(&out[..3], b"\xac\x02\x07");
    }

    #[test]
    fn a_longer_form_is_a_matter_of_strictness() {
        let canonical = VarintPrefix { canonical: true, ..VarintPrefix::default() };
        for stream in [&b"\x81\x00a"[..], b"\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00a"] {
            assert_eq!(decode_whole(&VarintPrefix::default(), stream), [b"a"]);
            assert_eq!(error_of(&canonical, stream).kind, FrameErrorKind::BadLength);
        }
        assert_eq!(decode_whole(&canonical, b"\x00\x01a"), [&b""[..], b"a"]);
        assert_eq!(
            error_of(&canonical, b"\x01a\x80\x00").to_string(),
            "bad_length at offset 2: expected a length in its shortest form; found \"\\x80\\x00\" (80 00)"
        );
    }

    #[test]
    fn a_length_beyond_64_bits_is_none() {
        // The tenth byte with a second bit, and one that says that an eleventh follows.
        for last in [0x02, 0x7f, 0x80, 0x81, 0xff] {
            let stream = [&[0x80; 9][..], &[last], b"ab"].concat();
            let error = error_of(&VarintPrefix::default(), &stream);
            assert_eq!((error.kind, error.offset, error.seen.as_bytes()), (FrameErrorKind::BadLength, 0, &stream[..10]));
        }
        // 2^64 - 1 is a length, and too long; also where no limit is set, since header and frame cannot be counted then.
        for max_frame in [DEFAULT_MAX_FRAME, usize::MAX] {
            let error = error_of(&VarintPrefix { max_frame, ..VarintPrefix::default() }, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01a");
            assert_eq!(error.kind, FrameErrorKind::TooLong);
        }
    }

    #[test]
    fn the_limit() {
        let codec = VarintPrefix { max_frame: 2, ..VarintPrefix::default() };
        let stream = b"\x02ab\x03abc";
        assert_eq!(
            error_of(&codec, stream).to_string(),
            "too_long at offset 3: expected a frame of at most 2 bytes, not 3; found \"\\x03\" (03)"
        );
        assert!(codec.encode(b"abc", &mut Vec::new()).is_err());
        for pieces in every_split(stream) {
            assert_eq!(results(&codec, OnError::Resync, &pieces).len(), 2);
        }
    }

    #[test]
    fn an_end_inside_header_or_frame() {
        assert_eq!(error_of(&VarintPrefix::default(), b"\x80").kind, FrameErrorKind::Truncated);
        assert_eq!(
            error_of(&VarintPrefix::default(), b"\x01").to_string(),
            "truncated at offset 0: expected a frame of 1 bytes, 0 have come; found \"\\x01\" (01)"
        );
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;

    use super::*;
    use crate::framing::test::{any_frames, any_stream, assert_codec, assert_linear, assert_same_under_every_split, config, decode_whole};

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn frames(frames in any_frames(), canonical in any::<bool>(), long in 120usize..140) {
            let codec = VarintPrefix { canonical, ..VarintPrefix::default() };
            assert_codec(&codec, &frames);
            // Around the place where a second byte begins.
            assert_codec(&codec, &[vec![0x80; long], vec![]]);
        }

        #[test]
        fn anything(
            stream in any_stream(&[0, 1, 2, 0x80, 0x81, 0xff]),
            canonical in any::<bool>(),
            max_frame in prop_oneof![0usize..4, Just(usize::MAX)],
        ) {
            assert_same_under_every_split(&VarintPrefix { canonical, max_frame }, &stream);
        }

        #[test]
        fn every_longer_form(frame in proptest::collection::vec(any::<u8>(), 0..128), zeros in 0usize..9) {
            let mut stream = vec![frame.len() as u8 | 0x80];
            stream.resize(1 + zeros, 0x80);
            stream.push(0);
            stream.extend_from_slice(&frame);
            prop_assert_eq!(decode_whole(&VarintPrefix::default(), &stream), [frame]);
        }
    }

    #[test]
    fn long_frames_in_small_pieces_are_linear() {
        assert_linear(&VarintPrefix::default());
    }
}
