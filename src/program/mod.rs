//! A program under test: started, waited for, listened to, and stopped with everything it started.
//!
//! It has a process group of its own, so that Ctrl-C on a terminal does not reach it before netlab has ended its run, and so that a
//! signal reaches its children too. When netlab ends in whatever way, even by SIGKILL, a shell that waits for the end of a pipe from netlab
//! ends the group. A process that leaves the group (`setsid`, a daemon) is out of reach: that is how it asked to be.
//!
//! ```no_run
//! use std::time::Duration;
//! use netlab::program::{Command, Program};
//!
//! let command: Command = "./server --port {port}".parse().unwrap();
//! let (mut program, address) = Program::start_ready(&command, None, Duration::from_secs(10), &|| false).unwrap();
//! // ... connect to `address` ...
//! program.stop();
//! ```

mod command;
mod guard;
mod output;
mod ready;
mod wait;

use std::fmt;
use std::io::{self, PipeWriter};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

pub use command::{Command, CommandError, PORT};
use guard::Guard;
use output::Captured;
pub use output::Stdout;
pub use ready::{StartError, free_port};
pub use wait::Waited;

/// How long a program that was asked to end (SIGTERM) may take before it is killed.
const GRACE: Duration = Duration::from_millis(500);
const SIGKILL: i32 = Signal::KILL.as_raw();
const SIGTERM: i32 = Signal::TERM.as_raw();
/// How a program that handles SIGTERM often ends: as a shell would say that the signal ended it.
const TERMINATED: i32 = 128 + SIGTERM;
/// How long what it started may go on writing after it has ended by itself: `tee` behind `exec > >(tee log)`, the end of a pipeline. No
/// longer, since a program in the background may hold the output open for ever.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// How long the end of the output is waited for when the group was killed: a process that left the group may hold it open, too.
const REST: Duration = Duration::from_millis(200);

/// A program that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    /// A pidfd, where the kernel has them: readable once it has ended.
    ending: Option<OwnedFd>,
    guard: Option<Guard>,
    /// Its standard error, and its standard output too unless that is kept apart.
    output: Captured,
    stdout: Option<Captured>,
    ended: Option<Ended>,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With an exit code, by itself.
    Code(i32),
    /// By a signal that netlab did not send.
    Signal(i32),
    /// By netlab, at the end.
    Stopped,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "ended with exit code {code}"),
            Self::Signal(signal) => write!(f, "was ended by signal {signal}"),
            Self::Stopped => f.write_str("was stopped"),
        }
    }
}

impl Ended {
    fn of(status: ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt;
        status.code().map_or_else(|| Self::Signal(status.signal().unwrap_or(0)), Self::Code)
    }
}

impl Program {
    /// Starts a program, `{port}`, `{host}` and `{address}` in its words replaced where an address is given.
    ///
    /// # Errors
    /// What kept it from being started: ENOENT, EACCES, ...
    pub fn start(command: &Command, address: Option<SocketAddr>) -> io::Result<Self> {
        let (output, stdout, stderr) = Captured::open()?;
        Self::spawn(command, address, (output, None), (stdout, stderr))
    }

    /// Starts a program and keeps the first bytes of its standard output, so many, apart from its standard error.
    ///
    /// # Errors
    /// What kept it from being started: ENOENT, EACCES, ...
    pub fn start_apart(command: &Command, address: Option<SocketAddr>, most: usize) -> io::Result<Self> {
        let (kept, stdout) = Captured::first(most)?;
        let (output, stderr) = Captured::last()?;
        Self::spawn(command, address, (output, Some(kept)), (stdout, stderr))
    }

    fn spawn(
        command: &Command,
        address: Option<SocketAddr>,
        (output, stdout): (Captured, Option<Captured>),
        (out, err): (PipeWriter, PipeWriter),
    ) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        let guard = Guard::start()?;
        let words = command.words(address);
        let child = std::process::Command::new(&words[0])
            .args(&words[1..])
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .process_group(guard.group())
            .spawn()?;
        Ok(Self { ending: pidfd(&child), child, guard: Some(guard), output, stdout, ended: None })
    }

    /// The last 64 KiB that it wrote on its standard output and error; where they are kept apart, the last of each, the one behind the
    /// other.
    pub fn output(&self) -> Vec<u8> {
        let mut output = self.last_of_stdout();
        output.extend(self.stderr());
        output
    }

    /// The last 64 KiB that it wrote on its standard error, where that is kept apart.
    pub fn stderr(&self) -> Vec<u8> {
        self.output.last_bytes()
    }

    /// The last 64 KiB that it wrote on its standard output; nothing where it is not kept apart.
    pub fn last_of_stdout(&self) -> Vec<u8> {
        self.stdout.as_ref().map(Captured::last_bytes).unwrap_or_default()
    }

    /// What it wrote on its standard output, from the beginning; nothing where it is not kept apart.
    pub fn stdout(&self) -> Stdout {
        self.stdout.as_ref().map_or(Stdout::Whole(Vec::new()), Captured::stdout)
    }

    /// What is readable once it has ended: a pidfd, where the kernel has them.
    pub fn ending(&self) -> Option<OwnedFd> {
        pidfd(&self.child)
    }

    /// How it ended, if it has. When that is known, what it started has written its last words, and is gone.
    pub fn ended(&mut self) -> Option<Ended> {
        if self.ended.is_none()
            && let Ok(Some(status)) = self.child.try_wait()
        {
            self.ended = Some(Ended::of(status));
            self.finish(LAST_WORDS);
            self.end_group();
            self.finish(REST);
        }
        self.ended
    }

    /// Ends it and all that it started, first by SIGTERM, then by SIGKILL; tells how it ended.
    pub fn stop(&mut self) -> Ended {
        if let Some(ended) = self.ended() {
            return ended;
        }
        self.signal(Signal::TERM);
        let deadline = Instant::now() + GRACE;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline && self.poll(deadline, &[]).is_ok() {}
        self.kill()
    }

    /// Ends it and all that it started at once, by SIGKILL; tells how it ended.
    pub fn kill(&mut self) -> Ended {
        if let Some(ended) = self.ended {
            return ended;
        }
        self.end_group();
        // It may have been about to end by itself: only what SIGTERM and SIGKILL give is put down to them.
        let ended = match self.child.wait().map(Ended::of) {
            Ok(Ended::Code(0 | TERMINATED)) | Ok(Ended::Signal(SIGKILL | SIGTERM)) | Err(_) => Ended::Stopped,
            Ok(ended) => ended,
        };
        self.ended = Some(ended);
        self.finish(REST);
        ended
    }

    /// Waits until all that it wrote was read, on both pipes, for no longer than this.
    fn finish(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        self.output.finish(deadline);
        self.stdout.iter().for_each(|stdout| stdout.finish(deadline));
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.guard.as_ref().and_then(|guard| Pid::from_raw(guard.group())) {
            // That it is gone is what is wanted.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Kills what is left of the group; then nobody needs to watch it any more.
    fn end_group(&mut self) {
        self.signal(Signal::KILL);
        self.guard = None;
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}

fn pidfd(child: &Child) -> Option<OwnedFd> {
    #[cfg(target_os = "linux")]
    return rustix::process::pidfd_open(Pid::from_child(child), rustix::process::PidfdFlags::empty()).ok();
    #[cfg(not(target_os = "linux"))]
    {
        let _ = child;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(text: &str) -> Command {
        text.parse().unwrap()
    }

    const LONG: Duration = Duration::from_secs(60);

    fn is_there(pid: i32) -> bool {
        rustix::process::test_kill_process(Pid::from_raw(pid).unwrap()).is_ok()
    }

    /// Whoever adopted it has to take note of its end; until then its number is there.
    fn wait_gone(pid: i32) {
        while is_there(pid) && std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z ")) {
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_it_says_and_how_it_ends_is_known() {
        let mut program = Program::start(&command("sh -c 'echo out; echo err >&2; exit 3'"), None).unwrap();
        let ended = program.ended_within(LONG);
        assert_eq!((ended, program.output()), (Some(Ended::Code(3)), b"out\nerr\n".to_vec()));
        assert_eq!(program.stop(), Ended::Code(3), "said again");
    }

    #[test]
    fn its_children_end_with_it() {
        // The shell tells the number of its child, and waits for it.
        let mut program = Program::start(&command("sh -c 'sleep 1000 & echo $!; wait'"), None).unwrap();
        let child = loop {
            let output = String::from_utf8(program.output()).unwrap();
            if let Some(line) = output.strip_suffix('\n') {
                break line.parse::<i32>().unwrap();
            }
            std::thread::yield_now();
        };
        assert!(is_there(child));
        assert_eq!(program.stop(), Ended::Stopped);
        wait_gone(child);
    }

    /// What writes only when the program's number is free, so when its end was taken note of.
    const LATE: &str = "{ while kill -s 0 $$ 2>/dev/null; do :; done; echo late; echo late >&2; }";

    #[test]
    fn what_its_children_write_after_its_end_is_kept() {
        let script = command(&format!("sh -c '{LATE} & echo early; exit 3'"));
        let mut program = Program::start(&script, None).unwrap();
        assert_eq!(program.ended_within(LONG), Some(Ended::Code(3)));
        assert_eq!(program.output(), b"early\nlate\nlate\n");
        let mut program = Program::start_apart(&script, None, 100).unwrap();
        assert_eq!(program.ended_within(LONG), Some(Ended::Code(3)));
        assert_eq!((program.stdout(), program.stderr()), (Stdout::Whole(b"early\nlate\n".to_vec()), b"late\n".to_vec()));
    }

    #[test]
    fn what_holds_the_output_open_is_ended_after_it() {
        let mut program = Program::start(&command("sh -c 'sleep 1000 & echo $!; exit 3'"), None).unwrap();
        assert_eq!(program.ended_within(LONG), Some(Ended::Code(3)));
        wait_gone(String::from_utf8(program.output()).unwrap().trim_end().parse().unwrap());
    }

    #[test]
    fn the_last_of_its_output_is_the_last_of_both() {
        let mut program = Program::start_apart(&command("sh -c 'seq 20000; echo err >&2'"), None, 100).unwrap();
        assert_eq!(program.ended_within(LONG), Some(Ended::Code(0)));
        let output = program.output();
        assert!(output.ends_with(b"\n19999\n20000\nerr\n"), "{}", String::from_utf8_lossy(&output[output.len() - 30..]));
    }

    #[test]
    fn what_cannot_be_started_says_why() {
        let error = Program::start(&command("/no/such/program"), None).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
