//! A socket that is open, and what its trace will say.

use std::cell::Cell;

use socket2::Socket;

use super::place::from_sockaddr;
use super::wait::Ended;
use crate::errno::Errno;
use crate::framing::ReadAhead;
use crate::scenario::{SocketKind, SocketOption};
use crate::sys;
use crate::trace::{Address, Setting, SocketTrace, StreamHasher};

/// What is known of a socket from its making to the end of the run, also after it was closed.
pub(super) struct Record {
    pub(super) name: String,
    pub(super) kind: SocketKind,
    pub(super) listens: bool,
    pub(super) local: Option<Address>,
    pub(super) peer: Option<Address>,
    pub(super) settings: Vec<Setting>,
    pub(super) sent: StreamHasher,
    pub(super) received: StreamHasher,
    pub(super) left_queued: Option<u64>,
}

impl Record {
    pub(super) fn new(name: &str, kind: SocketKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            listens: false,
            local: None,
            peer: None,
            settings: Vec::new(),
            sent: StreamHasher::default(),
            received: StreamHasher::default(),
            left_queued: None,
        }
    }

    /// Asks the kernel for the socket's addresses.
    pub(super) fn learn_addresses(&mut self, socket: &Socket) {
        self.local = socket.local_addr().ok().and_then(|address| from_sockaddr(&address)).or(self.local.take());
        self.peer = socket.peer_addr().ok().and_then(|address| from_sockaddr(&address)).or(self.peer.take());
    }

    pub(super) fn into_trace(self) -> SocketTrace {
        SocketTrace {
            name: self.name,
            kind: self.kind,
            listens: self.listens,
            local: self.local,
            peer: self.peer,
            settings: self.settings,
            sent: self.sent.finish(),
            received: self.received.finish(),
            left_queued: self.left_queued,
        }
    }
}

/// An open socket.
pub(super) struct Live {
    pub(super) socket: Socket,
    /// Its record, by index.
    pub(super) record: usize,
    /// Whether the scenario set O_NONBLOCK.
    pub(super) nonblocking: bool,
    /// What `recv_until` read beyond its token; the next compound read takes it first.
    pub(super) ahead: ReadAhead,
    /// An error that ended a call which had moved some bytes: the kernel, asked again, would have forgotten it.
    pub(super) pending: Cell<Option<Errno>>,
}

impl Live {
    /// Keeps an error for the next call. A time limit or the end of the run is no error of the socket's.
    pub(super) fn keep_pending(&self, ended: Ended) {
        if let Ended::Failed(errno) = ended {
            self.pending.set(Some(errno));
        }
    }

    /// Bytes that nobody has read yet.
    pub(super) fn queued(&self) -> Option<u64> {
        sys::get_option(&self.socket, SocketOption::Queued).ok().and_then(|bytes| u64::try_from(bytes).ok())
    }
}
