//! What others wrote, in scenarios, reports and names of files, is shown and never obeyed: not by a terminal, and not by a CI server that
//! reads the log.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// Standard output and standard error.
fn netlab(folder: &Path, arguments: &[&str]) -> [String; 2] {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    command.args(arguments).current_dir(folder).env("XDG_STATE_HOME", folder.join(".state"));
    command.envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("GITHUB_ACTIONS", "true")]).env_remove("GITHUB_STEP_SUMMARY");
    let output = command.output().unwrap();
    assert!(matches!(output.status.code(), Some(0..=5)), "{:?}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap())
}

fn commands(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.trim_start().starts_with("::") || line.contains("##[")).collect()
}

const FAILS: &str = r###"{ "title": "::error::owned", "about": "Words.\n::error::owned ##[error]owned", "belief": "x\n  ::error::owned",
  "actors": {
    "a": [{ "bind": { "udp": "loopback:0" } }, { "connect": { "to": "b" } }, { "send": { "text": "\n::error::owned" } }],
    "b": [{ "bind": { "udp": "loopback:0" } }, { "recv": {} }] },
  "cases": { "::error::owned": {}, "##[error]": {} },
  "expect": { "a->b": { "reads": [1] } } }"###;

#[test]
fn no_text_of_a_scenario_commands_the_ci_server() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("s")).unwrap();
    std::fs::write(folder.path().join("s/::error::f.json"), FAILS).unwrap();
    std::fs::write(folder.path().join("s/x.json"), FAILS.replace("title", "::error::field")).unwrap();
    for arguments in [
        &["run", "s", "-v", "--report-json", "r.json"][..],
        &["run", "s/::error::f.json"],
        &["run", "s", "--dry-run", "-v"],
        &["report", "r.json", "-v"],
        &["diff", "r.json", "r.json", "-v"],
        &["list", "s"],
        &["check", "s"],
    ] {
        let [out, err] = netlab(folder.path(), arguments);
        assert!(commands(&out).is_empty(), "{arguments:?}: {:?}", commands(&out));
        // The annotations are netlab's own, at the file's place, or at none where it cannot be found.
        let foreign: Vec<&str> =
            commands(&err).into_iter().filter(|line| !line.starts_with("::error file=s/") && !line.starts_with("::error title=")).collect();
        assert!(foreign.is_empty(), "{arguments:?}: {foreign:?}");
        assert!(
            out.contains("owned") || out.contains("::error::f") || err.contains("::error::f"),
            "it is shown: {arguments:?} {out} {err}"
        );
    }
}

#[test]
fn no_name_reaches_the_terminal_as_a_command() {
    let folder = TempDir::new().unwrap();
    let odd = "es\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}c\n1.json";
    std::fs::create_dir(folder.path().join("s")).unwrap();
    std::fs::write(folder.path().join("s").join(odd), FAILS).unwrap();
    std::fs::write(folder.path().join("s/other.json"), FAILS).unwrap();
    let path = format!("s/{odd}");
    let reports = ["--report-json", "r.json", "--report-tap", "r.tap", "--report-junit", "r.xml", "--report-md", "r.md"];
    netlab(folder.path(), &[&["run", "s"][..], &reports].concat());
    // A report may say anything: of a title and of a reason too.
    let report = std::fs::read_to_string(folder.path().join("r.json")).unwrap();
    let mut report: serde_json::Value = serde_json::from_str(&report).unwrap();
    report["runs"][0]["scenario"]["title"] = "t\u{1b}[31m".into();
    report["runs"][0]["trace"]["actors"][0]["name"] = "a\u{1b}[31m".into();
    report["runs"][0]["trace"]["environment"]["kernel"] = "6\u{1b}[31m".into();
    report["runs"][1]["verdict"]["outcome"] = serde_json::json!({ "error": "e\u{1b}[31m\n::error::owned" });
    std::fs::write(folder.path().join("changed.json"), report.to_string()).unwrap();
    let is_obeyed = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    for arguments in [
        &["run", "s"][..],
        &["run", &path, "-v"],
        &["run", "s", "-q"],
        &["run", "s", "--format", "tap"],
        &["run", "s", "--format", "junit"],
        &["run", "s", "--format", "md"],
        &["run", "s", "--dry-run"],
        &["run", &path, "--dry-run", "-v"],
        &["report", "changed.json", "-v"],
        &["report", "changed.json", "--format", "tap"],
        &["report", "changed.json", "--format", "junit"],
        &["report", "changed.json", "--format", "md"],
        &["report", "--merge", "r.json", "r.json"],
        &["diff", "r.json", "changed.json", "-v"],
        &["diff", &path, &path],
        &["list", "s"],
        &["check", "s"],
    ] {
        for text in netlab(folder.path(), arguments) {
            assert!(!text.contains(is_obeyed), "{arguments:?}: {:?}", text.lines().find(|line| line.contains(is_obeyed)));
        }
    }
    for file in ["r.tap", "r.xml", "r.md"] {
        let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(!text.contains(is_obeyed), "{file}: {text:?}");
    }
}
