//! Several runs at once: who may begin, and in which order results are handed on.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::carry_out::{Rules, carry_out};
use crate::engine::Interrupt;
use crate::plan::Plan;
use crate::report::{Policy, RunReport};
use crate::verdict::{Outcome, Verdict};

/// What happened. `Ended` comes in the order of the runs; the others as they happen.
#[derive(Debug)]
pub enum Event {
    /// A run, or its repeats, began.
    Began(String),
    /// So many repeats of a run have ended.
    Repeated(String, u64),
    /// The machine is out of something; so many runs at once are tried from now on.
    BackedOff(String, usize),
    /// A run is over, and whether it went well; its result comes when those before it are over, too.
    Finished(String, bool),
    /// The result of a run.
    Ended(Box<RunReport>),
}

/// How runs are to be carried out.
pub struct Options<'o> {
    /// How many at once.
    pub jobs: NonZeroUsize,
    /// After so many runs that failed or could not be carried out, no more are begun.
    pub max_fail: Option<u64>,
    /// What counts as good.
    pub policy: Policy,
    /// How each is carried out.
    pub rules: Rules<'o>,
}

/// How far ahead of the slowest run others may be, per job: their results wait for it, in memory.
const AHEAD: usize = 32;
/// How often a run is tried that did not get what it needed.
const TRIES: u32 = 6;
/// The first pause before the next try; each is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(20);

/// A plan that has not begun.
struct Waiting {
    index: usize,
    plan: Plan,
    /// Whether nothing may run beside it.
    alone: bool,
}

struct State {
    waiting: VecDeque<Waiting>,
    running: usize,
    /// Whether the one that runs must be alone.
    alone: bool,
    /// How many may run at once: fewer, when the machine is out of something.
    limit: usize,
    /// Whether a run was given up even so: the next need not try as often.
    given_up: bool,
    /// How many results have been handed on, and how many more may be under way.
    handed_on: usize,
    ahead: usize,
    /// How many may still go wrong before no more are begun; no end to them where it is not said.
    failures_left: Option<u64>,
    stopped: bool,
}

struct Shared<'s> {
    state: Mutex<State>,
    changed: Condvar,
    interrupt: &'s Interrupt,
}

/// Carries out plans, several at once, and tells what happens; gives how many were not begun.
///
/// Every job is a thread. A plan that must be alone (see [`Plan::runs_alone`]) waits until no other runs, and the others wait for it. The
/// runs end early on a signal, when too many failed, or when `on_event` breaks off; those under way are finished.
pub fn run(plans: Vec<Plan>, options: &Options<'_>, mut on_event: impl FnMut(Event) -> ControlFlow<()>) -> u64 {
    let total = plans.len();
    let jobs = options.jobs.get().min(total.max(1));
    let waiting = plans.into_iter().enumerate().map(|(index, plan)| Waiting { index, alone: plan.runs_alone(), plan }).collect();
    let state = State {
        waiting,
        running: 0,
        alone: false,
        limit: jobs,
        given_up: false,
        failures_left: options.max_fail,
        handed_on: 0,
        ahead: AHEAD * jobs,
        stopped: false,
    };
    let shared = Shared { state: Mutex::new(state), changed: Condvar::new(), interrupt: options.rules.interrupt };
    let mut ended: BTreeMap<usize, Box<RunReport>> = BTreeMap::new();
    let mut next = 0;
    std::thread::scope(|scope| {
        let (sender, events) = channel();
        for job in 0..jobs {
            let (shared, rules, policy) = (&shared, &options.rules, options.policy);
            let of_thread = sender.clone();
            let thread = std::thread::Builder::new().name(format!("job {job}"));
            if thread.spawn_scoped(scope, move || work(shared, rules, policy, &of_thread)).is_ok() {
                continue;
            }
            // Fewer do as well; without any this thread does the work, and reports when all is done.
            if job == 0 {
                shared.lock().ahead = usize::MAX;
                work(shared, rules, policy, &sender);
            }
            break;
        }
        drop(sender);
        for (index, event) in events {
            let mut hand_on = |event| {
                if on_event(event).is_break() {
                    shared.stop();
                }
            };
            let Event::Ended(report) = event else {
                hand_on(event);
                continue;
            };
            ended.insert(index, report);
            while let Some(report) = ended.remove(&next) {
                next += 1;
                hand_on(Event::Ended(report));
            }
            shared.lock().handed_on = next;
            shared.changed.notify_all();
        }
    });
    (total - next) as u64
}

/// One job: takes plans and carries them out until there are none.
fn work(shared: &Shared<'_>, rules: &Rules<'_>, policy: Policy, events: &Sender<(usize, Event)>) {
    while let Some(Waiting { index, plan, alone }) = shared.take() {
        let name = plan.name();
        // Nobody listens only when the whole has been given up.
        let tell = |event| drop(events.send((index, event)));
        tell(Event::Began(name.clone()));
        let repeated = |runs| tell(Event::Repeated(name.clone(), runs));
        let make_room = |reason: &str, tries: u32| {
            let Some(Room { limit, is_news }) = shared.make_room(tries, alone) else { return false };
            if is_news {
                tell(Event::BackedOff(reason.to_owned(), limit));
            }
            true
        };
        let carried_out = catch_unwind(AssertUnwindSafe(|| carry_out(&plan, rules, &repeated, &make_room)));
        let report = carried_out.unwrap_or_else(|_| {
            let outcome = Outcome::Error("a defect in netlab: this run panicked; please report it".to_owned());
            RunReport::new(&plan, rules.language, Verdict::without_run(outcome), None)
        });
        // It counts before anybody hears of it: whoever does may count on it that nothing begins behind the last failure that is allowed.
        let went_well = report.went_well(policy);
        shared.release(alone, went_well);
        tell(Event::Finished(name, went_well));
        tell(Event::Ended(Box::new(report)));
    }
}

/// How many runs may be under way, and whether that is fewer than before.
struct Room {
    limit: usize,
    is_news: bool,
}

impl Shared<'_> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    fn wait<'g>(&self, state: MutexGuard<'g, State>) -> MutexGuard<'g, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// The next plan, when it may begin; none when there is none, or when no more are to begin.
    fn take(&self) -> Option<Waiting> {
        let mut state = self.lock();
        loop {
            if state.stopped || self.interrupt.signal().is_some() {
                return None;
            }
            let &Waiting { index, alone, .. } = state.waiting.front()?;
            let is_near = index < state.handed_on.saturating_add(state.ahead);
            if is_near && state.running < state.limit && !state.alone && (!alone || state.running == 0) {
                state.running += 1;
                state.alone = alone;
                return state.waiting.pop_front();
            }
            state = self.wait(state);
        }
    }

    fn release(&self, alone: bool, went_well: bool) {
        let mut state = self.lock();
        if let Some(left) = state.failures_left.as_mut().filter(|_| !went_well) {
            *left = left.saturating_sub(1);
            state.stopped |= *left == 0;
        }
        state.running -= 1;
        if alone {
            state.alone = false;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// After a run that did not get what it needed: lets fewer run at once, and waits until one of those may. Gives nothing when it is of no
    /// use to try again.
    fn make_room(&self, tries: u32, alone: bool) -> Option<Room> {
        let mut state = self.lock();
        if tries >= TRIES || (state.given_up && state.limit == 1 && tries > 1) {
            state.given_up = true;
            return None;
        }
        let is_news = state.limit > 1 || (tries == 1 && !state.given_up);
        // One that must be alone stays so: nothing begins beside it while it waits.
        state.running -= 1;
        state.limit = (state.limit / 2).max(1);
        let limit = state.limit;
        while state.running >= state.limit || (state.alone && !alone) {
            self.changed.notify_all();
            state = self.wait(state);
        }
        state.running += 1;
        drop(state);
        self.interrupt.pause(PAUSE * 2u32.pow(tries - 1));
        self.interrupt.signal().is_none().then_some(Room { limit, is_news })
    }
}
