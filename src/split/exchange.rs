//! One connection: the dialogue under one split, and what came back.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use socket2::SockRef;

use super::confirm::{Confirmer, Seen};
use super::cut::Split;
use super::script::{Closing, Script};
use super::until::{Found, Until};
use crate::engine::Interrupt;
use crate::sys::{Interest, Readiness, wait_ready};

/// How the answers of a connection ended.
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
    /// It could not be carried out: which call failed, and why.
    Failed(String),
    /// The user wished to stop.
    Interrupted,
}

/// What came of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// How it ended.
    pub end: AnswerEnd,
    /// All answers, one behind the other; as much as came of one that is not whole.
    pub answer: Vec<u8>,
    /// Where each whole answer ends in that.
    pub ends: Vec<usize>,
    /// Bytes that had come behind the last answer when that was whole.
    pub surplus: usize,
    /// Pieces that the bytes were to leave in.
    pub pieces: usize,
    /// Calls of `send` that took bytes.
    pub sends: usize,
    /// What is known of each piece that was followed by another one of the same message.
    pub seen: Vec<Seen>,
    /// From connect to the last byte of the answer.
    pub took: Duration,
}

/// How much is read at once.
const READ: usize = 64 * 1024;
/// How long a full send buffer is waited for before what came in is read.
const SLICE: Duration = Duration::from_millis(5);

/// Carries out exchanges, one after the other.
pub(super) struct Caller<'s> {
    script: &'s Script,
    stream: &'s [u8],
    interrupt: &'s Interrupt,
    confirmer: Confirmer,
    buffer: Vec<u8>,
}

impl<'s> Caller<'s> {
    pub(super) fn new(script: &'s Script, stream: &'s [u8], interrupt: &'s Interrupt) -> Self {
        Self { script, stream, interrupt, confirmer: Confirmer::new(), buffer: vec![0; READ] }
    }

    pub(super) fn call(&mut self, split: &Split) -> Exchange {
        let start = Instant::now();
        let mut exchange = Exchange {
            end: AnswerEnd::Complete,
            answer: Vec::new(),
            ends: Vec::new(),
            surplus: 0,
            pieces: 0,
            sends: 0,
            seen: Vec::new(),
            took: Duration::ZERO,
        };
        exchange.end = match self.connect() {
            Ok(socket) => {
                let mut open = Open { caller: self, socket, received: Vec::new(), answered: 0, gone: None, confirm_left: Duration::ZERO };
                open.confirm_left = open.caller.script.limits.timeout;
                let end = open.converse(split, &mut exchange);
                open.finish(&end, &mut exchange);
                end
            }
            Err(end) => end,
        };
        exchange.took = start.elapsed();
        exchange
    }

    fn connect(&mut self) -> Result<TcpStream, AnswerEnd> {
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
        if let (Ok(peer), Ok(local)) = (socket.peer_addr(), socket.local_addr()) {
            self.confirmer.aim(peer, local);
        }
        Ok(socket)
    }
}

/// How a connection broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gone {
    Ended,
    Reset,
}

/// A connection under way.
struct Open<'c, 's> {
    caller: &'c mut Caller<'s>,
    socket: TcpStream,
    /// All that came.
    received: Vec<u8>,
    /// How much of it is whole answers.
    answered: usize,
    gone: Option<Gone>,
    /// What is left of the time in which all pieces must be seen.
    confirm_left: Duration,
}

impl Open<'_, '_> {
    fn converse(&mut self, split: &Split, exchange: &mut Exchange) -> AnswerEnd {
        let script = self.caller.script;
        let cuts = &split.cuts[..split.cuts.len().min(script.limits.max_cuts)];
        let ends = script.ends();
        let within = cuts.iter().filter(|cut| !ends.contains(cut)).count();
        exchange.pieces = if split.coalesced { 1 } else { ends.len() + within };
        let mut start = 0;
        for (index, end) in ends.into_iter().enumerate() {
            if split.coalesced {
                if index == 0
                    && let Err(end) = self.send(0, self.caller.stream.len() as u64, exchange)
                {
                    return end;
                }
            } else {
                let within = cuts.iter().copied().filter(|cut| (start + 1..end).contains(cut));
                if let Err(end) = self.send_pieces(start, within, end, exchange) {
                    return end;
                }
            }
            start = end;
            match self.answer(&script.messages[index].until) {
                AnswerEnd::Complete => exchange.ends.push(self.answered),
                end => return end,
            }
        }
        AnswerEnd::Complete
    }

    /// Sends a message in pieces, each but the first when the one before it was seen.
    fn send_pieces(&mut self, start: u64, cuts: impl Iterator<Item = u64>, end: u64, exchange: &mut Exchange) -> Result<(), AnswerEnd> {
        let mut from = start;
        for cut in cuts {
            self.send(from, cut, exchange)?;
            from = cut;
            if self.gone.is_some() {
                return Ok(());
            }
            let limit = self.caller.script.limits.confirm.min(self.confirm_left);
            let asked = Instant::now();
            let seen = self.caller.confirmer.wait(&self.socket, cut, limit, self.caller.interrupt);
            self.confirm_left = self.confirm_left.saturating_sub(asked.elapsed());
            exchange.seen.push(seen);
        }
        self.send(from, end, exchange)
    }

    /// Sends a range of the stream. A connection that breaks is no error here: what the server said before that is still to be read.
    fn send(&mut self, from: u64, to: u64, exchange: &mut Exchange) -> Result<(), AnswerEnd> {
        let mut rest = &self.caller.stream[from as usize..to as usize];
        let deadline = Instant::now() + self.caller.script.limits.timeout;
        while !rest.is_empty() && self.gone.is_none() {
            match self.socket.write(rest) {
                Ok(count) => {
                    exchange.sends += 1;
                    rest = &rest[count..];
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    // The server may be waiting for us to read.
                    while self.read()? {}
                    let slice = (Instant::now() + SLICE).min(deadline);
                    match wait_ready(Some((&self.socket, Interest::Writable)), &[self.caller.interrupt.wake()], slice) {
                        Ok(Readiness::Woken) => return Err(AnswerEnd::Interrupted),
                        Ok(_) if Instant::now() >= deadline => return Err(AnswerEnd::NoAnswer),
                        Ok(_) => {}
                        Err(error) => return Err(AnswerEnd::Failed(format!("poll: {error}"))),
                    }
                }
                Err(error) if is_broken(&error) => {
                    // What had come before is read first; then the stream has ended, or the reset is told again.
                    while self.read()? {}
                    self.gone.get_or_insert(Gone::Reset);
                }
                Err(error) => return Err(AnswerEnd::Failed(format!("send: {error}"))),
            }
        }
        Ok(())
    }

    /// Reads what is there; tells whether it was anything.
    fn read(&mut self) -> Result<bool, AnswerEnd> {
        if self.gone.is_some() {
            return Ok(false);
        }
        loop {
            match self.socket.read(&mut self.caller.buffer) {
                Ok(0) => {
                    self.gone = Some(Gone::Ended);
                    return Ok(false);
                }
                Ok(count) => {
                    self.received.extend_from_slice(&self.caller.buffer[..count]);
                    let is_too_long = self.received.len() > self.caller.script.limits.max_answer;
                    return if is_too_long { Err(AnswerEnd::TooLong) } else { Ok(true) };
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if is_broken(&error) => {
                    self.gone = Some(Gone::Reset);
                    return Ok(false);
                }
                Err(error) => return Err(AnswerEnd::Failed(format!("recv: {error}"))),
            }
        }
    }

    /// Reads until the answer is whole.
    fn answer(&mut self, until: &Until) -> AnswerEnd {
        let limits = self.caller.script.limits;
        let mut finder = until.finder();
        let mut deadline = Instant::now() + limits.timeout;
        loop {
            match finder.find(&self.received[self.answered..], self.gone == Some(Gone::Ended)) {
                Found::End(length) => {
                    self.answered += length;
                    return AnswerEnd::Complete;
                }
                Found::Bad(what) => return AnswerEnd::Malformed(what),
                Found::More => {}
            }
            match self.gone {
                Some(Gone::Ended) => return AnswerEnd::Closed,
                Some(Gone::Reset) => return AnswerEnd::Reset,
                None => {}
            }
            match self.read() {
                Err(end) => return end,
                Ok(true) if Instant::now() >= deadline => return AnswerEnd::NoAnswer,
                Ok(true) => continue,
                Ok(false) if self.gone.is_some() => continue,
                Ok(false) => {}
            }
            let is_begun = self.received.len() > self.answered;
            let quiet = if let Until::Quiet(time) = until { is_begun.then(|| Instant::now() + *time) } else { None };
            match wait_ready(
                Some((&self.socket, Interest::Readable)),
                &[self.caller.interrupt.wake()],
                quiet.map_or(deadline, |quiet| quiet.min(deadline)),
            ) {
                Ok(Readiness::Ready) => {}
                Ok(Readiness::Woken) => return AnswerEnd::Interrupted,
                Ok(Readiness::TimedOut) if quiet.is_some() => {
                    self.answered = self.received.len();
                    return AnswerEnd::Complete;
                }
                Ok(Readiness::TimedOut) => return AnswerEnd::NoAnswer,
                Err(error) => return AnswerEnd::Failed(format!("poll: {error}")),
            }
            deadline = deadline.max(Instant::now());
        }
    }

    /// Takes over what came, and closes.
    fn finish(mut self, end: &AnswerEnd, exchange: &mut Exchange) {
        if *end == AnswerEnd::Complete {
            // What stands behind the last answer by now is one more than was asked for.
            let _ = self.read();
            exchange.surplus = self.received.len() - self.answered;
            self.received.truncate(self.answered);
        }
        exchange.answer = std::mem::take(&mut self.received);
    }
}

fn is_broken(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted)
}
