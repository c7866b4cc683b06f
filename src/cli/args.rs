//! What can be typed.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit;
use super::report::{DiffArgs, RenderArgs};
use super::select::{FilterArgs, SelectArgs};
use super::sinks::ReportArgs;
use super::variables::VariableArgs;
use crate::plan::Overrides;
use crate::scenario::{Sampling, parse_duration};

/// A laboratory for byte boundaries on real kernel sockets.
///
/// What an application sent, what the other side's recv returned, and why: shown in a table, asserted in CI, explained to a
/// learner.
#[derive(Debug, Parser)]
#[command(name = "netlab", version, after_help = exit::HELP, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,

    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,

    /// The language of scenario texts, such as en or zh [default: from LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, global = true, value_name = "LANG")]
    pub(super) lang: Option<String>,

    /// Show every call, and every flow
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,

    /// Show only what failed
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run scenarios and report observed against expected byte boundaries
    Run(Box<RunArgs>),
    /// Show saved reports and traces again, in any format; join the parts of a suite
    Report(RenderArgs),
    /// Compare two reports or traces by shape: two kernels, before and after a change
    Diff(DiffArgs),
    /// Validate scenarios without running them: every error of every file
    Check(CheckArgs),
    /// Connect to a host and a port: each phase, each address, and why it failed
    Connect(super::connect::ConnectArgs),
    /// List scenarios: the built-in ones, or those at the paths given
    List(ListArgs),
    /// Find the messages in bytes, by any codec
    Decode(DecodeArgs),
    /// Write messages in a codec
    Encode(EncodeArgs),
    /// Explain an error by name or number, a term, a socket option, a cause or a codec
    Explain(super::explain::ExplainArgs),
    /// Show what this kernel makes of every socket option
    Options(super::options::OptionsArgs),
    /// Show listeners and connections with their queues, timers and processes
    Sockets(super::sockets::SocketsArgs),
    /// Print the JSON Schema of scenario files, or of the JSON report
    Schema(SchemaArgs),
    /// Print a script that lets a shell complete the command line
    Completions(super::completions::CompletionsArgs),
    /// Print a manual page, or write all of them
    Man(super::man::ManArgs),
}

#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) select: SelectArgs,

    /// Show what would be run, with every name and setting resolved, and run nothing
    #[arg(long)]
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
    #[arg(short, long, value_name = "N")]
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

#[derive(Debug, Args)]
#[command(next_help_heading = "Settings, before those of the file")]
pub(super) struct OverrideArgs {
    /// TCP_NODELAY on every TCP connection; on turns Nagle's algorithm off
    #[arg(long, value_name = "on|off")]
    nodelay: Option<Switch>,

    /// SO_REUSEADDR on every socket before it is bound
    #[arg(long, value_name = "on|off")]
    reuseaddr: Option<Switch>,

    /// Bytes that recv asks for, where the step does not say
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..=16_777_216))]
    recv_size: Option<u64>,

    /// SO_SNDBUF of every socket
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..=1_073_741_823))]
    sndbuf: Option<u64>,

    /// SO_RCVBUF of every socket
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..=1_073_741_823))]
    rcvbuf: Option<u64>,

    /// The longest that one step may take, where it does not say
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    timeout: Option<Duration>,

    /// The longest that one run may take
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    deadline: Option<Duration>,

    /// Seed of the random payloads
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// When the kernel's counters are read: once, before each close, also after each send, or not at all
    #[arg(long, value_name = "close|sends|never")]
    sample: Option<Sample>,

    /// Allow destinations that are not on this machine
    #[arg(long)]
    allow_remote: bool,
}

impl OverrideArgs {
    /// The options as they would be typed.
    pub(super) fn typed(&self) -> Vec<String> {
        let switch = |on: Switch| if on == Switch::On { "on" } else { "off" }.to_owned();
        let options = [
            ("--nodelay", self.nodelay.map(switch)),
            ("--reuseaddr", self.reuseaddr.map(switch)),
            ("--recv-size", self.recv_size.map(|size| size.to_string())),
            ("--sndbuf", self.sndbuf.map(|size| size.to_string())),
            ("--rcvbuf", self.rcvbuf.map(|size| size.to_string())),
            ("--timeout", self.timeout.map(format_time)),
            ("--deadline", self.deadline.map(format_time)),
            ("--seed", self.seed.map(|seed| seed.to_string())),
            ("--sample", self.sample.map(|sample| sampling(sample).name().to_owned())),
        ];
        let typed = options.into_iter().filter_map(|(option, value)| Some([option.to_owned(), value?])).flatten();
        typed.chain(self.allow_remote.then(|| "--allow-remote".to_owned())).collect()
    }

    pub(super) fn to_overrides(&self) -> Overrides {
        let is_on = |switch: Option<Switch>| switch.map(|switch| matches!(switch, Switch::On));
        Overrides {
            nodelay: is_on(self.nodelay),
            reuseaddr: is_on(self.reuseaddr),
            recv_size: self.recv_size,
            sndbuf: self.sndbuf,
            rcvbuf: self.rcvbuf,
            timeout: self.timeout,
            deadline: self.deadline,
            seed: self.seed,
            sample: self.sample.map(sampling),
            allow_remote: self.allow_remote,
        }
    }
}

fn sampling(sample: Sample) -> Sampling {
    match sample {
        Sample::Close => Sampling::Close,
        Sample::Sends => Sampling::Sends,
        Sample::Never => Sampling::Never,
    }
}

/// A time as it can be typed: a whole number of the largest unit that has one.
fn format_time(time: Duration) -> String {
    humantime::format_duration(time).to_string().replace(' ', "")
}

fn parse_time(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(time) if time.is_zero() => Err("a time limit of nothing would end everything at once".to_owned()),
        result => result,
    }
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Scenario files, folders of them, or names of built-in ones
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<String>,

    /// How to report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: Format,

    /// Allow destinations that are not on this machine
    #[arg(long)]
    pub(super) allow_remote: bool,

    #[command(flatten)]
    pub(super) variables: VariableArgs,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Scenario files, folders of them, or names of built-in ones [default: all built-in ones]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<String>,

    #[command(flatten)]
    pub(super) filter: FilterArgs,

    /// How to list them
    #[arg(long, value_name = "FORMAT", default_value = "table", conflicts_with = "show")]
    pub(super) format: ListFormat,

    /// Print the text of these scenarios instead, to start one's own from
    #[arg(long)]
    pub(super) show: bool,

    #[command(flatten)]
    pub(super) variables: VariableArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// A table, for people
    Table,
    /// One JSON document
    Json,
    /// An index with the beliefs and causes, such as docs/scenarios.md
    Markdown,
}

#[derive(Debug, Args)]
pub(super) struct DecodeArgs {
    /// The codec: a name, with parameters as in length_prefix:width=2,endian=little (see `netlab explain codecs`)
    #[arg(long, value_name = "CODEC")]
    pub(super) codec: String,

    /// The file with the bytes; - is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(super) path: String,

    /// How the bytes are written in it
    #[arg(long, value_name = "FORM", default_value = "raw")]
    pub(super) from: InputForm,

    /// Also cut the bytes, to show that the result does not change: every (each cut in two, and byte by byte), N (pieces of N bytes),
    /// random:SEED (100 times)
    #[arg(long, value_name = "every|N|random:SEED", value_parser = parse_split)]
    pub(super) split: Option<Split>,

    /// What to do behind a bad frame
    #[arg(long, value_name = "stop|resync", default_value = "stop")]
    pub(super) on_error: OnErrorArg,

    /// How to report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct EncodeArgs {
    /// The codec: a name, with parameters as in length_prefix:width=2,endian=little (see `netlab explain codecs`)
    #[arg(long, value_name = "CODEC")]
    pub(super) codec: String,

    /// The frames, with escapes \r \n \t \0 \xHH [default: one frame, from standard input]
    #[arg(value_name = "FRAME")]
    pub(super) frames: Vec<String>,

    /// How the bytes of standard input are written
    #[arg(long, value_name = "FORM", default_value = "raw")]
    pub(super) from: InputForm,

    /// Each line of standard input is a frame
    #[arg(long, conflicts_with = "frames")]
    pub(super) lines: bool,

    /// Print hexadecimal digits rather than the bytes
    #[arg(long)]
    pub(super) hex: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum InputForm {
    /// The bytes themselves
    Raw,
    /// Hexadecimal digits, white space between them or not
    Hex,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OnErrorArg {
    /// Stop at the first
    Stop,
    /// Go on with the next frame, where the codec can find it
    Resync,
}

/// How the input of `netlab decode` is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    Every,
    Size(std::num::NonZeroUsize),
    Random(u64),
}

fn parse_split(text: &str) -> Result<Split, String> {
    match text.split_once(':') {
        Some(("random", seed)) => seed.parse().map(Split::Random).map_err(|_| format!("`{seed}` is not a seed: expected a whole number")),
        None if text == "every" => Ok(Split::Every),
        None => text.parse().map(Split::Size).map_err(|_| "expected every, a number of bytes, or random:SEED".to_owned()),
        Some(_) => Err("expected every, a number of bytes, or random:SEED".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Which schema
    #[arg(value_name = "KIND", default_value = "scenario")]
    pub(super) kind: SchemaKind,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum SchemaKind {
    /// Scenario files
    Scenario,
    /// The report of `netlab run --format json`
    Report,
    /// A line of `netlab run --format jsonl`
    Events,
    /// The report of `netlab connect --format json`
    Connect,
    /// The report of `netlab sockets --format json`
    Sockets,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Tables, for people
    Table,
    /// One JSON document; that of `run` is described by `netlab schema report`
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sample {
    Close,
    Sends,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// Where the output is a terminal; NO_COLOR and CLICOLOR_FORCE are obeyed
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    pub(super) fn write_global(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}
