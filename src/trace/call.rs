//! One socket call, as it is shown and serialised.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::digest::BlockDigest;
use super::escape::hex;
use crate::errno::Errno;
use crate::scenario::{Flag, SocketOption};

macro_rules! call_kinds {
    ($($(#[$doc:meta])* $variant:ident $name:literal,)*) => {
        /// What was called.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum CallKind { $($(#[$doc])* $variant,)* }

        impl CallKind {
            /// The call's name in C, or what netlab did.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

call_kinds! {
    /// socket(2)
    Socket "socket",
    /// bind(2)
    Bind "bind",
    /// listen(2)
    Listen "listen",
    /// accept(2)
    Accept "accept",
    /// connect(2)
    Connect "connect",
    /// send(2)
    Send "send",
    /// sendto(2)
    SendTo "sendto",
    /// recv(2); for datagrams recvmsg(2), which also tells whether the datagram was cut
    Recv "recv",
    /// recvfrom(2), by recvmsg(2)
    RecvFrom "recvfrom",
    /// shutdown(2)
    Shutdown "shutdown",
    /// close(2)
    Close "close",
    /// close(2) with SO_LINGER 0: a reset instead of an orderly end
    Abort "close, linger 0",
    /// setsockopt(2)
    SetOption "setsockopt",
    /// getsockopt(2) or ioctl(2)
    GetOption "getsockopt",
    /// fcntl(2), O_NONBLOCK
    Nonblocking "fcntl",
    /// netlab: the bytes that a compound read (`recv_exact`, `recv_until`) put together from its reads
    Frame "frame",
    /// netlab: a signal given to the other actors
    Signal "signal",
    /// netlab: waiting for a signal
    WaitSignal "wait signal",
    /// netlab: waiting until bytes are queued (epoll_wait(2), FIONREAD)
    WaitReadable "wait readable",
    /// netlab: waiting until the socket is writable (poll(2))
    WaitWritable "wait writable",
    /// netlab: waiting until a connection can be accepted (poll(2))
    WaitAcceptable "wait acceptable",
    /// netlab: waiting until an error is pending (poll(2))
    WaitError "wait error",
    /// netlab: waiting until the peer's kernel has received bytes (sock_diag, SIOCOUTQ)
    WaitPeerReceived "wait peer_received",
    /// netlab: waiting until bytes have been sent (TCP_INFO)
    WaitUnsent "wait unsent",
    /// netlab: waiting until bytes have been acknowledged (SIOCOUTQ)
    WaitUnacked "wait unacked",
    /// netlab: a pause
    Sleep "sleep",
    /// netlab: waiting until the peer has read bytes (sock_diag)
    WaitPeerRead "wait peer_read",
    /// netlab: starting a program, and waiting until it accepts (execve(2), connect(2))
    Exec "exec",
}

impl CallKind {
    /// Whether it reads bytes.
    pub fn is_read(self) -> bool {
        matches!(self, Self::Recv | Self::RecvFrom)
    }

    /// Whether it sends bytes.
    pub fn is_send(self) -> bool {
        matches!(self, Self::Send | Self::SendTo)
    }
}

/// What `asked` says of a shutdown(2) for reading.
pub const SHUT_RD: u32 = 0;
/// What `asked` says of a shutdown(2) for writing.
pub const SHUT_WR: u32 = 1;
/// What `asked` says of a shutdown(2) for both.
pub const SHUT_RDWR: u32 = 2;

/// Facts about a call that are true or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallFlags(pub(crate) u16);

impl CallFlags {
    /// The call found nothing to do at first and had to wait: a recv that was there before the bytes.
    pub const WAITED: Self = Self(1 << 8);
    /// The kernel returned MSG_TRUNC: the datagram was longer than the buffer.
    pub const TRUNCATED: Self = Self(1 << 9);
    /// The last call of its step.
    pub const LAST_OF_STEP: Self = Self(1 << 10);
    /// Of a frame: the stream ended, so no more can come.
    pub const ENDED: Self = Self(1 << 11);

    fn of_flag(flag: Flag) -> Self {
        let index = Flag::WORDS.iter().position(|&(_, known)| known == flag).unwrap_or(0);
        Self(1 << index)
    }

    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it holds.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the call was made with this flag.
    pub fn has_flag(self, flag: Flag) -> bool {
        self.has(Self::of_flag(flag))
    }

    /// The flags that the call was made with.
    pub fn flags(self) -> Vec<Flag> {
        Flag::WORDS.iter().map(|&(_, flag)| flag).filter(|&flag| self.has_flag(flag)).collect()
    }
}

impl FromIterator<Flag> for CallFlags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        flags.into_iter().fold(Self::default(), |all, flag| all.with(Self::of_flag(flag)))
    }
}

/// What a call gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// It succeeded: bytes for a send or recv, the value of an option, else 0.
    Returned(u32),
    /// It failed.
    Failed(Errno),
    /// netlab stopped waiting for it: the step's time limit.
    TimedOut,
    /// netlab stopped waiting for it: the run was over.
    Released,
}

impl CallOutcome {
    /// What it returned, where it succeeded.
    pub fn returned(self) -> Option<u32> {
        match self {
            Self::Returned(value) => Some(value),
            Self::Failed(_) | Self::TimedOut | Self::Released => None,
        }
    }
}

/// The bytes of a call: all of them, or the first ones and a digest of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data<'t> {
    /// The first bytes; all of them unless there is a digest.
    pub prefix: Cow<'t, [u8]>,
    /// How many there were.
    pub len: u32,
    /// XXH3 of all of them, where they are not all kept.
    pub digest: Option<u64>,
}

impl Data<'_> {
    /// Whether all bytes are kept.
    pub fn is_whole(&self) -> bool {
        self.digest.is_none()
    }
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "CallRecord", into = "CallRecord")]
#[schemars(with = "CallRecord")]
pub struct Call<'t> {
    /// The step that it belongs to.
    pub step: u32,
    /// What was called.
    pub kind: CallKind,
    /// The socket, by index.
    pub socket: Option<usize>,
    /// The option, for setsockopt and getsockopt.
    pub option: Option<SocketOption>,
    /// What was asked for: bytes for a send or recv, the backlog of listen, the value of an option.
    pub asked: u32,
    /// What it gave.
    pub outcome: CallOutcome,
    /// Flags, its own and netlab's.
    pub flags: CallFlags,
    /// When it began, in nanoseconds from the start of the run.
    pub start_ns: u64,
    /// When it ended.
    pub end_ns: u64,
    /// The bytes sent or read.
    pub data: Data<'t>,
    /// The other side: the destination of connect and sendto, the sender of recvfrom, the peer of accept.
    pub address: Option<Address>,
}

/// How a call stands in JSON.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallRecord {
    /// The step of the actor that it belongs to.
    step: u32,
    /// What was called.
    call: CallKind,
    /// The socket, by index into the actor's sockets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    socket: Option<usize>,
    /// The option, for setsockopt and getsockopt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    option: Option<SocketOption>,
    /// What was asked for: bytes for a send or recv, the backlog of listen, the value of an option.
    #[serde(default, skip_serializing_if = "is_zero")]
    asked: u32,
    /// What it gave.
    outcome: CallOutcome,
    /// Flags that the call was made with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    flags: Vec<Flag>,
    /// Whether it had to wait.
    #[serde(default, skip_serializing_if = "is_false")]
    waited: bool,
    /// Whether the kernel cut the datagram (MSG_TRUNC).
    #[serde(default, skip_serializing_if = "is_false")]
    truncated: bool,
    /// Whether it is the last call of its step.
    #[serde(default, skip_serializing_if = "is_false")]
    ends_step: bool,
    /// Of a frame: whether the stream ended.
    #[serde(default, skip_serializing_if = "is_false")]
    ended: bool,
    /// Nanoseconds from the start of the run.
    start_ns: u64,
    /// Nanoseconds from the start of the run.
    end_ns: u64,
    /// The first bytes, where they are printable text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The first bytes in hexadecimal, where they are not printable text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    /// XXH3 of all bytes, where not all are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<BlockDigest>,
    /// The other side's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn is_false(value: &bool) -> bool {
    !*value
}

impl From<Call<'_>> for CallRecord {
    fn from(call: Call<'_>) -> Self {
        let printable = |text: &&str| !text.is_empty() && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t');
        let text = std::str::from_utf8(&call.data.prefix).ok().filter(printable).map(str::to_owned);
        let hex = (text.is_none() && !call.data.prefix.is_empty()).then(|| hex(&call.data.prefix));
        Self {
            step: call.step,
            call: call.kind,
            socket: call.socket,
            option: call.option,
            asked: call.asked,
            outcome: call.outcome,
            flags: call.flags.flags(),
            waited: call.flags.has(CallFlags::WAITED),
            truncated: call.flags.has(CallFlags::TRUNCATED),
            ends_step: call.flags.has(CallFlags::LAST_OF_STEP),
            ended: call.flags.has(CallFlags::ENDED),
            start_ns: call.start_ns,
            end_ns: call.end_ns,
            text,
            hex,
            digest: call.data.digest.map(BlockDigest),
            address: call.address,
        }
    }
}

impl TryFrom<CallRecord> for Call<'_> {
    type Error = String;

    fn try_from(record: CallRecord) -> Result<Self, String> {
        let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let prefix = match (record.text, record.hex) {
            (Some(text), _) => text.into_bytes(),
            (None, Some(hex)) => {
                hex.as_bytes().chunks(2).map(byte).collect::<Option<Vec<u8>>>().ok_or_else(|| format!("`{hex}` is not hexadecimal"))?
            }
            (None, None) => Vec::new(),
        };
        let mut flags: CallFlags = record.flags.into_iter().collect();
        for (holds, flag) in [
            (record.waited, CallFlags::WAITED),
            (record.truncated, CallFlags::TRUNCATED),
            (record.ends_step, CallFlags::LAST_OF_STEP),
            (record.ended, CallFlags::ENDED),
        ] {
            if holds {
                flags = flags.with(flag);
            }
        }
        let len = match record.digest {
            None => u32::try_from(prefix.len()).map_err(|_| "too many bytes in one call".to_owned())?,
            Some(_) if record.call == CallKind::Frame => record.outcome.returned().unwrap_or(0),
            Some(_) => record.outcome.returned().map_or(record.asked, |count| count.min(record.asked)),
        };
        Ok(Self {
            step: record.step,
            kind: record.call,
            socket: record.socket,
            option: record.option,
            asked: record.asked,
            outcome: record.outcome,
            flags,
            start_ns: record.start_ns,
            end_ns: record.end_ns,
            data: Data { prefix: Cow::Owned(prefix), len, digest: record.digest.map(|digest| digest.0) },
            address: record.address,
        })
    }
}
