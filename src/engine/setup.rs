//! The calls that make, connect, change and close sockets.

use std::cell::Cell;
use std::io;

use socket2::{SockRef, Socket};

use super::actor::{About, Actor, Now, no_socket};
use super::live::{Live, Record};
use super::place::{BoundPath, domain_and_type, from_sockaddr, to_sockaddr};
use super::wait::{Ended, SLICE, in_slices, until_ready};
use crate::framing::ReadAhead;
use crate::plan::{Creation, PlannedAddress, PlannedSocket, SocketRole};
use crate::scenario::{OptionSetting, ShutdownHow, SocketConstant, SocketKind, SocketOption};
use crate::sys::{self, Interest};
use crate::trace::{Address, CallFlags, CallKind, CallOutcome, SHUT_RD, SHUT_RDWR, SHUT_WR, Setting};

impl Actor<'_> {
    pub(super) fn make_socket(&mut self, now: Now<'_>, slot: usize) -> CallOutcome {
        let planned = &self.plan.sockets[slot];
        let (domain, kind) = domain_and_type(planned.kind, planned.family);
        let start = self.run.clock.now_ns();
        let made = Socket::new(domain, kind, None);
        match made {
            Ok(socket) => {
                self.keep(slot, socket);
                let about = About { record: self.record_of(slot), ..About::default() };
                self.push(now, CallKind::Socket, about, start, CallOutcome::Returned(0), None);
                self.apply_settings(now, slot)
            }
            // There is no socket that the call could be said to be of.
            Err(error) => self.push(now, CallKind::Socket, About::default(), start, Ended::from(error).outcome(), None),
        }
    }

    /// socket(2) with arguments that no step could work with; should the kernel take them, the socket is closed at once.
    pub(super) fn refused_socket(&mut self, now: Now<'_>, [domain, kind, protocol]: [SocketConstant; 3]) -> CallOutcome {
        self.call(now, CallKind::Socket, About::default(), None, |_| {
            Socket::new(domain.number.into(), kind.number.into(), Some(protocol.number.into())).map(|_| 0)
        })
    }

    /// Puts a new socket into its place; the one that was there stays open.
    fn keep(&mut self, slot: usize, socket: Socket) {
        let planned = &self.plan.sockets[slot];
        self.made[slot] += 1;
        let name = if self.made[slot] == 1 { planned.name.clone() } else { format!("{}#{}", planned.name, self.made[slot]) };
        self.records.push(Record::new(&name, planned.kind));
        let live = Live {
            socket,
            record: self.records.len() - 1,
            nonblocking: false,
            ahead: ReadAhead::default(),
            decoder: None,
            pending: Cell::new(None),
        };
        self.parked.extend(self.slots[slot].replace(live));
    }

    /// Sets the options of the defaults and of the command line.
    fn apply_settings(&mut self, now: Now<'_>, slot: usize) -> CallOutcome {
        let settings = &self.run.plan.settings;
        let PlannedSocket { kind, role, .. } = self.plan.sockets[slot];
        let may_be_bound = matches!(role, SocketRole::Plain | SocketRole::Listener) && !kind.is_unix();
        let size = |bytes: u64| i32::try_from(bytes).unwrap_or(i32::MAX);
        let wanted = [
            (SocketOption::Reuseaddr, settings.reuseaddr.filter(|_| may_be_bound).map(i32::from)),
            (SocketOption::Sndbuf, settings.sndbuf.map(size)),
            (SocketOption::Rcvbuf, settings.rcvbuf.map(size)),
            (SocketOption::Nodelay, settings.nodelay.filter(|_| kind == SocketKind::Tcp).map(i32::from)),
        ];
        for (option, value) in wanted {
            let Some(value) = value else { continue };
            let outcome = self.set_one(now, slot, option, value, false);
            if !matches!(outcome, CallOutcome::Returned(_)) {
                return outcome;
            }
        }
        CallOutcome::Returned(0)
    }

    fn set_one(&mut self, now: Now<'_>, slot: usize, option: SocketOption, value: i32, by_step: bool) -> CallOutcome {
        let about = About { option: Some(option), asked: usize::try_from(value).unwrap_or(0), ..About::default() };
        self.call_on(now, slot, CallKind::SetOption, (about, None), |live, record| {
            sys::set_option(&live.socket, option, value)?;
            let effective = sys::get_option(&live.socket, option).ok();
            record.keep_setting(Setting { option, requested: value, effective, by_step, inherited: false });
            Ok(0)
        })
    }

    pub(super) fn set(&mut self, now: Now<'_>, slot: usize, settings: &[OptionSetting]) -> CallOutcome {
        for setting in settings {
            let outcome = self.set_one(now, slot, setting.option, setting.value.value, true);
            if !matches!(outcome, CallOutcome::Returned(_)) {
                return outcome;
            }
        }
        CallOutcome::Returned(0)
    }

    pub(super) fn get(&mut self, now: Now<'_>, slot: usize, option: SocketOption) -> CallOutcome {
        let about = About { option: Some(option), ..About::default() };
        self.call_on(now, slot, CallKind::GetOption, (about, None), |live, _| {
            let pending = if option == SocketOption::Error { live.pending.take() } else { None };
            let value = pending.map_or_else(|| sys::get_option(&live.socket, option), |errno| Ok(errno.raw()))?;
            if option == SocketOption::Error && value != 0 {
                return Err(io::Error::from_raw_os_error(value));
            }
            Ok(u32::try_from(value).unwrap_or(0))
        })
    }

    pub(super) fn set_nonblocking(&mut self, now: Now<'_>, slot: usize, on: bool) -> CallOutcome {
        let about = About { asked: usize::from(on), ..About::default() };
        self.call_on(now, slot, CallKind::Nonblocking, (about, None), |live, _| {
            live.socket.set_nonblocking(on)?;
            live.nonblocking = on;
            Ok(0)
        })
    }

    pub(super) fn address(&self, now: Now<'_>, address: &PlannedAddress) -> Result<Address, Ended> {
        Ok(match address {
            PlannedAddress::Ip(address) => Address::Ip(*address),
            PlannedAddress::Path(path) => Address::Path(self.run.directory.resolve(path).to_string_lossy().into_owned()),
            PlannedAddress::Of { endpoint, listens, at } => match (self.run.board.address(*endpoint, *listens, now.deadline)?, at) {
                (Address::Ip(address), Some(ip)) => Address::Ip((*ip, address.port()).into()),
                (address, _) => address,
            },
        })
    }

    pub(super) fn bind(&mut self, now: Now<'_>, slot: usize, creation: Creation, address: &PlannedAddress, endpoint: usize) -> CallOutcome {
        if creation == Creation::New {
            let outcome = self.make_socket(now, slot);
            if !matches!(outcome, CallOutcome::Returned(_)) {
                return outcome;
            }
        }
        self.bind_to(now, slot, address, endpoint)
    }

    fn bind_to(&mut self, now: Now<'_>, slot: usize, planned: &PlannedAddress, endpoint: usize) -> CallOutcome {
        let address = match self.address(now, planned) {
            Ok(address) => address,
            Err(ended) => return self.refuse(now, CallKind::Bind, ended),
        };
        let outcome = self.bind_address(now, slot, &address);
        if let (CallOutcome::Returned(_), Some(live)) = (outcome, &self.slots[slot]) {
            // As in the kernel, the path outlives the socket; those in the run's own directory go with it.
            if let (Address::Path(path), PlannedAddress::Path(written)) = (&address, planned)
                && written.starts_with('/')
            {
                self.paths.push(BoundPath(path.into()));
            }
            if let Some(local) = &self.records[live.record].local {
                self.publish(endpoint, &local.clone(), false);
            }
        }
        outcome
    }

    fn bind_address(&mut self, now: Now<'_>, slot: usize, address: &Address) -> CallOutcome {
        self.call_on(now, slot, CallKind::Bind, (About::default(), Some(address.clone())), |live, record| {
            live.socket.bind(&to_sockaddr(address)?)?;
            record.learn_addresses(&live.socket);
            Ok(0)
        })
    }

    pub(super) fn listen(
        &mut self,
        now: Now<'_>,
        slot: usize,
        address: Option<&PlannedAddress>,
        backlog: i32,
        endpoint: usize,
    ) -> CallOutcome {
        if let Some(address) = address {
            let outcome = self.bind(now, slot, Creation::New, address, endpoint);
            if !matches!(outcome, CallOutcome::Returned(_)) {
                return outcome;
            }
        }
        let about = About { asked: usize::try_from(backlog).unwrap_or(0), ..About::default() };
        let outcome = self.call_on(now, slot, CallKind::Listen, (about, None), |live, record| {
            live.socket.listen(backlog)?;
            record.listens = true;
            record.learn_addresses(&live.socket);
            Ok(0)
        });
        let local = self.slots[slot].as_ref().and_then(|live| self.records[live.record].local.clone());
        if let (CallOutcome::Returned(_), Some(local)) = (outcome, local) {
            self.publish(endpoint, &local, true);
        }
        outcome
    }

    pub(super) fn accept(&mut self, now: Now<'_>, listener: usize, slot: usize) -> CallOutcome {
        let start = self.run.clock.now_ns();
        let (result, waited, record) = match self.live(listener, CallKind::Accept) {
            // What does not listen has no queue to wait for: the kernel says so at once.
            Ok(live) if live.nonblocking || !self.records[live.record].listens => {
                (live.socket.accept().map_err(Ended::from), false, live.record)
            }
            Ok(live) => {
                // accept(2) has no MSG_DONTWAIT. Nobody else accepts from this socket, so what poll(2) announces stays there.
                let waited = !has_pending(&live.socket);
                let ready = if waited { until_ready(&live.socket, Interest::Readable, &self.run.board, now.deadline) } else { Ok(()) };
                (ready.and_then(|()| live.socket.accept().map_err(Ended::from)), waited, live.record)
            }
            Err(ended) => return self.refuse(now, CallKind::Accept, ended),
        };
        let flags = if waited { CallFlags::WAITED } else { CallFlags::default() };
        let about = About { record: Some(record), flags, ..About::default() };
        match result {
            Ok((socket, peer)) => {
                let inherited = self.inherited(record, &socket);
                self.keep(slot, socket);
                if let Some(live) = &self.slots[slot] {
                    let record = &mut self.records[live.record];
                    record.settings = inherited;
                    record.peer = from_sockaddr(&peer);
                    record.learn_addresses(&live.socket);
                }
                let peer = self.records.last().and_then(|record| record.peer.clone());
                let outcome = self.push(now, CallKind::Accept, about, start, CallOutcome::Returned(0), peer);
                match self.apply_settings(now, slot) {
                    CallOutcome::Returned(_) => outcome,
                    failed => failed,
                }
            }
            Err(ended) => self.push(now, CallKind::Accept, about, start, ended.outcome(), None),
        }
    }

    pub(super) fn accept_without_descriptors(&mut self, now: Now<'_>, listener: usize) -> CallOutcome {
        self.call_on(now, listener, CallKind::Accept, (About::default(), None), |live, _| {
            sys::accept_without_descriptors(&live.socket).map(|()| 0)
        })
    }

    /// What an accepted socket has of the options that were set on its listener, as the kernel tells (Linux hands most of them on).
    fn inherited(&self, listener: usize, socket: &Socket) -> Vec<Setting> {
        let mut settings: Vec<Setting> = Vec::new();
        for setting in self.records[listener].settings.iter().rev() {
            if settings.iter().all(|known| known.option != setting.option) {
                let effective = sys::get_option(socket, setting.option).ok();
                settings.push(Setting { effective, inherited: true, ..setting.clone() });
            }
        }
        settings
    }

    pub(super) fn connect(&mut self, now: Now<'_>, slot: usize, creation: Creation, address: &PlannedAddress) -> CallOutcome {
        let address = match self.address(now, address) {
            Ok(address) => address,
            Err(ended) => return self.refuse(now, CallKind::Connect, ended),
        };
        if creation == Creation::New {
            let outcome = self.make_socket(now, slot);
            if !matches!(outcome, CallOutcome::Returned(_)) {
                return outcome;
            }
        }
        if let Some(failed) = self.name_unix(now, slot) {
            return failed;
        }
        let start = self.run.clock.now_ns();
        let (result, waited, record) = match self.live(slot, CallKind::Connect) {
            Ok(live) => {
                let (result, waited) = self.connect_to(now, live, self.plan.sockets[slot].kind, &address);
                (result, waited, live.record)
            }
            Err(ended) => return self.refuse(now, CallKind::Connect, ended),
        };
        if let Some(live) = &self.slots[slot] {
            let in_progress = matches!(result, Err(Ended::Failed(errno)) if errno.raw() == libc::EINPROGRESS);
            if in_progress {
                self.records[record].peer = Some(address.clone());
            }
            self.records[record].learn_addresses(&live.socket);
        }
        let flags = if waited { CallFlags::WAITED } else { CallFlags::default() };
        let about = About { record: Some(record), flags, ..About::default() };
        let outcome = result.map_or_else(Ended::outcome, |()| CallOutcome::Returned(0));
        self.push(now, CallKind::Connect, about, start, outcome, Some(address))
    }

    /// Gives a Unix socket that has no address one, by autobind: without it, what it sends cannot be told from another's.
    /// Gives the outcome where that failed.
    pub(super) fn name_unix(&mut self, now: Now<'_>, slot: usize) -> Option<CallOutcome> {
        let record = self.slots[slot].as_ref().map(|live| &self.records[live.record])?;
        let unnamed = matches!(record.local, None | Some(Address::Unnamed));
        if !record.kind.is_unix() || !unnamed || !cfg!(target_os = "linux") {
            return None;
        }
        let outcome = self.bind_address(now, slot, &Address::Unnamed);
        (!matches!(outcome, CallOutcome::Returned(_))).then_some(outcome)
    }

    fn connect_to(&self, now: Now<'_>, live: &Live, kind: SocketKind, address: &Address) -> (Result<(), Ended>, bool) {
        let address = match to_sockaddr(address) {
            Ok(address) => address,
            Err(error) => return (Err(error.into()), false),
        };
        let socket = &live.socket;
        if live.nonblocking || !kind.is_connection() {
            return (socket.connect(&address).map_err(Ended::from), false);
        }
        if kind.is_unix() {
            let _ = socket.set_write_timeout(Some(SLICE));
            let result = in_slices(&self.run.board, now.deadline, || socket.connect(&address));
            let _ = socket.set_write_timeout(None);
            return result;
        }
        if let Err(error) = socket.set_nonblocking(true) {
            return (Err(error.into()), false);
        }
        let mut waits = false;
        let result = loop {
            let made = socket.connect(&address);
            match made.as_ref().err().and_then(io::Error::raw_os_error) {
                // EALREADY: an earlier connect, not blocking then, is still under way; a blocking one waits for it to end.
                Some(libc::EINPROGRESS | libc::EALREADY) => {
                    waits = true;
                    if let Err(ended) = until_ready(socket, Interest::Writable, &self.run.board, now.deadline) {
                        break Err(ended);
                    }
                    // How it ended connect(2) itself is asked once more, as SO_ERROR would leave Linux believing that it is under way.
                }
                // How other systems say the second time that the connection is there.
                Some(libc::EISCONN) if waits => break Ok(()),
                _ => break made.map_err(Ended::from),
            }
        };
        let _ = socket.set_nonblocking(false);
        (result, waits)
    }

    pub(super) fn shutdown(&mut self, now: Now<'_>, slot: usize, how: ShutdownHow) -> CallOutcome {
        let (how, asked) = match how {
            ShutdownHow::Read => (std::net::Shutdown::Read, SHUT_RD),
            ShutdownHow::Write => (std::net::Shutdown::Write, SHUT_WR),
            ShutdownHow::Both => (std::net::Shutdown::Both, SHUT_RDWR),
        };
        let about = About { asked: asked as usize, ..About::default() };
        self.call_on(now, slot, CallKind::Shutdown, (about, None), |live, _| live.socket.shutdown(how).map(|()| 0))
    }

    pub(super) fn close_socket(&mut self, now: Now<'_>, slot: usize, abort: bool) -> CallOutcome {
        let kind = if abort { CallKind::Abort } else { CallKind::Close };
        let Some(live) = self.slots[slot].take() else {
            return self.refuse(now, kind, no_socket(kind));
        };
        let record = live.record;
        self.records[record].count(&live.socket, self.run.plan.settings.sample);
        self.call(now, kind, About { record: Some(record), ..About::default() }, None, |_| {
            if abort {
                SockRef::from(&live.socket).set_linger(Some(std::time::Duration::ZERO))?;
            }
            drop(live);
            Ok(0)
        })
    }
}

/// Whether a connection waits to be accepted, asked without waiting.
fn has_pending(listener: &Socket) -> bool {
    matches!(sys::wait_ready(Some((listener, Interest::Readable)), &[], std::time::Instant::now()), Ok(sys::Readiness::Ready))
}
