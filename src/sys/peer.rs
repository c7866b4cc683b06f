//! What the kernel counts of the *other* end of a connection on this machine, whoever has it (man 7 sock_diag).
//!
//! A connection waits in its listener's queue as a socket without a descriptor, and the peer may be another process; the kernel tells of
//! both, by their addresses, to everybody in the same network namespace.

use std::io;
use std::net::SocketAddr;

use super::tcp_info::TcpInfo;
use crate::scenario::SocketOption;

/// What the kernel knows of the other end at one moment.
pub(crate) struct PeerState {
    pub(crate) info: TcpInfo,
    /// Bytes that were received and not read.
    pub(crate) queued: u32,
}

/// Whether the other end has read everything, from what is known of it at several moments.
///
/// One answer that shows all bytes received and an empty queue is not enough: the queue is looked at first, and a peer that is inside
/// `recv` holds the bytes back until the counters are read. So the empty queue counts only in an answer asked for after one that showed
/// the bytes. The counters wait for the socket's lock, so a `recv` that was under way then is over.
#[derive(Default)]
pub(crate) struct Reading {
    is_received: bool,
}

impl Reading {
    /// Takes in one more answer; gives how many bytes were received when at least so many were, and all of them are read.
    pub(crate) fn look(&mut self, peer: &PeerState, bytes: u64) -> Option<u64> {
        let received = peer.info.counter(SocketOption::BytesReceived)?;
        if self.is_received && peer.queued == 0 {
            return Some(received);
        }
        self.is_received |= received >= bytes;
        None
    }

    /// Whether the bytes have come, read or not.
    pub(crate) fn is_received(&self) -> bool {
        self.is_received
    }
}

/// Asks about one socket again and again.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) struct PeerWatch {
    netlink: super::sock_diag::SockDiag,
    request: super::sock_diag::Request,
    /// The peer's own address and ours, as it sees them.
    local: SocketAddr,
    remote: SocketAddr,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
impl PeerWatch {
    /// About the TCP socket that is bound to `local` and connected to `remote`.
    pub(crate) fn new(local: SocketAddr, remote: SocketAddr) -> io::Result<Self> {
        use super::sock_diag::{SockDiag, request_about};
        Ok(Self { netlink: SockDiag::open()?, request: request_about(local, remote), local, remote })
    }

    /// Asks about another socket from now on.
    pub(crate) fn aim(&mut self, local: SocketAddr, remote: SocketAddr) {
        self.request = super::sock_diag::request_about(local, remote);
        (self.local, self.remote) = (local, remote);
    }

    /// What the kernel has counted of it; `None` where there is no such connection now.
    pub(crate) fn look(&mut self) -> io::Result<Option<TcpInfo>> {
        Ok(self.observe()?.map(|peer| peer.info))
    }

    /// What the kernel has counted of it and what waits in its receive queue, in one answer. The queue was looked at first, without the
    /// socket's lock, and the counters then, with it (tcp_diag_get_info of net/ipv4/tcp_diag.c).
    pub(crate) fn observe(&mut self) -> io::Result<Option<PeerState>> {
        use netlink_packet_core::{NlasIterator, Parseable};
        use netlink_packet_sock_diag::constants::INET_DIAG_INFO;
        use netlink_packet_sock_diag::inet::{InetResponseBuffer, InetResponseHeader};

        let (local, remote) = (self.local, self.remote);
        let mut found = None;
        let asked = self.netlink.ask(&self.request, &mut |payload| {
            // It is asked for every cut of a sweep, several times: only what is needed is taken out.
            let header = InetResponseHeader::parse(payload).map_err(io::Error::other)?;
            // Where no connection has these addresses the kernel answers with the listener.
            let is_it = header.socket_id.source_port == local.port() && header.socket_id.destination_port == remote.port();
            let attributes = payload.get(size_of::<InetResponseBuffer>()..).unwrap_or_default();
            let info = NlasIterator::new(attributes).flatten().find(|attribute| attribute.kind() == INET_DIAG_INFO);
            let info = info.filter(|_| is_it).map(|attribute| TcpInfo::from_bytes(attribute.value()));
            found = info.map(|info| PeerState { info, queued: header.recv_queue });
            Ok(())
        });
        match asked {
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
            asked => asked.map(|()| found),
        }
    }
}

/// This system does not tell.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) struct PeerWatch;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
impl PeerWatch {
    pub(crate) fn new(_: SocketAddr, _: SocketAddr) -> io::Result<Self> {
        Err(super::option::unsupported())
    }

    pub(crate) fn aim(&mut self, _: SocketAddr, _: SocketAddr) {}

    pub(crate) fn look(&mut self) -> io::Result<Option<TcpInfo>> {
        Ok(None)
    }

    pub(crate) fn observe(&mut self) -> io::Result<Option<PeerState>> {
        Ok(None)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_peer_that_nobody_accepted_is_seen() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            client.write_all(b"hello").unwrap();
            let mut watch = PeerWatch::new(client.peer_addr().unwrap(), client.local_addr().unwrap()).unwrap();
            let counted = (0..1000).find_map(|_| {
                let bytes = watch.look().unwrap()?.counter(SocketOption::BytesReceived)?;
                if bytes < 5 {
                    std::thread::yield_now();
                }
                (bytes >= 5).then_some(bytes)
            });
            assert_eq!(counted, Some(5), "{address}");
        }
    }

    #[test]
    fn a_listener_is_not_taken_for_a_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let local = listener.local_addr().unwrap();
        let mut watch = PeerWatch::new(local, "127.0.0.1:1".parse().unwrap()).unwrap();
        assert!(watch.look().unwrap().is_none());
    }
}
