//! Which sockets are wanted.

use super::row::{Protocol, SocketRow};
use super::state::SocketState;
use crate::scenario::Family;

/// Which sockets are wanted: those that fit everything that is asked for. The default wants all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of these protocols; empty: any.
    pub protocols: Vec<Protocol>,
    /// One of these address families; empty: any.
    pub families: Vec<Family>,
    /// What waits for whoever comes.
    pub listening: bool,
    /// This port, at either end.
    pub port: Option<u16>,
    /// One of these states; empty: any.
    pub states: Vec<SocketState>,
    /// A descriptor of this process.
    pub process: Option<ProcessFilter>,
}

/// A process that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProcessFilter {
    /// By its number.
    Pid(u32),
    /// By its name.
    Name(String),
}

/// TASK_COMM_LEN of linux/sched.h, without the NUL: the kernel keeps no more of a process's name.
const NAME_LENGTH: usize = 15;

impl ProcessFilter {
    /// A number is a process, anything else a name.
    pub fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Name(text.to_owned()), Self::Pid)
    }

    fn matches(&self, row: &SocketRow) -> bool {
        row.owner.processes().iter().any(|process| match self {
            Self::Pid(pid) => process.pid == *pid,
            Self::Name(name) => {
                process.name == *name || (name.len() > NAME_LENGTH && name.as_bytes()[..NAME_LENGTH] == *process.name.as_bytes())
            }
        })
    }
}

impl Filter {
    /// Whether sockets of a protocol can fit at all: what cannot need not be asked for.
    pub fn wants(&self, protocol: Protocol) -> bool {
        let is_wanted = self.protocols.is_empty() || self.protocols.contains(&protocol);
        // A Unix socket has neither a port nor an address family of the internet.
        is_wanted && !(protocol == Protocol::Unix && (self.port.is_some() || !self.families.is_empty()))
    }

    /// Whether a socket fits, but for its process: that may not be known yet.
    pub fn matches_but_process(&self, row: &SocketRow) -> bool {
        self.wants(Protocol::of(row.kind))
            && (self.families.is_empty() || row.family.is_some_and(|family| self.families.contains(&family)))
            && (!self.listening || row.is_listening())
            && self.port.is_none_or(|port| row.local_port() == Some(port) || row.remote_port() == Some(port))
            && (self.states.is_empty() || self.states.contains(&row.state))
    }

    /// Whether a socket fits.
    pub fn matches(&self, row: &SocketRow) -> bool {
        self.matches_but_process(row) && self.process.as_ref().is_none_or(|process| process.matches(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sockets::row::test_row;
    use crate::sockets::{Owner, Process};

    #[test]
    fn every_part_counts_and_the_default_wants_all() {
        let row = SocketRow {
            owner: Owner::Processes(vec![Process { pid: 42, name: "a-very-long-nam".to_owned(), fd: 3 }]),
            remote: Some("127.0.0.1:5000".parse().unwrap()),
            ..test_row()
        };
        assert!(Filter::default().matches(&row));
        let all = Filter {
            protocols: vec![Protocol::Tcp],
            families: vec![Family::Ipv4],
            listening: true,
            port: Some(80),
            states: vec![SocketState::Listen, SocketState::Bound],
            process: Some(ProcessFilter::Pid(42)),
        };
        assert!(all.matches(&row));
        for other in [
            Filter { protocols: vec![Protocol::Udp], ..all.clone() },
            Filter { families: vec![Family::Ipv6], ..all.clone() },
            Filter { port: Some(81), ..all.clone() },
            Filter { states: vec![SocketState::TimeWait], ..all.clone() },
            Filter { process: Some(ProcessFilter::Pid(43)), ..all.clone() },
        ] {
            assert!(!other.matches(&row), "{other:?}");
        }
        assert!(!all.matches(&SocketRow { state: SocketState::Bound, ..row.clone() }), "--listening");
        assert!(Filter { port: Some(5000), ..all.clone() }.matches(&row), "either end");
        for (name, is_it) in [("a-very-long-name", true), ("a-very-long-nam", true), ("a-very", false), ("42", true), ("4", false)] {
            assert_eq!(Filter { process: Some(ProcessFilter::parse(name)), ..all.clone() }.matches(&row), is_it, "{name}");
        }
    }

    #[test]
    fn what_has_no_port_is_not_asked_for() {
        assert!(Filter::default().wants(Protocol::Unix));
        assert!(!Filter { port: Some(80), ..Filter::default() }.wants(Protocol::Unix));
        assert!(!Filter { families: vec![Family::Ipv6], ..Filter::default() }.wants(Protocol::Unix));
    }
}
