//! The report as text: what was sent, the splits in a table, what failed in ranges with the cut drawn, the numbers.

use std::io::{self, Write};
use std::time::Duration;

use super::draw::draw;
use super::head::{write_head, write_wrapped};
use crate::analysis::plural;
use crate::report::style::{BAD, GOOD, SKIPPED, Style, paint, wrap};
use crate::report::table::Table;
use crate::scenario::format_duration;
use crate::split::{FailRange, Seen, SplitReport, SplitRow, SplitVerdict, UnderTest, format_rate};

/// Up to so many splits are all in the table.
const ALL: usize = 30;
/// The most rows of splits that did not do well; the JSON report has all.
const MOST_ROWS: usize = 40;
/// Lines of a program's output that are shown.
const MOST_OUTPUT: usize = 40;

pub(super) fn write(report: &SplitReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if !style.quiet {
        write_head(report, style, out)?;
    }
    write_rows(report, style, out)?;
    write_failures(report, style, out)?;
    write_summary(report, style, out)
}

fn write_rows(report: &SplitReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let strict = report.summary.strict;
    let shows_all = !style.quiet && (style.verbose || report.rows.len() <= ALL);
    let chosen: Vec<&SplitRow> = report.rows.iter().filter(|row| shows_all || !row.went_well(strict)).collect();
    if chosen.is_empty() {
        return Ok(());
    }
    let shown = if style.verbose { chosen.len() } else { chosen.len().min(MOST_ROWS) };
    let mut table = Table::new(&["split", ">asked", ">sent", ">seen", "=confirmed", "verdict"], style);
    for row in &chosen[..shown] {
        table.row(vec![
            name(row),
            row.pieces.to_string(),
            row.sends.to_string(),
            format!("{} of {}", row.seen, row.waited),
            confirmation(row).to_owned(),
            in_short(row),
        ]);
    }
    table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))?;
    if chosen.len() > shown {
        writeln!(out, "{} more, which `-v` and the JSON report have", chosen.len() - shown)?;
    }
    writeln!(out)
}

/// The name, without the long lists of cuts that some have.
pub(super) fn name(row: &SplitRow) -> String {
    let limited = if row.made < row.cuts.len() as u64 { format!(" ({} of {} cuts)", row.made, row.cuts.len()) } else { String::new() };
    format!("{}{limited}", row.name)
}

/// What is known of whether the server saw the cuts.
pub(super) fn confirmation(row: &SplitRow) -> &'static str {
    match (row.confirmed, row.unseen) {
        (true, _) if row.waited == 0 => "no cut",
        (true, _) => "confirmed",
        (false, Some(Seen::Unread)) => "unconfirmed: not read in time",
        (false, Some(Seen::Unreceived)) => "unconfirmed: not received in time",
        (false, Some(Seen::Acknowledged)) => "unconfirmed: acknowledged",
        (false, Some(Seen::Gone)) => "unconfirmed: gone before",
        (false, Some(Seen::NotMade)) => "unconfirmed: not all made",
        (false, _) => "unconfirmed",
    }
}

/// The verdict in a word.
fn in_short(row: &SplitRow) -> String {
    let allowed = if row.allowed && !row.verdict.is_same() { " (allowed)" } else { "" };
    match &row.verdict {
        SplitVerdict::ExitCode { code, .. } => format!("exit code {code}{allowed}"),
        SplitVerdict::Killed { signal, .. } => format!("killed by {signal}{allowed}"),
        other => format!("{}{allowed}", other.word()),
    }
}

/// The verdict in a line.
pub(super) fn verdict(row: &SplitRow) -> String {
    let allowed = if row.allowed && !row.verdict.is_same() { "allowed: " } else { "" };
    match &row.verdict {
        SplitVerdict::Same => "same".to_owned(),
        other => {
            let (word, line) = (other.word(), other.describe());
            if line.starts_with(word) { format!("{allowed}{line}") } else { format!("{allowed}{word}: {line}") }
        }
    }
}

fn write_failures(report: &SplitReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let stream: Vec<u8> = report.head.messages.iter().flat_map(|message| bytes_of(&message.hex)).collect();
    let last = (stream.len() as u64).saturating_sub(1);
    for range in &report.ranges {
        write_range(range, last, &stream, style, out)?;
    }
    let several = report.rows.iter().filter(|row| row.cuts.len() != 1 && !row.verdict.is_same() && !row.allowed);
    for row in several.take(MOST_ROWS) {
        let line = format!("{}: {}", row.name, row.verdict.describe());
        let mut lines = wrap(&line, style.width.saturating_sub(6)).into_iter();
        writeln!(out, "{}: {}", paint(BAD, "fail"), lines.next().unwrap_or_default())?;
        lines.try_for_each(|line| writeln!(out, "      {line}"))?;
        if !row.cuts.is_empty() {
            write_wrapped(&draw(&stream, &row.cuts, style), style, out)?;
        }
    }
    if let Some(smallest) = &report.smallest {
        writeln!(out, "smallest failing split: {smallest}")?;
    }
    if let Some(output) = report.program_output.as_ref().filter(|output| !output.is_empty()) {
        let smallest = report.smallest.as_ref().filter(|name| report.rows.iter().any(|row| row.name == **name && row.output.is_some()));
        match (report.head.under_test, smallest) {
            (UnderTest::Server, Some(split)) => writeln!(out, "\nwhat the server said ({split}):")?,
            (UnderTest::Client, Some(split)) => writeln!(out, "\nwhat the client said ({split}):")?,
            _ => writeln!(out, "\nthe server's output:")?,
        }
        let lines: Vec<&str> = output.lines().collect();
        lines[lines.len().saturating_sub(MOST_OUTPUT)..].iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    Ok(())
}

fn write_range(range: &FailRange, last: u64, stream: &[u8], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let word = if range.allowed { paint(SKIPPED, "allowed") } else { paint(BAD, "fail") };
    let is_one = range.first == range.last;
    let tried = if range.tried < range.last - range.first + 1 { format!(" ({} of them tried)", range.tried) } else { String::new() };
    let cut = if is_one { "cut" } else { "cuts" };
    writeln!(out, "{word}: {cut} {range} of {last}{tried}: {}", range.verdict)?;
    let marks: &[u64] = if is_one { &[range.first] } else { &[range.first, range.last] };
    write_wrapped(&draw(stream, marks, style), style, out)?;
    write_wrapped(&format!("at cut {}: {}", range.first, range.example), style, out)
}

fn write_summary(report: &SplitReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let summary = &report.summary;
    let counts = [
        (summary.same, "same"),
        (summary.failed, "failed"),
        (summary.unstable, "unstable"),
        (summary.allowed, "allowed to fail"),
        (summary.errors, "not carried out"),
        (summary.not_run, "not run"),
    ];
    let counts: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let is_good = report.went_well() && !summary.interrupted;
    let (word, colour) = if is_good { ("ok", GOOD) } else { ("not ok", BAD) };
    let interrupted = if summary.interrupted { ", interrupted" } else { "" };
    let seen = match (summary.confirmed, summary.unconfirmed) {
        (_, 0) => "all confirmed".to_owned(),
        (0, _) => "none confirmed".to_owned(),
        (confirmed, unconfirmed) => format!("{confirmed} confirmed, {unconfirmed} unconfirmed"),
    };
    let line = format!(
        "{word}: {}: {}; {seen}; {}, {} a second{interrupted}",
        plural(summary.ended(), "split"),
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") },
        format_duration(Duration::from_micros(summary.elapsed_us)),
        format_rate(summary.rate()),
    );
    // Painted when it is wrapped: colours take no room.
    let painted = |(index, line): (usize, &String)| if index == 0 { line.replacen(word, &paint(colour, word), 1) } else { line.clone() };
    wrap(&line, style.width).iter().enumerate().map(painted).try_for_each(|line| writeln!(out, "{line}"))
}

/// The bytes behind hexadecimal digits that netlab wrote.
pub(super) fn bytes_of(hex: &str) -> Vec<u8> {
    let pair = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    hex.as_bytes().chunks(2).filter_map(pair).collect()
}
