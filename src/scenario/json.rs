//! JSON text to a tree in which every value knows its place.
//!
//! The grammar is RFC 8259 with nothing added: comments, trailing commas, `NaN` and the like are errors here.
//! A duplicate key is an error too: the RFC leaves its meaning open, and a scenario must not depend on it.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::problem::{Problem, Problems};
use super::source::{Span, Spanned};

/// The deepest nesting of objects and arrays.
pub(crate) const MAX_DEPTH: usize = 32;

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

#[derive(Debug)]
pub(crate) enum NodeKind {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: Spanned<String>,
    pub(crate) value: Node,
}

impl Node {
    /// What it is, with an article, for messages.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "a boolean",
            NodeKind::Number(_) => "a number",
            NodeKind::String(_) => "a string",
            NodeKind::Array(_) => "an array",
            NodeKind::Object(_) => "an object",
        }
    }
}

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Parses the source's text; `None` when it is not JSON, and `problems` then says why.
pub(crate) fn parse(problems: &mut Problems) -> Option<Node> {
    let source = std::sync::Arc::clone(problems.source());
    let text = source.text();
    if let Some(at) = first_too_deep(text) {
        problems.add(Problem::TooDeep, Span { start: at, end: at + 1 }, "nested too deeply", format!("more than {MAX_DEPTH} levels"));
        return None;
    }
    let ast = match parse_to_ast(text, &CollectOptions::default(), &STRICT) {
        Ok(result) => result.value?,
        Err(error) => {
            report_syntax(text, &error, problems);
            return None;
        }
    };
    // A second, independent reading: what one parser lets pass (a raw control character in a string, say) the other refuses.
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let start = offset_of(text, error.line(), error.column());
        let message = error.to_string();
        let reason = message.split(" at line ").next().unwrap_or("not valid here");
        let problem = if reason.contains("number out of range") { Problem::OutOfRange } else { Problem::Syntax };
        problems.add(problem, character_at(text, start), "not JSON (RFC 8259)", reason);
        return None;
    }
    Some(convert(ast, problems))
}

/// Finds the bracket that goes too deep without recursion, before a recursive parser sees it.
fn first_too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(at);
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let line_start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (line_start + column.saturating_sub(1)).min(text.len())
}

fn character_at(text: &str, offset: usize) -> Span {
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let width = text[start..].chars().next().map_or(0, char::len_utf8);
    Span { start, end: start + width }
}

fn report_syntax(text: &str, error: &ParseError, problems: &mut Problems) {
    use ParseErrorKind as Kind;
    let range = error.range();
    let mut span = Span { start: range.start.min(text.len()), end: range.end.min(text.len()) };
    if span.start >= span.end {
        span = character_at(text, span.start);
    }
    let found = &text[span.start..span.end];
    let unterminated = match error.kind() {
        Kind::UnterminatedObject => Some("this `{` is never closed"),
        Kind::UnterminatedArray => Some("this `[` is never closed"),
        Kind::String(jsonc_parser::ParseStringErrorKind::UnterminatedStringLiteral) => Some("this string is never closed"),
        _ => None,
    };
    if let Some(label) = unterminated {
        span.end = span.start + text[span.start..].chars().next().map_or(0, char::len_utf8);
        problems.add(Problem::Unterminated, span, "the file ends too early", label).with_help("is the file complete?");
        return;
    }
    if text[span.start..].trim().is_empty() {
        let end = text.trim_end().len();
        let span = character_at(text, end.saturating_sub(1));
        problems
            .add(Problem::Unterminated, span, "the file ends too early", "something must follow this")
            .with_help("is the file complete?");
        return;
    }
    let (label, help): (String, &str) = match error.kind() {
        Kind::CommentsNotAllowed => ("JSON has no comments".into(), "put remarks into \"about\", or into a step's \"note\""),
        Kind::TrailingCommasNotAllowed => ("remove this comma: it is the last element".into(), ""),
        Kind::ExpectedComma => ("expected a comma before this".into(), ""),
        Kind::MultipleRootJsonValues => ("the JSON value ended before this".into(), "one scenario a file"),
        Kind::SingleQuotedStringsNotAllowed => ("strings stand in double quotes".into(), ""),
        Kind::NonFiniteNumbersNotAllowed => ("JSON has no NaN or Infinity".into(), ""),
        Kind::ExpectedColonAfterObjectKey => ("expected `:` between this key and its value".into(), ""),
        Kind::ExpectedStringObjectProperty => ("keys stand in double quotes".into(), ""),
        Kind::UnexpectedWord if matches!(found, "NaN" | "Infinity" | "nan" | "inf") => ("JSON has no NaN or Infinity".into(), ""),
        Kind::UnexpectedWord => (format!("unexpected word `{found}`"), "strings stand in double quotes"),
        other => (lower_first(&other.to_string()), ""),
    };
    let diagnostic = problems.add(Problem::Syntax, span, "not JSON (RFC 8259)", label);
    if !help.is_empty() {
        diagnostic.with_help(help);
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn convert(value: Value<'_>, problems: &mut Problems) -> Node {
    let span = |range: jsonc_parser::common::Range| Span { start: range.start, end: range.end };
    match value {
        Value::NullKeyword(v) => Node { span: span(v.range), kind: NodeKind::Null },
        Value::BooleanLit(v) => Node { span: span(v.range), kind: NodeKind::Bool(v.value) },
        Value::NumberLit(v) => Node { span: span(v.range), kind: NodeKind::Number(v.value.to_owned()) },
        Value::StringLit(v) => Node { span: span(v.range), kind: NodeKind::String(v.value.into_owned()) },
        Value::Array(v) => {
            let elements = v.elements.into_iter().map(|element| convert(element, problems)).collect();
            Node { span: span(v.range), kind: NodeKind::Array(elements) }
        }
        Value::Object(v) => {
            let mut members: Vec<Member> = Vec::with_capacity(v.properties.len());
            for property in v.properties {
                let name = match property.name {
                    ObjectPropName::String(name) => Spanned::new(name.value.into_owned(), span(name.range)),
                    ObjectPropName::Word(name) => Spanned::new(name.value.to_owned(), span(name.range)),
                };
                members.push(Member { name, value: convert(property.value, problems) });
            }
            report_duplicates(&members, problems);
            Node { span: span(v.range), kind: NodeKind::Object(members) }
        }
    }
}

fn report_duplicates(members: &[Member], problems: &mut Problems) {
    let mut first_seen = std::collections::HashMap::new();
    for member in members {
        if let Some(first) = first_seen.insert(member.name.value.as_str(), member.name.span) {
            problems
                .add(Problem::DuplicateKey, member.name.span, format!("`{}` is given twice", member.name.value), "given again here")
                .with_related(first, "first given here");
        }
    }
}
