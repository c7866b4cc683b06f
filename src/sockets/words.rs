//! Every sentence that a listing of sockets says, in one place.

use super::owner::Owner;
use super::row::{Queues, SocketRow};
use super::snapshot::ListenCounters;
use super::state::SocketState;
use crate::scenario::SocketKind;
use crate::trace::Address;

/// What the two queues of a row mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueueTopic {
    /// Of a listener.
    Listener,
    /// Of a TCP connection.
    Stream,
    /// Of a UDP socket.
    Datagram,
    /// Of a Unix socket.
    Unix,
}

impl QueueTopic {
    /// Which meaning a row's queues have.
    pub fn of(row: &SocketRow) -> Self {
        match row.queues {
            Queues::Listener { .. } => Self::Listener,
            Queues::Stream { .. } => Self::Stream,
            Queues::Datagram { .. } => Self::Datagram,
            Queues::Unix { .. } => Self::Unix,
        }
    }

    /// The meaning.
    pub fn text(self) -> &'static str {
        match self {
            Self::Listener => "recv-q, send-q of LISTEN: connections that wait for accept; the backlog (Linux lets one more wait)",
            Self::Stream => {
                "recv-q, send-q of a TCP connection: bytes received and not read; bytes not acknowledged by the peer, sent or not"
            }
            Self::Datagram => {
                "recv-q, send-q of UDP: memory of datagrams not read; of datagrams not sent. Memory, so more than the datagrams' bytes"
            }
            Self::Unix => {
                "recv-q, send-q of a Unix socket: bytes not read (of datagrams: of the next one); memory of what the peer has not read"
            }
        }
    }
}

/// Something about a row that needs to be said, once for all rows alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteTopic {
    /// An IPv6 listener that takes IPv4 too.
    DualStack,
    /// In CLOSE-WAIT.
    CloseWait,
    /// The FIN that counts as a byte in the receive queue.
    FinUnread,
    /// In TIME-WAIT.
    TimeWait,
    /// In FIN-WAIT-2 and the like, closed by its process.
    Closed,
    /// In a listener's queue.
    NotAccepted,
    /// Of another user.
    NotVisible,
    /// Of nobody who could be found.
    NotFound,
    /// Something was thrown away.
    Drops,
}

impl NoteTopic {
    /// What there is to be said about a row.
    pub fn of(row: &SocketRow) -> Vec<Self> {
        let is_any = matches!(&row.local, Address::Ip(local) if local.ip().is_unspecified());
        let is_fin_unread = row.state == SocketState::CloseWait && matches!(row.queues, Queues::Stream { unread: 1.., .. });
        let of_row = [
            (row.is_listening() && is_any && row.v6only == Some(false), Self::DualStack),
            (row.state == SocketState::CloseWait && row.owner != Owner::NotAccepted, Self::CloseWait),
            (is_fin_unread, Self::FinUnread),
            (row.state == SocketState::TimeWait, Self::TimeWait),
            (row.owner == Owner::Closed, Self::Closed),
            (row.owner == Owner::NotAccepted, Self::NotAccepted),
            (row.owner == Owner::NotVisible, Self::NotVisible),
            (row.owner == Owner::NotFound, Self::NotFound),
            (row.drops.is_some_and(|drops| drops > 0), Self::Drops),
        ];
        of_row.into_iter().filter(|(is_so, _)| *is_so).map(|(_, topic)| topic).collect()
    }

    /// What is said.
    pub fn text(self) -> &'static str {
        match self {
            Self::DualStack => "[::] with +v4: an IPv6 listener on all addresses that also takes IPv4 (its IPV6_V6ONLY is off; sock_diag)",
            Self::CloseWait => {
                "CLOSE-WAIT: the peer has closed, and the program here has not called close. It stays until the program does; many of \
                 them are a program that forgot to"
            }
            Self::FinUnread => "recv-q in CLOSE-WAIT counts the peer's FIN as one byte, until recv has returned the end of the stream",
            Self::TimeWait => {
                "none: TIME-WAIT. The program has closed its descriptor, and the kernel keeps the two addresses for 60 s, so that \
                 late segments do not reach a new connection (RFC 9293, section 3.6.1). It is always on the side that closed first"
            }
            Self::Closed => "none: closed. The program has closed it, or has ended; the kernel finishes the connection on its own",
            Self::NotAccepted => {
                "none: not accepted yet. The handshake is over, and the connection waits in its listener's queue for accept"
            }
            Self::NotVisible => {
                "not visible (other user): the descriptors in /proc/PID/fd of another user's processes may be read only by root \
                 (CAP_SYS_PTRACE)"
            }
            Self::NotFound => {
                "not found: no process that can be seen here has the socket; it belongs to another container, to the kernel itself, or was \
                 just closed"
            }
            Self::Drops => "drops: packets that the kernel threw away at this socket, since it was made (SKMEMINFO of sock_diag)",
        }
    }
}

/// A listener that takes no more connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overflow {
    /// What is so.
    pub what: String,
    /// What it rests on, each with its source.
    pub evidence: Vec<String>,
    /// What helps.
    pub remedy: &'static str,
}

impl Overflow {
    /// Of a listener whose accept queue is full.
    pub fn of(row: &SocketRow, listen: Option<ListenCounters>) -> Self {
        let (waiting, limit) = row.queues.numbers();
        let mut evidence = vec![format!("(sock_diag): connections that wait for accept {waiting}, backlog {limit}")];
        // The kernel counts drops at listeners of TCP only.
        if let Some(drops) = row.drops {
            evidence.push(format!("(SKMEMINFO): segments dropped at this listener since it was made {drops}"));
        }
        if let (SocketKind::Tcp, Some(ListenCounters { overflows, drops })) = (row.kind, listen) {
            evidence.push(format!(
                "(/proc/net/netstat, system-wide: all listeners of this network namespace since it began): ListenOverflows {overflows}, \
                 ListenDrops {drops}"
            ));
        }
        let what = match row.kind {
            SocketKind::Tcp => "further connects are not answered, and time out, until the program accepts one",
            _ => "further connects wait, or fail with EAGAIN, until the program accepts one",
        };
        Self {
            what: format!("OVERFLOW: the accept queue of {} is full: {what}", row.local),
            evidence,
            remedy: "see why the program does not call accept (busy, stopped, blocked on one client); where it is only bursts, a larger \
                     backlog in listen, up to net.core.somaxconn",
        }
    }
}

impl Owner {
    /// What stands in place of a process.
    pub fn words(&self) -> Option<&'static str> {
        Some(match self {
            Self::Processes(_) | Self::Unasked => return None,
            Self::NotVisible => "not visible (other user)",
            Self::NotFound => "not found",
            Self::NotAccepted => "none: not accepted yet",
            Self::Closed => "none: closed",
            Self::Handshake => "none: in the handshake",
            Self::TimeWait => "none: TIME-WAIT",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sockets::row::test_row;

    #[test]
    fn notes_are_said_where_they_hold() {
        assert_eq!(NoteTopic::of(&test_row()), []);
        let dual = SocketRow { local: "[::]:80".parse().unwrap(), v6only: Some(false), ..test_row() };
        assert_eq!(NoteTopic::of(&dual), [NoteTopic::DualStack]);
        assert_eq!(NoteTopic::of(&SocketRow { v6only: Some(true), ..dual }), []);
        let close_wait = |unread| SocketRow {
            state: SocketState::CloseWait,
            queues: Queues::Stream { unread, unacknowledged: 0 },
            owner: Owner::NotAccepted,
            ..test_row()
        };
        assert_eq!(NoteTopic::of(&close_wait(0)), [NoteTopic::NotAccepted]);
        assert_eq!(NoteTopic::of(&close_wait(1)), [NoteTopic::FinUnread, NoteTopic::NotAccepted]);
        assert_eq!(NoteTopic::of(&SocketRow { drops: Some(3), ..test_row() }), [NoteTopic::Drops]);
    }
}
