//! The steps that make a socket, or give it an address or a peer: `bind`, `listen`, `accept`, `connect`.

use super::actor::{Creation, PlannedAction, PlannedAddress};
use super::resolve::{Resolver, can_only_fail, expects_success, may_fail};
use super::socket::{PlannedSocket, SocketRole, SocketState};
use crate::scenario::{AcceptArgs, BindArgs, ConnectArgs, Family, ListenArgs, Problem, SocketCall, SocketConstant, SocketKind, Step};

/// `listen(2)` without a number: what most programs use.
const DEFAULT_BACKLOG: i32 = 128;

impl Resolver<'_, '_> {
    pub(super) fn new_socket(&mut self, step: &Step, kind: SocketKind, family: Family, role: SocketRole) -> usize {
        let taken = |name: &str, sockets: &[PlannedSocket]| sockets.iter().any(|socket| socket.name == name);
        let name = match &step.name {
            Some(name) => {
                if let Some(index) = self.sockets.iter().position(|socket| socket.name == name.value)
                    && self.states[index] != SocketState::Closed
                {
                    self.problems.add(
                        Problem::TooMany,
                        name.span,
                        format!("two sockets are called `{}`", name.value),
                        "give this one another name",
                    );
                }
                name.value.clone()
            }
            None => {
                let stem = match role {
                    SocketRole::Listener => "listener",
                    SocketRole::Connector | SocketRole::Accepted => "connection",
                    SocketRole::Plain => "socket",
                };
                std::iter::once(stem.to_owned())
                    .chain((2..).map(|number| format!("{stem}{number}")))
                    .find(|name| !taken(name, &self.sockets))
                    .unwrap_or_default()
            }
        };
        self.sockets.push(PlannedSocket { name, kind, family, role });
        self.states.push(SocketState::Created);
        self.nonblocking.push(false);
        self.endpoint_of.push(None);
        self.sockets.len() - 1
    }

    /// No step could work with a socket of any kind, so this one must be refused.
    pub(super) fn refused_socket(&mut self, step: &Step, call: &SocketCall) -> Option<PlannedAction> {
        if !can_only_fail(step) {
            let label = "say with which error: \"expect\": \"EPROTONOSUPPORT\"";
            self.problems
                .add(Problem::WrongSocketKind, call.span, "a socket by its three arguments is one that the kernel refuses", label)
                .with_help("a socket to work with has a `kind`: {\"socket\": {\"kind\": \"tcp\"}}");
            return None;
        }
        let domain = call.domain.unwrap_or_else(|| SocketConstant::of_family(self.context.family));
        Some(PlannedAction::RefusedSocket { domain, kind: call.kind, protocol: call.protocol })
    }

    pub(super) fn bind(&mut self, step: &Step, args: &BindArgs) -> Option<PlannedAction> {
        let address = self.address(step, &args.endpoint, false)?;
        let family = self.family_of(&address);
        let kind = args.endpoint.kind;
        let existing = match &step.on {
            Some(on) => Some(self.named(on)?),
            None => self.last(|socket, state| socket.kind == kind && state == SocketState::Created),
        };
        let creation = if existing.is_some() { Creation::Existing } else { Creation::New };
        let socket = existing.unwrap_or_else(|| self.new_socket(step, kind, family, SocketRole::Plain));
        self.check_kind(step, socket, kind, args.endpoint.span)?;
        if !may_fail(step) {
            self.states[socket] = SocketState::Bound;
        }
        let endpoint = self.next_endpoint(socket);
        Some(PlannedAction::Bind { socket, creation, address, endpoint })
    }

    pub(super) fn listen(&mut self, step: &Step, args: &ListenArgs) -> Option<PlannedAction> {
        let backlog = args.backlog.map_or(DEFAULT_BACKLOG, |backlog| i32::try_from(backlog).unwrap_or(i32::MAX));
        if let Some(endpoint) = &args.endpoint {
            if !endpoint.kind.is_connection() && !may_fail(step) {
                let title = format!("{} sockets do not listen", endpoint.kind.name());
                self.problems.add(Problem::WrongSocketKind, endpoint.span, title, "use `bind`: datagrams need no connection");
                return None;
            }
            let address = self.address(step, endpoint, false)?;
            let family = self.family_of(&address);
            let socket = self.new_socket(step, endpoint.kind, family, SocketRole::Listener);
            self.states[socket] = SocketState::Listening;
            let endpoint = self.next_endpoint(socket);
            return Some(PlannedAction::Listen { socket, address: Some(address), backlog, endpoint });
        }
        let socket = match &step.on {
            Some(on) => self.named(on)?,
            None => match self.last(|socket, state| socket.kind.is_connection() && state == SocketState::Bound) {
                Some(socket) => socket,
                None => {
                    return self.no_socket(
                        step,
                        "no bound socket to listen on",
                        "give an address: {\"listen\": {\"tcp\": \"loopback:0\"}}",
                    );
                }
            },
        };
        self.states[socket] = SocketState::Listening;
        let endpoint = self.endpoint_of[socket].unwrap_or_else(|| self.next_endpoint(socket));
        Some(PlannedAction::Listen { socket, address: None, backlog, endpoint })
    }

    pub(super) fn next_endpoint(&mut self, socket: usize) -> usize {
        self.endpoint_of[socket] = Some(self.endpoints);
        self.endpoints += 1;
        self.endpoints - 1
    }

    /// The listener a step works on: the one it names, else the last.
    pub(super) fn listener(&mut self, step: &Step) -> Option<usize> {
        let name = step.action.name();
        let listener = match &step.on {
            Some(on) => self.named(on)?,
            None => match self.last(|_, state| state == SocketState::Listening).or_else(|| self.last(|_, _| true)) {
                Some(socket) => socket,
                None => return self.no_socket(step, &format!("{name} before listen"), "put a `listen` step before this"),
            },
        };
        if !self.sockets[listener].kind.is_connection() && !may_fail(step) {
            let title = format!("{} sockets do not listen", self.sockets[listener].kind.name());
            self.problems.add(Problem::WrongSocketKind, step.span, title, "datagrams need no connection: use `recv_from`");
            return None;
        }
        if self.states[listener] != SocketState::Listening && !may_fail(step) {
            self.impossible(step, listener, &format!("{name} on a socket that does not listen"), Some("EINVAL"));
        }
        Some(listener)
    }

    pub(super) fn accept(&mut self, step: &Step, args: &AcceptArgs) -> Option<PlannedAction> {
        let listener = self.listener(step)?;
        if let Some(span) = args.without_descriptors {
            if !can_only_fail(step) {
                let label = "say so: \"expect\": \"EMFILE\"";
                self.problems.add(Problem::ImpossibleOrder, span, "an accept without descriptors gives no connection", label);
                return None;
            }
            return Some(PlannedAction::AcceptWithoutDescriptors { listener });
        }
        let (kind, family) = (self.sockets[listener].kind, self.sockets[listener].family);
        let socket = self.new_socket(step, kind, family, SocketRole::Accepted);
        // An accept that can only fail makes no socket.
        let makes_one = step.expect.as_ref().is_none_or(|expect| expects_success(&expect.value));
        self.states[socket] = if makes_one { SocketState::Connected } else { SocketState::Closed };
        Some(PlannedAction::Accept { listener, socket })
    }

    pub(super) fn connect(&mut self, step: &Step, args: &ConnectArgs) -> Option<PlannedAction> {
        let (address, kind, family) = match args {
            ConnectArgs::To(to) => {
                let (endpoint, kind, family) = self.endpoint(to)?;
                let listens = self.bound[endpoint.actor][endpoint.endpoint].listens;
                if kind.is_connection() && !listens && !may_fail(step) {
                    let title = format!("`{}` never listens", to.value);
                    self.problems
                        .add(Problem::ImpossibleOrder, to.span, title, "it only binds: this connect is refused")
                        .with_help("if the refusal is the lesson, say so: \"expect\": \"ECONNREFUSED\"");
                }
                (PlannedAddress::Of { endpoint, listens, at: None }, kind, family)
            }
            ConnectArgs::Address(endpoint) => {
                let address = self.address(step, endpoint, true)?;
                let family = self.family_of(&address);
                (address, endpoint.kind, family)
            }
        };
        let existing = match &step.on {
            Some(on) => Some(self.named(on)?),
            None => self.last(|socket, state| {
                let unconnected = matches!(state, SocketState::Created | SocketState::Bound | SocketState::Connecting);
                socket.kind == kind && unconnected
            }),
        };
        let creation =
            if existing.is_some_and(|socket| self.states[socket] != SocketState::Closed) { Creation::Existing } else { Creation::New };
        let socket = existing.unwrap_or_else(|| self.new_socket(step, kind, family, SocketRole::Connector));
        let span = if let ConnectArgs::To(to) = args { to.span } else { step.span };
        self.check_kind(step, socket, kind, span)?;
        if matches!(self.states[socket], SocketState::Connected | SocketState::Listening) && kind.is_connection() && !may_fail(step) {
            let listens = self.states[socket] == SocketState::Listening;
            let errno = if listens && kind.is_unix() { "EINVAL" } else { "EISCONN" };
            self.impossible(step, socket, "connect on a socket that is in use", Some(errno));
        }
        self.states[socket] = match self.states[socket] {
            SocketState::Answered | SocketState::Connected => SocketState::Connected,
            _ if kind.is_connection() && self.nonblocking[socket] => SocketState::Connecting,
            state if may_fail(step) && creation == Creation::Existing => state,
            // A connect that can only fail leaves the socket as it was.
            state if can_only_fail(step) => state,
            _ => SocketState::Connected,
        };
        Some(PlannedAction::Connect { socket, creation, address })
    }
}
