//! What the steps of a scenario are expected to give, all cases together: the index of which scenario shows which error.

use super::expect::StepExpect;
use super::step::{Action, Step};
use super::{Errno, Scenario};

impl Scenario {
    /// What its steps are expected to give, those of its cases and those that are repeated among them; of several allowed
    /// outcomes each.
    pub fn expected_outcomes(&self) -> Vec<&StepExpect> {
        let of_cases = self.cases.iter().flat_map(|(_, case)| case.actors.iter());
        let mut outcomes = Vec::new();
        self.actors.iter().chain(of_cases).flat_map(|(_, steps)| steps).for_each(|step| of_step(step, &mut outcomes));
        outcomes
    }

    /// The errors of calls that its steps are expected to give, each once.
    pub fn expected_errors(&self) -> Vec<Errno> {
        let errno = |outcome: &StepExpect| if let StepExpect::Errno(errno) = outcome { Some(*errno) } else { None };
        let mut errors: Vec<Errno> = self.expected_outcomes().into_iter().filter_map(errno).collect();
        errors.sort_unstable();
        errors.dedup();
        errors
    }
}

fn of_step<'s>(step: &'s Step, outcomes: &mut Vec<&'s StepExpect>) {
    step.expect.iter().for_each(|expect| of_outcome(&expect.value, outcomes));
    if let Action::Repeat(repeat) = &step.action {
        repeat.steps.iter().for_each(|step| of_step(step, outcomes));
    }
}

fn of_outcome<'s>(expect: &'s StepExpect, outcomes: &mut Vec<&'s StepExpect>) {
    match expect {
        StepExpect::AnyOf(options) => options.iter().for_each(|option| of_outcome(&option.value, outcomes)),
        _ => outcomes.push(expect),
    }
}
