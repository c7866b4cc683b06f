//! Which socket a step works on, and whether it can.

use super::actor::{Creation, PlannedAction};
use super::resolve::{Resolver, may_fail};
use super::socket::SocketState;
use crate::scenario::{Action, Problem, SocketKind, Span, Step};

impl Resolver<'_, '_> {
    /// The socket a step works on: the one it names, else the last that is not a listener, else the last.
    pub(super) fn open(&mut self, step: &Step) -> Option<usize> {
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
    pub(super) fn connected(&mut self, step: &Step, for_sending: bool) -> Option<usize> {
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

    pub(super) fn stream(&mut self, step: &Step) -> Option<usize> {
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
    pub(super) fn check_kind(&mut self, step: &Step, socket: usize, kind: SocketKind, span: Span) -> Option<()> {
        let socket = &self.sockets[socket];
        if socket.kind == kind || may_fail(step) {
            return Some(());
        }
        let title = format!("`{}` is a {} socket", socket.name, socket.kind.name());
        self.problems.add(Problem::WrongSocketKind, span, title, format!("this is an address for {}", kind.name()));
        None
    }

    /// Refuses `as` where no socket is made, and `on` where none is used.
    pub(super) fn check_socket_names(&mut self, step: &Step, action: &PlannedAction) {
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

    pub(super) fn impossible(&mut self, step: &Step, socket: usize, title: &str, errno: Option<&str>) {
        if self.lacks_socket {
            return;
        }
        let label = format!("`{}`: {}", self.sockets[socket].name, self.states[socket].describe());
        let diagnostic = self.problems.add(Problem::ImpossibleOrder, step.span, title, label);
        if let Some(errno) = errno {
            diagnostic.with_help(format!("if the error is the lesson, say so: \"expect\": \"{errno}\""));
        }
    }

    pub(super) fn no_socket<T>(&mut self, step: &Step, title: &str, label: &str) -> Option<T> {
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
