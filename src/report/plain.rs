//! A run in words without colours, for files that are read elsewhere.

use std::io;

use super::hexdump::write_hexdump;
use super::model::{InvalidFile, RunReport};
use super::snippet::{draw_diagnostic, draw_mismatch};
use super::style::Style;
use super::text::write_details;
use crate::scenario::visible;
use crate::verdict::{Mismatch, Outcome, Verdict};

/// How text looks in files: wide enough for a table, without colours.
fn style() -> Style {
    Style { width: 100, ..Style::default() }
}

pub(super) fn without_colours(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// Everything about a run, as on a terminal.
pub(super) fn details(run: &RunReport) -> io::Result<String> {
    let mut text = Vec::new();
    write_details(run, &style(), &mut text)?;
    Ok(without_colours(&String::from_utf8_lossy(&text)))
}

/// The bytes that were sent and read, of all flows.
pub(super) fn hexdump(run: &RunReport) -> io::Result<String> {
    let mut text = Vec::new();
    write_hexdump(run, &mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// An expectation that does not hold, at its place.
pub(super) fn mismatch(mismatch: &Mismatch, run: &RunReport) -> String {
    without_colours(&draw_mismatch(mismatch, &run.source, &style()))
}

/// The errors of a file, at their places.
pub(super) fn problems(file: &InvalidFile) -> String {
    let drawn: Vec<String> = file.diagnostics.iter().map(|diagnostic| without_colours(&draw_diagnostic(diagnostic, &style()))).collect();
    drawn.join("\n\n")
}

/// Why a run did not do well, in a line: what does not hold, why it could not be carried out, or that it passed only when tried again.
pub(super) fn reason(run: &RunReport) -> String {
    let flaky = || if run.is_flaky() { format!("flaky: passed at attempt {}", run.earlier.len() + 1) } else { String::new() };
    reason_of(&run.verdict).unwrap_or_else(flaky)
}

/// Why a judgement is not that all is well, in a line.
pub(super) fn reason_of(verdict: &Verdict) -> Option<String> {
    let all = &verdict.mismatches;
    let reason = match (&verdict.outcome, all.first()) {
        (Outcome::Error(reason) | Outcome::Skip(reason), _) => reason.clone(),
        (_, Some(first)) if all.len() > 1 => format!("{}: {} (and {} more)", first.title, first.observed, all.len() - 1),
        (_, Some(first)) => format!("{}: {}", first.title, first.observed),
        (Outcome::Fail | Outcome::Pass, None) => return None,
    };
    Some(visible(&reason))
}
