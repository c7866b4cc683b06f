//! Calls that block as far as the actor can tell, and end when they must.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use super::board::{Board, Cut};
use crate::errno::Errno;
use crate::sys::{Interest, Readiness, wait_ready};
use crate::trace::CallOutcome;

/// How long a call that poll(2) cannot wait for blocks in the kernel before it looks whether the run is over: connect to
/// and send to a Unix socket whose queue is full (the sender's socket is always writable).
pub(super) const SLICE: Duration = Duration::from_millis(20);

/// Why a call gave no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Failed(Errno),
    Cut(Cut),
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Failed(Errno::from_io(&error))
    }
}

impl From<Cut> for Ended {
    fn from(cut: Cut) -> Self {
        Self::Cut(cut)
    }
}

impl Ended {
    pub(super) fn outcome(self) -> CallOutcome {
        match self {
            Self::Failed(errno) => CallOutcome::Failed(errno),
            Self::Cut(Cut::TimedOut) => CallOutcome::TimedOut,
            Self::Cut(Cut::Released) => CallOutcome::Released,
        }
    }
}

/// Waits in poll(2) until the socket is ready.
pub(super) fn until_ready(socket: &dyn AsFd, interest: Interest, board: &Board, deadline: Instant) -> Result<(), Ended> {
    match wait_ready(Some((socket, interest)), &[board.release()], deadline)? {
        Readiness::Ready => Ok(()),
        Readiness::Woken => Err(Cut::Released.into()),
        Readiness::TimedOut => Err(Cut::TimedOut.into()),
    }
}

/// Repeats a call that does not block until it gives something else than EAGAIN, waiting in between.
/// Also tells whether it had to wait.
pub(super) fn blocking<T>(
    socket: &dyn AsFd,
    interest: Interest,
    board: &Board,
    deadline: Instant,
    mut attempt: impl FnMut() -> io::Result<T>,
) -> (Result<T, Ended>, bool) {
    let mut waited = false;
    loop {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                waited = true;
                if let Err(ended) = until_ready(socket, interest, board, deadline) {
                    return (Err(ended), waited);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return (result.map_err(Ended::from), waited),
        }
    }
}

/// Repeats a call that blocks in the kernel for one [`SLICE`] at a time.
pub(super) fn in_slices<T>(board: &Board, deadline: Instant, mut attempt: impl FnMut() -> io::Result<T>) -> (Result<T, Ended>, bool) {
    let mut waited = false;
    loop {
        match attempt() {
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
                waited = true;
                if board.is_stopped() {
                    return (Err(Cut::Released.into()), waited);
                }
                if Instant::now() >= deadline {
                    return (Err(Cut::TimedOut.into()), waited);
                }
            }
            result => return (result.map_err(Ended::from), waited),
        }
    }
}
