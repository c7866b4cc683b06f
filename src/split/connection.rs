//! One connection under way: pieces that leave when the one before was seen, and bytes that are read until they are whole.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::confirm::{Confirmer, Seen};
use super::cut::Split;
use super::exchange::AnswerEnd;
use super::script::{Limits, Script};
use super::until::{Found, Until};
use crate::engine::Interrupt;
use crate::sys::{Interest, Readiness, wait_ready};

/// How much is read at once.
const READ: usize = 64 * 1024;
/// How long a full send buffer is waited for before what came in is read.
const SLICE: Duration = Duration::from_millis(5);
/// How long is waited at once where nothing but the other end sets a limit.
const LONG: Duration = Duration::from_secs(3600);

/// Which end of a connection netlab has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It connected. A server that ends its stream has given up, and is sent nothing more.
    Client,
    /// It accepted. A client that ends its stream has said all, and waits for the answer.
    Server,
}

/// How a connection broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gone {
    Ended,
    Reset,
}

/// What one connection after the other is carried out with.
pub(super) struct Worker {
    pub(super) confirmer: Confirmer,
    buffer: Vec<u8>,
}

impl Worker {
    pub(super) fn new() -> Self {
        Self { confirmer: Confirmer::new(), buffer: vec![0; READ] }
    }
}

/// What is the same for all connections of a split.
#[derive(Clone, Copy)]
pub(super) struct Task<'t> {
    pub(super) script: &'t Script,
    /// All messages, one behind the other.
    pub(super) stream: &'t [u8],
    pub(super) split: &'t Split,
    pub(super) interrupt: &'t Interrupt,
    /// Told that bytes have left.
    pub(super) on_sent: &'t (dyn Fn() + Sync),
}

impl Task<'_> {
    /// The cuts that are made: of too many the first.
    pub(super) fn cuts(&self) -> &[u64] {
        let cuts = &self.split.cuts;
        &cuts[..cuts.len().min(self.script.limits.max_cuts)]
    }

    fn limits(&self) -> Limits {
        self.script.limits
    }
}

/// How long is waited for a greeting, and for more behind the last answer.
const SETTLING: Duration = Duration::from_millis(30);

/// A connection under way.
pub(super) struct Connection<'c> {
    task: Task<'c>,
    worker: &'c mut Worker,
    socket: TcpStream,
    end: End,
    /// All that came.
    received: Vec<u8>,
    /// How much of it is whole messages.
    whole: usize,
    gone: Option<Gone>,
    /// What is left of the time in which all pieces must be seen.
    confirm_left: Duration,
    /// Calls of `send` that took bytes.
    pub(super) sends: usize,
    /// What is known of each piece behind which another one was to leave without a word of the other end.
    pub(super) seen: Vec<Seen>,
    /// Up to here the stream was cut as was wanted: what stands before it left, and what stands behind it was held back.
    reached: u64,
}

impl<'c> Connection<'c> {
    /// From a connected socket that does not block.
    pub(super) fn new(task: Task<'c>, worker: &'c mut Worker, socket: TcpStream, end: End) -> Self {
        worker.confirmer.aim(socket.peer_addr().ok().zip(socket.local_addr().ok()));
        let confirm_left = task.limits().timeout;
        Self { task, worker, socket, end, received: Vec::new(), whole: 0, gone: None, confirm_left, sends: 0, seen: Vec::new(), reached: 0 }
    }

    /// Sends a message in pieces, each but the first when the one before it was seen.
    pub(super) fn send_pieces(&mut self, start: u64, end: u64) -> Result<(), AnswerEnd> {
        let task = self.task;
        let mut from = start;
        for &cut in task.cuts().iter().filter(|cut| (start + 1..end).contains(cut)) {
            self.send(from, cut)?;
            from = cut;
            self.wait_seen(cut);
            if !self.can_send() {
                return Ok(());
            }
        }
        self.send(from, end)
    }

    /// Waits until all bytes before an offset were seen, as far as that can be known. Where nothing can be sent any more nothing is cut.
    pub(super) fn wait_seen(&mut self, offset: u64) {
        if !self.can_send() {
            return self.seen.push(Seen::Gone);
        }
        let limit = self.task.limits().confirm.min(self.confirm_left);
        let asked = Instant::now();
        let seen = self.worker.confirmer.wait(&self.socket, offset, limit, self.task.interrupt);
        self.confirm_left = self.confirm_left.saturating_sub(asked.elapsed());
        self.seen.push(seen);
        self.reached = offset;
    }

    /// How many of the cuts were made, from the first on. One between two messages is made when bytes behind it leave.
    pub(super) fn made(&self) -> usize {
        self.task.cuts().iter().filter(|&&cut| cut <= self.reached).count()
    }

    /// Sends a range of the stream. A connection that breaks is no error here: what the other end said before that is still to be read.
    pub(super) fn send(&mut self, from: u64, to: u64) -> Result<(), AnswerEnd> {
        let mut rest = &self.task.stream[from as usize..to as usize];
        let deadline = Instant::now() + self.task.limits().timeout;
        while !rest.is_empty() && self.can_send() {
            match self.socket.write(rest) {
                Ok(count) => {
                    self.sends += 1;
                    self.reached = self.reached.max(from);
                    rest = &rest[count..];
                    (self.task.on_sent)();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    // The other end may be waiting for us to read.
                    while self.read()? {}
                    let slice = (Instant::now() + SLICE).min(deadline);
                    match wait_ready(Some((&self.socket, Interest::Writable)), &[self.task.interrupt.wake()], slice) {
                        Ok(Readiness::Woken) => return Err(AnswerEnd::Interrupted),
                        Ok(_) if Instant::now() >= deadline => return Err(AnswerEnd::NoAnswer),
                        Ok(_) => {}
                        Err(error) => return Err(AnswerEnd::Failed(format!("poll: {error}"))),
                    }
                }
                Err(error) if is_broken(&error) => {
                    // What had come before is read first; then the stream has ended, or the reset is told again.
                    while self.read()? {}
                    match self.end {
                        End::Client => _ = self.gone.get_or_insert(Gone::Reset),
                        End::Server => self.gone = Some(Gone::Reset),
                    }
                }
                Err(error) => return Err(AnswerEnd::Failed(format!("send: {error}"))),
            }
        }
        Ok(())
    }

    fn can_send(&self) -> bool {
        match self.gone {
            None => true,
            Some(Gone::Ended) => self.end == End::Server,
            Some(Gone::Reset) => false,
        }
    }

    /// Reads what is there; tells whether it was anything.
    fn read(&mut self) -> Result<bool, AnswerEnd> {
        let count = self.read_into_buffer()?;
        self.received.extend_from_slice(&self.worker.buffer[..count]);
        let is_too_long = self.received.len() > self.task.limits().max_answer;
        if is_too_long { Err(AnswerEnd::TooLong) } else { Ok(count > 0) }
    }

    fn read_into_buffer(&mut self) -> Result<usize, AnswerEnd> {
        while self.gone.is_none() {
            match self.socket.read(&mut self.worker.buffer) {
                Ok(0) => self.gone = Some(Gone::Ended),
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if is_broken(&error) => self.gone = Some(Gone::Reset),
                Err(error) => return Err(AnswerEnd::Failed(format!("recv: {error}"))),
            }
        }
        Ok(0)
    }

    /// Reads until what is waited for is whole.
    pub(super) fn read_until(&mut self, until: &Until) -> AnswerEnd {
        let mut finder = until.finder();
        // A client's time is the business of whoever runs it: it is stopped then, and that ends this.
        let limit = if self.end == End::Client { self.task.limits().timeout } else { LONG };
        let mut deadline = Instant::now() + limit;
        loop {
            match finder.find(&self.received[self.whole..], self.gone == Some(Gone::Ended)) {
                Found::End(length) => {
                    self.whole += length;
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
            let is_begun = self.received.len() > self.whole;
            let quiet = if let Until::Quiet(time) = until { is_begun.then(|| Instant::now() + *time) } else { None };
            match wait_ready(
                Some((&self.socket, Interest::Readable)),
                &[self.task.interrupt.wake()],
                quiet.map_or(deadline, |quiet| quiet.min(deadline)),
            ) {
                Ok(Readiness::Ready) => {}
                Ok(Readiness::Woken) => return AnswerEnd::Interrupted,
                Ok(Readiness::TimedOut) if quiet.is_some() => {
                    self.whole = self.received.len();
                    return AnswerEnd::Complete;
                }
                Ok(Readiness::TimedOut) => return AnswerEnd::NoAnswer,
                Err(error) => return AnswerEnd::Failed(format!("poll: {error}")),
            }
            deadline = deadline.max(Instant::now());
        }
    }

    /// Waits a little for anything to come, and tells how much has by then.
    pub(super) fn settle(&mut self) -> usize {
        let socket = Some((&self.socket as &dyn std::os::fd::AsFd, Interest::Readable));
        // What fails here fails again where it matters.
        if let Ok(Readiness::Ready) = wait_ready(socket, &[self.task.interrupt.wake()], Instant::now() + SETTLING) {
            let _ = self.read();
        }
        self.received.len()
    }

    /// Whether nothing can be sent any more.
    pub(super) fn is_reset(&self) -> bool {
        self.gone == Some(Gone::Reset)
    }

    /// Where the last whole message ends in what came.
    pub(super) fn whole(&self) -> usize {
        self.whole
    }

    /// What came; where all messages are whole, without what stands behind the last of them by now, and how much that is: one answer more
    /// than was asked for.
    pub(super) fn into_received(mut self, is_complete: bool) -> (Vec<u8>, usize) {
        if !is_complete {
            return (self.received, 0);
        }
        let _ = self.read();
        let surplus = self.received.len() - self.whole;
        self.received.truncate(self.whole);
        (self.received, surplus)
    }

    /// Ends the stream that is sent.
    pub(super) fn shut_down(&self) {
        // Where the other end is gone there is nothing to end.
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// Reads and drops what comes, until the other end is gone or somebody wishes to stop.
    pub(super) fn drain(&mut self) {
        // Asked each time: what comes may never end.
        while self.task.interrupt.signal().is_none() {
            match self.read_into_buffer() {
                Ok(1..) => continue,
                Ok(0) if self.gone.is_none() => {}
                _ => return,
            }
            let socket = Some((&self.socket as &dyn std::os::fd::AsFd, Interest::Readable));
            if !matches!(wait_ready(socket, &[self.task.interrupt.wake()], Instant::now() + LONG), Ok(Readiness::Ready)) {
                return;
            }
        }
    }

    /// Closes by RST: there is nothing more to be said.
    pub(super) fn reset(self) {
        let _ = socket2::SockRef::from(&self.socket).set_linger(Some(Duration::ZERO));
    }
}

fn is_broken(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::script::{Closing, Message};
    use std::net::TcpListener;

    /// What still comes does not keep netlab from stopping.
    #[test]
    fn the_wish_to_stop_goes_before_bytes_that_come() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(target).unwrap();
        let (socket, _) = listener.accept().unwrap();
        let watched = socket.try_clone().unwrap();
        client.write_all(b"more").unwrap();
        assert!(watched.peek(&mut [0; 4]).unwrap() > 0, "they have come");
        socket.set_nonblocking(true).unwrap();
        let limits = Limits { timeout: LONG, confirm: LONG, max_answer: 100, max_cuts: 1 };
        let messages = vec![Message { bytes: b"answer".to_vec(), until: Until::Nothing }];
        let script = Script { target, messages, limits, closing: Closing::Fin };
        let (split, interrupt, mut worker) = (Split::none(), Interrupt::new().unwrap(), Worker::new());
        let task = Task { script: &script, stream: b"answer", split: &split, interrupt: &interrupt, on_sent: &|| () };
        let mut connection = Connection::new(task, &mut worker, socket, End::Server);
        interrupt.trigger(2);
        connection.drain();
        assert!(watched.peek(&mut [0; 4]).unwrap() > 0, "they were not read");
    }
}
