//! The calls that move bytes, and the waits for them.

use std::time::Instant;

use rustix::net::SendFlags;
use xxhash_rust::xxh3::Xxh3Default;

use super::actor::{About, Actor, Now, entry};
use super::board::Cut;
use super::live::Live;
use super::place::to_sockaddr;
use super::wait::{Ended, SLICE, blocking, in_slices, until_ready};
use crate::errno::Errno;
use crate::framing::ReadAhead;
use crate::plan::{Creation, PlannedAddress, ReadyEvent};
use crate::scenario::{Flag, MAX_PAYLOAD, SocketKind};
use crate::sys::{self, Interest, Readiness};
use crate::trace::{Address, CallFlags, CallKind, CallOutcome, PREFIX_CAP};

/// What one read gave.
struct Read {
    returned: usize,
    truncated: bool,
    from: Option<Address>,
}

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
                    let ready =
                        self.live(slot).and_then(|live| until_ready(&live.socket, Interest::Writable, &self.run.board, now.deadline));
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

    /// Whether a step that takes several calls is to end: its time is up, or the run is over.
    fn cut(&self, now: Now<'_>) -> Option<Cut> {
        if self.run.board.is_stopped() {
            return Some(Cut::Released);
        }
        (Instant::now() >= now.deadline).then_some(Cut::TimedOut)
    }

    /// Records that a step ended on a socket without another call.
    fn end_on(&mut self, now: Now<'_>, slot: usize, kind: CallKind, ended: Ended) -> CallOutcome {
        let about = About { record: self.record_of(slot), ..About::default() };
        self.note(now, kind, about, ended.outcome())
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
        let (result, waited, record) = match self.live(slot) {
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
        let (result, waited, record) = match self.live(slot) {
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

    /// recv(2) until exactly that many bytes have come; never asks for more than are missing.
    pub(super) fn recv_exact(&mut self, now: Now<'_>, slot: usize, bytes: usize) -> CallOutcome {
        loop {
            let Some(ahead) = self.ahead(slot) else {
                return self.refuse(now, CallKind::Recv, Ended::Failed(Errno::from_raw(libc::EBADF)));
            };
            if let Some(frame) = ahead.take_exact(bytes) {
                return self.frame(now, slot, bytes, &frame, CallFlags::default());
            }
            let missing = bytes - ahead.len();
            if missing < bytes
                && let Some(cut) = self.cut(now)
            {
                return self.end_on(now, slot, CallKind::Recv, cut.into());
            }
            match self.recv_more(now, slot, missing) {
                CallOutcome::Returned(0) => return self.frame_at_end(now, slot, bytes),
                // All of it by one recv, as it mostly comes: that call says everything, and nothing need be kept.
                whole @ CallOutcome::Returned(count) if count as usize == bytes => return whole,
                CallOutcome::Returned(count) => self.keep_ahead(slot, count),
                ended => return ended,
            }
        }
    }

    /// recv(2) until the token has come.
    pub(super) fn recv_until(&mut self, now: Now<'_>, slot: usize, token: &[u8], size: usize) -> CallOutcome {
        loop {
            let Some(ahead) = self.ahead(slot) else {
                return self.refuse(now, CallKind::Recv, Ended::Failed(Errno::from_raw(libc::EBADF)));
            };
            if let Some(frame) = ahead.take_through(token) {
                return self.frame(now, slot, 0, &frame, CallFlags::default());
            }
            if ahead.len() as u64 > MAX_PAYLOAD {
                return self.end_on(now, slot, CallKind::Frame, Ended::Failed(Errno::from_raw(libc::ENOBUFS)));
            }
            let has_begun = !ahead.is_empty();
            if has_begun && let Some(cut) = self.cut(now) {
                return self.end_on(now, slot, CallKind::Recv, cut.into());
            }
            match self.recv_more(now, slot, size) {
                CallOutcome::Returned(0) => return self.frame_at_end(now, slot, 0),
                CallOutcome::Returned(count) => self.keep_ahead(slot, count),
                ended => return ended,
            }
        }
    }

    /// recv(2) until the end of the stream. However much comes, only its beginning and a digest are kept.
    pub(super) fn recv_to_end(&mut self, now: Now<'_>, slot: usize, size: usize) -> CallOutcome {
        let mut prefix = self.ahead(slot).map(ReadAhead::take_all).unwrap_or_default();
        let mut digest = Xxh3Default::new();
        digest.update(&prefix);
        let mut bytes = prefix.len();
        prefix.truncate(PREFIX_CAP);
        loop {
            if bytes > 0
                && let Some(cut) = self.cut(now)
            {
                return self.end_on(now, slot, CallKind::Recv, cut.into());
            }
            match self.recv_more(now, slot, size) {
                CallOutcome::Returned(0) if bytes == prefix.len() => return self.frame(now, slot, 0, &prefix, CallFlags::ENDED),
                CallOutcome::Returned(0) => {
                    let outcome = CallOutcome::Returned(u32::try_from(bytes).unwrap_or(u32::MAX));
                    let about = About { record: self.record_of(slot), flags: CallFlags::ENDED, ..About::default() };
                    let at = self.run.clock.now_ns();
                    self.log.push_digest(&entry(now, CallKind::Frame, about, at, at, outcome), &prefix, digest.digest());
                    return outcome;
                }
                CallOutcome::Returned(count) => {
                    let piece = &self.buffer[..count as usize];
                    prefix.extend_from_slice(&piece[..piece.len().min(PREFIX_CAP - prefix.len())]);
                    digest.update(piece);
                    bytes += piece.len();
                }
                // What was read is read, whether the end came in time or not.
                ended => return ended,
            }
        }
    }

    fn record_of(&self, slot: usize) -> Option<usize> {
        self.slots[slot].as_ref().map(|live| live.record)
    }

    /// Records what a compound read put together: the bytes that its step is judged by.
    fn frame(&mut self, now: Now<'_>, slot: usize, asked: usize, frame: &[u8], flags: CallFlags) -> CallOutcome {
        let outcome = CallOutcome::Returned(u32::try_from(frame.len()).unwrap_or(u32::MAX));
        let about = About { record: self.record_of(slot), asked, flags, ..About::default() };
        let at = self.run.clock.now_ns();
        self.log.push(&entry(now, CallKind::Frame, about, at, at, outcome), frame, None);
        outcome
    }

    fn frame_at_end(&mut self, now: Now<'_>, slot: usize, asked: usize) -> CallOutcome {
        let rest = self.ahead(slot).map(ReadAhead::take_all).unwrap_or_default();
        self.frame(now, slot, asked, &rest, CallFlags::ENDED)
    }

    fn ahead(&mut self, slot: usize) -> Option<&mut ReadAhead> {
        self.slots[slot].as_mut().map(|live| &mut live.ahead)
    }

    /// One recv(2) of a compound read, whose bytes are then in the buffer. A socket that does not block is waited for.
    fn recv_more(&mut self, now: Now<'_>, slot: usize, size: usize) -> CallOutcome {
        let mut waited = false;
        loop {
            let outcome = self.recv(now, slot, size, &[], false);
            if waited {
                self.log.mark_last(CallFlags::WAITED);
            }
            waited = true;
            if !matches!(outcome, CallOutcome::Failed(errno) if errno.raw() == libc::EAGAIN) {
                return outcome;
            }
            let ready = self.live(slot).and_then(|live| until_ready(&live.socket, Interest::Readable, &self.run.board, now.deadline));
            if let Err(ended) = ready {
                return self.end_on(now, slot, CallKind::Recv, ended);
            }
        }
    }

    /// Keeps the bytes of the last recv for the compound read under way, and for the next one.
    fn keep_ahead(&mut self, slot: usize, count: u32) {
        if let Some(live) = &mut self.slots[slot] {
            live.ahead.push(&self.buffer[..count as usize]);
        }
    }

    pub(super) fn wait_readable(&mut self, now: Now<'_>, slot: usize, bytes: u64) -> CallOutcome {
        let start = self.run.clock.now_ns();
        let (result, record) = match self.live(slot) {
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
        let (result, record) = match self.live(slot) {
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
