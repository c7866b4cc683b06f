//! Why a flow came out as it did, as far as the evidence goes.
//!
//! One pure function a cause. Each looks for its own evidence and gives nothing where it is not there; what none of them
//! explains stays unexplained, because "not determined" is an answer and a guess is not. So far they rest on the calls alone;
//! what needs the kernel's counters (Nagle's algorithm, a closed window) is not among them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::flow::{Calls, Flow, Transfer};
use super::message::{Fate, MessageFlow};
use super::stream::{ByteRange, StreamFlow};
use crate::scenario::Flag;
use crate::trace::{Call, CallFlags};

/// A cause, and the evidence for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Which.
    pub name: CauseName,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// The causes that can be told from the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CauseName {
    /// Bytes of several sends were queued when a read was called.
    LateReader,
    /// The reader was there first, and took each send as it came.
    ReaderKeptPace,
    /// A read asked for less than was queued.
    SmallRecv,
    /// A send took a part only.
    PartialSend,
    /// A datagram was longer than the buffer it was read into.
    TruncatedDatagram,
}

impl CauseName {
    /// In a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::LateReader => "the reader was late",
            Self::ReaderKeptPace => "the reader kept pace",
            Self::SmallRecv => "recv asked for less than was queued",
            Self::PartialSend => "send took a part only",
            Self::TruncatedDatagram => "the datagram was longer than the buffer",
        }
    }
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

/// The layers of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceSource {
    /// What the program asked and got, and when.
    Calls,
}

impl EvidenceSource {
    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
        }
    }
}

fn calls(text: String) -> Evidence {
    Evidence { source: EvidenceSource::Calls, text }
}

/// Every cause that the evidence supports. `left_queued`: bytes in the receive queue at the end (FIONREAD).
pub(super) fn causes(flow: &Flow, calls: &Calls<'_>, left_queued: u64) -> Vec<Cause> {
    match &flow.transfer {
        Transfer::Stream(stream) => {
            let calls = StreamCalls::of(calls, left_queued);
            [late_reader, reader_kept_pace, small_recv, partial_send].into_iter().filter_map(|cause| cause(stream, &calls)).collect()
        }
        Transfer::Messages(messages) => truncated_datagram(messages).into_iter().collect(),
    }
}

/// The calls that stand behind the ranges of a stream, index by index.
struct StreamCalls<'c> {
    sends: Vec<&'c Call<'c>>,
    reads: Vec<&'c Call<'c>>,
    left_queued: u64,
}

impl<'c> StreamCalls<'c> {
    fn of(calls: &'c Calls<'c>, left_queued: u64) -> Self {
        let took = |call: &&Call<'_>| {
            call.outcome.returned().is_some_and(|count| count > 0) && !call.flags.has_flag(Flag::Peek) && !call.flags.has_flag(Flag::Oob)
        };
        Self {
            sends: calls.sends.iter().filter(|call| call.outcome.returned().is_some()).collect(),
            reads: calls.reads.iter().filter(took).collect(),
            left_queued,
        }
    }
}

/// The sends that a range takes bytes from.
fn sends_in<'s>(stream: &'s StreamFlow, range: ByteRange) -> impl Iterator<Item = usize> + 's {
    let first = stream.sends.partition_point(|send| send.end <= range.start);
    (first..stream.sends.len())
        .take_while(move |&index| stream.sends[index].start < range.end)
        .filter(|&index| !stream.sends[index].is_empty())
}

/// A recv that did not have to wait returned what was queued when it was called. Bytes that the sender joined on purpose
/// (MSG_MORE) would have come to a prompt reader in one piece too, so they are no evidence.
fn late_reader(stream: &StreamFlow, calls_of: &StreamCalls<'_>) -> Option<Cause> {
    let mut example = None;
    for (index, (range, read)) in stream.reads.iter().zip(&calls_of.reads).enumerate() {
        let sends: Vec<usize> = sends_in(stream, *range).collect();
        let [first, .., last] = sends.as_slice() else { continue };
        let joined = (*first..*last).any(|send| calls_of.sends.get(send).is_some_and(|call| call.flags.has_flag(Flag::More)));
        if joined || read.flags.has(CallFlags::WAITED) {
            continue;
        }
        example.get_or_insert((index + 1, first + 1, last + 1, range.len()));
    }
    let (read, first, last, bytes) = example?;
    let text = format!("read {read} did not have to wait: it found {bytes} bytes of sends {first} to {last} queued");
    Some(Cause { name: CauseName::LateReader, evidence: vec![calls(text)] })
}

fn reader_kept_pace(stream: &StreamFlow, calls_of: &StreamCalls<'_>) -> Option<Cause> {
    let sent: Vec<&ByteRange> = stream.sends.iter().filter(|send| !send.is_empty()).collect();
    let each_its_own =
        sent.len() > 1 && sent.len() == stream.reads.len() && sent.iter().zip(&stream.reads).all(|(send, read)| **send == *read);
    let waited = calls_of.reads.iter().filter(|read| read.flags.has(CallFlags::WAITED)).count();
    // The first read may have come late without harm: there was nothing else yet.
    (each_its_own && waited + 1 >= calls_of.reads.len()).then(|| {
        let text = format!("{waited} of {} reads were called before their bytes had come, and had to wait", calls_of.reads.len());
        Cause { name: CauseName::ReaderKeptPace, evidence: vec![calls(text)] }
    })
}

/// A read that filled its buffer inside a send, while more was there: the read behind it found bytes without waiting, or they were still
/// queued at the end.
fn small_recv(stream: &StreamFlow, calls_of: &StreamCalls<'_>) -> Option<Cause> {
    let more_was_there = |index: usize| match calls_of.reads.get(index + 1) {
        Some(next) => !next.flags.has(CallFlags::WAITED),
        None => calls_of.left_queued > 0,
    };
    let small: Vec<(usize, u32)> = stream
        .reads
        .iter()
        .zip(&calls_of.reads)
        .enumerate()
        .filter(|(_, (range, read))| {
            let inside_a_send = range.end < stream.bytes_sent && stream.sends.binary_search_by_key(&range.end, |send| send.end).is_err();
            inside_a_send && read.outcome.returned() == Some(read.asked)
        })
        .filter(|(index, _)| more_was_there(*index))
        .map(|(index, (_, read))| (index, read.asked))
        .collect();
    let &(first, asked) = small.first()?;
    let more = match small.len() - 1 {
        0 => String::new(),
        1 => ", and one more read like it".to_owned(),
        more => format!(", and {more} more reads like it"),
    };
    let text = format!("read {} asked for {asked} and got {asked}, ending inside a send of which more was there{more}", first + 1);
    Some(Cause { name: CauseName::SmallRecv, evidence: vec![calls(text)] })
}

fn partial_send(_: &StreamFlow, calls_of: &StreamCalls<'_>) -> Option<Cause> {
    let (index, call) =
        calls_of.sends.iter().enumerate().find(|(_, call)| call.outcome.returned().is_some_and(|count| count < call.asked))?;
    let text = format!("send {} asked for {} bytes and the kernel took {}", index + 1, call.asked, call.outcome.returned()?);
    Some(Cause { name: CauseName::PartialSend, evidence: vec![calls(text)] })
}

fn truncated_datagram(messages: &MessageFlow) -> Option<Cause> {
    let message = messages.messages.iter().find(|message| message.fate == Fate::Truncated)?;
    let (sent, read) = (message.sent?, message.read?);
    let text = format!(
        "message {} had {} bytes, read {} had room for {}: recvmsg returned MSG_TRUNC",
        sent.index + 1,
        sent.bytes,
        read.index + 1,
        read.bytes
    );
    Some(Cause { name: CauseName::TruncatedDatagram, evidence: vec![calls(text)] })
}
