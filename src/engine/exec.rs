//! Programs that a scenario starts: real servers, whatever they are written in.

use std::time::Instant;

use super::actor::{About, Actor, Now};
use crate::errno::Errno;
use crate::program::{Command, Ended, Program, StartError};
use crate::trace::{Address, CallKind, CallOutcome, ProgramEnd, ProgramTrace, escape_lines};

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
    pub(super) fn exec(&mut self, now: Now<'_>, command: &str, endpoint: Option<usize>) -> CallOutcome {
        let start = self.run.clock.now_ns();
        let mut keep = |life| self.programs.push(Started { step: now.step.id, command: command.to_owned(), life });
        let board = &self.run.board;
        let limit = now.deadline.saturating_duration_since(Instant::now());
        let started = match (command.parse::<Command>(), endpoint) {
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
