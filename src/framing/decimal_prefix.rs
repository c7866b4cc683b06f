//! A length in decimal digits before each frame, and a separator behind it.
//!
//! ```text
//! 5 hello12 hello again!        RFC 6587, octet counting: MSG-LEN SP SYSLOG-MSG
//! ```
//!
//! A length that a person can read, in a protocol of text. Its size varies, so the header has an end of its own, and it can be cut: `1`
//! may be the length 1 or the beginning of 12, and only the separator tells. Many tutorials send `str(len(data))` and then the data with
//! nothing between them, and wait for a reply in the middle; a separator does the same without the wait.
//!
//! Syslog over TCP (RFC 6587, section 3.4.1) counts so. Its older framing ends each message with a newline instead (section 3.4.2), in
//! which case the first byte is the `<` of a priority: that is `malformed` at offset 0 here.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};

/// A decimal length and a separator before each frame, which are no part of it.
///
/// The digits are ASCII, without sign, spaces or underscores. A length of `0` is an empty frame; RFC 6587 has none, but its text can
/// mean nothing else.
///
/// Errors: `malformed` for a byte that is neither digit nor separator, `bad_length` for a zero before other digits and for too many
/// digits, `too_long`, `truncated`. It cannot go on behind a bad frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecimalPrefix {
    /// The byte behind the length; not a digit.
    pub separator: u8,
    /// The most digits of a length, leading zeros among them.
    pub max_digits: u8,
    /// Whether zeros may stand before other digits. Written, there are none.
    pub leading_zeros: bool,
    /// The longest frame, in bytes.
    pub max_frame: usize,
}

impl Default for DecimalPrefix {
    /// RFC 6587: a space, no leading zeros. 20 digits are enough for every number of 64 bits.
    fn default() -> Self {
        Self { separator: b' ', max_digits: 20, leading_zeros: false, max_frame: DEFAULT_MAX_FRAME }
    }
}

impl DecimalPrefix {
    /// Bytes of the header, and of the frame that it announces; nothing while the separator has not come.
    #[inline]
    pub(super) fn header(&self, input: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
        let mut length = 0_usize;
        for (at, &byte) in input.iter().enumerate() {
            if !byte.is_ascii_digit() {
                if at == 0 || byte != self.separator {
                    return Err(self.no_digit(at, byte));
                }
                if length > self.max_frame {
                    return Err(self.too_long(&input[..at]));
                }
                return Ok(Some((at + 1, length)));
            }
            if at >= usize::from(self.max_digits) || (at == 1 && input[0] == b'0' && !self.leading_zeros) {
                return Err(self.bad_length(&input[..=at]));
            }
            // What does not fit stays the largest number of all, which no frame that has come can reach.
            length = length.saturating_mul(10).saturating_add(usize::from(byte - b'0'));
        }
        Ok(None)
    }

    #[cold]
    fn no_digit(&self, at: usize, byte: u8) -> Fault {
        let expected = if at == 0 {
            "a decimal length, which begins with a digit".into()
        } else {
            format!("another digit of the length, or {}", self.separator())
        };
        Fault::new(FrameErrorKind::Malformed, expected, Seen::first(&[byte])).at(at)
    }

    #[cold]
    fn bad_length(&self, digits: &[u8]) -> Fault {
        let expected = if digits.len() > usize::from(self.max_digits) {
            format!("a length of at most {} digits", self.max_digits)
        } else {
            "a length without leading zeros".into()
        };
        Fault::new(FrameErrorKind::BadLength, expected, Seen::first(digits))
    }

    #[cold]
    fn too_long(&self, digits: &[u8]) -> Fault {
        let expected = format!("a frame of at most {} bytes, not {}", self.max_frame, digits.escape_ascii());
        Fault::new(FrameErrorKind::TooLong, expected, Seen::first(digits))
    }

    /// The end of input before the separator.
    #[cold]
    pub(super) fn header_cut(&self, input: &[u8]) -> Fault {
        Fault::truncated(input, format!("a decimal length and {}", self.separator()))
    }

    fn separator(&self) -> String {
        format!("\"{}\"", self.separator.escape_ascii())
    }

    /// Writes the header of a frame.
    pub(super) fn put_header(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if frame.len() > self.max_frame {
            return Err(EncodeError(format!("the frame has {} bytes; at most {}", frame.len(), self.max_frame).into()));
        }
        if self.separator.is_ascii_digit() {
            return Err(EncodeError("a length could not be told from a separator that is a digit".into()));
        }
        let length = frame.len().to_string();
        if length.len() > usize::from(self.max_digits) {
            return Err(EncodeError(format!("the length {length} has more than {} digits", self.max_digits).into()));
        }
        out.extend_from_slice(length.as_bytes());
        out.push(self.separator);
        Ok(())
    }
}

impl Codec for DecimalPrefix {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        *self
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.put_header(frame, out)?;
        out.extend_from_slice(frame);
        Ok(())
    }
}

impl Decoder for DecimalPrefix {
    #[inline]
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        let Some((header, length)) = self.header(input)? else {
            return if ended && !input.is_empty() { Err(self.header_cut(input)) } else { Ok(Decoded::More { need: 1 }) };
        };
        let come = &input[header..];
        match come.get(..length) {
            Some(frame) => Ok(Decoded::Frame { frame, used: header + length }),
            None if !ended => Ok(Decoded::More { need: length - come.len() }),
            None => Err(Fault::truncated(input, format!("a frame of {length} bytes, {} have come", come.len()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of};

    const TEXT: DecimalPrefix = DecimalPrefix { separator: b'\n', max_digits: 20, leading_zeros: true, max_frame: 99 };

    #[test]
    fn octet_counting() {
        // RFC 5424, section 6.5, example 2, framed as RFC 6587, section 3.4.1, says.
        let message = b"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.";
        let mut stream = b"99 ".to_vec();
        stream.extend_from_slice(message);
        stream.extend_from_slice(b"3 <1>");
        assert_eq!(decode_whole(&DecimalPrefix::default(), &stream), [&message[..], b"<1>"]);
        let mut out = Vec::new();
        DecimalPrefix::default().encode(message, &mut out).unwrap();
        assert_eq!(out, stream[..102]);
    }

    #[test]
    fn the_other_framing_of_syslog_says_what_is_wrong() {
        assert_eq!(
            error_of(&DecimalPrefix::default(), b"<165>1 2003\n").to_string(),
            "malformed at offset 0: expected a decimal length, which begins with a digit; found \"<\" (3c)"
        );
    }

    #[test]
    fn only_digits_are_digits() {
        for (stream, offset) in
            [(&b"+5 hello"[..], 0), (b"-1 ", 0), (b" 5 ", 0), (b"5\t", 1), (b"5_0 ", 1), (b"0x5 ", 1), (b"5.0 ", 1), (b"\xd9\xa5 ", 0)]
        {
            let error = error_of(&DecimalPrefix::default(), stream);
            assert_eq!((error.kind, error.offset), (FrameErrorKind::Malformed, offset), "{}", stream.escape_ascii());
        }
        assert_eq!(
            error_of(&TEXT, b"12\r\nhello").to_string(),
            "malformed at offset 2: expected another digit of the length, or \"\\n\"; found \"\\r\" (0d)"
        );
    }

    #[test]
    fn zeros() {
        assert_eq!(decode_whole(&DecimalPrefix::default(), b"0 0 1 a"), [&b""[..], b"", b"a"]);
        for stream in [&b"05 hello"[..], b"00 ", b"01 a"] {
            let error = error_of(&DecimalPrefix::default(), stream);
            assert_eq!((error.kind, error.seen.as_bytes()), (FrameErrorKind::BadLength, &stream[..2]));
        }
        assert_eq!(decode_whole(&TEXT, b"00000000000000000005\nhello00\n"), [&b"hello"[..], b""]);
    }

    #[test]
    fn lengths_beyond_every_limit() {
        // 2^64, and the largest of 20 digits: lengths, but of nothing that can come; also where there is no limit.
        for max_frame in [DEFAULT_MAX_FRAME, usize::MAX - 1] {
            let codec = DecimalPrefix { max_frame, ..DecimalPrefix::default() };
            for stream in [&b"18446744073709551616 a"[..], b"99999999999999999999 a"] {
                assert_eq!(error_of(&codec, stream).kind, FrameErrorKind::TooLong);
            }
        }
        let unlimited = DecimalPrefix { max_frame: usize::MAX, ..DecimalPrefix::default() };
        assert_eq!(error_of(&unlimited, b"99999999999999999999 a").kind, FrameErrorKind::Truncated);
        // A 21st digit, whatever follows.
        let error = error_of(&DecimalPrefix::default(), b"111111111111111111111");
        assert_eq!(error.kind, FrameErrorKind::BadLength);
        assert_eq!(error.expected, "a length of at most 20 digits");
        assert_eq!(error_of(&DecimalPrefix { max_digits: 255, ..TEXT }, &[b'0'; 256]).kind, FrameErrorKind::BadLength);
        assert_eq!(
            error_of(&TEXT, b"0000100\n").to_string(),
            "too_long at offset 0: expected a frame of at most 99 bytes, not 0000100; found \"0000100\" (30 30 30 30 31 30 30)"
        );
    }

    #[test]
    fn what_cannot_be_written() {
        let mut out = Vec::new();
        assert!(TEXT.encode(&[0; 100], &mut out).is_err());
        assert!(DecimalPrefix { max_digits: 1, ..TEXT }.encode(&[0; 10], &mut out).is_err());
        assert!(DecimalPrefix { separator: b'0', ..TEXT }.encode(b"a", &mut out).is_err());
        assert!(out.is_empty());
    }

    #[test]
    fn an_end_inside_header_or_frame() {
        assert_eq!(error_of(&TEXT, b"5").to_string(), "truncated at offset 0: expected a decimal length and \"\\n\"; found \"5\" (35)");
        assert_eq!(error_of(&TEXT, b"5\n").expected, "a frame of 5 bytes, 0 have come");
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
        fn frames(frames in any_frames(), separator in proptest::sample::select(&b" \n:,\0\xff"[..]), leading_zeros in any::<bool>()) {
            assert_codec(&DecimalPrefix { separator, leading_zeros, ..DecimalPrefix::default() }, &frames);
        }

        #[test]
        fn anything(
            stream in any_stream(b"00123 x"),
            max_digits in 0u8..5,
            leading_zeros in any::<bool>(),
            max_frame in prop_oneof![0usize..12, Just(usize::MAX)],
        ) {
            assert_same_under_every_split(&DecimalPrefix { separator: b' ', max_digits, leading_zeros, max_frame }, &stream);
            assert_same_under_every_split(&DecimalPrefix { max_frame, ..DecimalPrefix::default() }, &stream);
        }

        #[test]
        fn a_separator_that_is_a_digit_ends(stream in any_stream(b"0123456789")) {
            assert_same_under_every_split(&DecimalPrefix { separator: b'5', ..DecimalPrefix::default() }, &stream);
        }
    }

    #[test]
    fn long_frames_in_small_pieces_are_linear() {
        assert_linear(&DecimalPrefix::default());
    }
}
