//! The sockets of an actor that others can name as an address, found before any step is resolved, because actors name each
//! other: the same walk over the steps that the resolver makes later, and only as far as this needs.

use super::resolve::family_of;
use crate::scenario::{Action, BindArgs, EXEC_PORT, Endpoint, Family, Host, ListenArgs, SocketArgs, SocketKind, Step};

/// A socket with an address that others can name. Its place in the list is the number of the endpoint.
pub(super) struct BoundSocket {
    pub(super) name: Option<String>,
    pub(super) kind: SocketKind,
    pub(super) family: Family,
    pub(super) listens: bool,
    /// Whether it is made again and again: another actor cannot know when it is there.
    pub(super) repeated: bool,
}

/// A socket that a `socket` or `bind` step made.
struct Made {
    name: Option<String>,
    kind: SocketKind,
    endpoint: Option<usize>,
}

pub(super) fn bound_sockets(steps: &[Step], family: Family) -> Vec<BoundSocket> {
    let mut bound: Vec<BoundSocket> = Vec::new();
    let mut made: Vec<Made> = Vec::new();
    for (step, repeated) in steps.iter().flat_map(|step| with_repeats(step, false)) {
        let on = step.on.as_ref().map(|on| &on.value);
        let own_name = step.name.as_ref().map(|name| name.value.clone());
        match &step.action {
            Action::Socket(SocketArgs::Kind { kind, .. }) => made.push(Made { name: own_name, kind: kind.value, endpoint: None }),
            Action::Bind(BindArgs { endpoint }) => {
                let existing = made.iter().rposition(|socket| match on {
                    Some(on) => socket.name.as_ref() == Some(on),
                    None => socket.kind == endpoint.kind && socket.endpoint.is_none(),
                });
                let index = existing.unwrap_or_else(|| {
                    made.push(Made { name: own_name.or_else(|| on.cloned()), kind: endpoint.kind, endpoint: None });
                    made.len() - 1
                });
                made[index].endpoint = Some(bound.len());
                bound.push(BoundSocket {
                    name: made[index].name.clone(),
                    kind: endpoint.kind,
                    family: family_at(endpoint, family),
                    listens: false,
                    repeated,
                });
            }
            Action::Listen(ListenArgs { endpoint: Some(endpoint), .. }) => {
                bound.push(BoundSocket {
                    name: own_name,
                    kind: endpoint.kind,
                    family: family_at(endpoint, family),
                    listens: true,
                    repeated,
                });
            }
            Action::Listen(ListenArgs { endpoint: None, .. }) => {
                let chosen = made.iter_mut().rfind(|socket| match on {
                    Some(on) => socket.name.as_ref() == Some(on),
                    None => socket.kind.is_connection() && socket.endpoint.is_some_and(|endpoint| !bound[endpoint].listens),
                });
                let Some(socket) = chosen else { continue };
                // A socket that was never bound gets its address from listen.
                let endpoint = *socket.endpoint.get_or_insert_with(|| {
                    bound.push(BoundSocket { name: socket.name.clone(), kind: socket.kind, family, listens: true, repeated });
                    bound.len() - 1
                });
                bound[endpoint].listens = true;
            }
            // A program that is told a port listens at it.
            Action::Exec(command) if command.value.contains(EXEC_PORT) => {
                bound.push(BoundSocket { name: own_name, kind: SocketKind::Tcp, family: Family::Ipv4, listens: true, repeated });
            }
            _ => {}
        }
    }
    bound
}

fn family_at(endpoint: &Endpoint, family: Family) -> Family {
    match &endpoint.host {
        Host::Ip(address) => family_of(address.ip()),
        Host::SamePort(ip, _) => family_of(*ip),
        Host::Loopback(_) | Host::Path(_) | Host::Same(_) => family,
    }
}

/// A step and those within it, each with whether it is carried out more than once.
fn with_repeats(step: &Step, repeated: bool) -> Vec<(&Step, bool)> {
    match &step.action {
        Action::Repeat(repeat) => repeat.steps.iter().flat_map(|step| with_repeats(step, repeated || repeat.times > 1)).collect(),
        _ => vec![(step, repeated)],
    }
}
