//! Causes on the reading side of a stream.

use super::{Cause, EvidenceSource, Sight, plural};
use crate::analysis::stream::{ByteRange, Integrity};
use crate::scenario::{CauseName, SocketKind};
use crate::trace::CallFlags;

/// A read took bytes of several sends that came as several segments: what the sender joined would have come to the promptest reader in one
/// piece. On TCP only the counters tell which it was, so without them, or where they do not reach this read, there is no such cause. A
/// Unix socket joins nothing by itself: there a read that did not have to wait found several sends queued.
pub(super) fn late_reader(sight: &Sight<'_>) -> Option<Cause> {
    let is_tcp = sight.sender.kind == SocketKind::Tcp;
    let (index, sends, range) = sight.stream.reads.iter().zip(&sight.reads).enumerate().find_map(|(index, (range, read))| {
        let sends = sight.sends_in(*range);
        let [first, .., last] = sends.as_slice() else { return None };
        let came_in_several = match is_tcp {
            true => sight.segments.and_then(|segments| segments.came_in_several(*range)) == Some(true),
            false => !read.flags.has(CallFlags::WAITED),
        };
        came_in_several.then_some((index, (first + 1, last + 1), *range))
    })?;
    let took = format!("took {} bytes of sends {} to {} at once", range.len(), sends.0, sends.1);
    let text = match sight.reads[index].flags.has(CallFlags::WAITED) {
        false => format!("read {} did not have to wait, and {took}", index + 1),
        true => format!("read {} waited for the first byte, and by the time that it ran {took}", index + 1),
    };
    let counted = sight.segments.map(|segments| {
        let text = match (sight.stream.reads.len(), segments.are_placed()) {
            (1, _) | (_, false) => format!("they left as {}", plural(segments.count_in(range), "data segment")),
            (_, true) => format!("these bytes left as {}", plural(segments.count_in(range), "data segment")),
        };
        (EvidenceSource::TcpInfo, text)
    });
    Some(Cause::new(CauseName::LateReader, [Some((EvidenceSource::Calls, text)), counted].into_iter().flatten()))
}

/// Every read but the first was called before its bytes had come. The first may have come late without harm: there was nothing else yet.
pub(super) fn reader_kept_pace(sight: &Sight<'_>) -> Option<Cause> {
    let sent: Vec<&ByteRange> = sight.stream.sends.iter().filter(|send| !send.is_empty()).collect();
    let reads = &sight.stream.reads;
    let each_its_own = sent.len() > 1 && sent.len() == reads.len() && sent.iter().zip(reads).all(|(send, read)| **send == *read);
    let all_waited = sight.reads.iter().skip(1).all(|read| read.flags.has(CallFlags::WAITED));
    (each_its_own && all_waited).then(|| {
        let waited = sight.reads.iter().filter(|read| read.flags.has(CallFlags::WAITED)).count();
        let text = format!("{waited} of {} reads were called before their bytes had come, and had to wait", sight.reads.len());
        Cause::new(CauseName::ReaderKeptPace, [(EvidenceSource::Calls, text)])
    })
}

/// A read that ended inside a send with room to spare: recv gives all that is queued, so the rest was not there.
pub(super) fn early_reader(sight: &Sight<'_>) -> Option<Cause> {
    let stream = sight.stream;
    // A recv also stops before urgent data, however much is queued behind it.
    if stream.integrity == Integrity::NotCompared {
        return None;
    }
    let reads = stream.reads.iter().zip(&sight.reads).enumerate();
    let (index, read) = reads.into_iter().find_map(|(index, (range, read))| {
        (sight.ends_inside_a_send(*range) && range.len() < u64::from(read.asked)).then_some((index, read))
    })?;
    let text = format!(
        "read {} asked for {} and got {}, ending inside a send: nothing more was queued",
        index + 1,
        read.asked,
        read.outcome.returned()?
    );
    Some(Cause::new(CauseName::EarlyReader, [(EvidenceSource::Calls, text)]))
}

/// A read that filled its buffer inside a send, of which more was there: the program had asked how much is queued, one segment carried the
/// bytes on both sides of the cut, or it is a Unix socket, where what send accepted is queued at the other side.
pub(super) fn small_recv(sight: &Sight<'_>) -> Option<Cause> {
    let stream = sight.stream;
    let mut example = None;
    let mut count = 0;
    for (index, (range, read)) in stream.reads.iter().zip(&sight.reads).enumerate() {
        if !sight.ends_inside_a_send(*range) || read.outcome.returned() != Some(read.asked) {
            continue;
        }
        let Some(evidence) = more_was_there(sight, index, *range) else { continue };
        count += 1;
        example.get_or_insert((index, read.asked, evidence));
    }
    let (first, asked, (source, why)) = example?;
    let more = match count - 1 {
        0 => String::new(),
        1 => ", and one more read like it".to_owned(),
        more => format!(", and {more} more reads like it"),
    };
    let text = format!("read {} asked for {asked} and got {asked}, ending inside a send{more}", first + 1);
    Some(Cause::new(CauseName::SmallRecv, [(EvidenceSource::Calls, text), (source, why)]))
}

fn more_was_there(sight: &Sight<'_>, index: usize, range: ByteRange) -> Option<(EvidenceSource, String)> {
    let position = sight.read_positions.get(index).copied()?;
    // What was queued at the last look, less what was read since.
    let looks = sight.looks.partition_point(|(at, _)| *at < position);
    if let Some((looked, queued)) = looks.checked_sub(1).map(|last| sight.looks[last]) {
        let first_since = sight.read_positions.partition_point(|at| *at < looked);
        let taken: u64 = range.start - sight.stream.reads[first_since].start;
        let queued_then = queued.saturating_sub(taken);
        if queued_then > range.len() {
            return Some((EvidenceSource::Queue, format!("{queued_then} bytes were queued when read {} was called", index + 1)));
        }
    }
    let run = sight.segments.and_then(|segments| segments.run_at(range.end - 1)).filter(|run| run.count == 1 && run.range.end > range.end);
    if let Some(run) = run {
        let text = format!("segment {} carried bytes {} to {} in one piece", run.first + 1, run.range.start, run.range.end);
        return Some((EvidenceSource::TcpInfo, text));
    }
    let send = sight.stream.sends.partition_point(|send| send.end <= range.end);
    let (_, sent) = sight.sends.get(send)?;
    let was_sent = sight.sender.kind == SocketKind::UnixStream && sent.end_ns <= sight.reads[index].start_ns;
    was_sent.then(|| (EvidenceSource::Calls, format!("send {} had returned before read {} was called", send + 1, index + 1)))
}
