//! What the kernel counts of a TCP connection (man 7 tcp, TCP_INFO; `struct tcp_info` of linux/tcp.h).
//!
//! Fields have only ever been added at the end of the structure. So what is read is as long as the kernel says, and a field behind its
//! end is unknown rather than zero: an older kernel gives fewer counters, not wrong ones. `libc` knows only the older fields.

use std::io;
use std::os::fd::AsFd;

use crate::scenario::SocketOption;
#[cfg(any(target_os = "linux", target_os = "android"))]
use crate::trace::Counters;

/// Room for fields that later kernels may add.
const ROOM: usize = 512;

/// TCP_CLOSE and TCP_CLOSE_WAIT of net/tcp_states.h, as `tcpi_state` has them.
const CLOSE: u8 = 7;
const CLOSE_WAIT: u8 = 8;

/// How the other end of a connection has left, once its socket is gone. close(2) with unread bytes resets the connection (RFC 2525, section
/// 2.17; tcp_close of net/ipv4/tcp.c), and so do bytes that come after it. Where it left by FIN, and every byte is acknowledged, all were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Departure {
    /// Nothing has come of it.
    None,
    /// By FIN, and what it makes of the last bytes is on its way.
    UnderWay,
    /// By FIN, all bytes read.
    ReadAll,
    /// By RST.
    Reset,
}

/// What the kernel gave of its `struct tcp_info`.
#[derive(Clone, Copy)]
pub(crate) struct TcpInfo {
    bytes: [u8; ROOM],
    length: usize,
}

/// Where a field stands, in bytes, and how wide it is.
#[derive(Clone, Copy)]
enum Field {
    U32(usize),
    U64(usize),
}

fn field(counter: SocketOption) -> Option<Field> {
    use Field::{U32, U64};
    Some(match counter {
        SocketOption::SndMss => U32(16),
        SocketOption::UnackedSegs => U32(24),
        SocketOption::RttUs => U32(68),
        SocketOption::SndCwnd => U32(80),
        SocketOption::TotalRetrans => U32(100),
        SocketOption::BytesAcked => U64(120),
        SocketOption::BytesReceived => U64(128),
        SocketOption::SegsOut => U32(136),
        SocketOption::SegsIn => U32(140),
        SocketOption::NotsentBytes => U32(144),
        SocketOption::MinRttUs => U32(148),
        SocketOption::DataSegsIn => U32(152),
        SocketOption::DataSegsOut => U32(156),
        SocketOption::RwndLimitedUs => U64(176),
        SocketOption::SndbufLimitedUs => U64(184),
        SocketOption::BytesSent => U64(200),
        SocketOption::BytesRetrans => U64(208),
        SocketOption::SndWnd => U32(228),
        _ => return None,
    })
}

impl TcpInfo {
    /// From the bytes of a `struct tcp_info`, however many of its fields there are.
    pub(crate) fn from_bytes(given: &[u8]) -> Self {
        let mut bytes = [0; ROOM];
        let length = given.len().min(ROOM);
        bytes[..length].copy_from_slice(&given[..length]);
        Self { bytes, length }
    }

    /// All counters that this kernel keeps.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn counters(&self) -> Counters {
        Counters(SocketOption::WORDS.iter().filter_map(|&(_, option)| Some((option, self.counter(option)?))).collect())
    }

    /// Whether all bytes that were sent are acknowledged.
    pub(crate) fn is_acknowledged(&self) -> bool {
        self.counter(SocketOption::UnackedSegs) == Some(0) && self.counter(SocketOption::NotsentBytes).unwrap_or(0) == 0
    }

    /// How the other end has left.
    pub(crate) fn departure(&self) -> Departure {
        match self.bytes[0] {
            CLOSE_WAIT if self.is_acknowledged() => Departure::ReadAll,
            CLOSE_WAIT => Departure::UnderWay,
            CLOSE => Departure::Reset,
            _ => Departure::None,
        }
    }

    /// The value of a counter; `None` where this kernel does not keep it.
    pub(crate) fn counter(&self, counter: SocketOption) -> Option<u64> {
        let known = &self.bytes[..self.length];
        match field(counter)? {
            Field::U32(at) => known.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes).map(u64::from),
            Field::U64(at) => known.get(at..at + 8)?.try_into().ok().map(u64::from_ne_bytes),
        }
    }
}

/// getsockopt(2) with TCP_INFO.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn tcp_info(socket: &dyn AsFd) -> io::Result<TcpInfo> {
    let mut bytes = [0; ROOM];
    let length = super::option::get_bytes(socket, libc::IPPROTO_TCP, libc::TCP_INFO, &mut bytes)?;
    Ok(TcpInfo { bytes, length: length.min(ROOM) })
}

/// This system keeps no such counters, or keeps them elsewhere.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn tcp_info(_: &dyn AsFd) -> io::Result<TcpInfo> {
    Err(super::option::unsupported())
}

/// Whether this kernel counts segments and bytes (RFC 4898: Linux 4.6).
pub(crate) fn counts_segments() -> bool {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let info = socket.and_then(|socket| tcp_info(&socket));
    info.map_or_else(|error| super::is_short(&error), |info| info.counter(SocketOption::DataSegsOut).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_structure_gives_fewer_counters() {
        // As Linux 4.6 gave it: 192 bytes, without bytes_sent and snd_wnd.
        let mut bytes = [0u8; 192];
        bytes[156..160].copy_from_slice(&3u32.to_ne_bytes());
        bytes[128..136].copy_from_slice(&14u64.to_ne_bytes());
        let info = TcpInfo::from_bytes(&bytes);
        assert_eq!(info.counter(SocketOption::DataSegsOut), Some(3));
        assert_eq!(info.counter(SocketOption::BytesReceived), Some(14));
        assert_eq!(info.counter(SocketOption::BytesSent), None);
        assert_eq!(info.counter(SocketOption::SndWnd), None);
        // Cut in the middle of a field: that field is unknown too.
        assert_eq!(TcpInfo::from_bytes(&bytes[..158]).counter(SocketOption::DataSegsOut), None);
    }

    #[test]
    fn every_counter_of_tcp_info_has_its_place() {
        for (name, option) in SocketOption::WORDS {
            assert_eq!(field(*option).is_some(), option.is_tcp_info(), "{name}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_connection_of_ours_is_counted() {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        client.write_all(b"hello").unwrap();
        server.read_exact(&mut [0; 5]).unwrap();
        let sent = tcp_info(&client).unwrap();
        assert_eq!(sent.counter(SocketOption::DataSegsOut), Some(1));
        assert_eq!(tcp_info(&server).unwrap().counter(SocketOption::BytesReceived), Some(5));
    }
}
