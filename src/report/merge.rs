//! Reports of parts of a suite joined into one, and whether they are the whole.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::head::{Policy, Shard, SourceText, Suite, Summary};
use super::model::{Report, RunReport};

/// Several reports as one, its runs in the order of their names where they are parts of a suite; and what is wrong with the parts.
///
/// The time is that of the slowest: parts run beside one another. What counts as good is what the strictest of them says.
pub fn merge(mut reports: Vec<(String, Report)>, parts: bool) -> (Option<Report>, Vec<String>) {
    let problems = if parts { [missing(&reports), double(&reports)].concat() } else { Vec::new() };
    let selected = if parts { selected_of_parts(&reports) } else { selected_of_all(&reports) };
    let mut texts = Texts::default();
    reports.iter_mut().for_each(|(_, report)| texts.add(report));
    let mut reports = reports.into_iter().map(|(_, report)| report);
    let Some(mut whole) = reports.next() else { return (None, problems) };
    for report in reports {
        let Suite { shuffle, retries, options, policy, .. } = report.head.suite;
        let suite = &mut whole.head.suite;
        suite.retries = suite.retries.max(retries);
        suite.shuffle = suite.shuffle.filter(|seed| shuffle == Some(*seed));
        suite.policy =
            Policy { strict: suite.policy.strict || policy.strict, flaky_passes: suite.policy.flaky_passes && policy.flaky_passes };
        if suite.options != options {
            suite.options.clear();
        }
        whole.invalid.extend(report.invalid);
        whole.runs.extend(report.runs);
        let Summary { interrupted, not_run, elapsed_ms, .. } = report.summary;
        whole.summary.interrupted |= interrupted;
        whole.summary.not_run = whole.summary.not_run.saturating_add(not_run);
        whole.summary.elapsed_ms = whole.summary.elapsed_ms.max(elapsed_ms);
    }
    whole.head.suite.selected = selected;
    if parts {
        whole.head.suite.shard = None;
        whole.runs.sort_by_key(RunReport::name);
        let mut seen = BTreeSet::new();
        whole.runs.retain(|run| seen.insert(run.name()));
        let mut seen = BTreeSet::new();
        whole.invalid.retain(|file| seen.insert(file.file.clone()));
        // What one of them did not begin another one may have run.
        whole.summary.not_run = selected.saturating_sub(whole.runs.len() as u64);
    }
    texts.settle(&mut whole);
    let files: BTreeSet<&str> =
        whole.runs.iter().map(|run| run.scenario.file.as_str()).chain(whole.invalid.iter().map(|file| file.file.as_str())).collect();
    whole.head.suite.files = files.len() as u64;
    let Summary { interrupted, not_run, elapsed_ms, .. } = whole.summary;
    whole.summary = Summary { interrupted, not_run, elapsed_ms, invalid: whole.invalid.len() as u64, ..Summary::default() };
    whole.runs.iter().for_each(|run| whole.summary.count(run, whole.head.suite.policy));
    (Some(whole), problems)
}

/// The texts of all reports, each once. Two of them may be of one file, which was changed in between.
#[derive(Default)]
struct Texts {
    all: Vec<SourceText>,
    by_file: HashMap<String, Vec<usize>>,
}

impl Texts {
    /// Takes the texts of a report, and gives each of its runs and files the number that its text has here.
    fn add(&mut self, report: &mut Report) {
        let mut by_name = HashMap::new();
        let mut places = Vec::new();
        for source in std::mem::take(&mut report.head.sources) {
            let place = self.place(source);
            by_name.entry(self.all[place].file.clone()).or_insert(place);
            places.push(place);
        }
        let place = |index: Option<usize>, file: &str| match index {
            Some(index) => places.get(index).copied(),
            None => by_name.get(file).copied(),
        };
        each_text(report, &mut |index, file| *index = place(*index, file));
    }

    fn place(&mut self, source: SourceText) -> usize {
        let known = self.by_file.entry(source.file.clone()).or_default();
        if let Some(&place) = known.iter().find(|&&place| self.all[place] == source) {
            return place;
        }
        known.push(self.all.len());
        self.all.push(source);
        self.all.len() - 1
    }

    /// Puts the texts into the report. A number stands only where the name of the file does not tell which it is.
    fn settle(self, whole: &mut Report) {
        each_text(whole, &mut |index, file| *index = index.filter(|_| self.by_file.get(file).is_some_and(|places| places.len() > 1)));
        whole.head.sources = self.all;
    }
}

/// Every reference to a text: of runs, of the differing one among their repeats, and of files that are no scenarios.
fn each_text(report: &mut Report, change: &mut dyn FnMut(&mut Option<usize>, &str)) {
    for run in &mut report.runs {
        let mut next = Some(run);
        while let Some(run) = next {
            change(&mut run.text_index, &run.scenario.file);
            next = run.repeats.as_mut().and_then(|repeats| repeats.differing.as_mut()).map(|(_, run)| run.as_mut());
        }
    }
    report.invalid.iter_mut().for_each(|file| change(&mut file.text_index, &file.file));
}

fn selected_of_all(reports: &[(String, Report)]) -> u64 {
    reports.iter().fold(0, |sum, (_, report)| sum.saturating_add(report.head.suite.selected))
}

/// How many runs the parts have together. A part that is there twice counts once: as it was when the most was selected of it.
fn selected_of_parts(reports: &[(String, Report)]) -> u64 {
    let mut of_shards: BTreeMap<Shard, u64> = BTreeMap::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut not_run = 0_u64;
    for (_, report) in reports {
        let Suite { selected, shard, .. } = report.head.suite;
        match shard {
            Some(shard) => {
                let known = of_shards.entry(shard).or_default();
                *known = selected.max(*known);
            }
            None => {
                let before = names.len();
                names.extend(report.runs.iter().map(RunReport::name));
                // A report that is there a second time has nothing new, and leaves out what the first one left out.
                let is_new = names.len() > before || report.runs.is_empty();
                not_run = not_run.saturating_add(if is_new { report.summary.not_run } else { 0 });
            }
        }
    }
    let of_sharded: BTreeSet<String> = reports
        .iter()
        .filter(|(_, report)| report.head.suite.shard.is_some())
        .flat_map(|(_, report)| &report.runs)
        .map(RunReport::name)
        .collect();
    let others = names.difference(&of_sharded).count() as u64;
    of_shards.into_values().fold(others.saturating_add(not_run), u64::saturating_add)
}

/// How many names of parts are listed.
const MOST_NAMES: usize = 10;

/// Parts that are missing, and reports that are parts of something else.
fn missing(reports: &[(String, Report)]) -> Vec<String> {
    let mut problems = Vec::new();
    let shards: Vec<(&str, Shard)> =
        reports.iter().filter_map(|(file, report)| report.head.suite.shard.map(|shard| (file.as_str(), shard))).collect();
    let Some(&(first, of_first @ Shard { count, by_hash, .. })) = shards.first() else { return problems };
    for (file, report) in reports {
        match report.head.suite.shard {
            None => problems.push(format!("{file} is of a suite that was not divided, and {first} is part {of_first}")),
            Some(shard) if (shard.count, shard.by_hash) != (count, by_hash) => {
                problems.push(format!("{file} is part {shard}, and {first} is a part of another division"));
            }
            Some(_) => {}
        }
    }
    let there: BTreeSet<u32> = shards.iter().map(|(_, shard)| shard.index).collect();
    let mut missing = (1..=count).filter(|index| !there.contains(index));
    let named: Vec<String> = missing.by_ref().take(MOST_NAMES).map(|index| Shard { index, count, by_hash }.to_string()).collect();
    let more = match missing.count() {
        0 => String::new(),
        more => format!(", nor {more} more"),
    };
    if !named.is_empty() {
        problems.push(format!("not the whole suite: no report is part {}{more}", named.join(", ")));
    }
    problems
}

/// What is in two of the parts.
fn double(reports: &[(String, Report)]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (file, report) in reports {
        let runs = report.runs.iter().map(RunReport::name);
        for name in runs.chain(report.invalid.iter().map(|invalid| invalid.file.clone())) {
            if let Some(other) = seen.insert(name.clone(), file) {
                problems.push(format!("{name} is in {other} and in {file}; the first is kept"));
            }
        }
    }
    problems
}
