//! Asking the kernel about sockets, those of other processes too (man 7 sock_diag, NETLINK_SOCK_DIAG).
//!
//! It tells everybody in the same network namespace: no privilege is needed. One conversation serves both questions: about one connection
//! by its addresses (`peer`), and about all sockets of a kind ([`sockets_of`]).

mod inet;
mod unix;

use std::io;

use netlink_packet_core::{DoneBuffer, ErrorBuffer, NLMSG_ALIGNTO, NLMSG_DONE, NLMSG_ERROR, NLMSG_NOOP, NLMSG_OVERRUN};
use netlink_packet_core::{NLM_F_DUMP, NLM_F_MULTIPART, NLM_F_REQUEST, NetlinkBuffer, NetlinkHeader, NetlinkMessage, Parseable};
use netlink_packet_sock_diag::constants::{IPPROTO_TCP, IPPROTO_UDP};
use netlink_packet_sock_diag::{SockDiagMessage, inet::InetResponse};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_SOCK_DIAG};

use crate::scenario::SocketKind;
use crate::sockets::{Protocol, SocketRow};

pub(super) use inet::request_about;

/// Room for one message of the kernel's: it makes the parts of a long answer no larger than this (netlink_recvmsg of net/netlink).
const ROOM: usize = 32 * 1024;

/// A question, as it goes to the kernel.
pub(super) struct Request(Vec<u8>);

impl Request {
    /// About one socket.
    fn one(message: SockDiagMessage) -> Self {
        Self::new(message, NLM_F_REQUEST)
    }

    /// About all sockets that fit.
    fn all(message: SockDiagMessage) -> Self {
        Self::new(message, NLM_F_REQUEST | NLM_F_DUMP)
    }

    fn new(message: SockDiagMessage, flags: u16) -> Self {
        let mut header = NetlinkHeader::default();
        header.flags = flags;
        let mut message = NetlinkMessage::new(header, message.into());
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        Self(bytes)
    }
}

/// A conversation with the kernel.
pub(super) struct SockDiag {
    netlink: Socket,
    buffer: Vec<u8>,
}

impl SockDiag {
    pub(super) fn open() -> io::Result<Self> {
        let mut netlink = Socket::new(NETLINK_SOCK_DIAG)?;
        netlink.bind_auto()?;
        netlink.connect(&SocketAddr::new(0, 0))?;
        Ok(Self { netlink, buffer: Vec::with_capacity(ROOM) })
    }

    /// Asks, and hands over the answer, socket by socket.
    pub(super) fn ask(&mut self, request: &Request, each: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        self.netlink.send(&request.0, 0)?;
        loop {
            self.buffer.clear();
            // The kernel answers within the calls: the first part of its answer within send, each further one within the recv before it.
            // So there is nothing to wait for.
            self.netlink.recv(&mut self.buffer, libc::MSG_DONTWAIT)?;
            if Self::hand_over(&self.buffer, each)? {
                return Ok(());
            }
        }
    }

    /// Whether the answer is complete.
    fn hand_over(mut bytes: &[u8], each: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<bool> {
        while !bytes.is_empty() {
            let message = NetlinkBuffer::new_checked(bytes).map_err(io::Error::other)?;
            let length = message.length() as usize;
            let payload = bytes.get(size_of_header()..length).unwrap_or_default();
            match message.message_type() {
                NLMSG_DONE => {
                    // A question that the kernel cannot answer ends with an error here, or as NLMSG_ERROR.
                    let code = DoneBuffer::new_checked(payload).map_or(0, |done| done.code());
                    return if code < 0 { Err(io::Error::from_raw_os_error(-code)) } else { Ok(true) };
                }
                NLMSG_ERROR => {
                    let code = ErrorBuffer::new_checked(payload).map_err(io::Error::other)?.code();
                    return Err(code.map_or_else(|| io::ErrorKind::InvalidData.into(), |code| io::Error::from_raw_os_error(-code.get())));
                }
                NLMSG_NOOP => {}
                NLMSG_OVERRUN => return Err(io::Error::from_raw_os_error(libc::ENOBUFS)),
                _ => {
                    each(payload)?;
                    if message.flags() & NLM_F_MULTIPART == 0 {
                        return Ok(true);
                    }
                }
            }
            bytes = bytes.get(length.next_multiple_of(usize::from(NLMSG_ALIGNTO))..).unwrap_or_default();
        }
        Ok(false)
    }
}

/// The length of struct nlmsghdr.
const fn size_of_header() -> usize {
    16
}

/// What the kernel says of an internet socket.
pub(super) fn inet_response(payload: &[u8]) -> io::Result<InetResponse> {
    InetResponse::parse(payload).map_err(io::Error::other)
}

/// All sockets of a protocol that the kernel has in this network namespace; with a port, only those bound to it.
pub(super) fn sockets_of(protocol: Protocol, port: Option<u16>) -> io::Result<Vec<SocketRow>> {
    let requests = match protocol {
        Protocol::Tcp => inet::requests(IPPROTO_TCP, port),
        Protocol::Udp => inet::requests(IPPROTO_UDP, port),
        Protocol::Unix => vec![unix::request()],
    };
    let mut netlink = SockDiag::open()?;
    let mut rows = Vec::new();
    for request in requests {
        netlink.ask(&request, &mut |payload| {
            rows.extend(match protocol {
                Protocol::Tcp => Some(inet::row(SocketKind::Tcp, payload)?),
                Protocol::Udp => Some(inet::row(SocketKind::Udp, payload)?),
                Protocol::Unix => unix::row(payload)?,
            });
            Ok(())
        })?;
    }
    // Of sockets that are only bound the kernel tells whatever their port.
    rows.retain(|row| port.is_none() || row.local_port() == port);
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, UdpSocket};

    #[test]
    fn an_answer_of_several_parts_is_read_to_its_end() {
        // More sockets than one part of the kernel's answer has room for.
        let sockets: Vec<UdpSocket> = (0..400).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
        let rows = sockets_of(Protocol::Udp, None).unwrap();
        for socket in &sockets {
            let port = socket.local_addr().unwrap().port();
            assert!(rows.iter().any(|row| row.local_port() == Some(port)), "port {port} is missing among {} rows", rows.len());
        }
    }

    #[test]
    fn a_question_that_the_kernel_does_not_know_is_an_error() {
        let mut netlink = SockDiag::open().unwrap();
        let error = netlink.ask(&inet::requests(253, None)[0], &mut |_| Ok(())).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENOENT), "{error}");
        // And the next question is answered as if nothing had been.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut ports = Vec::new();
        let keep_port = &mut |payload: &[u8]| {
            ports.push(inet::row(SocketKind::Tcp, payload)?.local_port());
            Ok(())
        };
        netlink.ask(&inet::requests(IPPROTO_TCP, Some(port))[0], keep_port).unwrap();
        assert!(ports.contains(&Some(port)), "{ports:?}");
    }

    #[test]
    fn a_port_is_asked_for_alone() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let bound = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        bound.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let port = listener.local_addr().unwrap().port();
        let rows = sockets_of(Protocol::Tcp, Some(port)).unwrap();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.local_port() == Some(port)), "{rows:#?}");
    }
}
