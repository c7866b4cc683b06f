//! What a sweep came to: rows as they come, reports, the saved scenario, the exit code.

use std::num::NonZeroU16;

use super::args::SplitArgs;
use crate::cli::exit::Exit;
use crate::cli::output::{Output, note};
use crate::cli::sinks::{ReportFormat, write_file};
use crate::report::render_split;
use crate::split::{Baseline, EndedBehind, Split, SplitReport, SplitRow, SplitSummary, SplitVerdict, Subject};

/// The most bytes of clients' output that are kept of all rows.
const MOST_OUTPUT: usize = 1024 * 1024;

/// The rows so far, and their numbers.
pub(super) struct Rows {
    pub(super) rows: Vec<SplitRow>,
    pub(super) summary: SplitSummary,
    output: usize,
}

impl Rows {
    pub(super) fn new(strict: bool) -> Self {
        Self { rows: Vec::new(), summary: SplitSummary { strict, ..SplitSummary::default() }, output: 0 }
    }

    /// Takes one more, and tells whether it did well.
    pub(super) fn push(&mut self, mut row: SplitRow, args: &SplitArgs) -> bool {
        row.allowed = args.allow_fail.as_ref().is_some_and(|allowed| row.cuts.iter().any(|&cut| allowed.contains(cut)));
        self.output += row.output.as_ref().map_or(0, String::len);
        if self.output > MOST_OUTPUT {
            row.output = None;
        }
        self.summary.count(&row);
        let went_well = row.went_well(args.strict);
        self.rows.push(row);
        went_well
    }

    /// Puts how a server ended behind an answer to the split that had been answered. A server that ends in the same way behind the uncut bytes
    /// always does. Where several are at it, what ends the server ends it under the others too: then a split that does so alone explains it.
    pub(super) fn blame(&mut self, ends: &[EndedBehind], jobs: NonZeroU16) {
        let uncut = Split::none().name;
        let is_its_way = |end: &EndedBehind| ends.iter().any(|other| other.how == end.how && other.split.as_ref() == Some(&uncut));
        let known: Vec<String> = self
            .rows
            .iter()
            .filter_map(|row| if let SplitVerdict::ServerEnded { reason } = &row.verdict { Some(reason.clone()) } else { None })
            .filter(|_| jobs.get() > 1)
            .collect();
        for end in ends.iter().filter(|end| !is_its_way(end) && !known.contains(&end.how)) {
            let row = self.rows.iter_mut().find(|row| Some(&row.name) == end.split.as_ref() && row.verdict.is_same());
            if let Some(row) = row {
                let place = if jobs.get() > 1 { "behind its answer, or under another split at the same time" } else { "behind its answer" };
                row.verdict = SplitVerdict::ServerEnded { reason: format!("{}, {place}", end.how) };
                row.output = Some(end.said.clone());
            }
        }
        let before = std::mem::take(&mut self.summary);
        self.summary.strict = before.strict;
        self.rows.iter().for_each(|row| self.summary.count(row));
    }

    /// The smallest split that failed each time: the fewest cuts, and of those the first.
    pub(super) fn smallest(&self) -> Option<&SplitRow> {
        let is_sure = |row: &&SplitRow| {
            let is_unsure = matches!(row.verdict, SplitVerdict::Unstable { .. } | SplitVerdict::NotCarriedOut { .. });
            !row.verdict.is_same() && !row.allowed && !is_unsure
        };
        self.rows.iter().filter(is_sure).min_by_key(|row| (row.cuts.len(), row.cuts.first().copied()))
    }
}

impl SplitArgs {
    /// Writes every report, saves what is to be saved, and gives the exit code.
    pub(super) fn conclude(
        &self,
        report: &SplitReport,
        (subject, splits, baseline): (&dyn Subject, &[Split], &Baseline),
        signal: Option<i32>,
        output: &mut Output,
    ) -> Exit {
        let all_written = self.show(report, output) & self.save(report, (subject, splits, baseline));
        match signal {
            Some(signal) => Exit::Interrupted(signal),
            None if !all_written || report.summary.errors > 0 => Exit::NotCarriedOut,
            None if !report.went_well() || report.summary.not_run > 0 => Exit::Failed,
            None => Exit::Success,
        }
    }

    /// Saves the smallest failing split; tells whether that could be done.
    fn save(&self, report: &SplitReport, (subject, splits, baseline): (&dyn Subject, &[Split], &Baseline)) -> bool {
        let Some(path) = &self.save else { return true };
        let Some(name) = &report.smallest else {
            note(&format!("note: no split failed each time, so {} was not written", path.display()));
            return true;
        };
        let split = splits.iter().find(|split| split.name == *name);
        let Some((split, row)) = split.zip(report.rows.iter().find(|row| row.name == *name)) else { return true };
        let text = subject.scenario(split, row, baseline);
        match write_file(path, text.as_bytes()) {
            Ok(()) => {
                let allow = if self.exec.is_some() { " --allow-exec" } else { "" };
                note(&format!("saved: {name}; to run only that again: netlab run{allow} {}", path.display()));
                true
            }
            Err(error) => {
                note(&format!("error: cannot save {}: {error}", path.display()));
                false
            }
        }
    }

    /// Writes every report; tells whether all could be written.
    fn show(&self, report: &SplitReport, output: &mut Output) -> bool {
        let style = output.style.clone();
        let all_written = self.report.write_whole(|format, out| render_split(report, format.into(), &style, out));
        match self.report.format {
            ReportFormat::Table => output.write(|style, out| render_split(report, ReportFormat::Table.into(), style, out)),
            format => output.write_data(|out| render_split(report, format.into(), &style, out)),
        }
        all_written && output.failure().is_none()
    }
}
