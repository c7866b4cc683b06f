//! What the kernel is expected to have counted at one end of a flow.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::scenario::count::Count;
use crate::scenario::decode::{Decode, Fields};
use crate::scenario::json::{Member, Node};
use crate::scenario::option::SocketOption;
use crate::scenario::problem::Problems;
use crate::scenario::source::Spanned;

/// Counters, and what each is expected to be when its socket is closed, or at the end of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CounterExpect(pub Vec<(SocketOption, Spanned<Count>)>);

fn names() -> Vec<&'static str> {
    SocketOption::WORDS.iter().filter(|(_, option)| option.is_counted()).map(|&(name, _)| name).collect()
}

impl Decode for CounterExpect {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "the expectation of counters", problems)?;
        let present = fields.present(&names());
        fields.expect_some("expected a counter, such as {\"data_segs_out\": 3}", problems);
        fields.finish(problems);
        let counter = |(name, member): (&str, &Member)| {
            let count = Spanned::<Count>::decode(&member.value, problems)?;
            SocketOption::WORDS.iter().find(|(word, _)| *word == name).map(|&(_, option)| (option, count))
        };
        present.into_iter().map(counter).collect::<Option<Vec<_>>>().map(Self)
    }
}

impl JsonSchema for CounterExpect {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Counters".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let count = generator.subschema_for::<Count>();
        json_schema!({
            "description": "What the kernel has counted when the socket is closed, or at the end of the run.",
            "type": "object",
            "propertyNames": { "enum": names() },
            "additionalProperties": count,
            "minProperties": 1
        })
    }
}
