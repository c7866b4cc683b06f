//! The runner as CI uses it: what is selected, in which order, how it ends, and that nothing is lost on the way.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder of a test's own, in which netlab is started and keeps what it remembers.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
        command.args(arguments).current_dir(self.path()).env("XDG_STATE_HOME", self.path().join(".state"));
        command
            .envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("COLUMNS", "100")])
            .env_remove("GITHUB_ACTIONS")
            .env_remove("GITHUB_STEP_SUMMARY");
        command
    }

    fn netlab(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }
}

/// A scenario that passes, or fails, without a network: a datagram to oneself.
fn scenario(expected: usize) -> String {
    format!(
        r#"{{ "title": "A message to oneself", "tags": ["udp", "own"], "actors": {{
             "a": [{{ "bind": {{ "udp": "loopback:0" }} }}, {{ "connect": {{ "to": "b" }} }}, {{ "send": {{ "text": "hello" }} }}],
             "b": [{{ "bind": {{ "udp": "loopback:0" }} }}, {{ "recv": {{}} }}] }},
             "expect": {{ "a->b": {{ "reads": [{expected}] }} }} }}"#
    )
}

const BROKEN: &str = r#"{ "title": "No actors" }"#;
/// An address that is not this machine's (RFC 5737), so that the run cannot be carried out.
const IMPOSSIBLE: &str = r#"{ "title": "Cannot be bound", "actors": { "a": [{ "listen": { "tcp": "192.0.2.1:0" } }] } }"#;

fn names(report: &Value) -> Vec<String> {
    report["runs"].as_array().unwrap().iter().map(name).collect()
}

fn name(run: &Value) -> String {
    let part = |value: &Value| value.as_str().map(|text| format!(" [{text}]")).unwrap_or_default();
    format!("{}{}{}", run["scenario"]["file"].as_str().unwrap(), part(&run["case"]), part(&run["family"]))
}

#[test]
fn every_exit_code_with_and_without_json() {
    let folder = Folder::new();
    folder.write("pass.json", &scenario(5));
    folder.write("fail.json", &scenario(4));
    folder.write("broken.json", BROKEN);
    folder.write("impossible.json", IMPOSSIBLE);
    folder.write("skip.json", r#"{ "title": "Skipped", "requires": ["no_route"], "actors": { "a": [{ "sleep": "1ms" }] } }"#);
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let cases: &[(i32, &[&str])] = &[
        (0, &["pass.json"]),
        (1, &["fail.json"]),
        (1, &["pass.json", "fail.json"]),
        (2, &["pass.json", "--no-such-option"]),
        (3, &["broken.json"]),
        (3, &["broken.json", "impossible.json", "fail.json", "pass.json"]),
        (4, &["empty"]),
        (4, &["pass.json", "--filter", "nothing is called this"]),
        (5, &["impossible.json"]),
        (5, &["impossible.json", "fail.json"]),
    ];
    for (code, arguments) in cases {
        for format in
            [&[][..], &["--format", "json"], &["--format", "jsonl"], &["--format", "junit"], &["--format", "tap"], &["--format", "md"]]
        {
            let ran = folder.netlab(&[&["run"], *arguments, format].concat());
            assert_eq!(ran.code, *code, "{arguments:?} {format:?}\n{}{}", ran.out, ran.err);
            if *code != 2 && format == ["--format", "json"] {
                ran.json();
            }
        }
    }
}

#[test]
fn one_bad_file_among_a_hundred_takes_nothing_from_the_others() {
    let folder = Folder::new();
    for number in 0..99 {
        folder.write(&format!("s/{number:02}.json"), &scenario(5));
    }
    folder.write("s/bad.json", BROKEN);
    let reports =
        ["--report-json", "r/out.json", "--report-junit", "r/deep/out.xml", "--report-tap", "r/out.tap", "--report-md", "r/out.md"];
    let ran = folder.netlab(&[&["run", "s"][..], &reports].concat());
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("`actors` is missing"), "{}", ran.err);
    let report = folder.json("r/out.json");
    assert_eq!(report["runs"].as_array().unwrap().len(), 99);
    assert_eq!(report["invalid"][0]["file"], "s/bad.json");
    assert_eq!((&report["summary"]["passed"], &report["summary"]["invalid"]), (&json!(99), &json!(1)));
    let junit = folder.read("r/deep/out.xml");
    assert!(junit.contains(r#"tests="100""#) && junit.contains("s/bad.json"), "{junit}");
    assert_eq!(folder.read("r/out.tap").lines().filter(|line| line.starts_with("ok ") || line.starts_with("not ok ")).count(), 100);
    assert!(folder.read("r/out.md").contains("| 99 | 0 | 0 | 0 | 1 | 0 | 0 |"));
    let left: Vec<_> = std::fs::read_dir(folder.path().join("r")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "no temporary file is left behind: {left:?}");
}

#[test]
fn the_same_seed_gives_the_same_order_and_the_same_report() {
    let folder = Folder::new();
    for number in 0..12 {
        folder.write(&format!("s/{number:02}.json"), &scenario(5));
    }
    // Times and addresses differ from run to run, and so does whether a call had to wait, which the causes rest on.
    fn without_times(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| {
                    !(name.ends_with("_ns")
                        || name.ends_with("_ms")
                        || matches!(name.as_str(), "local" | "peer" | "address" | "calls" | "waited" | "causes" | "counters"))
                });
                fields.values_mut().for_each(without_times);
            }
            Value::Array(elements) => elements.iter_mut().for_each(without_times),
            _ => {}
        }
    }
    let run = |arguments: &[&str]| {
        let mut report = folder.netlab(&[&["run", "s", "--format", "json"], arguments].concat()).json();
        without_times(&mut report);
        report
    };
    let plain = run(&[]);
    assert!(names(&plain).is_sorted());
    assert_eq!(run(&["--jobs", "1"]), plain, "however many at once");
    let shuffled = run(&["--shuffle=7", "--jobs", "4"]);
    assert_eq!(run(&["--shuffle=7"]), shuffled);
    assert_ne!(names(&shuffled), names(&plain));
    assert_eq!(shuffled["suite"]["shuffle"], 7);
    let ran = folder.netlab(&["run", "s", "--shuffle", "--format", "json"]);
    let seed = ran.json()["suite"]["shuffle"].as_u64().unwrap();
    assert!(ran.err.starts_with(&format!("order: --shuffle={seed}\n")), "{}", ran.err);
    assert_eq!(names(&run(&[&format!("--shuffle={seed}")])), names(&ran.json()));
}

#[test]
fn parts_are_run_apart_and_joined() {
    let folder = Folder::new();
    for number in 0..7 {
        folder.write(&format!("s/{number}.json"), &scenario(if number == 3 { 4 } else { 5 }));
    }
    let whole: BTreeSet<String> = names(&folder.netlab(&["run", "s", "--format", "json"]).json()).into_iter().collect();
    for by in ["", "hash:"] {
        let mut seen = Vec::new();
        for part in 1..=3 {
            let (shard, file) = (format!("{by}{part}/3"), format!("{part}.json"));
            folder.netlab(&["run", "s", "-q", "--shard", &shard, "--report-json", &file]);
            seen.extend(names(&folder.json(&file)));
        }
        assert_eq!(seen.len(), 7);
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), whole);
        let ran = folder.netlab(&["report", "--merge", "2.json", "1.json", "3.json", "--format", "json", "--report-junit", "whole.xml"]);
        assert_eq!(ran.code, 1, "one run failed: {}", ran.err);
        let joined = ran.json();
        assert_eq!(names(&joined), whole.iter().cloned().collect::<Vec<_>>());
        assert_eq!((&joined["summary"]["passed"], &joined["summary"]["failed"]), (&json!(6), &json!(1)));
        assert_eq!(joined["suite"]["selected"], 7);
        assert!(folder.read("whole.xml").contains(r#"tests="7""#));
    }
    let ran = folder.netlab(&["report", "--merge", "1.json", "3.json", "-q"]);
    assert_eq!(ran.code, 5);
    assert!(ran.err.contains("no report is part hash:2/3"), "{}", ran.err);
    let ran = folder.netlab(&["report", "--merge", "1.json", "1.json", "2.json", "3.json", "-q"]);
    assert_eq!(ran.code, 5);
    assert!(ran.err.contains("is in 1.json and in 1.json"), "{}", ran.err);
    // More parts than runs: the empty ones are no failure.
    let codes: BTreeSet<i32> =
        (1..=9).map(|part| folder.netlab(&["run", "s", "-q", "--shard", &format!("{part}/9"), "--filter", "!3.json"]).code).collect();
    assert_eq!(codes, BTreeSet::from([0]));
}

#[test]
fn what_is_selected() {
    let folder = Folder::new();
    folder.write("s/a.json", &scenario(5));
    folder.write("s/b.json", &scenario(5).replace("\"own\"", "\"own\", \"slow\""));
    folder.write("s/.hidden.json", BROKEN);
    folder.write("s/_base.json", BROKEN);
    let selected = |arguments: &[&str]| {
        let ran = folder.netlab(&[&["run", "--format", "json"], arguments].concat());
        names(&ran.json())
    };
    assert_eq!(selected(&["s"]), ["s/a.json", "s/b.json"]);
    assert_eq!(selected(&["s/b.json", "s", "./s/a.json"]), ["s/b.json", "s/a.json"], "each once, in the order of the command line");
    assert_eq!(selected(&["s/[ab].json", "--filter", "a.json"]), ["s/a.json"]);
    assert_eq!(selected(&["s", "--tag", "!slow"]), ["s/a.json"]);
    assert_eq!(selected(&["s", "--tag", "udp,slow"]), ["s/b.json"]);
    assert_eq!(selected(&["s", "--tag", "slow", "--filter", "!b"]), [""; 0]);
    assert_eq!(selected(&["sticky/t*"]), ["sticky/three-sends", "sticky/two-reads"]);
    let ran = folder.netlab(&["run", "s", "--tag", "slwo"]);
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("no scenario here has the tag `slwo`; did you mean `slow`?"), "{}", ran.err);
    for (what, code) in [("pass", 0), ("warn", 0), ("fail", 4)] {
        let ran = folder.netlab(&["run", "s", "--filter", "none", "--no-tests", what]);
        assert_eq!((ran.code, ran.err.is_empty()), (code, what == "pass"), "{what}: {}", ran.err);
    }
    let mut child = folder.command(&["run", "-", "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(scenario(5).as_bytes()).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, names(&ran.json())), (0, vec!["<stdin>".to_owned()]));
    let listed = folder.netlab(&["list", "s", "--tag", "slow", "--format", "json"]).json();
    assert_eq!(listed["scenarios"].as_array().unwrap().len(), 1);
}

#[test]
fn a_dry_run_shows_the_plan_and_opens_no_socket() {
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    folder.write(
        "s.json",
        &format!(r#"{{ "title": "t", "actors": {{ "a": [{{ "connect": {{ "tcp": "{address}" }} }}, {{ "recv": {{}} }}] }} }}"#),
    );
    let ran = folder.netlab(&["run", "s.json", "--dry-run", "--recv-size", "77", "--timeout", "1500ms"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains(&address.to_string()) && ran.out.contains("up to 77 bytes"), "{}", ran.out);
    let plan = folder.netlab(&["run", "s.json", "--dry-run", "--format", "json", "--recv-size", "77"]).json();
    assert_eq!(plan["runs"][0]["settings"]["recv_size"], 77);
    assert_eq!(plan["runs"][0]["actors"][0]["steps"][1]["step"], "recv");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "nobody connected");
}

#[test]
fn failures_stop_the_suite_when_asked() {
    let folder = Folder::new();
    for number in 0..30 {
        folder.write(&format!("s/{number:02}.json"), &scenario(if number == 2 || number == 20 { 4 } else { 5 }));
    }
    let ran = folder.netlab(&["run", "s", "--fail-fast", "--jobs", "1", "--format", "json"]);
    let report = ran.json();
    assert_eq!(ran.code, 1);
    assert_eq!((&report["summary"]["failed"], &report["summary"]["interrupted"]), (&json!(1), &json!(false)));
    let run = report["runs"].as_array().unwrap().len() as u64;
    assert!((3..=5).contains(&run), "what was under way is finished, and no more begun: {run}");
    assert_eq!(report["summary"]["not_run"], 30 - run);
    let report = folder.netlab(&["run", "s", "--max-fail", "3", "--format", "json"]).json();
    assert_eq!((&report["summary"]["not_run"], &report["summary"]["failed"]), (&json!(0), &json!(2)));
}

/// A server that closes the first connections at once, and says `ok` on the later ones.
fn flaky_server(bad: usize) -> (std::net::SocketAddr, std::thread::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        for number in 1.. {
            let (mut connection, _) = listener.accept().unwrap();
            let mut asked = [0];
            if connection.read(&mut asked).unwrap() == 0 || asked == *b"q" {
                return number - 1;
            }
            if number > bad {
                connection.write_all(b"ok").unwrap();
            }
        }
        0
    });
    (address, thread)
}

fn ask(address: std::net::SocketAddr) -> String {
    format!(
        r#"{{ "title": "Asks", "actors": {{ "a": [{{ "connect": {{ "tcp": "{address}" }} }}, {{ "send": {{ "text": "?" }} }}, {{ "recv_exact": {{ "bytes": 2 }} }}] }} }}"#
    )
}

#[test]
fn what_passes_only_when_tried_again_is_flaky() {
    for (bad, retries, flaky, code, attempts) in
        [(1, "2", "pass", 0, 2), (1, "2", "fail", 1, 2), (2, "2", "pass", 0, 3), (9, "2", "pass", 1, 3), (1, "0", "pass", 1, 1)]
    {
        let folder = Folder::new();
        let (address, server) = flaky_server(bad);
        folder.write("s.json", &ask(address));
        let reports = ["--report-json", "r.json", "--report-junit", "r.xml", "--report-tap", "r.tap"];
        let ran = folder.netlab(&[&["run", "s.json", "--retries", retries, "--flaky", flaky][..], &reports].concat());
        std::net::TcpStream::connect(address).unwrap().write_all(b"q").unwrap();
        assert_eq!((ran.code, server.join().unwrap()), (code, attempts), "{}", ran.out);
        let report = folder.json("r.json");
        let earlier = report["runs"][0]["earlier"].as_array().map_or(0, Vec::len);
        assert_eq!(earlier + 1, attempts);
        let is_flaky = bad < attempts && attempts > 1;
        assert_eq!(report["summary"]["flaky"], u64::from(is_flaky));
        let junit = folder.read("r.xml");
        assert_eq!(junit.contains("<flakyFailure"), is_flaky, "{junit}");
        // Where that is to fail, it is a failure of its own kind beside it.
        assert_eq!(junit.contains(r#"<failure type="flaky""#) || junit.contains(r#"type="flaky""#), is_flaky && flaky == "fail", "{junit}");
        assert_eq!(junit.contains("<rerunFailure"), attempts > 1 && !is_flaky, "{junit}");
        assert_eq!(ran.out.contains("FLAKY"), is_flaky, "{}", ran.out);
        assert_eq!(folder.read("r.tap").contains("not ok 1"), code == 1);
    }
}

#[test]
fn only_what_failed_is_run_again() {
    let folder = Folder::new();
    folder.write("s/a.json", &scenario(4));
    folder.write("s/b.json", &scenario(5));
    folder.write("s/c.json", &scenario(4));
    let again = |arguments: &[&str]| {
        let ran = folder.netlab(&[&["run", "--last-failed", "--format", "json"], arguments].concat());
        (ran.code, names(&ran.json()))
    };
    assert_eq!(folder.netlab(&["run", "--last-failed"]).code, 4, "nothing is known yet");
    folder.netlab(&["run", "s"]);
    assert_eq!(again(&["s"]), (1, vec!["s/a.json".to_owned(), "s/c.json".to_owned()]));
    folder.write("s/a.json", &scenario(5));
    assert_eq!(again(&["s/a.json"]).0, 0);
    let (code, names) = again(&[]);
    assert!(code == 1 && names.len() == 1 && names[0].ends_with("s/c.json"), "it was mended, and the other was not run: {names:?}");
    folder.write("s/c.json", &scenario(5));
    assert_eq!(again(&[]).0, 0);
    let ran = folder.netlab(&["run", "--last-failed", "s"]);
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("none of them is known to have failed"), "{}", ran.err);
}

#[test]
fn too_few_descriptors_are_waited_for() {
    let folder = Folder::new();
    for number in 0..20 {
        folder.write(&format!("s/{number:02}.json"), &scenario(5).replace("\"title\"", "\"families\": [\"ipv4\", \"ipv6\"], \"title\""));
    }
    // One run needs about a dozen descriptors beside the process's own; sixteen at once need far more.
    let program = env!("CARGO_BIN_EXE_netlab");
    let limited = |limit: u32, jobs: u32| {
        let script = format!("ulimit -n {limit}; exec {program} run s --jobs {jobs} --format json");
        Ran::of(Command::new("sh").args(["-c", &script]).current_dir(folder.path()).env("XDG_STATE_HOME", folder.path()).output().unwrap())
    };
    let ran = limited(48, 16);
    assert_eq!(ran.code, 0, "{}", ran.err);
    // IPv6 may be missing here; what is short of descriptors must not be taken for that.
    let skipped = ran.json()["summary"]["skipped"].as_u64().unwrap();
    assert_eq!(skipped, if std::net::UdpSocket::bind("[::1]:0").is_ok() { 0 } else { 20 }, "{}", ran.out);
    // Where even one has not enough it is an error, said in words, and no crash. How many netlab itself needs depends on what it inherits:
    // the least with which it gets as far as a report is too few for a run, which opens several.
    let ran = (4..48).map(|limit| limited(limit, 4)).find(|ran| !ran.out.is_empty()).unwrap();
    assert_eq!(ran.code, 5, "{}", ran.err);
    let report = ran.json();
    assert_eq!(report["runs"].as_array().unwrap().len(), 40);
    assert!(report["summary"]["errors"].as_u64().unwrap() > 0, "{}", ran.out);
}

#[test]
fn a_report_that_cannot_be_written_does_not_keep_the_others() {
    let folder = Folder::new();
    folder.write("s.json", &scenario(5));
    folder.write("file", "");
    let full = Path::new("/dev/full").exists();
    let bad = if full { "/dev/full" } else { "file/x.xml" };
    let ran = folder.netlab(&["run", "s.json", "--report-junit", bad, "--report-tap", "file/out.tap", "--report-json", "good.json"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
    assert!(ran.err.contains(&format!("cannot write the report {bad}")) && ran.err.contains("file/out.tap"), "{}", ran.err);
    assert!(ran.out.contains("1 passed"));
    assert_eq!(folder.json("good.json")["summary"]["passed"], 1);
    let ran = folder.netlab(&["run", "s.json", "--save-trace", "file/traces", "--save", "all"]);
    assert_eq!(ran.code, 5, "{}", ran.err);
}

#[test]
fn an_interrupted_suite_ends_its_reports() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let folder = Folder::new();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        folder.write("s/a.json", &scenario(5));
        let waits = format!(
            r#"{{ "title": "Waits", "defaults": {{ "timeout": "5m" }}, "deadline": "10m", "actors": {{ "a": [{{ "connect": {{ "tcp": "{address}" }} }}, {{ "recv": {{}} }}] }} }}"#
        );
        folder.write("s/b.json", &waits);
        folder.write("s/c.json", &scenario(5));
        let reports = ["--report-json", "r.json", "--report-junit", "r.xml", "--report-tap", "r.tap", "--report-md", "r.md"];
        let child = folder.command(&[&["run", "s", "--jobs", "1", "--format", "jsonl"][..], &reports].concat());
        let child = { child }.stdout(Stdio::piped()).spawn().unwrap();
        let (_connection, _) = listener.accept().unwrap();
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.code, code);
        let last: Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
        assert_eq!((&last["event"], &last["interrupted"], &last["not_run"]), (&json!("summary"), &json!(true), &json!(1)));
        assert_eq!(folder.json("r.json")["summary"], {
            let mut summary = last;
            summary.as_object_mut().unwrap().remove("event");
            summary
        });
        assert!(folder.read("r.xml").contains("the suite is incomplete"));
        assert!(folder.read("r.tap").contains("Bail out!"));
        assert!(folder.read("r.md").contains("Interrupted"));
    }
}

#[test]
fn saved_runs_are_shown_again_and_compared() {
    let folder = Folder::new();
    folder.write("s/a.json", &scenario(5));
    folder.write("s/b.json", &scenario(4));
    folder.write("s/bad.json", BROKEN);
    let ran = folder.netlab(&["run", "s", "-v", "--report-json", "r.json", "--save-trace", "failed"]);
    assert_eq!(ran.code, 3);
    let again = folder.netlab(&["report", "r.json", "-v"]);
    assert_eq!(again.code, 3);
    let without_numbers = |text: &str| {
        text.lines()
            .map(|line| line.split_once("] ").filter(|(number, _)| number.starts_with('[')).map_or(line, |(_, rest)| rest).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(without_numbers(&ran.out), without_numbers(&again.out), "word for word, from the report alone");
    assert_eq!(ran.err, again.err);
    let saved: Vec<_> = std::fs::read_dir(folder.path().join("failed")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(saved, ["s-b.json"], "those that failed");
    let ran = folder.netlab(&["report", "failed"]);
    assert!(ran.code == 1 && ran.out.contains("reads differ") && ran.out.contains("observed [5], expected [4]"), "{}", ran.out);

    folder.netlab(&["run", "s", "-q", "--save-trace", "before", "--save", "all"]);
    folder.write("s/a.json", &scenario(5).replace("hello", "hey"));
    std::fs::remove_file(folder.path().join("s/b.json")).unwrap();
    folder.netlab(&["run", "s", "-q", "--save-trace", "after", "--save", "all"]);
    let ran = folder.netlab(&["diff", "before", "after"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("DIFFERS s/a.json") && ran.out.contains("5 (preserved) → 3 (preserved)") && ran.out.contains("ONLY IN A s/b.json"),
        "{}",
        ran.out
    );
    let diff = folder.netlab(&["diff", "before", "after", "--format", "json"]).json();
    assert_eq!((&diff["different"], &diff["alone"]), (&json!(1), &json!(1)));
    assert_eq!(folder.netlab(&["diff", "before", "before"]).code, 0);
    for (file, text) in [("none.json", None), ("bad.json", Some("{")), ("new.json", Some(r#"{"version": 99}"#)), ("s.json", Some(BROKEN))] {
        if let Some(text) = text {
            folder.write(file, text);
        }
        let ran = folder.netlab(&["report", file]);
        assert!(ran.code == 5 && ran.err.starts_with(&format!("error: cannot read {file}: ")), "{file}: {} {}", ran.code, ran.err);
    }
}

#[test]
fn annotations_stand_at_their_place() {
    let folder = Folder::new();
    folder.write(
        "sub/s.json",
        "{\n \"title\": \"50% of: a, b\",\n \"actors\": {\n  \"a\": [\n   { \"sleep\": \"1ms\", \"expect\": \"ECONNRESET\" }\n  ]\n }\n}\n",
    );
    folder.write("sub/bad.json", BROKEN);
    let mut command = folder.command(&["run", "s.json", "bad.json"]);
    command.current_dir(folder.path().join("sub")).env("GITHUB_ACTIONS", "true");
    command.env("GITHUB_WORKSPACE", folder.path()).env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"));
    folder.write("summary.md", "before\n");
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 3);
    let annotations: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(annotations.len(), 2, "{}", ran.err);
    assert!(annotations[0].starts_with("::error file=sub/bad.json,line=1,col=1,title=`actors` is missing::"), "{}", annotations[0]);
    assert!(annotations[1].starts_with("::error file=sub/s.json,line=5,col=32,title=s.json%3A a%3A sleep"), "{}", annotations[1]);
    assert!(!ran.out.contains("::error"), "results stay clean");
    let summary = folder.read("summary.md");
    assert!(summary.starts_with("before\n## netlab: failed"), "{summary}");
    let ran = folder.netlab(&["run", "sub/s.json", "--annotations", "github"]);
    assert!(ran.err.contains("::error file=sub/s.json,"), "{}", ran.err);
    let mut command = folder.command(&["run", "sub/s.json", "--annotations", "none"]);
    assert!(!Ran::of(command.env("GITHUB_ACTIONS", "true").output().unwrap()).err.contains("::error"));
}

#[test]
fn what_failed_comes_last_with_the_command_to_run_it_again() {
    let folder = Folder::new();
    folder.write("s/a.json", &scenario(5));
    let cases = scenario(5).replace(
        r#""expect": { "a->b""#,
        r#""cases": { "it's right": {}, "it's wrong": { "expect": { "a->b": { "reads": [4] } } } }, "expect": { "a->b""#,
    );
    folder.write("s/b c.json", &cases);
    let ran = folder.netlab(&["run", "s", "--seed", "7"]);
    assert_eq!(ran.code, 1);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with("[1/3] PASS s/a.json") && lines[2].starts_with("[3/3] FAIL s/b c.json [it's wrong]"), "{}", ran.out);
    let command = lines.iter().find(|line| line.trim_start().starts_with("netlab run")).unwrap().trim();
    let words = shlex::split(command).unwrap();
    assert_eq!(words, ["netlab", "run", "s/b c.json", "--filter", "[it's wrong]", "--seed", "7"]);
    let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let again = folder.netlab(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!((again.code, names(&again.json())), (1, vec!["s/b c.json [it's wrong]".to_owned()]));
}

#[test]
fn what_cannot_be_looked_into_is_said_and_links_are_followed() {
    let folder = Folder::new();
    folder.write("real/fail.json", &scenario(4));
    folder.write("s/a.json", &scenario(5));
    std::os::unix::fs::symlink("../real/fail.json", folder.path().join("s/link.json")).unwrap();
    std::os::unix::fs::symlink("../real", folder.path().join("s/folder")).unwrap();
    std::os::unix::fs::symlink("..", folder.path().join("s/loop")).unwrap();
    let by_folder = folder.netlab(&["run", "s", "--format", "json"]);
    assert_eq!(by_folder.code, 1, "{}", by_folder.err);
    assert_eq!(names(&by_folder.json()), ["s/a.json", "s/folder/fail.json"], "what is reached twice runs once");
    std::os::unix::fs::symlink("nowhere", folder.path().join("s/gone.json")).unwrap();
    let ran = folder.netlab(&["run", "s", "--format", "json"]);
    assert_eq!((ran.code, &ran.json()["invalid"][0]["file"]), (3, &json!("s/gone.json")));
    assert_eq!(names(&ran.json()).len(), 2, "the others run all the same");
}

#[test]
fn reports_among_the_scenarios_are_left_out() {
    let folder = Folder::new();
    folder.write("s/a.json", &scenario(5));
    for _ in 0..2 {
        assert_eq!(folder.netlab(&["run", "s", "-q", "--report-json", "s/out.json", "--save-trace", "s/t", "--save", "all"]).code, 0);
    }
    let ran = folder.netlab(&["run", "s/out.json"]);
    assert!(ran.code == 3 && ran.err.contains("`netlab report s/out.json` shows it"), "{}", ran.err);
}

#[test]
fn failures_count_when_they_happen() {
    let folder = Folder::new();
    // The second fails; all others wait for the test, which answers the first, and the others when the second is known to have failed.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for number in 0..40 {
        folder.write(&format!("s/{number:02}.json"), &if number == 1 { scenario(4) } else { ask(address) });
    }
    let mut child =
        folder.command(&["run", "s", "--fail-fast", "--jobs", "2", "--format", "jsonl"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let (mut connection, _) = listener.accept().unwrap();
    connection.write_all(b"ok").unwrap();
    let is_shown = |line: &String| line.contains(r#""event":"run""#) && line.contains("s/01.json");
    let mut shown = Vec::new();
    while shown.last().is_none_or(|line| !is_shown(line)) {
        shown.push(lines.next().unwrap());
    }
    let answering = std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            if stream.write_all(b"ok").is_err() || stream.read_exact(&mut [0]).is_err() {
                break;
            }
        }
    });
    shown.extend(lines);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    // Ends the thread, with a connection that asks nothing.
    drop(std::net::TcpStream::connect(address).unwrap());
    answering.join().unwrap();
    let summary: Value = serde_json::from_str(shown.last().unwrap()).unwrap();
    assert_eq!(summary["failed"], json!(1));
    let begun = shown.iter().filter(|line| line.contains(r#""event":"started""#)).count();
    assert!((2..=3).contains(&begun), "the first two, and one that began when the first had ended: {begun}");
    // One at a time nothing at all follows.
    for _ in 0..10 {
        let summary =
            &folder.netlab(&["run", "s", "--filter", "!00.json", "--fail-fast", "--jobs", "1", "--format", "json"]).json()["summary"];
        assert_eq!((&summary["failed"], &summary["passed"], &summary["not_run"]), (&json!(1), &json!(0), &json!(38)));
    }
    // What counts as a failure is what the summary counts.
    folder.write("t/a.json", r#"{ "title": "Skipped", "requires": ["no_route", "ipv6"], "actors": { "a": [{ "sleep": "1ms" }] } }"#);
    let ran = folder.netlab(&["run", "t", "--strict", "--fail-fast", "--format", "json"]).json();
    assert_eq!(ran["summary"]["not_run"], 0);
}

#[test]
fn one_report_a_file_and_links_stay_links() {
    let folder = Folder::new();
    folder.write("s.json", &scenario(5));
    let ran = folder.netlab(&["run", "s.json", "--report-json", "o/x", "--report-junit", "./o/x"]);
    assert!(ran.code == 2 && ran.err.contains("only one of them would be left"), "{}", ran.err);
    assert_eq!(folder.netlab(&["run", "s.json", "--report-json", "-"]).code, 2);
    assert_eq!(folder.netlab(&["run", "s.json", "--dry-run", "--report-json", "x"]).code, 2);
    folder.write("real.xml", "old");
    std::os::unix::fs::symlink("real.xml", folder.path().join("link.xml")).unwrap();
    assert_eq!(folder.netlab(&["run", "s.json", "-q", "--report-junit", "link.xml"]).code, 0);
    assert!(folder.path().join("link.xml").is_symlink() && folder.read("real.xml").contains("<testsuites"));
    // Standard output, by its name, and redirected into a file.
    std::os::unix::fs::symlink("/proc/self/fd/1", folder.path().join("out")).unwrap();
    let out = std::fs::File::create(folder.path().join("out.txt")).unwrap();
    assert!(folder.command(&["run", "s.json", "-q", "--report-tap", "out"]).stdout(out).status().unwrap().success());
    assert!(folder.path().join("out").is_symlink());
    let text = folder.read("out.txt");
    assert!(text.contains("TAP version 14") && text.contains("1..1") && text.contains("1 passed"), "{text}");
}

#[test]
fn names_of_saved_runs_keep_their_letters_and_old_ones_go() {
    let folder = Folder::new();
    folder.write("粘包.json", &scenario(4));
    folder.write("半包.json", &scenario(4));
    folder.netlab(&["run", "粘包.json", "半包.json", "-q", "--save-trace", "t"]);
    let ran = folder.netlab(&["report", "t", "-q"]);
    assert!(ran.code == 1 && ran.out.contains("2 failed"), "{}", ran.out);
    folder.write("粘包.json", &scenario(5));
    folder.netlab(&["run", "粘包.json", "半包.json", "-q", "--save-trace", "t"]);
    assert!(folder.netlab(&["report", "t", "-q"]).out.contains("1 failed"), "what was mended is not shown again");
}

#[test]
fn what_failed_and_is_broken_or_gone_is_not_hidden() {
    let folder = Folder::new();
    let cases = scenario(5).replace(r#""expect": { "a->b""#, r#""cases": { "x": {} }, "expect": { "a->b""#);
    folder.write("s/c.json", &cases.replace("[5]", "[4]"));
    folder.write("s/b.json", &scenario(4));
    folder.netlab(&["run", "s", "-q"]);
    folder.write("s/c.json", BROKEN);
    folder.write("s/b.json", &scenario(5));
    let ran = folder.netlab(&["run", "--last-failed"]);
    assert!(ran.code == 3 && ran.err.contains("s/c.json"), "{} {}", ran.out, ran.err);
    assert!(!ran.err.contains(&folder.path().display().to_string()), "files are called as they were: {}", ran.err);
    folder.write("s/c.json", &cases);
    assert_eq!(folder.netlab(&["run", "--last-failed", "-q"]).code, 0);
    folder.write("s/b.json", &scenario(4));
    folder.netlab(&["run", "s", "-q"]);
    std::fs::remove_file(folder.path().join("s/b.json")).unwrap();
    assert_eq!(folder.netlab(&["run", "--last-failed"]).code, 4, "what is gone cannot fail");
    // The command that was printed to run one case again does not hide that the file is broken now.
    folder.write("s/c.json", BROKEN);
    assert_eq!(folder.netlab(&["run", "s/c.json", "--filter", "[x]"]).code, 3);
}

#[test]
fn a_base_in_the_folder_above_is_found_however_the_file_is_named() {
    let folder = Folder::new();
    folder.write("s/_base.json", &scenario(5));
    folder.write("s/in/kid.json", r#"{ "extends": "../_base.json", "title": "Kid" }"#);
    for path in ["s", "s/in/kid.json", "s/**/kid.json"] {
        let ran = folder.netlab(&["run", path, "-q"]);
        assert_eq!(ran.code, 0, "{path}: {}", ran.err);
    }
    let ran = folder.netlab(&["run", "s/in", "-q"]);
    assert!(ran.code == 3 && ran.err.contains("outside"), "not out of a folder that is given: {}", ran.err);
}

#[test]
fn a_repeated_signal_is_one_wish() {
    let folder = Folder::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    folder.write("s.json", &ask(listener.local_addr().unwrap()));
    let child = folder.command(&["run", "s.json", "--report-json", "r.json"]).stdout(Stdio::piped()).spawn().unwrap();
    let (_connection, _) = listener.accept().unwrap();
    // As timeout(1) does: the process, and at once its group.
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let _ = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert_eq!(Ran::of(child.wait_with_output().unwrap()).code, 143);
    assert_eq!(folder.json("r.json")["summary"]["interrupted"], true);
}

#[test]
fn text_that_xml_cannot_hold_gives_a_well_formed_report() {
    let folder = Folder::new();
    folder.write("s.json", &scenario(4).replace("A message", "\\ufffe \\uffff A message"));
    folder.netlab(&["run", "s.json", "-q", "--report-junit", "r.xml"]);
    let text = folder.read("r.xml");
    roxmltree::Document::parse(&text).unwrap();
    assert!(!text.contains(['\u{fffe}', '\u{ffff}']));
}
