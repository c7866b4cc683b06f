//! Which runs must not have others beside them.

use super::actor::{PlannedAction, PlannedActor, PlannedAddress, PlannedStep};
use crate::scenario::{Expectations, ResultExpect, StepExpect};

/// Whether the run is held against a clock: then whatever else the machine does is part of the result.
pub(super) fn is_timed(expect: &Expectations, actors: &[PlannedActor]) -> bool {
    let run = expect.run.iter().any(|run| run.elapsed.is_some() || !run.between.is_empty());
    let flow = expect.flows.iter().any(|(_, flow)| flow.elapsed.is_some());
    run || flow || any_step(actors, |step| step.expect.as_ref().is_some_and(|expect| has_limit(&expect.value)))
}

fn has_limit(expect: &StepExpect) -> bool {
    match expect {
        StepExpect::Result(result) => matches!(&**result, ResultExpect { within: Some(_), .. }),
        StepExpect::AnyOf(options) => options.iter().any(|option| has_limit(&option.value)),
        StepExpect::Ok | StepExpect::Eof | StepExpect::Timeout | StepExpect::Errno(_) | StepExpect::Frame(_) => false,
    }
}

/// Whether it binds a port or a path that the file names, so that two runs of it would meet.
pub(super) fn has_fixed_address(actors: &[PlannedActor]) -> bool {
    let is_fixed = |address: &PlannedAddress| match address {
        PlannedAddress::Ip(address) => address.port() != 0,
        PlannedAddress::Path(path) => path.starts_with('/'),
        PlannedAddress::Of { .. } => false,
    };
    any_step(actors, |step| match &step.action {
        PlannedAction::Bind { address, .. } => is_fixed(address),
        PlannedAction::Listen { address, .. } => address.as_ref().is_some_and(is_fixed),
        _ => false,
    })
}

/// Whether a step fills a table of descriptors: until its thread has a table of its own, and has emptied it, a `close` in another run
/// could take effect late.
pub(super) fn uses_up_descriptors(actors: &[PlannedActor]) -> bool {
    any_step(actors, |step| matches!(step.action, PlannedAction::AcceptWithoutDescriptors { .. }))
}

fn any_step(actors: &[PlannedActor], wanted: impl Fn(&PlannedStep) -> bool) -> bool {
    actors.iter().any(|actor| actor.all_steps().into_iter().any(&wanted))
}
