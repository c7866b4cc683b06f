//! From a JSON tree to Rust types, collecting every error on the way instead of stopping at the first.

use super::json::{Member, Node, NodeKind};
use super::problem::{Problem, Problems, is_command, quoted, shortened};
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
    problems.add_unknown(Problem::UnknownWord, node.span, format!("{} is not {what}", quoted(written)), written, &names);
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
        let digits_only = if digits.contains(['e', 'E', '.']) { ", in digits alone" } else { "" };
        let label = format!("expected a whole number from {} to {}{digits_only}", range.start(), range.end());
        problems.add(Problem::OutOfRange, node.span, format!("{} is not {what}", shortened(digits)), label);
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

impl Decode for u64 {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        integer(node, "a whole number", 0..=u64::MAX, problems)
    }
}

impl Decode for String {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = string(node, "a string", problems)?;
        check_text(text, node.span, problems).then(|| text.to_owned())
    }
}

/// Refuses what a terminal would obey in texts and names, all of which are shown. Payloads may hold anything.
fn check_text(text: &str, span: Span, problems: &mut Problems) -> bool {
    let Some(command) = text.chars().find(|&c| is_command(c)) else { return true };
    let label = format!("U+{:04X} would command the terminal on which this is shown", u32::from(command));
    problems.add(Problem::BadText, span, "a control character in a text", label).with_help("only `\\n` is allowed here");
    false
}

/// Refuses a line break in what is shown on one line: a title, a tag, a name.
pub(crate) fn check_line(text: &Spanned<String>, problems: &mut Problems) -> bool {
    let is_line = !text.value.contains('\n');
    if !is_line {
        problems.add(Problem::BadText, text.span, "a line break in a title, a tag or a name", "this is shown on one line");
    }
    is_line
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T>(pub Vec<(Spanned<String>, T)>);

/// Not derived: that would ask for a default of what is named.
impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

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
        let decode = |member: &Member| {
            let is_text = check_text(&member.name.value, member.name.span, problems) && check_line(&member.name, problems);
            let value = T::decode(&member.value, problems)?;
            is_text.then(|| (member.name.clone(), value))
        };
        let decoded: Vec<Option<_>> = members.iter().map(decode).collect();
        decoded.into_iter().collect::<Option<Vec<_>>>().map(Named)
    }
}

/// How some objects are written that newcomers take for strings.
const EXAMPLES: &[(&str, &str)] = &[
    ("a step", "{\"recv\": {}}"),
    ("a payload", "{\"text\": \"hello\"}"),
    ("accept", "{}"),
    ("close", "{}"),
    ("abort", "{}"),
    ("recv", "{} or {\"size\": 5}"),
    ("recv_exact", "{\"bytes\": 5}"),
    ("recv_frame", "{\"codec\": \"netstring\"}"),
    ("send_frame", "{\"codec\": \"netstring\", \"text\": \"hello\"}"),
    ("send", "{\"text\": \"hello\"}"),
    ("send_to", "{\"to\": \"server\", \"text\": \"hello\"}"),
    ("connect", "{\"to\": \"server\"}"),
    ("listen", "{\"tcp\": \"loopback:0\"}"),
    ("an address", "{\"tcp\": \"loopback:0\"}"),
    ("socket", "{\"kind\": \"tcp\"}"),
    ("set", "{\"nodelay\": true}"),
    ("wait", "{\"signal\": \"ready\"} or {\"readable\": 5}"),
    ("a range of times", "{\"max\": \"2s\"}"),
];

/// Reads the list of an `any_of`, in which one at least must stand: nothing could meet an empty one.
pub(crate) fn any_of<T: Decode>(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Vec<T>> {
    let node = fields.node("any_of")?;
    let options = Vec::<T>::decode(node, problems)?;
    if options.is_empty() {
        problems.add(Problem::MissingField, node.span, "`any_of` is empty", "expected one at least");
    }
    Some(options)
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
                let diagnostic = problems.add(
                    Problem::WrongType,
                    node.span,
                    format!("{what} must be an object"),
                    format!("this is {}", node.describe()),
                );
                if let Some((_, example)) = EXAMPLES.iter().find(|(name, _)| *name == what) {
                    diagnostic.with_help(format!("write it as {example}"));
                }
                None
            }
        }
    }

    /// The opening brace: where an error about the object as a whole points.
    pub(crate) fn brace(&self) -> Span {
        Span { start: self.span.start, end: self.span.start + 1 }
    }

    fn mark(&mut self, name: &'static str) {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
    }

    /// The field's value as it stands, marked as known.
    pub(crate) fn node(&mut self, name: &'static str) -> Option<&'n Node> {
        self.mark(name);
        self.members.iter().find(|member| member.name.value == name).map(|member| &member.value)
    }

    /// Those of `names` that are there, with their keys' places; all are marked as known. A key given twice, which is an
    /// error already, counts once.
    pub(crate) fn present(&mut self, names: &[&'static str]) -> Vec<(&'static str, &'n Member)> {
        names.iter().for_each(|name| self.mark(name));
        let find = |member: &'n Member| names.iter().find(|name| **name == member.name.value).map(|name| (*name, member));
        let mut found: Vec<(&'static str, &'n Member)> = Vec::new();
        for (name, member) in self.members.iter().filter_map(find) {
            if found.iter().all(|(known, _)| *known != name) {
                found.push((name, member));
            }
        }
        found
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

    /// Reports an object in which nothing stands: whoever wrote it meant something.
    pub(crate) fn expect_some(&self, label: &str, problems: &mut Problems) {
        if self.members.is_empty() {
            problems.add(Problem::MissingField, self.brace(), "nothing is expected", label);
        }
    }

    /// Reports every field that was not asked for.
    pub(crate) fn finish(self, problems: &mut Problems) {
        for member in self.members {
            let name = member.name.value.as_str();
            if !self.asked.contains(&name) {
                let title = format!("{} has no field {}", self.what, quoted(name));
                problems.add_unknown(Problem::UnknownField, member.name.span, title, name, &self.asked);
            }
        }
    }
}
