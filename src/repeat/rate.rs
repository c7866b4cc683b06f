//! Rates: how often a flow is to come out in a way, held against all runs.

use super::Distribution;
use crate::analysis::is_named;
use crate::plan::Plan;
use crate::verdict::{Mismatch, PlaceRange, Verdict};

/// Holds every expected rate against the distribution, and adds what does not hold to the verdict.
pub fn judge_rates(plan: &Plan, distribution: &Distribution, verdict: &mut Verdict) {
    for (key, flow) in &plan.expect.flows {
        let tallies: Vec<_> = distribution.flows.iter().filter(|tally| is_named(&key.value, &tally.from, &tally.to)).collect();
        for (word, share) in flow.rate.iter().flat_map(|rates| &rates.0) {
            let count = tallies.iter().filter_map(|tally| tally.outcomes.get(&word.value)).sum();
            verdict.not_checked = verdict.not_checked.saturating_sub(1);
            verdict.judge(share.value.accepts(count, distribution.runs), || Mismatch {
                place: PlaceRange::of(share.span, &plan.scenario.source),
                title: format!("{}: {} in another share of runs", key.value, word.value.name()),
                observed: format!("observed {count} of {} runs, expected {}", distribution.runs, share.value),
                evidence: Vec::new(),
                difference: None,
            });
        }
    }
}
