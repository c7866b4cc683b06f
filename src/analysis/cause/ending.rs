//! Causes in how a connection ended.

use super::{Cause, EvidenceSource, plural};
use crate::analysis::flow::Calls;
use crate::errno::Errno;
use crate::scenario::{CauseName, SocketOption};
use crate::trace::{Call, CallKind, CallOutcome, SHUT_RD, SHUT_RDWR, SocketTrace};

/// The call's name and the error, where it failed with this one.
fn failed_with(call: &Call<'_>, code: i32) -> Option<(&'static str, Errno)> {
    match call.outcome {
        CallOutcome::Failed(errno) if errno.raw() == code => Some((call.kind.name(), errno)),
        _ => None,
    }
}

/// A call that tells of a reset at its own end of the connection: its name and the error. ECONNRESET says so itself. EPIPE does where the peer
/// has closed and nothing else had failed before: its kernel answers what comes then with a reset. After one's own shutdown, or behind another
/// error, it says nothing of the peer.
fn told_of_reset<'c>(calls: impl Iterator<Item = &'c Call<'c>>, has_shut: bool, peer_closed: bool) -> Option<(&'static str, Errno)> {
    let mut failed: Vec<&Call<'_>> =
        calls.filter(|call| matches!(call.outcome, CallOutcome::Failed(errno) if errno.raw() != libc::EAGAIN)).collect();
    failed.sort_by_key(|call| call.start_ns);
    let epipe = || failed.first().filter(|_| peer_closed && !has_shut).and_then(|call| failed_with(call, libc::EPIPE));
    failed.iter().find_map(|call| failed_with(call, libc::ECONNRESET)).or_else(epipe)
}

fn shuts_writing(call: &Call<'_>) -> bool {
    call.kind == CallKind::Shutdown && call.outcome.returned().is_some() && call.asked != SHUT_RD
}

/// Whether a call makes the kernel answer what comes later with a reset: close(2), or shutdown(2) of both directions.
fn refuses_more(call: &Call<'_>) -> bool {
    match call.kind {
        CallKind::Close | CallKind::Abort => true,
        CallKind::Shutdown => call.outcome.returned().is_some() && call.asked == SHUT_RDWR,
        _ => false,
    }
}

/// A call told of a reset. Who reset, and why, where the calls tell.
pub(super) fn reset(calls: &Calls<'_>, sender: &SocketTrace, receiver: &SocketTrace, (from, to): (&str, &str)) -> Option<Cause> {
    let of_receiver = calls.reads.iter().chain(calls.of_receiver.iter().map(|(_, call)| call));
    let of_sender = calls.sends.iter().chain(calls.of_sender.iter().chain(&calls.back).map(|(_, call)| call));
    let has_shut = |others: &[(usize, Call<'_>)]| others.iter().any(|(_, call)| shuts_writing(call));
    let has_closed = |others: &[(usize, Call<'_>)]| others.iter().any(|(_, call)| refuses_more(call));
    let at_reader = told_of_reset(of_receiver, has_shut(&calls.of_receiver), has_closed(&calls.of_sender))
        .map(|told| (told, to, from, sender, &calls.of_sender));
    let at_sender = told_of_reset(of_sender, has_shut(&calls.of_sender), has_closed(&calls.of_receiver))
        .map(|told| (told, from, to, receiver, &calls.of_receiver));
    let ((call, errno), told, by, socket, others) = at_reader.or(at_sender)?;
    let mut evidence = vec![(EvidenceSource::Calls, format!("{call} of {told} failed with {errno}"))];
    let left = socket.counters.get(SocketOption::Queued).unwrap_or(0);
    let closed = |kind| others.iter().any(|(_, call)| call.kind == kind);
    if closed(CallKind::Abort) {
        evidence.push((EvidenceSource::Calls, format!("{by} closed its socket with SO_LINGER 0")));
    } else if closed(CallKind::Close) && left > 0 {
        evidence.push((EvidenceSource::Queue, format!("{by} closed its socket with {} unread", plural(left, "byte"))));
    } else if others.iter().any(|(_, call)| refuses_more(call)) {
        evidence.push((
            EvidenceSource::Calls,
            format!("{by} had closed, or shut down both ways, and its kernel answers what comes then with a reset"),
        ));
    }
    Some(Cause::new(CauseName::Reset, evidence))
}

/// The sender said that it would send no more, and went on reading.
pub(super) fn half_close(calls: &Calls<'_>, (from, _): (&str, &str)) -> Option<Cause> {
    let (at, _) = calls.of_sender.iter().find(|(_, call)| shuts_writing(call))?;
    let later = calls.back.iter().filter(|(position, call)| position > at && call.kind.is_read());
    let bytes: u64 = later.filter_map(|(_, call)| call.outcome.returned()).map(u64::from).sum();
    (bytes > 0).then(|| {
        let text = format!("{from} called shutdown for writing, and read {} afterwards", plural(bytes, "byte"));
        Cause::new(CauseName::HalfClose, [(EvidenceSource::Calls, text)])
    })
}
