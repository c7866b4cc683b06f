//! `netlab split`: one conversation under every cut, with a real server or a real client, each cut confirmed by the kernel.
//!
//! A [`Script`] says what is sent and where each answer ends. A [`CutPlan`] gives the [`Split`]s, as cuts at offsets of the stream that is
//! sent. A sweep takes the answers to the uncut bytes twice ([`Baseline`]), carries out every split on a connection of its own, holds
//! what came back against the baseline, and gives [`SplitRow`]s with their [`SplitVerdict`]s.
//!
//! What is tried is a [`Subject`]: a server (a [`Script`]), a server that netlab started and starts again ([`Started`]), or a [`Client`],
//! which is run once a split, served the answers, and judged by how it ends and what it prints.
//!
//! Only `connection`, `confirm`, `exchange`, `host` and `serve` touch sockets; the other files are pure, but for the program of `started`. What
//! this module must not do: print, or choose an exit code.
//!
//! ```
//! use netlab::split::CutPlan;
//!
//! let message = b"PING\r\n";
//! let plan: CutPlan = "two".parse().unwrap();
//! assert_eq!(plan.splits(message, &[6], 0, 1000).unwrap().splits.len(), 5);
//! ```

mod baseline;
mod client;
mod compare;
mod confirm;
mod connection;
mod cut;
mod exchange;
mod host;
mod mask;
mod model;
mod range;
mod retry;
mod save;
mod script;
mod serve;
mod started;
mod subject;
mod sweep;
mod tally;
mod until;

pub use baseline::Baseline;
pub use client::{Client, HangUp, Judged};
pub use compare::{Difference, SplitVerdict};
pub use confirm::Seen;
pub use cut::{ChosenSplits, CutPlan, Split};
pub use exchange::{AnswerEnd, ClientRun, Exchange, Said, Trial};
pub use mask::Mask;
pub use model::{
    BaselineReport, MessageReport, SplitHead, SplitReport, SplitRow, SplitSummary, UnderTest, VERSION, format_rate, rate, split_schema,
};
pub use range::{CutRanges, FailRange, failing_ranges};
pub use script::{Closing, Limits, Message, Script};
pub use started::{EndedBehind, Started};
pub use subject::Subject;
pub use sweep::{BaselineError, SweepEvent, SweepOptions, Swept, sweep, take_baseline};
pub use until::Until;
