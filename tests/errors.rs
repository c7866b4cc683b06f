//! The errors that one machine can give without root: each is given by a call of a built-in scenario, and every one of these
//! scenarios passes, or says why it could not run here.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// Where they are shown.
const SCENARIOS: &[&str] = &["errno", "connect", "lifecycle/send-after-close", "lifecycle/user-timeout", "lifecycle/connect-again"];

/// What the calls of man 2 socket, bind, listen, accept, connect, send, recv, close and setsockopt can be made to give.
const SHOWN: &[&str] = &[
    "EACCES",
    "EADDRINUSE",
    "EADDRNOTAVAIL",
    "EAFNOSUPPORT",
    "EAGAIN",
    "EALREADY",
    "EBADF",
    "ECONNABORTED",
    "ECONNREFUSED",
    "ECONNRESET",
    "EDESTADDRREQ",
    "EINPROGRESS",
    "EINVAL",
    "EISCONN",
    "ELOOP",
    "EMFILE",
    "EMSGSIZE",
    "ENAMETOOLONG",
    "ENETUNREACH",
    "ENOENT",
    "ENOPROTOOPT",
    "ENOTCONN",
    "ENOTDIR",
    "EOPNOTSUPP",
    "EPERM",
    "EPIPE",
    "EPROTONOSUPPORT",
    "EPROTOTYPE",
    "ESOCKTNOSUPPORT",
    "ETIMEDOUT",
];

/// What a machine may be unable to give, with the scenario that then says so.
const MAY_BE_SKIPPED: &[(&str, &str)] =
    &[("EPERM", "errno/raw-socket"), ("EMFILE", "errno/no-descriptor"), ("EAFNOSUPPORT", "connect/wrong-family")];

fn runs() -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_netlab")).args(["run", "--format", "json"]).args(SCENARIOS).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{:#}", report["summary"]);
    report["runs"].as_array().unwrap().clone()
}

fn is_skipped(run: &Value) -> bool {
    run["verdict"]["outcome"].get("skip").is_some()
}

/// The errors in a run's calls.
fn given(run: &Value) -> impl Iterator<Item = String> {
    let actors = run["trace"]["actors"].as_array().into_iter().flatten();
    let calls = actors.flat_map(|actor| actor["calls"].as_array().into_iter().flatten());
    calls.filter_map(|call| call["outcome"]["failed"].as_str().map(str::to_owned))
}

#[test]
fn each_is_given_by_a_call() {
    let runs = runs();
    let seen: BTreeSet<String> = runs.iter().flat_map(given).collect();
    let skips = |scenario: &str| runs.iter().any(|run| run["scenario"]["file"] == scenario && is_skipped(run));
    let could_not = |code: &str| MAY_BE_SKIPPED.iter().any(|&(known, scenario)| known == code && skips(scenario));
    let missing: Vec<_> = SHOWN.iter().filter(|code| !seen.contains(**code) && !could_not(code)).collect();
    assert!(missing.is_empty(), "no call gave {missing:?}; seen {seen:?}");
}

/// A path that does not fit into an address because of where the run's directory is must not look like an error of the scenario's.
#[test]
fn a_directory_too_deep_for_unix_sockets_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("d".repeat(100));
    std::fs::create_dir(&deep).unwrap();
    let run =
        |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_netlab")).arg("run").args(arguments).env("TMPDIR", &deep).output().unwrap();
    let output = run(&["connect/unix-path"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stdout).contains("set TMPDIR to a shorter directory"));
    assert_eq!(std::fs::read_dir(&deep).unwrap().count(), 0, "what could not be used is removed");
    assert_eq!(run(&["sticky/two-reads"]).status.code(), Some(0), "without Unix sockets it does not matter");
}

/// Without the loopback interface nothing on this machine can be reached over IPv4: what needs it says so, and nothing fails.
#[cfg(target_os = "linux")]
#[test]
#[allow(clippy::print_stderr, reason = "a test that is skipped says why")]
fn what_needs_the_loopback_interface_is_skipped_where_it_is_down() {
    let within = |ways: &[&str], command: &[&str]| Command::new("unshare").args(ways).args(command).output();
    let works = |ways: &&[&str]| within(ways, &["true"]).is_ok_and(|output| output.status.success());
    let Some(ways) = [["-n"].as_slice(), ["-rn"].as_slice()].into_iter().find(works) else {
        eprintln!("skipped: no network namespace can be made here (unshare -n, unshare -rn)");
        return;
    };
    let output = within(ways, &[env!("CARGO_BIN_EXE_netlab"), "run", "--format", "json", "errno"]).unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{:#}", report["summary"]);
    let runs = report["runs"].as_array().unwrap();
    let reason = |file: &str, case: Option<&str>| {
        let run = runs.iter().find(|run| run["scenario"]["file"] == file && run["case"].as_str() == case);
        run.unwrap()["verdict"]["outcome"]["skip"].to_string()
    };
    assert!(
        reason("errno/no-descriptor", None).contains("127.0.0.1 cannot be reached: ENETUNREACH"),
        "{}",
        reason("errno/no-descriptor", None)
    );
    assert!(reason("errno/no-permission", Some("a broadcast")).contains("ip link set lo up"));
    assert_eq!(reason("errno/path-by-links", None), "null", "it needs no network");
}
