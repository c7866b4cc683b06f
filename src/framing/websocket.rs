//! WebSocket frames: a length of one, three or nine bytes, a mask, and messages in fragments (RFC 6455, section 5).
//!
//! ```text
//!  FIN RSV opcode   MASK length   length of its own   mask      payload
//! +---+---+------+ +----+------+ +-----------------+ +-------+ +-------- ...
//! | 1 | 3 |  4   | | 1  |  7   | | 0, 16 or 64     | |0 or 32| |
//! +---+---+------+ +----+------+ +-----------------+ +-------+ +-------- ...      bits
//! ```
//!
//! Seven bits of length are enough for most frames; 126 and 127 in them say that 16 or 64 bits follow. A client masks what it sends, so
//! that no text it was made to send looks like a request to a proxy between. A sender that does not know a message's length beforehand
//! sends it in fragments, of which only the last has FIN; between them control frames (close, ping, pong) may come. So even here, where
//! every frame has a length, a frame is not what a program waits for: that is the message.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};

const FIN: u8 = 0x80;
const RSV: u8 = 0x70;
const MASKED: u8 = 0x80;
const CONTINUATION: u8 = 0x0;
const BINARY: u8 = 0x2;
/// This bit of an opcode makes a control frame (section 5.2).
const CONTROL: u8 = 0x8;
/// The longest payload whose length stands in seven bits, and the longest of a control frame (sections 5.2 and 5.5).
const SHORT: u64 = 125;
/// Bytes of a mask.
const MASK: usize = 4;
/// The most bytes of control frames and empty fragments within a message. They count towards nothing else, and a stream of them could fill
/// memory.
const MAX_BETWEEN: usize = 1024 * 1024;

/// WebSocket frames, or the messages made of them (RFC 6455, section 5), behind the handshake.
///
/// What is given depends on `messages` and `payload`:
///
/// | `messages` | `payload` | given |
/// |---|---|---|
/// | yes | yes | the payload of each message, unmasked, its fragments joined; control frames are skipped |
/// | yes | no | each message as it came, from the first byte of its first fragment to the last of its last, with the control frames between |
/// | no | yes | the payload of each frame, unmasked, of control frames too |
/// | no | no | each frame as it came |
///
/// It is a slice of the input unless something must be unmasked or joined. Masked and unmasked frames are both read, since a codec does not
/// know which side it is on. Written is one unfragmented binary frame; without `payload`, the frame or message as it is.
///
/// Errors: `malformed` for reserved bits and opcodes (unless `extensions`), for a control frame in fragments, for a continuation of nothing
/// and for a new message inside another; `bad_length` for a length not in its shortest form, for one of 2^63 and more, and for a control
/// frame with more than 125 bytes; `too_long`; `truncated`, also between the fragments of a message. Behind an error there is no telling
/// where the next frame begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebSocket {
    /// Whether messages are given, rather than frames; the default. Then there are no control frames among what is given.
    pub messages: bool,
    /// Whether the payload is given, rather than all bytes that came; the default. That it was text or binary is then lost.
    pub payload: bool,
    /// Whether the reserved bits and opcodes may be used, as extensions such as permessage-deflate (RFC 7692) do; not by default. What
    /// they mean is not known to this codec: a compressed payload stays compressed.
    pub extensions: bool,
    /// The mask to write frames with, as clients must (section 5.3: a new one for each frame, which this is not); none by default.
    pub mask: Option<[u8; MASK]>,
    /// The longest frame or message, in bytes of what is given; [`DEFAULT_MAX_FRAME`] by default.
    pub max_frame: usize,
}

impl Default for WebSocket {
    fn default() -> Self {
        Self { messages: true, payload: true, extensions: false, mask: None, max_frame: DEFAULT_MAX_FRAME }
    }
}

/// What a frame says of itself.
#[derive(Clone, Copy)]
struct Header {
    fin: bool,
    opcode: u8,
    mask: Option<[u8; MASK]>,
    /// Bytes before the payload.
    length: usize,
    payload: usize,
}

/// As much of a header as has come.
enum Parsed {
    Whole(Header),
    /// So many bytes are missing.
    Missing(usize),
}

impl Header {
    fn is_control(&self) -> bool {
        self.opcode & CONTROL != 0
    }

    /// Bytes of the whole frame.
    fn total(&self) -> usize {
        self.length.saturating_add(self.payload)
    }

    fn parse(codec: &WebSocket, input: &[u8]) -> Result<Parsed, Fault> {
        let Some(&first) = input.first() else { return Ok(Parsed::Missing(2)) };
        let opcode = first & 0x0f;
        let is_control = opcode & CONTROL != 0;
        let malformed = |expected| Err(Fault::new(FrameErrorKind::Malformed, expected, Seen::first(&[first])));
        if first & RSV != 0 && !codec.extensions {
            return malformed("a frame without the reserved bits (0x70)");
        }
        if !matches!(opcode, 0..=2 | 8..=10) && !codec.extensions {
            return malformed("an opcode that is not reserved: 0, 1, 2, 8, 9 or 10");
        }
        if is_control && first & FIN == 0 {
            return malformed("a control frame in one piece, with FIN (0x80)");
        }
        let Some(&second) = input.get(1) else { return Ok(Parsed::Missing(1)) };
        let short = second & !MASKED;
        let width = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let bad_length = |expected, seen| Err(Fault::new(FrameErrorKind::BadLength, expected, Seen::first(seen)));
        if is_control && width > 0 {
            return bad_length("a control frame of at most 125 bytes", &input[..2]);
        }
        let length = 2 + width + if second & MASKED == 0 { 0 } else { MASK };
        let Some(header) = input.get(..length) else { return Ok(Parsed::Missing(length - input.len())) };
        let (field, mask) = header[2..].split_at(width);
        let long = field.iter().fold(0, |value, &byte| value << 8 | u64::from(byte));
        let payload = match width {
            0 => u64::from(short),
            8 if long >> 63 == 1 => return bad_length("a length below 2^63", &header[..2 + width]),
            2 if long > SHORT => long,
            8 if long > u64::from(u16::MAX) => long,
            _ => return bad_length("a length in its shortest form", &header[..2 + width]),
        };
        // What does not fit is too long in any case.
        let payload = usize::try_from(payload).unwrap_or(usize::MAX);
        Ok(Parsed::Whole(Self { fin: first & FIN != 0, opcode, length, mask: mask.first_chunk().copied(), payload }))
    }
}

impl Codec for WebSocket {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        WebSocketDecoder::new(*self)
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if !self.payload {
            self.check_whole(frame)?;
            out.extend_from_slice(frame);
            return Ok(());
        }
        if frame.len() > self.max_frame {
            return Err(EncodeError(format!("the payload has {} bytes; at most {}", frame.len(), self.max_frame).into()));
        }
        let masked = if self.mask.is_some() { MASKED } else { 0 };
        out.push(FIN | BINARY);
        match (u8::try_from(frame.len()), u16::try_from(frame.len())) {
            (Ok(length), _) if u64::from(length) <= SHORT => out.push(masked | length),
            (_, Ok(length)) => {
                out.push(masked | 126);
                out.extend_from_slice(&length.to_be_bytes());
            }
            _ => {
                out.push(masked | 127);
                out.extend_from_slice(&(frame.len() as u64).to_be_bytes());
            }
        }
        out.extend(self.mask.iter().flatten());
        append(out, frame, self.mask);
        Ok(())
    }
}

impl WebSocket {
    /// Whether these bytes are one frame or message as it goes over the wire.
    fn check_whole(&self, frame: &[u8]) -> Result<(), EncodeError> {
        let mut decoder = WebSocketDecoder::new(*self);
        // A frame may go on with a message that others began.
        decoder.began = !self.messages && frame.first().is_some_and(|first| first & 0x0f == CONTINUATION);
        match decoder.decode(frame, true) {
            Ok(Decoded::Frame { used, .. }) if used == frame.len() => Ok(()),
            Ok(_) => {
                Err(EncodeError(if self.messages { "these bytes are not one message" } else { "these bytes are not one frame" }.into()))
            }
            Err(fault) => Err(EncodeError(format!("the frame cannot be written: expected {}", fault.expected).into())),
        }
    }
}

/// Appends a payload, masked or unmasked: that is the same (section 5.3).
fn append(buffer: &mut Vec<u8>, payload: &[u8], mask: Option<[u8; MASK]>) {
    let start = buffer.len();
    buffer.extend_from_slice(payload);
    if let Some(mask) = mask {
        for chunk in buffer[start..].chunks_mut(MASK) {
            chunk.iter_mut().zip(mask).for_each(|(byte, key)| *byte ^= key);
        }
    }
}

/// Goes from frame to frame, and joins fragments.
struct WebSocketDecoder {
    codec: WebSocket,
    /// Where in the input the frame begins that is being read: behind the fragments of its message that have come.
    at: usize,
    /// Whether a message has begun whose last fragment has not come.
    began: bool,
    /// Bytes of control frames and empty fragments in this message.
    between: usize,
    /// What was unmasked or joined.
    buffer: Vec<u8>,
}

impl WebSocketDecoder {
    fn new(codec: WebSocket) -> Self {
        Self { codec, at: 0, began: false, between: 0, buffer: Vec::new() }
    }

    /// Whether the frame may come here, and what it makes is not too long. `seen` is its header.
    fn check(&self, header: &Header, seen: &[u8]) -> Result<(), Fault> {
        let WebSocket { messages, payload, max_frame, .. } = self.codec;
        let fault = |kind, expected| Err(Fault::new(kind, expected, Seen::first(seen)).at(self.at));
        if !header.is_control() && self.began != (header.opcode == CONTINUATION) {
            let expected =
                if self.began { "the next fragment of the message, with opcode 0" } else { "the beginning of a message, not opcode 0" };
            return fault(FrameErrorKind::Malformed, expected.to_owned());
        }
        if messages && header.is_control() && !self.began {
            return Ok(());
        }
        let added = if messages && header.is_control() { 0 } else { header.payload };
        let given = if payload { self.buffer.len().saturating_add(added) } else { self.at.saturating_add(header.total()) };
        if given > max_frame {
            let what = if messages { "message" } else { "frame" };
            return fault(FrameErrorKind::TooLong, format!("a {what} of at most {max_frame} bytes, not {given}"));
        }
        if added == 0 && self.between + header.total() > MAX_BETWEEN {
            let expected = format!("a message with at most {MAX_BETWEEN} bytes of control frames and empty fragments");
            return fault(FrameErrorKind::TooLong, expected);
        }
        Ok(())
    }

    /// `need` bytes are missing.
    fn more(&mut self, input: &[u8], need: usize, ended: bool) -> Result<Decoded<'static>, Fault> {
        if !ended || input.is_empty() {
            return Ok(Decoded::More { need });
        }
        let at_boundary = input.len() == std::mem::take(&mut self.at);
        Err(if at_boundary {
            Fault::truncated(input, "the next fragment of the message")
        } else {
            Fault::truncated(input, format!("a whole frame, of which at least {need} bytes are missing"))
        })
    }
}

impl Decoder for WebSocketDecoder {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        let WebSocket { messages, payload: only_payload, .. } = self.codec;
        if self.at == 0 {
            self.buffer.clear();
            self.between = 0;
        }
        loop {
            let rest = &input[self.at..];
            let header = match Header::parse(&self.codec, rest).map_err(|fault| fault.at(self.at))? {
                Parsed::Whole(header) => header,
                Parsed::Missing(need) => return self.more(input, need, ended),
            };
            self.check(&header, &rest[..header.length])?;
            let Some(frame) = rest.get(..header.total()) else { return self.more(input, header.total() - rest.len(), ended) };
            let payload = &frame[header.length..];
            let (at, end) = (self.at, self.at + frame.len());
            if !header.is_control() {
                self.began = !header.fin;
            } else if messages && at == 0 {
                return Ok(Decoded::Skip { used: end });
            }
            if messages && (header.is_control() || !header.fin) {
                self.at = end;
                if header.is_control() || payload.is_empty() {
                    self.between += frame.len();
                } else if only_payload {
                    append(&mut self.buffer, payload, header.mask);
                }
                continue;
            }
            self.at = 0;
            if !only_payload {
                return Ok(Decoded::Frame { frame: &input[..end], used: end });
            }
            if at == 0 && header.mask.is_none() {
                return Ok(Decoded::Frame { frame: payload, used: end });
            }
            append(&mut self.buffer, payload, header.mask);
            return Ok(Decoded::Frame { frame: &self.buffer, used: end });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::OnError;
    use crate::framing::test::{assert_same_under_every_split, decode_whole, error_of, results};

    const FRAMES: WebSocket = WebSocket { messages: false, payload: true, extensions: false, mask: None, max_frame: DEFAULT_MAX_FRAME };
    const MESSAGES: WebSocket = WebSocket { messages: true, ..FRAMES };
    const WIRE_FRAMES: WebSocket = WebSocket { payload: false, ..FRAMES };
    const WIRE_MESSAGES: WebSocket = WebSocket { payload: false, ..MESSAGES };

    // RFC 6455, section 5.7.
    const TEXT: &[u8] = b"\x81\x05Hello";
    const MASKED_TEXT: &[u8] = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    const FRAGMENTS: &[u8] = b"\x01\x03Hel\x80\x02lo";
    const PING: &[u8] = b"\x89\x05Hello";
    const MASKED_PONG: &[u8] = b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";

    fn error_text(codec: &WebSocket, stream: &[u8]) -> String {
        assert_same_under_every_split(codec, stream);
        error_of(codec, stream).to_string()
    }

    #[test]
    fn examples_of_the_rfc() {
        let stream = [TEXT, MASKED_TEXT, FRAGMENTS, PING, MASKED_PONG].concat();
        assert_eq!(decode_whole(&MESSAGES, &stream), [b"Hello"; 3]);
        assert_eq!(decode_whole(&FRAMES, &stream), [&b"Hello"[..], b"Hello", b"Hel", b"lo", b"Hello", b"Hello"]);
        assert_eq!(decode_whole(&WIRE_MESSAGES, &stream), [TEXT, MASKED_TEXT, FRAGMENTS]);
        assert_eq!(decode_whole(&WIRE_FRAMES, &stream), [TEXT, MASKED_TEXT, &FRAGMENTS[..5], &FRAGMENTS[5..], PING, MASKED_PONG]);
        // 256 bytes and 64 KiB of binary, unmasked; and what is written is the same.
        for (header, length) in [(&b"\x82\x7e\x01\x00"[..], 256), (b"\x82\x7f\0\0\0\0\0\x01\0\0", 65536)] {
            let payload = vec![b'x'; length];
            let mut stream = Vec::new();
            MESSAGES.encode(&payload, &mut stream).unwrap();
            assert_eq!(stream, [header, &payload].concat());
            assert_eq!(decode_whole(&MESSAGES, &stream), [payload]);
        }
    }

    #[test]
    fn a_mask_is_written_as_in_the_rfc() {
        let mut stream = Vec::new();
        WebSocket { mask: Some([0x37, 0xfa, 0x21, 0x3d]), ..MESSAGES }.encode(b"Hello", &mut stream).unwrap();
        assert_eq!(stream[1..], MASKED_TEXT[1..]);
    }

    #[test]
    fn control_frames_between_fragments() {
        // Section 5.4.
        let (first, last) = FRAGMENTS.split_at(5);
        let stream = [PING, first, PING, MASKED_PONG, last, TEXT].concat();
        assert_same_under_every_split(&MESSAGES, &stream);
        let whole = results(&MESSAGES, OnError::Stop, &[&stream]);
        assert_eq!(whole, [Ok((b"Hello".to_vec(), 7, 34)), Ok((b"Hello".to_vec(), 34, 41))]);
        assert_eq!(decode_whole(&WIRE_MESSAGES, &stream), [&stream[7..34], TEXT]);
        assert_eq!(decode_whole(&FRAMES, &stream).len(), 6);
    }

    #[test]
    fn fragments_with_masks_of_their_own() {
        let stream = b"\x02\x82\x01\x01\x01\x01``\x00\x80\xff\xff\xff\xff\x00\x01a\x80\x81\x02\0\0\0c";
        assert_same_under_every_split(&MESSAGES, stream);
        assert_eq!(decode_whole(&MESSAGES, stream), [b"aaaa"]);
    }

    #[test]
    fn bits_and_opcodes_that_are_reserved() {
        // Section 5.2.
        let expected = "malformed at offset 7: expected a frame without the reserved bits (0x70); found \"\\xc1\" (c1)";
        assert_eq!(error_text(&MESSAGES, &[TEXT, b"\xc1\x00"].concat()), expected);
        let allowed = WebSocket { extensions: true, ..FRAMES };
        for first in 0x80..=0xffu8 {
            let stream = [first, 1, b'a'];
            let good = matches!(first, 0x81 | 0x82 | 0x88 | 0x89 | 0x8a);
            assert_eq!(results(&FRAMES, OnError::Stop, &[&stream])[0].is_ok(), good, "{first:#x}");
            assert_eq!(results(&allowed, OnError::Stop, &[&stream])[0].is_ok(), first & 0x0f != 0, "{first:#x}");
        }
    }

    #[test]
    fn control_frames_are_whole_and_short() {
        // Section 5.5.
        let expected = "malformed at offset 0: expected a control frame in one piece, with FIN (0x80); found \"\\t\" (09)";
        assert_eq!(error_text(&FRAMES, b"\x09\x00"), expected);
        let expected = "bad_length at offset 0: expected a control frame of at most 125 bytes; found \"\\x89~\" (89 7e)";
        assert_eq!(error_text(&FRAMES, b"\x89\x7e\x00\x7e"), expected);
        assert_eq!(error_of(&FRAMES, b"\x88\xff").kind, FrameErrorKind::BadLength);
        assert_eq!(decode_whole(&FRAMES, &[b"\x89\x7d", &[b'a'; 125][..]].concat())[0].len(), 125);
    }

    #[test]
    fn fragments_in_their_order() {
        // Section 5.4.
        for codec in [FRAMES, MESSAGES, WIRE_FRAMES, WIRE_MESSAGES] {
            let expected = "malformed at offset 0: expected the beginning of a message, not opcode 0; found \"\\x80\\x01\" (80 01)";
            assert_eq!(error_text(&codec, b"\x80\x01a"), expected);
            let expected = "malformed at offset 10: expected the next fragment of the message, with opcode 0; \
                            found \"\\x81\\x01\" (81 01)";
            assert_eq!(error_text(&codec, &[b"\x01\x01a", PING, b"\x81\x01b"].concat()), expected);
        }
    }

    #[test]
    fn lengths_that_are_none() {
        // Section 5.2: the minimal number of bytes, and the most significant bit 0.
        let cases = [
            (&b"\x82\x7e\x00\x7d"[..], FrameErrorKind::BadLength),
            (b"\x82\x7e\x00\x7e", FrameErrorKind::Truncated),
            (b"\x82\x7f\0\0\0\0\0\0\xff\xff", FrameErrorKind::BadLength),
            (b"\x82\x7f\0\0\0\0\0\x01\0\0", FrameErrorKind::Truncated),
            (b"\x82\x7f\x80\0\0\0\0\x01\0\0", FrameErrorKind::BadLength),
            (b"\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", FrameErrorKind::TooLong),
            (b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", FrameErrorKind::TooLong),
        ];
        for (stream, kind) in cases {
            assert_same_under_every_split(&MESSAGES, stream);
            assert_eq!(error_of(&MESSAGES, stream).kind, kind, "{}", stream.escape_ascii());
            // The largest limit and a message that has begun make no sum overflow.
            let codec = WebSocket { max_frame: usize::MAX, ..WIRE_MESSAGES };
            let late = [b"\x01\x01a\x00", &stream[1..]].concat();
            assert_ne!(error_of(&codec, &late).kind, FrameErrorKind::Malformed);
        }
        let expected = "bad_length at offset 0: expected a length in its shortest form; found \"\\x82~\\x00}\" (82 7e 00 7d)";
        assert_eq!(error_text(&MESSAGES, b"\x82\x7e\x00\x7d"), expected);
    }

    #[test]
    fn a_limit_counts_what_is_given() {
        let limit = |codec, max_frame| WebSocket { max_frame, ..codec };
        for (codec, stream, longest) in [
            (FRAMES, TEXT, 5),
            (FRAMES, MASKED_PONG, 5),
            (MESSAGES, FRAGMENTS, 5),
            (WIRE_FRAMES, MASKED_TEXT, 11),
            (WIRE_MESSAGES, FRAGMENTS, 9),
        ] {
            assert_eq!(decode_whole(&limit(codec, longest), stream).len(), 1);
            assert_same_under_every_split(&limit(codec, longest - 1), stream);
            assert_eq!(error_of(&limit(codec, longest - 1), stream).kind, FrameErrorKind::TooLong);
        }
        assert_eq!(
            error_of(&limit(MESSAGES, 4), FRAGMENTS).to_string(),
            "too_long at offset 5: expected a message of at most 4 bytes, not 5; found \"\\x80\\x02\" (80 02)"
        );
        // What is skipped has no limit but its own.
        assert_eq!(decode_whole(&limit(MESSAGES, 0), PING), [b""; 0]);
        assert_eq!(decode_whole(&limit(WIRE_MESSAGES, 0), PING), [b""; 0]);
    }

    #[test]
    fn nothing_but_empty_fragments_does_not_fill_memory() {
        for between in [&b"\x00\x00"[..], b"\x89\x00"] {
            let stream = [b"\x01\x01a", &between.repeat(MAX_BETWEEN / 2 + 1)[..]].concat();
            let error = error_of(&MESSAGES, &stream);
            assert_eq!((error.kind, error.offset), (FrameErrorKind::TooLong, 3 + MAX_BETWEEN as u64));
            let pieces: Vec<&[u8]> = stream.chunks(100).collect();
            assert_eq!(results(&MESSAGES, OnError::Stop, &pieces), [Err(error)]);
        }
    }

    #[test]
    fn the_end_inside_a_message() {
        for (length, expected) in [
            (1, "a whole frame, of which at least 1 bytes are missing"),
            (2, "a whole frame, of which at least 3 bytes are missing"),
            (5, "the next fragment of the message"),
            (8, "a whole frame, of which at least 1 bytes are missing"),
        ] {
            let error = error_of(&MESSAGES, &FRAGMENTS[..length]);
            assert_eq!((error.kind, error.offset, &*error.expected), (FrameErrorKind::Truncated, 0, expected));
        }
        assert_eq!(error_of(&MESSAGES, b"\x89\x01").kind, FrameErrorKind::Truncated);
        // Frames are whole when they are, be their message or not.
        assert_eq!(decode_whole(&FRAMES, &FRAGMENTS[..5]), [b"Hel"]);
    }

    #[test]
    fn only_whole_frames_and_messages_are_written_as_they_are() {
        let written = |codec: WebSocket, frame: &[u8]| codec.encode(frame, &mut Vec::new()).is_ok();
        for frame in [TEXT, PING, &FRAGMENTS[..5], &FRAGMENTS[5..]] {
            assert!(written(WIRE_FRAMES, frame));
            assert!(!written(WIRE_FRAMES, &frame[..frame.len() - 1]));
        }
        assert!(written(WIRE_MESSAGES, FRAGMENTS));
        for frame in [&b""[..], PING, &FRAGMENTS[..5], &FRAGMENTS[5..], &[TEXT, TEXT].concat()] {
            assert!(!written(WIRE_MESSAGES, frame));
        }
    }

    mod properties {
        use super::*;
        use crate::framing::test::{any_frames, any_stream, assert_codec, assert_linear, config};
        use proptest::prelude::*;

        const LIKELY: &[u8] = b"\x00\x00\x01\x02\x03\x80\x81\x82\x82\x89\x7e\x7f";

        /// Messages in fragments with pings between them, well formed: the lengths of the fragments, and whether each is masked.
        fn fragmented(message: &[u8], fragments: &[(usize, bool)]) -> Vec<u8> {
            let (mut stream, mut rest) = (Vec::new(), message);
            for (index, &(length, masked)) in fragments.iter().enumerate() {
                let (fragment, behind) = rest.split_at(length.min(rest.len()));
                let one = WebSocket { mask: masked.then_some([1, 2, 3, 4]), ..FRAMES };
                let at = stream.len();
                one.encode(fragment, &mut stream).unwrap();
                stream[at] = if index == 0 { BINARY } else { CONTINUATION };
                stream.extend_from_slice(b"\x89\x00");
                rest = behind;
            }
            let at = stream.len();
            FRAMES.encode(rest, &mut stream).unwrap();
            stream[at] = FIN | if fragments.is_empty() { BINARY } else { CONTINUATION };
            stream
        }

        proptest! {
            #![proptest_config(config())]

            #[test]
            fn frames(mut frames in any_frames(), length in 120usize..130, mask in any::<Option<[u8; MASK]>>()) {
                frames.push(vec![b'a'; length]);
                for codec in [FRAMES, MESSAGES] {
                    assert_codec(&WebSocket { mask, ..codec }, &frames);
                }
            }

            #[test]
            fn messages(messages in any_frames(), fragments in proptest::collection::vec((0usize..8, any::<bool>()), 0..4)) {
                let streams: Vec<Vec<u8>> = messages.iter().map(|message| fragmented(message, &fragments)).collect();
                assert_codec(&WIRE_MESSAGES, &streams);
                let stream = streams.concat();
                assert_same_under_every_split(&MESSAGES, &stream);
                assert_same_under_every_split(&FRAMES, &stream);
                prop_assert_eq!(decode_whole(&MESSAGES, &stream), messages);
            }

            #[test]
            fn anything(stream in any_stream(LIKELY), max_frame in 0usize..6, extensions in any::<bool>()) {
                for codec in [FRAMES, MESSAGES, WIRE_FRAMES, WIRE_MESSAGES] {
                    assert_same_under_every_split(&WebSocket { extensions, ..codec }, &stream);
                    assert_same_under_every_split(&WebSocket { extensions, max_frame, ..codec }, &stream);
                }
            }
        }

        #[test]
        fn long_frames_in_small_pieces_are_linear() {
            assert_linear(&MESSAGES);
            assert_linear(&WebSocket { mask: Some([1, 2, 3, 4]), ..MESSAGES });
        }

        #[test]
        fn a_long_message_of_small_fragments_is_linear() {
            let message = vec![b'a'; 512 * 1024];
            let stream = fragmented(&message, &vec![(8, true); message.len() / 8]);
            let pieces: Vec<&[u8]> = stream.chunks(64).collect();
            assert_eq!(results(&MESSAGES, OnError::Stop, &pieces), [Ok((message, 0, stream.len() as u64))]);
        }
    }
}
