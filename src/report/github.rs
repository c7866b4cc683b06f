//! Annotations as GitHub Actions reads them from a job's log: `::error file=...,line=...,col=...::...`.

use std::io::{self, Write};

use super::head::{Policy, ReportHead, Summary};
use super::model::{InvalidFile, RunReport};
use super::plain;
use super::renderer::Renderer;
use super::style::printable;
use crate::scenario::visible;
use crate::verdict::Outcome;

/// A line for every expectation that does not hold, every run that could not be carried out, and every error of a file.
pub struct GithubRenderer {
    policy: Policy,
    /// The path of a file as the repository has it; `None` for what is no file.
    path: fn(&str) -> Option<String>,
}

/// Where an annotation is to stand.
type At<'a> = (&'a str, Option<(usize, usize)>);

impl GithubRenderer {
    /// `path` gives the path of a file as the repository has it.
    pub fn new(path: fn(&str) -> Option<String>) -> Self {
        Self { policy: Policy::default(), path }
    }

    fn annotate(&self, level: &str, at: At<'_>, title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
        let (file, place) = at;
        let file = (self.path)(file).map(|file| format!("file={},", property(&visible(&file)))).unwrap_or_default();
        let place = place.filter(|_| !file.is_empty()).map(|(line, column)| format!("line={line},col={column},")).unwrap_or_default();
        writeln!(out, "::{level} {file}{place}title={}::{}", property(&visible(title)), data(&printable(message)))
    }
}

impl Renderer for GithubRenderer {
    fn head(&mut self, head: &ReportHead, _: &mut dyn Write) -> io::Result<()> {
        self.policy = head.suite.policy;
        Ok(())
    }

    fn invalid(&mut self, file: &InvalidFile, out: &mut dyn Write) -> io::Result<()> {
        for problem in &file.problems {
            let words = [problem.label.as_deref(), problem.help.as_deref()];
            let message = words.into_iter().flatten().collect::<Vec<_>>().join("\n");
            let message = if message.is_empty() { &problem.title } else { &message };
            let place = (problem.file.as_deref().unwrap_or(&file.file), problem.line.zip(problem.column));
            self.annotate("error", place, &problem.title, message, out)?;
        }
        Ok(())
    }

    fn run(&mut self, run: &RunReport, out: &mut dyn Write) -> io::Result<()> {
        let file = run.scenario.file.as_str();
        if run.is_flaky() {
            let level = if run.went_well(self.policy) { "warning" } else { "error" };
            return self.annotate(level, (file, None), &format!("flaky: {}", run.name()), &plain::reason(run), out);
        }
        if run.went_well(self.policy) {
            return Ok(());
        }
        if run.verdict.mismatches.is_empty() || matches!(run.verdict.outcome, Outcome::Error(_)) {
            return self.annotate("error", (file, None), &run.name(), &plain::reason(run), out);
        }
        for mismatch in &run.verdict.mismatches {
            let message: Vec<&str> =
                std::iter::once(mismatch.observed.as_str()).chain(mismatch.evidence.iter().map(String::as_str)).collect();
            let title = format!("{}: {}", run.name(), mismatch.title);
            let file = run.file_of(mismatch.place);
            self.annotate("error", (file, Some((mismatch.place.line, mismatch.place.column))), &title, &message.join("\n"), out)?;
        }
        Ok(())
    }

    fn end(&mut self, _: &Summary, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// The message of a workflow command: three characters are escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command: two more are.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
