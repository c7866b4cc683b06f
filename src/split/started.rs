//! A server that netlab started, and starts again when it ends under a split: that it does is what the split has shown.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use super::baseline::Baseline;
use super::cut::Split;
use super::exchange::{AnswerEnd, Caller, Exchange, Said, Trial};
use super::model::{SplitRow, UnderTest};
use super::save;
use super::script::Script;
use super::subject::Subject;
use crate::engine::Interrupt;
use crate::program::{Command, Ended, Program};
use crate::trace::escape_lines;

/// How often it is started again, of all splits together.
const MOST_STARTS: u32 = 200;
/// How long a server that closed a connection may take to end. The kernel closes what a process has open before it tells that it ended.
const ENDING: Duration = Duration::from_millis(50);
/// How long it may take behind the last answer of all.
const LAST_ENDING: Duration = Duration::from_millis(20);
/// So often in a row it is waited for in vain; then it is only looked at.
const PATIENCE: u32 = 3;
/// The last of its output that is kept of one split, in bytes.
const MOST_OUTPUT: usize = 4 * 1024;

/// A server under test that netlab has started.
pub struct Started {
    script: Script,
    command: Command,
    ready: Duration,
    /// Shared by those who ask it; whoever must know what ended it has it alone.
    turns: RwLock<()>,
    server: Mutex<Server>,
}

struct Server {
    program: Program,
    starts: u32,
    /// The last split that was answered.
    answered: Option<String>,
    /// Whether how it ended is in a row, or in `ends`.
    is_told: bool,
    ends: Vec<EndedBehind>,
}

/// A server that ended by itself where nobody waited for anything from it any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedBehind {
    /// The last that had been answered: a split, or [`Split::none`]. Where several are at it, it may have been another.
    pub split: Option<String>,
    /// How it ended.
    pub how: String,
    /// The last of what it said, escaped line by line.
    pub said: String,
}

impl Server {
    /// Keeps how it ended, if it did by itself, and not in the way of a program that has done its work; behind which split, as far as that is known.
    fn note_end(&mut self, split: Option<String>) {
        let Some(ended @ (Ended::Signal(_) | Ended::Code(1..) | Ended::Code(..=-1))) = self.program.ended() else { return };
        if !std::mem::replace(&mut self.is_told, true) {
            self.program.stop();
            self.ends.push(EndedBehind { split, how: ended.to_string(), said: escape_lines(&last_words(&self.program)) });
        }
    }
}

/// The last of what a program said.
fn last_words(program: &Program) -> Vec<u8> {
    let output = program.output();
    output[output.len().saturating_sub(MOST_OUTPUT)..].to_vec()
}

impl Started {
    /// A program that accepts at the script's target. `ready`: the longest until it does, when it is started again.
    pub fn new(script: Script, command: Command, program: Program, ready: Duration) -> Self {
        Self {
            script,
            command,
            ready,
            turns: RwLock::default(),
            server: Mutex::new(Server { program, starts: 0, answered: None, is_told: false, ends: Vec::new() }),
        }
    }

    fn alone(&self) -> (RwLockWriteGuard<'_, ()>, MutexGuard<'_, Server>) {
        let turn = self.turns.write().unwrap_or_else(PoisonError::into_inner);
        (turn, self.server())
    }

    fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts it again where it has ended.
    fn revive(&self, server: &mut Server, interrupt: &Interrupt) -> Result<(), String> {
        if server.program.ended().is_none() {
            return Ok(());
        }
        if server.starts >= MOST_STARTS {
            return Err(format!("the server has ended {} times, and is not started again", MOST_STARTS + 1));
        }
        server.starts += 1;
        let is_stopped = || interrupt.signal().is_some();
        server.is_told = false;
        server.program = Program::start_again(&self.command, self.script.target, self.ready, &is_stopped)
            .map_err(|error| format!("the server cannot be started again: it {error}"))?;
        Ok(())
    }
}

/// Asks a server that may end.
struct Asker<'s> {
    started: &'s Started,
    caller: Caller<'s>,
    interrupt: &'s Interrupt,
    /// How often in a row it was waited in vain for a server that closed to end.
    in_vain: u32,
}

impl Asker<'_> {
    /// Whether the server has ended since it was started for the so-manieth time, or does so now.
    fn has_ended(&mut self, end: &AnswerEnd, starts: u32) -> bool {
        // Some servers close after each answer, and live.
        let limit = if *end == AnswerEnd::Refused || self.in_vain < PATIENCE { ENDING } else { Duration::ZERO };
        let (_turn, mut server) = self.started.alone();
        let has_ended = server.starts != starts || server.program.ended_within(limit).is_some();
        self.in_vain = if has_ended { 0 } else { self.in_vain.saturating_add(1) };
        has_ended
    }

    /// Asks while nobody else does: if the server ends now, it is by this split. It has ended once already, before this split or by it.
    fn call_alone(&mut self, split: &Split, is_before: bool) -> Exchange {
        let (_turn, mut server) = self.started.alone();
        let ends = server.ends.len();
        let last = server.answered.clone().unwrap_or_else(|| split.name.clone());
        server.note_end(Some(last));
        let mut exchange = Exchange::new();
        if let Err(reason) = self.started.revive(&mut server, self.interrupt) {
            exchange.end = if self.interrupt.signal().is_some() { AnswerEnd::Interrupted } else { AnswerEnd::Failed(reason) };
            return exchange;
        }
        exchange = self.caller.call(split);
        if may_have_ended(&exchange.end)
            && let Some(ended) = server.program.ended_within(ENDING)
        {
            server.program.stop();
            exchange.said = Some(Said::Server(last_words(&server.program)));
            exchange.end = AnswerEnd::ServerEnded(ended.to_string());
            server.is_told = true;
            if !is_before {
                server.ends.truncate(ends);
            }
        }
        exchange
    }
}

impl Trial for Asker<'_> {
    fn call(&mut self, split: &Split) -> Exchange {
        let (exchange, starts) = {
            let _turn = self.started.turns.read().unwrap_or_else(PoisonError::into_inner);
            let starts = self.started.server().starts;
            (self.caller.call(split), starts)
        };
        if !may_have_ended(&exchange.end) {
            self.started.server().answered = Some(split.name.clone());
            return exchange;
        }
        // Where several are at it, somebody else's split may have ended it.
        let is_before = exchange.end == AnswerEnd::Refused;
        if self.has_ended(&exchange.end, starts) { self.call_alone(split, is_before) } else { exchange }
    }

    fn call_patiently(&mut self) -> Exchange {
        self.caller.is_patient = true;
        let exchange = self.call(&Split::none());
        self.caller.is_patient = false;
        exchange
    }

    fn restart(&mut self) -> bool {
        let (_turn, mut server) = self.started.alone();
        server.program.kill();
        server.is_told = true;
        self.started.revive(&mut server, self.interrupt).is_ok()
    }

    fn starts(&self) -> u32 {
        self.started.server().starts
    }
}

/// Whether a server that ends could be the reason.
fn may_have_ended(end: &AnswerEnd) -> bool {
    matches!(end, AnswerEnd::Closed | AnswerEnd::Reset | AnswerEnd::Refused | AnswerEnd::Malformed(_))
}

impl Subject for Started {
    fn under_test(&self) -> UnderTest {
        UnderTest::Server
    }

    fn script(&self) -> &Script {
        &self.script
    }

    fn scenario(&self, split: &Split, row: &SplitRow, baseline: &Baseline) -> String {
        save::of_server(&self.script, Some(&self.command.to_string()), split, row, baseline)
    }

    fn trial<'s>(&'s self, stream: &'s [u8], interrupt: &'s Interrupt) -> Box<dyn Trial + 's> {
        Box::new(Asker { started: self, caller: Caller::new(&self.script, stream, interrupt), interrupt, in_vain: 0 })
    }

    fn is_over(&self) -> bool {
        let (_turn, mut server) = self.alone();
        server.starts >= MOST_STARTS && server.program.ended().is_some()
    }

    fn ended_behind(&self) -> Vec<EndedBehind> {
        let (_turn, mut server) = self.alone();
        server.program.ended_within(LAST_ENDING);
        let answered = server.answered.clone();
        server.note_end(answered);
        server.ends.clone()
    }

    fn finish(&self) -> Option<String> {
        let (_turn, mut server) = self.alone();
        let ended = server.program.stop();
        let output = escape_lines(&server.program.output());
        Some(if ended == Ended::Stopped { output } else { format!("{output}(it {ended})") })
    }
}
