//! JSON values one after the other, with or without white space between them.
//!
//! JSON says where a value ends by its own brackets and quotes, so it needs no header: that is why so many programs write one object a
//! line (NDJSON, JSON lines) and read them back. Who splits at newlines instead must be sure that no value is written over several
//! lines; who splits at reads will sooner or later give half an object to a parser. This codec follows the brackets:
//!
//! ```text
//! {"id":1}\n{"id":2,"tags":["a","}"]}\n[1,2][3]7\n
//! ^------^  ^-----------------------^  ^---^^-^^
//! ```
//!
//! A number at the end of what has come may go on: `12` can still become `123`. Numbers and literals (`true`, `false`, `null`) therefore
//! end only with the byte behind them: white space, what begins a string, an array or an object, or the end of the input.
//! Two of them always need white space between them, so that `01` or `truefalse` is an error and not two values. And a stream that is cut
//! within a number at the top (`12` of `123`) cannot be told from one that ended there: the one loss that this codec does not see.
//!
//! The grammar is that of RFC 8259, all of it: who only counts brackets takes `{]` for a value. What is not checked: that strings are UTF-8
//! and their escaped surrogates come in pairs, that numbers fit any type, and that keys are unique. A byte order mark (section 8.1) and
//! the record separators of RFC 7464 are no white space and are refused.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind};
use super::scan::{exactly_one, fault_at, malformed, too_long};

/// JSON values, concatenated or one a line. The frame is a value as it stands on the wire, without the white space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonStream {
    /// The longest value in bytes: 16 MiB.
    pub max_frame: usize,
    /// How many arrays and objects may stand inside one another: 128, about where `serde_json` stops. RFC 8259 (section 9) leaves it to
    /// the program.
    pub max_depth: usize,
}

impl Default for JsonStream {
    fn default() -> Self {
        Self { max_frame: DEFAULT_MAX_FRAME, max_depth: 128 }
    }
}

impl Codec for JsonStream {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        JsonStreamDecoder::new(*self)
    }

    /// Writes the value and a newline.
    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        exactly_one(JsonStreamDecoder::new(*self), frame, "a JSON value")?;
        out.extend_from_slice(frame);
        out.push(b'\n');
        Ok(())
    }
}

/// What the next byte may be.
#[derive(Clone, Copy)]
enum State {
    /// The beginning of a value.
    Value,
    /// The same, or the end of an array that has just begun.
    FirstValue,
    /// The beginning of a key.
    Key,
    /// The same, or the end of an object that has just begun.
    FirstKey,
    /// The colon behind a key.
    Colon,
    /// What stands behind a value in an array or object.
    Next,
    /// More of a string, which may be a key.
    String { key: bool },
    /// What stands behind a backslash.
    Escape { key: bool },
    /// So many hex digits of `\u`.
    Hex { left: u8, key: bool },
    /// More of a number.
    Number(Number),
    /// The rest of `true`, `false` or `null`.
    Literal(&'static [u8]),
}

/// How much of a number there is (RFC 8259, section 6).
#[derive(Clone, Copy)]
enum Number {
    Minus,
    /// A zero, which no digit can follow.
    Zero,
    Integer,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    ExponentDigits,
}

impl Number {
    /// How much there is with this byte; nothing if it does not belong to the number.
    fn step(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Self::Minus, b'0') => Some(Self::Zero),
            (Self::Minus, b'1'..=b'9') | (Self::Integer, b'0'..=b'9') => Some(Self::Integer),
            (Self::Zero | Self::Integer, b'.') => Some(Self::Point),
            (Self::Point | Self::Fraction, b'0'..=b'9') => Some(Self::Fraction),
            (Self::Zero | Self::Integer | Self::Fraction, b'e' | b'E') => Some(Self::Exponent),
            (Self::Exponent, b'+' | b'-') => Some(Self::ExponentSign),
            (Self::Exponent | Self::ExponentSign | Self::ExponentDigits, b'0'..=b'9') => Some(Self::ExponentDigits),
            _ => None,
        }
    }

    /// Whether it can end here.
    fn is_whole(self) -> bool {
        matches!(self, Self::Zero | Self::Integer | Self::Fraction | Self::ExponentDigits)
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// What can stand in a string as it is (RFC 8259, section 7), and neither ends it nor begins an escape.
fn is_plain(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\'
}

/// Follows the structure of a value.
struct JsonStreamDecoder {
    codec: JsonStream,
    /// How far the value has been followed.
    at: usize,
    state: State,
    /// What closes each array and object that is open.
    open: Vec<u8>,
}

impl JsonStreamDecoder {
    fn new(codec: JsonStream) -> Self {
        Self { codec, at: 0, state: State::Value, open: Vec::new() }
    }

    /// Follows the value to its end, or as far as it has come; says whether it ended.
    fn scan(&mut self, input: &[u8]) -> Result<bool, Fault> {
        while let Some(&byte) = input.get(self.at) {
            if let State::String { .. } = self.state
                && is_plain(byte)
            {
                let plain = input[self.at..].iter().position(|&byte| !is_plain(byte));
                self.at += plain.unwrap_or(input.len() - self.at);
                continue;
            }
            // A number or a literal on the top ends with the byte behind it, which is not part of it.
            if self.scalar_is_whole() && !self.goes_on(byte) {
                return match byte {
                    b'"' | b'[' | b'{' => Ok(true),
                    byte if is_space(byte) => Ok(true),
                    _ => Err(malformed(input, 0, self.at, "white space behind a number or literal")),
                };
            }
            self.step(byte).map_err(|(kind, expected)| match kind {
                FrameErrorKind::TooDeep => fault_at(kind, input, 0, self.at, format!("a depth of at most {}", self.codec.max_depth)),
                _ => malformed(input, 0, self.at, expected),
            })?;
            self.at += 1;
            if self.open.is_empty() && matches!(self.state, State::Next) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether what has come is a number or literal on the top that may end here.
    fn scalar_is_whole(&self) -> bool {
        self.open.is_empty()
            && match self.state {
                State::Number(number) => number.is_whole(),
                State::Literal(rest) => rest.is_empty(),
                _ => false,
            }
    }

    /// Whether this byte belongs to the number.
    fn goes_on(&self, byte: u8) -> bool {
        matches!(self.state, State::Number(number) if number.step(byte).is_some())
    }

    /// Takes a byte.
    fn step(&mut self, byte: u8) -> Result<(), (FrameErrorKind, &'static str)> {
        self.state = match self.state {
            State::Value | State::FirstValue | State::Key | State::FirstKey | State::Colon | State::Next if is_space(byte) => self.state,
            State::FirstValue if byte == b']' => self.close(byte)?,
            State::Value | State::FirstValue => self.begin(byte)?,
            State::FirstKey if byte == b'}' => self.close(byte)?,
            State::Key | State::FirstKey => match byte {
                b'"' => State::String { key: true },
                _ => return Err(expected("a key in quotes")),
            },
            State::Colon => match byte {
                b':' => State::Value,
                _ => return Err(expected("a colon behind a key")),
            },
            State::Next => match (byte, self.open.last()) {
                (b',', Some(b']')) => State::Value,
                (b',', _) => State::Key,
                _ => self.close(byte)?,
            },
            State::String { key } => match byte {
                b'"' if key => State::Colon,
                b'"' => State::Next,
                b'\\' => State::Escape { key },
                _ => return Err(expected("no control character in a string")),
            },
            State::Escape { key } => match byte {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => State::String { key },
                b'u' => State::Hex { left: 4, key },
                _ => return Err(expected("one of \"\\/bfnrtu behind a backslash")),
            },
            State::Hex { left, key } if byte.is_ascii_hexdigit() => match left {
                1 => State::String { key },
                _ => State::Hex { left: left - 1, key },
            },
            State::Hex { .. } => return Err(expected("four hex digits behind \\u")),
            State::Number(number) => match number.step(byte) {
                Some(number) => State::Number(number),
                None if number.is_whole() => return self.behind_scalar(byte),
                None => return Err(expected("a digit")),
            },
            State::Literal([]) => return self.behind_scalar(byte),
            State::Literal([first, rest @ ..]) if *first == byte => State::Literal(rest),
            State::Literal(_) => return Err(expected("true, false or null")),
        };
        Ok(())
    }

    /// A number or literal in an array or object ends with the byte behind it, which belongs to what stands around it.
    fn behind_scalar(&mut self, byte: u8) -> Result<(), (FrameErrorKind, &'static str)> {
        self.state = State::Next;
        self.step(byte)
    }

    fn begin(&mut self, byte: u8) -> Result<State, (FrameErrorKind, &'static str)> {
        Ok(match byte {
            b'{' => self.open(b'}', State::FirstKey)?,
            b'[' => self.open(b']', State::FirstValue)?,
            b'"' => State::String { key: false },
            b'-' => State::Number(Number::Minus),
            b'0' => State::Number(Number::Zero),
            b'1'..=b'9' => State::Number(Number::Integer),
            b't' => State::Literal(b"rue"),
            b'f' => State::Literal(b"alse"),
            b'n' => State::Literal(b"ull"),
            _ => return Err(expected("a JSON value: { [ \" - digit true false null")),
        })
    }

    fn open(&mut self, close: u8, inside: State) -> Result<State, (FrameErrorKind, &'static str)> {
        if self.open.len() >= self.codec.max_depth {
            return Err((FrameErrorKind::TooDeep, ""));
        }
        self.open.push(close);
        Ok(inside)
    }

    fn close(&mut self, byte: u8) -> Result<State, (FrameErrorKind, &'static str)> {
        match self.open.pop() {
            Some(close) if close == byte => Ok(State::Next),
            Some(b']') => Err(expected("a comma or ]")),
            _ => Err(expected("a comma or }")),
        }
    }
}

fn expected(what: &'static str) -> (FrameErrorKind, &'static str) {
    (FrameErrorKind::Malformed, what)
}

impl Decoder for JsonStreamDecoder {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        if self.at == 0 {
            let space = input.iter().take_while(|&&byte| is_space(byte)).count();
            if space > 0 {
                return Ok(Decoded::Skip { used: space });
            }
        }
        // One byte more than a value may have: the one that ends a number.
        let max = self.codec.max_frame;
        let window = &input[..input.len().min(max.saturating_add(1))];
        let whole = self.scan(window)? || ended && self.scalar_is_whole();
        if self.at > max {
            return Err(too_long(input, max, "a JSON value"));
        }
        if whole {
            let used = self.at;
            self.at = 0;
            self.state = State::Value;
            return Ok(Decoded::Frame { frame: &input[..used], used });
        }
        if ended && !input.is_empty() {
            return Err(Fault::truncated(input, "the end of a JSON value"));
        }
        Ok(Decoded::More { need: 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of};

    fn values(stream: &str) -> Vec<String> {
        decode_whole(&JsonStream::default(), stream.as_bytes()).into_iter().map(|value| String::from_utf8(value).unwrap()).collect()
    }

    fn error(stream: &str) -> String {
        error_of(&JsonStream::default(), stream.as_bytes()).to_string()
    }

    #[test]
    fn values_with_and_without_white_space() {
        assert_eq!(
            values("{\"id\":1}\n{\"id\":2,\"tags\":[\"a\",\"}\"]}\n[1,2][3]7\n"),
            ["{\"id\":1}", "{\"id\":2,\"tags\":[\"a\",\"}\"]}", "[1,2]", "[3]", "7"]
        );
        assert_eq!(
            values(" \t\r\n \"a\"\"b\\\"\\\\\"true{}-0.5e+10[] null"),
            ["\"a\"", "\"b\\\"\\\\\"", "true", "{}", "-0.5e+10", "[]", "null"]
        );
        // A value may be written over several lines.
        assert_eq!(values("{\n  \"a\" : [ 1 ,\n true , null ]\n}\n"), ["{\n  \"a\" : [ 1 ,\n true , null ]\n}"]);
        assert_eq!(values(" \n"), [""; 0]);
    }

    #[test]
    fn examples_of_the_rfc() {
        // RFC 8259, section 13.
        for value in ["\"Hello world!\"", "42", "true", "[{\"Latitude\":37.7668,\"Country\":\"US\"},{\"Longitude\":-122.026020}]"] {
            assert_eq!(values(value), [value]);
        }
        // Section 7: the G clef as a pair of surrogates.
        assert_eq!(values("\"\\uD834\\uDD1E\""), ["\"\\uD834\\uDD1E\""]);
        // Section 6.
        for number in ["0", "-0", "10", "1.0", "1e5", "1E-5", "0.1e+05"] {
            assert_eq!(values(number), [number]);
        }
    }

    #[test]
    fn a_number_may_go_on() {
        let mut decoder = JsonStreamDecoder::new(JsonStream::default());
        assert_eq!(decoder.decode(b"12", false), Ok(Decoded::More { need: 1 }));
        assert_eq!(decoder.decode(b"123", false), Ok(Decoded::More { need: 1 }));
        assert_eq!(decoder.decode(b"123", true), Ok(Decoded::Frame { frame: b"123", used: 3 }));
        assert_eq!(decoder.decode(b"4 ", false), Ok(Decoded::Frame { frame: b"4", used: 1 }));
        // What ends itself does not wait.
        assert_eq!(decoder.decode(b"[4]", false), Ok(Decoded::Frame { frame: b"[4]", used: 3 }));
    }

    #[test]
    fn what_is_no_json() {
        for stream in [
            "{]",
            "[}",
            "]",
            "[1,]",
            "{,}",
            "{\"a\":1,}",
            "{\"a\"}",
            "{1:2}",
            "[1 2]",
            "[,1]",
            "01",
            "-",
            "+1",
            ".5",
            "1.",
            "1.x",
            "1e",
            "1ex",
            "-a",
            "tru3",
            "truefalse",
            "nulll",
            "1-2",
            "12true",
            "\"a\nb\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "[truex]",
            "[01]",
            "[1.]",
            "'a'",
            "NaN",
            "{\"a\":}",
            "{\"a\":1 \"b\":2}",
            "\u{feff}{}",
            "\u{1e}{}",
            "{\"a\"\"b\"}",
            "[1}",
            ":",
            ",",
        ] {
            let found = error_of(&JsonStream::default(), stream.as_bytes());
            let kind = if ["-", "1.", "1e"].contains(&stream) { FrameErrorKind::Truncated } else { FrameErrorKind::Malformed };
            assert_eq!(found.kind, kind, "{stream}: {found}");
        }
        assert_eq!(
            error("[1] {\"a\":[1}"),
            "malformed at offset 4: expected a comma or ]; found \"{\\\"a\\\":[1}\" (7b 22 61 22 3a 5b 31 7d)"
        );
        assert_eq!(error("01"), "malformed at offset 0: expected white space behind a number or literal; found \"01\" (30 31)");
        assert_eq!(error("{\"a\":"), "truncated at offset 0: expected the end of a JSON value; found \"{\\\"a\\\":\" (7b 22 61 22 3a)");
    }

    #[test]
    fn limits() {
        let codec = JsonStream { max_frame: 4, max_depth: 2 };
        assert_eq!(decode_whole(&codec, b"[12]1234 true \"ab\""), [&b"[12]"[..], b"1234", b"true", b"\"ab\""]);
        assert_eq!(decode_whole(&codec, b"[[]][{}]"), [b"[[]]", b"[{}]"]);
        for stream in [&b"[123]"[..], b"12345", b"false ", b"\"abc\"", b"[1234"] {
            assert_eq!(error_of(&codec, stream).kind, FrameErrorKind::TooLong);
        }
        let error = error_of(&JsonStream { max_frame: 9, ..codec }, b"[[[]]]");
        assert_eq!(error.to_string(), "too_deep at offset 0: expected a depth of at most 2; found \"[[[\" (5b 5b 5b)");
        assert_eq!(error_of(&JsonStream::default(), &[b'['; 200]).kind, FrameErrorKind::TooDeep);
    }

    #[test]
    fn only_one_value_is_written() {
        let codec = JsonStream { max_frame: 8, ..JsonStream::default() };
        let mut out = Vec::new();
        codec.encode(b"{\n}", &mut out).unwrap();
        codec.encode(b"12", &mut out).unwrap();
        assert_eq!(out, b"{\n}\n12\n");
        for frame in [&b""[..], b" 1", b"1 ", b"1 2", b"{}{}", b"[1", b"-", b"{]", b"123456789"] {
            assert!(codec.encode(frame, &mut out).is_err(), "{}", frame.escape_ascii());
        }
        assert_eq!(codec.encode(b"{}{}", &mut out).unwrap_err().to_string(), "a JSON value ends after 2 of 4 bytes");
        assert_eq!(out, b"{\n}\n12\n");
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::framing::OnError;
    use crate::framing::test::assert_searches_once;
    use crate::framing::test::{any_stream, assert_codec, assert_same_under_every_split, config, decode_whole, results};

    /// Any JSON value, with any white space in it.
    fn any_value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            any::<i32>().prop_map(|number| number.to_string()),
            any::<f32>().prop_filter("JSON knows no infinity", |number| number.is_finite()).prop_map(|number| format!("{number:e}")),
            any::<String>().prop_map(|text| serde_json::Value::String(text).to_string()),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            let list = proptest::collection::vec(inner, 0..3);
            let spaces = proptest::sample::select(&["", " ", "\n", "\t\r\n"][..]);
            (list, spaces, any::<bool>()).prop_map(|(list, space, object)| {
                let pair = |(at, value): (usize, &String)| if object { format!("\"{at}\"{space}:{space}{value}") } else { value.clone() };
                let inside = list.iter().enumerate().map(pair).collect::<Vec<_>>().join(&format!("{space},{space}"));
                if object { format!("{{{space}{inside}{space}}}") } else { format!("[{space}{inside}{space}]") }
            })
        })
    }

    /// A byte that means something, and some that never do.
    fn any_structure() -> impl Strategy<Value = u8> {
        proptest::sample::select(&b"{}[]\",:\\ \n01.e-t\x00"[..])
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn values(values in proptest::collection::vec(any_value(), 0..4)) {
            // The front of a number is a number: what `assert_codec` says of prefixes cannot hold of one that stands on the top.
            let is_number = |value: &String| value.starts_with(|first: char| first == '-' || first.is_ascii_digit());
            let frames: Vec<Vec<u8>> = values.into_iter().filter(|value| !is_number(value)).map(String::into_bytes).collect();
            assert_codec(&JsonStream::default(), &frames);
        }

        #[test]
        fn values_with_numbers_among_them(values in proptest::collection::vec(any_value(), 0..4)) {
            let frames: Vec<Vec<u8>> = values.into_iter().map(String::into_bytes).collect();
            let mut stream = Vec::new();
            for frame in &frames {
                JsonStream::default().encode(frame, &mut stream).unwrap();
            }
            prop_assert_eq!(decode_whole(&JsonStream::default(), &stream), frames);
            assert_same_under_every_split(&JsonStream::default(), &stream);
        }

        #[test]
        fn anything(stream in any_stream(b"{}[]\",:\\ \n0123.e-truefalsn"), max_frame in 0usize..12, max_depth in 0usize..4) {
            assert_same_under_every_split(&JsonStream { max_frame, max_depth }, &stream);
            assert_same_under_every_split(&JsonStream::default(), &stream);
        }

        #[test]
        fn a_byte_that_is_wrong(value in any_value(), at in any::<Index>(), byte in any_structure()) {
            let mut stream = value.into_bytes();
            let at = at.index(stream.len());
            stream[at] = byte;
            assert_same_under_every_split(&JsonStream::default(), &stream);
        }

        /// What a real parser takes and what this one takes are the same.
        #[test]
        fn as_a_parser_says(stream in any_stream(b"{}[]\",:\\ 0123.e-")) {
            check_against_a_parser(&stream)?;
        }

        #[test]
        fn as_a_parser_says_of_what_is_nearly_json(value in any_value(), at in any::<Index>(), byte in any_structure()) {
            let mut stream = value.into_bytes();
            check_against_a_parser(&stream)?;
            let at = at.index(stream.len());
            stream[at] = byte;
            check_against_a_parser(&stream)?;
        }
    }

    fn check_against_a_parser(stream: &[u8]) -> Result<(), TestCaseError> {
        let whole = serde_json::from_slice::<serde::de::IgnoredAny>(stream).is_ok();
        let found = results(&JsonStream::default(), OnError::Stop, &[stream]);
        // It does not look into escapes and UTF-8, nor does serde_json when it ignores a value.
        let one = found.len() == 1 && found[0].is_ok();
        prop_assert_eq!(one, whole, "{}: {:?}", stream.escape_ascii(), found);
        Ok(())
    }

    #[test]
    fn long_values_in_small_pieces_are_linear() {
        let size = 8 * 1024 * 1024;
        assert_searches_once(&JsonStream::default(), format!("\"{}\"", "a".repeat(size)).as_bytes());
        assert_searches_once(&JsonStream::default(), format!("[{}1]", "1,".repeat(size / 2)).as_bytes());
        assert_searches_once(&JsonStream::default(), "1".repeat(size).as_bytes());
        assert_searches_once(&JsonStream::default(), format!("\"{}\"", "\\n".repeat(size / 2)).as_bytes());
    }
}
