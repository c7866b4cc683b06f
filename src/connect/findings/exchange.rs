//! What was said over a connection.

use schemars::JsonSchema;
use serde::Serialize;

use super::{BoundSocket, CallFailure, Micros, Stopped};
use crate::trace::escape;

/// What was sent, and what came.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Exchange {
    /// How many bytes the kernel took.
    pub sent: Option<usize>,
    /// The time from the connection to the first byte.
    pub first_byte_us: Option<Micros>,
    /// What came.
    pub received: Received,
    /// The time from the connection to the end.
    pub took_us: Micros,
    /// How it ended.
    pub end: ExchangeEnd,
}

/// Bytes from a peer, as many as are kept.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Received {
    /// How many are kept.
    pub bytes: usize,
    /// They as text, with everything escaped that is not printable.
    pub text: String,
    /// Whether there is more than is kept.
    pub is_cut: bool,
}

impl Received {
    pub(in crate::connect) fn new(bytes: &[u8], is_cut: bool) -> Self {
        Self { bytes: bytes.len(), text: escape(bytes), is_cut }
    }
}

/// How the exchange ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExchangeEnd {
    /// Bytes came, as expected.
    Answered,
    /// Bytes came, but not those that were expected, as far as they are kept.
    Unexpected {
        /// What was expected, escaped.
        expected: String,
    },
    /// The peer closed the connection (end of stream) before what was expected came.
    Closed,
    /// Nothing, or not what was expected, came within the time limit.
    TimedOut {
        /// The limit
        limit_us: Micros,
        /// What takes connections at the target's port (sock_diag), where it is this machine's own.
        bound: Option<Vec<BoundSocket>>,
    },
    /// A call failed.
    Failed(CallFailure),
    /// Nothing, or not what was expected, came before the whole run's deadline.
    Deadline {
        /// How long was waited.
        waited_us: Micros,
        /// What takes connections at the target's port (sock_diag), where it is this machine's own.
        bound: Option<Vec<BoundSocket>>,
    },
    /// The user stopped it.
    Interrupted,
}

impl ExchangeEnd {
    /// How long was waited in vain, and what was bound to the target's port then.
    pub(in crate::connect) fn silence(&self) -> Option<(Micros, Option<&[BoundSocket]>)> {
        match self {
            Self::TimedOut { limit_us: waited, bound } | Self::Deadline { waited_us: waited, bound } => Some((*waited, bound.as_deref())),
            Self::Answered | Self::Unexpected { .. } | Self::Closed | Self::Failed(_) | Self::Interrupted => None,
        }
    }

    pub(in crate::connect) fn stopped(&self) -> Option<Stopped> {
        match self {
            Self::Deadline { .. } => Some(Stopped::Deadline),
            Self::Interrupted => Some(Stopped::Interrupted),
            Self::Answered | Self::Unexpected { .. } | Self::Closed | Self::TimedOut { .. } | Self::Failed(_) => None,
        }
    }
}
