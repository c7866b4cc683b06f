//! `netlab split --listen`: clients under test, each a program of its own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::{Command, Output};

use netlab::split::{SplitReport, SplitVerdict, UnderTest};

/// A client of `examples/faulty_clients.rs`, which `cargo test` builds beside the tests.
fn client(way: &str) -> String {
    let path: PathBuf = std::env::current_exe().unwrap().parent().unwrap().join("../examples/faulty_clients");
    assert!(path.exists(), "no {}: `cargo build --examples` makes it", path.display());
    format!("'{}' {way} {{port}}", path.canonicalize().unwrap().display())
}

fn netlab(command: &str, arguments: &[&str]) -> Output {
    // No verdict here depends on time, unless a test says so.
    let patient: &[&str] = if arguments.contains(&"--timeout") { &[] } else { &["--timeout", "1m", "--ready", "1m"] };
    Command::new(env!("CARGO_BIN_EXE_netlab"))
        .args(["split", "--listen", "--exec", command])
        .args(patient)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap()
}

/// Runs it with the report as JSON.
fn report(command: &str, arguments: &[&str]) -> (SplitReport, Option<i32>) {
    let output = netlab(command, &[arguments, &["--format", "json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"));
    (report, output.status.code())
}

/// The ranges that failed, each with its word.
fn ranges(report: &SplitReport) -> Vec<String> {
    report.ranges.iter().map(|range| format!("{range} {}", range.verdict)).collect()
}

const LINE: &[&str] = &["--text", r"HELLO\r\n", "--until", "line"];
const FRAME: &[&str] = &["--hex", "00000005 68656c6c6f", "--until", "line"];

#[test]
fn a_right_client_passes_every_cut_and_sees_it() {
    for (way, answer, connections) in [("line", LINE, 1), ("framed", FRAME, 1), ("retry", LINE, 2)] {
        let (report, code) = report(&client(way), answer);
        assert_eq!(code, Some(0), "{way}: {:#?}", report.rows);
        assert_eq!(report.head.under_test, UnderTest::Client);
        assert!(report.rows.iter().all(|row| row.confirmed && row.verdict.is_same()), "{way}: {:#?}", report.rows);
        assert!(report.rows.iter().all(|row| row.connections == Some(connections)), "{way}: {:#?}", report.rows);
        let last = report.rows.last().unwrap();
        assert_eq!((last.name.as_str(), last.pieces, last.sends), ("byte by byte", last.seen + connections, last.pieces));
    }
}

#[test]
fn each_fault_is_found_in_its_range() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("one-recv", LINE, &["1..6 different"]),
        ("header-recv", FRAME, &["1..3 exit code"]),
        ("body-recv", FRAME, &["5..8 different"]),
        ("unchecked", &["--text", r"key: value\n", "--until", "line"], &["1..3 killed"]),
        ("fixed", &["--hex", "00010203 04050607 08090a0b", "--until", "line"], &[]),
    ];
    for (way, answer, expected) in cases {
        let (report, code) = report(&client(way), &[answer, &["--cut", "two"][..]].concat());
        assert_eq!(ranges(&report), *expected, "{way}: {:#?}", report.rows);
        assert_eq!(code, Some(i32::from(!expected.is_empty())), "{way}");
        assert!(report.rows.iter().all(|row| row.confirmed), "{way}: {:#?}", report.rows);
    }
}

#[test]
fn a_delimiter_cut_in_two_is_never_found_by_a_client_that_hangs() {
    let (report, code) = report(&client("cut-delimiter"), &[LINE, &["--cut", "two", "--timeout", "1s"]].concat());
    assert_eq!(code, Some(1));
    assert_eq!(ranges(&report), ["6 not ended"], "{:#?}", report.rows);
    assert_eq!(report.smallest.as_deref(), Some("cut 6"));
}

#[test]
fn what_differs_is_told_with_what_the_client_said() {
    let (first, _) = report(&client("header-recv"), &[FRAME, &["--cut", "2"]].concat());
    let SplitVerdict::ExitCode { code, instead_of, difference } = &first.rows[0].verdict else { panic!("{:?}", first.rows[0]) };
    assert_eq!((*code, instead_of.as_str(), difference.as_ref().unwrap().offset), (1, "exit code 0", 0));
    assert_eq!(first.program_output.as_deref(), Some("(standard error)\nheader-recv: a header of 4 bytes was expected\n"));
    let output = netlab(&client("one-recv"), &["--text", r"\x1b[31mred\n", "--until", "line", "--cut", "4"]);
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(!words.contains('\x1b'), "{words}");
    assert!(words.contains("what the client said (cut 4):\n  (standard output)\n"), "{words}");
}

/// The smallest failing split, saved, fails under `netlab run` too; and passes where the client is right.
#[test]
fn what_failed_can_be_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.json");
    let path = file.display().to_string();
    let run = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_netlab"))
            .args(["run", "--allow-exec", &path])
            .env("XDG_STATE_HOME", folder.path())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    for (faulty, right, answer, words) in
        [("one-recv", "line", LINE, "exec returned other bytes"), ("header-recv", "framed", FRAME, "exec ended with another exit code")]
    {
        let output = netlab(&client(faulty), &[answer, &["--cut", "3,4", "--cut", "2", "--save", &path]].concat());
        assert_eq!(output.status.code(), Some(1), "{faulty}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("saved: cut 2; to run only that again: netlab run --allow-exec "));
        let saved = std::fs::read_to_string(&file).unwrap();
        let (code, said) = run(&saved);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(words), "{said}");
        let (code, said) = run(&saved.replace(faulty, right));
        assert_eq!(code, Some(0), "{said}");
    }
}
