//! The binary as a user meets it: closed pipes, Ctrl-C, what is left behind.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says why")]

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

fn netlab() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("COLUMNS", "200")])
        .env_remove("GITHUB_ACTIONS");
    command
}

/// A scenario that connects to a listener of the test's own, so that the test knows when the run is under way; it then waits.
fn waiting_scenario(folder: &Path, listener: &TcpListener) -> PathBuf {
    let address = listener.local_addr().unwrap();
    let file = folder.join("waiting.json");
    let path = folder.join("bound.sock");
    let text = format!(
        r#"{{ "title": "Waits", "defaults": {{ "timeout": "5m" }}, "deadline": "10m", "actors": {{
             "client": [
               {{ "wait": {{ "signal": "bound" }} }},
               {{ "connect": {{ "tcp": "{address}" }} }},
               {{ "recv": {{}} }}
             ],
             "unix": [{{ "bind": {{ "unix_dgram": "{}" }} }}, {{ "signal": "bound" }}, {{ "recv": {{}} }}] }} }}"#,
        path.display()
    );
    std::fs::write(&file, text).unwrap();
    file
}

fn interrupt(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

fn finish(mut child: Child) -> (ExitStatus, String) {
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    (child.wait().unwrap(), text)
}

fn interrupted_by(signal: &str) -> (ExitStatus, String, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let file = waiting_scenario(folder.path(), &listener);
    let child = netlab().arg("run").arg(&file).stdout(Stdio::piped()).spawn().unwrap();
    let (_connection, _) = listener.accept().unwrap();
    interrupt(&child, signal);
    let (status, text) = finish(child);
    (status, text, folder.path().join("bound.sock"))
}

#[test]
fn ctrl_c_shows_what_happened_so_far_and_exits_130() {
    let (status, text, path) = interrupted_by("-INT");
    assert_eq!(status.code(), Some(130));
    assert!(text.contains("ERROR") && text.contains("interrupted"), "{text}");
    assert!(text.contains("connect"), "the calls so far are shown: {text}");
    assert!(!path.exists(), "the Unix path was left behind");
}

#[test]
fn colour_is_for_those_who_want_it() {
    let colours = |name: &str, value: &str| {
        let mut run = netlab();
        run.args(["run", "sticky/two-reads", "-q"]).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env(name, value);
        run.output().unwrap().stdout.contains(&0x1b)
    };
    assert!(colours("CLICOLOR_FORCE", "1"));
    assert!(!colours("CLICOLOR_FORCE", "0"));
    assert!(!colours("NO_COLOR", "1"));
}

#[test]
fn sigterm_exits_143() {
    assert_eq!(interrupted_by("-TERM").0.code(), Some(143));
}

#[test]
fn a_reader_that_goes_away_ends_it_without_a_word() {
    let mut child = netlab().args(["run", "-v", "scenarios", "scenarios"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("] PASS "), "{line}");
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    // As SIGPIPE would: what was not run must not count as success.
    assert_eq!(output.status.code(), Some(141));
}

#[test]
fn output_that_cannot_be_written_exits_5() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else {
        eprintln!("skipped: there is no /dev/full here");
        return;
    };
    let output =
        netlab().args(["run", "sticky/two-reads"]).stdout(full).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot write to standard output"));
}

#[test]
fn each_exit_code_with_and_without_json() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().to_string_lossy().into_owned();
    let cases: [(&[&str], i32); 8] = [
        (&["sticky/three-sends"], 0),
        (&["tests/run/fail-counts.json"], 1),
        (&["--nodelay", "perhaps", "sticky/three-sends"], 2),
        (&["--timeout", "5", "sticky/three-sends"], 2),
        (&["tests/invalid/unknown-field.json", "tests/run/fail-counts.json"], 3),
        (&[&empty], 4),
        (&["tests/run/error-bind.json", "tests/run/fail-counts.json"], 5),
        (&["no/such/scenario"], 3),
    ];
    for (arguments, code) in cases {
        for format in ["table", "json"] {
            let status =
                netlab().args(["run", "--format", format]).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
            assert_eq!(status.code(), Some(code), "{arguments:?} {format}");
        }
    }
}

#[test]
fn a_bad_file_does_not_hide_the_good_ones() {
    let output = netlab().args(["run", "tests/invalid/unknown-field.json", "sticky/two-reads", "tests/run/pass.json"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("PASS").count(), 2, "{text}");
    assert!(text.contains("2 passed, 1 invalid"), "{text}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("error: "));
}

#[test]
fn an_option_never_does_nothing_in_silence() {
    let run = |arguments: &[&str]| String::from_utf8(netlab().arg("run").args(arguments).output().unwrap().stdout).unwrap();
    let text = run(&["udp/boundaries", "--nodelay", "on"]);
    assert!(text.contains("no effect: there is no TCP socket here"), "{text}");
    let text = run(&["nagle/cork", "--recv-size", "4", "-v"]);
    assert!(text.contains("its expectations were written for the default, 1024"), "{text}");
    let text = run(&["sticky/leftover", "--recv-size", "4", "-v"]);
    assert!(text.contains("no effect: every recv here says its own size"), "{text}");
    let text = run(&["sticky/leftover", "--sndbuf", "16384", "-v"]);
    assert!(text.contains("SO_SNDBUF asked 16384, in force 32768") || !cfg!(target_os = "linux"), "{text}");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let payload = |seed: &str| {
        let output = netlab().args(["run", "--format", "json", "--seed", seed, "tests/run/alignment.json"]).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let calls = report["runs"][0]["trace"]["actors"][1]["calls"].as_array().unwrap().clone();
        calls.into_iter().rfind(|call| call["call"] == "send").unwrap()["hex"].clone()
    };
    assert_eq!(payload("1"), payload("1"));
    assert_ne!(payload("1"), payload("2"));
}

#[test]
fn built_in_scenarios_run_from_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let output = netlab().current_dir(folder.path()).args(["run", "sticky"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains("PASS sticky/three-sends"));
}

#[test]
fn both_address_families_run_or_say_why_not() {
    let output = netlab().args(["run", "--format", "json", "udp/boundaries", "connect/refused"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for run in report["runs"].as_array().unwrap() {
        let outcome = &run["verdict"]["outcome"];
        let is_skipped = run["family"] == "ipv6" && outcome["skip"].as_str().is_some_and(|reason| reason.contains("[::1]"));
        assert!(outcome == "pass" || is_skipped, "{} {}: {outcome}", run["scenario"]["file"], run["family"]);
    }
}
