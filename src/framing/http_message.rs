//! Messages of HTTP/1.x: a head up to an empty line, and a body whose length the head says (RFC 9112, sections 6 and 7).
//!
//! ```text
//! POST /a HTTP/1.1\r\n       the start line,
//! Content-Length: 5\r\n      field lines,
//! \r\n                       an empty line,
//! hello                      the body
//! ```
//!
//! It is the protocol in which most people meet every kind of framing at once: a delimiter ends the head (`\r\n\r\n`), and the body has a
//! length before it, or comes in chunks, or ends with the connection. Which of them is in the head, and one that two programs read
//! differently ends the message at two places: the rest of it is then a request that nobody sent (request smuggling, section 11.2). So
//! this decoder takes what the grammar says and nothing like it:
//!
//! | head | body |
//! |---|---|
//! | `Content-Length` and `Transfer-Encoding` | refused (section 6.3, rule 3: "ought to be handled as an error") |
//! | response with status 1xx, 204 or 304 | none, whatever length the fields give (rule 1) |
//! | `Transfer-Encoding` that ends with `chunked` | chunked (rule 4) |
//! | another `Transfer-Encoding` | of a response: up to the end of the stream; of a request: refused (rule 4) |
//! | `Content-Length` | so many bytes (rule 6); the same number again counts once, on a line of its own or in a list (rule 5) |
//! | `Content-Length` that is no number, or several that differ | refused (rule 5) |
//! | neither | of a request: none (rule 7); of a response: up to the end of the stream (rule 8) |
//!
//! What no decoder of one direction can know: which request a response answers. A response to `HEAD` has no body whatever its head says
//! (rule 1), a 2xx response to `CONNECT` has none and begins a tunnel (rule 2), and behind `101` another protocol begins. Here the body of
//! the first two is expected as the head says it.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};
use super::http_chunked::{ChunkScanner, Limits};
use super::http_field::{FieldLine, is_text};
use super::http_head::{Extent, StartLine, line_at};
use super::scan::{Progress, exactly_one, malformed, too_long};

/// HTTP/1.x requests and responses. The frame is a whole message as it stands on the wire, head and body, chunks as they are.
///
/// Empty lines before a start line are skipped (RFC 9112, section 2.2). Errors: `malformed`, `bad_length` for a `Content-Length` or chunk
/// size that is none, `too_long`, `truncated`. There is no way to find the next message behind a bad one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpMessage {
    /// The longest head in bytes, its empty line among them, and as much again for the extensions and trailers of a chunked body: 64 KiB.
    /// RFC 9112 (section 3) recommends to take a request line of 8000 bytes, and names no other size.
    pub max_head: usize,
    /// The longest message in bytes, head and body: 16 MiB.
    pub max_frame: usize,
}

impl Default for HttpMessage {
    fn default() -> Self {
        Self { max_head: 64 * 1024, max_frame: DEFAULT_MAX_FRAME }
    }
}

impl Codec for HttpMessage {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        HttpMessageDecoder::new(*self)
    }

    /// Writes a message that is whole, after a check that it is one. Nothing can follow a response whose body ends with the stream.
    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        exactly_one(HttpMessageDecoder::new(*self), frame, "an HTTP message")?;
        out.extend_from_slice(frame);
        Ok(())
    }
}

/// What the next byte of a head may be.
#[derive(Clone, Copy)]
enum Head {
    StartLine,
    /// The `\n` of the start line.
    StartEnd,
    Fields(FieldLine),
}

/// Where a message ends.
enum Body {
    /// Here.
    Until(usize),
    /// Where its chunks do.
    Chunked(ChunkScanner),
    /// With the stream.
    Rest,
}

/// Follows a message to its end.
struct HttpMessageDecoder {
    codec: HttpMessage,
    /// How far the head has been looked at.
    at: usize,
    /// Where the line begins that is looked at.
    line: usize,
    head: Head,
    start_line: StartLine,
    /// Of a message whose head has come.
    body: Option<Body>,
}

impl HttpMessageDecoder {
    fn new(codec: HttpMessage) -> Self {
        Self { codec, at: 0, line: 0, head: Head::StartLine, start_line: StartLine::UNKNOWN, body: None }
    }

    /// Looks at what has come of the head; says whether that is all of it.
    fn scan_head(&mut self, input: &[u8]) -> Result<bool, Fault> {
        while let Some(&byte) = input.get(self.at) {
            let next = match (self.head, byte) {
                (Head::StartLine, b'\r') => Ok(Head::StartEnd),
                (Head::StartLine, _) if is_text(byte) => Ok(Head::StartLine),
                (Head::StartLine, b'\n') => Err("\\r\\n at the end of a start line, not \\n alone"),
                (Head::StartLine, _) => Err("a start line of text"),
                (Head::StartEnd, b'\n') => {
                    self.start_line = StartLine::of(&input[..self.at - 1]).ok_or_else(|| {
                        let expected = "a start line such as GET / HTTP/1.1 or HTTP/1.1 200 OK";
                        Fault::new(FrameErrorKind::Malformed, expected, Seen::first(&input[..self.at + 1]))
                    })?;
                    Ok(Head::Fields(FieldLine::Start))
                }
                (Head::StartEnd, _) => Err("\\n behind \\r"),
                (Head::Fields(line), _) => match line.step(byte) {
                    Ok(Some(next)) => Ok(Head::Fields(next)),
                    Ok(None) => {
                        self.at += 1;
                        return Ok(true);
                    }
                    Err(expected) => Err(expected),
                },
            };
            self.head = next.map_err(|expected| malformed(input, self.line, self.at, expected))?;
            self.at += 1;
            if matches!(self.head, Head::Fields(FieldLine::Start)) {
                self.line = self.at;
            }
        }
        Ok(false)
    }

    /// Where a message with this head ends.
    fn body_of(&self, head: &[u8]) -> Result<Body, Fault> {
        let HttpMessage { max_head, max_frame } = self.codec;
        Ok(match Extent::of(self.start_line, head)? {
            Extent::Nothing => Body::Until(head.len()),
            Extent::Length(length, at) => {
                let end = usize::try_from(length).ok().and_then(|length| length.checked_add(head.len()));
                let end = end.filter(|&end| end <= max_frame).ok_or_else(|| {
                    let expected = format!("a message of at most {max_frame} bytes");
                    Fault::new(FrameErrorKind::TooLong, expected, Seen::first(line_at(head, at))).at(at)
                })?;
                Body::Until(end)
            }
            Extent::Chunked => {
                let limits = Limits { data: max_frame - head.len(), line: max_head, discarded: max_head };
                Body::Chunked(ChunkScanner::new(head.len(), limits))
            }
            Extent::Rest => Body::Rest,
        })
    }

    /// Follows the message as far as it has come.
    fn scan(&mut self, input: &[u8], ended: bool) -> Result<Progress, Fault> {
        let HttpMessage { max_head, max_frame } = self.codec;
        if self.body.is_none() {
            let max = max_head.min(max_frame);
            if !self.scan_head(&input[..input.len().min(max)])? {
                let what = if max_head < max_frame { "a head" } else { "a message" };
                return if input.len() > max { Err(too_long(input, max, what)) } else { Ok(Progress::Missing(1)) };
            }
            self.body = Some(self.body_of(&input[..self.at])?);
        }
        let progress = match &mut self.body {
            Some(Body::Until(end)) if input.len() >= *end => Progress::Ended(*end),
            Some(Body::Until(end)) => Progress::Missing(*end - input.len()),
            Some(Body::Chunked(scanner)) => scanner.scan(&input[..input.len().min(max_frame)])?,
            Some(Body::Rest) if ended && input.len() <= max_frame => Progress::Ended(input.len()),
            Some(Body::Rest) | None => Progress::Missing(1),
        };
        match progress {
            Progress::Missing(_) if input.len() > max_frame => Err(too_long(input, max_frame, "a message")),
            progress => Ok(progress),
        }
    }
}

impl Decoder for HttpMessageDecoder {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        if self.at == 0 {
            match input {
                // RFC 9112, section 2.2: empty lines before a request are ignored; section 9.2 lets those before a response be.
                [b'\r', b'\n', ..] => return Ok(Decoded::Skip { used: 2 }),
                [b'\r'] if !ended => return Ok(Decoded::More { need: 1 }),
                _ => {}
            }
        }
        match self.scan(input, ended)? {
            Progress::Ended(used) => {
                *self = Self::new(self.codec);
                Ok(Decoded::Frame { frame: &input[..used], used })
            }
            Progress::Missing(_) if ended && !input.is_empty() => Err(match self.body {
                None => Fault::truncated(input, "a head that ends with an empty line"),
                Some(Body::Until(end)) => Fault::truncated(input, format!("a message of {end} bytes, {} have come", input.len())),
                Some(_) => Fault::truncated(input, "the end of a chunked body: a last chunk of size 0 and an empty line"),
            }),
            Progress::Missing(need) => Ok(Decoded::More { need }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of};

    fn messages(stream: &str) -> Vec<String> {
        decode_whole(&HttpMessage::default(), stream.as_bytes()).into_iter().map(|message| String::from_utf8(message).unwrap()).collect()
    }

    fn error(stream: &str) -> String {
        error_of(&HttpMessage::default(), stream.as_bytes()).to_string()
    }

    fn kind(stream: &str) -> FrameErrorKind {
        error_of(&HttpMessage::default(), stream.as_bytes()).kind
    }

    /// A head with these lines behind its start line.
    fn request(lines: &str) -> String {
        format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n")
    }

    fn response(status: &str, lines: &str) -> String {
        format!("HTTP/1.1 {status}\r\n{lines}\r\n")
    }

    #[test]
    fn the_example_of_the_rfc() {
        // RFC 9110, section 3.9.
        let request = "GET /hello.txt HTTP/1.1\r\nUser-Agent: curl/7.64.1\r\nHost: www.example.com\r\nAccept-Language: en, mi\r\n\r\n";
        let response = "HTTP/1.1 200 OK\r\nDate: Mon, 27 Jul 2009 12:28:53 GMT\r\nServer: Apache\r\n\
                        Last-Modified: Wed, 22 Jul 2009 19:15:56 GMT\r\nETag: \"34aa387-d-1568eb00\"\r\nAccept-Ranges: bytes\r\n\
                        Content-Length: 51\r\nVary: Accept-Encoding\r\nContent-Type: text/plain\r\n\r\n\
                        Hello World! My content includes a trailing CRLF.\r\n";
        assert_eq!(messages(&[request, request].concat()), [request, request]);
        assert_eq!(messages(&[response, response].concat()), [response, response]);
    }

    #[test]
    fn where_bodies_end() {
        for message in [
            request(""),
            request("Content-Length: 0\r\n"),
            request("content-LENGTH:3\t\r\n") + "\r\n\r",
            // RFC 9112, section 6.3, rule 5: the same number counts once.
            request("Content-Length: 3\r\nContent-Length: 3\r\n") + "abc",
            request("Content-Length: 3, 3 ,03\r\n") + "abc",
            request("Transfer-Encoding: chunked\r\n") + "3;x\r\nabc\r\n0\r\nA: b\r\n\r\n",
            // Section 6.1.
            request("Transfer-Encoding: gzip, Chunked\r\n") + "0\r\n\r\n",
            request("Transfer-Encoding: gzip\r\nTransfer-Encoding: , chunked,\r\n") + "0\r\n\r\n",
            response("204 No Content", "Content-Length: 5\r\n"),
            response("304 Not Modified", "Transfer-Encoding: chunked\r\n"),
            response("100 Continue", ""),
            response("200", "Content-Length: 1\r\n") + "a",
            response("200 \u{fc}ber\talles", "Content-Length: 1\r\nEmpty:\r\n") + "a",
        ] {
            assert_eq!(messages(&[&message[..], &message].concat()), [&message[..], &message]);
        }
    }

    #[test]
    fn a_response_up_to_the_end_of_the_stream() {
        for head in [response("200 OK", ""), "HTTP/1.0 404 \r\n\r\n".to_owned(), response("200 OK", "Transfer-Encoding: chunked, gzip\r\n")]
        {
            for body in ["", "GET / HTTP/1.1\r\n\r\n"] {
                let message = format!("{head}{body}");
                assert_eq!(messages(&message), [message]);
            }
        }
    }

    #[test]
    fn empty_lines_before_a_message() {
        // RFC 9112, section 2.2.
        assert_eq!(messages("\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\n").len(), 1);
        assert_eq!(kind("\n\nGET / HTTP/1.1\r\n\r\n"), FrameErrorKind::Malformed);
        assert_eq!(kind("\r\n\rGET / HTTP/1.1\r\n\r\n"), FrameErrorKind::Malformed);
        assert_eq!(kind("\r\n\r"), FrameErrorKind::Truncated);
    }

    #[test]
    fn heads_that_smuggle() {
        for lines in [
            // RFC 9112, section 6.3, rule 3; section 6.1; section 6.3, rule 4.
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: chunked, gzip, chunked\r\n",
            "Transfer-Encoding: chunked, gzip\r\n",
            "Transfer-Encoding: gzip\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: chunked;a=b\r\n",
            "Transfer-Encoding: \"chunked\"\r\n",
            "Transfer-Encoding:\r\n",
            "Transfer-Encoding: identity\r\n",
            // Sections 5.1 and 5.2.
            "Content-Length : 3\r\n",
            "Transfer-Encoding\t: chunked\r\n",
            "A: b\r\n c\r\n",
            "A: b\r\n\tTransfer-Encoding: chunked\r\n",
            ": b\r\n",
            "A\r\n",
            "A b: c\r\n",
            "\u{fc}: b\r\n",
            // Section 2.2.
            "A: b\nC: d\r\n",
            "A: b\rC: d\r\n",
            "A: b\r\r\n",
            "A: \0b\r\n",
            "A: b\n\n",
            "\n",
        ] {
            assert_eq!(kind(&(request(lines) + "0\r\n\r\n")), FrameErrorKind::Malformed, "{lines:?}");
        }
        assert_eq!(
            error(&request("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")),
            "malformed at offset 64: expected a Content-Length or a Transfer-Encoding, not both (RFC 9112, section 6.3); \
             found \"chunked\" (63 68 75 6e 6b 65 64)"
        );
        assert_eq!(kind("GET / HTTP/1.1\r\n A: b\r\n\r\n"), FrameErrorKind::Malformed);
        assert_eq!(kind("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), FrameErrorKind::Malformed);
        assert_eq!(kind(&(request("Transfer-Encoding: chunked\r\n") + "3\r\nabcd")), FrameErrorKind::Malformed);
    }

    #[test]
    fn lengths_that_are_none() {
        for length in ["", "+3", "-3", "3 3", "0x3", "3_0", "3,", ",3", "3,4", "3.0", "three", "18446744073709551616", "\u{b2}"] {
            assert_eq!(kind(&(request(&format!("Content-Length: {length}\r\n")) + "abc")), FrameErrorKind::BadLength, "{length:?}");
        }
        assert_eq!(
            error(&request("Content-Length: 3\r\nContent-Length: 4\r\n")),
            "bad_length at offset 61: expected the same Content-Length as before (RFC 9112, section 6.3); found \"4\" (34)"
        );
        assert_eq!(kind(&(request("Transfer-Encoding: chunked\r\n") + "0x0\r\n\r\n")), FrameErrorKind::BadLength);
    }

    #[test]
    fn start_lines_that_are_none() {
        for line in [
            "GET /",
            "GET  / HTTP/1.1",
            "GET / HTTP/1.1 ",
            " GET / HTTP/1.1",
            "GET\t/ HTTP/1.1",
            "GET /a b HTTP/1.1",
            "GET / HTTP/2.0",
            "GET / http/1.1",
            "GET / HTTP/1.10",
            "G(T / HTTP/1.1",
            "GET /\u{fc} HTTP/1.1",
            "PRI * HTTP/2.0",
            "HTTP/1.1 20 OK",
            "HTTP/1.1 2000 OK",
            "HTTP/1.1  200 OK",
            "HTTP/1.1 200OK",
            "HTTP/1.1200 OK",
            "HTTP/2 200 OK",
            "HTTP/1.1 +20 OK",
            "SSH-2.0-OpenSSH_9.6",
            "GET / HTTP/1.1\n",
            "GET /\rHTTP/1.1",
        ] {
            assert_eq!(kind(&format!("{line}\r\nA: b\r\n\r\n")), FrameErrorKind::Malformed, "{line:?}");
        }
        // The first byte of TLS says it all.
        assert_eq!(error("\x16\x03\x01\x02\0"), "malformed at offset 0: expected a start line of text; found \"\\x16\" (16)");
    }

    #[test]
    fn limits() {
        let head = "GET / HTTP/1.1\r\n\r\n";
        let codec = HttpMessage { max_head: head.len(), ..HttpMessage::default() };
        assert_eq!(decode_whole(&codec, head.as_bytes()), [head.as_bytes()]);
        assert_eq!(
            error_of(&codec, b"GET /a HTTP/1.1\r\n\r\n").to_string(),
            "too_long at offset 0: expected a head of at most 18 bytes; \
             found \"GET /a HTTP/1.1\\r\" (47 45 54 20 2f 61 20 48 54 54 50 2f 31 2e 31 0d)"
        );
        let message = request("Content-Length: 3\r\n") + "abc";
        let codec = |max_frame| HttpMessage { max_frame, ..HttpMessage::default() };
        assert_eq!(decode_whole(&codec(message.len()), message.as_bytes()).len(), 1);
        assert_eq!(
            error_of(&codec(message.len() - 1), message.as_bytes()).to_string(),
            "too_long at offset 42: expected a message of at most 49 bytes; found \"3\" (33)"
        );
        assert_eq!(
            error_of(&codec(usize::MAX), request("Content-Length: 18446744073709551615\r\n").as_bytes()).kind,
            FrameErrorKind::TooLong
        );
        for message in [request("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n", response("200 OK", "") + "abc"] {
            assert_eq!(decode_whole(&codec(message.len()), message.as_bytes()).len(), 1);
            for shorter in 0..message.len() {
                assert_eq!(error_of(&codec(shorter), message.as_bytes()).kind, FrameErrorKind::TooLong, "{shorter}");
            }
        }
    }

    #[test]
    fn an_end_inside_a_message() {
        for message in [request("Content-Length: 3\r\n") + "abc", request("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n"] {
            for length in 1..message.len() {
                assert_eq!(kind(&message[..length]), FrameErrorKind::Truncated, "{length}");
            }
        }
    }

    #[test]
    fn only_one_message_is_written() {
        let mut out = Vec::new();
        let codec = HttpMessage::default();
        codec.encode(request("").as_bytes(), &mut out).unwrap();
        for frame in [
            String::new(),
            "GET / HTTP/1.1\r\n".to_owned(),
            format!("\r\n{}", request("")),
            request("").repeat(2),
            request("Content-Length: 1\r\n"),
        ] {
            assert!(codec.encode(frame.as_bytes(), &mut out).is_err(), "{frame:?}");
        }
        assert_eq!(out, request("").as_bytes());
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::framing::HttpChunked;
    use crate::framing::test::assert_searches_once;
    use crate::framing::test::{any_stream, assert_codec, assert_same_under_every_split, config};

    /// Any message that does not end with the stream.
    fn any_message() -> impl Strategy<Value = Vec<u8>> {
        let start = proptest::sample::select(&["GET / HTTP/1.1", "HTTP/1.1 200 OK", "HTTP/1.1 304 "][..]);
        let body = proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), any::<u8>()], 0..10);
        (start, body, any::<bool>(), "[ -~]{0,4}").prop_map(|(start, body, chunked, value)| {
            let field = if chunked { "Transfer-Encoding: chunked".to_owned() } else { format!("Content-Length: {}", body.len()) };
            let mut message = format!("{start}\r\nA:{value}\r\n{field}\r\n\r\n").into_bytes();
            if start.ends_with("304 ") {
                // It says how long the body would have been.
            } else if chunked {
                HttpChunked { chunk_size: 3, ..HttpChunked::default() }.encode(&body, &mut message).unwrap();
            } else {
                message.extend(body);
            }
            message
        })
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn messages(messages in proptest::collection::vec(any_message(), 0..4)) {
            assert_codec(&HttpMessage::default(), &messages);
        }

        #[test]
        fn anything(stream in any_stream(b"\r\n\r\n\r\nA: /"), max_head in 0usize..12, max_frame in 0usize..12) {
            assert_same_under_every_split(&HttpMessage { max_head, max_frame }, &stream);
            assert_same_under_every_split(&HttpMessage::default(), &stream);
        }

        #[test]
        fn any_fields(
            lines in proptest::collection::vec(proptest::sample::select(&[
                "Content-Length: 3", "Content-Length: 2, 2", "Content-Length:", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip",
                "A: b", " c", "",
            ][..]), 0..4),
            start in proptest::sample::select(&["", "\r\n\r\n", "\r"][..]),
            first in proptest::sample::select(&["GET / HTTP/1.1", "HTTP/1.1 200 OK", "HTTP/1.0 204", "POST / HTTP/1.0", "what"][..]),
            body in proptest::sample::select(&["", "abc", "3\r\nabc\r\n0\r\n\r\n", "0\r\nA: b\r\n\r\nGET"][..]),
            max_head in 0usize..90,
            max_frame in 0usize..90,
        ) {
            let stream = format!("{start}{first}\r\n{}\r\n\r\n{body}", lines.join("\r\n"));
            assert_same_under_every_split(&HttpMessage::default(), stream.as_bytes());
            assert_same_under_every_split(&HttpMessage { max_head, max_frame }, stream.as_bytes());
        }

        #[test]
        fn a_byte_that_is_wrong(message in any_message(), at in any::<Index>(), byte in any::<u8>(), max_frame in 0usize..90) {
            let mut stream = message.repeat(2);
            let at = at.index(stream.len());
            stream[at] = byte;
            assert_same_under_every_split(&HttpMessage::default(), &stream);
            assert_same_under_every_split(&HttpMessage { max_frame, ..HttpMessage::default() }, &stream);
        }
    }

    #[test]
    fn long_messages_in_small_pieces_are_linear() {
        let size = 8 * 1024 * 1024;
        let body = vec![b'a'; size];
        let codec = HttpMessage { max_head: 2 * size, max_frame: 4 * size };
        assert_searches_once(&codec, &[format!("POST / HTTP/1.1\r\nContent-Length: {size}\r\n\r\n").as_bytes(), &body].concat());
        assert_searches_once(&codec, &[b"HTTP/1.1 200 OK\r\n\r\n", &body[..]].concat());
        assert_searches_once(&codec, format!("GET / HTTP/1.1\r\n{}\r\n", "A: bcdefghijk\r\n".repeat(size / 16)).as_bytes());
        let mut chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        HttpChunked { chunk_size: 16, ..HttpChunked::default() }.encode(&body, &mut chunked).unwrap();
        assert_searches_once(&codec, &chunked);
    }
}
