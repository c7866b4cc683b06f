//! Why a flow came out as it did, as far as the evidence goes.
//!
//! One pure function a cause. Each looks for its own evidence and gives nothing where it is not there; what none of them
//! explains stays unexplained, because "not determined" is an answer and a guess is not.

mod ending;
mod message;
mod reader;
mod sender;
mod text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::flow::{Calls, Flow, Transfer};
use super::segment::Segments;
use super::stream::{self, ByteRange, StreamFlow};
use crate::scenario::{CauseName, Flag, SocketKind, SocketOption};
use crate::trace::{Call, CallKind, SocketTrace};

/// A cause, and the evidence for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Which.
    pub name: CauseName,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What it comes from.
    pub source: EvidenceSource,
    /// What it says.
    pub text: String,
}

/// Where evidence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceSource {
    /// What the program asked and got, and when.
    Calls,
    /// What the kernel counted of a TCP connection (man 7 tcp).
    TcpInfo,
    /// What the kernel counted of a socket's memory: SO_MEMINFO.
    Meminfo,
    /// What was queued when a socket was closed (FIONREAD).
    Queue,
}

impl EvidenceSource {
    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::TcpInfo => "TCP_INFO",
            Self::Meminfo => "SO_MEMINFO",
            Self::Queue => "FIONREAD",
        }
    }
}

impl Cause {
    fn new(name: CauseName, evidence: impl IntoIterator<Item = (EvidenceSource, String)>) -> Self {
        Self { name, evidence: evidence.into_iter().map(|(source, text)| Evidence { source, text }).collect() }
    }
}

/// Every cause that the evidence supports.
pub(super) fn causes(flow: &Flow, calls: &Calls<'_>, sender: &SocketTrace, receiver: &SocketTrace) -> Vec<Cause> {
    let names = (flow.from.actor.as_str(), flow.to.actor.as_str());
    let mut causes: Vec<Cause> = match &flow.transfer {
        Transfer::Stream(stream) => {
            let sight = Sight::of(stream, calls, flow.segments.as_ref(), sender);
            [
                sender::nagle,
                sender::corked,
                reader::late_reader,
                reader::reader_kept_pace,
                reader::early_reader,
                reader::small_recv,
                sender::partial_send,
                sender::closed_window,
            ]
            .into_iter()
            .filter_map(|cause| cause(&sight))
            .collect()
        }
        Transfer::Messages(messages) => {
            [message::truncated_datagram(messages), message::dropped_datagram(messages, receiver)].into_iter().flatten().collect()
        }
    };
    if flow.kind.is_connection() {
        causes.extend(ending::reset(calls, sender, receiver, names).filter(|_| flow.kind == SocketKind::Tcp));
        causes.extend(ending::half_close(calls, names));
    }
    causes
}

/// Everything about a stream that the causes look at.
struct Sight<'c> {
    stream: &'c StreamFlow,
    /// The calls behind the ranges of the stream, index by index.
    sends: Vec<(usize, &'c Call<'c>)>,
    reads: Vec<&'c Call<'c>>,
    /// Where each of the reads stands in its actor's log.
    read_positions: Vec<usize>,
    /// What the reader was told of its queue (FIONREAD), and where in its log.
    looks: Vec<(usize, u64)>,
    /// Options that were set on the sending socket, and where in its actor's log.
    settings: Vec<(usize, &'c Call<'c>)>,
    segments: Option<&'c Segments>,
    sender: &'c SocketTrace,
}

impl<'c> Sight<'c> {
    fn of(stream: &'c StreamFlow, calls: &'c Calls<'c>, segments: Option<&'c Segments>, sender: &'c SocketTrace) -> Self {
        let reads = calls.read_positions.iter().copied().zip(&calls.reads).filter(|(_, call)| stream::takes(call));
        let (read_positions, reads) = reads.unzip();
        let sends = calls.send_positions.iter().copied().zip(&calls.sends);
        let set = |(_, call): &(usize, &Call<'_>)| call.kind == CallKind::SetOption && call.outcome.returned().is_some();
        Self {
            stream,
            sends: sends.filter(|(_, call)| call.outcome.returned().is_some()).collect(),
            reads,
            read_positions,
            looks: calls.of_receiver.iter().filter_map(|(position, call)| Some((*position, looked(call)?))).collect(),
            settings: calls.of_sender.iter().map(|(position, call)| (*position, call)).filter(set).collect(),
            segments,
            sender,
        }
    }

    /// The sends that a range takes bytes from.
    fn sends_in(&self, range: ByteRange) -> Vec<usize> {
        let sends = &self.stream.sends;
        let first = sends.partition_point(|send| send.end <= range.start);
        (first..sends.len()).take_while(|&index| sends[index].start < range.end).filter(|&index| !sends[index].is_empty()).collect()
    }

    /// Whether a read ended inside a send, of which more was to come.
    fn ends_inside_a_send(&self, read: ByteRange) -> bool {
        read.end < self.stream.bytes_sent && self.stream.sends.binary_search_by_key(&read.end, |send| send.end).is_err()
    }

    /// Whether an option was on when the call at this position of the sender's log was made: as it was set before, or inherited from the
    /// listener. Off where nobody set it.
    fn is_on(&self, option: SocketOption, position: usize) -> bool {
        let before = self.settings.iter().take_while(|(at, _)| *at < position);
        let inherited =
            || self.sender.settings.iter().any(|setting| setting.inherited && setting.option == option && setting.effective != Some(0));
        before.filter(|(_, call)| call.option == Some(option)).last().map_or_else(inherited, |(_, call)| call.asked != 0)
    }

    /// Whether the sender said at this send that it was to be held back for the next.
    fn is_held_on_purpose(&self, send: usize) -> bool {
        self.sends.get(send).is_some_and(|(position, call)| call.flags.has_flag(Flag::More) || self.is_on(SocketOption::Cork, *position))
    }

    /// The send that stands at a position of the sender's log.
    fn send_at(&self, position: usize) -> Option<usize> {
        self.sends.binary_search_by_key(&position, |(at, _)| *at).ok()
    }

    /// Sends that gave the stream bytes.
    fn filled_sends(&self) -> u64 {
        self.stream.sends.iter().filter(|send| !send.is_empty()).count() as u64
    }
}

/// How many bytes were queued, where a call asked for that.
fn looked(call: &Call<'_>) -> Option<u64> {
    let asks = call.kind == CallKind::WaitReadable || call.option == Some(SocketOption::Queued);
    call.outcome.returned().filter(|_| asks).map(u64::from)
}

/// "1 segment", "3 segments".
pub(crate) fn plural(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
