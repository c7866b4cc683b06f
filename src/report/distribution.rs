//! How many runs came out: a table of shapes with counts, shares and bars, and the times.

use std::io::{self, Write};
use std::time::Duration;

use super::model::Repeats;
use super::style::{Style, wrap};
use super::table::Table;
use crate::repeat::{Distribution, Percentiles, Shape};
use crate::scenario::format_duration;

/// Shapes and flows shown; the JSON report has all.
const MAX_SHAPES: usize = 12;
const MAX_FLOWS: usize = 4;
/// The longest shape in a line with others, in characters.
const LONGEST: usize = 60;
/// The width of a bar for all runs, in columns.
const BAR: u128 = 12;

/// The distribution in a few words: `14: 193x, 5+9: 7x`.
pub(super) fn in_short(distribution: &Distribution) -> String {
    let short = |shape: &Shape| {
        let text = shape.to_string();
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}..", &text[..end]),
            None => text,
        }
    };
    let shapes = distribution.shapes.iter().take(3).map(|shape| format!("{}: {}x", short(&shape.shape), shape.count));
    let mut parts: Vec<String> = shapes.collect();
    if distribution.shapes.len() > 3 {
        parts.push(format!("{} more", distribution.shapes.len() - 3));
    }
    parts.join(", ")
}

fn percent(count: u64, of: u64) -> String {
    let tenths = (u128::from(count) * 1000 + u128::from(of / 2)) / u128::from(of.max(1));
    // What happened once has a share, and what happened almost always is not always.
    let tenths = if count > 0 { tenths.max(1) } else { 0 };
    let tenths = if count < of { tenths.min(999) } else { tenths };
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn bar(count: u64, of: u64, style: &Style) -> String {
    // A report that was changed by hand may have more of a shape than of all.
    let filled = (u128::from(count.min(of)) * BAR + u128::from(of / 2)) / u128::from(of.max(1));
    let block = if style.unicode { "█" } else { "#" };
    block.repeat(usize::try_from(filled).unwrap_or(0).max(usize::from(count > 0)))
}

pub(super) fn write_distribution(repeats: &Repeats, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let distribution = &repeats.distribution;
    let Distribution { runs, passed, failed, errors, .. } = *distribution;
    let mut counts = vec![format!("{passed} passed")];
    counts.extend((failed > 0).then(|| format!("{failed} failed")));
    counts.extend((errors > 0).then(|| format!("{errors} could not run")));
    let runs_word = if runs == 1 { "run" } else { "runs" };
    let more = if repeats.differing.is_some() && !style.verbose { "; `-v` shows one of another shape too" } else { "" };
    writeln!(out)?;
    let line = format!("{runs} {runs_word}: {}; run {} is the one above{more}", counts.join(", "), repeats.shown);
    wrap(&line, style.width).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    let any_bad = distribution.shapes.iter().any(|shape| shape.not_passed > 0);
    let not_passed: &[&str] = if any_bad { &[">not passed"] } else { &[] };
    let headers = [&["read", "outcome", ">runs", ">share"], not_passed, &[">first in run", ""]].concat();
    let mut table = Table::new(&headers, style);
    for shape in distribution.shapes.iter().take(MAX_SHAPES) {
        let mut cells = vec![shape.shape.to_string(), shape.shape.outcomes(), shape.count.to_string(), percent(shape.count, runs)];
        cells.extend(any_bad.then(|| shape.not_passed.to_string()));
        cells.extend([shape.first.to_string(), bar(shape.count, runs, style)]);
        table.row(cells);
    }
    table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))?;
    if distribution.shapes.len() > MAX_SHAPES {
        writeln!(out, "{} more shapes; `--format json` has them all", distribution.shapes.len() - MAX_SHAPES)?;
    }
    write_times(distribution, style, out)
}

fn write_times(distribution: &Distribution, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&["time of", ">min", ">p50", ">p90", ">p99", ">max"], style);
    let mut row = |name: String, times: Option<Percentiles>| {
        let Some(Percentiles { min_ns, p50_ns, p90_ns, p99_ns, max_ns }) = times else { return };
        let times = [min_ns, p50_ns, p90_ns, p99_ns, max_ns].map(|ns| format_duration(Duration::from_nanos(ns)));
        table.row([vec![name], times.to_vec()].concat());
    };
    for flow in distribution.flows.iter().take(MAX_FLOWS) {
        row(format!("{} {} {}", flow.from.actor, style.arrow(), flow.to.actor), flow.elapsed);
    }
    row("the run".to_owned(), distribution.duration);
    table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_do_not_round_to_never_or_always() {
        assert_eq!(percent(0, 10_000), "0.0 %");
        assert_eq!(percent(1, 10_000), "0.1 %");
        assert_eq!(percent(9_999, 10_000), "99.9 %");
        assert_eq!(percent(10_000, 10_000), "100.0 %");
        assert_eq!(percent(193, 200), "96.5 %");
    }
}
