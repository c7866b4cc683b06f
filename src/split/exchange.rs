//! One try: the dialogue under one split, and what came of it.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use socket2::SockRef;

use super::confirm::Seen;
use super::connection::{Connection, End, Task, Worker};
use super::cut::Split;
use super::script::{Closing, Script};
use crate::engine::Interrupt;
use crate::trace::escape_lines;

/// How a try ended: the answers of a server, or a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerEnd {
    /// Every answer is whole.
    Complete,
    /// What came is no answer of the codec.
    Malformed(String),
    /// The stream ended (FIN) before the answer did.
    Closed,
    /// The connection was reset before the answer was whole.
    Reset,
    /// No whole answer in time.
    NoAnswer,
    /// More bytes than may be.
    TooLong,
    /// The connection was refused.
    Refused,
    /// The server ended while it was asked; how.
    ServerEnded(String),
    /// The client ended by itself, with this exit code.
    Exited(i32),
    /// The client was ended by this signal, which netlab did not send.
    Killed(i32),
    /// The client did not end in time, and was stopped.
    NotEnded,
    /// The client made no connection; how it ended.
    NeverConnected(String),
    /// It could not be carried out: which call failed, and why.
    Failed(String),
    /// The user wished to stop.
    Interrupted,
}

/// What came of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// How it ended.
    pub end: AnswerEnd,
    /// All answers, one behind the other; as much as came of one that is not whole. Of a client, its standard output.
    pub answer: Vec<u8>,
    /// Where each whole answer ends in that.
    pub ends: Vec<usize>,
    /// Bytes that had come behind the last answer when that was whole.
    pub surplus: usize,
    /// Whether the first answer was whole before anything was sent. Only a patient caller looks.
    pub(super) is_unasked: bool,
    /// Pieces that the bytes were to leave in.
    pub pieces: usize,
    /// Calls of `send` that took bytes.
    pub sends: usize,
    /// How many of the cuts were made, from the first on; of a client, on the connection with the most.
    pub made: usize,
    /// What is known of each piece behind which another one was to leave without a word of the other end.
    pub seen: Vec<Seen>,
    /// From connect to the last byte of the answer, or to the client's end.
    pub took: Duration,
    /// What is known of a client besides.
    pub client: Option<ClientRun>,
    /// The last of what the program said.
    pub said: Option<Said>,
}

/// The last of what a program said, as it came: it is escaped where it is shown, which is where a split failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A server.
    Server(Vec<u8>),
    /// A client.
    Client {
        /// On its standard output.
        stdout: Vec<u8>,
        /// On its standard error.
        stderr: Vec<u8>,
    },
}

impl Said {
    /// It escaped, line by line.
    pub fn escaped(&self) -> String {
        let part = |what: &str, bytes: &[u8]| match bytes {
            [] => String::new(),
            bytes => format!("({what})\n{}", escape_lines(bytes)),
        };
        match self {
            Self::Server(bytes) => escape_lines(bytes),
            Self::Client { stdout, stderr } => part("standard output", stdout) + &part("standard error", stderr),
        }
    }
}

/// What is known of a client that was run once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientRun {
    /// Connections that it made.
    pub connections: u64,
    /// Of those, the ones on which every answer was sent.
    pub answered: u64,
    /// How the conversation of another one ended: the first.
    pub broken: Option<String>,
}

impl ClientRun {
    /// What it did on the network, in a line.
    pub fn in_words(&self) -> String {
        let count = self.connections;
        let connections = format!("{count} connection{}", if count == 1 { "" } else { "s" });
        match &self.broken {
            Some(broken) => format!("{connections}; {broken}"),
            None => connections,
        }
    }
}

impl AnswerEnd {
    /// It in a few words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Complete => "complete".to_owned(),
            Self::Malformed(what) => format!("none of this codec ({what})"),
            Self::Closed => "closed (FIN)".to_owned(),
            Self::Reset => "reset (RST)".to_owned(),
            Self::NoAnswer => "not complete in time".to_owned(),
            Self::TooLong => "too long".to_owned(),
            Self::Refused => "refused".to_owned(),
            Self::ServerEnded(how) => format!("the server {how}"),
            Self::Exited(code) => format!("exit code {code}"),
            Self::Killed(signal) => format!("ended by signal {signal}"),
            Self::NotEnded => "not ended in time".to_owned(),
            Self::NeverConnected(_) => "never connected".to_owned(),
            Self::Failed(reason) => reason.clone(),
            Self::Interrupted => "interrupted".to_owned(),
        }
    }
}

impl Exchange {
    /// Nothing has come yet.
    pub(super) fn new() -> Self {
        Self {
            end: AnswerEnd::Complete,
            answer: Vec::new(),
            ends: Vec::new(),
            surplus: 0,
            is_unasked: false,
            pieces: 0,
            sends: 0,
            made: 0,
            seen: Vec::new(),
            took: Duration::ZERO,
            client: None,
            said: None,
        }
    }
}

/// One try after the other of the same conversation, each under a split.
pub trait Trial {
    /// Carries it out, once.
    fn call(&mut self, split: &Split) -> Exchange;

    /// Carries it out uncut, and waits a little for what comes before anything was sent, and behind the last answer: too long for every split.
    fn call_patiently(&mut self) -> Exchange {
        self.call(&Split::none())
    }

    /// Starts anew what is under test, where it answers nobody any more; tells whether that could be done.
    fn restart(&mut self) -> bool {
        false
    }

    /// How often what is under test was started anew, whoever did it.
    fn starts(&self) -> u32 {
        0
    }
}

/// A server under test: netlab connects to it, sends, and reads the answers.
pub(super) struct Caller<'s> {
    script: &'s Script,
    stream: &'s [u8],
    interrupt: &'s Interrupt,
    worker: Worker,
    pub(super) is_patient: bool,
}

impl<'s> Caller<'s> {
    pub(super) fn new(script: &'s Script, stream: &'s [u8], interrupt: &'s Interrupt) -> Self {
        Self { script, stream, interrupt, worker: Worker::new(), is_patient: false }
    }

    fn connect(&self) -> Result<TcpStream, AnswerEnd> {
        if self.interrupt.signal().is_some() {
            return Err(AnswerEnd::Interrupted);
        }
        let socket = TcpStream::connect_timeout(&self.script.target, self.script.limits.timeout).map_err(|error| match error.kind() {
            ErrorKind::ConnectionRefused => AnswerEnd::Refused,
            ErrorKind::TimedOut => AnswerEnd::NoAnswer,
            ErrorKind::ConnectionReset => AnswerEnd::Reset,
            _ => AnswerEnd::Failed(format!("connect: {error}")),
        })?;
        let prepared = socket.set_nodelay(true).and_then(|()| socket.set_nonblocking(true)).and_then(|()| match self.script.closing {
            Closing::Reset => SockRef::from(&socket).set_linger(Some(Duration::ZERO)),
            Closing::Fin => Ok(()),
        });
        prepared.map_err(|error| AnswerEnd::Failed(format!("setsockopt: {error}")))?;
        Ok(socket)
    }
}

impl Trial for Caller<'_> {
    fn call_patiently(&mut self) -> Exchange {
        self.is_patient = true;
        let exchange = self.call(&Split::none());
        self.is_patient = false;
        exchange
    }

    fn call(&mut self, split: &Split) -> Exchange {
        let start = Instant::now();
        let mut exchange = Exchange::new();
        match self.connect() {
            Ok(socket) => {
                let task = Task { script: self.script, stream: self.stream, split, interrupt: self.interrupt, on_sent: &|| () };
                let mut connection = Connection::new(task, &mut self.worker, socket, End::Client);
                let early = if self.is_patient { connection.settle() } else { 0 };
                exchange.end = converse(&task, &mut connection, &mut exchange);
                exchange.is_unasked =
                    !self.script.messages[0].bytes.is_empty() && exchange.ends.first().is_some_and(|&end| (1..=early).contains(&end));
                if self.is_patient && exchange.end == AnswerEnd::Complete {
                    connection.settle();
                }
                exchange.sends = connection.sends;
                exchange.made = connection.made();
                exchange.seen = std::mem::take(&mut connection.seen);
                (exchange.answer, exchange.surplus) = connection.into_received(exchange.end == AnswerEnd::Complete);
            }
            Err(end) => exchange.end = end,
        }
        exchange.took = start.elapsed();
        exchange
    }
}

fn converse(task: &Task<'_>, connection: &mut Connection<'_>, exchange: &mut Exchange) -> AnswerEnd {
    let ends = task.script.ends();
    let within = task.cuts().iter().filter(|cut| !ends.contains(cut)).count();
    let messages = task.script.messages.iter().filter(|message| !message.bytes.is_empty()).count();
    exchange.pieces = if task.split.coalesced { 1 } else { messages + within };
    let mut start = 0;
    for (index, end) in ends.into_iter().enumerate() {
        let sent = match (task.split.coalesced, index) {
            (true, 0) => connection.send(0, task.stream.len() as u64),
            (true, _) => Ok(()),
            (false, _) => connection.send_pieces(start, end),
        };
        if let Err(end) = sent {
            return end;
        }
        start = end;
        match connection.read_until(&task.script.messages[index].until) {
            AnswerEnd::Complete => exchange.ends.push(connection.whole()),
            end => return end,
        }
    }
    AnswerEnd::Complete
}
