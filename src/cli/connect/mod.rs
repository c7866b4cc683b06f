//! `netlab connect`

mod args;
mod plan;

use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

pub(super) use args::{ConnectArgs, read_plain};

use args::Format;
use plan::plan;

use super::exit::Exit;
use super::interrupt;
use super::output::{Output, note};
use crate::connect::{Micros, Target, probe_all};
use crate::report::{ConnectReport, TargetReport, write_connect_summary, write_crowd, write_round, write_target};

pub(super) fn connect(args: &ConnectArgs, output: &mut Output) -> Exit {
    let start = Instant::now();
    let (targets, settings) = match plan(args) {
        Ok(planned) => planned,
        Err(reason) => {
            note(&format!("error: {reason}"));
            return Exit::Usage;
        }
    };
    let interrupt = match interrupt::without_thread() {
        Ok(interrupt) => interrupt,
        Err(error) => {
            note(&format!("error: cannot listen for signals: {error}"));
            return Exit::NotCarriedOut;
        }
    };
    let shows_rounds = args.format == Format::Table && targets.len() == 1 && !output.style.quiet;
    let mut on_round = |round: &_| {
        if shows_rounds {
            output.write(|_, out| write_round(round, out));
            // Nobody reads it any more.
            if !output.is_open() {
                interrupt.trigger(0);
            }
        }
    };
    let news = News::new(targets.len());
    let found = probe_all(&targets, &settings, args.jobs.into(), &interrupt, &|_| news.one_more(), &mut on_round);
    let found: Vec<TargetReport> = found.into_iter().flatten().map(TargetReport::new).collect();
    let report = ConnectReport::new(found, targets.len(), Micros::from(start.elapsed()));
    match args.format {
        Format::Json => output.write_data(|out| report.write_json(out)),
        Format::Table => show(&report, &targets, output),
    }
    let summary = report.summary;
    match interrupt.signal() {
        Some(signal) => Exit::Interrupted(signal),
        // Whoever read the rounds has gone, as for any program that SIGPIPE ends.
        None if args.count.is_some() && !output.is_open() => Exit::Interrupted(13),
        None if summary.not_tried > 0 => Exit::NotCarriedOut,
        None if summary.not_reached > 0 => Exit::Failed,
        None => Exit::Success,
    }
}

/// How long nothing is said while targets are tried.
const SILENCE: Duration = Duration::from_secs(5);

/// A line now and then on standard error, where many targets take long.
struct News {
    total: usize,
    /// How many have ended, and when the last word was said.
    state: Mutex<(usize, Instant)>,
}

impl News {
    fn new(total: usize) -> Self {
        Self { total, state: Mutex::new((0, Instant::now())) }
    }

    fn one_more(&self) {
        let Ok(mut state) = self.state.lock() else { return };
        state.0 += 1;
        if state.1.elapsed() >= SILENCE {
            state.1 = Instant::now();
            note(&format!("{} of {} targets", state.0, self.total));
        }
    }
}

fn show(report: &ConnectReport, targets: &[Target], output: &mut Output) {
    output.write(|style, out| {
        if let ([only], [_]) = (report.targets.as_slice(), targets) {
            let is_news = !style.quiet || report.summary.reached == 0;
            return if is_news { write_target(only, style, out) } else { Ok(()) };
        }
        if style.verbose {
            for target in &report.targets {
                write_target(target, style, out)?;
                writeln!(out)?;
            }
        } else {
            write_crowd(report, style, out)?;
        }
        if style.quiet && report.summary.reached == targets.len() { Ok(()) } else { write_connect_summary(&report.summary, out) }
    });
}
