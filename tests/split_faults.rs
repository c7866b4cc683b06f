//! `netlab split` against servers that do more than answer: end behind an answer, hang, remember, vary.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod servers;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use netlab::split::{SplitReport, SplitVerdict};
use servers::Server;

/// The sizes of the pieces of a line, and the line.
fn line_of(stream: &mut TcpStream) -> (Vec<usize>, Vec<u8>) {
    let (mut pieces, mut line, mut buffer) = (Vec::new(), Vec::new(), [0; 100]);
    while !line.ends_with(b"\n") {
        let count = stream.read(&mut buffer).unwrap_or(0);
        if count == 0 {
            break;
        }
        pieces.push(count);
        line.extend_from_slice(&buffer[..count]);
    }
    (pieces, line)
}

/// The server that `--exec` starts in other tests; alone it does nothing.
#[test]
fn a_server_for_exec() {
    let Ok(port) = std::env::var(servers::PORT_VARIABLE) else { return };
    let fault = std::env::var("FAULT").unwrap_or_default();
    let listener = std::net::TcpListener::bind(("127.0.0.1", port.parse().unwrap())).unwrap();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let (pieces, _) = line_of(&mut stream);
        let is_it = pieces.first() == Some(&3);
        if fault == "hangs" && is_it {
            loop {
                std::thread::park();
            }
        }
        let _ = stream.write_all(b"PONG\n");
        // A connection without a byte only looks whether it is ready.
        if (fault == "always-ends" && !pieces.is_empty()) || (fault == "ends" && is_it) {
            std::process::exit(9);
        }
    }
}

fn netlab(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    let until: &[&str] = if arguments.contains(&"--until") { &[] } else { &["--until", "line"] };
    command.args(["split", "--text", r"PING\r\n", "--confirm", "1m"]).args(until).args(arguments);
    command.envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1")]).env_remove("GITHUB_ACTIONS").output().unwrap()
}

/// The exit code, the report and what is on standard error.
fn report(arguments: &[&str]) -> (Option<i32>, SplitReport, String) {
    let output = netlab(&[arguments, &["--format", "json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"));
    (output.status.code(), report, errors)
}

fn bad(report: &SplitReport) -> Vec<(&str, String)> {
    report.rows.iter().filter(|row| !row.verdict.is_same()).map(|row| (row.name.as_str(), row.verdict.describe())).collect()
}

#[test]
fn a_server_that_ends_behind_its_answer_is_not_well() {
    let (code, report, errors) = report(&["--exec", &servers::exec("FAULT=ends"), "--timeout", "1m"]);
    assert_eq!(bad(&report), [("cut 3", "the server ended with exit code 9, behind its answer".to_owned())], "{errors}");
    assert_eq!((code, report.summary.failed, report.summary.same), (Some(1), 1, 5));
}

#[test]
fn a_server_that_always_ends_behind_an_answer_may() {
    let (code, report, errors) = report(&["--exec", &servers::exec("FAULT=always-ends"), "--timeout", "1m", "--cut", "two"]);
    assert_eq!((code, bad(&report)), (Some(0), vec![]), "{errors}");
}

#[test]
fn a_server_that_hangs_under_one_split_is_started_again_for_the_others() {
    let exec = servers::exec("FAULT=hangs");
    let (code, report, errors) = report(&["--exec", &exec, "--timeout", "2s", "--cut", "2", "--cut", "3", "--cut", "4"]);
    assert_eq!(bad(&report), [("cut 3", "no complete answer in time, 0 bytes of it".to_owned())], "{errors}");
    assert_eq!((code, report.summary.not_run), (Some(1), 0));
}

#[test]
fn where_a_server_answers_no_more_the_rest_is_not_blamed() {
    // A server that netlab did not start, and cannot start again.
    let is_stuck = Mutex::new(false);
    let server = Server::start(move |mut stream| {
        let (pieces, _) = line_of(&mut stream);
        let mut is_stuck = is_stuck.lock().unwrap();
        *is_stuck |= pieces.first() == Some(&3);
        if *is_stuck { stream.read(&mut [0]).map(drop) } else { stream.write_all(b"PONG\n") }
    });
    let target = server.address.to_string();
    let (code, report, errors) = report(&[&target, "--timeout", "1s", "--cut", "2", "--cut", "3", "--cut", "4"]);
    assert_eq!(bad(&report), [("cut 3", "no complete answer in time, 0 bytes of it".to_owned())], "{errors}");
    assert_eq!((code, report.summary.not_run), (Some(1), 1));
    assert!(errors.contains("behind cut 3 the uncut bytes are not answered as before any more"), "{errors}");
}

#[test]
fn an_uncut_answer_that_a_failed_split_spoilt_is_not_learned_from() {
    let spoilt = Mutex::new(false);
    let server = Server::start(move |mut stream| {
        let (pieces, _) = line_of(&mut stream);
        let was_spoilt = std::mem::replace(&mut *spoilt.lock().unwrap(), pieces.len() > 1);
        stream.write_all(match (pieces.len(), was_spoilt) {
            (1, false) => b"RIGHT\n",
            (1, true) => b"repairing\n",
            _ => b"WRONG\n",
        })
    });
    let (code, report, errors) = report(&[&server.address.to_string(), "--timeout", "1m"]);
    assert_eq!((code, bad(&report).len()), (Some(1), report.rows.len()), "{errors}");
    assert!(report.rows.iter().all(|row| matches!(row.verdict, SplitVerdict::Different(_))), "{:?}", bad(&report));
}

/// Numbers of different lengths on both sides of what the server made of the line.
fn numbered(is_right: bool) -> Server {
    let served = Arc::new(Mutex::new(0_u32));
    Server::start(move |mut stream| {
        let (pieces, line) = line_of(&mut stream);
        let last = line.len() - pieces.last().unwrap_or(&0);
        let what = String::from_utf8_lossy(if is_right { &line } else { &line[last..] }).trim().to_owned();
        let mut served = served.lock().unwrap();
        *served += 1;
        let number = 10_u32.pow(*served % 5);
        writeln!(stream, "{number} {what} {number}")
    })
}

#[test]
fn what_stands_between_two_things_that_vary_is_compared() {
    let right = numbered(true);
    let (code, _, errors) = report(&[&right.address.to_string(), "--timeout", "1m"]);
    assert_eq!(code, Some(0), "{errors}");
    let wrong = numbered(false);
    let (code, report, errors) = report(&[&wrong.address.to_string(), "--timeout", "1m"]);
    assert_eq!((code, bad(&report).len()), (Some(1), report.rows.len()), "{errors}");
    assert!(errors.contains("of the uncut answers vary by themselves and are not compared"), "{errors}");
}

#[test]
fn answers_without_anything_in_common_are_no_baseline() {
    let served = Arc::new(Mutex::new(0));
    let server = Server::start(move |mut stream| {
        line_of(&mut stream);
        let mut served = served.lock().unwrap();
        *served += 1;
        stream.write_all(if *served % 2 == 0 { b"a b" } else { b"9" })
    });
    let output = netlab(&[&server.address.to_string(), "--until", "eof", "--timeout", "1m"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(5) && errors.contains("have nothing in common"), "{errors}");
}

#[test]
fn what_listens_already_is_not_taken_for_what_is_started() {
    let server = Server::lines(Arc::default());
    let output = netlab(&[&server.address.to_string(), "--exec", "sleep 100"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(5) && errors.contains("something listens at 127.0.0.1:"), "{errors}");
}

#[test]
fn words_that_have_no_effect_are_told_of() {
    let server = Server::start(|mut stream| {
        line_of(&mut stream);
        stream.write_all(b"PONG\n")
    });
    let target = server.address.to_string();
    let run = |arguments: &[&str]| {
        let output = netlab(&[&[target.as_str(), "--timeout", "1m"], arguments].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, errors) = run(&["--allow-fail", "2,9"]);
    assert!(code == Some(2) && errors.contains("--allow-fail 9: there is no such cut, 6 bytes have the cuts 1..5"), "{errors}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("failed.json");
    let (code, errors) = run(&["--mask", "zzz", "--mask", "PO", "--save", file.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(errors.contains("--mask `zzz` matches nothing") && !errors.contains("`PO`"), "{errors}");
    assert!(errors.contains("no split failed each time") && !file.exists(), "{errors}");
}

/// Says hello, and answers what one recv returned.
fn greets(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(b"220 hello\n")?;
    let mut buffer = [0; 100];
    let count = stream.read(&mut buffer)?;
    writeln!(stream, "got {}", String::from_utf8_lossy(&buffer[..count]).trim())
}

#[test]
fn a_greeting_is_not_taken_for_the_answer() {
    let server = Server::start(greets);
    let output = netlab(&[&server.address.to_string(), "--timeout", "1m"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(5) && errors.contains("the server speaks first"), "{errors}");

    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    command.args(["split", &server.address.to_string(), "--text", "", "--until", "line", "--text", r"PING\r\n", "--until", "line"]);
    command.args(["--timeout", "1m", "--confirm", "1m", "--cut", "two", "--format", "json"]);
    let report: SplitReport = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    let ranges: Vec<_> = report.ranges.iter().map(|range| (range.first, range.last)).collect();
    assert_eq!(ranges, [(1, 3)], "the line end is trimmed: {:?}", bad(&report));
}

#[test]
fn what_comes_behind_the_answers_by_itself_is_no_difference() {
    let server = Server::lines(Arc::default());
    let target = server.address.to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    command.args(["split", &target, "--text", r"AAAA\nB\nC\n", "--until", "line", "--timeout", "1m", "--confirm", "1m"]);
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(0) && errors.contains("more came behind the last answer"), "{errors}");
}
