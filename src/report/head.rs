//! What a report says of the suite as a whole: what was selected and how, from which texts, and how many came out how.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{RunReport, millis};
use crate::scenario::{PartView, Source, SourcePart};
use crate::verdict::Outcome;

/// The version of the JSON report. It changes when a field changes its meaning or goes; new fields do not change it.
pub const VERSION: u32 = 1;

/// What is known of a report before the first run.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReportHead {
    /// The version of this format.
    pub version: u32,
    /// netlab's version.
    pub netlab: String,
    /// What was selected, and how it was to be run.
    #[serde(default)]
    pub suite: Suite,
    /// The texts of the files, so that places in them can be shown again.
    #[serde(default)]
    pub sources: Vec<SourceText>,
}

/// What was selected, and how it was to be run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Suite {
    /// How many runs were selected: scenarios, their cases and families.
    pub selected: u64,
    /// How many files they are of, those that are no scenarios among them.
    pub files: u64,
    /// The options that changed the runs, as they were typed.
    pub options: Vec<String>,
    /// The seed of the order, where it was shuffled.
    pub shuffle: Option<u64>,
    /// The part of the suite that this is.
    pub shard: Option<Shard>,
    /// How often a run that did not pass was tried again.
    pub retries: u32,
    /// What counts as good.
    pub policy: Policy,
}

/// A part of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// Its number, from 1.
    pub index: u32,
    /// How many parts there are.
    pub count: u32,
    /// Whether runs are dealt out by the hash of their names rather than in turn.
    pub by_hash: bool,
}

impl Shard {
    /// The most parts that a suite is divided into. More than machines anywhere; whoever asks for more has mistyped it.
    pub const MAX_COUNT: u32 = 100_000;

    /// Whether there can be such a part.
    pub fn is_part(&self) -> bool {
        (1..=self.count).contains(&self.index) && self.count <= Self::MAX_COUNT
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}/{}", if self.by_hash { "hash:" } else { "" }, self.index, self.count)
    }
}

/// What counts as good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// A skipped run counts as a failed one.
    pub strict: bool,
    /// A run that passed only when it was tried again counts as passed.
    pub flaky_passes: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self { strict: false, flaky_passes: true }
    }
}

/// The text of a scenario file, and of those that it extends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceText {
    /// The file, or the built-in name.
    pub file: String,
    /// Its text.
    pub text: String,
    /// The files that it extends, one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bases: Vec<SourcePart>,
}

impl SourceText {
    /// What a source holds.
    pub fn of(source: &Source) -> Self {
        let mut bases: Vec<SourcePart> = source.parts().map(PartView::to_part).collect();
        let SourcePart { name, text } = bases.remove(0);
        Self { file: name, text, bases }
    }

    /// The source, as it was.
    pub fn to_source(&self) -> Arc<Source> {
        let own = SourcePart { name: self.file.clone(), text: self.text.clone() };
        Source::of_parts(std::iter::once(own).chain(self.bases.iter().cloned()))
    }
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Runs that passed, the flaky ones among them unless they were to fail.
    pub passed: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Runs that were skipped.
    pub skipped: u64,
    /// Runs that could not be carried out.
    pub errors: u64,
    /// Files that are not scenarios.
    pub invalid: u64,
    /// Runs that passed only when they were tried again; they are counted as passed or failed, too.
    #[serde(default)]
    pub flaky: u64,
    /// Whether it was interrupted, so that runs are missing.
    pub interrupted: bool,
    /// Runs (scenarios, their cases and families) that were not begun: because of that, or of `--max-fail`.
    pub not_run: u64,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

impl ReportHead {
    /// The head of a report of this netlab's.
    pub fn new(suite: Suite, sources: Vec<SourceText>) -> Self {
        Self { version: VERSION, netlab: env!("CARGO_PKG_VERSION").to_owned(), suite, sources }
    }
}

impl Summary {
    /// Counts a run.
    pub fn count(&mut self, run: &RunReport, policy: Policy) {
        self.flaky += u64::from(run.is_flaky());
        match &run.verdict.outcome {
            Outcome::Pass if !run.went_well(policy) => self.failed += 1,
            Outcome::Pass => self.passed += 1,
            Outcome::Fail => self.failed += 1,
            Outcome::Skip(_) => self.skipped += 1,
            Outcome::Error(_) => self.errors += 1,
        }
    }

    /// Sets how long it took.
    pub fn took(&mut self, elapsed: Duration) {
        self.elapsed_ms = millis(elapsed);
    }
}
