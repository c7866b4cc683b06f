//! COBS: byte stuffing whose cost is known beforehand (Cheshire and Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on
//! Networking 7(2), 1999).
//!
//! Escapes may double a packet. COBS takes one byte in 254 at most, and one at least: it cuts a packet at its zeros and writes before
//! each piece, instead of the zero behind it, a code that says where that zero was. No zero is left, so a zero can end the packet.
//!
//! ```text
//! packet       11 22 00 33 (00)     the zero in brackets is thought of, so that every piece has one
//! stream    03 11 22 02 33  00
//!           |        |      the delimiter
//!           code     code: the next code, or the delimiter, is this many bytes further on
//! ```
//!
//! The code ff is the exception: 254 bytes without a zero, and no zero behind them.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};
use super::stuffing::Stuffed;

/// The code of a block without a zero behind it.
const FULL: u8 = 0xff;

/// Packets stuffed as Cheshire and Baker say, each with a zero behind it. A frame is a packet as it was before.
///
/// Zeros without a code before them are no packet but an idle line, and are skipped; `01 00` is the empty packet, and is given. A packet
/// that ends with a block of 254 bytes needs no code behind that block: both forms are read, and the shorter one is written.
///
/// Errors: `malformed` where a code leads past the delimiter; `too_long`; `truncated`. Decoding goes on behind the next zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cobs {
    /// The longest packet, in bytes before stuffing; [`DEFAULT_MAX_FRAME`] by default.
    pub max_frame: usize,
}

impl Default for Cobs {
    fn default() -> Self {
        Self { max_frame: DEFAULT_MAX_FRAME }
    }
}

impl Codec for Cobs {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        CobsDecoder { codec: *self, frame: Stuffed::default(), code: 0, code_at: 0 }
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if frame.len() > self.max_frame {
            return Err(EncodeError(format!("the packet has {} bytes; at most {}", frame.len(), self.max_frame).into()));
        }
        let mut rest = frame;
        loop {
            let longest = &rest[..rest.len().min(usize::from(FULL) - 1)];
            let zero = memchr::memchr(0, longest);
            let block = &longest[..zero.unwrap_or(longest.len())];
            // A block has 254 bytes at most.
            out.push(u8::try_from(block.len() + 1).unwrap_or(FULL));
            out.extend_from_slice(block);
            rest = &rest[block.len() + usize::from(zero.is_some())..];
            // A zero at the very end has an empty block behind it.
            if rest.is_empty() && zero.is_none() {
                out.push(0);
                return Ok(());
            }
        }
    }
}

/// Goes from code to code.
struct CobsDecoder {
    codec: Cobs,
    frame: Stuffed,
    /// The code of the block that is being read, and where it stands.
    code: u8,
    code_at: usize,
}

impl CobsDecoder {
    #[cold]
    fn short(&mut self, input: &[u8], zero: usize) -> Fault {
        let block = &input[self.code_at..=zero];
        let expected = format!("{} bytes other than zero behind the code {:#04x}, not {}", self.code - 1, self.code, block.len() - 2);
        self.frame.forget(Fault::new(FrameErrorKind::Malformed, expected, Seen::first(block)).at(self.code_at).using(zero + 1))
    }
}

impl Decoder for CobsDecoder {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        const EXPECTED: &str = "a packet that ends with 0x00";
        if self.frame.discarding {
            return Ok(self.frame.discard_to(0, input));
        }
        if self.frame.searched == 0 {
            match *input {
                [] => return Ok(Decoded::More { need: 1 }),
                [0, ..] => return Ok(Decoded::Skip { used: input.iter().take_while(|&&byte| byte == 0).count() }),
                [code, ..] => {
                    (self.code, self.code_at) = (code, 0);
                    self.frame.begin(1);
                }
            }
        }
        loop {
            let next = self.code_at + usize::from(self.code);
            let from = self.frame.searched;
            let come = next.min(input.len());
            let zero = memchr::memchr(0, &input[from..come]).map(|found| from + found);
            self.frame.check(input, zero.unwrap_or(come), self.codec.max_frame, 0)?;
            if let Some(zero) = zero {
                return Err(self.short(input, zero));
            }
            self.frame.searched = come;
            match input.get(next) {
                None => return self.frame.more(input, ended, EXPECTED),
                Some(0) => return Ok(Decoded::Frame { frame: self.frame.finish(input, next), used: next + 1 }),
                Some(&code) => {
                    // The zero behind a block is one of the packet only now that another block follows.
                    self.frame.replace(input, next, 1, (self.code != FULL).then_some(0));
                    self.frame.check(input, next + 1, self.codec.max_frame, 0)?;
                    (self.code, self.code_at) = (code, next);
                }
            }
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

    fn encoded(frame: &[u8]) -> Vec<u8> {
        let mut stream = Vec::new();
        Cobs::default().encode(frame, &mut stream).unwrap();
        stream
    }

    fn resync(codec: Cobs, stream: &[u8]) -> Results {
        assert_same_under_every_split(&codec, stream);
        results(&codec, OnError::Resync, &[stream])
    }

    fn run(from: u8, to: u8) -> Vec<u8> {
        (from..=to).collect()
    }

    #[test]
    fn packets() {
        let vectors: &[(&[u8], &[u8])] = &[
            // Cheshire and Baker, figure 3: the beginning of an IP packet.
            (b"\x45\x00\x00\x2c\x4c\x79\x00\x00\x40\x06\x4f\x37", b"\x02\x45\x01\x04\x2c\x4c\x79\x01\x05\x40\x06\x4f\x37\x00"),
            (b"", b"\x01\x00"),
            (b"\x00", b"\x01\x01\x00"),
            (b"\x00\x00", b"\x01\x01\x01\x00"),
            (b"\x11\x22\x00\x33", b"\x03\x11\x22\x02\x33\x00"),
            (b"\x11\x00\x00\x00", b"\x02\x11\x01\x01\x01\x00"),
        ];
        for (packet, stream) in vectors {
            assert_eq!(encoded(packet), *stream);
            assert_eq!(decode_whole(&Cobs::default(), stream), [*packet]);
        }
    }

    #[test]
    fn blocks_of_254_bytes_have_no_zero_behind_them() {
        // Cheshire and Baker, table 1: the code 0xff.
        let vectors: &[(Vec<u8>, Vec<u8>)] = &[
            (run(1, 253), [&[0xfe], &run(1, 253)[..], &[0]].concat()),
            (run(1, 254), [&[0xff], &run(1, 254)[..], &[0]].concat()),
            (run(1, 255), [&[0xff], &run(1, 254)[..], &[2, 255, 0]].concat()),
            (run(0, 254), [&[1, 0xff], &run(1, 254)[..], &[0]].concat()),
            ([&run(2, 255)[..], &[0]].concat(), [&[0xff], &run(2, 255)[..], &[1, 1, 0]].concat()),
            ([&run(3, 255)[..], &[0, 1]].concat(), [&[0xfe], &run(3, 255)[..], &[2, 1, 0]].concat()),
        ];
        for (packet, stream) in vectors {
            assert_eq!(encoded(packet), *stream);
            assert_eq!(resync(Cobs::default(), stream), [Ok((packet.clone(), 0, stream.len() as u64))]);
        }
        // The longer form of the second: an empty block takes the zero that was thought of.
        let longer = [&[0xff], &run(1, 254)[..], &[1, 0]].concat();
        assert_eq!(resync(Cobs::default(), &longer), [Ok((run(1, 254), 0, 257))]);
    }

    #[test]
    fn zeros_alone_are_an_idle_line() {
        assert_eq!(resync(Cobs::default(), b"\0\0\x01\0\0\x02a\0\0"), [Ok((vec![], 2, 4)), Ok((b"a".to_vec(), 5, 8))]);
    }

    #[test]
    fn a_code_that_leads_past_the_delimiter_is_one_error() {
        let whole = resync(Cobs::default(), b"\x02a\x05bc\0\x02d\0");
        assert_eq!(
            whole[0].as_ref().unwrap_err().to_string(),
            "malformed at offset 2: expected 4 bytes other than zero behind the code 0x05, not 2; found \"\\x05bc\\x00\" (05 62 63 00)"
        );
        assert_eq!(whole[1..], [Ok((b"d".to_vec(), 6, 9))]);
    }

    #[test]
    fn the_zero_of_the_last_block_does_not_count() {
        let codec = Cobs { max_frame: 2 };
        assert_eq!(decode_whole(&codec, b"\x03ab\0\x02a\x01\0"), [b"ab", b"a\0"]);
        let whole = resync(codec, b"\x03ab\x01\0\x02a\x02\xff\0\xffabc\0\x01\0");
        let kinds: Vec<_> =
            whole.iter().map(|result| result.as_ref().map_err(|error| (error.kind, error.seen.as_bytes().to_vec()))).collect();
        assert_eq!(kinds[0], Err((FrameErrorKind::TooLong, b"\x03ab\x01".to_vec())));
        assert_eq!(kinds[1], Err((FrameErrorKind::TooLong, b"\x02a\x02\xff".to_vec())));
        assert_eq!(kinds[2], Err((FrameErrorKind::TooLong, b"\xffabc".to_vec())));
        assert_eq!(whole[3..], [Ok((vec![], 15, 17))]);
    }

    #[test]
    fn the_end_inside_a_packet() {
        for stream in [&b"\x01"[..], b"\x03a", b"\x03ab", b"\x02a\x01"] {
            assert_eq!(error_of(&Cobs::default(), stream).kind, FrameErrorKind::Truncated);
            assert_eq!(resync(Cobs::default(), stream).len(), 1);
        }
    }

    mod properties {
        use super::*;
        use crate::framing::test::{any_frames, any_stream, assert_codec, assert_linear, config};
        use proptest::prelude::*;

        proptest! {
            #![proptest_config(config())]

            #[test]
            fn packets(mut frames in any_frames(), special in any_stream(b"\x00\x00\x01\xff")) {
                frames.push(special);
                assert_codec(&Cobs::default(), &frames);
            }

            #[test]
            fn packets_about_as_long_as_blocks(length in 250usize..260, zero in 0usize..260, twice in any::<bool>()) {
                let mut frame = vec![b'a'; if twice { 2 * length } else { length }];
                if let Some(byte) = frame.get_mut(zero) {
                    *byte = 0;
                }
                let stream = encoded(&frame);
                // One byte in 254, and the delimiter.
                prop_assert!(stream.len() <= frame.len() + frame.len().div_ceil(254) + 1);
                assert_eq!(resync(Cobs::default(), &stream), [Ok((frame, 0, stream.len() as u64))]);
            }

            #[test]
            fn anything(stream in any_stream(b"\x00\x01\x02\x03\xff"), max_frame in 0usize..6) {
                assert_same_under_every_split(&Cobs::default(), &stream);
                assert_same_under_every_split(&Cobs { max_frame }, &stream);
            }

            #[test]
            fn a_packet_behind_anything_is_found(stream in any_stream(b"\x00\x01\x02\x03\xff"), packet in any_stream(b"\x00ab")) {
                let whole = results(&Cobs::default(), OnError::Resync, &[&stream, &[0], &encoded(&packet)]);
                let last = whole.last().unwrap().as_ref().unwrap();
                assert_eq!(last.0, packet);
            }
        }

        #[test]
        fn long_packets_in_small_pieces_are_linear() {
            assert_linear(&Cobs::default());
        }
    }
}
