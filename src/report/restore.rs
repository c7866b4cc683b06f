//! A report that was read back from JSON, completed with what is not written there: the files' texts as places in them, and what was expected.
//!
//! Both come from the texts that the report carries, read and planned again under the settings it names; no file is opened and no socket.

use std::collections::HashMap;
use std::sync::Arc;

use super::model::{InvalidFile, Report, RunReport, SettingsReport};
use super::soundness::unsound;
use crate::plan::{Overrides, Plan, plan};
use crate::scenario::{Diagnostic, NoBases, Place, Scenario, Source, Span, Variables};
use crate::split::SplitReport;

/// Reads a report.
///
/// # Errors
/// What is wrong with it, where, and what to try.
pub fn read_report(text: &str) -> Result<Report, String> {
    let version = match serde_json::from_str::<Version>(text) {
        Ok(Version { version }) => version,
        Err(_) if text.lines().next().is_some_and(|line| line.contains("\"event\":\"suite\"")) => {
            return Err("these are events, as of --format jsonl; a report is what --report-json and --save-trace write".to_owned());
        }
        Err(error) => return Err(format!("not a report of netlab's: {error}")),
    };
    if serde_json::from_str::<SplitReport>(text).is_ok() {
        return Err("a report of `netlab split`: only those of `netlab run` are shown again, joined and compared".to_owned());
    }
    if version != super::VERSION {
        let than = if version > super::VERSION { "newer" } else { "older" };
        return Err(format!("a report of version {version}, which is {than} than the version {} that this netlab reads", super::VERSION));
    }
    let mut report: Report = serde_json::from_str(text).map_err(|error| format!("not a report of netlab's: {error}"))?;
    if let Some(reason) = unsound(&report) {
        return Err(format!("it was changed by hand, or damaged: {reason}"));
    }
    let mut texts = Texts::of(&report);
    report.runs.iter_mut().for_each(|run| restore_run(run, &mut texts));
    report.invalid.iter_mut().for_each(|file| restore_invalid(file, &texts));
    Ok(report)
}

#[derive(serde::Deserialize)]
struct Version {
    version: u32,
}

/// The texts of a report, and the scenarios in them.
struct Texts {
    sources: Vec<Arc<Source>>,
    /// The first of each name.
    by_name: HashMap<String, usize>,
    /// By the text and the values of the variables, as JSON: other values give another scenario.
    scenarios: HashMap<(usize, String), Option<Arc<Scenario>>>,
}

impl Texts {
    fn of(report: &Report) -> Self {
        let mut by_name = HashMap::new();
        for (index, source) in report.head.sources.iter().enumerate() {
            by_name.entry(source.file.clone()).or_insert(index);
        }
        Self { sources: report.head.sources.iter().map(super::SourceText::to_source).collect(), by_name, scenarios: HashMap::new() }
    }

    fn index(&self, file: &str, text_index: Option<usize>) -> Option<usize> {
        text_index.or_else(|| self.by_name.get(file).copied())
    }

    fn scenario_of(&mut self, run: &RunReport) -> Option<Arc<Scenario>> {
        let index = self.index(&run.scenario.file, run.text_index)?;
        let source = self.sources.get(index)?;
        let parse = || {
            let variables = Variables::of_scenario(&run.variables);
            Scenario::parse_with(Arc::clone(source), &NoBases, &variables).ok().map(Arc::new)
        };
        let values = serde_json::to_string(&run.variables).ok()?;
        self.scenarios.entry((index, values)).or_insert_with(parse).clone()
    }
}

fn restore_run(run: &mut RunReport, texts: &mut Texts) {
    match texts.scenario_of(run).and_then(|scenario| same_plan(run, &scenario)) {
        Some(plan) => {
            run.source = Arc::clone(&plan.scenario.source);
            run.expect = plan.expect;
        }
        // Without the text there is no place to show.
        None => run.source = Source::new(run.scenario.file.clone(), ""),
    }
    let earlier = run.earlier.iter_mut().map(|attempt| &mut attempt.verdict);
    for mismatch in std::iter::once(&mut run.verdict).chain(earlier).flat_map(|verdict| &mut verdict.mismatches) {
        let place = &mut mismatch.place;
        let span = span_in(&run.source, 0, (place.start, place.end)).unwrap_or_default();
        (place.start, place.end) = (span.start, span.end);
    }
    if let Some((_, differing)) = run.repeats.as_mut().and_then(|repeats| repeats.differing.as_mut()) {
        restore_run(differing, texts);
    }
}

/// A stretch of a text whose offsets count from `base`; none where the text has no such stretch: the report names it, and may say anything.
fn span_in(source: &Source, base: usize, (start, end): (usize, usize)) -> Option<Span> {
    let (start, end) = (base.checked_add(start)?, base.checked_add(end)?);
    source.text().get(start..end).map(|_| Span { start, end })
}

/// The plan of which this was a run.
fn same_plan(run: &RunReport, scenario: &Arc<Scenario>) -> Option<Plan> {
    let plans = plan(scenario, &overrides_of(&run.settings)).ok()?;
    plans.into_iter().find(|plan| plan.case == run.case && run.family.is_none_or(|family| family == plan.family))
}

/// The settings in force, as a command line that gives them again.
fn overrides_of(settings: &SettingsReport) -> Overrides {
    Overrides {
        nodelay: settings.nodelay,
        reuseaddr: settings.reuseaddr,
        recv_size: Some(settings.recv_size),
        sndbuf: settings.sndbuf,
        rcvbuf: settings.rcvbuf,
        timeout: Some(std::time::Duration::from_millis(settings.timeout_ms)),
        deadline: Some(std::time::Duration::from_millis(settings.deadline_ms)),
        seed: Some(settings.seed),
        sample: Some(settings.sample),
        // Nothing is sent anywhere.
        allow_remote: true,
        // Nor is anything started.
        allow_exec: true,
    }
}

fn restore_invalid(file: &mut InvalidFile, texts: &Texts) {
    let source = texts.index(&file.file, file.text_index).and_then(|index| texts.sources.get(index));
    let restored = file.problems.iter().map(|problem| {
        let place = source.and_then(|source| {
            // Their offsets count in the file, or the base, that they are in.
            let name = problem.file.as_deref().unwrap_or(&file.file);
            let part = source.parts().find(|part| part.name == name)?;
            let span = span_in(source, part.start, problem.start.zip(problem.end)?)?;
            let label = problem.label.clone().unwrap_or_default();
            Some(Place { source: Arc::clone(source), span, label, related: None })
        });
        Diagnostic { problem: problem.problem, title: problem.title.clone(), file: file.file.clone(), place, help: problem.help.clone() }
    });
    file.diagnostics = restored.collect();
}
