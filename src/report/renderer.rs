//! What every format is: a taker of results, one by one, that writes them.

use std::io::{self, Write};

use super::head::{ReportHead, Summary};
use super::model::{InvalidFile, Report, RunReport};

/// Takes what a suite gave, in this order: the head, files that are no scenarios, runs, the summary.
///
/// Each call writes what it can and keeps only what it must, so that a suite of any length needs little memory.
pub trait Renderer {
    /// Before everything else.
    ///
    /// # Errors
    /// What the writer gives, as with all of these.
    fn head(&mut self, _head: &ReportHead, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// A file that is no scenario.
    ///
    /// # Errors
    /// What the writer gives.
    fn invalid(&mut self, file: &InvalidFile, out: &mut dyn Write) -> io::Result<()>;

    /// A run has begun; others may be under way.
    ///
    /// # Errors
    /// What the writer gives.
    fn began(&mut self, _name: &str, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// A run has ended.
    ///
    /// # Errors
    /// What the writer gives.
    fn run(&mut self, run: &RunReport, out: &mut dyn Write) -> io::Result<()>;

    /// After everything else.
    ///
    /// # Errors
    /// What the writer gives.
    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()>;
}

/// Writes a whole report in a format.
///
/// # Errors
/// What the writer gives.
pub fn render(report: &Report, renderer: &mut dyn Renderer, out: &mut dyn Write) -> io::Result<()> {
    renderer.head(&report.head, out)?;
    report.invalid.iter().try_for_each(|file| renderer.invalid(file, out))?;
    report.runs.iter().try_for_each(|run| renderer.run(run, out))?;
    renderer.end(&report.summary, out)
}
