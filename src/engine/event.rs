//! Waits for what the kernel tells of a socket.

use super::actor::{About, Actor, Now};
use super::wait::{Ended, until_ready};
use crate::plan::ReadyEvent;
use crate::sys::{self, Interest, Readiness};
use crate::trace::{CallKind, CallOutcome};

impl Actor<'_> {
    pub(super) fn wait_readable(&mut self, now: Now<'_>, slot: usize, bytes: u64) -> CallOutcome {
        let start = self.run.clock.now_ns();
        let (result, record) = match self.live(slot, CallKind::WaitReadable) {
            Ok(live) => (sys::wait_queued(&live.socket, bytes, self.run.board.release(), now.deadline), live.record),
            Err(ended) => return self.refuse(now, CallKind::WaitReadable, ended),
        };
        let outcome = match result {
            Ok((Readiness::Ready, queued)) => CallOutcome::Returned(u32::try_from(queued).unwrap_or(u32::MAX)),
            Ok((Readiness::TimedOut, _)) => CallOutcome::TimedOut,
            Ok((Readiness::Woken, _)) => CallOutcome::Released,
            Err(error) => Ended::from(error).outcome(),
        };
        let about = About { record: Some(record), asked: usize::try_from(bytes).unwrap_or(usize::MAX), ..About::default() };
        self.push(now, CallKind::WaitReadable, about, start, outcome, None)
    }

    pub(super) fn wait_ready(&mut self, now: Now<'_>, slot: usize, event: ReadyEvent) -> CallOutcome {
        let (kind, interest) = match event {
            ReadyEvent::Writable => (CallKind::WaitWritable, Interest::Writable),
            ReadyEvent::Acceptable => (CallKind::WaitAcceptable, Interest::Readable),
            ReadyEvent::Error => (CallKind::WaitError, Interest::Error),
        };
        let start = self.run.clock.now_ns();
        let (result, record) = match self.live(slot, kind) {
            Ok(live) => (until_ready(&live.socket, interest, &self.run.board, now.deadline), live.record),
            Err(ended) => return self.refuse(now, kind, ended),
        };
        if let (Ok(()), Some(live)) = (&result, &self.slots[slot]) {
            self.records[record].learn_addresses(&live.socket);
        }
        let outcome = result.map_or_else(Ended::outcome, |()| CallOutcome::Returned(0));
        self.push(now, kind, About { record: Some(record), ..About::default() }, start, outcome, None)
    }
}
