//! From a name to addresses.
//!
//! `getaddrinfo` blocks, for as long as the name servers make it, and nothing can interrupt it. So it has a thread of its own, which is
//! left behind when the time is over: it ends with the process, or when the resolver gives up by itself.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use dns_lookup::{AddrInfoHints, LookupErrorKind};

use super::error_code::ErrorCode;
use super::settings::IpFamily;
use crate::errno::Errno;
use crate::sys::{Interrupt, Readiness, Wake, wait_ready};

/// What is asked of the resolver.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) host: String,
    pub(super) service: String,
    pub(super) family: Option<IpFamily>,
    pub(super) udp: bool,
}

/// What the resolver answers: every address once, in its order.
pub(super) type Reply = Result<Vec<SocketAddr>, ErrorCode>;

/// How the wait for it ended.
#[derive(Debug)]
pub(super) enum Resolved {
    Replied(Reply),
    TimedOut,
    Interrupted,
}

/// Asks the system's resolver, and waits no longer than until then.
pub(super) fn resolve(question: Question, until: Instant, interrupt: &Interrupt) -> Resolved {
    in_time(move || ask(&question), until, interrupt)
}

/// Carries `work` out in a thread, and leaves it behind when the time is over.
fn in_time(work: impl FnOnce() -> Reply + Send + 'static, until: Instant, interrupt: &Interrupt) -> Resolved {
    let start = || -> std::io::Result<_> {
        let done = Arc::new(Wake::new()?);
        let (sender, receiver) = mpsc::sync_channel(1);
        let theirs = Arc::clone(&done);
        std::thread::Builder::new().name("resolver".to_owned()).spawn(move || {
            // Nobody may be waiting any more.
            let _ = sender.send(work());
            theirs.trigger();
        })?;
        let ended = wait_ready(None, &[&done, interrupt.wake()], until)?;
        Ok((ended, receiver.try_recv()))
    };
    match start() {
        Ok((_, Ok(reply))) => Resolved::Replied(reply),
        Ok((Readiness::TimedOut, Err(_))) => Resolved::TimedOut,
        Ok((_, Err(_))) => Resolved::Interrupted,
        Err(error) => Resolved::Replied(Err(ErrorCode::of_call(&error))),
    }
}

fn ask(question: &Question) -> Reply {
    let hints = AddrInfoHints {
        address: match question.family {
            None => libc::AF_UNSPEC,
            Some(IpFamily::V4) => libc::AF_INET,
            Some(IpFamily::V6) => libc::AF_INET6,
        },
        socktype: if question.udp { libc::SOCK_DGRAM } else { libc::SOCK_STREAM },
        ..AddrInfoHints::default()
    };
    match dns_lookup::getaddrinfo(Some(&question.host), Some(&question.service), Some(hints)) {
        Ok(answers) => {
            let mut addresses: Vec<SocketAddr> = Vec::new();
            for answer in answers.flatten() {
                // The same address in the hosts file and in DNS is one address.
                if !addresses.contains(&answer.sockaddr) {
                    addresses.push(answer.sockaddr);
                }
            }
            Ok(addresses)
        }
        Err(error) => {
            let (number, kind) = (error.error_num(), error.kind());
            let error = std::io::Error::from(error);
            let system = matches!(kind, LookupErrorKind::System).then(|| Errno::from_io(&error));
            let words = error.to_string();
            let words = words.strip_prefix("failed to lookup address information: ").unwrap_or(&words);
            Err(ErrorCode::of_resolver(number, words, system))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn localhost_has_addresses_and_an_unknown_service_has_none() {
        let question = |service: &str| Question { host: "localhost".to_owned(), service: service.to_owned(), family: None, udp: false };
        let Resolved::Replied(Ok(addresses)) = resolve(question("80"), soon(), &Interrupt::new().unwrap()) else { panic!("no reply") };
        assert!(!addresses.is_empty() && addresses.iter().all(|address| address.ip().is_loopback() && address.port() == 80));
        let reply = resolve(question("no-such-service"), soon(), &Interrupt::new().unwrap());
        let Resolved::Replied(Err(error)) = reply else { panic!("{reply:?}") };
        assert_eq!((error.name.as_str(), error.python), ("EAI_SERVICE", "socket.gaierror"));
    }

    #[test]
    fn a_resolver_that_never_answers_is_left_behind() {
        let (release, never) = mpsc::channel::<()>();
        let blocked = move || {
            let _ = never.recv();
            Ok(Vec::new())
        };
        let now = Instant::now();
        assert!(matches!(in_time(blocked, now, &Interrupt::new().unwrap()), Resolved::TimedOut));
        drop(release);
    }

    #[test]
    fn the_user_need_not_wait_for_it() {
        let (release, never) = mpsc::channel::<()>();
        let blocked = move || {
            let _ = never.recv();
            Ok(Vec::new())
        };
        let interrupt = Interrupt::new().unwrap();
        interrupt.trigger(libc::SIGINT);
        assert!(matches!(in_time(blocked, soon(), &interrupt), Resolved::Interrupted));
        drop(release);
    }
}
