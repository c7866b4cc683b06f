//! One run of a client under test: a listener of its own, the client that is told where it is, every connection served alike, and how the
//! client ended.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::client::{Client, Judged};
use super::connection::{Task, Worker};
use super::cut::Split;
use super::exchange::{AnswerEnd, Exchange, Said, Trial};
use super::serve::serve;
use super::tally::Tally;
use crate::engine::Interrupt;
use crate::program::{Ended, Program, Stdout};
use crate::sys::{Interest, Readiness, wait_any, wait_ready};

/// The most connections of a client that are served at once. The others wait in the listener's queue, so a client that opens more of them before
/// it closes one cannot be tested; where it comes to nothing by that, that is said, and no verdict given.
const MOST_AT_ONCE: usize = 64;
/// How long is waited at once where nothing wakes: while all places are taken, and where the kernel has no pidfd.
const SLICE: Duration = Duration::from_millis(2);
/// What a wait for connections ends with when the client has ended, and its connections do not: somebody else has them.
const OVER: i32 = 1;
/// The last bytes of standard output, and of standard error, that are shown.
const MOST_SHOWN: usize = 64 * 1024;

/// Runs a client again and again.
pub(super) struct Host<'s> {
    client: &'s Client,
    stream: &'s [u8],
    interrupt: &'s Interrupt,
    /// Those that are idle. They know from earlier runs whether the client peeks.
    workers: Mutex<Vec<Worker>>,
}

impl<'s> Host<'s> {
    pub(super) fn new(client: &'s Client, stream: &'s [u8], interrupt: &'s Interrupt) -> Self {
        Self { client, stream, interrupt, workers: Mutex::default() }
    }

    /// Starts the client, serves it until it has ended, and tells how it did, and what it said.
    fn run(&self, split: &Split, tally: &Tally) -> Result<(AnswerEnd, Program), String> {
        let failed = |what: &'static str| move |error: io::Error| format!("{what}: {error}");
        let script = &self.client.script;
        let listener = TcpListener::bind(script.target).map_err(failed("bind"))?;
        listener.set_nonblocking(true).map_err(failed("fcntl"))?;
        let address = listener.local_addr().map_err(failed("getsockname"))?;
        let over = Interrupt::new().map_err(failed("pipe"))?;
        let command = &self.client.command;
        let mut program = Program::start_apart(command, Some(address), script.limits.max_answer)
            .map_err(|error| format!("cannot start `{command}`: {error}"))?;
        let serve_one = |socket: TcpStream, number: u64| {
            let on_sent = || tally.progress(number);
            let task = Task { script, stream: self.stream, split, interrupt: &over, on_sent: &on_sent };
            let mut worker = lock(&self.workers).pop().unwrap_or_else(Worker::new);
            serve(task, &mut worker, socket, self.client.hang_up, tally, number);
            lock(&self.workers).push(worker);
            tally.end();
        };
        let end = std::thread::scope(|scope| {
            let end = self.attend(&listener, &mut program, tally, |socket| {
                let number = tally.begin();
                let thread = std::thread::Builder::new().name("split connection".to_owned());
                let started = thread.spawn_scoped(scope, move || serve_one(socket, number));
                started.map(drop).inspect_err(|_| tally.end())
            });
            // The kernel has closed what the client had open, and that ends what was under way.
            tally.wait_idle(script.limits.confirm);
            over.trigger(OVER);
            end
        });
        let end = end?;
        // Its last words may still be on their way.
        program.stop();
        Ok((end, program))
    }

    /// Accepts connections until the client has ended, or its time has.
    fn attend(
        &self,
        listener: &TcpListener,
        program: &mut Program,
        tally: &Tally,
        mut begin: impl FnMut(TcpStream) -> io::Result<()>,
    ) -> Result<AnswerEnd, String> {
        let ending = program.ending();
        loop {
            // Asked before the queue is emptied: what it connected to before it ended is in there.
            let ended = program.ended();
            while tally.active() < MOST_AT_ONCE
                && let Some(socket) = accept(listener).map_err(|error| format!("accept: {error}"))?
            {
                begin(socket).map_err(|error| format!("cannot start a thread: {error}"))?;
            }
            if let Some(ended) = ended {
                return Ok(match ended {
                    ended if tally.connections() == 0 => AnswerEnd::NeverConnected(format!("it {ended}")),
                    Ended::Code(code) => AnswerEnd::Exited(code),
                    Ended::Signal(signal) => AnswerEnd::Killed(signal),
                    Ended::Stopped => AnswerEnd::NotEnded,
                });
            }
            let deadline = tally.deadline(self.client.ready, self.client.script.limits.timeout);
            if Instant::now() >= deadline {
                let is_held = tally.active() >= MOST_AT_ONCE && is_waited_for(listener);
                tally.stop();
                program.stop();
                if is_held {
                    return Ok(AnswerEnd::Failed(format!(
                        "the client did not end in time: it had {MOST_AT_ONCE} connections open, which is as many as netlab serves at once, and \
                         more of them waited; a client that keeps fewer open can be tested"
                    )));
                }
                let has_connected = tally.connections() > 0;
                return Ok(if has_connected { AnswerEnd::NotEnded } else { AnswerEnd::NeverConnected("it went on in vain".to_owned()) });
            }
            let is_full = tally.active() >= MOST_AT_ONCE;
            let mut waited: Vec<(&dyn AsFd, Interest)> = Vec::with_capacity(2);
            waited.extend(ending.as_ref().map(|ending| (ending as &dyn AsFd, Interest::Readable)));
            waited.extend((!is_full).then_some((listener as &dyn AsFd, Interest::Readable)));
            let until = if is_full || ending.is_none() { (Instant::now() + SLICE).min(deadline) } else { deadline };
            match wait_any(&waited, &[self.interrupt.wake()], until) {
                Ok((Readiness::Woken, _)) => {
                    program.kill();
                    return Ok(AnswerEnd::Interrupted);
                }
                Ok(_) => {}
                Err(error) => return Err(format!("poll: {error}")),
            }
        }
    }
}

/// Whether there is a connection in the queue.
fn is_waited_for(listener: &TcpListener) -> bool {
    matches!(wait_ready(Some((listener, Interest::Readable)), &[], Instant::now()), Ok(Readiness::Ready))
}

/// A connection out of the queue.
fn accept(listener: &TcpListener) -> io::Result<Option<TcpStream>> {
    loop {
        match listener.accept() {
            Ok((socket, _)) => {
                socket.set_nodelay(true)?;
                socket.set_nonblocking(true)?;
                return Ok(Some(socket));
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        }
    }
}

impl Trial for Host<'_> {
    fn call(&mut self, split: &Split) -> Exchange {
        let start = Instant::now();
        let mut exchange = Exchange::new();
        let tally = Tally::new();
        if self.interrupt.signal().is_some() {
            exchange.end = AnswerEnd::Interrupted;
            return exchange;
        }
        match self.run(split, &tally) {
            Ok((end, program)) => {
                let stdout = program.stdout();
                let is_cut = matches!(stdout, Stdout::Cut { .. });
                let stdout = stdout.into_first();
                tally.fill(&mut exchange);
                exchange.said = Some(Said::Client { stdout: program.last_of_stdout(), stderr: last(&program.stderr()) });
                exchange.end = end;
                if self.client.judged == Judged::Output {
                    if is_cut && matches!(exchange.end, AnswerEnd::Exited(_) | AnswerEnd::Killed(_) | AnswerEnd::NotEnded) {
                        exchange.end = AnswerEnd::TooLong;
                    }
                    exchange.answer = stdout;
                }
            }
            Err(reason) => exchange.end = AnswerEnd::Failed(reason),
        }
        exchange.took = start.elapsed();
        exchange
    }
}

/// As much of it as is shown.
fn last(bytes: &[u8]) -> Vec<u8> {
    bytes[bytes.len().saturating_sub(MOST_SHOWN)..].to_vec()
}

fn lock(workers: &Mutex<Vec<Worker>>) -> MutexGuard<'_, Vec<Worker>> {
    workers.lock().unwrap_or_else(PoisonError::into_inner)
}
