//! How to connect: everything that the command line decides, before the first socket.

use std::net::IpAddr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::race::Pace;

/// What a target is spoken to in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP
    Tcp,
    /// UDP
    Udp,
    /// A Unix stream socket
    Unix,
}

impl Protocol {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Unix => "Unix",
        }
    }
}

/// An address family to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpFamily {
    /// IPv4
    V4,
    /// IPv6
    V6,
}

impl IpFamily {
    /// The family of an address.
    pub fn of(ip: IpAddr) -> Self {
        if ip.is_ipv4() { Self::V4 } else { Self::V6 }
    }
}

/// Socket options to set before the connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OptionsAsked {
    /// SO_REUSEADDR
    pub reuseaddr: Option<bool>,
    /// TCP_NODELAY
    pub nodelay: Option<bool>,
    /// SO_RCVBUF, in bytes
    pub rcvbuf: Option<usize>,
    /// SO_SNDBUF, in bytes
    pub sndbuf: Option<usize>,
    /// SO_KEEPALIVE, and TCP_KEEPIDLE with this time
    pub keepalive: Option<Duration>,
    /// SO_LINGER
    pub linger: Option<Duration>,
}

/// What is expected of the peer once there is a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Banner {
    /// Nothing: the connection is closed at once.
    Ignored,
    /// Any byte.
    Any,
    /// These bytes, among the first ones.
    Containing(Vec<u8>),
}

/// Connecting again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// How often
    pub count: u32,
    /// From the start of one to that of the next
    pub interval: Duration,
}

/// How to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Datagrams rather than a connection.
    pub udp: bool,
    /// Keep to one address family.
    pub family: Option<IpFamily>,
    /// When attempts begin.
    pub pace: Pace,
    /// The longest that the resolver, an attempt, or the wait for an answer may take.
    pub timeout: Duration,
    /// The longest that everything may take.
    pub deadline: Option<Duration>,
    /// The address to come from.
    pub source: Option<IpAddr>,
    /// The port to come from.
    pub source_port: Option<u16>,
    /// Socket options.
    pub options: OptionsAsked,
    /// Bytes to send once connected; of UDP the datagram.
    pub send: Option<Vec<u8>>,
    /// What is expected of the peer.
    pub banner: Banner,
    /// Connect again and again.
    pub rounds: Option<Rounds>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            udp: false,
            family: None,
            pace: Pace::Staggered(Self::DELAY),
            timeout: Self::TIMEOUT,
            deadline: None,
            source: None,
            source_port: None,
            options: OptionsAsked::default(),
            send: None,
            banner: Banner::Ignored,
            rounds: None,
        }
    }
}

impl Settings {
    /// RFC 8305, section 8: the recommended Connection Attempt Delay.
    pub const DELAY: Duration = Duration::from_millis(250);
    /// RFC 8305, section 8: the Minimum Connection Attempt Delay that must not be undercut.
    pub const LEAST_DELAY: Duration = Duration::from_millis(10);
    /// Long enough for some lost SYNs: Linux sends the second after 1 s.
    pub const TIMEOUT: Duration = Duration::from_secs(5);
    /// So much of what a peer sends is kept.
    pub const BANNER_LIMIT: usize = 16 * 1024;

    /// The address family that is left: the one asked for, or that of the source address.
    pub fn family_in_force(&self) -> Option<IpFamily> {
        self.family.or(self.source.map(IpFamily::of))
    }

    /// Whether to wait for the peer's first bytes.
    pub(super) fn waits_for_bytes(&self) -> bool {
        self.udp || self.banner != Banner::Ignored || self.send.is_some()
    }
}
