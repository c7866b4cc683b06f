//! The servers of `examples/faulty_servers.rs` under `netlab split`: each fault is found, in exactly the cuts that show it, and the server
//! beside it that is right passes. The reports are those of docs/split.md.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::Command;

use snapbox::{IntoData, str};

/// The example, which `cargo test` builds: beside the folder of the tests' own programs.
fn example() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().unwrap().with_file_name("examples").join("faulty_servers");
    assert!(program.exists(), "{} is not there: cargo build --example faulty_servers", program.display());
    program
}

/// The text report of a sweep in two of a server, and the exit code. Its port and times have holes.
fn split(server: &str, arguments: &[&str]) -> (String, Option<i32>) {
    let exec = format!("\"{}\" {server}", example().display());
    let output = Command::new(env!("CARGO_BIN_EXE_netlab"))
        .args(["split", "--exec", &exec, "--cut", "two"])
        .args(arguments)
        // On a busy machine a server may take its time; only one that never answers is waited for so long.
        .args(["--confirm", "10s"])
        .env("LC_ALL", "C.UTF-8")
        .env("COLUMNS", "100")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap();
    let holes = [(r"(?m)^127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"), (r"[\d.]+ (us|ms|s), [0-9.]+ a second", "[TIME], [RATE] a second")];
    let text = holes.iter().fold(String::from_utf8(output.stdout).unwrap(), |text, (pattern, hole)| {
        regex::Regex::new(pattern).unwrap().replace_all(&text, *hole).into_owned()
    });
    (text, output.status.code())
}

/// Holds the report on a faulty server against what is expected, and sees to it that the one that is right passes.
#[track_caller]
fn assert_found(fault: &str, arguments: &[&str], expected: snapbox::data::Inline) {
    let (text, code) = split(&format!("{fault} {{port}}"), arguments);
    snapbox::assert_data_eq!(text, expected.raw());
    assert_eq!(code, Some(1));
    let (text, code) = split(&format!("{fault} {{port}} right"), arguments);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(" same; all confirmed; "), "{text}");
}

#[test]
fn one_recv_is_one_message() {
    assert_found(
        "one_recv",
        &["--text", r"PING\r\n", "--until", "line", "--timeout", "10s"],
        str![[r#"
127.0.0.1:[PORT], 1 message
  sent 1: PING\r\n (6 bytes), answer until line
  uncut, twice: PONG\n (5 bytes), complete

┌───────┬───────┬──────┬────────┬───────────┬───────────┐
│ split ┆ asked ┆ sent ┆   seen ┆ confirmed ┆ verdict   │
╞═══════╪═══════╪══════╪════════╪═══════════╪═══════════╡
│ cut 1 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 2 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 3 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 4 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 5 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
└───────┴───────┴──────┴────────┴───────────┴───────────┘

fail: cuts 1..5 of 5: different
  P│ING\r│\n
  at cut 1: from byte 0: "got "P"\n" (676f7420) instead of "PONG\n" (504f4e47)
smallest failing split: cut 1
not ok: 5 splits: 5 failed; all confirmed; [TIME], [RATE] a second

"#]],
    );
}

#[test]
fn a_single_recv_for_a_header() {
    assert_found(
        "short_header",
        &["--text", r"\x00\x00\x00\x05hello", "--until", "line", "--timeout", "10s"],
        str![[r#"
127.0.0.1:[PORT], 1 message
  sent 1: \x00\x00\x00\x05hello (9 bytes), answer until line
  uncut, twice: got "hello"\n (12 bytes), complete

┌───────┬───────┬──────┬────────┬───────────┬───────────┐
│ split ┆ asked ┆ sent ┆   seen ┆ confirmed ┆ verdict   │
╞═══════╪═══════╪══════╪════════╪═══════════╪═══════════╡
│ cut 1 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 2 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 3 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 4 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 5 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 6 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 7 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 8 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
└───────┴───────┴──────┴────────┴───────────┴───────────┘

fail: cuts 1..3 of 8: different
  \x00│\x00\x00│\x05hello
  at cut 1: from byte 5: ""\n" (220a) instead of "hello"\n" (68656c6c)
smallest failing split: cut 1
not ok: 8 splits: 5 same, 3 failed; all confirmed; [TIME], [RATE] a second

"#]],
    );
}

#[test]
fn a_delimiter_cut_in_two() {
    assert_found(
        "split_delimiter",
        // Each of three cuts is tried three times for a second, all three at once.
        &["--text", r"GET /\r\n\r\n", "--until", "line", "--timeout", "1s", "--jobs", "4"],
        str![[r#"
127.0.0.1:[PORT], 1 message
  sent 1: GET /\r\n\r\n (9 bytes), answer until line
  uncut, twice: got "GET /\\r\\n\\r\… (20 bytes), complete

┌───────┬───────┬──────┬────────┬───────────┬───────────┐
│ split ┆ asked ┆ sent ┆   seen ┆ confirmed ┆ verdict   │
╞═══════╪═══════╪══════╪════════╪═══════════╪═══════════╡
│ cut 1 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 2 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 3 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 4 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 5 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 6 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ no answer │
│ cut 7 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ no answer │
│ cut 8 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ no answer │
└───────┴───────┴──────┴────────┴───────────┴───────────┘

fail: cuts 6..8 of 8: no answer
  GET /\r│\n\r│\n
  at cut 6: no complete answer in time, 0 bytes of it
smallest failing split: cut 6
not ok: 8 splits: 5 same, 3 failed; all confirmed; [TIME], [RATE] a second

"#]],
    );
}

#[test]
fn a_loop_that_counts_twice() {
    assert_found(
        "counted_twice",
        &["--text", r"\x08contents", "--until", "line", "--timeout", "10s"],
        str![[r#"
127.0.0.1:[PORT], 1 message
  sent 1: \x08contents (9 bytes), answer until line
  uncut, twice: got "contents"\n (15 bytes), complete

┌───────┬───────┬──────┬────────┬───────────┬───────────┐
│ split ┆ asked ┆ sent ┆   seen ┆ confirmed ┆ verdict   │
╞═══════╪═══════╪══════╪════════╪═══════════╪═══════════╡
│ cut 1 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 2 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 3 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 4 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 5 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 6 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 7 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 8 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
└───────┴───────┴──────┴────────┴───────────┴───────────┘

fail: cuts 2..4 of 8: different
  \x08c│on│tents
  at cut 2: from byte 12: ""\n" (220a) instead of "s"\n" (73220a)
fail: cuts 6..8 of 8: different
  \x08conte│nt│s
  at cut 6: from byte 10: ""\n" (220a) instead of "nts"\n" (6e747322)
smallest failing split: cut 2
not ok: 8 splits: 2 same, 6 failed; all confirmed; [TIME], [RATE] a second

"#]],
    );
}

#[test]
fn a_line_end_at_the_end() {
    assert_found(
        "ends_with",
        &["--text", r"ECHO a\nECHO b\n", "--until", r#"token:b\\n"\n"#, "--timeout", "10s"],
        str![[r#"
127.0.0.1:[PORT], 1 message
  sent 1: ECHO a\nECHO b\n (14 bytes), answer until token:b\\n"\n
  uncut, twice: got "ECHO a\\nECHO b… (23 bytes), complete

┌────────┬───────┬──────┬────────┬───────────┬───────────┐
│ split  ┆ asked ┆ sent ┆   seen ┆ confirmed ┆ verdict   │
╞════════╪═══════╪══════╪════════╪═══════════╪═══════════╡
│ cut 1  ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 2  ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 3  ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 4  ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 5  ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 6  ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 7  ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ different │
│ cut 8  ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 9  ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 10 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 11 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 12 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
│ cut 13 ┆     2 ┆    2 ┆ 1 of 1 ┆ confirmed ┆ same      │
└────────┴───────┴──────┴────────┴───────────┴───────────┘

fail: cut 7 of 13: different
  ECHO a\n│ECHO b\n
  at cut 7: from byte 13: ""\ngot "ECHO b\\n"\n" (220a676f) instead of "ECHO b\\n"\n" (4543484f)
smallest failing split: cut 7
not ok: 13 splits: 12 same, 1 failed; all confirmed; [TIME], [RATE] a second

"#]],
    );
}
