//! A run that failed because the machine was out of something, which may be this program's own doing when it runs many at once.

use crate::report::RunReport;
use crate::trace::{CallFlags, CallOutcome};
use crate::verdict::Outcome;
use crate::verdict::is_out_of_ports;

/// What a run could not get: descriptors, memory, threads, ports.
///
/// Only of runs that could not be carried out: a scenario that expects EMFILE passes. Out of local ports bind(2) and listen(2) give
/// EADDRINUSE for port 0 (man 7 ip), and connect(2) gives EADDRNOTAVAIL.
pub(super) fn exhausted(run: &RunReport) -> Option<String> {
    let Outcome::Error(reason) = &run.verdict.outcome else { return None };
    const BEGIN: &[i32] = &[libc::EMFILE, libc::ENFILE, libc::EAGAIN, libc::ENOMEM];
    let Some(trace) = &run.trace else {
        return run.begin_error.filter(|code| BEGIN.contains(code)).map(|_| reason.clone());
    };
    let mut calls = trace.actors.iter().flat_map(|actor| actor.calls.iter()).filter(|call| call.flags.has(CallFlags::LAST_OF_STEP));
    let is_short = calls.any(|call| match (call.kind, call.outcome) {
        (_, CallOutcome::Failed(errno)) => errno.is_shortage() || is_out_of_ports(call.kind, errno, call.address.as_ref()),
        _ => false,
    });
    is_short.then(|| reason.clone())
}
