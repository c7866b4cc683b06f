//! The rows of the boundary table: where sends ended, where reads ended, and where reads were expected to end.

use super::style::Style;
use super::table::Table;
use crate::analysis::{BoundaryFate, Flow, Frames, Integrity, MessageFlow, Segments, StreamFlow, Transfer, frames};
use crate::framing::NamedCodec;
use crate::scenario::{Expectations, FlowExpect, Sizes};
use crate::trace::{Call, CallLog, Trace, escape_within};

/// Rows shown of a long flow: from its start, and from its end.
const FIRST_ROWS: usize = 20;
const LAST_ROWS: usize = 4;

/// What is expected of a flow.
fn expectation_of<'e>(flow: &Flow, expect: &'e Expectations) -> Option<&'e FlowExpect> {
    expect.flows.iter().find(|(key, _)| flow.is(&key.value)).map(|(_, expect)| expect)
}

/// What a codec found in what was read, where the file names one.
pub(super) fn frames_of<'e>(flow: &Flow, trace: &Trace, expect: &'e Expectations) -> Option<(&'e NamedCodec, Frames)> {
    let codec = &expectation_of(flow, expect)?.frames.as_ref()?.value.codec;
    Some((codec, frames(flow, trace, codec)))
}

/// How many frames, and the error behind them.
pub(super) fn frames_line(codec: &NamedCodec, found: &Frames) -> String {
    if !found.is_whole {
        return format!("frames by {}: not known, since not all bytes of the reads were kept", codec.text);
    }
    let error = found.error.as_ref().map_or_else(String::new, |error| format!(", then {error}"));
    format!("frames by {}: {}{error}", codec.text, found.frames.len())
}

/// The boundary table of a flow, with a lane for what a codec found.
pub(super) fn boundary_table(flow: &Flow, trace: &Trace, expect: &Expectations, frames: Option<&Frames>, style: &Style) -> Vec<String> {
    // Urgent data is taken out of the stream, so sizes of reads do not add up to offsets.
    let has_offsets = !matches!(&flow.transfer, Transfer::Stream(stream) if stream.integrity == Integrity::NotCompared);
    let expected = expectation_of(flow, expect).filter(|_| has_offsets).and_then(|expect| expected_reads(expect, flow));
    let payload = Payload::of(flow, trace, style);
    match &flow.transfer {
        Transfer::Stream(stream) => {
            let lanes = Lanes { segments: flow.segments.as_ref().filter(|segments| segments.count > 0), frames };
            stream_table(stream, &lanes, expected.as_deref(), &payload, style)
        }
        Transfer::Messages(messages) => message_table(messages, expected.as_deref(), &payload, style),
    }
}

/// The reads that were expected, one by one, where the file says so. Of several lists, the one that came true.
fn expected_reads(expect: &FlowExpect, flow: &Flow) -> Option<Vec<u64>> {
    match &expect.reads.as_ref()?.value {
        Sizes::AnyOf(lists) => {
            let observed = flow.read_sizes();
            lists.iter().find(|list| **list == observed).or(lists.first()).cloned()
        }
        Sizes::Rule { .. } => None,
    }
}

/// Looks up the bytes of a flow.
struct Payload<'t> {
    /// The sends of a stream, in order: the ranges of the stream refer to them by index.
    sends: Vec<Call<'t>>,
    sender: &'t CallLog,
    receiver: &'t CallLog,
    style: &'t Style,
}

impl<'t> Payload<'t> {
    fn of(flow: &Flow, trace: &'t Trace, style: &'t Style) -> Self {
        let sender = &trace.actors[flow.from.actor_index].calls;
        let is_send =
            |call: &Call<'_>| call.socket == Some(flow.from.socket_index) && call.kind.is_send() && call.outcome.returned().is_some();
        let sends = if flow.kind.is_stream() { sender.iter().filter(is_send).collect() } else { Vec::new() };
        Self { sends, sender, receiver: &trace.actors[flow.to.actor_index].calls, style }
    }

    /// The bytes of a message, by one of its calls.
    fn of_call(&self, log: &CallLog, call: usize, bytes: u64) -> String {
        log.get(call).map(|call| self.preview(&call.data.prefix, 0, bytes)).unwrap_or_default()
    }

    /// Bytes of a send, from an offset within it; what was not kept is shown as such.
    fn of_send(&self, send: usize, from: u64, length: u64) -> String {
        let Some(call) = self.sends.get(send) else { return String::new() };
        self.preview(&call.data.prefix, from, length)
    }

    fn preview(&self, kept: &[u8], from: u64, length: u64) -> String {
        let columns = self.style.width.saturating_sub(70).clamp(12, 60);
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(kept.len());
        let to = from.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(kept.len());
        let (text, all) = escape_within(&kept[from..to], columns);
        let whole = all && (to - from) as u64 == length;
        if whole { text } else { format!("{text}{}", self.style.more()) }
    }
}

/// One range in which nothing ended, neither in fact nor as expected.
struct Row {
    start: u64,
    end: u64,
    send: Option<usize>,
    read: Option<usize>,
    fate: Option<BoundaryFate>,
}

fn stream_rows(stream: &StreamFlow, expected_cuts: &[u64]) -> Vec<Row> {
    let mut rows = Vec::new();
    for piece in stream.pieces() {
        let mut start = piece.range.start;
        let within = expected_cuts.partition_point(|&cut| cut <= piece.range.start);
        for &cut in expected_cuts[within..].iter().take_while(|&&cut| cut < piece.range.end) {
            rows.push(Row { start, end: cut, send: piece.send, read: piece.read, fate: None });
            start = cut;
        }
        rows.push(Row { start, end: piece.range.end, send: piece.send, read: piece.read, fate: Some(piece.fate) });
    }
    rows
}

fn number(index: Option<usize>) -> String {
    index.map_or_else(|| "-".to_owned(), |index| (index + 1).to_string())
}

/// The segments that carried a row's bytes: their numbers where they are known, else the numbers they may have, and a question mark.
fn segment_cell(segments: &Segments, row: &Row) -> String {
    match segments.run_at(row.start) {
        None => "-".to_owned(),
        Some(run) if run.count == 1 => (run.first + 1).to_string(),
        Some(run) if row.start <= run.range.start && run.range.end <= row.end => format!("{}-{}", run.first + 1, run.first + run.count),
        Some(run) => format!("{}-{}?", run.first + 1, run.first + run.count),
    }
}

/// What stands beside sends and reads.
struct Lanes<'l> {
    segments: Option<&'l Segments>,
    frames: Option<&'l Frames>,
}

/// The frame that the bytes of a row belong to.
fn frame_cell(frames: &Frames, row: &Row) -> String {
    let index = frames.frames.partition_point(|(_, range)| range.end <= row.start);
    let holds = frames.frames.get(index).is_some_and(|(_, range)| range.start <= row.start);
    number(holds.then_some(index))
}

fn stream_table(stream: &StreamFlow, lanes: &Lanes<'_>, expected: Option<&[u64]>, payload: &Payload<'_>, style: &Style) -> Vec<String> {
    let cuts: Vec<u64> = expected
        .unwrap_or_default()
        .iter()
        .scan(0u64, |at, size| {
            *at = size.saturating_add(*at);
            Some(*at)
        })
        .collect();
    let mut ends = cuts.clone();
    let Lanes { segments, frames } = *lanes;
    ends.extend(segments.into_iter().flat_map(|segments| segments.runs.iter().map(|run| run.range.end)));
    ends.extend(frames.into_iter().flat_map(|frames| frames.frames.iter().map(|(_, range)| range.end)));
    ends.sort_unstable();
    ends.dedup();
    let rows = stream_rows(stream, &ends);
    let segment: &[&str] = if segments.is_some() { &[">segment"] } else { &[] };
    let frame: &[&str] = if frames.is_some() { &[">frame"] } else { &[] };
    let headers = match expected {
        Some(_) => [&[">bytes", ">send"], segment, frame, &[">read", ">expected", "=boundary", "=verdict", "payload"]].concat(),
        None => [&[">bytes", ">send"], segment, frame, &[">read", "=boundary", "payload"]].concat(),
    };
    let mut table = Table::new(&headers, style);
    let cells = |row: &Row| {
        let judged = expected.map(|list| {
            // A row is as expected when the read that took it is the one that was to take it, from its first byte to its last.
            let expected_read = cuts.partition_point(|&cut| cut <= row.start);
            let wanted = cuts.get(expected_read).map(|&end| (end - list[expected_read], end));
            let agrees = row.read.map(|read| (stream.reads[read].start, stream.reads[read].end)) == wanted;
            (number((expected_read < list.len()).then_some(expected_read)), if agrees { "ok" } else { "DIFFERS" })
        });
        let offset = row.start - row.send.map_or(row.start, |send| stream.sends[send].start);
        let mut cells = vec![format!("{}..{}", row.start, row.end), number(row.send)];
        cells.extend(segments.map(|segments| segment_cell(segments, row)));
        cells.extend(frames.map(|frames| frame_cell(frames, row)));
        cells.push(number(row.read));
        let (expected_read, verdict) = judged.unzip();
        cells.extend(expected_read);
        let was_taken_out = row.read.is_none() && row.end <= stream.bytes_read;
        cells.push(if was_taken_out { "urgent" } else { row.fate.map_or("none", BoundaryFate::name) }.to_owned());
        cells.extend(verdict.map(str::to_owned));
        cells.push(row.send.map_or_else(String::new, |send| payload.of_send(send, offset, row.end - row.start)));
        cells
    };
    fill(&mut table, rows.len(), headers.len(), style, |index| cells(&rows[index]));
    table.lines()
}

fn message_table(messages: &MessageFlow, expected: Option<&[u64]>, payload: &Payload<'_>, style: &Style) -> Vec<String> {
    let headers: &[&str] = match expected {
        Some(_) => &[">message", ">sent", ">read", ">expected", "=boundary", "=verdict", "payload"],
        None => &[">message", ">sent", ">read", "=boundary", "payload"],
    };
    let mut table = Table::new(headers, style);
    let size = |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string());
    let cells = |index: usize| {
        let message = &messages.messages[index];
        let read = message.read.map(|read| read.bytes);
        let judged = expected.map(|list| match message.read {
            Some(part) => {
                let wanted = list.get(part.index).copied();
                (size(wanted), if wanted == read { "ok" } else { "DIFFERS" })
            }
            // Which of the expected reads this was to be, nobody can say.
            None => ("-".to_owned(), "-"),
        });
        let (expected_read, verdict) = judged.unzip();
        let text = match (message.sent, message.read) {
            (Some(sent), _) => payload.of_call(payload.sender, sent.call, sent.bytes),
            (None, Some(read)) => payload.of_call(payload.receiver, read.call, read.bytes),
            (None, None) => String::new(),
        };
        let mut cells = vec![number(Some(index)), size(message.sent.map(|sent| sent.bytes)), size(read)];
        cells.extend(expected_read);
        cells.push(message.fate.name().to_owned());
        cells.extend(verdict.map(str::to_owned));
        cells.push(text);
        cells
    };
    fill(&mut table, messages.messages.len(), headers.len(), style, cells);
    table.lines()
}

/// Adds rows, leaving out the middle of a long table and saying so.
fn fill(table: &mut Table, rows: usize, columns: usize, style: &Style, cells: impl Fn(usize) -> Vec<String>) {
    if style.verbose && rows <= 1000 || rows <= FIRST_ROWS + LAST_ROWS + 1 {
        (0..rows).for_each(|index| table.row(cells(index)));
        return;
    }
    (0..FIRST_ROWS).for_each(|index| table.row(cells(index)));
    let mut gap = vec![String::new(); columns];
    gap[0] = style.more().to_owned();
    gap[columns - 1] = format!("{} more rows", rows - FIRST_ROWS - LAST_ROWS);
    table.row(gap);
    (rows - LAST_ROWS..rows).for_each(|index| table.row(cells(index)));
}
