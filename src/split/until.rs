//! Where an answer ends.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use memchr::memmem;

use crate::framing::{Codec, Decoded, Decoder, NamedCodec, unescape};
use crate::scenario::parse_duration;

/// What ends an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Until {
    /// A whole frame.
    Codec(NamedCodec),
    /// So many bytes.
    Bytes(u64),
    /// These bytes.
    Token(Vec<u8>),
    /// The end of the stream. Weak: a server that gave up ends the stream too.
    Eof,
    /// Nothing for so long. Weak: a server that is slow says nothing either.
    Quiet(Duration),
    /// There is no answer: what follows is sent at once.
    Nothing,
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        match (name.trim(), rest) {
            ("eof", "") => Ok(Self::Eof),
            ("nothing", "") => Ok(Self::Nothing),
            ("bytes", count) => {
                let count = count.parse().ok().filter(|&count| count > 0);
                count.map(Self::Bytes).ok_or_else(|| "`bytes` needs a number from 1, such as bytes:14".to_owned())
            }
            ("token", token) => {
                let token = unescape(token).filter(|token| !token.is_empty());
                token
                    .map(Self::Token)
                    .ok_or_else(|| "`token` needs bytes, with escapes \\r \\n \\t \\0 \\xHH \\\\: token:\\r\\n".to_owned())
            }
            ("quiet", time) => match parse_duration(time) {
                Ok(time) if time.is_zero() => Err("no time is always quiet".to_owned()),
                result => result.map(Self::Quiet),
            },
            _ => match text.parse::<NamedCodec>() {
                Ok(codec) if matches!(codec.info.name, "datagram" | "raw_recv") => {
                    Err(format!("{} depends on the pieces in which the answer comes, so it says nothing of its end", codec.info.name))
                }
                Ok(codec) => Ok(Self::Codec(codec)),
                Err(error) => {
                    Err(format!("{error}; expected a codec (`netlab explain codecs`), bytes:N, token:BYTES, eof, quiet:TIME, or nothing"))
                }
            },
        }
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Codec(codec) => f.write_str(&codec.text),
            Self::Bytes(count) => write!(f, "bytes:{count}"),
            Self::Token(token) => write!(f, "token:{}", crate::trace::escape(token)),
            Self::Eof => f.write_str("eof"),
            Self::Quiet(time) => write!(f, "quiet:{}", humantime::format_duration(*time)),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

impl Until {
    /// Whether an answer that ends so may be a part of one.
    pub fn is_weak(&self) -> bool {
        matches!(self, Self::Eof | Self::Quiet(_))
    }

    /// Looks for the end from the start of an answer.
    pub(super) fn finder(&self) -> Finder<'_> {
        let decoder: Option<Box<dyn Decoder>> = match self {
            Self::Codec(codec) => Some(Box::new(codec.codec.decoder())),
            Self::Bytes(_) | Self::Token(_) | Self::Eof | Self::Quiet(_) | Self::Nothing => None,
        };
        Finder { until: self, decoder, done: 0 }
    }
}

/// What was found of the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The answer ends behind so many bytes.
    End(usize),
    /// Not yet.
    More,
    /// No answer of this codec: what is wrong with it.
    Bad(String),
}

/// Looks for the end of one answer, each time with more of it.
pub(super) struct Finder<'u> {
    until: &'u Until,
    decoder: Option<Box<dyn Decoder>>,
    /// Bytes that need not be looked at again.
    done: usize,
}

impl Finder<'_> {
    /// `answer` begins with its first byte; `ended` says that no more will come.
    pub(super) fn find(&mut self, answer: &[u8], ended: bool) -> Found {
        match (self.until, &mut self.decoder) {
            (Until::Bytes(count), _) if answer.len() as u64 >= *count => Found::End(*count as usize),
            (Until::Token(token), _) => {
                let found = memmem::find(&answer[self.done..], token).map(|at| self.done + at + token.len());
                self.done = answer.len().saturating_sub(token.len() - 1);
                found.map_or(Found::More, Found::End)
            }
            (Until::Eof, _) if ended => Found::End(answer.len()),
            (Until::Quiet(_), _) if ended && !answer.is_empty() => Found::End(answer.len()),
            (Until::Nothing, _) => Found::End(0),
            (Until::Codec(_), Some(decoder)) => loop {
                match decoder.decode(&answer[self.done..], ended) {
                    Ok(Decoded::Frame { used, .. }) => return Found::End(self.done + used),
                    Ok(Decoded::Skip { used }) if used > 0 => self.done += used,
                    Ok(Decoded::Skip { .. } | Decoded::More { .. }) => return Found::More,
                    Err(fault) => return Found::Bad(fault.kind.name().to_owned()),
                }
            },
            _ => Found::More,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_found_byte_by_byte_and_at_once() {
        let cases: &[(&str, &[u8], usize)] = &[
            ("line", b"hello\r\nmore", 7),
            ("bytes:3", b"hello", 3),
            ("token:\\r\\n", b"a\rb\r\nc\r\n", 5),
            ("resp", b"$5\r\nhello\r\n+", 11),
            ("http_message", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP", 40),
            ("length_prefix:width=2", b"\0\x02abx", 4),
        ];
        for (text, answer, end) in cases {
            let until: Until = text.parse().unwrap();
            assert_eq!(until.finder().find(answer, false), Found::End(*end), "{text}");
            let mut finder = until.finder();
            let first = (0..=answer.len()).find_map(|length| match finder.find(&answer[..length], false) {
                Found::End(found) => Some((length, found)),
                Found::More => None,
                Found::Bad(what) => panic!("{text}: {what}"),
            });
            assert_eq!(first, Some((*end, *end)), "{text}");
        }
    }

    #[test]
    fn what_is_no_end_says_why() {
        for text in ["bytes:0", "bytes:", "token:", "quiet:5", "quiet:0s", "lines", "datagram", "eof:1"] {
            assert!(text.parse::<Until>().is_err(), "{text}");
        }
        assert!("eof".parse::<Until>().unwrap().is_weak());
        assert!(!"line".parse::<Until>().unwrap().is_weak());
        assert_eq!("quiet:50ms".parse::<Until>().unwrap().to_string(), "quiet:50ms");
    }
}
