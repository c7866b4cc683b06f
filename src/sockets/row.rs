//! One socket, as the kernel tells of it.

// Of `core`: addresses are data, and there are no sockets in it.
use core::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::Serialize;

use super::owner::Owner;
use super::state::SocketState;
use crate::scenario::{Family, SocketKind};
use crate::trace::{Address, Counters};

/// What a socket is asked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// TCP over IPv4 and IPv6.
    Tcp,
    /// UDP over IPv4 and IPv6.
    Udp,
    /// Unix sockets of every type.
    Unix,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Unix];

    /// The protocol of a kind of socket.
    pub fn of(kind: SocketKind) -> Self {
        match kind {
            SocketKind::Tcp => Self::Tcp,
            SocketKind::Udp => Self::Udp,
            SocketKind::UnixStream | SocketKind::UnixDgram | SocketKind::UnixSeqpacket => Self::Unix,
        }
    }

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Unix => "Unix",
        }
    }
}

/// One socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SocketRow {
    /// Its kind.
    pub kind: SocketKind,
    /// Its address family; a Unix socket has none of these. An IPv6 socket that carries IPv4 has addresses such as `[::ffff:127.0.0.1]:80`.
    pub family: Option<Family>,
    /// Its state.
    pub state: SocketState,
    /// Its own address. Names of Unix sockets are escaped.
    pub local: Address,
    /// The peer's address.
    pub remote: Option<Address>,
    /// What its two queues hold; what that means depends on the state.
    pub queues: Queues,
    /// The timer that runs.
    pub timer: Option<Timer>,
    /// What the kernel threw away of what came for it: packets of a full UDP socket, connects at a full listener (SKMEMINFO).
    pub drops: Option<u32>,
    /// Memory of its buffers, in bytes with the kernel's overhead (SKMEMINFO).
    pub memory: Option<Memory>,
    /// Of an IPv6 socket that has no peer: whether it refuses IPv4 (IPV6_V6ONLY).
    pub v6only: Option<bool>,
    /// The number of the network interface that it is bound to.
    pub interface: Option<u32>,
    /// The congestion control algorithm.
    pub congestion_control: Option<String>,
    /// What the kernel counts of a TCP connection (TCP_INFO), by the names that scenarios use.
    pub tcp_info: Option<Counters>,
    /// The user whose it is; not known where no process has it.
    pub uid: Option<u32>,
    /// Its inode; none where no process has a descriptor of it.
    pub inode: Option<u32>,
    /// The inode of a Unix socket's peer.
    pub peer_inode: Option<u32>,
    /// The kernel's number for it, the same as long as it lives.
    pub cookie: u64,
    /// Whose it is.
    pub owner: Owner,
}

/// What the kernel has in a socket's two queues: `Recv-Q` and `Send-Q` of ss(8) and netstat(8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Queues {
    /// Of a listener.
    Listener {
        /// Connections that wait for accept.
        waiting: u32,
        /// The backlog: listen's argument, or net.core.somaxconn where that is less. Linux lets one more wait.
        limit: u32,
        /// More wait than the backlog: no further connection is taken until the program accepts one.
        full: bool,
    },
    /// Of a TCP connection, in bytes.
    Stream {
        /// Received and not read; the peer's FIN counts as one until recv has returned the end of the stream.
        unread: u32,
        /// Taken from the program and not acknowledged by the peer, sent or not; a SYN or FIN of ours counts as one.
        unacknowledged: u32,
    },
    /// Of a UDP socket, in bytes of memory: more than the datagrams' own bytes.
    Datagram {
        /// Of datagrams that were not read.
        unread_memory: u32,
        /// Of datagrams that have not left.
        unsent_memory: u32,
    },
    /// Of a Unix socket.
    Unix {
        /// Bytes received and not read; of datagrams, those of the next one.
        unread: u32,
        /// Memory of what was sent and the peer has not read, more than the bytes themselves.
        unread_by_peer_memory: u32,
    },
}

impl Queues {
    /// Of a listener.
    pub fn of_listener(waiting: u32, limit: u32) -> Self {
        // The kernel asks whether *more* than the backlog wait (sk_acceptq_is_full of net/sock.h).
        Self::Listener { waiting, limit, full: waiting > limit }
    }

    /// The numbers that ss(8) shows as Recv-Q and Send-Q.
    pub fn numbers(self) -> (u32, u32) {
        match self {
            Self::Listener { waiting, limit, .. } => (waiting, limit),
            Self::Stream { unread, unacknowledged } => (unread, unacknowledged),
            Self::Datagram { unread_memory, unsent_memory } => (unread_memory, unsent_memory),
            Self::Unix { unread, unread_by_peer_memory } => (unread, unread_by_peer_memory),
        }
    }
}

/// A timer of the kernel that runs for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Timer {
    /// What happens when it ends.
    pub kind: TimerKind,
    /// When that is, in milliseconds from now.
    pub remaining_ms: u32,
    /// How often it has ended already without an answer.
    pub tries: u8,
}

/// What happens when a timer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// What was not acknowledged is sent again (RFC 6298).
    Retransmit,
    /// The peer is asked whether it is still there (SO_KEEPALIVE); for a connection whose program has closed it: it is given up.
    Keepalive,
    /// The addresses are free again (RFC 9293, section 3.6.1); in FIN-WAIT-2: no longer waited for the peer's FIN.
    TimeWait,
    /// The peer, whose receive window is closed, is asked whether it is open again (RFC 9293, section 3.8.6.1).
    Probe,
}

impl TimerKind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Retransmit => "retransmit",
            Self::Keepalive => "keepalive",
            Self::TimeWait => "time-wait",
            Self::Probe => "probe",
        }
    }
}

/// Memory of a socket's buffers, in bytes: the kernel's overhead included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Memory {
    /// Held by what was received and not read.
    pub receive: u32,
    /// The most of that (SO_RCVBUF).
    pub receive_limit: u32,
    /// Held by what was sent and not acknowledged, or not sent.
    pub send: u32,
    /// The most of that (SO_SNDBUF).
    pub send_limit: u32,
}

impl SocketRow {
    /// Whether it waits for whoever comes: a listener, or a socket of datagrams that has an address and no peer.
    pub fn is_listening(&self) -> bool {
        match self.state {
            SocketState::Listen => true,
            SocketState::Unconnected => match &self.local {
                Address::Ip(local) => local.port() != 0,
                Address::Path(_) | Address::Abstract(_) => self.kind == SocketKind::UnixDgram,
                Address::Unnamed => false,
            },
            _ => false,
        }
    }

    /// Whether more connections wait than the listener's backlog allows.
    pub fn is_full(&self) -> bool {
        matches!(self.queues, Queues::Listener { full: true, .. })
    }

    /// The port at its own end.
    pub fn local_port(&self) -> Option<u16> {
        port(&self.local)
    }

    /// The port at the peer's end.
    pub fn remote_port(&self) -> Option<u16> {
        self.remote.as_ref().and_then(port)
    }

    /// Whether a connect, or a datagram, to this address would come to it: it listens on the port, on this address or on all of them.
    /// An IPv6 listener on all addresses takes IPv4 too, unless it is IPV6_V6ONLY (man 7 ipv6).
    pub fn takes(&self, to: SocketAddr) -> bool {
        let Address::Ip(local) = &self.local else { return false };
        let is_address = match (local.ip(), to.ip()) {
            (IpAddr::V4(local), IpAddr::V4(to)) => local == to || local.is_unspecified(),
            (IpAddr::V6(local), IpAddr::V6(to)) => local == to || local.is_unspecified(),
            (IpAddr::V6(local), IpAddr::V4(to)) => {
                local.to_ipv4_mapped() == Some(to) || (local.is_unspecified() && self.v6only == Some(false))
            }
            (IpAddr::V4(_), IpAddr::V6(_)) => false,
        };
        self.is_listening() && local.port() == to.port() && is_address
    }

    /// The order in which rows are shown: by kind, what listens first, then by port, address and peer.
    pub(super) fn order(&self) -> impl Ord + use<> {
        (self.kind, !self.is_listening(), self.local_port(), self.local.clone(), self.remote.clone(), self.inode, self.cookie)
    }
}

fn port(address: &Address) -> Option<u16> {
    match address {
        Address::Ip(address) => Some(address.port()).filter(|&port| port != 0),
        Address::Path(_) | Address::Abstract(_) | Address::Unnamed => None,
    }
}

/// A listener on 127.0.0.1:80, for tests to start from.
#[cfg(test)]
pub(crate) fn test_row() -> SocketRow {
    SocketRow {
        kind: SocketKind::Tcp,
        family: Some(Family::Ipv4),
        state: SocketState::Listen,
        local: "127.0.0.1:80".parse().unwrap(),
        remote: None,
        queues: Queues::of_listener(0, 128),
        timer: None,
        drops: Some(0),
        memory: None,
        v6only: None,
        interface: None,
        congestion_control: None,
        tcp_info: None,
        uid: Some(0),
        inode: Some(100),
        peer_inode: None,
        cookie: 1,
        owner: Owner::Unasked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_full_when_more_wait_than_the_backlog() {
        assert!(!SocketRow { queues: Queues::of_listener(1, 1), ..test_row() }.is_full(), "Linux lets one more wait");
        assert!(SocketRow { queues: Queues::of_listener(2, 1), ..test_row() }.is_full());
        assert!(SocketRow { queues: Queues::of_listener(1, 0), ..test_row() }.is_full());
    }

    #[test]
    fn which_listener_takes_a_connect() {
        let listener = |local: &str, v6only| SocketRow { local: local.parse().unwrap(), v6only, ..test_row() };
        let v4: SocketAddr = "127.0.0.1:80".parse().unwrap();
        let v6: SocketAddr = "[::1]:80".parse().unwrap();
        for (row, takes_v4, takes_v6) in [
            (listener("127.0.0.1:80", None), true, false),
            (listener("0.0.0.0:80", None), true, false),
            (listener("127.0.0.2:80", None), false, false),
            (listener("[::]:80", Some(false)), true, true),
            (listener("[::]:80", Some(true)), false, true),
            (listener("[::1]:80", Some(false)), false, true),
            (listener("127.0.0.1:81", None), false, false),
        ] {
            assert_eq!((row.takes(v4), row.takes(v6)), (takes_v4, takes_v6), "{} {:?}", row.local, row.v6only);
        }
        assert!(!SocketRow { state: SocketState::Bound, ..test_row() }.takes(v4), "bound is not listening");
    }

    #[test]
    fn what_waits_for_whoever_comes() {
        let udp = SocketRow { kind: SocketKind::Udp, state: SocketState::Unconnected, ..test_row() };
        assert!(udp.is_listening());
        assert!(!SocketRow { state: SocketState::Connected, ..udp.clone() }.is_listening());
        let unix = SocketRow { kind: SocketKind::UnixStream, local: Address::Path("/x".to_owned()), ..udp };
        assert!(!unix.is_listening(), "a stream socket that is only bound takes nothing");
        assert!(SocketRow { kind: SocketKind::UnixDgram, ..unix }.is_listening());
    }
}
