//! A binary length before each frame: the cure that most protocols use.
//!
//! ```text
//!  offset bytes    width bytes   length + adjust bytes
//! +--------------+-------------+-----------------------+
//! | before it    | the length  | what it counts        |
//! +--------------+-------------+-----------------------+
//! |<-- strip -->|  the frame begins here ...
//! ```
//!
//! The length counts what follows the length field, after `adjust` has been added: a protocol whose length counts itself has a negative
//! one, a protocol whose length leaves out a part of its header a positive one. `strip` bytes of the front are left out of the frame.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};

/// The order of the bytes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// The most significant byte first: network byte order.
    Big,
    /// The least significant byte first.
    Little,
}

/// A binary length before each frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthPrefix {
    /// Bytes before the length.
    pub offset: usize,
    /// Bytes of the length: 1, 2, 3, 4 or 8.
    pub width: usize,
    /// Their order.
    pub endian: Endian,
    /// Added to the length to give the bytes that follow the length field.
    pub adjust: i64,
    /// Bytes of the front that are not part of the frame.
    pub strip: usize,
    /// The longest frame, after adjustment and strip.
    pub max_frame: usize,
}

impl Default for LengthPrefix {
    /// Four bytes in network byte order, stripped: Python's `struct.pack(">I", length)`.
    fn default() -> Self {
        Self::preset(0, 4, 0, 4)
    }
}

impl LengthPrefix {
    /// DNS over TCP (RFC 1035, section 4.2.2).
    pub const DNS_TCP: Self = Self::preset(0, 2, 0, 2);
    /// gRPC's length-prefixed messages, with their flag.
    pub const GRPC: Self = Self::preset(1, 4, 0, 0);
    /// HTTP/2 frames, header and all (RFC 9113, section 4.1).
    pub const HTTP2: Self = Self::preset(0, 3, 6, 0);
    /// TLS records, header and all (RFC 8446, section 5.1).
    pub const TLS: Self = Self::preset(3, 2, 0, 0);
    /// PostgreSQL's messages behind the start-up, with their type byte.
    pub const POSTGRES: Self = Self::preset(1, 4, -4, 0);
    /// A byte of type, a byte of length, a value.
    pub const TLV: Self = Self::preset(1, 1, 0, 0);
    /// Python's `struct.pack("i", length)` on a little-endian machine: the header of many tutorials.
    pub const STRUCT_PACK_I: Self = Self { endian: Endian::Little, ..Self::preset(0, 4, 0, 4) };

    /// The presets by name.
    pub const PRESETS: &[(&str, Self)] = &[
        ("dns-tcp", Self::DNS_TCP),
        ("grpc", Self::GRPC),
        ("http2", Self::HTTP2),
        ("tls", Self::TLS),
        ("postgres", Self::POSTGRES),
        ("tlv", Self::TLV),
        ("struct-pack-i", Self::STRUCT_PACK_I),
    ];

    const fn preset(offset: usize, width: usize, adjust: i64, strip: usize) -> Self {
        Self { offset, width, endian: Endian::Big, adjust, strip, max_frame: DEFAULT_MAX_FRAME }
    }

    #[inline]
    fn header(&self) -> usize {
        self.offset + self.width
    }

    #[inline]
    fn length(&self, header: &[u8]) -> u64 {
        let field = &header[self.offset..self.offset + self.width];
        // The widths that a processor knows, without a loop.
        match (field.len(), self.endian) {
            (4, Endian::Big) => field.try_into().map_or(0, |field| u64::from(u32::from_be_bytes(field))),
            (4, Endian::Little) => field.try_into().map_or(0, |field| u64::from(u32::from_le_bytes(field))),
            (_, Endian::Big) => field.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)),
            (_, Endian::Little) => field.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte)),
        }
    }

    /// The bytes of the whole frame, header and all; or why there is none.
    #[inline]
    fn total(&self, input: &[u8]) -> Result<usize, Fault> {
        let length = self.length(input);
        self.whole(length).ok_or_else(|| self.bad_length(input, length))
    }

    /// The bytes of the whole frame with this length, where there can be one.
    #[inline]
    fn whole(&self, length: u64) -> Option<usize> {
        let follows = if self.adjust == 0 { length } else { length.checked_add_signed(self.adjust)? };
        let total = usize::try_from(follows).ok()?.checked_add(self.header())?;
        (total.checked_sub(self.strip)? <= self.max_frame).then_some(total)
    }

    #[cold]
    fn bad_length(&self, input: &[u8], length: u64) -> Fault {
        let field = Seen::first(&input[self.offset..self.header()]);
        let follows = i128::from(length) + i128::from(self.adjust);
        let total = follows + self.header() as i128;
        if follows < 0 {
            let expected = format!("a length of at least {}, not {length}", -i128::from(self.adjust));
            return Fault::new(FrameErrorKind::BadLength, expected, field).at(self.offset);
        }
        if total < self.strip as i128 {
            let expected = format!("a frame of at least {} bytes to strip, not {total}", self.strip);
            return Fault::new(FrameErrorKind::BadLength, expected, field).at(self.offset);
        }
        let expected = format!("a frame of at most {} bytes, not {}{}", self.max_frame, total - self.strip as i128, looks_like(field));
        Fault::new(FrameErrorKind::TooLong, expected, field).at(self.offset)
    }
}

impl Codec for LengthPrefix {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        *self
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if frame.len() > self.max_frame {
            return Err(EncodeError(format!("the frame has {} bytes; at most {}", frame.len(), self.max_frame).into()));
        }
        // With less stripped than the header is long, the frame brings the rest of the header itself; its length field is written over.
        let held = self.header().saturating_sub(self.strip);
        if self.strip != 0 && self.strip != self.header() {
            return Err(EncodeError("a frame whose header is stripped in part cannot be written".into()));
        }
        if frame.len() < held {
            return Err(EncodeError(format!("the frame must begin with a header of {held} bytes").into()));
        }
        let follows = (frame.len() - held) as i128 - i128::from(self.adjust);
        let limit = if self.width == 8 { u64::MAX } else { (1 << (8 * self.width)) - 1 };
        let length = u64::try_from(follows).ok().filter(|length| *length <= limit);
        let Some(length) = length else {
            return Err(EncodeError(format!("a length of {follows} does not fit into {} bytes", self.width).into()));
        };
        let start = out.len();
        if held == 0 {
            out.resize(start + self.header(), 0);
        }
        out.extend_from_slice(frame);
        let bytes = length.to_be_bytes();
        let field = &mut out[start + self.offset..start + self.offset + self.width];
        field.copy_from_slice(&bytes[8 - self.width..]);
        if self.endian == Endian::Little {
            field.reverse();
        }
        Ok(())
    }
}

/// A length that is text is mostly another protocol.
fn looks_like(field: Seen) -> String {
    let bytes = field.as_bytes();
    let is_text = bytes.len() > 1 && bytes.iter().all(|byte| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\r' | b'\n'));
    if is_text { format!("; it looks like the text \"{}\"", bytes.escape_ascii()) } else { String::new() }
}

impl Decoder for LengthPrefix {
    #[inline]
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        let header = self.header();
        if input.len() >= header {
            let total = self.total(input)?;
            if let Some(frame) = input.get(self.strip..total) {
                return Ok(Decoded::Frame { frame, used: total });
            }
            if !ended {
                return Ok(Decoded::More { need: total - input.len() });
            }
            return Err(Fault::truncated(input, format!("{} bytes of the frame, {} have come", total, input.len())));
        }
        if ended && !input.is_empty() {
            return Err(Fault::truncated(input, format!("a header of {header} bytes")));
        }
        Ok(Decoded::More { need: header - input.len() })
    }

    #[inline]
    fn decode_many(&mut self, input: &[u8], mut found: impl FnMut(&[u8], usize)) -> usize {
        let codec = *self;
        let header = codec.header();
        let mut rest = input;
        while rest.len() >= header {
            let Some(total) = codec.whole(codec.length(rest)) else { break };
            let Some((whole, after)) = rest.split_at_checked(total) else { break };
            found(&whole[codec.strip..], total);
            rest = after;
        }
        input.len() - rest.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of};

    #[test]
    fn presets_take_what_their_protocols_send() {
        // RFC 1035, section 4.2.2.
        assert_eq!(decode_whole(&LengthPrefix::DNS_TCP, b"\x00\x03abc"), [b"abc"]);
        // RFC 9113, section 4.1: a SETTINGS frame without settings.
        assert_eq!(decode_whole(&LengthPrefix::HTTP2, b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"), [b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"]);
        // RFC 8446, section 5.1: an alert.
        assert_eq!(decode_whole(&LengthPrefix::TLS, b"\x15\x03\x03\x00\x02\x01\x00"), [b"\x15\x03\x03\x00\x02\x01\x00"]);
        // ReadyForQuery: the length counts itself.
        assert_eq!(decode_whole(&LengthPrefix::POSTGRES, b"Z\x00\x00\x00\x05I"), [b"Z\x00\x00\x00\x05I"]);
        assert_eq!(decode_whole(&LengthPrefix::STRUCT_PACK_I, b"\x02\x00\x00\x00hi"), [b"hi"]);
        assert_eq!(decode_whole(&LengthPrefix::TLV, b"\x07\x00\x07\x01a"), [&b"\x07\x00"[..], b"\x07\x01a"]);
    }

    #[test]
    fn a_length_that_is_text_says_so() {
        let error = error_of(&LengthPrefix::default(), b"GET / HTTP/1.1\r\n");
        assert_eq!(error.kind, FrameErrorKind::TooLong);
        assert_eq!(
            error.to_string(),
            "too_long at offset 0: expected a frame of at most 16777216 bytes, not 1195725856; it looks like the text \"GET \"; \
             found \"GET \" (47 45 54 20)"
        );
    }

    #[test]
    fn a_length_below_what_it_counts_is_refused() {
        let error = error_of(&LengthPrefix::POSTGRES, b"Z\x00\x00\x00\x03I");
        assert_eq!((error.kind, error.offset), (FrameErrorKind::BadLength, 1));
    }

    #[test]
    fn the_largest_adjustments_overflow_nothing() {
        let smallest = LengthPrefix { adjust: i64::MIN, ..LengthPrefix::default() };
        assert_eq!(
            error_of(&smallest, b"\x00\x00\x00\x05hello").to_string(),
            "bad_length at offset 0: expected a length of at least 9223372036854775808, not 5; found \"\\x00\\x00\\x00\\x05\" (00 00 00 05)"
        );
        let largest = LengthPrefix { adjust: i64::MAX, ..LengthPrefix::default() };
        assert_eq!(error_of(&largest, b"\x00\x00\x00\x05hello").kind, FrameErrorKind::TooLong);
    }

    #[test]
    fn the_largest_length_of_all_takes_no_memory() {
        let codec = LengthPrefix { width: 8, strip: 8, adjust: 1, ..LengthPrefix::default() };
        assert_eq!(error_of(&codec, &[0xff; 9]).kind, FrameErrorKind::TooLong);
    }
}
