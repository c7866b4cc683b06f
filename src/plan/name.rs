//! Which socket and which address a name means.

use std::net::IpAddr;

use super::actor::{EndpointRef, PlannedAddress};
use super::resolve::{Resolver, family_of, may_fail};
use super::socket::{PlannedSocket, SocketState};
use crate::scenario::{Endpoint, Family, Host, MAX_PATH, Problem, SocketKind, SocketRef, Span, Spanned, Step, suggestion};

impl Resolver<'_, '_> {
    pub(super) fn endpoint(&mut self, to: &Spanned<String>) -> Option<(EndpointRef, SocketKind, Family)> {
        let reference = SocketRef::parse(&to.value);
        let Some(actor) = self.names.iter().position(|name| *name == reference.actor) else {
            let title = format!("no actor is called `{}`", reference.actor);
            self.problems.add(Problem::UnknownActor, to.span, title, suggestion(&reference.actor, self.names));
            return None;
        };
        let bound = &self.bound[actor];
        let candidates: Vec<usize> = match &reference.socket {
            Some(name) => bound.iter().position(|socket| socket.name.as_ref() == Some(name)).into_iter().collect(),
            None => (0..bound.len()).collect(),
        };
        match candidates.as_slice() {
            [endpoint] => {
                let socket = &bound[*endpoint];
                if socket.repeated && actor != self.index {
                    let label = "it is bound anew in every round, and nobody can know when";
                    self.problems.add(Problem::ImpossibleOrder, to.span, format!("`{}` is made within `repeat`", to.value), label);
                    return None;
                }
                Some((EndpointRef { actor, endpoint: *endpoint }, socket.kind, socket.family))
            }
            [] => {
                let known: Vec<&str> = bound.iter().filter_map(|socket| socket.name.as_deref()).collect();
                let label = match &reference.socket {
                    Some(name) => suggestion(name, &known),
                    None => "it has no `listen` and no `bind` step".to_owned(),
                };
                self.problems.add(Problem::UnknownSocket, to.span, format!("`{}` has no address", to.value), label);
                None
            }
            [first, ..] => {
                let label = format!("name one, as in \"{}.{}\"", reference.actor, bound[*first].name.as_deref().unwrap_or("name"));
                let diagnostic =
                    self.problems.add(Problem::UnknownSocket, to.span, format!("`{}` has {} addresses", to.value, candidates.len()), label);
                diagnostic.with_help("a socket gets its name from \"as\" in the step that makes it");
                None
            }
        }
    }

    pub(super) fn address(&mut self, step: &Step, endpoint: &Endpoint, is_destination: bool) -> Option<PlannedAddress> {
        let span = endpoint.span;
        Some(match &endpoint.host {
            Host::Loopback(port) => PlannedAddress::Ip(Host::loopback(self.context.family, *port)),
            Host::Path(path) if path.len() > MAX_PATH && !may_fail(step) => {
                let label = format!("longer than {MAX_PATH} bytes, the most that a path can have (man 7 unix)");
                self.problems
                    .add(Problem::BadAddress, span, "this path does not fit into a socket address", label)
                    .with_help("if the error is the lesson, say so: \"expect\": \"EINVAL\"");
                return None;
            }
            Host::Path(path) => PlannedAddress::Path(path.clone()),
            Host::Same(name) => self.same(name, None, span)?,
            Host::SamePort(ip, name) => {
                self.check_destination(*ip, span, is_destination)?;
                self.same(name, Some(*ip), span)?
            }
            Host::Ip(address) => {
                self.check_destination(address.ip(), span, is_destination)?;
                PlannedAddress::Ip(*address)
            }
        })
    }

    /// The address of a socket, or its port at another address.
    fn same(&mut self, name: &str, at: Option<IpAddr>, span: Span) -> Option<PlannedAddress> {
        let (endpoint, kind, _) = self.endpoint(&Spanned::new(name.to_owned(), span))?;
        if at.is_some() && kind.is_unix() {
            let label = format!("it is {}: its address is a path", kind.name());
            self.problems.add(Problem::WrongSocketKind, span, format!("`{name}` has no port"), label);
            return None;
        }
        Some(PlannedAddress::Of { endpoint, listens: self.bound[endpoint.actor][endpoint.endpoint].listens, at })
    }

    /// Nothing is sent off this machine without leave.
    fn check_destination(&mut self, ip: IpAddr, span: Span, is_destination: bool) -> Option<()> {
        let is_here = ip.is_loopback() || ip.is_unspecified();
        let is_nowhere = matches!(ip, IpAddr::V6(ip) if ip.segments()[..2] == [0x2001, 0xdb8]);
        let is_allowed = is_here || self.context.allow_remote || is_nowhere && self.context.allow_nowhere;
        if is_destination && !is_allowed {
            self.problems
                .add(Problem::RemoteAddress, span, format!("{ip} is not on this machine"), "only loopback, unless allowed")
                .with_help("`--allow-remote` allows it; be sure that the host is yours");
            return None;
        }
        Some(())
    }

    pub(super) fn family_of(&self, address: &PlannedAddress) -> Family {
        match address {
            PlannedAddress::Ip(address) => family_of(address.ip()),
            PlannedAddress::Of { at: Some(ip), .. } => family_of(*ip),
            PlannedAddress::Of { endpoint, .. } => self.bound[endpoint.actor][endpoint.endpoint].family,
            PlannedAddress::Path(_) => self.context.family,
        }
    }

    pub(super) fn named(&mut self, on: &Spanned<String>) -> Option<usize> {
        let found = self.sockets.iter().rposition(|socket| socket.name == on.value);
        if found.is_none() && !self.lacks_socket {
            let known: Vec<&str> = self.sockets.iter().map(|socket| socket.name.as_str()).collect();
            let title = format!("`{}` has no socket `{}` yet", self.names[self.index], on.value);
            let label = if known.is_empty() { "no step before this makes a socket".to_owned() } else { suggestion(&on.value, &known) };
            self.problems.add(Problem::UnknownSocket, on.span, title, label);
        }
        found
    }

    pub(super) fn last(&self, wanted: impl Fn(&PlannedSocket, SocketState) -> bool) -> Option<usize> {
        (0..self.sockets.len()).rev().find(|&index| wanted(&self.sockets[index], self.states[index]))
    }
}
