//! One actor: its steps in order, its sockets, its log.

use std::time::{Duration, Instant};

use super::Run;
use super::board::Cut;
use super::exec::Started;
use super::live::{Live, Record};
use super::place::BoundPath;
use super::wait::Ended;
use crate::errno::Errno;
use crate::plan::{EndpointRef, PlannedAction, PlannedActor, PlannedStep};
use crate::scenario::{SocketKind, SocketOption, StepExpect};
use crate::sys;
use crate::trace::{ActorEnd, ActorTrace, Address, CallFlags, CallKind, CallLog, CallOutcome, Entry, RunEnd};

pub(super) struct Actor<'r> {
    pub(super) run: &'r Run<'r>,
    pub(super) index: usize,
    pub(super) plan: &'r PlannedActor,
    /// The open socket of each planned one.
    pub(super) slots: Vec<Option<Live>>,
    /// How many sockets each planned one has been, so far.
    pub(super) made: Vec<u32>,
    /// Paths that Unix sockets were bound to outside of the run's directory; removed with the actor.
    pub(super) paths: Vec<BoundPath>,
    /// Sockets that a `repeat` made anew without closing the one before.
    pub(super) parked: Vec<Live>,
    pub(super) records: Vec<Record>,
    pub(super) log: CallLog,
    pub(super) buffer: Vec<u8>,
    end: ActorEnd,
    pub(super) programs: Vec<Started>,
}

/// What a call was about, for its record.
#[derive(Clone, Copy, Default)]
pub(super) struct About {
    pub(super) record: Option<usize>,
    pub(super) option: Option<SocketOption>,
    pub(super) asked: usize,
    pub(super) flags: CallFlags,
}

/// The step under way.
#[derive(Clone, Copy)]
pub(super) struct Now<'s> {
    pub(super) step: &'s PlannedStep,
    pub(super) deadline: Instant,
}

impl<'r> Actor<'r> {
    pub(super) fn new(run: &'r Run<'r>, index: usize) -> Self {
        let plan = &run.plan.actors[index];
        Self {
            run,
            index,
            plan,
            slots: plan.sockets.iter().map(|_| None).collect(),
            made: vec![0; plan.sockets.len()],
            paths: Vec::new(),
            parked: Vec::new(),
            records: Vec::new(),
            log: CallLog::default(),
            buffer: Vec::new(),
            end: ActorEnd::Finished,
            programs: Vec::new(),
        }
    }

    /// Carries out all steps. The sockets stay open until [`Actor::close`].
    pub(super) fn run(mut self) -> Self {
        let plan = self.plan;
        if let Err(end) = self.steps(&plan.steps) {
            self.end = end;
        }
        self
    }

    /// Keeps what the kernel has counted of a TCP connection when the last call on it, a send, has returned.
    pub(super) fn sample(&mut self, slot: usize) {
        let Some(live) = self.slots[slot].as_ref().filter(|_| self.plan.sockets[slot].kind == SocketKind::Tcp) else { return };
        let call = u32::try_from(self.log.len().saturating_sub(1)).unwrap_or(u32::MAX);
        self.records[live.record].samples.extend(live.sample(call));
    }

    /// Asks the kernel what it has counted for the sockets that are still open. To be called for every actor before any is closed:
    /// a close shows in what is counted at the other end.
    pub(super) fn count(&mut self) {
        for live in self.slots.iter().flatten().chain(&self.parked) {
            self.records[live.record].count(&live.socket, self.run.plan.settings.sample);
        }
    }

    /// Closes what is still open, and gives the trace.
    pub(super) fn close(mut self) -> ActorTrace {
        self.slots.clear();
        self.parked.clear();
        self.paths.clear();
        ActorTrace {
            name: self.plan.name.clone(),
            end: self.end,
            sockets: self.records.into_iter().map(Record::into_trace).collect(),
            calls: self.log,
            programs: self.programs.into_iter().map(Started::into_trace).collect(),
        }
    }

    fn steps(&mut self, steps: &'r [PlannedStep]) -> Result<(), ActorEnd> {
        for step in steps {
            if let PlannedAction::Repeat { times, steps } = &step.action {
                for _ in 0..*times {
                    self.steps(steps)?;
                }
                continue;
            }
            if self.run.board.is_stopped() {
                return Err(ActorEnd::Released { step: step.id });
            }
            let outcome = self.step(step);
            self.log.end_step();
            self.settle(step, outcome)?;
        }
        Ok(())
    }

    /// An outcome that the step did not expect ends the actor, and the run with it: later steps rest on this one.
    fn settle(&self, step: &PlannedStep, outcome: CallOutcome) -> Result<(), ActorEnd> {
        let end = match outcome {
            CallOutcome::Returned(_) => return Ok(()),
            CallOutcome::Failed(_) | CallOutcome::TimedOut if step.expect.as_ref().is_some_and(|expect| allows(&expect.value, outcome)) => {
                return Ok(());
            }
            CallOutcome::Failed(_) => ActorEnd::Failed { step: step.id },
            CallOutcome::TimedOut => ActorEnd::TimedOut { step: step.id },
            CallOutcome::Released => ActorEnd::Released { step: step.id },
        };
        self.run.board.stop(RunEnd::Failed);
        Err(end)
    }

    fn step(&mut self, step: &'r PlannedStep) -> CallOutcome {
        // A step begins where the call before it ended: reading the clock once more would show in the time of a small send.
        let now = Now { step, deadline: self.run.clock.at(self.log.end_ns()) + step.timeout };
        match &step.action {
            PlannedAction::Socket { socket } => self.make_socket(now, *socket),
            PlannedAction::RefusedSocket { domain, kind, protocol } => self.refused_socket(now, [*domain, *kind, *protocol]),
            PlannedAction::Bind { socket, creation, address, endpoint } => self.bind(now, *socket, *creation, address, *endpoint),
            PlannedAction::Listen { socket, address, backlog, endpoint } => {
                self.listen(now, *socket, address.as_ref(), *backlog, *endpoint)
            }
            PlannedAction::Accept { listener, socket } => self.accept(now, *listener, *socket),
            PlannedAction::AcceptWithoutDescriptors { listener } => self.accept_without_descriptors(now, *listener),
            PlannedAction::Connect { socket, creation, address } => self.connect(now, *socket, *creation, address),
            PlannedAction::Send { socket, payload, flags, all } => self.send(now, *socket, payload, flags, *all),
            PlannedAction::SendTo { socket, creation, address, payload, flags } => {
                self.send_to(now, *socket, *creation, address, payload, flags)
            }
            PlannedAction::Recv { socket, size, flags, from, .. } => self.recv(now, *socket, *size, flags, *from),
            PlannedAction::RecvExact { socket, bytes } => self.recv_exact(now, *socket, *bytes),
            PlannedAction::RecvUntil { socket, token: Some(token), size } => self.recv_until(now, *socket, token, *size),
            PlannedAction::RecvUntil { socket, token: None, size } => self.recv_to_end(now, *socket, *size),
            PlannedAction::RecvFrame { socket, codec, size } => self.recv_frame(now, *socket, codec, *size),
            PlannedAction::Shutdown { socket, how } => self.shutdown(now, *socket, *how),
            PlannedAction::Close { socket } => self.close_socket(now, *socket, false),
            PlannedAction::Abort { socket } => self.close_socket(now, *socket, true),
            PlannedAction::Set { socket, settings } => self.set(now, *socket, settings),
            PlannedAction::Get { socket, option } => self.get(now, *socket, *option),
            PlannedAction::Nonblocking { socket, on } => self.set_nonblocking(now, *socket, *on),
            PlannedAction::Signal { signal } => {
                let start = self.run.clock.now_ns();
                self.run.board.give_signal(*signal);
                self.push(now, CallKind::Signal, About { asked: *signal, ..About::default() }, start, CallOutcome::Returned(0), None)
            }
            PlannedAction::WaitSignal { signal } => {
                let start = self.run.clock.now_ns();
                let (result, waited) = self.run.board.wait_signal(*signal, now.deadline);
                let flags = if waited { CallFlags::WAITED } else { CallFlags::default() };
                let outcome = result.map_or_else(|cut| Ended::Cut(cut).outcome(), |()| CallOutcome::Returned(0));
                self.push(now, CallKind::WaitSignal, About { asked: *signal, flags, ..About::default() }, start, outcome, None)
            }
            PlannedAction::WaitReadable { socket, bytes } => self.wait_readable(now, *socket, *bytes),
            PlannedAction::WaitReady { socket, event } => self.wait_ready(now, *socket, *event),
            PlannedAction::WaitCounted { socket, event, bytes } => self.wait_counted(now, *socket, *event, *bytes),
            PlannedAction::Sleep(duration) => self.sleep(now, *duration),
            PlannedAction::Exec { command, told, to_end: true, .. } => self.exec_to_end(now, command, told),
            PlannedAction::Exec { command, endpoint, told, .. } => self.exec(now, command, *endpoint, told),
            PlannedAction::Repeat { .. } => CallOutcome::Returned(0),
        }
    }

    fn sleep(&mut self, now: Now<'_>, duration: Duration) -> CallOutcome {
        let start = self.run.clock.now_ns();
        let outcome = match self.run.board.pause(Instant::now() + duration) {
            Ok(()) => CallOutcome::Returned(0),
            Err(_) => CallOutcome::Released,
        };
        self.push(now, CallKind::Sleep, About::default(), start, outcome, None)
    }

    /// Records a call without bytes that ends now.
    pub(super) fn push(
        &mut self,
        now: Now<'_>,
        kind: CallKind,
        about: About,
        start_ns: u64,
        outcome: CallOutcome,
        address: Option<Address>,
    ) -> CallOutcome {
        let end_ns = self.run.clock.now_ns();
        self.log.push(&entry(now, kind, about, start_ns, end_ns, outcome), &[], address);
        outcome
    }

    /// Records something that took no time.
    pub(super) fn note(&mut self, now: Now<'_>, kind: CallKind, about: About, outcome: CallOutcome) -> CallOutcome {
        let start = self.run.clock.now_ns();
        self.push(now, kind, about, start, outcome, None)
    }

    /// Makes a call that does not block, and records it.
    pub(super) fn call(
        &mut self,
        now: Now<'_>,
        kind: CallKind,
        about: About,
        address: Option<Address>,
        make: impl FnOnce(&mut Self) -> std::io::Result<u32>,
    ) -> CallOutcome {
        let start = self.run.clock.now_ns();
        let outcome = match make(self) {
            Ok(value) => CallOutcome::Returned(value),
            Err(error) => CallOutcome::Failed(Errno::from_io(&error)),
        };
        self.push(now, kind, about, start, outcome, address)
    }

    /// Makes a call that does not block on a socket that is there, and records it.
    pub(super) fn call_on(
        &mut self,
        now: Now<'_>,
        slot: usize,
        kind: CallKind,
        (about, address): (About, Option<Address>),
        make: impl FnOnce(&mut Live, &mut Record) -> std::io::Result<u32>,
    ) -> CallOutcome {
        let start = self.run.clock.now_ns();
        let Some(live) = &mut self.slots[slot] else { return self.refuse(now, kind, no_socket(kind)) };
        let index = live.record;
        let outcome = match make(live, &mut self.records[index]) {
            Ok(value) => CallOutcome::Returned(value),
            Err(error) => CallOutcome::Failed(Errno::from_io(&error)),
        };
        self.push(now, kind, About { record: Some(index), ..about }, start, outcome, address)
    }

    pub(super) fn publish(&self, endpoint: usize, address: &Address, listens: bool) {
        self.run.board.publish(EndpointRef { actor: self.index, endpoint }, address.clone(), listens);
    }

    /// The open socket of a planned one. It may have been closed, where that is the lesson, or never have been made, because a
    /// step failed as expected; what this call then gets, the kernel says.
    pub(super) fn live(&self, socket: usize, kind: CallKind) -> Result<&Live, Ended> {
        self.slots[socket].as_ref().ok_or_else(|| no_socket(kind))
    }

    /// Whether a step that takes several calls is to end: its time is up, or the run is over.
    pub(super) fn cut(&self, now: Now<'_>) -> Option<Cut> {
        if self.run.board.is_stopped() {
            return Some(Cut::Released);
        }
        (Instant::now() >= now.deadline).then_some(Cut::TimedOut)
    }

    /// Records that a step ended on a socket without another call.
    pub(super) fn end_on(&mut self, now: Now<'_>, slot: usize, kind: CallKind, ended: Ended) -> CallOutcome {
        let about = About { record: self.record_of(slot), ..About::default() };
        self.note(now, kind, about, ended.outcome())
    }

    pub(super) fn record_of(&self, slot: usize) -> Option<usize> {
        self.slots[slot].as_ref().map(|live| live.record)
    }

    /// Ends a step whose call could not be made.
    pub(super) fn refuse(&mut self, now: Now<'_>, kind: CallKind, ended: Ended) -> CallOutcome {
        self.note(now, kind, About::default(), ended.outcome())
    }
}

/// How a step ends whose socket is not there.
pub(super) fn no_socket(kind: CallKind) -> Ended {
    sys::call_when_closed(kind).into()
}

pub(super) fn entry(now: Now<'_>, kind: CallKind, about: About, start_ns: u64, end_ns: u64, outcome: CallOutcome) -> Entry {
    let About { record, option, asked, flags } = about;
    Entry { step: now.step.id, kind, socket: record, option, asked, outcome, flags, start_ns, end_ns }
}

/// Whether an expectation names this way of failing.
fn allows(expect: &StepExpect, outcome: CallOutcome) -> bool {
    match expect {
        StepExpect::Errno(expected) => outcome == CallOutcome::Failed(*expected),
        StepExpect::Frame(_) => outcome == CallOutcome::Failed(Errno::from_raw(libc::EBADMSG)),
        StepExpect::Timeout => outcome == CallOutcome::TimedOut,
        StepExpect::AnyOf(options) => options.iter().any(|option| allows(&option.value, outcome)),
        StepExpect::Ok | StepExpect::Eof | StepExpect::Result(_) => false,
    }
}

impl From<Cut> for CallOutcome {
    fn from(cut: Cut) -> Self {
        Ended::Cut(cut).outcome()
    }
}
