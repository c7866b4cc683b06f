//! recv(2) and recvmsg(2) with their flags.

use std::io::{self, IoSliceMut};
use std::os::fd::AsFd;

use rustix::net::{RecvAncillaryBuffer, RecvFlags, ReturnFlags, SocketAddrAny};

use crate::scenario::Flag;
use crate::trace::Address;

/// What a recvmsg(2) returned.
pub(crate) struct Received {
    /// The return value: with MSG_TRUNC the datagram's true length.
    pub(crate) returned: usize,
    /// Whether the kernel returned MSG_TRUNC: the datagram was longer than the buffer.
    pub(crate) truncated: bool,
    /// The sender.
    pub(crate) from: Option<Address>,
}

fn recv_flags(flags: &[Flag], dont_wait: bool) -> RecvFlags {
    let of = |flag: &Flag| match flag {
        Flag::Oob => RecvFlags::OOB,
        Flag::Peek => RecvFlags::PEEK,
        Flag::Trunc => RecvFlags::TRUNC,
        Flag::Waitall => RecvFlags::WAITALL,
        Flag::Dontwait => RecvFlags::DONTWAIT,
        Flag::More | Flag::Eor => RecvFlags::empty(),
    };
    let own = if dont_wait { RecvFlags::DONTWAIT } else { RecvFlags::empty() };
    flags.iter().map(of).fold(own, |all, flag| all | flag)
}

/// Flags of send(2). MSG_NOSIGNAL always: EPIPE is a result here, not the end of the process.
pub(crate) fn send_flags(flags: &[Flag], dont_wait: bool) -> libc::c_int {
    let of = |flag: &Flag| match flag {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        Flag::More => libc::MSG_MORE,
        Flag::Eor => libc::MSG_EOR,
        Flag::Oob => libc::MSG_OOB,
        Flag::Dontwait => libc::MSG_DONTWAIT,
        _ => 0,
    };
    let own = libc::MSG_NOSIGNAL | if dont_wait { libc::MSG_DONTWAIT } else { 0 };
    flags.iter().map(of).fold(own, |all, flag| all | flag)
}

/// recv(2) of a byte stream.
pub(crate) fn receive(socket: &dyn AsFd, buffer: &mut [u8], flags: &[Flag], dont_wait: bool) -> io::Result<usize> {
    let (_, returned) = rustix::net::recv(socket, buffer, recv_flags(flags, dont_wait))?;
    Ok(returned)
}

/// recvmsg(2) of a datagram: as recv(2), and it tells who sent it and whether it was cut.
pub(crate) fn receive_message(socket: &dyn AsFd, buffer: &mut [u8], flags: &[Flag], dont_wait: bool) -> io::Result<Received> {
    let mut slices = [IoSliceMut::new(buffer)];
    let message = rustix::net::recvmsg(socket, &mut slices, &mut RecvAncillaryBuffer::new(&mut []), recv_flags(flags, dont_wait))?;
    Ok(Received {
        returned: message.bytes,
        truncated: message.flags.contains(ReturnFlags::TRUNC),
        from: message.address.and_then(address_of),
    })
}

fn address_of(address: SocketAddrAny) -> Option<Address> {
    if let Ok(address) = std::net::SocketAddr::try_from(address.clone()) {
        return Some(Address::Ip(address));
    }
    let address = rustix::net::SocketAddrUnix::try_from(address).ok()?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Some(name) = address.abstract_name() {
        return Some(Address::Abstract(String::from_utf8_lossy(name).into_owned()));
    }
    Some(address.path_bytes().map_or(Address::Unnamed, |path| Address::Path(String::from_utf8_lossy(path).into_owned())))
}
