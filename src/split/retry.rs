//! A split that failed is tried again before it is said to have failed.

use std::sync::Mutex;

use super::baseline::Baseline;
use super::compare::SplitVerdict;
use super::cut::Split;
use super::exchange::{AnswerEnd, Exchange, Trial};

/// How often a failure is tried again.
const AGAIN: usize = 2;

/// One try of a split.
pub(super) struct Tried {
    pub(super) exchange: Exchange,
    pub(super) verdict: SplitVerdict,
}

/// Carries out a split; where it fails, again, with an uncut answer before it, since what varies by itself may not have shown in the first
/// two of those: the date in a header changes once a second.
pub(super) fn settle(trial: &mut dyn Trial, split: &Split, baseline: &Mutex<Baseline>) -> Tried {
    let first = attempt(trial, split, baseline);
    if first.verdict.is_same() || first.exchange.end == AnswerEnd::Interrupted {
        return first;
    }
    let mut tries = vec![first];
    for _ in 0..AGAIN {
        let uncut = trial.call(&Split::none());
        if uncut.end == AnswerEnd::Interrupted {
            break;
        }
        lock(baseline).learn(&uncut);
        // With what was learned, earlier tries may have been good all the while.
        if SplitVerdict::of(&tries[0].exchange, &lock(baseline)).is_same() {
            let exchange = tries.swap_remove(0).exchange;
            return Tried { exchange, verdict: SplitVerdict::Same };
        }
        tries.push(attempt(trial, split, baseline));
    }
    let is_stable = tries.iter().all(|tried| tried.verdict.kind() == tries[0].verdict.kind());
    let unstable = SplitVerdict::Unstable { tries: tries.iter().map(|tried| tried.verdict.word().to_owned()).collect() };
    let mut tried = tries.swap_remove(0);
    if !is_stable {
        tried.verdict = unstable;
    }
    tried
}

fn attempt(trial: &mut dyn Trial, split: &Split, baseline: &Mutex<Baseline>) -> Tried {
    let exchange = trial.call(split);
    let verdict = SplitVerdict::of(&exchange, &lock(baseline));
    Tried { exchange, verdict }
}

/// A baseline is whole whatever became of another thread.
pub(super) fn lock(baseline: &Mutex<Baseline>) -> std::sync::MutexGuard<'_, Baseline> {
    baseline.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
