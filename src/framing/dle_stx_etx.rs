//! DLE STX ... DLE ETX: frames between pairs of control characters.
//!
//! ASCII has control characters for the purpose: STX starts a text, ETX ends it (ISO 1745). Bytes that are no text may hold them too, so
//! in the transparent mode of BISYNC (IBM GA27-3004) and in ISO 2111 they count only behind a DLE, and a DLE in the data is written twice.
//! Many protocols of serial devices still do so.
//!
//! ```text
//! data              41   10      42
//! stream  10 02     41   10 10   42    10 03
//!         DLE STX        DLE DLE       DLE ETX
//! ```

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};
use super::stuffing::Stuffed;

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const DLE: u8 = 0x10;

/// Frames between DLE STX and DLE ETX, with DLE doubled. A frame is the data between them, with each DLE once; it may be empty. A check
/// behind the ETX, which some protocols have, is not known to this codec: its bytes lie between frames.
///
/// Errors: `malformed` where a DLE in a frame is followed by another byte than DLE and ETX, and, without `skip_noise`, for bytes between
/// frames; `too_long`; `truncated`, also where the stream ends with the first half of DLE STX. Decoding goes on at the next DLE STX: a
/// DLE STX inside a frame is the beginning of the next one, behind a frame whose end was lost. DLE DLE is taken for data everywhere, so
/// the data DLE STX of a frame whose beginning was lost begins none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DleStxEtx {
    /// Whether bytes between frames are skipped, as on a line where a modem or SYN characters fill the pauses; the default. Otherwise they
    /// are an error, one up to the next DLE STX.
    pub skip_noise: bool,
    /// The longest frame, in bytes with each DLE once; [`DEFAULT_MAX_FRAME`] by default.
    pub max_frame: usize,
}

impl Default for DleStxEtx {
    fn default() -> Self {
        Self { skip_noise: true, max_frame: DEFAULT_MAX_FRAME }
    }
}

impl Codec for DleStxEtx {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        DleDecoder { codec: *self, frame: Stuffed::default() }
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if frame.len() > self.max_frame {
            return Err(EncodeError(format!("the frame has {} bytes; at most {}", frame.len(), self.max_frame).into()));
        }
        out.extend_from_slice(&[DLE, STX]);
        for &byte in frame {
            if byte == DLE {
                out.push(DLE);
            }
            out.push(byte);
        }
        out.extend_from_slice(&[DLE, ETX]);
        Ok(())
    }
}

/// Finds DLE and looks at the byte behind it.
struct DleDecoder {
    codec: DleStxEtx,
    frame: Stuffed,
}

impl DleDecoder {
    /// What comes before a frame, be it noise or the rest of a bad one. Nothing when DLE STX has come.
    fn before(&mut self, input: &[u8], ended: bool) -> Result<Option<Decoded<'static>>, Fault> {
        let noise = match *input {
            [DLE, STX, ..] => {
                self.frame.discarding = false;
                self.frame.begin(2);
                return Ok(None);
            }
            [] => return Ok(Some(Decoded::More { need: 1 })),
            [DLE] if ended && self.frame.discarding => 1,
            [DLE] => return self.frame.more(input, ended, "a frame that begins with DLE STX (10 02)").map(Some),
            [DLE, _, ..] => 2,
            _ if self.codec.skip_noise || self.frame.discarding => memchr::memchr(DLE, input).unwrap_or(input.len()),
            _ => 1,
        };
        if self.codec.skip_noise || self.frame.discarding {
            return Ok(Some(Decoded::Skip { used: noise }));
        }
        let expected = "DLE STX (10 02) before a frame";
        Err(self.frame.discard(Fault::new(FrameErrorKind::Malformed, expected, Seen::first(&input[..noise])).using(noise)))
    }
}

impl Decoder for DleDecoder {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        if self.frame.searched == 0
            && let Some(before) = self.before(input, ended)?
        {
            return Ok(before);
        }
        loop {
            let from = self.frame.searched;
            let at = memchr::memchr(DLE, &input[from..]).map_or(input.len(), |found| from + found);
            self.frame.check(input, at, self.codec.max_frame, 0)?;
            self.frame.searched = at;
            match input[at..] {
                [DLE, DLE, ..] => {
                    self.frame.replace(input, at, 2, Some(DLE));
                    self.frame.check(input, at + 2, self.codec.max_frame, 0)?;
                }
                [DLE, ETX, ..] => return Ok(Decoded::Frame { frame: self.frame.finish(input, at), used: at + 2 }),
                [DLE, other, ..] => {
                    let expected = "DLE (10) in a frame to be followed by DLE or ETX (03)";
                    let fault = Fault::new(FrameErrorKind::Malformed, expected, Seen::first(&[DLE, other])).at(at);
                    return Err(if other == STX { self.frame.forget(fault.using(at)) } else { self.frame.discard(fault.using(at + 2)) });
                }
                _ => return self.frame.more(input, ended, "a frame that ends with DLE ETX (10 03)"),
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

    const STRICT: DleStxEtx = DleStxEtx { skip_noise: false, max_frame: DEFAULT_MAX_FRAME };

    fn resync(codec: DleStxEtx, stream: &[u8]) -> Results {
        assert_same_under_every_split(&codec, stream);
        results(&codec, OnError::Resync, &[stream])
    }

    fn message(result: &Result<(Vec<u8>, u64, u64), crate::framing::FrameError>) -> String {
        result.as_ref().unwrap_err().to_string()
    }

    #[test]
    fn frames() {
        // IBM GA27-3004, transparent text; ISO 2111.
        let stream = b"\x10\x02A\x10\x10B\x10\x03\x10\x02\x10\x03\x10\x02\x02\x03\x10\x03";
        assert_eq!(decode_whole(&STRICT, stream), [&b"A\x10B"[..], b"", b"\x02\x03"]);
        let mut written = Vec::new();
        for frame in [&b"A\x10B"[..], b"", b"\x02\x03"] {
            STRICT.encode(frame, &mut written).unwrap();
        }
        assert_eq!(written, stream);
    }

    #[test]
    fn noise_between_frames() {
        let stream = b"\x16\x16\x10\x02a\x10\x03\x12\x34\x10\x16\x10\x02b\x10\x03\x16";
        assert_eq!(resync(DleStxEtx::default(), stream), [Ok((b"a".to_vec(), 2, 7)), Ok((b"b".to_vec(), 11, 16))]);
        let strict = resync(STRICT, stream);
        assert_eq!(strict.len(), 5);
        assert_eq!(message(&strict[0]), "malformed at offset 0: expected DLE STX (10 02) before a frame; found \"\\x16\" (16)");
        assert_eq!(strict[2].as_ref().unwrap_err().offset, 7);
        assert_eq!(strict[4].as_ref().unwrap_err().offset, 16);
    }

    #[test]
    fn data_of_a_frame_whose_beginning_was_lost_begins_none() {
        let stream = b"a\x10\x10\x02b\x10\x03\x10\x02c\x10\x03";
        assert_eq!(resync(DleStxEtx::default(), stream), [Ok((b"c".to_vec(), 7, 12))]);
        assert_eq!(resync(STRICT, stream).len(), 2);
    }

    #[test]
    fn a_bad_pair_is_one_error() {
        let whole = resync(STRICT, b"\x10\x02a\x10bc\x10dd\x10\x03\x10\x10\x02\x10\x02e\x10\x03");
        assert_eq!(
            message(&whole[0]),
            "malformed at offset 3: expected DLE (10) in a frame to be followed by DLE or ETX (03); found \"\\x10b\" (10 62)"
        );
        assert_eq!(whole[1..], [Ok((b"e".to_vec(), 14, 19))]);
    }

    #[test]
    fn a_frame_without_its_end_is_one_error_and_the_next_is_whole() {
        let whole = resync(STRICT, b"\x10\x02a\x10\x02b\x10\x03");
        assert_eq!((whole[0].as_ref().unwrap_err().kind, whole[0].as_ref().unwrap_err().offset), (FrameErrorKind::Malformed, 3));
        assert_eq!(whole[1..], [Ok((b"b".to_vec(), 3, 8))]);
    }

    #[test]
    fn a_doubled_byte_counts_once() {
        let codec = DleStxEtx { max_frame: 2, ..STRICT };
        assert_eq!(decode_whole(&codec, b"\x10\x02\x10\x10\x10\x10\x10\x03"), [b"\x10\x10"]);
        let whole = resync(codec, b"\x10\x02a\x10\x10\x10\x10\x10\x03\x10\x02ab\x10\x03\x10\x02abcd");
        assert_eq!(
            message(&whole[0]),
            "too_long at offset 0: expected a frame of at most 2 bytes; \
             found \"\\x10\\x02a\\x10\\x10\\x10\\x10\" (10 02 61 10 10 10 10)"
        );
        assert_eq!(whole[1], Ok((b"ab".to_vec(), 9, 15)));
        assert_eq!((whole.len(), whole[2].as_ref().unwrap_err().kind), (3, FrameErrorKind::TooLong));
    }

    #[test]
    fn the_end_inside_a_frame() {
        for stream in [&b"\x10"[..], b"\x10\x02", b"\x10\x02a", b"\x10\x02a\x10", b"\x10\x02\x10\x10"] {
            for codec in [DleStxEtx::default(), STRICT] {
                assert_eq!(error_of(&codec, stream).kind, FrameErrorKind::Truncated);
                assert_eq!(resync(codec, stream).len(), 1);
            }
        }
        // The rest of a bad frame is not bad again.
        assert_eq!(resync(STRICT, b"a\x10").len(), 1);
    }

    mod properties {
        use super::*;
        use crate::framing::test::{any_frames, any_stream, assert_codec, assert_linear, config};
        use proptest::prelude::*;

        proptest! {
            #![proptest_config(config())]

            #[test]
            fn frames(mut frames in any_frames(), special in any_stream(b"\x10\x10\x02\x03")) {
                frames.push(special);
                assert_codec(&DleStxEtx::default(), &frames);
                assert_codec(&STRICT, &frames);
            }

            #[test]
            fn anything(stream in any_stream(b"\x10\x10\x10\x02\x03a"), max_frame in 0usize..4, skip_noise in any::<bool>()) {
                assert_same_under_every_split(&DleStxEtx { skip_noise, ..STRICT }, &stream);
                assert_same_under_every_split(&DleStxEtx { skip_noise, max_frame }, &stream);
            }

            #[test]
            fn a_frame_behind_anything_is_found(mut stream in any_stream(b"\x10\x10\x10\x02\x03a"), frame in any_stream(b"\x10\x02\x03")) {
                // No half of a pair before it.
                stream.push(b'a');
                STRICT.encode(&frame, &mut stream).unwrap();
                for codec in [DleStxEtx::default(), STRICT] {
                    let whole = results(&codec, OnError::Resync, &[&stream]);
                    assert_eq!(whole.last().unwrap().as_ref().unwrap().0, frame);
                }
            }
        }

        #[test]
        fn long_frames_in_small_pieces_are_linear() {
            assert_linear(&DleStxEtx::default());
        }
    }
}
