//! `netlab split`

mod args;
mod listen;
mod outcome;
mod plan;
mod server;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::exit::Exit;
use super::interrupt;
use super::output::{Output, SweepProgress, note};
use crate::engine::Interrupt;
use crate::split::{
    Baseline, BaselineReport, Mask, Message, MessageReport, SplitHead, SplitReport, Started, Subject, SweepEvent, SweepOptions, Swept,
    UnderTest, VERSION, failing_ranges, sweep, take_baseline,
};
pub(in crate::cli) use args::SplitArgs;
use outcome::Rows;
use plan::Chosen;
use server::said;

/// What goes before any connection went wrong.
struct Refusal(Exit, String);

pub(super) fn split(args: &SplitArgs, output: &mut Output) -> Exit {
    match carry_out(args, output) {
        Ok(exit) => exit,
        Err(Refusal(exit, words)) => {
            note(&format!("error: {words}"));
            exit
        }
    }
}

fn carry_out(args: &SplitArgs, output: &mut Output) -> Result<Exit, Refusal> {
    let start = Instant::now();
    let usage = |words: String| Refusal(Exit::Usage, words);
    if let Some(complaint) = args.report.same_file().or_else(|| args.wrong_close().map(str::to_owned)) {
        return Err(usage(complaint));
    }
    let mut mask = Mask::default();
    for text in &args.masks {
        mask.add(text).map_err(|error| usage(format!("--mask `{text}`: {error}")))?;
    }
    let messages = args.messages.read().map_err(|(exit, words)| Refusal(exit, words))?;
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let script = args.script(anywhere, messages.clone());
    let bytes = script.stream().len() as u64;
    if let Some(cuts) = args.allow_fail.as_ref().and_then(|allowed| allowed.beyond(bytes)) {
        return Err(usage(format!(
            "--allow-fail {cuts}: there is no such cut, {bytes} bytes have the cuts 1..{}",
            bytes.saturating_sub(1)
        )));
    }
    let chosen = args.choose(&script)?;
    let interrupt = interrupt::listen().map_err(|error| Refusal(Exit::NotCarriedOut, format!("cannot listen for signals: {error}")))?;
    let subject = args.subject(messages, chosen.splits.len(), &interrupt)?;
    let subject = subject.as_ref();

    let baseline = baseline_of(subject, mask, &interrupt)?;
    let mut rows = Rows::new(args.strict);
    let sweep_start = Instant::now();
    let progress = SweepProgress::new(chosen.splits.len());
    let options = SweepOptions { jobs: NonZeroUsize::from(args.jobs), interrupt: &interrupt };
    let swept = sweep(subject, &chosen.splits, baseline, options, |SweepEvent::Row(row)| {
        let is_bad = !row.verdict.is_same();
        progress.ended(rows.push(row, args));
        // Without its server every later split would fail, and say nothing of the cut.
        if is_bad && subject.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.finish();
    let swept_in = sweep_start.elapsed();
    let Swept { baseline, last } = swept.map_err(|error| Refusal(Exit::NotCarriedOut, format!("cannot start a thread: {error}")))?;

    if let Some(split) = last {
        note(&format!("note: behind {split} the uncut bytes are not answered as before any more, so no more splits were tried"));
    }
    rows.blame(&subject.ended_behind(), args.jobs);
    let smallest = rows.smallest().map(|row| (row.name.clone(), row.output.clone()));
    let is_good = rows.rows.iter().all(|row| row.went_well(args.strict));
    let (smallest, its_output) = smallest.unzip();
    let last_words = subject.finish().filter(|_| !is_good);
    let program_output = its_output.flatten().or(last_words);
    let Rows { rows, mut summary, .. } = rows;
    summary.not_run = chosen.splits.len() as u64 - summary.ended();
    summary.interrupted = interrupt.signal().is_some();
    summary.elapsed_us = micros(start.elapsed());
    summary.sweep_us = micros(swept_in);
    let head = args.head(subject, &chosen, &baseline);
    let report = SplitReport { ranges: failing_ranges(&rows), smallest, program_output, head, rows, summary };
    Ok(args.conclude(&report, (subject, &chosen.splits, &baseline), interrupt.signal(), output))
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// The answers to the uncut bytes, or what a client makes of the uncut answers.
fn baseline_of(subject: &dyn Subject, mask: Mask, interrupt: &Interrupt) -> Result<Baseline, Refusal> {
    let baseline = take_baseline(subject, mask, interrupt).map_err(|error| match interrupt.signal() {
        Some(signal) => Refusal(Exit::Interrupted(signal), "interrupted before the first answer".to_owned()),
        None => {
            let output = error.said().map(str::to_owned).or_else(|| subject.finish());
            let output = output.map(|output| said(&output)).unwrap_or_default();
            let target = subject.script().target;
            let place = if subject.under_test() == UnderTest::Server { format!("{target}: ") } else { String::new() };
            Refusal(Exit::NotCarriedOut, format!("{place}{error}{output}"))
        }
    })?;
    for words in
        baseline.unused_masks().map(|mask| format!("--mask `{mask}` matches nothing in the uncut answers")).chain(baseline.remark())
    {
        note(&format!("note: {words}"));
    }
    Ok(baseline)
}

impl SplitArgs {
    /// What is under test; a server that netlab is to start is started.
    fn subject(&self, messages: Vec<Message>, splits: usize, interrupt: &Interrupt) -> Result<Box<dyn Subject>, Refusal> {
        if let Some(address) = self.listen {
            return Ok(Box::new(self.client(address, messages)?));
        }
        let (program, target) = self.serve(&messages, splits, interrupt)?;
        let script = self.script(target, messages);
        Ok(match program.zip(self.exec.clone()) {
            Some((program, command)) => Box::new(Started::new(script, command, program, self.ready)),
            None => Box::new(script),
        })
    }

    fn head(&self, subject: &dyn Subject, chosen: &Chosen, baseline: &Baseline) -> SplitHead {
        let script = subject.script();
        SplitHead {
            version: VERSION,
            netlab: env!("CARGO_PKG_VERSION").to_owned(),
            under_test: subject.under_test(),
            target: script.target.to_string(),
            exec: self.exec.as_ref().map(ToString::to_string),
            messages: MessageReport::all(script),
            plans: chosen.plans.clone(),
            planned: chosen.planned,
            selected: chosen.splits.len() as u64,
            seed: self.seed,
            allow_fail: self.allow_fail.as_ref().map(ToString::to_string),
            shard: self.shard.map(|shard| shard.to_string()),
            baseline: BaselineReport::of(baseline),
        }
    }
}
