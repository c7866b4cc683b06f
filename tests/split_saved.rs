//! What `netlab split` calls made and confirmed, and that a saved split is the one that failed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod servers;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use netlab::split::{Seen, SplitReport, SplitRow};
use servers::Server;

fn netlab(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_netlab"))
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .env("COLUMNS", "200")
        .env_remove("GITHUB_ACTIONS")
        .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap()
}

/// Runs it with a client under test, with the report as JSON.
fn served(command: &str, arguments: &[&str]) -> (SplitReport, Option<i32>) {
    let patient: &[&str] = if arguments.contains(&"--timeout") { &[] } else { &["--timeout", "1m", "--ready", "1m"] };
    let output = netlab(&[&["split", "--listen", "--exec", command, "--format", "json"], patient, arguments].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"));
    (report, output.status.code())
}

fn row<'r>(report: &'r SplitReport, name: &str) -> &'r SplitRow {
    report.rows.iter().find(|row| row.name == name).unwrap()
}

const WAY: &str = "NETLAB_TEST_CLIENT_WAY";

/// A command that starts the test below as a client of its own, which puts down the sizes of its reads in a file, a line a run.
fn client(way: &str, kept: &Path) -> String {
    let (binary, kept) = (std::env::current_exe().unwrap(), kept.display());
    format!("sh -c '{WAY}={way} KEPT=\"{kept}\" ADDRESS={{address}} exec \"{}\" --exact a_client_for_exec --nocapture'", binary.display())
}

/// The client of [`client`]; alone it does nothing.
#[test]
fn a_client_for_exec() {
    let Ok(way) = std::env::var(WAY) else { return };
    let connect = || TcpStream::connect(std::env::var("ADDRESS").unwrap()).unwrap();
    let code = match way.as_str() {
        // One line, then no more.
        "asks-once" => {
            let mut stream = connect();
            stream.write_all(b"GET\n").unwrap();
            read_sizes(&mut stream, 3);
            0
        }
        // Bad where a read is not a whole line, and tells how long they were.
        "asks-for-10" | "takes-10" | "peeks-for-5" => {
            let mut stream = connect();
            match way.as_str() {
                "asks-for-10" => stream.write_all(b"GET\n").unwrap(),
                "peeks-for-5" => {
                    while stream.peek(&mut [0; 5]).unwrap() < 5 {
                        std::thread::yield_now();
                    }
                }
                _ => {}
            }
            let sizes = read_sizes(&mut stream, 10);
            let mut kept = std::fs::OpenOptions::new().append(true).create(true).open(std::env::var("KEPT").unwrap()).unwrap();
            writeln!(kept, "{}", sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")).unwrap();
            let is_good = way == "peeks-for-5" || sizes == [10] || sizes == [4, 6];
            i32::from(!is_good)
        }
        // All open before the first is read.
        "asks-often" => {
            let mut streams: Vec<TcpStream> = (0..70).map(|_| connect()).collect();
            streams.iter_mut().for_each(|stream| stream.write_all(b"GET\n").unwrap());
            streams.iter_mut().for_each(|stream| _ = read_sizes(stream, 3));
            0
        }
        way => panic!("no way {way}"),
    };
    std::process::exit(code);
}

/// Reads so many bytes, and tells how many each read gave.
fn read_sizes(stream: &mut impl Read, wanted: usize) -> Vec<usize> {
    let (mut buffer, mut sizes) = ([0; 100], Vec::new());
    while sizes.iter().sum::<usize>() < wanted {
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            count => sizes.push(count),
        }
    }
    sizes
}

/// Cuts of an answer that was never sent are not made, so nobody has seen them.
#[test]
fn a_cut_that_was_not_made_is_not_confirmed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let arguments = ["--text", r"ab\n", "--until", "line", "--text", r"cd\n", "--until", "line"];
    let cuts = ["--cut", "bytes", "--cut", "1,4", "--cut", "4", "--cut", "2"];
    let all = [&arguments[..], &cuts].concat();
    let (report, code) = served(&client("asks-once", file.path()), &all);
    assert_eq!(code, Some(0), "{:#?}", report.rows);
    for (name, made, confirmed, unseen) in [
        ("byte by byte", 2, false, Some(Seen::NotMade)),
        ("cuts 1 4", 1, false, Some(Seen::NotMade)),
        ("cut 4", 0, false, Some(Seen::NotMade)),
        ("cut 2", 1, true, None),
    ] {
        let row = row(&report, name);
        assert_eq!((row.made, row.confirmed, row.unseen), (made, confirmed, unseen), "{row:#?}");
        assert_eq!(row.seen, made, "{row:#?}");
    }
    let (_, code) = served(&client("asks-once", file.path()), &[&all[..], &["--strict"]].concat());
    assert_eq!(code, Some(1), "--strict counts them");
    let told = netlab(&[&["split", "--listen", "--exec", &client("asks-once", file.path())], &all[..]].concat());
    let words = String::from_utf8(told.stdout).unwrap();
    assert!(words.contains("byte by byte (2 of 5 cuts)") && words.contains("unconfirmed: not all made"), "{words}");
}

/// A limit is no lack: all cuts that were to be made were.
#[test]
fn a_limit_of_cuts_leaves_the_others_confirmed() {
    let server = Server::lines(Arc::default());
    let arguments = ["--text", r"abcd\n", "--until", "line", "--cut", "bytes", "--max-cuts", "2", "--format", "json"];
    let output = netlab(&[&["split", &server.address.to_string()], &arguments[..]].concat());
    let report: SplitReport = serde_json::from_slice(&output.stdout).unwrap();
    let row = row(&report, "byte by byte");
    assert_eq!((row.made, row.seen, row.confirmed, row.pieces), (2, 2, true, 3));
}

/// The sends of a saved scenario.
fn sends(saved: &str) -> usize {
    saved.matches("\"send_all\"").count()
}

/// A server is sent the pieces again that it was sent when it failed.
#[test]
fn a_saved_split_has_the_cuts_that_were_made_for_a_server() {
    let reads = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&reads);
    let picky = Server::start(move |mut stream| {
        let sizes = read_sizes(&mut stream, 10);
        let is_whole = sizes == [10];
        kept.lock().unwrap().push(sizes);
        stream.write_all(if is_whole { b"OK\n" } else { b"NO\n" })
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.json").display().to_string();
    let arguments = ["--text", r"abcdefghi\n", "--until", "line", "--cut", "bytes", "--max-cuts", "2", "--confirm", "1m", "--save", &path];
    let output = netlab(&[&["split", &picky.address.to_string()], &arguments[..]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(sends(&std::fs::read_to_string(&path).unwrap()), 3);
    reads.lock().unwrap().clear();
    let output = netlab(&["run", &path]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(*reads.lock().unwrap(), [[1, 1, 8]]);
}

/// Splits a client's answers, runs what was saved, and gives the saved text and what the client read in the split, and in the run.
fn read_in_split_and_run(way: &str, arguments: &[&str]) -> (String, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let (path, kept) = (folder.path().join("saved.json").display().to_string(), folder.path().join("kept"));
    let saving = ["--confirm", "1m", "--save", &path];
    let (report, code) = served(&client(way, &kept), &[arguments, &saving].concat());
    assert_eq!((code, report.summary.failed), (Some(1), 1), "{:#?}", report.rows);
    let last = || std::fs::read_to_string(&kept).unwrap().lines().last().unwrap().to_owned();
    let split = last();
    std::fs::remove_file(&kept).unwrap();
    let output = netlab(&["run", "--allow-exec", &path]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    (std::fs::read_to_string(&path).unwrap(), split, last())
}

/// So is a client.
#[test]
fn a_saved_split_has_the_cuts_that_were_made_for_a_client() {
    let arguments = ["--text", r"abcdefghi\n", "--until", "line", "--cut", "bytes", "--max-cuts", "2"];
    let (saved, in_split, in_run) = read_in_split_and_run("asks-for-10", &arguments);
    assert_eq!((in_split.as_str(), in_run.as_str()), ("1 1 8", "1 1 8"));
    assert_eq!(sends(&saved), 3);
}

const GREETINGS: &[&str] = &["--text", r"HEL\n", "--until", "nothing", "--text", r"WORLD\n", "--until", "nothing", "--cut", "6"];

/// Answers with no request between them come one by one, in the split as in the run.
#[test]
fn a_saved_split_waits_between_answers() {
    let (saved, in_split, in_run) = read_in_split_and_run("takes-10", GREETINGS);
    assert_eq!((in_split.as_str(), in_run.as_str()), ("4 2 4", "4 2 4"));
    assert_eq!((sends(&saved), saved.matches("\"wait\"").count()), (3, 2), "{saved}");
}

/// Whether the client saw where one of them ends is told as it is of a cut.
#[test]
fn an_end_of_an_answer_that_was_not_seen_is_told_of() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (report, code) = served(&client("peeks-for-5", file.path()), &[GREETINGS, &["--confirm", "50ms"]].concat());
    assert_eq!(code, Some(0), "{:#?}", report.rows);
    let row = row(&report, "cut 6");
    assert_eq!((row.waited, row.made, row.confirmed, row.unseen), (2, 1, false, Some(Seen::Unread)), "{row:#?}");
}

/// The places for connections are netlab's limit, not a fault of the client.
#[test]
fn a_client_with_more_connections_than_are_served_at_once_is_not_blamed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let command = client("asks-often", file.path());
    let all = ["split", "--listen", "--exec", &command, "--text", r"ab\n", "--until", "line", "--timeout", "2s"];
    let output = netlab(&all);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{errors}");
    assert!(errors.contains("64 connections open, which is as many as netlab serves at once"), "{errors}");
    assert!(!errors.contains("was not whole"), "{errors}");
}
