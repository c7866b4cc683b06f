//! send(2) and sendto(2).

use rustix::net::SendFlags;

use super::actor::{About, Actor, Now, entry};
use super::live::Live;
use super::place::to_sockaddr;
use super::wait::{Ended, SLICE, blocking, in_slices, until_ready};
use crate::plan::{Creation, PlannedAddress};
use crate::scenario::{Flag, Sampling, SocketKind};
use crate::sys::{self, Interest};
use crate::trace::{Address, CallFlags, CallKind, CallOutcome};

impl Actor<'_> {
    /// send(2), once; or until everything is accepted.
    pub(super) fn send(&mut self, now: Now<'_>, slot: usize, payload: &[u8], flags: &[Flag], all: bool) -> CallOutcome {
        let mut done = 0;
        loop {
            // A send that blocks takes everything, so a rest is left only when its time was up, the run was over, or there was an
            // error; the last of these is pending, and the next call gives it.
            if done > 0
                && let Some(cut) = self.cut(now)
            {
                return self.end_on(now, slot, CallKind::Send, cut.into());
            }
            let outcome = self.send_once(now, slot, &payload[done..], flags, None);
            match outcome {
                CallOutcome::Returned(count) => done += count as usize,
                CallOutcome::Failed(errno) if all && errno.raw() == libc::EAGAIN => {
                    let ready = self
                        .live(slot, CallKind::Send)
                        .and_then(|live| until_ready(&live.socket, Interest::Writable, &self.run.board, now.deadline));
                    if let Err(ended) = ready {
                        return self.refuse(now, CallKind::WaitWritable, ended);
                    }
                }
                CallOutcome::Failed(_) | CallOutcome::TimedOut | CallOutcome::Released => return outcome,
            }
            if done >= payload.len() || (!all && self.may_be_partial(slot, flags)) {
                return CallOutcome::Returned(u32::try_from(done).unwrap_or(u32::MAX));
            }
        }
    }

    /// Whether a send may take a part only: when it must not block (man 2 send).
    fn may_be_partial(&self, slot: usize, flags: &[Flag]) -> bool {
        flags.contains(&Flag::Dontwait)
            || self.slots[slot].as_ref().is_none_or(|live| live.nonblocking)
            || !self.plan.sockets[slot].kind.is_stream()
    }

    /// One send(2) or sendto(2) as the actor sees it: a blocking one on a stream returns when all is accepted, in as many
    /// kernel calls as that takes.
    fn send_once(&mut self, now: Now<'_>, slot: usize, payload: &[u8], flags: &[Flag], to: Option<&Address>) -> CallOutcome {
        let kind = if to.is_some() { CallKind::SendTo } else { CallKind::Send };
        let start = self.run.clock.now_ns();
        let (result, waited, record) = match self.live(slot, kind) {
            Ok(live) => {
                let (result, waited) = self.send_on(now, live, self.plan.sockets[slot].kind, payload, flags, to);
                (result, waited, live.record)
            }
            Err(ended) => return self.refuse(now, kind, ended),
        };
        let end = self.run.clock.now_ns();
        let (outcome, accepted) = match result {
            Ok(count) => (CallOutcome::Returned(u32::try_from(count).unwrap_or(u32::MAX)), &payload[..count]),
            Err(ended) => (ended.outcome(), &payload[..0]),
        };
        if self.records[record].kind.is_stream() {
            self.records[record].sent.update(accepted);
        }
        let mut call_flags: CallFlags = flags.iter().copied().collect();
        if waited {
            call_flags = call_flags.with(CallFlags::WAITED);
        }
        let about = About { record: Some(record), asked: payload.len(), flags: call_flags, ..About::default() };
        self.log.push(&entry(now, kind, about, start, end, outcome), accepted, to.cloned());
        if self.run.plan.settings.sample == Sampling::Sends {
            self.sample(slot);
        }
        outcome
    }

    fn send_on(
        &self,
        now: Now<'_>,
        live: &Live,
        kind: SocketKind,
        payload: &[u8],
        flags: &[Flag],
        to: Option<&Address>,
    ) -> (Result<usize, Ended>, bool) {
        if let Some(errno) = live.pending.take() {
            return (Err(Ended::Failed(errno)), false);
        }
        let socket = &live.socket;
        let to = match to.map(to_sockaddr).transpose() {
            Ok(to) => to,
            Err(error) => return (Err(error.into()), false),
        };
        let raw = |dont_wait, bytes: &[u8]| {
            let flags = sys::send_flags(flags, dont_wait);
            match &to {
                Some(to) => socket.send_to_with_flags(bytes, to, flags),
                // Not libc's send, which is a cancellation point and pays for that in a program with threads.
                None => Ok(rustix::net::send(socket, bytes, SendFlags::from_bits_retain(flags.cast_unsigned()))?),
            }
        };
        if live.nonblocking || flags.contains(&Flag::Dontwait) {
            return (raw(true, payload).map_err(Ended::from), false);
        }
        if kind == SocketKind::UnixDgram {
            // The sender of a Unix datagram is always writable, even when the receiver's queue is full.
            match raw(true, payload) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                result => return (result.map_err(Ended::from), false),
            }
            if let Err(error) = socket.set_write_timeout(Some(SLICE)) {
                return (Err(error.into()), false);
            }
            return (in_slices(&self.run.board, now.deadline, || raw(false, payload)).0, true);
        }
        let mut done = 0;
        let (result, waited) = blocking(socket, Interest::Writable, &self.run.board, now.deadline, || {
            loop {
                done += raw(true, &payload[done..])?;
                if done >= payload.len() || !kind.is_stream() {
                    return Ok(done);
                }
            }
        });
        // As in the kernel: what was accepted before an error or the time limit counts, and the next call tells the rest.
        match result {
            Err(ended) if done > 0 => {
                live.keep_pending(ended);
                (Ok(done), waited)
            }
            result => (result, waited),
        }
    }

    pub(super) fn send_to(
        &mut self,
        now: Now<'_>,
        slot: usize,
        creation: Creation,
        address: &PlannedAddress,
        payload: &[u8],
        flags: &[Flag],
    ) -> CallOutcome {
        let address = match self.address(now, address) {
            Ok(address) => address,
            Err(ended) => return self.refuse(now, CallKind::SendTo, ended),
        };
        // Within `repeat` the socket of the first round serves them all.
        if creation == Creation::New && self.slots[slot].is_none() {
            let outcome = self.make_socket(now, slot);
            if !matches!(outcome, CallOutcome::Returned(_)) {
                return outcome;
            }
        }
        if let Some(failed) = self.name_unix(now, slot) {
            return failed;
        }
        let outcome = self.send_once(now, slot, payload, flags, Some(&address));
        if let Some(live) = &self.slots[slot] {
            let record = &mut self.records[live.record];
            if record.local.is_none() {
                record.learn_addresses(&live.socket);
            }
        }
        outcome
    }
}
