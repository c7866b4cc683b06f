//! Refuses scenarios in which actors wait for each other for ever.
//!
//! Only the two kinds of events that actors give each other count here: signals, and addresses becoming known. Both stay
//! given once they are. So one walk decides: let every actor go on until it waits for what is not given yet; when
//! nobody can go on, whoever still waits will wait for ever.

use std::collections::BTreeSet;

use super::actor::{EndpointRef, PlannedAction, PlannedActor, PlannedAddress, PlannedStep, flatten};
use crate::scenario::{Problem, Problems, suggestion};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Signal(usize),
    Bound(EndpointRef),
    Listening(EndpointRef),
}

/// `is_complete` says that no step was left out because of an error: without one, the circles cannot be told.
pub(crate) fn check(actors: &[PlannedActor], signals: &[String], is_complete: bool, problems: &mut Problems) {
    let steps: Vec<Vec<&PlannedStep>> = actors.iter().map(|actor| flatten(&actor.steps)).collect();
    if check_signals(&steps, signals, problems) && is_complete {
        check_circles(actors, &steps, signals, problems);
    }
}

/// Every signal waited for is given by somebody, and the other way round.
fn check_signals(steps: &[Vec<&PlannedStep>], signals: &[String], problems: &mut Problems) -> bool {
    let all = || steps.iter().flatten();
    let given: BTreeSet<usize> =
        all().filter_map(|step| if let PlannedAction::Signal { signal } = step.action { Some(signal) } else { None }).collect();
    let awaited: BTreeSet<usize> =
        all().filter_map(|step| if let PlannedAction::WaitSignal { signal } = step.action { Some(signal) } else { None }).collect();
    let names = |set: &BTreeSet<usize>| set.iter().map(|&signal| signals[signal].as_str()).collect::<Vec<_>>();
    let mut fine = true;
    for step in all() {
        match step.action {
            PlannedAction::WaitSignal { signal } if !given.contains(&signal) => {
                fine = false;
                let name = &signals[signal];
                let label = if given.is_empty() { "no actor has a `signal` step".to_owned() } else { suggestion(name, &names(&given)) };
                problems.add(Problem::SignalNeverGiven, step.span, format!("nobody gives the signal `{name}`"), label);
            }
            PlannedAction::Signal { signal } if !awaited.contains(&signal) => {
                let name = &signals[signal];
                let label = if awaited.is_empty() { "no actor waits for a signal".to_owned() } else { suggestion(name, &names(&awaited)) };
                problems.add(Problem::NoEffect, step.span, format!("nobody waits for the signal `{name}`"), label);
            }
            _ => {}
        }
    }
    fine
}

fn check_circles(actors: &[PlannedActor], steps_of: &[Vec<&PlannedStep>], signals: &[String], problems: &mut Problems) {
    let mut given = BTreeSet::new();
    let mut at = vec![0usize; steps_of.len()];
    loop {
        let before = at.clone();
        for (actor, steps) in steps_of.iter().enumerate() {
            while let Some(step) = steps.get(at[actor]) {
                if awaits(&step.action).iter().any(|event| !given.contains(event)) {
                    break;
                }
                given.extend(gives(actor, &step.action));
                at[actor] += 1;
            }
        }
        if at == before {
            break;
        }
    }
    for (actor, steps) in steps_of.iter().enumerate() {
        let Some(step) = steps.get(at[actor]) else { continue };
        let Some(event) = awaits(&step.action).into_iter().find(|event| !given.contains(event)) else { continue };
        let (what, giver) = match event {
            Event::Signal(signal) => (format!("the signal `{}`", signals[signal]), giver_of(event, steps_with_actor(actors))),
            Event::Bound(endpoint) | Event::Listening(endpoint) => {
                (format!("the address of `{}`", actors[endpoint.actor].name), Some(endpoint.actor))
            }
        };
        let label = match giver {
            Some(giver) if giver == actor => format!("`{}` itself gives it, but only later", actors[actor].name),
            Some(giver) => format!("`{}` gives it only later, and waits for ever itself", actors[giver].name),
            None => "it is never given".to_owned(),
        };
        let diagnostic = problems.add(Problem::ImpossibleOrder, step.span, format!("this waits for ever for {what}"), label);
        let other = giver.filter(|giver| *giver != actor).and_then(|giver| Some((giver, steps_of.get(giver)?.get(at[giver])?)));
        if let Some((giver, other)) = other {
            diagnostic.with_related(other.span, format!("`{}` waits here", actors[giver].name));
        }
    }
}

fn steps_with_actor(actors: &[PlannedActor]) -> impl Iterator<Item = (usize, &PlannedStep)> {
    actors.iter().enumerate().flat_map(|(index, actor)| flatten(&actor.steps).into_iter().map(move |step| (index, step)))
}

fn giver_of<'s>(event: Event, mut steps: impl Iterator<Item = (usize, &'s PlannedStep)>) -> Option<usize> {
    steps.find(|(actor, step)| gives(*actor, &step.action).contains(&event)).map(|(actor, _)| actor)
}

fn awaits(action: &PlannedAction) -> Vec<Event> {
    match action {
        PlannedAction::WaitSignal { signal } => vec![Event::Signal(*signal)],
        PlannedAction::Connect { address, .. } | PlannedAction::SendTo { address, .. } | PlannedAction::Bind { address, .. } => {
            awaited_address(address).into_iter().collect()
        }
        PlannedAction::Listen { address: Some(address), .. } => awaited_address(address).into_iter().collect(),
        PlannedAction::Exec { told, .. } => told.iter().map(|told| Event::Listening(told.endpoint)).collect(),
        _ => Vec::new(),
    }
}

fn awaited_address(address: &PlannedAddress) -> Option<Event> {
    match address {
        PlannedAddress::Of { endpoint, listens: true, .. } => Some(Event::Listening(*endpoint)),
        PlannedAddress::Of { endpoint, listens: false, .. } => Some(Event::Bound(*endpoint)),
        PlannedAddress::Ip(_) | PlannedAddress::Path(_) => None,
    }
}

fn gives(actor: usize, action: &PlannedAction) -> Vec<Event> {
    match action {
        PlannedAction::Signal { signal } => vec![Event::Signal(*signal)],
        PlannedAction::Bind { endpoint, .. } => vec![Event::Bound(EndpointRef { actor, endpoint: *endpoint })],
        PlannedAction::Listen { endpoint, .. } => {
            let endpoint = EndpointRef { actor, endpoint: *endpoint };
            vec![Event::Bound(endpoint), Event::Listening(endpoint)]
        }
        PlannedAction::Exec { endpoint: Some(endpoint), .. } => {
            let endpoint = EndpointRef { actor, endpoint: *endpoint };
            vec![Event::Bound(endpoint), Event::Listening(endpoint)]
        }
        _ => Vec::new(),
    }
}
