//! The options of `netlab split`.

use std::net::SocketAddr;
use std::num::{NonZeroU16, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::exit;
use crate::cli::message::MessageArgs;
use crate::cli::sinks::ReportArgs;
use crate::program::{Command, CommandError};
use crate::report::Shard;
use crate::runner::parse_shard;
use crate::scenario::parse_duration;
use crate::split::{Closing, CutPlan, CutRanges, HangUp, Judged, Limits, Message, Script};

/// The most connections, or clients, at once.
const MOST_JOBS: u16 = 1024;

#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(in crate::cli) struct SplitArgs {
    /// The server: HOST:PORT; with --exec, where it will listen [default with --exec: 127.0.0.1:{port}]
    #[arg(value_name = "TARGET", required_unless_present_any = ["exec", "listen"])]
    pub(super) target: Option<String>,

    /// Start the server first, and stop it at the end with all that it started; with --listen, run the client once a split. {port}, {host} and
    /// {address} say where. No shell reads it: for one, write sh -c '...'
    #[arg(long, value_name = "COMMAND", value_parser = command, help_heading = "The program")]
    pub(super) exec: Option<Command>,

    /// The longest until it accepts, or connects
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time, requires = "exec", help_heading = "The program")]
    pub(super) ready: Duration,

    /// Test a client: netlab is the server, and the messages are its answers, each sent behind a request [default: 127.0.0.1:0; port 0 is
    /// another free one each time]
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:0", value_parser = listen,
        requires = "exec", conflicts_with = "target", help_heading = "The program")]
    pub(super) listen: Option<SocketAddr>,

    /// What a client is judged by
    #[arg(long, value_name = "WHAT", default_value = "output", requires = "listen", help_heading = "Judgement")]
    pub(super) judge: Judge,

    #[command(flatten)]
    pub(super) messages: MessageArgs,

    /// How to cut: two (every split in two), three, bytes (byte by byte), coalesced (all messages in one send), random:4x1000, 5, -1 or 3,9
    /// (at these offsets), `every 7`, `around "\r\n"`, `after header` [default: two, bytes; with several messages, coalesced]
    #[arg(long = "cut", value_name = "PLAN", help_heading = "Cuts", allow_hyphen_values = true)]
    pub(super) cuts: Vec<CutPlan>,

    /// Seed of random cuts
    #[arg(long, value_name = "N", default_value = "0", help_heading = "Cuts")]
    pub(super) seed: u64,

    /// The most splits of one plan; of more, so many are taken, evenly spread
    #[arg(long, value_name = "N", default_value = "10000", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Cuts")]
    pub(super) limit: u64,

    /// The most cuts of one split; behind them the bytes pass as they are
    #[arg(long, value_name = "N", default_value = "10000", help_heading = "Cuts")]
    pub(super) max_cuts: NonZeroUsize,

    /// Carry out only a part of the splits: 2/3 is the second of three parts; hash:2/3 deals them out by their names
    #[arg(long, value_name = "I/N", value_parser = parse_shard, help_heading = "Cuts")]
    pub(super) shard: Option<Shard>,

    /// Do not compare what this regular expression matches in the answers; or the line of a header field, as HTTP has them: field:Date
    #[arg(long = "mask", value_name = "REGEX", help_heading = "Judgement")]
    pub(super) masks: Vec<String>,

    /// Cuts at which it may fail, because a specification permits it: 1..15
    #[arg(long, value_name = "CUTS", help_heading = "Judgement")]
    pub(super) allow_fail: Option<CutRanges>,

    /// Count a split as failed where it is not known that it was seen
    #[arg(long, help_heading = "Judgement")]
    pub(super) strict: bool,

    /// The longest that a connect, and each answer, may take; a client under test, to each request and to its end
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = time, help_heading = "Connections")]
    pub(super) timeout: Duration,

    /// The longest to wait until the other end has read a piece
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = time, help_heading = "Connections")]
    pub(super) confirm: Duration,

    /// The most bytes of all answers of one connection; of a client's requests and its output
    #[arg(long, value_name = "BYTES", default_value = "16777216", value_parser = clap::value_parser!(u64).range(1..=1_073_741_824), help_heading = "Connections")]
    pub(super) max_answer: u64,

    /// How many connections, or clients, at once
    #[arg(short, long, value_name = "N", default_value = "1", value_parser = jobs, help_heading = "Connections")]
    pub(super) jobs: NonZeroU16,

    /// What follows the last answer [default: rst; with --listen, wait]
    #[arg(long, value_name = "HOW", help_heading = "Connections")]
    pub(super) close: Option<Close>,

    /// Allow a target, or an address to listen at, that is not this machine's loopback
    #[arg(long, help_heading = "Connections")]
    pub(super) allow_remote: bool,

    /// Save the smallest split that failed as a scenario file, for `netlab run`
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub(super) save: Option<PathBuf>,

    #[command(flatten)]
    pub(super) report: ReportArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Close {
    /// RST: ports do not run out
    Rst,
    /// FIN at once
    Fin,
    /// Nothing, until the client closes
    Wait,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Judge {
    /// Its exit code and its standard output
    Output,
    /// Its exit code
    Exit,
}

impl From<Judge> for Judged {
    fn from(judge: Judge) -> Self {
        match judge {
            Judge::Output => Self::Output,
            Judge::Exit => Self::Exit,
        }
    }
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

fn jobs(text: &str) -> Result<NonZeroU16, String> {
    text.parse().ok().filter(|jobs: &NonZeroU16| jobs.get() <= MOST_JOBS).ok_or_else(|| format!("expected a number from 1 to {MOST_JOBS}"))
}

/// Where to listen; without a port, at any.
fn listen(text: &str) -> Result<SocketAddr, String> {
    let host = text.strip_prefix("localhost").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1{port}"));
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&host);
    let with_any_port = || bare.parse().ok().map(|ip| SocketAddr::new(ip, 0));
    let address = host.parse().ok().or_else(with_any_port);
    address.ok_or_else(|| "expected an address of this machine, such as 127.0.0.1, [::1] or 127.0.0.1:8080".to_owned())
}

impl SplitArgs {
    /// The conversation; `target` is the server, or where netlab is one.
    pub(super) fn script(&self, target: SocketAddr, messages: Vec<Message>) -> Script {
        let limits = Limits {
            timeout: self.timeout,
            confirm: self.confirm,
            max_answer: usize::try_from(self.max_answer).unwrap_or(usize::MAX),
            max_cuts: self.max_cuts.get(),
        };
        let closing = if self.close == Some(Close::Fin) { Closing::Fin } else { Closing::Reset };
        Script { target, messages, limits, closing }
    }

    /// What netlab does behind the last answer to a client.
    pub(super) fn hang_up(&self) -> HangUp {
        if self.close == Some(Close::Fin) { HangUp::Fin } else { HangUp::Wait }
    }

    /// What is wrong with `--close`.
    pub(super) fn wrong_close(&self) -> Option<&'static str> {
        match (self.close, self.listen) {
            (Some(Close::Wait), None) => {
                Some("--close wait is for --listen: here netlab is the client, and closes when the answers have come")
            }
            (Some(Close::Rst), Some(_)) => {
                Some("--close rst would take away the last answer from a client that has not read it: fin or wait are for --listen")
            }
            _ => None,
        }
    }
}
