//! Bounds on what one scenario may ask for.

use super::actor::{PlannedAction, PlannedActor, PlannedStep};
use crate::scenario::{Problem, Problems, Scenario, Span};

/// The most actors: each is a thread.
pub const MAX_ACTORS: usize = 64;
/// The most steps written in one file.
pub const MAX_STEPS: usize = 10_000;
/// The most calls that `repeat` may multiply them to.
pub const MAX_CALLS: u64 = 10_000_000;
/// The most bytes that one run may send.
pub const MAX_TOTAL_BYTES: u64 = 4 * 1024 * 1024 * 1024;

pub(crate) fn check_counts(scenario: &Scenario, problems: &mut Problems) {
    let title_place = scenario.title.span;
    if scenario.actors.is_empty() {
        problems.add(Problem::MissingField, title_place, "no actors", "a scenario needs at least one actor with steps");
    }
    for (name, steps) in scenario.actors.iter().chain(scenario.cases.iter().flat_map(|(_, case)| case.actors.iter())) {
        if steps.is_empty() {
            problems.add(Problem::NoEffect, name.span, format!("`{}` has no steps", name.value), "an actor needs at least one step");
        }
    }
    if let Some((name, _)) = scenario.actors.0.get(MAX_ACTORS) {
        let label = format!("{} actors; at most {MAX_ACTORS}", scenario.actors.0.len());
        problems.add(Problem::LimitExceeded, name.span, "too many actors", label);
    }
    let steps = super::all_steps(scenario).count();
    if steps > MAX_STEPS {
        let span = super::all_steps(scenario).nth(MAX_STEPS).map_or(title_place, |step| step.span);
        problems
            .add(Problem::LimitExceeded, span, "too many steps", format!("{steps} steps; at most {MAX_STEPS}"))
            .with_help("steps that recur belong into \"repeat\"");
    }
}

pub(crate) fn check_totals(actors: &[PlannedActor], scenario: &Scenario, problems: &mut Problems) {
    let (mut calls, mut bytes) = (0u64, 0u64);
    let mut worst = (0u64, scenario.title.span);
    for actor in actors {
        count(&actor.steps, 1, &mut calls, &mut bytes, &mut worst);
    }
    if calls > MAX_CALLS {
        problems.add(Problem::LimitExceeded, worst.1, "too many calls", format!("{calls} calls in all; at most {MAX_CALLS}"));
    }
    if bytes > MAX_TOTAL_BYTES {
        problems.add(Problem::LimitExceeded, worst.1, "too many bytes", format!("{bytes} bytes to send in all; at most {MAX_TOTAL_BYTES}"));
    }
}

fn count(steps: &[PlannedStep], times: u64, calls: &mut u64, bytes: &mut u64, worst: &mut (u64, Span)) {
    for step in steps {
        let size = match &step.action {
            PlannedAction::Repeat { times: inner, steps } => {
                count(steps, times.saturating_mul(*inner), calls, bytes, worst);
                continue;
            }
            PlannedAction::Send { payload, .. } | PlannedAction::SendTo { payload, .. } => payload.len() as u64,
            _ => 0,
        };
        *calls = calls.saturating_add(times);
        *bytes = bytes.saturating_add(times.saturating_mul(size));
        let weight = times.saturating_mul(size.max(1));
        if weight > worst.0 {
            *worst = (weight, step.span);
        }
    }
}
