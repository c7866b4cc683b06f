//! What has changed between two looks.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::row::SocketRow;
use super::state::SocketState;
use crate::scenario::SocketKind;
use crate::trace::Address;

/// How a row differs from the look before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It was not there.
    New,
    /// It is no longer there.
    Gone,
    /// Its state has changed.
    State,
}

/// What has changed since the look before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changes {
    /// For each row of now, in its order.
    pub marks: Vec<Option<Mark>>,
    /// The rows that are no longer there.
    pub gone: Vec<SocketRow>,
}

/// What makes a socket the same one at the next look. A TCP connection is its two addresses: the kernel gives it another number, and takes
/// its inode, when it goes on to TIME-WAIT.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'a> {
    Connection(&'a Address, &'a Address),
    Socket(SocketKind, u64),
}

fn identity(row: &SocketRow) -> Identity<'_> {
    match &row.remote {
        Some(remote) if row.kind == SocketKind::Tcp && row.state != SocketState::Listen => Identity::Connection(&row.local, remote),
        _ => Identity::Socket(row.kind, row.cookie),
    }
}

impl Changes {
    /// Between two looks.
    pub fn between(before: &[SocketRow], now: &[SocketRow]) -> Self {
        let mut left: HashMap<Identity<'_>, &SocketRow> = before.iter().map(|row| (identity(row), row)).collect();
        let marks = now.iter().map(|row| match left.remove(&identity(row)) {
            None => Some(Mark::New),
            Some(old) if old.state != row.state => Some(Mark::State),
            Some(_) => None,
        });
        let marks = marks.collect();
        // In the order of the look before, not of the map.
        let gone = before.iter().filter(|row| left.contains_key(&identity(row))).cloned().collect();
        Self { marks, gone }
    }

    /// How many rows have this mark.
    pub fn count(&self, mark: Mark) -> usize {
        if mark == Mark::Gone { self.gone.len() } else { self.marks.iter().filter(|&&other| other == Some(mark)).count() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sockets::row::test_row;

    fn connection(port: u16, state: SocketState, cookie: u64) -> SocketRow {
        let remote = Some(Address::Ip(([127, 0, 0, 1], port).into()));
        SocketRow { remote, state, cookie, ..test_row() }
    }

    #[test]
    fn a_connection_that_goes_on_to_time_wait_is_the_same_one() {
        let before = [test_row(), connection(5000, SocketState::Established, 2), connection(5001, SocketState::Established, 3)];
        let now = [test_row(), connection(5000, SocketState::TimeWait, 9), connection(5002, SocketState::SynSent, 4)];
        let changes = Changes::between(&before, &now);
        assert_eq!(changes.marks, [None, Some(Mark::State), Some(Mark::New)]);
        assert_eq!(changes.gone, [before[2].clone()]);
        assert_eq!((changes.count(Mark::New), changes.count(Mark::Gone), changes.count(Mark::State)), (1, 1, 1));
    }

    #[test]
    fn a_listener_made_anew_is_another_one() {
        let again = SocketRow { cookie: 5, ..test_row() };
        let changes = Changes::between(&[test_row()], std::slice::from_ref(&again));
        assert_eq!((changes.marks, changes.gone), (vec![Some(Mark::New)], vec![test_row()]));
    }
}
