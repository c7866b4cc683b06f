//! accept(2) in a process that has no descriptor left.
//!
//! The limit (RLIMIT_NOFILE) is the whole process's, so lowering it would take descriptors away from everybody. Instead a thread
//! gets a table of its own (unshare(2), CLONE_FILES), in which it takes every place; the table goes with the thread, and nobody else
//! is ever short of one. For a moment that table holds every descriptor of the process, so that a close elsewhere in it
//! may take effect a little later: a run that does this should be alone in its process.

use std::io;
use std::os::fd::{AsFd, RawFd};

/// Above this many places it would take long to fill the table.
const MOST: u64 = 1 << 20;

/// The limit, where it is too high for a table to be filled.
pub(crate) fn too_many_descriptors() -> Option<String> {
    match rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        Some(limit) if limit <= MOST => None,
        Some(limit) => Some(limit.to_string()),
        None => Some("unlimited".to_owned()),
    }
}

/// Calls accept(2) on a listener while no descriptor is left. What it accepts, should it succeed, is closed again.
///
/// # Errors
/// What accept gave; or what kept it from being called so.
#[cfg(target_os = "linux")]
pub(crate) fn accept_without_descriptors(listener: &(dyn AsFd + Sync)) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    if let Some(limit) = too_many_descriptors() {
        return Err(io::Error::other(format!("a table of {limit} descriptors would take too long to fill")));
    }
    let listener = listener.as_fd().as_raw_fd();
    // Nothing that owns a descriptor may be dropped in that thread, so it gets a number and gives an error.
    let thread = std::thread::scope(|scope| scope.spawn(move || fill_and_accept(listener)).join());
    thread.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn accept_without_descriptors(_: &(dyn AsFd + Sync)) -> io::Result<()> {
    Err(super::option::unsupported())
}

#[cfg(target_os = "linux")]
fn fill_and_accept(listener: RawFd) -> io::Result<()> {
    let number = listener.cast_unsigned();
    close_range(number + 1, libc::c_uint::MAX, libc::CLOSE_RANGE_UNSHARE)?;
    if let Some(last) = number.checked_sub(1) {
        close_range(0, last, 0)?;
    }
    loop {
        // SAFETY: duplicates a descriptor into a table that is this thread's alone; nobody owns the copy but the table.
        if unsafe { libc::fcntl(listener, libc::F_DUPFD, 0) } == -1 {
            match io::Error::last_os_error() {
                error if error.raw_os_error() == Some(libc::EMFILE) => break,
                error => return Err(error),
            }
        }
    }
    // SAFETY: the listener is open in this thread's table, and null pointers say that nobody asks for the peer's address.
    let accepted = unsafe { libc::accept4(listener, std::ptr::null_mut(), std::ptr::null_mut(), libc::SOCK_CLOEXEC) };
    let result = if accepted == -1 { Err(io::Error::last_os_error()) } else { Ok(()) };
    // A thread that was joined may still hold its table for a moment, and with it the listener.
    close_range(0, libc::c_uint::MAX, 0)?;
    result
}

/// close_range(2).
#[cfg(target_os = "linux")]
fn close_range(first: libc::c_uint, last: libc::c_uint, flags: libc::c_uint) -> io::Result<()> {
    // SAFETY: the first call gives the thread a table of its own, and every further one closes in that table: what the other threads
    // own stays open in theirs.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, last, flags) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
