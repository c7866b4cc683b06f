//! Offsets in ranges: what failed, and what may.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::SplitRow;

/// Neighbouring cuts that came out alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FailRange {
    /// The first cut.
    pub first: u64,
    /// The last one.
    pub last: u64,
    /// How many single cuts were tried from the first to the last: all of them failed.
    pub tried: u64,
    /// How they came out, in a word.
    pub verdict: String,
    /// Whether all of them are allowed to fail.
    pub allowed: bool,
    /// The first of them, in a line.
    pub example: String,
}

impl fmt::Display for FailRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (first, last) if first == last => write!(f, "{first}"),
            (first, last) => write!(f, "{first}..{last}"),
        }
    }
}

/// Joins the rows with one cut that did not do well: neighbours among those tried that came out alike.
pub fn failing_ranges(rows: &[SplitRow]) -> Vec<FailRange> {
    let mut single: Vec<&SplitRow> = rows.iter().filter(|row| row.cuts.len() == 1).collect();
    single.sort_by_key(|row| row.cuts[0]);
    single.dedup_by_key(|row| row.cuts[0]);
    let mut ranges: Vec<FailRange> = Vec::new();
    // What the range that may go on came out as.
    let mut open = None;
    for row in single {
        if row.verdict.is_same() {
            open = None;
            continue;
        }
        let (cut, short, kind) = (row.cuts[0], row.verdict.short(), row.verdict.kind());
        match ranges.last_mut() {
            Some(range) if open.as_ref() == Some(&kind) && range.allowed == row.allowed => {
                range.last = cut;
                range.tried += 1;
                if range.verdict != short {
                    range.verdict = kind.to_string();
                }
            }
            _ => ranges.push(FailRange {
                first: cut,
                last: cut,
                tried: 1,
                verdict: short.into_owned(),
                allowed: row.allowed,
                example: row.verdict.describe(),
            }),
        }
        open = Some(kind);
    }
    ranges
}

/// Cuts as they are written: `1..15`, `7`, `1..15,40`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CutRanges(Vec<(u64, u64)>);

impl CutRanges {
    /// Whether a cut is among them.
    pub fn contains(&self, cut: u64) -> bool {
        self.0.iter().any(|&(first, last)| (first..=last).contains(&cut))
    }

    /// The first of them, cut or range, of which no cut is there: a stream of so many bytes has cuts from 1 to one less.
    pub fn beyond(&self, bytes: u64) -> Option<String> {
        let one = |&&(first, _): &&(u64, u64)| first >= bytes;
        self.0.iter().find(one).map(|&range| Self(vec![range]).to_string())
    }
}

impl FromStr for CutRanges {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = |part: &str| {
            let (first, last) = part.split_once("..").unwrap_or((part, part));
            let number = |text: &str| text.trim().parse::<u64>().ok().filter(|&number| number > 0);
            let both = number(first).zip(number(last.trim_start_matches('=')));
            both.filter(|(first, last)| first <= last).ok_or_else(|| {
                format!("`{part}` is no range of cuts: expected the first and the last one, as in 1..15, or one alone, as in 7")
            })
        };
        text.split(',').map(range).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for CutRanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.0.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}..{last}") });
        f.write_str(&parts.collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::{Exchange, Split, SplitVerdict};

    fn row(cut: u64, verdict: SplitVerdict) -> SplitRow {
        let exchange = Exchange { pieces: 2, sends: 2, ..Exchange::new() };
        let split = Split { name: format!("cut {cut}"), cuts: vec![cut], coalesced: false };
        SplitRow::of(&split, &exchange, verdict, 10)
    }

    #[test]
    fn neighbours_that_came_out_alike_are_one_range() {
        let closed = || SplitVerdict::Closed { received: 0 };
        let rows = vec![
            row(1, closed()),
            row(2, closed()),
            row(3, SplitVerdict::Same),
            row(5, closed()),
            row(7, closed()),
            row(8, SplitVerdict::Refused),
            row(9, closed()),
            row(10, SplitVerdict::Reset { received: 3 }),
        ];
        let ranges = failing_ranges(&rows);
        let shown: Vec<_> = ranges.iter().map(|range| (range.to_string(), range.tried, range.verdict.as_str())).collect();
        let range = |range: &str, tried, verdict| (range.to_owned(), tried, verdict);
        let expected =
            [range("1..2", 2, "closed"), range("5..7", 2, "closed"), range("8", 1, "refused"), range("9..10", 2, "closed or reset")];
        assert_eq!(shown, expected);
    }

    #[test]
    fn ranges_are_read() {
        let ranges: CutRanges = "1..15, 40".parse().unwrap();
        assert!(ranges.contains(1) && ranges.contains(15) && ranges.contains(40) && !ranges.contains(16));
        assert_eq!(ranges.to_string(), "1..15,40");
        for text in ["", "0", "5..3", "a", "1..", "..5"] {
            assert!(text.parse::<CutRanges>().is_err(), "{text}");
        }
    }
}
