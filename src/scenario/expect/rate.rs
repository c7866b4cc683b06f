//! How often something is to happen, over many runs of a scenario.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::BoundaryWord;
use crate::scenario::decode::{Decode, Fields, wrong_type};
use crate::scenario::json::{Node, NodeKind};
use crate::scenario::problem::{Problem, Problems, shortened};
use crate::scenario::source::Spanned;

/// A range of shares: 0 is never, 1 is always.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// At least.
    pub min: f64,
    /// At most.
    pub max: f64,
}

impl Share {
    /// Whether so many of so many are as expected.
    pub fn accepts(self, count: u64, of: u64) -> bool {
        // Exact for any number of runs that anybody can wait for.
        #[allow(clippy::cast_precision_loss, reason = "fewer than 2^52 runs")]
        let share = count as f64 / of.max(1) as f64;
        self.min <= share && share <= self.max
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.min > 0.0, self.max < 1.0) {
            (true, true) => write!(f, "{} to {} of all runs", self.min, self.max),
            (_, false) => write!(f, "at least {} of all runs", self.min),
            (false, true) => write!(f, "at most {} of all runs", self.max),
        }
    }
}

/// How often a flow is to come out in a way, over all runs of a scenario: outcomes and their shares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates(pub Vec<(Spanned<BoundaryWord>, Spanned<Share>)>);

fn share(node: &Node, problems: &mut Problems) -> Option<f64> {
    let NodeKind::Number(digits) = &node.kind else {
        wrong_type(node, "a share from 0 to 1", problems);
        return None;
    };
    let value = digits.parse::<f64>().ok().filter(|value| (0.0..=1.0).contains(value));
    if value.is_none() {
        let label = "expected a number from 0 (never) to 1 (always), such as 0.2";
        problems.add(Problem::OutOfRange, node.span, format!("{} is not a share", shortened(digits)), label);
    }
    value
}

impl Decode for Share {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "a rate", problems)?;
        let (min_node, max_node) = (fields.node("min"), fields.node("max"));
        fields.expect_some("expected `min`, `max` or both", problems);
        fields.finish(problems);
        let min = min_node.map_or(Some(0.0), |node| share(node, problems));
        let max = max_node.map_or(Some(1.0), |node| share(node, problems));
        let (min, max) = (min?, max?);
        if min > max {
            problems.add(Problem::OutOfRange, node.span, "an empty range", format!("min {min} is above max {max}"));
        }
        Some(Self { min, max })
    }
}

impl Decode for Rates {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "rates", problems)?;
        let names: Vec<&'static str> = BoundaryWord::WORDS.iter().map(|&(name, _)| name).collect();
        let present = fields.present(&names);
        fields.expect_some("expected an outcome and its share, such as {\"coalesced\": {\"min\": 0.2}}", problems);
        fields.finish(problems);
        let rate = |(name, member): (&str, &crate::scenario::json::Member)| {
            let share = Spanned::<Share>::decode(&member.value, problems)?;
            let word = BoundaryWord::WORDS.iter().find(|(word, _)| *word == name).map(|&(_, word)| word)?;
            Some((Spanned::new(word, member.name.span), share))
        };
        present.into_iter().map(rate).collect::<Option<Vec<_>>>().map(Self)
    }
}

impl JsonSchema for Rates {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rates".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = BoundaryWord::WORDS.iter().map(|&(name, _)| name).collect();
        let share = json_schema!({ "type": "number", "minimum": 0, "maximum": 1 });
        json_schema!({
            "description": "How often the flow comes out in each of these ways, as a share of all runs of `--repeat`.",
            "type": "object",
            "propertyNames": { "enum": words },
            "additionalProperties": { "type": "object", "properties": { "min": share, "max": share }, "minProperties": 1, "additionalProperties": false },
            "minProperties": 1
        })
    }
}
