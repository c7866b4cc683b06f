//! Steps: socket calls under their BSD names, and the few compound ones that programs are made of.
//!
//! A step is an object with one *action* (`"recv": {}`) and, beside it, what concerns the step as a whole: `on` and
//! `as` (which socket), `timeout`, `expect`, `note`.

mod decode;
mod schema;
mod socket;

use std::time::Duration;

use schemars::JsonSchema;

use super::endpoint::Endpoint;
use super::expect::StepExpect;
use super::option::{OptionSetting, SocketOption};
use super::payload::Payload;
use super::source::{Span, Spanned};
use crate::framing::NamedCodec;

pub use socket::{SocketArgs, SocketCall, SocketConstant};

pub(crate) use decode::check_name;

/// One step of an actor.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// The action's key in the file: where messages about the step point.
    pub span: Span,
    /// The socket it works on, by name; left out, the one the actor made last.
    pub on: Option<Spanned<String>>,
    /// The name of the socket that it makes.
    pub name: Option<Spanned<String>>,
    /// The longest it may take.
    pub timeout: Option<Spanned<Duration>>,
    /// What it is expected to give.
    pub expect: Option<Spanned<StepExpect>>,
    /// A name for the time it takes, for expectations of the time between two such steps.
    pub mark: Option<Spanned<String>>,
    /// A remark, shown when the step does not give what is expected.
    pub note: Option<String>,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// `socket(2)`
    Socket(SocketArgs),
    /// `bind(2)`
    Bind(BindArgs),
    /// `listen(2)`, with `socket` and `bind` where an address is given
    Listen(ListenArgs),
    /// `accept(2)`; or, to show EMFILE, where no descriptor is left
    Accept(AcceptArgs),
    /// `connect(2)`, with `socket` where there is none
    Connect(ConnectArgs),
    /// `send(2)`, once
    Send(SendArgs),
    /// `send(2)` until everything is accepted
    SendAll(SendArgs),
    /// `sendto(2)`
    SendTo(SendToArgs),
    /// `recv(2)`, once
    Recv(RecvArgs),
    /// `recvfrom(2)`, once
    RecvFrom(RecvArgs),
    /// `recv(2)` until that many bytes have come
    RecvExact(u64),
    /// `recv(2)` until a token or the end
    RecvUntil(Until),
    /// `send(2)` until a frame is accepted
    SendFrame(SendFrameArgs),
    /// `recv(2)` until a frame has come
    RecvFrame(Spanned<NamedCodec>),
    /// `shutdown(2)`
    Shutdown(ShutdownHow),
    /// `close(2)`
    Close,
    /// `close(2)` with SO_LINGER 0: a reset
    Abort,
    /// `setsockopt(2)`, once for each option
    Set(Vec<OptionSetting>),
    /// `getsockopt(2)` or an ioctl
    Get(SocketOption),
    /// O_NONBLOCK on or off
    Nonblocking(bool),
    /// Gives a signal to the other actors
    Signal(Spanned<String>),
    /// Waits for an event
    Wait(WaitFor),
    /// Waits for a time: only where time is the lesson
    Sleep(Duration),
    /// Several steps, several times
    Repeat(RepeatArgs),
    /// Starts a program, and waits until it accepts where its words name a port
    Exec(Spanned<String>),
}

/// What stands for a free port in the command of an `exec` step.
pub const EXEC_PORT: &str = "{port}";

impl Action {
    /// The action's name in the file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Socket(_) => "socket",
            Self::Bind(_) => "bind",
            Self::Listen(_) => "listen",
            Self::Accept(_) => "accept",
            Self::Connect(_) => "connect",
            Self::Send(_) => "send",
            Self::SendAll(_) => "send_all",
            Self::SendTo(_) => "send_to",
            Self::Recv(_) => "recv",
            Self::RecvFrom(_) => "recv_from",
            Self::RecvExact(_) => "recv_exact",
            Self::RecvUntil(_) => "recv_until",
            Self::SendFrame(_) => "send_frame",
            Self::RecvFrame(_) => "recv_frame",
            Self::Shutdown(_) => "shutdown",
            Self::Close => "close",
            Self::Abort => "abort",
            Self::Set(_) => "set",
            Self::Get(_) => "get",
            Self::Nonblocking(_) => "nonblocking",
            Self::Signal(_) => "signal",
            Self::Wait(_) => "wait",
            Self::Sleep(_) => "sleep",
            Self::Repeat(_) => "repeat",
            Self::Exec(_) => "exec",
        }
    }
}

/// Arguments of `bind`.
#[derive(Clone, Debug)]
pub struct BindArgs {
    /// The address.
    pub endpoint: Endpoint,
}

/// Arguments of `listen`.
#[derive(Clone, Debug)]
pub struct ListenArgs {
    /// The address of a new socket; left out, the actor's bound socket listens.
    pub endpoint: Option<Endpoint>,
    /// Connections that may wait to be accepted. Default 128.
    pub backlog: Option<u64>,
}

/// Arguments of `accept`.
#[derive(Clone, Debug, Default)]
pub struct AcceptArgs {
    /// `"descriptors_left": 0`: it is called where no descriptor is left for the connection.
    pub without_descriptors: Option<Span>,
}

/// Arguments of `connect`.
#[derive(Clone, Debug)]
pub enum ConnectArgs {
    /// To the socket of another actor: "server", or "server.name".
    To(Spanned<String>),
    /// To an address.
    Address(Endpoint),
}

/// Arguments of `send` and `send_all`.
#[derive(Clone, Debug)]
pub struct SendArgs {
    /// What is sent.
    pub payload: Payload,
    /// Flags of `send(2)`.
    pub flags: Vec<Spanned<Flag>>,
}

/// Arguments of `send_to`.
#[derive(Clone, Debug)]
pub struct SendToArgs {
    /// The actor whose socket it is sent to: "server", or "server.name".
    pub to: Spanned<String>,
    /// What and how.
    pub send: SendArgs,
}

/// Arguments of `recv` and `recv_from`.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RecvArgs {
    /// Bytes asked for. Default: `recv_size` of the defaults.
    #[schemars(range(min = 1, max = 16_777_216))]
    pub size: Option<Spanned<u64>>,
    /// Flags of `recv(2)`: peek, trunc, waitall, dontwait, oob.
    #[schemars(default)]
    pub flags: Vec<Spanned<Flag>>,
}

/// Arguments of `send_frame`.
#[derive(Clone, Debug)]
pub struct SendFrameArgs {
    /// How the frame is written.
    pub codec: Spanned<NamedCodec>,
    /// The frame.
    pub payload: Payload,
}

/// Until what `recv_until` reads.
#[derive(Clone, Debug)]
pub enum Until {
    /// Until these bytes have come; what came behind them is kept for the next compound read.
    Token(Payload),
    /// Until the peer's end of stream.
    Eof,
}

/// What a `wait` waits for.
#[derive(Clone, Debug)]
pub enum WaitFor {
    /// A signal that another actor gives.
    Signal(Spanned<String>),
    /// That many bytes are queued for reading (FIONREAD).
    Readable(Spanned<u64>),
    /// The socket is writable; a connect under way is then finished, one way or the other.
    Writable,
    /// A connection waits in the listener's queue to be accepted.
    Acceptable,
    /// An error is pending on the socket; the next call on it, or `get` of "error", will return it.
    Error,
    /// The kernel of the peer has received that many bytes of what this socket sent, read or not.
    PeerReceived(Spanned<u64>),
    /// The program at the other end has read that many bytes of what this socket sent, and all of it that has come.
    PeerRead(Spanned<u64>),
    /// At most that many bytes that were accepted for sending have not been sent.
    Unsent(Spanned<u64>),
    /// At most that many bytes that were accepted for sending have not been acknowledged.
    Unacked(Spanned<u64>),
}

/// Arguments of `repeat`.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RepeatArgs {
    /// How often.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub times: u64,
    /// The steps.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
}

/// Flags of the send and recv calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// MSG_MORE: more is coming, hold a partial segment back.
    More,
    /// MSG_EOR: end of a record.
    Eor,
    /// MSG_OOB: the last byte is urgent.
    Oob,
    /// MSG_PEEK: look without taking.
    Peek,
    /// MSG_TRUNC: the true length of a datagram is returned.
    Trunc,
    /// MSG_WAITALL: wait until everything asked for has come.
    Waitall,
    /// MSG_DONTWAIT: do not block this once.
    Dontwait,
}

impl Flag {
    /// Names and flags.
    pub const WORDS: &[(&str, Self)] = &[
        ("more", Self::More),
        ("eor", Self::Eor),
        ("oob", Self::Oob),
        ("peek", Self::Peek),
        ("trunc", Self::Trunc),
        ("waitall", Self::Waitall),
        ("dontwait", Self::Dontwait),
    ];

    /// The name in scenario files.
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, flag)| *flag == self).map_or("", |(name, _)| name)
    }

    /// Whether `send(2)` takes it; the others are for `recv(2)`.
    pub fn is_for_send(self) -> bool {
        matches!(self, Self::More | Self::Eor | Self::Oob | Self::Dontwait)
    }

    /// Whether `recv(2)` takes it.
    pub fn is_for_recv(self) -> bool {
        matches!(self, Self::Oob | Self::Peek | Self::Trunc | Self::Waitall | Self::Dontwait)
    }
}

/// Which end `shutdown` closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShutdownHow {
    /// SHUT_RD
    Read,
    /// SHUT_WR: the peer reads end of stream, its answer still arrives.
    Write,
    /// SHUT_RDWR
    Both,
}

/// Every action's name, in the order of the documentation.
pub(crate) const ACTIONS: &[&str] = &[
    "socket",
    "bind",
    "listen",
    "accept",
    "connect",
    "send",
    "send_all",
    "send_to",
    "recv",
    "recv_from",
    "recv_exact",
    "recv_until",
    "send_frame",
    "recv_frame",
    "shutdown",
    "close",
    "abort",
    "set",
    "get",
    "nonblocking",
    "signal",
    "wait",
    "sleep",
    "repeat",
    "exec",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_belongs_somewhere() {
        for (name, flag) in Flag::WORDS {
            assert!(flag.is_for_send() || flag.is_for_recv(), "{name}");
        }
    }
}
