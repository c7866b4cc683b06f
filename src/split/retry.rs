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
    /// Whether the uncut bytes were not answered any more either, behind it: then the next splits would fail for this one.
    pub(super) is_last: bool,
}

/// Carries out a split; where it fails, again, with an uncut answer before it, since what varies by itself may not have shown in the first
/// two of those: the date in a header changes once a second.
pub(super) fn settle(trial: &mut dyn Trial, split: &Split, baseline: &Mutex<Baseline>) -> Tried {
    let mut starts = trial.starts();
    let first = attempt(trial, split, baseline);
    if first.verdict.is_same() || first.exchange.end == AnswerEnd::Interrupted {
        return first;
    }
    let (mut tries, mut is_last, mut was_stuck) = (vec![first], false, false);
    for _ in 0..AGAIN {
        // The first uncut answer may show what the failed split left behind in the program: nothing is learned from it.
        let is_alike = |uncut: &Exchange| lock(baseline).ended_alike(&uncut.end);
        let first = trial.call(&Split::none());
        if !is_alike(&first) && trial.restart() {
            (was_stuck, starts) = (true, starts + 1);
        }
        let second = trial.call(&Split::none());
        if [&first, &second].iter().any(|uncut| uncut.end == AnswerEnd::Interrupted) {
            break;
        }
        if !is_alike(&first) && !is_alike(&second) {
            is_last = true;
            break;
        }
        lock(baseline).learn(&second);
        // With what was learned, earlier tries may have been good all the while.
        if SplitVerdict::of(&tries[0].exchange, &lock(baseline)).is_same() {
            return Tried { verdict: SplitVerdict::Same, ..tries.swap_remove(0) };
        }
        if std::mem::replace(&mut starts, trial.starts()) != starts {
            // Another split had it started anew, and may have kept it from answering this one.
            tries.retain(|tried| !matches!(tried.verdict, SplitVerdict::NoAnswer { .. }));
        }
        tries.push(attempt(trial, split, baseline));
    }
    if was_stuck && !is_last && !tries[0].verdict.is_same() {
        trial.restart();
    }
    let is_stable = tries.iter().all(|tried| tried.verdict.kind() == tries[0].verdict.kind());
    let unstable = SplitVerdict::Unstable { tries: tries.iter().map(|tried| tried.verdict.short().into_owned()).collect() };
    let mut tried = tries.swap_remove(0);
    if !is_stable {
        tried.verdict = unstable;
    }
    Tried { is_last, ..tried }
}

fn attempt(trial: &mut dyn Trial, split: &Split, baseline: &Mutex<Baseline>) -> Tried {
    let exchange = trial.call(split);
    let verdict = SplitVerdict::of(&exchange, &lock(baseline));
    Tried { exchange, verdict, is_last: false }
}

/// A baseline is whole whatever became of another thread.
pub(super) fn lock(baseline: &Mutex<Baseline>) -> std::sync::MutexGuard<'_, Baseline> {
    baseline.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
