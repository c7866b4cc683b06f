//! A command line as it is typed.

use std::fmt;
use std::str::FromStr;

/// What stands for a free port.
pub const PORT: &str = "{port}";

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
        self.words.iter().any(|word| word.contains(PORT))
    }

    /// The program and its arguments, with the port.
    pub(super) fn words(&self, port: Option<u16>) -> Vec<String> {
        let fill = |word: &String| port.map_or_else(|| word.clone(), |port| word.replace(PORT, &port.to_string()));
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
        assert_eq!(command.words(Some(80)), ["./server", "--port", "80", "--name", "a b", "--at=:80"]);
        assert_eq!("server 'a".parse::<Command>(), Err(CommandError::Unquoted));
        assert_eq!("  ".parse::<Command>(), Err(CommandError::Empty));
    }
}
