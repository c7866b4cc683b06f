//! `netlab run`

use std::io::Write;
use std::time::Instant;

use super::args::{Format, RunArgs};
use super::exit::Exit;
use super::interrupt;
use super::output::{Output, Progress, note};
use super::repeat::{Repeat, carry_out};
use super::select::{Selected, select, sources};
use super::variables::note_unused;
use crate::report::{
    CaseColumn, InvalidFile, Report, RunReport, Style, Summary, VERSION, draw_diagnostic, headline, write_cases, write_details, write_head,
    write_json, write_lesson, write_run, write_summary,
};
use crate::scenario::Family;
use crate::verdict::Outcome;

pub(super) fn run(args: &RunArgs, output: &mut Output) -> Exit {
    let start = Instant::now();
    let overrides = args.overrides.to_overrides();
    // All files are read before the first is run, so that a bad one is known at once; the good ones run all the same.
    let variables = match args.variables.load(output) {
        Ok(variables) => variables,
        Err(exit) => return exit,
    };
    let selected: Vec<Selected> = sources(&args.paths).into_iter().map(|found| select(found, &overrides, &variables)).collect();
    if !selected.is_empty() && selected.iter().all(|item| matches!(item, Selected::Plans(_))) {
        note_unused(&variables, selected.iter().flat_map(Selected::variables));
    }
    // Only now: until here there is nothing to finish, and a signal ends the process as ever.
    let interrupt = match interrupt::listen() {
        Ok(interrupt) => interrupt,
        Err(error) => {
            note(&format!("error: cannot listen for signals: {error}"));
            return Exit::NotCarriedOut;
        }
    };
    let total: usize = selected.iter().map(|item| if let Selected::Plans(plans) = item { plans.len() } else { 0 }).sum();
    let repeat = match (args.repeat, args.repeat_for) {
        (Some(times), _) => Repeat::Times(times),
        (None, Some(time)) => Repeat::For(time),
        (None, None) => Repeat::Once,
    };
    let mut session = Session {
        args,
        output,
        summary: Summary::default(),
        report: None,
        single: selected.len() == 1,
        cases: Vec::new(),
        progress: Progress::new(total, repeat != Repeat::Once),
    };
    if args.format == Format::Json {
        session.report = Some(Report {
            version: VERSION,
            netlab: env!("CARGO_PKG_VERSION").to_owned(),
            invalid: Vec::new(),
            runs: Vec::new(),
            summary: Summary::default(),
        });
    }
    for item in selected {
        match item {
            Selected::Invalid(invalid) => session.show_invalid(invalid),
            Selected::Plans(plans) => {
                let has_cases = plans.len() > 1 && plans.iter().any(|plan| plan.case.is_some());
                for plan in plans {
                    if interrupt.signal().is_some() {
                        session.summary.not_run += 1;
                        continue;
                    }
                    if !session.output.is_open() {
                        break;
                    }
                    session.progress.begins(plan.scenario.source.name());
                    let report = carry_out(&plan, &session.output.language, &interrupt, repeat, &session.progress);
                    session.show(report, has_cases);
                }
                session.show_cases();
            }
        }
    }
    session.summary.interrupted = interrupt.signal().is_some();
    session.summary.took(start.elapsed());
    session.finish();
    let Session { summary, output, .. } = session;
    match output.failure() {
        Some(_) if interrupt.signal().is_none() => Exit::NotCarriedOut,
        _ => Exit::of(&summary, interrupt.signal(), args.strict),
    }
}

/// What has been shown, and what is kept for the end.
struct Session<'s> {
    args: &'s RunArgs,
    output: &'s mut Output,
    summary: Summary,
    report: Option<Report>,
    single: bool,
    /// The cases of the scenario under way, and the last of its runs.
    cases: Vec<(CaseColumn, RunReport)>,
    progress: Progress,
}

impl Session<'_> {
    fn show_invalid(&mut self, invalid: InvalidFile) {
        self.summary.invalid += 1;
        let style = self.output.style.clone();
        self.progress
            .suspend(|| invalid.diagnostics.iter().for_each(|diagnostic| note(&format!("{}\n", draw_diagnostic(diagnostic, &style)))));
        if let Some(report) = &mut self.report {
            report.invalid.push(invalid);
        }
    }

    fn show(&mut self, run: RunReport, has_cases: bool) {
        self.summary.count(&run.verdict.outcome);
        self.progress.ended();
        if let Some(report) = &mut self.report {
            report.runs.push(run);
            return;
        }
        let Self { output, progress, single, cases, .. } = self;
        let Style { verbose, quiet, .. } = output.style;
        let went_well = match run.verdict.outcome {
            Outcome::Pass => true,
            Outcome::Skip(_) => !self.args.strict,
            Outcome::Fail | Outcome::Error(_) => false,
        };
        // The same conversation over another address family shows nothing new, unless it went wrong.
        let is_news = run.family.is_none_or(|family| family == Family::Ipv4);
        let in_full = !went_well || !quiet && (verbose || *single && is_news);
        let is_one_of_several = has_cases && in_full && *single;
        progress.suspend(|| {
            if is_one_of_several {
                output.write(|style, out| {
                    if cases.is_empty() {
                        writeln!(out, "{}", run.scenario.file)?;
                        write_head(&run, style, out)?;
                        writeln!(out)?;
                    }
                    write_run(&run, style, out)?;
                    writeln!(out)
                });
            } else if in_full {
                output.write(|style, out| {
                    write_details(&run, style, out)?;
                    writeln!(out)
                });
            } else if !quiet {
                let is_alone = has_cases && *single;
                output.write(|style, out| writeln!(out, "{}{}", headline(&run, style), if is_alone { "\n" } else { "" }));
            }
        });
        if is_one_of_several && is_news {
            cases.push((CaseColumn::of(&run, &output.style), run));
        }
    }

    /// After the last case of a scenario: all of them side by side, and the lesson.
    fn show_cases(&mut self) {
        let cases = std::mem::take(&mut self.cases);
        let Some((_, last)) = cases.last() else { return };
        let columns: Vec<CaseColumn> = cases.iter().map(|(column, _)| column.clone()).collect();
        let Self { output, progress, .. } = self;
        progress.suspend(|| {
            output.write(|style, out| {
                write_cases(&columns, style, out)?;
                write_lesson(last, style, out)?;
                writeln!(out)
            });
        });
    }

    fn finish(&mut self) {
        self.progress.finish();
        let summary = self.summary;
        if let Some(report) = &mut self.report {
            report.summary = summary;
            let report = &*report;
            self.output.write_data(|out| write_json(report, out));
        } else {
            self.output.write(|_, out| write_summary(&summary, out));
        }
        if summary == (Summary { elapsed_ms: summary.elapsed_ms, ..Summary::default() }) {
            note(&format!("error: no scenario was found at {}", self.args.paths.join(", ")));
        }
    }
}
