//! Which address is tried when: the decisions of RFC 8305 ("Happy Eyeballs"), without sockets and without a clock.
//!
//! The addresses of a name are tried in turn, the families alternating, each a little after the one before it, or at once when that
//! one has failed. The first connection wins, and the other attempts are given up. Time is passed in, counted from the start.
//!
//! RFC 8305 also says what to do while only one of the two DNS answers (A, AAAA) has come. `getaddrinfo` gives both at once, so there is
//! nothing to decide.
//!
//! ```
//! use std::time::Duration;
//! use netlab::connect::race::{Pace, Race, Step};
//!
//! let ms = Duration::from_millis;
//! let mut race = Race::new(2, Pace::Staggered(ms(250)), ms(5000));
//! assert_eq!(race.next(ms(0)), Step::Start(0));
//! assert_eq!(race.next(ms(0)), Step::Wait(ms(250)));
//! race.failed(0, ms(30));
//! assert_eq!(race.next(ms(30)), Step::Start(1));
//! race.connected(1);
//! assert_eq!(race.next(ms(40)), Step::Over);
//! ```

use std::net::SocketAddr;
use std::time::Duration;

/// When attempts begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// One after the other, so long apart; the first connection ends the race.
    Staggered(Duration),
    /// All at once, and all to their end: to see what each address says.
    AtOnce,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Begin this attempt.
    Start(usize),
    /// Give this attempt up: its time is over.
    Expire(usize),
    /// Wait for an attempt to end, but no longer than until then.
    Wait(Duration),
    /// Nothing is left to do. Attempts that are still under way have lost.
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    Waiting,
    UnderWay { until: Duration },
    Ended,
}

/// The attempts of one race, numbered in the order in which they may begin.
#[derive(Clone, Debug)]
pub struct Race {
    pace: Pace,
    timeout: Duration,
    attempts: Vec<Attempt>,
    next_start: Duration,
    is_won: bool,
}

impl Race {
    /// A race between so many addresses, each of which has so much time.
    pub fn new(addresses: usize, pace: Pace, timeout: Duration) -> Self {
        Self { pace, timeout, attempts: vec![Attempt::Waiting; addresses], next_start: Duration::ZERO, is_won: false }
    }

    /// What to do at a moment. What it says is done counts as done: it is not said again.
    pub fn next(&mut self, now: Duration) -> Step {
        if self.is_won && self.pace != Pace::AtOnce {
            return Step::Over;
        }
        let expired = |attempt: &Attempt| matches!(attempt, Attempt::UnderWay { until } if *until <= now);
        if let Some(index) = self.attempts.iter().position(expired) {
            self.failed(index, now);
            return Step::Expire(index);
        }
        let waiting = self.attempts.iter().position(|attempt| *attempt == Attempt::Waiting);
        if let Some(index) = waiting.filter(|_| now >= self.next_start) {
            self.attempts[index] = Attempt::UnderWay { until: now + self.timeout };
            if let Pace::Staggered(delay) = self.pace {
                self.next_start = now + delay;
            }
            return Step::Start(index);
        }
        let ends = self.attempts.iter().filter_map(|attempt| if let Attempt::UnderWay { until } = attempt { Some(*until) } else { None });
        match ends.chain(waiting.map(|_| self.next_start)).min() {
            Some(until) => Step::Wait(until),
            None => Step::Over,
        }
    }

    /// An attempt ended without a connection: the next one need not wait any longer.
    pub fn failed(&mut self, index: usize, now: Duration) {
        self.attempts[index] = Attempt::Ended;
        self.next_start = now;
    }

    /// An attempt ended with a connection.
    pub fn connected(&mut self, index: usize) {
        self.attempts[index] = Attempt::Ended;
        self.is_won = true;
    }
}

/// The addresses with their families alternating, beginning with that of the first (RFC 8305, section 4, with a First Address Family
/// Count of 1). Within a family the resolver's order stays: it has sorted them by RFC 6724.
pub fn interleave(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let Some(first) = addresses.first() else { return Vec::new() };
    let (mut preferred, mut other): (Vec<SocketAddr>, Vec<_>) =
        addresses.iter().copied().partition(|address| address.is_ipv6() == first.is_ipv6());
    preferred.reverse();
    other.reverse();
    let mut order = Vec::with_capacity(addresses.len());
    while !preferred.is_empty() || !other.is_empty() {
        order.extend(preferred.pop());
        order.extend(other.pop());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens in a race, as it happens: the attempts that fail or connect, each at its time.
    enum Event {
        Fails(usize),
        Connects(usize),
    }
    use Event::{Connects, Fails};

    /// The race as a transcript of what it says, when each event is told at its time (in milliseconds).
    fn transcript(addresses: usize, pace: Pace, timeout: u64, events: &[(u64, Event)]) -> String {
        let ms = Duration::from_millis;
        let mut race = Race::new(addresses, pace, ms(timeout));
        let (mut now, mut events, mut said) = (Duration::ZERO, events.iter(), Vec::new());
        let mut coming = events.next();
        loop {
            let step = race.next(now);
            let at = now.as_millis();
            match step {
                Step::Start(index) => said.push(format!("{at} start {index}")),
                Step::Expire(index) => said.push(format!("{at} expire {index}")),
                Step::Over => break,
                Step::Wait(until) => match coming {
                    Some((time, event)) if ms(*time) <= until => {
                        now = ms(*time);
                        match event {
                            Fails(index) => race.failed(*index, now),
                            Connects(index) => race.connected(*index),
                        }
                        coming = events.next();
                    }
                    _ => now = until,
                },
            }
        }
        said.push(format!("{} over", now.as_millis()));
        said.join(", ")
    }

    const STAGGERED: Pace = Pace::Staggered(Duration::from_millis(250));

    #[test]
    fn the_first_connection_wins() {
        assert_eq!(transcript(2, STAGGERED, 5000, &[(10, Connects(0))]), "0 start 0, 10 over");
        assert_eq!(transcript(3, STAGGERED, 5000, &[(260, Connects(1))]), "0 start 0, 250 start 1, 260 over");
        assert_eq!(transcript(3, STAGGERED, 5000, &[(400, Connects(0))]), "0 start 0, 250 start 1, 400 over");
    }

    #[test]
    fn a_failure_starts_the_next_at_once() {
        assert_eq!(transcript(2, STAGGERED, 5000, &[(3, Fails(0)), (9, Connects(1))]), "0 start 0, 3 start 1, 9 over");
        assert_eq!(
            transcript(3, STAGGERED, 5000, &[(300, Fails(0)), (310, Fails(1)), (320, Fails(2))]),
            "0 start 0, 250 start 1, 300 start 2, 320 over"
        );
    }

    #[test]
    fn silence_ends() {
        assert_eq!(transcript(1, STAGGERED, 5000, &[]), "0 start 0, 5000 expire 0, 5000 over");
        assert_eq!(transcript(2, STAGGERED, 5000, &[]), "0 start 0, 250 start 1, 5000 expire 0, 5250 expire 1, 5250 over");
        // A limit below the delay: the next begins when it has passed.
        assert_eq!(transcript(2, STAGGERED, 100, &[]), "0 start 0, 100 expire 0, 100 start 1, 200 expire 1, 200 over");
    }

    #[test]
    fn all_at_once_go_to_their_end() {
        let events = [(1, Connects(1)), (2, Fails(0))];
        assert_eq!(transcript(3, Pace::AtOnce, 5000, &events), "0 start 0, 0 start 1, 0 start 2, 5000 expire 2, 5000 over");
        assert_eq!(transcript(0, Pace::AtOnce, 5000, &[]), "0 over");
        assert_eq!(transcript(0, STAGGERED, 5000, &[]), "0 over");
    }

    #[test]
    fn families_alternate() {
        let addresses = |text: &str| -> Vec<SocketAddr> { text.split(' ').map(|address| address.parse().unwrap()).collect() };
        assert_eq!(
            interleave(&addresses("[::1]:1 [::2]:1 [::3]:1 1.1.1.1:1 2.2.2.2:1")),
            addresses("[::1]:1 1.1.1.1:1 [::2]:1 2.2.2.2:1 [::3]:1")
        );
        assert_eq!(interleave(&addresses("1.1.1.1:1 2.2.2.2:1")), addresses("1.1.1.1:1 2.2.2.2:1"));
        assert_eq!(interleave(&addresses("1.1.1.1:1 [::1]:1")), addresses("1.1.1.1:1 [::1]:1"));
        assert_eq!(interleave(&[]), []);
    }

    /// Whatever happens, every race ends, and nothing is said twice.
    #[test]
    fn every_race_ends() {
        proptest::proptest!(|(addresses in 0usize..8, delay in 0u64..400, timeout in 1u64..1000, steps in proptest::collection::vec((0usize..8, 0u64..500, 0u8..3), 0..40))| {
            let ms = Duration::from_millis;
            let mut race = Race::new(addresses, Pace::Staggered(ms(delay)), ms(timeout));
            let (mut now, mut steps) = (Duration::ZERO, steps.into_iter());
            let mut started = vec![false; addresses];
            let mut ended = vec![false; addresses];
            let mut is_over = false;
            for _ in 0..1000 {
                match race.next(now) {
                    Step::Start(index) => assert!(!std::mem::replace(&mut started[index], true)),
                    Step::Expire(index) => assert!(started[index] && !std::mem::replace(&mut ended[index], true)),
                    Step::Over => is_over = true,
                    Step::Wait(until) => {
                        assert!(until > now);
                        match steps.next() {
                            Some((index, after, kind)) if index < addresses && started[index] && !ended[index] && now + ms(after) < until => {
                                now += ms(after);
                                ended[index] = kind != 0;
                                match kind { 0 => {}, 1 => race.failed(index, now), _ => race.connected(index) }
                            }
                            _ => now = until,
                        }
                    }
                }
            }
            assert!(is_over, "the race goes on for ever");
        });
    }
}
