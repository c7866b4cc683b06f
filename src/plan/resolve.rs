//! Resolves the names in an actor's steps, and refuses orders that cannot work.
//!
//! The steps of an actor are a straight line, so the state of each of its sockets is known at every step. A step that
//! expects an error is left alone: provoking ENOTCONN is a lesson, not a slip.

use std::time::Duration;

use super::actor::{CountedEvent, Creation, PlannedAction, PlannedActor, PlannedAddress, PlannedStep, ReadyEvent};
use super::endpoint::{BoundSocket, bound_sockets};
use super::overrides::Settings;
use super::payload;
use super::socket::{PlannedSocket, SocketRole, SocketState};
use crate::framing::Codec as _;
use crate::scenario::{
    AcceptArgs, Action, BindArgs, ConnectArgs, Family, Flag, ListenArgs, Problem, Problems, ShutdownHow, SocketArgs, SocketCall,
    SocketConstant, SocketKind, Span, Spanned, Step, StepExpect, Until, WaitFor,
};

/// `listen(2)` without a number: what most programs use.
const DEFAULT_BACKLOG: i32 = 128;

/// What is the same for every actor of a run.
pub(crate) struct Context<'c> {
    pub(crate) family: Family,
    pub(crate) settings: &'c Settings,
    pub(crate) seed: u64,
    pub(crate) allow_remote: bool,
    pub(crate) allow_exec: bool,
    /// Whether the documentation prefix is allowed, because the run takes place only where no route leads there.
    pub(crate) allow_nowhere: bool,
}

type Script<'s> = (&'s Spanned<String>, &'s [Step]);

pub(crate) fn check_actor_name(name: &Spanned<String>, problems: &mut Problems) {
    crate::scenario::check_name(name, "an actor", problems);
    if name.value == "run" {
        problems.add(Problem::BadName, name.span, "`run` cannot name an actor", "in `expect` it stands for the whole run");
    }
}

/// Resolves all actors; also gives the names of the signals.
pub(crate) fn resolve(scripts: &[Script<'_>], context: &Context<'_>, problems: &mut Problems) -> (Vec<PlannedActor>, Vec<String>) {
    let bound: Vec<Vec<BoundSocket>> = scripts.iter().map(|(_, steps)| bound_sockets(steps, context.family)).collect();
    let names: Vec<&str> = scripts.iter().map(|(name, _)| name.value.as_str()).collect();
    let mut signals = Vec::new();
    let actors = scripts
        .iter()
        .enumerate()
        .map(|(index, (name, steps))| {
            let mut resolver = Resolver {
                context,
                index,
                names: &names,
                bound: &bound,
                signals: &mut signals,
                problems,
                sockets: Vec::new(),
                states: Vec::new(),
                nonblocking: Vec::new(),
                endpoint_of: Vec::new(),
                endpoints: 0,
                next_id: 0,
                lacks_socket: false,
            };
            let steps = resolver.steps(steps);
            PlannedActor { name: name.value.clone(), sockets: resolver.sockets, steps, endpoints: bound[index].len() }
        })
        .collect();
    (actors, signals)
}

pub(super) fn family_of(address: std::net::IpAddr) -> Family {
    if address.is_ipv4() { Family::Ipv4 } else { Family::Ipv6 }
}

pub(super) struct Resolver<'r, 'c> {
    pub(super) context: &'r Context<'c>,
    pub(super) index: usize,
    pub(super) names: &'r [&'r str],
    pub(super) bound: &'r [Vec<BoundSocket>],
    pub(super) signals: &'r mut Vec<String>,
    pub(super) problems: &'r mut Problems,
    pub(super) sockets: Vec<PlannedSocket>,
    pub(super) states: Vec<SocketState>,
    pub(super) nonblocking: Vec<bool>,
    /// The endpoint that each socket was bound as.
    pub(super) endpoint_of: Vec<Option<usize>>,
    pub(super) endpoints: usize,
    pub(super) next_id: u32,
    /// Whether a step that should have made a socket was refused: what later steps lack is no error of theirs then.
    pub(super) lacks_socket: bool,
}

/// Whether an expectation allows the step to fail with an error.
fn expects_errno(expect: &StepExpect) -> bool {
    match expect {
        StepExpect::Errno(_) => true,
        StepExpect::AnyOf(options) => options.iter().any(|option| expects_errno(&option.value)),
        StepExpect::Ok | StepExpect::Eof | StepExpect::Timeout | StepExpect::Frame(_) | StepExpect::Result(_) => false,
    }
}

/// Whether an expectation allows the step to succeed.
fn expects_success(expect: &StepExpect) -> bool {
    match expect {
        StepExpect::Ok | StepExpect::Eof | StepExpect::Result(_) => true,
        StepExpect::AnyOf(options) => options.iter().any(|option| expects_success(&option.value)),
        StepExpect::Errno(_) | StepExpect::Frame(_) | StepExpect::Timeout => false,
    }
}

pub(super) fn may_fail(step: &Step) -> bool {
    step.expect.as_ref().is_some_and(|expect| expects_errno(&expect.value))
}

/// Whether an error is expected of the step, and nothing else.
fn can_only_fail(step: &Step) -> bool {
    step.expect.as_ref().is_some_and(|expect| expects_errno(&expect.value) && !expects_success(&expect.value))
}

impl Resolver<'_, '_> {
    fn steps(&mut self, steps: &[Step]) -> Vec<PlannedStep> {
        steps.iter().filter_map(|step| self.step(step)).collect()
    }

    fn step(&mut self, step: &Step) -> Option<PlannedStep> {
        let id = self.next_id;
        self.next_id += 1;
        let Some(action) = self.action(step, id) else {
            self.lacks_socket |= matches!(
                step.action,
                Action::Socket(_) | Action::Bind(_) | Action::Listen(_) | Action::Accept(_) | Action::Connect(_) | Action::SendTo(_)
            );
            return None;
        };
        self.check_socket_names(step, &action);
        self.check_expectation(step, &action);
        let timeout = step.timeout.as_ref().map_or(self.context.settings.timeout, |timeout| timeout.value);
        // A sleep is as long as it says; the time limit of other steps does not cut it short.
        let timeout = if let PlannedAction::Sleep(duration) = action { timeout.max(duration + Duration::from_secs(1)) } else { timeout };
        Some(PlannedStep {
            id,
            action,
            name: step.action.name(),
            timeout,
            expect: step.expect.clone(),
            span: step.span,
            mark: step.mark.clone(),
            note: step.note.clone(),
        })
    }

    fn action(&mut self, step: &Step, id: u32) -> Option<PlannedAction> {
        Some(match &step.action {
            Action::Socket(SocketArgs::Kind { kind, family }) => {
                let family = family.as_ref().map_or(self.context.family, |family| family.value);
                let socket = self.new_socket(step, kind.value, family, SocketRole::Plain);
                PlannedAction::Socket { socket }
            }
            Action::Socket(SocketArgs::Refused(call)) => self.refused_socket(step, call)?,
            Action::Bind(args) => self.bind(step, args)?,
            Action::Listen(args) => self.listen(step, args)?,
            Action::Accept(args) => self.accept(step, args)?,
            Action::Connect(args) => self.connect(step, args)?,
            Action::Send(args) | Action::SendAll(args) => {
                let socket = self.connected(step, true)?;
                let payload = payload::bytes(&args.payload, self.context.seed, self.index, id);
                PlannedAction::Send { socket, payload, flags: flags(&args.flags), all: matches!(step.action, Action::SendAll(_)) }
            }
            Action::SendTo(args) => {
                let (endpoint, kind, family) = self.endpoint(&args.to)?;
                if kind.is_connection() && !may_fail(step) {
                    let label = format!("`{}` is {}: `connect` to it, then `send`", args.to.value, kind.name());
                    self.problems.add(Problem::WrongSocketKind, args.to.span, "send_to is for datagrams", label);
                    return None;
                }
                let existing = match &step.on {
                    Some(on) => Some(self.named(on)?),
                    None => self.last(|socket, state| socket.kind == kind && !kind.is_connection() && state != SocketState::Closed),
                };
                if let Some(socket) = existing {
                    self.check_kind(step, socket, kind, args.to.span)?;
                }
                let creation = if existing.is_some() { Creation::Existing } else { Creation::New };
                let socket = existing.unwrap_or_else(|| self.new_socket(step, kind, family, SocketRole::Plain));
                if self.states[socket] == SocketState::Created {
                    self.states[socket] = SocketState::Bound;
                }
                let payload = payload::bytes(&args.send.payload, self.context.seed, self.index, id);
                let address = PlannedAddress::Of { endpoint, listens: false, at: None };
                PlannedAction::SendTo { socket, creation, address, payload, flags: flags(&args.send.flags) }
            }
            Action::Recv(args) | Action::RecvFrom(args) => {
                let socket = self.connected(step, false)?;
                let size = args.size.as_ref().map_or(self.context.settings.recv_size, |size| size.value);
                let trunc = args.flags.iter().find(|flag| flag.value == Flag::Trunc);
                if let Some(trunc) = trunc.filter(|_| self.sockets[socket].kind.is_stream()) {
                    let label = "on a byte stream MSG_TRUNC throws bytes away unseen (man 7 tcp)";
                    self.problems.add(Problem::WrongSocketKind, trunc.span, "trunc is for datagrams", label);
                }
                PlannedAction::Recv {
                    socket,
                    size: to_usize(size),
                    sized: args.size.is_some(),
                    flags: flags(&args.flags),
                    from: matches!(step.action, Action::RecvFrom(_)),
                }
            }
            Action::RecvExact(bytes) => PlannedAction::RecvExact { socket: self.stream(step)?, bytes: to_usize(*bytes) },
            Action::RecvUntil(until) => {
                let socket = self.stream(step)?;
                let token = match until {
                    Until::Eof => None,
                    Until::Token(token) => Some(payload::bytes(token, self.context.seed, self.index, id)),
                };
                PlannedAction::RecvUntil { socket, token, size: to_usize(self.context.settings.recv_size) }
            }
            Action::SendFrame(args) => {
                let socket = self.connected(step, true)?;
                let frame = payload::bytes(&args.payload, self.context.seed, self.index, id);
                let mut payload = Vec::new();
                if let Err(error) = args.codec.value.codec.encode(&frame, &mut payload) {
                    let title = format!("{} cannot write this frame", args.codec.value.info.name);
                    self.problems.add(Problem::BadCodec, args.codec.span, title, error.to_string());
                    return None;
                }
                PlannedAction::Send { socket, payload: payload.into(), flags: Vec::new(), all: true }
            }
            Action::RecvFrame(codec) => {
                let socket = self.connected(step, false)?;
                let kind = self.sockets[socket].kind;
                if codec.value.info.name == "datagram" && kind.is_stream() {
                    let label = format!("this socket is {}: there `raw_recv` is the name for it, and a mistake", kind.name());
                    self.problems.add(Problem::WrongSocketKind, codec.span, "datagram is for sockets that keep messages apart", label);
                }
                PlannedAction::RecvFrame { socket, codec: codec.value.clone(), size: to_usize(self.context.settings.recv_size) }
            }
            Action::Shutdown(how) => {
                let socket = self.connected(step, false)?;
                if *how != ShutdownHow::Read && !may_fail(step) {
                    self.states[socket] = SocketState::ShutForWriting;
                }
                PlannedAction::Shutdown { socket, how: *how }
            }
            Action::Close | Action::Abort => {
                let socket = self.open(step)?;
                self.states[socket] = SocketState::Closed;
                if matches!(step.action, Action::Close) { PlannedAction::Close { socket } } else { PlannedAction::Abort { socket } }
            }
            Action::Set(settings) => {
                let socket = self.open(step)?;
                let kind = self.sockets[socket].kind;
                for setting in settings.iter().filter(|setting| !setting.option.applies_to(kind) && !may_fail(step)) {
                    let title = format!("{} is an option of TCP", setting.option.constant());
                    self.problems.add(Problem::WrongSocketKind, setting.value.span, title, format!("this socket is {}", kind.name()));
                }
                PlannedAction::Set { socket, settings: settings.clone() }
            }
            Action::Get(option) => {
                let socket = self.open(step)?;
                let kind = self.sockets[socket].kind;
                if !option.applies_to(kind) && !may_fail(step) {
                    let title = format!("{} is an option of TCP", option.constant());
                    self.problems.add(Problem::WrongSocketKind, step.span, title, format!("this socket is {}", kind.name()));
                }
                PlannedAction::Get { socket, option: *option }
            }
            Action::Nonblocking(on) => {
                let socket = self.open(step)?;
                self.nonblocking[socket] = *on;
                PlannedAction::Nonblocking { socket, on: *on }
            }
            Action::Signal(name) => PlannedAction::Signal { signal: self.signal(&name.value) },
            Action::Wait(WaitFor::Signal(name)) => PlannedAction::WaitSignal { signal: self.signal(&name.value) },
            Action::Wait(WaitFor::Readable(bytes)) => {
                let socket = self.connected(step, false)?;
                PlannedAction::WaitReadable { socket, bytes: bytes.value }
            }
            Action::Wait(WaitFor::Writable) => {
                let socket = self.open(step)?;
                if self.states[socket] == SocketState::Connecting {
                    self.states[socket] = SocketState::Answered;
                }
                PlannedAction::WaitReady { socket, event: ReadyEvent::Writable }
            }
            Action::Wait(WaitFor::Acceptable) => PlannedAction::WaitReady { socket: self.listener(step)?, event: ReadyEvent::Acceptable },
            Action::Wait(WaitFor::Error) => PlannedAction::WaitReady { socket: self.open(step)?, event: ReadyEvent::Error },
            Action::Wait(WaitFor::PeerReceived(bytes)) => PlannedAction::WaitCounted {
                socket: self.counted(step, bytes.span)?,
                event: CountedEvent::PeerReceived,
                bytes: bytes.value,
            },
            Action::Wait(WaitFor::PeerRead(bytes)) => {
                PlannedAction::WaitCounted { socket: self.counted(step, bytes.span)?, event: CountedEvent::PeerRead, bytes: bytes.value }
            }
            Action::Wait(WaitFor::Unsent(bytes)) => {
                PlannedAction::WaitCounted { socket: self.counted(step, bytes.span)?, event: CountedEvent::Unsent, bytes: bytes.value }
            }
            Action::Wait(WaitFor::Unacked(bytes)) => {
                PlannedAction::WaitCounted { socket: self.counted(step, bytes.span)?, event: CountedEvent::Unacked, bytes: bytes.value }
            }
            Action::Sleep(duration) => PlannedAction::Sleep(*duration),
            Action::Exec(command) => self.exec(step, command)?,
            Action::Repeat(repeat) => {
                for (span, what) in [
                    (step.mark.as_ref().map(|mark| mark.span), "`mark`"),
                    (step.expect.as_ref().map(|expect| expect.span), "`expect`"),
                    (step.timeout.as_ref().map(|timeout| timeout.span), "`timeout`"),
                ] {
                    if let Some(span) = span {
                        self.problems.add(
                            Problem::NoEffect,
                            span,
                            format!("{what} has no effect here"),
                            "give it to the steps within `repeat`",
                        );
                    }
                }
                PlannedAction::Repeat { times: repeat.times, steps: self.steps(&repeat.steps) }
            }
        })
    }

    /// A connected TCP socket, whose bytes the kernel counts.
    fn counted(&mut self, step: &Step, span: Span) -> Option<usize> {
        let socket = self.connected(step, false)?;
        let kind = self.sockets[socket].kind;
        if kind != SocketKind::Tcp {
            let label = format!("this socket is {}", kind.name());
            self.problems.add(Problem::WrongSocketKind, span, "the kernel counts these bytes for TCP", label);
            return None;
        }
        Some(socket)
    }

    fn signal(&mut self, name: &str) -> usize {
        self.signals.iter().position(|known| known == name).unwrap_or_else(|| {
            self.signals.push(name.to_owned());
            self.signals.len() - 1
        })
    }

    fn new_socket(&mut self, step: &Step, kind: SocketKind, family: Family, role: SocketRole) -> usize {
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
    fn refused_socket(&mut self, step: &Step, call: &SocketCall) -> Option<PlannedAction> {
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

    fn bind(&mut self, step: &Step, args: &BindArgs) -> Option<PlannedAction> {
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

    fn listen(&mut self, step: &Step, args: &ListenArgs) -> Option<PlannedAction> {
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

    fn next_endpoint(&mut self, socket: usize) -> usize {
        self.endpoint_of[socket] = Some(self.endpoints);
        self.endpoints += 1;
        self.endpoints - 1
    }

    /// The listener a step works on: the one it names, else the last.
    fn listener(&mut self, step: &Step) -> Option<usize> {
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

    fn accept(&mut self, step: &Step, args: &AcceptArgs) -> Option<PlannedAction> {
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

    fn connect(&mut self, step: &Step, args: &ConnectArgs) -> Option<PlannedAction> {
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

    /// The socket a step works on: the one it names, else the last that is not a listener, else the last.
    fn open(&mut self, step: &Step) -> Option<usize> {
        let socket = match &step.on {
            Some(on) => self.named(on)?,
            None => {
                let open = self.last(|_, state| !matches!(state, SocketState::Listening | SocketState::Closed));
                match open.or_else(|| self.last(|_, state| state != SocketState::Closed)).or_else(|| self.last(|_, _| true)) {
                    Some(socket) => socket,
                    None => {
                        let name = step.action.name();
                        return self.no_socket(
                            step,
                            &format!("{name} before there is a socket"),
                            "put a `connect`, `accept`, `bind` or `socket` step before this",
                        );
                    }
                }
            }
        };
        // Nothing can be waited for on a closed socket; every call gets its answer, which may be the lesson.
        let waits = matches!(step.action, Action::Wait(_));
        if self.states[socket] == SocketState::Closed && (waits || !may_fail(step)) {
            let title = format!("{} on a closed socket", step.action.name());
            let label = format!("`{}` was closed before", self.sockets[socket].name);
            let diagnostic = self.problems.add(Problem::ImpossibleOrder, step.span, title, label);
            if !waits {
                diagnostic.with_help("if the error is the lesson, say so: \"expect\": \"EBADF\"");
            }
            return None;
        }
        Some(socket)
    }

    /// A socket on which bytes can be sent or received.
    fn connected(&mut self, step: &Step, for_sending: bool) -> Option<usize> {
        let socket = self.open(step)?;
        let (kind, state) = (self.sockets[socket].kind, self.states[socket]);
        let name = step.action.name();
        if may_fail(step) {
            return Some(socket);
        }
        let is_fine = match state {
            SocketState::Answered | SocketState::Connected => true,
            SocketState::ShutForWriting => !for_sending,
            SocketState::Bound => !kind.is_connection() && !for_sending,
            SocketState::Created | SocketState::Listening | SocketState::Connecting | SocketState::Closed => false,
        };
        if !is_fine {
            let title = match (state, kind.is_connection()) {
                (SocketState::ShutForWriting, _) => format!("{name} after a shutdown for writing"),
                (_, true) => format!("{name} on a socket that is not connected"),
                (_, false) if for_sending => format!("{name} on a socket without a destination"),
                (_, false) => format!("{name} on a socket without an address"),
            };
            self.impossible(step, socket, &title, refusal(&step.action, kind, state));
        }
        Some(socket)
    }

    fn stream(&mut self, step: &Step) -> Option<usize> {
        let socket = self.connected(step, false)?;
        let kind = self.sockets[socket].kind;
        if !kind.is_stream() {
            let title = format!("{} needs a byte stream", step.action.name());
            let label = format!("{} keeps its boundaries: use `recv`", kind.name());
            self.problems.add(Problem::WrongSocketKind, step.span, title, label);
            return None;
        }
        Some(socket)
    }

    /// A socket that a step names must be of the kind of the address that it is given.
    fn check_kind(&mut self, step: &Step, socket: usize, kind: SocketKind, span: Span) -> Option<()> {
        let socket = &self.sockets[socket];
        if socket.kind == kind || may_fail(step) {
            return Some(());
        }
        let title = format!("`{}` is a {} socket", socket.name, socket.kind.name());
        self.problems.add(Problem::WrongSocketKind, span, title, format!("this is an address for {}", kind.name()));
        None
    }

    /// Refuses `as` where no socket is made, and `on` where none is used.
    fn check_socket_names(&mut self, step: &Step, action: &PlannedAction) {
        use PlannedAction as A;
        let makes_socket = match action {
            A::Socket { .. } | A::Accept { .. } | A::Exec { endpoint: Some(_), .. } => true,
            A::Listen { address, .. } => address.is_some(),
            A::Bind { creation, .. } | A::Connect { creation, .. } | A::SendTo { creation, .. } => *creation == Creation::New,
            _ => false,
        };
        let uses_socket = match action {
            A::Socket { .. } | A::RefusedSocket { .. } | A::Signal { .. } | A::WaitSignal { .. } => false,
            A::Sleep(_) | A::Repeat { .. } | A::Exec { .. } => false,
            A::Listen { address, .. } => address.is_none(),
            _ => true,
        };
        let name = step.action.name();
        if let Some(socket) = step.name.as_ref().filter(|_| !makes_socket) {
            let label = format!("this `{name}` makes no socket that could have a name");
            self.problems.add(Problem::NoEffect, socket.span, "`as` has no effect here", label);
        }
        if let Some(socket) = step.on.as_ref().filter(|_| !uses_socket) {
            let label = if makes_socket { "makes a socket of its own" } else { "works on no socket" };
            self.problems.add(Problem::NoEffect, socket.span, "`on` has no effect here", format!("this `{name}` {label}"));
        }
    }

    fn impossible(&mut self, step: &Step, socket: usize, title: &str, errno: Option<&str>) {
        if self.lacks_socket {
            return;
        }
        let label = format!("`{}`: {}", self.sockets[socket].name, self.states[socket].describe());
        let diagnostic = self.problems.add(Problem::ImpossibleOrder, step.span, title, label);
        if let Some(errno) = errno {
            diagnostic.with_help(format!("if the error is the lesson, say so: \"expect\": \"{errno}\""));
        }
    }

    fn no_socket<T>(&mut self, step: &Step, title: &str, label: &str) -> Option<T> {
        if !self.lacks_socket {
            self.problems.add(Problem::ImpossibleOrder, step.span, title, label);
        }
        None
    }
}

/// The error with which Linux refuses a call on a socket that is not connected; `None` where it would wait or succeed.
fn refusal(action: &Action, kind: SocketKind, state: SocketState) -> Option<&'static str> {
    let sends = matches!(action, Action::Send(_) | Action::SendAll(_));
    match (action, kind) {
        (Action::Wait(_), _) => (state == SocketState::Listening).then_some("EINVAL"),
        (Action::Shutdown(_), _) => (!kind.is_unix()).then_some("ENOTCONN"),
        _ if state == SocketState::ShutForWriting => Some("EPIPE"),
        _ if state == SocketState::Connecting => Some("EAGAIN"),
        (_, SocketKind::Tcp) => Some(if sends { "EPIPE" } else { "ENOTCONN" }),
        (_, SocketKind::Udp) => sends.then_some("EDESTADDRREQ"),
        (_, SocketKind::UnixStream) => Some(if sends { "ENOTCONN" } else { "EINVAL" }),
        (_, SocketKind::UnixDgram) => sends.then_some("ENOTCONN"),
        (_, SocketKind::UnixSeqpacket) => Some("ENOTCONN"),
    }
}

fn flags(flags: &[Spanned<Flag>]) -> Vec<Flag> {
    flags.iter().map(|flag| flag.value).collect()
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
