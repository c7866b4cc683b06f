//! Reaching for a host: what `netlab connect` does, as a pipeline of its own.
//!
//! ```text
//! words -> Target -> probe (resolve -> race -> exchange) -> Findings -> Diagnosis -> report
//! ```
//!
//! [`parse_targets`] reads what was typed. [`probe_all`] is the only stage that touches the operating system, and gives plain data.
//! [`diagnose`] is pure: which call failed, with which code, what is likely, and what in the findings speaks for it. The decisions of the
//! race ([`race`]) know no socket and no clock.
//!
//! What it must not do: hang, whatever the other side does; keep more of a banner than its limit; claim a cause without evidence.

mod attempts;
mod cause;
mod circumstance;
mod connect_ex;
mod crowd;
mod diagnosis;
mod error_code;
mod exchange;
mod findings;
mod outcome;
mod probe;
pub mod race;
mod resolve;
mod rounds;
mod settings;
mod socket;
mod target;

pub use crate::sys::Interrupt;
pub use cause::{Cause, Evidence, Source, Standing};
pub use connect_ex::{CodeReturned, ConnectEx, connect_ex};
pub use crowd::probe_all;
pub use diagnosis::{Diagnosis, Phase, diagnose};
pub use error_code::ErrorCode;
pub use findings::{
    Answer, Attempt, AttemptEnd, BoundSocket, Call, CallFailure, Circumstances, Exchange, ExchangeEnd, FileKind, Findings, Micros,
    OptionInForce, Outcome, QueuedErrorReport, Received, Resolution, Stopped,
};
pub use probe::probe;
pub use rounds::{Bucket, Round, RoundStatistics, Tally, Times};
pub use settings::{Banner, IpFamily, OptionsAsked, Protocol, Rounds, Settings};
pub use target::{Place, Target, TargetError, parse_targets};
