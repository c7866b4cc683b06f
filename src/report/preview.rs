//! A run before it is run: every name resolved, every setting in force, step by step.

use std::io::{self, Write};

use serde::Serialize;

use super::model::SettingsReport;
use super::style::{Style, printable, wrap};
use super::table::Table;
use crate::plan::{Creation, Note, Plan, PlannedAction, PlannedActor, PlannedAddress, PlannedStep};
use crate::scenario::{Capability, Family, format_duration, visible};

/// A run as it would be.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    /// What it is called.
    pub name: String,
    /// The file, or the built-in name.
    pub file: String,
    /// The case.
    pub case: Option<String>,
    /// The address family that "loopback" stands for.
    pub family: Family,
    /// The scenario's title.
    pub title: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// What the machine must have.
    pub requires: Vec<Capability>,
    /// Whether nothing else runs beside it.
    pub alone: bool,
    /// The settings in force.
    pub settings: SettingsReport,
    /// What the command line changed, and what it could not.
    pub notes: Vec<Note>,
    /// The actors.
    pub actors: Vec<ActorPreview>,
}

/// An actor and its steps.
#[derive(Clone, Debug, Serialize)]
pub struct ActorPreview {
    /// Its name.
    pub name: String,
    /// Its steps, in order.
    pub steps: Vec<StepPreview>,
}

/// A step with its names resolved.
#[derive(Clone, Debug, Serialize)]
pub struct StepPreview {
    /// Its number within the actor, from 1.
    pub number: u32,
    /// How deep it stands within `repeat`.
    pub depth: u32,
    /// The step's name.
    pub step: &'static str,
    /// What it works on, and with.
    pub arguments: String,
    /// The longest it may take, in milliseconds.
    pub timeout_ms: u64,
    /// The line of the file in which it stands.
    pub line: usize,
    /// Whether the file says what it is to give.
    pub expects: bool,
}

impl Preview {
    /// What a plan would do, with its title in a language.
    pub fn of(plan: &Plan, language: &str) -> Self {
        Self {
            name: plan.name(),
            file: plan.scenario.source.name().to_owned(),
            case: plan.case.clone(),
            family: plan.family,
            title: plan.scenario.texts_in(language).title.unwrap_or_default(),
            tags: plan.scenario.tags.iter().map(|tag| tag.value.clone()).collect(),
            requires: plan.requires.iter().copied().collect(),
            alone: plan.runs_alone(),
            settings: SettingsReport::of(&plan.settings, plan),
            notes: plan.notes.clone(),
            actors: plan.actors.iter().map(|actor| ActorPreview::of(actor, plan)).collect(),
        }
    }
}

impl ActorPreview {
    fn of(actor: &PlannedActor, plan: &Plan) -> Self {
        let mut steps = Vec::new();
        add_steps(&actor.steps, 0, actor, plan, &mut steps);
        Self { name: actor.name.clone(), steps }
    }
}

fn add_steps(of: &[PlannedStep], depth: u32, actor: &PlannedActor, plan: &Plan, steps: &mut Vec<StepPreview>) {
    for step in of {
        steps.push(StepPreview {
            number: step.id + 1,
            depth,
            step: step.name,
            arguments: arguments(&step.action, actor, plan),
            timeout_ms: u64::try_from(step.timeout.as_millis()).unwrap_or(u64::MAX),
            line: plan.scenario.source.position(step.span.start).line,
            expects: step.expect.is_some(),
        });
        if let PlannedAction::Repeat { steps: inner, .. } = &step.action {
            add_steps(inner, depth + 1, actor, plan, steps);
        }
    }
}

/// What a step works on, and with.
fn arguments(action: &PlannedAction, actor: &PlannedActor, plan: &Plan) -> String {
    use PlannedAction as A;
    let on = |socket: usize| actor.sockets.get(socket).map_or("?", |socket| socket.name.as_str());
    let made = |socket: usize, creation: Creation| format!("{}{}", if creation == Creation::New { "new " } else { "" }, on(socket));
    let to = |address: &PlannedAddress| match address {
        PlannedAddress::Ip(address) => address.to_string(),
        PlannedAddress::Path(path) => format!("unix:{path}"),
        PlannedAddress::Of { endpoint, at, .. } => {
            let of = plan.actors.get(endpoint.actor).map_or("?", |actor| actor.name.as_str());
            at.map_or_else(|| format!("the address of {of}"), |ip| format!("{ip} with the port of {of}"))
        }
    };
    let signal = |signal: usize| plan.signals.get(signal).cloned().unwrap_or_default();
    match action {
        A::Socket { socket } => format!("new {}", on(*socket)),
        A::RefusedSocket { domain, kind, protocol } => format!("{domain}, {kind}, {protocol}"),
        A::Bind { socket, creation, address, .. } => format!("{} to {}", made(*socket, *creation), to(address)),
        A::Listen { socket, address, backlog, .. } => {
            let at = address.as_ref().map(|address| format!(" at {}", to(address))).unwrap_or_default();
            format!("{}{at}, backlog {backlog}", on(*socket))
        }
        A::Accept { listener, socket } => format!("new {} from {}", on(*socket), on(*listener)),
        A::AcceptWithoutDescriptors { listener } => format!("from {}, with no descriptor left", on(*listener)),
        A::Connect { socket, creation, address } => format!("{} to {}", made(*socket, *creation), to(address)),
        A::Send { socket, payload, .. } => format!("{} bytes on {}", payload.len(), on(*socket)),
        A::SendTo { socket, creation, address, payload, .. } => {
            format!("{} bytes on {} to {}", payload.len(), made(*socket, *creation), to(address))
        }
        A::Recv { socket, size, .. } => format!("up to {size} bytes on {}", on(*socket)),
        A::RecvExact { socket, bytes } => format!("{bytes} bytes on {}", on(*socket)),
        A::RecvUntil { socket, token, size } => match token {
            Some(token) => format!("on {} until {} bytes of token, {size} at a time", on(*socket), token.len()),
            None => format!("on {} until the end of stream, {size} at a time", on(*socket)),
        },
        A::RecvFrame { socket, codec, size } => format!("on {} by {}, {size} at a time", on(*socket), codec.text),
        A::Shutdown { socket, how } => format!("{} ({how:?})", on(*socket)).to_lowercase(),
        A::Close { socket } | A::Abort { socket } => on(*socket).to_owned(),
        A::Set { socket, settings } => {
            let settings: Vec<String> = settings.iter().map(|set| format!("{}={}", set.option.constant(), set.value.value)).collect();
            format!("{} on {}", settings.join(", "), on(*socket))
        }
        A::Get { socket, option } => format!("{} of {}", option.constant(), on(*socket)),
        A::Nonblocking { socket, on: is_on } => format!("{} {}", on(*socket), if *is_on { "on" } else { "off" }),
        A::Signal { signal: given } => signal(*given),
        A::WaitSignal { signal: awaited } => format!("for signal {}", signal(*awaited)),
        A::WaitReadable { socket, bytes } => format!("until {bytes} bytes are readable on {}", on(*socket)),
        A::WaitReady { socket, event } => format!("until {} is {event:?}", on(*socket)).to_lowercase(),
        A::WaitCounted { socket, event, bytes } => format!("until {event:?} is {bytes} on {}", on(*socket)).to_lowercase(),
        A::Sleep(time) => format_duration(*time),
        A::Exec { command, .. } => command.clone(),
        A::Repeat { times, .. } => format!("{times} times"),
    }
}

/// Writes what a run would do.
///
/// # Errors
/// What the writer gives.
pub fn write_preview(preview: &Preview, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", visible(&preview.name))?;
    let mut facts = vec![preview.title.clone()];
    if !preview.tags.is_empty() {
        facts.push(format!("tags: {}", preview.tags.join(" ")));
    }
    let SettingsReport { timeout_ms, deadline_ms, recv_size, nodelay, reuseaddr, sndbuf, rcvbuf, sample, seed } = &preview.settings;
    let switch = |name: &str, on: &Option<bool>| on.map(|on| format!("{name} {}", if on { "on" } else { "off" }));
    let size = |name: &str, size: &Option<u64>| size.map(|size| format!("{name} {size}"));
    let settings = [
        Some(format!("timeout {timeout_ms} ms, deadline {deadline_ms} ms, recv size {recv_size}")),
        switch("TCP_NODELAY", nodelay),
        switch("SO_REUSEADDR", reuseaddr),
        size("SO_SNDBUF", sndbuf),
        size("SO_RCVBUF", rcvbuf),
        Some(format!("sample {}, seed {seed}", sample.name())),
    ];
    facts.push(settings.into_iter().flatten().collect::<Vec<_>>().join(", "));
    if preview.alone {
        facts.push("runs alone: it is held against a clock, names an address, or uses up descriptors".to_owned());
    }
    facts.extend(preview.notes.iter().map(|note| format!("note: {}: {}", note.option, note.text)));
    for fact in facts {
        wrap(&printable(&fact), style.width.saturating_sub(2)).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    let mut table = Table::new(&["=actor", ">step", "=call", "with", ">line"], style);
    for actor in &preview.actors {
        for step in &actor.steps {
            let indent = "  ".repeat(step.depth as usize);
            let expects = if step.expects { " (expected)" } else { "" };
            let with = format!("{}{expects}", step.arguments);
            table.row(vec![actor.name.clone(), step.number.to_string(), format!("{indent}{}", step.step), with, step.line.to_string()]);
        }
    }
    table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))?;
    writeln!(out)
}
