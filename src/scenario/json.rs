//! JSON text to a tree in which every value knows its place.
//!
//! The grammar is RFC 8259 with nothing added: comments, trailing commas, `NaN` and the like are errors here.
//! A duplicate key is an error too: the RFC leaves its meaning open, and a scenario must not depend on it.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::problem::{Diagnostic, Problem, Problems, quoted};
use super::source::{PartView, Span, Spanned};

/// The deepest nesting of objects and arrays.
pub(crate) const MAX_DEPTH: usize = 32;

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: Spanned<String>,
    pub(crate) value: Node,
}

impl Node {
    /// What it is, with an article, for messages.
    pub(crate) fn describe(&self) -> &'static str {
        self.kind.describe()
    }
}

impl NodeKind {
    /// What it is, with an article, for messages.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
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

const NOT_JSON: &str = "not JSON (RFC 8259)";

/// Errors of one part's text: the parsers count from its beginning, spans from that of the source.
struct PartProblems<'p> {
    start: usize,
    problems: &'p mut Problems,
}

impl PartProblems<'_> {
    fn add(&mut self, problem: Problem, span: Span, title: &str, label: impl Into<String>) -> &mut Diagnostic {
        let span = Span { start: self.start + span.start, end: self.start + span.end };
        self.problems.add(problem, span, title, label)
    }
}

/// Parses the text of one part; `None` when it is not JSON, and `problems` then says why.
pub(crate) fn parse(part: usize, problems: &mut Problems) -> Option<Node> {
    let source = std::sync::Arc::clone(problems.source());
    let PartView { text, start, .. } = source.parts().nth(part)?;
    let ast = parse_text(text, &mut PartProblems { start, problems })?;
    Some(convert(ast, start, problems))
}

fn parse_text<'t>(text: &'t str, problems: &mut PartProblems<'_>) -> Option<Value<'t>> {
    if let Some(at) = first_too_deep(text) {
        problems.add(Problem::TooDeep, Span { start: at, end: at + 1 }, "nested too deeply", format!("more than {MAX_DEPTH} levels"));
        return None;
    }
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT);
    let first_error = parsed.as_ref().err().map_or(text.len(), |error| error.range().start);
    if let Some(control) = first_control_character(text).filter(|control| control.string_start <= first_error) {
        control.report(text, problems);
        return None;
    }
    let ast = match parsed {
        Ok(result) => result.value?,
        Err(error) => {
            report_syntax(text, &error, problems);
            return None;
        }
    };
    // A second, independent reading: what one parser lets pass the other refuses.
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let start = offset_of(text, error.line(), error.column());
        let message = error.to_string();
        let odd_space = text[character_at(text, start).start..].chars().next().filter(|c| c.is_whitespace() && !"\n\r\t ".contains(*c));
        let odd_space = odd_space.map(|c| format!("this is U+{:04X}; JSON has spaces, tabs and line breaks between values", u32::from(c)));
        let reason = odd_space.as_deref().or(message.split(" at line ").next()).unwrap_or("not valid here");
        let problem = if reason.contains("number out of range") { Problem::OutOfRange } else { Problem::Syntax };
        problems.add(problem, character_at(text, start), NOT_JSON, reason);
        return None;
    }
    Some(ast)
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

/// A control character as it is in a string, where JSON wants an escape. jsonc-parser lets it pass.
struct ControlCharacter {
    string_start: usize,
    at: usize,
}

fn first_control_character(text: &str) -> Option<ControlCharacter> {
    let (mut string_start, mut escaped) = (None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (string_start, byte) {
            (Some(_), b'\n' | b'\r') if escaped => escaped = false,
            (Some(string_start), 0..0x20) => return Some(ControlCharacter { string_start, at }),
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(_), b'"') => string_start = None,
            (None, b'"') => string_start = Some(at),
            _ => {}
        }
    }
    None
}

impl ControlCharacter {
    fn report(&self, text: &str, problems: &mut PartProblems<'_>) {
        let byte = text.as_bytes()[self.at];
        if matches!(byte, b'\n' | b'\r') {
            let span = Span { start: self.string_start, end: self.at };
            let help = "is a `\"` missing? a line break within a string is written `\\n`";
            problems.add(Problem::Syntax, span, NOT_JSON, "this string does not end in its line").with_help(help);
            return;
        }
        let escape = if byte == b'\t' { "\\t".to_owned() } else { format!("\\u{byte:04x}") };
        let span = Span { start: self.at, end: self.at + 1 };
        problems.add(Problem::Syntax, span, NOT_JSON, format!("a control character in a string is written `{escape}`"));
    }
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

fn report_syntax(text: &str, error: &ParseError, problems: &mut PartProblems<'_>) {
    use ParseErrorKind as Kind;
    use jsonc_parser::ParseStringErrorKind as InString;
    let range = error.range();
    let mut span = Span { start: range.start.min(text.len()), end: range.end.min(text.len()) };
    if span.start >= span.end {
        span = character_at(text, span.start);
    }
    let found = &text[span.start..span.end];
    let unterminated = match error.kind() {
        Kind::UnterminatedObject => Some("this `{` is never closed"),
        Kind::UnterminatedArray => Some("this `[` is never closed"),
        Kind::String(InString::UnterminatedStringLiteral) => Some("this string is never closed"),
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
    let is_digit_before = text[..span.start].ends_with(|c: char| c.is_ascii_digit());
    let (label, help): (String, &str) = match error.kind() {
        _ if look_alike(found).is_some() => (
            format!("this is `{found}`; JSON wants `{}`", look_alike(found).unwrap_or_default()),
            "an input method or a word processor writes such characters",
        ),
        Kind::CommentsNotAllowed => ("JSON has no comments".into(), "put remarks into \"about\", or into a step's \"note\""),
        Kind::TrailingCommasNotAllowed => ("remove this comma: it is the last element".into(), ""),
        Kind::ExpectedComma if is_digit_before && found.starts_with(|c: char| c.is_ascii_digit()) => {
            ("a number does not start with 0".into(), "")
        }
        Kind::ExpectedComma if found.trim().is_empty() => ("expected a comma here, or a closing bracket".into(), ""),
        Kind::ExpectedComma => ("expected a comma before this, or a closing bracket".into(), ""),
        Kind::MultipleRootJsonValues => {
            ("the JSON value ended before this".into(), "a file holds one scenario; is there a bracket too many?")
        }
        Kind::SingleQuotedStringsNotAllowed => ("strings stand in double quotes".into(), ""),
        Kind::NonFiniteNumbersNotAllowed => ("JSON has no NaN or Infinity".into(), ""),
        Kind::HexadecimalNumbersNotAllowed => ("JSON has no hexadecimal numbers".into(), ""),
        Kind::UnaryPlusNumbersNotAllowed => ("a number has no `+` before it".into(), ""),
        Kind::BareDecimalPointNumbersNotAllowed => ("a point in a number has digits on both sides".into(), ""),
        Kind::ExpectedColonAfterObjectKey => ("expected `:` before this, between a key and its value".into(), ""),
        Kind::ExpectedStringObjectProperty => ("keys stand in double quotes".into(), ""),
        Kind::UnexpectedWord if matches!(found, "NaN" | "Infinity" | "nan" | "inf") => ("JSON has no NaN or Infinity".into(), ""),
        Kind::UnexpectedWord if matches!(found, "True" | "False") => (format!("JSON writes `{}`", found.to_lowercase()), ""),
        Kind::UnexpectedWord if found == "None" => ("JSON has no None".into(), "to leave a field out, remove it"),
        Kind::String(InString::InvalidUnicodeEscapeSequence(_)) => {
            ("half of a surrogate pair".into(), "a character beyond U+FFFF is two escapes, such as \\ud83d\\ude42; or write it as it is")
        }
        Kind::String(InString::InvalidEscape | InString::InvalidEscapeInDoubleQuoteString) => {
            ("JSON has no such escape".into(), "a backslash is written `\\\\`, a control character `\\u0000`; bytes are sent with \"hex\"")
        }
        _ if found.starts_with('#') || matches!(error.kind(), Kind::UnterminatedCommentBlock) => {
            ("JSON has no comments".into(), "put remarks into \"about\", or into a step's \"note\"")
        }
        _ if matches!(found, "]" | "}" | ",") && text[..span.start].trim_end().ends_with([':', ',', '[']) => {
            ("a value is missing before this".into(), "")
        }
        Kind::UnexpectedToken if found.len() == 1 && found != "=" => ("no JSON value starts like this".into(), ""),
        Kind::UnexpectedTokenInObject | Kind::UnexpectedCloseBracket | Kind::UnexpectedCloseBrace if matches!(found, "]" | "}") => {
            ("this closes another kind of bracket than the one that is open".into(), "")
        }
        Kind::UnexpectedToken if found == "=" => ("expected `:`".into(), ""),
        Kind::UnexpectedWord => (format!("unexpected word `{found}`"), "strings stand in double quotes"),
        other => (lower_first(&other.to_string()), ""),
    };
    let diagnostic = problems.add(Problem::Syntax, span, NOT_JSON, label);
    if !help.is_empty() {
        diagnostic.with_help(help);
    }
}

/// What stands in JSON in place of a character that looks like it.
fn look_alike(found: &str) -> Option<&'static str> {
    Some(match found {
        "\u{201c}" | "\u{201d}" | "\u{201e}" | "\u{ff02}" => "\"",
        "\u{ff0c}" | "\u{3001}" => ",",
        "\u{ff1a}" => ":",
        "\u{ff5b}" => "{",
        "\u{ff5d}" => "}",
        "\u{ff3b}" | "\u{3010}" => "[",
        "\u{ff3d}" | "\u{3011}" => "]",
        "\u{a0}" | "\u{3000}" => " ",
        _ => return None,
    })
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn convert(value: Value<'_>, start: usize, problems: &mut Problems) -> Node {
    let span = |range: jsonc_parser::common::Range| Span { start: start + range.start, end: start + range.end };
    match value {
        Value::NullKeyword(v) => Node { span: span(v.range), kind: NodeKind::Null },
        Value::BooleanLit(v) => Node { span: span(v.range), kind: NodeKind::Bool(v.value) },
        Value::NumberLit(v) => Node { span: span(v.range), kind: NodeKind::Number(v.value.to_owned()) },
        Value::StringLit(v) => Node { span: span(v.range), kind: NodeKind::String(v.value.into_owned()) },
        Value::Array(v) => {
            let elements = v.elements.into_iter().map(|element| convert(element, start, problems)).collect();
            Node { span: span(v.range), kind: NodeKind::Array(elements) }
        }
        Value::Object(v) => {
            let mut members: Vec<Member> = Vec::with_capacity(v.properties.len());
            for property in v.properties {
                let name = match property.name {
                    ObjectPropName::String(name) => Spanned::new(name.value.into_owned(), span(name.range)),
                    ObjectPropName::Word(name) => Spanned::new(name.value.to_owned(), span(name.range)),
                };
                members.push(Member { name, value: convert(property.value, start, problems) });
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
                .add(Problem::DuplicateKey, member.name.span, format!("{} is given twice", quoted(&member.name.value)), "given again here")
                .with_related(first, "first given here");
        }
    }
}
