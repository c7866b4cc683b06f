//! What a scenario needs of the machine, and the address families that it runs over.

use schemars::JsonSchema;

use super::decode::{Decode, word};
use super::json::Node;
use super::problem::Problems;

/// Something a machine can lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// The Linux kernel.
    Linux,
    /// A loopback interface that is up, so that 127.0.0.1 can be reached.
    Loopback,
    /// A loopback interface with an IPv6 address.
    Ipv6,
    /// The kernel's counters of a TCP connection (TCP_INFO) with those of RFC 4898: Linux 4.6 and later.
    TcpInfo,
    /// No route to the documentation prefix 2001:db8::/32 (RFC 3849), so that a connect there fails at once and sends nothing.
    NoRoute,
    /// A process without privileges: root may do what the scenario shows to be refused.
    Unprivileged,
    /// Ports that only privileged processes may bind to, port 1 among them.
    PrivilegedPorts,
    /// A limit of descriptors (RLIMIT_NOFILE) that can be reached: at most 1,048,576.
    DescriptorLimit,
}

/// An address family of the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// 127.0.0.1
    Ipv4,
    /// ::1
    Ipv6,
}

impl Capability {
    const WORDS: &[(&str, Self)] = &[
        ("linux", Self::Linux),
        ("loopback", Self::Loopback),
        ("ipv6", Self::Ipv6),
        ("tcp_info", Self::TcpInfo),
        ("no_route", Self::NoRoute),
        ("unprivileged", Self::Unprivileged),
        ("privileged_ports", Self::PrivilegedPorts),
        ("descriptor_limit", Self::DescriptorLimit),
    ];
}

impl Decode for Capability {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, "a capability", Self::WORDS, problems)
    }
}

impl Family {
    const WORDS: &[(&str, Self)] = &[("ipv4", Self::Ipv4), ("ipv6", Self::Ipv6)];
}

impl Decode for Family {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, "an address family", Self::WORDS, problems)
    }
}
