//! Two reports side by side, by shape: what came out otherwise, on another kernel or after a change.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::head::VERSION;
use super::model::{Report, RunReport};
use super::style::{BAD, GOOD, Style, paint, wrap};
use crate::scenario::visible;
use crate::trace::Environment;
use crate::verdict::Outcome;

/// What differs between two reports.
#[derive(Clone, Debug, Serialize)]
pub struct Diff {
    /// The version of this format.
    pub version: u32,
    /// What differs in the machine or the program: its name, on the one side and on the other.
    pub environment: Vec<Difference>,
    /// The runs that are on both sides, or on one.
    pub runs: Vec<RunDiff>,
    /// Runs that came out alike.
    pub same: u64,
    /// Runs that did not.
    pub different: u64,
    /// Runs that are on one side only.
    pub alone: u64,
}

/// Something that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What.
    pub what: String,
    /// How it is in the first report.
    pub a: String,
    /// How it is in the second.
    pub b: String,
}

/// One run on both sides.
#[derive(Clone, Debug, Serialize)]
pub struct RunDiff {
    /// Its name.
    pub name: String,
    /// On which sides it is.
    pub on: Sides,
    /// What differs; nothing where it came out alike.
    pub differences: Vec<Difference>,
}

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// In both reports.
    Both,
    /// In the first only.
    A,
    /// In the second only.
    B,
}

impl Diff {
    /// Compares two reports. Of a run that is there several times the first counts.
    pub fn of(a: &Report, b: &Report) -> Self {
        let (by_name_a, by_name_b) = (by_name(a), by_name(b));
        let mut names: Vec<&String> = by_name_a.keys().chain(by_name_b.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let runs: Vec<RunDiff> = names
            .into_iter()
            .map(|name| {
                let (on, differences) = match (by_name_a.get(name), by_name_b.get(name)) {
                    (Some(a), Some(b)) => (Sides::Both, differences(a, b)),
                    (Some(_), None) => (Sides::A, Vec::new()),
                    _ => (Sides::B, Vec::new()),
                };
                RunDiff { name: name.clone(), on, differences }
            })
            .collect();
        let count = |wanted: &dyn Fn(&&RunDiff) -> bool| runs.iter().filter(wanted).count() as u64;
        Self {
            version: VERSION,
            environment: environment(a, b),
            same: count(&|run| run.on == Sides::Both && run.differences.is_empty()),
            different: count(&|run| !run.differences.is_empty()),
            alone: count(&|run| run.on != Sides::Both),
            runs,
        }
    }

    /// Whether every run is on both sides and came out alike.
    pub fn is_empty(&self) -> bool {
        self.different == 0 && self.alone == 0
    }
}

fn by_name(report: &Report) -> BTreeMap<String, &RunReport> {
    let mut runs = BTreeMap::new();
    for run in &report.runs {
        runs.entry(run.name()).or_insert(run);
    }
    runs
}

/// Facts of a run, each by its name; times are none of them.
fn facts(run: &RunReport) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let outcome = match &run.verdict.outcome {
        Outcome::Pass => "pass".to_owned(),
        Outcome::Fail => "fail".to_owned(),
        Outcome::Skip(reason) => format!("skip: {reason}"),
        Outcome::Error(reason) => format!("error: {reason}"),
    };
    facts.insert("outcome".to_owned(), outcome);
    if let Some(repeats) = &run.repeats {
        // How often is a matter of chance; which ones there are is less so.
        let mut shapes: Vec<String> = repeats.distribution.shapes.iter().map(|shape| shape.shape.to_string()).collect();
        shapes.sort_unstable();
        facts.insert("shapes".to_owned(), shapes.join(" | "));
        return facts;
    }
    for flow in run.shape.iter().flat_map(|shape| &shape.flows) {
        facts.insert(format!("{} reads", flow.flow), format!("{} ({})", flow.reads, flow.outcome.name()));
    }
    for (index, failure) in run.shape.iter().flat_map(|shape| &shape.failures).enumerate() {
        facts.insert(format!("failed call {}", index + 1), failure.clone());
    }
    for flow in run.analysis.iter().flat_map(|analysis| &analysis.flows).filter(|flow| flow.is_active()) {
        if let Some(segments) = flow.segments.as_ref().filter(|segments| segments.complete) {
            facts.insert(format!("{} segments", flow.full_name()), segments.count.to_string());
        }
        if !flow.causes.is_empty() {
            let causes: Vec<&str> = flow.causes.iter().map(|cause| cause.name.name()).collect();
            facts.insert(format!("{} causes", flow.full_name()), causes.join(", "));
        }
    }
    facts
}

fn differences(a: &RunReport, b: &RunReport) -> Vec<Difference> {
    differing(&facts(a), &facts(b))
}

fn differing(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<Difference> {
    let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let side = |facts: &BTreeMap<String, String>, name| facts.get(name).cloned().unwrap_or_else(|| "-".to_owned());
    let pairs = names.into_iter().map(|name| Difference { what: name.clone(), a: side(a, name), b: side(b, name) });
    pairs.filter(|difference| difference.a != difference.b).collect()
}

fn environment(a: &Report, b: &Report) -> Vec<Difference> {
    let facts = |report: &Report| {
        let mut facts = BTreeMap::from([("options".to_owned(), report.head.suite.options.join(" "))]);
        if let Some(Environment { netlab, os, kernel, arch, cpus, .. }) =
            report.runs.iter().find_map(|run| run.trace.as_ref()).map(|trace| &trace.environment)
        {
            let known = [("netlab", netlab), ("system", os), ("kernel", kernel), ("processor", arch)];
            facts.extend(known.map(|(name, value)| (name.to_owned(), value.clone())));
            facts.insert("processors".to_owned(), cpus.to_string());
        }
        facts
    };
    differing(&facts(a), &facts(b))
}

/// Writes what differs; of runs that came out alike only how many.
///
/// # Errors
/// What the writer gives.
pub fn write_diff(diff: &Diff, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let line = |difference: &Difference| {
        let none = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
        visible(&format!("{}: {} {} {}", difference.what, none(&difference.a), style.arrow(), none(&difference.b)))
    };
    for difference in &diff.environment {
        wrap(&line(difference), style.width).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    for run in &diff.runs {
        match (run.on, run.differences.is_empty()) {
            (Sides::Both, true) if style.verbose => writeln!(out, "{} {}", paint(GOOD, "SAME"), visible(&run.name))?,
            (Sides::Both, true) => {}
            (Sides::Both, false) => writeln!(out, "{} {}", paint(BAD, "DIFFERS"), visible(&run.name))?,
            (Sides::A, _) => writeln!(out, "{} {}", paint(BAD, "ONLY IN A"), visible(&run.name))?,
            (Sides::B, _) => writeln!(out, "{} {}", paint(BAD, "ONLY IN B"), visible(&run.name))?,
        }
        for difference in &run.differences {
            wrap(&line(difference), style.width.saturating_sub(2)).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
        }
    }
    let alone = if diff.alone > 0 { format!(", {} on one side only", diff.alone) } else { String::new() };
    writeln!(out, "{} alike, {} different{alone}", diff.same, diff.different)
}
