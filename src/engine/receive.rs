//! recv(2), recvfrom(2) and, for datagrams, recvmsg(2).

use super::actor::{About, Actor, Now, entry};
use super::board::Cut;
use super::live::Live;
use super::wait::{Ended, blocking};
use crate::scenario::{Flag, SocketKind};
use crate::sys::{self, Interest, Readiness};
use crate::trace::{Address, CallFlags, CallKind, CallOutcome};

/// What one read gave.
struct Read {
    returned: usize,
    truncated: bool,
    from: Option<Address>,
}

impl Actor<'_> {
    /// recv(2) or recvfrom(2), once.
    pub(super) fn recv(&mut self, now: Now<'_>, slot: usize, size: usize, flags: &[Flag], from: bool) -> CallOutcome {
        let kind = if from { CallKind::RecvFrom } else { CallKind::Recv };
        if self.buffer.len() < size {
            self.buffer.resize(size, 0);
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let outcome = self.recv_into(now, slot, kind, &mut buffer[..size], flags);
        self.buffer = buffer;
        outcome
    }

    fn recv_into(&mut self, now: Now<'_>, slot: usize, kind: CallKind, buffer: &mut [u8], flags: &[Flag]) -> CallOutcome {
        let start = self.run.clock.now_ns();
        let (result, waited, record) = match self.live(slot, kind) {
            Ok(live) => {
                let (result, waited) = self.read(now, live, self.plan.sockets[slot].kind, buffer, flags);
                (result, waited, live.record)
            }
            Err(ended) => return self.refuse(now, kind, ended),
        };
        let end = self.run.clock.now_ns();
        let mut call_flags: CallFlags = flags.iter().copied().collect();
        if waited {
            call_flags = call_flags.with(CallFlags::WAITED);
        }
        let (outcome, data, from) = match result {
            Ok(read) => {
                if read.truncated {
                    call_flags = call_flags.with(CallFlags::TRUNCATED);
                }
                let data = &buffer[..read.returned.min(buffer.len())];
                (CallOutcome::Returned(u32::try_from(read.returned).unwrap_or(u32::MAX)), data, read.from)
            }
            Err(ended) => (ended.outcome(), &buffer[..0], None),
        };
        let takes = !flags.contains(&Flag::Peek) && !flags.contains(&Flag::Oob);
        if takes && self.records[record].kind.is_stream() {
            self.records[record].received.update(data);
        }
        let about = About { record: Some(record), asked: buffer.len(), flags: call_flags, ..About::default() };
        self.log.push(&entry(now, kind, about, start, end, outcome), data, from);
        outcome
    }

    fn read(&self, now: Now<'_>, live: &Live, kind: SocketKind, buffer: &mut [u8], flags: &[Flag]) -> (Result<Read, Ended>, bool) {
        if let Some(errno) = live.pending.take() {
            return (Err(Ended::Failed(errno)), false);
        }
        let socket = &live.socket;
        let whole = flags.contains(&Flag::Waitall) && kind.is_stream();
        let mut done = 0;
        let once = |buffer: &mut [u8]| {
            if kind.is_stream() {
                let returned = sys::receive(socket, buffer, flags, true)?;
                return Ok(Read { returned, truncated: false, from: None });
            }
            let message = sys::receive_message(socket, buffer, flags, true)?;
            Ok(Read { returned: message.returned, truncated: message.truncated, from: message.from })
        };
        if live.nonblocking || flags.contains(&Flag::Dontwait) {
            return (once(buffer).map_err(Ended::from), false);
        }
        let interest = if flags.contains(&Flag::Oob) { Interest::Urgent } else { Interest::Readable };
        if whole && flags.contains(&Flag::Peek) {
            // Nothing is taken, so the bytes cannot be put together piece by piece: they must all be there at once.
            let wanted = buffer.len() as u64;
            let waits = live.queued().is_some_and(|queued| queued < wanted);
            let queued = sys::wait_queued(socket, wanted, self.run.board.release(), now.deadline);
            return match queued {
                Ok((Readiness::Ready, _)) => (once(buffer).map_err(Ended::from), waits),
                Ok((Readiness::TimedOut, _)) => (Err(Ended::Cut(Cut::TimedOut)), true),
                Ok((Readiness::Woken, _)) => (Err(Ended::Cut(Cut::Released)), true),
                Err(error) => (Err(error.into()), false),
            };
        }
        let (result, waited) = blocking(socket, interest, &self.run.board, now.deadline, || {
            if !whole {
                return once(buffer);
            }
            // MSG_WAITALL: until the buffer is full, the stream ends or there is an error (man 2 recv).
            loop {
                let read = once(&mut buffer[done..])?;
                done += read.returned;
                if read.returned == 0 || done == buffer.len() {
                    return Ok(Read { returned: done, ..read });
                }
            }
        });
        match result {
            Err(ended) if done > 0 => {
                live.keep_pending(ended);
                (Ok(Read { returned: done, truncated: false, from: None }), waited)
            }
            result => (result, waited),
        }
    }
}
