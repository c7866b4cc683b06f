//! Waiting until a number of bytes is queued, woken by each arrival.
//!
//! poll(2) is level triggered: with 5 of 14 bytes there it returns at once, for ever. SO_RCVLOWAT would make it wait for 14, but
//! it changes the socket (Linux grows the receive buffer to fit), and a laboratory must not change what it measures. epoll's
//! edge-triggered mode reports every arrival once, which is just what is wanted (man 7 epoll).

use std::io;
use std::os::fd::AsFd;
use std::time::Instant;

use super::wake::{Readiness, Wake};

/// Waits until at least `bytes` are queued for reading (FIONREAD), or no more can come. Gives how the wait ended and
/// how many were queued then.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn wait_queued(socket: &dyn AsFd, bytes: u64, wake: &Wake, deadline: Instant) -> io::Result<(Readiness, u64)> {
    use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
    use rustix::io::Errno;

    const SOCKET: u64 = 0;
    const WAKE: u64 = 1;
    let epoll = epoll::create(CreateFlags::CLOEXEC)?;
    epoll::add(&epoll, socket, EventData::new_u64(SOCKET), EventFlags::IN | EventFlags::RDHUP | EventFlags::ET)?;
    epoll::add(&epoll, wake.reader(), EventData::new_u64(WAKE), EventFlags::IN)?;
    let mut no_more = false;
    loop {
        let queued = rustix::io::ioctl_fionread(socket)?;
        if queued >= bytes || no_more {
            return Ok((Readiness::Ready, queued));
        }
        let mut events = Vec::with_capacity(2);
        let timeout = super::wake::timespec_until(deadline);
        match epoll::wait(&epoll, rustix::buffer::spare_capacity(&mut events), timeout.as_ref()) {
            Ok(_) if events.is_empty() => return Ok((Readiness::TimedOut, queued)),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        for event in &events {
            let (data, flags): (EventData, EventFlags) = (event.data, event.flags);
            if data.u64() == WAKE {
                return Ok((Readiness::Woken, queued));
            }
            no_more |= flags.intersects(EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR);
        }
    }
}

/// Waits until at least `bytes` are queued for reading. Not tried on any system: there is no edge-triggered wait here, so
/// it looks again each millisecond.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn wait_queued(socket: &dyn AsFd, bytes: u64, wake: &Wake, deadline: Instant) -> io::Result<(Readiness, u64)> {
    use std::time::Duration;
    loop {
        let queued = rustix::io::ioctl_fionread(socket)?;
        if queued >= bytes {
            return Ok((Readiness::Ready, queued));
        }
        let next = (Instant::now() + Duration::from_millis(1)).min(deadline);
        match super::wake::wait_ready(None, &[wake], next)? {
            Readiness::Woken => return Ok((Readiness::Woken, queued)),
            _ if Instant::now() >= deadline => return Ok((Readiness::TimedOut, queued)),
            _ => {}
        }
    }
}
