//! `netlab sockets`

use std::io;
use std::time::{Duration, SystemTime};

use clap::{Args, ValueEnum};

use super::args::Format;
use super::exit::Exit;
use super::interrupt;
use super::output::{Output, note};
use super::screen::{Screen, unbroken_width};
use crate::report::{Reading, SocketsReport, Style};
use crate::scenario::{Family, parse_duration};
use crate::sockets::{Changes, Filter, NotTold, ProcessFilter, Protocol, Snapshot, SocketState};
use crate::survey::survey;

const HELP: &str = "Exit codes:
  0    sockets were found
  2    the command line is wrong
  4    no socket fits what was asked for
  5    this system does not tell, or the kernel gave an error
  130  interrupted (143: terminated); this is also how --watch ends";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct SocketsArgs {
    /// Only what waits for whoever comes: listeners, and sockets of datagrams with an address and no peer
    #[arg(long)]
    listening: bool,

    /// Only sockets with this port, a number or the name of a service, at either end
    #[arg(long, value_name = "PORT", value_parser = port)]
    port: Option<u16>,

    /// Only sockets in this state, such as listen, established, close-wait; may be given several times
    #[arg(long = "state", value_name = "STATE", value_parser = SocketState::parse)]
    states: Vec<SocketState>,

    /// Only sockets of this process
    #[arg(long, value_name = "NAME|PID")]
    process: Option<String>,

    /// Only sockets of this kind; may be given several times [default: tcp and udp]
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<Kind>,

    /// Only IPv4 sockets
    #[arg(short = '4', long)]
    ipv4: bool,

    /// Only IPv6 sockets: also those that carry IPv4, as [::ffff:127.0.0.1]:80
    #[arg(short = '6', long)]
    ipv6: bool,

    /// Look again and again, this long apart, and mark what has changed
    #[arg(long, value_name = "TIME", value_parser = parse_interval)]
    watch: Option<Duration>,

    /// How to report on standard output; with --watch, JSON has a document a line
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// TCP over IPv4 and IPv6
    Tcp,
    /// UDP over IPv4 and IPv6
    Udp,
    /// Unix sockets: stream, datagram, seqpacket
    Unix,
}

/// A look takes some milliseconds, and a terminal is not read faster.
const LEAST_INTERVAL: Duration = Duration::from_millis(50);

/// A port, by its number or by the name that `getaddrinfo` knows it by (man 5 services).
fn port(text: &str) -> Result<u16, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().filter(|&port| port != 0).ok_or_else(|| "a port is a number from 1 to 65535".to_owned());
    }
    let found = dns_lookup::getaddrinfo(None, Some(text), None).ok().and_then(|mut answers| answers.find_map(Result::ok));
    found.map(|answer| answer.sockaddr.port()).filter(|&port| port != 0).ok_or_else(|| {
        "no service is known here by this name (/etc/services): expected a number from 1 to 65535, or a name such as http".to_owned()
    })
}

fn parse_interval(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(time) if time < LEAST_INTERVAL => Err("too short: at least `50ms`".to_owned()),
        result => result,
    }
}

impl SocketsArgs {
    fn filter(&self) -> Result<Filter, String> {
        let protocols = match self.kinds.as_slice() {
            [] => vec![Protocol::Tcp, Protocol::Udp],
            kinds => kinds.iter().map(|kind| kind.protocol()).collect(),
        };
        let families = [(self.ipv4, Family::Ipv4), (self.ipv6, Family::Ipv6)];
        let filter = Filter {
            protocols,
            families: families.into_iter().filter(|(is_asked, _)| *is_asked).map(|(_, family)| family).collect(),
            listening: self.listening,
            port: self.port,
            states: self.states.clone(),
            process: self.process.as_deref().map(ProcessFilter::parse),
        };
        if Protocol::ALL.into_iter().any(|protocol| filter.wants(protocol)) {
            return Ok(filter);
        }
        let option = if self.port.is_some() { "--port" } else { "-4 and -6" };
        Err(format!("{option} cannot be used with --kind unix: Unix sockets have neither ports nor IP addresses"))
    }
}

impl Kind {
    fn protocol(self) -> Protocol {
        match self {
            Self::Tcp => Protocol::Tcp,
            Self::Udp => Protocol::Udp,
            Self::Unix => Protocol::Unix,
        }
    }
}

pub(super) fn sockets(args: &SocketsArgs, output: &mut Output) -> Exit {
    let filter = match args.filter() {
        Ok(filter) => filter,
        Err(message) => {
            note(&format!("error: {message}"));
            return Exit::Usage;
        }
    };
    match args.watch {
        Some(interval) => watch(&filter, interval, args.format, output),
        None => once(&filter, args.format, output),
    }
}

/// The time of a look, as reports have it.
fn now() -> String {
    humantime::format_rfc3339_millis(SystemTime::now()).to_string()
}

fn once(filter: &Filter, format: Format, output: &mut Output) -> Exit {
    let snapshot = match survey(filter) {
        Ok(snapshot) => snapshot,
        Err(error) => return failed(&error, format, output),
    };
    let nothing = snapshot.rows.is_empty();
    let report = SocketsReport::new(snapshot, None, now());
    match format {
        Format::Json => output.write_data(|out| report.write_json(Reading::Once, out)),
        Format::Table if nothing => note_nothing(filter, &report),
        Format::Table => {
            let width = unbroken_width(output);
            output.write(|style, out| report.write(&Style { width, ..style.clone() }, Reading::Once, out));
        }
    }
    if nothing { Exit::Nothing } else { Exit::Success }
}

/// Says that there is nothing, and where something could still be.
fn note_nothing(filter: &Filter, report: &SocketsReport) {
    let looked: Vec<&str> = Protocol::ALL.into_iter().filter(|&protocol| filter.wants(protocol)).map(Protocol::name).collect();
    note(&format!("no {} socket fits", looked.join(" or ")));
    if filter.process.is_some() && report.hidden_processes > 0 {
        let hidden = report.hidden_processes;
        note(&format!("  {hidden} processes of other users could not be looked into; root can (CAP_SYS_PTRACE)"));
    }
    if let (Some(_), Some(reason)) = (&filter.process, &report.no_processes) {
        note(&format!("  it is not known which process has which socket: {reason}"));
    }
    let other = Filter { protocols: Vec::new(), ..filter.clone() };
    if other.wants(Protocol::Unix) && !filter.wants(Protocol::Unix) {
        note("  Unix sockets were not looked at: --kind unix");
    }
    for NotTold { protocol, error } in &report.not_told {
        note(&format!("  this kernel does not tell of {} sockets ({error})", protocol.name()));
    }
}

fn failed(error: &io::Error, format: Format, output: &mut Output) -> Exit {
    let message = match error.kind() {
        io::ErrorKind::Unsupported => format!("this system does not tell of its sockets ({error}): it needs Linux's NETLINK_SOCK_DIAG"),
        _ => format!("cannot ask the kernel for its sockets: {error}"),
    };
    if format == Format::Json {
        let report = SocketsReport::failed(message.clone(), now());
        output.write_data(|out| report.write_json(Reading::Once, out));
    }
    note(&format!("error: {message}"));
    Exit::NotCarriedOut
}

fn watch(filter: &Filter, interval: Duration, format: Format, output: &mut Output) -> Exit {
    let interrupt = match interrupt::listen() {
        Ok(interrupt) => interrupt,
        Err(error) => {
            note(&format!("error: cannot listen for signals: {error}"));
            return Exit::NotCarriedOut;
        }
    };
    let mut screen = Screen::new(output);
    let mut before: Option<Snapshot> = None;
    while output.is_open() {
        let snapshot = match survey(filter) {
            Ok(snapshot) => snapshot,
            Err(error) => return failed(&error, format, output),
        };
        let changes = match &before {
            Some(before) => Changes::between(&before.rows, &snapshot.rows),
            // The first look has nothing to be held against.
            None => Changes { marks: vec![None; snapshot.rows.len()], gone: Vec::new() },
        };
        let report = SocketsReport::new(snapshot.clone(), Some(changes), now());
        match format {
            Format::Json => output.write_data(|out| report.write_json(Reading::Watch, out)),
            Format::Table => screen.draw(output, |style, out| report.write(style, Reading::Watch, out)),
        }
        before = Some(snapshot);
        match interrupt.wait(interval) {
            Ok(None) => {}
            Ok(Some(signal)) => return Exit::Interrupted(signal),
            Err(error) => return failed(&error, format, output),
        }
    }
    // Nobody reads any more.
    Exit::Success
}
