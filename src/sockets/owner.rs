//! Whose a socket is: the processes that have a descriptor of it, or why there is none to be named.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::row::SocketRow;
use super::state::SocketState;

/// A process that has a descriptor of a socket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its name, as the kernel keeps it: 15 bytes at most, escaped (`/proc/PID/comm`).
    pub name: String,
    /// The descriptor.
    pub fd: u32,
}

/// Whose a socket is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// These have a descriptor of it: several where it was inherited, duplicated or passed on.
    Processes(Vec<Process>),
    /// No process that can be looked into has it, and there are some that cannot: those of other users.
    NotVisible,
    /// Every process that is visible was looked into, and none has it: it belongs to the kernel itself, to another container, or
    /// was closed in the meantime.
    NotFound,
    /// Still in its listener's queue: no process has called accept for it.
    NotAccepted,
    /// Closed by its process; the kernel finishes the connection on its own.
    Closed,
    /// Part of a handshake that is not over: there is no socket yet.
    Handshake,
    /// TIME-WAIT is kept by the kernel when the process has let go.
    TimeWait,
    /// Nobody has looked.
    Unasked,
}

/// Which processes have which sockets, by the sockets' inodes.
#[derive(Clone, Debug, Default)]
pub struct Owners {
    /// Processes by inode.
    pub by_inode: HashMap<u32, Vec<Process>>,
    /// Processes whose descriptors this user may not see.
    pub hidden: usize,
}

impl Owners {
    /// Whose a socket is. A socket that no process has a descriptor of has no inode (man 7 sock_diag); the state then tells why.
    pub fn owner_of(&self, row: &SocketRow) -> Owner {
        let Some(inode) = row.inode else {
            return match row.state {
                SocketState::TimeWait => Owner::TimeWait,
                SocketState::SynReceived => Owner::Handshake,
                // close(2) takes a connection out of both of these states at once, so nobody has closed it, and nobody ever had it.
                SocketState::Established | SocketState::CloseWait | SocketState::Connected => Owner::NotAccepted,
                _ => Owner::Closed,
            };
        };
        match self.by_inode.get(&inode) {
            Some(processes) => Owner::Processes(processes.clone()),
            None if self.hidden > 0 => Owner::NotVisible,
            None => Owner::NotFound,
        }
    }
}

impl Owner {
    /// The processes, where there are any.
    pub fn processes(&self) -> &[Process] {
        match self {
            Self::Processes(processes) => processes,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sockets::row::test_row;

    #[test]
    fn without_an_inode_the_state_tells_why_there_is_no_process() {
        let owners = Owners::default();
        for (state, owner) in [
            (SocketState::TimeWait, Owner::TimeWait),
            (SocketState::Established, Owner::NotAccepted),
            (SocketState::FinWait2, Owner::Closed),
            (SocketState::LastAck, Owner::Closed),
            (SocketState::SynReceived, Owner::Handshake),
        ] {
            assert_eq!(owners.owner_of(&SocketRow { inode: None, state, ..test_row() }), owner, "{state:?}");
        }
    }

    #[test]
    fn not_visible_is_said_only_where_something_could_not_be_looked_into() {
        let row = SocketRow { inode: Some(7), ..test_row() };
        let process = Process { pid: 1, name: "init".to_owned(), fd: 3 };
        let mut owners = Owners { by_inode: HashMap::from([(8, vec![process.clone()])]), hidden: 0 };
        assert_eq!(owners.owner_of(&row), Owner::NotFound);
        owners.hidden = 1;
        assert_eq!(owners.owner_of(&row), Owner::NotVisible);
        assert_eq!(owners.owner_of(&SocketRow { inode: Some(8), ..row }), Owner::Processes(vec![process]));
    }
}
