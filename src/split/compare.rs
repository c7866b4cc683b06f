//! What came back under a split, held against the baseline.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::exchange::{AnswerEnd, Exchange};
use crate::trace::{escape, hex};

/// How a split came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SplitVerdict {
    /// The same complete answers.
    Same,
    /// Other ones.
    Different(Difference),
    /// No complete answer in time.
    NoAnswer {
        /// Bytes that had come.
        received: u64,
    },
    /// An answer that did not end within the bytes allowed.
    TooLong {
        /// Bytes that had come.
        received: u64,
    },
    /// The server closed the connection before its answer was complete.
    Closed {
        /// Bytes that had come.
        received: u64,
    },
    /// The server reset the connection before its answer was complete.
    Reset {
        /// Bytes that had come.
        received: u64,
    },
    /// The server took no connection.
    Refused,
    /// The server, which netlab had started, ended.
    ServerEnded {
        /// How.
        reason: String,
    },
    /// The client ended with another exit code.
    ExitCode {
        /// That.
        code: i32,
        /// How it ended without a cut.
        instead_of: String,
        /// Where its output parts from that without a cut.
        difference: Option<Difference>,
    },
    /// The client was ended by a signal.
    Killed {
        /// Its number.
        signal: i32,
        /// How it ended without a cut.
        instead_of: String,
    },
    /// The client did not end in time, and was stopped.
    NotEnded {
        /// Bytes that it had written on its standard output.
        received: u64,
    },
    /// The client made no connection.
    NeverConnected {
        /// How it ended.
        reason: String,
    },
    /// Tried again, it came out in different ways: these.
    Unstable {
        /// How each try came out, in their order.
        tries: Vec<String>,
    },
    /// It could not be carried out.
    NotCarriedOut {
        /// Which call failed, and why.
        reason: String,
    },
}

/// Where two answers part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Offset in all answers, one behind the other, what was masked replaced by a word.
    pub offset: u64,
    /// The bytes there without a cut, in hexadecimal digits; none where that answer has ended.
    pub expected_hex: String,
    /// The same as text.
    pub expected: String,
    /// The bytes there with the cut.
    pub observed_hex: String,
    /// The same as text.
    pub observed: String,
}

/// How many bytes of a difference are kept.
const WINDOW: usize = 24;

impl Difference {
    pub(super) fn at(at: usize, expected: &[u8], observed: &[u8]) -> Self {
        Self::between(at, (expected.get(at..).unwrap_or_default(), observed.get(at..).unwrap_or_default()))
    }

    /// At an offset of the first; what stands from there in both.
    pub(super) fn between(at: usize, (expected, observed): (&[u8], &[u8])) -> Self {
        let window = |bytes: &[u8]| bytes[..bytes.len().min(WINDOW)].to_vec();
        let (expected, observed) = (window(expected), window(observed));
        Self {
            offset: at as u64,
            expected_hex: hex(&expected),
            expected: escape(&expected),
            observed_hex: hex(&observed),
            observed: escape(&observed),
        }
    }
}

impl Difference {
    /// It in a line.
    fn describe(&self) -> String {
        let Self { offset, expected, observed, expected_hex, observed_hex } = self;
        let side = |text: &str, digits: &str| match (text, digits) {
            ("", _) => "the end".to_owned(),
            (text, "") => text.to_owned(),
            (text, digits) => format!("\"{text}\" ({})", &digits[..digits.len().min(8)]),
        };
        format!("from byte {offset}: {} instead of {}", side(observed, observed_hex), side(expected, expected_hex))
    }
}

impl SplitVerdict {
    /// Holds what came back against the baseline.
    pub fn of(exchange: &Exchange, baseline: &Baseline) -> Self {
        let received = exchange.answer.len() as u64;
        let differs = || baseline.difference(&exchange.answer);
        match &exchange.end {
            AnswerEnd::Failed(reason) => Self::NotCarriedOut { reason: reason.clone() },
            AnswerEnd::Interrupted => Self::NotCarriedOut { reason: "interrupted".to_owned() },
            end if baseline.ended_alike(end) => match differs() {
                Some(difference) => Self::Different(difference),
                None if exchange.surplus > 0 && !baseline.has_surplus() => {
                    let note = format!("{} more bytes behind the answer", exchange.surplus);
                    Self::Different(Difference { observed: note, ..Difference::at(exchange.answer.len(), b"", b"") })
                }
                None => Self::Same,
            },
            AnswerEnd::Complete | AnswerEnd::Malformed(_) => {
                Self::Different(differs().unwrap_or_else(|| Difference::at(exchange.answer.len(), baseline.answer(), &exchange.answer)))
            }
            AnswerEnd::Closed => Self::Closed { received },
            AnswerEnd::Reset => Self::Reset { received },
            AnswerEnd::NoAnswer => Self::NoAnswer { received },
            AnswerEnd::TooLong => Self::TooLong { received },
            AnswerEnd::Refused => Self::Refused,
            AnswerEnd::ServerEnded(how) => Self::ServerEnded { reason: how.clone() },
            AnswerEnd::Exited(code) => Self::ExitCode { code: *code, instead_of: baseline.end().in_words(), difference: differs() },
            AnswerEnd::Killed(signal) => Self::Killed { signal: *signal, instead_of: baseline.end().in_words() },
            AnswerEnd::NotEnded => Self::NotEnded { received },
            AnswerEnd::NeverConnected(how) => Self::NeverConnected { reason: how.clone() },
        }
    }

    /// Its word, for tables and to be compared.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different(_) => "different",
            Self::NoAnswer { .. } => "no answer",
            Self::TooLong { .. } => "too long",
            Self::Closed { .. } => "closed",
            Self::Reset { .. } => "reset",
            Self::Refused => "refused",
            Self::ServerEnded { .. } => "server ended",
            Self::ExitCode { .. } => "exit code",
            Self::Killed { .. } => "killed",
            Self::NotEnded { .. } => "not ended",
            Self::NeverConnected { .. } => "never connected",
            Self::Unstable { .. } => "unstable",
            Self::NotCarriedOut { .. } => "not carried out",
        }
    }

    /// What tries and neighbours must have in common to have come out alike. A server that has given up closes; whether that is by FIN or by
    /// RST depends on what it had not read by then, and so on time. Of a client another exit code, or another signal, is another failure.
    pub(super) fn kind(&self) -> Cow<'static, str> {
        match self {
            Self::Closed { .. } | Self::Reset { .. } => "closed or reset".into(),
            Self::ExitCode { code, .. } => format!("exit code {code}").into(),
            Self::Killed { signal, .. } => format!("killed by {signal}").into(),
            other => other.word().into(),
        }
    }

    /// How it came out, for ranges and lists of tries.
    pub(super) fn short(&self) -> Cow<'static, str> {
        match self {
            Self::Closed { .. } | Self::Reset { .. } => self.word().into(),
            other => other.kind(),
        }
    }

    /// It in a line.
    pub fn describe(&self) -> String {
        match self {
            Self::Same => "the same answer".to_owned(),
            Self::Different(difference) => difference.describe(),
            Self::NoAnswer { received } => format!("no complete answer in time, {received} bytes of it"),
            Self::TooLong { received } => format!("no end of the answer within {received} bytes"),
            Self::Closed { received } => format!("closed (FIN) after {received} bytes of the answer"),
            Self::Reset { received } => format!("reset (RST) after {received} bytes of the answer"),
            Self::Refused => "the connection was refused".to_owned(),
            Self::ServerEnded { reason } => format!("the server {reason}"),
            Self::ExitCode { code, instead_of, difference } => {
                let output = difference.as_ref().map(|difference| format!("; its output {}", difference.describe())).unwrap_or_default();
                let instead_of = instead_of.strip_prefix("exit code ").unwrap_or(instead_of);
                format!("exit code {code} instead of {instead_of}{output}")
            }
            Self::Killed { signal, instead_of } => format!("ended by signal {signal} instead of {instead_of}"),
            Self::NotEnded { received } => format!("did not end in time and was stopped; {received} bytes of output"),
            Self::NeverConnected { reason } => format!("the client made no connection: {reason}"),
            Self::Unstable { tries } => format!("differs from try to try: {}", tries.join(", ")),
            Self::NotCarriedOut { reason } => reason.clone(),
        }
    }

    /// Whether the server did as without a cut.
    pub fn is_same(&self) -> bool {
        *self == Self::Same
    }
}
