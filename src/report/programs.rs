//! The programs that a run started: how they ended, and what they said.

use std::io::{self, Write};

use super::model::RunReport;
use super::style::Style;
use crate::scenario::visible;
use crate::trace::ProgramEnd;
use crate::verdict::Outcome;

/// Lines of its output that are shown.
const MOST_LINES: usize = 40;

/// Writes them where the run did not pass, or where everything is shown.
pub(super) fn write_programs(run: &RunReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(trace) = run.trace.as_ref().filter(|_| style.verbose || run.verdict.outcome != Outcome::Pass) else { return Ok(()) };
    for (actor, program) in trace.actors.iter().flat_map(|actor| actor.programs.iter().map(move |program| (actor, program))) {
        let ended = match program.ended {
            ProgramEnd::Code(code) => format!("ended with exit code {code}"),
            ProgramEnd::Signal(signal) => format!("was ended by signal {signal}"),
            ProgramEnd::Stopped => "was stopped when the run was over".to_owned(),
        };
        let lines: Vec<&str> = program.output.lines().collect();
        let said = if lines.is_empty() { "; it said nothing" } else { "; its output:" };
        writeln!(out, "\n  {}: `{}` {ended}{said}", visible(&actor.name), visible(&program.command))?;
        lines[lines.len().saturating_sub(MOST_LINES)..].iter().try_for_each(|line| writeln!(out, "    {}", visible(line)))?;
    }
    Ok(())
}
