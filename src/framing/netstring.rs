//! Netstrings: `5:hello,`.
//!
//! ```text
//! 12:hello world!,0:,        a decimal length, a colon, that many bytes of any value, a comma
//! ```
//!
//! D. J. Bernstein's answer to protocols that look for the ends of their strings: the length comes first, so nothing is forbidden inside,
//! nothing is searched, and a reader knows how much memory it needs. The comma says nothing that the length has not said. It is
//! there to be checked: two programs that count differently are found out at the first message, not at the first strange one.
//! QMTP, QMQP and SCGI are made of netstrings. The definition is <https://cr.yp.to/proto/netstrings.txt>.

use super::decimal_prefix::DecimalPrefix;
use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};

/// Netstrings. The frame is the string, without length, colon and comma; `0:,` is an empty one.
///
/// Errors: `malformed` for a byte that is no digit, colon or comma where one must stand, `bad_length` for a zero before other digits
/// (section 2) and for more than 20 digits, `too_long`, `truncated`. It cannot go on behind a bad frame: a comma may be part of any string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Netstring {
    /// The longest string, in bytes.
    pub max_frame: usize,
}

impl Default for Netstring {
    fn default() -> Self {
        Self { max_frame: DEFAULT_MAX_FRAME }
    }
}

impl Netstring {
    /// What stands before the string. More digits than 20 are of no number that a length could be.
    #[inline]
    fn prefix(&self) -> DecimalPrefix {
        DecimalPrefix { separator: b':', max_digits: 20, leading_zeros: false, max_frame: self.max_frame }
    }
}

impl Codec for Netstring {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        *self
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.prefix().put_header(frame, out)?;
        out.extend_from_slice(frame);
        out.push(b',');
        Ok(())
    }
}

impl Decoder for Netstring {
    #[inline]
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        let prefix = self.prefix();
        let Some((header, length)) = prefix.header(input)? else {
            return if ended && !input.is_empty() { Err(prefix.header_cut(input)) } else { Ok(Decoded::More { need: 1 }) };
        };
        let come = &input[header..];
        // The comma cannot be looked at before the string has come, however soon the rest of the error would be known.
        match come.get(length) {
            Some(b',') => Ok(Decoded::Frame { frame: &come[..length], used: header + length + 1 }),
            Some(&byte) => Err(no_comma(header + length, length, byte)),
            None if !ended => Ok(Decoded::More { need: (length - come.len()).saturating_add(1) }),
            None => Err(Fault::truncated(input, format!("a string of {length} bytes and a comma, {} have come", come.len()))),
        }
    }
}

#[cold]
fn no_comma(at: usize, length: usize, byte: u8) -> Fault {
    Fault::new(FrameErrorKind::Malformed, format!("a comma behind the {length} bytes of the string"), Seen::first(&[byte])).at(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of};

    #[test]
    fn the_examples_of_the_definition() {
        // netstrings.txt, section 2.
        let stream = b"\x31\x32\x3a\x68\x65\x6c\x6c\x6f\x20\x77\x6f\x72\x6c\x64\x21\x2c";
        assert_eq!(decode_whole(&Netstring::default(), stream), [b"hello world!"]);
        assert_eq!(decode_whole(&Netstring::default(), b"0:,"), [b""]);
        // Section 1: "netstrings can be used recursively".
        assert_eq!(decode_whole(&Netstring::default(), b"8:5:hello,,3:,:,,"), [&b"5:hello,"[..], b",:,"]);
    }

    #[test]
    fn a_wrong_length_is_found_at_the_comma() {
        // The length counts characters of UTF-8, not bytes.
        assert_eq!(
            error_of(&Netstring::default(), "2:粘包,".as_bytes()).to_string(),
            "malformed at offset 4: expected a comma behind the 2 bytes of the string; found \"\\x98\" (98)"
        );
        assert_eq!(error_of(&Netstring::default(), b"5:hello\n").offset, 7);
    }

    #[test]
    fn errors() {
        use FrameErrorKind::{BadLength, Malformed, TooLong, Truncated};
        let codec = Netstring { max_frame: 5 };
        for (stream, kind, offset) in [
            (&b"3:abc,:,"[..], Malformed, 6),
            (b"3:abc,,", Malformed, 6),
            (b"3;abc,", Malformed, 1),
            (b" 3:abc,", Malformed, 0),
            (b"-0:,", Malformed, 0),
            (b"03:abc,", BadLength, 0),
            (b"00:,", BadLength, 0),
            (b"999999999999999999999:", BadLength, 0),
            (b"99999999999999999999:a", TooLong, 0),
            (b"6:abcdef,", TooLong, 0),
            (b"0:,3", Truncated, 3),
            (b"3:", Truncated, 0),
            (b"3:abc", Truncated, 0),
            (b"0:", Truncated, 0),
        ] {
            let error = error_of(&codec, stream);
            assert_eq!((error.kind, error.offset), (kind, offset), "{}", stream.escape_ascii());
        }
        assert_eq!(error_of(&codec, b"3:abc").expected, "a string of 3 bytes and a comma, 3 have come");
        assert_eq!(decode_whole(&codec, b"5:hello,"), [b"hello"]);
        assert!(codec.encode(b"hello!", &mut Vec::new()).is_err());
    }

    #[test]
    fn no_limit_at_all() {
        let codec = Netstring { max_frame: usize::MAX };
        assert_eq!(error_of(&codec, b"99999999999999999999:a").kind, FrameErrorKind::Truncated);
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
        fn frames(frames in any_frames()) {
            assert_codec(&Netstring::default(), &frames);
        }

        #[test]
        fn anything(stream in any_stream(b"0123::,,a"), max_frame in prop_oneof![0usize..4, Just(usize::MAX)]) {
            assert_same_under_every_split(&Netstring { max_frame }, &stream);
        }

        #[test]
        fn nearly_right(frames in any_frames(), at in any::<proptest::sample::Index>(), byte in any::<u8>(), max_frame in 0usize..24) {
            let mut stream = b"0:,".to_vec();
            for frame in &frames {
                Netstring::default().encode(frame, &mut stream).unwrap();
            }
            let at = at.index(stream.len());
            stream[at] = byte;
            assert_same_under_every_split(&Netstring { max_frame }, &stream);
        }
    }

    #[test]
    fn long_frames_in_small_pieces_are_linear() {
        assert_linear(&Netstring::default());
    }
}
