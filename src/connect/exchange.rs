//! The third phase: send what was asked for, and see what comes first.
//!
//! A peer may send without end, or never: so much is kept, so long is waited, and nothing is read beyond that.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use memchr::memmem;
use socket2::Socket;

use super::attempts::Limits;
use super::circumstance;
use super::findings::{Call, Exchange, ExchangeEnd, Micros, Received};
use super::settings::{Banner, Settings};
use super::socket::failed;
use crate::sys::{self, Interest, Readiness, wait_ready};
use crate::trace::escape;

/// The connection that is spoken on.
pub(super) struct Line<'r> {
    pub(super) socket: &'r Socket,
    pub(super) to: Option<SocketAddr>,
    pub(super) limits: Limits<'r>,
    /// When it was connected.
    pub(super) connected: Instant,
}

/// Sends, and waits for the first bytes.
pub(super) fn exchange(line: &Line<'_>) -> Exchange {
    let settings = line.limits.settings;
    let until = line.limits.after(settings.timeout);
    let mut heard = Heard { buffer: Vec::new(), first_byte: None };
    let mut sent = None;
    let end = match &settings.send {
        // The datagram was sent to find out whether anybody is there.
        Some(bytes) if settings.udp => {
            sent = Some(bytes.len());
            None
        }
        Some(bytes) => line.send(bytes, until, sent.insert(0)).err(),
        None => None,
    };
    let end = end.unwrap_or_else(|| line.listen(&mut heard, until));
    let is_cut = heard.buffer.len() >= Settings::BANNER_LIMIT && matches!(rustix::io::ioctl_fionread(line.socket), Ok(more) if more > 0);
    Exchange {
        sent,
        first_byte_us: heard.first_byte,
        received: Received::new(&heard.buffer, is_cut),
        took_us: line.connected.elapsed().into(),
        end,
    }
}

/// What came so far.
struct Heard {
    buffer: Vec<u8>,
    first_byte: Option<Micros>,
}

impl Line<'_> {
    /// Sends all bytes, as `sendall` does, and counts them.
    fn send(&self, bytes: &[u8], until: Instant, sent: &mut usize) -> Result<(), ExchangeEnd> {
        while *sent < bytes.len() {
            match self.socket.send_with_flags(&bytes[*sent..], sys::send_flags(&[], true)) {
                Ok(taken) => *sent += taken,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait(Interest::Writable, until)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ExchangeEnd::Failed(failed(Call::Send)(error))),
            }
        }
        Ok(())
    }

    fn listen(&self, heard: &mut Heard, until: Instant) -> ExchangeEnd {
        let is_udp = self.limits.settings.udp;
        let mut chunk = [0; 4096];
        loop {
            let room = (Settings::BANNER_LIMIT - heard.buffer.len()).min(chunk.len());
            match sys::receive(self.socket, &mut chunk[..room], &[], true) {
                Ok(0) if !is_udp && heard.buffer.is_empty() => return ExchangeEnd::Closed,
                Ok(0) if !is_udp => return self.unexpected(),
                Ok(count) => {
                    if !is_udp {
                        // Of UDP the answer is the attempt's own.
                        heard.first_byte.get_or_insert_with(|| self.connected.elapsed().into());
                    }
                    heard.buffer.extend_from_slice(&chunk[..count]);
                    if self.is_answer(&heard.buffer) {
                        return ExchangeEnd::Answered;
                    }
                    if is_udp || heard.buffer.len() >= Settings::BANNER_LIMIT {
                        return self.unexpected();
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => match self.wait(Interest::Readable, until) {
                    Ok(()) => {}
                    Err(end) if end.silence().is_some() && !heard.buffer.is_empty() => return self.unexpected(),
                    Err(end) => return end,
                },
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return ExchangeEnd::Failed(failed(Call::Recv)(error)),
            }
        }
    }

    fn is_answer(&self, bytes: &[u8]) -> bool {
        match &self.limits.settings.banner {
            Banner::Containing(expected) => memmem::find(bytes, expected).is_some(),
            Banner::Any | Banner::Ignored => true,
        }
    }

    fn unexpected(&self) -> ExchangeEnd {
        let expected = if let Banner::Containing(expected) = &self.limits.settings.banner { escape(expected) } else { String::new() };
        ExchangeEnd::Unexpected { expected }
    }

    fn wait(&self, interest: Interest, until: Instant) -> Result<(), ExchangeEnd> {
        match wait_ready(Some((self.socket, interest)), &[self.limits.interrupt.wake()], until) {
            Ok(Readiness::Ready) => Ok(()),
            Ok(Readiness::Woken) => Err(ExchangeEnd::Interrupted),
            Ok(Readiness::TimedOut) => {
                let bound = self.to.filter(|to| sys::is_own(to.ip()));
                let bound = bound.and_then(|to| circumstance::bound_to(to, !self.limits.settings.udp));
                Err(if self.limits.is_over() {
                    ExchangeEnd::Deadline { waited_us: self.connected.elapsed().into(), bound }
                } else {
                    ExchangeEnd::TimedOut { limit_us: self.limits.settings.timeout.into(), bound }
                })
            }
            Err(error) => Err(ExchangeEnd::Failed(failed(Call::Recv)(error))),
        }
    }
}
