//! What was found: plain data, made once by the run and never changed. Everything that a report says comes from here.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::error_code::ErrorCode;
use super::rounds::RoundStatistics;
use super::settings::Protocol;
use crate::scenario::format_duration;
use crate::trace::{Address, escape};

/// A time in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Micros(pub u64);

impl From<Duration> for Micros {
    fn from(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_duration(Duration::from_micros(self.0)))
    }
}

/// What came of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was reached, and answered where an answer was expected.
    Reached,
    /// It was not reached, or did not answer as expected.
    NotReached,
    /// Nothing could be tried from here: no address to try, no descriptor, no such source address.
    NotTried,
    /// The user stopped it before it was known.
    Interrupted,
}

/// Everything that was found about one target.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Findings {
    /// The target, as it was typed.
    pub target: String,
    /// What it was spoken to in.
    pub protocol: Protocol,
    /// What came of it.
    pub outcome: Outcome,
    /// What ended it before its own end.
    pub stopped: Option<Stopped>,
    /// The first phase: from a name to addresses. None where there was no name.
    pub resolution: Option<Resolution>,
    /// The second phase: an attempt for each address that was tried, in the order in which they began.
    pub attempts: Vec<Attempt>,
    /// The attempt whose connection was kept, counted from 0.
    pub kept: Option<usize>,
    /// The third phase: what was sent and what came, on the connection that was kept.
    pub exchange: Option<Exchange>,
    /// Connecting again and again (--count).
    pub rounds: Option<RoundStatistics>,
    /// All phases together.
    pub took_us: Micros,
}

/// What ended a target's phases before their own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// The deadline of the whole run.
    Deadline,
    /// The user.
    Interrupted,
}

/// What the resolver said.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Resolution {
    /// The name.
    pub host: String,
    /// The port, or the name of a service.
    pub service: String,
    /// Whether the name is an IPv4 address in a form of old (man 3 inet_aton): `127.1`, `0x7f.0.0.1`, `0177.0.0.1` or `2130706433`.
    pub is_old_form: bool,
    /// Whether this machine has the interface that a zone names; None without a zone, or where that is not known.
    pub has_interface: Option<bool>,
    /// How long it took.
    pub took_us: Micros,
    /// Its answer.
    pub answer: Answer,
}

/// The resolver's answer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Every address, in the resolver's order.
    Addresses(Vec<Address>),
    /// An error.
    Failed(ErrorCode),
    /// None within the time limit. The resolver cannot be interrupted: it was left behind.
    TimedOut {
        /// The limit
        limit_us: Micros,
    },
    /// None before the user stopped it.
    Interrupted,
}

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
    pub(super) fn new(to: Address, start: Duration) -> Self {
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

    pub(super) fn stopped(&self) -> Option<Stopped> {
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

/// A socket option, as the kernel has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OptionInForce {
    /// Its name.
    pub name: &'static str,
    /// What was asked for; None where nothing was.
    pub asked: Option<String>,
    /// What getsockopt says.
    pub in_force: String,
}

/// What was sent, and what came.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Exchange {
    /// How many bytes the kernel took.
    pub sent: Option<usize>,
    /// The time from the connection to the first byte.
    pub first_byte_us: Option<Micros>,
    /// What came.
    pub received: Received,
    /// The time from the connection to the end.
    pub took_us: Micros,
    /// How it ended.
    pub end: ExchangeEnd,
}

/// Bytes from a peer, as many as are kept.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Received {
    /// How many are kept.
    pub bytes: usize,
    /// They as text, with everything escaped that is not printable.
    pub text: String,
    /// Whether there is more than is kept.
    pub is_cut: bool,
}

impl Received {
    pub(super) fn new(bytes: &[u8], is_cut: bool) -> Self {
        Self { bytes: bytes.len(), text: escape(bytes), is_cut }
    }
}

/// How the exchange ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExchangeEnd {
    /// Bytes came, as expected.
    Answered,
    /// Bytes came, but not those that were expected, as far as they are kept.
    Unexpected {
        /// What was expected, escaped.
        expected: String,
    },
    /// The peer closed the connection (end of stream) before what was expected came.
    Closed,
    /// Nothing, or not what was expected, came within the time limit.
    TimedOut {
        /// The limit
        limit_us: Micros,
        /// What takes connections at the target's port (sock_diag), where it is this machine's own.
        bound: Option<Vec<BoundSocket>>,
    },
    /// A call failed.
    Failed(CallFailure),
    /// Nothing, or not what was expected, came before the whole run's deadline.
    Deadline {
        /// How long was waited.
        waited_us: Micros,
        /// What takes connections at the target's port (sock_diag), where it is this machine's own.
        bound: Option<Vec<BoundSocket>>,
    },
    /// The user stopped it.
    Interrupted,
}

impl ExchangeEnd {
    /// How long was waited in vain, and what was bound to the target's port then.
    pub(super) fn silence(&self) -> Option<(Micros, Option<&[BoundSocket]>)> {
        match self {
            Self::TimedOut { limit_us: waited, bound } | Self::Deadline { waited_us: waited, bound } => Some((*waited, bound.as_deref())),
            Self::Answered | Self::Unexpected { .. } | Self::Closed | Self::Failed(_) | Self::Interrupted => None,
        }
    }

    pub(super) fn stopped(&self) -> Option<Stopped> {
        match self {
            Self::Deadline { .. } => Some(Stopped::Deadline),
            Self::Interrupted => Some(Stopped::Interrupted),
            Self::Answered | Self::Unexpected { .. } | Self::Closed | Self::TimedOut { .. } | Self::Failed(_) => None,
        }
    }
}
