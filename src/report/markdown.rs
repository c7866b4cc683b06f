//! Markdown for the summary page of a CI job: the numbers, then what did not do well.

use std::io::{self, Write};

use super::head::{ReportHead, Suite, Summary};
use super::model::{InvalidFile, RunReport};
use super::plain;
use super::renderer::Renderer;
use super::style::Style;
use super::text::headline;
use crate::scenario::{format_duration, visible};
use crate::verdict::Outcome;

/// The most bytes of details: a job's summary may have 1 MiB, and other steps write there too.
const MOST: usize = 256 * 1024;

/// Collects the details of what did not do well; of everything else the numbers.
#[derive(Debug, Default)]
pub struct MarkdownRenderer {
    suite: Suite,
    details: String,
    left_out: u64,
    flaky: Vec<String>,
    skipped: Vec<String>,
}

impl MarkdownRenderer {
    fn add(&mut self, title: &str, text: &str) {
        if self.details.len() + text.len() > MOST {
            self.left_out += 1;
            return;
        }
        self.details.push_str(&fenced(title, text));
    }
}

impl Renderer for MarkdownRenderer {
    fn head(&mut self, head: &ReportHead, _: &mut dyn Write) -> io::Result<()> {
        self.suite = head.suite.clone();
        Ok(())
    }

    fn invalid(&mut self, file: &InvalidFile, _: &mut dyn Write) -> io::Result<()> {
        self.add(&format!("INVALID {}", file.file), &plain::problems(file));
        Ok(())
    }

    fn run(&mut self, run: &RunReport, _: &mut dyn Write) -> io::Result<()> {
        if run.is_flaky() {
            self.flaky.push(run.name());
        }
        if let (Outcome::Skip(reason), true) = (&run.verdict.outcome, run.went_well(self.suite.policy)) {
            self.skipped.push(format!("{}: {reason}", run.name()));
        }
        if !run.went_well(self.suite.policy) {
            let title = anstream::adapter::strip_str(&headline(run, &Style::default())).to_string();
            self.add(&title, &plain::details(run)?);
        }
        Ok(())
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let is_bad = summary.failed > 0 || summary.errors > 0 || summary.invalid > 0 || (self.suite.policy.strict && summary.skipped > 0);
        let incomplete = summary.interrupted || summary.not_run > 0;
        let word = match (is_bad, incomplete) {
            (false, false) => "passed",
            (false, true) => "incomplete",
            (true, _) => "failed",
        };
        writeln!(out, "## netlab: {word}\n")?;
        writeln!(out, "| passed | failed | could not run | skipped | invalid | flaky | not run | time |")?;
        writeln!(out, "|---:|---:|---:|---:|---:|---:|---:|---:|")?;
        let Summary { passed, failed, errors, skipped, invalid, flaky, not_run, .. } = summary;
        let time = format_duration(std::time::Duration::from_millis(summary.elapsed_ms));
        writeln!(out, "| {passed} | {failed} | {errors} | {skipped} | {invalid} | {flaky} | {not_run} | {time} |")?;
        if let Some(shard) = self.suite.shard {
            writeln!(out, "\nPart {shard} of the suite.")?;
        }
        if let Some(seed) = self.suite.shuffle {
            writeln!(out, "\nShuffled with seed {seed}: `--shuffle={seed}` gives this order again.")?;
        }
        if summary.interrupted {
            writeln!(out, "\nInterrupted: the report is incomplete.")?;
        }
        out.write_all(self.details.as_bytes())?;
        if self.left_out > 0 {
            writeln!(out, "\n{} more, which are not shown here.", self.left_out)?;
        }
        for (title, names) in [("Flaky: passed only when tried again", &self.flaky), ("Skipped", &self.skipped)] {
            if !names.is_empty() {
                writeln!(out, "\n{title}:\n")?;
                names.iter().take(MOST_NAMES).try_for_each(|name| writeln!(out, "- {}", text(name)))?;
                if names.len() > MOST_NAMES {
                    writeln!(out, "- and {} more", names.len() - MOST_NAMES)?;
                }
            }
        }
        Ok(())
    }
}

/// Names that are listed of runs that were skipped or flaky.
const MOST_NAMES: usize = 50;

/// Text that is unfolded by its title.
pub(super) fn fenced(title: &str, text: &str) -> String {
    let fence = fence_for(text);
    format!("\n<details><summary>{}</summary>\n\n{fence}text\n{}\n{fence}\n\n</details>\n", html(title), text.trim_end())
}

/// A fence longer than any row of backticks in the text (CommonMark, section 4.5).
fn fence_for(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// Text within an HTML block, which a blank line would end (CommonMark, section 4.6).
fn html(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text in Markdown, none of which is markup: ASCII punctuation may always be escaped (CommonMark, section 2.4). A line break, which would end
/// the item of a list, is shown as `\n`.
pub(super) fn text(text: &str) -> String {
    visible(text).chars().flat_map(|c| if c.is_ascii_punctuation() && !"/,".contains(c) { vec!['\\', c] } else { vec![c] }).collect()
}
