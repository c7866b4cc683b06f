//! One plan through the whole pipeline: once, or many times.

use std::time::{Duration, Instant};

use super::output::{Progress, note};
use crate::analysis::analyse;
use crate::engine::{self, Interrupt};
use crate::plan::Plan;
use crate::repeat::{Shape, Tally, judge_rates};
use crate::report::{Repeats, RunReport};
use crate::verdict::{Outcome, Verdict, judge};

/// How often each plan is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    Once,
    Times(u64),
    For(Duration),
}

/// How long nothing is said while runs go on and no bar is drawn.
const SILENCE: Duration = Duration::from_secs(5);

/// Carries a plan out as often as asked.
pub(super) fn carry_out(plan: &Plan, language: &str, interrupt: &Interrupt, repeat: Repeat, progress: &Progress) -> RunReport {
    if let Some(reason) = engine::missing(plan) {
        return RunReport::new(plan, language, Verdict::without_run(Outcome::Skip(reason)), None);
    }
    if repeat == Repeat::Once {
        return run_once(plan, language, interrupt);
    }
    let start = Instant::now();
    let mut last_word = start;
    let mut runs = Runs::default();
    loop {
        let run = run_once(plan, language, interrupt);
        // A run that was broken off says nothing about how runs come out.
        if interrupt.signal().is_some() {
            return if runs.tally.runs() == 0 { run } else { runs.finish(plan, repeat) };
        }
        if !runs.add(plan, run) {
            break;
        }
        let done = runs.tally.runs();
        let is_enough = match repeat {
            Repeat::Once => true,
            Repeat::Times(times) => done >= times,
            Repeat::For(time) => start.elapsed() >= time,
        };
        progress.ran(done);
        if is_enough {
            break;
        }
        if !progress.is_drawn() && last_word.elapsed() >= SILENCE {
            last_word = Instant::now();
            let of = if let Repeat::Times(times) = repeat { format!(" of {times}") } else { String::new() };
            note(&format!("{}: {done}{of} runs", plan.scenario.source.name()));
        }
    }
    runs.finish(plan, repeat)
}

fn run_once(plan: &Plan, language: &str, interrupt: &Interrupt) -> RunReport {
    match engine::run(plan, interrupt) {
        Ok(trace) => {
            let analysis = analyse(&trace);
            let verdict = judge(plan, &trace, &analysis);
            RunReport::new(plan, language, verdict, Some((trace, analysis)))
        }
        Err(error) => {
            let outcome = Outcome::Error(format!("the run could not begin: {error}"));
            RunReport::new(plan, language, Verdict::without_run(outcome), None)
        }
    }
}

/// A run that is kept whole.
struct Kept {
    number: u64,
    shape: Shape,
    report: RunReport,
}

/// The runs so far: all of them counted, two of them kept.
#[derive(Default)]
struct Runs {
    tally: Tally,
    /// The first run that failed; until there is one, the first.
    shown: Option<Kept>,
    /// The first of another shape.
    differing: Option<Kept>,
    /// A run that could not begin: no use in going on.
    broken: Option<RunReport>,
}

impl Runs {
    /// Counts a run; tells whether to go on.
    fn add(&mut self, plan: &Plan, report: RunReport) -> bool {
        let (Some(trace), Some(analysis)) = (&report.trace, &report.analysis) else {
            self.broken = Some(report);
            return false;
        };
        let shape = self.tally.add(plan, &report.verdict.outcome, trace, analysis);
        let kept = Kept { number: self.tally.runs(), shape, report };
        let passed = |kept: &Kept| kept.report.verdict.outcome == Outcome::Pass;
        match &self.shown {
            None => self.shown = Some(kept),
            Some(shown) if passed(shown) && !passed(&kept) => {
                let earlier = self.shown.replace(kept);
                let shape = self.shown.as_ref().map(|shown| &shown.shape);
                self.differing = earlier.filter(|earlier| Some(&earlier.shape) != shape).or(self.differing.take());
            }
            Some(shown) if self.differing.is_none() && shown.shape != kept.shape => self.differing = Some(kept),
            Some(_) => {}
        }
        true
    }

    fn finish(self, plan: &Plan, repeat: Repeat) -> RunReport {
        let Some(shown) = self.shown.filter(|_| self.broken.is_none()) else {
            return self
                .broken
                .unwrap_or_else(|| RunReport::new(plan, "en", Verdict::without_run(Outcome::Error("no run took place".to_owned())), None));
        };
        let mut report = shown.report;
        let distribution = self.tally.finish();
        judge_rates(plan, &distribution, &mut report.verdict);
        let differing = self.differing.map(|kept| (kept.number, Box::new(kept.report)));
        let asked = if let Repeat::Times(times) = repeat { Some(times) } else { None };
        report.repeats = Some(Repeats { distribution, asked, shown: shown.number, differing });
        report
    }
}
