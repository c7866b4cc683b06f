//! What a call on a socket that was closed gets.
//!
//! The number that the socket had may long belong to another one, of this program or of another thread; so no call is made with
//! it. The call is made with -1, which is never open, and which is what a Python socket calls with after its `close`.

use std::io;

use crate::trace::CallKind;

/// Makes a call with descriptor -1, and gives the kernel's answer.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn call_when_closed(kind: CallKind) -> io::Error {
    let number = match kind {
        CallKind::Bind => libc::SYS_bind,
        CallKind::Listen => libc::SYS_listen,
        CallKind::Accept => libc::SYS_accept4,
        CallKind::Connect => libc::SYS_connect,
        CallKind::Send | CallKind::SendTo => libc::SYS_sendto,
        CallKind::Recv | CallKind::RecvFrom => libc::SYS_recvfrom,
        CallKind::Shutdown => libc::SYS_shutdown,
        CallKind::Close | CallKind::Abort => libc::SYS_close,
        CallKind::SetOption => libc::SYS_setsockopt,
        CallKind::GetOption => libc::SYS_getsockopt,
        _ => libc::SYS_fcntl,
    };
    // SAFETY: the first argument of each of these calls is the descriptor, and the kernel refuses -1 before it follows a pointer;
    // the pointers are null and the lengths 0 besides.
    let result = unsafe { libc::syscall(number, -1, 0_usize, 0_usize, 0_usize, 0_usize, 0_usize) };
    if result == -1 { io::Error::last_os_error() } else { io::Error::from_raw_os_error(libc::EIO) }
}

/// POSIX has one answer for all of these calls.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn call_when_closed(_: CallKind) -> io::Error {
    io::Error::from_raw_os_error(libc::EBADF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_refused() {
        use CallKind as K;
        for kind in [
            K::Bind,
            K::Listen,
            K::Accept,
            K::Connect,
            K::Send,
            K::SendTo,
            K::Recv,
            K::RecvFrom,
            K::Shutdown,
            K::Close,
            K::Abort,
            K::SetOption,
            K::GetOption,
            K::Nonblocking,
        ] {
            assert_eq!(call_when_closed(kind).raw_os_error(), Some(libc::EBADF), "{kind:?}");
        }
    }
}
