//! A suite as text: one scenario in full; of several a line each, and at the end what did not do well.

use std::io::{self, Write};

use super::cases::{CaseColumn, write_cases};
use super::head::{ReportHead, Suite, Summary};
use super::model::{InvalidFile, RunReport};
use super::renderer::Renderer;
use super::style::{BAD, Style, paint};
use super::text::{headline, write_details, write_head, write_lesson, write_run, write_summary};
use crate::scenario::{Family, visible};

/// The text of a suite, as its runs end.
pub struct TextRenderer {
    style: Style,
    /// Whether each line says how many there are: where nothing else tells how far it is.
    numbered: bool,
    suite: Suite,
    ended: u64,
    /// The cases of the scenario under way, and the last of its runs.
    cases: Vec<(CaseColumn, RunReport)>,
    /// Everything about the runs that did not do well, for the end.
    details: Vec<u8>,
    /// How the first of those are run again, and how many more there are.
    again: Vec<String>,
    more: u64,
}

/// The most bytes of details that are kept for the end; later ones are shown at once.
const MOST_DETAILS: usize = 4 * 1024 * 1024;
/// The most commands to run something again.
const MOST_AGAIN: usize = 30;

impl TextRenderer {
    /// A renderer for a reader.
    pub fn new(style: Style, numbered: bool) -> Self {
        Self { style, numbered, suite: Suite::default(), ended: 0, cases: Vec::new(), details: Vec::new(), again: Vec::new(), more: 0 }
    }

    fn show_alone(&mut self, run: &RunReport, went_well: bool, out: &mut dyn Write) -> io::Result<()> {
        let Style { verbose, quiet, .. } = self.style;
        // The same conversation over another address family shows nothing new, unless it went wrong.
        let is_news = run.family.is_none_or(|family| family == Family::Ipv4);
        let in_full = !went_well || !quiet && (verbose || is_news);
        if !in_full {
            return if quiet { Ok(()) } else { writeln!(out, "{}", headline(run, &self.style)) };
        }
        if run.case.is_none() || self.suite.selected == 1 {
            write_details(run, &self.style, out)?;
            return writeln!(out);
        }
        if self.cases.is_empty() {
            writeln!(out, "{}", visible(&run.scenario.file))?;
            write_head(run, &self.style, out)?;
            writeln!(out)?;
        }
        write_run(run, &self.style, out)?;
        writeln!(out)?;
        if is_news {
            self.cases.push((CaseColumn::of(run, &self.style), run.clone()));
        }
        Ok(())
    }

    fn show_among_others(&mut self, run: &RunReport, went_well: bool, out: &mut dyn Write) -> io::Result<()> {
        let Style { verbose, quiet, .. } = self.style;
        if went_well && quiet {
            return Ok(());
        }
        let number = if self.numbered {
            let width = self.suite.selected.to_string().len();
            format!("[{:>width$}/{}] ", self.ended, self.suite.selected)
        } else {
            String::new()
        };
        if went_well && verbose {
            write!(out, "{number}")?;
            write_details(run, &self.style, out)?;
            return writeln!(out);
        }
        writeln!(out, "{number}{}", headline(run, &self.style))?;
        if went_well {
            return Ok(());
        }
        let is_room = self.details.len() < MOST_DETAILS;
        let to: &mut dyn Write = if is_room { &mut self.details } else { out };
        write_details(run, &self.style, to)?;
        writeln!(to)
    }

    /// All cases side by side, and the lesson.
    fn show_cases(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let cases = std::mem::take(&mut self.cases);
        let Some((_, last)) = cases.last() else { return Ok(()) };
        let columns: Vec<CaseColumn> = cases.iter().map(|(column, _)| column.clone()).collect();
        write_cases(&columns, &self.style, out)?;
        write_lesson(last, &self.style, out)?;
        writeln!(out)
    }

    fn show_failures(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if !self.details.is_empty() {
            writeln!(out, "\n{}\n", paint(BAD, "what did not do well:"))?;
            out.write_all(&std::mem::take(&mut self.details))?;
        }
        if self.again.is_empty() || self.suite.selected == 1 {
            return Ok(());
        }
        writeln!(out, "to run only that again:")?;
        self.again.iter().try_for_each(|command| writeln!(out, "  {}", visible(command)))?;
        if self.more > 0 {
            writeln!(out, "  ({} more; `netlab run --last-failed` runs all of them)", self.more)?;
        }
        writeln!(out)
    }
}

impl Renderer for TextRenderer {
    fn head(&mut self, head: &ReportHead, _: &mut dyn Write) -> io::Result<()> {
        self.suite = head.suite.clone();
        Ok(())
    }

    fn invalid(&mut self, _: &InvalidFile, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn run(&mut self, run: &RunReport, out: &mut dyn Write) -> io::Result<()> {
        self.ended += 1;
        let went_well = run.went_well(self.suite.policy);
        if !went_well {
            match self.again.len() < MOST_AGAIN {
                true => self.again.push(command_for(run, &self.suite)),
                false => self.more += 1,
            }
        }
        if self.suite.files == 1 { self.show_alone(run, went_well, out) } else { self.show_among_others(run, went_well, out) }
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        self.show_cases(out)?;
        self.show_failures(out)?;
        write_summary(summary, out)
    }
}

/// The command that runs one run again, as a shell takes it.
fn command_for(run: &RunReport, suite: &Suite) -> String {
    let mut words = vec!["netlab", "run", run.scenario.file.as_str()];
    let name = run.name();
    let rest = name[run.scenario.file.len()..].trim_start();
    if !rest.is_empty() {
        words.extend(["--filter", rest]);
    }
    words.extend(suite.options.iter().map(String::as_str));
    // A NUL cannot be typed, and no name holds one.
    shlex::try_join(words).unwrap_or(name)
}
