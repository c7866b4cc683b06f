//! The corpus: every scenario in `tests/run` through the real binary, with its output, exit code and JSON report.
//!
//! Holes only for what differs between two runs: times, ports and addresses, the machine, and whether a call had to wait,
//! which is a matter of time too. `SNAPSHOTS=overwrite cargo test` writes the expected files anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use snapbox::filter::{Filter, FilterNewlines};
use snapbox::{Assert, Data, Redactions};

fn netlab(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_netlab"))
        .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // Wide enough for a call to take one line, whatever its times are.
        .envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("COLUMNS", "200")])
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap()
}

/// In how many segments bytes leave is a matter of time, but in the scenarios that force it. Programs are started only on demand.
fn options(file: &Path) -> &'static [&'static str] {
    let name = file.to_string_lossy();
    match () {
        () if name.contains("counters") => &[],
        () if name.contains("exec") => &["--sample", "never", "--allow-exec"],
        () => &["--sample", "never"],
    }
}

fn scenarios(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    files.sort();
    assert!(!files.is_empty(), "no scenario in {folder}");
    files
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_scenario =
        |path: &Path| path.extension().is_some_and(|extension| extension == "json") && !path.to_string_lossy().ends_with(".report.json");
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).filter(|path| is_scenario(path)).collect()
}

fn relative(path: &Path) -> String {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_string_lossy().into_owned()
}

fn assert_same(actual: String, expected: &Path) {
    let actual = FilterNewlines.filter(Data::text(actual));
    Assert::new().action_env("SNAPSHOTS").eq(actual, Data::read_from(expected, None).raw());
}

/// Holes for times and addresses in text; the calls of a table are put in the order of their actors.
fn without_times(text: &str) -> String {
    let cells = |line: &str| -> Vec<String> { line.trim_matches('│').split('┆').map(|cell| cell.trim().to_owned()).collect() };
    let mut lines: Vec<String> = Vec::new();
    let mut calls: Vec<(String, String)> = Vec::new();
    let mut in_calls = false;
    // How wide the columns are depends on the times in them.
    let mut in_cases = false;
    let mut rest = text.lines().peekable();
    while let Some(line) = rest.next() {
        in_calls |= line.starts_with('┌') && rest.peek().is_some_and(|next| cells(next)[0] == "at");
        in_cases |= line.starts_with('┌') && rest.peek().is_some_and(|next| cells(next)[0] == "case");
        if in_cases {
            in_cases = !line.starts_with('└');
            if line.starts_with('│') {
                lines.push(cells(line).join(" | "));
            }
        } else if !in_calls {
            lines.push(line.replace(", had to wait", ""));
        } else if line.starts_with('└') {
            in_calls = false;
            calls.sort_by(|(a, _), (b, _)| a.cmp(b));
            lines.extend(calls.drain(..).map(|(_, call)| call));
        } else if line.starts_with('│') && cells(line)[0] != "at" {
            let cells = cells(line);
            let [_, actor, call, asked, got, _, what] = cells.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
                panic!("a call of another shape: {line}")
            };
            let what = what.replace(" waited", "").replace("waited", "");
            calls.push((actor.to_owned(), [actor, call, asked, got, what.as_str()].join(" | ")));
        }
    }
    holes(&lines.join("\n"))
}

fn holes(text: &str) -> String {
    static HOLES: LazyLock<Redactions> = LazyLock::new(|| {
        let mut redactions = Redactions::new();
        for (hole, pattern) in [
            ("[TIME]", r"(?<redacted>\b\d+(\.\d+)? (ns|us|ms|s)\b|less than 1 ms)"),
            ("[PORT]", r"(?:127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):(?<redacted>[1-9]\d{3,4})\b"),
            ("[NAME]", r"unix:@(?<redacted>[0-9a-f]{5})\b"),
            ("[DIRECTORY]", r"unix:(?<redacted>/\S*/netlab-\w+)/"),
        ] {
            redactions.insert(hole, regex::Regex::new(pattern).unwrap()).unwrap();
        }
        redactions
    });
    HOLES.redact(text)
}

/// Holes for times, addresses and the machine in a JSON report.
fn without_times_json(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                // What the kernel counted is a matter of time too: tests of their own look at it.
                let is_time = name.ends_with("_ns") || name == "elapsed_ms" || name == "counters";
                if is_time || matches!(name.as_str(), "kernel" | "arch" | "cpus" | "netlab") {
                    *value = Value::from("[..]");
                }
                without_times_json(value);
            }
            fields.remove("waited");
            // The file's own text, which stands beside it.
            fields.remove("sources");
        }
        Value::Array(elements) => elements.iter_mut().for_each(without_times_json),
        Value::String(text) => *text = holes(&text.replace(", had to wait", "")),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn text_and_exit_code() {
    for file in scenarios("tests/run") {
        let output = netlab(&[&["run", &relative(&file)], options(&file)].concat());
        let stdout = String::from_utf8(output.stdout).unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let code = output.status.code().unwrap();
        assert_same(format!("{}\n{stderr}exit code {code}\n", without_times(&stdout)), &file.with_extension("out"));
    }
}

#[test]
fn json_report() {
    for file in scenarios("tests/run") {
        let output = netlab(&[&["run", "--format", "json", &relative(&file)], options(&file)].concat());
        let mut report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        without_times_json(&mut report);
        assert_same(format!("{report:#}\n"), &file.with_extension("report.json"));
    }
}
