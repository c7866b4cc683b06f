//! What is bound to a port of this machine now, whoever has it (man 7 sock_diag).

use std::io;
use std::net::SocketAddr;

/// A socket that takes what comes to a port: a TCP listener, or a UDP socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) address: SocketAddr,
    /// Of a listener: connections that wait to be accepted. Of a UDP socket: bytes that wait to be read.
    pub(crate) queued: u32,
    /// Of a listener: how many may wait.
    pub(crate) limit: u32,
    /// Whether an IPv6 socket takes no IPv4.
    pub(crate) only_ipv6: bool,
}

/// TCP listeners, or UDP sockets without a peer, whose port this is, of both address families.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn bound_to(port: u16, is_tcp: bool) -> io::Result<Vec<Bound>> {
    use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6};
    let mut found = Vec::new();
    for family in [AF_INET, AF_INET6] {
        dump(family, is_tcp, &mut |bound| {
            if bound.address.port() == port {
                found.push(bound);
            }
        })?;
    }
    Ok(found)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn dump(family: u8, is_tcp: bool, found: &mut dyn FnMut(Bound)) -> io::Result<()> {
    use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
    use netlink_packet_sock_diag::SockDiagMessage;
    use netlink_packet_sock_diag::constants::{AF_INET, IPPROTO_TCP, IPPROTO_UDP};
    use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, SocketId, StateFlags, nlas::Nla};
    use netlink_sys::{Socket, SocketAddr as NetlinkAddr, protocols::NETLINK_SOCK_DIAG};

    let mut netlink = Socket::new(NETLINK_SOCK_DIAG)?;
    netlink.bind_auto()?;
    netlink.connect(&NetlinkAddr::new(0, 0))?;
    let request = InetRequest {
        family,
        protocol: if is_tcp { IPPROTO_TCP } else { IPPROTO_UDP },
        extensions: ExtensionFlags::empty(),
        // A UDP socket without a peer is in the state that has the number of TCP's CLOSE.
        states: if is_tcp { StateFlags::LISTEN } else { StateFlags::CLOSE },
        socket_id: if family == AF_INET { SocketId::new_v4() } else { SocketId::new_v6() },
    };
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    netlink.send(&bytes, 0)?;
    // A dump comes in pieces of at most 32 KiB, each made by the kernel as it is read: there is nothing to wait for.
    let mut buffer = Vec::with_capacity(32 * 1024);
    loop {
        buffer.clear();
        netlink.recv(&mut buffer, libc::MSG_DONTWAIT)?;
        let mut rest = buffer.as_slice();
        while !rest.is_empty() {
            let message = NetlinkMessage::<SockDiagMessage>::deserialize(rest).map_err(io::Error::other)?;
            let length = (message.header.length as usize).next_multiple_of(4);
            match message.payload {
                NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => {
                    let id = &response.header.socket_id;
                    found(Bound {
                        address: SocketAddr::new(id.source_address, id.source_port),
                        queued: response.header.recv_queue,
                        limit: response.header.send_queue,
                        only_ipv6: response.nlas.iter().any(|nla| matches!(nla, Nla::SkV6Only(true))),
                    });
                }
                NetlinkPayload::Done(_) => return Ok(()),
                NetlinkPayload::Error(error) => return Err(error.to_io()),
                _ => {}
            }
            rest = rest.get(length.max(1)..).unwrap_or_default();
        }
    }
}

/// This system does not tell.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn bound_to(_: u16, _: bool) -> io::Result<Vec<Bound>> {
    Err(super::option::unsupported())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream, UdpSocket};

    #[test]
    fn listeners_are_seen_with_their_queues() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let _waiting = TcpStream::connect(address).unwrap();
        let found = bound_to(address.port(), true).unwrap();
        let [bound] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((bound.address, bound.queued), (address, 1));
        assert!(bound.limit > 0);
        drop(listener);
        assert_eq!(bound_to(address.port(), true).unwrap(), []);
    }

    #[test]
    fn udp_sockets_are_seen_without_a_peer() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        assert_eq!(bound_to(address.port(), false).unwrap().len(), 1);
        assert_eq!(bound_to(address.port(), true).unwrap(), []);
    }
}
