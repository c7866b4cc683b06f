//! Whether the expectations of flows, of counters and of marks can be held against anything.

use std::collections::BTreeSet;

use super::actor::{PlannedActor, PlannedStep};
use crate::scenario::{
    BoundaryExpect, BoundaryWord, Expectations, FlowExpect, FlowKey, Problem, Problems, SocketKind, SocketRef, Span, Spanned, suggestion,
};

pub(super) fn check(expect: &Expectations, actors: &[PlannedActor], problems: &mut Problems) {
    let names: Vec<&str> = actors.iter().map(|actor| actor.name.as_str()).collect();
    for (key, flow) in &expect.flows {
        for side in [&key.value.from, &key.value.to] {
            check_socket_ref(side, key.span, actors, &names, problems);
        }
        let kinds = kinds_of(&key.value, actors);
        if !kinds.is_empty() {
            check_tcp(flow, &kinds, problems);
            check_words(flow, &kinds, problems);
        }
    }
    check_marks(expect, actors, problems);
}

fn check_socket_ref(side: &SocketRef, span: Span, actors: &[PlannedActor], names: &[&str], problems: &mut Problems) {
    let Some(actor) = actors.iter().find(|actor| actor.name == side.actor) else {
        problems.add(Problem::UnknownActor, span, format!("no actor is called `{}`", side.actor), suggestion(&side.actor, names));
        return;
    };
    if let Some(socket) = &side.socket
        && !actor.sockets.iter().any(|known| &known.name == socket)
    {
        let known: Vec<&str> = actor.sockets.iter().map(|socket| socket.name.as_str()).collect();
        problems.add(Problem::UnknownSocket, span, format!("`{}` has no socket `{socket}`", side.actor), suggestion(socket, &known));
    }
}

/// The kinds that a flow of this name can have: those that both ends have.
fn kinds_of(key: &FlowKey, actors: &[PlannedActor]) -> BTreeSet<SocketKind> {
    let of = |side: &SocketRef| -> BTreeSet<SocketKind> {
        let actor = actors.iter().find(|actor| actor.name == side.actor);
        let sockets = actor.iter().flat_map(|actor| &actor.sockets);
        sockets.filter(|socket| side.socket.as_ref().is_none_or(|name| *name == socket.name)).map(|socket| socket.kind).collect()
    };
    of(&key.from).intersection(&of(&key.to)).copied().collect()
}

/// What only TCP counts cannot be expected of others.
fn check_tcp(flow: &FlowExpect, kinds: &BTreeSet<SocketKind>, problems: &mut Problems) {
    if kinds.contains(&SocketKind::Tcp) {
        return;
    }
    let kind = || kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" or ");
    let segments = flow.segments.iter().map(|segments| (segments.span, "segments"));
    let counters = flow.sender.iter().chain(&flow.receiver).flat_map(|counters| &counters.0);
    let counters = counters.filter(|(option, _)| option.is_tcp_info()).map(|(option, count)| (count.span, option.name()));
    for (span, what) in segments.chain(counters) {
        problems.add(Problem::WrongSocketKind, span, format!("`{what}` is counted for TCP"), format!("this flow is {}", kind()));
    }
}

/// Bytes of a stream are not truncated or lost, and messages are not joined.
fn check_words(flow: &FlowExpect, kinds: &BTreeSet<SocketKind>, problems: &mut Problems) {
    use BoundaryWord::{Coalesced, Lost, Mixed, Reordered, Split, Truncated};
    let is_possible = |word: BoundaryWord| match word {
        Coalesced | Split => kinds.iter().any(|kind| kind.is_stream()),
        Truncated | Lost | Reordered => kinds.iter().any(|kind| !kind.is_stream()),
        Mixed | BoundaryWord::Preserved | BoundaryWord::Unread => true,
    };
    let mut check = |word: BoundaryWord, span: Span| {
        if !is_possible(word) {
            let what = if matches!(word, Coalesced | Split) { "messages keep their boundaries" } else { "a byte stream has no messages" };
            let title = format!("`{}` cannot happen on this flow", word.name());
            problems.add(Problem::WrongSocketKind, span, title, what);
        }
    };
    match flow.boundaries.as_ref().map(|boundaries| (&boundaries.value, boundaries.span)) {
        Some((BoundaryExpect::Outcome(words), span)) => words.iter().for_each(|&word| check(word, span)),
        Some((BoundaryExpect::Counts(counts), _)) => {
            for (word, count) in [
                (Coalesced, &counts.coalesced),
                (Split, &counts.split),
                (Truncated, &counts.truncated),
                (Lost, &counts.lost),
                (Reordered, &counts.reordered),
            ] {
                // That there is none is a fair thing to say of a kind that cannot have one.
                if let Some(count) = count.as_ref().filter(|count| !count.value.accepts(0)) {
                    check(word, count.span);
                }
            }
        }
        None => {}
    }
    for (word, _) in flow.rate.iter().flat_map(|rates| &rates.0) {
        check(word.value, word.span);
    }
}

/// Every mark is given once and referred to, and the other way round.
fn check_marks(expect: &Expectations, actors: &[PlannedActor], problems: &mut Problems) {
    let marked: Vec<&Spanned<String>> =
        actors.iter().flat_map(|actor| actor.all_steps()).filter_map(|step: &PlannedStep| step.mark.as_ref()).collect();
    let between = expect.run.iter().flat_map(|run| &run.between);
    let wanted: Vec<&Spanned<String>> = between.flat_map(|between| [&between.from, &between.to]).collect();
    for (index, mark) in marked.iter().enumerate() {
        if let Some(first) = marked[..index].iter().find(|known| known.value == mark.value) {
            problems
                .add(Problem::TooMany, mark.span, format!("two steps have the mark `{}`", mark.value), "give this one another")
                .with_related(first.span, "first given here");
        } else if !wanted.iter().any(|name| name.value == mark.value) {
            let label = "no `between` in the expectation of the run refers to it";
            problems.add(Problem::NoEffect, mark.span, format!("nothing is expected of the mark `{}`", mark.value), label);
        }
    }
    let names: Vec<&str> = marked.iter().map(|mark| mark.value.as_str()).collect();
    for name in wanted.iter().filter(|name| !names.contains(&name.value.as_str())) {
        let label = if names.is_empty() { "no step has a `mark`".to_owned() } else { suggestion(&name.value, &names) };
        problems.add(Problem::UnknownMark, name.span, format!("no step has the mark `{}`", name.value), label);
    }
}
