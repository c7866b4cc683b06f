//! One socket option of the catalogue.

use serde::Serialize;

use super::entry::Lang;

/// Whose option it is: the first argument of `setsockopt` behind the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Level {
    /// Any socket.
    #[serde(rename = "SOL_SOCKET")]
    Socket,
    /// TCP.
    #[serde(rename = "IPPROTO_TCP")]
    Tcp,
    /// UDP.
    #[serde(rename = "IPPROTO_UDP")]
    Udp,
    /// IPv4.
    #[serde(rename = "IPPROTO_IP")]
    Ip,
    /// IPv6.
    #[serde(rename = "IPPROTO_IPV6")]
    Ipv6,
}

impl Level {
    /// The constant in C.
    pub fn constant(self) -> &'static str {
        match self {
            Self::Socket => "SOL_SOCKET",
            Self::Tcp => "IPPROTO_TCP",
            Self::Udp => "IPPROTO_UDP",
            Self::Ip => "IPPROTO_IP",
            Self::Ipv6 => "IPPROTO_IPV6",
        }
    }
}

/// What a value is, how to write it, and what is worth trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueForm {
    /// An `int` that is 0 or 1.
    Switch,
    /// An `int` of something; the value that is tried, unless it is the default already.
    Int(Unit, i32),
    /// Bytes that are set by this option and read by another.
    Forced {
        /// The value that is tried.
        tried: i32,
        /// The option that shows it.
        seen_in: &'static str,
    },
    /// A `struct timeval`: the milliseconds that are tried.
    Time(u32),
    /// A `struct linger`: the seconds that are tried.
    Linger(u16),
    /// A name: the one that is tried.
    Text(&'static str),
    /// A number that is only read, an `int` or 64 bits wide.
    ReadOnly(Unit),
    /// A structure, which is not shown; only whether it is there, and its length.
    Structure,
    /// It can be set only: reading it is an error.
    WriteOnly,
    /// A structure with pointers in it: it is not asked.
    Pointers,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Bytes a second.
    BytesPerSecond,
    /// Packets, probes, connections, hops.
    Count,
    /// A number with a meaning of its own: a mode, an index, a mark.
    Code,
}

impl Unit {
    /// Its sign behind a number; nothing for what is only counted.
    pub fn sign(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Bytes, Lang::En) => "bytes",
            (Self::Bytes, Lang::Zh) => "字节",
            (Self::BytesPerSecond, Lang::En) => "bytes/s",
            (Self::BytesPerSecond, Lang::Zh) => "字节/秒",
            (Self::Seconds, _) => "s",
            (Self::Milliseconds, _) => "ms",
            (Self::Microseconds, _) => "us",
            (Self::Count | Self::Code, _) => "",
        }
    }
}

/// A file of `/proc/sys/net` that bounds an option or gives its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The file, below `/proc/sys/`.
    pub file: &'static str,
    /// What it does to the option.
    pub role: LimitRole,
}

/// What a file of `/proc/sys/net` does to an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitRole {
    /// The most that a program without privilege gets.
    Max,
    /// Where it starts.
    Default,
    /// The least, the default and the most that the kernel tunes by itself, in one line.
    Auto,
    /// What it may be chosen from.
    Choice,
    /// Whether, or how, it takes effect.
    Enables,
}

/// A socket option: how it is set, what bounds it, and what is to be said of it.
#[derive(Debug, PartialEq, Eq)]
pub struct OptionEntry {
    /// The constant in C, such as SO_RCVBUF.
    pub constant: &'static str,
    /// Its level.
    pub level: Level,
    /// What its value is.
    pub form: ValueForm,
    /// The sockets that have it.
    pub kinds: &'static [OptionKind],
    /// What bounds it.
    pub limits: &'static [Limit],
    /// The capability without which setting it fails.
    pub privilege: Option<&'static str>,
    pub(super) en: OptionText,
    pub(super) zh: OptionText,
}

/// A kind of socket, as `netlab options --kind` knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OptionKind {
    /// TCP over IPv4, and over IPv6 for the options of IPv6.
    Tcp,
    /// UDP over IPv4, and over IPv6 for the options of IPv6.
    Udp,
    /// A Unix stream socket.
    Unix,
}

impl OptionKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Unix];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Unix => "unix",
        }
    }
}

/// What is to be said of an option, in one language.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct OptionText {
    /// What it does.
    pub does: &'static str,
    /// What it does not do, though it is said to; or what to mind.
    pub does_not: &'static str,
}

impl OptionEntry {
    /// What is to be said of it.
    pub fn text(&self, lang: Lang) -> &OptionText {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }

    /// Whether this is its name: SO_REUSEADDR, so_reuseaddr or reuseaddr.
    pub fn is_called(&self, name: &str) -> bool {
        let bare = self.constant.split_once('_').map_or(self.constant, |(_, bare)| bare);
        [self.constant, bare].iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}
