//! redis: RESP arrays, inline commands, what is malformed.

use super::{Sweep, installed, split};

/// Sweeps a redis-server that keeps nothing. `None` where there is none.
fn redis(arguments: &[&str]) -> Option<Sweep> {
    installed("redis-server", &[])?;
    let folder = tempfile::tempdir().unwrap();
    let exec = "redis-server --port {port} --bind 127.0.0.1 --save ''";
    Some(split(folder.path(), &[&["--exec", exec], arguments].concat()))
}

const SET: &str = r"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\n";
const GET: &str = r"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";

#[test]
#[ignore = "needs redis-server"]
fn a_dialogue_of_commands() {
    let Some(sweep) = redis(&["--text", SET, "--text", GET, "--until", "resp"]) else { return };
    assert_eq!(sweep.answer(), r"+OK\r\n$4\r\na\r\nb\r\n", "the line end within the value is a part of it");
    sweep.assert_all_same(30 - 1 + 20 - 1 + 2);
    sweep.assert_all_confirmed();
}

#[test]
#[ignore = "needs redis-server"]
fn commands_in_a_pipeline() {
    let pipeline = [SET, GET, r"PING\r\n"].concat();
    let cuts = ["--cut", "two", "--cut", "bytes", "--cut", "random:4x200", "--cut", r#"around "\r\n""#];
    let Some(sweep) = redis(&[&["--text", &pipeline, "--until", r"token:+PONG\r\n"], &cuts[..]].concat()) else { return };
    assert_eq!(sweep.answer(), r"+OK\r\n$4\r\na\r\nb\r\n+PONG\r\n");
    // `around` has no cut that `two` has not, and of the random splits two are like others.
    sweep.assert_all_same(55 + 1 + 198);
    sweep.assert_all_confirmed();
}

#[test]
#[ignore = "needs redis-server"]
fn an_inline_command_in_three() {
    let Some(sweep) = redis(&["--text", r"ECHO hello\r\n", "--until", "resp", "--cut", "three", "--cut", "two", "--cut", "bytes"]) else {
        return;
    };
    sweep.assert_all_same(11 * 10 / 2 + 11 + 1);
    sweep.assert_all_confirmed();
}

/// redis reads a value of 32 KiB and more straight into its place, by other rules.
#[test]
#[ignore = "needs redis-server"]
fn a_value_that_is_read_straight_into_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("big");
    let command = format!("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\n{}\r\n*2\r\n$6\r\nSTRLEN\r\n$1\r\nk\r\n", "x".repeat(100_000));
    std::fs::write(&file, command).unwrap();
    let path = file.display().to_string();
    let cuts = ["--cut", "every 1000", "--cut", "random:20x100", "--cut", r#"around "\r\n""#, "--cut", "-1"];
    let Some(sweep) = redis(&[&["--message", &path, "--until", r"token::100000\r\n"], &cuts[..]].concat()) else { return };
    assert_eq!(sweep.answer(), r"+OK\r\n:100000\r\n");
    assert!(sweep.report.rows.len() > 120, "{}", sweep.report.rows.len());
    sweep.assert_all_same(sweep.report.rows.len());
    sweep.assert_all_confirmed();
}

/// What is wrong is answered in the same words wherever it was cut; the connection is closed.
#[test]
#[ignore = "needs redis-server"]
fn what_is_malformed() {
    let Some(length) = redis(&["--text", r"*1\r\n$x\r\nPING\r\n", "--until", "resp"]) else { return };
    assert_eq!(length.answer(), r"-ERR Protocol error: invalid bulk length\r\n");
    length.assert_all_same(13 + 1);
    length.assert_confirmed_unless_gone(8);
    let Some(quote) = redis(&["--text", r#"SET k "a\r\nGET k\r\n"#, "--until", "resp"]) else { return };
    assert_eq!(quote.answer(), r"-ERR Protocol error: unbalanced quotes in request\r\n");
    quote.assert_all_same(16 + 1);
    quote.assert_confirmed_unless_gone(10);
}
