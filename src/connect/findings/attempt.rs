//! One attempt to connect: how it ended, and what could be learned beside it.

use std::net::IpAddr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Micros, OptionInForce, Stopped};
use crate::connect::error_code::ErrorCode;
use crate::trace::Address;

/// One attempt to reach one address.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Attempt {
    /// The address.
    pub to: Address,
    /// The address that it came from, where the kernel had chosen one.
    pub from: Option<Address>,
    /// When it began, counted from the first attempt.
    pub start_us: Micros,
    /// How long it took.
    pub took_us: Micros,
    /// How it ended.
    pub end: AttemptEnd,
    /// Whether connect was under way (EINPROGRESS) rather than answered at once by this machine's own kernel.
    pub was_pending: bool,
    /// The error that waited in the socket's error queue.
    pub queued_error: Option<QueuedErrorReport>,
    /// The segments that the kernel counted as sent (TCP_INFO), where nothing came back: each was a SYN.
    pub syns: Option<u64>,
    /// What could be learned of the circumstances, where it failed.
    pub circumstances: Option<Circumstances>,
    /// The socket options in force, where there was a connection.
    pub options: Vec<OptionInForce>,
}

/// How an attempt ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// With a connection.
    Connected,
    /// With a datagram from there (UDP).
    Answered,
    /// With an error.
    Failed(CallFailure),
    /// Nothing came within our own time limit; the kernel had not given up. Not to be confused with ETIMEDOUT.
    TimedOut {
        /// The limit
        limit_us: Micros,
    },
    /// Nothing came before the whole run's deadline, which was earlier than the limit of this attempt.
    Deadline,
    /// Another address was faster.
    Lost,
    /// The user stopped it.
    Interrupted,
}

impl Attempt {
    /// An attempt that begins.
    pub(in crate::connect) fn new(to: Address, start: Duration) -> Self {
        Self {
            to,
            from: None,
            start_us: start.into(),
            took_us: Micros(0),
            end: AttemptEnd::Lost,
            was_pending: false,
            queued_error: None,
            syns: None,
            circumstances: None,
            options: Vec::new(),
        }
    }
}

impl Attempt {
    /// Whether this machine's own kernel said no in the call itself, so that no packet left.
    pub fn failed_at_once(&self) -> bool {
        matches!(&self.end, AttemptEnd::Failed(failure) if failure.call != Call::Recv) && !self.was_pending
    }
}

impl AttemptEnd {
    /// What was lost, by the name of the error; `None` where it connected, or was broken off.
    pub fn loss(&self) -> Option<String> {
        match self {
            Self::Failed(failure) => Some(failure.error.name.clone()),
            Self::TimedOut { .. } | Self::Deadline => Some("timeout".to_owned()),
            Self::Connected | Self::Answered | Self::Lost | Self::Interrupted => None,
        }
    }

    pub(in crate::connect) fn stopped(&self) -> Option<Stopped> {
        match self {
            Self::Deadline => Some(Stopped::Deadline),
            Self::Interrupted => Some(Stopped::Interrupted),
            Self::Connected | Self::Answered | Self::Failed(_) | Self::TimedOut { .. } | Self::Lost => None,
        }
    }
}

/// A socket call that failed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CallFailure {
    /// The call.
    pub call: Call,
    /// Its error.
    pub error: ErrorCode,
}

/// The calls that connecting consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "each is the call of that name")]
pub enum Call {
    Getaddrinfo,
    Socket,
    Setsockopt,
    Bind,
    Connect,
    Send,
    Recv,
}

impl Call {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Getaddrinfo => "getaddrinfo",
            Self::Socket => "socket",
            Self::Setsockopt => "setsockopt",
            Self::Bind => "bind",
            Self::Connect => "connect",
            Self::Send => "send",
            Self::Recv => "recv",
        }
    }
}

/// An error from a socket's error queue (IP_RECVERR).
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct QueuedErrorReport {
    /// Whether it came with an ICMP message, rather than from this machine's own kernel.
    pub is_icmp: bool,
    /// The type of the ICMP message.
    pub icmp_type: u8,
    /// The code of the ICMP message.
    pub icmp_code: u8,
    /// What the two mean.
    pub meaning: String,
    /// Who sent it.
    pub offender: Option<IpAddr>,
    /// Whether that is this machine itself.
    pub offender_is_here: bool,
}

/// What could be learned beside the attempt itself.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Circumstances {
    /// Whether the address is one of this machine's own.
    pub is_local: bool,
    /// The interface that the zone of an IPv6 address names.
    pub interface: Option<String>,
    /// Whether this machine's routing table has a way there.
    pub has_route: Option<bool>,
    /// The name of the error that the routing table gives instead of a way.
    pub route_error: Option<String>,
    /// Whether the routing table has it as a broadcast address.
    pub is_broadcast: bool,
    /// Whether the host answers on the local network, by the kernel's table of IPv4 neighbours; None where it has no entry there.
    pub neighbour_answers: Option<bool>,
    /// What is bound to that port on this machine now (sock_diag), where the address is this machine's own.
    pub bound: Option<Vec<BoundSocket>>,
    /// Sockets of this machine that have the port, and neither listen nor are connected (sock_diag).
    pub not_listening: Vec<Address>,
    /// What is at the path of a Unix socket.
    pub file: Option<FileKind>,
    /// Who may use that file: its mode and its owner.
    pub permissions: Option<String>,
    /// Whether a socket has that path or abstract name now (sock_diag); None where that is not known.
    pub has_owner: Option<bool>,
}

/// A socket that takes what comes to a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BoundSocket {
    /// Where it is bound.
    pub address: Address,
    /// Whether what comes to the target's address comes to it.
    pub takes_target: bool,
    /// Connections that wait to be accepted; of UDP, bytes that wait to be read.
    pub queued: u32,
    /// How many connections may wait.
    pub backlog: u32,
}

impl BoundSocket {
    /// Whether the kernel drops further SYNs: it does when more wait than the backlog says (`sk_acceptq_is_full`).
    pub fn is_full(&self) -> bool {
        self.queued > self.backlog
    }
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Nothing
    Missing,
    /// A socket
    Socket,
    /// A directory
    Directory,
    /// Something else
    Other,
    /// This user may not look
    Unknown,
}
