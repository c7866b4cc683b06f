//! No connection: refused, unanswered, or unreachable.

use crate::connect::cause::{Cause, Source};
use crate::connect::findings::{Attempt, BoundSocket, Circumstances};
use crate::trace::Address;

const NO_NEIGHBOUR: &str = "the next hop, or the host itself, does not answer on the local network (ARP, or neighbour discovery)";

/// The first repetition of a SYN comes after so long (RFC 6298, section 2; TCP_TIMEOUT_INIT of Linux).
const FIRST_REPETITION_US: u64 = 1_000_000;

pub(super) fn circumstances(attempt: &Attempt) -> Circumstances {
    attempt.circumstances.clone().unwrap_or_default()
}

/// The sockets that take what comes to the target, and those that have its port but not its address.
pub(super) fn takers(bound: &[BoundSocket]) -> (Vec<&BoundSocket>, Vec<&BoundSocket>) {
    bound.iter().partition(|socket| socket.takes_target)
}

pub(super) fn listed(sockets: &[&BoundSocket]) -> String {
    sockets.iter().map(|socket| socket.address.to_string()).collect::<Vec<_>>().join(", ")
}

/// How many connections a listener's program has not accepted yet.
pub(super) fn waiting(listener: &BoundSocket) -> String {
    match listener.queued {
        0 => "no connection waits".to_owned(),
        1 => "1 connection waits".to_owned(),
        count => format!("{count} connections wait"),
    }
}

pub(super) fn port(address: &Address) -> u16 {
    if let Address::Ip(address) = address { address.port() } else { 0 }
}

fn ip(address: &Address) -> String {
    if let Address::Ip(address) = address { address.ip().to_string() } else { String::new() }
}

/// TCP has one peer (RFC 9293, section 3.9.2.3), and Linux says ENETUNREACH where the address is that of many.
fn of_many(attempt: &Attempt) -> Option<Cause> {
    let Address::Ip(to) = &attempt.to else { return None };
    let cause = Cause::new("address_of_many", "TCP cannot connect to a broadcast or multicast address: a connection has one peer");
    if to.ip().is_multicast() {
        return Some(cause.supported(Source::Calls, format!("{} is a multicast address, and connect failed at once", to.ip())));
    }
    let is_broadcast = circumstances(attempt).is_broadcast;
    is_broadcast.then(|| cause.supported(Source::Routes, format!("the way to {} is of type broadcast", to.ip())))
}

/// The evidence of who sent an ICMP message.
pub(super) fn icmp(attempt: &Attempt) -> Option<String> {
    let error = attempt.queued_error.as_ref().filter(|error| error.is_icmp)?;
    let by = error.offender.map_or_else(|| "an unknown sender".to_owned(), |ip| ip.to_string());
    Some(format!("ICMP type {}, code {} ({}) came from {by}", error.icmp_type, error.icmp_code, error.meaning))
}

pub(super) fn refused(attempt: &Attempt) -> Vec<Cause> {
    let here = circumstances(attempt);
    let (to, port, took) = (&attempt.to, port(&attempt.to), attempt.took_us);
    let answered = format!("{to} refused after {took}: a host answered");
    let mut nothing = Cause::new("nothing_listens", "nothing listens on that port");
    let mut elsewhere = Cause::new("listens_elsewhere", "the server listens on another address of that port");
    let mut late = None;
    match &here.bound {
        Some(bound) => {
            let (takers, others) = takers(bound);
            if takers.is_empty() {
                nothing = nothing
                    .supported(Source::Calls, answered)
                    .supported(Source::SockDiag, format!("no socket of this machine listens on {to} now"));
                elsewhere = if others.is_empty() {
                    elsewhere.refuted(Source::SockDiag, format!("nothing listens on port {port} at any address"))
                } else {
                    elsewhere.supported(Source::SockDiag, format!("port {port} is listened on at {} only", listed(&others)))
                };
            } else {
                let listens = format!("{} listens now", listed(&takers));
                nothing = nothing.refuted(Source::SockDiag, listens.clone());
                late = Some(
                    Cause::new("began_later", "the server began to listen only after this attempt").supported(Source::SockDiag, listens),
                );
            }
        }
        None => nothing = nothing.supported(Source::Calls, answered),
    }
    let mut rejected = Cause::new("rejected", "a firewall refuses in the host's name");
    if let Some(icmp) = icmp(attempt) {
        rejected = rejected.supported(Source::ErrorQueue, icmp);
    } else if here.bound.as_ref().is_some_and(|bound| takers(bound).0.is_empty()) {
        rejected = rejected.refuted(Source::SockDiag, "nothing listens there, so nothing need be refused by a rule");
    }
    let is_early = !here.not_listening.is_empty() && here.bound.as_ref().is_some_and(|bound| takers(bound).0.is_empty());
    let early = is_early.then(|| {
        let bound: Vec<String> = here.not_listening.iter().map(ToString::to_string).collect();
        Cause::new("not_listening", "a program has the port and has not called listen (yet)")
            .supported(Source::SockDiag, format!("bound, and not listening: {}", bound.join(", ")))
    });
    let mut causes = Vec::new();
    // A listener of the wrong address is why nothing listens on this one: the nearer cause comes first.
    if elsewhere.standing == crate::connect::cause::Standing::Supported {
        causes.push(elsewhere);
        causes.extend(early);
        causes.push(nothing);
    } else if here.is_local {
        causes.extend(early);
        causes.extend([nothing, elsewhere]);
    } else {
        causes
            .extend([nothing, Cause::new("listens_elsewhere", "the server listens on another address of its machine, such as 127.0.0.1")]);
    }
    causes.extend(late);
    causes.push(rejected);
    causes
}

pub(super) fn unanswered(attempt: &Attempt) -> Vec<Cause> {
    let here = circumstances(attempt);
    let sent = attempt.syns.map(|syns| if syns == 1 { "TCP sent 1 SYN".to_owned() } else { format!("TCP sent {syns} SYNs") });
    let silence = |cause: Cause| match &sent {
        Some(sent) => cause.supported(Source::TcpInfo, format!("{sent}, and nothing came back in {}", attempt.took_us)),
        None => cause.supported(Source::Calls, format!("nothing came back in {}", attempt.took_us)),
    };
    let quiet = |cause: Cause| match icmp(attempt) {
        Some(icmp) => cause.refuted(Source::ErrorQueue, icmp),
        None => cause.supported(Source::ErrorQueue, "no ICMP message said why"),
    };
    let mut causes = Vec::new();
    let mut full = Cause::new("backlog_full", "the listener's backlog is full: the server accepts too slowly, or not at all");
    if let Some(bound) = &here.bound {
        let (takers, _) = takers(bound);
        for listener in &takers {
            let queue = format!("{} at {}, whose backlog is {}", waiting(listener), listener.address, listener.backlog);
            full = if listener.is_full() {
                full.supported(Source::SockDiag, format!("{queue}: the kernel drops further SYNs"))
            } else {
                full.refuted(Source::SockDiag, queue)
            };
        }
        if takers.is_empty() {
            full = full.refuted(Source::SockDiag, "no socket of this machine listens there now");
        }
    }
    causes.push(full);
    let dropped = Cause::new("filtered", "a firewall drops the packets, here, on the way or there");
    if here.is_local {
        causes.push(dropped);
    } else {
        causes.push(quiet(silence(dropped)));
        let away = quiet(silence(Cause::new("host_away", "the host is down, or the address is nobody's")));
        causes.push(away.supported_if(here.has_route == Some(true), Source::Routes, || {
            "there is a route; whether anything left this machine is not known".to_owned()
        }));
        let mut neighbour = Cause::new("no_neighbour", NO_NEIGHBOUR);
        if let Some(answers) = here.neighbour_answers {
            let ip = ip(&attempt.to);
            neighbour = if answers {
                neighbour.refuted(Source::Neighbours, format!("{ip} has told its hardware address"))
            } else {
                neighbour
                    .supported(Source::Neighbours, format!("{ip} was asked for its hardware address and has not answered: nothing left"))
            };
        }
        causes.push(neighbour);
    }
    if here.is_local {
        return causes;
    }
    let early = Cause::new("limit_too_short", "the packet was lost, and the limit ended before it was sent again");
    causes.push(match attempt.syns {
        Some(1) if attempt.took_us.0 < FIRST_REPETITION_US => {
            early.supported(Source::TcpInfo, "only 1 SYN was sent: Linux sends the second after 1 s")
        }
        Some(1) | None => early,
        Some(syns) => early.refuted(Source::TcpInfo, format!("{syns} SYNs were sent")),
    });
    causes
}

pub(super) fn unreachable(attempt: &Attempt) -> Vec<Cause> {
    if let Some(cause) = of_many(attempt).filter(|_| attempt.failed_at_once()) {
        return vec![cause];
    }
    let here = circumstances(attempt);
    let took = attempt.took_us;
    let own = attempt.queued_error.as_ref().is_some_and(|error| error.offender_is_here);
    let mut route = Cause::new("no_route", "this machine has no route there");
    let mut router = Cause::new("router_says_no", "a router on the way says that there is no way, or that it is forbidden");
    let mut neighbour = Cause::new("no_neighbour", NO_NEIGHBOUR);
    if attempt.failed_at_once() {
        let at_once = format!("the call failed at once, after {took}: no packet left this machine");
        route = route.supported(Source::Calls, at_once.clone());
        router = router.refuted(Source::Calls, at_once.clone());
        neighbour = neighbour.refuted(Source::Calls, at_once);
    } else {
        route = route.refuted(Source::Calls, format!("the error came only after {took}: a packet could be sent"));
    }
    route = route.supported_if(here.has_route == Some(false), Source::Routes, || format!("there is no way to {}", attempt.to));
    if here.has_route == Some(true) {
        route = route.refuted(Source::Routes, format!("there is a way to {} now", attempt.to));
    }
    if let Some(icmp) = icmp(attempt) {
        if own {
            let made_here = format!("{icmp}, which is this machine: its own kernel gave up");
            neighbour = neighbour.supported(Source::ErrorQueue, made_here.clone());
            router = router.refuted(Source::ErrorQueue, made_here);
        } else {
            router = router.supported(Source::ErrorQueue, icmp.clone());
            neighbour = neighbour.refuted(Source::ErrorQueue, icmp);
        }
    }
    vec![route, router, neighbour]
}
