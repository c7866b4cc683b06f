//! JUnit XML, as CI servers read it: a suite a file, a case a run.

use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{FlakyOrRerun, NonSuccessKind, Property, Report as JunitReport, TestCase, TestCaseStatus, TestRerun, TestSuite};

use super::distribution::in_short;
use super::head::{Policy, ReportHead, Summary};
use super::model::{Attempt, InvalidFile, RunReport};
use super::plain;
use super::renderer::Renderer;
use crate::scenario::visible;
use crate::verdict::{Outcome, Verdict};

/// Collects what the totals are made of, which stand first in the file; of runs that went well a name and a time.
#[derive(Default)]
pub struct JunitRenderer {
    policy: Policy,
    suites: Vec<TestSuite>,
    /// Where the suite of a file is: shuffled, its runs do not follow one another.
    places: HashMap<String, usize>,
}

impl JunitRenderer {
    fn add(&mut self, file: &str, case: TestCase) {
        let place = *self.places.entry(file.to_owned()).or_insert(self.suites.len());
        if place == self.suites.len() {
            self.suites.push(TestSuite::new(name(file)));
        }
        let suite = &mut self.suites[place];
        suite.set_time(suite.time.unwrap_or_default() + case.time.unwrap_or_default());
        suite.add_test_case(case);
    }
}

impl Renderer for JunitRenderer {
    fn head(&mut self, head: &ReportHead, _: &mut dyn Write) -> io::Result<()> {
        self.policy = head.suite.policy;
        Ok(())
    }

    fn invalid(&mut self, file: &InvalidFile, _: &mut dyn Write) -> io::Result<()> {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        let first = file.problems.first().map_or("not a scenario", |problem| problem.title.as_str());
        status.set_type("invalid").set_message(xml(first)).set_description(xml(&plain::problems(file)));
        let mut case = TestCase::new(name(&file.file), status);
        case.set_classname(name(&file.file));
        self.add(&file.file, case);
        Ok(())
    }

    fn run(&mut self, run: &RunReport, _: &mut dyn Write) -> io::Result<()> {
        let mut case = TestCase::new(name(&run.name()), status_of(run, self.policy));
        case.set_classname(name(&run.scenario.file));
        if let Some(took) = run.took() {
            case.set_time(took);
        }
        if let Some(repeats) = &run.repeats {
            let distribution = &repeats.distribution;
            case.add_property(Property::new("runs", distribution.runs.to_string()));
            case.add_property(Property::new("passed", distribution.passed.to_string()));
            case.add_property(Property::new("outcomes", in_short(distribution)));
        }
        if !run.went_well(self.policy) || run.is_flaky() {
            case.set_system_out(xml(&format!("{}\n{}", plain::details(run)?, plain::hexdump(run)?)));
        }
        self.add(&run.scenario.file, case);
        Ok(())
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        if summary.interrupted || summary.not_run > 0 {
            let why = if summary.interrupted { "interrupted" } else { "stopped after failures" };
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("incomplete").set_message(format!("{why}: {} runs were not begun", summary.not_run));
            self.add("netlab", TestCase::new("the suite is incomplete", status));
        }
        let mut report = JunitReport::new("netlab");
        report.add_test_suites(self.suites.drain(..));
        report.set_time(Duration::from_millis(summary.elapsed_ms));
        let mut document = Vec::new();
        report.serialize(&mut document).map_err(io::Error::other)?;
        out.write_all(&document)
    }
}

/// A name on one line, with nothing in it that commands a terminal.
fn name(text: &str) -> String {
    xml(&visible(text))
}

/// Text without the two characters that XML 1.0 does not have (production 2) and the writer lets pass; control characters it leaves out itself.
fn xml(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn kind_of(verdict: &Verdict) -> NonSuccessKind {
    if matches!(verdict.outcome, Outcome::Error(_)) { NonSuccessKind::Error } else { NonSuccessKind::Failure }
}

fn type_of(verdict: &Verdict) -> &'static str {
    if matches!(verdict.outcome, Outcome::Error(_)) { "could not be carried out" } else { "expectation" }
}

fn status_of(run: &RunReport, policy: Policy) -> TestCaseStatus {
    let reruns = || run.earlier.iter().map(|attempt| rerun_of(attempt, run));
    match &run.verdict.outcome {
        Outcome::Pass if run.went_well(policy) => {
            let mut status = TestCaseStatus::success();
            status.add_reruns(reruns());
            status
        }
        Outcome::Skip(reason) if run.went_well(policy) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(xml(reason));
            status
        }
        _ => {
            let mut status = TestCaseStatus::non_success(kind_of(&run.verdict));
            let drawn: Vec<String> = run.verdict.mismatches.iter().map(|mismatch| plain::mismatch(mismatch, run)).collect();
            let kind = if run.is_flaky() { "flaky" } else { type_of(&run.verdict) };
            status.set_type(kind).set_message(xml(&plain::reason(run))).set_description(xml(&drawn.join("\n\n"))).add_reruns(reruns());
            if run.is_flaky() {
                status.set_rerun_kind(FlakyOrRerun::Flaky);
            }
            status
        }
    }
}

fn rerun_of(attempt: &Attempt, run: &RunReport) -> TestRerun {
    let mut rerun = TestRerun::new(kind_of(&attempt.verdict));
    let message = plain::reason_of(&attempt.verdict).unwrap_or_default();
    let drawn: Vec<String> = attempt.verdict.mismatches.iter().map(|mismatch| plain::mismatch(mismatch, run)).collect();
    rerun.set_type(type_of(&attempt.verdict)).set_message(xml(&message)).set_description(xml(&drawn.join("\n\n")));
    rerun.set_time(Duration::from_nanos(attempt.duration_ns));
    rerun
}
