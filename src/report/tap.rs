//! TAP version 14, the Test Anything Protocol: a line a run, and a YAML block where one did not do well.

use std::io::{self, Write};

use super::head::{Policy, ReportHead, Summary};
use super::model::{InvalidFile, RunReport};
use super::plain;
use super::renderer::Renderer;
use crate::scenario::visible;
use crate::verdict::Outcome;

/// Writes a line as each run ends; the plan, `1..N`, stands at the end, when N is certain.
#[derive(Debug, Default)]
pub struct TapRenderer {
    policy: Policy,
    count: u64,
}

impl TapRenderer {
    fn point(&mut self, ok: bool, name: &str, directive: &str, out: &mut dyn Write) -> io::Result<()> {
        self.count += 1;
        write_point(ok, self.count, name, directive, out)
    }
}

impl Renderer for TapRenderer {
    fn head(&mut self, head: &ReportHead, out: &mut dyn Write) -> io::Result<()> {
        self.policy = head.suite.policy;
        writeln!(out, "TAP version 14")
    }

    fn invalid(&mut self, file: &InvalidFile, out: &mut dyn Write) -> io::Result<()> {
        self.point(false, &file.file, "", out)?;
        let mut block = Block::new(out)?;
        block.text("message", &visible(file.problems.first().map_or("not a scenario", |problem| problem.title.as_str())))?;
        block.text("severity", "error")?;
        if let Some(first) = file.problems.first()
            && let Some((line, column)) = first.line.zip(first.column)
        {
            block.place(first.file.as_ref().unwrap_or(&file.file), line, column)?;
        }
        block.lines("output", &plain::problems(file))?;
        block.end()
    }

    fn run(&mut self, run: &RunReport, out: &mut dyn Write) -> io::Result<()> {
        let ok = run.went_well(self.policy);
        let directive = match &run.verdict.outcome {
            Outcome::Skip(reason) if ok => format!(" # SKIP {}", escaped(reason)),
            _ => String::new(),
        };
        self.point(ok, &run.name(), &directive, out)?;
        if ok && !run.is_flaky() {
            return Ok(());
        }
        let mut block = Block::new(out)?;
        block.text("message", &plain::reason(run))?;
        block.text("severity", if matches!(run.verdict.outcome, Outcome::Error(_)) { "error" } else { "fail" })?;
        if let Some(first) = run.verdict.mismatches.first() {
            block.place(run.file_of(first.place), first.place.line, first.place.column)?;
        }
        if let Some(took) = run.took() {
            block.number("duration_ms", took.as_secs_f64() * 1e3)?;
        }
        block.number("attempts", run.earlier.len() as f64 + 1.0)?;
        block.lines("output", &plain::details(run)?)?;
        block.end()
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        if summary.interrupted {
            return writeln!(out, "Bail out! interrupted with {} runs not begun", summary.not_run);
        }
        if summary.not_run > 0 {
            return writeln!(out, "Bail out! stopped after failures with {} runs not begun", summary.not_run);
        }
        writeln!(out, "1..{}", self.count)
    }
}

/// A test point: whether it did well, its number, its name.
pub(super) fn write_point(ok: bool, number: u64, name: &str, directive: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}ok {number} - {}{directive}", if ok { "" } else { "not " }, escaped(name))
}

/// A description on one line; `#` would begin a directive (TAP 14, "Escaping").
fn escaped(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// A YAML block behind a test point. Scalars are written as JSON, which YAML 1.2 contains.
pub(super) struct Block<'o>(&'o mut dyn Write);

impl<'o> Block<'o> {
    pub(super) fn new(out: &'o mut dyn Write) -> io::Result<Self> {
        writeln!(out, "  ---")?;
        Ok(Self(out))
    }

    pub(super) fn text(&mut self, key: &str, text: &str) -> io::Result<()> {
        writeln!(self.0, "  {key}: {}", serde_json::to_string(text)?)
    }

    pub(super) fn number(&mut self, key: &str, number: f64) -> io::Result<()> {
        writeln!(self.0, "  {key}: {}", (number * 1e3).round() / 1e3)
    }

    fn place(&mut self, file: &str, line: usize, column: usize) -> io::Result<()> {
        writeln!(self.0, "  at:")?;
        writeln!(self.0, "    file: {}", serde_json::to_string(&visible(file))?)?;
        writeln!(self.0, "    line: {line}\n    column: {column}")
    }

    /// Several lines, as a list of strings: whatever they hold, no line of them is taken for the end of the block.
    pub(super) fn lines(&mut self, key: &str, text: &str) -> io::Result<()> {
        writeln!(self.0, "  {key}:")?;
        text.trim_end().lines().try_for_each(|line| writeln!(self.0, "    - {}", serde_json::to_string(line)?))
    }

    pub(super) fn end(self) -> io::Result<()> {
        writeln!(self.0, "  ...")
    }
}
