//! What a scenario expects and sets, all cases together: the index of which scenario shows what.

use super::expect::{CauseName, StepExpect};
use super::option::SocketOption;
use super::step::{Action, Step};
use super::{Errno, Scenario};

impl Scenario {
    /// Every step, those of cases among them; what is repeated stands within its step.
    fn all_steps(&self) -> impl Iterator<Item = &Step> {
        let of_cases = self.cases.iter().flat_map(|(_, case)| case.actors.iter());
        self.actors.iter().chain(of_cases).flat_map(|(_, steps)| steps)
    }

    /// What its steps are expected to give, those that are repeated among them; of several allowed outcomes each.
    pub fn expected_outcomes(&self) -> Vec<&StepExpect> {
        let mut outcomes = Vec::new();
        self.all_steps().for_each(|step| of_step(step, &mut outcomes));
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

    /// The causes that it expects to find, in any of its cases, each once.
    pub fn expected_causes(&self) -> Vec<CauseName> {
        let expectations = std::iter::once(&self.expect).chain(self.cases.iter().map(|(_, case)| &case.expect));
        let flows = expectations.flat_map(|expect| expect.flows.iter()).filter_map(|(_, flow)| flow.causes.as_ref());
        let mut causes: Vec<CauseName> = flows.flat_map(|causes| causes.value.found.iter().map(|cause| cause.value)).collect();
        causes.sort_unstable();
        causes.dedup();
        causes
    }

    /// Whether a step sets an option.
    pub fn sets(&self, option: SocketOption) -> bool {
        self.all_steps().any(|step| match &step.action {
            Action::Set(settings) => settings.iter().any(|setting| setting.option == option),
            _ => false,
        })
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
