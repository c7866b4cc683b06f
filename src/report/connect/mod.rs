//! What `netlab connect` found, as text and as JSON.

mod crowd;
mod diagnosis;
mod rounds;
mod single;

use std::io;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use crate::connect::{ConnectEx, Diagnosis, Findings, Micros, Outcome, connect_ex, diagnose};

pub use crowd::{write_connect_summary, write_crowd};
pub use rounds::write_round;
pub use single::write_target;

/// The version of the JSON of `netlab connect`. It changes when a field changes its meaning or goes; new fields do not change it.
pub const CONNECT_VERSION: u32 = 1;

/// Everything that a call of `netlab connect` found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConnectReport {
    /// The version of this format.
    pub version: u32,
    /// netlab's version.
    pub netlab: String,
    /// The targets, in the order of the command line.
    pub targets: Vec<TargetReport>,
    /// The numbers.
    pub summary: ConnectSummary,
}

/// One target: what was found, and what it means.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TargetReport {
    /// What was found.
    pub findings: Findings,
    /// What every failure means, also those of addresses that another one made up for.
    pub diagnoses: Vec<Diagnosis>,
    /// What Python's connect_ex would have returned, for each attempt; None where that is not known.
    pub connect_ex: Vec<Option<ConnectEx>>,
}

impl TargetReport {
    /// The report of what was found.
    pub fn new(findings: Findings) -> Self {
        Self { diagnoses: diagnose(&findings), connect_ex: findings.attempts.iter().map(connect_ex).collect(), findings }
    }
}

/// How many targets came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ConnectSummary {
    /// Reached.
    pub reached: usize,
    /// Not reached.
    pub not_reached: usize,
    /// Not tried, for a reason of this machine.
    pub not_tried: usize,
    /// Broken off by the user, or not begun when the user stopped it.
    pub interrupted: usize,
    /// All of it together.
    pub took_us: u64,
}

impl ConnectReport {
    /// The report on all targets. `total` counts also those that were never begun.
    pub fn new(targets: Vec<TargetReport>, total: usize, took: Micros) -> Self {
        let mut summary = ConnectSummary { interrupted: total - targets.len(), took_us: took.0, ..ConnectSummary::default() };
        for target in &targets {
            *match target.findings.outcome {
                Outcome::Reached => &mut summary.reached,
                Outcome::NotReached => &mut summary.not_reached,
                Outcome::NotTried => &mut summary.not_tried,
                Outcome::Interrupted => &mut summary.interrupted,
            } += 1;
        }
        Self { version: CONNECT_VERSION, netlab: env!("CARGO_PKG_VERSION").to_owned(), targets, summary }
    }

    /// Writes the report as one JSON document.
    ///
    /// # Errors
    /// What the writer gives.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)
    }
}

/// The schema of the JSON, as committed in `docs/connect.schema.json`.
pub fn connect_schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<ConnectReport>();
    schema.insert("title".to_owned(), "netlab connect report".into());
    schema.to_value()
}
