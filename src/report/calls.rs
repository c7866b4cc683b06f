//! The calls table: every call of every actor, in the order of time.

use std::time::Duration;

use super::style::Style;
use super::table::Table;
use crate::scenario::{SocketOption, format_duration};
use crate::trace::{Call, CallFlags, CallKind, CallOutcome, Trace, escape_within};

/// Calls shown at most; the JSON report has all.
const MAX_CALLS: usize = 400;

pub(super) fn calls_table(trace: &Trace, style: &Style) -> Vec<String> {
    let mut calls: Vec<(usize, Call<'_>)> = trace
        .actors
        .iter()
        .enumerate()
        .flat_map(|(index, actor)| actor.calls.iter().take(MAX_CALLS).map(move |call| (index, call)))
        .collect();
    calls.sort_by_key(|(actor, call)| (call.start_ns, *actor));
    let all: usize = trace.actors.iter().map(|actor| actor.calls.len()).sum();
    calls.truncate(MAX_CALLS);
    let mut table = Table::new(&[">at", "actor", "call", ">asked", "=got", ">took", "what"], style);
    for (actor, call) in &calls {
        table.row(vec![
            format_duration(Duration::from_nanos(call.start_ns)),
            trace.actors[*actor].name.clone(),
            name(call).to_owned(),
            asked(call),
            got(call, trace, *actor),
            format_duration(Duration::from_nanos(call.end_ns.saturating_sub(call.start_ns))),
            what(call, trace, *actor, style),
        ]);
    }
    let mut lines = table.lines();
    if all > calls.len() {
        lines.push(format!("{} more calls; `--format json` has them all", all - calls.len()));
    }
    lines
}

/// What was really called: two of the options are read by ioctl(2).
fn name(call: &Call<'_>) -> &'static str {
    match call.option {
        Some(SocketOption::Queued | SocketOption::Unacked) => "ioctl",
        _ => call.kind.name(),
    }
}

fn asked(call: &Call<'_>) -> String {
    match call.kind {
        CallKind::Frame if call.asked > 0 => call.asked.to_string(),
        CallKind::Send
        | CallKind::SendTo
        | CallKind::Recv
        | CallKind::RecvFrom
        | CallKind::Listen
        | CallKind::SetOption
        | CallKind::WaitReadable
        | CallKind::WaitPeerReceived
        | CallKind::WaitUnsent
        | CallKind::WaitUnacked
        | CallKind::Nonblocking => call.asked.to_string(),
        _ => String::new(),
    }
}

fn got(call: &Call<'_>, trace: &Trace, actor: usize) -> String {
    let on_connection =
        call.socket.and_then(|socket| trace.actors[actor].sockets.get(socket)).is_some_and(|socket| socket.kind.is_connection());
    match call.outcome {
        CallOutcome::Returned(0) if call.kind.is_read() && call.asked > 0 && on_connection => "0 (end)".to_owned(),
        // Of a server it is the port at which it accepts.
        CallOutcome::Returned(exit @ 1..) if call.kind == CallKind::Exec && call.address.is_none() => format!("exit {exit}"),
        CallOutcome::Returned(value) if call.kind.is_read() || call.kind.is_send() || call.kind == CallKind::Frame => value.to_string(),
        CallOutcome::Returned(value)
            if matches!(
                call.kind,
                CallKind::GetOption | CallKind::WaitReadable | CallKind::WaitPeerReceived | CallKind::WaitUnsent | CallKind::WaitUnacked
            ) =>
        {
            value.to_string()
        }
        CallOutcome::Returned(_) => "ok".to_owned(),
        CallOutcome::Failed(errno) => errno.to_string(),
        CallOutcome::TimedOut => "timed out".to_owned(),
        CallOutcome::Released => "released".to_owned(),
    }
}

fn what(call: &Call<'_>, trace: &Trace, actor: usize, style: &Style) -> String {
    let mut words = Vec::new();
    if trace.actors[actor].sockets.len() > 1
        && let Some(socket) = call.socket.and_then(|socket| trace.actors[actor].sockets.get(socket))
    {
        words.push(socket.name.clone());
    }
    words.extend(call.option.map(|option| option.constant().to_owned()));
    words.extend(call.address.as_ref().map(ToString::to_string));
    if !call.data.prefix.is_empty() {
        let (text, all) = escape_within(&call.data.prefix, 24);
        words.push(format!("\"{text}\"{}", if all && call.data.is_whole() { "" } else { style.more() }));
    }
    words.extend(call.flags.flags().iter().map(|flag| format!("{flag:?}").to_uppercase()).map(|flag| format!("MSG_{flag}")));
    if call.flags.has(CallFlags::TRUNCATED) {
        words.push("cut (MSG_TRUNC)".to_owned());
    }
    if call.flags.has(CallFlags::WAITED) {
        words.push("waited".to_owned());
    }
    words.join(" ")
}
