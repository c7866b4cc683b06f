//! Carries a race out on real sockets.
//!
//! Every connect is non-blocking, and poll(2) waits for all of them at once: for an answer, for the race's next moment, and for the
//! user's wish to stop. So no attempt outlives its time, whatever the other side does.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use socket2::Socket;

use super::circumstance;
use super::findings::{Attempt, AttemptEnd, Call, CallFailure};
use super::race::{Race, Step};
use super::settings::Settings;
use super::socket::{Begun, begin, failed, options_in_force, source};
use crate::sys::{Interest, Interrupt, Readiness, report_errors, wait_any};
use crate::trace::Address;

/// The end of all time limits.
#[derive(Clone, Copy)]
pub(super) struct Limits<'r> {
    pub(super) settings: &'r Settings,
    pub(super) interrupt: &'r Interrupt,
    /// The whole run's deadline.
    pub(super) deadline: Option<Instant>,
}

impl Limits<'_> {
    /// The moment after so long, or the deadline, if that comes first.
    pub(super) fn after(&self, time: Duration) -> Instant {
        let moment = Instant::now() + time;
        self.deadline.map_or(moment, |deadline| deadline.min(moment))
    }

    pub(super) fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// What a race found, and the socket of the connection that is kept: the first.
pub(super) struct Raced {
    pub(super) attempts: Vec<Attempt>,
    pub(super) kept: Option<(usize, Socket)>,
}

/// Tries the addresses, in this order.
pub(super) fn race(addresses: &[SocketAddr], limits: Limits<'_>) -> Raced {
    Heat { limits, addresses, start: Instant::now(), under_way: Vec::new(), attempts: Vec::new(), kept: None }.run()
}

/// An attempt that waits for its answer.
struct UnderWay {
    index: usize,
    /// Its place in the list of attempts.
    place: usize,
    socket: Socket,
    is_pending: bool,
    begun: Instant,
}

/// One race under way.
struct Heat<'r> {
    limits: Limits<'r>,
    addresses: &'r [SocketAddr],
    start: Instant,
    under_way: Vec<UnderWay>,
    attempts: Vec<Attempt>,
    kept: Option<(usize, Socket)>,
}

impl Heat<'_> {
    fn run(mut self) -> Raced {
        let Limits { settings, deadline, interrupt } = self.limits;
        let mut race = Race::new(self.addresses.len(), settings.pace, settings.timeout);
        loop {
            match race.next(self.start.elapsed()) {
                Step::Over => break,
                Step::Start(index) => {
                    if let Some(connected) = self.begin(index) {
                        if connected { race.connected(index) } else { race.failed(index, self.start.elapsed()) }
                    }
                }
                // This process may have been kept from running for as long as the limit: then the answer is there.
                Step::Expire(index) if self.is_answered(index) => {
                    if self.settle(index) {
                        race.connected(index);
                    }
                }
                Step::Expire(index) => {
                    self.give_up(Some(index), &AttemptEnd::TimedOut { limit_us: settings.timeout.into() });
                }
                Step::Wait(until) => {
                    let until = self.start + until;
                    let until = deadline.map_or(until, |deadline| deadline.min(until));
                    let interest = self.interest();
                    let sockets: Vec<_> = self.under_way.iter().map(|attempt| (&attempt.socket as _, interest)).collect();
                    let end = match wait_any(&sockets, &[interrupt.wake()], until) {
                        Ok((Readiness::Ready, ready)) => {
                            for index in ready.into_iter().map(|at| self.under_way[at].index).collect::<Vec<_>>() {
                                if self.settle(index) { race.connected(index) } else { race.failed(index, self.start.elapsed()) }
                            }
                            continue;
                        }
                        Ok((Readiness::TimedOut, _)) if !self.limits.is_over() => continue,
                        Ok((Readiness::TimedOut, _)) => AttemptEnd::Deadline,
                        Ok((Readiness::Woken, _)) => AttemptEnd::Interrupted,
                        Err(error) => AttemptEnd::Failed(failed(Call::Connect)(error)),
                    };
                    self.give_up(None, &end);
                    break;
                }
            }
        }
        self.give_up(None, &AttemptEnd::Lost);
        Raced { attempts: self.attempts, kept: self.kept }
    }

    /// Begins an attempt; tells whether it connected, where that is known at once.
    fn begin(&mut self, index: usize) -> Option<bool> {
        let settings = self.limits.settings;
        let begun = Instant::now();
        let place = self.attempts.len();
        self.attempts.push(Attempt::new(Address::Ip(self.addresses[index]), begun.duration_since(self.start)));
        let sent = begin(self.addresses[index], settings).and_then(|begun| {
            if settings.udp {
                // An empty datagram is a message too.
                begun.socket.send(settings.send.as_deref().unwrap_or_default()).map_err(failed(Call::Send))?;
            }
            Ok(begun)
        });
        match sent {
            Ok(Begun { socket, is_pending }) => {
                let waits = is_pending || settings.udp;
                self.under_way.push(UnderWay { index, place, socket, is_pending: waits && !settings.udp, begun });
                if waits { None } else { Some(self.settle(index)) }
            }
            Err(failure) => {
                self.attempts[place].took_us = begun.elapsed().into();
                self.attempts[place].from = source(self.addresses[index], settings).map(Address::Ip);
                self.fail(place, failure);
                Some(false)
            }
        }
    }

    fn interest(&self) -> Interest {
        if self.limits.settings.udp { Interest::Readable } else { Interest::Writable }
    }

    /// Whether an attempt's answer is there now.
    fn is_answered(&self, index: usize) -> bool {
        let Some(attempt) = self.under_way.iter().find(|attempt| attempt.index == index) else { return false };
        matches!(wait_any(&[(&attempt.socket, self.interest())], &[], Instant::now()), Ok((Readiness::Ready, _)))
    }

    /// Takes the answer to an attempt; tells whether it is a connection.
    fn settle(&mut self, index: usize) -> bool {
        let Some(at) = self.under_way.iter().position(|attempt| attempt.index == index) else { return false };
        let UnderWay { place, socket, is_pending, begun, .. } = self.under_way.remove(at);
        let settings = self.limits.settings;
        let to = self.addresses[index];
        let error = socket.take_error();
        let attempt = &mut self.attempts[place];
        attempt.took_us = begun.elapsed().into();
        attempt.was_pending = is_pending;
        attempt.from = socket.local_addr().ok().and_then(|address| address.as_socket()).map(Address::Ip);
        match error {
            Ok(None) => {
                if !settings.udp {
                    // On an established connection an ICMP message would end it: it is to be as a program has it.
                    let _ = report_errors(&socket, to.is_ipv6(), false);
                }
                attempt.end = if settings.udp { AttemptEnd::Answered } else { AttemptEnd::Connected };
                attempt.options = options_in_force(&socket, &settings.options, !settings.udp);
                if self.kept.is_none() {
                    self.kept = Some((place, socket));
                }
                true
            }
            Ok(Some(error)) | Err(error) => {
                attempt.queued_error = circumstance::queued_error(&socket).map(|(_, report)| report);
                let is_silence = !settings.udp && error.raw_os_error() == Some(libc::ETIMEDOUT);
                attempt.syns = circumstance::syns(&socket).filter(|_| is_silence);
                let call = if settings.udp { Call::Recv } else { Call::Connect };
                self.fail(place, failed(call)(error));
                false
            }
        }
    }

    fn fail(&mut self, place: usize, failure: CallFailure) {
        let attempt = &mut self.attempts[place];
        attempt.end = AttemptEnd::Failed(failure);
        if let Address::Ip(to) = attempt.to {
            attempt.circumstances = Some(circumstance::of_address(to, !self.limits.settings.udp));
        }
    }

    /// Ends one attempt that is under way, or all of them.
    fn give_up(&mut self, only: Option<usize>, end: &AttemptEnd) {
        let (given_up, others) =
            std::mem::take(&mut self.under_way).into_iter().partition(|attempt| only.is_none_or(|only| attempt.index == only));
        self.under_way = others;
        for UnderWay { index, place, socket, is_pending, begun } in given_up {
            let attempt = &mut self.attempts[place];
            attempt.took_us = begun.elapsed().into();
            attempt.was_pending = is_pending;
            attempt.from = socket.local_addr().ok().and_then(|address| address.as_socket()).map(Address::Ip);
            attempt.end = end.clone();
            if !matches!(end, AttemptEnd::Lost) {
                let is_tcp = !self.limits.settings.udp;
                attempt.queued_error = circumstance::queued_error(&socket).map(|(_, report)| report);
                attempt.syns = circumstance::syns(&socket).filter(|_| is_tcp);
                attempt.circumstances = Some(circumstance::of_address(self.addresses[index], is_tcp));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::race::Pace;
    use socket2::{Domain, Type};
    use std::net::{TcpListener, TcpStream};

    fn raced(addresses: &[SocketAddr], pace: Pace) -> Raced {
        let settings = Settings { pace, ..Settings::default() };
        race(addresses, Limits { settings: &settings, interrupt: &Interrupt::new().unwrap(), deadline: None })
    }

    fn bound() -> (Socket, SocketAddr) {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        (socket, address)
    }

    const SHORT: Pace = Pace::Staggered(Duration::from_millis(10));
    const LONG: Pace = Pace::Staggered(Duration::from_secs(3600));

    #[test]
    fn an_address_that_does_not_answer_is_overtaken() {
        let (full, silent) = bound();
        full.listen(0).unwrap();
        let _room_is_taken = TcpStream::connect(silent).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let Raced { attempts, kept } = raced(&[silent, listener.local_addr().unwrap()], SHORT);
        assert_eq!(kept.map(|(place, _)| place), Some(1));
        assert!(matches!(attempts[0].end, AttemptEnd::Lost) && matches!(attempts[1].end, AttemptEnd::Connected));
    }

    /// With a delay of an hour: so it is the failure that begins the next.
    #[test]
    fn an_address_that_refuses_does_not_hold_up_the_next() {
        let (_closed, refusing) = bound();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let Raced { attempts, kept } = raced(&[refusing, listener.local_addr().unwrap()], LONG);
        assert_eq!(kept.map(|(place, _)| place), Some(1));
        assert_eq!(attempts[0].end.loss().as_deref(), Some("ECONNREFUSED"));
    }

    #[test]
    fn all_addresses_go_to_their_end() {
        let (_closed, refusing) = bound();
        let listeners = [TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap()];
        let [one, two] = listeners.each_ref().map(|listener| listener.local_addr().unwrap());
        let Raced { attempts, kept } = raced(&[one, refusing, two], Pace::AtOnce);
        assert!(kept.is_some());
        let ends: Vec<Option<String>> = attempts.iter().map(|attempt| attempt.end.loss()).collect();
        assert_eq!(ends, [None, Some("ECONNREFUSED".to_owned()), None]);
        assert!(matches!(attempts[0].end, AttemptEnd::Connected) && matches!(attempts[2].end, AttemptEnd::Connected));
    }

    #[test]
    fn no_address_is_no_attempt() {
        let Raced { attempts, kept } = raced(&[], SHORT);
        assert!(attempts.is_empty() && kept.is_none());
    }
}
