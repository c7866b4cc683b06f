//! What this system tells of the sockets of all processes, or that it does not.

use std::io;

use crate::sockets::{ListenCounters, Owners, Protocol, SocketRow};

/// The sockets of a protocol, those of other processes too; with a port, only those bound to it.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn sockets_of(protocol: Protocol, port: Option<u16>) -> io::Result<Vec<SocketRow>> {
    super::sock_diag::sockets_of(protocol, port)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn sockets_of(_: Protocol, _: Option<u16>) -> io::Result<Vec<SocketRow>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Which process has which socket.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn socket_owners() -> io::Result<Owners> {
    super::process::socket_owners()
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn socket_owners() -> io::Result<Owners> {
    Err(io::ErrorKind::Unsupported.into())
}

/// What listeners could not take (man 5 proc, /proc/net/netstat); nothing where this system does not count it.
pub(crate) fn listen_counters() -> Option<ListenCounters> {
    ListenCounters::parse(&std::fs::read_to_string("/proc/net/netstat").ok()?)
}
