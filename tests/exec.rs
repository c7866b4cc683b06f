//! What programs of `exec` steps wrote, through the real binary: all of it is judged, and the end of it is shown.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};

use serde_json::{Value, json};

fn netlab(format: &str, steps: &Value) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exec.json");
    let server = json!([{ "listen": { "tcp": "loopback:0" } }]);
    std::fs::write(&file, json!({ "title": "t", "actors": { "server": server, "client": steps } }).to_string()).unwrap();
    Command::new(env!("CARGO_BIN_EXE_netlab"))
        .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("COLUMNS", "200")])
        .env_remove("GITHUB_ACTIONS")
        .args(["run", "--allow-exec", "--timeout", "60s", "--format", format])
        .arg(file)
        .output()
        .unwrap()
}

/// The exit code of a run whose only step starts a program, and what it says.
fn judged(command: &str, expect: &Value) -> (Option<i32>, String) {
    let output = netlab("table", &json!([{ "exec": command, "expect": expect }]));
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// What the report has of the programs.
fn programs(steps: &Value) -> Vec<Value> {
    fn find(value: &Value, found: &mut Vec<Value>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| match (name.as_str(), value) {
                ("programs", Value::Array(programs)) => found.extend(programs.iter().cloned()),
                _ => find(value, found),
            }),
            Value::Array(elements) => elements.iter().for_each(|element| find(element, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found = Vec::new();
    find(&serde_json::from_slice(&netlab("json", steps).stdout).unwrap(), &mut found);
    found
}

#[test]
fn more_than_any_buffer_holds_is_counted_to_the_end() {
    let (code, text) = judged("head -c 20000000 /dev/zero", &json!({ "exit": 0, "bytes": 16_777_216 }));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("observed 20000000"), "{text}");
    let (code, text) = judged("head -c 20000000 /dev/zero", &json!({ "exit": 0, "bytes": 20_000_000 }));
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn bytes_beyond_those_that_are_kept_are_compared() {
    let zeros = json!({ "exit": 0, "repeat": "\0", "times": 100_000 });
    for (command, expected) in [
        ("head -c 100000 /dev/zero", 0),
        ("head -c 100001 /dev/zero", 1),
        ("head -c 99999 /dev/zero", 1),
        ("sh -c 'head -c 99999 /dev/zero; echo'", 1),
    ] {
        let (code, text) = judged(command, &zeros);
        assert_eq!(code, Some(expected), "{command}: {text}");
    }
}

/// 8 KiB are kept. Of standard output that is longer than what is compared, too, they are the last ones.
#[test]
fn the_end_of_the_output_is_shown() {
    let programs = programs(&json!([{ "exec": "sh -c 'seq 3000000; echo err >&2'", "expect": { "exit": 0 } }]));
    let output = programs[0]["output"].as_str().unwrap();
    assert!(output.ends_with("2999999\n3000000\nerr\n"), "{output}");
}

#[test]
fn a_command_stands_in_the_trace_as_it_is_written() {
    let commands = ["sh -c 'test {port:server} -gt 0'", "sh -c 'sleep 1000; : {port:server}'"];
    let programs = programs(&json!([{ "exec": commands[0], "expect": { "exit": 0 } }, { "exec": commands[1] }]));
    let kept: Vec<&str> = programs.iter().map(|program| program["command"].as_str().unwrap()).collect();
    assert_eq!(kept, commands);
}

/// As `exec > >(tee log)` of bash leaves it: what writes the last words is not the program, and outlives it.
#[test]
fn what_is_written_behind_the_end_of_the_program_is_part_of_it() {
    let command = "sh -c '{ while kill -s 0 $$ 2>/dev/null; do :; done; echo hello; } & exit 0'";
    let (code, text) = judged(command, &json!({ "exit": 0, "text": "hello\n" }));
    assert_eq!(code, Some(0), "{text}");
}
