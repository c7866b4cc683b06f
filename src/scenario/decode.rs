//! From a JSON tree to Rust types, collecting every error on the way instead of stopping at the first.

use super::json::{Member, Node, NodeKind};
use super::problem::{Problem, Problems, suggestion};
use super::source::{Span, Spanned};

/// A type that can be read from a JSON value.
///
/// `None` means that the value was wrong and that `problems` says why.
pub(crate) trait Decode: Sized {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self>;
}

/// Reports that `node` is of another type than the one expected.
pub(crate) fn wrong_type(node: &Node, expected: &str, problems: &mut Problems) {
    let diagnostic = problems.add(Problem::WrongType, node.span, format!("expected {expected}"), format!("this is {}", node.describe()));
    if matches!(node.kind, NodeKind::Null) {
        diagnostic.with_help("to leave a field out, remove it: null is never a value here");
    }
}

pub(crate) fn string<'n>(node: &'n Node, expected: &str, problems: &mut Problems) -> Option<&'n str> {
    match &node.kind {
        NodeKind::String(text) => Some(text),
        _ => {
            wrong_type(node, expected, problems);
            None
        }
    }
}

/// Reads one of a list of words.
pub(crate) fn word<T: Copy>(node: &Node, what: &str, words: &[(&str, T)], problems: &mut Problems) -> Option<T> {
    let written = string(node, what, problems)?;
    if let Some(&(_, value)) = words.iter().find(|(name, _)| *name == written) {
        return Some(value);
    }
    let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
    problems.add(Problem::UnknownWord, node.span, format!("`{written}` is not {what}"), suggestion(written, &names));
    None
}

/// Reads a whole number in a range.
pub(crate) fn integer(node: &Node, what: &str, range: std::ops::RangeInclusive<u64>, problems: &mut Problems) -> Option<u64> {
    let NodeKind::Number(digits) = &node.kind else {
        wrong_type(node, what, problems);
        return None;
    };
    let in_range = digits.parse::<u64>().ok().filter(|value| range.contains(value));
    if in_range.is_none() {
        let label = format!("expected a whole number from {} to {}", range.start(), range.end());
        problems.add(Problem::OutOfRange, node.span, format!("{digits} is not {what}"), label);
    }
    in_range
}

impl Decode for bool {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match node.kind {
            NodeKind::Bool(value) => Some(value),
            _ => {
                wrong_type(node, "true or false", problems);
                None
            }
        }
    }
}

impl Decode for String {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        string(node, "a string", problems).map(str::to_owned)
    }
}

impl<T: Decode> Decode for Spanned<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        T::decode(node, problems).map(|value| Spanned::new(value, node.span))
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        T::decode(node, problems).map(Box::new)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let NodeKind::Array(elements) = &node.kind else {
            wrong_type(node, "an array", problems);
            return None;
        };
        // All elements are read before the first failure counts, so that every error is found.
        let decoded: Vec<Option<T>> = elements.iter().map(|element| T::decode(element, problems)).collect();
        decoded.into_iter().collect()
    }
}

/// An object whose keys are names of the author's own: actors, cases, flows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named<T>(pub Vec<(Spanned<String>, T)>);

impl<T> Named<T> {
    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &(Spanned<String>, T)> {
        self.0.iter()
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| known.value == name).map(|(_, value)| value)
    }
}

impl<T: Decode> Decode for Named<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let NodeKind::Object(members) = &node.kind else {
            wrong_type(node, "an object", problems);
            return None;
        };
        let decoded: Vec<Option<_>> =
            members.iter().map(|member| Some((member.name.clone(), T::decode(&member.value, problems)?))).collect();
        decoded.into_iter().collect::<Option<Vec<_>>>().map(Named)
    }
}

/// The fields of one object while they are being read. What is never asked for is unknown, and reported by
/// [`Fields::finish`] with the nearest name that was.
pub(crate) struct Fields<'n> {
    members: &'n [Member],
    span: Span,
    what: &'static str,
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// `what` names the object in messages, with its article: "a step".
    pub(crate) fn of(node: &'n Node, what: &'static str, problems: &mut Problems) -> Option<Self> {
        match &node.kind {
            NodeKind::Object(members) => Some(Self { members, span: node.span, what, asked: Vec::new() }),
            _ => {
                wrong_type(node, &format!("{what} (an object)"), problems);
                None
            }
        }
    }

    /// The opening brace: where an error about the object as a whole points.
    pub(crate) fn brace(&self) -> Span {
        Span { start: self.span.start, end: self.span.start + 1 }
    }

    /// The field's value as it stands, marked as known.
    pub(crate) fn node(&mut self, name: &'static str) -> Option<&'n Node> {
        self.asked.push(name);
        self.members.iter().find(|member| member.name.value == name).map(|member| &member.value)
    }

    /// The first of `names` that is there, with its key's place; all are marked as known.
    pub(crate) fn present(&mut self, names: &[&'static str]) -> Vec<(&'static str, &'n Member)> {
        self.asked.extend_from_slice(names);
        let find = |member: &'n Member| names.iter().find(|name| **name == member.name.value).map(|name| (*name, member));
        self.members.iter().filter_map(find).collect()
    }

    /// A field that may be left out. A wrong value counts as left out here; the error is already recorded.
    pub(crate) fn optional<T: Decode>(&mut self, name: &'static str, problems: &mut Problems) -> Option<T> {
        self.node(name).and_then(|node| T::decode(node, problems))
    }

    /// A field that may be left out, with the type's default then.
    pub(crate) fn or_default<T: Decode + Default>(&mut self, name: &'static str, problems: &mut Problems) -> T {
        self.optional(name, problems).unwrap_or_default()
    }

    /// A field that must be there.
    pub(crate) fn required<T: Decode>(&mut self, name: &'static str, problems: &mut Problems) -> Option<T> {
        if let Some(node) = self.node(name) {
            return T::decode(node, problems);
        }
        let brace = self.brace();
        problems.add(Problem::MissingField, brace, format!("`{name}` is missing"), format!("{} needs `{name}`", self.what));
        None
    }

    /// Reports every field that was not asked for.
    pub(crate) fn finish(self, problems: &mut Problems) {
        for member in self.members {
            let name = member.name.value.as_str();
            if !self.asked.contains(&name) {
                let title = format!("{} has no field `{name}`", self.what);
                problems.add(Problem::UnknownField, member.name.span, title, suggestion(name, &self.asked));
            }
        }
    }
}
