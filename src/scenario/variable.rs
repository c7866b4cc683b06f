//! Variables: values that a file declares under `vars` and that whoever runs it may replace.
//!
//! [`Variables`] is what comes from outside of the files; a [`Variable`] is one that a scenario has, with the value that counts.
//! Nothing here reads the command line, the environment or a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::decode::wrong_type;
use super::json::{self, Member, Node, NodeKind};
use super::problem::{Diagnostic, Problem, Problems, nearest, quoted};
use super::source::{Source, Spanned};

/// A variable that a scenario declares or uses, and the value that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: serde_json::Value,
    /// Where the value is from.
    pub origin: VariableOrigin,
}

/// Where a variable's value is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VariableOrigin {
    /// `--var`.
    CommandLine,
    /// A file given with `--vars-file`.
    VarsFile(String),
    /// An environment variable, `NETLAB_VAR_` and the name.
    Environment,
    /// The `vars` of this scenario file, or of this base.
    File(String),
}

impl Variable {
    /// Where its value is from, as a reader would look for it: `--var`, `--vars-file ci.json`, `NETLAB_VAR_port`, `echo.json`.
    pub fn given_by(&self) -> String {
        self.origin.of(&self.name)
    }
}

impl VariableOrigin {
    fn of(&self, name: &str) -> String {
        match self {
            Self::CommandLine => "--var".to_owned(),
            Self::VarsFile(file) => format!("--vars-file {file}"),
            Self::Environment => format!("{ENVIRONMENT_PREFIX}{name}"),
            Self::File(file) => file.clone(),
        }
    }
}

/// What stands before the name of a variable in the environment.
pub const ENVIRONMENT_PREFIX: &str = "NETLAB_VAR_";

/// Whether this can name a variable: a letter or `_`, then letters, digits and `_`, all ASCII.
pub fn is_variable_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_') && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Of more known names than these a message lists the first.
pub(super) const MAX_LISTED: usize = 10;

/// Values from outside of the scenario files. They go before those of the files.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    command_line: BTreeMap<String, String>,
    /// The last goes before the others.
    files: Vec<VarsFile>,
    environment: BTreeMap<String, String>,
    /// Values of a run that was saved, with where they were from.
    saved: Vec<(Variable, NodeKind)>,
}

/// The values of a file given with `--vars-file`.
#[derive(Clone, Debug)]
pub struct VarsFile {
    name: String,
    values: BTreeMap<String, NodeKind>,
}

/// A value from outside.
pub(super) struct Given<'v> {
    pub(super) value: GivenValue<'v>,
    pub(super) origin: VariableOrigin,
}

pub(super) enum GivenValue<'v> {
    /// Text, as a command line or an environment has it; what it means depends on the declaration.
    Text(&'v str),
    /// A value of JSON.
    Typed(&'v NodeKind),
}

impl Variables {
    /// Values as the command line, files (the last goes before the others) and the environment give them.
    pub fn new(
        command_line: impl IntoIterator<Item = (String, String)>,
        files: Vec<VarsFile>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let (command_line, environment) = (command_line.into_iter().collect(), environment.into_iter().collect());
        Self { command_line, files, environment, saved: Vec::new() }
    }

    /// The values with which a scenario was read before: together with the parts of its source they give the same scenario again.
    pub fn of_scenario(variables: &[Variable]) -> Self {
        let saved = variables.iter().map(|variable| (variable.clone(), kind_of(&variable.value)));
        Self { saved: saved.collect(), ..Self::default() }
    }

    /// The value that goes before all others given.
    pub(super) fn get(&self, name: &str) -> Option<Given<'_>> {
        let typed = |value, origin| Given { value: GivenValue::Typed(value), origin };
        if let Some((variable, value)) = self.saved.iter().find(|(variable, _)| variable.name == name) {
            return Some(typed(value, variable.origin.clone()));
        }
        if let Some(value) = self.command_line.get(name) {
            return Some(Given { value: GivenValue::Text(value), origin: VariableOrigin::CommandLine });
        }
        if let Some((file, value)) = self.files.iter().rev().find_map(|file| Some((file, file.values.get(name)?))) {
            return Some(typed(value, VariableOrigin::VarsFile(file.name.clone())));
        }
        let value = self.environment.get(name)?;
        Some(Given { value: GivenValue::Text(value), origin: VariableOrigin::Environment })
    }

    /// All names that have a value here.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let of_files = self.files.iter().flat_map(|file| file.values.keys());
        self.command_line.keys().chain(of_files).chain(self.environment.keys()).map(String::as_str)
    }

    /// What is to be said of each `--var` that does nothing, because no scenario has such a variable. `known` are the names of all
    /// [`Variable`]s of the scenarios that were read.
    pub fn notes_on_unused<'k>(&self, known: impl IntoIterator<Item = &'k str>) -> Vec<String> {
        let known: BTreeSet<&str> = known.into_iter().collect();
        let names: Vec<&str> = known.iter().copied().collect();
        let unused = self.command_line.keys().filter(|name| !known.contains(name.as_str()));
        let others = match (names.as_slice(), names.len() > MAX_LISTED) {
            ([], _) => "there is none at all".to_owned(),
            (some, false) => format!("there are {}", some.join(", ")),
            (many, true) => format!("there are {} and {} more", many[..MAX_LISTED].join(", "), many.len() - MAX_LISTED),
        };
        let hint =
            |name: &str| nearest(name, names.iter().copied()).map_or_else(|| others.clone(), |near| format!("did you mean `{near}`?"));
        unused.map(|name| format!("no scenario here has a variable {}; {}", quoted(name), hint(name))).collect()
    }
}

impl VarsFile {
    /// Reads a JSON object of names and values.
    ///
    /// # Errors
    /// Every error of the file.
    pub fn parse(source: Arc<Source>) -> Result<Self, Vec<Diagnostic>> {
        let name = source.name().to_owned();
        let mut problems = Problems::new(source);
        let tree = json::parse(0, &mut problems);
        let values = tree.map(|tree| members_of(tree, "an object such as {\"port\": 9999}", &mut problems)).unwrap_or_default();
        let values = values.into_iter().map(|member| (member.name.value, member.value.kind)).collect();
        if problems.is_empty() { Ok(Self { name, values }) } else { Err(problems.into_found()) }
    }
}

/// The members of `vars`, or of a file of variables; what cannot be a variable is left out, and an error.
pub(super) fn members_of(node: Node, expected: &str, problems: &mut Problems) -> Vec<Member> {
    let NodeKind::Object(members) = node.kind else {
        wrong_type(&node, expected, problems);
        return Vec::new();
    };
    members.into_iter().filter(|member| check(&member.name, &member.value, problems)).collect()
}

fn check(name: &Spanned<String>, value: &Node, problems: &mut Problems) -> bool {
    if !is_variable_name(&name.value) {
        let label = "a letter or _, then letters, digits and _";
        problems.add(Problem::BadVariable, name.span, format!("{} cannot name a variable", quoted(&name.value)), label);
        return false;
    }
    let (what, label) = match &value.kind {
        NodeKind::Null => ("null", "expected any other value of JSON"),
        NodeKind::Number(digits) if !is_number(digits) => ("too large a number", "a string can hold it: \"..\""),
        _ => return true,
    };
    problems.add(Problem::BadVariable, value.span, format!("the variable `{}` is {what}", name.value), label);
    false
}

/// The value that a text means where a file declares the type; words for what is wrong with it otherwise.
pub(super) fn fit(given: &Given<'_>, declared: &NodeKind) -> Result<NodeKind, String> {
    match given.value {
        GivenValue::Typed(value) if std::mem::discriminant(value) == std::mem::discriminant(declared) => Ok(value.clone()),
        GivenValue::Typed(value) => Err(format!("gives {}", value.describe())),
        GivenValue::Text(text) => match declared {
            NodeKind::String(_) => Some(NodeKind::String(text.to_owned())),
            NodeKind::Number(_) => number(text),
            NodeKind::Bool(_) => boolean(text),
            NodeKind::Array(_) | NodeKind::Object(_) | NodeKind::Null => {
                value_of(text).filter(|kind| std::mem::discriminant(kind) == std::mem::discriminant(declared))
            }
        }
        .ok_or_else(|| format!("gives {}", quoted(text))),
    }
}

/// The value of a variable that no file declares: a number or a boolean where the text is one, else a string.
pub(super) fn guess(given: &Given<'_>) -> NodeKind {
    match given.value {
        GivenValue::Typed(value) => value.clone(),
        GivenValue::Text(text) => number(text).or_else(|| boolean(text)).unwrap_or_else(|| NodeKind::String(text.to_owned())),
    }
}

fn number(text: &str) -> Option<NodeKind> {
    let begins_and_ends = text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && text.ends_with(|c: char| c.is_ascii_digit());
    value_of(text).filter(|kind| begins_and_ends && matches!(kind, NodeKind::Number(_)) && is_number(text))
}

/// JSON sets no limit to its numbers; what no report could show is none here.
fn is_number(digits: &str) -> bool {
    digits.parse::<serde_json::Number>().is_ok()
}

fn boolean(text: &str) -> Option<NodeKind> {
    match text {
        "true" => Some(NodeKind::Bool(true)),
        "false" => Some(NodeKind::Bool(false)),
        _ => None,
    }
}

/// Text read as JSON.
fn value_of(text: &str) -> Option<NodeKind> {
    let mut problems = Problems::new(Source::new("", text));
    json::parse(0, &mut problems).filter(|_| problems.is_empty()).map(|node| node.kind)
}

fn kind_of(value: &serde_json::Value) -> NodeKind {
    value_of(&value.to_string()).unwrap_or(NodeKind::Null)
}

/// How `vars` stands in the schema.
pub(super) struct Declarations;

impl JsonSchema for Declarations {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Declarations".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
            "additionalProperties": { "type": ["string", "number", "boolean", "array", "object"] }
        })
    }
}
