//! What can be typed.

use std::io::IsTerminal;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit;
use super::report::{DiffArgs, RenderArgs};
use super::run::RunArgs;
use super::select::FilterArgs;
use super::variables::VariableArgs;

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
    /// Cut a message at every place, send it to a real server, and compare the answers
    Split(Box<super::split::SplitArgs>),
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

    /// Allow `exec` steps, which start programs when the scenario runs
    #[arg(long)]
    pub(super) allow_exec: bool,

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
    /// The report of `netlab split --format json`
    Split,
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
        // 0 forces nothing (bixense.com/clicolors); the library takes any value for a wish.
        let is_forced_by_0 = std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value == "0");
        match self {
            Self::Auto if is_forced_by_0 && !std::io::stdout().is_terminal() => anstream::ColorChoice::Never,
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}
