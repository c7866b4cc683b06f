//! The JSON Schemas: committed as generated, agreeing with the decoder, and covering what is there.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use snapbox::{Assert, Data};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_scenario =
        |path: &Path| path.extension().is_some_and(|extension| extension == "json") && !path.to_string_lossy().ends_with(".report.json");
    entries.flat_map(|path| if path.is_dir() { json_files(&path) } else { vec![path] }).filter(|path| is_scenario(path)).collect()
}

fn valid_scenarios() -> Vec<PathBuf> {
    let mut files = json_files(&root().join("scenarios"));
    files.extend(json_files(&root().join("tests/run")));
    files
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_committed_schemas_are_the_generated_ones() {
    for (name, schema) in [
        ("scenario", netlab::scenario::scenario_schema()),
        ("report", netlab::report::report_schema()),
        ("connect", netlab::report::connect_schema()),
        ("sockets", netlab::report::SocketsReport::schema()),
        ("events", netlab::report::events_schema()),
        ("split", netlab::split::split_schema()),
    ] {
        let file = root().join(format!("docs/{name}.schema.json"));
        Assert::new().action_env("SNAPSHOTS").eq(Data::text(format!("{schema:#}\n")), Data::read_from(&file, None).raw());
    }
}

#[test]
fn every_valid_scenario_fits_the_schema() {
    let schema = jsonschema::validator_for(&netlab::scenario::scenario_schema()).unwrap();
    for file in valid_scenarios() {
        let errors: Vec<String> = schema.iter_errors(&read(&file)).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
    }
}

#[test]
fn the_schema_refuses_what_the_decoder_refuses_by_form() {
    let schema = jsonschema::validator_for(&netlab::scenario::scenario_schema()).unwrap();
    for name in ["unknown-field", "missing-field", "wrong-type", "unknown-word", "out-of-range"] {
        let file = root().join(format!("tests/invalid/{name}.json"));
        assert!(!schema.is_valid(&read(&file)), "{} is valid under the schema", file.display());
    }
}

#[test]
fn a_variable_may_stand_for_any_value() {
    let schema = jsonschema::validator_for(&netlab::scenario::scenario_schema()).unwrap();
    let with = |field: &str, value: Value| {
        let mut scenario = serde_json::json!({ "title": "t", "actors": { "a": [{ "recv": {} }] } });
        scenario[field] = value;
        schema.is_valid(&scenario)
    };
    for (field, value) in [
        ("seed", serde_json::json!("{{ seed }}")),
        ("families", serde_json::json!(["ipv4", "{{family}}"])),
        ("defaults", serde_json::json!({ "nodelay": "{{n}}", "timeout": "{{t}}", "sample": "{{s}}", "recv_size": "{{r}}" })),
        ("defaults", serde_json::json!({ "timeout": "{{seconds}}s" })),
        ("actors", serde_json::json!({ "a": "{{steps}}", "b": ["{{step}}", { "recv": "{{recv}}", "expect": "{{outcome}}" }] })),
        ("expect", serde_json::json!({ "a->b": { "reads": ["{{n}}"], "boundaries": { "split": "{{n}}" }, "cuts": "{{cuts}}" } })),
        ("vars", serde_json::json!({ "a": 1, "_b9": [], "c": {} })),
    ] {
        assert!(with(field, value.clone()), "{field}: {value}");
    }
    for (field, value) in [
        ("seed", serde_json::json!("seed")),
        ("seed", serde_json::json!("{{9}}")),
        ("defaults", serde_json::json!({ "nodelay": "yes" })),
        ("defaults", serde_json::json!({ "recv_size": "1{{size}}" })),
        ("vars", serde_json::json!("{{vars}}")),
        ("vars", serde_json::json!({ "a-b": 1 })),
        ("vars", serde_json::json!({ "a": null })),
        ("extends", serde_json::json!(["base.json"])),
    ] {
        assert!(!with(field, value.clone()), "{field}: {value}");
    }
    assert!(schema.is_valid(&serde_json::json!({ "extends": "base.json" })));
    assert!(!schema.is_valid(&serde_json::json!({ "vars": {} })));
}

/// Every property that the schema names is used by a scenario that passes through the decoder: so the two cannot drift apart.
#[test]
fn every_property_of_the_schema_is_used_somewhere() {
    let mut in_schema = BTreeSet::new();
    property_names(&netlab::scenario::scenario_schema(), &mut in_schema);
    let mut used = BTreeSet::new();
    for file in valid_scenarios() {
        keys(&read(&file), &mut used);
    }
    let unused: Vec<&String> = in_schema.difference(&used).collect();
    assert!(unused.is_empty(), "in the schema, and in no valid scenario of scenarios/ and tests/run: {unused:?}");
}

/// A fuzzer finds no word of several letters by itself.
#[test]
fn the_dictionary_of_the_fuzzer_has_every_property() {
    let mut in_schema = BTreeSet::new();
    property_names(&netlab::scenario::scenario_schema(), &mut in_schema);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/scenario.dict");
    let dictionary = std::fs::read_to_string(path).unwrap();
    let missing: Vec<&String> = in_schema.iter().filter(|name| !dictionary.contains(&format!("\"\\\"{name}\\\"\""))).collect();
    assert!(missing.is_empty(), "not in fuzz/scenario.dict: {missing:?}");
}

fn property_names(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                names.extend(properties.keys().cloned());
            }
            fields.values().for_each(|value| property_names(value, names));
        }
        Value::Array(elements) => elements.iter().for_each(|element| property_names(element, names)),
        _ => {}
    }
}

fn keys(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            names.extend(fields.keys().cloned());
            fields.values().for_each(|value| keys(value, names));
        }
        Value::Array(elements) => elements.iter().for_each(|element| keys(element, names)),
        _ => {}
    }
}

#[test]
fn the_report_fits_its_schema() {
    let schema = jsonschema::validator_for(&netlab::report::report_schema()).unwrap();
    for file in valid_scenarios().iter().chain(&[root().join("tests/invalid/unknown-field.json")]) {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_netlab"))
            .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .args(["run", "--format", "json"])
            .arg(file)
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let errors: Vec<String> = schema.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
    }
}

#[test]
fn a_trace_survives_json() {
    let source = netlab::builtin::find("sticky/three-sends").remove(0);
    let scenario = netlab::scenario::Scenario::parse(source).unwrap();
    let plans = netlab::plan::plan(&scenario.into(), &netlab::plan::Overrides::default()).unwrap();
    let trace = netlab::engine::run(&plans[0], &netlab::engine::Interrupt::new().unwrap()).unwrap();
    let text = serde_json::to_string(&trace).unwrap();
    let back: netlab::trace::Trace = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    let again = serde_json::to_string(&netlab::analysis::analyse(&back)).unwrap();
    assert_eq!(again, serde_json::to_string(&netlab::analysis::analyse(&trace)).unwrap());
}
