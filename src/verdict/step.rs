//! The expectations of single steps.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::difference::Difference;
use super::{Findings, Mismatch};
use crate::errno::Errno;
use crate::plan::{CountedEvent, PlannedAction, PlannedActor, PlannedStep};
use crate::scenario::{ResultExpect, Span, StepExpect, format_duration};
use crate::trace::{ActorEnd, ActorTrace, Address, Call, CallFlags, CallKind, CallOutcome, Trace};

/// What one step gave, put together from its calls.
struct StepResult<'t> {
    outcome: CallOutcome,
    /// Bytes that a read gave, or the bytes kept of them.
    data: Cow<'t, [u8]>,
    /// How many bytes were sent or read.
    bytes: u64,
    /// Digest of the bytes, where not all were kept.
    digest: Option<u64>,
    truncated: bool,
    eof: bool,
    from: Option<Address>,
    elapsed: Duration,
    /// The last call's number within the actor, from 1.
    call: usize,
    last: Call<'t>,
}

impl StepResult<'_> {
    /// Whether `recv_frame` met what is no frame; its data then says what is wrong with it.
    fn is_bad_frame(&self) -> bool {
        self.last.kind == CallKind::Frame && matches!(self.outcome, CallOutcome::Failed(_))
    }
}

pub(super) fn check_steps(planned: &PlannedActor, actor: &ActorTrace, trace: &Trace, findings: &mut Findings) {
    let steps: HashMap<u32, &PlannedStep> = planned.all_steps().into_iter().map(|step| (step.id, step)).collect();
    let mut checker = Checker { planned, actor, trace, judged: HashSet::new(), findings };
    let mut calls: Vec<Call<'_>> = Vec::new();
    for (index, call) in actor.calls.iter().enumerate() {
        let Some(step) = steps.get(&call.step) else { continue };
        let ends_step = call.flags.has(CallFlags::LAST_OF_STEP);
        calls.push(call);
        if ends_step {
            checker.check(step, &calls, index + 1);
            calls.clear();
        }
    }
    let judged = checker.judged;
    let is_open = |step: &&&PlannedStep| !judged.contains(&step.id) && !matches!(step.action, PlannedAction::Repeat { .. });
    findings.not_checked += steps.values().filter(is_open).count() as u64;
}

/// Whether a call failed because no local port was free: bind(2) and listen(2) to port 0 give EADDRINUSE then (man 7 ip), and connect(2) gives
/// EADDRNOTAVAIL where its destination has a port.
pub fn is_out_of_ports(kind: CallKind, errno: Errno, address: Option<&Address>) -> bool {
    let port = address.and_then(Address::port);
    match kind {
        CallKind::Bind | CallKind::Listen => errno.raw() == libc::EADDRINUSE && port == Some(0),
        CallKind::Connect => errno.raw() == libc::EADDRNOTAVAIL && port.is_some_and(|port| port != 0),
        _ => false,
    }
}

/// Goes through the steps of an actor in the order in which they were carried out.
struct Checker<'c> {
    planned: &'c PlannedActor,
    actor: &'c ActorTrace,
    trace: &'c Trace,
    /// The steps whose expectation was held against a result.
    judged: HashSet<u32>,
    findings: &'c mut Findings,
}

impl Checker<'_> {
    fn check(&mut self, step: &PlannedStep, calls: &[Call<'_>], number: usize) {
        let Self { planned, actor, trace, judged, findings } = self;
        let Some(result) = put_together(calls, number, actor) else { return };
        if result.outcome == CallOutcome::Released {
            return;
        }
        judged.insert(step.id);
        let prepares = matches!(
            step.action,
            PlannedAction::Socket { .. }
                | PlannedAction::Bind { .. }
                | PlannedAction::Listen { .. }
                | PlannedAction::Set { .. }
                | PlannedAction::Exec { .. }
        );
        let wants_success = step.expect.as_ref().is_none_or(|expect| expect.value == StepExpect::Ok);
        // Out of descriptors or memory: the machine's doing, whatever the call.
        let is_short = matches!(result.outcome, CallOutcome::Failed(errno) if errno.is_shortage()
            || is_out_of_ports(result.last.kind, errno, result.last.address.as_ref()));
        let expect = step.expect.as_ref();
        let place = expect.map_or(step.span, |expect| expect.span);
        let expected = expect.map_or(&StepExpect::Ok, |expect| &expect.value);
        let failure = hold(expected, place, &result, step, trace);
        let is_obstacle = (prepares && wants_success) || (is_short && failure.is_some());
        if let (true, CallOutcome::Failed(errno)) = (is_obstacle, result.outcome) {
            let what = result.last.kind.name();
            let to = result.last.address.as_ref().map(|address| format!(" {address}")).unwrap_or_default();
            let is_loopback = matches!(result.last.address, Some(Address::Ip(to)) if to.ip().to_canonical().is_loopback());
            let meaning = match is_out_of_ports(result.last.kind, errno, result.last.address.as_ref()) {
                true if is_loopback || result.last.kind != CallKind::Connect => ": no local port is free (ip_local_port_range)".to_owned(),
                // To elsewhere it may as well be that no address of this machine leads there.
                _ => errno.meaning().map(|meaning| format!(": {meaning}")).unwrap_or_default(),
            };
            findings.obstacle.get_or_insert(format!("{}: {what}{to} failed with {errno}{meaning}", planned.name));
        }
        match failure {
            None => findings.checked += 1,
            Some(failure) => findings.check(false, || Mismatch {
                place: failure.place.into(),
                title: format!("{}: {} {}", planned.name, step.name, failure.what),
                observed: failure.observed,
                evidence: evidence(step, &result, actor, trace),
                difference: failure.difference,
            }),
        }
    }
}

fn put_together<'t>(calls: &[Call<'t>], number: usize, actor: &ActorTrace) -> Option<StepResult<'t>> {
    let last = calls.last()?.clone();
    let first_start = calls.first()?.start_ns;
    let moved = |calls: &[Call<'_>]| {
        calls
            .iter()
            .filter(|call| call.kind.is_read() || call.kind.is_send())
            .filter_map(|call| call.outcome.returned())
            .map(u64::from)
            .sum()
    };
    // A read of nothing is the end of a connection; of a datagram socket it is an empty message.
    let is_connection = last.socket.and_then(|socket| actor.sockets.get(socket)).is_some_and(|socket| socket.kind.is_connection());
    let is_frame = last.kind == CallKind::Frame;
    let ended = if is_frame { last.flags.has(CallFlags::ENDED) } else { is_connection && last.kind.is_read() && last.asked > 0 };
    // Of a program that was waited for, what it printed: of how many bytes stands where other calls have what was asked for.
    let is_program = last.kind == CallKind::Exec;
    let has_data = is_frame || is_program || last.kind.is_read();
    Some(StepResult {
        outcome: last.outcome,
        data: if has_data { last.data.prefix.clone() } else { Cow::Borrowed(&[]) },
        bytes: match last.kind {
            CallKind::Frame => u64::from(last.outcome.returned().unwrap_or(0)),
            CallKind::Exec => last.asked as u64,
            _ => moved(calls),
        },
        digest: last.data.digest.filter(|_| has_data),
        truncated: calls.iter().any(|call| call.flags.has(CallFlags::TRUNCATED)),
        eof: ended && last.outcome == CallOutcome::Returned(0),
        from: last.address.clone(),
        elapsed: Duration::from_nanos(last.end_ns.saturating_sub(first_start)),
        call: number,
        last,
    })
}

/// What does not hold, and where it was expected.
struct Failure {
    place: Span,
    what: &'static str,
    observed: String,
    difference: Option<Difference>,
}

fn hold(expected: &StepExpect, place: Span, result: &StepResult<'_>, step: &PlannedStep, trace: &Trace) -> Option<Failure> {
    let fail = |what| Some(Failure { place, what, observed: describe(result, step), difference: None });
    let succeeded = matches!(result.outcome, CallOutcome::Returned(_));
    match expected {
        StepExpect::Ok if succeeded => {
            short_of_what_was_asked(result, step).map(|observed| Failure { place, what: "came short", observed, difference: None })
        }
        StepExpect::Ok => fail("did not succeed"),
        StepExpect::Eof if result.eof => None,
        StepExpect::Eof => fail("did not reach the end of the stream"),
        StepExpect::Timeout if result.outcome == CallOutcome::TimedOut => None,
        StepExpect::Timeout => fail("did not time out"),
        StepExpect::Errno(errno) if result.outcome == CallOutcome::Failed(*errno) => None,
        StepExpect::Errno(_) => fail("gave another result"),
        StepExpect::Frame(kind) if result.is_bad_frame() && result.data.starts_with(kind.name().as_bytes()) => None,
        StepExpect::Frame(_) => fail("gave another result"),
        StepExpect::AnyOf(options) => {
            let none = options.iter().all(|option| hold(&option.value, option.span, result, step, trace).is_some());
            if none { fail("gave none of these") } else { None }
        }
        StepExpect::Result(wanted) if succeeded => {
            // Who says which bytes or how many come has said what is enough.
            let says_how_much = wanted.payload.is_some() || wanted.bytes.is_some();
            let short = short_of_what_was_asked(result, step).filter(|_| !says_how_much);
            let short = short.map(|observed| Failure { place, what: "came short", observed, difference: None });
            short.or_else(|| hold_result(wanted, place, result, step, trace))
        }
        StepExpect::Result(_) => fail("did not succeed"),
    }
}

/// A step that succeeded and yet did not do what its name says.
fn short_of_what_was_asked(result: &StepResult<'_>, step: &PlannedStep) -> Option<String> {
    match &step.action {
        PlannedAction::RecvExact { bytes, .. } if result.bytes < *bytes as u64 => {
            Some(format!("the stream ended after {} of {bytes} bytes", result.bytes))
        }
        PlannedAction::RecvUntil { token: Some(_), .. } if result.last.flags.has(CallFlags::ENDED) => {
            Some(format!("the stream ended after {} bytes without the token", result.bytes))
        }
        PlannedAction::WaitReadable { bytes, .. } => {
            let queued = u64::from(result.outcome.returned().unwrap_or(0));
            (queued < *bytes)
                .then(|| format!("no more can come: {queued} of {bytes} bytes are queued, and the socket was closed or has an error"))
        }
        PlannedAction::WaitCounted { event: CountedEvent::PeerRead, bytes, .. } => {
            let read = u64::from(result.outcome.returned().unwrap_or(0));
            // A call's result stands in the trace as an `int` has it; of more bytes it says that there were at least so many.
            let is_short = read < (*bytes).min(i32::MAX as u64);
            is_short.then(|| format!("no more can be read: {read} of {bytes} bytes were sent, and the peer has read them and closed"))
        }
        _ => None,
    }
}

fn hold_result(wanted: &ResultExpect, place: Span, result: &StepResult<'_>, step: &PlannedStep, trace: &Trace) -> Option<Failure> {
    let fail = |place, what, observed: String| Some(Failure { place, what, observed, difference: None });
    if let Some(exit) = &wanted.exit {
        let observed = u64::from(result.outcome.returned().unwrap_or(0));
        if !exit.value.accepts(observed) {
            return fail(exit.span, "ended with another exit code", format!("observed {observed}"));
        }
    }
    if let Some(payload) = &wanted.payload {
        let expected = crate::plan::expected_bytes(payload);
        if let Some(difference) = compare(&expected, result) {
            return Some(Failure { place, what: "returned other bytes", observed: describe(result, step), difference });
        }
    }
    if let Some(bytes) = wanted.bytes.as_ref().filter(|bytes| !bytes.value.accepts(result.bytes)) {
        return fail(bytes.span, "moved another number of bytes", format!("observed {}", result.bytes));
    }
    if let Some(truncated) = wanted.truncated.as_ref().filter(|truncated| truncated.value != result.truncated) {
        let observed = if result.truncated { "the datagram was cut (MSG_TRUNC)" } else { "the datagram was not cut" };
        return fail(truncated.span, "differs in truncation", observed.to_owned());
    }
    if let Some(value) = &wanted.value {
        let observed = u64::from(result.outcome.returned().unwrap_or(0));
        if !value.value.accepts(observed) {
            return fail(value.span, "returned another value", format!("observed {observed}"));
        }
    }
    if let Some(from) = &wanted.from {
        let sender = result.from.as_ref().and_then(|from| owner_of(from, trace));
        if !sender.as_ref().is_some_and(|(actor, socket)| *actor == from.value || *socket == from.value) {
            let observed = match (&result.from, sender) {
                (_, Some((_, socket))) => format!("it came from {socket}"),
                (Some(address), None) => format!("it came from {address}, which is no actor's"),
                (None, None) => "the kernel gave no sender".to_owned(),
            };
            return fail(from.span, "came from somebody else", observed);
        }
    }
    if let Some(within) = wanted.within.as_ref().filter(|within| result.elapsed > within.value) {
        return fail(within.span, "took too long", format!("it took {}", format_duration(result.elapsed)));
    }
    None
}

/// `Some` when the bytes differ, with the difference where the bytes are at hand.
fn compare(expected: &[u8], result: &StepResult<'_>) -> Option<Option<Difference>> {
    let Some(digest) = result.digest else {
        return Difference::between(expected, &result.data).map(Some);
    };
    let known = &expected[..result.data.len().min(expected.len())];
    match Difference::between(known, &result.data) {
        Some(difference) => Some(Some(difference)),
        // The beginning is the same; the rest is known by its length and its digest.
        None => (expected.len() as u64 != result.bytes || crate::trace::digest_of(expected) != digest).then_some(None),
    }
}

/// The socket that has an address, as `actor` and `actor.socket`.
fn owner_of(address: &Address, trace: &Trace) -> Option<(String, String)> {
    trace.actors.iter().find_map(|actor| {
        let owns = |socket: &&crate::trace::SocketTrace| socket.local.as_ref().is_some_and(|local| address.reaches(local));
        actor.sockets.iter().find(owns).map(|socket| (actor.name.clone(), format!("{}.{}", actor.name, socket.name)))
    })
}

/// What a step gave, in words.
fn describe(result: &StepResult<'_>, step: &PlannedStep) -> String {
    match result.outcome {
        CallOutcome::Failed(_) if result.is_bad_frame() => format!("observed {}", String::from_utf8_lossy(&result.data)),
        CallOutcome::Failed(errno) => {
            let meaning = errno.meaning().map(|meaning| format!(": {meaning}")).unwrap_or_default();
            format!("observed {errno}{meaning}")
        }
        CallOutcome::TimedOut => {
            let what = match result.last.kind {
                kind if kind.is_read() && result.bytes > 0 => {
                    return format!("{} bytes came, and not enough, within {}", result.bytes, format_duration(step.timeout));
                }
                kind if kind.is_read() => "nothing came",
                kind if kind.is_send() => "it was not taken",
                CallKind::Accept => "nobody connected",
                CallKind::Connect => "there was no answer",
                CallKind::Exec if matches!(step.action, PlannedAction::Exec { to_end: true, .. }) => "the program did not end",
                _ => "it did not come",
            };
            format!("{what} within {}", format_duration(step.timeout))
        }
        CallOutcome::Released => "the run was over".to_owned(),
        CallOutcome::Returned(_) if result.eof => "observed end of stream".to_owned(),
        CallOutcome::Returned(_) if result.last.kind.is_read() || result.last.kind == CallKind::Frame => {
            format!("observed {}", preview(&result.data, result.bytes))
        }
        CallOutcome::Returned(value) if result.last.kind.is_send() => {
            format!("observed success, {value} of {} bytes accepted", result.last.asked)
        }
        CallOutcome::Returned(exit) if matches!(step.action, PlannedAction::Exec { to_end: true, .. }) => {
            format!("observed exit code {exit}, {}", preview(&result.data, result.bytes))
        }
        CallOutcome::Returned(_) => "observed success".to_owned(),
    }
}

fn preview(data: &[u8], bytes: u64) -> String {
    const SHOWN: usize = 32;
    let text = crate::trace::escape(&data[..data.len().min(SHOWN)]);
    let more = if data.len() > SHOWN { ".." } else { "" };
    format!("{bytes} bytes \"{text}\"{more}")
}

fn evidence(step: &PlannedStep, result: &StepResult<'_>, actor: &ActorTrace, trace: &Trace) -> Vec<String> {
    let mut lines = Vec::new();
    let socket =
        result.last.socket.and_then(|socket| actor.sockets.get(socket)).map(|socket| format!(" on {}", socket.name)).unwrap_or_default();
    let asked =
        if result.last.asked > 0 && result.last.kind != CallKind::Exec { format!(", asked {}", result.last.asked) } else { String::new() };
    let waited = if result.last.flags.has(CallFlags::WAITED) { ", had to wait" } else { "" };
    let arguments = match &step.action {
        PlannedAction::RefusedSocket { domain, kind, protocol } => format!("({domain}, {kind}, {protocol})"),
        _ => String::new(),
    };
    lines.push(format!("call {} of {}: {}{arguments}{socket}{asked}{waited}", result.call, actor.name, result.last.kind.name()));
    if result.outcome == CallOutcome::TimedOut {
        for other in trace.actors.iter().filter(|other| other.name != actor.name) {
            if other.end == ActorEnd::Finished {
                let reads_connection = result.last.kind.is_read()
                    && result.last.socket.and_then(|socket| actor.sockets.get(socket)).is_some_and(|socket| socket.kind.is_connection());
                let open =
                    reads_connection && other.sockets.iter().enumerate().any(|(index, socket)| !socket.listens && is_open(other, index));
                let still = if open { ", with its socket still open: only a `close` step ends the stream" } else { "" };
                lines.push(format!("{} had finished all its steps{still}", other.name));
            } else if let ActorEnd::Released { step } = other.end {
                lines.push(format!("{} was in its step {}", other.name, step + 1));
            }
        }
    }
    if let Some(note) = &step.note {
        lines.push(format!("note in the file: {note}"));
    }
    lines
}

fn is_open(actor: &ActorTrace, socket: usize) -> bool {
    use crate::trace::CallKind;
    !actor.calls.iter().any(|call| call.socket == Some(socket) && matches!(call.kind, CallKind::Close | CallKind::Abort))
}
