//! Many targets: a row each, and each kind of failure explained once.

use std::io::{self, Write};
use std::time::Duration;

use super::diagnosis::{hang, write_diagnosis};
use super::single::{end_in_short, target};
use super::{ConnectReport, ConnectSummary, TargetReport};
use crate::connect::{Answer, Diagnosis, Findings, Outcome, Stopped};
use crate::report::style::{BAD, GOOD, SKIPPED, Style, paint};
use crate::report::table::Table;
use crate::scenario::format_duration;

/// So many names of targets stand beside a failure that they share.
const NAMES_SHOWN: usize = 5;

/// Writes a table of all targets, and what their failures mean.
///
/// # Errors
/// What the writer gives.
pub fn write_crowd(report: &ConnectReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let rows = || report.targets.iter().filter(|target| !style.quiet || target.findings.outcome != Outcome::Reached);
    if rows().next().is_none() {
        return Ok(());
    }
    // Where nothing was looked up a target is its own address.
    let has_names = rows().any(|row| row.findings.resolution.is_some());
    let addresses: &[&str] = if has_names { &["address"] } else { &[] };
    let mut table = Table::new(&[&["target", "=outcome"], addresses, &[">took", "result"]].concat(), style);
    for row in rows() {
        let findings = &row.findings;
        let mut cells = vec![target(findings), verdict_word(findings.outcome)];
        cells.extend(has_names.then(|| address(findings)));
        cells.extend([findings.took_us.to_string(), result(row)]);
        table.row(cells);
    }
    table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))?;
    let kinds = kinds(report);
    for (diagnosis, names) in &kinds {
        writeln!(out)?;
        let more = names.len().saturating_sub(NAMES_SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown = names[..names.len().min(NAMES_SHOWN)].join(", ");
        let first = if names.len() > 1 { "; of the first of them:" } else { "" };
        hang("", &format!("{} of {} targets: {shown}{more}{first}", names.len(), report.targets.len()), style, out)?;
        write_diagnosis(diagnosis, None, style, out)?;
    }
    if kinds.is_empty() { Ok(()) } else { writeln!(out) }
}

/// Each kind of failure once, an error with other causes being another kind, with the targets that it kept from being reached.
fn kinds(report: &ConnectReport) -> Vec<(&Diagnosis, Vec<String>)> {
    let mut kinds: Vec<(&Diagnosis, Vec<String>)> = Vec::new();
    for row in report.targets.iter().filter(|row| row.findings.outcome != Outcome::Reached) {
        for diagnosis in &row.diagnoses {
            let name = target(&row.findings);
            match kinds.iter_mut().find(|(known, _)| known.is_alike(diagnosis)) {
                Some((_, names)) if names.last() != Some(&name) => names.push(name),
                Some(_) => {}
                None => kinds.push((diagnosis, vec![name])),
            }
        }
    }
    kinds
}

fn verdict_word(outcome: Outcome) -> String {
    match outcome {
        Outcome::Reached => "reached",
        Outcome::NotReached => "not reached",
        Outcome::NotTried => "not tried",
        Outcome::Interrupted => "interrupted",
    }
    .to_owned()
}

fn address(findings: &Findings) -> String {
    let kept = findings.kept.or(findings.attempts.len().checked_sub(1));
    kept.and_then(|index| findings.attempts.get(index)).map(|attempt| attempt.to.shown()).unwrap_or_default()
}

fn result(row: &TargetReport) -> String {
    let findings = &row.findings;
    if findings.outcome == Outcome::Reached {
        return match (&findings.rounds, &findings.exchange) {
            (Some(rounds), _) => {
                let median = rounds.times.as_ref().map_or_else(String::new, |times| format!(", median {}", times.median_us));
                format!("{} of {} rounds{median}", rounds.connected, rounds.done)
            }
            (None, Some(exchange)) => {
                exchange.first_byte_us.map_or_else(|| "answered".to_owned(), |first| format!("first byte after {first}"))
            }
            (None, None) => "connected".to_owned(),
        };
    }
    if let Some(stopped) = findings.stopped {
        return match stopped {
            Stopped::Deadline => "deadline".to_owned(),
            Stopped::Interrupted => "interrupted".to_owned(),
        };
    }
    match &findings.resolution {
        Some(resolution) if !matches!(resolution.answer, Answer::Addresses(_)) => {
            row.diagnoses.first().map(|diagnosis| diagnosis.title.clone()).unwrap_or_default()
        }
        _ => match (findings.kept, row.diagnoses.last(), findings.attempts.last()) {
            (Some(_), Some(diagnosis), _) => diagnosis.title.clone(),
            (_, _, Some(attempt)) => end_in_short(attempt),
            _ => String::new(),
        },
    }
}

/// The last line: how many of each.
///
/// # Errors
/// What the writer gives.
pub fn write_connect_summary(summary: &ConnectSummary, out: &mut dyn Write) -> io::Result<()> {
    let parts = [
        (summary.reached, "reached", GOOD),
        (summary.not_reached, "not reached", BAD),
        (summary.not_tried, "not tried", SKIPPED),
        (summary.interrupted, "interrupted", SKIPPED),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(count, ..)| *count > 0).map(|(count, word, color)| paint(color, &format!("{count} {word}"))).collect();
    writeln!(out, "{} in {}", parts.join(", "), format_duration(Duration::from_micros(summary.took_us)))
}
