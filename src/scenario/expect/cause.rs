//! The names of causes, as expectations and reports use them. What each means and rests on is said in [`crate::analysis`].

use schemars::JsonSchema;

use super::CauseExpect;
use crate::scenario::decode::{Decode, Fields, word, wrong_type};
use crate::scenario::json::{Node, NodeKind};
use crate::scenario::problem::{Problem, Problems};
use crate::scenario::source::Spanned;

/// Why a flow came out as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CauseName {
    /// Bytes of several sends were queued when a read took them.
    LateReader,
    /// The reader was there first, and took each send as it came.
    ReaderKeptPace,
    /// Nagle's algorithm (RFC 896) held a small segment back while an earlier one was not acknowledged.
    Nagle,
    /// TCP_CORK or MSG_MORE held partial segments back, so that several sends left as one.
    Corked,
    /// A read took a part of a send, because the rest had not come yet.
    EarlyReader,
    /// A read asked for less than was queued.
    SmallRecv,
    /// A send took a part only.
    PartialSend,
    /// The peer's receive window held sending up.
    ClosedWindow,
    /// A datagram was longer than the buffer it was read into.
    TruncatedDatagram,
    /// The kernel threw a datagram away because the receive buffer was full.
    DroppedDatagram,
    /// A reset (RST) ended the connection.
    Reset,
    /// One side said that it would send no more, and went on reading.
    HalfClose,
}

impl CauseName {
    /// Words and causes.
    pub const WORDS: &[(&str, Self)] = &[
        ("late_reader", Self::LateReader),
        ("reader_kept_pace", Self::ReaderKeptPace),
        ("nagle", Self::Nagle),
        ("corked", Self::Corked),
        ("early_reader", Self::EarlyReader),
        ("small_recv", Self::SmallRecv),
        ("partial_send", Self::PartialSend),
        ("closed_window", Self::ClosedWindow),
        ("truncated_datagram", Self::TruncatedDatagram),
        ("dropped_datagram", Self::DroppedDatagram),
        ("reset", Self::Reset),
        ("half_close", Self::HalfClose),
    ];

    /// The word.
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, cause)| *cause == self).map_or("", |(name, _)| name)
    }
}

impl Decode for CauseName {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, "a cause", Self::WORDS, problems)
    }
}

impl Decode for CauseExpect {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.kind {
            NodeKind::Array(_) => Vec::<Spanned<CauseName>>::decode(node, problems).map(|found| Self { found, not_found: Vec::new() }),
            NodeKind::Object(_) => {
                let mut fields = Fields::of(node, "causes", problems)?;
                let causes = Self { found: fields.or_default("found", problems), not_found: fields.or_default("not_found", problems) };
                fields.expect_some("expected `found`, `not_found` or both", problems);
                fields.finish(problems);
                for cause in &causes.not_found {
                    if causes.found.iter().any(|found| found.value == cause.value) {
                        let label = "it is among those to be found";
                        problems.add(Problem::TooMany, cause.span, format!("`{}` is expected both ways", cause.value.name()), label);
                    }
                }
                Some(causes)
            }
            _ => {
                wrong_type(node, "a list of causes such as [\"late_reader\"], or {\"found\": [..], \"not_found\": [..]}", problems);
                None
            }
        }
    }
}
