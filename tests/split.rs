//! `netlab split` against servers that keep what they read, and against faulty ones.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod servers;

use std::net::SocketAddr;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use netlab::split::{SplitReport, SplitVerdict};
use servers::Server;

fn netlab(target: SocketAddr, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_netlab"))
        .arg("split")
        .arg(target.to_string())
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap()
}

/// Runs it with the report as JSON.
fn report(target: SocketAddr, arguments: &[&str]) -> (SplitReport, Option<i32>) {
    let output = netlab(target, &[arguments, &["--format", "json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"));
    (report, output.status.code())
}

#[test]
fn the_server_sees_every_cut() {
    let reads = Arc::new(Mutex::new(Vec::new()));
    let server = Server::lines(Arc::clone(&reads));
    let (report, code) = report(server.address, &["--text", r"PING\r\n", "--until", "line"]);
    assert_eq!(code, Some(0));
    assert!(report.rows.iter().all(|row| row.confirmed && row.verdict.is_same()), "{:#?}", report.rows);
    let mut expected: Vec<Vec<usize>> = vec![vec![6], vec![6]];
    expected.extend((1..6).map(|cut| vec![cut, 6 - cut]));
    expected.push(vec![1; 6]);
    drop(server);
    assert_eq!(*reads.lock().unwrap(), expected, "what the server read: uncut twice, each cut, byte by byte");
}

#[test]
fn one_recv_is_one_message_is_found() {
    use std::io::{Read, Write};
    let server = Server::start(|mut stream| {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer)?;
        let answer: &[u8] = if &buffer[..count] == b"PING\r\n" { b"OK\n" } else { b"ERR\n" };
        stream.write_all(answer)
    });
    let (report, code) = report(server.address, &["--text", r"PING\r\n", "--until", "line", "--cut", "two"]);
    assert_eq!(code, Some(1));
    let [range] = report.ranges.as_slice() else { panic!("{:?}", report.ranges) };
    assert_eq!((range.first, range.last, range.tried, range.verdict.as_str()), (1, 5, 5, "different"));
    let SplitVerdict::Different(difference) = &report.rows[0].verdict else { panic!("{:?}", report.rows[0]) };
    assert_eq!((difference.offset, difference.observed.as_str()), (0, r"ERR\n"));
}
