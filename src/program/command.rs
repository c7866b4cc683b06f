//! A command line as it is typed.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// What stands for a free port.
pub const PORT: &str = "{port}";
/// What stands for the host that the port is of: `127.0.0.1`, `::1`.
const HOST: &str = "{host}";
/// What stands for both, as they are written together: `127.0.0.1:80`, `[::1]:80`.
const ADDRESS: &str = "{address}";

/// A program and its arguments. No shell reads them, only its rules of quoting; `sh -c '...'` is a command like any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    text: String,
    words: Vec<String>,
}

/// What is wrong with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// A quote or a backslash without its end.
    Unquoted,
    /// No word at all.
    Empty,
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unquoted => "a quote in it has no end",
            Self::Empty => "it names no program",
        })
    }
}

impl std::error::Error for CommandError {}

impl FromStr for Command {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        let words = shlex::split(text).ok_or(CommandError::Unquoted)?;
        if words.first().is_none_or(String::is_empty) {
            return Err(CommandError::Empty);
        }
        Ok(Self { text: text.to_owned(), words })
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Command {
    /// Whether it wants to be told a port.
    pub fn wants_port(&self) -> bool {
        self.words.iter().any(|word| word.contains(PORT) || word.contains(ADDRESS))
    }

    /// The program and its arguments, with the address where it is told one.
    pub(super) fn words(&self, address: Option<SocketAddr>) -> Vec<String> {
        let Some(address) = address else { return self.words.clone() };
        let fill = |word: &String| {
            let word = word.replace(PORT, &address.port().to_string());
            word.replace(HOST, &address.ip().to_string()).replace(ADDRESS, &address.to_string())
        };
        self.words.iter().map(fill).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        let command: Command = "./server --port {port} --name 'a b' --at=:{port}".parse().unwrap();
        assert!(command.wants_port());
        assert_eq!(command.words(Some(([127, 0, 0, 1], 80).into())), ["./server", "--port", "80", "--name", "a b", "--at=:80"]);
        let command: Command = "./client {host} {address}".parse().unwrap();
        assert!(command.wants_port() && !"./client {host}".parse::<Command>().unwrap().wants_port());
        assert_eq!(command.words(Some("[::1]:80".parse().unwrap())), ["./client", "::1", "[::1]:80"]);
        assert_eq!("server 'a".parse::<Command>(), Err(CommandError::Unquoted));
        assert_eq!("  ".parse::<Command>(), Err(CommandError::Empty));
    }
}
