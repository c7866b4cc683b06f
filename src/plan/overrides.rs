//! What the command line changes, and what it could not change: an override never does nothing in silence.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor::{PlannedAction, PlannedActor, PlannedStep};
use crate::scenario::{Defaults, Sampling, SocketKind, SocketOption, Spanned, format_duration};

/// The options of the command line that change a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--nodelay on|off`
    pub nodelay: Option<bool>,
    /// `--reuseaddr on|off`
    pub reuseaddr: Option<bool>,
    /// `--recv-size`, in bytes
    pub recv_size: Option<u64>,
    /// `--sndbuf`, in bytes
    pub sndbuf: Option<u64>,
    /// `--rcvbuf`, in bytes
    pub rcvbuf: Option<u64>,
    /// `--timeout`, for each step
    pub timeout: Option<Duration>,
    /// `--deadline`, for the run
    pub deadline: Option<Duration>,
    /// `--seed`
    pub seed: Option<u64>,
    /// `--sample`: when counters are read
    pub sample: Option<Sampling>,
    /// `--allow-remote`: destinations off this machine are allowed.
    pub allow_remote: bool,
    /// `--allow-exec`: programs may be started.
    pub allow_exec: bool,
}

/// The settings in force: the command line's, else the case's, else the file's, else netlab's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The longest one step may take.
    pub timeout: Duration,
    /// Bytes that `recv` asks for.
    pub recv_size: u64,
    /// TCP_NODELAY, where it is to be set.
    pub nodelay: Option<bool>,
    /// SO_REUSEADDR, where it is to be set.
    pub reuseaddr: Option<bool>,
    /// SO_SNDBUF in bytes, where it is to be set.
    pub sndbuf: Option<u64>,
    /// SO_RCVBUF in bytes, where it is to be set.
    pub rcvbuf: Option<u64>,
    /// When the kernel's counters are read.
    pub sample: Sampling,
}

/// Something the reader must know about an option of the command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The option, as it would be typed: `--nodelay on`.
    pub option: String,
    /// Whether the expectations of the file were written for another value.
    pub changes_expectations: bool,
    /// What happened to it.
    pub text: String,
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_RECV_SIZE: u64 = 1024;

pub(crate) fn settle(file: &Defaults, case: Option<&Defaults>, over: &Overrides) -> (Settings, Vec<Note>) {
    fn written<T: Clone>(case: Option<&Option<Spanned<T>>>, file: &Option<Spanned<T>>) -> Option<T> {
        case.and_then(Clone::clone).or_else(|| file.clone()).map(|value| value.value)
    }
    let mut notes = Vec::new();
    let nodelay = written(case.map(|c| &c.nodelay), &file.nodelay);
    let reuseaddr = written(case.map(|c| &c.reuseaddr), &file.reuseaddr);
    let recv_size = written(case.map(|c| &c.recv_size), &file.recv_size);
    let sndbuf = written(case.map(|c| &c.sndbuf), &file.sndbuf);
    let rcvbuf = written(case.map(|c| &c.rcvbuf), &file.rcvbuf);
    let timeout = written(case.map(|c| &c.timeout), &file.timeout);
    let sample = written(case.map(|c| &c.sample), &file.sample);
    note_change("--nodelay", over.nodelay, nodelay, None, switch, &mut notes);
    note_change("--reuseaddr", over.reuseaddr, reuseaddr, None, switch, &mut notes);
    note_change("--recv-size", over.recv_size, recv_size, Some(DEFAULT_RECV_SIZE), u64::to_string, &mut notes);
    note_change("--sndbuf", over.sndbuf, sndbuf, None, u64::to_string, &mut notes);
    note_change("--rcvbuf", over.rcvbuf, rcvbuf, None, u64::to_string, &mut notes);
    note_change("--timeout", over.timeout, timeout, Some(DEFAULT_TIMEOUT), |value| format_duration(*value), &mut notes);
    let settings = Settings {
        timeout: over.timeout.or(timeout).unwrap_or(DEFAULT_TIMEOUT),
        recv_size: over.recv_size.or(recv_size).unwrap_or(DEFAULT_RECV_SIZE),
        nodelay: over.nodelay.or(nodelay),
        reuseaddr: over.reuseaddr.or(reuseaddr),
        sndbuf: over.sndbuf.or(sndbuf),
        rcvbuf: over.rcvbuf.or(rcvbuf),
        sample: over.sample.or(sample).unwrap_or(Sampling::Close),
    };
    (settings, notes)
}

fn switch(on: &bool) -> String {
    if *on { "on" } else { "off" }.to_owned()
}

fn note_change<T: PartialEq>(
    option: &str,
    over: Option<T>,
    file: Option<T>,
    default: Option<T>,
    show: impl Fn(&T) -> String,
    notes: &mut Vec<Note>,
) {
    let Some(over) = over else { return };
    let text = match (file, default) {
        (Some(file), _) if file != over => format!("the file says {}; its expectations were written for that", show(&file)),
        (None, Some(default)) if default != over => {
            format!("the file says nothing, so its expectations were written for the default, {}", show(&default))
        }
        (None, None) => "the file says nothing, so its expectations were written for the kernel's default".to_owned(),
        _ => return,
    };
    notes.push(Note { option: format!("{option} {}", show(&over)), changes_expectations: true, text });
}

/// Says where an override reaches no socket, or a step sets the option itself.
pub(crate) fn notes_on_effect(over: &Overrides, actors: &[PlannedActor]) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |option: String, text: String| notes.push(Note { option, changes_expectations: false, text });
    let sockets = || actors.iter().flat_map(|actor| actor.sockets.iter());
    let has_tcp = sockets().any(|socket| socket.kind == SocketKind::Tcp);
    if let Some(on) = over.nodelay.filter(|_| !has_tcp) {
        note(format!("--nodelay {}", switch(&on)), "no effect: there is no TCP socket here".to_owned());
    }
    if let Some(sample) = over.sample.filter(|_| !has_tcp) {
        note(format!("--sample {}", sample.name()), "no effect: there is no TCP socket here".to_owned());
    }
    if let Some(size) = over.recv_size.filter(|_| {
        !any_step(actors, &|action| {
            matches!(action, PlannedAction::Recv { sized: false, .. } | PlannedAction::RecvUntil { .. } | PlannedAction::RecvFrame { .. })
        })
    }) {
        note(format!("--recv-size {size}"), "no effect: every recv here says its own size, or there is none".to_owned());
    }
    let set_by_steps = [
        (SocketOption::Nodelay, over.nodelay.map(|on| format!("--nodelay {}", switch(&on)))),
        (SocketOption::Reuseaddr, over.reuseaddr.map(|on| format!("--reuseaddr {}", switch(&on)))),
        (SocketOption::Sndbuf, over.sndbuf.map(|size| format!("--sndbuf {size}"))),
        (SocketOption::Rcvbuf, over.rcvbuf.map(|size| format!("--rcvbuf {size}"))),
    ];
    for (option, typed) in set_by_steps {
        let Some(typed) = typed else { continue };
        let setters: Vec<&str> = actors
            .iter()
            .filter(|actor| {
                any_step(
                    std::slice::from_ref(*actor),
                    &|action| matches!(action, PlannedAction::Set { settings, .. } if settings.iter().any(|s| s.option == option)),
                )
            })
            .map(|actor| actor.name.as_str())
            .collect();
        if !setters.is_empty() {
            note(typed, format!("a step of {} sets {} itself and keeps it", setters.join(", "), option.constant()));
        }
    }
    notes
}

fn any_step(actors: &[PlannedActor], wanted: &dyn Fn(&PlannedAction) -> bool) -> bool {
    fn in_steps(steps: &[PlannedStep], wanted: &dyn Fn(&PlannedAction) -> bool) -> bool {
        steps.iter().any(|step| match &step.action {
            PlannedAction::Repeat { steps, .. } => in_steps(steps, wanted),
            action => wanted(action),
        })
    }
    actors.iter().any(|actor| in_steps(&actor.steps, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Span;

    #[test]
    fn the_command_line_goes_before_the_case_and_the_case_before_the_file() {
        let on = |value| Some(Spanned::new(value, Span::default()));
        let file = Defaults { nodelay: on(false), reuseaddr: on(true), ..Defaults::default() };
        let case = Defaults { nodelay: on(true), ..Defaults::default() };
        let (settings, notes) = settle(&file, Some(&case), &Overrides::default());
        assert_eq!((settings.nodelay, settings.reuseaddr), (Some(true), Some(true)));
        assert!(notes.is_empty());
        let over = Overrides { nodelay: Some(false), ..Overrides::default() };
        let (settings, notes) = settle(&file, Some(&case), &over);
        assert_eq!(settings.nodelay, Some(false));
        assert!(notes[0].changes_expectations && notes[0].text.contains("the file says on"), "{notes:?}");
    }

    #[test]
    fn an_override_that_repeats_the_file_is_not_noted() {
        let file = Defaults { recv_size: Some(Spanned::new(5, Span::default())), ..Defaults::default() };
        let (_, notes) = settle(&file, None, &Overrides { recv_size: Some(5), ..Overrides::default() });
        assert!(notes.is_empty());
    }
}
