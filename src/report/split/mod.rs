//! The report of `netlab split` in every format.

mod draw;
mod head;
mod markdown;
mod points;
mod text;

use std::io::{self, Write};

use serde_json::json;

use super::style::Style;
use crate::split::SplitReport;

/// The formats of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitFormat {
    /// Tables, for people.
    Table,
    /// One JSON document (`netlab schema split`).
    Json,
    /// A JSON document a line: the head, each split, the summary.
    Jsonl,
    /// JUnit XML.
    Junit,
    /// TAP 14.
    Tap,
    /// Markdown.
    Markdown,
}

/// Writes the report in a format.
///
/// # Errors
/// What the writer gives.
pub fn render_split(report: &SplitReport, format: SplitFormat, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        SplitFormat::Table => text::write(report, style, out),
        SplitFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, report)?;
            writeln!(out)
        }
        SplitFormat::Jsonl => {
            writeln!(out, "{}", json!({ "event": "head", "head": report.head }))?;
            report.rows.iter().try_for_each(|row| writeln!(out, "{}", json!({ "event": "split", "split": row })))?;
            writeln!(
                out,
                "{}",
                json!({ "event": "summary", "ranges": report.ranges, "smallest": report.smallest, "summary": report.summary })
            )
        }
        SplitFormat::Junit => points::write_junit(report, out),
        SplitFormat::Tap => points::write_tap(report, out),
        SplitFormat::Markdown => markdown::write(report, out),
    }
}
