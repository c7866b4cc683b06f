//! Which runs must be alone in their process.

use super::{Plan, PlannedAction, PlannedActor};

impl Plan {
    /// Whether no other run may be under way in this process meanwhile: until the thread that uses up its descriptors has a table of
    /// its own, and has emptied it, a `close` in another run could take effect late.
    pub fn runs_alone(&self) -> bool {
        uses_up_descriptors(&self.actors)
    }
}

/// Whether a step fills a table of descriptors.
pub(super) fn uses_up_descriptors(actors: &[PlannedActor]) -> bool {
    let fills = |action: &PlannedAction| matches!(action, PlannedAction::AcceptWithoutDescriptors { .. });
    actors.iter().flat_map(PlannedActor::all_steps).any(|step| fills(&step.action))
}
