//! The expectations of flows and of the run.

use std::collections::HashSet;
use std::time::Duration;

use super::{Findings, Mismatch};
use crate::analysis::{Analysis, BoundaryFate, Fate, Flow, Frames, Integrity, Transfer, frames};
use crate::plan::Plan;
use crate::scenario::{
    BoundaryCounts, BoundaryExpect, CauseExpect, CauseName, Count, Cuts, FlowExpect, FlowKey, FramesExpect, Payload, Span, Spanned,
    format_duration, one_of,
};
use crate::trace::{CallFlags, Trace, escape};

/// Bytes read are bytes sent, always, whatever the file expects.
pub(super) fn check_integrity(plan: &Plan, analysis: &Analysis, findings: &mut Findings) {
    for flow in analysis.flows.iter().filter(|flow| flow.is_active()) {
        let problem = match &flow.transfer {
            Transfer::Stream(stream) => match &stream.integrity {
                Integrity::Equal | Integrity::NotCompared => None,
                Integrity::Differs(range) => Some(format!("bytes {} to {} were not received as they were sent", range.start, range.end)),
            },
            Transfer::Messages(messages) => {
                let count = messages.count(Fate::Unmatched);
                (count > 0).then(|| format!("{count} messages were received that are like none that was sent"))
            }
        };
        let place = place_of(plan, flow);
        findings.check(problem.is_none(), || Mismatch {
            place: place.into(),
            title: format!("{}: other bytes arrived than were sent", flow.name()),
            observed: problem.unwrap_or_default(),
            evidence: vec!["compared by digest (XXH3) of what the calls sent and returned".to_owned()],
            difference: None,
        });
    }
}

fn place_of(plan: &Plan, flow: &Flow) -> Span {
    let named = plan.expect.flows.iter().find(|(key, _)| flow.is(&key.value));
    named.map_or(plan.scenario.title.span, |(key, _)| key.span)
}

pub(super) fn check_run(plan: &Plan, trace: &Trace, findings: &mut Findings) {
    for between in plan.expect.run.iter().flat_map(|run| &run.between) {
        let calls_of = |mark: &str| {
            let (actor, step) = plan.marked(mark)?;
            let calls = &trace.actors.get(actor)?.calls;
            // Of a step in a `repeat`, the last round.
            let mut of_step = calls.iter().rev().skip_while(|call| call.step != step).take_while(|call| call.step == step);
            let last = of_step.next()?;
            let round = of_step.take_while(|call| !call.flags.has(CallFlags::LAST_OF_STEP));
            Some((round.last().map_or(last.start_ns, |first| first.start_ns), last.end_ns))
        };
        let (from, to) = (calls_of(&between.from.value), calls_of(&between.to.value));
        let took = from.zip(to).and_then(|((start, _), (_, end))| end.checked_sub(start)).map(Duration::from_nanos);
        let is_backwards = from.zip(to).is_some_and(|((start, _), (_, end))| end < start);
        findings.check(took.is_some_and(|took| between.elapsed.accepts(took)), || Mismatch {
            place: between.span.into(),
            title: format!("from {} to {} it took another time than {}", between.from.value, between.to.value, between.elapsed),
            observed: match took {
                Some(took) => format!("observed {}", format_duration(took)),
                None if is_backwards => format!("{} ended before {} began", between.to.value, between.from.value),
                None => "not both steps were carried out".to_owned(),
            },
            evidence: Vec::new(),
            difference: None,
        });
    }
    let Some(elapsed) = plan.expect.run.as_ref().and_then(|run| run.elapsed.as_ref()) else { return };
    let starts = trace.actors.iter().filter_map(|actor| actor.calls.iter().next()).map(|call| call.start_ns);
    let ends = trace.actors.iter().filter_map(|actor| actor.calls.iter().next_back()).map(|call| call.end_ns);
    let took = Duration::from_nanos(ends.max().unwrap_or(0).saturating_sub(starts.min().unwrap_or(0)));
    findings.check(elapsed.value.accepts(took), || Mismatch {
        place: elapsed.span.into(),
        title: format!("the run took another time than {}", elapsed.value),
        observed: format!("observed {}", format_duration(took)),
        evidence: Vec::new(),
        difference: None,
    });
}

pub(super) fn check_flows(plan: &Plan, trace: &Trace, analysis: &Analysis, findings: &mut Findings) {
    for (key, expect) in &plan.expect.flows {
        let named: Vec<&Flow> = analysis.flows.iter().filter(|flow| flow.is(&key.value)).collect();
        match named.as_slice() {
            [flow] => check_flow(&key.value, expect, flow, trace, findings),
            [] => findings.check(false, || Mismatch {
                place: key.span.into(),
                title: format!("{}: there is no such flow", key.value),
                observed: why_none(&key.value, trace).to_owned(),
                evidence: vec![format!("flows seen: {}", names(analysis.flows.iter().filter(|flow| flow.is_active())))],
                difference: None,
            }),
            several => findings.check(false, || Mismatch {
                place: key.span.into(),
                title: format!("{}: {} flows have this name", key.value, several.len()),
                observed: format!("name the sockets, as in \"{}\"", several[0].full_name()),
                evidence: vec![format!("they are {}", names(several.iter().copied()))],
                difference: None,
            }),
        }
    }
}

fn names<'f>(flows: impl Iterator<Item = &'f Flow>) -> String {
    let names: Vec<String> = flows.take(12).map(Flow::full_name).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

struct Check<'c> {
    key: &'c FlowKey,
    flow: &'c Flow,
    findings: &'c mut Findings,
    has_failed: bool,
}

fn check_flow(key: &FlowKey, expect: &FlowExpect, flow: &Flow, trace: &Trace, findings: &mut Findings) {
    let mut check = Check { key, flow, findings, has_failed: false };
    let (sends, reads) = (flow.send_sizes(), flow.read_sizes());
    if let Some(wanted) = &expect.sends {
        let holds = wanted.value.accepts(&sends);
        check.hold(wanted.span, "sends differ", holds, false, || format!("observed {}, expected {}", sizes(&sends), wanted.value));
    }
    if let Some(wanted) = &expect.reads {
        let holds = wanted.value.accepts(&reads);
        check.hold(wanted.span, "reads differ", holds, true, || format!("observed {}, expected {}", sizes(&reads), wanted.value));
    }
    if let Some(wanted) = &expect.bytes {
        check.number(wanted, "bytes read differ", flow.bytes_read(), false);
    }
    if let Some(wanted) = &expect.unread {
        check.number(wanted, "bytes left unread differ", flow.bytes_unread(), false);
    }
    if let Some(wanted) = &expect.cuts {
        check.cuts(wanted, &reads);
    }
    if let Some(wanted) = &expect.boundaries {
        match &wanted.value {
            BoundaryExpect::Outcome(words) => {
                let expected: Vec<&str> = words.iter().map(|word| word.name()).collect();
                let observed = || format!("observed {}, expected {}", flow.outcome.name(), one_of(expected));
                check.hold(wanted.span, "boundaries differ", words.contains(&flow.outcome), true, observed);
            }
            BoundaryExpect::Counts(counts) => check.counts(counts),
        }
    }
    if let Some(wanted) = &expect.elapsed {
        let took = flow.elapsed();
        let observed = || took.map_or_else(|| "nothing was read".to_owned(), |took| format!("observed {}", format_duration(took)));
        check.hold(
            wanted.span,
            &format!("the time is not {}", wanted.value),
            took.is_some_and(|took| wanted.value.accepts(took)),
            false,
            observed,
        );
    }
    if let Some(wanted) = &expect.segments {
        let count = flow.segments.as_ref().map(|segments| segments.count);
        let what = format!("segments differ from {}", wanted.value);
        let observed = || count.map_or_else(|| "no segments were counted (see --sample)".to_owned(), |count| format!("observed {count}"));
        check.hold(wanted.span, &what, count.is_some_and(|count| wanted.value.accepts(count)), true, observed);
    }
    for (end, counters) in [(&flow.from, &expect.sender), (&flow.to, &expect.receiver)] {
        let seen = &trace.actors[end.actor_index].sockets[end.socket_index].counters;
        for (counter, wanted) in counters.iter().flat_map(|counters| &counters.0) {
            let count = seen.get(*counter);
            let what = format!("{} of {} differs from {}", counter.name(), end.actor, wanted.value);
            let observed = || count.map_or_else(|| "it was not counted (see --sample)".to_owned(), |count| format!("observed {count}"));
            check.hold(wanted.span, &what, count.is_some_and(|count| wanted.value.accepts(count)), false, observed);
        }
    }
    if let Some(wanted) = &expect.causes {
        check.causes(&wanted.value);
    }
    if let Some(wanted) = &expect.frames {
        check.frames(wanted, &frames(flow, trace, &wanted.value.codec));
    }
}

impl Check<'_> {
    /// `explained`: whether the flow's causes have anything to do with it.
    fn hold(&mut self, place: Span, what: &str, holds: bool, explained: bool, observed: impl FnOnce() -> String) {
        let (key, flow) = (self.key, self.flow);
        // The evidence is the same for every expectation of a flow: once is enough.
        let is_known = holds || if explained { std::mem::replace(&mut self.has_failed, true) } else { self.has_failed };
        let evidence = if is_known { Vec::new() } else { evidence(flow, explained) };
        self.findings.check(holds, || Mismatch {
            place: place.into(),
            title: format!("{key}: {what}"),
            observed: observed(),
            evidence,
            difference: None,
        });
    }

    fn number(&mut self, wanted: &Spanned<Count>, what: &str, observed: u64, explained: bool) {
        let what = format!("{what} from {}", wanted.value);
        self.hold(wanted.span, &what, wanted.value.accepts(observed), explained, || format!("observed {observed}"));
    }

    fn cuts(&mut self, wanted: &Spanned<Cuts>, reads: &[u64]) {
        let ends: Vec<u64> = match &self.flow.transfer {
            Transfer::Stream(stream) => stream.reads.iter().map(|read| read.end).collect(),
            Transfer::Messages(_) => running_sums(reads),
        };
        let total = ends.last().copied().unwrap_or(0);
        if let Some(allowed) = &wanted.value.allowed {
            let allowed: HashSet<u64> = allowed.iter().copied().collect();
            let outside: Vec<u64> = ends.iter().copied().filter(|end| *end != total && !allowed.contains(end)).collect();
            self.hold(wanted.span, "a read ended where it may not", outside.is_empty(), true, || {
                format!("observed cuts at {}", sizes(&outside))
            });
        }
        if let Some(required) = &wanted.value.required {
            let ended: HashSet<u64> = ends.iter().copied().collect();
            let missing: Vec<u64> = required.iter().copied().filter(|end| !ended.contains(end)).collect();
            self.hold(wanted.span, "no read ended where one must", missing.is_empty(), false, || format!("no cut at {}", sizes(&missing)));
        }
    }

    fn frames(&mut self, wanted: &Spanned<FramesExpect>, found: &Frames) {
        if !found.is_whole {
            let observed = || "the reads are too large: not all of their bytes were kept".to_owned();
            self.hold(wanted.span, "the frames cannot be decoded", false, false, observed);
            return;
        }
        let expected = &wanted.value;
        let count = found.frames.len() as u64;
        if let Some(list) = &expected.list {
            let same = |(payload, (frame, _)): (&Payload, &(Vec<u8>, _))| *crate::plan::expected_bytes(payload) == **frame;
            let differing = list.iter().zip(&found.frames).position(|pair| !same(pair));
            let holds = differing.is_none() && list.len() as u64 == count;
            let shown = |index: usize| found.frames.get(index).map_or_else(|| "none".to_owned(), |(frame, _)| preview(frame));
            let at = differing.unwrap_or(list.len().min(found.frames.len()));
            self.hold(wanted.span, "frames differ", holds, true, || {
                format!("observed {count} of {} frames; frame {} is {}", list.len(), at + 1, shown(at))
            });
        }
        if let Some(wanted) = &expected.count {
            self.number(wanted, "frames differ", count, true);
        }
        let observed = || found.error.as_ref().map_or_else(|| "no error".to_owned(), ToString::to_string);
        match &expected.error {
            Some(kind) => {
                let holds = found.error.as_ref().is_some_and(|error| error.kind == kind.value);
                self.hold(kind.span, &format!("the frames do not end with {}", kind.value.name()), holds, true, observed);
            }
            None => self.hold(wanted.span, "what was read is not all frames", found.error.is_none(), true, observed),
        }
    }

    fn causes(&mut self, wanted: &CauseExpect) {
        let found: Vec<CauseName> = self.flow.causes.iter().map(|cause| cause.name).collect();
        let names: Vec<&str> = found.iter().map(|cause| cause.name()).collect();
        let observed = || if names.is_empty() { "not determined".to_owned() } else { format!("found {}", names.join(", ")) };
        for (causes, is_wanted, what) in [(&wanted.found, true, "was not found"), (&wanted.not_found, false, "was found")] {
            for cause in causes {
                let holds = found.contains(&cause.value) == is_wanted;
                self.hold(cause.span, &format!("the cause `{}` {what}", cause.value.name()), holds, true, observed);
            }
        }
    }

    fn counts(&mut self, wanted: &BoundaryCounts) {
        let (stream, messages) = match &self.flow.transfer {
            Transfer::Stream(stream) => (Some(stream), None),
            Transfer::Messages(messages) => (None, Some(messages)),
        };
        let of_stream = |fate| stream.map_or(0, |stream| stream.count(fate));
        let of_messages = |fate| messages.map_or(0, |messages| messages.count(fate));
        let seen = [
            (&wanted.preserved, "preserved", of_stream(BoundaryFate::Preserved) + of_messages(Fate::Preserved)),
            (&wanted.coalesced, "coalesced", of_stream(BoundaryFate::Coalesced)),
            (&wanted.split, "split", of_stream(BoundaryFate::Split)),
            (&wanted.truncated, "truncated", of_messages(Fate::Truncated)),
            (&wanted.lost, "lost", of_messages(Fate::Lost)),
            (&wanted.reordered, "reordered", of_messages(Fate::Reordered)),
            (&wanted.unread, "unread", of_stream(BoundaryFate::Unread) + of_messages(Fate::Unread)),
        ];
        for (wanted, word, observed) in seen {
            if let Some(wanted) = wanted {
                self.number(wanted, &format!("{word} boundaries differ"), observed, true);
            }
        }
    }
}

/// A frame in quotes, escaped and shortened.
fn preview(frame: &[u8]) -> String {
    const SHOWN: usize = 32;
    let more = if frame.len() > SHOWN { ".." } else { "" };
    format!("\"{}\"{more} of {} bytes", escape(&frame[..frame.len().min(SHOWN)]), frame.len())
}

fn running_sums(sizes: &[u64]) -> Vec<u64> {
    let add = |at: &mut u64, size: &u64| {
        *at += size;
        Some(*at)
    };
    sizes.iter().scan(0, add).collect()
}

/// Why there is no flow of a name.
fn why_none(key: &FlowKey, trace: &Trace) -> &'static str {
    let sockets = |name: &str| {
        let actor = trace.actors.iter().find(|actor| actor.name == name);
        actor.into_iter().flat_map(|actor| &actor.sockets)
    };
    let awaits = |from: &str, to: &str| {
        sockets(from)
            .any(|socket| !socket.listens && socket.peer.is_some() && sockets(to).any(|other| other.listens && other.local == socket.peer))
    };
    if awaits(&key.from.actor, &key.to.actor) || awaits(&key.to.actor, &key.from.actor) {
        "the connection was made and never accepted: what was sent waits in the listener's queue, and has no reader"
    } else {
        "these two were never connected, and exchanged no datagram"
    }
}

/// A list of sizes, shortened in the middle.
fn sizes(sizes: &[u64]) -> String {
    const SHOWN: usize = 16;
    if sizes.len() <= SHOWN {
        return format!("{sizes:?}");
    }
    let first: Vec<String> = sizes[..SHOWN].iter().map(u64::to_string).collect();
    format!("[{}, .. {} in all]", first.join(", "), sizes.len())
}

fn evidence(flow: &Flow, explained: bool) -> Vec<String> {
    let sends = flow.send_sizes();
    let reads = flow.read_sizes();
    let sum = |sizes: &[u64]| sizes.iter().sum::<u64>();
    let count =
        |sizes: &[u64], what: &str| format!("{} {what}{} of {} bytes", sizes.len(), if sizes.len() == 1 { "" } else { "s" }, sum(sizes));
    let mut lines = vec![format!("{}, {} (calls)", count(&sends, "send"), count(&reads, "read"))];
    for cause in flow.causes.iter().filter(|_| explained) {
        let because: Vec<String> =
            cause.evidence.iter().map(|evidence| format!("{} ({})", evidence.text, evidence.source.name())).collect();
        lines.push(format!("cause: {}: {}", cause.name.title(), because.join("; ")));
    }
    lines
}
