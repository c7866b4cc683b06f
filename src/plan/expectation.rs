//! Whether a step can give what is expected of it.

use super::actor::PlannedAction;
use super::resolve::Resolver;
use crate::scenario::{Part, Problem, SocketRef, Spanned, Step, StepExpect, suggestion};

impl Resolver<'_, '_> {
    pub(super) fn check_expectation(&mut self, step: &Step, action: &PlannedAction) {
        let Some(expect) = &step.expect else { return };
        self.check_one_expectation(expect, action);
    }

    fn check_one_expectation(&mut self, expect: &Spanned<StepExpect>, action: &PlannedAction) {
        let frames = matches!(action, PlannedAction::RecvFrame { .. });
        let reads =
            frames || matches!(action, PlannedAction::Recv { .. } | PlannedAction::RecvExact { .. } | PlannedAction::RecvUntil { .. });
        let result = match &expect.value {
            StepExpect::AnyOf(options) => {
                for option in options {
                    self.check_one_expectation(option, action);
                }
                return;
            }
            StepExpect::Result(result) => result,
            StepExpect::Eof if !reads => {
                let title = "end of stream cannot be expected of this step";
                self.problems.add(Problem::NoEffect, expect.span, title, "only a recv step reads it");
                return;
            }
            StepExpect::Frame(kind) if !frames => {
                let title = format!("`{}` cannot be expected of this step", kind.name());
                self.problems.add(Problem::NoEffect, expect.span, title, "only `recv_frame` finds an error in a frame");
                return;
            }
            StepExpect::Ok | StepExpect::Eof | StepExpect::Timeout | StepExpect::Errno(_) | StepExpect::Frame(_) => return,
        };
        let sends = matches!(action, PlannedAction::Send { .. } | PlannedAction::SendTo { .. });
        let mut wrong = |span, what: &str, whose: &str| {
            self.problems.add(Problem::NoEffect, span, format!("{what} cannot be expected of this step"), whose);
        };
        let runs = matches!(action, PlannedAction::Exec { to_end: true, .. });
        if let Some(exit) = result.exit.as_ref().filter(|_| !runs) {
            wrong(exit.span, "an exit code", "only a program has one, and only `exec` starts one");
        }
        if let Some(payload) = &result.payload {
            if !reads && !runs {
                wrong(payload.span, "bytes", "only a recv step returns bytes; with `exit`, `exec` gives what the program printed");
            } else if payload.parts.iter().any(|part| matches!(part, Part::Random(_))) {
                wrong(payload.span, "random bytes", "they are different in every step; that all bytes arrive is always checked");
            }
        }
        if let Some(bytes) = result.bytes.as_ref().filter(|_| !reads && !sends && !runs) {
            wrong(bytes.span, "a number of bytes", "only send and recv steps move bytes");
        }
        if let Some(value) = result.value.as_ref().filter(|_| !matches!(action, PlannedAction::Get { .. })) {
            wrong(value.span, "a value", "only a `get` step returns a value");
        }
        if let Some(truncated) = result.truncated.as_ref().filter(|_| !reads) {
            wrong(truncated.span, "truncation", "only a recv step can cut a datagram");
        }
        if let Some(from) = &result.from {
            if !matches!(action, PlannedAction::Recv { from: true, .. }) {
                wrong(from.span, "a sender", "only `recv_from` tells who sent");
            } else if !self.names.contains(&SocketRef::parse(&from.value).actor.as_str()) {
                let label = suggestion(&from.value, self.names);
                self.problems.add(Problem::UnknownActor, from.span, format!("no actor is called `{}`", from.value), label);
            }
        }
    }
}
