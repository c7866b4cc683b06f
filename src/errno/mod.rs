//! Error numbers by name. Numbers differ between systems (ECONNREFUSED is 111 on Linux, 61 on macOS, 10061 on
//! Windows), so scenarios and reports speak of names.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An error number of this system.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Errno(i32);

macro_rules! errnos {
    ($($name:ident $meaning:literal,)*) => {
        const TABLE: &[(&str, i32, &str)] = &[$((stringify!($name), libc::$name, $meaning),)*];
    };
}

// Every error that the socket calls name in man 2 socket, bind, listen, accept, connect, send, recv, shutdown, close,
// getsockopt and man 7 socket, ip, tcp, udp, unix (Linux man-pages 6).
errnos! {
    EACCES "permission denied",
    EADDRINUSE "the address is already in use",
    EADDRNOTAVAIL "not an address of this machine, or no free port for it",
    EAFNOSUPPORT "the address family is not supported",
    EAGAIN "the call would have to wait",
    EALREADY "a connect is already under way",
    EBADF "not an open descriptor",
    EBADMSG "what came is no message",
    ECONNABORTED "the connection was aborted",
    ECONNREFUSED "nothing listens at that address",
    ECONNRESET "the peer reset the connection",
    EDESTADDRREQ "no destination address",
    EFAULT "a bad pointer",
    EHOSTDOWN "the host is down",
    EHOSTUNREACH "no route to the host",
    EINPROGRESS "the connect has begun and is not finished",
    EINTR "interrupted by a signal",
    EINVAL "an invalid argument, or the wrong state for this call",
    EIO "an input or output error",
    EISCONN "the socket is already connected",
    ELOOP "too many symbolic links",
    EMFILE "too many open files in this process",
    EMSGSIZE "the message is too long",
    ENAMETOOLONG "the path is too long",
    ENETDOWN "the network is down",
    ENETUNREACH "no route to the network",
    ENFILE "too many open files in the system",
    ENOBUFS "no buffer space",
    ENODEV "no such device",
    ENOENT "no such file",
    ENOMEM "out of memory",
    ENOPROTOOPT "this protocol has no such option",
    ENOSPC "no space left",
    ENOTCONN "the socket is not connected",
    ENOTDIR "not a directory",
    ENOTSOCK "not a socket",
    EOPNOTSUPP "this socket does not have this call",
    EPERM "not permitted",
    EPIPE "the connection is closed for sending",
    EPROTO "a protocol error",
    EPROTONOSUPPORT "the protocol is not supported",
    EPROTOTYPE "the wrong kind of socket for this address",
    EROFS "a read-only file system",
    ESOCKTNOSUPPORT "the kind of socket is not supported",
    ETIMEDOUT "the kernel gave up waiting for an answer",
    ETOOMANYREFS "too many references",
}

impl Errno {
    /// The error with this number.
    pub const fn from_raw(number: i32) -> Self {
        Self(number)
    }

    /// Whether the machine or the process was out of something: descriptors, buffers, memory.
    pub fn is_shortage(self) -> bool {
        [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM].contains(&self.0)
    }

    /// The error of a failed call. An error that did not come from the operating system counts as EIO.
    pub fn from_io(error: &std::io::Error) -> Self {
        Self(error.raw_os_error().unwrap_or(libc::EIO))
    }

    /// The error with this name. EWOULDBLOCK is another name of EAGAIN where the system gives them one number.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "EWOULDBLOCK" {
            return Some(Self(libc::EWOULDBLOCK));
        }
        TABLE.iter().find(|(known, ..)| *known == name).map(|&(_, number, _)| Self(number))
    }

    /// Its number on this system.
    pub const fn raw(self) -> i32 {
        self.0
    }

    /// Its name, where it is one that sockets give.
    pub fn name(self) -> Option<&'static str> {
        TABLE.iter().find(|&&(_, number, _)| number == self.0).map(|&(name, ..)| name)
    }

    /// A few words on what it means.
    pub fn meaning(self) -> Option<&'static str> {
        TABLE.iter().find(|&&(_, number, _)| number == self.0).map(|&(.., meaning)| meaning)
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|&(name, ..)| name)
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "errno {}", self.0),
        }
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Errno {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Errno {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_name(&text)
            .or_else(|| text.strip_prefix("errno ").and_then(|number| number.parse().ok()).map(Self))
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not the name of an error")))
    }
}

impl JsonSchema for Errno {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Errno".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "An error by its name, such as ECONNREFUSED." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_agree() {
        for &(name, number, _) in TABLE {
            let errno = Errno::from_name(name).unwrap();
            assert_eq!(errno.raw(), number);
            assert_eq!(errno.name(), Some(name));
        }
        assert_eq!(Errno::from_name("EWOULDBLOCK"), Some(Errno::from_raw(libc::EWOULDBLOCK)));
    }
}
