//! Matchers of numbers and of lists of sizes.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Decode, Fields, any_of, wrong_type};
use super::json::{Node, NodeKind};
use super::problem::{Problem, Problems};

/// What a number is expected to be: `14`, `{"min": 1, "max": 3}` or `{"any_of": [5, 14]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Count {
    /// This number.
    Exactly(u64),
    /// At least and at most, both included.
    Range {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// One of these.
    AnyOf(Vec<u64>),
}

impl Count {
    /// Whether the number is as expected.
    pub fn accepts(&self, number: u64) -> bool {
        match self {
            Self::Exactly(expected) => *expected == number,
            Self::Range { min, max } => (*min..=*max).contains(&number),
            Self::AnyOf(allowed) => allowed.contains(&number),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(expected) => write!(f, "{expected}"),
            Self::Range { min, max: u64::MAX } => write!(f, "at least {min}"),
            Self::Range { min: 0, max } => write!(f, "at most {max}"),
            Self::Range { min, max } => write!(f, "{min} to {max}"),
            Self::AnyOf(allowed) => write!(f, "one of {allowed:?}"),
        }
    }
}

impl Decode for Count {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.kind {
            NodeKind::Number(_) => u64::decode(node, problems).map(Self::Exactly),
            NodeKind::Object(_) => {
                let mut fields = Fields::of(node, "a range", problems)?;
                let any_of = any_of::<u64>(&mut fields, problems);
                let min = fields.optional("min", problems);
                let max = fields.optional("max", problems);
                fields.finish(problems);
                match (any_of, min, max) {
                    (Some(allowed), None, None) => Some(Self::AnyOf(allowed)),
                    (None, None, None) | (Some(_), _, _) => {
                        problems.add(Problem::WrongType, node.span, "not a range", "expected `min`, `max` or both, or `any_of` alone");
                        None
                    }
                    (None, min, max) => {
                        let (min, max) = (min.unwrap_or(0), max.unwrap_or(u64::MAX));
                        if min > max {
                            problems.add(Problem::OutOfRange, node.span, "an empty range", format!("min {min} is above max {max}"));
                            return None;
                        }
                        Some(Self::Range { min, max })
                    }
                }
            }
            _ => {
                wrong_type(node, "a number, {\"min\": .., \"max\": ..} or {\"any_of\": [..]}", problems);
                None
            }
        }
    }
}

impl JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, a range, or one of several numbers.",
            "anyOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "object", "properties": { "min": { "type": "integer", "minimum": 0 }, "max": { "type": "integer", "minimum": 0 } },
                  "minProperties": 1, "additionalProperties": false },
                { "type": "object", "properties": { "any_of": { "type": "array", "minItems": 1, "items": { "type": "integer", "minimum": 0 } } },
                  "required": ["any_of"], "additionalProperties": false }
            ]
        })
    }
}

/// What the sizes of the sends or reads of a flow are expected to be.
///
/// `[5, 9]`, `{"any_of": [[14], [5, 9]]}`, or by rule: `{"count": {"max": 14}, "each": 1}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sizes {
    /// One of these lists; a single one when the file gives a list.
    AnyOf(Vec<Vec<u64>>),
    /// A rule for their number and for each of them. The last read of a stream may be shorter than `each` says
    /// only if `each` is a range.
    Rule {
        /// How many.
        count: Option<Count>,
        /// What each must be.
        each: Option<Count>,
    },
}

impl Sizes {
    /// Whether the sizes are as expected.
    pub fn accepts(&self, sizes: &[u64]) -> bool {
        match self {
            Self::AnyOf(lists) => lists.iter().any(|list| list == sizes),
            Self::Rule { count, each } => {
                count.as_ref().is_none_or(|count| count.accepts(sizes.len() as u64))
                    && each.as_ref().is_none_or(|each| sizes.iter().all(|&size| each.accepts(size)))
            }
        }
    }

    /// The one list that is expected, where there is only one.
    pub fn only(&self) -> Option<&[u64]> {
        match self {
            Self::AnyOf(lists) if lists.len() == 1 => Some(&lists[0]),
            _ => None,
        }
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnyOf(lists) => {
                let lists: Vec<String> = lists.iter().map(|list| format!("{list:?}")).collect();
                f.write_str(&lists.join(" or "))
            }
            Self::Rule { count: Some(count), each: Some(each) } => write!(f, "{count} of {each} each"),
            Self::Rule { count: Some(count), each: None } => write!(f, "{count} of any size"),
            Self::Rule { count: None, each: Some(each) } => write!(f, "{each} each"),
            Self::Rule { count: None, each: None } => f.write_str("any"),
        }
    }
}

impl Decode for Sizes {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.kind {
            NodeKind::Array(_) => Vec::decode(node, problems).map(|list| Self::AnyOf(vec![list])),
            NodeKind::Object(_) => {
                let mut fields = Fields::of(node, "a rule for sizes", problems)?;
                let any_of = any_of(&mut fields, problems);
                let count = fields.optional("count", problems);
                let each = fields.optional("each", problems);
                fields.finish(problems);
                match (any_of, &count, &each) {
                    (Some(lists), None, None) => Some(Self::AnyOf(lists)),
                    (None, Some(_), _) | (None, _, Some(_)) => Some(Self::Rule { count, each }),
                    (None, None, None) | (Some(_), _, _) => {
                        let label = "expected `count`, `each` or both, or `any_of` alone";
                        problems.add(Problem::WrongType, node.span, "not a rule for sizes", label);
                        None
                    }
                }
            }
            _ => {
                wrong_type(node, "a list of sizes such as [5, 9], or {\"any_of\": [[14], [5, 9]]}", problems);
                None
            }
        }
    }
}

impl JsonSchema for Sizes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sizes".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let count = generator.subschema_for::<Count>();
        json_schema!({
            "description": "Sizes in bytes, in order: a list, one of several lists, or a rule.",
            "anyOf": [
                { "type": "array", "items": { "type": "integer", "minimum": 0 } },
                { "type": "object", "properties": { "any_of": { "type": "array", "minItems": 1, "items": { "type": "array", "items": { "type": "integer", "minimum": 0 } } } },
                  "required": ["any_of"], "additionalProperties": false },
                { "type": "object", "properties": { "count": count, "each": count }, "minProperties": 1, "additionalProperties": false }
            ]
        })
    }
}
