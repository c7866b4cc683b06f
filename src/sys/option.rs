//! Socket options of type `int`, by one pair of calls: socket2 has a method for each, but not for all.

use std::io;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd};

use super::constant::level_and_number;
use crate::scenario::SocketOption;

/// Level and name of an option; `None` where this system does not have it.
fn constants(option: SocketOption) -> Option<(libc::c_int, libc::c_int)> {
    use libc::{IPPROTO_TCP as TCP, SOL_SOCKET as SOCKET};
    Some(match option {
        SocketOption::Nodelay => (TCP, libc::TCP_NODELAY),
        SocketOption::Maxseg => (TCP, libc::TCP_MAXSEG),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        SocketOption::Quickack => (TCP, libc::TCP_QUICKACK),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        SocketOption::Cork => (TCP, libc::TCP_CORK),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        SocketOption::UserTimeout => (TCP, libc::TCP_USER_TIMEOUT),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        SocketOption::NotsentLowat => (TCP, libc::TCP_NOTSENT_LOWAT),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        SocketOption::Syncnt => (TCP, libc::TCP_SYNCNT),
        SocketOption::Reuseaddr => (SOCKET, libc::SO_REUSEADDR),
        SocketOption::Reuseport => (SOCKET, libc::SO_REUSEPORT),
        SocketOption::V6only => (libc::IPPROTO_IPV6, libc::IPV6_V6ONLY),
        SocketOption::Keepalive => (SOCKET, libc::SO_KEEPALIVE),
        SocketOption::Broadcast => (SOCKET, libc::SO_BROADCAST),
        SocketOption::Oobinline => (SOCKET, libc::SO_OOBINLINE),
        SocketOption::Sndbuf => (SOCKET, libc::SO_SNDBUF),
        SocketOption::Rcvbuf => (SOCKET, libc::SO_RCVBUF),
        SocketOption::Rcvlowat => (SOCKET, libc::SO_RCVLOWAT),
        SocketOption::Error => (SOCKET, libc::SO_ERROR),
        #[allow(unreachable_patterns, reason = "reached on systems without the options above")]
        _ => return None,
    })
}

pub(super) fn unsupported() -> io::Error {
    io::Error::from_raw_os_error(libc::ENOPROTOOPT)
}

/// setsockopt(2).
pub(crate) fn set_option(socket: &dyn AsFd, option: SocketOption, value: i32) -> io::Result<()> {
    let (level, name) = constants(option).ok_or_else(unsupported)?;
    let length = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: the descriptor is borrowed for the call, and the pointer is to an int that lives as long as the call and
    // has the length given.
    let result = unsafe { libc::setsockopt(socket.as_fd().as_raw_fd(), level, name, (&raw const value).cast(), length) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// getsockopt(2), or for `queued` and `unacked` an ioctl(2). Counters beyond an `int` come out as the largest one.
pub(crate) fn get_option(socket: &dyn AsFd, option: SocketOption) -> io::Result<i32> {
    match option {
        SocketOption::Queued => Ok(i32::try_from(rustix::io::ioctl_fionread(socket)?).unwrap_or(i32::MAX)),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        SocketOption::Unacked => {
            let mut bytes: libc::c_int = 0;
            // SAFETY: the descriptor is borrowed for the call; TIOCOUTQ, which SIOCOUTQ is another name of (man 7 tcp),
            // writes one int, and the pointer is to an int that outlives the call.
            let result = unsafe { libc::ioctl(socket.as_fd().as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
            if result == 0 { Ok(bytes) } else { Err(io::Error::last_os_error()) }
        }
        SocketOption::Drops => drops(socket).map(|drops| i32::try_from(drops).unwrap_or(i32::MAX)),
        _ if option.is_tcp_info() => {
            let value = super::tcp_info(socket)?.counter(option).ok_or_else(unsupported)?;
            Ok(i32::try_from(value).unwrap_or(i32::MAX))
        }
        _ => {
            let (level, name) = constants(option).ok_or_else(unsupported)?;
            let mut value: libc::c_int = 0;
            let mut length = size_of::<libc::c_int>() as libc::socklen_t;
            // SAFETY: the descriptor is borrowed for the call; the pointers are to an int and to its length, both outlive
            // the call, and the kernel writes no more than the length says.
            let result = unsafe { libc::getsockopt(socket.as_fd().as_raw_fd(), level, name, (&raw mut value).cast(), &raw mut length) };
            if result == 0 { Ok(value) } else { Err(io::Error::last_os_error()) }
        }
    }
}

/// Options whose value holds a pointer to more memory: a caller of safe code may not make one up.
const HOLDING_POINTERS: &[&str] = &["SO_ATTACH_FILTER", "SO_ATTACH_REUSEPORT_CBPF", "TCP_ZEROCOPY_RECEIVE"];

fn by_name(name: &str) -> io::Result<(libc::c_int, libc::c_int)> {
    level_and_number(name).filter(|_| !HOLDING_POINTERS.contains(&name)).ok_or_else(unsupported)
}

/// getsockopt(2) of an option by its name in C, into bytes: gives how many the kernel wrote.
pub(crate) fn get_named(socket: &dyn AsFd, name: &str, bytes: &mut [u8]) -> io::Result<usize> {
    let (level, number) = by_name(name)?;
    get_bytes(socket, level, number, bytes)
}

/// setsockopt(2) of an option by its name in C.
pub(crate) fn set_named(socket: &dyn AsFd, name: &str, value: &[u8]) -> io::Result<()> {
    let (level, number) = by_name(name)?;
    let length = libc::socklen_t::try_from(value.len()).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?;
    // SAFETY: the descriptor is borrowed for the call; the pointer is to a slice that outlives the call and has the length given, and
    // the kernel copies it. Options whose value leads to more memory are refused above.
    let result = unsafe { libc::setsockopt(socket.as_fd().as_raw_fd(), level, number, value.as_ptr().cast(), length) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// getsockopt(2) into bytes: gives how many the kernel wrote.
pub(super) fn get_bytes(socket: &dyn AsFd, level: libc::c_int, name: libc::c_int, bytes: &mut [u8]) -> io::Result<usize> {
    let mut length = libc::socklen_t::try_from(bytes.len()).unwrap_or(libc::socklen_t::MAX);
    // SAFETY: the descriptor is borrowed for the call; the pointers are to a slice and to its length, both outlive the call, and the
    // kernel writes no more than the length says.
    let result = unsafe { libc::getsockopt(socket.as_fd().as_raw_fd(), level, name, bytes.as_mut_ptr().cast(), &raw mut length) };
    if result == 0 { Ok(length as usize) } else { Err(io::Error::last_os_error()) }
}

/// What the kernel threw away of what came for this socket (SO_MEMINFO, the last of its nine numbers; Linux 4.12).
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn drops(socket: &dyn AsFd) -> io::Result<u32> {
    const SO_MEMINFO: libc::c_int = 55;
    /// SK_MEMINFO_VARS of linux/sock_diag.h.
    const NUMBERS: usize = 9;
    let mut bytes = [0; NUMBERS * size_of::<u32>()];
    let length = get_bytes(socket, libc::SOL_SOCKET, SO_MEMINFO, &mut bytes)?;
    let (numbers, _) = bytes[..length.min(bytes.len())].as_chunks();
    numbers.get(NUMBERS - 1).map(|drops| u32::from_ne_bytes(*drops)).ok_or_else(unsupported)
}

/// This system does not tell.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn drops(_: &dyn AsFd) -> io::Result<u32> {
    Err(unsupported())
}

/// The name of the congestion control algorithm of a TCP socket (TCP_CONGESTION, man 7 tcp).
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn congestion_control(socket: &dyn AsFd) -> io::Result<String> {
    /// TCP_CA_NAME_MAX of linux/tcp.h.
    const NAME_MAX: usize = 16;
    let mut bytes = [0; NAME_MAX];
    let length = get_bytes(socket, libc::IPPROTO_TCP, libc::TCP_CONGESTION, &mut bytes)?;
    let name = bytes[..length.min(NAME_MAX)].split(|&byte| byte == 0).next().unwrap_or_default();
    Ok(String::from_utf8_lossy(name).into_owned())
}

/// This system does not tell.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn congestion_control(_: &dyn AsFd) -> io::Result<String> {
    Err(unsupported())
}
