//! The error queue of a socket: which error came, and from whom (man 7 ip, IP_RECVERR; `struct sock_extended_err` of linux/errqueue.h).
//!
//! `connect` gives one number, ENETUNREACH say, whether this machine has no route or a router far away answered with ICMP. The queue tells
//! the two apart, and has the router's address. It needs no privilege.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::AsFd;

/// Who found an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This machine's own kernel, without a packet.
    Local,
    /// An ICMP message.
    Icmp,
    /// An ICMPv6 message.
    Icmp6,
}

/// An error that waited in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QueuedError {
    pub(crate) errno: i32,
    pub(crate) origin: Origin,
    /// Type and code of the ICMP message.
    pub(crate) kind: u8,
    pub(crate) code: u8,
    /// Who sent the ICMP message.
    pub(crate) offender: Option<IpAddr>,
}

/// Whether errors are to be queued. For a TCP connection that is established they would also end it, so it is to be turned off then.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn report_errors(socket: &dyn AsFd, is_ipv6: bool, on: bool) -> io::Result<()> {
    let name = if is_ipv6 { "IPV6_RECVERR" } else { "IP_RECVERR" };
    super::set_named(socket, name, &libc::c_int::from(on).to_ne_bytes())
}

/// This system has no such queue.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn report_errors(_: &dyn AsFd, _: bool, _: bool) -> io::Result<()> {
    Err(super::option::unsupported())
}

/// Takes the next error out of the queue; `None` where it is empty.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn take_error(socket: &dyn AsFd) -> io::Result<Option<QueuedError>> {
    use std::mem::MaybeUninit;
    use std::os::fd::AsRawFd;

    // Words, because the kernel aligns control messages to them.
    let mut control = [0usize; 64];
    let mut payload = [0u8; 64];
    let mut slice = libc::iovec { iov_base: payload.as_mut_ptr().cast(), iov_len: payload.len() };
    let mut message = MaybeUninit::<libc::msghdr>::zeroed();
    // SAFETY: all zeroes is a valid msghdr: null pointers and lengths of 0.
    let message = unsafe { message.assume_init_mut() };
    message.msg_iov = &raw mut slice;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = size_of_val(&control) as _;
    // SAFETY: the descriptor is borrowed for the call; the header points to one slice and to the control buffer, each with its own
    // length, and all of them outlive the call.
    let result = unsafe { libc::recvmsg(socket.as_fd().as_raw_fd(), message, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT) };
    if result < 0 {
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::WouldBlock { Ok(None) } else { Err(error) };
    }
    // What the kernel did not write is zero, which no control message begins with.
    let bytes: Vec<u8> = control.iter().flat_map(|word| word.to_ne_bytes()).collect();
    Ok(parse(&bytes))
}

/// This system has no such queue.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn take_error(_: &dyn AsFd) -> io::Result<Option<QueuedError>> {
    Ok(None)
}

/// Finds the error among control messages: each a `struct cmsghdr` (length, level, type) and its data, padded to words (man 3 cmsg).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn parse(mut control: &[u8]) -> Option<QueuedError> {
    const WORD: usize = size_of::<usize>();
    const HEADER: usize = size_of::<libc::cmsghdr>().next_multiple_of(WORD);
    while let Some(length) = control.get(..WORD).and_then(|length| length.try_into().ok()).map(usize::from_ne_bytes) {
        let number = |at: usize| control.get(at..at + 4)?.try_into().ok().map(i32::from_ne_bytes);
        let (level, name) = (number(WORD)?, number(WORD + 4)?);
        let data = control.get(HEADER..length)?;
        if matches!((level, name), (libc::IPPROTO_IP, libc::IP_RECVERR) | (libc::IPPROTO_IPV6, libc::IPV6_RECVERR)) {
            return extended_error(data);
        }
        control = control.get(length.next_multiple_of(WORD)..)?;
    }
    None
}

/// `struct sock_extended_err`, and behind it the offender's `struct sockaddr`.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn extended_error(data: &[u8]) -> Option<QueuedError> {
    const FIXED: usize = size_of::<libc::sock_extended_err>();
    let errno = i32::from_ne_bytes(data.get(..4)?.try_into().ok()?);
    let &[origin, kind, code] = data.get(4..7)? else { return None };
    let offender = data.get(FIXED..).and_then(|address| {
        let family = u16::from_ne_bytes(address.get(..2)?.try_into().ok()?);
        match i32::from(family) {
            libc::AF_INET => Some(IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(address.get(4..8)?).ok()?))),
            libc::AF_INET6 => Some(IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(address.get(8..24)?).ok()?))),
            _ => None,
        }
    });
    let origin = match origin {
        libc::SO_EE_ORIGIN_LOCAL => Origin::Local,
        libc::SO_EE_ORIGIN_ICMP => Origin::Icmp,
        libc::SO_EE_ORIGIN_ICMP6 => Origin::Icmp6,
        _ => return None,
    };
    Some(QueuedError { errno, origin, kind, code, offender })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::net::UdpSocket;
    use std::time::{Duration, Instant};

    #[test]
    fn a_closed_udp_port_answers_with_icmp() {
        for (loopback, origin, kind, code) in [("127.0.0.1", Origin::Icmp, 3, 3), ("::1", Origin::Icmp6, 1, 4)] {
            let ip: IpAddr = loopback.parse().unwrap();
            let Ok(gone) = UdpSocket::bind((ip, 0)) else { continue };
            let closed = gone.local_addr().unwrap();
            drop(gone);
            let socket = UdpSocket::bind((ip, 0)).unwrap();
            report_errors(&socket, ip.is_ipv6(), true).unwrap();
            socket.connect(closed).unwrap();
            assert_eq!(take_error(&socket).unwrap(), None);
            socket.send(b"hello").unwrap();
            let interest = super::super::Interest::Error;
            super::super::wait_ready(Some((&socket, interest)), &[], Instant::now() + Duration::from_secs(20)).unwrap();
            let expected = QueuedError { errno: libc::ECONNREFUSED, origin, kind, code, offender: Some(ip) };
            assert_eq!(take_error(&socket).unwrap(), Some(expected));
            assert_eq!(take_error(&socket).unwrap(), None);
        }
    }

    #[test]
    fn what_is_cut_is_no_error() {
        let mut bytes = [0; 64];
        bytes[..8].copy_from_slice(&48usize.to_ne_bytes());
        bytes[8..12].copy_from_slice(&libc::IPPROTO_IP.to_ne_bytes());
        bytes[12..16].copy_from_slice(&libc::IP_RECVERR.to_ne_bytes());
        bytes[16..20].copy_from_slice(&libc::EHOSTUNREACH.to_ne_bytes());
        bytes[20..23].copy_from_slice(&[libc::SO_EE_ORIGIN_ICMP, 3, 1]);
        assert_eq!(parse(&bytes[..48]).unwrap().code, 1);
        assert_eq!(parse(&bytes[..48]).unwrap().offender, None);
        for length in 0..48 {
            assert_eq!(parse(&bytes[..length]), None);
        }
    }
}
