//! RESP, the protocol of Redis: values that say their type with the first byte and their length or count with the first line.
//!
//! ```text
//! *2\r\n            an array of two values:
//! $3\r\nGET\r\n       a bulk string of 3 bytes,
//! $1\r\na\r\n         and one of 1 byte
//! ```
//!
//! It is a length prefix that people can read and type, and it nests: where a value ends is known only when every value inside it has
//! ended, and each of those may be cut by the end of a read. The decoder therefore keeps, from one read to the next, how many values are
//! still owed at each level: a stack of counts, no recursion, so that deep nesting costs its sender more than its reader.
//!
//! All types of RESP2 and RESP3 are known, as in the [specification]. A frame is one complete value as it stands on the wire. An attribute
//! (`|`) describes the value behind it; both are one frame.
//!
//! Not taken here: inline commands (`PING\r\n`, for people with telnet), which are malformed; and the streamed strings and aggregates of
//! RESP3's first text (`$?`, `*?`, `;`, `.`), which the specification excludes and no Redis sends: `?` is no length.
//!
//! [specification]: https://redis.io/docs/latest/develop/reference/protocol-spec/

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};
use super::scan::{Progress, ends_line, exactly_one, fault_at, malformed, too_long};

/// RESP2 and RESP3. The frame is a value as it stands on the wire, type byte and all.
///
/// Lengths and counts are digits only; leading zeros are taken, as the specification does not forbid them (Redis itself refuses them). A
/// double may also be `-nan`, which RESP3 allowed before its version 1.4. Errors: `bad_length` for a length or count that is none,
/// `malformed`, `too_deep`, `too_long`, `truncated`. There is no way to find the next value behind a bad one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resp {
    /// The longest value on the wire in bytes: 16 MiB. Redis itself takes bulk strings of up to 512 MiB (`proto-max-bulk-len`).
    pub max_frame: usize,
    /// How many aggregates may stand inside one another: 32. The specification names no limit; the client library hiredis had 7 before
    /// 1.0, then none, and 1024 now. An attribute counts as a level around the value that it describes.
    pub max_depth: usize,
}

impl Default for Resp {
    fn default() -> Self {
        Self { max_frame: DEFAULT_MAX_FRAME, max_depth: 32 }
    }
}

impl Codec for Resp {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        RespDecoder::new(*self)
    }

    /// Writes a value that is already in RESP, after a check that it is one.
    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        exactly_one(RespDecoder::new(*self), frame, "a RESP value")?;
        out.extend_from_slice(frame);
        Ok(())
    }
}

/// The fewest bytes of a value: `_\r\n`.
const SHORTEST: u64 = 3;

/// What the line behind a type byte must be.
fn says(kind: u8) -> Option<&'static str> {
    Some(match kind {
        b'+' | b'-' => "a string without \\r and \\n that ends with \\r\\n",
        b':' => "an integer of 64 bits and \\r\\n",
        b'(' => "an integer and \\r\\n",
        b',' => "a floating-point number, inf, -inf or nan, and \\r\\n",
        b'#' => "t or f and \\r\\n",
        b'_' => "\\r\\n behind _",
        b'$' => "a length in digits, or -1, and \\r\\n",
        b'*' => "a count in digits, or -1, and \\r\\n",
        b'!' | b'=' => "a length in digits and \\r\\n",
        b'%' | b'~' | b'>' | b'|' => "a count in digits and \\r\\n",
        _ => return None,
    })
}

/// Whether a byte can stand in the line behind a type byte. The line is looked at again when it is whole; this is what can be said before.
fn can_hold(kind: u8, byte: u8) -> bool {
    match kind {
        b'+' | b'-' => !matches!(byte, b'\r' | b'\n'),
        b':' | b'(' => matches!(byte, b'0'..=b'9' | b'+' | b'-'),
        b',' => matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E' | b'i' | b'n' | b'f' | b'a'),
        b'#' => matches!(byte, b't' | b'f'),
        b'_' => false,
        b'$' | b'*' => matches!(byte, b'0'..=b'9' | b'-'),
        _ => byte.is_ascii_digit(),
    }
}

/// Whether the line behind a type byte is a length or a count.
fn promises(kind: u8) -> bool {
    matches!(kind, b'$' | b'*' | b'!' | b'=' | b'%' | b'~' | b'>' | b'|')
}

/// What a line says of the bytes behind it.
#[derive(Clone, Copy)]
enum Line {
    /// The value ends with it.
    Whole,
    /// So many bytes and a `\r\n` follow.
    Bytes(u64),
    /// So many values follow.
    Values(u64),
}

impl Line {
    fn of(kind: u8, line: &[u8]) -> Option<Self> {
        let whole = |is_right: bool| is_right.then_some(Self::Whole);
        match kind {
            b'$' | b'*' if line == b"-1" => Some(Self::Whole),
            b'$' | b'!' => digits(line).map(Self::Bytes),
            // Three bytes that name an encoding, and a colon.
            b'=' => digits(line).filter(|&length| length >= 4).map(Self::Bytes),
            b'*' | b'~' | b'>' => digits(line).map(Self::Values),
            // Keys and values; behind an attribute also the value that it describes.
            b'%' => digits(line)?.checked_mul(2).map(Self::Values),
            b'|' => digits(line)?.checked_mul(2)?.checked_add(1).map(Self::Values),
            b':' => whole(str::from_utf8(line).is_ok_and(|number| number.parse::<i64>().is_ok())),
            b'(' => whole(is_digits(unsigned(line))),
            b',' => whole(is_double(line)),
            b'#' => whole(line.len() == 1),
            _ => Some(Self::Whole),
        }
    }
}

fn is_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

fn digits(text: &[u8]) -> Option<u64> {
    // No sign: `parse` would take one.
    if is_digits(text) { str::from_utf8(text).ok()?.parse().ok() } else { None }
}

fn unsigned(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"+").or_else(|| text.strip_prefix(b"-")).unwrap_or(text)
}

fn is_double(line: &[u8]) -> bool {
    if matches!(line, b"inf" | b"-inf" | b"nan" | b"-nan") {
        return true;
    }
    let mut parts = line.splitn(2, |byte| matches!(byte, b'e' | b'E'));
    let mut mantissa = unsigned(parts.next().unwrap_or_default()).splitn(2, |byte| *byte == b'.');
    mantissa.all(is_digits) && parts.next().is_none_or(|exponent| is_digits(unsigned(exponent)))
}

/// How far a value has come.
enum Step {
    /// At least so many bytes are missing.
    Missing(usize),
    /// There is more of it.
    Inside,
    /// It has ended.
    Ended,
}

/// The bytes of a bulk string that has not come whole.
#[derive(Clone, Copy)]
struct Bulk {
    end: usize,
    verbatim: bool,
}

/// Follows the structure of a value.
struct RespDecoder {
    codec: Resp,
    /// Where the line or the bytes begin that are looked at.
    at: usize,
    /// How far the end of that line has been searched.
    searched: usize,
    bulk: Option<Bulk>,
    /// How many values are owed at each level.
    owed: Vec<u64>,
}

impl RespDecoder {
    fn new(codec: Resp) -> Self {
        Self { codec, at: 0, searched: 0, bulk: None, owed: Vec::new() }
    }

    /// Follows the value as far as it has come.
    fn scan(&mut self, input: &[u8]) -> Result<Progress, Fault> {
        loop {
            let step = match self.bulk {
                Some(bulk) => self.bytes(input, bulk)?,
                None => self.line(input)?,
            };
            match step {
                Step::Missing(need) => return Ok(Progress::Missing(need)),
                Step::Inside => {}
                Step::Ended if self.ends_all() => return Ok(Progress::Ended(self.at)),
                Step::Ended => {}
            }
        }
    }

    fn bytes(&mut self, input: &[u8], bulk: Bulk) -> Result<Step, Fault> {
        let colon = self.at + 3;
        if bulk.verbatim && input.get(colon).is_some_and(|&byte| byte != b':') {
            return Err(malformed(input, self.at, colon, "three bytes that name an encoding, and a colon"));
        }
        if !ends_line(input, self.at, bulk.end, "\\r\\n behind as many bytes as the length says")? {
            return Ok(Step::Missing(bulk.end + 2 - input.len()));
        }
        self.bulk = None;
        self.at = bulk.end + 2;
        Ok(Step::Ended)
    }

    fn line(&mut self, input: &[u8]) -> Result<Step, Fault> {
        let start = self.at;
        let Some(&kind) = input.get(start) else { return Ok(Step::Missing(1)) };
        let Some(expected) = says(kind) else {
            let expected = "a type of RESP, one of + - : $ * _ # , ( ! = % | ~ > (inline commands and streamed values are not taken)";
            return Err(malformed(input, start, start, expected));
        };
        if kind == b'>' && !self.owed.is_empty() {
            return Err(malformed(input, start, start, "no push inside of another value"));
        }
        let from = self.searched.max(start + 1);
        let found = input[from..].iter().position(|&byte| !can_hold(kind, byte));
        self.searched = found.map_or(input.len(), |found| from + found);
        let end = self.searched;
        let problem = if promises(kind) { FrameErrorKind::BadLength } else { FrameErrorKind::Malformed };
        match input.get(end) {
            None => return Ok(Step::Missing(1)),
            Some(b'\r') => {}
            Some(b'\n') => return Err(malformed(input, start, end, expected)),
            Some(b'?') if promises(kind) => {
                return Err(fault_at(problem, input, start, end, "a length or count in digits; streamed values are not taken"));
            }
            Some(_) => return Err(fault_at(problem, input, start, end, expected)),
        }
        if !ends_line(input, start, end, expected)? {
            return Ok(Step::Missing(1));
        }
        let line = Line::of(kind, &input[start + 1..end]).ok_or_else(|| fault_at(problem, input, start, end - 1, expected))?;
        self.at = end + 2;
        self.begin(kind, line).map_err(|(problem, expected)| Fault::new(problem, expected, Seen::first(&input[start..end])).at(start))
    }

    /// What follows a line that is whole.
    fn begin(&mut self, kind: u8, line: Line) -> Result<Step, (FrameErrorKind, String)> {
        let max = self.codec.max_frame;
        // What the line promises must fit before any of it comes.
        let fits = |more: Option<u64>| usize::try_from(more?).ok()?.checked_add(self.at).filter(|&end| end <= max);
        let too_long = || (FrameErrorKind::TooLong, format!("a RESP value of at most {max} bytes"));
        match line {
            Line::Whole => Ok(Step::Ended),
            Line::Bytes(length) => {
                let end = fits(length.checked_add(2)).ok_or_else(too_long)? - 2;
                self.bulk = Some(Bulk { end, verbatim: kind == b'=' });
                Ok(Step::Inside)
            }
            Line::Values(_) if self.owed.len() >= self.codec.max_depth => {
                Err((FrameErrorKind::TooDeep, format!("a depth of at most {}", self.codec.max_depth)))
            }
            Line::Values(0) => Ok(Step::Ended),
            Line::Values(count) => {
                fits(count.checked_mul(SHORTEST)).ok_or_else(too_long)?;
                self.owed.push(count);
                Ok(Step::Inside)
            }
        }
    }

    /// A value has ended, and with it those of which it was the last; says whether that is all.
    fn ends_all(&mut self) -> bool {
        while let Some(owed) = self.owed.last_mut() {
            *owed -= 1;
            if *owed > 0 {
                return false;
            }
            self.owed.pop();
        }
        true
    }
}

impl Decoder for RespDecoder {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        let max = self.codec.max_frame;
        match self.scan(&input[..input.len().min(max)])? {
            Progress::Ended(used) => {
                self.at = 0;
                self.searched = 0;
                Ok(Decoded::Frame { frame: &input[..used], used })
            }
            Progress::Missing(_) if input.len() > max => Err(too_long(input, max, "a RESP value")),
            Progress::Missing(_) if ended && !input.is_empty() => Err(Fault::truncated(input, "the end of a RESP value")),
            Progress::Missing(need) => Ok(Decoded::More { need }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of};

    fn one(value: &str) {
        assert_eq!(decode_whole(&Resp::default(), value.as_bytes()), [value.as_bytes()], "{value:?}");
    }

    fn kind(stream: &str) -> FrameErrorKind {
        error_of(&Resp::default(), stream.as_bytes()).kind
    }

    fn error(stream: &str) -> String {
        error_of(&Resp::default(), stream.as_bytes()).to_string()
    }

    #[test]
    fn examples_of_the_specification() {
        // https://redis.io/docs/latest/develop/reference/protocol-spec/, in its order.
        for value in [
            "+OK\r\n",
            "-ERR unknown command 'asdf'\r\n",
            ":0\r\n",
            ":1000\r\n",
            "$5\r\nhello\r\n",
            "$0\r\n\r\n",
            "$-1\r\n",
            "*0\r\n",
            "*2\r\n$5\r\nhello\r\n$5\r\nworld\r\n",
            "*3\r\n:1\r\n:2\r\n:3\r\n",
            "*5\r\n:1\r\n:2\r\n:3\r\n:4\r\n$5\r\nhello\r\n",
            "*2\r\n*3\r\n:1\r\n:2\r\n:3\r\n*2\r\n+Hello\r\n-World\r\n",
            "*-1\r\n",
            "*3\r\n$5\r\nhello\r\n$-1\r\n$5\r\nworld\r\n",
            "_\r\n",
            "#t\r\n",
            "#f\r\n",
            ",1.23\r\n",
            ",10\r\n",
            ",inf\r\n",
            ",-inf\r\n",
            ",nan\r\n",
            "(3492890328409238509324850943850943825024385\r\n",
            "!21\r\nSYNTAX invalid syntax\r\n",
            "=15\r\ntxt:Some string\r\n",
            "%2\r\n+first\r\n:1\r\n+second\r\n:2\r\n",
            "|1\r\n+key-popularity\r\n%2\r\n$1\r\na\r\n,0.1923\r\n$1\r\nb\r\n,0.0012\r\n*2\r\n:2039123\r\n:9543892\r\n",
            "*3\r\n:1\r\n:2\r\n|1\r\n+ttl\r\n:3600\r\n:3\r\n",
            "~5\r\n+orange\r\n+apple\r\n#t\r\n:100\r\n:999\r\n",
            ">3\r\n+message\r\n+somechannel\r\n+this is the message\r\n",
            "*2\r\n$4\r\nLLEN\r\n$6\r\nmylist\r\n",
        ] {
            one(value);
        }
    }

    #[test]
    fn values_follow_each_other() {
        let stream = b"+OK\r\n*1\r\n*0\r\n>1\r\n+message\r\n$2\r\n\r\n\r\n";
        assert_eq!(decode_whole(&Resp::default(), stream), [&b"+OK\r\n"[..], b"*1\r\n*0\r\n", b">1\r\n+message\r\n", b"$2\r\n\r\n\r\n"]);
    }

    #[test]
    fn numbers() {
        for value in [
            ":+7\r\n",
            ":-007\r\n",
            ":9223372036854775807\r\n",
            ":-9223372036854775808\r\n",
            ",-1.5E-10\r\n",
            ",+01e7\r\n",
            ",-nan\r\n",
            "(-0\r\n",
            "(+12\r\n",
            "$05\r\nhello\r\n",
        ] {
            one(value);
        }
        for value in [
            ":\r\n",
            ":+\r\n",
            ":1-2\r\n",
            ":1.5\r\n",
            ":9223372036854775808\r\n",
            ": 1\r\n",
            ":1_000\r\n",
            ",\r\n",
            ",.5\r\n",
            ",1.\r\n",
            ",1e\r\n",
            ",1e5.5\r\n",
            ",+inf\r\n",
            ",NaN\r\n",
            ",1.2.3\r\n",
            "(\r\n",
            "(1.5\r\n",
            "(+-1\r\n",
            "#\r\n",
            "#tf\r\n",
            "#1\r\n",
            "_x\r\n",
        ] {
            assert_eq!(kind(value), FrameErrorKind::Malformed, "{value:?}");
        }
    }

    #[test]
    fn lengths_and_counts_that_are_none() {
        for value in [
            "$\r\n",
            "$-2\r\n",
            "$+5\r\nhello\r\n",
            "$ 5\r\n",
            "$0x5\r\n",
            "$1_0\r\n",
            "*-0\r\n",
            "*?\r\n",
            "$?\r\n",
            "%-1\r\n",
            "~-1\r\n",
            "!-1\r\n",
            "=3\r\ntxt\r\n",
            "=-1\r\n",
            "$18446744073709551616\r\n",
            "%9223372036854775808\r\n",
            "|9223372036854775808\r\n",
            "*1-\r\n",
        ] {
            assert_eq!(kind(value), FrameErrorKind::BadLength, "{value:?}");
        }
        assert_eq!(error("$5x"), "bad_length at offset 0: expected a length in digits, or -1, and \\r\\n; found \"$5x\" (24 35 78)");
    }

    #[test]
    fn what_a_line_promises_must_fit_before_it_comes() {
        let codec = Resp { max_frame: 12, ..Resp::default() };
        assert_eq!(decode_whole(&codec, b"$6\r\n123456\r\n*2\r\n+a\r\n+b\r\n").len(), 2);
        for stream in [
            "$7\r\n",
            "$18446744073709551615\r\n",
            "$18446744073709551614\r\n",
            "*3\r\n",
            "*2\r\n$3\r\n",
            "*18446744073709551615\r\n",
            "+0123456789a\r\n",
            ":00000000000000",
        ] {
            assert_eq!(error_of(&codec, stream.as_bytes()).kind, FrameErrorKind::TooLong, "{stream:?}");
        }
        assert_eq!(
            error_of(&codec, b"_\r\n$99\r\n").to_string(),
            "too_long at offset 3: expected a RESP value of at most 12 bytes; found \"$99\" (24 39 39)"
        );
        let largest = Resp { max_frame: usize::MAX, ..Resp::default() };
        assert_eq!(error_of(&largest, b"$18446744073709551615\r\n").kind, FrameErrorKind::TooLong);
        assert_eq!(error_of(&largest, b"*1000000000000\r\n").kind, FrameErrorKind::Truncated);
    }

    #[test]
    fn bytes_that_cannot_stand_there() {
        for stream in [
            "PING\r\n",
            "\r\n",
            "+a\n",
            "+a\rb\r\n",
            "$1\n",
            "$1\r\nab\r\n",
            "$1\r\na\rb",
            "$1\r\na\n",
            "_\n",
            "*1\r\n>0\r\n",
            "=5\r\ntxt.a\r\n",
            ";4\r\n",
            ".\r\n",
            "*1\r\nx",
            "|0\r\n>0\r\n",
            "$-1\r\n\r\n",
            "\x16\x03\x01",
        ] {
            assert_eq!(kind(stream), FrameErrorKind::Malformed, "{stream:?}");
        }
        assert_eq!(
            error("$3\r\nhello\r\n"),
            "malformed at offset 4: expected \\r\\n behind as many bytes as the length says; found \"hell\" (68 65 6c 6c)"
        );
        assert!(error("PING\r\n").starts_with("malformed at offset 0: expected a type of RESP, one of + - : $ *"));
        assert_eq!(
            error("*1\r\n$5\r\nhel"),
            "truncated at offset 0: expected the end of a RESP value; found \"*1\\r\\n$5\\r\\nhel\" (2a 31 0d 0a 24 35 0d 0a 68 65 6c)"
        );
        assert_eq!(kind("|1\r\n+a\r\n+b\r\n"), FrameErrorKind::Truncated);
    }

    #[test]
    fn depth() {
        let codec = Resp { max_depth: 2, ..Resp::default() };
        assert_eq!(decode_whole(&codec, b"*2\r\n*0\r\n*1\r\n*-1\r\n").len(), 1);
        let error = error_of(&codec, b"*1\r\n%1\r\n_\r\n*0\r\n");
        assert_eq!(error.to_string(), "too_deep at offset 11: expected a depth of at most 2; found \"*0\" (2a 30)");
        assert_eq!(error_of(&codec, b"|0\r\n*1\r\n*1\r\n_\r\n").kind, FrameErrorKind::TooDeep);
        assert_eq!(error_of(&Resp::default(), "*1\r\n".repeat(100_000).as_bytes()).kind, FrameErrorKind::TooDeep);
        let flat = Resp { max_depth: 0, ..Resp::default() };
        assert_eq!(decode_whole(&flat, b"$-1\r\n*-1\r\n").len(), 2);
        assert_eq!(error_of(&flat, b"*0\r\n").kind, FrameErrorKind::TooDeep);
    }

    #[test]
    fn only_one_value_is_written() {
        let mut out = Vec::new();
        Resp::default().encode(b"*1\r\n_\r\n", &mut out).unwrap();
        for frame in [&b""[..], b"+OK", b"+OK\r\n+OK\r\n", b"*1\r\n", b"PING\r\n"] {
            assert!(Resp::default().encode(frame, &mut out).is_err(), "{}", frame.escape_ascii());
        }
        assert_eq!(out, b"*1\r\n_\r\n");
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::framing::test::{any_stream, assert_codec, assert_same_under_every_split, config};
    use crate::framing::test::{assert_held, assert_searches_once};

    fn bulk(kind: char, bytes: &[u8]) -> Vec<u8> {
        [format!("{kind}{}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
    }

    /// Any value that may stand in another.
    fn any_value() -> impl Strategy<Value = Vec<u8>> {
        let bytes = proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), any::<u8>()], 0..8);
        let leaf = prop_oneof![
            proptest::sample::select(&["_\r\n", "#t\r\n", "$-1\r\n", "*-1\r\n", "+\r\n", "-ERR no\r\n", ",-inf\r\n"][..])
                .prop_map(|value| value.as_bytes().to_vec()),
            any::<i64>().prop_map(|number| format!(":{number}\r\n").into_bytes()),
            any::<u128>().prop_map(|number| format!("({number}\r\n").into_bytes()),
            any::<f32>()
                .prop_filter("nan is spelled otherwise", |number| !number.is_nan())
                .prop_map(|number| format!(",{number:e}\r\n").into_bytes()),
            (proptest::sample::select(&['$', '!'][..]), bytes.clone()).prop_map(|(kind, bytes)| bulk(kind, &bytes)),
            bytes.prop_map(|bytes| bulk('=', &[b"txt:", &bytes[..]].concat())),
        ];
        leaf.prop_recursive(3, 10, 4, |inner| {
            (proptest::sample::select(&['*', '~', '%', '|'][..]), proptest::collection::vec(inner, 0..4)).prop_map(|(kind, mut values)| {
                let count = match kind {
                    '%' => {
                        values.truncate(values.len() / 2 * 2);
                        values.len() / 2
                    }
                    '|' => {
                        if values.len() % 2 == 0 {
                            values.push(b"_\r\n".to_vec());
                        }
                        values.len() / 2
                    }
                    _ => values.len(),
                };
                [format!("{kind}{count}\r\n").into_bytes(), values.concat()].concat()
            })
        })
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn values(values in proptest::collection::vec(any_value(), 0..4)) {
            assert_codec(&Resp::default(), &values);
        }

        #[test]
        fn anything(stream in any_stream(b"+-:$*_#,(!=%|~>\r\n\r\n\r\n012tx"), max_frame in 0usize..24, max_depth in 0usize..4) {
            assert_same_under_every_split(&Resp { max_frame, max_depth }, &stream);
            assert_same_under_every_split(&Resp::default(), &stream);
        }

        #[test]
        fn values_beyond_the_limits(value in any_value(), max_frame in 0usize..64, max_depth in 0usize..4) {
            assert_same_under_every_split(&Resp { max_frame, max_depth }, &value);
        }

        #[test]
        fn a_byte_that_is_wrong(value in any_value(), at in any::<Index>(), byte in any::<u8>()) {
            let mut stream = value;
            let at = at.index(stream.len());
            stream[at] = byte;
            assert_same_under_every_split(&Resp::default(), &stream);
        }
    }

    #[test]
    fn long_values_in_small_pieces_are_linear() {
        let size = 8 * 1024 * 1024;
        let codec = Resp { max_frame: 2 * size, ..Resp::default() };
        assert_searches_once(&codec, &bulk('$', &vec![b'a'; size]));
        assert_searches_once(&codec, format!("*{}\r\n{}", size / 4, ":1\r\n".repeat(size / 4)).as_bytes());
        assert_searches_once(&codec, format!("+{}\r\n", "a".repeat(size)).as_bytes());
        // A number is looked at once more when its line is whole.
        assert_held(&codec, format!("({}\r\n", "1".repeat(size)).as_bytes());
        // A length with very many zeros before it is not read again with each piece of what it counts.
        assert_held(&codec, format!("${}{}\r\n{}\r\n", "0".repeat(size / 2), size / 2, "a".repeat(size / 2)).as_bytes());
    }
}
