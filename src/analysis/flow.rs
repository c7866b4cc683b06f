//! Which socket sent to which: flows, found by the addresses that the kernel gave.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cause::{self, Cause};
use super::message::{self, MessageFlow};
use super::segment::{self, Segments};
use super::stream::{self, StreamFlow};
use crate::scenario::{BoundaryWord, FlowKey, SocketKind, SocketRef};
use crate::trace::{Call, CallKind, CallOutcome, SocketTrace, Trace};

/// One direction between two sockets.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Who sends.
    pub from: FlowEnd,
    /// Who receives.
    pub to: FlowEnd,
    /// The kind of both sockets.
    pub kind: SocketKind,
    /// What was sent and read.
    pub transfer: Transfer,
    /// How it came out, in a word.
    pub outcome: BoundaryWord,
    /// From the start of the first send to the end of the last read, in nanoseconds, where there are both.
    pub elapsed_ns: Option<u64>,
    /// The segments in which it left, where the kernel counted them.
    #[serde(default)]
    pub segments: Option<Segments>,
    /// Why it came out so, as far as the evidence goes.
    pub causes: Vec<Cause>,
}

/// One end of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowEnd {
    /// The actor.
    pub actor: String,
    /// Its socket.
    pub socket: String,
    /// Where the actor stands in the trace.
    pub actor_index: usize,
    /// Where the socket stands in the actor's trace.
    pub socket_index: usize,
}

/// What was sent and read: as a stream of bytes, or as messages.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// TCP and Unix streams.
    Stream(StreamFlow),
    /// UDP, Unix datagrams and seqpacket.
    Messages(MessageFlow),
}

impl Flow {
    /// Whether anything was sent or read.
    pub fn is_active(&self) -> bool {
        match &self.transfer {
            Transfer::Stream(stream) => !stream.sends.is_empty() || !stream.reads.is_empty(),
            Transfer::Messages(messages) => !messages.messages.is_empty(),
        }
    }

    /// Sizes of the sends that the kernel accepted, in bytes.
    pub fn send_sizes(&self) -> Vec<u64> {
        match &self.transfer {
            Transfer::Stream(stream) => stream.sends.iter().map(stream::ByteRange::len).collect(),
            Transfer::Messages(messages) => {
                messages.messages.iter().filter_map(|message| message.sent.as_ref()).map(|part| part.bytes).collect()
            }
        }
    }

    /// Sizes of the reads, in bytes, in the order of reading; the end of stream does not count.
    pub fn read_sizes(&self) -> Vec<u64> {
        match &self.transfer {
            Transfer::Stream(stream) => stream.reads.iter().map(stream::ByteRange::len).collect(),
            Transfer::Messages(messages) => messages.reads().iter().map(|part| part.bytes).collect(),
        }
    }

    /// Bytes that were read.
    pub fn bytes_read(&self) -> u64 {
        self.read_sizes().iter().sum()
    }

    /// Bytes that were accepted for sending and not read.
    pub fn bytes_unread(&self) -> u64 {
        match &self.transfer {
            Transfer::Stream(stream) => stream.bytes_sent.saturating_sub(stream.bytes_read),
            Transfer::Messages(messages) => messages.bytes_unread(),
        }
    }

    /// The time from the first send to the last read.
    pub fn elapsed(&self) -> Option<Duration> {
        self.elapsed_ns.map(Duration::from_nanos)
    }

    /// Whether a name in a scenario means this flow.
    pub fn is(&self, key: &FlowKey) -> bool {
        is_named(key, &self.from, &self.to)
    }

    /// `client.connection->server.connection`.
    pub fn full_name(&self) -> String {
        format!("{}.{}->{}.{}", self.from.actor, self.from.socket, self.to.actor, self.to.socket)
    }

    /// `client->server`.
    pub fn name(&self) -> String {
        format!("{}->{}", self.from.actor, self.to.actor)
    }
}

/// Whether a name in a scenario means the flow between these ends.
pub fn is_named(key: &FlowKey, from: &FlowEnd, to: &FlowEnd) -> bool {
    from.is(&key.from) && to.is(&key.to)
}

impl FlowEnd {
    /// Whether a name in a scenario means this end.
    pub fn is(&self, reference: &SocketRef) -> bool {
        self.actor == reference.actor && reference.socket.as_ref().is_none_or(|socket| *socket == self.socket)
    }
}

/// The sends and reads of one socket, as positions in its actor's log.
#[derive(Clone, Default)]
struct Positions {
    sends: Vec<usize>,
    reads: Vec<usize>,
    /// Calls that set options, shut down, close, or ask for an error.
    others: Vec<usize>,
}

/// Finds the flows of a trace.
pub(super) fn flows(trace: &Trace) -> Vec<Flow> {
    let mut ends = Vec::new();
    let mut positions = Vec::new();
    for (actor_index, actor) in trace.actors.iter().enumerate() {
        let first = ends.len();
        for (socket_index, socket) in actor.sockets.iter().enumerate() {
            let end = FlowEnd { actor: actor.name.clone(), socket: socket.name.clone(), actor_index, socket_index };
            ends.push((end, socket));
        }
        positions.resize(ends.len(), Positions::default());
        for (index, call) in actor.calls.iter().enumerate() {
            let Some(of_socket) = call.socket.and_then(|socket| positions.get_mut(first + socket)) else { continue };
            if call.kind.is_send() {
                of_socket.sends.push(index);
            } else if call.kind.is_read() {
                of_socket.reads.push(index);
            } else if matches!(
                call.kind,
                CallKind::SetOption | CallKind::GetOption | CallKind::WaitReadable | CallKind::Shutdown | CallKind::Close | CallKind::Abort
            ) {
                of_socket.others.push(index);
            }
        }
    }
    // A connection's two ends name each other; a datagram socket may send to any other.
    let mut connected: HashMap<_, Vec<usize>> = HashMap::new();
    for (index, (_, socket)) in ends.iter().enumerate().filter(|(_, (_, socket))| socket.kind.is_connection() && !socket.listens) {
        connected.entry((socket.kind, &socket.local, &socket.peer)).or_default().push(index);
    }
    let datagram: Vec<usize> = (0..ends.len()).filter(|&index| !ends[index].1.kind.is_connection()).collect();
    let mut flows = Vec::new();
    for (index, (from, sender)) in ends.iter().enumerate() {
        let twin: Vec<usize>;
        let candidates: &[usize] = match sender.kind.is_connection() {
            true if sender.peer.is_none() || sender.listens => &[],
            true => {
                // One pair of addresses can have served several connections, one behind the other: the first of one side
                // belongs to the first of the other.
                let of = |local, peer| connected.get(&(sender.kind, local, peer)).map_or(&[][..], Vec::as_slice);
                let place = of(&sender.local, &sender.peer).iter().position(|&known| known == index);
                twin = place.and_then(|place| of(&sender.peer, &sender.local).get(place).copied()).into_iter().collect();
                &twin
            }
            false => &datagram,
        };
        for &other in candidates.iter().filter(|&&other| other != index && ends[other].1.kind == sender.kind) {
            let (to, receiver) = &ends[other];
            let calls_of = |end: &FlowEnd, positions: &[usize]| -> Vec<(usize, Call<'_>)> {
                let log = &trace.actors[end.actor_index].calls;
                positions.iter().filter_map(|&position| Some((position, log.get(position)?))).collect()
            };
            let (mut sends, mut reads) = (calls_of(from, &positions[index].sends), calls_of(to, &positions[other].reads));
            if !sender.kind.is_connection() {
                sends.retain(|(_, call)| message::reaches(call, sender, receiver));
                reads.retain(|(_, call)| message::may_come_from(call, sender));
            }
            let mut calls = Calls::of(sends, reads);
            if sender.kind.is_connection() {
                calls.of_sender = calls_of(from, &positions[index].others);
                calls.of_receiver = calls_of(to, &positions[other].others);
                // Of what was read back only two things are of interest: what failed, and what came behind a shutdown.
                let has_shut = calls.of_sender.iter().any(|(_, call)| call.kind == CallKind::Shutdown);
                let log = &trace.actors[from.actor_index].calls;
                let back = positions[index].reads.iter().filter_map(|&position| Some((position, log.get(position)?)));
                calls.back = back.filter(|(_, call)| has_shut || call.outcome.returned().is_none()).collect();
            }
            flows.extend(flow_between((from, sender), (to, receiver), &calls));
        }
    }
    drop_matched_elsewhere(&mut flows);
    flows
}

/// Datagram sockets that had one address behind each other share their reads: what one of them sent is no riddle in the flows of the
/// others.
fn drop_matched_elsewhere(flows: &mut Vec<Flow>) {
    let messages = |flow: &Flow| match &flow.transfer {
        Transfer::Messages(messages) => messages.messages.clone(),
        Transfer::Stream(_) => Vec::new(),
    };
    let is_matched = |message: &message::Message| message.fate != message::Fate::Unmatched;
    let matched: HashSet<(usize, usize)> = flows
        .iter()
        .flat_map(|flow| {
            messages(flow)
                .into_iter()
                .filter(is_matched)
                .filter_map(|message| Some((flow.to.actor_index, message.read?.call)))
                .collect::<Vec<_>>()
        })
        .collect();
    for flow in flows.iter_mut() {
        let reader = flow.to.actor_index;
        if let Transfer::Messages(messages) = &mut flow.transfer {
            messages
                .messages
                .retain(|message| is_matched(message) || !message.read.is_some_and(|read| matched.contains(&(reader, read.call))));
        }
    }
    flows.retain(|flow| flow.kind.is_connection() || flow.is_active());
}

fn flow_between((from, sender): (&FlowEnd, &SocketTrace), (to, receiver): (&FlowEnd, &SocketTrace), calls: &Calls<'_>) -> Option<Flow> {
    let kind = sender.kind;
    let (transfer, outcome) = if kind.is_stream() {
        let stream = stream::stream_flow(calls, sender, receiver);
        let outcome = stream.outcome();
        (Transfer::Stream(stream), outcome)
    } else {
        let messages = message::message_flow(calls, sender, receiver);
        if !kind.is_connection() && messages.messages.is_empty() {
            return None;
        }
        let outcome = messages.outcome();
        (Transfer::Messages(messages), outcome)
    };
    let segments = segment::segments(sender, receiver);
    let mut flow = Flow { from: from.clone(), to: to.clone(), kind, elapsed_ns: None, transfer, outcome, segments, causes: Vec::new() };
    flow.elapsed_ns = elapsed(&flow, calls);
    flow.causes = cause::causes(&flow, calls, sender, receiver);
    Some(flow)
}

/// The sends of one socket and the reads of another, in order.
pub(super) struct Calls<'t> {
    pub(super) sends: Vec<Call<'t>>,
    pub(super) reads: Vec<Call<'t>>,
    /// Where each of them stands in its actor's log.
    pub(super) send_positions: Vec<usize>,
    pub(super) read_positions: Vec<usize>,
    /// Other calls on either socket, and what the sender read, each with where it stands in its actor's log.
    pub(super) of_sender: Vec<(usize, Call<'t>)>,
    pub(super) of_receiver: Vec<(usize, Call<'t>)>,
    pub(super) back: Vec<(usize, Call<'t>)>,
}

impl<'t> Calls<'t> {
    fn of(sends: Vec<(usize, Call<'t>)>, reads: Vec<(usize, Call<'t>)>) -> Self {
        let (send_positions, sends) = sends.into_iter().unzip();
        let (read_positions, reads) = reads.into_iter().unzip();
        let (of_sender, of_receiver, back) = (Vec::new(), Vec::new(), Vec::new());
        Self { sends, reads, send_positions, read_positions, of_sender, of_receiver, back }
    }
}

fn elapsed(flow: &Flow, calls: &Calls<'_>) -> Option<u64> {
    let succeeded = |call: &&Call<'_>| matches!(call.outcome, CallOutcome::Returned(_));
    let is_stream = flow.kind.is_stream();
    let first = calls.sends.iter().find(succeeded)?.start_ns;
    let last = calls.reads.iter().rev().filter(succeeded).find(|call| !is_stream || call.outcome != CallOutcome::Returned(0))?.end_ns;
    Some(last.saturating_sub(first))
}
