//! One target in full: its phases, each address, what came, and why it failed.

use std::io::{self, Write};

use super::TargetReport;
use super::diagnosis::{hang, write_diagnosis};
use super::rounds::write_rounds;
use crate::connect::{Answer, Attempt, AttemptEnd, Exchange, ExchangeEnd, Findings, Micros, Outcome, Protocol, Received, Stopped};
use crate::report::style::{BAD, GOOD, SKIPPED, Style, paint, wrap};
use crate::report::table::Table;
use crate::trace::{Address, escape};

/// So many lines of what came are shown, unless all are asked for.
const LINES_SHOWN: usize = 3;

/// Writes everything about one target.
///
/// # Errors
/// What the writer gives.
pub fn write_target(report: &TargetReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let TargetReport { findings, diagnoses, .. } = report;
    let phases = phases(findings).join(", ");
    let phases = if phases.is_empty() { String::new() } else { format!("  {phases}") };
    let (verdict, color) = verdict(findings.outcome);
    let line = format!("{verdict} {} over {}{phases}", target(findings), findings.protocol.name());
    for (index, line) in wrap(&line, style.width).iter().enumerate() {
        // Colours have no width, so they come in when the line is broken.
        let line = if index == 0 { line.replacen(verdict, &paint(color, verdict), 1) } else { line.clone() };
        writeln!(out, "{line}")?;
    }
    write_resolution(findings, style, out)?;
    if findings.attempts.len() > 1 || style.verbose {
        write_attempts(findings, style, out)?;
    }
    if let Some(rounds) = &findings.rounds {
        write_rounds(rounds, style, out)?;
    }
    if let Some(attempt) = findings.kept.and_then(|index| findings.attempts.get(index)) {
        for option in attempt.options.iter().filter(|option| option.asked.is_some() || style.verbose) {
            let asked = option.asked.as_ref().map_or_else(String::new, |asked| format!("asked {asked}, "));
            hang("", &format!("option: {} {asked}in force {}", option.name, option.in_force), style, out)?;
        }
    }
    if let Some(exchange) = &findings.exchange {
        write_exchange(exchange, style, out)?;
    }
    match findings.stopped {
        Some(Stopped::Deadline) => writeln!(out, "the deadline came first (--deadline)")?,
        Some(Stopped::Interrupted) => writeln!(out, "interrupted")?,
        None => {}
    }
    // What another address made up for stands in the table; it is explained only where somebody asks.
    if findings.outcome != Outcome::Reached || style.verbose || findings.rounds.is_some() {
        for diagnosis in diagnoses {
            writeln!(out)?;
            write_diagnosis(diagnosis, Some(&findings.target), style, out)?;
        }
    }
    if is_silence(findings) {
        writeln!(out)?;
        hang("", SILENCE, style, out)?;
    }
    Ok(())
}

const SILENCE: &str = "Silence proves nothing over UDP: there is no handshake, an open port that does not understand the datagram is as \
                       silent as a firewall that drops it. Only an answer shows that the port is open, and only ICMP \"port unreachable\" \
                       that it is closed.";

fn is_silence(findings: &Findings) -> bool {
    findings.protocol == Protocol::Udp
        && findings.kept.is_none()
        && findings.attempts.iter().any(|attempt| matches!(attempt.end, AttemptEnd::TimedOut { .. } | AttemptEnd::Deadline))
}

fn verdict(outcome: Outcome) -> (&'static str, anstyle::Style) {
    match outcome {
        Outcome::Reached => ("REACHED", GOOD),
        Outcome::NotReached => ("NOT REACHED", BAD),
        Outcome::NotTried => ("NOT TRIED", SKIPPED),
        Outcome::Interrupted => ("INTERRUPTED", SKIPPED),
    }
}

/// The target as it was typed, safe to print.
pub(super) fn target(findings: &Findings) -> String {
    escape(findings.target.as_bytes())
}

/// How long each phase took.
fn phases(findings: &Findings) -> Vec<String> {
    let mut phases = Vec::new();
    if let Some(resolution) = &findings.resolution {
        phases.push(format!("resolve {}", resolution.took_us));
    }
    let last = findings.attempts.iter().map(|attempt| attempt.start_us.0 + attempt.took_us.0).max();
    if findings.rounds.is_none() {
        match (findings.kept.and_then(|index| findings.attempts.get(index)), last) {
            (Some(kept), _) => {
                let what = if findings.protocol == Protocol::Udp { "answer" } else { "connect" };
                phases.push(format!("{what} {}", Micros(kept.start_us.0 + kept.took_us.0)));
            }
            (None, Some(last)) => {
                let what = match (findings.outcome, findings.protocol) {
                    (Outcome::Interrupted, _) => "broken off",
                    (_, Protocol::Udp) => "no answer",
                    _ => "connect failed",
                };
                phases.push(format!("{what} after {}", Micros(last)));
            }
            (None, None) => {}
        }
    }
    if let Some(first) =
        findings.exchange.as_ref().filter(|_| findings.protocol != Protocol::Udp).and_then(|exchange| exchange.first_byte_us)
    {
        phases.push(format!("first byte {first}"));
    }
    phases
}

fn write_resolution(findings: &Findings, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if let Some(resolution) = &findings.resolution
        && let Answer::Addresses(addresses) = &resolution.answer
    {
        let listed: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let host = escape(resolution.host.as_bytes());
        hang("", &format!("resolved: {host} {} {} (getaddrinfo, {})", style.arrow(), listed.join(", "), resolution.took_us), style, out)?;
        if resolution.is_old_form {
            let words = format!(
                "note: {host} is an IPv4 address in a form of old (man 3 inet_aton): the last of fewer than four numbers fills all bytes that \
                are left, and a number that begins with 0 is octal"
            );
            hang("", &words, style, out)?;
        }
    }
    Ok(())
}

fn write_attempts(findings: &Findings, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if findings.attempts.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&["=address", "from", ">began", ">took", "=result"], style);
    for attempt in &findings.attempts {
        table.row(vec![
            attempt.to.shown(),
            attempt.from.as_ref().map_or_else(String::new, Address::shown),
            format!("+{}", attempt.start_us),
            attempt.took_us.to_string(),
            end_in_short(attempt),
        ]);
    }
    table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// The end of an attempt in a few words.
pub(super) fn end_in_short(attempt: &Attempt) -> String {
    match &attempt.end {
        AttemptEnd::Connected => "connected".to_owned(),
        AttemptEnd::Answered => "answered".to_owned(),
        AttemptEnd::Failed(failure) => format!("{}: {}", failure.call.name(), failure.error.name),
        AttemptEnd::TimedOut { .. } => "no answer".to_owned(),
        AttemptEnd::Deadline => "no answer before the deadline".to_owned(),
        AttemptEnd::Lost => "given up: another was faster".to_owned(),
        AttemptEnd::Interrupted => "interrupted".to_owned(),
    }
}

fn write_exchange(exchange: &Exchange, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if let Some(sent) = exchange.sent {
        writeln!(out, "sent: {sent} bytes")?;
    }
    let Received { bytes, text, is_cut } = &exchange.received;
    if *bytes == 0 {
        return match &exchange.end {
            ExchangeEnd::Answered => writeln!(out, "received: an empty datagram"),
            _ => Ok(()),
        };
    }
    let more = if *is_cut { ", and more that was left unread" } else { "" };
    writeln!(out, "received: {bytes} bytes{more}")?;
    let lines = wrap(text, style.width.saturating_sub(2));
    let shown = if style.verbose { lines.len() } else { LINES_SHOWN };
    for line in lines.iter().take(shown) {
        writeln!(out, "  {line}")?;
    }
    if lines.len() > shown {
        writeln!(out, "  {} (-v shows all that is kept)", style.more())?;
    }
    Ok(())
}
