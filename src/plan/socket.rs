//! The sockets that an actor's steps will make, known before any of them is made.

use crate::scenario::{Family, SocketKind};

/// A socket of an actor. A step inside `repeat` makes a new one each time, under the same name.
#[derive(Clone, Debug)]
pub struct PlannedSocket {
    /// Its name: the author's, or "listener", "connection", "socket" with a number from the second on.
    pub name: String,
    /// The kind.
    pub kind: SocketKind,
    /// The address family of a TCP or UDP socket.
    pub family: Family,
    /// What it is used for.
    pub role: SocketRole,
}

/// What a socket is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketRole {
    /// Made by `socket` or `bind`; what becomes of it the steps decide.
    Plain,
    /// Made by `listen`.
    Listener,
    /// Made by `connect`.
    Connector,
    /// Made by `accept`.
    Accepted,
}

/// How far a socket has come, as far as the steps tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SocketState {
    Created,
    Bound,
    Listening,
    Connecting,
    /// A connect that was under way has ended; another connect tells how (man 2 connect).
    Answered,
    Connected,
    ShutForWriting,
    Closed,
}

impl SocketState {
    /// In the words of a message.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Created => "it is neither bound nor connected",
            Self::Bound => "it is bound and not connected",
            Self::Listening => "it listens; `accept` makes the socket that receives",
            Self::Connecting => "its connect is not finished; `wait` for writable first",
            Self::Answered | Self::Connected => "it is connected",
            Self::ShutForWriting => "it was shut down for writing",
            Self::Closed => "it was closed",
        }
    }
}
