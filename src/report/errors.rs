//! The errors table: what failed, by name and number, and what that means. Where a connect did not end at once, it has the
//! whole sequence of connects, which is what `connect_ex` of Python returns call by call.

use std::collections::BTreeSet;

use super::style::Style;
use super::table::Table;
use crate::scenario::SocketOption;
use crate::trace::{Call, CallKind, CallOutcome, Trace};

/// Rows shown at most; the calls table has all.
const MAX_ROWS: usize = 12;

/// A row, and how often in a row it stood there.
#[derive(PartialEq, Eq)]
struct Row {
    actor: String,
    call: String,
    code: String,
    number: String,
    meaning: &'static str,
}

/// Empty where no call failed.
pub(super) fn errors_table(trace: &Trace, style: &Style) -> Vec<String> {
    let mut rows: Vec<(Row, usize)> = Vec::new();
    for row in rows_of(trace) {
        match rows.last_mut() {
            Some((last, times)) if *last == row => *times += 1,
            _ => rows.push((row, 1)),
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let more = rows.len().saturating_sub(MAX_ROWS);
    let mut table = Table::new(&["actor", "call", "=code", ">number", "meaning"], style);
    for (row, times) in rows.into_iter().take(MAX_ROWS) {
        let call = if times > 1 { format!("{}, {times} times", row.call) } else { row.call };
        table.row(vec![row.actor, call, row.code, row.number, row.meaning.to_owned()]);
    }
    let mut lines = table.lines();
    lines.extend((more > 0).then(|| format!("{more} more; `-v` shows all calls")));
    lines
}

/// The rows, of one actor after the other.
fn rows_of(trace: &Trace) -> Vec<Row> {
    let mut rows = Vec::new();
    for actor in &trace.actors {
        let unfinished: BTreeSet<usize> = actor.calls.iter().filter(did_not_connect).filter_map(|call| call.socket).collect();
        for call in actor.calls.iter() {
            let is_part = asks_after_connect(&call) && call.socket.is_some_and(|socket| unfinished.contains(&socket));
            if is_error(&call) || is_part {
                let socket = call.socket.and_then(|socket| actor.sockets.get(socket)).filter(|_| actor.sockets.len() > 1);
                let name = socket.map_or_else(|| actor.name.clone(), |socket| format!("{}.{}", actor.name, socket.name));
                rows.push(row(&call, name));
            }
        }
    }
    rows
}

/// What is no frame is said by the frame's own line; EBADMSG there is netlab's word and no call's.
fn is_error(call: &Call<'_>) -> bool {
    matches!(call.outcome, CallOutcome::Failed(_)) && call.kind != CallKind::Frame
}

fn did_not_connect(call: &Call<'_>) -> bool {
    call.kind == CallKind::Connect && matches!(call.outcome, CallOutcome::Failed(_) | CallOutcome::TimedOut)
}

fn asks_after_connect(call: &Call<'_>) -> bool {
    call.kind == CallKind::Connect || call.option == Some(SocketOption::Error)
}

fn row(call: &Call<'_>, actor: String) -> Row {
    let option = call.option.map(|option| format!(" {}", option.constant())).unwrap_or_default();
    let (code, number, meaning) = match call.outcome {
        CallOutcome::Failed(errno) => (errno.to_string(), errno.raw().to_string(), errno.meaning().unwrap_or_default()),
        CallOutcome::TimedOut => ("timed out".to_owned(), String::new(), "netlab waited no longer; the kernel had not given up"),
        CallOutcome::Released => ("released".to_owned(), String::new(), "the run was over"),
        CallOutcome::Returned(_) if call.kind == CallKind::Connect => ("ok".to_owned(), "0".to_owned(), "connected"),
        CallOutcome::Returned(_) => ("ok".to_owned(), "0".to_owned(), "no error is pending"),
    };
    Row { actor, call: format!("{}{option}", call.kind.name()), code, number, meaning }
}
