//! The counters table: what the kernel had counted for each socket when it was closed.

use super::style::Style;
use super::table::Table;
use crate::scenario::{SocketOption, visible};
use crate::trace::{Counters, SocketTrace, Trace};

/// The counters that have a column, and what stands above it; the JSON report has all.
const COLUMNS: &[(&str, SocketOption)] = &[
    (">segs out", SocketOption::DataSegsOut),
    (">segs in", SocketOption::DataSegsIn),
    (">sent", SocketOption::BytesSent),
    (">received", SocketOption::BytesReceived),
    (">not sent", SocketOption::NotsentBytes),
    (">unacked", SocketOption::Unacked),
    (">queued", SocketOption::Queued),
    (">again", SocketOption::TotalRetrans),
    (">dropped", SocketOption::Drops),
];

/// One row a socket that moved bytes; empty where nothing was counted.
pub(super) fn counters_table(trace: &Trace, style: &Style) -> Vec<String> {
    let sockets: Vec<(String, &SocketTrace)> = trace
        .actors
        .iter()
        .flat_map(|actor| actor.sockets.iter().map(|socket| (format!("{}.{}", actor.name, socket.name), socket)))
        .filter(|(_, socket)| !socket.counters.0.is_empty())
        .collect();
    // What stayed 0 everywhere is not worth a column.
    let says_something = |&&(_, counter): &&(&str, SocketOption)| sockets.iter().any(|(_, socket)| socket.counters.get(counter) > Some(0));
    let columns: Vec<&(&str, SocketOption)> = COLUMNS.iter().filter(says_something).collect();
    if columns.is_empty() {
        return Vec::new();
    }
    let headers: Vec<&str> = std::iter::once("counted by the close").chain(columns.iter().map(|(name, _)| *name)).collect();
    let mut table = Table::new(&headers, style);
    let cell = |counters: &Counters, counter| counters.get(counter).map_or_else(|| "-".to_owned(), |value| value.to_string());
    for (name, socket) in &sockets {
        let mut cells = vec![name.clone()];
        cells.extend(columns.iter().map(|(_, counter)| cell(&socket.counters, *counter)));
        table.row(cells);
    }
    let mut control: Vec<&str> = sockets.iter().filter_map(|(_, socket)| socket.congestion_control.as_deref()).collect();
    control.dedup();
    let mut lines = table.lines();
    lines.extend((!control.is_empty()).then(|| visible(&format!("congestion control: {}", control.join(", ")))));
    lines
}
