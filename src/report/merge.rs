//! Reports of parts of a suite joined into one, and whether they are the whole.

use std::collections::{BTreeSet, HashMap};

use super::head::{Shard, Suite, Summary};
use super::model::Report;

/// Several reports as one, its runs in the order of their names where they are parts of a suite; and what is wrong with the parts.
///
/// The time is that of the slowest: parts run beside one another.
pub fn merge(reports: Vec<(String, Report)>, parts: bool) -> (Option<Report>, Vec<String>) {
    let problems = if parts { missing_and_double(&reports) } else { Vec::new() };
    let mut reports = reports.into_iter().map(|(_, report)| report);
    let Some(mut whole) = reports.next() else { return (None, problems) };
    for report in reports {
        let Suite { selected, shuffle, retries, options, .. } = report.head.suite;
        let suite = &mut whole.head.suite;
        suite.selected += selected;
        suite.retries = suite.retries.max(retries);
        suite.shuffle = suite.shuffle.filter(|seed| shuffle == Some(*seed));
        if suite.options != options {
            suite.options.clear();
        }
        for source in report.head.sources {
            if !whole.head.sources.contains(&source) {
                whole.head.sources.push(source);
            }
        }
        whole.invalid.extend(report.invalid);
        whole.runs.extend(report.runs);
        let Summary { interrupted, not_run, elapsed_ms, .. } = report.summary;
        whole.summary.interrupted |= interrupted;
        whole.summary.not_run += not_run;
        whole.summary.elapsed_ms = whole.summary.elapsed_ms.max(elapsed_ms);
    }
    if parts {
        whole.head.suite.shard = None;
        whole.runs.sort_by_key(super::RunReport::name);
        let mut seen = BTreeSet::new();
        whole.runs.retain(|run| seen.insert(run.name()));
    }
    let files: BTreeSet<&str> =
        whole.runs.iter().map(|run| run.scenario.file.as_str()).chain(whole.invalid.iter().map(|file| file.file.as_str())).collect();
    whole.head.suite.files = files.len() as u64;
    let Summary { interrupted, not_run, elapsed_ms, .. } = whole.summary;
    whole.summary = Summary { interrupted, not_run, elapsed_ms, invalid: whole.invalid.len() as u64, ..Summary::default() };
    whole.runs.iter().for_each(|run| whole.summary.count(run, whole.head.suite.policy));
    (Some(whole), problems)
}

/// Parts that are missing, and what is in two of them.
fn missing_and_double(reports: &[(String, Report)]) -> Vec<String> {
    let mut problems = Vec::new();
    let shards: Vec<(&str, Shard)> =
        reports.iter().filter_map(|(file, report)| report.head.suite.shard.map(|shard| (file.as_str(), shard))).collect();
    if let Some((first, Shard { count, by_hash, .. })) = shards.first() {
        for (file, shard) in &shards {
            if (shard.count, shard.by_hash) != (*count, *by_hash) {
                problems.push(format!("{file} is part {shard}, and {first} is a part of another division"));
            }
        }
        let missing: Vec<String> = (1..=*count)
            .filter(|index| !shards.iter().any(|(_, shard)| shard.index == *index))
            .map(|index| Shard { index, count: *count, by_hash: *by_hash }.to_string())
            .collect();
        if !missing.is_empty() {
            problems.push(format!("not the whole suite: no report is part {}", missing.join(", ")));
        }
    }
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (file, report) in reports {
        for name in report.runs.iter().map(super::RunReport::name) {
            if let Some(other) = seen.insert(name.clone(), file) {
                problems.push(format!("{name} is in {other} and in {file}; the first is kept"));
            }
        }
    }
    problems
}
