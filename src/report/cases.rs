//! The cases of a scenario side by side: what an option changes is read at a glance.

use std::io::{self, Write};

use super::distribution::in_short;
use super::model::RunReport;
use super::style::Style;
use super::table::Table;
use crate::analysis::Flow;
use crate::repeat::sizes_label;
use crate::scenario::format_duration;
use crate::verdict::Outcome;

/// What one case shows in the table.
#[derive(Clone, Debug)]
pub struct CaseColumn {
    name: String,
    /// The rows, and what the case has there.
    cells: Vec<(Row, String)>,
}

/// A row: of a flow, or of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    flow: String,
    name: String,
}

impl Row {
    fn of_run(name: &str) -> Self {
        Self { flow: String::new(), name: name.to_owned() }
    }
}

/// The narrowest column in which a case can be read.
const LEAST_COLUMN: usize = 14;
/// Flows that have rows of their own.
const MAX_FLOWS: usize = 3;

impl CaseColumn {
    /// What the table is to say of one run.
    pub fn of(run: &RunReport, style: &Style) -> Self {
        let flows: Vec<&Flow> = run.analysis.iter().flat_map(|analysis| &analysis.flows).filter(|flow| flow.is_active()).collect();
        let mut cells = Vec::new();
        for flow in flows.iter().take(MAX_FLOWS) {
            let flow_name = flow.name().replace("->", style.arrow());
            let mut cell = |name: &str, text: String| cells.push((Row { flow: flow_name.clone(), name: name.to_owned() }, text));
            cell("sends", sizes_label(&flow.send_sizes()));
            if let Some(segments) = &flow.segments {
                cell("segments", format!("{}{}", segments.count, if segments.complete { "" } else { " so far" }));
            }
            cell("reads", sizes_label(&flow.read_sizes()));
            cell("boundaries", flow.outcome.name().to_owned());
            cell("unread bytes", flow.bytes_unread().to_string());
            cell("time", flow.elapsed().map_or_else(|| "-".to_owned(), format_duration));
            let causes: Vec<&str> = flow.causes.iter().map(|cause| cause.name.name()).collect();
            cell("cause", if causes.is_empty() { "-".to_owned() } else { causes.join(", ").replace('_', " ") });
        }
        if let Some(repeats) = &run.repeats {
            cells.push((Row::of_run("all runs"), in_short(&repeats.distribution)));
        }
        let verdict = match &run.verdict.outcome {
            Outcome::Pass => "pass",
            Outcome::Fail => "FAIL",
            Outcome::Skip(_) => "skipped",
            Outcome::Error(_) => "ERROR",
        };
        cells.push((Row::of_run("verdict"), verdict.to_owned()));
        Self { name: run.case.clone().unwrap_or_default(), cells }
    }

    fn get(&self, row: &Row) -> String {
        self.cells.iter().find(|(name, _)| name == row).map_or_else(|| "-".to_owned(), |(_, text)| text.clone())
    }
}

/// Writes the table: one column a case, or one row a case where there is no room for that.
///
/// # Errors
/// What the writer gives.
pub fn write_cases(cases: &[CaseColumn], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut rows: Vec<Row> = Vec::new();
    for (row, _) in cases.iter().flat_map(|case| &case.cells) {
        // What is the same nothing everywhere is not worth a row.
        let says_something = cases.iter().any(|case| !matches!(case.get(row).as_str(), "0" | "-" | "nothing"));
        if !rows.contains(row) && says_something {
            rows.push(row.clone());
        }
    }
    // The verdict stands last, whichever case brought which rows.
    rows.sort_by_key(|row| row.flow.is_empty());
    let mut flows: Vec<&str> = rows.iter().map(|row| row.flow.as_str()).filter(|flow| !flow.is_empty()).collect();
    flows.dedup();
    // Where all cases speak of one flow it need not be named.
    let label = |row: &Row| if flows.len() > 1 && !row.flow.is_empty() { format!("{} {}", row.flow, row.name) } else { row.name.clone() };
    let labels: Vec<String> = rows.iter().map(label).collect();
    let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    let widest_row = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let lines = if widest_row + cases.len() * LEAST_COLUMN <= style.width {
        let mut table = Table::new(&[&["case"], names.as_slice()].concat(), style);
        for (row, label) in rows.iter().zip(&labels) {
            table.row(std::iter::once(label.clone()).chain(cases.iter().map(|case| case.get(row))).collect());
        }
        table.lines()
    } else {
        let headers: Vec<&str> = std::iter::once("case").chain(labels.iter().map(String::as_str)).collect();
        let mut table = Table::new(&headers, style);
        for case in cases {
            table.row(std::iter::once(case.name.clone()).chain(rows.iter().map(|row| case.get(row))).collect());
        }
        table.lines()
    };
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}
