//! A client under test: what it is served, and how it is judged.

use std::time::Duration;

use crate::program::Command;
use crate::split::script::Script;

/// What of a client is held against the baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Judged {
    /// How it ended, and its standard output.
    #[default]
    Output,
    /// How it ended.
    Exit,
}

/// What netlab does when the last answer has left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HangUp {
    /// It waits until the client closes. So do the servers of most protocols (HTTP/1.1, Redis, PostgreSQL, SMTP), and only so is it seen that a
    /// client waits for bytes that will not come.
    #[default]
    Wait,
    /// It ends its stream (FIN) at once: for clients that read to the end.
    Fin,
}

/// A client that is run once a split, and served the answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// The answers; of each, what ends the request before it. Its target is where netlab listens; port 0 is another port each time.
    pub script: Script,
    /// How it is started, with the address to connect to.
    pub command: Command,
    /// The longest until it connects.
    pub ready: Duration,
    /// What it is judged by.
    pub judged: Judged,
    /// What is done behind the last answer.
    pub hang_up: HangUp,
}
