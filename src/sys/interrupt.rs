//! The user's wish to stop.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::wake::{Wake, wait_ready};

/// The user's wish to stop, shared by everything that waits in a process.
#[derive(Debug)]
pub struct Interrupt {
    wake: Wake,
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Nobody wishes to stop yet.
    ///
    /// # Errors
    /// EMFILE or ENFILE, when there is no descriptor left for a pipe.
    pub fn new() -> io::Result<Self> {
        Ok(Self { wake: Wake::new()?, signal: Arc::default() })
    }

    /// Stops what is under way, and everything later before it starts.
    pub fn trigger(&self, signal: i32) {
        self.signal.store(usize::try_from(signal).unwrap_or_default(), Ordering::SeqCst);
        self.wake.trigger();
    }

    /// Waits for a time, or until somebody wishes to stop; gives the signal in that case.
    ///
    /// # Errors
    /// What poll(2) gives.
    pub fn wait(&self, time: Duration) -> io::Result<Option<i32>> {
        wait_ready(None, &[&self.wake], Instant::now() + time)?;
        Ok(self.signal())
    }

    /// A pause that ends early when the user wishes to stop.
    pub fn pause(&self, time: Duration) {
        // A pause that cannot be made is none.
        let _ = wait_ready(None, &[&self.wake], Instant::now() + time);
    }

    /// The signal that stopped it.
    pub fn signal(&self) -> Option<i32> {
        i32::try_from(self.signal.load(Ordering::SeqCst)).ok().filter(|&signal| signal != 0)
    }

    /// Where a signal handler leaves the signal's number, and the pipe that it writes to behind that: what [`Interrupt::trigger`]
    /// does, without a thread.
    ///
    /// # Errors
    /// EMFILE or ENFILE, when there is no descriptor left.
    pub(crate) fn for_handler(&self) -> io::Result<(Arc<AtomicUsize>, OwnedFd)> {
        Ok((Arc::clone(&self.signal), self.wake.writer()?))
    }

    /// What to wait for beside a socket.
    pub(crate) fn wake(&self) -> &Wake {
        &self.wake
    }
}
