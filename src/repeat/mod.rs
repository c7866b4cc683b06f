//! Many runs of one plan: how they came out, how often, and in what time.
//!
//! Pure: analyses and verdicts go in one by one, a distribution comes out. Outcomes are told apart by their shape, which is what was read
//! and how calls failed, never by the clock.

mod rate;
mod shape;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use rate::judge_rates;
pub use shape::{FlowShape, Shape, sizes_label};

use crate::analysis::{Analysis, FlowEnd};
use crate::scenario::BoundaryWord;
use crate::trace::Trace;
use crate::verdict::Outcome;

/// How many runs of one plan came out.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// How many runs there were.
    pub runs: u64,
    /// How many of them passed.
    pub passed: u64,
    /// How many failed.
    pub failed: u64,
    /// How many could not be carried out.
    pub errors: u64,
    /// The shapes, the most frequent first.
    pub shapes: Vec<ShapeCount>,
    /// The flows.
    pub flows: Vec<FlowTally>,
    /// How long the runs took.
    pub duration: Option<Percentiles>,
}

/// A shape, and how many runs had it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShapeCount {
    /// The shape.
    pub shape: Shape,
    /// How many runs had it.
    pub count: u64,
    /// How many of those did not pass.
    pub not_passed: u64,
    /// The first run that had it, from 1.
    pub first: u64,
}

/// One flow over all runs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowTally {
    /// Who sends.
    pub from: FlowEnd,
    /// Who receives.
    pub to: FlowEnd,
    /// How often it came out in which way.
    pub outcomes: BTreeMap<BoundaryWord, u64>,
    /// The time from the start of the first send to the end of the last read.
    pub elapsed: Option<Percentiles>,
}

/// Times in nanoseconds, by the nearest rank: p90 is the least that 90 of 100 runs did not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Percentiles {
    /// The shortest.
    pub min_ns: u64,
    /// The median.
    pub p50_ns: u64,
    /// 90 % took at most this.
    pub p90_ns: u64,
    /// 99 % took at most this.
    pub p99_ns: u64,
    /// The longest.
    pub max_ns: u64,
}

impl Percentiles {
    /// Of some times; `None` of none.
    pub fn of(mut times: Vec<u64>) -> Option<Self> {
        times.sort_unstable();
        let rank = |percent: usize| times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Some(Self { min_ns: *times.first()?, p50_ns: rank(50)?, p90_ns: rank(90)?, p99_ns: rank(99)?, max_ns: *times.last()? })
    }
}

/// One flow over the runs so far.
struct FlowSoFar {
    from: FlowEnd,
    to: FlowEnd,
    outcomes: BTreeMap<BoundaryWord, u64>,
    elapsed: Vec<u64>,
}

/// The runs of one plan so far. It grows by two numbers a run and flow, and by the shapes that are new.
#[derive(Default)]
pub struct Tally {
    runs: u64,
    passed: u64,
    failed: u64,
    errors: u64,
    shapes: Vec<ShapeCount>,
    flows: Vec<FlowSoFar>,
    durations: Vec<u64>,
}

impl Tally {
    /// Counts a run of a shape.
    pub fn add(&mut self, shape: &Shape, outcome: &Outcome, trace: &Trace, analysis: &Analysis) {
        self.runs += 1;
        match outcome {
            Outcome::Pass => self.passed += 1,
            Outcome::Fail => self.failed += 1,
            Outcome::Skip(_) | Outcome::Error(_) => self.errors += 1,
        }
        self.durations.push(trace.duration_ns);
        for flow in analysis.flows.iter().filter(|flow| flow.is_active()) {
            let index = self.flows.iter().position(|known| known.from == flow.from && known.to == flow.to).unwrap_or_else(|| {
                let (from, to) = (flow.from.clone(), flow.to.clone());
                self.flows.push(FlowSoFar { from, to, outcomes: BTreeMap::new(), elapsed: Vec::new() });
                self.flows.len() - 1
            });
            let known = &mut self.flows[index];
            *known.outcomes.entry(flow.outcome).or_default() += 1;
            known.elapsed.extend(flow.elapsed_ns);
        }
        let not_passed = u64::from(*outcome != Outcome::Pass);
        match self.shapes.iter_mut().find(|known| known.shape == *shape) {
            Some(known) => {
                known.count += 1;
                known.not_passed += not_passed;
            }
            None => self.shapes.push(ShapeCount { shape: shape.clone(), count: 1, not_passed, first: self.runs }),
        }
    }

    /// How many runs there were.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// The distribution of all runs.
    pub fn finish(mut self) -> Distribution {
        self.shapes.sort_by_key(|shape| (std::cmp::Reverse(shape.count), shape.first));
        let flow =
            |flow: FlowSoFar| FlowTally { from: flow.from, to: flow.to, outcomes: flow.outcomes, elapsed: Percentiles::of(flow.elapsed) };
        Distribution {
            runs: self.runs,
            passed: self.passed,
            failed: self.failed,
            errors: self.errors,
            shapes: self.shapes,
            flows: self.flows.into_iter().map(flow).collect(),
            duration: Percentiles::of(self.durations),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let of = |times: &[u64]| Percentiles::of(times.to_vec());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[7]), Some(Percentiles { min_ns: 7, p50_ns: 7, p90_ns: 7, p99_ns: 7, max_ns: 7 }));
        let hundred: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(of(&hundred), Some(Percentiles { min_ns: 1, p50_ns: 50, p90_ns: 90, p99_ns: 99, max_ns: 100 }));
        assert_eq!(of(&[1, 2, 3]).map(|times| times.p50_ns), Some(2));
    }
}
