//! Many targets at the same time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::findings::Findings;
use super::probe::probe;
use super::rounds::Round;
use super::settings::Settings;
use super::target::Target;
use crate::sys::Interrupt;

/// Enough for one target; most of the default of 2 MiB would never be touched.
const STACK: usize = 256 * 1024;

/// Reaches for all targets, at most `jobs` at a time. Gives the findings in the targets' order; `None` where the user's wish to stop
/// came before a target's turn. `on_end` is told of each that ends, `on_round` of each round of a single target.
pub fn probe_all(
    targets: &[Target],
    settings: &Settings,
    jobs: usize,
    interrupt: &Interrupt,
    on_end: &(dyn Fn(&Findings) + Sync),
    on_round: &mut dyn FnMut(&Round),
) -> Vec<Option<Findings>> {
    let deadline = settings.deadline.map(|time| Instant::now() + time);
    if let [target] = targets {
        return vec![Some(probe(target, settings, interrupt, deadline, on_round))];
    }
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<Option<Findings>>> = Mutex::new(targets.iter().map(|_| None).collect());
    let work = || {
        while interrupt.signal().is_none() {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(target) = targets.get(index) else { break };
            let findings = probe(target, settings, interrupt, deadline, &mut |_| {});
            on_end(&findings);
            if let Ok(mut found) = found.lock() {
                found[index] = Some(findings);
            }
        }
    };
    std::thread::scope(|scope| {
        // This thread is one of them, so that the work is done even where no other can be had.
        for _ in 1..jobs.min(targets.len()) {
            if std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    found.into_inner().unwrap_or_default()
}
