//! What actors tell each other: signals, addresses, and that the run is over.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::plan::{EndpointRef, Plan};
use crate::sys::Wake;
use crate::trace::{Address, RunEnd};

/// Why a wait ended without what it waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    TimedOut,
    Released,
}

#[derive(Clone, Debug, Default)]
struct Endpoint {
    address: Option<Address>,
    listens: bool,
}

struct State {
    signals: Vec<bool>,
    endpoints: Vec<Vec<Endpoint>>,
    running: usize,
    end: RunEnd,
}

/// Shared by the actors of one run.
pub(crate) struct Board {
    state: Mutex<State>,
    changed: Condvar,
    stopped: AtomicBool,
    release: Wake,
    done: Wake,
}

/// Counts an actor out when its thread ends, however it ends.
pub(crate) struct Finish<'b>(&'b Board);

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop(RunEnd::Failed);
        }
        let mut state = self.0.lock();
        state.running -= 1;
        if state.running == 0 {
            self.0.done.trigger();
        }
    }
}

impl Board {
    pub(crate) fn new(plan: &Plan) -> io::Result<Self> {
        let state = State {
            signals: vec![false; plan.signals.len()],
            endpoints: plan.actors.iter().map(|actor| vec![Endpoint::default(); actor.endpoints]).collect(),
            running: plan.actors.len(),
            end: RunEnd::Finished,
        };
        Ok(Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            stopped: AtomicBool::new(false),
            release: Wake::new()?,
            done: Wake::new()?,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn on_finish(&self) -> Finish<'_> {
        Finish(self)
    }

    /// Triggered when every actor has ended.
    pub(crate) fn done(&self) -> &Wake {
        &self.done
    }

    /// Triggered when the run is over and whoever still waits is to stop.
    pub(crate) fn release(&self) -> &Wake {
        &self.release
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Ends the run and releases everybody. The first reason counts.
    pub(crate) fn stop(&self, end: RunEnd) {
        let mut state = self.lock();
        if !self.stopped.swap(true, Ordering::SeqCst) {
            state.end = end;
        }
        self.release.trigger();
        self.changed.notify_all();
    }

    pub(crate) fn end(&self) -> RunEnd {
        self.lock().end.clone()
    }

    pub(crate) fn give_signal(&self, signal: usize) {
        self.lock().signals[signal] = true;
        self.changed.notify_all();
    }

    pub(crate) fn wait_signal(&self, signal: usize, deadline: Instant) -> (Result<(), Cut>, bool) {
        self.wait(deadline, |state| state.signals[signal].then_some(()))
    }

    pub(crate) fn publish(&self, endpoint: EndpointRef, address: Address, listens: bool) {
        let mut state = self.lock();
        if let Some(place) = state.endpoints.get_mut(endpoint.actor).and_then(|actor| actor.get_mut(endpoint.endpoint)) {
            *place = Endpoint { address: Some(address), listens };
        }
        self.changed.notify_all();
    }

    /// Waits until an address is known, and until it listens where it is going to.
    pub(crate) fn address(&self, endpoint: EndpointRef, listening: bool, deadline: Instant) -> Result<Address, Cut> {
        let known = |state: &State| {
            let place = &state.endpoints[endpoint.actor][endpoint.endpoint];
            place.address.clone().filter(|_| place.listens || !listening)
        };
        self.wait(deadline, known).0
    }

    /// A pause that ends early when the run is over.
    pub(crate) fn pause(&self, until: Instant) -> Result<(), Cut> {
        match self.wait(until, |_| None::<()>).0 {
            Err(Cut::TimedOut) | Ok(()) => Ok(()),
            Err(Cut::Released) => Err(Cut::Released),
        }
    }

    fn wait<T>(&self, deadline: Instant, wanted: impl Fn(&State) -> Option<T>) -> (Result<T, Cut>, bool) {
        let mut state = self.lock();
        let mut waited = false;
        loop {
            if let Some(found) = wanted(&state) {
                return (Ok(found), waited);
            }
            if self.is_stopped() {
                return (Err(Cut::Released), waited);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return (Err(Cut::TimedOut), waited);
            }
            waited = true;
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
