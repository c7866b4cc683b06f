//! Markdown, for the summary page of a CI job: the numbers, then what failed as a terminal shows it.

use std::io::{self, Write};

use super::head::subject;
use super::text;
use crate::report::markdown::{self, fenced};
use crate::report::plain::without_colours;
use crate::report::style::Style;
use crate::split::{SplitReport, UnderTest};

pub(super) fn write(report: &SplitReport, out: &mut dyn Write) -> io::Result<()> {
    let summary = &report.summary;
    let word = match (report.went_well(), summary.interrupted || summary.not_run > 0) {
        (true, false) => "passed",
        (true, true) => "incomplete",
        (false, _) => "failed",
    };
    // An address has no markup in it; a command is the user's.
    let name = match report.head.under_test {
        UnderTest::Server => subject(&report.head),
        UnderTest::Client => markdown::text(&subject(&report.head)),
    };
    writeln!(out, "## netlab split {name}: {word}\n")?;
    writeln!(out, "| same | failed | unstable | allowed | not carried out | not run | confirmed | unconfirmed |")?;
    writeln!(out, "|---:|---:|---:|---:|---:|---:|---:|---:|")?;
    writeln!(
        out,
        "| {} | {} | {} | {} | {} | {} | {} | {} |",
        summary.same,
        summary.failed,
        summary.unstable,
        summary.allowed,
        summary.errors,
        summary.not_run,
        summary.confirmed,
        summary.unconfirmed
    )?;
    let mut details = Vec::new();
    text::write(report, &Style { width: 100, quiet: true, ..Style::default() }, &mut details)?;
    out.write_all(fenced("what was seen", &without_colours(&String::from_utf8_lossy(&details))).as_bytes())
}
