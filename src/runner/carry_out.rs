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
    let first = run_once(plan, rules, make_room);
    // A run that was broken off says nothing about how runs come out.
    if rules.interrupt.signal().is_some() {
        return first;
    }
    let mut runs = match Runs::begin(first) {
        Ok(runs) => runs,
        Err(broken) => return *broken,
    };
    loop {
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
        let run = run_once(plan, rules, make_room);
        // One that could not begin: no use in going on.
        if rules.interrupt.signal().is_some() || !runs.add(run) {
            break;
        }
    }
    runs.finish(plan, rules.repeat, start.elapsed())
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
struct Runs {
    tally: Tally,
    /// The first run that failed; until there is one, the first.
    shown: Kept,
    /// The first of another shape.
    differing: Option<Kept>,
    /// Why the last one could not begin.
    broken: Option<String>,
}

impl Runs {
    /// The first run; given back where it could not begin.
    fn begin(report: RunReport) -> Result<Self, Box<RunReport>> {
        let mut tally = Tally::default();
        let shown = count(&mut tally, report)?;
        Ok(Self { tally, shown, differing: None, broken: None })
    }

    /// Counts a run; tells whether to go on.
    fn add(&mut self, report: RunReport) -> bool {
        let kept = match count(&mut self.tally, report) {
            Ok(kept) => kept,
            Err(broken) => {
                let reason =
                    if let Outcome::Error(reason) = broken.verdict.outcome { reason } else { "the run could not begin".to_owned() };
                self.broken = Some(format!("run {}: {reason}", self.tally.runs() + 1));
                return false;
            }
        };
        let passed = |kept: &Kept| kept.report.verdict.outcome == Outcome::Pass;
        if passed(&self.shown) && !passed(&kept) {
            let earlier = std::mem::replace(&mut self.shown, kept);
            self.differing = Some(earlier).filter(|earlier| earlier.shape != self.shown.shape).or(self.differing.take());
        } else if self.differing.is_none() && self.shown.shape != kept.shape {
            self.differing = Some(kept);
        }
        true
    }

    /// All of them as one report. What was counted is kept, too, where a later run could not begin.
    fn finish(self, plan: &Plan, repeat: Repeat, elapsed: Duration) -> RunReport {
        let Kept { number: shown, mut report, .. } = self.shown;
        let distribution = self.tally.finish();
        judge_rates(plan, &distribution, &mut report.verdict);
        if let Some(reason) = self.broken {
            report.verdict.outcome = Outcome::Error(reason);
        }
        let differing = self.differing.map(|kept| (kept.number, Box::new(kept.report)));
        let asked = if let Repeat::Times(times) = repeat { Some(times) } else { None };
        let elapsed_ns = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        report.repeats = Some(Repeats { distribution, asked, shown, elapsed_ns, differing });
        report
    }
}

/// Counts a run; gives it back where it could not begin.
fn count(tally: &mut Tally, report: RunReport) -> Result<Kept, Box<RunReport>> {
    let (Some(trace), Some(analysis), Some(shape)) = (&report.trace, &report.analysis, report.shape.clone()) else {
        return Err(Box::new(report));
    };
    tally.add(&shape, &report.verdict.outcome, trace, analysis);
    Ok(Kept { number: tally.runs(), shape, report })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::plan::{Overrides, plan};
    use crate::scenario::{Scenario, Source};

    /// A run that takes place, and one that cannot begin, as where no thread can be made.
    fn one_and_a_broken_one() -> (Plan, RunReport, RunReport) {
        let text = r#"{ "title": "t", "texts": { "zh": { "title": "题" } }, "actors": { "a": [{ "bind": { "udp": "loopback:0" } }] } }"#;
        let scenario = Arc::new(Scenario::parse(Source::new("s.json", text)).expect("a scenario"));
        let plan = plan(&scenario, &Overrides::default()).expect("a plan").remove(0);
        let interrupt = Interrupt::new().expect("a pipe");
        let rules = Rules { repeat: Repeat::Times(3), retries: 0, language: "zh", interrupt: &interrupt };
        let run = attempt(&plan, &rules);
        let verdict = Verdict::without_run(Outcome::Error("the run could not begin: no thread".to_owned()));
        let broken = RunReport::new(&plan, "zh", verdict, None);
        (plan, run, broken)
    }

    #[test]
    fn a_repeat_that_cannot_begin_takes_nothing_from_the_others() {
        let (plan, run, broken) = one_and_a_broken_one();
        let mut runs = Runs::begin(run.clone()).expect("it took place");
        assert!(runs.add(run) && !runs.add(broken));
        let report = runs.finish(&plan, Repeat::Times(3), Duration::from_secs(2));
        assert_eq!(report.verdict.outcome, Outcome::Error("run 3: the run could not begin: no thread".to_owned()));
        assert_eq!(report.took(), Some(Duration::from_secs(2)), "all of them, and not the one that is shown");
        let repeats = report.repeats.expect("a distribution");
        assert_eq!((repeats.distribution.runs, repeats.distribution.passed, repeats.asked), (2, 2, Some(3)));
    }

    #[test]
    fn where_none_could_begin_the_first_is_reported_as_it_is() {
        let (_, _, broken) = one_and_a_broken_one();
        let given_back = Runs::begin(broken).err().expect("it did not take place");
        assert_eq!((given_back.scenario.title.as_str(), given_back.repeats.is_none()), ("题", true));
    }
}
