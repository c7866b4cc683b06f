//! `netlab run`

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::args::{Format, RunArgs};
use super::exit::Exit;
use super::interrupt;
use super::output::{Output, may_draw_progress, note};
use super::select::{Selected, select, sources};
use crate::analysis::analyse;
use crate::engine::{self, Interrupt};
use crate::plan::Plan;
use crate::report::{
    InvalidFile, Report, RunReport, Style, Summary, VERSION, draw_diagnostic, headline, write_details, write_json, write_summary,
};
use crate::scenario::Family;
use crate::verdict::{Outcome, Verdict, judge};

pub(super) fn run(args: &RunArgs, output: &mut Output) -> Exit {
    let start = Instant::now();
    let overrides = args.overrides.to_overrides();
    // All files are read before the first is run, so that a bad one is known at once; the good ones run all the same.
    let selected: Vec<Selected> = sources(&args.paths).into_iter().map(|source| select(source, &overrides)).collect();
    // Only now: until here there is nothing to finish, and a signal ends the process as ever.
    let interrupt = match interrupt::listen() {
        Ok(interrupt) => interrupt,
        Err(error) => {
            note(&format!("error: cannot listen for signals: {error}"));
            return Exit::NotCarriedOut;
        }
    };
    let total: usize = selected.iter().map(|item| if let Selected::Plans(plans) = item { plans.len() } else { 0 }).sum();
    let mut session =
        Session { args, output, summary: Summary::default(), report: None, single: selected.len() == 1, bar: progress_bar(total) };
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
                for plan in plans {
                    if interrupt.signal().is_some() || !session.output.is_open() {
                        break;
                    }
                    session.bar.set_message(plan.scenario.source.name().to_owned());
                    let report = carry_out(&plan, &session.output.language, &interrupt);
                    session.show(report);
                }
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

/// One plan through the whole pipeline.
fn carry_out(plan: &Plan, language: &str, interrupt: &Interrupt) -> RunReport {
    if let Some(reason) = engine::missing(plan) {
        return RunReport::new(plan, language, Verdict::without_run(Outcome::Skip(reason)), None);
    }
    match engine::run(plan, interrupt) {
        Ok(trace) => {
            let analysis = analyse(&trace);
            let verdict = judge(plan, &trace, &analysis);
            RunReport::new(plan, language, verdict, Some((trace, analysis)))
        }
        Err(error) => {
            let outcome = Outcome::Error(format!("the run could not begin: {error}"));
            RunReport::new(plan, language, Verdict::without_run(outcome), None)
        }
    }
}

/// What has been shown, and what is kept for the end.
struct Session<'s> {
    args: &'s RunArgs,
    output: &'s mut Output,
    summary: Summary,
    report: Option<Report>,
    single: bool,
    bar: ProgressBar,
}

impl Session<'_> {
    fn show_invalid(&mut self, invalid: InvalidFile) {
        self.summary.invalid += 1;
        let style = self.output.style.clone();
        self.bar.suspend(|| invalid.diagnostics.iter().for_each(|diagnostic| note(&format!("{}\n", draw_diagnostic(diagnostic, &style)))));
        if let Some(report) = &mut self.report {
            report.invalid.push(invalid);
        }
    }

    fn show(&mut self, run: RunReport) {
        self.summary.count(&run.verdict.outcome);
        self.bar.inc(1);
        if let Some(report) = &mut self.report {
            report.runs.push(run);
            return;
        }
        let Self { output, bar, single, .. } = self;
        let Style { verbose, quiet, .. } = output.style;
        let went_well = match run.verdict.outcome {
            Outcome::Pass => true,
            Outcome::Skip(_) => !self.args.strict,
            Outcome::Fail | Outcome::Error(_) => false,
        };
        // The same conversation over another address family shows nothing new, unless it went wrong.
        let is_news = run.family.is_none_or(|family| family == Family::Ipv4);
        let in_full = !went_well || !quiet && (verbose || *single && is_news);
        bar.suspend(|| {
            if in_full {
                output.write(|style, out| {
                    write_details(&run, style, out)?;
                    writeln!(out)
                });
            } else if !quiet {
                output.write(|style, out| writeln!(out, "{}", headline(&run, style)));
            }
        });
    }

    fn finish(&mut self) {
        self.bar.finish_and_clear();
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

/// A bar on a terminal's standard error; it appears only when there is something to wait for.
fn progress_bar(total: usize) -> ProgressBar {
    if !may_draw_progress() || total == 0 {
        return ProgressBar::hidden();
    }
    let template = if total == 1 { "{spinner} {msg} {elapsed}" } else { "{spinner} [{pos}/{len}] {wide_bar} {msg} {elapsed}" };
    let bar = ProgressBar::new(total as u64);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
