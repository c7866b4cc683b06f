//! The JSON Schema of expectations.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{BoundaryCounts, BoundaryExpect, BoundaryWord, CauseExpect, CauseName, Expectations, FlowExpect, RunExpect, StepExpect};
use crate::errno::Errno;
use crate::framing::FrameErrorKind;
use crate::scenario::count::Count;
use crate::scenario::duration::DurationText;
use crate::scenario::payload::PayloadFields;

impl JsonSchema for StepExpect {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StepExpect".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        /// The result of a step; everything given must hold.
        #[derive(JsonSchema)]
        #[allow(dead_code, reason = "only its schema is used")]
        struct ResultFields {
            #[schemars(flatten)]
            payload: PayloadFields,
            /// How many bytes were sent or read.
            bytes: Option<Count>,
            /// Whether the datagram was cut because the buffer was too small (MSG_TRUNC).
            truncated: Option<bool>,
            /// The value that `get` returned.
            value: Option<Count>,
            /// The exit code of a program, for which `exec` then waits; of one that a signal ended, 128 and its number.
            exit: Option<Count>,
            /// The actor that sent the datagram.
            from: Option<String>,
            /// The longest it may have taken.
            within: Option<DurationText>,
        }
        let mut result = ResultFields::json_schema(generator);
        result.remove("unevaluatedProperties");
        result.insert("additionalProperties".to_owned(), false.into());
        result.insert("minProperties".to_owned(), 1.into());
        let mut words: Vec<&str> = vec!["ok", "eof", "timeout", "EWOULDBLOCK"];
        words.extend(FrameErrorKind::WORDS.iter().map(|&(name, _)| name));
        words.extend(Errno::names());
        let itself = generator.subschema_for::<Self>();
        json_schema!({
            "description": "What a step is expected to give: a word, the name of an error, a result, or one of several.",
            "anyOf": [
                { "enum": words },
                result,
                { "type": "object", "properties": { "any_of": { "type": "array", "minItems": 1, "items": itself } }, "required": ["any_of"], "additionalProperties": false }
            ]
        })
    }
}

impl JsonSchema for Expectations {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expectations".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let run = generator.subschema_for::<RunExpect>();
        let flow = generator.subschema_for::<FlowExpect>();
        json_schema!({
            "description": "Expectations of flows, by \"client->server\", and of the \"run\".",
            "type": "object",
            "properties": { "run": run },
            "patternProperties": { "->": flow },
            "additionalProperties": false
        })
    }
}

impl JsonSchema for CauseExpect {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Causes".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names = json_schema!({ "type": "array", "items": generator.subschema_for::<CauseName>() });
        json_schema!({
            "description": "Causes that are to be found; or those that are, and those that are not.",
            "anyOf": [
                names,
                { "type": "object", "properties": { "found": names, "not_found": names }, "minProperties": 1, "additionalProperties": false }
            ]
        })
    }
}

impl JsonSchema for BoundaryExpect {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BoundaryExpect".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let word = generator.subschema_for::<BoundaryWord>();
        let counts = generator.subschema_for::<BoundaryCounts>();
        json_schema!({
            "description": "A word for the whole flow, one of several words, or numbers.",
            "anyOf": [
                word,
                { "type": "object", "properties": { "any_of": { "type": "array", "minItems": 1, "items": word } }, "required": ["any_of"], "additionalProperties": false },
                counts
            ]
        })
    }
}
