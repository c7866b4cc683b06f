//! MQTT control packets: a type, a length of one to four bytes, and what it counts (MQTT 3.1.1, section 2.2; MQTT 5.0, section 2.1).
//!
//! Most packets of a protocol for small devices are shorter than 128 bytes, and a length of a fixed width would be wasted on them. So each
//! byte of the length holds seven bits of it, the least significant first, and its highest bit says that another follows:
//!
//! ```text
//! 30     c1 02            ...
//! type   0x41 + 2 * 128   321 bytes
//! ```
//!
//! A reader thus does not know beforehand how long the header is: two bytes must have come, and then it may be five.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};

/// Bytes of the longest Remaining Length.
const LONGEST: usize = 4;

/// MQTT control packets (3.1.1 and 5.0). A frame is a whole packet with its header, a slice of the input; it is written as it is, and must
/// be one.
///
/// Errors: `malformed` for packet type 0 and for flags that a type does not have (3.1.1, section 2.2.2: the receiver must close the
/// connection), QoS 3 among them (section 3.3.1.2); `bad_length` for a Remaining Length of more than four bytes, or of more than it needs
/// (5.0, section 1.5.5; 3.1.1 does not say); `too_long`; `truncated`. Behind an error there is no telling where the next packet begins.
/// Type 15 is AUTH in 5.0; that 3.1.1 forbids it is not for this codec to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mqtt {
    /// The longest packet, in bytes with its header; [`DEFAULT_MAX_FRAME`] by default. The longest of all has 268 435 460.
    pub max_frame: usize,
}

impl Default for Mqtt {
    fn default() -> Self {
        Self { max_frame: DEFAULT_MAX_FRAME }
    }
}

impl Mqtt {
    /// The bytes of the whole packet; nothing as long as its header has not come.
    fn total(&self, input: &[u8]) -> Result<Option<usize>, Fault> {
        let Some((&first, rest)) = input.split_first() else { return Ok(None) };
        check_type(first)?;
        let Some(last) = rest.iter().take(LONGEST).position(|byte| byte & 0x80 == 0) else {
            return if rest.len() < LONGEST { Ok(None) } else { Err(bad_length("a length of at most 4 bytes", &rest[..LONGEST])) };
        };
        let field = &rest[..=last];
        if let [.., _, 0] = field {
            return Err(bad_length("a length in its shortest form", field));
        }
        let remaining = field.iter().rev().fold(0, |value, &byte| value << 7 | usize::from(byte & 0x7f));
        let total = 1 + field.len() + remaining;
        if total > self.max_frame {
            let expected = format!("a packet of at most {} bytes, not {total}", self.max_frame);
            return Err(Fault::new(FrameErrorKind::TooLong, expected, Seen::first(field)).at(1));
        }
        Ok(Some(total))
    }
}

fn bad_length(expected: &'static str, field: &[u8]) -> Fault {
    Fault::new(FrameErrorKind::BadLength, expected, Seen::first(field)).at(1)
}

/// Whether there is such a packet: type and flags (3.1.1, tables 2.1 and 2.2; 5.0, the same).
fn check_type(first: u8) -> Result<(), Fault> {
    let expected = match (first >> 4, first & 0x0f) {
        (0, _) => "a packet type from 1 to 15",
        // PUBLISH: two bits are the quality of service, from 0 to 2.
        (3, flags) if flags & 0b0110 == 0b0110 => "a QoS from 0 to 2 in a PUBLISH",
        (3, _) => return Ok(()),
        // PUBREL, SUBSCRIBE, UNSUBSCRIBE.
        (6 | 8 | 10, flags) if flags != 0b0010 => "the flags 0010 of a packet of this type",
        (6 | 8 | 10, _) | (_, 0) => return Ok(()),
        _ => "the flags 0000 of a packet of this type",
    };
    Err(Fault::new(FrameErrorKind::Malformed, expected, Seen::first(&[first])))
}

impl Codec for Mqtt {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        *self
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self.total(frame) {
            Ok(Some(total)) if total == frame.len() => out.extend_from_slice(frame),
            Ok(Some(total)) => {
                return Err(EncodeError(format!("the packet says that it has {total} bytes and has {}", frame.len()).into()));
            }
            Ok(None) => return Err(EncodeError("the packet has no whole header".into())),
            Err(fault) => return Err(EncodeError(format!("the packet cannot be written: expected {}", fault.expected).into())),
        }
        Ok(())
    }
}

impl Decoder for Mqtt {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        let total = self.total(input)?;
        if let Some(total) = total
            && let Some(frame) = input.get(..total)
        {
            return Ok(Decoded::Frame { frame, used: total });
        }
        if !ended || input.is_empty() {
            return Ok(Decoded::More { need: total.map_or(1, |total| total - input.len()) });
        }
        Err(match total {
            Some(total) => Fault::truncated(input, format!("{total} bytes of the packet, {} have come", input.len())),
            None => Fault::truncated(input, "a header with a whole length"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::Framer;
    use crate::framing::test::{decode_whole, error_of};

    /// A packet of this type with so many bytes behind its header.
    fn packet(first: u8, content: &[u8]) -> Vec<u8> {
        let mut packet = vec![first];
        let mut rest = content.len();
        while rest > 0x7f {
            packet.push(0x80 | u8::try_from(rest & 0x7f).unwrap());
            rest >>= 7;
        }
        packet.push(u8::try_from(rest).unwrap());
        packet.extend_from_slice(content);
        packet
    }

    #[test]
    fn lengths() {
        // MQTT 3.1.1, table 2.4; MQTT 5.0, table 1-1.
        let table: &[(&[u8], usize)] = &[
            (b"\x00", 0),
            (b"\x7f", 127),
            (b"\x80\x01", 128),
            (b"\xff\x7f", 16_383),
            (b"\x80\x80\x01", 16_384),
            (b"\xff\xff\x7f", 2_097_151),
            (b"\x80\x80\x80\x01", 2_097_152),
            (b"\xff\xff\xff\x7f", 268_435_455),
            // The examples of section 2.2.3.
            (b"\x40", 64),
            (b"\xc1\x02", 321),
        ];
        let codec = Mqtt { max_frame: usize::MAX };
        for &(field, remaining) in table {
            let header = [b"\x30", field].concat();
            for cut in 0..header.len() {
                assert_eq!(codec.total(&header[..cut]), Ok(None));
            }
            assert_eq!(codec.total(&header), Ok(Some(header.len() + remaining)));
            assert_eq!(codec.total(&[&header, &b"\xff\xff"[..]].concat()), Ok(Some(header.len() + remaining)));
        }
    }

    #[test]
    fn packets() {
        // PINGREQ and PINGRESP (3.1.1, sections 3.12 and 3.13), CONNACK (3.2), PUBLISH to "a/b" with an identifier (3.3), AUTH (5.0, section 3.15).
        let packets = [&b"\xc0\x00"[..], b"\xd0\x00", b"\x20\x02\x00\x00", b"\x30\x07\x00\x03a/b\x00\x0a", b"\xf0\x00"];
        assert_eq!(decode_whole(&Mqtt::default(), &packets.concat()), packets);
    }

    #[test]
    fn lengths_that_are_none() {
        let codec = Mqtt::default();
        assert_eq!(
            error_of(&codec, b"\x30\x80\x80\x80\x80\x01").to_string(),
            "bad_length at offset 1: expected a length of at most 4 bytes; found \"\\x80\\x80\\x80\\x80\" (80 80 80 80)"
        );
        for (stream, seen) in [
            (&b"\x30\x80\x00"[..], &b"\x80\x00"[..]),
            (b"\x30\x81\x80\x00a", b"\x81\x80\x00"),
            (b"\x30\xff\xff\xff\x00", b"\xff\xff\xff\x00"),
        ] {
            let error = error_of(&codec, stream);
            assert_eq!((error.kind, error.offset, error.seen.as_bytes()), (FrameErrorKind::BadLength, 1, seen));
        }
        let error = error_of(&codec, b"\xc0\x00\x30\xff\xff\xff\x7f");
        assert_eq!(
            error.to_string(),
            "too_long at offset 3: expected a packet of at most 16777216 bytes, not 268435460; \
             found \"\\xff\\xff\\xff\\x7f\" (ff ff ff 7f)"
        );
    }

    #[test]
    fn types_and_flags() {
        // MQTT 3.1.1, tables 2.1 and 2.2, with AUTH of 5.0; PUBLISH has DUP, RETAIN and a QoS from 0 to 2.
        let mut allowed = vec![0x10, 0x20, 0x40, 0x50, 0x62, 0x70, 0x82, 0x90, 0xa2, 0xb0, 0xc0, 0xd0, 0xe0, 0xf0];
        allowed.extend([0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d]);
        for first in 0..=u8::MAX {
            let result = Mqtt::default().total(&[first]);
            assert_eq!(result.is_ok(), allowed.contains(&first), "{first:#04x}");
            assert!(result.is_ok_and(|total| total.is_none()) || error_of(&Mqtt::default(), &[first, 0]).kind == FrameErrorKind::Malformed);
        }
        assert_eq!(
            error_of(&Mqtt::default(), b"\0").to_string(),
            "malformed at offset 0: expected a packet type from 1 to 15; found \"\\x00\" (00)"
        );
    }

    #[test]
    fn the_end_inside_a_packet() {
        for stream in [&b"\x30"[..], b"\x30\x80", b"\x30\x01", b"\x30\x02a"] {
            assert_eq!(error_of(&Mqtt::default(), stream).kind, FrameErrorKind::Truncated);
        }
    }

    #[test]
    fn only_whole_packets_are_written() {
        for frame in [&b""[..], b"\x30", b"\x30\x02a", b"\x30\x00a", b"\x00\x00", b"\x30\x80\x00"] {
            let mut out = b"before".to_vec();
            assert!(Mqtt::default().encode(frame, &mut out).is_err());
            assert_eq!(out, b"before");
        }
    }

    mod properties {
        use super::*;
        use crate::framing::test::{any_frames, any_stream, assert_codec, assert_same_under_every_split, config};
        use proptest::prelude::*;

        proptest! {
            #![proptest_config(config())]

            #[test]
            fn packets(frames in any_frames(), length in 120usize..140) {
                let frames: Vec<Vec<u8>> = frames.into_iter().chain([vec![b'a'; length]]).map(|content| packet(0x32, &content)).collect();
                assert_codec(&Mqtt::default(), &frames);
            }

            #[test]
            fn anything(stream in any_stream(b"\x30\xc0\x62\x00\x01\x02\x80"), max_frame in 0usize..6) {
                assert_same_under_every_split(&Mqtt::default(), &stream);
                assert_same_under_every_split(&Mqtt { max_frame }, &stream);
            }
        }

        #[test]
        fn long_packets_in_small_pieces_are_linear() {
            // As `assert_linear`, whose frame is no packet.
            let packet = packet(0x30, &vec![b'a'; 8 * 1024 * 1024]);
            let mut framer = Framer::new(Mqtt::default().decoder());
            let mut given = 0;
            for piece in packet.chunks(1024) {
                framer.push(piece, |frame| given += frame.bytes.len()).unwrap();
            }
            assert_eq!(given, packet.len());
            assert!(framer.memory() <= 3 * packet.len());
        }
    }
}
