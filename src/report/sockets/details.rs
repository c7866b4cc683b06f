//! Everything that is known of one socket, for `-v`.

use std::io::{self, Write};
use std::time::Duration;

use super::indented;
use super::layout::title;
use crate::analysis::plural;
use crate::report::style::{Style, wrap};
use crate::scenario::{SocketOption, format_duration};
use crate::sockets::{SocketRow, SocketState, Timer, TimerKind};
use crate::trace::Counters;

/// Everything else that is known of a socket.
pub(super) fn write_details(row: &SocketRow, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("{}: {}", title(row, style), row.state.name());
    writeln!(out)?;
    wrap(&title, style.width).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    indented(&format!("state: {}", row.state.meaning()), style, out)?;
    if let Some(timer) = row.timer {
        indented(&format!("timer: {}", timer_text(timer, row.state)), style, out)?;
    }
    if let Some(counters) = &row.tcp_info {
        indented(&format!("TCP_INFO: {}", tcp_info_text(counters)), style, out)?;
    }
    if let Some(memory) = row.memory {
        let drops = row.drops.map(|drops| format!(", {drops} dropped")).unwrap_or_default();
        let text = format!(
            "buffers: {} of {} bytes of memory for receiving, {} of {} for sending{drops} (SKMEMINFO)",
            memory.receive, memory.receive_limit, memory.send, memory.send_limit
        );
        indented(&text, style, out)?;
    }
    let mut facts = Vec::new();
    facts.extend(row.uid.map(|uid| format!("user {uid}")));
    facts.extend(row.inode.map(|inode| format!("inode {inode}")));
    facts.extend(row.peer_inode.map(|inode| format!("peer's inode {inode}")));
    facts.extend(row.interface.map(|interface| format!("interface {interface}")));
    facts.extend(row.v6only.map(|v6only| format!("IPV6_V6ONLY {}", if v6only { "on" } else { "off" })));
    facts.extend(row.congestion_control.as_ref().map(|name| format!("congestion control {name}")));
    if !facts.is_empty() {
        indented(&facts.join(", "), style, out)?;
    }
    row.owner.processes().iter().try_for_each(|process| {
        indented(&format!("process: {}, pid {}, descriptor {}", process.name, process.pid, process.fd), style, out)
    })?;
    row.owner.words().map_or(Ok(()), |words| indented(&format!("process: {words}"), style, out))
}

fn timer_text(timer: Timer, state: SocketState) -> String {
    let when = format_duration(Duration::from_millis(u64::from(timer.remaining_ms)));
    let tries = if timer.tries == 0 { String::new() } else { format!(", {} so far in vain", plural(u64::from(timer.tries), "time")) };
    let what = match (timer.kind, state) {
        (TimerKind::TimeWait, SocketState::FinWait2) => "no longer waits for the peer's FIN",
        (TimerKind::TimeWait, _) => "the addresses are free again",
        (TimerKind::Retransmit, _) => "sent again what was not acknowledged",
        (TimerKind::Keepalive, _) => "the peer is asked whether it is there",
        (TimerKind::Probe, _) => "the peer is asked whether its receive window is open",
    };
    format!("{} in {when}: {what}{tries}", timer.kind.name())
}

/// The counters that say how a connection is doing.
fn tcp_info_text(counters: &Counters) -> String {
    // The kernel's word for "not measured yet" is the largest number (tcp_min_rtt).
    let get = |counter| counters.get(counter).filter(|&value| value != u64::from(u32::MAX));
    let time = |counter| get(counter).map(|us| format_duration(Duration::from_micros(us)));
    let mut parts = Vec::new();
    let mut say = |part: Option<String>| parts.extend(part);
    say(time(SocketOption::RttUs).map(|rtt| format!("rtt {rtt}")));
    say(time(SocketOption::MinRttUs).map(|rtt| format!("least rtt {rtt}")));
    say(get(SocketOption::SndCwnd).zip(get(SocketOption::SndMss)).map(|(cwnd, mss)| format!("cwnd {cwnd} segments of {mss} bytes")));
    say(get(SocketOption::SndWnd).map(|window| format!("the peer's window {window} bytes")));
    say(get(SocketOption::UnackedSegs).map(|segments| format!("{segments} segments unacknowledged")));
    say(get(SocketOption::NotsentBytes).map(|bytes| format!("{bytes} bytes not sent")));
    say(get(SocketOption::TotalRetrans).map(|segments| format!("{segments} segments sent again")));
    say(get(SocketOption::BytesSent).map(|bytes| format!("{bytes} bytes sent")));
    say(get(SocketOption::BytesReceived).map(|bytes| format!("{bytes} received")));
    let held = |counter| time(counter).filter(|_| get(counter) != Some(0));
    say(held(SocketOption::RwndLimitedUs).map(|time| format!("held up by the peer's window for {time}")));
    say(held(SocketOption::SndbufLimitedUs).map(|time| format!("held up by the send buffer for {time}")));
    parts.join(", ")
}
