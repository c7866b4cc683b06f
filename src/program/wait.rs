//! Waiting for the end of a program.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Ended, Program};

/// How often it is looked whether a program has ended, where the kernel has no pidfd.
const SLICE: Duration = Duration::from_millis(2);

/// What a wait for the end of a program came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// It has ended.
    Ended(Ended),
    /// One of the others is readable: the first that is, by its place.
    Ready(usize),
    /// Neither, and the time is over.
    TimedOut,
}

impl Program {
    /// Waits until it has ended, until one of `others` is readable, or until the deadline has passed.
    ///
    /// # Errors
    /// Those of poll(2).
    pub fn wait(&mut self, deadline: Instant, others: &[&dyn AsFd]) -> io::Result<Waited> {
        loop {
            if let Some(ended) = self.ended() {
                return Ok(Waited::Ended(ended));
            }
            if let Some(ready) = self.poll(deadline, others)? {
                return Ok(Waited::Ready(ready));
            }
            if Instant::now() >= deadline {
                return Ok(self.ended().map_or(Waited::TimedOut, Waited::Ended));
            }
        }
    }

    /// How it ended, if it does so within a time.
    pub fn ended_within(&mut self, limit: Duration) -> Option<Ended> {
        match self.wait(Instant::now() + limit, &[]) {
            Ok(Waited::Ended(ended)) => Some(ended),
            Ok(Waited::Ready(_) | Waited::TimedOut) | Err(_) => None,
        }
    }

    /// Waits until it may have ended, or the deadline has passed, or gives the first of `others` that is readable. Takes no note of its end.
    pub(super) fn poll(&self, deadline: Instant, others: &[&dyn AsFd]) -> io::Result<Option<usize>> {
        let until = if self.ending.is_some() { deadline } else { deadline.min(Instant::now() + SLICE) };
        let mut fds: Vec<PollFd<'_>> = others.iter().map(|other| PollFd::from_borrowed_fd(other.as_fd(), PollFlags::IN)).collect();
        fds.extend(self.ending.as_ref().map(|ending| PollFd::new(ending, PollFlags::IN)));
        loop {
            let left = Timespec::try_from(until.saturating_duration_since(Instant::now())).ok();
            match poll(&mut fds, left.as_ref()) {
                Ok(_) => return Ok(fds[..others.len()].iter().position(|fd| !fd.revents().is_empty())),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_wait_tells_what_ended_it() {
        let far = || Instant::now() + Duration::from_secs(60);
        let (silent, _silent_writer) = io::pipe().unwrap();
        let (reader, mut writer) = io::pipe().unwrap();
        let mut program = Program::start(&"sh -c 'kill -s STOP $$; exit 3'".parse().unwrap(), None).unwrap();
        assert_eq!(program.wait(Instant::now(), &[&silent, &reader]).unwrap(), Waited::TimedOut);
        writer.write_all(b"!").unwrap();
        assert_eq!(program.wait(far(), &[&silent, &reader]).unwrap(), Waited::Ready(1));
        // It has stopped itself, or is about to: it is let go on until it has ended.
        let ended = loop {
            program.signal(rustix::process::Signal::CONT);
            if let Some(ended) = program.ended_within(Duration::from_millis(1)) {
                break ended;
            }
        };
        assert_eq!(ended, Ended::Code(3));
        assert_eq!(program.wait(far(), &[&reader]).unwrap(), Waited::Ended(Ended::Code(3)), "said again");
    }

    #[test]
    fn without_a_pidfd_it_is_looked_at_again_and_again() {
        let mut program = Program::start(&"sh -c 'exit 3'".parse().unwrap(), None).unwrap();
        program.ending = None;
        assert_eq!(program.wait(Instant::now() + Duration::from_secs(60), &[]).unwrap(), Waited::Ended(Ended::Code(3)));
    }
}
