//! From a scenario to what will be done: names resolved, defaults and command-line options applied, impossible
//! orders refused. No I/O happens here.
//!
//! A scenario gives one plan for each of its cases and address families. The errors of all of them are collected.

mod actor;
mod alone;
mod choose;
mod endpoint;
mod exec;
mod expectation;
mod flow;
mod limits;
mod link;
mod make;
mod name;
mod order;
mod overrides;
mod payload;
mod resolve;
mod socket;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

pub use actor::CountedEvent;
pub use actor::{Creation, EndpointRef, PlannedAction, PlannedActor, PlannedAddress, PlannedStep, ReadyEvent};
pub use exec::{AddressPart, Told};
pub use limits::{MAX_ACTORS, MAX_CALLS, MAX_STEPS, MAX_TOTAL_BYTES};
pub use overrides::{Note, Overrides, Settings};
pub(crate) use payload::expected_bytes;
pub use socket::{PlannedSocket, SocketRole};

use crate::scenario::{Capability, Case, Diagnostic, Expectations, Family, Host, Problem, Problems, Scenario, Spanned, Step, suggestion};

/// The time a run may take unless the file or `--deadline` says otherwise.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// Everything that one run needs to know.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The scenario it was made from.
    pub scenario: Arc<Scenario>,
    /// The case, where the scenario has cases.
    pub case: Option<String>,
    /// What is different in the case.
    pub case_about: Option<String>,
    /// The family that "loopback" stands for.
    pub family: Family,
    /// Whether the scenario runs over several families, so that reports name this one.
    pub family_is_named: bool,
    /// The settings in force.
    pub settings: Settings,
    /// What the command line changed, and what it could not.
    pub notes: Vec<Note>,
    /// The longest the run may take.
    pub deadline: Duration,
    /// Seed of the random payloads.
    pub seed: u64,
    /// What the machine must have.
    pub requires: BTreeSet<Capability>,
    /// The actors.
    pub actors: Vec<PlannedActor>,
    /// The signals' names; steps refer to them by index.
    pub signals: Vec<String>,
    /// What is expected.
    pub expect: Expectations,
}

/// What a run is called: `sticky/three-sends [nodelay] [ipv6]`.
pub fn run_name(file: &str, case: Option<&str>, family: Option<Family>) -> String {
    let case = case.map(|case| format!(" [{case}]")).unwrap_or_default();
    let family = match family {
        None => "",
        Some(Family::Ipv4) => " [ipv4]",
        Some(Family::Ipv6) => " [ipv6]",
    };
    format!("{file}{case}{family}")
}

impl Plan {
    /// What the run is called: the file, the case, and the family where there are several.
    pub fn name(&self) -> String {
        run_name(self.scenario.source.name(), self.case.as_deref(), self.family_is_named.then_some(self.family))
    }

    /// Whether nothing else may run beside it: its file says so, time is its lesson, it uses an address that another run may use too, or
    /// it holds on to descriptors that are not its own.
    pub fn runs_alone(&self) -> bool {
        self.scenario.alone.as_ref().is_some_and(|alone| alone.value)
            || alone::is_timed(&self.expect, &self.actors)
            || alone::has_fixed_address(&self.actors)
            || alone::uses_up_descriptors(&self.actors)
    }

    /// The step with a mark: the actor's index and the step's number.
    pub fn marked(&self, mark: &str) -> Option<(usize, u32)> {
        let has_mark = |step: &&PlannedStep| step.mark.as_ref().is_some_and(|known| known.value == mark);
        let found = |(index, actor): (usize, &PlannedActor)| Some((index, actor.all_steps().into_iter().find(has_mark)?.id));
        self.actors.iter().enumerate().find_map(found)
    }

    /// The index of an actor.
    pub fn actor(&self, name: &str) -> Option<usize> {
        self.actors.iter().position(|actor| actor.name == name)
    }
}

/// Plans every case and family of a scenario.
///
/// # Errors
/// Every error of every case, in the order of the file, each once.
pub fn plan(scenario: &Arc<Scenario>, overrides: &Overrides) -> Result<Vec<Plan>, Vec<Diagnostic>> {
    let mut problems = Problems::of(scenario);
    if !check_scenario(scenario, &mut problems) {
        return Err(problems.into_found());
    }
    let families: Vec<Family> =
        if scenario.families.is_empty() { vec![Family::Ipv4] } else { scenario.families.iter().map(|family| family.value).collect() };
    let mut plans = Vec::new();
    let no_case = [None];
    let cases: Vec<Option<&(Spanned<String>, Case)>> =
        if scenario.cases.is_empty() { no_case.to_vec() } else { scenario.cases.iter().map(Some).collect() };
    for case in cases {
        for &family in &families {
            plans.push(plan_one(scenario, case, family, overrides, &mut problems));
        }
    }
    if problems.is_empty() {
        return Ok(plans);
    }
    Err(problems.into_found())
}

/// Tells whether the scenario is of a size that can be planned.
fn check_scenario(scenario: &Scenario, problems: &mut Problems) -> bool {
    let is_small_enough = limits::check_counts(scenario, problems);
    for (name, _) in scenario.actors.iter().chain(scenario.cases.iter().flat_map(|(_, case)| case.actors.iter())) {
        resolve::check_actor_name(name, problems);
    }
    let known: Vec<&str> = scenario.actors.iter().map(|(name, _)| name.value.as_str()).collect();
    for (_, case) in scenario.cases.iter() {
        for (name, _) in case.actors.iter() {
            if !known.contains(&name.value.as_str()) {
                let title = format!("no actor is called `{}`", name.value);
                problems
                    .add(Problem::UnknownActor, name.span, title, suggestion(&name.value, &known))
                    .with_help("a case replaces actors of the scenario; it cannot add one");
            }
        }
    }
    let cases: Vec<&str> = scenario.cases.iter().map(|(name, _)| name.value.as_str()).collect();
    for (name, _) in scenario.texts.iter().flat_map(|(_, texts)| texts.cases.iter()) {
        if !cases.contains(&name.value.as_str()) {
            let title = format!("no case is called `{}`", name.value);
            problems.add(Problem::UnknownField, name.span, title, suggestion(&name.value, &cases));
        }
    }
    for (index, family) in scenario.families.iter().enumerate() {
        if scenario.families[..index].iter().any(|known| known.value == family.value) {
            problems.add(Problem::TooMany, family.span, "this family is named twice", "one run over each is enough");
        }
    }
    if let Some(first) = scenario.families.first() {
        let uses_loopback = all_steps(scenario).any(|step| endpoint_of(step).is_some_and(|host| matches!(host, Host::Loopback(_))))
            || all_steps(scenario).any(|step| matches!(&step.action, crate::scenario::Action::Socket(_)));
        if !uses_loopback {
            problems
                .add(Problem::NoEffect, first.span, "`families` has no effect here", "no address of this scenario is \"loopback:0\"")
                .with_help("write \"loopback:0\" where the address is to follow the family");
        }
    }
    link::check(scenario, problems);
    is_small_enough
}

fn all_steps(scenario: &Scenario) -> impl Iterator<Item = &Step> {
    let own = scenario.actors.iter().map(|(_, steps)| steps);
    let of_cases = scenario.cases.iter().flat_map(|(_, case)| case.actors.iter().map(|(_, steps)| steps));
    own.chain(of_cases).flat_map(|steps| steps.iter()).flat_map(flatten)
}

fn flatten(step: &Step) -> Vec<&Step> {
    match &step.action {
        crate::scenario::Action::Repeat(repeat) => std::iter::once(step).chain(repeat.steps.iter().flat_map(flatten)).collect(),
        _ => vec![step],
    }
}

fn endpoint_of(step: &Step) -> Option<&Host> {
    use crate::scenario::{Action, ConnectArgs};
    match &step.action {
        Action::Bind(args) => Some(&args.endpoint.host),
        Action::Listen(args) => args.endpoint.as_ref().map(|endpoint| &endpoint.host),
        Action::Connect(ConnectArgs::Address(endpoint)) => Some(&endpoint.host),
        _ => None,
    }
}

fn plan_one(
    scenario: &Arc<Scenario>,
    case: Option<&(Spanned<String>, Case)>,
    family: Family,
    overrides: &Overrides,
    problems: &mut Problems,
) -> Plan {
    let body = case.map(|(_, case)| case);
    let (settings, mut notes) = overrides::settle(&scenario.defaults, body.map(|case| &case.defaults), overrides);
    let seed = overrides.seed.or(scenario.seed.as_ref().map(|seed| seed.value)).unwrap_or(0);
    let deadline = overrides.deadline.or(scenario.deadline.as_ref().map(|deadline| deadline.value)).unwrap_or(DEFAULT_DEADLINE);
    let scripts: Vec<(&Spanned<String>, &[Step])> = scenario
        .actors
        .iter()
        .map(|(name, steps)| (name, body.and_then(|case| case.actors.get(&name.value)).unwrap_or(steps).as_slice()))
        .collect();
    let mut requires: BTreeSet<Capability> = scenario
        .requires
        .iter()
        .chain(body.iter().flat_map(|case| case.requires.iter()))
        .map(|capability| capability.value)
        .chain((family == Family::Ipv6).then_some(Capability::Ipv6))
        .collect();
    let context = resolve::Context {
        family,
        settings: &settings,
        seed,
        allow_remote: overrides.allow_remote,
        allow_exec: overrides.allow_exec,
        allow_nowhere: requires.contains(&Capability::NoRoute),
    };
    let before = problems.count();
    let (actors, signals) = resolve::resolve(&scripts, &context, problems);
    let is_complete = problems.count() == before;
    limits::check_totals(&actors, scenario, problems);
    order::check(&actors, &signals, is_complete, problems);
    let expect = merge_expectations(&scenario.expect, body.map(|case| &case.expect));
    flow::check(&expect, &actors, problems);
    if needs_tcp_info(&expect, &actors) {
        requires.insert(Capability::TcpInfo);
    }
    if reaches_loopback(&actors) {
        requires.insert(Capability::Loopback);
    }
    if alone::uses_up_descriptors(&actors) {
        requires.insert(Capability::DescriptorLimit);
    }
    notes.extend(overrides::notes_on_effect(overrides, &actors));
    Plan {
        scenario: Arc::clone(scenario),
        case: case.map(|(name, _)| name.value.clone()),
        case_about: body.and_then(|case| case.about.clone()),
        family,
        family_is_named: scenario.families.len() > 1,
        settings,
        notes,
        deadline,
        seed,
        requires,
        actors,
        signals,
        expect,
    }
}

/// A flow that the case names replaces the scenario's expectation of it.
fn merge_expectations(own: &Expectations, of_case: Option<&Expectations>) -> Expectations {
    let mut merged = own.clone();
    if let Some(case) = of_case {
        merged.flows.retain(|(key, _)| !case.flows.iter().any(|(named, _)| named.value == key.value));
        merged.flows.extend(case.flows.iter().cloned());
        merged.run = case.run.clone().or(merged.run);
    }
    merged
}

/// Whether a step connects or sends to 127.0.0.0/8, or to a socket of this machine over IPv4.
fn reaches_loopback(actors: &[PlannedActor]) -> bool {
    let reaches = |actor: &PlannedActor, step: &PlannedStep| match &step.action {
        PlannedAction::Connect { socket, address, .. } | PlannedAction::SendTo { socket, address, .. } => match address {
            PlannedAddress::Ip(address) => address.is_ipv4() && (address.ip().is_loopback() || address.ip().is_unspecified()),
            PlannedAddress::Of { at: Some(at), .. } => at.is_ipv4(),
            PlannedAddress::Of { at: None, .. } => {
                actor.sockets.get(*socket).is_some_and(|socket| !socket.kind.is_unix() && socket.family == Family::Ipv4)
            }
            PlannedAddress::Path(_) => false,
        },
        _ => false,
    };
    actors.iter().any(|actor| actor.all_steps().iter().any(|step| reaches(actor, step)))
}

/// Whether the scenario asks for what only the kernel's counters of a TCP connection tell.
fn needs_tcp_info(expect: &Expectations, actors: &[PlannedActor]) -> bool {
    let asks = |step: &&PlannedStep| match &step.action {
        PlannedAction::Get { option, .. } => option.is_tcp_info(),
        PlannedAction::WaitCounted { event, .. } => *event == CountedEvent::Unsent,
        _ => false,
    };
    expect.flows.iter().any(|(_, flow)| flow.needs_tcp_info()) || actors.iter().any(|actor| actor.all_steps().iter().any(asks))
}
