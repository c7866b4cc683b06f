//! The command line of `netlab connect`.

use std::ffi::OsString;
use std::net::IpAddr;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use crate::cli::args::{Cli, Color, Command};
use crate::cli::message;
use crate::connect::Settings;
use crate::scenario::parse_duration;

/// The exit codes of this command.
const HELP: &str = "Targets: host:port, [v6]:port, unix:PATH, unix:@NAME, several at once; or two words, a host and a port.

Exit codes:
  0    every target was reached (with --count: at least once), and answered where an answer was expected
  1    a target was not reached, or did not answer
  2    the command line is wrong
  5    a target could not be tried from here (no such source address, no permission, no name server)
  130  interrupted (143: terminated; 141: with --count, nobody read the rounds to their end)
When several hold, the first of 130, 5, 1 counts.";

#[derive(Debug, Default, Args)]
#[command(after_help = HELP)]
pub(in crate::cli) struct ConnectArgs {
    /// What to reach: host:port, [v6]:port, unix:PATH; or a host and a port as two words
    #[arg(required = true, value_name = "TARGET")]
    pub(super) targets: Vec<String>,

    /// How to report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: Format,

    /// Connect every address of a name, all at once and to the end, rather than race them as RFC 8305 says
    #[arg(long)]
    pub(super) all: bool,

    /// Only IPv4
    #[arg(short = '4', conflicts_with = "only_ipv6")]
    pub(super) only_ipv4: bool,

    /// Only IPv6
    #[arg(short = '6')]
    pub(super) only_ipv6: bool,

    /// How long after one attempt the next of the race begins [default: 250ms]
    #[arg(long, value_name = "TIME", value_parser = parse_delay, conflicts_with = "all")]
    pub(super) delay: Option<Duration>,

    /// The longest that the resolver, an attempt, or the wait for an answer may take [default: 5s]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(super) timeout: Option<Duration>,

    /// The longest that everything may take, all targets together [default: none, since each phase has its limit]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(super) deadline: Option<Duration>,

    /// How many targets at a time
    #[arg(long, value_name = "N", default_value_t = JOBS, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) jobs: u16,

    /// A datagram rather than a connection; what it holds says --send
    #[arg(long)]
    pub(super) udp: bool,

    /// Bytes to send once connected, with escapes \r \n \t \0 \xHH; an answer is expected then
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub(super) send: Option<Bytes>,

    /// Expect bytes from the peer: any, or these among the first 16 KiB
    #[arg(long, value_name = "BYTES", num_args = 0..=1, require_equals = true, value_parser = parse_bytes)]
    pub(super) expect_banner: Option<Option<Bytes>>,

    /// Connect so often, and show loss and times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) count: Option<u32>,

    /// From the start of one round to that of the next [default: 1s]
    #[arg(long, value_name = "TIME", value_parser = parse_duration, requires = "count")]
    pub(super) interval: Option<Duration>,

    #[command(flatten)]
    pub(super) options: OptionArgs,
}

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "The socket")]
pub(super) struct OptionArgs {
    /// The address to come from
    #[arg(long, value_name = "ADDRESS")]
    pub(super) source: Option<IpAddr>,

    /// The port to come from
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) source_port: Option<u16>,

    /// SO_REUSEADDR
    #[arg(long, value_name = "on|off", action = ArgAction::Set)]
    pub(super) reuseaddr: Option<Switch>,

    /// TCP_NODELAY
    #[arg(long, value_name = "on|off", action = ArgAction::Set)]
    pub(super) nodelay: Option<Switch>,

    /// SO_RCVBUF
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..=1_073_741_823))]
    pub(super) rcvbuf: Option<u32>,

    /// SO_SNDBUF
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..=1_073_741_823))]
    pub(super) sndbuf: Option<u32>,

    /// SO_KEEPALIVE, with the first probe after so long (TCP_KEEPIDLE: whole seconds)
    #[arg(long, value_name = "TIME", value_parser = parse_seconds)]
    pub(super) keepalive: Option<Duration>,

    /// SO_LINGER with this time (whole seconds); 0s closes with a RST
    #[arg(long, value_name = "TIME", value_parser = parse_seconds_or_none)]
    pub(super) linger: Option<Duration>,
}

/// So many targets at a time, unless it is said.
const JOBS: u16 = 100;

/// Reads a command line that is `connect` and targets, and no option. clap makes every option of every command before it looks at the
/// first word, which takes longer than a connect; here there are none to make. Whatever else is typed is left to clap.
pub(in crate::cli) fn read_plain(arguments: &[OsString]) -> Option<Cli> {
    let [_, command, targets @ ..] = arguments else { return None };
    if command != "connect" || targets.is_empty() {
        return None;
    }
    let plain = |word: &OsString| word.to_str().filter(|word| !word.starts_with('-')).map(str::to_owned);
    let targets = targets.iter().map(plain).collect::<Option<Vec<String>>>()?;
    let args = ConnectArgs { targets, jobs: JOBS, ..ConnectArgs::default() };
    Some(Cli { command: Command::Connect(args), color: Color::Auto, lang: None, verbose: false, quiet: false })
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    #[default]
    /// Text and tables, for people
    Table,
    /// One JSON document, described by `netlab schema connect`
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}

/// Bytes that were typed with escapes. A type of its own, since clap takes a `Vec` for several values.
#[derive(Clone, Debug)]
pub(super) struct Bytes(pub(super) Vec<u8>);

fn parse_time(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(time) if time.is_zero() => Err("a time limit of nothing would end everything at once".to_owned()),
        result => result,
    }
}

fn parse_delay(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(time) if time < Settings::LEAST_DELAY => {
            Err("RFC 8305 allows no less than 10ms, so that hosts are not flooded; --all connects all at once".to_owned())
        }
        result => result,
    }
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    match parse_seconds_or_none(text) {
        Ok(time) if time.is_zero() => Err("the first probe needs a time of at least 1s".to_owned()),
        Ok(time) if time.as_secs() > 32_767 => Err("TCP_KEEPIDLE takes at most 32767s".to_owned()),
        result => result,
    }
}

fn parse_seconds_or_none(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(time) if time.subsec_nanos() != 0 => Err("the kernel takes whole seconds here".to_owned()),
        result => result,
    }
}

fn parse_bytes(text: &str) -> Result<Bytes, String> {
    message::text(text).map(Bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    /// What is read without clap is what clap reads.
    #[test]
    fn plain_words_are_what_clap_makes_of_them() {
        for line in ["netlab connect a:1", "netlab connect a 1", "netlab connect [::1]:80 unix:/x b:2"] {
            let plain = read_plain(&words(line)).map(|cli| format!("{cli:?}"));
            let clap = Cli::try_parse_from(words(line)).map(|cli| format!("{cli:?}"));
            assert_eq!(plain, Some(clap.unwrap()), "{line}");
        }
    }

    #[test]
    fn everything_else_is_left_to_clap() {
        for line in [
            "netlab",
            "netlab list",
            "netlab connect",
            "netlab connect --help",
            "netlab connect a:1 -v",
            "netlab -v connect a:1",
            "netlab connect -- a:1",
        ] {
            assert!(read_plain(&words(line)).is_none(), "{line}");
        }
        assert!(Cli::try_parse_from(words("netlab connect --timeout 5 a:1")).is_err());
    }
}
