//! Causes on the sending side of a stream.

use super::{Cause, EvidenceSource, Sight, plural};
use crate::scenario::{CauseName, Flag, SocketOption};
use crate::trace::SendSample;

/// Nagle's algorithm (RFC 896; in Linux as Minshall changed it) keeps a segment that is not full while an earlier one that was not
/// full is not acknowledged. A sample shows it in the act: bytes not sent, a small segment on its way, room in both windows, TCP_NODELAY
/// off, and no wish of the program's to hold anything back. Totals at the close cannot tell it from other reasons to join sends.
pub(super) fn nagle(sight: &Sight<'_>) -> Option<Cause> {
    let is_active = |sample: &SendSample| {
        let notsent = u64::from(sample.notsent_bytes);
        // Our SYN may be among the bytes acknowledged: one more is surely on its way, or none less.
        let in_flight = (sample.bytes_sent + 1).saturating_sub(sample.bytes_acked);
        let some_are_small = in_flight < u64::from(sample.unacked_segs) * u64::from(sample.snd_mss);
        let has_room = sample.unacked_segs < sample.snd_cwnd && in_flight + notsent <= u64::from(sample.snd_wnd);
        sample.unacked_segs > 0 && some_are_small && has_room && (1..u64::from(sample.snd_mss)).contains(&notsent)
    };
    let held = |sample: &&SendSample| {
        let position = sample.call as usize;
        is_active(sample)
            && !sight.is_on(SocketOption::Nodelay, position)
            && sight.send_at(position).is_some_and(|send| !sight.is_held_on_purpose(send))
    };
    let sample = sight.sender.samples.iter().find(held)?;
    let send = sight.send_at(sample.call as usize)?;
    let seen = format!(
        "when send {} had returned: {} not sent, {} not acknowledged, both windows open, TCP_NODELAY off",
        send + 1,
        plural(u64::from(sample.notsent_bytes), "byte"),
        plural(u64::from(sample.unacked_segs), "small segment"),
    );
    let fewer = sight.segments.filter(|segments| segments.count < sight.filled_sends());
    let total = fewer.map(|segments| left_as(sight.filled_sends(), segments.count));
    let evidence = [Some(seen), total].into_iter().flatten().map(|text| (EvidenceSource::TcpInfo, text));
    Some(Cause::new(CauseName::Nagle, evidence))
}

fn left_as(sends: u64, segments: u64) -> String {
    format!("{} left as {}", plural(sends, "send"), plural(segments, "data segment"))
}

/// The program asked the kernel to wait for more, and it did: a segment went across the end of a send that was to be held back. Where only
/// totals are known, all ends of sends must have been such, or the joining may be another's work.
pub(super) fn corked(sight: &Sight<'_>) -> Option<Cause> {
    let segments = sight.segments?;
    let sends = &sight.stream.sends;
    let filled: Vec<usize> = (0..sends.len()).filter(|&send| !sends[send].is_empty()).collect();
    let inner = filled.split_last().map_or(&[][..], |(_, inner)| inner);
    let held: Vec<usize> = inner.iter().copied().filter(|&send| sight.is_held_on_purpose(send)).collect();
    let went_across = |send: &&usize| {
        let end = sends[**send].end;
        segments.run_at(end).is_some_and(|run| run.count == 1 && run.range.start < end)
    };
    let joined: Vec<usize> = match held.iter().filter(went_across).copied().collect::<Vec<usize>>() {
        none if none.is_empty() && held.len() == inner.len() && segments.complete && segments.count < filled.len() as u64 => held,
        some => some,
    };
    let first = *joined.first()?;
    let by_flag = joined.iter().any(|&send| sight.sends[send].1.flags.has_flag(Flag::More));
    let how = if by_flag { "made with MSG_MORE" } else { "made while TCP_CORK was on" };
    let which = match joined.as_slice() {
        [one] => format!("send {} was", one + 1),
        [_, .., last] if last - first + 1 == joined.len() => format!("sends {} to {} were", first + 1, last + 1),
        several => format!("{} sends, send {} first, were", several.len(), first + 1),
    };
    let counted = match segments.run_at(sends[first].end) {
        Some(run) if run.count == 1 => {
            format!("segment {} carried bytes {} to {} in one piece", run.first + 1, run.range.start, run.range.end)
        }
        _ => left_as(sight.filled_sends(), segments.count),
    };
    Some(Cause::new(CauseName::Corked, [(EvidenceSource::Calls, format!("{which} {how}")), (EvidenceSource::TcpInfo, counted)]))
}

pub(super) fn partial_send(sight: &Sight<'_>) -> Option<Cause> {
    let took_a_part =
        |(_, (_, call)): &(usize, &(usize, &crate::trace::Call<'_>))| call.outcome.returned().is_some_and(|count| count < call.asked);
    let (index, (_, call)) = sight.sends.iter().enumerate().find(took_a_part)?;
    let text = format!("send {} asked for {} bytes and the kernel took {}", index + 1, call.asked, call.outcome.returned()?);
    Some(Cause::new(CauseName::PartialSend, [(EvidenceSource::Calls, text)]))
}

/// The kernel's own clock says that the peer's window held it up, or bytes wait at the end before a window of nothing.
pub(super) fn closed_window(sight: &Sight<'_>) -> Option<Cause> {
    let counted = |counter| sight.sender.counters.get(counter).unwrap_or(0);
    let limited = counted(SocketOption::RwndLimitedUs);
    let notsent = counted(SocketOption::NotsentBytes);
    let waits = notsent > 0 && sight.sender.counters.get(SocketOption::SndWnd) == Some(0);
    let mut evidence = Vec::new();
    if limited > 0 {
        evidence.push((
            EvidenceSource::TcpInfo,
            format!(
                "sending was held up by the peer's window for about {} ms (rwnd_limited, in ticks of the kernel's clock)",
                limited.div_ceil(1000)
            ),
        ));
    }
    if waits {
        let text = format!("at the close {} waited to be sent, and the peer's window had room for 0", plural(notsent, "byte"));
        evidence.push((EvidenceSource::TcpInfo, text));
    }
    (!evidence.is_empty()).then(|| Cause::new(CauseName::ClosedWindow, evidence))
}
