//! JUnit XML and TAP: a case, and a point, a split.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report as JunitReport, TestCase, TestCaseStatus, TestSuite};

use super::draw::draw;
use super::head::subject;
use super::text::{bytes_of, confirmation, verdict};
use crate::report::style::Style;
use crate::report::tap::{Block, write_point};
use crate::split::{SplitReport, SplitRow, SplitVerdict, UnderTest};

/// What is said of a split that did not do well.
fn details(row: &SplitRow, stream: &[u8]) -> String {
    let drawn = draw(stream, &row.cuts, &Style::default());
    format!("{}\n{drawn}\nseen {} of {}, {}", row.verdict.describe(), row.seen, row.waited, confirmation(row))
}

fn stream_of(report: &SplitReport) -> Vec<u8> {
    report.head.messages.iter().flat_map(|message| bytes_of(&message.hex)).collect()
}

/// Why the report is not of all splits.
fn incomplete(report: &SplitReport) -> Option<String> {
    let why = if report.summary.interrupted { "interrupted" } else { "stopped" };
    (report.summary.interrupted || report.summary.not_run > 0).then(|| format!("{why}: {} splits were not begun", report.summary.not_run))
}

fn is_error(row: &SplitRow) -> bool {
    matches!(row.verdict, SplitVerdict::NotCarriedOut { .. })
}

pub(super) fn write_junit(report: &SplitReport, out: &mut dyn Write) -> io::Result<()> {
    let stream = stream_of(report);
    let class = format!("split {}", subject(&report.head));
    let mut suite = TestSuite::new(class.as_str());
    for row in &report.rows {
        let status = if row.went_well(report.summary.strict) {
            TestCaseStatus::success()
        } else {
            let mut status = TestCaseStatus::non_success(if is_error(row) { NonSuccessKind::Error } else { NonSuccessKind::Failure });
            status.set_type(row.verdict.word()).set_message(verdict(row)).set_description(details(row, &stream));
            status
        };
        let mut case = TestCase::new(row.name.as_str(), status);
        case.set_classname(class.as_str()).set_time(Duration::from_micros(row.took_us));
        case.add_property(Property::new("confirmation", confirmation(row)));
        if row.allowed && !row.verdict.is_same() {
            case.add_property(Property::new("allowed", row.verdict.word()));
        }
        if let Some(output) = &row.output {
            case.set_system_out(output.as_str());
        }
        suite.add_test_case(case);
    }
    if let Some(why) = incomplete(report) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("incomplete").set_message(why);
        suite.add_test_case(TestCase::new("the sweep is incomplete", status));
    }
    if let Some(output) = report.program_output.as_ref().filter(|_| report.head.under_test == UnderTest::Server) {
        suite.set_system_out(output.as_str());
    }
    suite.set_time(Duration::from_micros(report.summary.elapsed_us));
    let mut junit = JunitReport::new("netlab");
    junit.set_time(Duration::from_micros(report.summary.elapsed_us));
    junit.add_test_suite(suite);
    junit.serialize(&mut *out).map_err(io::Error::other)
}

pub(super) fn write_tap(report: &SplitReport, out: &mut dyn Write) -> io::Result<()> {
    let stream = stream_of(report);
    writeln!(out, "TAP version 14")?;
    for (index, row) in report.rows.iter().enumerate() {
        let ok = row.went_well(report.summary.strict);
        write_point(ok, index as u64 + 1, &row.name, "", out)?;
        if ok {
            continue;
        }
        let mut block = Block::new(out)?;
        block.text("message", &verdict(row))?;
        block.text("severity", if is_error(row) { "error" } else { "fail" })?;
        block.text("confirmation", confirmation(row))?;
        block.number("duration_ms", row.took_us as f64 / 1e3)?;
        block.lines("output", &details(row, &stream))?;
        if let Some(said) = row.output.as_ref().filter(|said| !said.is_empty()) {
            block.lines("said", said)?;
        }
        block.end()?;
    }
    match incomplete(report) {
        Some(why) => writeln!(out, "Bail out! {why}"),
        None => writeln!(out, "1..{}", report.rows.len()),
    }
}
