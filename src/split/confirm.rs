//! Whether the server has *seen* a piece: read it, so that the next one cannot come in the same read.
//!
//! The kernel is asked about the peer's socket (sock_diag(7)), which any user may do on the same machine. A piece was seen when the kernel
//! has received all bytes that were sent, and none of them waits in the receive queue: two answers, of which [`Reading`] says why.
//!
//! A peer that reads a piece and closes may be gone before it is asked about. How it closed tells then ([`Departure`]).

use std::io;
use std::net::{IpAddr, SocketAddr};
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

/// Where the other end of a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    /// Gone, before it was looked for.
    Nowhere,
    /// On this machine, so its kernel can be asked.
    Here,
    Elsewhere,
}

/// Asks about one connection after the other, over one netlink socket.
pub(super) struct Confirmer {
    watch: Option<PeerWatch>,
    aim: Aim,
    /// Of the last address that was found on this machine. Where its connections are is not asked again, which spares a question for each.
    here: Option<IpAddr>,
    unread_in_a_row: u32,
}

impl Confirmer {
    pub(super) fn new() -> Self {
        Self { watch: None, aim: Aim::Nowhere, here: None, unread_in_a_row: 0 }
    }

    /// From now on about the connection between a peer and us; `None` where it has no addresses, because it is none any more.
    pub(super) fn aim(&mut self, addresses: Option<(SocketAddr, SocketAddr)>) {
        let Some((peer, local)) = addresses else {
            self.aim = Aim::Nowhere;
            return;
        };
        match &mut self.watch {
            Some(watch) => watch.aim(peer, local),
            // Without netlink there are still the acknowledgements.
            None => self.watch = PeerWatch::new(peer, local).ok(),
        }
        if self.here != Some(peer.ip()) && self.watch.as_mut().is_some_and(|watch| watch.observe().is_ok_and(|peer| peer.is_some())) {
            self.here = Some(peer.ip());
        }
        self.aim = if self.here == Some(peer.ip()) { Aim::Here } else { Aim::Elsewhere };
    }

    /// Waits until the server has read all of `sent` bytes, as far as that can be known.
    pub(super) fn wait(&mut self, socket: &std::net::TcpStream, sent: u64, limit: Duration, interrupt: &Interrupt) -> Seen {
        let is_peeking = self.unread_in_a_row >= PATIENCE;
        let limit = if is_peeking { limit.min(SHORT_WAIT) } else { limit };
        let seen = match &mut self.watch {
            _ if self.aim == Aim::Nowhere => Seen::Gone,
            Some(watch) if self.aim == Aim::Here => ask(watch, socket, sent, limit, interrupt),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    /// A worker serves one client after the other, and not all of them need be on this machine.
    #[test]
    #[cfg(target_os = "linux")]
    fn where_a_peer_is_is_known_by_its_own_address() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut socket, peer) = listener.accept().unwrap();
        let (local, interrupt, limit) = (socket.local_addr().unwrap(), Interrupt::new().unwrap(), Duration::from_secs(60));
        socket.write_all(b"a").unwrap();
        client.read_exact(&mut [0]).unwrap();
        let mut confirmer = Confirmer::new();
        confirmer.aim(Some((peer, local)));
        assert_eq!(confirmer.wait(&socket, 1, limit, &interrupt), Seen::Confirmed);
        // Nobody here has that address (RFC 5737), and nothing is sent to it: the kernel is only asked whether it knows it.
        confirmer.aim(Some((SocketAddr::from(([192, 0, 2, 1], peer.port())), local)));
        assert_eq!(confirmer.wait(&socket, 1, limit, &interrupt), Seen::Acknowledged);
        confirmer.aim(Some((peer, local)));
        assert_eq!(confirmer.wait(&socket, 1, limit, &interrupt), Seen::Confirmed, "and back");
        confirmer.aim(None);
        assert_eq!(confirmer.wait(&socket, 1, limit, &interrupt), Seen::Gone, "not about the connection before");
    }

    /// Where one connection with an address was found here, another with it is here too, gone or not.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_peer_that_was_here_before_is_not_looked_for_again() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut confirmer = Confirmer::new();
        let interrupt = Interrupt::new().unwrap();
        for is_gone in [false, true] {
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (mut socket, peer) = listener.accept().unwrap();
            socket.write_all(b"a").unwrap();
            client.read_exact(&mut [0]).unwrap();
            if is_gone {
                drop(client);
                assert_eq!(socket.read(&mut [0]).unwrap(), 0);
            }
            confirmer.aim(Some((peer, socket.local_addr().unwrap())));
            assert_eq!(confirmer.wait(&socket, 1, Duration::from_secs(60), &interrupt), Seen::Confirmed, "{is_gone}");
        }
    }
}
