//! Bounds on what one scenario may ask for.

use super::actor::{PlannedAction, PlannedActor, PlannedStep};
use crate::scenario::{Action, Problem, Problems, Scenario, Span, Step, Until};

/// The most actors: each is a thread.
pub const MAX_ACTORS: usize = 64;
/// The most steps written in one file.
pub const MAX_STEPS: usize = 10_000;
/// The most calls that `repeat` may multiply them to.
pub const MAX_CALLS: u64 = 10_000_000;
/// The most bytes that one run may send.
pub const MAX_TOTAL_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// The most bytes of payloads that the plans of one file may hold: each step's are made before the run.
const MAX_HELD_BYTES: u64 = 1024 * 1024 * 1024;
/// The most plans: cases times address families.
const MAX_PLANS: u64 = 1_000;
/// The most steps in all plans.
const MAX_PLANNED_STEPS: u64 = 1_000_000;

/// Tells whether it is safe to go on: plans would take too much memory otherwise.
pub(crate) fn check_counts(scenario: &Scenario, problems: &mut Problems) -> bool {
    let title_place = scenario.title.span;
    for (name, steps) in scenario.actors.iter().chain(scenario.cases.iter().flat_map(|(_, case)| case.actors.iter())) {
        if steps.is_empty() {
            problems.add(Problem::NoEffect, name.span, format!("`{}` has no steps", name.value), "an actor needs at least one step");
        }
    }
    let before = problems.count();
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
    let plans = (scenario.cases.0.len().max(1) * scenario.families.len().max(1)) as u64;
    if plans > MAX_PLANS || plans * steps as u64 > MAX_PLANNED_STEPS {
        let span = scenario.cases.0.last().map_or(title_place, |(name, _)| name.span);
        let label = format!("{plans} runs of {steps} steps; at most {MAX_PLANS} runs, and {MAX_PLANNED_STEPS} steps in all of them");
        problems.add(Problem::LimitExceeded, span, "too many runs", label);
    }
    let sizes = || super::all_steps(scenario).map(|step| (payload_size(step), step.span));
    let held = sizes().map(|(size, _)| size).sum::<u64>().saturating_mul(plans);
    if held > MAX_HELD_BYTES {
        let span = sizes().max_by_key(|(size, _)| *size).map_or(title_place, |(_, span)| span);
        let label = format!("{held} bytes of payloads in all steps and runs; at most {MAX_HELD_BYTES}");
        problems
            .add(Problem::LimitExceeded, span, "the payloads are too large together", label)
            .with_help("send one several times, with \"repeat\"");
    }
    problems.count() == before
}

fn payload_size(step: &Step) -> u64 {
    match &step.action {
        Action::Send(args) | Action::SendAll(args) => args.payload.len(),
        Action::SendTo(args) => args.send.payload.len(),
        Action::RecvUntil(Until::Token(token)) => token.len(),
        Action::SendFrame(args) => args.payload.len(),
        _ => 0,
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
