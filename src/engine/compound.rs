//! Reads that programs put together from several recv(2): a number of bytes, up to a token, to the end of the stream.

use xxhash_rust::xxh3::Xxh3Default;

use super::actor::{About, Actor, Now, entry, no_socket};
use super::live::Live;
use super::wait::{Ended, until_ready};
use crate::errno::Errno;
use crate::framing::{Codec, Decoded, FrameError, NamedCodec, ReadAhead};
use crate::scenario::MAX_PAYLOAD;
use crate::sys::Interest;
use crate::trace::{CallFlags, CallKind, CallOutcome, PREFIX_CAP};

impl Actor<'_> {
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

    /// recv(2) until a frame of the codec has come. What is no frame gives EBADMSG, and what is wrong with it stands with the call.
    pub(super) fn recv_frame(&mut self, now: Now<'_>, slot: usize, codec: &NamedCodec, size: usize) -> CallOutcome {
        let mut ended = false;
        loop {
            let Some(live) = &mut self.slots[slot] else { return self.refuse(now, CallKind::Recv, no_socket(CallKind::Recv)) };
            match next_frame(live, codec, ended) {
                Some(Ok(frame)) => return self.frame(now, slot, 0, &frame, CallFlags::default()),
                Some(Err(error)) => {
                    let outcome = CallOutcome::Failed(Errno::from_raw(libc::EBADMSG));
                    let about = About { record: self.record_of(slot), ..About::default() };
                    let at = self.run.clock.now_ns();
                    self.log.push(&entry(now, CallKind::Frame, about, at, at, outcome), error.to_string().as_bytes(), None);
                    return outcome;
                }
                None if ended => return self.frame(now, slot, 0, &[], CallFlags::ENDED),
                None => {}
            }
            let has_begun = self.ahead(slot).is_some_and(|ahead| !ahead.is_empty());
            if has_begun && let Some(cut) = self.cut(now) {
                return self.end_on(now, slot, CallKind::Recv, cut.into());
            }
            match self.recv_more(now, slot, size) {
                // Of a datagram socket an empty read is a message, not the end.
                CallOutcome::Returned(0) if self.plan.sockets[slot].kind.is_connection() => ended = true,
                CallOutcome::Returned(count) => {
                    self.keep_ahead(slot, count);
                    if let Some((_, decoder)) = self.slots[slot].as_mut().and_then(|live| live.decoder.as_mut()) {
                        decoder.piece(count as usize);
                    }
                }
                failed => return failed,
            }
        }
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
            let ready = self
                .live(slot, CallKind::Recv)
                .and_then(|live| until_ready(&live.socket, Interest::Readable, &self.run.board, now.deadline));
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
}

/// The next frame in what was read ahead of it; nothing while it has not come whole.
fn next_frame(live: &mut Live, codec: &NamedCodec, ended: bool) -> Option<Result<Vec<u8>, FrameError>> {
    // Another codec than the last: a decoder at the start of what is left, such as after a handshake.
    if live.decoder.as_ref().is_none_or(|(known, _)| known != codec) {
        live.decoder = Some((codec.clone(), Box::new(codec.codec.decoder())));
    }
    let (_, decoder) = live.decoder.as_mut()?;
    loop {
        let (result, used) = match decoder.decode(live.ahead.bytes(), ended) {
            Ok(Decoded::Frame { frame, used }) => (Some(Ok(frame.to_vec())), used),
            Ok(Decoded::Skip { used }) => (None, used),
            Ok(Decoded::More { .. }) => return None,
            Err(fault) => {
                let used = fault.used;
                let offset = live.ahead.taken();
                (Some(Err(FrameError::of(fault, offset))), used)
            }
        };
        live.ahead.take(used);
        if result.is_some() {
            return result;
        }
        if used == 0 {
            return None;
        }
    }
}
