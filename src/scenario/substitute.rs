//! Puts the values of variables where `{{name}}` stands, in the tree of a file and before it is decoded.
//!
//! A string that is one `{{name}}` and nothing else becomes the value, with its type; within a longer string the value's text is
//! put in. What is put in keeps the place of the string, so that every later error points at it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::json::{Member, Node, NodeKind};
use super::problem::{Problem, Problems, nearest, one_of, quoted, shortened};
use super::source::{Source, Span, Spanned};
use super::template::{Piece, pieces};
use super::variable::{Given, MAX_LISTED, Variable, VariableOrigin, Variables, fit, guess, members_of};

/// The most that variables may put into one scenario, in bytes: some times the largest file.
const MAX_PUT_IN: usize = 4 * 1024 * 1024;

/// Of more variables in one string than these a message explains the first.
const MAX_EXPLAINED: usize = 3;
/// The most names that have no value of which each is reported, and the most among which the nearest is looked for: a file made to
/// take long does not.
const MAX_UNKNOWN: usize = 100;
const MAX_COMPARED: usize = 1000;

/// What was put where, for messages about it.
#[derive(Debug, Default)]
pub(crate) struct Substitutions {
    variables: Vec<Resolved>,
    /// The strings in which variables stood and which of them, in the order of the text.
    places: Vec<(Span, Vec<usize>)>,
    /// The strings in which one has no value, or none that can stand there; in the order of the text.
    broken: Vec<Span>,
}

/// What a variable put in where something does not fit.
pub(super) struct Explanation {
    /// The variable, its value, and where that is from.
    pub(super) words: String,
    /// The declaration, if the value is from there.
    pub(super) declared: Option<Span>,
    /// A variable that no file declares, and that has its type by its looks.
    pub(super) guessed: Option<String>,
}

/// A variable with its value.
#[derive(Debug)]
struct Resolved {
    variable: Variable,
    value: NodeKind,
    declared: Option<Span>,
}

impl Substitutions {
    /// The variables that the scenario declares, in the order of the files, then those that it only uses.
    pub(super) fn variables(&self) -> Vec<Variable> {
        self.variables.iter().map(|resolved| resolved.variable.clone()).collect()
    }

    /// What was put in at a place.
    pub(super) fn explain(&self, place: Span) -> Option<Explanation> {
        let (span, variables) = &self.places[last_at(&self.places, |(span, _)| span.start, place.start)?];
        if !contains(*span, place.start) {
            return None;
        }
        let mut variables = variables.clone();
        variables.dedup();
        let resolved = || variables.iter().filter_map(|&index| self.variables.get(index));
        let words = resolved().take(MAX_EXPLAINED).map(|Resolved { variable, .. }| {
            // The declaration is drawn beside it.
            let from = if let VariableOrigin::File(_) = variable.origin { "vars".to_owned() } else { variable.given_by() };
            format!("`{}` is {}, from {from}", variable.name, shortened(&variable.value.to_string()))
        });
        let is_from_file = |resolved: &&Resolved| matches!(resolved.variable.origin, VariableOrigin::File(_));
        let declared = resolved().find(is_from_file).and_then(|resolved| resolved.declared);
        let is_text = |origin: &VariableOrigin| matches!(origin, VariableOrigin::CommandLine | VariableOrigin::Environment);
        let is_guessed = |resolved: &&Resolved| {
            resolved.declared.is_none() && is_text(&resolved.variable.origin) && !matches!(resolved.value, NodeKind::String(_))
        };
        let guessed = resolved().find(is_guessed).map(|resolved| resolved.variable.name.clone());
        Some(Explanation { words: words.collect::<Vec<_>>().join("; "), declared, guessed })
    }

    /// Whether a place is in a string that could not be filled in.
    pub(super) fn is_broken(&self, offset: usize) -> bool {
        last_at(&self.broken, |span| span.start, offset).is_some_and(|index| contains(self.broken[index], offset))
    }
}

fn contains(span: Span, offset: usize) -> bool {
    (span.start..span.end).contains(&offset)
}

/// The last of a sorted list that begins at an offset or before it.
fn last_at<T>(sorted: &[T], start: impl Fn(&T) -> usize, offset: usize) -> Option<usize> {
    sorted.partition_point(|item| start(item) <= offset).checked_sub(1)
}

/// Fills in the variables of a file. `None` when they put in too much.
pub(super) fn substitute(tree: &mut Node, outer: &Variables, problems: &mut Problems) -> Option<Arc<Substitutions>> {
    let mut filler =
        Filler { outer, problems, index: HashMap::new(), rejected: Rejected::None, done: Substitutions::default(), put_in: 0, unknown: 0 };
    let NodeKind::Object(members) = &mut tree.kind else { return Some(Arc::default()) };
    if let Some(vars) = members.iter().find(|member| member.name.value == "vars") {
        filler.declare(&vars.value);
    }
    // Where values and bases come from is settled before any is filled in.
    let is_content = |member: &&mut Member| !matches!(member.name.value.as_str(), "vars" | "extends" | "$schema");
    for member in members.iter_mut().filter(is_content) {
        filler.fill(&mut member.value)?;
    }
    let mut done = filler.done;
    done.places.sort_by_key(|(span, _)| span.start);
    done.broken.sort();
    Some(Arc::new(done))
}

struct Filler<'f> {
    outer: &'f Variables,
    problems: &'f mut Problems,
    /// Where each name is among the variables.
    index: HashMap<String, usize>,
    rejected: Rejected,
    done: Substitutions,
    put_in: usize,
    unknown: usize,
}

/// The declarations that are errors themselves, so that no use of them is another one.
enum Rejected {
    None,
    These(HashSet<String>),
    All,
}

impl Filler<'_> {
    fn declare(&mut self, vars: &Node) {
        self.rejected = match &vars.kind {
            NodeKind::Object(members) => Rejected::These(members.iter().map(|member| member.name.value.clone()).collect()),
            _ => Rejected::All,
        };
        for Member { name, value: declared } in members_of(vars.clone(), "an object such as {\"port\": 9999}", self.problems) {
            let file = VariableOrigin::File(self.problems.source().name_at(name.span.start).to_owned());
            let (value, origin) = match self.outer.get(&name.value) {
                None => (declared.kind, file),
                Some(given) => match fit(&given, &declared.kind) {
                    Ok(value) => (value, given.origin),
                    Err(found) => {
                        self.report_misfit(&name.value, &declared, &given, &found);
                        (declared.kind, file)
                    }
                },
            };
            self.add(name.value, value, origin, Some(declared.span));
        }
    }

    fn report_misfit(&mut self, name: &str, declared: &Node, given: &Given<'_>, found: &str) {
        let variable = Variable { name: name.to_owned(), value: serde_json::Value::Null, origin: given.origin.clone() };
        let title = format!("`{name}` must be {}, and {} {found}", declared.describe(), variable.given_by());
        let diagnostic = self.problems.add(Problem::VariableType, declared.span, title, format!("declared as {}", declared.describe()));
        if matches!(declared.kind, NodeKind::Array(_) | NodeKind::Object(_)) {
            diagnostic.with_help("on a command line and in the environment it is written as JSON");
        }
    }

    fn add(&mut self, name: String, value: NodeKind, origin: VariableOrigin, declared: Option<Span>) -> usize {
        let at = *self.index.entry(name.clone()).or_insert(self.done.variables.len());
        // A name given twice in one object is an error already.
        if at == self.done.variables.len() {
            let variable = Variable { name, value: to_json(&value), origin };
            self.done.variables.push(Resolved { variable, value, declared });
        }
        at
    }

    /// The index of a variable that has a value.
    fn look_up(&mut self, name: &str) -> Option<usize> {
        if let Some(&at) = self.index.get(name) {
            return Some(at);
        }
        let given = self.outer.get(name)?;
        Some(self.add(name.to_owned(), guess(&given), given.origin, None))
    }

    /// Fills in one value and all within it. `None` when too much was put in.
    fn fill(&mut self, node: &mut Node) -> Option<()> {
        match &mut node.kind {
            NodeKind::Array(elements) => elements.iter_mut().try_for_each(|element| self.fill(element)),
            NodeKind::Object(members) => members.iter_mut().try_for_each(|member| self.fill(&mut member.value)),
            NodeKind::String(text) if text.contains("{{") => {
                let text = std::mem::take(text);
                node.kind = self.filled(text, node.span)?;
                Some(())
            }
            NodeKind::String(_) | NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => Some(()),
        }
    }

    fn filled(&mut self, text: String, span: Span) -> Option<NodeKind> {
        let pieces = pieces(&text);
        if let [Piece::Variable { name, .. }] = pieces.as_slice() {
            let Some(at) = self.look_up(name) else {
                self.report_unknown(name, span);
                self.done.broken.push(span);
                return Some(NodeKind::String(text));
            };
            let value = self.done.variables[at].value.clone();
            self.count(size(&value), span)?;
            self.done.places.push((span, vec![at]));
            return Some(placed(value, span).kind);
        }
        let start = text_start(self.problems.source(), span, &text);
        let (mut filled, mut used, mut is_whole) = (String::with_capacity(text.len()), Vec::new(), true);
        for piece in &pieces {
            let (name, range) = match piece {
                Piece::Text(text) => {
                    filled.push_str(text);
                    continue;
                }
                Piece::Variable { name, range } => (name, range.clone()),
            };
            let place = start.map_or(span, |start| Span { start: start + range.start, end: start + range.end });
            let Some(at) = self.look_up(name) else {
                self.report_unknown(name, place);
                is_whole = false;
                continue;
            };
            let before = filled.len();
            match &self.done.variables[at].value {
                NodeKind::String(text) | NodeKind::Number(text) => filled.push_str(text),
                NodeKind::Bool(value) => filled.push_str(if *value { "true" } else { "false" }),
                NodeKind::Array(_) | NodeKind::Object(_) | NodeKind::Null => {
                    self.report_no_text(at, place);
                    is_whole = false;
                }
            }
            self.count(filled.len() - before, span)?;
            used.push(at);
        }
        if !is_whole {
            self.done.broken.push(span);
            return Some(NodeKind::String(text));
        }
        if !used.is_empty() {
            self.done.places.push((span, used));
        }
        Some(NodeKind::String(filled))
    }

    fn count(&mut self, bytes: usize, span: Span) -> Option<()> {
        self.put_in += bytes;
        if self.put_in > MAX_PUT_IN {
            let label = format!("together more than {MAX_PUT_IN} bytes");
            self.problems.add(Problem::LimitExceeded, span, "variables put in too much", label);
            return None;
        }
        Some(())
    }

    fn report_unknown(&mut self, name: &str, place: Span) {
        self.unknown += 1;
        let is_rejected = match &self.rejected {
            Rejected::None => false,
            Rejected::These(names) => names.contains(name),
            Rejected::All => true,
        };
        if is_rejected || self.unknown > MAX_UNKNOWN {
            return;
        }
        let known: Vec<&str> = self.done.variables.iter().map(|resolved| resolved.variable.name.as_str()).take(MAX_COMPARED).collect();
        // What the environment has may be meant for other scenarios: it is offered when it is near, and not listed.
        let near = nearest(name, known.iter().copied()).or_else(|| nearest(name, self.outer.names().take(MAX_COMPARED)));
        let label = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "there is none at all".to_owned(),
            None if known.len() > MAX_LISTED => "no such name".to_owned(),
            None => format!("expected {}", one_of(known)),
        };
        let help = format!("declare it under \"vars\", or give it: --var {name}=VALUE; braces that are text are written \"\\\\{{{{\"");
        self.problems.add(Problem::UnknownVariable, place, format!("no variable is called {}", quoted(name)), label).with_help(help);
    }

    fn report_no_text(&mut self, at: usize, place: Span) {
        let Resolved { variable, value, declared } = &self.done.variables[at];
        let title = format!("`{}` is {}, which has no text", variable.name, value.describe());
        let label = format!("only a string that is `{{{{{}}}}}` and nothing else can take it", variable.name);
        let diagnostic = self.problems.add(Problem::VariableType, place, title, label);
        match (declared, &variable.origin) {
            (Some(declared), VariableOrigin::File(_)) => diagnostic.with_related(*declared, "declared here"),
            _ => diagnostic.with_help(format!("the value is from {}", variable.given_by())),
        };
    }
}

/// Where the text of a string begins in the source; nothing if escapes make it another text there.
fn text_start(source: &Source, span: Span, text: &str) -> Option<usize> {
    let start = span.start + 1;
    (source.text().get(start..start + text.len()) == Some(text)).then_some(start)
}

/// A value with all its places put where the variable stood.
fn placed(kind: NodeKind, span: Span) -> Node {
    let kind = match kind {
        NodeKind::Array(elements) => NodeKind::Array(elements.into_iter().map(|element| placed(element.kind, span)).collect()),
        NodeKind::Object(members) => {
            let member = |member: Member| Member { name: Spanned::new(member.name.value, span), value: placed(member.value.kind, span) };
            NodeKind::Object(members.into_iter().map(member).collect())
        }
        kind @ (NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_)) => kind,
    };
    Node { span, kind }
}

/// What a value adds to a file, in bytes and about.
fn size(value: &NodeKind) -> usize {
    match value {
        NodeKind::Null | NodeKind::Bool(_) => 5,
        NodeKind::Number(text) | NodeKind::String(text) => text.len() + 2,
        NodeKind::Array(elements) => 2 + elements.iter().map(|element| 2 + size(&element.kind)).sum::<usize>(),
        NodeKind::Object(members) => 2 + members.iter().map(|member| 6 + member.name.value.len() + size(&member.value.kind)).sum::<usize>(),
    }
}

fn to_json(value: &NodeKind) -> serde_json::Value {
    use serde_json::Value;
    match value {
        NodeKind::Null => Value::Null,
        NodeKind::Bool(value) => Value::Bool(*value),
        NodeKind::Number(digits) => digits.parse().map_or_else(|_| Value::String(digits.clone()), Value::Number),
        NodeKind::String(text) => Value::String(text.clone()),
        NodeKind::Array(elements) => elements.iter().map(|element| to_json(&element.kind)).collect(),
        NodeKind::Object(members) => members.iter().map(|member| (member.name.value.clone(), to_json(&member.value.kind))).collect(),
    }
}
