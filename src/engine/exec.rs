//! Programs that a scenario starts: real servers, whatever they are written in.

use std::io;
use std::time::Instant;

use super::actor::{About, Actor, Now, entry};
use super::wait;
use crate::errno::Errno;
use crate::plan::{AddressPart, Told};
use crate::program::{Command, Ended, Program, StartError, Stdout, Waited};
use crate::trace::{Address, CallKind, CallOutcome, PREFIX_CAP, ProgramEnd, ProgramTrace, escape_lines};

/// The last of a program's output that is kept in the trace, in bytes.
const MOST_OUTPUT: usize = 8 * 1024;

/// A program of a step; or what is left of it.
pub(super) struct Started {
    step: u32,
    command: String,
    life: Life,
}

enum Life {
    Running(Program),
    Over(Ended, Vec<u8>),
}

impl Actor<'_> {
    /// Starts a program; where it is told a port, waits until it accepts there.
    pub(super) fn exec(&mut self, now: Now<'_>, command: &str, endpoint: Option<usize>, told: &[Told]) -> CallOutcome {
        let start = self.run.clock.now_ns();
        let filled = match self.filled(now, command, told) {
            Ok(filled) => filled,
            Err(ended) => return self.refuse(now, CallKind::Exec, ended),
        };
        let mut keep = |life| self.programs.push(Started { step: now.step.id, command: command.to_owned(), life });
        let board = &self.run.board;
        let limit = now.deadline.saturating_duration_since(Instant::now());
        let started = match (filled.parse::<Command>(), endpoint) {
            (Ok(command), Some(_)) => {
                Program::start_ready(&command, None, limit, &|| board.is_stopped()).map(|(program, address)| (program, Some(address)))
            }
            (Ok(command), None) => Program::start(&command, None).map(|program| (program, None)).map_err(StartError::NotStarted),
            // The scenario was read, so the command is one.
            (Err(_), _) => Err(StartError::NotStarted(std::io::Error::from_raw_os_error(libc::EINVAL))),
        };
        let (outcome, address) = match started {
            Ok((program, address)) => {
                keep(Life::Running(program));
                (CallOutcome::Returned(address.map_or(0, |address| u32::from(address.port()))), address.map(Address::Ip))
            }
            Err(StartError::NotStarted(error) | StartError::NoPort(error)) => (CallOutcome::Failed(Errno::from_io(&error)), None),
            Err(StartError::Ended(ended, output)) => {
                keep(Life::Over(ended, output));
                // What the last connect to it gave.
                (CallOutcome::Failed(Errno::from_io(&std::io::Error::from_raw_os_error(libc::ECONNREFUSED))), None)
            }
            Err(StartError::NotReady(_, output)) => {
                keep(Life::Over(Ended::Stopped, output));
                (CallOutcome::TimedOut, None)
            }
            Err(StartError::Interrupted) => (CallOutcome::Released, None),
        };
        if let (Some(endpoint), Some(address)) = (endpoint, &address) {
            self.publish(endpoint, address, true);
        }
        self.push(now, CallKind::Exec, About::default(), start, outcome, address)
    }

    /// Starts a program and waits until it has ended; gives its exit code, and what it printed.
    pub(super) fn exec_to_end(&mut self, now: Now<'_>, command: &str, told: &[Told]) -> CallOutcome {
        let start = self.run.clock.now_ns();
        let filled = match self.filled(now, command, told) {
            Ok(filled) => filled,
            Err(ended) => return self.refuse(now, CallKind::Exec, ended),
        };
        // The scenario was read, so the command is one.
        let parsed = filled.parse::<Command>().map_err(|_| io::Error::from_raw_os_error(libc::EINVAL));
        let (outcome, stdout) = match parsed.and_then(|parsed| Program::start_apart(&parsed, None, PREFIX_CAP)) {
            Err(error) => (CallOutcome::Failed(Errno::from_io(&error)), Stdout::Whole(Vec::new())),
            Ok(mut program) => {
                let outcome = self.wait_end(now, &mut program);
                // What has not ended is stopped.
                program.stop();
                let stdout = program.stdout();
                self.programs.push(Started { step: now.step.id, command: command.to_owned(), life: Life::Running(program) });
                (outcome, stdout)
            }
        };
        let end_ns = self.run.clock.now_ns();
        let entry = |asked| entry(now, CallKind::Exec, About { asked, ..About::default() }, start, end_ns, outcome);
        match stdout {
            Stdout::Whole(bytes) => self.log.push(&entry(bytes.len()), &bytes, None),
            // The log would keep no more of it either: its beginning, its length and its digest.
            Stdout::Cut { first, count, digest } => {
                self.log.push_digest(&entry(usize::try_from(count).unwrap_or(usize::MAX)), &first, digest);
            }
        }
        outcome
    }

    /// Until a program has ended; of one that a signal ended, gives the exit code that a shell would.
    fn wait_end(&self, now: Now<'_>, program: &mut Program) -> CallOutcome {
        match program.wait(now.deadline, &[self.run.board.release().reader()]) {
            Ok(Waited::Ended(Ended::Code(code))) => CallOutcome::Returned(u32::try_from(code).unwrap_or(u32::MAX)),
            Ok(Waited::Ended(Ended::Signal(signal))) => CallOutcome::Returned(u32::try_from(128 + signal).unwrap_or(u32::MAX)),
            Ok(Waited::Ended(Ended::Stopped) | Waited::Ready(_)) => CallOutcome::Released,
            Ok(Waited::TimedOut) => CallOutcome::TimedOut,
            Err(error) => CallOutcome::Failed(Errno::from_io(&error)),
        }
    }

    /// A command with the addresses of others, once they listen.
    fn filled(&self, now: Now<'_>, command: &str, told: &[Told]) -> Result<String, wait::Ended> {
        told.iter().try_fold(command.to_owned(), |command, told| {
            let address = self.run.board.address(told.endpoint, true, now.deadline)?;
            let Address::Ip(address) = address else { return Err(io::Error::from_raw_os_error(libc::EAFNOSUPPORT).into()) };
            let word = match told.part {
                AddressPart::Port => address.port().to_string(),
                AddressPart::Host => address.ip().to_string(),
                AddressPart::Both => address.to_string(),
            };
            Ok(command.replace(&told.text, &word))
        })
    }
}

impl Started {
    /// Stops it with all that it started, and tells how it ended.
    pub(super) fn into_trace(self) -> ProgramTrace {
        let Self { step, command, life } = self;
        let (ended, output) = match life {
            Life::Running(mut program) => (program.stop(), program.output()),
            Life::Over(ended, output) => (ended, output),
        };
        let ended = match ended {
            Ended::Code(code) => ProgramEnd::Code(code),
            Ended::Signal(signal) => ProgramEnd::Signal(signal),
            Ended::Stopped => ProgramEnd::Stopped,
        };
        let output = escape_lines(&output[output.len().saturating_sub(MOST_OUTPUT)..]);
        ProgramTrace { step, command, ended, output }
    }
}
