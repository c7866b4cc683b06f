//! Chunked bodies of HTTP/1.1 (RFC 9112, section 7.1): for data whose length is not known when it begins to be sent.
//!
//! ```text
//! 4\r\n             the size of a chunk in hex digits,
//! Wiki\r\n          so many bytes, and \r\n;
//! 5;a=b\r\n         another, with an extension, which is ignored:
//! pedia\r\n
//! 0\r\n             the last chunk is empty,
//! Expires: 0\r\n    trailer fields, of which there may be none,
//! \r\n              and an empty line.
//! ```
//!
//! A frame is a whole body without its sizes: it ends where the empty line ends, not where a read did, and a chunk is no more a message
//! than a read is. Where a proxy and a server read a size differently, one of them takes what the other calls data for the next request.
//! So sizes are hex digits only (no `0x`, sign, space or underscore; leading zeros are in the grammar), lines end with `\r\n` only, and
//! behind the data stands `\r\n`, or the body is refused.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};
use super::http_field::{FieldLine, is_text};
use super::scan::{Progress, ends_line, fault_at};

/// Chunked bodies. The frame is the data of all chunks of a body, joined; extensions and trailers are checked and left out.
///
/// What an extension holds is not looked at, except that it has no control characters (so no bare `\n` either); trailer lines must be field
/// lines. Errors: `bad_length` for a size that is none, `malformed`, `too_long`, `truncated`. There is no way to find the next body behind
/// a bad one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpChunked {
    /// The most data of a body in bytes: 16 MiB.
    pub max_frame: usize,
    /// The longest size line (with its extension) or trailer line in bytes, without its `\r\n`: 4 KiB.
    pub max_line: usize,
    /// The most bytes of extensions, of zeros before sizes and of trailer lines in a body, which are read only to be thrown away: 64 KiB. A
    /// limit that RFC 9112 (section 7.1.1) asks for.
    pub max_discarded: usize,
    /// The most data in a chunk that is written, in bytes: all of the frame, unless told otherwise.
    pub chunk_size: usize,
}

impl Default for HttpChunked {
    fn default() -> Self {
        Self { max_frame: DEFAULT_MAX_FRAME, max_line: 4 * 1024, max_discarded: 64 * 1024, chunk_size: usize::MAX }
    }
}

impl HttpChunked {
    fn scanner(&self) -> ChunkScanner {
        ChunkScanner::new(0, Limits { data: self.max_frame, line: self.max_line, discarded: self.max_discarded })
    }
}

impl Codec for HttpChunked {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        HttpChunkedDecoder { codec: *self, scanner: self.scanner(), joined: Vec::new() }
    }

    /// Writes the frame as chunks of at most `chunk_size` bytes, and the last chunk, without extensions and trailers.
    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if frame.len() > self.max_frame {
            return Err(EncodeError(format!("the body has {} bytes; at most {}", frame.len(), self.max_frame).into()));
        }
        let chunk_size = self.chunk_size.max(1);
        let size = format!("{:x}", frame.len().min(chunk_size));
        if size.len() > self.max_line {
            return Err(EncodeError(format!("the chunk size {size} does not fit into a line of {} bytes", self.max_line).into()));
        }
        for chunk in frame.chunks(chunk_size) {
            out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            out.extend_from_slice(chunk);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"0\r\n\r\n");
        Ok(())
    }
}

/// What a body may have at most.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Bytes of data.
    pub(super) data: usize,
    /// Bytes of a line.
    pub(super) line: usize,
    /// Bytes of extensions, of zeros before sizes, and of trailer lines.
    pub(super) discarded: usize,
}

/// What the next byte of a body may be.
#[derive(Clone, Copy)]
enum State {
    /// A digit of a size, of which some or none have come.
    Size {
        some: bool,
    },
    /// White space behind a size, which only an extension may follow.
    Space,
    Extension,
    /// The `\n` of a size line.
    SizeEnd,
    /// Data up to here, and `\r\n`.
    Data {
        end: usize,
    },
    Trailer(FieldLine),
}

/// The digits of the largest size: those before them are zeros.
const DIGITS: usize = 16;

/// Finds the end of a chunked body, and remembers how far it has looked.
pub(super) struct ChunkScanner {
    limits: Limits,
    at: usize,
    /// Where the line begins that is looked at.
    line: usize,
    state: State,
    size: u64,
    /// Data of the chunks so far.
    data: usize,
    discarded: usize,
}

impl ChunkScanner {
    /// A scanner of a body that begins at this place of its input.
    pub(super) fn new(start: usize, limits: Limits) -> Self {
        Self { limits, at: start, line: start, state: State::Size { some: false }, size: 0, data: 0, discarded: 0 }
    }

    /// Looks at what has come of the body.
    pub(super) fn scan(&mut self, input: &[u8]) -> Result<Progress, Fault> {
        loop {
            if let State::Data { end } = self.state {
                if !ends_line(input, self.line, end, "\\r\\n behind as many bytes as the chunk size says")? {
                    return Ok(Progress::Missing(end + 2 - input.len()));
                }
                self.at = end + 2;
                self.line = self.at;
                self.size = 0;
                self.state = State::Size { some: false };
            }
            let Some(&byte) = input.get(self.at) else { return Ok(Progress::Missing(1)) };
            self.count(input, byte)?;
            let next = self.step(input, byte)?;
            self.at += 1;
            let Some(next) = next else { return Ok(Progress::Ended(self.at)) };
            if matches!(next, State::Trailer(FieldLine::Start)) {
                self.line = self.at;
            }
            self.state = next;
        }
    }

    /// Holds a line against the limits of what is not data.
    fn count(&mut self, input: &[u8], byte: u8) -> Result<(), Fault> {
        if matches!(byte, b'\r' | b'\n') {
            return Ok(());
        }
        let length = self.at - self.line;
        let is_size = matches!(self.state, State::Size { .. }) && byte.is_ascii_hexdigit() && length < DIGITS;
        self.discarded += usize::from(!is_size);
        let Limits { line, discarded, .. } = self.limits;
        let expected = match self.state {
            _ if self.discarded > discarded => format!("at most {discarded} bytes of chunk extensions and trailers"),
            State::Trailer(_) if length >= line => format!("a trailer line of at most {line} bytes"),
            _ if length >= line => format!("a chunk size line of at most {line} bytes"),
            _ => return Ok(()),
        };
        Err(fault_at(FrameErrorKind::TooLong, input, self.line, self.at, expected))
    }

    /// What follows this byte; nothing behind the last.
    fn step(&mut self, input: &[u8], byte: u8) -> Result<Option<State>, Fault> {
        let wrong = |kind, expected: &'static str| fault_at(kind, input, self.line, self.at, expected);
        let next = match (self.state, byte) {
            (State::Size { .. }, byte) if byte.is_ascii_hexdigit() => {
                let digit = char::from(byte).to_digit(16).map(u64::from);
                let size = digit.and_then(|digit| self.size.checked_mul(16)?.checked_add(digit));
                self.size = size.ok_or_else(|| wrong(FrameErrorKind::BadLength, "a chunk size that fits into 64 bits"))?;
                State::Size { some: true }
            }
            (State::Size { some: true }, b'\r') => State::SizeEnd,
            (State::Size { some: true }, b';') => State::Extension,
            (State::Size { some: true }, b' ' | b'\t') => State::Space,
            (State::Size { some: true } | State::Extension, b'\n') => {
                return Err(wrong(FrameErrorKind::Malformed, "\\r\\n at the end of a chunk size line, not \\n alone"));
            }
            (State::Size { .. }, _) => return Err(wrong(FrameErrorKind::BadLength, "a chunk size in hex digits")),
            (State::Space, b' ' | b'\t') => State::Space,
            (State::Space | State::Extension, b';') => State::Extension,
            (State::Space, _) => return Err(wrong(FrameErrorKind::Malformed, "a chunk extension behind white space")),
            (State::Extension, b'\r') => State::SizeEnd,
            (State::Extension, byte) if is_text(byte) => State::Extension,
            (State::Extension, _) => return Err(wrong(FrameErrorKind::Malformed, "no control character in a chunk extension")),
            (State::SizeEnd, b'\n') if self.size == 0 => State::Trailer(FieldLine::Start),
            (State::SizeEnd, b'\n') => self.begin_data(input)?,
            (State::SizeEnd, _) => return Err(wrong(FrameErrorKind::Malformed, "\\n behind \\r")),
            (State::Trailer(line), byte) => {
                let next = line.step(byte).map_err(|expected| wrong(FrameErrorKind::Malformed, expected))?;
                return Ok(next.map(State::Trailer));
            }
            (State::Data { .. }, _) => self.state,
        };
        Ok(Some(next))
    }

    /// A size that is not zero is known, and must fit before its data comes.
    fn begin_data(&mut self, input: &[u8]) -> Result<State, Fault> {
        let start = self.at + 1;
        let size = usize::try_from(self.size).ok();
        let data = size.and_then(|size| self.data.checked_add(size)).filter(|&data| data <= self.limits.data);
        let end = size.and_then(|size| start.checked_add(size)).filter(|end| end.checked_add(2).is_some());
        let (Some(data), Some(end)) = (data, end) else {
            let expected = format!("a body of at most {} bytes", self.limits.data);
            return Err(Fault::new(FrameErrorKind::TooLong, expected, Seen::first(&input[self.line..self.at - 1])).at(self.line));
        };
        self.data = data;
        Ok(State::Data { end })
    }
}

/// The data of the chunks of a body that has been scanned to its end.
fn chunks(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let digits = rest.iter().map_while(|&byte| char::from(byte).to_digit(16));
        let size = digits.fold(0, |size: usize, digit| size << 4 | digit as usize);
        let start = memchr::memchr(b'\n', rest)? + 1;
        let data = rest.get(start..start + size)?;
        rest = rest.get(start + size + 2..)?;
        (size > 0).then_some(data)
    })
}

/// Finds the ends of bodies, and joins their chunks.
struct HttpChunkedDecoder {
    codec: HttpChunked,
    scanner: ChunkScanner,
    /// The data of a body of several chunks.
    joined: Vec<u8>,
}

impl Decoder for HttpChunkedDecoder {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        let used = match self.scanner.scan(input)? {
            Progress::Ended(used) => used,
            Progress::Missing(_) if ended && !input.is_empty() => {
                return Err(Fault::truncated(input, "the end of a chunked body: a last chunk of size 0 and an empty line"));
            }
            Progress::Missing(need) => return Ok(Decoded::More { need }),
        };
        self.scanner = self.codec.scanner();
        // Joined only now, when it is known that the body ends: nothing is copied of one that does not, or that has one chunk.
        let mut data = chunks(&input[..used]);
        let first = data.next().unwrap_or_default();
        let Some(second) = data.next() else { return Ok(Decoded::Frame { frame: first, used }) };
        self.joined.clear();
        for chunk in [first, second].into_iter().chain(data) {
            self.joined.extend_from_slice(chunk);
        }
        Ok(Decoded::Frame { frame: &self.joined, used })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of};

    fn one(stream: &str) -> String {
        let frames = decode_whole(&HttpChunked::default(), stream.as_bytes());
        assert_eq!(frames.len(), 1, "{stream:?}");
        String::from_utf8(frames.concat()).unwrap()
    }

    fn error(stream: &str) -> String {
        error_of(&HttpChunked::default(), stream.as_bytes()).to_string()
    }

    #[test]
    fn bodies() {
        assert_eq!(one("4\r\nWiki\r\n5;a=b\r\npedia\r\n0\r\nExpires: 0\r\n\r\n"), "Wikipedia");
        assert_eq!(one("0\r\n\r\n"), "");
        assert_eq!(one("3\r\n\r\n0\r\n0\r\n\r\n"), "\r\n0");
        assert_eq!(one("0000000000000000000A\r\n0123456789\r\n000\r\n\r\n"), "0123456789");
        assert_eq!(
            decode_whole(&HttpChunked::default(), b"1\r\na\r\n0\r\n\r\n2\r\nbc\r\n1\r\nd\r\n0\r\n\r\n0\r\n\r\n"),
            [&b"a"[..], b"bcd", b""]
        );
        // RFC 9112, section 7.1.1: extensions, with white space that is bad but in the grammar, on the last chunk too.
        assert_eq!(one("1 \t; a = \"b;\\\"c\"\r\na\r\n0;x\r\n\r\n"), "a");
        // Section 7.1.2: trailer fields, with any value a field may have.
        assert_eq!(one("1\r\na\r\n0\r\nDigest:\tsha=\u{fc}\r\nEmpty:\r\n\r\n"), "a");
    }

    #[test]
    fn sizes_that_are_none() {
        for size in ["", "0x4", "+4", "-4", " 4", "4_0", "g", "4.", "x", "\u{fc}", "\n4", "10000000000000000", "ffffffffffffffffffff", ";a"]
        {
            let found = error_of(&HttpChunked::default(), format!("{size}\r\nWiki\r\n0\r\n\r\n").as_bytes());
            assert_eq!(found.kind, FrameErrorKind::BadLength, "{size:?}: {found}");
        }
        assert_eq!(error("0x4\r\n"), "bad_length at offset 0: expected a chunk size in hex digits; found \"0x\" (30 78)");
    }

    #[test]
    fn what_is_written_can_be_read() {
        let codec = HttpChunked { max_line: 1, chunk_size: 15, ..HttpChunked::default() };
        let mut out = Vec::new();
        codec.encode(&[b'a'; 40], &mut out).unwrap();
        assert_eq!(decode_whole(&codec, &out), [[b'a'; 40]]);
        let error = HttpChunked { chunk_size: 16, ..codec }.encode(&[b'a'; 40], &mut out).unwrap_err();
        assert_eq!(error.to_string(), "the chunk size 10 does not fit into a line of 1 bytes");
    }

    #[test]
    fn what_smuggles_requests() {
        for stream in [
            "4\nWiki\r\n0\r\n\r\n",
            "4\r\nWiki\n0\r\n\r\n",
            "4\r\nWikipedia\r\n0\r\n\r\n",
            "4\r\nWiki0\r\n\r\n",
            "4\r\nWiki\r0\r\n\r\n",
            "4 \r\nWiki\r\n0\r\n\r\n",
            "4\r \nWiki\r\n0\r\n\r\n",
            "4;a\nxx\r\nWiki\r\n0\r\n\r\n",
            "4;a\rxx\r\nWiki\r\n0\r\n\r\n",
            "4;\x00\r\nWiki\r\n0\r\n\r\n",
            "0\r\n\n",
            "0\r\nA: b\n\r\n",
            "0\r\nA: b\r\r\n",
            "0\r\nA : b\r\n\r\n",
            "0\r\nA: b\r\n c\r\n\r\n",
            "0\r\n: b\r\n\r\n",
            "0\r\nGET / HTTP/1.1\r\n\r\n",
            "0\r\n\rX",
        ] {
            assert_eq!(error_of(&HttpChunked::default(), stream.as_bytes()).kind, FrameErrorKind::Malformed, "{stream:?}");
        }
        assert_eq!(
            error("4\r\nWikipedia\r\n"),
            "malformed at offset 0: expected \\r\\n behind as many bytes as the chunk size says; \
             found \"4\\r\\nWikip\" (34 0d 0a 57 69 6b 69 70)"
        );
    }

    #[test]
    fn limits() {
        let codec = HttpChunked { max_frame: 5, max_line: 8, max_discarded: 12, ..HttpChunked::default() };
        assert_eq!(decode_whole(&codec, b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), [b"abcde"]);
        assert_eq!(decode_whole(&codec, b"1;345678\r\na\r\n0\r\nA:bcd\r\n\r\n"), [b"a"]);
        for stream in [
            "6\r\n",
            "3\r\nabc\r\n3\r\n",
            "ffffffff\r\n",
            "1;3456789",
            "000000001",
            "0\r\nABCDEFGHI",
            "0\r\nA:bcdefgh",
            "1;34567\r\na\r\n1;34567\r\na\r\n0;",
            "0\r\nA:34567\r\nB:34567\r\n",
        ] {
            let found = error_of(&codec, stream.as_bytes());
            assert_eq!(found.kind, FrameErrorKind::TooLong, "{stream:?}: {found}");
        }
        assert_eq!(error_of(&codec, b"6\r\nabc").to_string(), "too_long at offset 0: expected a body of at most 5 bytes; found \"6\" (36)");
        let largest = HttpChunked { max_frame: usize::MAX, ..HttpChunked::default() };
        assert_eq!(error_of(&largest, b"ffffffffffffffff\r\n").kind, FrameErrorKind::TooLong);
        assert_eq!(error_of(&largest, b"ffffffffffff\r\n").kind, FrameErrorKind::Truncated);
    }

    #[test]
    fn an_end_inside_a_body() {
        let stream = "2;a\r\nab\r\n0\r\nA: b\r\n\r\n";
        for length in 1..stream.len() {
            assert_eq!(error_of(&HttpChunked::default(), &stream.as_bytes()[..length]).kind, FrameErrorKind::Truncated, "{length}");
        }
    }

    #[test]
    fn chunks_as_they_are_written() {
        let mut out = Vec::new();
        HttpChunked { chunk_size: 10, ..HttpChunked::default() }.encode(b"0123456789abc", &mut out).unwrap();
        HttpChunked::default().encode(b"", &mut out).unwrap();
        assert_eq!(out.escape_ascii().to_string(), "a\\r\\n0123456789\\r\\n3\\r\\nabc\\r\\n0\\r\\n\\r\\n0\\r\\n\\r\\n");
        assert!(HttpChunked { max_frame: 1, ..HttpChunked::default() }.encode(b"ab", &mut out).is_err());
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
        fn bodies(frames in any_frames(), chunk_size in 0usize..20) {
            assert_codec(&HttpChunked { chunk_size, ..HttpChunked::default() }, &frames);
        }

        #[test]
        fn anything(stream in any_stream(b"0011a;: \t\r\n\r\n\r\n"), limits in (0usize..6, 0usize..6, 0usize..8)) {
            let (max_frame, max_line, max_discarded) = limits;
            assert_same_under_every_split(&HttpChunked { max_frame, max_line, max_discarded, ..HttpChunked::default() }, &stream);
            assert_same_under_every_split(&HttpChunked::default(), &stream);
        }

        #[test]
        fn a_byte_that_is_wrong(frames in any_frames(), at in any::<prop::sample::Index>(), byte in any::<u8>(), max_frame in 0usize..20) {
            let codec = HttpChunked { chunk_size: 5, ..HttpChunked::default() };
            let mut stream = b"1;a=b\r\nx\r\n0\r\nA: b\r\n\r\n".to_vec();
            for frame in frames {
                codec.encode(&frame, &mut stream).unwrap();
            }
            let at = at.index(stream.len());
            stream[at] = byte;
            assert_same_under_every_split(&HttpChunked { max_frame, ..codec }, &stream);
            assert_same_under_every_split(&codec, &stream);
        }
    }

    #[test]
    fn long_bodies_in_small_pieces_are_linear() {
        assert_linear(&HttpChunked::default());
        assert_linear(&HttpChunked { chunk_size: 16, ..HttpChunked::default() });
    }
}
