//! From what was found to what it means: which call failed, with which code, what is likely, and what to try next.
//!
//! Pure. Every cause rests on the findings, and says on which.

mod exchange;
mod local;
mod resolver;
mod tcp;
mod udp;
mod unix;

use schemars::JsonSchema;
use serde::Serialize;

use super::cause::{Cause, in_order};
use super::connect_ex::{ConnectEx, connect_ex, raised};
use super::error_code::ErrorCode;
use super::findings::{Answer, Attempt, AttemptEnd, Call, CallFailure, ExchangeEnd, Findings, Micros};
use super::settings::Protocol;
use crate::catalogue::{self, Lang};
use crate::trace::Address;

/// What one failure means.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Diagnosis {
    /// The phase that failed.
    pub phase: Phase,
    /// The addresses to which the same happened.
    pub addresses: Vec<Address>,
    /// What happened: the call with its error, or that time ran out.
    pub title: String,
    /// The error, where a call gave one.
    pub error: Option<ErrorCode>,
    /// How long it took, of the first of the addresses.
    pub took_us: Micros,
    /// What the error means in general.
    pub meaning: Option<&'static str>,
    /// What Python's connect_ex would have returned.
    pub python: Option<ConnectEx>,
    /// What Python raises where another call than connect failed, such as `recv raises ConnectionResetError: ...`.
    pub python_raises: Option<String>,
    /// Likely causes, in order.
    pub causes: Vec<Cause>,
    /// The next commands to run.
    pub next: Vec<String>,
}

/// The phases of connecting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// From a name to addresses.
    Resolve,
    /// From an address to a connection.
    Connect,
    /// From a connection to what was expected of the peer.
    FirstByte,
}

/// What every failure among the findings means, one for each kind of failure.
pub fn diagnose(findings: &Findings) -> Vec<Diagnosis> {
    let mut found: Vec<Diagnosis> = Vec::new();
    if let Some(resolution) = &findings.resolution {
        let of_answer = match &resolution.answer {
            Answer::Failed(error) => Some((format!("getaddrinfo: {}", error.name), Some(error))),
            Answer::TimedOut { limit_us } => Some((format!("getaddrinfo: no answer within {limit_us}"), None)),
            Answer::Addresses(_) | Answer::Interrupted => None,
        };
        if let Some((title, error)) = of_answer {
            let causes = resolver::causes(resolution);
            let next = resolver::next(resolution);
            found.push(Diagnosis::new(Phase::Resolve, None, title, error, resolution.took_us, causes, next));
        }
    }
    for attempt in &findings.attempts {
        if let Some(diagnosis) = of_attempt(attempt, findings.protocol) {
            // Two addresses of one name are often refused alike: that is said once.
            match found.iter_mut().find(|known| known.is_alike(&diagnosis)) {
                Some(known) => known.join(diagnosis),
                None => found.push(diagnosis),
            }
        }
    }
    let kept = findings.kept.and_then(|index| findings.attempts.get(index));
    if let (Some(exchange), Some(attempt)) = (&findings.exchange, kept) {
        found.extend(exchange::diagnose(exchange, attempt, findings.protocol));
    }
    found
}

fn of_attempt(attempt: &Attempt, protocol: Protocol) -> Option<Diagnosis> {
    let (title, error) = match &attempt.end {
        AttemptEnd::Failed(CallFailure { call, error }) => (format!("{}: {}", call.name(), error.name), Some(error)),
        AttemptEnd::TimedOut { limit_us } if protocol == Protocol::Udp => (format!("no answer within {limit_us}"), None),
        AttemptEnd::TimedOut { limit_us } => (format!("connect: no answer within {limit_us} (our own limit, not ETIMEDOUT)"), None),
        AttemptEnd::Deadline if protocol == Protocol::Udp => (format!("no answer in {}, when the deadline came", attempt.took_us), None),
        AttemptEnd::Deadline => {
            (format!("connect: no answer in {}, when the deadline came (our own limit, not ETIMEDOUT)", attempt.took_us), None)
        }
        AttemptEnd::Connected | AttemptEnd::Answered | AttemptEnd::Lost | AttemptEnd::Interrupted => return None,
    };
    let causes = match (protocol, &attempt.end) {
        (Protocol::Udp, AttemptEnd::TimedOut { .. } | AttemptEnd::Deadline) => udp::silent(attempt),
        (Protocol::Tcp, AttemptEnd::TimedOut { .. } | AttemptEnd::Deadline) => tcp::unanswered(attempt),
        (Protocol::Unix, AttemptEnd::Failed(failure)) => unix::causes(attempt, failure),
        (_, AttemptEnd::Failed(failure)) => of_failure(attempt, failure, protocol),
        _ => Vec::new(),
    };
    let next = next_for(attempt, error, protocol);
    let mut diagnosis = Diagnosis::new(Phase::Connect, Some(attempt.to.clone()), title, error, attempt.took_us, causes, next);
    diagnosis.python = connect_ex(attempt);
    if let AttemptEnd::Failed(failure) = &attempt.end {
        diagnosis.python_raises = raises(failure);
    }
    Some(diagnosis)
}

/// The causes of an error over TCP or UDP; where the findings say nothing of it, those that the catalogue has, as possible ones.
fn of_failure(attempt: &Attempt, failure: &CallFailure, protocol: Protocol) -> Vec<Cause> {
    let causes = match (failure.error.name.as_str(), protocol) {
        ("ECONNREFUSED", Protocol::Udp) => udp::refused(attempt),
        ("ECONNREFUSED", _) => tcp::refused(attempt),
        ("ETIMEDOUT", _) => tcp::unanswered(attempt),
        ("ENETUNREACH" | "EHOSTUNREACH" | "EHOSTDOWN" | "ENETDOWN" | "ENONET", _) => tcp::unreachable(attempt),
        _ => local::causes(attempt, failure),
    };
    if causes.is_empty() { general(&failure.error) } else { causes }
}

/// What the catalogue has: likely in general, without a word on this run.
fn general(error: &ErrorCode) -> Vec<Cause> {
    let causes = catalogue::error(&error.name).map_or(&[][..], |entry| entry.text(Lang::En).causes);
    causes.iter().map(|&cause| Cause::new("in_general", cause)).collect()
}

/// Commands that exist, with this target's own values in them.
fn next_for(attempt: &Attempt, error: Option<&ErrorCode>, protocol: Protocol) -> Vec<String> {
    let mut next = vec![format!("netlab explain {}", error.map_or("ETIMEDOUT", |error| &error.name))];
    let Address::Ip(to) = &attempt.to else { return next };
    if let AttemptEnd::Failed(CallFailure { call: Call::Bind, .. }) = &attempt.end {
        next.push(match &attempt.from {
            Some(Address::Ip(from)) if from.port() != 0 => format!("netlab sockets --port {}", from.port()),
            _ => "ip addr".to_owned(),
        });
        return next;
    }
    let circumstances = attempt.circumstances.as_ref();
    let has_route = circumstances.and_then(|circumstances| circumstances.has_route);
    if error.is_some_and(|error| error.name == "EADDRNOTAVAIL") && has_route == Some(true) {
        next.push("cat /proc/sys/net/ipv4/ip_local_port_range".to_owned());
        next.push(format!("netlab sockets --port {}", to.port()));
        return next;
    }
    if circumstances.is_some_and(|circumstances| circumstances.is_local) {
        let what = if protocol == Protocol::Udp { "--kind udp" } else { "--listening" };
        next.push(format!("netlab sockets {what} --port {}", to.port()));
    } else if has_route == Some(false) {
        let zone = circumstances.and_then(|circumstances| circumstances.interface.as_ref()).map(|name| format!(" oif {name}"));
        next.push(format!("ip route get {}{}", to.ip(), zone.unwrap_or_default()));
    }
    next
}

impl Diagnosis {
    fn new(
        phase: Phase,
        address: Option<Address>,
        title: String,
        error: Option<&ErrorCode>,
        took_us: Micros,
        causes: Vec<Cause>,
        next: Vec<String>,
    ) -> Self {
        let meaning = error.and_then(|error| catalogue::error(&error.name)).map(|entry| entry.text(Lang::En).meaning);
        Self {
            phase,
            addresses: address.into_iter().collect(),
            title,
            error: error.cloned(),
            took_us,
            meaning,
            python: None,
            python_raises: None,
            causes: in_order(causes),
            next,
        }
    }

    /// Whether another failure is the same for the same reasons, as far as is known.
    pub fn is_alike(&self, other: &Diagnosis) -> bool {
        let standings = |diagnosis: &Diagnosis| diagnosis.causes.iter().map(|cause| (cause.name, cause.standing)).collect::<Vec<_>>();
        self.title == other.title && standings(self) == standings(other)
    }

    /// The same failure, at another address: its evidence beside what is there.
    fn join(&mut self, other: Diagnosis) {
        self.addresses.extend(other.addresses);
        for (cause, others) in self.causes.iter_mut().zip(other.causes) {
            let new = others.evidence.into_iter().filter(|evidence| !cause.evidence.contains(evidence)).collect::<Vec<_>>();
            cause.evidence.extend(new);
        }
        let new: Vec<_> = other.next.into_iter().filter(|next| !self.next.contains(next)).collect();
        self.next.extend(new);
    }
}

/// What Python raises for a call other than connect, which has numbers of its own.
fn raises(failure: &CallFailure) -> Option<String> {
    (failure.call != Call::Connect).then(|| format!("{} raises {}", failure.call.name(), raised(&failure.error)))
}

/// The end of an exchange that failed by a call.
fn failed_call(end: &ExchangeEnd) -> Option<&CallFailure> {
    if let ExchangeEnd::Failed(failure) = end { Some(failure) } else { None }
}
