//! Carries out a plan on real sockets and gives back what was seen: the only stage that touches the operating system.
//!
//! Each actor is a thread; each step is one socket call, or a few for the compound ones. Order comes from events, never
//! from sleeping. The calls block as far as the actor can tell: netlab asks with `MSG_DONTWAIT`, and only when there is
//! nothing yet waits in poll(2), with the step's deadline and with a descriptor that releases it when the run is over. So
//! the trace also knows whether a `recv` was there before its bytes, which a blocking call would not tell.
//!
//! What this stage must not do: judge. An unexpected error stops an actor, because its later steps rest on it; whether
//! that is a failure, the verdict says.

mod actor;
mod board;
mod capability;
mod compound;
mod counted;
mod event;
mod exec;
mod live;
mod place;
mod receive;
mod send;
mod setup;
mod wait;

use std::io;
use std::time::{Duration, Instant};

use crate::plan::Plan;
use crate::sys::{self, Readiness, wait_ready};
use crate::trace::{ActorTrace, Environment, RunEnd, Trace};
use actor::Actor;
use board::Board;
use place::Directory;

pub use crate::sys::Interrupt;
pub use capability::missing;

/// The start of a run, from which all its times count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    /// The moment that is so many nanoseconds after the start.
    pub(crate) fn at(self, ns: u64) -> Instant {
        self.0 + Duration::from_nanos(ns)
    }

    pub(crate) fn now_ns(self) -> u64 {
        // Not as_nanos: its 128 bits cost a division at every call.
        let elapsed = self.0.elapsed();
        elapsed.as_secs() * 1_000_000_000 + u64::from(elapsed.subsec_nanos())
    }
}

/// What the actors of a run share.
pub(crate) struct Run<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) board: Board,
    pub(crate) clock: Clock,
    pub(crate) deadline: Instant,
    pub(crate) directory: Directory,
}

/// Carries out a plan.
///
/// # Errors
/// When the run could not begin: no descriptor for a pipe, no thread, no directory for Unix sockets. Everything after
/// that is in the trace.
pub fn run(plan: &Plan, interrupt: &Interrupt) -> io::Result<Trace> {
    let start = Instant::now();
    let run =
        Run { plan, board: Board::new(plan)?, clock: Clock(start), deadline: start + plan.deadline, directory: Directory::for_plan(plan)? };
    let mut actors: Vec<Option<ActorTrace>> = plan.actors.iter().map(|_| None).collect();
    let spawned = std::thread::scope(|scope| {
        let mut threads = Vec::with_capacity(plan.actors.len());
        for (index, actor) in plan.actors.iter().enumerate() {
            let run = &run;
            let thread = std::thread::Builder::new().name(actor.name.clone()).spawn_scoped(scope, move || {
                // Also when the thread panics: nobody may wait for it then.
                let _finished = run.board.on_finish();
                Actor::new(run, index).run()
            });
            match thread {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    run.board.stop(RunEnd::Failed);
                    return Err(error);
                }
            }
        }
        supervise(&run, interrupt);
        let mut finished: Vec<_> = threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        finished.iter_mut().flatten().for_each(Actor::count);
        // Sockets that no step closed are closed here, when every actor has ended, so that no close disturbs another actor.
        for (slot, result) in actors.iter_mut().zip(finished) {
            match result {
                Ok(actor) => *slot = Some(actor.close()),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(())
    });
    spawned?;
    let trace = Trace {
        environment: environment(plan),
        end: run.board.end(),
        duration_ns: run.clock.now_ns(),
        actors: actors.into_iter().flatten().collect(),
    };
    Ok(trace)
}

/// Waits until all actors have ended; on the run's deadline or the user's wish, releases them first.
fn supervise(run: &Run<'_>, interrupt: &Interrupt) {
    let done = run.board.done();
    let end = match wait_ready(None, &[done, interrupt.wake()], run.deadline) {
        Ok(Readiness::Woken) if interrupt.signal().is_some() => RunEnd::Interrupted,
        Ok(Readiness::TimedOut) => RunEnd::Deadline,
        Ok(Readiness::Woken | Readiness::Ready) => return,
        // Without a wait there is no deadline and no Ctrl-C: better no run than one that cannot be ended.
        Err(_) => RunEnd::Failed,
    };
    run.board.stop(end);
}

fn environment(plan: &Plan) -> Environment {
    Environment {
        netlab: env!("CARGO_PKG_VERSION").to_owned(),
        os: std::env::consts::OS.to_owned(),
        kernel: sys::kernel_release(),
        arch: std::env::consts::ARCH.to_owned(),
        cpus: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        family: plan.family,
        seed: plan.seed,
    }
}
