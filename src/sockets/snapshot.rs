//! One look at the sockets of this machine.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::filter::Filter;
use super::owner::Owners;
use super::row::{Protocol, SocketRow};
use crate::trace::Address;

/// One look. The kernel tells of one socket after another while it goes on working, so two rows may be of slightly different moments.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The sockets, in the order of reports.
    pub rows: Vec<SocketRow>,
    /// What the kernel did not tell of.
    pub not_told: Vec<NotTold>,
    /// Processes whose descriptors this user may not see.
    pub hidden_processes: usize,
    /// Why it is not known which process has which socket.
    pub no_processes: Option<String>,
    /// Connects that listeners could not take.
    pub listen: Option<ListenCounters>,
}

/// A protocol that the kernel did not tell of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotTold {
    /// The protocol.
    pub protocol: Protocol,
    /// The kernel's answer.
    pub error: String,
}

/// Counters of /proc/net/netstat: of all listeners of this network namespace together, since it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListenCounters {
    /// How often a connection came for a listener whose accept queue was full (TcpExt ListenOverflows).
    pub overflows: u64,
    /// How often a SYN, or the end of a handshake, was dropped by a listener, for that reason or another (TcpExt ListenDrops).
    pub drops: u64,
}

impl ListenCounters {
    /// From the text of /proc/net/netstat: for each protocol a line of names and one of numbers.
    pub fn parse(netstat: &str) -> Option<Self> {
        let mut lines = netstat.lines().filter_map(|line| line.strip_prefix("TcpExt: "));
        let counters: HashMap<&str, &str> = lines.next()?.split(' ').zip(lines.next()?.split(' ')).collect();
        let counter = |name| counters.get(name)?.parse().ok();
        Some(Self { overflows: counter("ListenOverflows")?, drops: counter("ListenDrops")? })
    }
}

impl Snapshot {
    /// Puts the rows in order. A connection may be told of twice when it changes its place in the kernel's tables meanwhile.
    pub fn sort(&mut self) {
        self.rows.sort_by_cached_key(SocketRow::order);
        let mut seen = HashSet::new();
        self.rows.retain(|row| seen.insert((row.kind, row.cookie)));
    }

    /// Gives Unix sockets the names of their peers: the kernel tells of a peer by its inode.
    pub fn name_peers(&mut self) {
        let names: HashMap<u32, Address> =
            self.rows.iter().filter(|row| row.kind.is_unix()).filter_map(|row| Some((row.inode?, row.local.clone()))).collect();
        for row in self.rows.iter_mut().filter(|row| row.kind.is_unix()) {
            row.remote = row.peer_inode.map(|inode| names.get(&inode).cloned().unwrap_or(Address::Unnamed));
        }
    }

    /// Says of each socket whose it is.
    pub fn assign(&mut self, owners: &Owners) {
        self.hidden_processes = owners.hidden;
        self.rows.iter_mut().for_each(|row| row.owner = owners.owner_of(row));
    }

    /// The kernel does not tell of a protocol.
    pub fn add_not_told(&mut self, protocol: Protocol, error: &std::io::Error) {
        self.not_told.push(NotTold { protocol, error: error.to_string() });
    }

    /// Keeps the sockets that are wanted, as far as that can be said before it is known whose they are.
    pub fn keep_but_process(&mut self, filter: &Filter) {
        self.rows.retain(|row| filter.matches_but_process(row));
    }

    /// Keeps the sockets that are wanted.
    pub fn keep(&mut self, filter: &Filter) {
        self.rows.retain(|row| filter.matches(row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::SocketKind;
    use crate::sockets::SocketState;
    use crate::sockets::row::test_row;

    #[test]
    fn listeners_come_first_then_ports() {
        let row = |local: &str, state, cookie| SocketRow { local: local.parse().unwrap(), state, cookie, ..test_row() };
        let mut snapshot = Snapshot {
            rows: vec![
                row("127.0.0.1:9", SocketState::Established, 1),
                row("127.0.0.1:443", SocketState::Listen, 2),
                row("0.0.0.0:80", SocketState::Listen, 3),
                row("0.0.0.0:80", SocketState::Listen, 3),
            ],
            ..Snapshot::default()
        };
        snapshot.sort();
        let cookies: Vec<u64> = snapshot.rows.iter().map(|row| row.cookie).collect();
        assert_eq!(cookies, [3, 2, 1], "and what was told of twice is there once");
    }

    #[test]
    fn a_unix_peer_gets_its_name() {
        let unix = |inode, peer_inode, local: &str| SocketRow {
            kind: SocketKind::UnixStream,
            state: SocketState::Connected,
            inode: Some(inode),
            peer_inode,
            local: local.parse().unwrap(),
            ..test_row()
        };
        let mut snapshot = Snapshot {
            rows: vec![unix(1, Some(2), "unix:"), unix(2, Some(1), "unix:/run/x"), unix(3, Some(99), "unix:"), unix(4, None, "unix:")],
            ..Snapshot::default()
        };
        snapshot.name_peers();
        let remotes: Vec<Option<String>> = snapshot.rows.iter().map(|row| row.remote.as_ref().map(ToString::to_string)).collect();
        assert_eq!(remotes, [Some("unix:/run/x".to_owned()), Some("unix:".to_owned()), Some("unix:".to_owned()), None]);
    }

    #[test]
    fn counters_of_listeners() {
        let text = "TcpExt: SyncookiesSent ListenOverflows ListenDrops X\nTcpExt: 0 7 9 1\nIpExt: InNoRoutes\nIpExt: 0\n";
        assert_eq!(ListenCounters::parse(text), Some(ListenCounters { overflows: 7, drops: 9 }));
        assert_eq!(ListenCounters::parse("TcpExt: A\nTcpExt: 1\n"), None);
        assert_eq!(ListenCounters::parse(""), None);
    }
}
