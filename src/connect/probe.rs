//! One target, from its name to its findings.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::attempts::{Limits, Raced, race};
use super::circumstance;
use super::exchange::{Line, exchange};
use super::findings::{Answer, Attempt, AttemptEnd, Call, Findings, Micros, Outcome, Resolution, Stopped};
use super::outcome::outcome;
use super::race::{Pace, interleave};
use super::resolve::{Question, Resolved, resolve};
use super::rounds::{Round, RoundStatistics, Tally};
use super::settings::{Protocol, Rounds, Settings};
use super::socket::{begin_unix, options_in_force};
use super::target::{Place, Target, is_old_form};
use crate::sys::{Interrupt, wait_ready};
use crate::trace::Address;

/// Reaches for one target. `on_round` is told of each round as it ends, where there are several.
pub fn probe(
    target: &Target,
    settings: &Settings,
    interrupt: &Interrupt,
    deadline: Option<Instant>,
    on_round: &mut dyn FnMut(&Round),
) -> Findings {
    let start = Instant::now();
    let limits = Limits { settings, interrupt, deadline };
    let mut findings = Findings::of(target, settings);
    if limits.is_over() {
        findings.stopped = Some(Stopped::Deadline);
    } else {
        let mut probe = Probe { limits, findings: &mut findings, on_round };
        match &target.place {
            Place::Ip(address) => probe.reach(&[*address]),
            Place::Name { host, service } => {
                if let Some(addresses) = probe.look_up(host, service) {
                    probe.reach(&addresses);
                }
            }
            Place::Unix(address) => probe.repeat(|limits, _| unix(address, limits)),
        }
    }
    findings.outcome = outcome(&findings);
    findings.took_us = start.elapsed().into();
    findings
}

struct Probe<'r> {
    limits: Limits<'r>,
    findings: &'r mut Findings,
    on_round: &'r mut dyn FnMut(&Round),
}

impl Probe<'_> {
    fn look_up(&mut self, host: &str, service: &str) -> Option<Vec<SocketAddr>> {
        let Limits { settings, interrupt, .. } = self.limits;
        let start = Instant::now();
        let question =
            Question { host: host.to_owned(), service: service.to_owned(), family: settings.family_in_force(), udp: settings.udp };
        let (answer, addresses) = match resolve(question, self.limits.after(settings.timeout), interrupt) {
            Resolved::Replied(Ok(addresses)) => {
                (Answer::Addresses(addresses.iter().map(|&address| Address::Ip(address)).collect()), Some(addresses))
            }
            Resolved::Replied(Err(error)) => (Answer::Failed(error), None),
            Resolved::TimedOut if self.limits.is_over() => {
                self.findings.stopped = Some(Stopped::Deadline);
                (Answer::TimedOut { limit_us: start.elapsed().into() }, None)
            }
            Resolved::TimedOut => (Answer::TimedOut { limit_us: settings.timeout.into() }, None),
            Resolved::Interrupted => {
                self.findings.stopped = Some(Stopped::Interrupted);
                (Answer::Interrupted, None)
            }
        };
        let has_interface = host.split_once('%').and_then(|(_, zone)| circumstance::has_interface(zone));
        let (host, service, took_us) = (host.to_owned(), service.to_owned(), start.elapsed().into());
        let is_old_form = is_old_form(&host);
        self.findings.resolution = Some(Resolution { host, service, is_old_form, has_interface, took_us, answer });
        addresses
    }

    fn reach(&mut self, addresses: &[SocketAddr]) {
        let addresses = match self.limits.settings.pace {
            Pace::Staggered(_) => interleave(addresses),
            Pace::AtOnce => addresses.to_vec(),
        };
        // Rounds after the first go to the address that answered the first, so that their times can be compared.
        self.repeat(|limits, kept| match kept {
            Some(Address::Ip(address)) => race(&[*address], limits),
            _ => race(&addresses, limits),
        });
    }

    /// Connects once, and speaks; or, where that is asked for, again and again.
    fn repeat(&mut self, mut connect: impl FnMut(Limits<'_>, Option<&Address>) -> Raced) {
        if let Some(rounds) = self.limits.settings.rounds {
            self.findings.rounds = Some(self.rounds(rounds, &mut connect));
            return;
        }
        let Raced { attempts, kept } = connect(self.limits, None);
        self.note_end(&attempts);
        self.findings.attempts = attempts;
        let Some((place, socket)) = kept else { return };
        self.findings.kept = Some(place);
        if self.limits.settings.waits_for_bytes() {
            let to = if let Address::Ip(to) = self.findings.attempts[place].to { Some(to) } else { None };
            let found = exchange(&Line { socket: &socket, to, limits: self.limits, connected: Instant::now() });
            self.findings.stopped = self.findings.stopped.or(found.end.stopped());
            self.findings.exchange = Some(found);
        }
    }

    fn rounds(&mut self, rounds: Rounds, connect: &mut dyn FnMut(Limits<'_>, Option<&Address>) -> Raced) -> RoundStatistics {
        let mut tally = Tally::default();
        let mut chosen = None;
        for number in 1..=rounds.count {
            let start = Instant::now();
            let Raced { attempts, kept } = connect(self.limits, chosen.as_ref());
            let end = match &kept {
                Some((place, _)) => Some((attempts[*place].took_us, None)),
                None => attempts.iter().find_map(|attempt| attempt.end.loss().map(|loss| (attempt.took_us, Some(loss)))),
            };
            self.note_end(&attempts);
            // A round that was broken off is none.
            let Some((took_us, error)) = end else { break };
            match &error {
                None => tally.connected(took_us),
                Some(error) => tally.failed(error),
            }
            (self.on_round)(&Round { number, took_us, error });
            if let Some((place, _)) = &kept {
                chosen.get_or_insert_with(|| attempts[*place].to.clone());
            }
            self.keep_news(attempts, kept.map(|(place, _)| place));
            if self.findings.stopped.is_some() || number == rounds.count || !self.pause_until(start + rounds.interval) {
                break;
            }
        }
        tally.finish(rounds.count)
    }

    /// Of many rounds the first is kept, and of each other end the first attempt that had it.
    fn keep_news(&mut self, attempts: Vec<Attempt>, kept: Option<usize>) {
        let known = &mut self.findings.attempts;
        if known.is_empty() {
            *known = attempts;
            self.findings.kept = kept;
            return;
        }
        for (place, attempt) in attempts.into_iter().enumerate() {
            let is_known = known.iter().any(|known| known.end.loss() == attempt.end.loss());
            if !is_known {
                if kept == Some(place) && self.findings.kept.is_none() {
                    self.findings.kept = Some(known.len());
                }
                known.push(attempt);
            }
        }
    }

    /// Waits between rounds; tells whether to go on.
    fn pause_until(&mut self, moment: Instant) -> bool {
        let moment = self.limits.deadline.map_or(moment, |deadline| deadline.min(moment));
        let _ = wait_ready(None, &[self.limits.interrupt.wake()], moment);
        if self.limits.interrupt.signal().is_some() {
            self.findings.stopped = Some(Stopped::Interrupted);
        } else if self.limits.is_over() {
            self.findings.stopped = Some(Stopped::Deadline);
        }
        self.findings.stopped.is_none()
    }

    fn note_end(&mut self, attempts: &[Attempt]) {
        self.findings.stopped = self.findings.stopped.or(attempts.iter().find_map(|attempt| attempt.end.stopped()));
    }
}

/// Connects a Unix socket, which the kernel does at once or not at all.
fn unix(to: &Address, limits: Limits<'_>) -> Raced {
    let start = Instant::now();
    let mut attempt = Attempt::new(to.clone(), Duration::ZERO);
    let begun = begin_unix(to, &limits.settings.options);
    attempt.took_us = start.elapsed().into();
    let kept = match begun {
        Ok(begun) => {
            attempt.end = AttemptEnd::Connected;
            attempt.options = options_in_force(&begun.socket, &limits.settings.options, false);
            Some((0, begun.socket))
        }
        Err(failure) => {
            if failure.call == Call::Connect {
                attempt.circumstances = Some(circumstance::of_unix(to));
            }
            attempt.end = AttemptEnd::Failed(failure);
            None
        }
    };
    Raced { attempts: vec![attempt], kept }
}

impl Findings {
    fn of(target: &Target, settings: &Settings) -> Self {
        let protocol = match target.place {
            Place::Unix(_) => Protocol::Unix,
            Place::Ip(_) | Place::Name { .. } if settings.udp => Protocol::Udp,
            Place::Ip(_) | Place::Name { .. } => Protocol::Tcp,
        };
        Self {
            target: target.text.clone(),
            protocol,
            outcome: Outcome::NotTried,
            stopped: None,
            resolution: None,
            attempts: Vec::new(),
            kept: None,
            exchange: None,
            rounds: None,
            took_us: Micros(0),
        }
    }
}
