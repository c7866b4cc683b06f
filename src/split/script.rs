//! What is sent, and what is waited for.

use std::net::SocketAddr;
use std::time::Duration;

use super::until::Until;

/// One message of the dialogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where the answer to it ends.
    pub until: Until,
}

/// How long and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For connecting, and for each answer from the last byte sent.
    pub timeout: Duration,
    /// For the kernel to say that a piece was read.
    pub confirm: Duration,
    /// Bytes of all answers of one connection.
    pub max_answer: usize,
    /// Cuts of one connection; behind them the stream passes as it is.
    pub max_cuts: usize,
}

/// How a connection is closed when its answers have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Closing {
    /// By RST: no TIME_WAIT is left, so ports do not run out.
    #[default]
    Reset,
    /// By FIN.
    Fin,
}

/// The conversation that every split repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// The server.
    pub target: SocketAddr,
    /// What is sent, in order.
    pub messages: Vec<Message>,
    /// How long and how much.
    pub limits: Limits,
    /// How a connection is closed.
    pub closing: Closing,
}

impl Script {
    /// All messages, one behind the other.
    pub fn stream(&self) -> Vec<u8> {
        self.messages.iter().flat_map(|message| message.bytes.iter().copied()).collect()
    }

    /// Where each message ends in that.
    pub fn ends(&self) -> Vec<u64> {
        let add = |end: &mut u64, message: &Message| {
            *end += message.bytes.len() as u64;
            Some(*end)
        };
        self.messages.iter().scan(0, add).collect()
    }
}
