//! What was found: plain data, made once by the run and never changed. Everything that a report says comes from here.

mod attempt;
mod exchange;

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::connect::error_code::ErrorCode;
use crate::connect::rounds::RoundStatistics;
use crate::connect::settings::Protocol;
use crate::scenario::format_duration;
use crate::trace::Address;

pub use attempt::{Attempt, AttemptEnd, BoundSocket, Call, CallFailure, Circumstances, FileKind, QueuedErrorReport};
pub use exchange::{Exchange, ExchangeEnd, Received};

/// A time in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Micros(pub u64);

impl From<Duration> for Micros {
    fn from(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_duration(Duration::from_micros(self.0)))
    }
}

/// What came of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was reached, and answered where an answer was expected.
    Reached,
    /// It was not reached, or did not answer as expected.
    NotReached,
    /// Nothing could be tried from here: no address to try, no descriptor, no such source address.
    NotTried,
    /// The user stopped it before it was known.
    Interrupted,
}

/// Everything that was found about one target.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Findings {
    /// The target, as it was typed.
    pub target: String,
    /// What it was spoken to in.
    pub protocol: Protocol,
    /// What came of it.
    pub outcome: Outcome,
    /// What ended it before its own end.
    pub stopped: Option<Stopped>,
    /// The first phase: from a name to addresses. None where there was no name.
    pub resolution: Option<Resolution>,
    /// The second phase: an attempt for each address that was tried, in the order in which they began.
    pub attempts: Vec<Attempt>,
    /// The attempt whose connection was kept, counted from 0.
    pub kept: Option<usize>,
    /// The third phase: what was sent and what came, on the connection that was kept.
    pub exchange: Option<Exchange>,
    /// Connecting again and again (--count).
    pub rounds: Option<RoundStatistics>,
    /// All phases together.
    pub took_us: Micros,
}

/// What ended a target's phases before their own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// The deadline of the whole run.
    Deadline,
    /// The user.
    Interrupted,
}

/// What the resolver said.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Resolution {
    /// The name.
    pub host: String,
    /// The port, or the name of a service.
    pub service: String,
    /// Whether the name is an IPv4 address in a form of old (man 3 inet_aton): `127.1`, `0x7f.0.0.1`, `0177.0.0.1` or `2130706433`.
    pub is_old_form: bool,
    /// Whether this machine has the interface that a zone names; None without a zone, or where that is not known.
    pub has_interface: Option<bool>,
    /// How long it took.
    pub took_us: Micros,
    /// Its answer.
    pub answer: Answer,
}

/// The resolver's answer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Every address, in the resolver's order.
    Addresses(Vec<Address>),
    /// An error.
    Failed(ErrorCode),
    /// None within the time limit. The resolver cannot be interrupted: it was left behind.
    TimedOut {
        /// The limit
        limit_us: Micros,
    },
    /// None before the user stopped it.
    Interrupted,
}

/// A socket option, as the kernel has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OptionInForce {
    /// Its name.
    pub name: &'static str,
    /// What was asked for; None where nothing was.
    pub asked: Option<String>,
    /// What getsockopt says.
    pub in_force: String,
}
