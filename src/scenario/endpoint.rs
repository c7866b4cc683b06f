//! Addresses as a scenario writes them: a kind of socket and where it is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use schemars::JsonSchema;

use super::decode::{Decode, Fields, string};
use super::json::{Member, Node};
use super::problem::{Problem, Problems, nearest, quoted};
use super::source::Span;

/// The kinds of sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SocketKind {
    /// TCP over IPv4 or IPv6: a byte stream.
    Tcp,
    /// UDP over IPv4 or IPv6: datagrams.
    Udp,
    /// Unix domain, SOCK_STREAM: a byte stream.
    UnixStream,
    /// Unix domain, SOCK_DGRAM: datagrams.
    UnixDgram,
    /// Unix domain, SOCK_SEQPACKET: a connection that keeps message boundaries.
    UnixSeqpacket,
}

impl SocketKind {
    /// The names in scenario files.
    pub const WORDS: &[(&str, Self)] = &[
        ("tcp", Self::Tcp),
        ("udp", Self::Udp),
        ("unix_stream", Self::UnixStream),
        ("unix_dgram", Self::UnixDgram),
        ("unix_seqpacket", Self::UnixSeqpacket),
    ];

    /// The name in scenario files.
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// Whether bytes arrive as a stream, without boundaries.
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Tcp | Self::UnixStream)
    }

    /// Whether it listens, accepts and connects.
    pub fn is_connection(self) -> bool {
        !matches!(self, Self::Udp | Self::UnixDgram)
    }

    /// Whether it is of the Unix domain.
    pub fn is_unix(self) -> bool {
        matches!(self, Self::UnixStream | Self::UnixDgram | Self::UnixSeqpacket)
    }
}

/// Where an endpoint is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// The loopback address of the run's address family, and a port.
    Loopback(u16),
    /// This address.
    Ip(SocketAddr),
    /// A path; a relative one is made in a directory of the run's own and removed with it.
    Path(String),
    /// The address that a socket of an actor has: "same:server", or "same:server.name".
    Same(String),
    /// This address, with the port that a socket of an actor has: "0.0.0.0:same:server".
    SamePort(IpAddr, String),
}

/// A kind of socket and an address of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The kind.
    pub kind: SocketKind,
    /// The address.
    pub host: Host,
    /// Its place in the file.
    pub span: Span,
}

/// How an endpoint stands in the schema.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) struct EndpointFields {
    /// "loopback:0", "127.0.0.1:0" or "[::1]:0", port 0 lets the kernel choose; or "same:server", the address another actor has,
    /// or "0.0.0.0:same:server", its port.
    tcp: Option<String>,
    /// "loopback:0", "127.0.0.1:0" or "[::1]:0", port 0 lets the kernel choose; or "same:server", the address another actor has,
    /// or "0.0.0.0:same:server", its port.
    udp: Option<String>,
    /// A path; a relative one is made in a directory of the run's own. Or "same:server", the path another actor has.
    unix_stream: Option<String>,
    /// A path; a relative one is made in a directory of the run's own. Or "same:server", the path another actor has.
    unix_dgram: Option<String>,
    /// A path; a relative one is made in a directory of the run's own. Or "same:server", the path another actor has.
    unix_seqpacket: Option<String>,
}

impl JsonSchema for Endpoint {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Endpoint".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        EndpointFields::json_schema(generator)
    }
}

const KIND_NAMES: &[&str] = &["tcp", "udp", "unix_stream", "unix_dgram", "unix_seqpacket"];

impl Endpoint {
    /// Reads the one address among the fields of an object that may have others.
    pub(crate) fn from_fields(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self> {
        let present = fields.present(KIND_NAMES);
        if let [_, (_, second), ..] = present.as_slice() {
            problems.add(Problem::TooMany, second.name.span, "two addresses", "one address is enough");
            return None;
        }
        let &(name, Member { value, .. }) = present.first()?;
        let kind = SocketKind::WORDS.iter().find(|(word, _)| *word == name).map(|&(_, kind)| kind)?;
        let text = string(value, "an address", problems)?;
        match parse_host(kind, text) {
            Ok(host) => Some(Self { kind, host, span: value.span }),
            Err(label) => {
                problems.add(Problem::BadAddress, value.span, format!("{} is not an address for {name}", quoted(text)), label);
                None
            }
        }
    }
}

impl Decode for Endpoint {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "an address", problems)?;
        let before = fields.brace();
        let endpoint = Self::from_fields(&mut fields, problems);
        let wrote_none = fields.present(KIND_NAMES).is_empty();
        fields.finish(problems);
        if wrote_none {
            problems.add(
                Problem::MissingField,
                before,
                "no address",
                "expected {\"tcp\": \"loopback:0\"}, udp, unix_stream, unix_dgram or unix_seqpacket",
            );
        }
        endpoint
    }
}

/// `sockaddr_un.sun_path` has 108 bytes on Linux (man 7 unix); a run's own directory takes up to 40 of them.
pub(super) const MAX_RELATIVE_PATH: usize = 60;
/// One byte of the 108 is the NUL behind the path. A longer one is for steps that expect an error, and goes to the kernel as it is:
/// a `sockaddr_storage` has 128 bytes, two of them for the family.
pub(crate) const MAX_PATH: usize = 107;
const MAX_REFUSED_PATH: usize = 126;

fn parse_host(kind: SocketKind, text: &str) -> Result<Host, String> {
    if let Some(actor) = text.strip_prefix("same:") {
        return Ok(Host::Same(actor.to_owned()));
    }
    if kind.is_unix() {
        return match text {
            "" => Err("expected a path such as \"server.sock\"".to_owned()),
            _ if text.contains('\0') => Err("a path has no NUL byte".to_owned()),
            _ if text.split('/').any(|part| part == "..") => Err("a path may not climb out with `..`".to_owned()),
            _ if !text.starts_with('/') && text.len() > MAX_RELATIVE_PATH => {
                Err(format!("longer than {MAX_RELATIVE_PATH} bytes, the most for a relative path"))
            }
            _ if text.len() > MAX_REFUSED_PATH => {
                Err(format!("longer than {MAX_REFUSED_PATH} bytes, the most that a socket address can carry"))
            }
            _ => Ok(Host::Path(text.to_owned())),
        };
    }
    if let Some((ip, actor)) = text.split_once(":same:") {
        let ip = ip
            .strip_prefix('[')
            .and_then(|ip| ip.strip_suffix(']'))
            .map_or_else(|| ip.parse::<Ipv4Addr>().map(IpAddr::from), |ip| ip.parse::<Ipv6Addr>().map(IpAddr::from));
        return match ip {
            Ok(ip) => Ok(Host::SamePort(ip, actor.to_owned())),
            Err(_) => Err("expected an address before the port: \"0.0.0.0:same:server\" or \"[::]:same:server\"".to_owned()),
        };
    }
    let parse_port = |port: &str| port.parse::<u16>().map_err(|_| format!("{} is not a port (0 to 65535)", quoted(port)));
    if let Some(port) = text.strip_prefix("loopback:") {
        return parse_port(port).map(Host::Loopback);
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok(Host::Ip(address));
    }
    if text.parse::<IpAddr>().is_ok() || text == "loopback" {
        let with_port = if text.contains(':') { format!("[{text}]:0") } else { format!("{text}:0") };
        return Err(format!("a port is missing: \"{with_port}\" lets the kernel choose one"));
    }
    if let Some((host, port)) = text.rsplit_once(':') {
        parse_port(port)?;
        if host != "loopback" && nearest(host, ["loopback"]).is_some() {
            return Err(format!("did you mean \"loopback:{port}\"?"));
        }
        if host.starts_with(|c: char| c.is_alphabetic()) {
            return Err("names are not resolved here: write \"loopback:0\", \"127.0.0.1:0\" or \"[::1]:0\"".to_owned());
        }
    }
    Err("expected \"loopback:0\", \"127.0.0.1:0\" or \"[::1]:0\"".to_owned())
}

impl Host {
    /// The loopback address of a family.
    pub fn loopback(family: super::Family, port: u16) -> SocketAddr {
        match family {
            super::Family::Ipv4 => (Ipv4Addr::LOCALHOST, port).into(),
            super::Family::Ipv6 => (Ipv6Addr::LOCALHOST, port).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        assert_eq!(parse_host(SocketKind::Tcp, "loopback:80"), Ok(Host::Loopback(80)));
        assert!(matches!(parse_host(SocketKind::Udp, "[::1]:0"), Ok(Host::Ip(_))));
        assert_eq!(parse_host(SocketKind::Tcp, "::1").unwrap_err(), "a port is missing: \"[::1]:0\" lets the kernel choose one");
        assert_eq!(parse_host(SocketKind::Tcp, "127.0.0.1:99999").unwrap_err(), "`99999` is not a port (0 to 65535)");
        assert_eq!(
            parse_host(SocketKind::Tcp, "[::]:same:server.a"),
            Ok(Host::SamePort(Ipv6Addr::UNSPECIFIED.into(), "server.a".to_owned()))
        );
        assert!(parse_host(SocketKind::Tcp, "::same:server").is_err());
        assert!(parse_host(SocketKind::UnixStream, "../../etc/x").is_err());
        assert!(parse_host(SocketKind::Tcp, "localhost:80").unwrap_err().contains("not resolved"));
    }
}
