//! `netlab split --listen`: clients under test, each a program of its own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a client under test prints something")]

use std::io::{Read, Write};
use std::net::TcpStream;
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

/// What is called confirmed is what the client's own reads show.
#[test]
fn the_client_reads_each_piece_alone() {
    each_piece_is_read_alone(1);
}

/// The same, by the thousands: `cargo test --test split_listen -- --ignored`.
#[test]
#[ignore = "takes half a minute"]
fn ten_thousand_pieces_are_read_alone() {
    each_piece_is_read_alone(100);
}

fn each_piece_is_read_alone(rounds: usize) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let command = unruly("keeps-sizes").replacen("sh -c '", &format!("sh -c 'KEPT=\"{}\" ", file.path().display()), 1);
    let text = "a".repeat(100) + r"\n";
    for _ in 0..rounds {
        std::fs::write(file.path(), "").unwrap();
        let (report, code) = report(&command, &["--text", &text, "--until", "line"]);
        assert_eq!(code, Some(0), "{:#?}", report.rows.iter().find(|row| !row.verdict.is_same()));
        assert!(report.rows.iter().all(|row| row.confirmed), "{:#?}", report.rows.iter().find(|row| !row.confirmed));
        let kept = std::fs::read_to_string(file.path()).unwrap();
        let mut expected = vec!["101".to_owned(); 2];
        expected.extend((1..101).map(|cut| format!("{cut} {}", 101 - cut)));
        expected.push(vec!["1"; 101].join(" "));
        assert_eq!(kept.lines().collect::<Vec<_>>(), expected, "uncut twice, each cut, byte by byte");
    }
}

/// `cargo test --test split_listen -- --ignored real_clients`
#[test]
#[ignore = "needs curl, wget and redis-cli"]
#[allow(clippy::print_stderr, reason = "what was skipped is said")]
fn real_clients_pass_every_cut() {
    let http = r"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n";
    let chunked = r"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n0\r\n\r\n";
    let short = r"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n";
    for (command, answer, until, splits) in [
        ("curl -s --noproxy '*' http://{address}/", http, "http_message", 70),
        ("curl -s --noproxy '*' http://{address}/", chunked, "http_message", 63),
        ("wget -q -O - --no-proxy http://{address}/", short, "http_message", 44),
        ("redis-cli -h {host} -p {port} LRANGE l 0 1", r"*2\r\n$3\r\nabc\r\n$2\r\nde\r\n", "resp", 21),
    ] {
        let program = command.split(' ').next().unwrap();
        if Command::new(program).arg("--version").output().is_err() {
            eprintln!("skipped: there is no {program}");
            continue;
        }
        let (report, code) = report(command, &["--text", answer, "--until", until]);
        assert_eq!(code, Some(0), "{command}: {:#?}", report.rows.iter().find(|row| !row.verdict.is_same()));
        assert!(report.rows.iter().all(|row| row.confirmed), "{command}: {:#?}", report.rows.iter().find(|row| !row.confirmed));
        assert_eq!(report.rows.len(), splits, "{command}");
        assert!(report.head.baseline.bytes > 0, "{command} printed nothing");
    }
}

#[test]
fn each_fault_is_found_in_its_range() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("one-recv", LINE, &["1..6 different"]),
        ("header-recv", FRAME, &["1..3 exit code 1"]),
        ("body-recv", FRAME, &["5..8 different"]),
        ("unchecked", &["--text", r"key: value\n", "--until", "line"], &["1..3 killed by 6"]),
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
    let (report, code) = report(&client("cut-delimiter"), &[LINE, &["--cut", "6", "--timeout", "1s"]].concat());
    assert_eq!(code, Some(1));
    assert_eq!(ranges(&report), ["6 not ended"], "{:#?}", report.rows);
    assert_eq!(report.smallest.as_deref(), Some("cut 6"));
    let others = ["--cut", "1", "--cut", "2", "--cut", "3", "--cut", "4", "--cut", "5"];
    let (report, code) = self::report(&client("cut-delimiter"), &[LINE, &others].concat());
    assert_eq!((code, ranges(&report)), (Some(0), vec![]), "{:#?}", report.rows);
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

const WAY: &str = "NETLAB_TEST_CLIENT_WAY";

/// A command that starts the test below as a client of its own.
fn unruly(way: &str) -> String {
    let binary = std::env::current_exe().unwrap();
    format!("sh -c '{WAY}={way} ADDRESS={{address}} exec \"{}\" --exact a_client_for_exec --nocapture'", binary.display())
}

/// The client of [`unruly`]; alone it does nothing.
#[test]
fn a_client_for_exec() {
    let Ok(way) = std::env::var(WAY) else { return };
    let connect = || TcpStream::connect(std::env::var("ADDRESS").unwrap()).unwrap();
    let ask = || {
        let mut stream = connect();
        stream.write_all(b"GET\n").unwrap();
        stream
    };
    let code = match way.as_str() {
        "deaf" => {
            let _stream = ask();
            std::thread::park();
            0
        }
        "floods" => {
            let mut stream = connect();
            while stream.write_all(&[b'x'; 10_000]).is_ok() {}
            4
        }
        "mute" => {
            let _ = connect().read(&mut [0]);
            5
        }
        "curt" => {
            connect().write_all(b"GE").unwrap();
            5
        }
        "early" => {
            drop(ask());
            0
        }
        "again" => loop {
            let _ = ask().read(&mut [0]);
        },
        "shouts" => {
            let _stream = ask();
            loop {
                println!("more and more");
            }
        }
        "leaves" => {
            // The child has a connection of its own, and tells when it has.
            let mut child =
                Command::new("sh").args(["-c", "sleep 1000 & echo $!; wait"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
            let mut pid = [0; 20];
            let count = child.stdout.take().unwrap().read(&mut pid).unwrap();
            std::fs::write(std::env::var("PIDFILE").unwrap(), &pid[..count]).unwrap();
            let _ = ask().read(&mut [0; 100]);
            // It is left behind: that is the matter.
            drop(child.try_wait());
            0
        }
        "to-the-end" => {
            let mut answer = Vec::new();
            ask().read_to_end(&mut answer).unwrap();
            println!("{}", answer.escape_ascii());
            0
        }
        "keeps-sizes" => {
            let mut stream = ask();
            let (mut buffer, mut sizes) = ([0; 4096], Vec::new());
            loop {
                let count = stream.read(&mut buffer).unwrap();
                sizes.push(count.to_string());
                if buffer[..count].ends_with(b"\n") {
                    break;
                }
            }
            let mut kept = std::fs::OpenOptions::new().append(true).open(std::env::var("KEPT").unwrap()).unwrap();
            writeln!(kept, "{}", sizes.join(" ")).unwrap();
            0
        }
        "half-closed" => {
            let mut stream = ask();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = [0; 7];
            stream.read_exact(&mut answer).unwrap();
            println!("{}", answer.escape_ascii());
            0
        }
        way => panic!("no way {way}"),
    };
    std::process::exit(code);
}

#[test]
fn a_client_that_does_not_behave_is_told_of_in_bounded_time_and_memory() {
    let with = |command: &str, arguments: &[&str]| {
        let output = netlab(command, &[LINE, &["--cut", "two", "--max-answer", "1000"], arguments].concat());
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let soon: &[&str] = &["--timeout", "300ms"];
    for (command, arguments, words) in [
        (unruly("deaf"), soon, "the client did not end in time with the uncut answers (1 connection)"),
        (unruly("shouts"), soon, "the client wrote more than 1000 bytes; `--max-answer` allows more"),
        (unruly("again"), soon, "the client did not end in time"),
        (unruly("to-the-end"), soon, "`--close fin`"),
        (
            unruly("curt"),
            &[],
            "nothing was sent to the client before it ended (exit code 5; 1 connection; request 1 (until line) was not whole when",
        ),
        (unruly("mute"), soon, "request 1 (until line) was not whole when the client was stopped"),
        (unruly("floods"), &[], "request 1 (until line) does not end within the bytes allowed"),
        (
            "sh -c 'echo where?; sleep 1000 # {port}'".to_owned(),
            &["--ready", "300ms", "--timeout", "1m"],
            "the client made no connection: it went on in vain",
        ),
        ("sh -c 'echo where?; exit 3 # {port}'".to_owned(), &[], "the client made no connection: it ended with exit code 3"),
        ("/no/such/client {port}".to_owned(), &[], "cannot start `/no/such/client {port}`: No such file"),
    ] {
        let (code, said) = with(&command, arguments);
        assert_eq!(code, Some(5), "{said}");
        assert!(said.contains(words), "{words}\n{said}");
    }
    // What it does not read it cannot have seen; that is no failure.
    let (code, said) = with(&unruly("early"), &[]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_child_that_a_client_leaves_behind_ends_with_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let command = unruly("leaves").replacen("sh -c '", &format!("sh -c 'PIDFILE=\"{}\" ", file.path().display()), 1);
    let output = netlab(&command, &[LINE, &["--cut", "3"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let child = std::fs::read_to_string(file.path()).unwrap();
    while is_running(child.trim()) {
        std::thread::yield_now();
    }
}

/// Ctrl-C, and a death that no program can prevent: the client ends all the same.
#[test]
fn a_client_does_not_outlive_netlab() {
    for signal in ["INT", "KILL"] {
        let file = tempfile::NamedTempFile::new().unwrap();
        let command = format!("sh -c 'trap \"\" TERM; sleep 1000 & echo $! >\"{}\"; wait # {{port}}'", file.path().display());
        let mut netlab = Command::new(env!("CARGO_BIN_EXE_netlab"))
            .args(["split", "--listen", "--text", "PING", "--until", "line", "--ready", "1h", "--exec", &command])
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let client = loop {
            let written = std::fs::read_to_string(file.path()).unwrap();
            match written.strip_suffix('\n') {
                Some(pid) => break pid.to_owned(),
                None => std::thread::yield_now(),
            }
        };
        assert!(is_running(&client));
        assert!(Command::new("kill").args(["-s", signal, &netlab.id().to_string()]).status().unwrap().success());
        let code = netlab.wait().unwrap().code();
        assert_eq!(code, (signal == "INT").then_some(130));
        while is_running(&client) {
            std::thread::yield_now();
        }
    }
}

/// Whether a process is there, and is more than an entry that nobody has taken note of.
fn is_running(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[test]
fn requests_end_and_connections_close_in_every_way() {
    // Behind the end of the stream; the client reads on.
    let (half, code) = report(&unruly("half-closed"), &["--text", r"HELLO\r\n", "--until", "eof"]);
    assert_eq!(code, Some(0), "{:#?}", half.rows);
    assert!(half.rows.iter().all(|row| row.confirmed && row.verdict.is_same()), "{:#?}", half.rows);
    let (ended, code) = report(&unruly("to-the-end"), &[LINE, &["--close", "fin"]].concat());
    assert_eq!(code, Some(0), "{:#?}", ended.rows);
    assert!(ended.rows.iter().all(|row| row.confirmed), "{:#?}", ended.rows);
    // The server speaks first, and twice.
    let greeting = ["--text", r"HEL", "--until", "nothing", "--text", r"LO\n", "--until", "nothing"];
    let (greeted, code) = report(&client("line"), &greeting);
    assert_eq!(code, Some(0), "{:#?}", greeted.rows);
    let names: Vec<&str> = greeted.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["cut 1", "cut 2", "cut 4", "cut 5", "byte by byte", "coalesced"]);
    assert!(greeted.rows.iter().all(|row| row.confirmed), "{:#?}", greeted.rows);
    // Two answers that come one by one are not one line to a client that reads once.
    let (code, words) = {
        let output = netlab(&client("one-recv"), &greeting);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(code, Some(1));
    assert!(words.contains("fail: coalesced: from byte 3: \"LO"), "{words}");
}

#[test]
fn a_client_is_judged_by_what_is_asked_for() {
    let faulty = client("one-recv");
    let (by_exit, code) = report(&faulty, &[LINE, &["--judge", "exit"]].concat());
    assert_eq!(code, Some(0), "it ends well, whatever it printed: {:#?}", by_exit.rows);
    let (_, code) = report(&faulty, &[LINE, &["--cut", "two", "--allow-fail", "1..6"]].concat());
    assert_eq!(code, Some(0));
    // What the client prints may vary by itself, or be of no interest.
    let varying = format!("sh -c 'echo $$; exec {}'", client("line").replace('\'', ""));
    let (varied, code) = report(&varying, &[LINE, &["--cut", "two"]].concat());
    assert_eq!(code, Some(0), "{:#?}", varied.rows);
    let (_, code) = report(&faulty, &[LINE, &["--mask", "[A-Z].*"]].concat());
    assert_eq!(code, Some(0));
    // A client that refuses malformed answers must do so for every cut.
    let output = netlab(&client("framed"), &["--hex", "ff000000 68656c6c6f", "--until", "line"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("note: the uncut answers give exit code 1 already"));
}

#[test]
fn several_clients_run_at_once_and_parts_are_the_whole() {
    let names = |arguments: &[&str]| -> Vec<String> {
        let (report, code) = report(&client("line"), &[LINE, arguments].concat());
        assert_eq!(code, Some(0), "{:#?}", report.rows);
        assert!(report.rows.iter().all(|row| row.confirmed), "{:#?}", report.rows);
        report.rows.into_iter().map(|row| row.name).collect()
    };
    let mut parts = [names(&["--shard", "1/2", "--jobs", "8"]), names(&["--shard", "2/2"])].concat();
    let mut whole = names(&["--jobs", "8"]);
    assert_eq!(whole, names(&[]), "in their order");
    parts.sort();
    whole.sort();
    assert_eq!(parts, whole);
}

#[test]
fn netlab_listens_where_it_is_told() {
    let listen = |address: &str, command: &str, more: &[&str]| {
        let all = [&["split", "--listen", address, "--exec", command], LINE, &["--cut", "two"], more].concat();
        let output = Command::new(env!("CARGO_BIN_EXE_netlab")).args(all).env("LC_ALL", "C.UTF-8").output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, words) = listen("0.0.0.0", "client {port}", &[]);
    assert_eq!(code, Some(2));
    assert!(words.contains("would answer whoever connects to 0.0.0.0:0") && words.contains("--allow-remote"), "{words}");
    for (address, command, more, expected) in [
        ("127.0.0.1", "client", &[][..], "write {port} or {address}"),
        ("127.0.0.1:80", "client", &["--jobs", "2"], "several ports"),
        ("nowhere", "client {port}", &[], "expected an address of this machine"),
        ("[::1]", "client {port}", &["--close", "rst"], "fin or wait"),
        ("localhost", "client {port}", &["--cut", "coalesced"], "each answer waits for a request"),
    ] {
        let (code, words) = listen(address, command, more);
        assert_eq!(code, Some(2), "{words}");
        assert!(words.contains(expected), "{words}");
    }
    // A port of the user's choice, one connection behind the other.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (code, words) = listen(&format!("127.0.0.1:{port}"), &client("retry").replace("{port}", &port.to_string()), &["--close", "fin"]);
    assert_eq!(code, Some(0), "{words}");
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    let (code, words) = listen("[::1]", &unruly("half-closed").replace("{address}", "[{host}]:{port}"), &[]);
    assert_eq!(code, Some(0), "{words}");
}

/// What a scenario cannot expect of a program is refused before anything starts.
#[test]
fn programs_of_a_scenario_are_planned() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exec.json");
    let check = |actors: serde_json::Value| {
        std::fs::write(&file, serde_json::json!({ "title": "Programs", "actors": actors }).to_string()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
        let output = command.args(["run", "--allow-exec"]).arg(&file).env("XDG_STATE_HOME", folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, words) = check(serde_json::json!({ "a": [{ "exec": "false {port}", "expect": { "exit": 1 } }] }));
    assert_eq!(code, Some(3), "{words}");
    assert!(words.contains("`exit` cannot be expected of a server") && words.contains("{port:server}"), "{words}");
    let waits = serde_json::json!([{ "exec": "false {port:a}", "expect": { "exit": 1 } }, { "listen": { "tcp": "loopback:0" } }]);
    let (code, words) = check(serde_json::json!({ "a": waits }));
    assert_eq!(code, Some(3), "{words}");
    assert!(words.contains("this waits for ever for the address of `a`"), "{words}");
    let never = serde_json::json!([{ "exec": "sleep 1000", "timeout": "50ms", "expect": { "exit": 0 } }]);
    let (code, words) = check(serde_json::json!({ "a": never }));
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("the program did not end within ") && words.contains("was stopped"), "{words}");
}
