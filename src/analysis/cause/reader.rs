//! Causes on the reading side of a stream.

use super::{Cause, EvidenceSource, Sight, plural};
use crate::analysis::stream::{ByteRange, Integrity};
use crate::scenario::CauseName;
use crate::trace::CallFlags;

/// A read took bytes of several sends that lay there as several. Where the kernel counted segments, they must have been several too: what
/// the sender joined would have come to the promptest reader in one piece. Where it did not, a read that had to wait proves nothing.
pub(super) fn late_reader(sight: &Sight<'_>) -> Option<Cause> {
    let whole_stream_read = sight.stream.bytes_read == sight.stream.bytes_sent;
    let more_segments_than_reads = sight.segments.filter(|_| whole_stream_read).map(|segments| segments.count > sight.reads.len() as u64);
    let (index, sends, bytes) = sight.stream.reads.iter().zip(&sight.reads).enumerate().find_map(|(index, (range, read))| {
        let sends = sight.sends_in(*range);
        let [first, .., last] = sends.as_slice() else { return None };
        let came_in_several = match sight.segments {
            Some(segments) => segments.came_in_several(*range).or(more_segments_than_reads)?,
            None => !read.flags.has(CallFlags::WAITED) && !(*first..*last).any(|send| sight.is_held_on_purpose(send)),
        };
        came_in_several.then_some((index, (first + 1, last + 1), range.len()))
    })?;
    let took = format!("took {bytes} bytes of sends {} to {} at once", sends.0, sends.1);
    let text = match sight.reads[index].flags.has(CallFlags::WAITED) {
        false => format!("read {} did not have to wait, and {took}", index + 1),
        true => format!("read {} waited for the first byte, and by the time that it ran {took}", index + 1),
    };
    let counted = sight.segments.map(|segments| {
        let text =
            format!("the bytes left as {}, read by {}", plural(segments.count, "data segment"), plural(sight.reads.len() as u64, "recv"));
        (EvidenceSource::TcpInfo, text)
    });
    Some(Cause::new(CauseName::LateReader, [Some((EvidenceSource::Calls, text)), counted].into_iter().flatten()))
}

pub(super) fn reader_kept_pace(sight: &Sight<'_>) -> Option<Cause> {
    let sent: Vec<&ByteRange> = sight.stream.sends.iter().filter(|send| !send.is_empty()).collect();
    let reads = &sight.stream.reads;
    let each_its_own = sent.len() > 1 && sent.len() == reads.len() && sent.iter().zip(reads).all(|(send, read)| **send == *read);
    let waited = sight.reads.iter().filter(|read| read.flags.has(CallFlags::WAITED)).count();
    // The first read may have come late without harm: there was nothing else yet.
    (each_its_own && waited + 1 >= sight.reads.len()).then(|| {
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
        let inside_a_send = range.end < stream.bytes_sent && stream.sends.binary_search_by_key(&range.end, |send| send.end).is_err();
        (inside_a_send && range.len() < u64::from(read.asked)).then_some((index, read))
    })?;
    let text = format!(
        "read {} asked for {} and got {}, ending inside a send: nothing more was queued",
        index + 1,
        read.asked,
        read.outcome.returned()?
    );
    Some(Cause::new(CauseName::EarlyReader, [(EvidenceSource::Calls, text)]))
}

/// A read that filled its buffer inside a send, while more was there: the read behind it found bytes without waiting, or they were still
/// queued at the end.
pub(super) fn small_recv(sight: &Sight<'_>) -> Option<Cause> {
    let stream = sight.stream;
    let left_queued = sight.receiver.left_queued().unwrap_or(0);
    let more_was_there = |index: usize| match sight.reads.get(index + 1) {
        Some(next) => !next.flags.has(CallFlags::WAITED),
        None => left_queued > 0,
    };
    let small: Vec<(usize, u32)> = stream
        .reads
        .iter()
        .zip(&sight.reads)
        .enumerate()
        .filter(|(_, (range, read))| {
            let inside_a_send = range.end < stream.bytes_sent && stream.sends.binary_search_by_key(&range.end, |send| send.end).is_err();
            inside_a_send && read.outcome.returned() == Some(read.asked)
        })
        .filter(|(index, _)| more_was_there(*index))
        .map(|(index, (_, read))| (index, read.asked))
        .collect();
    let &(first, asked) = small.first()?;
    let more = match small.len() - 1 {
        0 => String::new(),
        1 => ", and one more read like it".to_owned(),
        more => format!(", and {more} more reads like it"),
    };
    let text = format!("read {} asked for {asked} and got {asked}, ending inside a send of which more was there{more}", first + 1);
    Some(Cause::new(CauseName::SmallRecv, [(EvidenceSource::Calls, text)]))
}
