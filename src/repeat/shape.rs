//! What a run looks like when the clock is left out: the sizes that were read, and the calls that failed.

use std::collections::HashMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::analysis::Analysis;
use crate::plan::Plan;
use crate::scenario::BoundaryWord;
use crate::trace::{CallFlags, CallOutcome, Trace, digest_of};

/// The shape of a run. Two runs of one shape gave their readers the same bytes in the same pieces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// The active flows.
    pub flows: Vec<FlowShape>,
    /// Steps that failed, expected or not: `client recv: ECONNRESET`.
    pub failures: Vec<String>,
}

/// The shape of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowShape {
    /// Its name: `client->server`, or with sockets where an actor has several.
    pub flow: String,
    /// The sizes of the reads, `5+9`; many alike as `1x14`.
    pub reads: String,
    /// The word.
    pub outcome: BoundaryWord,
}

/// Sizes shown in full up to this many characters.
const LONGEST: usize = 60;

/// Sizes in a few characters: `5+9`, `1x14` for fourteen of 1, `nothing`. A long list is cut, and a digest tells it from others.
pub fn sizes_label(sizes: &[u64]) -> String {
    if sizes.is_empty() {
        return "nothing".to_owned();
    }
    let parts: Vec<String> = sizes
        .chunk_by(|a, b| a == b)
        .map(
            |alike| {
                if alike.len() > 2 { format!("{}x{}", alike[0], alike.len()) } else { vec![alike[0].to_string(); alike.len()].join("+") }
            },
        )
        .collect();
    let label = parts.join("+");
    if label.len() <= LONGEST {
        return label;
    }
    let cut = label[..LONGEST].rfind('+').unwrap_or(LONGEST);
    format!("{}.. ({} reads, {:08x})", &label[..cut], sizes.len(), digest_of(label.as_bytes()) >> 32)
}

impl Shape {
    /// The shape of one run.
    pub fn of(plan: &Plan, trace: &Trace, analysis: &Analysis) -> Self {
        let active = || analysis.flows.iter().filter(|flow| flow.is_active());
        let mut alike: HashMap<String, usize> = HashMap::new();
        active().for_each(|flow| *alike.entry(flow.name()).or_default() += 1);
        let flows = active().map(|flow| {
            let name = if alike.get(&flow.name()) == Some(&1) { flow.name() } else { flow.full_name() };
            FlowShape { flow: name, reads: sizes_label(&flow.read_sizes()), outcome: flow.outcome }
        });
        let failures = plan.actors.iter().zip(&trace.actors).flat_map(|(planned, actor)| {
            let names: HashMap<u32, &str> = planned.all_steps().into_iter().map(|step| (step.id, step.name)).collect();
            let last_calls = actor.calls.iter().filter(|call| call.flags.has(CallFlags::LAST_OF_STEP));
            let mut failures: Vec<String> = last_calls
                .filter_map(|call| {
                    let what = match call.outcome {
                        CallOutcome::Failed(errno) => errno.to_string(),
                        CallOutcome::TimedOut => "timed out".to_owned(),
                        CallOutcome::Returned(_) | CallOutcome::Released => return None,
                    };
                    let step = names.get(&call.step).copied().unwrap_or(call.kind.name());
                    Some(format!("{} {step}: {what}", actor.name))
                })
                .collect();
            // The same failure of the steps of a `repeat` is one.
            failures.dedup();
            failures
        });
        Self { flows: flows.collect(), failures: failures.collect() }
    }

    /// How the flows came out, each word once.
    pub fn outcomes(&self) -> String {
        let mut words: Vec<&str> = self.flows.iter().map(|flow| flow.outcome.name()).collect();
        words.dedup();
        words.join(", ")
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flows: Vec<String> = match self.flows.as_slice() {
            [only] => vec![only.reads.clone()],
            several => several.iter().map(|flow| format!("{} {}", flow.flow, flow.reads)).collect(),
        };
        let parts: Vec<String> = flows.into_iter().chain(self.failures.iter().cloned()).collect();
        f.write_str(&if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") })
    }
}

#[cfg(test)]
mod tests {
    use super::sizes_label;

    #[test]
    fn sizes_in_a_few_characters() {
        assert_eq!(sizes_label(&[]), "nothing");
        assert_eq!(sizes_label(&[14]), "14");
        assert_eq!(sizes_label(&[5, 9]), "5+9");
        assert_eq!(sizes_label(&[5, 5, 4]), "5+5+4");
        assert_eq!(sizes_label(&[1; 14]), "1x14");
    }

    #[test]
    fn long_lists_that_differ_have_different_labels() {
        let many: Vec<u64> = (0..100).collect();
        let mut other = many.clone();
        other[99] = 7;
        assert_ne!(sizes_label(&many), sizes_label(&other));
        assert!(sizes_label(&many).len() < 100, "{}", sizes_label(&many));
    }
}
