//! Messages with boundaries of their own: datagrams and seqpacket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::flow::Calls;
use crate::scenario::{BoundaryWord, Flag, SocketOption};
use crate::trace::{Call, CallFlags, CallOutcome, Data, SocketTrace};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It arrived whole.
    Preserved,
    /// Its tail was thrown away, because the buffer was smaller.
    Truncated,
    /// It arrived behind one that was sent later.
    Reordered,
    /// It never arrived: a later one did, or a recv waited for it in vain.
    Lost,
    /// It was never asked for.
    Unread,
    /// It was read, and no send is known that it could be.
    Unmatched,
}

impl Fate {
    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Preserved => "preserved",
            Self::Truncated => "truncated",
            Self::Reordered => "reordered",
            Self::Lost => "lost",
            Self::Unread => "unread",
            Self::Unmatched => "unmatched",
        }
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// How it was sent.
    pub sent: Option<MessagePart>,
    /// How it was read.
    pub read: Option<MessagePart>,
    /// What became of it.
    pub fate: Fate,
}

/// One end of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessagePart {
    /// Which send or read of the flow it was, from 0.
    pub index: usize,
    /// Bytes sent, or bytes that were put into the reader's buffer.
    pub bytes: u64,
    /// Where the call stands in its actor's log, from 0.
    pub call: usize,
}

/// The messages of one direction, in the order of sending; those without a known send come last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageFlow {
    /// The messages.
    pub messages: Vec<Message>,
    /// Whether the reader saw the end of a seqpacket connection.
    pub eof: bool,
}

impl MessageFlow {
    /// How many messages had this fate.
    pub fn count(&self, fate: Fate) -> u64 {
        self.messages.iter().filter(|message| message.fate == fate).count() as u64
    }

    /// The reads in the order of reading.
    pub fn reads(&self) -> Vec<MessagePart> {
        let mut reads: Vec<MessagePart> = self.messages.iter().filter_map(|message| message.read).collect();
        reads.sort_by_key(|read| read.index);
        reads
    }

    pub(super) fn bytes_unread(&self) -> u64 {
        let lost = |message: &Message| {
            message.sent.map_or(0, |sent| sent.bytes)
                - message.read.map_or(0, |read| read.bytes).min(message.sent.map_or(0, |sent| sent.bytes))
        };
        self.messages.iter().map(lost).sum()
    }

    /// How the flow came out, in a word.
    pub fn outcome(&self) -> BoundaryWord {
        let has = |fate| self.count(fate) > 0;
        let bad: Vec<BoundaryWord> =
            [(Fate::Truncated, BoundaryWord::Truncated), (Fate::Lost, BoundaryWord::Lost), (Fate::Reordered, BoundaryWord::Reordered)]
                .into_iter()
                .filter(|&(fate, _)| has(fate))
                .map(|(_, word)| word)
                .collect();
        match bad.as_slice() {
            [only] => *only,
            [] if self.messages.iter().all(|message| message.read.is_none()) => BoundaryWord::Unread,
            [] => BoundaryWord::Preserved,
            _ => BoundaryWord::Mixed,
        }
    }
}

/// Whether a datagram that was sent goes to this receiver.
pub(super) fn reaches(call: &Call<'_>, sender: &SocketTrace, receiver: &SocketTrace) -> bool {
    let to = call.address.as_ref().or(sender.peer.as_ref());
    to.zip(receiver.local.as_ref()).is_some_and(|(to, local)| to.reaches(local))
}

/// Whether a read returned a datagram of this sender; a read that returned none may have waited for it.
pub(super) fn may_come_from(call: &Call<'_>, sender: &SocketTrace) -> bool {
    match (&call.address, &sender.local) {
        (Some(from), Some(local)) => from.reaches(local),
        _ => call.outcome.returned().is_none(),
    }
}

/// A call, and where it stands in its actor's log.
type Placed<'c> = (usize, &'c Call<'c>);

pub(super) fn message_flow(calls: &Calls<'_>, sender: &SocketTrace, receiver: &SocketTrace) -> MessageFlow {
    let placed = |positions: &'_ [usize], index: usize| positions.get(index).copied().unwrap_or(0);
    let sends: Vec<Placed<'_>> = calls
        .sends
        .iter()
        .enumerate()
        .filter(|(_, call)| call.outcome.returned().is_some())
        .map(|(index, call)| (placed(&calls.send_positions, index), call))
        .collect();
    let takes = |call: &Call<'_>| call.outcome.returned().is_some() && !call.flags.has_flag(Flag::Peek);
    let mut reads: Vec<Placed<'_>> = calls
        .reads
        .iter()
        .enumerate()
        .filter(|(_, call)| takes(call))
        .map(|(index, call)| (placed(&calls.read_positions, index), call))
        .collect();
    // The last read of nothing on a connection is its end, unless a message of nothing was sent.
    let is_empty = |(_, call): &Placed<'_>| call.outcome == CallOutcome::Returned(0);
    let eof = sender.kind.is_connection()
        && reads.iter().filter(|read| is_empty(read)).count() > sends.iter().filter(|send| is_empty(send)).count();
    if eof && let Some(last) = reads.iter().rposition(is_empty) {
        reads.remove(last);
    }
    // A call that does not block and finds nothing has asked too soon, perhaps; but not where the kernel says that it threw something away.
    let drops = receiver.counters.get(SocketOption::Drops).unwrap_or(0);
    let in_vain = |call: &&Call<'_>| match call.outcome {
        CallOutcome::TimedOut => true,
        CallOutcome::Failed(errno) => drops > 0 && errno.raw() == libc::EAGAIN,
        CallOutcome::Returned(_) | CallOutcome::Released => false,
    };
    let waited_in_vain = calls.reads.iter().filter(in_vain).map(|call| call.start_ns).max();
    MessageFlow { messages: match_messages(&sends, &reads, waited_in_vain), eof }
}

/// Which send each read returned, by content. Of several alike the earliest that is left is taken.
fn match_messages(sends: &[Placed<'_>], reads: &[Placed<'_>], waited_in_vain: Option<u64>) -> Vec<Message> {
    let part = |index, (position, call): &Placed<'_>| MessagePart { index, bytes: u64::from(call.data.len), call: *position };
    let mut messages: Vec<Message> =
        sends.iter().enumerate().map(|(index, call)| Message { sent: Some(part(index, call)), read: None, fate: Fate::Unread }).collect();
    let mut unmatched = Vec::new();
    let mut next = 0;
    for (index, read) in reads.iter().enumerate() {
        let is_it = |send: &usize| messages[*send].read.is_none() && same(sends[*send].1, read.1);
        let found = (next..sends.len()).find(is_it).or_else(|| (0..next).find(is_it));
        let Some(send) = found else {
            unmatched.push(Message { sent: None, read: Some(part(index, read)), fate: Fate::Unmatched });
            continue;
        };
        let fate = match (read.1.flags.has(CallFlags::TRUNCATED), send < next) {
            (true, _) => Fate::Truncated,
            (false, true) => Fate::Reordered,
            (false, false) => Fate::Preserved,
        };
        messages[send].read = Some(part(index, read));
        messages[send].fate = fate;
        next = next.max(send + 1);
    }
    for (index, message) in messages.iter_mut().enumerate().filter(|(_, message)| message.read.is_none()) {
        let overtaken = index < next;
        let missed = waited_in_vain.is_some_and(|start| start >= sends[index].1.end_ns);
        if overtaken || missed {
            message.fate = Fate::Lost;
        }
    }
    messages.extend(unmatched);
    messages
}

/// Whether a read can be this send: the same bytes, or its first ones where the datagram was cut.
fn same(send: &Call<'_>, read: &Call<'_>) -> bool {
    let (sent, got) = (&send.data, &read.data);
    if read.flags.has(CallFlags::TRUNCATED) {
        let known = got.prefix.len().min(sent.prefix.len());
        // With MSG_TRUNC among its flags the call returned how long the datagram was.
        let length_fits = !read.flags.has_flag(Flag::Trunc) || read.outcome.returned() == Some(sent.len);
        return got.len < sent.len && length_fits && got.prefix[..known] == sent.prefix[..known];
    }
    let known = got.prefix.len().min(sent.prefix.len());
    sent.len == got.len && got.prefix[..known] == sent.prefix[..known] && digest(sent) == digest(got)
}

/// The digest of all bytes: one side may have kept them whole and the other not.
fn digest(data: &Data<'_>) -> u64 {
    data.digest.unwrap_or_else(|| crate::trace::digest_of(&data.prefix))
}
