//! `netlab split` against servers that keep what they read, and against faulty ones.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a server under test says something")]

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

#[test]
fn hundreds_of_cuts_are_all_seen() {
    every_cut_is_seen(300, false);
}

/// The same, by the thousands, and against a server that is busy when the bytes come: `cargo test --test split -- --ignored`.
#[test]
#[ignore = "takes half a minute"]
fn ten_thousand_cuts_are_all_seen() {
    every_cut_is_seen(10_000, false);
    every_cut_is_seen(10_000, true);
}

/// Sweeps a message again and again, until so many connections were cut; the server keeps the sizes of its reads.
fn every_cut_is_seen(wanted: usize, busy: bool) {
    let reads = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&reads);
    let server = Server::start(move |stream| {
        if busy {
            // What netlab must not depend on: how long the server takes before it reads.
            let start = std::time::Instant::now();
            while start.elapsed() < std::time::Duration::from_millis(2) {
                std::hint::spin_loop();
            }
        }
        servers::serve_lines(stream, &kept)
    });
    let text = "a".repeat(100) + r"\n";
    let mut seen = 0;
    while seen < wanted {
        reads.lock().unwrap().clear();
        let (report, code) = report(server.address, &["--text", &text, "--until", "line", "--cut", "two"]);
        assert_eq!(code, Some(0), "{:#?}", report.rows.iter().find(|row| !row.verdict.is_same()));
        assert!(report.rows.iter().all(|row| row.confirmed), "{:#?}", report.rows.iter().find(|row| !row.confirmed));
        // The last connection may not have been taken note of as ended, but all its bytes were answered.
        let reads = reads.lock().unwrap();
        for (cut, read) in (1..101).zip(&reads[2..]) {
            assert_eq!(read, &[cut, 101 - cut], "confirmed, so seen");
        }
        seen += report.rows.len();
    }
}

#[test]
fn every_pair_of_cuts_is_seen() {
    let reads = Arc::new(Mutex::new(Vec::new()));
    let server = Server::lines(Arc::clone(&reads));
    let (report, code) = report(server.address, &["--text", r"abcd\n", "--until", "line", "--cut", "three", "--confirm", "1m"]);
    assert_eq!(code, Some(0), "{:#?}", report.rows);
    assert!(report.rows.iter().all(|row| row.confirmed && row.waited == 2), "{:#?}", report.rows);
    drop(server);
    let expected: Vec<Vec<usize>> =
        (1..5).flat_map(|first| (first + 1..5).map(move |second| vec![first, second - first, 5 - second])).collect();
    assert_eq!(reads.lock().unwrap()[2..], expected);
}

#[test]
fn connections_are_closed_by_fin_and_eight_at_once_wait_for_their_turn() {
    let reads = Arc::new(Mutex::new(Vec::new()));
    let server = Server::lines(Arc::clone(&reads));
    // The server takes one connection after the other; the others are in its queue, where nothing is read.
    let arguments = ["--text", r"PING\r\n", "--until", "line", "--jobs", "8", "--close", "fin", "--confirm", "1m", "--timeout", "1m"];
    let (report, code) = report(server.address, &arguments);
    assert_eq!(code, Some(0), "{:#?}", report.rows);
    assert!(report.rows.iter().all(|row| row.confirmed), "{:#?}", report.rows);
    let names: Vec<&str> = report.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["cut 1", "cut 2", "cut 3", "cut 4", "cut 5", "byte by byte"], "in their order");
    drop(server);
    let mut reads = reads.lock().unwrap()[2..].to_vec();
    reads.sort();
    assert_eq!(reads, [vec![1, 1, 1, 1, 1, 1], vec![1, 5], vec![2, 4], vec![3, 3], vec![4, 2], vec![5, 1]]);
}

#[test]
fn a_connection_ends_as_it_is_asked_to() {
    use std::io::Read;
    for (close, is_reset) in [("fin", false), ("rst", true)] {
        let ends = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&ends);
        let server = Server::start(move |mut stream| {
            let _ = stream.read(&mut [0; 3])?;
            std::io::Write::write_all(&mut stream, b"OK\n")?;
            kept.lock().unwrap().push(stream.read_to_end(&mut Vec::new()).is_err());
            Ok(())
        });
        let (_, code) = report(server.address, &["--text", r"ab\n", "--until", "line", "--cut", "coalesced", "--close", close]);
        assert_eq!(code, Some(0));
        drop(server);
        assert_eq!(*ends.lock().unwrap(), [is_reset; 3], "{close}: uncut twice, coalesced");
    }
}

#[test]
fn a_server_may_listen_on_ipv6() {
    let Ok(listener) = std::net::TcpListener::bind("[::1]:0") else { return };
    let address = listener.local_addr().unwrap();
    let reads = Mutex::default();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Uncut twice, five cuts, byte by byte.
            for stream in listener.incoming().take(8) {
                let _ = servers::serve_lines(stream.unwrap(), &reads);
            }
        });
        let (report, code) = report(address, &["--text", r"PING\r\n", "--until", "line"]);
        assert_eq!(code, Some(0), "{:#?}", report.rows);
        assert!(report.rows.iter().all(|row| row.confirmed), "{:#?}", report.rows);
    });
    assert_eq!(reads.lock().unwrap()[2], [1, 5]);
}

#[test]
fn a_dialogue_is_cut_in_each_of_its_messages_and_coalesced() {
    let reads = Arc::new(Mutex::new(Vec::new()));
    let server = Server::lines(Arc::clone(&reads));
    let arguments = ["--text", r"ab\n", "--until", "line", "--hex", "63 0a", "--until", r"token:\n"];
    let (report, code) = report(server.address, &arguments);
    assert_eq!(code, Some(0), "{:#?}", report.rows);
    let names: Vec<&str> = report.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["cut 1", "cut 2", "cut 4", "byte by byte", "coalesced"], "3 is where the first message ends");
    assert_eq!(report.head.baseline.text, r"OK 3\nOK 2\n");
    drop(server);
    let reads = reads.lock().unwrap();
    assert_eq!(reads[2..], [vec![1, 2, 2], vec![2, 1, 2], vec![3, 1, 1], vec![1; 5], vec![5]]);
}

#[test]
fn a_server_that_does_not_answer_well_is_told_of_in_bounded_time_and_memory() {
    use std::io::{Read, Write};
    let with = |serve: fn(std::net::TcpStream) -> std::io::Result<()>, arguments: &[&str]| {
        let server = Server::start(serve);
        let all = [&["--text", r"PING\n", "--until", "line", "--timeout", "200ms", "--max-answer", "100000"], arguments].concat();
        let output = netlab(server.address, &all);
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, words) = with(|mut stream| stream.read_to_end(&mut Vec::new()).map(drop), &[]);
    assert_eq!(code, Some(5));
    assert!(words.contains("no complete answer to the uncut bytes in time (0 bytes came)"), "{words}");
    let (code, words) = with(
        |mut stream| loop {
            stream.write_all(&[b'x'; 10_000])?;
        },
        &[],
    );
    assert_eq!(code, Some(5));
    assert!(words.contains("does not end within"), "{words}");
    // Closed at once, whatever comes: for every cut the same, so no failure. The bytes are read or not, so FIN or RST.
    let (code, words) = with(|_| Ok(()), &[]);
    assert_eq!(code, Some(0), "{words}");
    // Only a whole message in one read is answered.
    let picky = |mut stream: std::net::TcpStream| {
        let mut buffer = [0; 100];
        let count = stream.read(&mut buffer)?;
        if count == 5 { stream.write_all(b"PONG\n") } else { Ok(()) }
    };
    let (code, words) = with(picky, &["--cut", "two"]);
    assert_eq!(code, Some(1));
    assert!(words.contains("fail: cuts 1..4 of 4: "), "{words}");
    let (code, words) = with(picky, &["--cut", "two", "--allow-fail", "1..4"]);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("allowed: cuts 1..4 of 4: ") && words.contains("4 allowed to fail"), "{words}");
}

#[test]
fn nobody_listens() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = netlab(free, &["--text", "ab", "--until", "line"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the connection was refused"));
}

#[test]
fn what_varies_by_itself_is_not_compared() {
    use std::io::{BufRead, Write};
    // The number grows in length under way, so that it is not enough to compare place by place.
    let count = || {
        let mut count = 7;
        Server::start(move |mut stream| {
            std::io::BufReader::new(stream.try_clone()?).read_line(&mut String::new())?;
            count += 1;
            stream.write_all(format!("request {count} done\n").as_bytes())
        })
    };
    let (report, code) = report(count().address, &["--text", r"PING\n", "--until", "line"]);
    assert_eq!(code, Some(0), "{:#?}", report.rows);
    assert_eq!(report.head.baseline.varying.len(), 1);
    let (masked, code) = self::report(count().address, &["--text", r"PING\n", "--until", "line", "--mask", r"request \d+"]);
    assert_eq!(code, Some(0), "{:#?}", masked.rows);
    assert_eq!((masked.head.baseline.text.as_str(), masked.head.baseline.varying.len()), (r"<masked> done\n", 0));
}

#[test]
fn a_server_that_peeks_is_unconfirmed_and_no_failure() {
    use std::io::{Read, Write};
    let server = Server::start(|mut stream| {
        let mut header = [0; 6];
        while stream.peek(&mut header)? < 6 {
            std::thread::yield_now();
        }
        stream.read_exact(&mut header)?;
        stream.write_all(b"OK\n")
    });
    let arguments = ["--text", r"PING\r\n", "--until", "line", "--cut", "two", "--confirm", "5ms"];
    let (peeked, code) = report(server.address, &arguments);
    assert_eq!(code, Some(0));
    assert!(peeked.rows.iter().all(|row| !row.confirmed && row.unseen == Some(netlab::split::Seen::Unread)), "{:#?}", peeked.rows);
    let (_, code) = report(server.address, &[&arguments[..], &["--strict"]].concat());
    assert_eq!(code, Some(1), "--strict counts it");
}

#[test]
fn parts_are_the_whole() {
    let server = Server::lines(Arc::default());
    let names = |shard: &[&str]| -> Vec<String> {
        let (report, code) = report(server.address, &[&["--text", r"abcdefgh\n", "--until", "line"], shard].concat());
        assert_eq!(code, Some(0));
        report.rows.into_iter().map(|row| row.name).collect()
    };
    let mut parts = [names(&["--shard", "1/2"]), names(&["--shard", "2/2"])].concat();
    let mut whole = names(&[]);
    parts.sort();
    whole.sort();
    assert_eq!(parts, whole);
}

#[test]
fn other_machines_are_asked_for_by_name_only() {
    let output = netlab(SocketAddr::from(([192, 0, 2, 1], 80)), &["--text", "abc", "--until", "line"]);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("5 connections to 192.0.2.1:80, 3 bytes on each") && errors.contains("--allow-remote"), "{errors}");
}

#[test]
fn every_format_is_read_by_somebody_else() {
    use std::io::{Read, Write};
    let server = Server::start(|mut stream| {
        let mut buffer = [0; 100];
        let count = stream.read(&mut buffer)?;
        stream.write_all(format!("{count} ]]>\x1b\n").as_bytes())
    });
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let files = ["xml", "tap", "json", "md"].map(|kind| path(&format!("report.{kind}")));
    let arguments = ["--text", "PING", "--until", "line", "--cut", "two", "--format", "jsonl"];
    let reports = ["--report-junit", &files[0], "--report-tap", &files[1], "--report-json", &files[2], "--report-md", &files[3]];
    let output = netlab(server.address, &[&arguments[..], &reports].concat());
    assert_eq!(output.status.code(), Some(1));
    let text = |index: usize| std::fs::read_to_string(&files[index]).unwrap();
    let junit = junit_parser::from_reader(text(0).as_bytes()).unwrap();
    assert_eq!((junit.tests, junit.failures, junit.errors), (3, 3, 0));
    let tap = text(1);
    let tap = tap_parser::TapParser::new().parse(&tap).unwrap();
    let bad = tap.iter().filter(|statement| matches!(statement, tap_parser::TapStatement::TestPoint(point) if !point.result)).count();
    assert_eq!(bad, 3, "{tap:?}");
    let schema = jsonschema::validator_for(&netlab::split::split_schema()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text(2)).unwrap();
    assert!(schema.is_valid(&json), "{:?}", schema.iter_errors(&json).map(|error| error.to_string()).collect::<Vec<_>>());
    assert!(text(3).starts_with("## netlab split 127.0.0.1:") && !text(3).contains('\x1b'));
    let events: Vec<serde_json::Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 5, "the head, three splits, the summary");
}

/// The smallest failing split, saved, fails under `netlab run` too; and passes where the server is right.
#[test]
fn what_failed_can_be_run_again() {
    use std::io::{Read, Write};
    let picky = Server::start(|mut stream| {
        let mut buffer = [0; 100];
        let count = stream.read(&mut buffer)?;
        stream.write_all(if count == 6 { b"OK 6\n" } else { b"ERR\n\n" })
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.json");
    let path = file.display().to_string();
    let output = netlab(picky.address, &["--text", r"PING\r\n", "--until", "line", "--cut", "3,4", "--cut", "2", "--save", &path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("saved: cut 2; to run only that again: netlab run "));
    let run = |text: &str| {
        std::fs::write(&file, text).unwrap();
        Command::new(env!("CARGO_BIN_EXE_netlab")).args(["run", &path]).env("XDG_STATE_HOME", folder.path()).output().unwrap()
    };
    let saved = std::fs::read_to_string(&file).unwrap();
    let output = run(&saved);
    let words = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("ERR"), "{words}");
    let right = Server::lines(Arc::default());
    let output = run(&saved.replace(&picky.address.to_string(), &right.address.to_string()));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_scenario_starts_its_server_in_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exec.json");
    let steps = serde_json::json!([
        { "connect": { "to": "server" } }, { "send_all": { "text": "PI" } }, { "wait": { "peer_read": 2 } },
        { "send_all": { "text": "NG\n" } }, { "recv_exact": { "bytes": 5 }, "expect": { "text": "OK 5\n" } }
    ]);
    let actors = serde_json::json!({ "server": [{ "exec": servers::exec("") }], "client": steps });
    std::fs::write(&file, serde_json::json!({ "title": "A server of its own", "actors": actors }).to_string()).unwrap();
    let run = |options: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
        let output = command.arg("run").args(options).arg(&file).env("XDG_STATE_HOME", folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, words) = run(&["--allow-exec", "-v"]);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("was stopped when the run was over; its output:") && words.contains("listens"), "{words}");
    let (code, words) = run(&[]);
    assert_eq!(code, Some(3), "{words}");
    assert!(words.contains("--allow-exec"), "{words}");
}

/// The server that `--exec` starts in other tests; alone it does nothing.
#[test]
fn a_server_for_exec() {
    let Ok(port) = std::env::var(servers::PORT_VARIABLE) else { return };
    let listener = std::net::TcpListener::bind(("127.0.0.1", port.parse().unwrap())).unwrap();
    eprintln!("process {} listens", std::process::id());
    for stream in listener.incoming() {
        match std::env::var("FAULT").as_deref() {
            // A first piece of three bytes ends it.
            Ok("dies-of-3") => {
                let stream = stream.unwrap();
                if stream.peek(&mut [0; 100]).unwrap() == 3 {
                    eprintln!("three\x1b[31m");
                    std::process::exit(9);
                }
                _ = servers::serve_lines(stream, &Mutex::default());
            }
            // The death of a server is a matter of one split.
            Ok("dies") => {
                let mut first = [0];
                let _ = std::io::Read::read(&mut stream.unwrap(), &mut first);
                eprintln!("no more\x1b[31m");
                std::process::exit(9);
            }
            _ => _ = servers::serve_lines(stream.unwrap(), &Mutex::default()),
        }
    }
}

fn netlab_exec(command: &str, arguments: &[&str]) -> Output {
    let arguments = [&["split", "--text", r"PING\r\n", "--until", "line", "--exec", command], arguments].concat();
    Command::new(env!("CARGO_BIN_EXE_netlab")).args(arguments).env("LC_ALL", "C.UTF-8").env_remove("GITHUB_ACTIONS").output().unwrap()
}

#[test]
fn a_server_is_started_and_stopped() {
    let output = netlab_exec(&servers::exec(""), &["--format", "json"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    let report: SplitReport = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report.rows.iter().all(|row| row.confirmed && row.verdict.is_same()));
    let address: SocketAddr = report.head.target.parse().unwrap();
    assert_eq!(std::net::TcpStream::connect(address).unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused, "nobody listens any more");
}

#[test]
fn what_a_server_said_is_shown_escaped_when_it_fails() {
    let output = netlab_exec(&servers::exec("FAULT=dies"), &[]);
    assert_eq!(output.status.code(), Some(5));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains(r"no more\x1b[31m") && errors.contains("exit code 9"), "{errors}");
}

/// A server that ends at one cut is started again, and the others are tried.
#[test]
fn a_server_that_ends_under_a_split_is_started_again() {
    for jobs in ["1", "4"] {
        let arguments = ["--confirm", "1m", "--timeout", "1m", "--jobs", jobs, "--format", "json"];
        let output = netlab_exec(&servers::exec("FAULT=dies-of-3"), &arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{errors}");
        let report: SplitReport = serde_json::from_slice(&output.stdout).unwrap();
        let bad: Vec<_> = report.rows.iter().filter(|row| !row.verdict.is_same()).collect();
        let [row] = bad.as_slice() else { panic!("{bad:#?}") };
        assert_eq!((row.name.as_str(), report.summary.not_run), ("cut 3", 0));
        assert_eq!(row.verdict, SplitVerdict::ServerEnded { reason: "ended with exit code 9".to_owned() });
        assert!(row.output.as_ref().unwrap().contains(r"three\x1b[31m"), "{row:?}");
        assert_eq!(report.program_output, row.output);
    }
}

#[test]
fn exec_and_target_fit_together() {
    let refused = |target: &[&str], command: &str| {
        let arguments = [&["split", "--text", "xy", "--until", "line", "--exec", command], target].concat();
        let output = Command::new(env!("CARGO_BIN_EXE_netlab")).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (target, command, words) in [
        (&[][..], "server", "write {port} in the command"),
        (&["127.0.0.1:80"][..], "server {port}", "leave TARGET out"),
        (&[][..], "server 'x {port}", "a quote in it has no end"),
    ] {
        let (code, errors) = refused(target, command);
        assert_eq!(code, Some(2), "{command}: {errors}");
        assert!(errors.contains(words), "{command}: {errors}");
    }
    assert_eq!(refused(&[], "/no/such/server {port}").0, Some(5));
}

/// Ctrl-C, and a death that no program can prevent: the server ends all the same.
#[test]
fn a_server_does_not_outlive_netlab() {
    for signal in ["INT", "KILL"] {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().display();
        let command = format!("sh -c 'echo $$ >\"{path}\"; exec sh -c \"{}\"'", "sleep 1000 & wait");
        let mut netlab = Command::new(env!("CARGO_BIN_EXE_netlab"))
            .args(["split", "127.0.0.1:1", "--text", "PING", "--until", "line", "--ready", "1h", "--exec", &command])
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let server = loop {
            let written = std::fs::read_to_string(file.path()).unwrap();
            match written.strip_suffix('\n') {
                Some(pid) => break pid.to_owned(),
                None => std::thread::yield_now(),
            }
        };
        assert!(is_running(&server));
        assert!(Command::new("kill").args(["-s", signal, &netlab.id().to_string()]).status().unwrap().success());
        netlab.wait().unwrap();
        while is_running(&server) {
            std::thread::yield_now();
        }
    }
}

/// Whether a process is there, and is more than an entry that nobody has taken note of.
fn is_running(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}
