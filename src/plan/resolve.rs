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
    Action, Family, Flag, Problem, Problems, ShutdownHow, SocketArgs, SocketKind, Span, Spanned, Step, StepExpect, Until, WaitFor,
};

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
pub(super) fn expects_success(expect: &StepExpect) -> bool {
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
pub(super) fn can_only_fail(step: &Step) -> bool {
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
}

fn flags(flags: &[Spanned<Flag>]) -> Vec<Flag> {
    flags.iter().map(|flag| flag.value).collect()
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
