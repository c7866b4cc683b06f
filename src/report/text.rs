//! The report as text for a terminal or a log.

use std::io::{self, Write};
use std::time::Duration;

use super::calls::calls_table;
use super::counters::counters_table;
use super::distribution::{in_short, write_distribution};
use super::errors::errors_table;
use super::head::Summary;
use super::model::RunReport;
use super::plain::reason_of;
use super::programs::write_programs;
use super::rows::{boundary_table, frames_line, frames_of};
use super::snippet::draw_mismatch;
use super::style::{BAD, DIM, GOOD, SKIPPED, Style, paint, printable, wrap};
use super::variables::write_variables;
use crate::analysis::{BoundaryFate, CountedBy, Fate, Flow, Integrity, Segments, Transfer, plural};
use crate::scenario::{BoundaryWord, CauseName, SocketKind, SocketOption, format_duration, visible};
use crate::trace::{Setting, Trace};
use crate::verdict::Outcome;

/// The one line that says how a run came out.
pub fn headline(run: &RunReport, style: &Style) -> String {
    let (color, word, reason) = match &run.verdict.outcome {
        Outcome::Pass if run.is_flaky() => (SKIPPED, "FLAKY", None),
        Outcome::Pass => (GOOD, "PASS", None),
        Outcome::Fail => (BAD, "FAIL", None),
        Outcome::Skip(reason) => (SKIPPED, "SKIP", Some(reason)),
        Outcome::Error(reason) => (BAD, "ERROR", Some(reason)),
    };
    let name = visible(&run.name());
    let took =
        run.trace.as_ref().map(|trace| format!(" ({})", format_duration(Duration::from_nanos(trace.duration_ns)))).unwrap_or_default();
    let tail = match (reason, &run.repeats) {
        (Some(reason), _) => format!(": {reason}"),
        (None, Some(repeats)) => {
            let distribution = &repeats.distribution;
            let (passed, runs) = (distribution.passed, distribution.runs);
            let passed = match (passed == runs, runs) {
                (true, 1) => "1 run passed".to_owned(),
                (true, _) => format!("all {runs} runs passed"),
                (false, _) => format!("{passed} of {runs} runs passed"),
            };
            let asked = match repeats.asked {
                Some(asked) if asked > runs => format!(" (of {asked} asked for)"),
                Some(_) | None => String::new(),
            };
            let rates =
                if run.verdict.outcome == Outcome::Fail && distribution.passed == runs { ", but not at the expected rate" } else { "" };
            let shapes = visible(&in_short(distribution));
            return format!("{} {name}  {passed}{asked}{rates}: {shapes}", paint(color, word));
        }
        (None, None) => {
            let outcomes: Vec<String> =
                run.outcomes().iter().map(|(flow, word)| format!("{} {}", flow.replace("->", style.arrow()), word.name())).collect();
            // Many connections say nothing new one by one.
            let outcomes = if outcomes.len() > 3 { format!("{} flows", outcomes.len()) } else { outcomes.join(", ") };
            let rates = if run.expect.rates() > 0 && run.trace.is_some() { " (a rate is not judged by one run: --repeat)" } else { "" };
            if outcomes.is_empty() { rates.to_owned() } else { format!("  {outcomes}{rates}") }
        }
    };
    let attempts = match (run.earlier.len(), run.is_flaky()) {
        (0, _) => String::new(),
        (earlier, true) => format!("  passed at attempt {}", earlier + 1),
        (earlier, false) => format!("  {} attempts", earlier + 1),
    };
    format!("{} {name}{attempts}{}{}", paint(color, word), visible(&tail), paint(DIM, &took))
}

/// Everything about one run: its texts, the boundary table of each flow, the causes, and what does not hold.
///
/// # Errors
/// What the writer gives.
pub fn write_details(run: &RunReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", headline(run, style))?;
    write_head(run, style, out)?;
    write_seen(run, style, out)?;
    write_lesson(run, style, out)?;
    write_judgement(run, style, out)?;
    write_programs(run, style, out)
}

/// One of several cases: what [`write_head`] and [`write_lesson`] say of all of them is left out.
///
/// # Errors
/// What the writer gives.
pub fn write_run(run: &RunReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", headline(run, style))?;
    write_seen(run, style, out)?;
    write_judgement(run, style, out)?;
    write_programs(run, style, out)
}

/// What the scenario is about.
///
/// # Errors
/// What the writer gives.
pub fn write_head(run: &RunReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let head = [Some(&run.scenario.title), run.scenario.about.as_ref()];
    head.into_iter().flatten().try_for_each(|text| write_indented(text, style, out))
}

/// What the scenario teaches: the belief that it refutes, and why.
///
/// # Errors
/// What the writer gives.
pub fn write_lesson(run: &RunReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if let Some(belief) = &run.scenario.belief {
        writeln!(out)?;
        write_wrapped(&format!("refutes: \"{belief}\""), style, out)?;
    }
    if let Some(explain) = &run.scenario.explain {
        writeln!(out)?;
        write_wrapped(explain, style, out)?;
    }
    Ok(())
}

fn write_seen(run: &RunReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if let Some(about) = &run.case_about {
        write_indented(about, style, out)?;
    }
    for note in &run.notes {
        let text = format!("note: {}: {}", note.option, note.text);
        write_wrapped(&text, style, out)?;
    }
    write_variables(if style.verbose { &run.variables } else { &[] }, style, out)?;
    if let (Some(trace), Some(analysis)) = (&run.trace, &run.analysis) {
        write_settings(trace, style, out)?;
        let active: Vec<&Flow> = analysis.flows.iter().filter(|flow| flow.is_active()).collect();
        let shown = if style.verbose { active.len() } else { MAX_FLOWS };
        for flow in active.iter().take(shown) {
            write_flow(flow, run, trace, style, out)?;
        }
        if active.len() > shown {
            writeln!(out, "\n{} more flows; `-v` shows them all", active.len() - shown)?;
        }
        if style.verbose || active.is_empty() {
            writeln!(out)?;
            for line in calls_table(trace, style) {
                writeln!(out, "{line}")?;
            }
        }
        let errors = errors_table(trace, style);
        if !errors.is_empty() {
            writeln!(out)?;
        }
        for line in errors {
            writeln!(out, "{line}")?;
        }
        if style.verbose {
            for line in counters_table(trace, style) {
                writeln!(out, "{line}")?;
            }
        }
    }
    if let Some(repeats) = &run.repeats {
        write_distribution(repeats, style, out)?;
        if let Some((number, differing)) = repeats.differing.as_ref().filter(|_| style.verbose) {
            writeln!(out, "\nrun {number}, the first of another shape:")?;
            write_run(differing, style, out)?;
        }
    }
    Ok(())
}

fn write_judgement(run: &RunReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for (number, attempt) in run.earlier.iter().enumerate() {
        let Some(reason) = reason_of(&attempt.verdict) else { continue };
        write_wrapped(&format!("attempt {}: {reason}", number + 1), style, out)?;
    }
    for mismatch in &run.verdict.mismatches {
        writeln!(out)?;
        writeln!(out, "{}", draw_mismatch(mismatch, &run.source, style))?;
    }
    for note in run.notes.iter().filter(|note| note.changes_expectations && run.verdict.outcome == Outcome::Fail) {
        write_wrapped(&format!("note: judged under {}, which these expectations were not written for", note.option), style, out)?;
    }
    let rates = if run.repeats.is_none() { run.expect.rates() } else { 0 };
    let were = |count| if count == 1 { "expectation was" } else { "expectations were" };
    if rates > 0 && run.trace.is_some() {
        writeln!(out, "\n{rates} {} of a rate, and not checked: one run has none; `--repeat 200` does", were(rates))?;
    }
    let count = run.verdict.not_checked.saturating_sub(rates);
    if count > 0 {
        writeln!(out, "\n{count} {} not checked, because the run ended early", were(count))?;
    }
    Ok(())
}

/// Flows shown without `-v`.
const MAX_FLOWS: usize = 6;

fn write_wrapped(text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    wrap(&printable(text), style.width).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Options that were asked for, beside what the kernel made of them; one that was set several times in a line.
fn write_settings(trace: &Trace, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut seen: Vec<(String, Vec<String>)> = Vec::new();
    for actor in &trace.actors {
        for socket in &actor.sockets {
            let own = || socket.settings.iter().filter(|setting| !setting.inherited);
            let mut options: Vec<SocketOption> = own().map(|setting| setting.option).collect();
            options.sort_unstable();
            options.dedup();
            for option in options {
                let settings: Vec<&Setting> = own().filter(|setting| setting.option == option).collect();
                let one = |setting: &&Setting| {
                    let effective = setting.effective.map_or_else(|| "unknown".to_owned(), |value| value.to_string());
                    format!("asked {}, in force {effective}", setting.requested)
                };
                let values: Vec<String> = settings.iter().map(one).collect();
                let by = if settings.iter().any(|setting| setting.by_step) { ", set by a step" } else { "" };
                let text = format!("{} {}{by}", option.constant(), values.join(", then "));
                let name = format!("{}.{}", actor.name, socket.name);
                match seen.iter_mut().find(|(known, _)| *known == text) {
                    Some((_, names)) => names.push(name),
                    None => seen.push((text, vec![name])),
                }
            }
        }
    }
    for (text, names) in seen {
        let names = if names.len() > 2 { format!("{} sockets", names.len()) } else { names.join(", ") };
        write_wrapped(&format!("option: {text} ({names})"), style, out)?;
    }
    Ok(())
}

fn write_flow(flow: &Flow, run: &RunReport, trace: &Trace, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    write_wrapped(&flow_headline(flow, trace, style), style, out)?;
    let frames = frames_of(flow, trace, &run.expect);
    for line in boundary_table(flow, trace, &run.expect, frames.as_ref().map(|(_, found)| found), style) {
        writeln!(out, "{line}")?;
    }
    if let Some((codec, found)) = &frames {
        write_wrapped(&frames_line(codec, found), style, out)?;
    }
    if let Some(segments) = &flow.segments {
        write_wrapped(&segments_line(segments, flow), style, out)?;
    }
    let has = |name| flow.causes.iter().any(|cause| cause.name == name);
    let is_joined = matches!(&flow.transfer, Transfer::Stream(stream) if stream.count(BoundaryFate::Coalesced) > 0)
        && ![CauseName::LateReader, CauseName::Corked, CauseName::Nagle].into_iter().any(has);
    let is_plain = matches!(flow.outcome, BoundaryWord::Preserved | BoundaryWord::Unread);
    if flow.causes.is_empty() && !is_plain {
        writeln!(out, "cause: not determined{}", what_to_try(flow))?;
    } else if is_joined {
        writeln!(out, "cause of the coalesced boundaries: not determined{}", what_to_try(flow))?;
    }
    for cause in &flow.causes {
        writeln!(out, "cause: {}", cause.name.title())?;
        for evidence in &cause.evidence {
            write_indented(&format!("evidence ({}): {}", evidence.source.name(), evidence.text), style, out)?;
        }
        write_indented(&format!("refutes: \"{}\"", cause.name.belief()), style, out)?;
        write_indented(&format!("try: {}", cause.name.remedy()), style, out)?;
    }
    Ok(())
}

fn write_indented(text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    wrap(&printable(text), style.width.saturating_sub(2)).iter().try_for_each(|line| writeln!(out, "  {line}"))
}

/// Where the evidence at hand does not tell, what would.
fn what_to_try(flow: &Flow) -> &'static str {
    match &flow.segments {
        Some(segments) if segments.complete && segments.count < flow.send_sizes().len() as u64 => {
            "; fewer segments than sends, so the sender's kernel joined some: `--sample sends` shows more"
        }
        Some(segments) if !segments.are_placed() => "; `--sample sends` shows where segments ended",
        None if flow.kind == SocketKind::Tcp => ": no segments were counted",
        Some(_) | None => "",
    }
}

/// In how many segments a flow left, and how much is known of them.
fn segments_line(segments: &Segments, flow: &Flow) -> String {
    let by = match segments.counted_by {
        CountedBy::Sender => &flow.from.actor,
        CountedBy::Receiver => &flow.to.actor,
    };
    let again = if segments.retransmitted > 0 { format!(", {} of them sent again", segments.retransmitted) } else { String::new() };
    let rest = if segments.complete { "" } else { ", not yet all" };
    let places = match (segments.are_placed(), segments.runs.len()) {
        (true, _) => "",
        (false, 0 | 1) => "; a total tells no positions",
        (false, _) => "; where some of them ended is not known",
    };
    format!("left as {} (TCP_INFO of {by}){again}{rest}{places}", plural(segments.count, "data segment"))
}

fn flow_headline(flow: &Flow, trace: &Trace, style: &Style) -> String {
    let several =
        |end: &crate::analysis::FlowEnd| trace.actors[end.actor_index].sockets.iter().filter(|socket| !socket.listens).count() > 1;
    let name = |end: &crate::analysis::FlowEnd| if several(end) { format!("{}.{}", end.actor, end.socket) } else { end.actor.clone() };
    let kind =
        match (flow.kind, trace.actors[flow.from.actor_index].sockets[flow.from.socket_index].local.as_ref().map(ToString::to_string)) {
            (SocketKind::Tcp, Some(local)) if local.starts_with('[') => "TCP over IPv6",
            (SocketKind::Tcp, _) => "TCP over IPv4",
            (SocketKind::Udp, Some(local)) if local.starts_with('[') => "UDP over IPv6",
            (SocketKind::Udp, _) => "UDP over IPv4",
            (SocketKind::UnixStream, _) => "Unix stream",
            (SocketKind::UnixDgram, _) => "Unix datagrams",
            (SocketKind::UnixSeqpacket, _) => "Unix seqpacket",
        };
    let end = match &flow.transfer {
        Transfer::Stream(stream) => {
            let same = match stream.integrity {
                Integrity::Equal => "",
                Integrity::Differs(_) => ", BYTES DIFFER",
                Integrity::NotCompared => ", bytes not compared",
            };
            let rest = stream.bytes_sent - stream.bytes_read.min(stream.bytes_sent);
            let rest = if rest > 0 { format!(", {rest} left unread") } else { String::new() };
            format!("{rest}{same}{}", if stream.eof { ", then end of stream" } else { "" })
        }
        Transfer::Messages(messages) => {
            let unread = messages.count(Fate::Unread);
            let unread = if unread > 0 { format!(", {} never asked for", plural(unread, "message")) } else { String::new() };
            format!("{unread}{}", if messages.eof { ", then end of connection" } else { "" })
        }
    };
    format!(
        "{} {} {} ({kind}): {}, {}, {}: {}{end}",
        name(&flow.from),
        style.arrow(),
        name(&flow.to),
        plural(flow.send_sizes().len() as u64, "send"),
        plural(flow.read_sizes().len() as u64, "read"),
        plural(flow.bytes_read(), "byte"),
        flow.outcome.name(),
    )
}

/// The last line: how many of each.
///
/// # Errors
/// What the writer gives.
pub fn write_summary(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let parts = [
        (summary.passed, "passed", GOOD),
        (summary.failed, "failed", BAD),
        (summary.errors, "could not run", BAD),
        (summary.skipped, "skipped", SKIPPED),
        (summary.invalid, "invalid", BAD),
        (summary.flaky, "flaky", SKIPPED),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(count, ..)| *count > 0).map(|(count, word, color)| paint(color, &format!("{count} {word}"))).collect();
    let parts = if parts.is_empty() { "nothing ran".to_owned() } else { parts.join(", ") };
    let interrupted = match (summary.interrupted, summary.not_run) {
        (false, 0) => String::new(),
        (false, left) => format!(", stopped with {left} not run"),
        (true, 0) => ", interrupted".to_owned(),
        (true, left) => format!(", interrupted with {left} not run"),
    };
    let elapsed = match summary.elapsed_ms {
        0 => "less than 1 ms".to_owned(),
        millis => format_duration(Duration::from_millis(millis)),
    };
    writeln!(out, "{parts}{interrupted} in {elapsed}")
}
