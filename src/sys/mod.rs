//! The operating system: what socket2 and rustix do not wrap, or wrap too far.
//!
//! `unsafe` lives here and nowhere else, each block with its argument. What is particular to a system sits behind
//! `cfg`. Linux is where it is tested; for other systems nothing is claimed.

mod arrival;
#[allow(unsafe_code, reason = "a call with a descriptor that is not open has no safe form")]
mod closed;
mod constant;
#[allow(unsafe_code, reason = "a table of descriptors of a thread's own has no safe form")]
mod descriptors;
#[allow(unsafe_code, reason = "recvmsg takes raw pointers, and no crate here reads the error queue")]
mod error_queue;
mod interrupt;
mod listing;
mod message;
#[allow(unsafe_code, reason = "getsockopt, setsockopt and ioctl take raw pointers")]
mod option;
mod peer;
mod privilege;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod process;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod sock_diag;
mod tcp_info;
#[allow(unsafe_code, reason = "an address that no library makes")]
mod unix_path;
mod wake;

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;

pub(crate) use arrival::wait_queued;
pub(crate) use closed::call_when_closed;
pub(crate) use descriptors::{accept_without_descriptors, too_many_descriptors};
pub(crate) use error_queue::{Origin, report_errors, take_error};
pub use interrupt::Interrupt;
pub(crate) use listing::{listen_counters, socket_owners, sockets_of};
pub(crate) use message::{receive, receive_message, send_flags};
pub(crate) use option::{congestion_control, get_named, get_option, set_named, set_option};
pub(crate) use peer::{PeerWatch, Reading};
pub(crate) use privilege::{first_unprivileged_port, privilege};
pub(crate) use tcp_info::{Departure, counts_segments, tcp_info};
pub(crate) use unix_path::unix_path;
pub(crate) use wake::{Interest, Readiness, Wake, wait_any, wait_ready};

/// The kernel's release, as `uname -r` prints it.
pub(crate) fn kernel_release() -> String {
    rustix::system::uname().release().to_string_lossy().into_owned()
}

/// Makes a symbolic link, wherever it leads.
#[cfg(unix)]
pub(crate) fn symlink(target: &str, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

/// Elsewhere a link to a file and one to a directory are two things, and a scenario does not say which it wants.
#[cfg(not(unix))]
pub(crate) fn symlink(_: &str, _: &Path) -> std::io::Result<()> {
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "symbolic links are made on Unix systems only"))
}

/// What the routing table says of an address.
pub(crate) enum Route {
    /// There is a way.
    Found,
    /// There is one, and it leads to everybody on a network: a socket needs SO_BROADCAST for it.
    Broadcast,
    /// There is none, or it may not be used: with the kernel's word for that.
    Refused(std::io::Error),
}

/// Asks the routing table. Connecting a UDP socket does that, and sends nothing.
pub(crate) fn route(to: SocketAddr) -> std::io::Result<Route> {
    let any: SocketAddr = if to.is_ipv4() { ([0u8; 4], 0).into() } else { ([0u16; 8], 0).into() };
    let socket = UdpSocket::bind(any)?;
    let Err(error) = socket.connect(to) else { return Ok(Route::Found) };
    // A route of type prohibit gives EACCES too, and goes on doing so.
    let is_broadcast = error.raw_os_error() == Some(libc::EACCES) && socket.set_broadcast(true).and_then(|()| socket.connect(to)).is_ok();
    Ok(if is_broadcast { Route::Broadcast } else { Route::Refused(error) })
}

/// Why an address cannot be reached from here, as far as the routing table tells; nothing where the machine was out of something.
pub(crate) fn cannot_reach(to: SocketAddr) -> Option<std::io::Error> {
    match route(to) {
        Ok(Route::Found | Route::Broadcast) => None,
        Ok(Route::Refused(error)) | Err(error) => Some(error).filter(|error| !is_short(error)),
    }
}

/// Whether an address is one of this machine's own: what goes there also comes from there. That a socket can be bound to it says less,
/// since `ip_nonlocal_bind` allows any.
pub(crate) fn is_own(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    if ip.is_loopback() || ip.is_unspecified() {
        return true;
    }
    let any: SocketAddr = if ip.is_ipv4() { ([0u8; 4], 0).into() } else { ([0u16; 8], 0).into() };
    // Any port: connecting a UDP socket sends nothing.
    let from = UdpSocket::bind(any).and_then(|socket| socket.connect((ip, 9)).and_then(|()| socket.local_addr()));
    from.is_ok_and(|from| from.ip() == ip)
}

/// Whether a socket can be bound to an address here.
pub(crate) fn can_bind(address: SocketAddr) -> bool {
    UdpSocket::bind(address).map_or_else(|error| is_short(&error), |_| true)
}

/// Whether the machine was out of something just now, which says nothing about what it can do: the run itself will tell.
fn is_short(error: &std::io::Error) -> bool {
    crate::errno::Errno::from_io(error).is_shortage()
}
