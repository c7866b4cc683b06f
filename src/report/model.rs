//! What a report says, before anybody decides how it looks.

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::head::{Policy, ReportHead, Summary};
use crate::analysis::Analysis;
use crate::plan::{Note, Plan, Settings, run_name};
use crate::repeat::{Distribution, Shape};
use crate::scenario::{BoundaryWord, Diagnostic, Expectations, Family, Problem, Sampling, Source, Variable};
use crate::trace::Trace;
use crate::verdict::{Outcome, PlaceRange, Verdict};

/// Everything that a call of `netlab run` found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// What is known before the first run.
    #[serde(flatten)]
    pub head: ReportHead,
    /// Files that are not scenarios, with every error.
    pub invalid: Vec<InvalidFile>,
    /// The runs, in the order in which they were selected or shuffled.
    pub runs: Vec<RunReport>,
    /// The numbers.
    pub summary: Summary,
}

/// A file that is not a scenario.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct InvalidFile {
    /// Its name.
    pub file: String,
    /// Which of `sources` it was read from, counted from 0, where several of them have its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_index: Option<usize>,
    /// Its errors.
    pub problems: Vec<ProblemReport>,
    /// The errors with their places, for drawing.
    #[serde(skip)]
    #[schemars(skip)]
    pub diagnostics: Vec<Diagnostic>,
}

/// An error of a file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RunReport {
    /// The scenario.
    pub scenario: ScenarioHead,
    /// Which of `sources` it was read from, counted from 0, where several of them have its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_index: Option<usize>,
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
    /// What was read and what failed, without the clock: what `netlab diff` compares.
    #[serde(default)]
    pub shape: Option<Shape>,
    /// Earlier attempts, which did not pass, where it was tried again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Attempt>,
    /// What was seen; absent when it was skipped.
    pub trace: Option<Trace>,
    /// What was concluded from it.
    pub analysis: Option<Analysis>,
    /// The number of the error with which the run could not begin (errno).
    #[serde(skip)]
    #[schemars(skip)]
    pub begin_error: Option<i32>,
    /// The file's text, for drawing.
    #[serde(skip, default = "no_source")]
    #[schemars(skip)]
    pub source: Arc<Source>,
    /// What was expected, for the boundary table.
    #[serde(skip)]
    #[schemars(skip)]
    pub expect: Expectations,
}

/// An attempt that did not pass, and after which the run was tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    /// The judgement.
    pub verdict: Verdict,
    /// How long it took, in nanoseconds.
    pub duration_ns: u64,
}

/// Many runs of one scenario, in one of its cases, over one address family.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Repeats {
    /// How they came out.
    pub distribution: Distribution,
    /// How many were asked for, where it was a number.
    pub asked: Option<u64>,
    /// The number of the run that is reported in full, from 1.
    pub shown: u64,
    /// How long all of them took, what lies between them included, in nanoseconds.
    #[serde(default)]
    pub elapsed_ns: u64,
    /// The first run of another shape than the one reported in full, with its number.
    pub differing: Option<(u64, Box<RunReport>)>,
}

/// What identifies and explains a scenario.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
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
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
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
    /// When the kernel's counters are read.
    pub sample: Sampling,
    /// The seed.
    pub seed: u64,
}

fn no_source() -> Arc<Source> {
    Source::new("", "")
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl SettingsReport {
    pub(super) fn of(settings: &Settings, plan: &Plan) -> Self {
        Self {
            timeout_ms: millis(settings.timeout),
            deadline_ms: millis(plan.deadline),
            recv_size: settings.recv_size,
            nodelay: settings.nodelay,
            reuseaddr: settings.reuseaddr,
            sndbuf: settings.sndbuf,
            rcvbuf: settings.rcvbuf,
            sample: settings.sample,
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
                tags: plan.scenario.tags.iter().map(|tag| tag.value.clone()).collect(),
            },
            text_index: None,
            case: plan.case.clone(),
            case_about: translated.or_else(|| plan.case_about.clone()),
            family: plan.family_is_named.then_some(plan.family),
            settings: SettingsReport::of(&plan.settings, plan),
            variables: plan.scenario.variables.clone(),
            notes: plan.notes.clone(),
            repeats: None,
            shape: trace.as_ref().zip(analysis.as_ref()).map(|(trace, analysis)| Shape::of(plan, trace, analysis)),
            earlier: Vec::new(),
            begin_error: None,
            verdict,
            trace,
            analysis,
            source: Arc::clone(&plan.scenario.source),
            expect: plan.expect.clone(),
        }
    }

    /// The file, the case and the family: what a line of a summary calls it.
    pub fn name(&self) -> String {
        run_name(&self.scenario.file, self.case.as_deref(), self.family)
    }

    /// The file in which a place is: the scenario's own, or one that it extends.
    pub fn file_of(&self, place: PlaceRange) -> &str {
        let base = place.base.checked_sub(1).and_then(|index| self.scenario.bases.get(index));
        base.unwrap_or(&self.scenario.file)
    }

    /// Whether it passed only when it was tried again.
    pub fn is_flaky(&self) -> bool {
        self.verdict.outcome == Outcome::Pass && !self.earlier.is_empty()
    }

    /// Whether it met its expectations: a skipped run fails where it is to be strict, a flaky one where it is not to pass.
    pub fn went_well(&self, policy: Policy) -> bool {
        match &self.verdict.outcome {
            Outcome::Pass => policy.flaky_passes || !self.is_flaky(),
            Outcome::Skip(_) => !policy.strict,
            Outcome::Fail | Outcome::Error(_) => false,
        }
    }

    /// How long it took, all of its repeats and its earlier attempts together; `None` where it was not run.
    pub fn took(&self) -> Option<Duration> {
        let last = match (&self.repeats, &self.trace) {
            // A report of before there was this number has 0 here.
            (Some(repeats), _) if repeats.elapsed_ns > 0 => Some(repeats.elapsed_ns),
            (_, trace) => trace.as_ref().map(|trace| trace.duration_ns),
        };
        let earlier = self.earlier.iter().map(|attempt| attempt.duration_ns).reduce(u64::saturating_add);
        let all = last.map(|last| last.saturating_add(earlier.unwrap_or(0))).or(earlier);
        all.map(Duration::from_nanos)
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
        Self { file, text_index: None, problems: diagnostics.iter().map(ProblemReport::of).collect(), diagnostics }
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
