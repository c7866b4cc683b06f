//! The settings that go before those of the scenario files.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::plan::Overrides;
use crate::scenario::{Sampling, parse_duration};

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

    /// Allow `exec` steps to start programs
    #[arg(long)]
    allow_exec: bool,
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
        let switches = [(self.allow_remote, "--allow-remote"), (self.allow_exec, "--allow-exec")];
        typed.chain(switches.into_iter().filter(|(is_on, _)| *is_on).map(|(_, option)| option.to_owned())).collect()
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
            allow_exec: self.allow_exec,
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

pub(super) fn parse_time(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(time) if time.is_zero() => Err("a time limit of nothing would end everything at once".to_owned()),
        result => result,
    }
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
