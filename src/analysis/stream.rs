//! A byte stream as two ways of cutting one line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::flow::Calls;
use crate::scenario::{BoundaryWord, Flag};
use crate::trace::{Call, CallKind, CallOutcome, SHUT_RD, SHUT_RDWR, SocketTrace};

/// A range of stream offsets in bytes, end exclusive. Offset 0 is the first byte of the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByteRange {
    /// The first byte.
    pub start: u64,
    /// Behind the last byte.
    pub end: u64,
}

impl ByteRange {
    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.end - self.start
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

/// What became of an offset at which a send or a read ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoundaryFate {
    /// A send ended here, and so did a read.
    Preserved,
    /// A send ended here, and a read went across.
    Coalesced,
    /// A read ended here, inside a send.
    Split,
    /// A send ended here, and nothing was read as far as this.
    Unread,
}

impl BoundaryFate {
    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Preserved => "preserved",
            Self::Coalesced => "coalesced",
            Self::Split => "split",
            Self::Unread => "unread",
        }
    }
}

/// An offset at which a send or a read ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Boundary {
    /// The offset in bytes.
    pub offset: u64,
    /// What became of it.
    pub fate: BoundaryFate,
}

/// Whether the bytes read are the bytes sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// They are, as far as was read: compared block by block, by digest.
    Equal,
    /// They differ, first somewhere in this range.
    Differs(ByteRange),
    /// Not compared: urgent data is taken out of the stream.
    NotCompared,
}

/// What was sent and read in one direction of a byte stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamFlow {
    /// The sends, as ranges of the stream. A send of nothing is an empty range.
    pub sends: Vec<ByteRange>,
    /// The reads, as ranges of the stream. What was only peeked at is not among them.
    pub reads: Vec<ByteRange>,
    /// Every offset at which a send or a read ended, in order.
    pub boundaries: Vec<Boundary>,
    /// Bytes accepted for sending.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_read: u64,
    /// Whether the reader saw the end of the stream.
    pub eof: bool,
    /// Whether the bytes are the same.
    pub integrity: Integrity,
}

/// A range in which neither a send nor a read ended: one row of the boundary table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The range.
    pub range: ByteRange,
    /// The send that it is part of, by index.
    pub send: Option<usize>,
    /// The read that it is part of, by index.
    pub read: Option<usize>,
    /// What became of its end.
    pub fate: BoundaryFate,
}

impl StreamFlow {
    /// How many boundaries there are of a kind.
    pub fn count(&self, fate: BoundaryFate) -> u64 {
        self.boundaries.iter().filter(|boundary| boundary.fate == fate).count() as u64
    }

    /// How the flow came out, in a word.
    pub fn outcome(&self) -> BoundaryWord {
        if self.reads.is_empty() {
            return BoundaryWord::Unread;
        }
        match (self.count(BoundaryFate::Coalesced) > 0, self.count(BoundaryFate::Split) > 0) {
            (false, false) => BoundaryWord::Preserved,
            (true, false) => BoundaryWord::Coalesced,
            (false, true) => BoundaryWord::Split,
            (true, true) => BoundaryWord::Mixed,
        }
    }

    /// The rows of the boundary table, in order.
    pub fn pieces(&self) -> impl Iterator<Item = Piece> {
        let (mut start, mut send, mut read) = (0, 0, 0);
        self.boundaries.iter().map(move |boundary| {
            let range = ByteRange { start, end: boundary.offset };
            while self.sends.get(send).is_some_and(|sent| sent.end <= start) {
                send += 1;
            }
            while self.reads.get(read).is_some_and(|got| got.end <= start) {
                read += 1;
            }
            start = boundary.offset;
            Piece {
                range,
                send: (send < self.sends.len()).then_some(send),
                read: self.reads.get(read).is_some_and(|got| got.start < range.end).then_some(read),
                fate: boundary.fate,
            }
        })
    }
}

/// Cuts a line at the ends of successive pieces.
fn ranges(lengths: impl Iterator<Item = u64>) -> Vec<ByteRange> {
    lengths
        .scan(0, |at, length| {
            let start = *at;
            *at += length;
            Some(ByteRange { start, end: *at })
        })
        .collect()
}

/// Compares the two ways in which the line was cut.
pub(super) fn boundaries(sends: &[ByteRange], reads: &[ByteRange]) -> Vec<Boundary> {
    let bytes_read = reads.last().map_or(0, |read| read.end);
    let mut ends = sends.iter().map(|send| send.end).filter(|&end| end > 0).peekable();
    let mut cuts = reads.iter().peekable();
    let mut boundaries: Vec<Boundary> = Vec::with_capacity(sends.len() + reads.len());
    loop {
        let (offset, fate) = match (ends.peek().copied(), cuts.peek()) {
            (None, None) => return boundaries,
            (Some(end), Some(read)) if end == read.end => (end, BoundaryFate::Preserved),
            (Some(end), Some(read)) if end < read.end => {
                // Between two reads, where urgent data was taken out of the stream, nothing was read across.
                (end, if read.start < end { BoundaryFate::Coalesced } else { BoundaryFate::Preserved })
            }
            (_, Some(read)) => (read.end, BoundaryFate::Split),
            (Some(end), None) => (end, if end <= bytes_read { BoundaryFate::Preserved } else { BoundaryFate::Unread }),
        };
        // Empty sends end where the one before ended: one boundary, not two.
        while ends.next_if(|&end| end == offset).is_some() {}
        while cuts.next_if(|read| read.end == offset).is_some() {}
        boundaries.push(Boundary { offset, fate });
    }
}

/// Whether a call is a read that took bytes out of the stream.
pub(super) fn takes(call: &Call<'_>) -> bool {
    call.kind.is_read() && takes_bytes(call) && call.outcome.returned().is_some_and(|count| count > 0)
}

/// Whether a read takes bytes out of the stream.
fn takes_bytes(call: &Call<'_>) -> bool {
    !call.flags.has_flag(Flag::Peek) && !call.flags.has_flag(Flag::Oob)
}

pub(super) fn stream_flow(calls: &Calls<'_>, sender: &SocketTrace, receiver: &SocketTrace) -> StreamFlow {
    let sends = ranges(calls.sends.iter().filter_map(|call| call.outcome.returned()).map(u64::from));
    let taken = || {
        calls.reads.iter().filter(|call| takes_bytes(call)).filter_map(|call| call.outcome.returned().map(|count| (call, u64::from(count))))
    };
    let has_urgent = calls.sends.iter().any(|call| call.flags.has_flag(Flag::Oob));
    // A send whose last byte was urgent: that byte is not read with the others (RFC 6093; man 7 tcp).
    let urgent: Vec<u64> = calls
        .sends
        .iter()
        .filter(|call| call.outcome.returned().is_some())
        .zip(&sends)
        .filter(|(call, range)| call.flags.has_flag(Flag::Oob) && !range.is_empty())
        .map(|(_, range)| range.end - 1)
        .collect();
    let inline =
        receiver.settings.iter().any(|setting| setting.option == crate::scenario::SocketOption::Oobinline && setting.requested != 0);
    let mut at = 0;
    let mut reads = Vec::new();
    let mut read_calls = Vec::new();
    for (call, count) in taken().filter(|&(_, count)| count > 0) {
        if !inline && urgent.contains(&at) {
            at += 1;
        }
        reads.push(ByteRange { start: at, end: at + count });
        read_calls.push(call);
        at += count;
    }
    let integrity = if has_urgent {
        Integrity::NotCompared
    } else {
        let kept = || {
            let sent = calls.sends.iter().filter(|call| call.outcome.returned().is_some());
            first_difference_kept(sends.iter().zip(sent), reads.iter().zip(read_calls.iter().copied()))
        };
        match sender.sent.first_difference(&receiver.received).or_else(|| kept().map(|at| at..at + 1)) {
            None if receiver.received.bytes <= sender.sent.bytes => Integrity::Equal,
            None => Integrity::Differs(ByteRange { start: sender.sent.bytes, end: receiver.received.bytes }),
            Some(range) => Integrity::Differs(ByteRange { start: range.start, end: range.end }),
        }
    };
    StreamFlow {
        boundaries: boundaries(&sends, &reads),
        bytes_sent: sends.last().map_or(0, |send| send.end),
        bytes_read: reads.last().map_or(0, |read| read.end),
        eof: saw_end(calls),
        sends,
        reads,
        integrity,
    }
}

/// Whether the peer's end of the stream was read: a recv of nothing that neither a reset before it nor one's own shutdown explains.
fn saw_end(calls: &Calls<'_>) -> bool {
    let shut = |(_, call): &&(usize, Call<'_>)| {
        call.kind == CallKind::Shutdown && call.outcome.returned().is_some() && matches!(call.asked, SHUT_RD | SHUT_RDWR)
    };
    let shut_at = calls.of_receiver.iter().find(shut).map_or(usize::MAX, |(position, _)| *position);
    let in_order = calls.reads.iter().zip(&calls.read_positions).take_while(|(call, position)| {
        !matches!(call.outcome, CallOutcome::Failed(errno) if errno.raw() == libc::ECONNRESET) && **position < shut_at
    });
    in_order.filter(|(call, _)| takes_bytes(call) && call.asked > 0).any(|(call, _)| call.outcome.returned() == Some(0))
}

/// The first offset at which the bytes kept of the calls differ. What is behind a call's kept prefix, the digests compare.
fn first_difference_kept<'c>(
    sends: impl Iterator<Item = (&'c ByteRange, &'c Call<'c>)>,
    reads: impl Iterator<Item = (&'c ByteRange, &'c Call<'c>)>,
) -> Option<u64> {
    let (mut sends, mut reads) = (sends.peekable(), reads.peekable());
    while let (Some((sent, send)), Some((got, read))) = (sends.peek(), reads.peek()) {
        let start = sent.start.max(got.start);
        let end = sent.end.min(got.end);
        let kept = |range: &ByteRange, call: &'c Call<'c>| {
            let from = usize::try_from(start - range.start).unwrap_or(usize::MAX).min(call.data.prefix.len());
            let to = usize::try_from(end.saturating_sub(range.start)).unwrap_or(usize::MAX).clamp(from, call.data.prefix.len());
            &call.data.prefix[from..to]
        };
        let differing = kept(sent, send).iter().zip(kept(got, read)).position(|(sent, got)| sent != got);
        if let Some(at) = differing {
            return Some(start + at as u64);
        }
        if sent.end <= got.end {
            sends.next();
        } else {
            reads.next();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(lengths: &[u64]) -> Vec<ByteRange> {
        ranges(lengths.iter().copied())
    }

    fn fates(sends: &[u64], reads: &[u64]) -> Vec<(u64, BoundaryFate)> {
        boundaries(&cut(sends), &cut(reads)).iter().map(|boundary| (boundary.offset, boundary.fate)).collect()
    }

    use BoundaryFate::{Coalesced, Preserved, Split, Unread};

    #[test]
    fn three_sends_and_a_late_reader() {
        assert_eq!(fates(&[5, 5, 4], &[14]), [(5, Coalesced), (10, Coalesced), (14, Preserved)]);
    }

    #[test]
    fn three_sends_and_a_prompt_reader() {
        assert_eq!(fates(&[5, 5, 4], &[5, 5, 4]), [(5, Preserved), (10, Preserved), (14, Preserved)]);
    }

    #[test]
    fn one_send_and_small_reads_that_leave_a_rest() {
        assert_eq!(fates(&[14], &[1, 5, 1]), [(1, Split), (6, Split), (7, Split), (14, Unread)]);
    }

    #[test]
    fn an_empty_send_adds_no_boundary() {
        assert_eq!(fates(&[0, 5, 0, 4], &[9]), [(5, Coalesced), (9, Preserved)]);
    }

    proptest! {
        /// However the same bytes are cut by sends and by reads: the pieces cover every byte once, every end of a send and
        /// of a read is a boundary, and no piece crosses one.
        #[test]
        fn bytes_are_conserved(sends in proptest::collection::vec(0u64..9, 1..20), cuts in proptest::collection::vec(1u64..9, 1..40)) {
            let total: u64 = sends.iter().sum();
            let mut reads = Vec::new();
            let mut left = total;
            for cut in cuts {
                if left == 0 { break; }
                reads.push(cut.min(left));
                left -= cut.min(left);
            }
            let (sends, reads) = (cut(&sends), cut(&reads));
            let flow = StreamFlow {
                boundaries: boundaries(&sends, &reads), bytes_sent: total, bytes_read: total - left,
                eof: false, integrity: Integrity::Equal, sends: sends.clone(), reads: reads.clone(),
            };
            let pieces: Vec<Piece> = flow.pieces().collect();
            prop_assert_eq!(pieces.iter().map(|piece| piece.range.len()).sum::<u64>(), total);
            let mut at = 0;
            for piece in &pieces {
                prop_assert_eq!(piece.range.start, at);
                at = piece.range.end;
                let send = sends[piece.send.unwrap()];
                prop_assert!(send.start <= piece.range.start && piece.range.end <= send.end);
                match piece.read {
                    Some(read) => prop_assert!(reads[read].start <= piece.range.start && piece.range.end <= reads[read].end),
                    None => prop_assert!(piece.range.start >= flow.bytes_read),
                }
            }
            let ends: std::collections::BTreeSet<u64> = sends.iter().chain(&reads).map(|range| range.end).filter(|&end| end > 0).collect();
            let found: std::collections::BTreeSet<u64> = flow.boundaries.iter().map(|boundary| boundary.offset).collect();
            prop_assert_eq!(ends, found);
        }
    }
}
