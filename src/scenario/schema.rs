//! The JSON Schema of the scenario format, generated from the types that the decoder fills.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::Scenario;

/// The schema of scenario files (JSON Schema, draft 2020-12), as committed in `docs/scenario.schema.json`.
pub fn scenario_schema() -> Value {
    schema_of::<Scenario>("netlab scenario", SchemaSettings::draft2020_12().with_transform(NeverNull))
}

/// The schema of a type of ours, under a title.
fn schema_of<T: JsonSchema>(title: &str, settings: SchemaSettings) -> Value {
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}

/// A field that may be left out is an `Option` in Rust, which schemars lets be null. Here null is never a value.
#[derive(Clone, Debug)]
struct NeverNull;

impl Transform for NeverNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                schema.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(options)) = schema.get_mut("anyOf") {
            options.retain(|option| option.get("type") != Some(&Value::from("null")));
            if let [Value::Object(only)] = options.as_slice() {
                let only = only.clone();
                schema.remove("anyOf");
                for (key, value) in only {
                    schema.ensure_object().entry(key).or_insert(value);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}
