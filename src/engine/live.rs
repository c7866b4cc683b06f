//! A socket that is open, and what its trace will say.

use std::cell::Cell;

use socket2::Socket;

use super::place::from_sockaddr;
use super::wait::Ended;
use crate::errno::Errno;
use crate::framing::{Decoder, NamedCodec, ReadAhead};
use crate::scenario::{Sampling, SocketKind, SocketOption};
use crate::sys;
use crate::trace::{Address, Counters, SendSample, Setting, SocketTrace, StreamHasher};

/// What is known of a socket from its making to the end of the run, also after it was closed.
pub(super) struct Record {
    pub(super) name: String,
    pub(super) kind: SocketKind,
    pub(super) listens: bool,
    pub(super) local: Option<Address>,
    pub(super) peer: Option<Address>,
    pub(super) settings: Vec<Setting>,
    pub(super) sent: StreamHasher,
    pub(super) received: StreamHasher,
    pub(super) counters: Counters,
    pub(super) congestion_control: Option<String>,
    pub(super) samples: Vec<SendSample>,
}

impl Record {
    pub(super) fn new(name: &str, kind: SocketKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            listens: false,
            local: None,
            peer: None,
            settings: Vec::new(),
            sent: StreamHasher::default(),
            received: StreamHasher::default(),
            counters: Counters::default(),
            congestion_control: None,
            samples: Vec::new(),
        }
    }

    /// Asks the kernel what it has counted and queued for the socket. To be called before every close: afterwards nobody can.
    pub(super) fn count(&mut self, socket: &Socket, sampling: Sampling) {
        if self.listens {
            return;
        }
        let is_connected_tcp = self.kind == SocketKind::Tcp && self.peer.is_some();
        let info = if is_connected_tcp && sampling != Sampling::Never { sys::tcp_info(socket).ok() } else { None };
        let value = |option: SocketOption| match option {
            SocketOption::Queued | SocketOption::Unacked | SocketOption::Drops => {
                sys::get_option(socket, option).ok().and_then(|value| u64::try_from(value).ok())
            }
            _ => info.as_ref()?.counter(option),
        };
        let is_of_interest = |option: SocketOption| match option {
            // The queue of a TCP socket is bounded by its window; what was dropped there came again.
            SocketOption::Drops => !self.kind.is_connection(),
            SocketOption::Unacked => self.kind.is_stream(),
            _ => option.is_counted() && option.applies_to(self.kind),
        };
        let of_interest = SocketOption::WORDS.iter().map(|&(_, option)| option).filter(|&option| is_of_interest(option));
        self.counters = Counters(of_interest.filter_map(|option| Some((option, value(option)?))).collect());
        if is_connected_tcp {
            self.congestion_control = sys::congestion_control(socket).ok();
        }
    }

    /// Keeps what was set: of an option that is set again and again the last few values.
    pub(super) fn keep_setting(&mut self, setting: Setting) {
        const KEPT: usize = 8;
        if self.settings.iter().rev().find(|known| known.option == setting.option) == Some(&setting) {
            return;
        }
        let of_option = |known: &Setting| known.option == setting.option;
        if self.settings.iter().filter(|known| of_option(known)).count() >= KEPT
            && let Some(oldest) = self.settings.iter().position(of_option)
        {
            self.settings.remove(oldest);
        }
        self.settings.push(setting);
    }

    /// Asks the kernel for the socket's addresses.
    pub(super) fn learn_addresses(&mut self, socket: &Socket) {
        self.local = socket.local_addr().ok().and_then(|address| from_sockaddr(&address)).or(self.local.take());
        self.peer = socket.peer_addr().ok().and_then(|address| from_sockaddr(&address)).or(self.peer.take());
    }

    pub(super) fn into_trace(self) -> SocketTrace {
        SocketTrace {
            name: self.name,
            kind: self.kind,
            listens: self.listens,
            local: self.local,
            peer: self.peer,
            settings: self.settings,
            sent: self.sent.finish(),
            received: self.received.finish(),
            counters: self.counters,
            congestion_control: self.congestion_control,
            samples: self.samples,
        }
    }
}

/// An open socket.
pub(super) struct Live {
    pub(super) socket: Socket,
    /// Its record, by index.
    pub(super) record: usize,
    /// Whether the scenario set O_NONBLOCK.
    pub(super) nonblocking: bool,
    /// What `recv_until` read beyond its token; the next compound read takes it first.
    pub(super) ahead: ReadAhead,
    /// The decoder of `recv_frame`, and the codec that it is of; it remembers how far it has looked at what was read ahead.
    pub(super) decoder: Option<(NamedCodec, Box<dyn Decoder + Send>)>,
    /// An error that ended a call which had moved some bytes: the kernel, asked again, would have forgotten it.
    pub(super) pending: Cell<Option<Errno>>,
}

impl Live {
    /// Keeps an error for the next call. A time limit or the end of the run is no error of the socket's.
    pub(super) fn keep_pending(&self, ended: Ended) {
        if let Ended::Failed(errno) = ended {
            self.pending.set(Some(errno));
        }
    }

    /// What the kernel has counted, for the send that is this call of the log. `None` where it does not count.
    pub(super) fn sample(&self, call: u32) -> Option<SendSample> {
        let info = sys::tcp_info(&self.socket).ok()?;
        let small = |counter| Some(u32::try_from(info.counter(counter)?).unwrap_or(u32::MAX));
        Some(SendSample {
            call,
            data_segs_out: small(SocketOption::DataSegsOut)?,
            bytes_sent: info.counter(SocketOption::BytesSent)?,
            bytes_acked: info.counter(SocketOption::BytesAcked)?,
            notsent_bytes: small(SocketOption::NotsentBytes)?,
            unacked_segs: small(SocketOption::UnackedSegs)?,
            snd_mss: small(SocketOption::SndMss)?,
            snd_cwnd: small(SocketOption::SndCwnd)?,
            snd_wnd: small(SocketOption::SndWnd)?,
        })
    }

    /// Bytes that nobody has read yet.
    pub(super) fn queued(&self) -> Option<u64> {
        sys::get_option(&self.socket, SocketOption::Queued).ok().and_then(|bytes| u64::try_from(bytes).ok())
    }
}
