//! One plan through the whole pipeline: once, many times, or again when it did not pass.

use std::time::{Duration, Instant};

use super::exhausted::exhausted;
use crate::analysis::analyse;
use crate::engine::{self, Interrupt};
use crate::plan::Plan;
use crate::repeat::{Shape, Tally, judge_rates};
use crate::report::{Attempt, Repeats, RunReport};
use crate::verdict::{Outcome, Verdict, judge};

/// How often each plan is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Once.
    Once,
    /// So many times.
    Times(u64),
    /// Again and again, for this long.
    For(Duration),
}

/// What holds for every run.
#[derive(Clone, Copy)]
pub struct Rules<'r> {
    /// How often each is run.
    pub repeat: Repeat,
    /// How often one that did not pass is tried again.
    pub retries: u32,
    /// The language of the scenario's texts.
    pub language: &'r str,
    /// The user's wish to stop.
    pub interrupt: &'r Interrupt,
}

/// Asked after a run that did not get what it needed, with the reason and how often that happened: whether to try again.
type MakeRoom<'m> = dyn Fn(&str, u32) -> bool + 'm;

/// Carries a plan out as often as asked. `repeated` is told how many repeats there were so far.
pub(super) fn carry_out(plan: &Plan, rules: &Rules<'_>, repeated: &dyn Fn(u64), make_room: &MakeRoom<'_>) -> RunReport {
    if let Some(reason) = engine::missing(plan) {
        return RunReport::new(plan, rules.language, Verdict::without_run(Outcome::Skip(reason)), None);
    }
    if rules.repeat != Repeat::Once {
        return run_many(plan, rules, repeated, make_room);
    }
    let mut earlier = Vec::new();
    loop {
        let mut report = run_once(plan, rules, make_room);
        let passed = report.verdict.outcome == Outcome::Pass;
        if passed || earlier.len() as u64 >= u64::from(rules.retries) || rules.interrupt.signal().is_some() {
            report.earlier = earlier;
            return report;
        }
        let duration_ns = report.trace.as_ref().map_or(0, |trace| trace.duration_ns);
        earlier.push(Attempt { verdict: report.verdict, duration_ns });
    }
}

fn run_many(plan: &Plan, rules: &Rules<'_>, repeated: &dyn Fn(u64), make_room: &MakeRoom<'_>) -> RunReport {
    let start = Instant::now();
    let mut runs = Runs::default();
    loop {
        let run = run_once(plan, rules, make_room);
        // A run that was broken off says nothing about how runs come out.
        if rules.interrupt.signal().is_some() {
            return if runs.tally.runs() == 0 { run } else { runs.finish(plan, rules.repeat) };
        }
        if !runs.add(run) {
            break;
        }
        let done = runs.tally.runs();
        repeated(done);
        let is_enough = match rules.repeat {
            Repeat::Once => true,
            Repeat::Times(times) => done >= times,
            Repeat::For(time) => start.elapsed() >= time,
        };
        if is_enough {
            break;
        }
    }
    runs.finish(plan, rules.repeat)
}

/// One run; again, when the machine was out of something and there may be more of it now.
fn run_once(plan: &Plan, rules: &Rules<'_>, make_room: &MakeRoom<'_>) -> RunReport {
    for tries in 1.. {
        let report = attempt(plan, rules);
        match exhausted(&report) {
            Some(reason) if make_room(&reason, tries) => {}
            _ => return report,
        }
    }
    unreachable!("make_room says no at some time")
}

fn attempt(plan: &Plan, rules: &Rules<'_>) -> RunReport {
    match engine::run(plan, rules.interrupt) {
        Ok(trace) => {
            let analysis = analyse(&trace);
            let verdict = judge(plan, &trace, &analysis);
            RunReport::new(plan, rules.language, verdict, Some((trace, analysis)))
        }
        Err(error) => {
            let outcome = Outcome::Error(format!("the run could not begin: {error}"));
            let mut report = RunReport::new(plan, rules.language, Verdict::without_run(outcome), None);
            report.begin_error = error.raw_os_error();
            report
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
    fn add(&mut self, report: RunReport) -> bool {
        let (Some(trace), Some(analysis), Some(shape)) = (&report.trace, &report.analysis, report.shape.clone()) else {
            self.broken = Some(report);
            return false;
        };
        self.tally.add(&shape, &report.verdict.outcome, trace, analysis);
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
