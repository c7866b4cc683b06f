//! Waiting until a socket is ready, in a way that another thread can end.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Ends the waits of other threads. Once triggered it stays so: a pipe that is written to and never read.
#[derive(Debug)]
pub(crate) struct Wake {
    reader: OwnedFd,
    writer: OwnedFd,
}

impl Wake {
    /// Not triggered yet.
    ///
    /// # Errors
    /// EMFILE or ENFILE, when there is no descriptor left for the pipe.
    pub(crate) fn new() -> io::Result<Self> {
        let (reader, writer) = rustix::pipe::pipe()?;
        for end in [&reader, &writer] {
            rustix::io::fcntl_setfd(end, rustix::io::FdFlags::CLOEXEC)?;
        }
        Ok(Self { reader, writer })
    }

    /// Wakes everybody who waits, now and later.
    pub(crate) fn trigger(&self) {
        // The pipe holds far more bytes than there are triggers; a full one is awake already.
        let _ = rustix::io::write(&self.writer, b"!");
    }
}

/// What a socket is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    Readable,
    Urgent,
    Writable,
    /// Nothing but an error: poll(2) reports POLLERR without being asked.
    Error,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    Ready,
    Woken,
    TimedOut,
}

pub(crate) fn timespec_until(deadline: Instant) -> Option<Timespec> {
    Timespec::try_from(deadline.saturating_duration_since(Instant::now())).ok()
}

/// Waits until the socket is ready (poll(2)), one of the wakes is triggered, or the deadline has passed.
pub(crate) fn wait_ready(socket: Option<(&dyn AsFd, Interest)>, wakes: &[&Wake], deadline: Instant) -> io::Result<Readiness> {
    loop {
        let mut fds: Vec<PollFd<'_>> = wakes.iter().map(|wake| PollFd::new(&wake.reader, PollFlags::IN)).collect();
        if let Some((socket, interest)) = socket {
            fds.push(PollFd::from_borrowed_fd(socket.as_fd(), events(interest)));
        }
        let timeout = timespec_until(deadline);
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) => return Ok(Readiness::TimedOut),
            Ok(_) => {
                let woken = fds[..wakes.len()].iter().any(|fd| !fd.revents().is_empty());
                return Ok(if woken { Readiness::Woken } else { Readiness::Ready });
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// As [`wait_ready`], for several sockets; also gives the places of those that are ready.
pub(crate) fn wait_any(sockets: &[(&dyn AsFd, Interest)], wakes: &[&Wake], deadline: Instant) -> io::Result<(Readiness, Vec<usize>)> {
    let mut fds: Vec<PollFd<'_>> =
        sockets.iter().map(|(socket, interest)| PollFd::from_borrowed_fd(socket.as_fd(), events(*interest))).collect();
    fds.extend(wakes.iter().map(|wake| PollFd::new(&wake.reader, PollFlags::IN)));
    loop {
        let timeout = timespec_until(deadline);
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) => return Ok((Readiness::TimedOut, Vec::new())),
            Ok(_) => {
                let is_woken = fds[sockets.len()..].iter().any(|fd| !fd.revents().is_empty());
                let ready = (0..sockets.len()).filter(|&at| !fds[at].revents().is_empty()).collect();
                return Ok((if is_woken { Readiness::Woken } else { Readiness::Ready }, ready));
            }
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn events(interest: Interest) -> PollFlags {
    match interest {
        Interest::Readable => PollFlags::IN | PollFlags::RDHUP,
        Interest::Urgent => PollFlags::PRI,
        Interest::Writable => PollFlags::OUT,
        Interest::Error => PollFlags::empty(),
    }
}

impl Wake {
    pub(crate) fn reader(&self) -> &OwnedFd {
        &self.reader
    }

    /// The end that wakes when it is written to.
    pub(super) fn writer(&self) -> io::Result<OwnedFd> {
        self.writer.try_clone()
    }
}
