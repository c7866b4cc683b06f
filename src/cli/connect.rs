//! `netlab connect`

use std::ffi::OsString;
use std::io::Write;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::{ArgAction, Args, ValueEnum};

use super::args::{Cli, Color, Command};
use super::exit::Exit;
use super::interrupt;
use super::output::{Output, note};
use crate::connect::race::Pace;
use crate::connect::{Banner, IpFamily, Micros, OptionsAsked, Place, Rounds, Settings, Target, parse_targets, probe_all};
use crate::report::{ConnectReport, TargetReport, write_connect_summary, write_crowd, write_round, write_target};
use crate::scenario::parse_duration;
use crate::trace::escape;

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
pub(super) struct ConnectArgs {
    /// What to reach: host:port, [v6]:port, unix:PATH; or a host and a port as two words
    #[arg(required = true, value_name = "TARGET")]
    targets: Vec<String>,

    /// How to report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,

    /// Connect every address of a name, all at once and to the end, rather than race them as RFC 8305 says
    #[arg(long)]
    all: bool,

    /// Only IPv4
    #[arg(short = '4', conflicts_with = "only_ipv6")]
    only_ipv4: bool,

    /// Only IPv6
    #[arg(short = '6')]
    only_ipv6: bool,

    /// How long after one attempt the next of the race begins [default: 250ms]
    #[arg(long, value_name = "TIME", value_parser = parse_delay, conflicts_with = "all")]
    delay: Option<Duration>,

    /// The longest that the resolver, an attempt, or the wait for an answer may take [default: 5s]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    timeout: Option<Duration>,

    /// The longest that everything may take, all targets together [default: none, since each phase has its limit]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    deadline: Option<Duration>,

    /// How many targets at a time
    #[arg(long, value_name = "N", default_value_t = JOBS, value_parser = clap::value_parser!(u16).range(1..=1000))]
    jobs: u16,

    /// A datagram rather than a connection; what it holds says --send
    #[arg(long)]
    udp: bool,

    /// Bytes to send once connected, with escapes \r \n \t \0 \xHH; an answer is expected then
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    send: Option<Bytes>,

    /// Expect bytes from the peer: any, or these among the first 16 KiB
    #[arg(long, value_name = "BYTES", num_args = 0..=1, require_equals = true, value_parser = parse_bytes)]
    expect_banner: Option<Option<Bytes>>,

    /// Connect so often, and show loss and times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: Option<u32>,

    /// From the start of one round to that of the next [default: 1s]
    #[arg(long, value_name = "TIME", value_parser = parse_duration, requires = "count")]
    interval: Option<Duration>,

    #[command(flatten)]
    options: OptionArgs,
}

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "The socket")]
struct OptionArgs {
    /// The address to come from
    #[arg(long, value_name = "ADDRESS")]
    source: Option<IpAddr>,

    /// The port to come from
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    source_port: Option<u16>,

    /// SO_REUSEADDR
    #[arg(long, value_name = "on|off", action = ArgAction::Set)]
    reuseaddr: Option<Switch>,

    /// TCP_NODELAY
    #[arg(long, value_name = "on|off", action = ArgAction::Set)]
    nodelay: Option<Switch>,

    /// SO_RCVBUF
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..=1_073_741_823))]
    rcvbuf: Option<u32>,

    /// SO_SNDBUF
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..=1_073_741_823))]
    sndbuf: Option<u32>,

    /// SO_KEEPALIVE, with the first probe after so long (TCP_KEEPIDLE: whole seconds)
    #[arg(long, value_name = "TIME", value_parser = parse_seconds)]
    keepalive: Option<Duration>,

    /// SO_LINGER with this time (whole seconds); 0s closes with a RST
    #[arg(long, value_name = "TIME", value_parser = parse_seconds_or_none)]
    linger: Option<Duration>,
}

/// So many targets at a time, unless it is said.
const JOBS: u16 = 100;

/// Reads a command line that is `connect` and targets, and no option. clap makes every option of every command before it looks at the
/// first word, which takes longer than a connect; here there are none to make. Whatever else is typed is left to clap.
pub(super) fn read_plain(arguments: &[OsString]) -> Option<Cli> {
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
enum Format {
    #[default]
    /// Text and tables, for people
    Table,
    /// One JSON document, described by `netlab schema connect`
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// Bytes that were typed with escapes. A type of its own, since clap takes a `Vec` for several values.
#[derive(Clone, Debug)]
struct Bytes(Vec<u8>);

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

/// What was typed, as targets and settings.
fn plan(args: &ConnectArgs) -> Result<(Vec<Target>, Settings), String> {
    let targets = parse_targets(&args.targets).map_err(|error| error.to_string())?;
    let settings = settings(args);
    if args.count.is_some() && !args.udp && (args.send.is_some() || args.expect_banner.is_some()) {
        return Err("--count measures connecting: leave --send and --expect-banner out, or leave --count out".to_owned());
    }
    for target in &targets {
        fits(target, &settings)?;
    }
    Ok((targets, settings))
}

fn settings(args: &ConnectArgs) -> Settings {
    let is_on = |switch: Option<Switch>| switch.map(|switch| switch == Switch::On);
    let bytes = |bytes: Option<u32>| bytes.and_then(|bytes| usize::try_from(bytes).ok());
    let options = &args.options;
    Settings {
        udp: args.udp,
        family: match (args.only_ipv4, args.only_ipv6) {
            (true, _) => Some(IpFamily::V4),
            (_, true) => Some(IpFamily::V6),
            _ => None,
        },
        pace: if args.all { Pace::AtOnce } else { Pace::Staggered(args.delay.unwrap_or(Settings::DELAY)) },
        timeout: args.timeout.unwrap_or(Settings::TIMEOUT),
        deadline: args.deadline,
        source: options.source,
        source_port: options.source_port,
        options: OptionsAsked {
            reuseaddr: is_on(options.reuseaddr),
            nodelay: is_on(options.nodelay),
            rcvbuf: bytes(options.rcvbuf),
            sndbuf: bytes(options.sndbuf),
            keepalive: options.keepalive,
            linger: options.linger,
        },
        send: args.send.clone().map(|bytes| bytes.0),
        banner: match &args.expect_banner {
            None => Banner::Ignored,
            Some(None) => Banner::Any,
            Some(Some(bytes)) => Banner::Containing(bytes.0.clone()),
        },
        rounds: args.count.map(|count| Rounds { count, interval: args.interval.unwrap_or(Duration::from_secs(1)) }),
    }
}

/// Whether the settings make sense for a target.
fn fits(target: &Target, settings: &Settings) -> Result<(), String> {
    let text = escape(target.text.as_bytes());
    if settings.source.is_some_and(|source| settings.family.is_some_and(|family| family != IpFamily::of(source))) {
        return Err("the address of --source is not of the family that -4 or -6 leaves".to_owned());
    }
    match &target.place {
        Place::Ip(address) => match settings.family_in_force() {
            Some(family) if family != IpFamily::of(address.ip()) => {
                let (is, asked) = if address.is_ipv4() { ("IPv4", "IPv6") } else { ("IPv6", "IPv4") };
                Err(format!("{text} is an {is} address, and only {asked} was asked for (-4, -6, --source)"))
            }
            _ => Ok(()),
        },
        Place::Name { .. } => Ok(()),
        Place::Unix(_) => {
            let OptionsAsked { reuseaddr, nodelay, keepalive, linger, .. } = settings.options;
            let ours = [
                (settings.udp, "--udp"),
                (settings.family.is_some(), "-4 or -6"),
                (settings.source.is_some(), "--source"),
                (settings.source_port.is_some(), "--source-port"),
                (reuseaddr.is_some(), "--reuseaddr"),
                (nodelay.is_some(), "--nodelay"),
                (keepalive.is_some(), "--keepalive"),
                (linger.is_some(), "--linger"),
            ];
            match ours.iter().find(|(is_given, _)| *is_given) {
                Some((_, option)) => Err(format!("{text} is a Unix socket, for which {option} means nothing")),
                None => Ok(()),
            }
        }
    }
}

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
    super::message::text(text).map(Bytes)
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

    #[test]
    fn settings_that_contradict_the_target_are_refused() {
        let reason = |line: &str| match Cli::try_parse_from(words(line)).unwrap().command {
            Command::Connect(args) => plan(&args).map(|_| ()).unwrap_err(),
            _ => unreachable!("it is connect"),
        };
        assert!(reason("netlab connect 127.0.0.1:80 -6").contains("IPv4 address, and only IPv6 was asked for"));
        assert!(reason("netlab connect [::1]:80 --source 127.0.0.1").contains("IPv6 address, and only IPv4"));
        assert!(reason("netlab connect a:80 --source 127.0.0.1 -6").contains("--source is not of the family"));
        assert!(reason("netlab connect unix:/x --nodelay on").contains("--nodelay means nothing"));
        assert!(reason("netlab connect a:80 --count 3 --send x").contains("--count measures connecting"));
    }
}
