//! A report that was read back from JSON, completed with what is not written there: the files' texts as places in them, and what was expected.
//!
//! Both come from the texts that the report carries, read and planned again under the settings it names; no file is opened and no socket.

use std::collections::HashMap;
use std::sync::Arc;

use super::model::{InvalidFile, Report, RunReport, SettingsReport};
use crate::plan::{Overrides, Plan, plan};
use crate::scenario::{Diagnostic, NoBases, Place, Scenario, Source, Span, Variables};

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
    if version != super::VERSION {
        let than = if version > super::VERSION { "newer" } else { "older" };
        return Err(format!("a report of version {version}, which is {than} than the version {} that this netlab reads", super::VERSION));
    }
    let mut report: Report = serde_json::from_str(text).map_err(|error| format!("not a report of netlab's: {error}"))?;
    let sources: HashMap<String, Arc<Source>> =
        report.head.sources.iter().map(|source| (source.file.clone(), source.to_source())).collect();
    let mut scenarios = HashMap::new();
    for run in &mut report.runs {
        restore_run(run, &sources, &mut scenarios);
    }
    for file in &mut report.invalid {
        restore_invalid(file, &sources);
    }
    Ok(report)
}

#[derive(serde::Deserialize)]
struct Version {
    version: u32,
}

type Scenarios = HashMap<String, Option<Arc<Scenario>>>;

fn restore_run(run: &mut RunReport, sources: &HashMap<String, Arc<Source>>, scenarios: &mut Scenarios) {
    let file = run.scenario.file.clone();
    let variables = Variables::of_scenario(&run.variables);
    let parse = || Scenario::parse_with(Arc::clone(sources.get(&file)?), &NoBases, &variables).ok().map(Arc::new);
    let scenario = scenarios.entry(file.clone()).or_insert_with(parse).clone();
    match scenario.and_then(|scenario| same_plan(run, &scenario)) {
        Some(plan) => {
            run.source = Arc::clone(&plan.scenario.source);
            run.expect = plan.expect;
        }
        None => {
            // Without the text there is no place to show.
            run.source = Source::new(file, "");
            let earlier = run.earlier.iter_mut().map(|attempt| &mut attempt.verdict);
            for mismatch in std::iter::once(&mut run.verdict).chain(earlier).flat_map(|verdict| &mut verdict.mismatches) {
                (mismatch.place.start, mismatch.place.end) = (0, 0);
            }
        }
    }
    if let Some((_, differing)) = run.repeats.as_mut().and_then(|repeats| repeats.differing.as_mut()) {
        restore_run(differing, sources, scenarios);
    }
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
    }
}

fn restore_invalid(file: &mut InvalidFile, sources: &HashMap<String, Arc<Source>>) {
    let source = sources.get(&file.file);
    let restored = file.problems.iter().map(|problem| {
        // Their offsets count in the file, or the base, that they are in.
        let offset = source.and_then(|source| {
            let file = problem.file.as_deref().unwrap_or(&file.file);
            source.parts().find(|part| part.name == file).map(|part| part.start)
        });
        let span =
            problem.start.zip(problem.end).zip(offset).map(|((start, end), offset)| Span { start: start + offset, end: end + offset });
        let place = source.zip(span).filter(|(source, span)| span.end <= source.text().len()).map(|(source, span)| {
            let label = problem.label.clone().unwrap_or_default();
            Place { source: Arc::clone(source), span, label, related: None }
        });
        Diagnostic { problem: problem.problem, title: problem.title.clone(), file: file.file.clone(), place, help: problem.help.clone() }
    });
    file.diagnostics = restored.collect();
}
