//! What can be learned beside a failed attempt, without sending anything: is the address ours, is there a way there, who listens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use super::error_code::ErrorCode;
use super::findings::{BoundSocket, Circumstances, FileKind, QueuedErrorReport};
use crate::errno::Errno;
use crate::scenario::SocketOption;
use crate::sockets::{Protocol, SocketRow, SocketState};
use crate::sys::{self, Origin, Route};
use crate::trace::{Address, escape};

/// Of an internet address.
pub(super) fn of_address(to: SocketAddr, is_tcp: bool) -> Circumstances {
    let is_local = sys::is_own(to.ip());
    let bound = if is_local { bound_to(to, is_tcp) } else { None };
    let (has_route, route_error, is_broadcast) = match sys::route(to) {
        Ok(Route::Found) => (Some(true), None, false),
        Ok(Route::Broadcast) => (Some(true), None, true),
        Ok(Route::Refused(error)) => (Some(false), Some(ErrorCode::of_call(&error).name), false),
        Err(_) => (None, None, false),
    };
    Circumstances {
        is_local,
        interface: if let SocketAddr::V6(to) = to { NonZeroU32::new(to.scope_id()).and_then(interface) } else { None },
        has_route,
        route_error,
        is_broadcast,
        neighbour_answers: neighbour(to.ip()),
        bound,
        not_listening: if is_local && is_tcp { not_listening(to.port()) } else { Vec::new() },
        ..Circumstances::default()
    }
}

/// Whether a host has told its hardware address, where the kernel asked for it (man 7 arp).
fn neighbour(ip: IpAddr) -> Option<bool> {
    /// ATF_COM of linux/if_arp.h: the entry is complete.
    const COMPLETE: u32 = 2;
    let table = std::fs::read_to_string("/proc/net/arp").ok()?;
    let entry = table
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace())
        .find_map(|mut fields| (fields.next()?.parse() == Ok(ip)).then(|| fields.nth(1)).flatten().map(str::to_owned))?;
    let flags = u32::from_str_radix(entry.strip_prefix("0x")?, 16).ok()?;
    Some(flags & COMPLETE != 0)
}

/// What is bound to the port of an address of this machine now; `None` where the kernel does not tell.
pub(super) fn bound_to(to: SocketAddr, is_tcp: bool) -> Option<Vec<BoundSocket>> {
    let rows = sys::sockets_of(if is_tcp { Protocol::Tcp } else { Protocol::Udp }, Some(to.port())).ok()?;
    // 0.0.0.0 and :: lead to this machine's loopback, and ::ffff:127.0.0.1 is IPv4.
    let ip = match to.ip().to_canonical() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let report = |row: SocketRow| {
        let (queued, backlog) = row.queues.numbers();
        BoundSocket { takes_target: row.takes(SocketAddr::new(ip, to.port())), address: row.local, queued, backlog }
    };
    Some(rows.into_iter().filter(SocketRow::is_listening).map(report).collect())
}

/// The TCP sockets that are bound to a port, and neither listen nor are connected. Only Linux 6.8 and later tell of them.
fn not_listening(port: u16) -> Vec<Address> {
    let rows = sys::sockets_of(Protocol::Tcp, Some(port)).unwrap_or_default();
    let is_bound = |row: &SocketRow| row.state == SocketState::Bound && row.local_port() == Some(port);
    rows.into_iter().filter(is_bound).map(|row| row.local).collect()
}

/// Whether a Unix socket has a name now. A socket that was bound by another way to the same file has another name: then it is not known.
fn has_owner(to: &Address) -> Option<bool> {
    let rows = sys::sockets_of(Protocol::Unix, None).ok()?;
    let name = match to {
        Address::Path(path) => Address::Path(escape(path.as_bytes())),
        Address::Abstract(name) => Address::Abstract(escape(name.as_bytes())),
        Address::Ip(_) | Address::Unnamed => return None,
    };
    let last = |address: &Address| if let Address::Path(path) = address { path.rsplit('/').next().map(str::to_owned) } else { None };
    if rows.iter().any(|row| row.local == name) {
        return Some(true);
    }
    let may_be = rows.iter().any(|row| last(&row.local).is_some_and(|file| Some(file) == last(&name)));
    if may_be { None } else { Some(false) }
}

/// Whether this machine has an interface of that name.
pub(super) fn has_interface(name: &str) -> Option<bool> {
    let interfaces = std::fs::read_to_string("/proc/net/dev").ok()?;
    Some(interfaces.lines().filter_map(|line| line.split_once(':')).any(|(known, _)| known.trim() == name))
}

/// The name of an interface, by its number.
fn interface(number: NonZeroU32) -> Option<String> {
    let has_number = |folder: &std::fs::DirEntry| {
        std::fs::read_to_string(folder.path().join("ifindex")).is_ok_and(|index| index.trim().parse() == Ok(number))
    };
    let mut interfaces = std::fs::read_dir("/sys/class/net").ok()?.flatten();
    interfaces.find(has_number)?.file_name().into_string().ok()
}

/// Of a Unix socket's address.
pub(super) fn of_unix(to: &Address) -> Circumstances {
    let file = match to {
        Address::Path(path) => Some(match std::fs::metadata(path) {
            Ok(data) if data.file_type().is_socket() => FileKind::Socket,
            Ok(data) if data.is_dir() => FileKind::Directory,
            Ok(_) => FileKind::Other,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => FileKind::Missing,
            Err(_) => FileKind::Unknown,
        }),
        Address::Abstract(_) | Address::Ip(_) | Address::Unnamed => None,
    };
    let permissions = match to {
        Address::Path(path) => {
            std::fs::metadata(path).ok().map(|data| format!("mode {:04o}, user {}, group {}", data.mode() & 0o7777, data.uid(), data.gid()))
        }
        Address::Abstract(_) | Address::Ip(_) | Address::Unnamed => None,
    };
    Circumstances { is_local: true, file, permissions, has_owner: has_owner(to), ..Circumstances::default() }
}

/// The SYNs that were sent on a socket whose handshake got no answer.
pub(super) fn syns(socket: &dyn AsFd) -> Option<u64> {
    sys::tcp_info(socket).ok()?.counter(SocketOption::SegsOut)
}

/// The error that waits in the queue of a socket.
pub(super) fn queued_error(socket: &dyn AsFd) -> Option<(Errno, QueuedErrorReport)> {
    let error = sys::take_error(socket).ok()??;
    let meaning = match error.origin {
        Origin::Local => "found by this machine's own kernel".to_owned(),
        Origin::Icmp => icmp_meaning(error.kind, error.code).to_owned(),
        Origin::Icmp6 => icmp6_meaning(error.kind, error.code).to_owned(),
    };
    let report = QueuedErrorReport {
        is_icmp: error.origin != Origin::Local,
        icmp_type: error.kind,
        icmp_code: error.code,
        meaning,
        offender: error.offender,
        offender_is_here: error.offender.is_some_and(sys::is_own),
    };
    Some((Errno::from_raw(error.errno), report))
}

/// RFC 792 and RFC 1812, section 5.2.7.1.
fn icmp_meaning(kind: u8, code: u8) -> &'static str {
    match (kind, code) {
        (3, 0) => "network unreachable",
        (3, 1) => "host unreachable",
        (3, 2) => "protocol unreachable",
        (3, 3) => "port unreachable",
        (3, 4) => "too big, and not to be fragmented",
        (3, 9) => "network administratively prohibited",
        (3, 10) => "host administratively prohibited",
        (3, 13) => "communication administratively prohibited",
        (3, _) => "destination unreachable",
        (11, _) => "time exceeded: a hop limit of 0, or a loop of routers",
        (12, _) => "parameter problem",
        _ => "another ICMP message",
    }
}

/// RFC 4443, section 3.
fn icmp6_meaning(kind: u8, code: u8) -> &'static str {
    match (kind, code) {
        (1, 0) => "no route to destination",
        (1, 1) => "administratively prohibited",
        (1, 3) => "address unreachable",
        (1, 4) => "port unreachable",
        (1, 5) => "source address failed policy",
        (1, 6) => "route rejects destination",
        (1, _) => "destination unreachable",
        (2, _) => "packet too big",
        (3, _) => "time exceeded: a hop limit of 0, or a loop of routers",
        _ => "another ICMPv6 message",
    }
}
