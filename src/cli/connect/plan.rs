//! From the command line to targets and settings that fit them.

use std::time::Duration;

use super::args::{ConnectArgs, Switch};
use crate::connect::race::Pace;
use crate::connect::{Banner, IpFamily, OptionsAsked, Place, Rounds, Settings, Target, parse_targets};
use crate::trace::escape;

/// What was typed, as targets and settings.
pub(super) fn plan(args: &ConnectArgs) -> Result<(Vec<Target>, Settings), String> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{Cli, Command};
    use clap::Parser;
    use std::ffi::OsString;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
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
