//! Waits for what only the kernel's counters tell: nothing wakes a program when they change, so they are asked again and again.

use std::io;
use std::time::{Duration, Instant};

use super::actor::{About, Actor, Now};
use super::board::{Board, Cut};
use super::live::Live;
use super::wait::Ended;
use crate::plan::CountedEvent;
use crate::scenario::SocketOption;
use crate::sys::{self, Departure, PeerWatch, Readiness, Reading, wait_ready};
use crate::trace::{Address, CallKind, CallOutcome};

/// How often the kernel is asked without a pause: on loopback what is waited for is mostly there by then.
const AT_ONCE: u32 = 50;
const FIRST_PAUSE: Duration = Duration::from_micros(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(1);

/// Asks until there is an answer.
fn until<T>(board: &Board, deadline: Instant, mut ask: impl FnMut() -> io::Result<Option<T>>) -> Result<T, Ended> {
    let mut pause = FIRST_PAUSE;
    for round in 0u32.. {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if round < AT_ONCE {
            std::thread::yield_now();
            continue;
        }
        match wait_ready(None, &[board.release()], (Instant::now() + pause).min(deadline))? {
            Readiness::Woken => return Err(Cut::Released.into()),
            _ if Instant::now() >= deadline => return Err(Cut::TimedOut.into()),
            _ => pause = (pause * 2).min(LONGEST_PAUSE),
        }
    }
    Err(Cut::TimedOut.into())
}

impl Actor<'_> {
    pub(super) fn wait_counted(&mut self, now: Now<'_>, slot: usize, event: CountedEvent, bytes: u64) -> CallOutcome {
        let kind = match event {
            CountedEvent::PeerReceived => CallKind::WaitPeerReceived,
            CountedEvent::PeerRead => CallKind::WaitPeerRead,
            CountedEvent::Unsent => CallKind::WaitUnsent,
            CountedEvent::Unacked => CallKind::WaitUnacked,
        };
        let start = self.run.clock.now_ns();
        let (result, record) = match self.live(slot, kind) {
            Ok(live) => {
                let result = match event {
                    CountedEvent::PeerReceived => self.peer_received(now, live, bytes),
                    CountedEvent::PeerRead => self.peer_read(now, live, bytes),
                    CountedEvent::Unsent => self.at_most(now, live, SocketOption::NotsentBytes, bytes),
                    CountedEvent::Unacked => self.at_most(now, live, SocketOption::Unacked, bytes),
                };
                (result, live.record)
            }
            Err(ended) => return self.refuse(now, kind, ended),
        };
        let outcome = match result {
            Ok(counted) => CallOutcome::Returned(u32::try_from(counted).unwrap_or(u32::MAX)),
            Err(ended) => ended.outcome(),
        };
        let about = About { record: Some(record), asked: usize::try_from(bytes).unwrap_or(usize::MAX), ..About::default() };
        self.push(now, kind, about, start, outcome, None)
    }

    /// Until the peer's kernel has received so many bytes. It says so itself where it is this machine's; otherwise what it acknowledged
    /// it has received.
    fn peer_received(&self, now: Now<'_>, live: &Live, bytes: u64) -> Result<u64, Ended> {
        let record = &self.records[live.record];
        let accepted = record.sent.bytes();
        let addresses = match (&record.peer, &record.local) {
            (Some(Address::Ip(peer)), Some(Address::Ip(local))) => Some((*peer, *local)),
            _ => None,
        };
        // Without permission or support for the question there are still the acknowledgements.
        let mut watch = addresses.and_then(|(peer, local)| PeerWatch::new(peer, local).ok());
        until(&self.run.board, now.deadline, || {
            let unacked = sys::get_option(&live.socket, SocketOption::Unacked)?;
            let acked = accepted.saturating_sub(u64::try_from(unacked).unwrap_or(0));
            let seen = watch.as_mut().and_then(|watch| watch.look().ok().flatten()?.counter(SocketOption::BytesReceived));
            // The peer counts our FIN as a byte.
            let received = seen.map_or(acked, |seen| seen.min(accepted)).max(acked);
            Ok((received >= bytes).then_some(received))
        })
    }

    /// Until the peer has read so many bytes, and has none left to read; or until it has read all that was sent and closed, so that no more
    /// can be read. Gives how many it has read. Only the kernel of this machine can tell, of a peer on it.
    fn peer_read(&self, now: Now<'_>, live: &Live, bytes: u64) -> Result<u64, Ended> {
        let record = &self.records[live.record];
        let (Some(Address::Ip(peer)), Some(Address::Ip(local))) = (&record.peer, &record.local) else {
            return Err(io::Error::from_raw_os_error(libc::ENOTCONN).into());
        };
        let mut watch = PeerWatch::new(*peer, *local)?;
        let sent = record.sent.bytes();
        let mut reading = Reading::default();
        until(&self.run.board, now.deadline, || match watch.observe()? {
            Some(state) => Ok(reading.look(&state, bytes)),
            // It has closed. Whether it had read all before shows in how it did.
            None => match sys::tcp_info(&live.socket)?.departure() {
                Departure::ReadAll => Ok(Some(sent)),
                Departure::Reset => Err(io::Error::from_raw_os_error(libc::ECONNRESET)),
                Departure::None | Departure::UnderWay => Ok(None),
            },
        })
    }

    /// Until the kernel counts at most so many bytes.
    fn at_most(&self, now: Now<'_>, live: &Live, counter: SocketOption, bytes: u64) -> Result<u64, Ended> {
        until(&self.run.board, now.deadline, || {
            let counted = u64::try_from(sys::get_option(&live.socket, counter)?).unwrap_or(0);
            Ok((counted <= bytes).then_some(counted))
        })
    }
}
