//! Errors of this machine: no packet left it.

use super::tcp::{circumstances, icmp};
use crate::connect::cause::{Cause, Source};
use crate::connect::findings::{Attempt, Call, CallFailure};
use crate::trace::Address;

pub(super) fn causes(attempt: &Attempt, failure: &CallFailure) -> Vec<Cause> {
    let here = circumstances(attempt);
    let is_link_local = match &attempt.to {
        Address::Ip(std::net::SocketAddr::V6(to)) => to.ip().is_unicast_link_local() && to.scope_id() == 0,
        _ => false,
    };
    let call = failure.call.name();
    let said = |cause: Cause| cause.supported(Source::Calls, format!("{call} failed, before any packet was sent"));
    match (failure.error.name.as_str(), failure.call) {
        ("EADDRNOTAVAIL", Call::Bind) => {
            vec![said(Cause::new("foreign_source", "the source address is not one of this machine's: `ip addr` lists them"))]
        }
        ("EADDRNOTAVAIL", _) => {
            let ports = Cause::new("no_free_port", "no port is free to come from: all of ip_local_port_range have a connection there");
            let source = Cause::new("no_source", "no address of this machine can reach that one");
            if here.has_route == Some(true) {
                let way = format!("there is a way to {}, and an address to come from", attempt.to);
                vec![ports.supported(Source::Routes, way.clone()), source.refuted(Source::Routes, way)]
            } else {
                vec![said(source), ports]
            }
        }
        ("EADDRINUSE", Call::Bind) => vec![said(Cause::new(
            "source_in_use",
            "another socket has that source port; --reuseaddr on may share it with a connection in TIME_WAIT",
        ))],
        ("EADDRINUSE", _) => {
            vec![said(Cause::new("connection_exists", "a connection with these two addresses exists already, perhaps in TIME_WAIT"))]
        }
        ("EACCES", Call::Bind) => {
            vec![said(Cause::new("privileged_port", "a source port below 1024 needs the capability NET_BIND_SERVICE"))]
        }
        ("EACCES" | "EPERM", _) => {
            let icmp = icmp(attempt);
            let rule = Cause::new("local_rule", "a rule of this machine forbids it: its firewall, a route of type prohibit, or a sandbox");
            let router = Cause::new("router_forbids", "a router on the way says that it is forbidden");
            match icmp {
                Some(icmp) => vec![router.supported(Source::ErrorQueue, icmp)],
                None if here.is_broadcast => vec![
                    Cause::new("broadcast", "the address is a broadcast address, which needs SO_BROADCAST and a datagram")
                        .supported(Source::Routes, "the way there is of type broadcast"),
                ],
                None => {
                    vec![said(rule), Cause::new("broadcast", "the address is a broadcast address, which needs SO_BROADCAST and a datagram")]
                }
            }
        }
        ("EMFILE", _) => {
            vec![said(Cause::new("descriptors", "this process may have no more open files: raise `ulimit -n`, or lower --jobs"))]
        }
        ("EAFNOSUPPORT", _) => vec![said(Cause::new("no_family", "this machine's kernel has no such address family: IPv6 is turned off"))],
        ("EINVAL", Call::Connect) if is_link_local => {
            let zone = Cause::new("no_zone", "a link-local address needs its interface: [fe80::1%eth0]:80");
            vec![zone.supported(Source::Calls, format!("{} is link-local and has no zone, and connect failed at once", attempt.to))]
        }
        ("EINVAL", Call::Connect | Call::Send) => {
            let blackhole = Cause::new("blackhole", "this machine has a route of type blackhole there: `ip route get` says EINVAL too")
                .supported_if(here.route_error.as_deref() == Some("EINVAL"), Source::Routes, || {
                    format!("there is no way to {}, and the kernel's word for that is EINVAL", attempt.to)
                });
            let source = Cause::new("loopback_source", "the source address is a loopback address, and the target is not on this machine");
            vec![
                if here.has_route == Some(true) {
                    blackhole.refuted(Source::Routes, format!("there is a way to {}", attempt.to))
                } else {
                    blackhole
                },
                source,
            ]
        }
        ("EMSGSIZE", Call::Send) => vec![said(Cause::new(
            "datagram_too_long",
            "a UDP datagram has room for 65507 bytes over IPv4, for 65527 over IPv6: send less, or over TCP",
        ))],
        // In SYN-SENT a RST gives ECONNREFUSED (RFC 9293, section 3.10.7.3); so there was a connection already.
        ("ECONNRESET" | "EPIPE", Call::Connect) => vec![
            Cause::new("reset_at_once", "the server, or a proxy, took the connection and reset it at once").supported(
                Source::Calls,
                format!("{}, where a refusal would be ECONNREFUSED: the handshake had been completed", failure.error.name),
            ),
            Cause::new("overflow_reset", "the listener's backlog is full, and tcp_abort_on_overflow makes the kernel say so with a RST")
                .supported_if(here.bound.iter().flatten().any(|socket| socket.takes_target && socket.is_full()), Source::SockDiag, || {
                    "the backlog is full now".to_owned()
                }),
            Cause::new("device_resets", "something on the way resets connections"),
        ],
        _ => Vec::new(),
    }
}
