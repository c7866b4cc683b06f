//! In how many segments the bytes of a TCP flow left, and what is known of where each of them ended.
//!
//! The kernel counts segments; it does not say where one ended. One count at the close gives one *run*: so many segments carried
//! these bytes. A count after each send cuts that run: what had left by then ended with a segment. A run of one segment is that segment,
//! from its first byte to its last; of a run of several nothing is known but their number, and nothing is made up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stream::ByteRange;
use crate::scenario::{SocketKind, SocketOption};
use crate::trace::SocketTrace;

/// The data segments of one direction of a TCP connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Segments {
    /// How many there were, those sent again among them.
    pub count: u64,
    /// Who counted them.
    pub counted_by: CountedBy,
    /// Whether they carried everything that was accepted for sending.
    pub complete: bool,
    /// How many were sent again.
    pub retransmitted: u64,
    /// What is known of where they ended, in the order of the stream.
    pub runs: Vec<SegmentRun>,
}

/// Which end counted the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountedBy {
    /// The sender: data_segs_out.
    Sender,
    /// The receiver: data_segs_in. The sender was closed before everything had left.
    Receiver,
}

/// So many segments carried these bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentRun {
    /// The bytes.
    pub range: ByteRange,
    /// The number of the first segment, from 0.
    pub first: u64,
    /// How many segments.
    pub count: u64,
}

impl Segments {
    /// The run that carried the byte at an offset.
    pub fn run_at(&self, offset: u64) -> Option<&SegmentRun> {
        let index = self.runs.partition_point(|run| run.range.end <= offset);
        self.runs.get(index).filter(|run| run.range.start <= offset)
    }

    /// Whether bytes that a read took came in more than one segment; `None` where the counters do not tell.
    pub(super) fn came_in_several(&self, read: ByteRange) -> Option<bool> {
        let run = self.run_at(read.start)?;
        if run.range.end < read.end {
            return Some(true);
        }
        // One segment, or several in a run that the read took whole.
        match run.count {
            1 => Some(false),
            _ if read.start <= run.range.start && run.range.end <= read.end => Some(true),
            _ => None,
        }
    }

    /// How many segments the runs that lie in a range have.
    pub(super) fn count_in(&self, range: ByteRange) -> u64 {
        self.runs.iter().filter(|run| range.start < run.range.end && run.range.start < range.end).map(|run| run.count).sum()
    }

    /// Whether the position of every segment is known.
    pub fn are_placed(&self) -> bool {
        self.runs.iter().all(|run| run.count == 1) && self.retransmitted == 0
    }
}

/// What the two ends counted; `None` where the kernel counts no segments.
pub(super) fn segments(sender: &SocketTrace, receiver: &SocketTrace) -> Option<Segments> {
    if sender.kind != SocketKind::Tcp {
        return None;
    }
    let accepted = sender.sent.bytes;
    let of_sender = |counter| sender.counters.get(counter);
    let retransmitted = of_sender(SocketOption::TotalRetrans).unwrap_or(0);
    let sent = of_sender(SocketOption::DataSegsOut).and_then(|count| {
        let bytes = of_sender(SocketOption::BytesSent)?.saturating_sub(of_sender(SocketOption::BytesRetrans).unwrap_or(0));
        Some((count, bytes))
    });
    // The peer's FIN counts as a byte there.
    let received = receiver.counters.get(SocketOption::DataSegsIn).zip(receiver.counters.get(SocketOption::BytesReceived));
    let (count, bytes, counted_by) = match (sent, received) {
        (Some((count, bytes)), _) if bytes >= accepted => (count, accepted, CountedBy::Sender),
        (_, Some((count, bytes))) if bytes >= accepted => (count, accepted, CountedBy::Receiver),
        (Some((count, bytes)), _) => (count, bytes, CountedBy::Sender),
        (None, Some((count, bytes))) => (count, bytes, CountedBy::Receiver),
        (None, None) => return None,
    };
    let mut runs = Vec::new();
    let (mut at, mut first) = (0, 0);
    // A segment that left again is counted again, and nobody knows which it was. So samples place nothing then; that there were at least so many
    // different ones, the totals still tell (a SYN that left again is among those that did).
    let at_least = count.saturating_sub(retransmitted);
    let samples = sender.samples.iter().filter(|_| retransmitted == 0).map(|sample| (sample.bytes_sent, u64::from(sample.data_segs_out)));
    for (end, segments) in samples.chain([(bytes, at_least)]).filter(|_| retransmitted == 0 || at_least > 1) {
        if end > at && segments > first {
            runs.push(SegmentRun { range: ByteRange { start: at, end }, first, count: segments - first });
            (at, first) = (end, segments);
        }
    }
    Some(Segments { count, counted_by, complete: bytes >= accepted, retransmitted, runs })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(start: u64, end: u64, first: u64, count: u64) -> SegmentRun {
        SegmentRun { range: ByteRange { start, end }, first, count }
    }

    fn of(runs: Vec<SegmentRun>) -> Segments {
        let count = runs.iter().map(|run| run.count).sum();
        Segments { count, counted_by: CountedBy::Sender, complete: true, retransmitted: 0, runs }
    }

    #[test]
    fn totals_tell_no_positions() {
        let totals = of(vec![run(0, 14, 0, 3)]);
        assert_eq!(totals.came_in_several(ByteRange { start: 0, end: 14 }), Some(true));
        assert_eq!(totals.came_in_several(ByteRange { start: 0, end: 10 }), None);
        assert!(!totals.are_placed());
    }

    #[test]
    fn samples_tell_them() {
        let placed = of(vec![run(0, 5, 0, 1), run(5, 14, 1, 1)]);
        assert_eq!(placed.came_in_several(ByteRange { start: 5, end: 14 }), Some(false));
        assert_eq!(placed.came_in_several(ByteRange { start: 0, end: 14 }), Some(true));
        assert!(placed.are_placed());
        assert_eq!(placed.run_at(5).unwrap().first, 1);
        assert_eq!(placed.run_at(14), None);
    }
}
