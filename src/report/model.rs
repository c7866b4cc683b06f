//! What a report says, before anybody decides how it looks.

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::analysis::Analysis;
use crate::plan::{Note, Plan, Settings};
use crate::repeat::Distribution;
use crate::scenario::{BoundaryWord, Diagnostic, Expectations, Family, Problem, Source, Variable};
use crate::trace::Trace;
use crate::verdict::{Outcome, Verdict};

/// The version of the JSON report. It changes when a field changes its meaning or goes; new fields do not change it.
pub const VERSION: u32 = 1;

/// Everything that a call of `netlab run` found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this format.
    pub version: u32,
    /// netlab's version.
    pub netlab: String,
    /// Files that are not scenarios, with every error.
    pub invalid: Vec<InvalidFile>,
    /// The runs, in the order in which they took place.
    pub runs: Vec<RunReport>,
    /// The numbers.
    pub summary: Summary,
}

/// A file that is not a scenario.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InvalidFile {
    /// Its name.
    pub file: String,
    /// Its errors.
    pub problems: Vec<ProblemReport>,
    /// The errors with their places, for drawing.
    #[serde(skip)]
    #[schemars(skip)]
    pub diagnostics: Vec<Diagnostic>,
}

/// An error of a file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProblemReport {
    /// Its kind: a stable name.
    pub problem: Problem,
    /// What is wrong.
    pub title: String,
    /// The file that it is in, where that is a base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What was expected there.
    pub label: Option<String>,
    /// What to try.
    pub help: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// Byte offset of the start in the file that it is in.
    pub start: Option<usize>,
    /// Byte offset behind the end.
    pub end: Option<usize>,
}

/// One run: a scenario, in one of its cases, over one address family.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RunReport {
    /// The scenario.
    pub scenario: ScenarioHead,
    /// The case.
    pub case: Option<String>,
    /// What is different in the case.
    pub case_about: Option<String>,
    /// The address family, where the scenario runs over several.
    pub family: Option<Family>,
    /// The settings in force.
    pub settings: SettingsReport,
    /// The variables that the scenario declares or uses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    /// What the command line changed, and what it could not.
    pub notes: Vec<Note>,
    /// The judgement.
    pub verdict: Verdict,
    /// How all runs came out, where there were several. What else stands here is of the first that failed, or of the first.
    pub repeats: Option<Repeats>,
    /// What was seen; absent when it was skipped.
    pub trace: Option<Trace>,
    /// What was concluded from it.
    pub analysis: Option<Analysis>,
    /// The file's text, for drawing.
    #[serde(skip)]
    #[schemars(skip)]
    pub source: Arc<Source>,
    /// What was expected, for the boundary table.
    #[serde(skip)]
    #[schemars(skip)]
    pub expect: Expectations,
}

/// Many runs of one scenario, in one of its cases, over one address family.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Repeats {
    /// How they came out.
    pub distribution: Distribution,
    /// How many were asked for, where it was a number.
    pub asked: Option<u64>,
    /// The number of the run that is reported in full, from 1.
    pub shown: u64,
    /// The first run of another shape than the one reported in full, with its number.
    pub differing: Option<(u64, Box<RunReport>)>,
}

/// What identifies and explains a scenario.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ScenarioHead {
    /// The file, or the built-in name.
    pub file: String,
    /// The files that it extends, each one behind the one that extends it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bases: Vec<String>,
    /// The title.
    pub title: String,
    /// What it is about.
    pub about: Option<String>,
    /// The lesson.
    pub explain: Option<String>,
    /// The belief that the result refutes.
    pub belief: Option<String>,
}

/// The settings in force, as far as they were set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SettingsReport {
    /// The longest one step may take, in milliseconds.
    pub timeout_ms: u64,
    /// The longest the run may take, in milliseconds.
    pub deadline_ms: u64,
    /// Bytes that `recv` asks for.
    pub recv_size: u64,
    /// TCP_NODELAY.
    pub nodelay: Option<bool>,
    /// SO_REUSEADDR.
    pub reuseaddr: Option<bool>,
    /// SO_SNDBUF in bytes, as asked for; what the kernel made of it stands with each socket.
    pub sndbuf: Option<u64>,
    /// SO_RCVBUF in bytes, as asked for.
    pub rcvbuf: Option<u64>,
    /// The seed.
    pub seed: u64,
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Runs that passed.
    pub passed: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Runs that were skipped.
    pub skipped: u64,
    /// Runs that could not be carried out.
    pub errors: u64,
    /// Files that are not scenarios.
    pub invalid: u64,
    /// Whether it was interrupted, so that runs are missing.
    pub interrupted: bool,
    /// Runs (scenarios, their cases and families) that were not begun because of that.
    pub not_run: u64,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl SettingsReport {
    fn of(settings: &Settings, plan: &Plan) -> Self {
        Self {
            timeout_ms: millis(settings.timeout),
            deadline_ms: millis(plan.deadline),
            recv_size: settings.recv_size,
            nodelay: settings.nodelay,
            reuseaddr: settings.reuseaddr,
            sndbuf: settings.sndbuf,
            rcvbuf: settings.rcvbuf,
            seed: plan.seed,
        }
    }
}

impl RunReport {
    /// Joins what belongs to one run, with the texts in a language.
    pub fn new(plan: &Plan, language: &str, verdict: Verdict, seen: Option<(Trace, Analysis)>) -> Self {
        let texts = plan.scenario.texts_in(language);
        let translated = plan.case.as_ref().and_then(|case| texts.cases.get(case)).cloned();
        let (trace, analysis) = seen.unzip();
        Self {
            scenario: ScenarioHead {
                file: plan.scenario.source.name().to_owned(),
                bases: plan.scenario.source.parts().skip(1).map(|base| base.name.to_owned()).collect(),
                title: texts.title.unwrap_or_default(),
                about: texts.about,
                explain: texts.explain,
                belief: texts.belief,
            },
            case: plan.case.clone(),
            case_about: translated.or_else(|| plan.case_about.clone()),
            family: plan.family_is_named.then_some(plan.family),
            settings: SettingsReport::of(&plan.settings, plan),
            variables: plan.scenario.variables.clone(),
            notes: plan.notes.clone(),
            repeats: None,
            verdict,
            trace,
            analysis,
            source: Arc::clone(&plan.scenario.source),
            expect: plan.expect.clone(),
        }
    }

    /// The file, the case and the family: what a line of a summary calls it.
    pub fn name(&self) -> String {
        let mut name = self.scenario.file.clone();
        if let Some(case) = &self.case {
            name.push_str(&format!(" [{case}]"));
        }
        if let Some(family) = self.family {
            name.push_str(if family == Family::Ipv4 { " [ipv4]" } else { " [ipv6]" });
        }
        name
    }

    /// How its flows came out, in a few words.
    pub fn outcomes(&self) -> Vec<(String, BoundaryWord)> {
        let flows = self.analysis.iter().flat_map(|analysis| &analysis.flows).filter(|flow| flow.is_active());
        flows.map(|flow| (flow.name(), flow.outcome)).collect()
    }
}

impl InvalidFile {
    /// A file and its errors.
    pub fn new(file: String, diagnostics: Vec<Diagnostic>) -> Self {
        Self { file, problems: diagnostics.iter().map(ProblemReport::of).collect(), diagnostics }
    }
}

impl ProblemReport {
    fn of(diagnostic: &Diagnostic) -> Self {
        let place = diagnostic.place.as_ref();
        let position = place.map(|place| place.source.position(place.span.start));
        let part = place.map(|place| place.source.part_at(place.span.start));
        let part_start = part.map_or(0, |part| part.start);
        Self {
            problem: diagnostic.problem,
            title: diagnostic.title.clone(),
            file: part.filter(|part| part.index > 0).map(|part| part.name.to_owned()),
            label: place.map(|place| place.label.clone()),
            help: diagnostic.help.clone(),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            start: place.map(|place| place.span.start - part_start),
            end: place.map(|place| place.span.end - part_start),
        }
    }
}

impl Summary {
    /// Counts a run.
    pub fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Pass => self.passed += 1,
            Outcome::Fail => self.failed += 1,
            Outcome::Skip(_) => self.skipped += 1,
            Outcome::Error(_) => self.errors += 1,
        }
    }

    /// Sets how long it took.
    pub fn took(&mut self, elapsed: Duration) {
        self.elapsed_ms = millis(elapsed);
    }
}
