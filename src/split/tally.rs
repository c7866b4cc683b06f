//! What happens on the connections of one run of a client, which come and go in threads of their own.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::confirm::Seen;
use super::connection::Connection;
use super::exchange::{ClientRun, Exchange};

/// So many connections of a run are counted in full, and prolong it: a client that connects for ever comes to an end all the same.
const MOST_COUNTED: u64 = 100;

/// Counts, while a client runs.
pub(super) struct Tally {
    counts: Mutex<Counts>,
    idle: Condvar,
}

struct Counts {
    /// When the client last came on: it was started, it connected, or took a piece.
    progress: Instant,
    connections: u64,
    active: usize,
    answered: u64,
    broken: Option<String>,
    /// Whether the client is being stopped: what breaks then is not its doing.
    is_stopped: bool,
    pieces: usize,
    sends: usize,
    /// Of the connection with the most.
    made: usize,
    seen: Vec<Seen>,
}

impl Tally {
    pub(super) fn new() -> Self {
        let counts = Counts {
            progress: Instant::now(),
            connections: 0,
            active: 0,
            answered: 0,
            broken: None,
            is_stopped: false,
            pieces: 0,
            sends: 0,
            made: 0,
            seen: Vec::new(),
        };
        Self { counts: Mutex::new(counts), idle: Condvar::new() }
    }

    /// A connection was accepted; gives its number, from 1.
    pub(super) fn begin(&self) -> u64 {
        let mut counts = self.counts();
        counts.connections += 1;
        counts.active += 1;
        if counts.connections <= MOST_COUNTED {
            counts.progress = Instant::now();
        }
        counts.connections
    }

    /// A piece left on a connection.
    pub(super) fn progress(&self, number: u64) {
        if number <= MOST_COUNTED {
            self.counts().progress = Instant::now();
        }
    }

    /// A conversation is over: on this many pieces were to leave, and all answers did, or what went wrong.
    pub(super) fn conversed(&self, number: u64, connection: &mut Connection<'_>, pieces: usize, outcome: Result<(), String>) {
        let mut counts = self.counts();
        match outcome {
            Ok(()) => counts.answered += 1,
            Err(words) => _ = counts.broken.get_or_insert(words),
        }
        if number <= MOST_COUNTED {
            counts.pieces += pieces;
            counts.sends += connection.sends;
            counts.made = counts.made.max(connection.made());
            counts.seen.append(&mut connection.seen);
        }
    }

    /// Its connection is closed.
    pub(super) fn end(&self) {
        self.counts().active -= 1;
        self.idle.notify_all();
    }

    /// Waits until no connection is open.
    pub(super) fn wait_idle(&self, limit: Duration) {
        let waited = self.idle.wait_timeout_while(self.counts(), limit, |counts| counts.active > 0);
        drop(waited);
    }

    /// The client is about to be stopped.
    pub(super) fn stop(&self) {
        self.counts().is_stopped = true;
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.counts().is_stopped
    }

    pub(super) fn active(&self) -> usize {
        self.counts().active
    }

    pub(super) fn connections(&self) -> u64 {
        self.counts().connections
    }

    /// Until when the client may go on without coming on.
    pub(super) fn deadline(&self, ready: Duration, timeout: Duration) -> Instant {
        let counts = self.counts();
        counts.progress + if counts.connections == 0 { ready } else { timeout }
    }

    /// Hands over what was counted.
    pub(super) fn fill(self, exchange: &mut Exchange) {
        let counts = self.counts.into_inner().unwrap_or_else(PoisonError::into_inner);
        (exchange.pieces, exchange.sends, exchange.made, exchange.seen) = (counts.pieces, counts.sends, counts.made, counts.seen);
        let Counts { connections, answered, broken, .. } = counts;
        exchange.client = Some(ClientRun { connections, answered, broken });
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
