//! What is to be reached, as it is typed: `host:port`, `[v6]:port`, `host port`, `unix:PATH`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::trace::{Address, escape};

/// A target, and what was typed for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As it is shown: `host:port`, also where they were typed as two words.
    pub text: String,
    /// Where it is.
    pub place: Place,
}

/// Where a target is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An address with its port: nothing to look up.
    Ip(SocketAddr),
    /// A name to look up, or a service to; also an IPv6 address with a zone, since only the system knows its interfaces.
    Name {
        /// The host's name.
        host: String,
        /// A port, or the name of a service.
        service: String,
    },
    /// A Unix socket: a path, or a name of Linux's abstract namespace.
    Unix(Address),
}

/// What is wrong with a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetError {
    /// No port where there must be one.
    NoPort {
        /// What was typed.
        text: String,
        /// How it is right, with a port of the reader's own.
        form: String,
    },
    /// Nothing before the colon.
    NoHost(String),
    /// A port that does not exist.
    BadPort {
        /// The port that was typed.
        port: String,
        /// Why it is none.
        why: &'static str,
    },
    /// Brackets without the other one, or around what is not an IPv6 address.
    BadBrackets(String),
    /// An IPv6 address whose colons cannot be told from that of the port.
    Unbracketed {
        /// What was typed.
        text: String,
        /// Both readings of it.
        forms: Vec<String>,
    },
    /// A URL, or a path.
    NotAHost {
        /// What was typed.
        text: String,
        /// What to try.
        form: String,
    },
    /// A port was given twice: in the word, and as the next word.
    PortTwice(String),
    /// A Unix path that is empty or too long.
    BadPath {
        /// The path.
        path: String,
        /// Why it is none.
        why: &'static str,
    },
}

/// The longest Unix path (`sun_path` of man 7 unix holds 108 bytes, the last of them 0).
const LONGEST_PATH: usize = 107;

/// Reads the words of a command line. Two words are a host and its port when the second has no colon, for a target of its own always has
/// one; in every other case each word is a target.
///
/// # Errors
/// What is wrong with the first word that is wrong.
pub fn parse_targets(words: &[String]) -> Result<Vec<Target>, TargetError> {
    if let [host, port] = words
        && !port.contains(':')
    {
        return parse_pair(host, port).map(|target| vec![target]);
    }
    words.iter().map(|word| parse_target(word)).collect()
}

/// Reads one word.
fn parse_target(text: &str) -> Result<Target, TargetError> {
    if let Some(path) = text.strip_prefix("unix:") {
        return Ok(Target { text: text.to_owned(), place: Place::Unix(unix_address(path)?) });
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let form = if host.is_empty() || host.contains(':') { host.to_owned() } else { format!("{host}:{scheme}") };
        return Err(TargetError::NotAHost { text: text.to_owned(), form });
    }
    if text.starts_with(['/', '.']) {
        return Err(TargetError::NotAHost { text: text.to_owned(), form: format!("unix:{text}") });
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, behind) = rest.split_once(']').ok_or_else(|| TargetError::BadBrackets(text.to_owned()))?;
        if !is_ipv6(inside) {
            return Err(TargetError::BadBrackets(text.to_owned()));
        }
        let port = match behind.strip_prefix(':') {
            Some(port) => port,
            None if behind.is_empty() => return Err(no_port(text, &format!("[{inside}]"))),
            None => return Err(TargetError::BadBrackets(text.to_owned())),
        };
        return target_of(inside, port);
    }
    if text.is_empty() {
        return Err(TargetError::NotAHost { text: String::new(), form: String::new() });
    }
    let Some((host, port)) = text.rsplit_once(':') else { return Err(no_port(text, text)) };
    if host.contains(':') {
        let mut forms = Vec::new();
        if is_ipv6(host) && parse_port(port).is_ok() {
            forms.push(format!("[{host}]:{port}"));
        }
        if is_ipv6(text) {
            forms.push(format!("[{text}]:80"));
        }
        let text = text.to_owned();
        return Err(if forms.is_empty() {
            TargetError::NotAHost { text, form: "host:port, with one colon".to_owned() }
        } else {
            TargetError::Unbracketed { text, forms }
        });
    }
    target_of(host, port)
}

/// Reads a host and a port that stand in two words.
fn parse_pair(host: &str, port: &str) -> Result<Target, TargetError> {
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if is_ipv6(inside) {
        return target_of(inside, port);
    }
    if host.contains(':') {
        return match parse_target(host) {
            Ok(_) => Err(TargetError::PortTwice(host.to_owned())),
            Err(error) => Err(error),
        };
    }
    if host.starts_with(['/', '.', '[']) {
        parse_target(host)?;
    }
    target_of(host, port)
}

fn target_of(host: &str, port: &str) -> Result<Target, TargetError> {
    if host.is_empty() {
        return Err(TargetError::NoHost(format!(":{port}")));
    }
    let number = parse_port(port)?;
    let text = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let place = match (host.parse::<IpAddr>(), number) {
        (Ok(ip), Some(port)) => Place::Ip(SocketAddr::new(ip, port)),
        _ => Place::Name { host: host.to_owned(), service: port.to_owned() },
    };
    Ok(Target { text, place })
}

/// A port's number; `None` for the name of a service.
fn parse_port(text: &str) -> Result<Option<u16>, TargetError> {
    let bad = |why| Err(TargetError::BadPort { port: text.to_owned(), why });
    if text.is_empty() {
        return bad("nothing stands behind the colon");
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return match text.parse::<u16>() {
            Ok(0) => bad("nothing can listen on port 0, which asks bind for any free one"),
            Ok(port) => Ok(Some(port)),
            Err(_) => bad("ports go from 1 to 65535"),
        };
    }
    // Names of services (RFC 6335, section 5.1), and those of older lists, which have `.`, `_` and `+` too.
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._+".contains(&byte);
    if text.bytes().all(is_name) && text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Ok(None);
    }
    bad("a port is a number from 1 to 65535, or the name of a service, such as http")
}

/// Whether resolvers take a name for an IPv4 address that is not written as four decimal numbers (man 3 inet_aton).
pub(super) fn is_old_form(host: &str) -> bool {
    let is_number = |part: &str| match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()),
    };
    host.parse::<Ipv4Addr>().is_err() && host.split('.').count() <= 4 && host.split('.').all(is_number)
}

/// Whether it is an IPv6 address, perhaps with a zone.
fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').map_or((text, None), |(address, zone)| (address, Some(zone)));
    address.parse::<Ipv6Addr>().is_ok() && zone.is_none_or(|zone| !zone.is_empty())
}

fn unix_address(path: &str) -> Result<Address, TargetError> {
    let bad = |why| Err(TargetError::BadPath { path: path.to_owned(), why });
    let (name, address) = match path.strip_prefix('@') {
        Some(name) => (name, Address::Abstract(name.to_owned())),
        None => (path, Address::Path(path.to_owned())),
    };
    if name.is_empty() {
        return bad("nothing stands behind it: unix:/run/server.sock, or unix:@name for the abstract namespace");
    }
    if name.len() > LONGEST_PATH {
        return bad("a Unix address has room for 107 bytes: go nearer and give a relative path, or a link to it");
    }
    Ok(address)
}

fn no_port(text: &str, host: &str) -> TargetError {
    TargetError::NoPort { text: text.to_owned(), form: format!("{host}:80") }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(self.words().as_bytes()))
    }
}

impl TargetError {
    /// What is wrong, with what was typed as it was typed.
    fn words(&self) -> String {
        match self {
            Self::NoPort { text, form } => format!("`{text}` has no port: write {form}, or two words, a host and a port"),
            Self::NoHost(text) => format!("`{text}` has no host: write localhost{text} for this machine"),
            Self::BadPort { port, why } => format!("`{port}` is not a port to connect to: {why}"),
            Self::BadBrackets(text) => format!("`{text}` is not an IPv6 address in brackets with a port: write it as [::1]:80"),
            Self::Unbracketed { text, forms } => {
                format!("`{text}` is an IPv6 address: which colon is the port's? write {}", forms.join(" or "))
            }
            Self::NotAHost { text, form } if form.is_empty() => format!("`{text}` is not a host and a port: write host:port"),
            Self::NotAHost { text, form } => format!("`{text}` is not a host and a port: write {form}"),
            Self::PortTwice(host) => format!("`{host}` has a port already, and the next word has none: write each target as host:port"),
            Self::BadPath { path, why } => format!("`unix:{path}` is not a Unix socket's address: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn places(text: &str) -> Vec<String> {
        let show = |target: Target| match target.place {
            Place::Ip(address) => format!("ip {address}"),
            Place::Name { host, service } => format!("name {host} {service}"),
            Place::Unix(address) => address.to_string(),
        };
        parse_targets(&words(text)).unwrap().into_iter().map(show).collect()
    }

    #[test]
    fn every_form() {
        for (typed, place) in [
            ("127.0.0.1:80", "ip 127.0.0.1:80"),
            ("127.0.0.1 80", "ip 127.0.0.1:80"),
            ("[::1]:80", "ip [::1]:80"),
            ("::1 80", "ip [::1]:80"),
            ("[::1] 80", "ip [::1]:80"),
            ("localhost:http", "name localhost http"),
            ("localhost 80", "name localhost 80"),
            ("127.0.0.1:http", "name 127.0.0.1 http"),
            ("[fe80::1%eth0]:80", "name fe80::1%eth0 80"),
            ("unix:/run/a.sock", "unix:/run/a.sock"),
            ("unix:@name", "unix:@name"),
            ("unix:a:b", "unix:a:b"),
        ] {
            assert_eq!(places(typed), [place], "{typed}");
        }
        assert_eq!(places("a:1 b:2"), ["name a 1", "name b 2"]);
        assert_eq!(places("a:1 unix:/x"), ["name a 1", "unix:/x"]);
        assert_eq!(places("a:1 b:2 c:3").len(), 3);
    }

    #[test]
    fn forms_of_old() {
        for old in ["1", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1", "0X7F000001", "2130706433"] {
            assert!(is_old_form(old), "{old}");
        }
        for other in ["127.0.0.1", "::1", "", ".", "1.", "a.1", "1.2.3.4.5", "localhost", "0b1.2"] {
            assert!(!is_old_form(other), "{other}");
        }
    }

    #[test]
    fn every_error_shows_the_right_form() {
        let long = format!("unix:{}", "x".repeat(108));
        for (typed, expected) in [
            ("localhost", "`localhost` has no port: write localhost:80, or two words"),
            ("[::1]", "`[::1]` has no port: write [::1]:80"),
            ("a b c", "`a` has no port: write a:80"),
            ("localhost 127.0.0.1:80", "`localhost` has no port"),
            (":80", "`:80` has no host: write localhost:80"),
            ("localhost:", "nothing stands behind the colon"),
            ("localhost:0", "`0` is not a port to connect to: nothing can listen on port 0"),
            ("localhost:65536", "`65536` is not a port to connect to: ports go from 1 to 65535"),
            ("localhost 65536", "ports go from 1 to 65535"),
            ("localhost:-1", "a port is a number from 1 to 65535"),
            ("localhost:8 0", "`localhost:8` has a port already"),
            ("::1", "write [::1]:80"),
            ("::1:80", "write [::1]:80 or [::1:80]:80"),
            ("fe80::1%eth0", "write [fe80::1%eth0]:80"),
            ("[::1", "brackets"),
            ("[::1]80", "brackets"),
            ("[localhost]:80", "brackets"),
            ("[localhost] 80", "brackets"),
            ("a:b:c", "with one colon"),
            ("http://example.org/x", "write example.org:http"),
            ("https://example.org:8443/x", "write example.org:8443"),
            ("/run/a.sock", "write unix:/run/a.sock"),
            ("unix:", "nothing stands behind it"),
            ("unix:@", "nothing stands behind it"),
            (long.as_str(), "room for 107 bytes"),
        ] {
            let error = parse_targets(&words(typed)).unwrap_err().to_string();
            assert!(error.contains(expected), "{typed}: {error}");
        }
        let error = parse_targets(&[String::new()]).unwrap_err().to_string();
        assert!(error.ends_with("write host:port"), "{error}");
    }
}
