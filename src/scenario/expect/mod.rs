//! Expectations: of one step, of a flow, of the run.

mod cause;
mod counter;
mod decode;
mod rate;
mod schema;

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;

pub use cause::CauseName;
pub use counter::CounterExpect;
pub use rate::{Rates, Share};

use super::count::{Count, Sizes};
use super::duration::{DurationText, format_duration};
use super::payload::Payload;
use super::source::{Span, Spanned};
use crate::errno::Errno;
use crate::framing::{FrameErrorKind, NamedCodec};

/// What a step is expected to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepExpect {
    /// Success, whatever it returns.
    Ok,
    /// End of stream: a read of 0 bytes.
    Eof,
    /// netlab's own time limit passed; not ETIMEDOUT, which is the kernel's.
    Timeout,
    /// The call fails with this error.
    Errno(Errno),
    /// What came is no frame, in this way.
    Frame(FrameErrorKind),
    /// Success, with this result.
    Result(Box<ResultExpect>),
    /// One of several.
    AnyOf(Vec<Spanned<StepExpect>>),
}

/// What the result of a step is expected to be; everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResultExpect {
    /// Exactly these bytes.
    pub payload: Option<Payload>,
    /// How many bytes were sent or read.
    pub bytes: Option<Spanned<Count>>,
    /// Whether the datagram was cut because the buffer was too small (MSG_TRUNC).
    pub truncated: Option<Spanned<bool>>,
    /// The value that `get` returned.
    pub value: Option<Spanned<Count>>,
    /// The exit code of a program; of one that a signal ended, 128 and its number.
    pub exit: Option<Spanned<Count>>,
    /// The actor that sent the datagram.
    pub from: Option<Spanned<String>>,
    /// The longest it may have taken.
    pub within: Option<Spanned<Duration>>,
}

impl StepExpect {
    /// Whether it is about how a program ends.
    pub fn is_of_exit(&self) -> bool {
        match self {
            Self::Result(result) => result.exit.is_some(),
            Self::AnyOf(options) => options.iter().any(|option| option.value.is_of_exit()),
            Self::Ok | Self::Eof | Self::Timeout | Self::Errno(_) | Self::Frame(_) => false,
        }
    }
}

/// What is expected beyond single steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectations {
    /// Of the run as a whole.
    pub run: Option<RunExpect>,
    /// Of flows.
    pub flows: Vec<(Spanned<FlowKey>, FlowExpect)>,
}

/// What is expected of the run as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RunExpect {
    /// From the first call to the end of the last.
    pub elapsed: Option<Spanned<Elapsed>>,
    /// Times between steps that are marked.
    #[schemars(default)]
    pub between: Vec<Between>,
}

/// The time between two marked steps: from the start of the one to the end of the other. In a `repeat` the last round counts.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Between {
    /// The mark of the step at whose start the time begins.
    pub from: Spanned<String>,
    /// The mark of the step at whose end it ends. It may be the same step.
    pub to: Spanned<String>,
    /// At least and at most.
    #[schemars(flatten)]
    pub elapsed: Elapsed,
    /// Where it stands in the file.
    #[schemars(skip)]
    pub span: Span,
}

/// One direction between two sockets: `client->server`, or `client.a->server.b` where an actor has several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowKey {
    /// Who sends.
    pub from: SocketRef,
    /// Who receives.
    pub to: SocketRef,
}

/// An actor, and one of its sockets where it has several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketRef {
    /// The actor.
    pub actor: String,
    /// The socket.
    pub socket: Option<String>,
}

/// What is expected of a flow; everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FlowExpect {
    /// Sizes of the sends that the kernel accepted, in order.
    pub sends: Option<Spanned<Sizes>>,
    /// Sizes of the reads, in order; the end of stream does not count.
    pub reads: Option<Spanned<Sizes>>,
    /// What became of the boundaries between the sends.
    pub boundaries: Option<Spanned<BoundaryExpect>>,
    /// Where reads may end.
    pub cuts: Option<Spanned<Cuts>>,
    /// Bytes read.
    pub bytes: Option<Spanned<Count>>,
    /// Bytes that were accepted for sending and never read.
    pub unread: Option<Spanned<Count>>,
    /// Time from the start of the first send to the end of the last read.
    pub elapsed: Option<Spanned<Elapsed>>,
    /// Segments with data in which the bytes of a TCP flow left (TCP_INFO).
    pub segments: Option<Spanned<Count>>,
    /// What the kernel counted for the sending socket.
    pub sender: Option<CounterExpect>,
    /// What the kernel counted for the receiving socket.
    pub receiver: Option<CounterExpect>,
    /// Why it came out so: causes that the evidence supports, and causes that it does not.
    pub causes: Option<Spanned<CauseExpect>>,
    /// How often it comes out in which way, over all runs of `--repeat`.
    pub rate: Option<Rates>,
    /// The messages that a codec finds in what was read.
    pub frames: Option<Spanned<FramesExpect>>,
}

/// The messages that a codec is to find in what was read, read by read.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FramesExpect {
    /// The codec.
    #[schemars(with = "String")]
    pub codec: NamedCodec,
    /// The frames, in order.
    pub list: Option<Vec<Payload>>,
    /// How many there are.
    pub count: Option<Spanned<Count>>,
    /// The error that comes behind them. Left out: none.
    #[schemars(with = "Option<String>")]
    pub error: Option<Spanned<FrameErrorKind>>,
}

/// Causes that are to be found, and causes that are not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CauseExpect {
    /// Each of these is found.
    pub found: Vec<Spanned<CauseName>>,
    /// None of these is.
    pub not_found: Vec<Spanned<CauseName>>,
}

/// Where reads may end, as offsets in the stream; the end of the stream is always allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Cuts {
    /// Every read ends at one of these.
    pub allowed: Option<Vec<u64>>,
    /// A read ends at each of these.
    pub required: Option<Vec<u64>>,
}

/// What became of the boundaries between the sends: a word for all of them, or numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoundaryExpect {
    /// The flow's outcome is one of these words.
    Outcome(Vec<BoundaryWord>),
    /// How many there are of each.
    Counts(Box<BoundaryCounts>),
}

/// How a flow came out, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoundaryWord {
    /// Every send that was read was read by a read of its own.
    Preserved,
    /// A read returned bytes of more than one send, and no send was cut.
    Coalesced,
    /// A send was cut by reads, and none were joined.
    Split,
    /// Both coalesced and split.
    Mixed,
    /// A datagram lost its tail.
    Truncated,
    /// A datagram was never received.
    Lost,
    /// Datagrams came in another order.
    Reordered,
    /// Nothing was read.
    Unread,
}

impl BoundaryWord {
    /// Words and outcomes.
    pub const WORDS: &[(&str, Self)] = &[
        ("preserved", Self::Preserved),
        ("coalesced", Self::Coalesced),
        ("split", Self::Split),
        ("mixed", Self::Mixed),
        ("truncated", Self::Truncated),
        ("lost", Self::Lost),
        ("reordered", Self::Reordered),
        ("unread", Self::Unread),
    ];

    /// The word.
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, word)| *word == self).map_or("", |(name, _)| name)
    }
}

/// How many boundaries or datagrams there are of each outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct BoundaryCounts {
    /// Ends of sends at which a read ended.
    pub preserved: Option<Spanned<Count>>,
    /// Ends of sends that a read went across.
    pub coalesced: Option<Spanned<Count>>,
    /// Ends of reads inside a send.
    pub split: Option<Spanned<Count>>,
    /// Datagrams that lost their tail.
    pub truncated: Option<Spanned<Count>>,
    /// Datagrams sent and never received.
    pub lost: Option<Spanned<Count>>,
    /// Datagrams received behind a later one.
    pub reordered: Option<Spanned<Count>>,
    /// Ends of sends that no read reached, and datagrams that nobody asked for.
    pub unread: Option<Spanned<Count>>,
}

/// A range of times.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Elapsed {
    /// At least.
    #[schemars(with = "Option<DurationText>")]
    pub min: Option<Duration>,
    /// At most.
    #[schemars(with = "Option<DurationText>")]
    pub max: Option<Duration>,
}

impl Expectations {
    /// How many rates are expected.
    pub fn rates(&self) -> u64 {
        self.flows.iter().filter_map(|(_, flow)| flow.rate.as_ref()).map(|rates| rates.0.len() as u64).sum()
    }
}

impl FlowExpect {
    /// Whether it can be held against a run only where the kernel counts segments.
    pub fn needs_tcp_info(&self) -> bool {
        let of_tcp = |counters: &Option<CounterExpect>| {
            counters.as_ref().is_some_and(|counters| counters.0.iter().any(|(option, _)| option.is_tcp_info()))
        };
        let rests_on_counters =
            |cause: &Spanned<CauseName>| matches!(cause.value, CauseName::Nagle | CauseName::Corked | CauseName::ClosedWindow);
        self.segments.is_some()
            || of_tcp(&self.sender)
            || of_tcp(&self.receiver)
            || self.causes.as_ref().is_some_and(|causes| causes.value.found.iter().any(rests_on_counters))
    }
}

impl Elapsed {
    /// Whether the time is in the range.
    pub fn accepts(&self, time: Duration) -> bool {
        self.min.is_none_or(|min| time >= min) && self.max.is_none_or(|max| time <= max)
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (Some(min), Some(max)) => write!(f, "{} to {}", format_duration(min), format_duration(max)),
            (Some(min), None) => write!(f, "at least {}", format_duration(min)),
            (None, Some(max)) => write!(f, "at most {}", format_duration(max)),
            (None, None) => f.write_str("any time"),
        }
    }
}

impl fmt::Display for SocketRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.actor)?;
        self.socket.as_ref().map_or(Ok(()), |socket| write!(f, ".{socket}"))
    }
}

impl fmt::Display for FlowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}->{}", self.from, self.to)
    }
}

impl SocketRef {
    /// Reads `actor` or `actor.socket`.
    pub fn parse(text: &str) -> Self {
        match text.split_once('.') {
            Some((actor, socket)) => Self { actor: actor.to_owned(), socket: Some(socket.to_owned()) },
            None => Self { actor: text.to_owned(), socket: None },
        }
    }
}

impl fmt::Display for StepExpect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("success"),
            Self::Eof => f.write_str("end of stream"),
            Self::Timeout => f.write_str("a timeout"),
            Self::Errno(errno) => write!(f, "{errno}"),
            Self::Frame(kind) => write!(f, "the frame error {}", kind.name()),
            Self::Result(result) => write!(f, "{result}"),
            Self::AnyOf(options) => {
                let options: Vec<String> = options.iter().map(|option| option.value.to_string()).collect();
                f.write_str(&options.join(" or "))
            }
        }
    }
}

impl fmt::Display for ResultExpect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        if let Some(payload) = &self.payload {
            words.push(format!("these {} bytes", payload.len()));
        }
        if let Some(bytes) = &self.bytes {
            words.push(format!("{} bytes", bytes.value));
        }
        if let Some(truncated) = &self.truncated {
            words.push(if truncated.value { "truncated".to_owned() } else { "whole".to_owned() });
        }
        if let Some(value) = &self.value {
            words.push(format!("the value {}", value.value));
        }
        if let Some(from) = &self.from {
            words.push(format!("from {}", from.value));
        }
        if let Some(within) = &self.within {
            words.push(format!("within {}", format_duration(within.value)));
        }
        f.write_str(&words.join(", "))
    }
}
