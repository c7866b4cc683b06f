//! SLIP: how IP packets went over serial lines (RFC 1055).
//!
//! A serial line carries bytes, as a TCP connection does, and says nothing of where a packet ends. SLIP gives one byte, END, that meaning
//! alone; where a packet holds that byte, two others stand for it, and two for the byte that begins such a pair:
//!
//! ```text
//! packet       01    C0      02    DB
//! stream  C0   01   DB DC    02   DB DD   C0
//!         END      ESC ESC_END   ESC ESC_ESC  END
//! ```
//!
//! A packet thus grows, by twice its length at worst, but its length need not be known when it begins; and whatever was lost or
//! garbled, the next END is the end of something. There is no check of the bytes: the packets bring their own.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};
use super::stuffing::Stuffed;

const END: u8 = 0xc0;
const ESC: u8 = 0xdb;
const ESC_END: u8 = 0xdc;
const ESC_ESC: u8 = 0xdd;

/// Packets between END bytes (RFC 1055). A frame is a packet without END and escapes.
///
/// END is written before and after each packet, so that what was on the line before it is no part of it. Two END in a row hold no
/// packet: empty frames are dropped, as the RFC suggests, and cannot be written. The first packet needs no END before it.
///
/// Errors: `malformed` where ESC is followed by another byte than ESC_END and ESC_ESC (the RFC's example takes it as it is, which hides
/// that bytes were lost); `too_long`; `truncated`. Decoding goes on behind the next END.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip {
    /// The longest packet, in bytes without END and escapes. The RFC names 1006 as the most that may be sent on any line; the default is
    /// [`DEFAULT_MAX_FRAME`].
    pub max_frame: usize,
}

impl Default for Slip {
    fn default() -> Self {
        Self { max_frame: DEFAULT_MAX_FRAME }
    }
}

impl Codec for Slip {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        SlipDecoder { codec: *self, frame: Stuffed::default() }
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if frame.is_empty() {
            return Err(EncodeError("SLIP has no empty packets".into()));
        }
        if frame.len() > self.max_frame {
            return Err(EncodeError(format!("the packet has {} bytes; at most {}", frame.len(), self.max_frame).into()));
        }
        out.push(END);
        for &byte in frame {
            match byte {
                END => out.extend_from_slice(&[ESC, ESC_END]),
                ESC => out.extend_from_slice(&[ESC, ESC_ESC]),
                byte => out.push(byte),
            }
        }
        out.push(END);
        Ok(())
    }
}

/// Finds END and undoes escapes.
struct SlipDecoder {
    codec: Slip,
    frame: Stuffed,
}

impl Decoder for SlipDecoder {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        if self.frame.discarding {
            return Ok(self.frame.discard_to(END, input));
        }
        if self.frame.searched == 0 {
            let idle = input.iter().take_while(|&&byte| byte == END).count();
            if idle > 0 {
                return Ok(Decoded::Skip { used: idle });
            }
            self.frame.begin(0);
        }
        loop {
            let from = self.frame.searched;
            let at = memchr::memchr2(END, ESC, &input[from..]).map_or(input.len(), |found| from + found);
            self.frame.check(input, at, self.codec.max_frame, 0)?;
            self.frame.searched = at;
            let escaped = match input[at..] {
                [END, ..] => return Ok(Decoded::Frame { frame: self.frame.finish(input, at), used: at + 1 }),
                [ESC, ESC_END, ..] => END,
                [ESC, ESC_ESC, ..] => ESC,
                [ESC, other, ..] => {
                    let expected = "the escape 0xdb to be followed by 0xdc or 0xdd";
                    let fault = Fault::new(FrameErrorKind::Malformed, expected, Seen::first(&[ESC, other])).at(at).using(at + 2);
                    return Err(if other == END { self.frame.forget(fault) } else { self.frame.discard(fault) });
                }
                _ => return self.frame.more(input, ended, "a packet that ends with 0xc0"),
            };
            self.frame.replace(input, at, 2, Some(escaped));
            self.frame.check(input, at + 2, self.codec.max_frame, 0)?;
        }
    }

    fn resyncs(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::OnError;
    use crate::framing::test::{Results, assert_same_under_every_split, decode_whole, error_of, results};

    fn resync(codec: Slip, stream: &[u8]) -> Results {
        assert_same_under_every_split(&codec, stream);
        results(&codec, OnError::Resync, &[stream])
    }

    #[test]
    fn packets() {
        // RFC 1055, "Protocol": END is 0xc0 (octal 300), ESC 0xdb (333), and behind it 0xdc (334) for END and 0xdd (335) for ESC.
        assert_eq!(decode_whole(&Slip::default(), b"\xc0\x01\xdb\xdc\x02\xdb\xdd\xc0"), [b"\x01\xc0\x02\xdb"]);
        let mut stream = Vec::new();
        Slip::default().encode(b"\x01\xc0\x02\xdb", &mut stream).unwrap();
        assert_eq!(stream, b"\xc0\x01\xdb\xdc\x02\xdb\xdd\xc0");
        // No END before the first, one between two, many between two. What stands for an escape is plain elsewhere.
        assert_eq!(decode_whole(&Slip::default(), b"a\xc0b\xc0\xc0\xc0\xdc\xdd\xc0\xc0"), [&b"a"[..], b"b", b"\xdc\xdd"]);
    }

    #[test]
    fn places_are_those_of_the_packet_and_its_end() {
        let whole = resync(Slip::default(), b"\xc0\xc0a\xdb\xdc\xc0\xc0b\xc0\xc0");
        assert_eq!(whole, [Ok((b"a\xc0".to_vec(), 2, 6)), Ok((b"b".to_vec(), 7, 9))]);
    }

    #[test]
    fn an_empty_packet_cannot_be_written() {
        assert!(Slip::default().encode(b"", &mut Vec::new()).is_err());
    }

    #[test]
    fn a_bad_escape_is_one_error_and_the_next_packet_is_found() {
        let whole = resync(Slip::default(), b"a\xdbb\xdbc\xc0ok\xc0");
        assert_eq!(whole.len(), 2);
        assert_eq!(
            whole[0].as_ref().unwrap_err().to_string(),
            "malformed at offset 1: expected the escape 0xdb to be followed by 0xdc or 0xdd; found \"\\xdbb\" (db 62)"
        );
        assert_eq!(whole[1], Ok((b"ok".to_vec(), 6, 9)));
        // An END behind ESC still ends the packet.
        let whole = resync(Slip::default(), b"a\xdb\xc0ok\xc0");
        assert_eq!(whole[0].as_ref().unwrap_err().offset, 1);
        assert_eq!(whole[1..], [Ok((b"ok".to_vec(), 3, 6))]);
    }

    #[test]
    fn an_escape_counts_as_one_byte() {
        let codec = Slip { max_frame: 2 };
        assert_eq!(decode_whole(&codec, b"\xdb\xdc\xdb\xdd\xc0"), [b"\xc0\xdb"]);
        let whole = resync(codec, b"\xdb\xdca\xdb\xdc\xdb\xc0ab\xc0abc");
        assert_eq!(whole.len(), 3);
        assert_eq!(
            whole[0].as_ref().unwrap_err().to_string(),
            "too_long at offset 0: expected a frame of at most 2 bytes; found \"\\xdb\\xdca\\xdb\\xdc\" (db dc 61 db dc)"
        );
        assert_eq!(whole[1], Ok((b"ab".to_vec(), 7, 10)));
        assert_eq!(whole[2].as_ref().unwrap_err().kind, FrameErrorKind::TooLong);
    }

    #[test]
    fn the_end_inside_a_packet() {
        for stream in [&b"\xc0ab"[..], b"\xc0ab\xdb", b"\xc0\xdb", b"ab\xdb\xdc"] {
            assert_eq!(error_of(&Slip::default(), stream).kind, FrameErrorKind::Truncated);
            assert_eq!(resync(Slip::default(), stream).len(), 1);
        }
    }

    mod properties {
        use super::*;
        use crate::framing::test::{any_frames, any_stream, assert_codec, assert_linear, config};
        use proptest::prelude::*;

        proptest! {
            #![proptest_config(config())]

            #[test]
            fn packets(frames in any_frames(), special in any_stream(b"\xc0\xdb\xdc\xdd")) {
                let frames: Vec<Vec<u8>> = frames.into_iter().chain([special]).filter(|frame| !frame.is_empty()).collect();
                assert_codec(&Slip::default(), &frames);
            }

            #[test]
            fn anything(stream in any_stream(b"\xc0\xdb\xdc\xdda"), max_frame in 0usize..6) {
                assert_same_under_every_split(&Slip::default(), &stream);
                assert_same_under_every_split(&Slip { max_frame }, &stream);
            }

            #[test]
            fn a_packet_behind_anything_is_found(stream in any_stream(b"\xc0\xdb\xdc\xdda"), packet in any_stream(b"\xc0\xdba")) {
                prop_assume!(!packet.is_empty());
                let mut rest = vec![END];
                Slip::default().encode(&packet, &mut rest).unwrap();
                let whole = results(&Slip::default(), OnError::Resync, &[&stream, &rest]);
                assert_eq!(whole.last().unwrap().as_ref().unwrap().0, packet);
            }
        }

        #[test]
        fn long_packets_in_small_pieces_are_linear() {
            assert_linear(&Slip::default());
        }

        #[test]
        fn a_long_packet_of_escapes_is_linear() {
            let frame = vec![END; 1024 * 1024];
            let mut stream = Vec::new();
            Slip::default().encode(&frame, &mut stream).unwrap();
            let pieces: Vec<&[u8]> = stream.chunks(64).collect();
            assert_eq!(results(&Slip::default(), OnError::Stop, &pieces), [Ok((frame, 1, stream.len() as u64))]);
        }
    }
}
