//! The address of a socket, as the kernel gave it.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::escape::escape;

/// An address of the internet or of the Unix domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    /// An IP address and a port.
    Ip(SocketAddr),
    /// A path.
    Path(String),
    /// A name in Linux's abstract namespace (man 7 unix).
    Abstract(String),
    /// A Unix socket that was never bound.
    Unnamed,
}

impl Address {
    /// It as text that is safe to print: a path may hold any byte but 0.
    pub fn shown(&self) -> String {
        escape(self.to_string().as_bytes())
    }

    /// The port of an address of the internet.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Ip(address) => Some(address.port()),
            Self::Path(_) | Self::Abstract(_) | Self::Unnamed => None,
        }
    }

    /// Whether a packet to `self` reaches a socket bound to `bound`, which may be a wildcard address.
    pub fn reaches(&self, bound: &Address) -> bool {
        match (self, bound) {
            (Self::Ip(to), Self::Ip(bound)) => to.port() == bound.port() && (to.ip() == bound.ip() || bound.ip().is_unspecified()),
            (Self::Unnamed, _) | (_, Self::Unnamed) => false,
            _ => self == bound,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => write!(f, "{address}"),
            Self::Path(path) => write!(f, "unix:{path}"),
            Self::Abstract(name) => write!(f, "unix:@{name}"),
            Self::Unnamed => f.write_str("unix:"),
        }
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return Ok(match path.strip_prefix('@') {
                Some(name) => Self::Abstract(name.to_owned()),
                None if path.is_empty() => Self::Unnamed,
                None => Self::Path(path.to_owned()),
            });
        }
        text.parse().map(Self::Ip).map_err(|_| format!("`{text}` is not an address"))
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Address {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Address".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "127.0.0.1:80, [::1]:80, unix:PATH, unix:@NAME (abstract) or unix: (unnamed)." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in ["127.0.0.1:80", "[::1]:9", "unix:/tmp/x", "unix:@00001", "unix:"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_wildcard_is_reached_by_its_port() {
        let to: Address = "127.0.0.1:80".parse().unwrap();
        assert!(to.reaches(&"0.0.0.0:80".parse().unwrap()));
        assert!(!to.reaches(&"0.0.0.0:81".parse().unwrap()));
        assert!(!Address::Unnamed.reaches(&Address::Unnamed));
    }
}
