//! `netlab split`

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::exit;
use super::exit::Exit;
use super::interrupt;
use super::message::MessageArgs;
use super::output::{Output, SweepProgress, note};
use super::sinks::{ReportArgs, ReportFormat, write_file};
use crate::engine::Interrupt;
use crate::program::{Command, CommandError, Ended, PORT, Program};
use crate::report::{Shard, render_split};
use crate::runner::{deal_names, parse_shard};
use crate::scenario::parse_duration;
use crate::split::{
    Baseline, BaselineReport, Closing, CutPlan, CutRanges, Limits, Mask, Message, MessageReport, Script, Split, SplitHead, SplitReport,
    SplitRow, SplitSummary, SplitVerdict, SweepEvent, SweepOptions, VERSION, failing_ranges, scenario_of, sweep, take_baseline,
};
use crate::trace::escape_lines;

#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct SplitArgs {
    /// The server: HOST:PORT; with --exec, where it will listen [default with --exec: 127.0.0.1:{port}]
    #[arg(value_name = "TARGET", required_unless_present = "exec")]
    target: Option<String>,

    /// Start the server first, and stop it at the end with all that it started; {port} is a free port. No shell reads it: for one, write
    /// sh -c '...'
    #[arg(long, value_name = "COMMAND", value_parser = command, help_heading = "The server")]
    exec: Option<Command>,

    /// The longest until it accepts
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time, requires = "exec", help_heading = "The server")]
    ready: Duration,

    #[command(flatten)]
    messages: MessageArgs,

    /// How to cut: two (every split in two), three, bytes (byte by byte), coalesced (all messages in one send), random:4x1000, 5, -1 or 3,9
    /// (at these offsets), `every 7`, `around "\r\n"`, `after header` [default: two, bytes; with several messages, coalesced]
    #[arg(long = "cut", value_name = "PLAN", help_heading = "Cuts", allow_hyphen_values = true)]
    cuts: Vec<CutPlan>,

    /// Seed of random cuts
    #[arg(long, value_name = "N", default_value = "0", help_heading = "Cuts")]
    seed: u64,

    /// The most splits of one plan; of more, so many are taken, evenly spread
    #[arg(long, value_name = "N", default_value = "10000", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Cuts")]
    limit: u64,

    /// The most cuts of one split; behind them the bytes pass as they are
    #[arg(long, value_name = "N", default_value = "10000", help_heading = "Cuts")]
    max_cuts: NonZeroUsize,

    /// Carry out only a part of the splits: 2/3 is the second of three parts; hash:2/3 deals them out by their names
    #[arg(long, value_name = "I/N", value_parser = parse_shard, help_heading = "Cuts")]
    shard: Option<Shard>,

    /// Do not compare what this regular expression matches in the answers, or a header field: field:Date
    #[arg(long = "mask", value_name = "REGEX", help_heading = "Judgement")]
    masks: Vec<String>,

    /// Cuts at which the server may fail, because a specification permits it: 1..15
    #[arg(long, value_name = "CUTS", help_heading = "Judgement")]
    allow_fail: Option<CutRanges>,

    /// Count a split as failed where it is not known that the server saw it
    #[arg(long, help_heading = "Judgement")]
    strict: bool,

    /// The longest that a connect, and each answer, may take
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = time, help_heading = "Connections")]
    timeout: Duration,

    /// The longest to wait until the server has read a piece
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = time, help_heading = "Connections")]
    confirm: Duration,

    /// The most bytes of all answers of one connection
    #[arg(long, value_name = "BYTES", default_value = "16777216", value_parser = clap::value_parser!(u64).range(1..=1_073_741_824), help_heading = "Connections")]
    max_answer: u64,

    /// How many connections at once
    #[arg(short, long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Connections")]
    jobs: u16,

    /// How a connection is closed
    #[arg(long, value_name = "HOW", default_value = "rst", help_heading = "Connections")]
    close: Close,

    /// Allow a target that is not this machine's loopback
    #[arg(long, help_heading = "Connections")]
    allow_remote: bool,

    /// Save the smallest split that failed as a scenario file, for `netlab run`
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    save: Option<PathBuf>,

    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Close {
    /// By RST: ports do not run out
    Rst,
    /// By FIN
    Fin,
}

fn time(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(time) if time.is_zero() => Err("nothing could ever be done in no time".to_owned()),
        result => result,
    }
}

fn command(text: &str) -> Result<Command, String> {
    text.parse().map_err(|error: CommandError| error.to_string())
}

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
    if let Some(complaint) = args.report.same_file() {
        return Err(usage(complaint));
    }
    let mut mask = Mask::default();
    for text in &args.masks {
        mask.add(text).map_err(|error| usage(format!("--mask `{text}`: {error}")))?;
    }
    let messages = args.messages.read().map_err(|(exit, words)| Refusal(exit, words))?;
    let (selected, planned) = args.splits(&messages).map_err(usage)?;
    let interrupt = interrupt::listen().map_err(|error| Refusal(Exit::NotCarriedOut, format!("cannot listen for signals: {error}")))?;
    if selected.is_empty() {
        return Err(Refusal(
            Exit::Nothing,
            "no split is left: the message has too few bytes to be cut, or none falls into this part".to_owned(),
        ));
    }
    let (mut program, target) = args.serve(&messages, selected.len(), &interrupt)?;
    let script = args.script(target, messages);

    let baseline = take_baseline(&script, mask, &interrupt).map_err(|error| match interrupt.signal() {
        Some(signal) => Refusal(Exit::Interrupted(signal), "interrupted before the first answer".to_owned()),
        None => {
            let output = program.as_mut().map(|program| said(&finished(program))).unwrap_or_default();
            Refusal(Exit::NotCarriedOut, format!("{target}: {error}{output}"))
        }
    })?;
    let mut rows = Vec::with_capacity(selected.len());
    let mut summary = SplitSummary { strict: args.strict, ..SplitSummary::default() };
    let progress = SweepProgress::new(selected.len());
    let options =
        SweepOptions { jobs: NonZeroUsize::from(args.jobs.try_into().unwrap_or(std::num::NonZeroU16::MIN)), interrupt: &interrupt };
    let swept = sweep(&script, &selected, baseline, options, |SweepEvent::Row(mut row)| {
        row.allowed = args.allow_fail.as_ref().is_some_and(|allowed| row.cuts.iter().any(|&cut| allowed.contains(cut)));
        summary.count(&row);
        progress.ended(row.went_well(args.strict));
        let is_bad = !row.verdict.is_same();
        rows.push(row);
        // Without its server every later split would fail, and say nothing of the cut.
        let is_over = is_bad && program.as_mut().is_some_and(|program| program.ended().is_some());
        if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.finish();
    let baseline = swept.map_err(|error| Refusal(Exit::NotCarriedOut, format!("cannot start a thread: {error}")))?;
    summary.not_run = selected.len() as u64 - summary.ended();
    summary.interrupted = interrupt.signal().is_some();
    summary.elapsed_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);

    let head = SplitHead {
        version: VERSION,
        netlab: env!("CARGO_PKG_VERSION").to_owned(),
        target: script.target.to_string(),
        exec: args.exec.as_ref().map(ToString::to_string),
        messages: MessageReport::all(&script),
        plans: args.plans(script.messages.len()).iter().map(ToString::to_string).collect(),
        planned,
        selected: selected.len() as u64,
        seed: args.seed,
        allow_fail: args.allow_fail.as_ref().map(ToString::to_string),
        shard: args.shard.map(|shard| shard.to_string()),
        baseline: BaselineReport::of(&baseline),
    };
    let is_good = rows.iter().all(|row| row.went_well(args.strict));
    let program_output = program.as_mut().filter(|_| !is_good).map(finished);
    let report = SplitReport { ranges: failing_ranges(&rows), smallest: smallest(&rows), program_output, head, rows, summary };
    let all_written = args.show(&report, output) & args.save(&script, &selected, &report, &baseline);
    Ok(match interrupt.signal() {
        Some(signal) => Exit::Interrupted(signal),
        None if !all_written || report.summary.errors > 0 => Exit::NotCarriedOut,
        None if !is_good || report.summary.not_run > 0 => Exit::Failed,
        None => Exit::Success,
    })
}

/// How a server ended, and the last of what it said, escaped line by line.
fn finished(program: &mut Program) -> String {
    let ended = program.stop();
    let output = escape_lines(&program.output());
    if ended == Ended::Stopped { output } else { format!("{output}(it {ended})") }
}

/// A program's output below an error.
fn said(output: &str) -> String {
    if output.is_empty() {
        return "; it said nothing".to_owned();
    }
    let lines: Vec<String> = output.lines().map(|line| format!("  {line}")).collect();
    format!("; its output:\n{}", lines[lines.len().saturating_sub(MOST_LINES)..].join("\n"))
}

/// Lines of a server's output below an error.
const MOST_LINES: usize = 40;

/// The smallest split that failed each time: the fewest cuts, and of those the first.
fn smallest(rows: &[SplitRow]) -> Option<String> {
    let is_sure = |row: &&SplitRow| {
        let is_unsure = matches!(row.verdict, SplitVerdict::Unstable { .. } | SplitVerdict::NotCarriedOut { .. });
        !row.verdict.is_same() && !row.allowed && !is_unsure
    };
    rows.iter().filter(is_sure).min_by_key(|row| (row.cuts.len(), row.cuts.first().copied())).map(|row| row.name.clone())
}

impl SplitArgs {
    fn plans(&self, messages: usize) -> Vec<CutPlan> {
        match self.cuts.as_slice() {
            [] if messages > 1 => vec![CutPlan::Two, CutPlan::Bytes, CutPlan::Coalesced],
            [] => vec![CutPlan::Two, CutPlan::Bytes],
            given => given.to_vec(),
        }
    }

    /// The splits of this part, and how many the plans have.
    fn splits(&self, messages: &[Message]) -> Result<(Vec<Split>, u64), String> {
        let script = self.script(SocketAddr::from(([127, 0, 0, 1], 0)), messages.to_vec());
        let (stream, ends) = (script.stream(), script.ends());
        let (mut splits, mut planned) = (Vec::new(), 0);
        for plan in self.plans(messages.len()) {
            let chosen = plan.splits(&stream, &ends, self.seed, self.limit).map_err(|error| format!("--cut {plan}: {error}"))?;
            planned += chosen.of;
            splits.extend(chosen.splits.into_iter().filter(|split| split.coalesced || !split.cuts.is_empty()));
        }
        let mut known = std::collections::HashSet::new();
        splits.retain(|split| known.insert((split.cuts.clone(), split.coalesced)));
        if let Some(shard) = self.shard {
            let names: Vec<&str> = splits.iter().map(|split| split.name.as_str()).collect();
            let mut mine = deal_names(&names, shard).into_iter();
            splits.retain(|_| mine.next().unwrap_or(false));
        }
        Ok((splits, planned))
    }

    fn script(&self, target: SocketAddr, messages: Vec<Message>) -> Script {
        let limits = Limits {
            timeout: self.timeout,
            confirm: self.confirm,
            max_answer: usize::try_from(self.max_answer).unwrap_or(usize::MAX),
            max_cuts: self.max_cuts.get(),
        };
        let closing = if self.close == Close::Rst { Closing::Reset } else { Closing::Fin };
        Script { target, messages, limits, closing }
    }

    /// The server, started where that is asked for, and its address.
    fn serve(&self, messages: &[Message], splits: usize, interrupt: &Interrupt) -> Result<(Option<Program>, SocketAddr), Refusal> {
        let usage = |words: &str| Refusal(Exit::Usage, words.to_owned());
        let is_told = self.target.as_ref().is_none_or(|target| target.contains(PORT));
        let Some(command) = &self.exec else {
            let target = self.target.as_deref().unwrap_or_default();
            return self.address(target, messages, splits).map(|address| (None, address));
        };
        match (command.wants_port(), is_told) {
            (true, false) => {
                return Err(usage(
                    "the command wants a free {port}, but TARGET names another one: leave TARGET out, or write {port} there",
                ));
            }
            (false, true) => return Err(usage("where the server will listen is not known: write {port} in the command, or give TARGET")),
            _ => {}
        }
        let fixed = match self.target.as_deref().filter(|_| !is_told) {
            Some(target) => Some(self.address(target, messages, splits)?),
            None => None,
        };
        let is_stopped = || interrupt.signal().is_some();
        Program::start_ready(command, fixed, self.ready, &is_stopped).map(|(program, address)| (Some(program), address)).map_err(|error| {
            let exit = interrupt.signal().map_or(Exit::NotCarriedOut, Exit::Interrupted);
            let output = escape_lines(error.output());
            Refusal(exit, format!("`{command}` {error}{}", said(&output)))
        })
    }

    /// Where a target is. Of several addresses of a name the first that takes a connection.
    fn address(&self, target: &str, messages: &[Message], splits: usize) -> Result<SocketAddr, Refusal> {
        let resolved = target.to_socket_addrs().map_err(|error| {
            let is_form = error.kind() == std::io::ErrorKind::InvalidInput;
            let exit = if is_form { Exit::Usage } else { Exit::NotCarriedOut };
            Refusal(exit, format!("`{target}` is no target ({error}): expected HOST:PORT, such as 127.0.0.1:6379 or [::1]:80"))
        })?;
        let addresses: Vec<SocketAddr> = resolved.collect();
        let bytes: usize = messages.iter().map(|message| message.bytes.len()).sum();
        if let Some(far) = addresses.iter().find(|address| !address.ip().to_canonical().is_loopback()) {
            let what = format!("{} connections to {far}, {bytes} bytes on each", splits + 2);
            if !self.allow_remote {
                let words = format!(
                    "this would make {what}, and {far} is not the loopback of this machine: --allow-remote allows it; be sure that the server is yours"
                );
                return Err(Refusal(Exit::Usage, words));
            }
            note(&format!("note: {what}, and more where one fails"));
        }
        let open = || addresses.iter().find(|address| TcpStream::connect_timeout(address, self.timeout).is_ok());
        let chosen = if addresses.len() > 1 { open().or(addresses.first()) } else { addresses.first() };
        chosen.copied().ok_or_else(|| Refusal(Exit::NotCarriedOut, format!("`{target}` has no address")))
    }

    /// Saves the smallest failing split; tells whether that could be done.
    fn save(&self, script: &Script, splits: &[Split], report: &SplitReport, baseline: &Baseline) -> bool {
        let Some((path, name)) = self.save.as_ref().zip(report.smallest.as_ref()) else { return true };
        let split = splits.iter().find(|split| split.name == *name);
        let Some((split, row)) = split.zip(report.rows.iter().find(|row| row.name == *name)) else { return true };
        let text = scenario_of(script, report.head.exec.as_deref(), split, row, baseline);
        match write_file(path, text.as_bytes()) {
            Ok(()) => {
                let allow = if self.exec.is_some() { " --allow-exec" } else { "" };
                note(&format!("saved: {name}; to run only that again: netlab run{allow} {}", path.display()));
                true
            }
            Err(error) => {
                note(&format!("error: cannot save {}: {error}", path.display()));
                false
            }
        }
    }

    /// Writes every report; tells whether all could be written.
    fn show(&self, report: &SplitReport, output: &mut Output) -> bool {
        let style = output.style.clone();
        let all_written = self.report.write_whole(|format, out| render_split(report, format.into(), &style, out));
        match self.report.format {
            ReportFormat::Table => output.write(|style, out| render_split(report, ReportFormat::Table.into(), style, out)),
            format => output.write_data(|out| render_split(report, format.into(), &style, out)),
        }
        all_written && output.failure().is_none()
    }
}
