//! From evidence to byte boundaries: what was sent and read as ranges of stream offsets, what became of each boundary, and
//! why, as far as the evidence goes.
//!
//! Pure: a trace goes in, an analysis comes out. No sockets, threads, clocks or files, and nothing of what was expected.
//!
//! A *flow* is one direction between two sockets. In a byte stream (TCP, Unix stream) the kernel keeps the order of the bytes and
//! forgets where each `send` ended; so sends and reads are two ways of cutting the same line, and each place where a send ended
//! either is also the end of a read (*preserved*), or was read across (*coalesced*); a read that ended anywhere else *split* a
//! send. Datagrams are not cut and joined: each arrives whole, cut short, late, or not at all.

mod cause;
mod flow;
mod frame;
mod message;
mod segment;
mod stream;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use cause::plural;
pub use cause::{Cause, Evidence, EvidenceSource};
pub use flow::{Flow, FlowEnd, Transfer, is_named};
pub use frame::{Frames, frames};
pub use message::{Fate, Message, MessageFlow, MessagePart};
pub use segment::{CountedBy, SegmentRun, Segments};
pub use stream::{Boundary, BoundaryFate, ByteRange, Integrity, Piece, StreamFlow};

use crate::trace::Trace;

/// What a trace says about byte boundaries.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Analysis {
    /// The flows, in the order in which their sockets were made.
    pub flows: Vec<Flow>,
}

/// Analyses a trace.
pub fn analyse(trace: &Trace) -> Analysis {
    Analysis { flows: flow::flows(trace) }
}
