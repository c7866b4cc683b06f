//! Rates: how often a flow is to come out in a way, held against all runs.

use super::Distribution;
use crate::plan::Plan;
use crate::verdict::{Mismatch, Verdict};

/// Holds every expected rate against the distribution, and adds what does not hold to the verdict.
pub fn judge_rates(plan: &Plan, distribution: &Distribution, verdict: &mut Verdict) {
    for (key, flow) in &plan.expect.flows {
        let tallies: Vec<_> =
            distribution.flows.iter().filter(|tally| tally.from.is(&key.value.from) && tally.to.is(&key.value.to)).collect();
        for (word, share) in flow.rate.iter().flat_map(|rates| &rates.0) {
            let count = tallies.iter().filter_map(|tally| tally.outcomes.get(&word.value)).sum();
            verdict.not_checked = verdict.not_checked.saturating_sub(1);
            verdict.judge(share.value.accepts(count, distribution.runs), || {
                let position = plan.scenario.source.position(share.span.start);
                let mut mismatch = Mismatch {
                    place: share.span.into(),
                    title: format!("{}: {} in another share of runs", key.value, word.value.name()),
                    observed: format!("observed {count} of {} runs, expected {}", distribution.runs, share.value),
                    evidence: Vec::new(),
                    difference: None,
                };
                (mismatch.place.line, mismatch.place.column) = (position.line, position.column);
                mismatch
            });
        }
    }
}
