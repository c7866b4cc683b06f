//! The scenario file: parsed, decoded, every value knowing its place in the source.
//!
//! This stage reads text and nothing else: it does not resolve names between actors (that is [`crate::plan`])
//! and opens no socket. Every error of a file is collected, so that one look mends them all.
//!
//! ```
//! use netlab::scenario::{Scenario, Source};
//!
//! let text = r#"{ "title": "Hello", "actors": { "a": [ { "sned": { "text": "x" } } ] } }"#;
//! let found = Scenario::parse(Source::new("hello.json", text)).unwrap_err();
//! assert_eq!(found[0].title, "a step has no field `sned`");
//! assert_eq!(found[0].place.as_ref().unwrap().label, "did you mean `send`?");
//! ```

mod base;
mod capability;
mod count;
mod decode;
mod duration;
mod endpoint;
mod expect;
mod expected;
mod folder;
mod json;
mod link;
mod option;
mod payload;
mod problem;
mod schema;
mod setting;
mod source;
mod step;
mod substitute;
mod template;
mod variable;

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;

pub use base::{Base, BaseError, Bases, NoBases};
pub use capability::{Capability, Family};
pub use count::{Count, Sizes};
pub use decode::Named;
pub use duration::{format_duration, parse_duration};
pub use endpoint::{Endpoint, Host, SocketKind};
pub use expect::{
    Between, BoundaryCounts, BoundaryExpect, BoundaryWord, CauseExpect, CauseName, CounterExpect, Cuts, Elapsed, Expectations, FlowExpect,
    FlowKey, FramesExpect, Rates, ResultExpect, RunExpect, Share, SocketRef, StepExpect,
};
pub use folder::Folder;
pub use link::LinkTarget;
pub use option::{OptionForm, OptionSetting, SocketOption};
pub use payload::{MAX_PAYLOAD, Part, Payload};
pub use problem::{Diagnostic, Place, Problem, Problems, nearest, one_of, suggestion};
pub use schema::scenario_schema;
pub use setting::{Defaults, Sampling};
pub use source::{MAX_FILE_SIZE, PartView, Position, Source, SourcePart, Span, Spanned};
pub use step::{
    AcceptArgs, Action, BindArgs, ConnectArgs, EXEC_PORT, Flag, ListenArgs, RecvArgs, RepeatArgs, SendArgs, SendFrameArgs, SendToArgs,
    ShutdownHow, SocketArgs, SocketCall, SocketConstant, Step, Until, WaitFor,
};
pub use variable::{ENVIRONMENT_PREFIX, Variable, VariableOrigin, Variables, VarsFile, is_variable_name};

pub(crate) use endpoint::MAX_PATH;
pub(crate) use problem::visible;
pub(crate) use step::check_name;

use crate::errno::Errno;
use decode::{Decode, Fields, check_line};
use json::{Node, NodeKind};
use substitute::Substitutions;

/// One scenario: what the actors do, and what is expected of the byte boundaries between them.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Scenario {
    /// Where a JSON Schema of this format is, for editors.
    #[schemars(rename = "$schema")]
    pub schema: Option<String>,
    /// A scenario file, from the folder of this one, that says what this one does not.
    pub extends: Option<Spanned<String>>,
    /// Values that stand in for `{{name}}` in any string of this file; --var, --vars-file and NETLAB_VAR_name go before them.
    #[schemars(rename = "vars", with = "Option<variable::Declarations>")]
    pub variables: Vec<Variable>,
    /// One line: what happens.
    pub title: Spanned<String>,
    /// What somebody who reads the title wants to know next.
    pub about: Option<String>,
    /// The lesson, shown behind the result: why it came out so.
    pub explain: Option<String>,
    /// A belief that the result refutes, in the words of somebody who holds it.
    pub belief: Option<String>,
    /// Words that tell what it is about; `netlab list` shows them.
    #[schemars(default)]
    pub tags: Vec<Spanned<String>>,
    /// The texts in other languages, by language code ("zh").
    #[schemars(default)]
    pub texts: Named<Texts>,
    /// What the machine must have; where it is missing the scenario is skipped, with the reason.
    #[schemars(default)]
    pub requires: Vec<Spanned<Capability>>,
    /// The address families to run over, one run each; "loopback" in an address then takes each in turn.
    #[schemars(default)]
    pub families: Vec<Spanned<Family>>,
    /// Seed of the random payloads; `--seed` overrides it. Default 0.
    pub seed: Option<Spanned<u64>>,
    /// Whether nothing else may run beside it, as where it uses up something that all runs share. What is held against a clock, or names a port
    /// or a path to bind, runs alone without it.
    pub alone: Option<Spanned<bool>>,
    /// The time the whole run may take, such as "10s". Default 30 s.
    #[schemars(with = "Option<duration::DurationText>")]
    pub deadline: Option<Spanned<Duration>>,
    /// Settings that hold unless a step or the command line says otherwise.
    #[schemars(default)]
    pub defaults: Defaults,
    /// Symbolic links in the run's own directory of Unix sockets, name to target: made before the actors begin, gone with the directory.
    #[schemars(default)]
    pub links: Named<LinkTarget>,
    /// The actors and their steps. Each actor is a thread of its own; its steps are carried out in order.
    pub actors: Named<Vec<Step>>,
    /// What is expected of the flows ("client->server") and of the run.
    #[schemars(default)]
    pub expect: Expectations,
    /// The same conversation under several settings, each with its own expectation.
    #[schemars(default)]
    pub cases: Named<Case>,
    /// The text that all of this was read from, that of its bases included.
    #[schemars(skip)]
    pub source: Arc<Source>,
    /// Where variables stood, for messages about what stands there now.
    #[schemars(skip)]
    pub(crate) substitutions: Arc<Substitutions>,
}

/// One variant of a scenario. What it does not say, it takes from the scenario.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Case {
    /// What is different here.
    pub about: Option<String>,
    /// What the machine must have, in addition to what the scenario requires.
    #[schemars(default)]
    pub requires: Vec<Spanned<Capability>>,
    /// Settings that differ from the scenario's.
    #[schemars(default)]
    pub defaults: Defaults,
    /// Steps of actors that differ: the named actors are replaced whole.
    #[schemars(default)]
    pub actors: Named<Vec<Step>>,
    /// Expectations; a flow named here replaces the scenario's expectation of that flow.
    #[schemars(default)]
    pub expect: Expectations,
}

/// The texts of a scenario in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Texts {
    /// The title.
    pub title: Option<String>,
    /// What it is about.
    pub about: Option<String>,
    /// The lesson.
    pub explain: Option<String>,
    /// The belief that the result refutes.
    pub belief: Option<String>,
    /// What is different in each case, by the case's name.
    #[schemars(default)]
    pub cases: Named<String>,
}

impl Scenario {
    /// Reads a scenario from its text. It can extend nothing but later parts of its source, and its variables have the values that
    /// it gives them itself.
    ///
    /// # Errors
    /// Every error of the file, in the order of the file.
    pub fn parse(source: Arc<Source>) -> Result<Self, Vec<Diagnostic>> {
        Self::parse_with(source, &NoBases, &Variables::default())
    }

    /// Reads a scenario that may extend others and whose variables may have other values than its own.
    ///
    /// # Errors
    /// Every error of the file and of those that it extends, in this order.
    pub fn parse_with(source: Arc<Source>, bases: &dyn Bases, variables: &Variables) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Problems::new(source);
        let scenario = base::read(bases, &mut problems).and_then(|mut tree| {
            let substitutions = substitute::substitute(&mut tree, variables, &mut problems)?;
            problems.set_substitutions(Arc::clone(&substitutions));
            let scenario = Self::decode(&tree, &mut problems)?;
            Some(Self { variables: substitutions.variables(), substitutions, ..scenario })
        });
        match scenario {
            Some(scenario) if problems.is_empty() => Ok(scenario),
            _ => Err(problems.into_found()),
        }
    }

    /// The texts in a language, each falling back to English.
    pub fn texts_in(&self, language: &str) -> Texts {
        let own = self.texts.get(language);
        let pick = |translated: fn(&Texts) -> &Option<String>, english: Option<&String>| {
            own.and_then(|texts| translated(texts).clone()).or_else(|| english.cloned())
        };
        Texts {
            title: pick(|t| &t.title, Some(&self.title.value)),
            about: pick(|t| &t.about, self.about.as_ref()),
            explain: pick(|t| &t.explain, self.explain.as_ref()),
            belief: pick(|t| &t.belief, self.belief.as_ref()),
            cases: own.map(|texts| texts.cases.clone()).unwrap_or_default(),
        }
    }
}

impl Decode for Scenario {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "a scenario", problems)?;
        let schema = fields.optional("$schema", problems);
        let extends = fields.optional("extends", problems);
        // Read before, and put where they belong.
        fields.node("vars");
        let title: Option<Spanned<String>> = fields.required("title", problems);
        let about = fields.optional("about", problems);
        let explain = fields.optional("explain", problems);
        let belief = fields.optional("belief", problems);
        let tags: Vec<Spanned<String>> = fields.or_default("tags", problems);
        for text in title.iter().chain(&tags) {
            check_line(text, problems);
        }
        let texts = fields.or_default("texts", problems);
        let requires = fields.or_default("requires", problems);
        let families = fields.or_default("families", problems);
        let seed = fields.optional("seed", problems);
        let alone = fields.optional("alone", problems);
        let deadline = duration::time_limit(&mut fields, "deadline", problems);
        let defaults = fields.or_default("defaults", problems);
        let links = fields.or_default("links", problems);
        link::check_names(&links, problems);
        let actors = fields.required("actors", problems);
        if let Some(node) = fields.node("actors")
            && matches!(&node.kind, NodeKind::Object(members) if members.is_empty())
        {
            problems.add(Problem::MissingField, node.span, "no actors", "a scenario needs at least one actor with steps");
        }
        let expect = fields.or_default("expect", problems);
        let cases = fields.or_default("cases", problems);
        fields.finish(problems);
        let source = Arc::clone(problems.source());
        Some(Self {
            schema,
            extends,
            variables: Vec::new(),
            title: title?,
            about,
            explain,
            belief,
            tags,
            texts,
            requires,
            families,
            seed,
            alone,
            deadline,
            defaults,
            links,
            actors: actors?,
            expect,
            cases,
            source,
            substitutions: Arc::default(),
        })
    }
}

impl Decode for Case {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "a case", problems)?;
        let case = Self {
            about: fields.optional("about", problems),
            requires: fields.or_default("requires", problems),
            defaults: fields.or_default("defaults", problems),
            actors: fields.or_default("actors", problems),
            expect: fields.or_default("expect", problems),
        };
        fields.finish(problems);
        Some(case)
    }
}

impl Decode for Texts {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "the texts of a language", problems)?;
        let title: Option<Spanned<String>> = fields.optional("title", problems);
        if let Some(title) = &title {
            check_line(title, problems);
        }
        let texts = Self {
            title: title.map(|title| title.value),
            about: fields.optional("about", problems),
            explain: fields.optional("explain", problems),
            belief: fields.optional("belief", problems),
            cases: fields.or_default("cases", problems),
        };
        fields.finish(problems);
        Some(texts)
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<T>()
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Named{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<T>() })
    }
}
