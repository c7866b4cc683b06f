//! HDLC-like framing: how PPP puts packets on lines that carry bytes (RFC 1662, section 4).
//!
//! As in SLIP one byte, the flag, stands nowhere but between frames, and another escapes it; the escaped byte has its sixth bit turned
//! over. Unlike SLIP every frame carries a check of its bytes (the FCS), and bytes that equipment on the line might act upon or insert,
//! such as XON and XOFF, can be escaped too.
//!
//! ```text
//! payload        7e       ff  03
//! stream    7e   7d 5e    ff  7d 23    54 9b     7e
//!           |    |            |        |         flag: the end of this frame and the beginning of the next
//!           |    |            |        FCS-16, the least significant byte first
//!           |    |            a control character, escaped as all are by default
//!           |    escape, and 7e with 20 turned over
//!           flag
//! ```

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};
use super::stuffing::Stuffed;

const FLAG: u8 = 0x7e;
const ESCAPE: u8 = 0x7d;
/// Turned over in an escaped byte.
const TURNED: u8 = 0x20;
/// Bytes of the frame check sequence.
const FCS: usize = 2;
/// What the check of a frame gives that ends with its own check sequence (RFC 1662, appendix C.2).
const GOOD_FCS: u16 = 0xf0b8;
/// The most control characters that are removed from one frame. They count towards nothing else, and a stream of them could fill memory.
const MAX_REMOVED: usize = 1024 * 1024;

/// Frames between flags, with a 16-bit check (RFC 1662, asynchronous HDLC-like framing). A frame is what stands between the flags,
/// unescaped and without its check: with PPP, the address, control and protocol fields and the packet.
///
/// One flag may end a frame and begin the next; written, each frame has its own two. Between two flags that have no payload between
/// them (fewer than three bytes, unescaped) there is no frame: they are skipped without an error, as section 4.3 says. It says the same of
/// three bytes, since PPP has at least an address and a control field; here a payload of one byte is a frame. Empty frames cannot be
/// written.
///
/// Errors: `malformed` where the check is wrong; for an abort, which is an escape with a flag behind it (section 4.3 discards such
/// frames in silence; here it is told, once, that bytes came that are no frame); and for bytes before the first flag; `too_long`;
/// `truncated`. Decoding goes on behind the next flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hdlc {
    /// The control characters that are escaped when written, and removed where they come unescaped: bit n says so of the byte n, for the
    /// bytes below 0x20 (section 7.1, the Async-Control-Character-Map). All of them by default. RFC 1662 has such a map for each direction;
    /// here it is one for both.
    pub accm: u32,
    /// The longest frame, in bytes without flags, escapes and check; [`DEFAULT_MAX_FRAME`] by default.
    pub max_frame: usize,
}

impl Default for Hdlc {
    fn default() -> Self {
        Self { accm: u32::MAX, max_frame: DEFAULT_MAX_FRAME }
    }
}

impl Hdlc {
    /// Whether a byte is a control character of the map.
    #[inline]
    fn maps(&self, byte: u8) -> bool {
        byte < 0x20 && self.accm >> byte & 1 == 1
    }

    #[inline]
    fn is_special(&self, byte: u8) -> bool {
        byte == FLAG || byte == ESCAPE || self.maps(byte)
    }
}

impl Codec for Hdlc {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        HdlcDecoder { codec: *self, frame: Stuffed::default(), flagged: false, escape: None, removed: 0 }
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if frame.is_empty() {
            return Err(EncodeError("HDLC-like framing has no empty frames".into()));
        }
        if frame.len() > self.max_frame {
            return Err(EncodeError(format!("the frame has {} bytes; at most {}", frame.len(), self.max_frame).into()));
        }
        out.push(FLAG);
        for &byte in frame.iter().chain(&sequence(fcs(frame))) {
            if self.is_special(byte) {
                out.extend_from_slice(&[ESCAPE, byte ^ TURNED]);
            } else {
                out.push(byte);
            }
        }
        out.push(FLAG);
        Ok(())
    }
}

/// For each byte, what it makes of the check: the polynomial x^16 + x^12 + x^5 + 1, the least significant bit first.
const TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u16;
        let mut bit = 0;
        while bit < 8 {
            value = value >> 1 ^ if value & 1 == 1 { 0x8408 } else { 0 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
};

/// The check of these bytes (RFC 1662, appendix C.2).
fn fcs(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |fcs, &byte| fcs >> 8 ^ TABLE[usize::from(fcs as u8 ^ byte)])
}

/// A check as it is written behind a frame.
fn sequence(fcs: u16) -> [u8; FCS] {
    (!fcs).to_le_bytes()
}

/// Finds flags, undoes escapes and removes control characters.
struct HdlcDecoder {
    codec: Hdlc,
    frame: Stuffed,
    /// Whether a flag has come: only then does a frame begin.
    flagged: bool,
    /// Where the escape stands whose second byte has not come.
    escape: Option<usize>,
    /// Control characters that were removed from this frame.
    removed: usize,
}

impl HdlcDecoder {
    /// What comes before a frame: flags and control characters, or bytes that have no flag before them.
    fn before(&mut self, input: &[u8]) -> Result<Option<usize>, Fault> {
        let idle = input.iter().take_while(|&&byte| byte == FLAG || self.codec.maps(byte)).count();
        self.flagged |= memchr::memchr(FLAG, &input[..idle]).is_some();
        if idle > 0 {
            return Ok(Some(idle));
        }
        if !self.flagged && !input.is_empty() {
            self.flagged = true;
            let expected = "the flag 0x7e before the first frame";
            return Err(self.frame.discard(Fault::new(FrameErrorKind::Malformed, expected, Seen::first(&input[..1])).using(1)));
        }
        self.frame.begin(0);
        (self.escape, self.removed) = (None, 0);
        Ok(None)
    }

    /// A control character of the map: it is no part of the frame, not even behind an escape.
    fn remove(&mut self, input: &[u8], at: usize) -> Result<(), Fault> {
        self.removed += 1;
        if self.removed > MAX_REMOVED {
            let expected = format!("a frame with at most {MAX_REMOVED} control characters to remove");
            return Err(self.frame.discard(Fault::new(FrameErrorKind::TooLong, expected, Seen::first(input)).using(at + 1)));
        }
        self.frame.replace(input, at, 1, None);
        Ok(())
    }

    /// The byte behind an escape.
    fn escaped(&mut self, input: &[u8], escape: usize, at: usize) -> Result<(), Fault> {
        let byte = input[at];
        if byte == FLAG {
            let expected = "an escaped byte behind 0x7d, not the flag 0x7e, which aborts the frame";
            let fault = Fault::new(FrameErrorKind::Malformed, expected, Seen::first(&input[escape..=at]));
            return Err(self.frame.forget(fault.at(escape).using(at + 1)));
        }
        if self.codec.maps(byte) {
            return self.remove(input, at);
        }
        self.escape = None;
        self.frame.replace(input, at, 1, Some(byte ^ TURNED));
        self.frame.check(input, at + 1, self.codec.max_frame, FCS)
    }

    /// The frame that ends before this flag.
    fn finish<'b>(&'b mut self, input: &'b [u8], flag: usize) -> Result<Decoded<'b>, Fault> {
        let used = flag + 1;
        let frame = self.frame.finish(input, flag);
        let Some((payload, sent)) = frame.split_last_chunk::<FCS>().filter(|(payload, _)| !payload.is_empty()) else {
            return Ok(Decoded::Skip { used });
        };
        if fcs(frame) != GOOD_FCS {
            let [right, wrong] = [sequence(fcs(payload)), *sent].map(u16::from_le_bytes);
            let expected = format!("a frame that ends with the check {right:#06x}, not {wrong:#06x}");
            return Err(Fault::new(FrameErrorKind::Malformed, expected, Seen::first(&input[..flag])).using(used));
        }
        Ok(Decoded::Frame { frame: payload, used })
    }
}

impl Decoder for HdlcDecoder {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        if self.frame.discarding {
            return Ok(self.frame.discard_to(FLAG, input));
        }
        if self.frame.searched == 0
            && let Some(used) = self.before(input)?
        {
            return Ok(Decoded::Skip { used });
        }
        loop {
            let from = self.frame.searched;
            if let (Some(escape), true) = (self.escape, from < input.len()) {
                self.escaped(input, escape, from)?;
                continue;
            }
            let at = input[from..].iter().position(|&byte| self.codec.is_special(byte)).map_or(input.len(), |found| from + found);
            self.frame.check(input, at, self.codec.max_frame, FCS)?;
            self.frame.searched = at;
            match input.get(at) {
                None => return self.frame.more(input, ended, "a frame that ends with the flag 0x7e"),
                Some(&FLAG) => return self.finish(input, at),
                Some(&ESCAPE) => {
                    self.escape = Some(at);
                    self.frame.replace(input, at, 1, None);
                }
                Some(_) => self.remove(input, at)?,
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

    /// Control characters as they are, so that a test can be read.
    const PLAIN: Hdlc = Hdlc { accm: 0, max_frame: DEFAULT_MAX_FRAME };

    fn encoded(codec: Hdlc, frame: &[u8]) -> Vec<u8> {
        let mut stream = Vec::new();
        codec.encode(frame, &mut stream).unwrap();
        stream
    }

    fn resync(codec: Hdlc, stream: &[u8]) -> Results {
        assert_same_under_every_split(&codec, stream);
        results(&codec, OnError::Resync, &[stream])
    }

    #[test]
    fn the_check() {
        // The check value of this polynomial in the catalogues of such (CRC-16/IBM-SDLC).
        assert_eq!(!fcs(b"123456789"), 0x906e);
        assert_eq!(encoded(PLAIN, b"123456789"), b"~123456789\x6e\x90~");
        // RFC 1662, appendix C.2: a frame and its check give 0xf0b8.
        assert_eq!(fcs(b"123456789\x6e\x90"), GOOD_FCS);
        assert_eq!(decode_whole(&PLAIN, b"~123456789\x6e\x90~"), [b"123456789"]);
    }

    #[test]
    fn what_the_module_shows() {
        assert_eq!(encoded(Hdlc::default(), b"\x7e\xff\x03"), b"\x7e\x7d\x5e\xff\x7d\x23\x54\x9b\x7e");
    }

    #[test]
    fn escapes() {
        // RFC 1662, section 4.2: the flag, the escape, ETX, XON, XOFF, and the last two with parity.
        let stuffed = b"\x7d\x5e\x7d\x5d\x7d\x23\x7d\x31\x7d\x33\x7d\xb1\x7d\xb3";
        let plain = b"\x7e\x7d\x03\x11\x13\x91\x93";
        let stream = [b"\x7e", &stuffed[..], &sequence(fcs(plain)), b"\x7e"].concat();
        assert_eq!(decode_whole(&Hdlc::default(), &stream), [plain]);
        // The parity bit is no business of the map.
        assert!(encoded(Hdlc::default(), plain).starts_with(b"\x7e\x7d\x5e\x7d\x5d\x7d\x23\x7d\x31\x7d\x33\x91\x93"));
        let only_xon = Hdlc { accm: 1 << 0x11, ..Hdlc::default() };
        assert!(encoded(only_xon, plain).starts_with(b"\x7e\x7d\x5e\x7d\x5d\x03\x7d\x31\x13\x91\x93"));
    }

    #[test]
    fn one_flag_between_frames_is_enough() {
        let stream = b"~~123456789\x6e\x90~123456789\x6e\x90~~~";
        let frame = b"123456789".to_vec();
        assert_eq!(resync(PLAIN, stream), [Ok((frame.clone(), 2, 14)), Ok((frame, 14, 26))]);
    }

    #[test]
    fn control_characters_of_the_map_are_removed() {
        // RFC 1662, section 4.2: before the check is computed, and before escapes are undone.
        let stream = b"\x11~\x13123\x114567\x7d\x13\x189\x11\x6e\x90\x13~\x11";
        let flow_control = Hdlc { accm: 1 << 0x11 | 1 << 0x13, ..Hdlc::default() };
        assert_eq!(resync(flow_control, stream), [Ok((b"123456789".to_vec(), 3, 20))]);
        assert_eq!(resync(PLAIN, stream)[0].as_ref().unwrap_err().offset, 0);
    }

    #[test]
    fn nothing_but_control_characters_does_not_fill_memory() {
        let stream = [b"~a", &[0x11; MAX_REMOVED + 1][..], b"b~123456789\x6e\x90~"].concat();
        let whole = results(&Hdlc::default(), OnError::Resync, &[&stream]);
        let error = whole[0].as_ref().unwrap_err();
        assert_eq!((error.kind, error.offset), (FrameErrorKind::TooLong, 1));
        assert_eq!(whole.len(), 2);
        assert_eq!(whole[1].as_ref().unwrap().0, b"123456789");
        let pieces: Vec<&[u8]> = stream.chunks(100).collect();
        assert_eq!(results(&Hdlc::default(), OnError::Resync, &pieces), whole);
    }

    #[test]
    fn a_wrong_check_is_one_error() {
        let whole = resync(PLAIN, b"~123456788\x6e\x90~123456789\x6e\x90~");
        assert_eq!(
            whole[0].as_ref().unwrap_err().to_string(),
            "malformed at offset 1: expected a frame that ends with the check 0x81e7, not 0x906e; \
             found \"123456788n\\x90\" (31 32 33 34 35 36 37 38 38 6e 90)"
        );
        assert_eq!(whole[1..], [Ok((b"123456789".to_vec(), 13, 25))]);
    }

    #[test]
    fn an_abort_is_one_error() {
        // RFC 1662, section 4.3.
        let whole = resync(Hdlc::default(), b"~12345\x7d\x11~123456789\x6e\x90~");
        assert_eq!(
            whole[0].as_ref().unwrap_err().to_string(),
            "malformed at offset 6: expected an escaped byte behind 0x7d, not the flag 0x7e, which aborts the frame; \
             found \"}\\x11~\" (7d 11 7e)"
        );
        assert_eq!(whole[1..], [Ok((b"123456789".to_vec(), 9, 21))]);
    }

    #[test]
    fn what_is_too_short_is_no_frame() {
        // RFC 1662, section 4.3. The check of nothing is 0x0000.
        assert_eq!(resync(PLAIN, b"~a~ab~\0\0~~"), []);
        let one = encoded(PLAIN, b"a");
        assert_eq!(resync(PLAIN, &one), [Ok((b"a".to_vec(), 1, 5))]);
        assert!(PLAIN.encode(b"", &mut Vec::new()).is_err());
    }

    #[test]
    fn before_the_first_flag_there_is_no_frame() {
        let whole = resync(Hdlc::default(), b"abc~123456789\x6e\x90~");
        assert_eq!(
            whole[0].as_ref().unwrap_err().to_string(),
            "malformed at offset 0: expected the flag 0x7e before the first frame; found \"a\" (61)"
        );
        assert_eq!(whole[1..], [Ok((b"123456789".to_vec(), 4, 16))]);
    }

    #[test]
    fn the_check_does_not_count() {
        let codec = Hdlc { max_frame: 9, ..PLAIN };
        assert_eq!(decode_whole(&codec, b"~123456789\x6e\x90~"), [b"123456789"]);
        let whole = resync(codec, b"~1234567890123~123456789\x6e\x90~");
        assert_eq!(
            whole[0].as_ref().unwrap_err().to_string(),
            "too_long at offset 1: expected a frame of at most 9 bytes; found \"123456789012\" (31 32 33 34 35 36 37 38 39 30 31 32)"
        );
        assert_eq!(whole.len(), 2);
    }

    #[test]
    fn the_end_inside_a_frame() {
        for stream in [&b"~1"[..], b"~123456789\x6e\x90", b"~\x7d", b"~a\x7d\x11"] {
            assert_eq!(error_of(&Hdlc::default(), stream).kind, FrameErrorKind::Truncated);
            assert_eq!(resync(Hdlc::default(), stream).len(), 1);
        }
    }

    mod properties {
        use super::*;
        use crate::framing::test::{any_frames, any_stream, assert_codec, assert_linear, config};
        use proptest::prelude::*;

        proptest! {
            #![proptest_config(config())]

            #[test]
            fn frames(frames in any_frames(), special in any_stream(b"\x7e\x7d\x5e\x5d\x11\x03"), accm in any::<u32>()) {
                let frames: Vec<Vec<u8>> = frames.into_iter().chain([special]).filter(|frame| !frame.is_empty()).collect();
                assert_codec(&Hdlc::default(), &frames);
                assert_codec(&Hdlc { accm, ..Hdlc::default() }, &frames);
            }

            #[test]
            fn anything(stream in any_stream(b"\x7e\x7e\x7d\x5e\x11\x00"), max_frame in 0usize..6) {
                for codec in [Hdlc::default(), PLAIN, Hdlc { max_frame, ..Hdlc::default() }, Hdlc { max_frame, ..PLAIN }] {
                    assert_same_under_every_split(&codec, &stream);
                }
            }

            #[test]
            fn frames_among_anything(streams in proptest::collection::vec(any_stream(b"\x7e\x7d\x11a"), 1..4), frame in any_stream(b"\x7e\x7d\x11")) {
                prop_assume!(!frame.is_empty());
                let mut stream = Vec::new();
                for garbage in &streams {
                    stream.extend_from_slice(garbage);
                    // Ends what the garbage began, be it an escape.
                    stream.push(FLAG);
                    Hdlc::default().encode(&frame, &mut stream).unwrap();
                }
                assert_same_under_every_split(&Hdlc::default(), &stream);
                let whole = results(&Hdlc::default(), OnError::Resync, &[&stream]);
                let found = whole.iter().flatten().filter(|(bytes, _, _)| *bytes == frame).count();
                prop_assert_eq!(found, streams.len());
            }
        }

        #[test]
        fn long_frames_in_small_pieces_are_linear() {
            assert_linear(&Hdlc::default());
        }
    }
}
