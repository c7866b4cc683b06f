//! Programs that a scenario starts: what they are told, and whether they are waited for.

use super::actor::{EndpointRef, PlannedAction};
use super::resolve::Resolver;
use crate::scenario::{EXEC_PORT, Problem, Span, Spanned, Step};

/// Something in a command that stands for where an actor is: `{port:server}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// As it is written.
    pub text: String,
    /// What of the address it stands for.
    pub part: AddressPart,
    /// Whose address.
    pub endpoint: EndpointRef,
}

/// What of an address a program is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressPart {
    /// `80`.
    Port,
    /// `127.0.0.1`, `::1`.
    Host,
    /// `127.0.0.1:80`, `[::1]:80`.
    Both,
}

/// How each is written.
const PARTS: &[(&str, AddressPart)] = &[("{port:", AddressPart::Port), ("{host:", AddressPart::Host), ("{address:", AddressPart::Both)];

impl Resolver<'_, '_> {
    pub(super) fn exec(&mut self, step: &Step, command: &Spanned<String>) -> Option<PlannedAction> {
        let endpoint = command.value.contains(EXEC_PORT).then(|| {
            self.endpoints += 1;
            self.endpoints - 1
        });
        let told = self.told(command)?;
        if !self.context.allow_exec {
            self.problems
                .add(Problem::ExecNotAllowed, command.span, "a program is to be started", "a scenario file alone cannot do that")
                .with_help("`--allow-exec` allows it; be sure that you know what it does");
            return None;
        }
        let to_end = step.expect.as_ref().filter(|expect| expect.value.is_of_exit());
        if let Some(expect) = to_end.filter(|_| endpoint.is_some()) {
            self.problems
                .add(Problem::NoEffect, expect.span, "`exit` cannot be expected of a server", "it is stopped when the run is over")
                .with_help("{port} makes it one, which others connect to; to tell a client where to connect, write {port:server}");
            return None;
        }
        Some(PlannedAction::Exec { command: command.value.clone(), endpoint, told, to_end: to_end.is_some() })
    }

    /// What the command is told of other actors.
    fn told(&mut self, command: &Spanned<String>) -> Option<Vec<Told>> {
        let mut told: Vec<Told> = Vec::new();
        for &(begin, part) in PARTS {
            for (at, _) in command.value.match_indices(begin) {
                let Some(length) = command.value[at..].find('}') else { continue };
                let text = command.value[at..=at + length].to_owned();
                let name = text[begin.len()..text.len() - 1].to_owned();
                if told.iter().all(|known| known.text != text) {
                    let endpoint = self.listening(&name, command.span)?;
                    told.push(Told { text, part, endpoint });
                }
            }
        }
        Some(told)
    }

    /// Where an actor listens, at a port.
    fn listening(&mut self, name: &str, span: Span) -> Option<EndpointRef> {
        let (endpoint, kind, _) = self.endpoint(&Spanned::new(name.to_owned(), span))?;
        if kind.is_unix() {
            let label = format!("it is {}: its address is a path", kind.name());
            self.problems.add(Problem::WrongSocketKind, span, format!("`{name}` has no port"), label);
            return None;
        }
        Some(endpoint)
    }
}
