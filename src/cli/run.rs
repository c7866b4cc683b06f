//! `netlab run`

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::exit::{self, Exit};
use super::last_failed::LastFailed;
use super::output::{Output, Progress, note, note_diagnostics};
use super::select::{SelectArgs, count_files};
use super::settings::{OverrideArgs, parse_time};
use super::sinks::{ReportArgs, Sinks, TraceFolder};
use super::variables::{VariableArgs, note_unused};
use super::{dry_run, interrupt};
use crate::plan::Plan;
use crate::report::{InvalidFile, Policy, ReportHead, RunReport, Suite, Summary};
use crate::runner::{self, Event, Item, Repeat, Rules};
use crate::trace::RunEnd;

#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) select: SelectArgs,

    /// Show what would be run, with every name and setting resolved, and run nothing
    #[arg(long, conflicts_with_all = ["report_junit", "report_tap", "report_json", "report_md", "save_trace"])]
    pub(super) dry_run: bool,

    #[command(flatten)]
    pub(super) running: RunningArgs,

    #[command(flatten)]
    pub(super) report: ReportArgs,

    /// Save each run that did not do well in this folder, for `netlab report` and `netlab diff`
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    pub(super) save_trace: Option<PathBuf>,

    /// Which runs are saved there
    #[arg(long, value_name = "WHICH", default_value = "failed", requires = "save_trace", help_heading = "Reports")]
    pub(super) save: Save,

    #[command(flatten)]
    pub(super) overrides: OverrideArgs,

    #[command(flatten)]
    pub(super) variables: VariableArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(super) struct RunningArgs {
    /// How many runs at once [default: the processors; 1 for a single scenario and for repeats, where times are looked at]
    #[arg(short, long, value_name = "N", value_parser = parse_jobs)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// Run each scenario, and each of its cases and families, so many times, and show how often it came out in which way
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000), conflicts_with = "repeat_for")]
    pub(super) repeat: Option<u64>,

    /// Run each scenario, and each of its cases and families, again and again for this long
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(super) repeat_for: Option<Duration>,

    /// Try a run that did not pass up to N times again
    #[arg(long, value_name = "N", default_value = "0", conflicts_with_all = ["repeat", "repeat_for"], value_parser = clap::value_parser!(u32).range(..=100))]
    pub(super) retries: u32,

    /// What a run counts as that passed only when it was tried again
    #[arg(long, value_name = "pass|fail", default_value = "pass", hide_possible_values = true)]
    pub(super) flaky: FlakyArg,

    /// Begin no more after N runs that failed or could not be carried out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) max_fail: Option<u64>,

    /// As --max-fail 1
    #[arg(long, conflicts_with = "max_fail")]
    pub(super) fail_fast: bool,

    /// Count a skipped run as a failed one
    #[arg(long)]
    pub(super) strict: bool,
}

fn parse_jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected how many runs at once, from 1".to_owned())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FlakyArg {
    Pass,
    Fail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Save {
    /// Those that did not do well
    Failed,
    /// All of them
    All,
}

pub(super) fn run(args: &RunArgs, output: &mut Output) -> Exit {
    let start = Instant::now();
    if let Some(complaint) = args.report.same_file() {
        note(&format!("error: {complaint}"));
        return Exit::Usage;
    }
    let variables = match args.variables.load(output) {
        Ok(variables) => variables,
        Err(exit) => return exit,
    };
    // All files are read before the first is run, so that a bad one is known at once; the good ones run all the same.
    let mut chosen = args.select.choose(&args.overrides.to_overrides(), &variables);
    if chosen.selection.all_valid {
        note_unused(&variables, chosen.selection.variables.iter().map(String::as_str));
    }
    let items = std::mem::take(&mut chosen.selection.items);
    let suite = args.suite(&items, chosen.shuffled);
    if args.dry_run {
        let exit = if items.is_empty() { args.select.nothing(&chosen) } else { Exit::Success };
        return dry_run::show(&suite, items, args.report.format, output).unwrap_or(exit);
    }
    // Only now: until here there is nothing to finish, and a signal ends the process as ever.
    let interrupt = match interrupt::listen() {
        Ok(interrupt) => interrupt,
        Err(error) => {
            note(&format!("error: cannot listen for signals: {error}"));
            return Exit::NotCarriedOut;
        }
    };
    if let Some(seed) = chosen.shuffled {
        note(&format!("order: --shuffle={seed}"));
    }
    let policy = suite.policy;
    let head = ReportHead::new(suite, runner::texts(&items));
    let (plans, invalid) = parted(items);
    let nothing = (plans.is_empty() && invalid.is_empty()).then(|| args.select.nothing(&chosen));

    let (language, style) = (output.language.clone(), output.style.clone());
    let progress = Progress::new(plans.len(), args.repeat());
    let traces = args.save_trace.clone().map(|folder| TraceFolder::new(folder, args.save));
    let sinks = args.report.open(output, !progress.is_drawn(), traces);
    let mut session = Session { sinks, summary: Summary::default(), policy, last_failed: LastFailed::here(), progress };
    session.sinks.head(&head);
    drop(head);
    for file in &invalid {
        session.progress.suspend(|| note_diagnostics(&file.diagnostics, &style));
        session.summary.invalid += 1;
        session.last_failed.record_invalid(&file.file);
        session.sinks.invalid(file);
    }
    let rules = Rules { repeat: args.repeat(), retries: args.running.retries, language: &language, interrupt: &interrupt };
    let options = runner::Options { jobs: args.jobs(&plans), max_fail: args.max_fail(), policy, rules };
    session.summary.not_run = runner::run(plans, &options, |event| session.take(event));
    session.summary.interrupted = interrupt.signal().is_some();
    session.summary.took(start.elapsed());

    let Session { sinks, summary, last_failed, progress, .. } = session;
    progress.finish();
    let all_written = sinks.end(&summary);
    last_failed.save();
    match (interrupt.signal(), all_written) {
        (None, false) if summary.invalid == 0 => Exit::NotCarriedOut,
        (signal, _) => nothing.unwrap_or_else(|| Exit::of(&summary, signal, policy)),
    }
}

/// The runs, and the files that are no scenarios.
fn parted(items: Vec<Item>) -> (Vec<Plan>, Vec<InvalidFile>) {
    let (mut plans, mut invalid) = (Vec::new(), Vec::new());
    for item in items {
        match item.content {
            Ok(plan) => plans.push(*plan),
            Err(file) => invalid.push(file),
        }
    }
    (plans, invalid)
}

impl RunArgs {
    fn suite(&self, items: &[Item], shuffle: Option<u64>) -> Suite {
        Suite {
            selected: items.iter().filter(|item| item.content.is_ok()).count() as u64,
            files: count_files(items),
            options: self.overrides.typed().into_iter().chain(self.variables.typed()).collect(),
            shuffle,
            shard: self.select.shard,
            retries: self.running.retries,
            policy: Policy { strict: self.running.strict, flaky_passes: self.running.flaky == FlakyArg::Pass },
        }
    }

    fn repeat(&self) -> Repeat {
        match (self.running.repeat, self.running.repeat_for) {
            (Some(times), _) => Repeat::Times(times),
            (None, Some(time)) => Repeat::For(time),
            (None, None) => Repeat::Once,
        }
    }

    /// One at a time where times are what is looked at: in the cases of one scenario, and in repeats.
    fn jobs(&self, plans: &[Plan]) -> NonZeroUsize {
        let is_one = !plans.is_empty() && plans.windows(2).all(|two| two[0].scenario.source.name() == two[1].scenario.source.name());
        match self.running.jobs {
            Some(jobs) => jobs,
            None if is_one || self.repeat() != Repeat::Once => NonZeroUsize::MIN,
            None => std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }

    fn max_fail(&self) -> Option<u64> {
        if self.running.fail_fast { Some(1) } else { self.running.max_fail }
    }
}

/// What has been shown and counted so far.
struct Session<'o> {
    sinks: Sinks<'o>,
    summary: Summary,
    policy: Policy,
    last_failed: LastFailed,
    progress: Progress,
}

impl Session<'_> {
    fn take(&mut self, event: Event) -> ControlFlow<()> {
        let Self { sinks, progress, .. } = self;
        match event {
            Event::Began(name) => {
                progress.begins(&name);
                progress.suspend(|| sinks.began(&name));
            }
            Event::Repeated(name, runs) => progress.ran(&name, runs),
            Event::BackedOff(reason, jobs) => {
                progress.suspend(|| note(&format!("note: {reason}; going on with at most {jobs} at once")));
            }
            Event::Finished(name, went_well) => progress.ended(&name, went_well),
            Event::Ended(run) => self.ended(&run),
        }
        if self.sinks.is_open() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn ended(&mut self, run: &RunReport) {
        let Self { sinks, summary, policy, last_failed, progress } = self;
        summary.count(run, *policy);
        // A run that was broken off says nothing.
        if run.trace.as_ref().is_none_or(|trace| trace.end != RunEnd::Interrupted) {
            last_failed.record(&run.name(), &run.scenario.file, run.went_well(*policy));
        }
        progress.suspend(|| sinks.run(run));
    }
}
