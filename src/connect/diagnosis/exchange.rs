//! There is a connection, and what was expected of the peer did not come.

use super::tcp::{takers, waiting};
use super::{Diagnosis, Phase, failed_call, general, raises};
use crate::connect::cause::{Cause, Source};
use crate::connect::findings::{Attempt, Call, CallFailure, Exchange, ExchangeEnd};
use crate::connect::settings::Protocol;
use crate::trace::Address;

pub(super) fn diagnose(exchange: &Exchange, attempt: &Attempt, protocol: Protocol) -> Option<Diagnosis> {
    let got = exchange.received.bytes;
    let (title, causes) = match &exchange.end {
        ExchangeEnd::Answered | ExchangeEnd::Interrupted => return None,
        ExchangeEnd::Closed => ("the peer closed the connection before its first byte".to_owned(), closed(exchange)),
        ExchangeEnd::TimedOut { limit_us, .. } => (format!("no byte came within {limit_us}"), silent(exchange)),
        ExchangeEnd::Deadline { waited_us, .. } => (format!("no byte came in {waited_us}, when the deadline came"), silent(exchange)),
        ExchangeEnd::Unexpected { expected } => {
            let title = format!("{got} bytes came, and \"{expected}\" was not among them");
            (
                title,
                vec![
                    Cause::new("another_service", "another service answers, or another version of it")
                        .supported(Source::Calls, format!("it sent {got} bytes of its own")),
                ],
            )
        }
        ExchangeEnd::Failed(failure) => (format!("{}: {}", failure.call.name(), failure.error.name), failed(exchange, failure)),
    };
    let error = failed_call(&exchange.end).map(|failure| &failure.error);
    let mut next: Vec<String> = error.map(|error| format!("netlab explain {}", error.name)).into_iter().collect();
    let silence = exchange.end.silence();
    if let (Some((_, Some(_))), Address::Ip(to)) = (silence, &attempt.to) {
        next.push(format!("netlab sockets --port {}", to.port()));
    }
    if protocol == Protocol::Tcp && exchange.sent.is_none() && silence.is_some() {
        next.push(format!("netlab connect {} --send 'HEAD / HTTP/1.0\\r\\n\\r\\n'", attempt.to));
    }
    let took = exchange.first_byte_us.unwrap_or(exchange.took_us);
    let mut diagnosis = Diagnosis::new(Phase::FirstByte, Some(attempt.to.clone()), title, error, took, causes, next);
    diagnosis.python_raises = failed_call(&exchange.end).and_then(raises);
    Some(diagnosis)
}

fn silent(exchange: &Exchange) -> Vec<Cause> {
    let mut unaccepted = Cause::new("not_accepted", "the kernel has made the connection, and the server has not accepted it");
    if let Some((_, Some(bound))) = exchange.end.silence() {
        for listener in takers(bound).0 {
            let waiting = format!("{} to be accepted at {}", waiting(listener), listener.address);
            unaccepted = if listener.queued > 0 {
                unaccepted.supported(Source::SockDiag, waiting)
            } else {
                unaccepted.refuted(Source::SockDiag, waiting)
            };
        }
    }
    let mut causes = vec![unaccepted];
    let patient = Cause::new("client_speaks_first", "the server waits for the client to speak first, as HTTP does: --send");
    causes.push(match exchange.sent {
        None | Some(0) => patient.supported(Source::Calls, "nothing was sent"),
        Some(bytes) => patient.refuted(Source::Calls, format!("{bytes} bytes were sent")),
    });
    causes.push(Cause::new("server_busy", "the server is busy, or waits for something itself"));
    if let Some(bytes) = exchange.sent.filter(|bytes| *bytes > 0) {
        let partial = Cause::new("request_incomplete", "the server waits for the rest of the message: is it complete, with its delimiter?");
        causes.push(partial.supported(Source::Calls, format!("{bytes} bytes were sent, and no answer came to them")));
    }
    causes
}

fn closed(exchange: &Exchange) -> Vec<Cause> {
    let end = "recv returned 0: the peer closed in order";
    let mut causes = vec![
        Cause::new("turned_away", "the server accepts and turns this client away: a limit, an access list, or it is shutting down")
            .supported(Source::Calls, end),
        Cause::new("proxy_without_server", "a proxy or port forwarder answered, and the server behind it did not")
            .supported(Source::Calls, end),
    ];
    if let Some(bytes) = exchange.sent {
        let refused = Cause::new("not_understood", "the server did not understand what was sent");
        causes.push(refused.supported(Source::Calls, format!("{bytes} bytes were sent before")));
    }
    causes
}

fn failed(exchange: &Exchange, failure: &CallFailure) -> Vec<Cause> {
    let unread = Cause::new("closed_unread", "the server closed while bytes of ours were unread: its kernel sends a RST then");
    match (failure.error.name.as_str(), failure.call) {
        ("ECONNRESET", Call::Recv | Call::Send) | ("EPIPE", _) => vec![
            match exchange.sent.filter(|bytes| *bytes > 0) {
                Some(bytes) => unread.supported(Source::Calls, format!("{bytes} bytes had been sent")),
                None => unread.refuted(Source::Calls, "nothing had been sent"),
            },
            Cause::new("aborted", "the server aborted the connection (SO_LINGER of 0), or its process was killed")
                .supported(Source::Calls, format!("{} said {}: a RST came", failure.call.name(), failure.error.name)),
            Cause::new("device_resets", "something on the way resets connections that it does not know or does not like"),
        ],
        _ => general(&failure.error),
    }
}
