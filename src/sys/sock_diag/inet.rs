//! TCP and UDP sockets.

use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP};
use netlink_packet_sock_diag::inet::nlas::Nla;
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, SocketId, StateFlags};

use super::{Request, inet_response};
use crate::scenario::{Family, SocketKind};
use crate::sockets::{Memory, Owner, Queues, SocketRow, SocketState, Timer, TimerKind};
use crate::sys::tcp_info::TcpInfo;
use crate::trace::Address;

/// TCP_BOUND_INACTIVE of net/tcp_states.h (Linux 6.8), which older kernels ignore: sockets with a port that neither listen nor connect.
const BOUND_INACTIVE: u8 = 13;
/// TCP_NEW_SYN_RECV: a handshake that is not over.
const NEW_SYN_RECV: u8 = 12;

/// About the TCP connection between these addresses.
pub(crate) fn request_about(local: SocketAddr, remote: SocketAddr) -> Request {
    let id = SocketId {
        source_port: local.port(),
        destination_port: remote.port(),
        source_address: local.ip(),
        destination_address: remote.ip(),
        interface_id: 0,
        // INET_DIAG_NOCOOKIE: whichever socket has these addresses.
        cookie: [0xff; 8],
    };
    let family = if local.is_ipv4() { AF_INET } else { AF_INET6 };
    let (protocol, extensions, states) = (IPPROTO_TCP, ExtensionFlags::INFO, StateFlags::all());
    Request::one(SockDiagMessage::InetRequest(InetRequest { family, protocol, extensions, states, socket_id: id }))
}

/// About all sockets of a protocol, over IPv4 and over IPv6; with a port, only those bound to it.
pub(super) fn requests(protocol: u8, port: Option<u16>) -> Vec<Request> {
    let families = [(AF_INET, SocketId::new_v4()), (AF_INET6, SocketId::new_v6())];
    let of_family = |(family, id)| {
        Request::all(SockDiagMessage::InetRequest(InetRequest {
            family,
            protocol,
            extensions: ExtensionFlags::INFO | ExtensionFlags::SKMEMINFO | ExtensionFlags::CONG,
            states: StateFlags::from_bits_retain(StateFlags::all().bits() | 1 << BOUND_INACTIVE),
            socket_id: SocketId { source_port: port.unwrap_or(0), ..id },
        }))
    };
    families.into_iter().map(of_family).collect()
}

/// One socket of the answer.
pub(super) fn row(kind: SocketKind, payload: &[u8]) -> io::Result<SocketRow> {
    let response = inet_response(payload)?;
    let header = &response.header;
    let id = &header.socket_id;
    let state = state(kind, header.state)?;
    let address = |ip, port| Address::Ip(socket_address(ip, port, id.interface_id));
    let mut row = SocketRow {
        kind,
        family: Some(if header.family == AF_INET { Family::Ipv4 } else { Family::Ipv6 }),
        state,
        local: address(id.source_address, id.source_port),
        remote: Some(address(id.destination_address, id.destination_port)).filter(|_| id.destination_port != 0),
        queues: match (kind, state) {
            (_, SocketState::Listen) => Queues::of_listener(header.recv_queue, header.send_queue),
            (SocketKind::Udp, _) => Queues::Datagram { unread_memory: header.recv_queue, unsent_memory: header.send_queue },
            _ => Queues::Stream { unread: header.recv_queue, unacknowledged: header.send_queue },
        },
        timer: timer(payload),
        drops: None,
        memory: None,
        v6only: None,
        interface: Some(id.interface_id).filter(|&interface| interface != 0),
        congestion_control: None,
        tcp_info: None,
        // Without a socket in a file there is nobody whose it is: what the kernel fills in then is no user.
        uid: Some(header.uid).filter(|_| header.inode != 0),
        inode: Some(header.inode).filter(|&inode| inode != 0),
        peer_inode: None,
        cookie: u64::from_ne_bytes(id.cookie),
        owner: Owner::Unasked,
    };
    for nla in &response.nlas {
        match nla {
            Nla::MemInfo(memory) => {
                row.drops = Some(memory.drops);
                row.memory = Some(Memory {
                    receive: memory.receive_queue,
                    receive_limit: memory.receive_queue_max,
                    send: memory.send_queue,
                    send_limit: memory.send_queue_max,
                });
            }
            Nla::SkV6Only(v6only) => row.v6only = Some(*v6only),
            Nla::Congestion(name) => row.congestion_control = Some(name.clone()),
            // A listener's TCP_INFO has other meanings under the same names.
            Nla::TcpInfo(bytes) if state != SocketState::Listen => row.tcp_info = Some(TcpInfo::from_bytes(bytes).counters()),
            _ => {}
        }
    }
    Ok(row)
}

/// With the interface as scope where the address is link-local: it means nothing without (RFC 4007).
fn socket_address(ip: IpAddr, port: u16, interface: u32) -> SocketAddr {
    match ip {
        IpAddr::V6(ip) if ip.is_unicast_link_local() => SocketAddrV6::new(ip, port, 0, interface).into(),
        _ => SocketAddr::new(ip, port),
    }
}

/// The states of net/tcp_states.h.
fn state(kind: SocketKind, number: u8) -> io::Result<SocketState> {
    Ok(match (kind, number) {
        (SocketKind::Udp, 1) => SocketState::Connected,
        (SocketKind::Udp, 7) => SocketState::Unconnected,
        (_, 1) => SocketState::Established,
        (_, 2) => SocketState::SynSent,
        (_, 3 | NEW_SYN_RECV) => SocketState::SynReceived,
        (_, 4) => SocketState::FinWait1,
        (_, 5) => SocketState::FinWait2,
        (_, 6) => SocketState::TimeWait,
        (_, 8) => SocketState::CloseWait,
        (_, 9) => SocketState::LastAck,
        (_, 10) => SocketState::Listen,
        (_, 11) => SocketState::Closing,
        // Asked for under the one number, the kernel gives the other: of closed TCP sockets it tells only of those with a port.
        (_, 7 | BOUND_INACTIVE) => SocketState::Bound,
        _ => return Err(io::Error::other(format!("the kernel gave a socket state that is not known here: {number}"))),
    })
}

/// The timer that runs, from the bytes of struct inet_diag_msg: the crate leaves out the time of TIME-WAIT, and the tries of a probe.
fn timer(payload: &[u8]) -> Option<Timer> {
    /// idiag_timer, idiag_retrans and idiag_expires.
    const TIMER: usize = 2;
    const RETRANSMITS: usize = 3;
    const EXPIRES: usize = 52;
    let kind = match payload.get(TIMER)? {
        1 => TimerKind::Retransmit,
        2 => TimerKind::Keepalive,
        3 => TimerKind::TimeWait,
        4 => TimerKind::Probe,
        _ => return None,
    };
    let remaining_ms = payload.get(EXPIRES..EXPIRES + 4)?.try_into().ok().map(u32::from_ne_bytes)?;
    Some(Timer { kind, remaining_ms, tries: *payload.get(RETRANSMITS)? })
}
