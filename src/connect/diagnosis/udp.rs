//! UDP: what a refusal and what silence mean.

use super::tcp::{circumstances, icmp, listed, takers};
use crate::connect::cause::{Cause, Source};
use crate::connect::findings::Attempt;

pub(super) fn refused(attempt: &Attempt) -> Vec<Cause> {
    let here = circumstances(attempt);
    let mut nothing = Cause::new("nothing_bound", "no socket is bound to that port");
    let mut rejected = Cause::new("rejected", "a firewall refuses in the host's name");
    if let Some(icmp) = icmp(attempt) {
        nothing = nothing.supported(Source::ErrorQueue, icmp.clone());
        if attempt.queued_error.as_ref().is_some_and(|error| error.icmp_code != 3 && error.icmp_code != 4) {
            rejected = rejected.supported(Source::ErrorQueue, icmp);
        }
    }
    if let Some(bound) = &here.bound {
        let (takers, others) = takers(bound);
        if !takers.is_empty() {
            nothing = nothing.refuted(Source::SockDiag, format!("{} is bound now", listed(&takers)));
        } else if others.is_empty() {
            nothing = nothing.supported(Source::SockDiag, "no socket of this machine is bound to it now");
            rejected = rejected.refuted(Source::SockDiag, "nothing is bound there, so nothing need be refused by a rule");
        } else {
            nothing = nothing.supported(Source::SockDiag, format!("bound to that port is only {}", listed(&others)));
        }
    }
    vec![nothing, rejected]
}

/// Silence proves nothing: UDP has no handshake, and most services do not answer what they do not understand.
pub(super) fn silent(attempt: &Attempt) -> Vec<Cause> {
    let here = circumstances(attempt);
    let mut ignored =
        Cause::new("ignored", "a service got the datagram and does not answer such a one: send what it understands with --send");
    let mut lost = Cause::new("lost", "the datagram, or its answer, was lost or dropped by a firewall on the way");
    let mut unread = Cause::new("unread", "a socket is bound, but its program does not read");
    match &here.bound {
        Some(bound) => {
            let (takers, _) = takers(bound);
            for socket in &takers {
                let address = &socket.address;
                if socket.queued > 0 {
                    unread = unread
                        .supported(Source::SockDiag, format!("what waits unread at {address} takes {} bytes of memory", socket.queued));
                } else {
                    let read = format!("{address} is bound to it, and nothing waits there: the datagram was read");
                    ignored = ignored.supported(Source::SockDiag, read.clone());
                    unread = unread.refuted(Source::SockDiag, read);
                }
            }
        }
        None => {
            let quiet = "no ICMP message said that the port is closed";
            ignored = ignored.supported(Source::ErrorQueue, quiet);
            lost = lost.supported(Source::ErrorQueue, quiet);
        }
    }
    vec![ignored, unread, lost]
}
