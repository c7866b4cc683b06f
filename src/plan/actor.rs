//! What an actor will do: its steps with every name resolved.

use super::exec::Told;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::socket::PlannedSocket;
use crate::framing::NamedCodec;
use crate::scenario::{Flag, OptionSetting, ShutdownHow, SocketConstant, SocketOption, Span, Spanned, StepExpect};

/// An actor: a thread that carries out its steps in order.
#[derive(Clone, Debug)]
pub struct PlannedActor {
    /// Its name.
    pub name: String,
    /// The sockets its steps make; steps refer to them by index.
    pub sockets: Vec<PlannedSocket>,
    /// The steps.
    pub steps: Vec<PlannedStep>,
    /// How many sockets others can name as an address; the board has a place for each.
    pub endpoints: usize,
}

impl PlannedActor {
    /// Every step, those within `repeat` among them, in order.
    pub fn all_steps(&self) -> Vec<&PlannedStep> {
        flatten(&self.steps)
    }

    /// The step with this number.
    pub fn step(&self, id: u32) -> Option<&PlannedStep> {
        self.all_steps().into_iter().find(|step| step.id == id)
    }
}

/// A step, with names resolved and settings applied.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// Its number within the actor, counted through nested steps.
    pub id: u32,
    /// What it does.
    pub action: PlannedAction,
    /// The name of the action in the file.
    pub name: &'static str,
    /// The longest it may take.
    pub timeout: Duration,
    /// What it is expected to give.
    pub expect: Option<Spanned<StepExpect>>,
    /// Where it stands in the file.
    pub span: Span,
    /// The name of the time it takes.
    pub mark: Option<Spanned<String>>,
    /// The author's remark.
    pub note: Option<String>,
}

/// Whether a step makes the socket it works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It makes the socket first.
    New,
    /// The socket is there.
    Existing,
}

/// A bound socket of an actor, whose address is known only when the kernel has chosen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EndpointRef {
    /// The actor.
    pub actor: usize,
    /// The number of the endpoint within the actor.
    pub endpoint: usize,
}

/// An address, as far as it is known before the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlannedAddress {
    /// An address of the internet.
    Ip(SocketAddr),
    /// A path of the Unix domain, absolute or within the run's directory.
    Path(String),
    /// The address that another socket will have; waited for until it is bound, or until it listens where it does.
    Of {
        /// The socket.
        endpoint: EndpointRef,
        /// Whether it will listen.
        listens: bool,
        /// An address that takes the place of its own, beside its port.
        at: Option<IpAddr>,
    },
}

/// What `wait` can wait for besides signals and bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyEvent {
    /// The socket is writable, or its connect has ended (POLLOUT).
    Writable,
    /// A connection can be accepted (POLLIN on a listener).
    Acceptable,
    /// An error is pending (POLLERR).
    Error,
}

/// What `wait` can wait for that only the kernel's counters tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedEvent {
    /// The peer's kernel has received a number of bytes.
    PeerReceived,
    /// The peer has read a number of bytes, and all that it has received.
    PeerRead,
    /// No more than a number of bytes have not been sent.
    Unsent,
    /// No more than a number of bytes have not been acknowledged.
    Unacked,
}

/// What a step does. `socket` is an index into the actor's sockets.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are the arguments of the calls that the variants are named after")]
pub enum PlannedAction {
    Socket {
        socket: usize,
    },
    /// socket(2) with arguments that the kernel does not take: it makes no socket.
    RefusedSocket {
        domain: SocketConstant,
        kind: SocketConstant,
        protocol: SocketConstant,
    },
    Bind {
        socket: usize,
        creation: Creation,
        address: PlannedAddress,
        endpoint: usize,
    },
    Listen {
        socket: usize,
        address: Option<PlannedAddress>,
        backlog: i32,
        endpoint: usize,
    },
    Accept {
        listener: usize,
        socket: usize,
    },
    /// accept(2) where no descriptor is left for a connection.
    AcceptWithoutDescriptors {
        listener: usize,
    },
    Connect {
        socket: usize,
        creation: Creation,
        address: PlannedAddress,
    },
    Send {
        socket: usize,
        payload: Arc<[u8]>,
        flags: Vec<Flag>,
        all: bool,
    },
    SendTo {
        socket: usize,
        creation: Creation,
        address: PlannedAddress,
        payload: Arc<[u8]>,
        flags: Vec<Flag>,
    },
    /// `sized`: the step itself says the size, so that `--recv-size` does not reach it.
    Recv {
        socket: usize,
        size: usize,
        sized: bool,
        flags: Vec<Flag>,
        from: bool,
    },
    RecvExact {
        socket: usize,
        bytes: usize,
    },
    /// Until the token, or until the end of stream where there is none.
    RecvUntil {
        socket: usize,
        token: Option<Arc<[u8]>>,
        size: usize,
    },
    /// Until a frame of the codec has come.
    RecvFrame {
        socket: usize,
        codec: NamedCodec,
        size: usize,
    },
    Shutdown {
        socket: usize,
        how: ShutdownHow,
    },
    Close {
        socket: usize,
    },
    Abort {
        socket: usize,
    },
    Set {
        socket: usize,
        settings: Vec<OptionSetting>,
    },
    Get {
        socket: usize,
        option: SocketOption,
    },
    Nonblocking {
        socket: usize,
        on: bool,
    },
    Signal {
        signal: usize,
    },
    WaitSignal {
        signal: usize,
    },
    WaitReadable {
        socket: usize,
        bytes: u64,
    },
    /// Until the socket is ready in one of poll(2)'s ways.
    WaitReady {
        socket: usize,
        event: ReadyEvent,
    },
    /// Until the kernel has counted so many bytes.
    WaitCounted {
        socket: usize,
        event: CountedEvent,
        bytes: u64,
    },
    Sleep(Duration),
    /// `endpoint`: the place of its address, where it is told a port. `to_end`: it is waited for, because its exit code is expected.
    Exec {
        command: String,
        endpoint: Option<usize>,
        told: Vec<Told>,
        to_end: bool,
    },
    Repeat {
        times: u64,
        steps: Vec<PlannedStep>,
    },
}

impl PlannedAction {
    /// The Unix path that it is about, where its step names one.
    pub(crate) fn path(&self) -> Option<&str> {
        let address = match self {
            Self::Bind { address, .. } | Self::Connect { address, .. } | Self::SendTo { address, .. } => Some(address),
            Self::Listen { address, .. } => address.as_ref(),
            _ => None,
        };
        match address? {
            PlannedAddress::Path(path) => Some(path),
            PlannedAddress::Ip(_) | PlannedAddress::Of { .. } => None,
        }
    }
}

/// Every step of a list and of the `repeat`s within it, in order.
pub(crate) fn flatten(steps: &[PlannedStep]) -> Vec<&PlannedStep> {
    let mut all = Vec::new();
    for step in steps {
        all.push(step);
        if let PlannedAction::Repeat { steps, .. } = &step.action {
            all.extend(flatten(steps));
        }
    }
    all
}
