//! Whether the server has *seen* a piece: read it, so that the next one cannot come in the same read.
//!
//! The kernel is asked about the peer's socket (sock_diag(7)), which any user may do on the same machine. A piece was seen when the kernel
//! has received all bytes that were sent, and none of them waits in the receive queue: two answers, of which [`Reading`] says why.
//!
//! A peer that reads a piece and closes may be gone before it is asked about. How it closed tells then ([`Departure`]).

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::Interrupt;
use crate::scenario::SocketOption;
use crate::sys::{self, Departure, PeerWatch, Reading};

/// What is known of a piece before the next one leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// The kernel says that the other end has read it.
    Confirmed,
    /// Received by its kernel, and not read in the time for that: a program that peeks, or waits for more before it reads.
    Unread,
    /// Not received in the time for that.
    Unreceived,
    /// The other end is not on this machine: acknowledged, then a pause.
    Acknowledged,
    /// The socket at the other end was gone, and with it what is known of it.
    Gone,
    /// The cut was not made: the conversation was over before the bytes in front of it.
    NotMade,
}

/// How often the kernel is asked without a pause.
const AT_ONCE: u32 = 200;
const FIRST_PAUSE: Duration = Duration::from_micros(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(1);
/// So many pieces in a row that a server does not read make netlab wait for a shorter time: it peeks.
const PATIENCE: u32 = 6;
/// The time for a server that peeks, unless less is allowed.
const SHORT_WAIT: Duration = Duration::from_millis(20);
/// The least pause behind an acknowledgement, where nothing better is known.
const LEAST_PAUSE: Duration = Duration::from_millis(1);

/// Asks about one connection after the other, over one netlink socket.
pub(super) struct Confirmer {
    watch: Option<PeerWatch>,
    /// Whether the connection's other end is on this machine.
    is_here: bool,
    unread_in_a_row: u32,
}

impl Confirmer {
    pub(super) fn new() -> Self {
        Self { watch: None, is_here: false, unread_in_a_row: 0 }
    }

    /// From now on about this connection.
    pub(super) fn aim(&mut self, peer: SocketAddr, local: SocketAddr) {
        match &mut self.watch {
            Some(watch) => watch.aim(peer, local),
            // Without netlink there are still the acknowledgements.
            None => self.watch = PeerWatch::new(peer, local).ok(),
        }
        // All connections go to one server: where one was found here, so are the others, and a question is saved.
        self.is_here = self.is_here || self.watch.as_mut().is_some_and(|watch| watch.observe().is_ok_and(|peer| peer.is_some()));
    }

    /// Waits until the server has read all of `sent` bytes, as far as that can be known.
    pub(super) fn wait(&mut self, socket: &std::net::TcpStream, sent: u64, limit: Duration, interrupt: &Interrupt) -> Seen {
        let is_peeking = self.unread_in_a_row >= PATIENCE;
        let limit = if is_peeking { limit.min(SHORT_WAIT) } else { limit };
        let seen = match &mut self.watch {
            Some(watch) if self.is_here => ask(watch, socket, sent, limit, interrupt),
            _ => acknowledged(socket, limit, interrupt),
        };
        self.unread_in_a_row = if seen == Seen::Unread { self.unread_in_a_row + 1 } else { 0 };
        seen
    }
}

fn ask(watch: &mut PeerWatch, socket: &std::net::TcpStream, sent: u64, limit: Duration, interrupt: &Interrupt) -> Seen {
    let mut reading = Reading::default();
    let seen = poll(limit, interrupt, || {
        let peer = match watch.observe() {
            Ok(Some(peer)) => peer,
            Ok(None) => return closed_behind(socket),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return None,
            Err(_) => return Some(Seen::Unreceived),
        };
        reading.look(&peer, sent).map(|_| Seen::Confirmed)
    });
    seen.unwrap_or(if reading.is_received() { Seen::Unread } else { Seen::Unreceived })
}

/// What a peer that is gone had read; `None` where its acknowledgement or its reset is still on its way.
fn closed_behind(socket: &std::net::TcpStream) -> Option<Seen> {
    match sys::tcp_info(socket).map(|info| info.departure()) {
        Ok(Departure::ReadAll) => Some(Seen::Confirmed),
        Ok(Departure::UnderWay) => None,
        _ => Some(Seen::Gone),
    }
}

/// Until the peer's kernel has acknowledged everything, and a pause that follows the time of a round trip: what a server on another
/// machine does with the bytes is not to be known.
fn acknowledged(socket: &std::net::TcpStream, limit: Duration, interrupt: &Interrupt) -> Seen {
    let mut round_trip = Duration::ZERO;
    let acknowledged = poll(limit, interrupt, || {
        let info = sys::tcp_info(socket).ok()?;
        round_trip = Duration::from_micros(info.counter(SocketOption::RttUs).unwrap_or(0));
        info.is_acknowledged().then_some(())
    });
    if acknowledged.is_none() {
        return Seen::Unreceived;
    }
    interrupt.pause((round_trip * 2).clamp(LEAST_PAUSE, limit.max(LEAST_PAUSE)));
    Seen::Acknowledged
}

/// Asks at once, then with pauses; nothing wakes a program when counters change.
fn poll<T>(limit: Duration, interrupt: &Interrupt, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let mut pause = FIRST_PAUSE;
    let start = Instant::now();
    for round in 0u32.. {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if round < AT_ONCE {
            std::thread::yield_now();
            continue;
        }
        if start.elapsed() >= limit || interrupt.signal().is_some() {
            return None;
        }
        interrupt.pause(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    None
}
