//! Many runs of one scenario: pure, and through the binary.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod transcript;

use std::io::Read;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::Arc;

use netlab::analysis::analyse;
use netlab::plan::{Overrides, Plan, plan};
use netlab::repeat::{Distribution, Shape, Tally, judge_rates};
use netlab::scenario::{Scenario, SocketKind, Source};
use netlab::verdict::{Outcome, Verdict, judge};
use transcript::transcript;

const LATE: &str = "client 1 send 5 hello\nclient 2 send 4 egon\nserver 3 recv 9 helloegon";
const PROMPT: &str = "client 1 send 5 hello\nserver 3 recv 9 hello\nclient 2 send 4 egon\nserver 3 recv 9 egon";

fn planned(expect: &str) -> Plan {
    let text = format!(
        r#"{{ "title": "t", "actors": {{
            "server": [{{ "listen": {{ "tcp": "loopback:0" }} }}, {{ "accept": {{}} }}, {{ "repeat": {{ "times": 2, "steps": [{{ "recv": {{}} }}] }} }}],
            "client": [{{ "connect": {{ "to": "server" }} }}, {{ "send": {{ "text": "hello" }} }}, {{ "send": {{ "text": "egon" }} }}] }},
            "expect": {{ "client->server": {expect} }} }}"#
    );
    let scenario = Scenario::parse(Source::new("t.json", text)).unwrap();
    plan(&Arc::new(scenario), &Overrides::default()).unwrap().remove(0)
}

/// So many runs of each, and the verdict of the last with the rates judged.
fn many(plan: &Plan, runs: &[(&str, u64)]) -> (Distribution, Verdict) {
    let mut tally = Tally::default();
    let mut last = None;
    for (lines, count) in runs {
        for round in 0..*count {
            let mut trace = transcript(SocketKind::Tcp, lines);
            // The clock is no part of a shape.
            trace.duration_ns += round;
            let analysis = analyse(&trace);
            let verdict = judge(plan, &trace, &analysis);
            tally.add(&Shape::of(plan, &trace, &analysis), &verdict.outcome, &trace, &analysis);
            last = Some(verdict);
        }
    }
    let distribution = tally.finish();
    let mut verdict = last.unwrap();
    judge_rates(plan, &distribution, &mut verdict);
    (distribution, verdict)
}

#[test]
fn shapes_are_counted_whatever_the_clock_says() {
    let (distribution, _) = many(&planned(r#"{ "bytes": 9 }"#), &[(LATE, 3), (PROMPT, 7)]);
    let shapes: Vec<(String, u64, u64)> =
        distribution.shapes.iter().map(|shape| (shape.shape.to_string(), shape.count, shape.first)).collect();
    assert_eq!(shapes, [("5+4".to_owned(), 7, 4), ("9".to_owned(), 3, 1)]);
    assert_eq!((distribution.runs, distribution.passed), (10, 10));
    assert_eq!(distribution.duration.unwrap().max_ns, 1006);
}

#[test]
fn runs_that_do_not_pass_are_counted_with_their_shape() {
    let (distribution, _) = many(&planned(r#"{ "reads": [5, 4] }"#), &[(LATE, 3), (PROMPT, 7)]);
    assert_eq!((distribution.passed, distribution.failed), (7, 3));
    assert_eq!(distribution.shapes.iter().map(|shape| shape.not_passed).collect::<Vec<_>>(), [0, 3]);
}

#[test]
fn rates_are_held_against_all_runs() {
    let judged = |rate: &str| many(&planned(&format!(r#"{{ "rate": {rate} }}"#)), &[(LATE, 3), (PROMPT, 7)]).1;
    assert_eq!(judged(r#"{ "coalesced": { "min": 0.3, "max": 0.3 } }"#).outcome, Outcome::Pass);
    assert_eq!(judged(r#"{ "preserved": { "max": 0.7 }, "split": { "max": 0 } }"#).outcome, Outcome::Pass);
    let failed = judged(r#"{ "coalesced": { "min": 0.31 } }"#);
    assert_eq!(failed.outcome, Outcome::Fail);
    assert_eq!(failed.mismatches[0].observed, "observed 3 of 10 runs, expected at least 0.31 of all runs");
    assert!(failed.mismatches[0].place.line > 0);
}

#[test]
fn one_run_has_no_rate() {
    let trace = transcript(SocketKind::Tcp, PROMPT);
    let judged = |expect| judge(&planned(expect), &trace, &analyse(&trace));
    let (with, without) = (judged(r#"{ "bytes": 9, "rate": { "coalesced": { "min": 1 } } }"#), judged(r#"{ "bytes": 9 }"#));
    assert_eq!((with.outcome, with.not_checked), (Outcome::Pass, without.not_checked + 1));
    // Judged, it is checked.
    let many = many(&planned(r#"{ "bytes": 9, "rate": { "preserved": { "min": 1 } } }"#), &[(PROMPT, 2)]).1;
    assert_eq!((many.outcome, many.not_checked), (Outcome::Pass, without.not_checked));
}

fn netlab() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("COLUMNS", "120")]);
    command
}

fn printed(arguments: &[&str]) -> (Option<i32>, String) {
    let output = netlab().args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn repeat_n_runs_n_times() {
    let (code, text) = printed(&["run", "sticky/three-sends", "--repeat", "5"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("all 5 runs passed: 14: 5x") && text.contains("5 runs: 5 passed") && text.contains("p99"), "{text}");
    let (_, json) = printed(&["run", "sticky/three-sends", "--repeat", "5", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let repeats = &report["runs"][0]["repeats"];
    assert_eq!((&repeats["distribution"]["runs"], &repeats["distribution"]["shapes"][0]["count"]), (&5.into(), &5.into()));
    assert!(repeats["differing"].is_null());
}

#[test]
fn repeat_for_runs_at_least_once_and_ends() {
    let (code, text) = printed(&["run", "sticky/three-sends", "--repeat-for", "1ms", "--recv-size", "5"]);
    // The expectations are for another size, so every run fails, and the failure is shown in full.
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("0 of ") && text.contains("5+5") && text.contains("fail: client->server: reads differ"), "{text}");
    assert_eq!(printed(&["run", "sticky/three-sends", "--repeat", "2", "--repeat-for", "1s"]).0, Some(2));
}

/// Runs that ended are reported when the user has had enough; the one that was broken off is not counted.
#[test]
fn ctrl_c_reports_the_runs_so_far() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let file = folder.path().join("asks.json");
    let address = listener.local_addr().unwrap();
    let text = format!(
        r#"{{ "title": "Asks", "defaults": {{ "timeout": "5m" }}, "deadline": "10m",
             "actors": {{ "client": [{{ "connect": {{ "tcp": "{address}" }} }}, {{ "recv": {{}}, "expect": "eof" }}] }} }}"#
    );
    std::fs::write(&file, text).unwrap();
    let mut child = netlab().arg("run").arg(&file).args(["--repeat-for", "10m"]).stdout(Stdio::piped()).spawn().unwrap();
    for _ in 0..3 {
        drop(listener.accept().unwrap());
    }
    let (_open, _) = listener.accept().unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(text.contains("all 3 runs passed") && text.contains("interrupted"), "{text}");
}
