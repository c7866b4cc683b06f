//! Expectations held against what was seen. A failed expectation is data, not an error.
//!
//! Pure: a plan, a trace and its analysis go in, a verdict comes out.

mod difference;
mod flow;
mod step;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use difference::Difference;
pub use step::is_out_of_ports;

use crate::analysis::Analysis;
use crate::plan::Plan;
use crate::scenario::{Source, Span, format_duration};
use crate::trace::{ActorEnd, RunEnd, Trace};

/// How a run is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The judgement.
    pub outcome: Outcome,
    /// Every expectation that does not hold.
    pub mismatches: Vec<Mismatch>,
    /// How many expectations were held against what was seen, the implied ones (success, equal bytes) among them.
    pub checked: u64,
    /// How many could not be: the run ended early, or they are rates, which only many runs have.
    pub not_checked: u64,
}

/// The judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every expectation holds.
    Pass,
    /// Some expectation does not hold.
    Fail,
    /// It was not run: the machine lacks something, named here.
    Skip(String),
    /// It could not be carried out, for the reason given here.
    Error(String),
}

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mismatch {
    /// Where the expectation stands in the scenario file, as byte offsets.
    pub place: PlaceRange,
    /// What differs, in a few words.
    pub title: String,
    /// What was seen: the words at the caret.
    pub observed: String,
    /// What the calls show about it.
    pub evidence: Vec<String>,
    /// Where the bytes first differ.
    pub difference: Option<Difference>,
}

/// A range of byte offsets in the scenario file, end exclusive, and where it begins. Behind the file the offsets go on through the
/// bases that it extends, with one byte between two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceRange {
    /// The first byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
    /// Which base it is in, from 1; 0, which is left out, is the scenario's own file.
    #[serde(default, skip_serializing_if = "is_own_file")]
    pub base: usize,
    /// The line of the first byte, from 1.
    pub line: usize,
    /// The column of the first byte in characters, from 1.
    pub column: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_own_file(base: &usize) -> bool {
    *base == 0
}

impl PlaceRange {
    /// A span, and where it begins in the file.
    pub(crate) fn of(span: Span, source: &Source) -> Self {
        let position = source.position(span.start);
        Self { start: span.start, end: span.end, base: source.part_at(span.start).index, line: position.line, column: position.column }
    }
}

impl From<Span> for PlaceRange {
    fn from(span: Span) -> Self {
        Self { start: span.start, end: span.end, base: 0, line: 0, column: 0 }
    }
}

impl From<PlaceRange> for Span {
    fn from(place: PlaceRange) -> Self {
        Self { start: place.start, end: place.end }
    }
}

impl Verdict {
    /// Holds one more expectation against what was seen.
    pub(crate) fn judge(&mut self, holds: bool, mismatch: impl FnOnce() -> Mismatch) {
        self.checked += 1;
        if !holds {
            self.mismatches.push(mismatch());
            if self.outcome == Outcome::Pass {
                self.outcome = Outcome::Fail;
            }
        }
    }

    /// A run that did not take place.
    pub fn without_run(outcome: Outcome) -> Self {
        Self { outcome, mismatches: Vec::new(), checked: 0, not_checked: 0 }
    }
}

/// Collects what holds and what does not.
pub(crate) struct Findings {
    mismatches: Vec<Mismatch>,
    checked: u64,
    not_checked: u64,
    /// The first step that prepared the run and failed: the run could not be carried out.
    obstacle: Option<String>,
}

/// The most mismatches that are kept: the first ones tell what is wrong.
const MAX_MISMATCHES: usize = 100;

impl Findings {
    fn check(&mut self, holds: bool, mismatch: impl FnOnce() -> Mismatch) {
        self.checked += 1;
        if !holds && self.mismatches.len() < MAX_MISMATCHES {
            self.mismatches.push(mismatch());
        }
    }
}

/// Judges a run.
pub fn judge(plan: &Plan, trace: &Trace, analysis: &Analysis) -> Verdict {
    let mut findings = Findings { mismatches: Vec::new(), checked: 0, not_checked: 0, obstacle: None };
    for (planned, actor) in plan.actors.iter().zip(&trace.actors) {
        step::check_steps(planned, actor, trace, &mut findings);
    }
    if trace.end == RunEnd::Deadline {
        let place = plan.scenario.deadline.as_ref().map_or(plan.scenario.title.span, |deadline| deadline.span);
        findings.check(false, || Mismatch {
            place: place.into(),
            title: "the run took too long".to_owned(),
            observed: format!("stopped after {}", format_duration(plan.deadline)),
            evidence: waiting(plan, trace),
            difference: None,
        });
    }
    flow::check_integrity(plan, analysis, &mut findings);
    if trace.end == RunEnd::Finished {
        flow::check_flows(plan, trace, analysis, &mut findings);
        flow::check_run(plan, trace, &mut findings);
    } else {
        findings.not_checked += (plan.expect.flows.len() + usize::from(plan.expect.run.is_some())) as u64;
    }
    // One run has no rates: they are judged when there are many.
    findings.not_checked += plan.expect.rates();
    let Findings { mut mismatches, checked, not_checked, obstacle } = findings;
    for mismatch in &mut mismatches {
        mismatch.place = PlaceRange::of(mismatch.place.into(), &plan.scenario.source);
    }
    let outcome = match (obstacle, &trace.end, mismatches.is_empty()) {
        (_, RunEnd::Interrupted, _) => Outcome::Error("interrupted".to_owned()),
        (Some(obstacle), ..) => Outcome::Error(obstacle),
        (None, _, true) => Outcome::Pass,
        (None, _, false) => Outcome::Fail,
    };
    Verdict { outcome, mismatches, checked, not_checked }
}

/// What each actor was doing when the run was stopped.
fn waiting(plan: &Plan, trace: &Trace) -> Vec<String> {
    let released = |(planned, actor): (&crate::plan::PlannedActor, &crate::trace::ActorTrace)| match actor.end {
        ActorEnd::Released { step } => {
            let name = planned.step(step).map_or("a step", |step| step.name);
            Some(format!("{} was in step {}, {name}", planned.name, step + 1))
        }
        ActorEnd::Finished | ActorEnd::Failed { .. } | ActorEnd::TimedOut { .. } => None,
    };
    plan.actors.iter().zip(&trace.actors).filter_map(released).collect()
}
