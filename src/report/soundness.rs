//! Whether what a report refers to is there. A report may have been changed by hand, and what shows it looks things up by index.

use super::head::{Shard, SourceText};
use super::model::{Report, RunReport};
use crate::analysis::{ByteRange, Flow, FlowEnd, Integrity, MessagePart, Segments, StreamFlow, Transfer};
use crate::trace::Trace;

/// The first reference to what is not there, or numbers that cannot be true together, in words.
pub(super) fn unsound(report: &Report) -> Option<String> {
    if let Some(shard) = report.head.suite.shard
        && !shard.is_part()
    {
        let most = Shard::MAX_COUNT;
        return Some(format!("`suite.shard` says part {shard}; parts count from 1, and there are at most {most}"));
    }
    let sources = &report.head.sources;
    let invalid = report.invalid.iter().find_map(|file| {
        let reason = not_a_text(file.text_index, &file.file, sources)?;
        Some(format!("{}: {reason}", file.file))
    });
    invalid.or_else(|| report.runs.iter().find_map(|run| of_run(run, sources).map(|reason| format!("{}: {reason}", run.name()))))
}

fn of_run(run: &RunReport, sources: &[SourceText]) -> Option<String> {
    let flows = run.analysis.iter().flat_map(|analysis| &analysis.flows);
    let differing = run.repeats.as_ref().and_then(|repeats| repeats.differing.as_ref());
    not_a_text(run.text_index, &run.scenario.file, sources)
        .or_else(|| {
            flows.enumerate().find_map(|(index, flow)| of_flow(flow, run.trace.as_ref()).map(|reason| format!("flow {index}: {reason}")))
        })
        .or_else(|| of_run(&differing?.1, sources))
}

fn not_a_text(index: Option<usize>, file: &str, sources: &[SourceText]) -> Option<String> {
    let index = index?;
    match sources.get(index) {
        Some(source) if source.file == file => None,
        Some(source) => Some(format!("`text_index` is {index}, and that text is of {}", source.file)),
        None => Some(format!("`text_index` is {index}, and there are {} texts", sources.len())),
    }
}

fn of_flow(flow: &Flow, trace: Option<&Trace>) -> Option<String> {
    let ends = trace.and_then(|trace| not_an_end("from", &flow.from, trace).or_else(|| not_an_end("to", &flow.to, trace)));
    let transfer = || match &flow.transfer {
        Transfer::Stream(stream) => of_stream(stream),
        Transfer::Messages(messages) => {
            let parts = messages.messages.iter().flat_map(|message| [message.sent, message.read]);
            parts.flatten().find(is_too_large).map(|part| format!("a message of {} bytes, which no call can return", part.bytes))
        }
    };
    ends.or_else(transfer).or_else(|| flow.segments.as_ref().and_then(of_segments))
}

fn not_an_end(side: &str, end: &FlowEnd, trace: &Trace) -> Option<String> {
    let Some(actor) = trace.actors.get(end.actor_index) else {
        return Some(format!("`{side}.actor_index` is {}, and there are {} actors", end.actor_index, trace.actors.len()));
    };
    let count = actor.sockets.len();
    (end.socket_index >= count).then(|| format!("`{side}.socket_index` is {}, and {} has {count} sockets", end.socket_index, actor.name))
}

/// A call returns at most what 32 bits hold.
fn is_too_large(part: &MessagePart) -> bool {
    part.bytes > u64::from(u32::MAX)
}

fn of_stream(stream: &StreamFlow) -> Option<String> {
    let StreamFlow { sends, reads, boundaries, integrity, .. } = stream;
    // Between two reads urgent data may have been taken out; between two sends there is nothing.
    let first_gap = sends.iter().scan(0, |at, send| Some(std::mem::replace(at, send.end) != send.start)).position(|is_gap| is_gap);
    if let Some(index) = first_gap {
        return Some(format!("send {index} does not begin where the one before it ended"));
    }
    let differing = if let Integrity::Differs(range) = integrity { Some(range) } else { None };
    if !is_in_order(sends) || !is_in_order(reads) || !is_in_order(differing) {
        return Some("ranges of the stream end before they begin, or overlap".to_owned());
    }
    let offsets = boundaries.iter().map(|boundary| boundary.offset);
    (!offsets.is_sorted()).then(|| "the boundaries are not in the order of the stream".to_owned())
}

fn of_segments(segments: &Segments) -> Option<String> {
    if !is_in_order(segments.runs.iter().map(|run| &run.range)) {
        return Some("ranges of segments end before they begin, or overlap".to_owned());
    }
    let endless = segments.runs.iter().find(|run| run.first.checked_add(run.count).is_none())?;
    Some(format!("{} segments from number {} on", endless.count, endless.first))
}

/// Whether each range begins behind the one before it, and ends behind its own beginning: then their lengths add up to no more than an offset.
fn is_in_order<'r>(ranges: impl IntoIterator<Item = &'r ByteRange>) -> bool {
    ranges.into_iter().flat_map(|range| [range.start, range.end]).is_sorted()
}
