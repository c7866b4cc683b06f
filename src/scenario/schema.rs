//! The JSON Schema of the scenario format, generated from the types that the decoder fills.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::Scenario;

/// The schema of scenario files (JSON Schema, draft 2020-12), as committed in `docs/scenario.schema.json`.
pub fn scenario_schema() -> Value {
    let mut schema = schema_of::<Scenario>("netlab scenario", SchemaSettings::draft2020_12().with_transform(NeverNull));
    let not_content: Vec<(&str, Value)> =
        NOT_CONTENT.iter().filter_map(|&name| Some((name, schema["properties"].as_object_mut()?.remove(name)?))).collect();
    admit_variables(&mut schema);
    for (name, property) in not_content {
        schema["properties"][name] = property;
    }
    schema["$defs"]["Variable"] = json!({
        "description": "The value of a variable, with its type: of `vars`, --var, --vars-file or NETLAB_VAR_name.",
        "type": "string",
        "pattern": r"^\{\{ *[A-Za-z_][A-Za-z0-9_]* *\}\}$",
    });
    // What a file that extends another does not say may stand there.
    if let Some(required) = schema.as_object_mut().and_then(|schema| schema.remove("required")) {
        schema["if"] = json!({ "not": { "required": ["extends"] } });
        schema["then"] = json!({ "required": required });
    }
    schema
}

/// The fields of a scenario in which no variable is filled in.
const NOT_CONTENT: &[&str] = &["$schema", "extends", "vars"];

/// Lets `{{name}}` stand for each value that a schema describes, at any depth; not for the schema's own value.
fn admit_variables(schema: &mut Value) {
    let Value::Object(fields) = schema else { return };
    for (key, value) in fields {
        match (key.as_str(), value) {
            ("properties" | "patternProperties", Value::Object(values)) => values.values_mut().for_each(admit_variable),
            ("items" | "additionalProperties", value) => admit_variable(value),
            ("$defs", Value::Object(schemas)) => schemas.values_mut().for_each(admit_variables),
            ("anyOf" | "oneOf", Value::Array(schemas)) => schemas.iter_mut().for_each(admit_variables),
            _ => {}
        }
    }
}

/// Lets `{{name}}` stand for the value itself, too.
fn admit_variable(value: &mut Value) {
    admit_variables(value);
    let Value::Object(schema) = value else { return };
    let is_any_string =
        schema.get("type") == Some(&"string".into()) && !["pattern", "enum", "const"].iter().any(|key| schema.contains_key(*key));
    if is_any_string {
        return;
    }
    let variable = json!({ "$ref": "#/$defs/Variable" });
    if let (None, Some(Value::Array(options))) = (schema.get("type").cloned(), schema.get_mut("anyOf")) {
        options.push(variable);
        return;
    }
    let description = schema.remove("description");
    *value = json!({ "anyOf": [schema, variable] });
    if let Some(description) = description {
        value["description"] = description;
    }
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
