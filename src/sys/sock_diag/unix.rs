//! Unix sockets.

use std::io;
use std::os::unix::ffi::OsStrExt;

use netlink_packet_core::Parseable;
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{
    SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, TCP_ESTABLISHED, TCP_LISTEN, UDIAG_SHOW_MEMINFO, UDIAG_SHOW_NAME,
};
use netlink_packet_sock_diag::constants::{UDIAG_SHOW_PEER, UDIAG_SHOW_RQLEN};
use netlink_packet_sock_diag::unix::nlas::{Nla, UnixDiagName};
use netlink_packet_sock_diag::unix::{ShowFlags, StateFlags, UnixRequest, UnixResponse};

use super::Request;
use crate::scenario::SocketKind;
use crate::sockets::{Owner, Queues, SocketRow, SocketState};
use crate::trace::{Address, escape};

/// UNIX_DIAG_UID of linux/unix_diag.h (Linux 5.3), and the bit that asks for it.
const UNIX_DIAG_UID: u16 = 7;
const UDIAG_SHOW_UID: u32 = 1 << 6;

/// About all of them.
pub(super) fn request() -> Request {
    let show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_MEMINFO | UDIAG_SHOW_UID;
    Request::all(SockDiagMessage::UnixRequest(UnixRequest {
        // The kernel has more states than the crate has names for: a socket of datagrams without a peer is closed to it.
        state_flags: StateFlags::from_bits_retain(u32::MAX),
        inode: 0,
        show_flags: ShowFlags::from_bits_retain(show),
        cookie: [0xff; 8],
    }))
}

/// One socket of the answer; none where it is of a type that Unix sockets did not have when this was written.
pub(super) fn row(payload: &[u8]) -> io::Result<Option<SocketRow>> {
    let response = UnixResponse::parse(payload).map_err(io::Error::other)?;
    let kind = match response.header.kind {
        SOCK_STREAM => SocketKind::UnixStream,
        SOCK_DGRAM => SocketKind::UnixDgram,
        SOCK_SEQPACKET => SocketKind::UnixSeqpacket,
        _ => return Ok(None),
    };
    let is_listener = response.header.state == TCP_LISTEN;
    // The peer of a socket that waits in a listener's queue has no inode yet.
    let is_connected = response.header.state == TCP_ESTABLISHED || response.peer().is_some();
    let peer_inode = response.peer().filter(|&inode| inode != 0);
    let mut row = SocketRow {
        kind,
        family: None,
        state: match (is_listener, is_connected) {
            (true, _) => SocketState::Listen,
            (false, true) => SocketState::Connected,
            (false, false) => SocketState::Unconnected,
        },
        local: Address::Unnamed,
        remote: None,
        queues: Queues::Unix { unread: 0, unread_by_peer_memory: 0 },
        timer: None,
        drops: None,
        memory: None,
        v6only: None,
        interface: None,
        congestion_control: None,
        tcp_info: None,
        uid: None,
        inode: Some(response.header.inode).filter(|&inode| inode != 0),
        peer_inode,
        cookie: u64::from_ne_bytes(response.header.cookie),
        owner: Owner::Unasked,
    };
    for nla in &response.nlas {
        match nla {
            Nla::Name(UnixDiagName::Pathname(path)) => row.local = Address::Path(escape(path.as_bytes())),
            Nla::Name(UnixDiagName::Abstract(name)) => row.local = Address::Abstract(escape(name)),
            Nla::ReceiveQueueLength(waiting, limit) if is_listener => row.queues = Queues::of_listener(*waiting, *limit),
            Nla::ReceiveQueueLength(unread, memory) => {
                row.queues = Queues::Unix { unread: *unread, unread_by_peer_memory: *memory };
            }
            Nla::Other(other) if netlink_packet_core::Nla::kind(other) == UNIX_DIAG_UID => row.uid = uid(other),
            _ => {}
        }
    }
    Ok(Some(row))
}

fn uid(attribute: &netlink_packet_core::DefaultNla) -> Option<u32> {
    use netlink_packet_core::Nla;
    let mut bytes = [0; 4];
    (attribute.value_len() == bytes.len()).then(|| attribute.emit_value(&mut bytes))?;
    Some(u32::from_ne_bytes(bytes))
}
