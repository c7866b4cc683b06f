//! `netlab connect` against servers of every temper, on loopback. Order comes from events; no assertion is on time.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says why")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use serde_json::Value;
use socket2::{Domain, SockAddr, Socket, Type};

fn netlab(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    command.arg("connect").args(arguments).envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("COLUMNS", "160")]);
    command
}

fn run(arguments: &[&str]) -> Output {
    netlab(arguments).output().unwrap()
}

/// What is written for people, and the exit code.
fn text(arguments: &[&str]) -> (String, i32) {
    let output = run(arguments);
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

/// The JSON report, held against its schema, and the exit code.
fn json(arguments: &[&str]) -> (Value, i32) {
    let output = run(&[arguments, &["--format", "json"]].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = jsonschema::validator_for(&netlab::report::connect_schema()).unwrap();
    let errors: Vec<String> = schema.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    (report, output.status.code().unwrap())
}

/// One target's findings and its first diagnosis.
fn one(arguments: &[&str]) -> (Value, Value, i32) {
    let (report, exit) = json(arguments);
    let target = &report["targets"][0];
    (target["findings"].clone(), target["diagnoses"][0].clone(), exit)
}

/// The causes of a diagnosis, each with its standing.
fn causes(diagnosis: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    diagnosis["causes"].as_array().unwrap().iter().map(|cause| (text(&cause["name"]), text(&cause["standing"]))).collect()
}

fn has(diagnosis: &Value, name: &str, standing: &str) -> bool {
    causes(diagnosis).contains(&(name.to_owned(), standing.to_owned()))
}

/// A server that does the same with every connection, until it is dropped.
struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// The connection lives as long as what the function returns.
    fn new<T: Send + 'static>(mut serve: impl FnMut(TcpStream) -> T + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut kept = Vec::new();
            while let Ok((stream, _)) = listener.accept() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                kept.push(serve(stream));
            }
        });
        Self { address, stop, thread: Some(thread) }
    }

    fn silent() -> Self {
        Self::new(|stream| stream)
    }

    fn target(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A port of this machine at which nothing listens: bound, so that nobody else gets it.
fn closed_port() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// A listener with a backlog of 0 and the one connection that it has room for.
fn full_backlog() -> (Socket, TcpStream, SocketAddr) {
    let (socket, address) = closed_port();
    socket.listen(0).unwrap();
    let first = TcpStream::connect(address).unwrap();
    (socket, first, address)
}

#[test]
fn a_listener_is_reached() {
    let server = Server::silent();
    let (findings, diagnosis, exit) = one(&[&server.target()]);
    assert_eq!((exit, findings["outcome"].as_str().unwrap()), (0, "reached"));
    assert_eq!(findings["attempts"][0]["end"], "connected");
    assert_eq!(diagnosis, Value::Null);
    let (text, exit) = text(&[&server.target()]);
    assert!(exit == 0 && text.starts_with("REACHED 127.0.0.1:") && text.contains("over TCP"), "{text}");
}

#[test]
fn a_port_over_ipv6_refuses_until_somebody_listens() {
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
    if socket.bind(&SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, 0)).into()).is_err() {
        return eprintln!("skipped: no IPv6 here");
    }
    let target = socket.local_addr().unwrap().as_socket().unwrap().to_string();
    let (_, diagnosis, exit) = one(&[&target]);
    assert_eq!((exit, diagnosis["error"]["name"].as_str().unwrap()), (1, "ECONNREFUSED"));
    assert!(has(&diagnosis, "nothing_listens", "supported"), "{:?}", causes(&diagnosis));
    socket.listen(16).unwrap();
    assert_eq!(one(&[&target]).2, 0);
}

#[test]
fn host_and_port_may_be_two_words() {
    let server = Server::silent();
    let port = server.address.port().to_string();
    let (findings, _, exit) = one(&["localhost", &port, "-4"]);
    assert_eq!((exit, findings["target"].as_str().unwrap()), (0, format!("localhost:{port}").as_str()));
    assert_eq!(findings["resolution"]["answer"]["addresses"][0], server.target());
}

#[test]
fn an_address_in_a_form_of_old_is_said_to_be() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for (host, is_old) in [("127.1", true), ("0177.0.0.1", true), ("localhost", false)] {
        let target = format!("{host}:{port}");
        let (findings, _, exit) = one(&["-4", &target]);
        assert_eq!((exit, &findings["resolution"]["is_old_form"]), (0, &Value::from(is_old)), "{host}");
        assert_eq!(text(&["-4", &target]).0.contains("in a form of old (man 3 inet_aton)"), is_old, "{host}");
    }
}

#[test]
fn the_zone_of_an_address_is_asked_for_too() {
    let (findings, diagnosis, _) = one(&["[fe80::1%lo]:1"]);
    if findings["attempts"][0]["circumstances"]["has_route"] == false {
        assert_eq!(diagnosis["next"][1], "ip route get fe80::1 oif lo");
    } else {
        eprintln!("skipped: this machine has a route to link-local addresses on its loopback interface, or no IPv6");
    }
}

#[test]
fn a_closed_port_refuses_and_the_kernel_knows_that_nobody_listens() {
    let (_bound, address) = closed_port();
    let (findings, diagnosis, exit) = one(&[&address.to_string()]);
    assert_eq!((exit, findings["outcome"].as_str().unwrap()), (1, "not_reached"));
    assert_eq!(diagnosis["title"], "connect: ECONNREFUSED");
    let error = &diagnosis["error"];
    assert_eq!((&error["linux"], &error["macos"], &error["windows"]), (&111.into(), &61.into(), &10061.into()));
    assert_eq!((&error["windows_name"], &error["python"]), (&"WSAECONNREFUSED".into(), &"ConnectionRefusedError".into()));
    assert!(has(&diagnosis, "nothing_listens", "supported"), "{:?}", causes(&diagnosis));
    // Only Linux 6.8 and later tell of sockets that are bound and nothing else.
    let port = address.port().to_string();
    let bound = Command::new(env!("CARGO_BIN_EXE_netlab")).args(["sockets", "--state", "bound", "--port", &port]).output().unwrap();
    if bound.status.success() {
        assert_eq!(causes(&diagnosis)[0], ("not_listening".to_owned(), "supported".to_owned()));
    }
    let explain = Command::new(env!("CARGO_BIN_EXE_netlab")).args(["explain", "ECONNREFUSED"]).output().unwrap();
    assert_eq!((diagnosis["next"][0].as_str(), explain.status.code()), (Some("netlab explain ECONNREFUSED"), Some(0)));
}

#[test]
fn a_server_on_another_address_is_found() {
    let (_bound, refusing) = closed_port();
    let address = SocketAddr::from(([127, 0, 0, 2], refusing.port()));
    let Ok(_elsewhere) = TcpListener::bind(address) else { return eprintln!("skipped: {address} cannot be bound") };
    let (_, diagnosis, exit) = one(&[&refusing.to_string()]);
    assert_eq!(exit, 1);
    assert_eq!(causes(&diagnosis)[0], ("listens_elsewhere".to_owned(), "supported".to_owned()));
    assert!(diagnosis["causes"][0]["evidence"][0]["text"].as_str().unwrap().contains(&address.to_string()));
}

#[test]
fn a_full_backlog_ends_by_our_own_limit() {
    let (_listener, _first, address) = full_backlog();
    let (findings, diagnosis, exit) = one(&[&address.to_string(), "--timeout", "200ms"]);
    assert_eq!((exit, findings["outcome"].as_str().unwrap()), (1, "not_reached"));
    assert_eq!(findings["attempts"][0]["end"]["timed_out"]["limit_us"], 200_000);
    assert_eq!(diagnosis["error"], Value::Null, "no call failed, and ETIMEDOUT is another thing");
    assert!(has(&diagnosis, "backlog_full", "supported"), "{:?}", causes(&diagnosis));
    assert_eq!(diagnosis["python"]["with_timeout"]["number"], libc::EAGAIN);
    assert_eq!(diagnosis["python"]["non_blocking"]["number"], libc::EINPROGRESS);
    assert_eq!(diagnosis["python"]["blocking"], Value::Null);
}

#[test]
fn the_deadline_ends_everything() {
    let (_listener, _first, address) = full_backlog();
    let target = address.to_string();
    let (report, exit) = json(&[&target, &target, "--jobs", "1", "--timeout", "10m", "--deadline", "100ms"]);
    assert_eq!(exit, 5, "the second was never tried");
    assert_eq!(report["targets"][0]["findings"]["stopped"], "deadline");
    assert_eq!(report["targets"][1]["findings"]["stopped"], "deadline");
    assert_eq!(report["targets"][1]["findings"]["attempts"].as_array().unwrap().len(), 0);
}

/// What was under way when the deadline came has timed out: it is not reached, and explained as any silence is.
#[test]
fn the_deadline_is_a_time_limit_of_what_is_under_way() {
    let (_listener, _first, address) = full_backlog();
    let target = address.to_string();
    let (findings, diagnosis, exit) = one(&[&target, "--timeout", "10m", "--deadline", "200ms"]);
    assert_eq!((exit, &findings["outcome"], &findings["stopped"]), (1, &"not_reached".into(), &"deadline".into()));
    assert!(has(&diagnosis, "backlog_full", "supported"), "{:?}", causes(&diagnosis));
    assert_eq!(diagnosis["python"]["with_timeout"]["number"], libc::EAGAIN);

    let (findings, diagnosis, exit) = one(&[&target, "--timeout", "10m", "--deadline", "200ms", "--count", "5"]);
    assert_eq!((exit, &findings["outcome"]), (1, &"not_reached".into()));
    assert_eq!((&findings["rounds"]["done"], &findings["rounds"]["errors"]["timeout"]), (&1.into(), &1.into()));
    assert!(has(&diagnosis, "backlog_full", "supported"), "{:?}", causes(&diagnosis));

    let server = Server::silent();
    let (findings, diagnosis, exit) = one(&[&server.target(), "--expect-banner", "--timeout", "10m", "--deadline", "200ms"]);
    assert_eq!((exit, &findings["outcome"], &findings["stopped"]), (1, &"not_reached".into(), &"deadline".into()));
    assert!(has(&diagnosis, "client_speaks_first", "supported"), "{:?}", causes(&diagnosis));
}

#[test]
fn a_silent_server_is_connected_and_says_nothing() {
    let server = Server::silent();
    let (findings, diagnosis, exit) = one(&[&server.target(), "--expect-banner", "--timeout", "200ms"]);
    assert_eq!((exit, findings["outcome"].as_str().unwrap()), (1, "not_reached"));
    assert_eq!(findings["attempts"][0]["end"], "connected");
    assert!(has(&diagnosis, "client_speaks_first", "supported"), "{:?}", causes(&diagnosis));
}

#[test]
fn a_server_that_never_accepts_is_told_from_a_silent_one() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (_, diagnosis, exit) = one(&[&listener.local_addr().unwrap().to_string(), "--expect-banner", "--timeout", "200ms"]);
    assert_eq!(exit, 1);
    assert!(has(&diagnosis, "not_accepted", "supported"), "{:?}", causes(&diagnosis));
}

#[test]
fn a_server_without_end_is_cut() {
    let server = Server::new(|stream| {
        std::thread::spawn(move || {
            let mut stream = stream;
            // Until the other side has gone.
            while stream.write_all(&[b'x'; 65536]).is_ok() {}
        })
    });
    let (findings, _, exit) = one(&[&server.target(), "--expect-banner=never sent"]);
    assert_eq!((exit, findings["outcome"].as_str().unwrap()), (1, "not_reached"));
    let received = &findings["exchange"]["received"];
    assert_eq!((received["bytes"].as_u64().unwrap(), received["text"].as_str().unwrap().len()), (16384, 16384));
    assert_eq!(findings["exchange"]["end"]["unexpected"]["expected"], "never sent");
}

#[test]
fn a_server_that_resets_is_named_whenever_it_does() {
    let server = Server::new(|stream| {
        let socket = Socket::from(stream);
        socket.set_linger(Some(std::time::Duration::ZERO)).unwrap();
    });
    let (findings, diagnosis, exit) = one(&[&server.target(), "--expect-banner"]);
    assert_eq!((exit, findings["outcome"].as_str().unwrap()), (1, "not_reached"));
    assert_eq!(diagnosis["error"]["name"], "ECONNRESET", "in connect or in recv, as it happens");
}

#[test]
fn a_server_that_closes_is_the_end_of_the_stream() {
    let server = Server::new(drop);
    let (findings, diagnosis, exit) = one(&[&server.target(), "--expect-banner"]);
    assert_eq!((exit, findings["exchange"]["end"].as_str().unwrap()), (1, "closed"));
    assert!(has(&diagnosis, "turned_away", "supported"), "{:?}", causes(&diagnosis));
}

#[test]
fn what_is_sent_is_answered() {
    let server = Server::new(|mut stream: TcpStream| {
        let mut line = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
        stream.write_all(format!("you said {line}").as_bytes()).unwrap();
        stream
    });
    let (findings, _, exit) = one(&[&server.target(), "--send", r"hello\r\n", "--expect-banner=hello"]);
    assert_eq!(exit, 0);
    assert_eq!(findings["exchange"]["sent"], 7);
    assert_eq!(findings["exchange"]["received"]["text"], r"you said hello\r\n");
}

#[test]
fn escapes_of_a_banner_are_shown_and_not_obeyed() {
    let server = Server::new(|mut stream: TcpStream| {
        stream.write_all(b"\x1b]0;owned\x07\x1b[2J\x9b31mSSH-2.0\r\n").unwrap();
        stream
    });
    let (text, exit) = text(&[&server.target(), "--expect-banner", "--color", "always"]);
    assert_eq!(exit, 0);
    // The colours of the verdict are ours; nothing else may begin an escape.
    let ours = text.replace("\x1b[1m", "").replace("\x1b[32m", "").replace("\x1b[0m", "");
    assert!(!ours.contains(['\x1b', '\x07', '\u{9b}']), "{text:?}");
    assert!(text.contains(r"\x1b]0;owned\x07\x1b[2J\x9b31mSSH-2.0\r\n"), "{text}");
}

#[test]
fn options_are_read_back() {
    let server = Server::silent();
    let target = server.target();
    let asked = ["--rcvbuf", "5000", "--nodelay", "on", "--reuseaddr", "on", "--keepalive", "30s", "--linger", "0s"];
    let (findings, _, exit) = one(&[&[target.as_str()], &asked[..]].concat());
    assert_eq!(exit, 0);
    let options = findings["attempts"][0]["options"].as_array().unwrap();
    let in_force = |name: &str| options.iter().find(|option| option["name"] == name).unwrap()["in_force"].as_str().unwrap().to_owned();
    assert_eq!(in_force("SO_RCVBUF"), "10000", "Linux doubles it (man 7 socket)");
    assert_eq!((in_force("TCP_NODELAY"), in_force("SO_REUSEADDR"), in_force("SO_KEEPALIVE")), ("1".into(), "1".into(), "1".into()));
    assert_eq!((in_force("TCP_KEEPIDLE"), in_force("SO_LINGER")), ("30 s".into(), "0 s".into()));
}

#[test]
fn the_source_can_be_chosen() {
    let server = Server::silent();
    // An address that only this process comes from: so a port that is free stays free.
    let [_, high, middle, low] = std::process::id().to_be_bytes();
    let free = UdpSocket::bind(SocketAddr::from(([127, 64 | high & 63, middle, low], 0))).unwrap().local_addr().unwrap();
    let (ip, port) = (free.ip().to_string(), free.port().to_string());
    let (findings, _, exit) = one(&[&server.target(), "--source", &ip, "--source-port", &port]);
    assert_eq!((exit, findings["attempts"][0]["from"].as_str().unwrap()), (0, free.to_string().as_str()));
    let taken = server.address.port().to_string();
    let (findings, diagnosis, exit) = one(&[&server.target(), "--source", "127.0.0.1", "--source-port", &taken]);
    assert_eq!((exit, findings["outcome"].as_str().unwrap(), diagnosis["title"].as_str().unwrap()), (5, "not_tried", "bind: EADDRINUSE"));
}

#[test]
fn rounds_are_counted() {
    let server = Server::silent();
    let (findings, _, exit) = one(&[&server.target(), "--count", "20", "--interval", "0s"]);
    assert_eq!(exit, 0);
    let rounds = &findings["rounds"];
    assert_eq!((rounds["done"].as_u64(), rounds["connected"].as_u64(), rounds["loss"].as_f64()), (Some(20), Some(20), Some(0.0)));
    let histogram = rounds["times"]["histogram"].as_array().unwrap();
    assert_eq!(histogram.iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum::<u64>(), 20);
    let (_bound, address) = closed_port();
    let (shown, exit) = text(&[&address.to_string(), "--count", "3", "--interval", "0s"]);
    assert!(exit == 1 && shown.contains("3 lost (100.0 %): 3x ECONNREFUSED"), "{shown}");
}

#[test]
fn udp_is_answered_refused_or_silent() {
    let echo = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = echo.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        let mut buffer = [0; 64];
        let (length, from) = echo.recv_from(&mut buffer).unwrap();
        echo.send_to(&buffer[..length], from).unwrap();
        echo
    });
    let (findings, _, exit) = one(&[&address.to_string(), "--udp", "--send", "ping"]);
    assert_eq!((exit, findings["exchange"]["received"]["text"].as_str().unwrap()), (0, "ping"));
    let echo = answering.join().unwrap();

    let (findings, diagnosis, exit) = one(&[&address.to_string(), "--udp", "--timeout", "200ms"]);
    assert_eq!((exit, findings["attempts"][0]["end"]["timed_out"]["limit_us"].as_u64()), (1, Some(200_000)));
    assert!(has(&diagnosis, "unread", "supported"), "{:?}", causes(&diagnosis));
    let (shown, _) = text(&[&address.to_string(), "--udp", "--timeout", "100ms"]);
    assert!(shown.contains("Silence proves nothing over UDP"), "{shown}");

    drop(echo);
    let (findings, diagnosis, exit) = one(&[&address.to_string(), "--udp"]);
    assert_eq!((exit, diagnosis["error"]["name"].as_str().unwrap()), (1, "ECONNREFUSED"));
    let queued = &findings["attempts"][0]["queued_error"];
    assert_eq!((queued["is_icmp"].as_bool(), queued["icmp_type"].as_u64(), queued["icmp_code"].as_u64()), (Some(true), Some(3), Some(3)));
    assert_eq!(queued["offender"], "127.0.0.1");
}

/// The routing table knows it as a broadcast address, so "no route" would be false.
#[test]
fn tcp_has_one_peer() {
    let (findings, diagnosis, exit) = one(&["127.255.255.255:80"]);
    assert_eq!((exit, diagnosis["error"]["name"].as_str()), (1, Some("ENETUNREACH")));
    assert_eq!(causes(&diagnosis), [("address_of_many".to_owned(), "supported".to_owned())]);
    let here = &findings["attempts"][0]["circumstances"];
    assert_eq!((&here["has_route"], &here["is_broadcast"]), (&true.into(), &true.into()));
}

#[test]
fn a_reset_with_nothing_sent_is_not_for_unread_bytes() {
    let (reset, may_reset) = mpsc::channel::<()>();
    let server = Server::new(move |stream| {
        may_reset.recv().unwrap();
        let socket = Socket::from(stream);
        socket.set_linger(Some(std::time::Duration::ZERO)).unwrap();
    });
    let child = netlab(&[&server.target(), "--expect-banner", "--format", "json"]).stdout(Stdio::piped()).spawn().unwrap();
    let established = format!("0100007F:{:04X} 01 ", server.address.port());
    while !std::fs::read_to_string("/proc/net/tcp").unwrap().contains(&established) {
        std::thread::yield_now();
    }
    reset.send(()).unwrap();
    // For the connection that ends the server.
    drop(reset);
    let report: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    let diagnosis = &report["targets"][0]["diagnoses"][0];
    assert_eq!(diagnosis["error"]["name"], "ECONNRESET");
    // The reset may come before netlab has looked: then connect says so itself.
    if diagnosis["phase"] == "first_byte" {
        assert!(has(diagnosis, "closed_unread", "ruled_out"), "{:?}", causes(diagnosis));
    }
}

#[test]
fn a_failed_recv_has_its_time_and_what_python_raises() {
    // The reset comes only after what was sent: so it is recv that says so.
    let server = Server::new(|mut stream: TcpStream| {
        stream.read_exact(&mut [0]).unwrap();
        let socket = Socket::from(stream);
        socket.set_linger(Some(std::time::Duration::ZERO)).unwrap();
    });
    let (findings, diagnosis, exit) = one(&[&server.target(), "--send", "x"]);
    assert_eq!((exit, diagnosis["title"].as_str()), (1, Some("recv: ECONNRESET")));
    assert!(diagnosis["took_us"].as_u64() > Some(0) && diagnosis["took_us"] == findings["exchange"]["took_us"]);
    assert_eq!(diagnosis["python_raises"], "recv raises ConnectionResetError: [Errno 104] Connection reset by peer");
    let (shown, _) = text(&[&server.target(), "--send", "x"]);
    assert!(shown.contains("recv: ECONNRESET after ") && shown.contains("Python: recv raises ConnectionResetError"), "{shown}");
    let unbound = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (_, diagnosis, _) = one(&[&unbound, "--udp"]);
    assert_eq!(diagnosis["python_raises"], "recv raises ConnectionRefusedError: [Errno 111] Connection refused");
}

#[test]
fn a_datagram_that_is_too_long_is_said_to_be() {
    let (_, diagnosis, exit) = one(&["127.0.0.1:9", "--udp", "--send", &"x".repeat(70_000)]);
    assert_eq!((exit, diagnosis["title"].as_str()), (1, Some("send: EMSGSIZE")));
    assert_eq!(causes(&diagnosis), [("datagram_too_long".to_owned(), "supported".to_owned())]);
}

#[test]
fn unix_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock");
    let target = format!("unix:{}", path.display());
    let (_, diagnosis, exit) = one(&[&target]);
    assert_eq!((exit, diagnosis["error"]["name"].as_str().unwrap()), (1, "ENOENT"));

    let listener = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    listener.bind(&SockAddr::unix(&path).unwrap()).unwrap();
    let (_, diagnosis, _) = one(&[&target]);
    assert!(has(&diagnosis, "not_listening", "supported"), "{:?}", causes(&diagnosis));
    assert!(has(&diagnosis, "left_behind", "ruled_out"), "{:?}", causes(&diagnosis));

    listener.listen(0).unwrap();
    assert_eq!(one(&[&target]).2, 0);
    // The connection of before waits in the queue, though its other end has gone.
    let (_, diagnosis, exit) = one(&[&target]);
    assert_eq!((exit, diagnosis["error"]["name"].as_str().unwrap()), (1, "EAGAIN"));
    assert!(has(&diagnosis, "backlog_full", "supported"), "{:?}", causes(&diagnosis));

    drop(listener);
    let (_, diagnosis, _) = one(&[&target]);
    assert_eq!(diagnosis["error"]["name"], "ECONNREFUSED");
    // Sockets of other tests have the same file name: a name of its own makes it certain.
    let left = folder.path().join(format!("left-{}.sock", std::process::id()));
    drop(std::os::unix::net::UnixListener::bind(&left).unwrap());
    let (_, diagnosis, _) = one(&[&format!("unix:{}", left.display())]);
    assert!(has(&diagnosis, "left_behind", "supported"), "{:?}", causes(&diagnosis));
    assert!(has(&diagnosis, "not_listening", "ruled_out"), "{:?}", causes(&diagnosis));
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (_, diagnosis, _) = one(&[&format!("unix:{}", file.display())]);
    assert!(has(&diagnosis, "not_a_socket", "supported"), "{:?}", causes(&diagnosis));
}

/// Nothing that was typed moves the cursor or the window's title: not in a heading, a cause, a table, an error of the command line.
#[test]
fn what_was_typed_is_shown_and_not_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("\x1b]0;owned\x07");
    let target = format!("unix:{}", path.display());
    let escape = "\x1b]0;owned\x07";
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let (reached, _) = text(&[&target, "-v"]);
    drop(listener);
    let mut shown = vec![reached, text(&[&target]).0, text(&[&target, "-v"]).0, text(&[&target, "unix:/"]).0];
    std::fs::remove_file(&path).unwrap();
    shown.extend([text(&[&target]).0, text(&[&target, &target, "-v"]).0]);
    for words in [
        &[target.as_str(), "--udp"][..],
        &["a:1", "--source", escape],
        &["a:1", "--send", &format!("{escape}\\q")],
        &["a:1", "--timeout", escape],
        &["a:1", &format!("--{escape}")],
    ] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        shown.push(String::from_utf8(output.stderr).unwrap());
    }
    for text in shown {
        assert!(!text.contains(['\x1b', '\x07']) && text.contains(r"\x1b]0;owned\x07"), "{text:?}");
    }
}

#[test]
fn many_targets_keep_their_order_and_the_worst_counts() {
    let server = Server::silent();
    let (_bound, closed) = closed_port();
    let (reached, refused) = (server.target(), closed.to_string());
    let targets: Vec<&str> = (0..200).map(|index| if index % 2 == 0 { reached.as_str() } else { refused.as_str() }).collect();
    let (report, exit) = json(&[&targets[..], &["--jobs", "7"]].concat());
    assert_eq!(exit, 1);
    let order: Vec<&str> =
        report["targets"].as_array().unwrap().iter().map(|target| target["findings"]["target"].as_str().unwrap()).collect();
    assert_eq!(order, targets);
    assert_eq!((&report["summary"]["reached"], &report["summary"]["not_reached"]), (&100.into(), &100.into()));
    let (_, exit) = json(&[&reached, &refused, "localhost:no-such-service"]);
    assert_eq!(exit, 5);
    let (shown, _) = text(&[&reached, &refused]);
    assert!(shown.contains("1 reached, 1 not reached in "), "{shown}");
}

#[test]
fn resolver_errors_have_their_names() {
    let (findings, diagnosis, exit) = one(&["localhost:no-such-service"]);
    assert_eq!((exit, findings["outcome"].as_str().unwrap()), (5, "not_tried"));
    assert_eq!((diagnosis["phase"].as_str().unwrap(), diagnosis["error"]["name"].as_str().unwrap()), ("resolve", "EAI_SERVICE"));
    let (_, diagnosis, exit) = one(&["[fe80::1%no-such-zone]:80"]);
    assert_eq!((exit, diagnosis["error"]["name"].as_str().unwrap()), (1, "EAI_NONAME"));
    assert!(has(&diagnosis, "no_interface", "supported"), "{:?}", causes(&diagnosis));
}

/// One error, three reasons: each is explained.
#[test]
fn targets_are_grouped_by_cause_and_not_by_error_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plain");
    std::fs::write(&file, "").unwrap();
    let (file, directory) = (format!("unix:{}", file.display()), format!("unix:{}", folder.path().display()));
    let none = format!("unix:@netlab-none-{}", std::process::id());
    let (shown, exit) = text(&[&file, &directory, &none]);
    assert_eq!(exit, 1);
    assert!(shown.contains("2 of 3 targets: ") && shown.contains(&format!("1 of 3 targets: {none}\n")), "{shown}");
    assert!(shown.contains("cause: the path is not a socket") && shown.contains("cause: no socket of that name listens"), "{shown}");
}

#[test]
fn a_zone_that_exists_is_not_said_to_be_missing() {
    if !std::fs::read_to_string("/proc/net/dev").is_ok_and(|interfaces| interfaces.contains(" lo:")) {
        return eprintln!("skipped: there is no interface called lo");
    }
    let (_, diagnosis, exit) = one(&["[::1%lo]:80"]);
    if exit == 0 || diagnosis["phase"] != "resolve" {
        return eprintln!("skipped: this resolver takes a name of an interface with any address");
    }
    assert!(has(&diagnosis, "zone_not_taken", "supported"), "{:?}", causes(&diagnosis));
    assert!(has(&diagnosis, "no_interface", "ruled_out"), "{:?}", causes(&diagnosis));
}

#[test]
fn wrong_words_are_refused_with_the_right_form() {
    for (words, expected) in [
        (&["localhost"][..], "`localhost` has no port: write localhost:80"),
        (&["localhost:65536"], "ports go from 1 to 65535"),
        (&["::1:80"], "write [::1]:80"),
        (&["a:80", "--timeout", "5"], "a duration needs a unit: `5s` or `5ms`?"),
        (&["a:80", "--delay", "1ms"], "RFC 8305 allows no less than 10ms"),
        (&["127.0.0.1:80", "-6"], "only IPv6 was asked for"),
        (&["a:80", "--send", r"\q"], "an escape in it is none"),
        (&["a\x1b[31m"], r"a\x1b[31m"),
    ] {
        let output = run(words);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(expected), "{words:?}: {error}");
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{words:?}");
    }
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn ctrl_c_ends_the_wait_for_a_banner() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = listener.local_addr().unwrap().to_string();
    let child = netlab(&[&target, "--send", "?", "--expect-banner", "--timeout", "1h"]).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    // What it sends comes when it knows that it is connected.
    stream.read_exact(&mut [0]).unwrap();
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.starts_with("INTERRUPTED") && shown.contains("connect ") && !shown.contains("failed"), "{shown}");
}

/// Whether this machine has a connection to the address that is under way: SYN_SENT (02), in Linux's list.
fn is_connecting_to(address: SocketAddr) -> bool {
    let to = format!("0100007F:{:04X} 02 ", address.port());
    std::fs::read_to_string("/proc/net/tcp").unwrap().contains(&to)
}

#[test]
fn ctrl_c_ends_a_connect_that_nobody_answers() {
    let (_listener, _first, address) = full_backlog();
    let target = address.to_string();
    let targets = [target.as_str(); 3];
    let child = netlab(&[&targets[..], &["--timeout", "1h", "--jobs", "1"]].concat()).stdout(Stdio::piped()).spawn().unwrap();
    while !is_connecting_to(address) {
        std::thread::yield_now();
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(String::from_utf8(output.stdout).unwrap().contains("3 interrupted in "));

    let (_listener, _first, address) = full_backlog();
    let child = netlab(&[&address.to_string(), "--timeout", "1h"]).stdout(Stdio::piped()).spawn().unwrap();
    while !is_connecting_to(address) {
        std::thread::yield_now();
    }
    interrupt(&child);
    let shown = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(shown.contains("broken off after") && !shown.contains("failed"), "{shown}");
}

#[test]
fn ctrl_c_between_rounds_shows_those_that_were() {
    let server = Server::silent();
    let mut child = netlab(&[&server.target(), "--count", "1000", "--interval", "1h"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    interrupt(&child);
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(rest.contains("1 of 1000 rounds: 1 connected, 0 lost"), "{rest}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let server = Server::silent();
    let mut child = netlab(&[&server.target(), "--count", "100000", "--interval", "1ms"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.trim_start().starts_with("1: "), "{line}");
    let output = child.wait_with_output().unwrap();
    assert_eq!((String::from_utf8(output.stderr).unwrap().as_str(), output.status.code()), ("", Some(141)));
}

/// What netlab says that Python's connect_ex would return is what it returns.
#[test]
fn python_agrees() {
    const SCRIPT: &str = r"
import socket, sys
family = socket.AF_UNIX if sys.argv[1].startswith('/') else socket.AF_INET
to = sys.argv[1] if family == socket.AF_UNIX else (sys.argv[1], int(sys.argv[2]))
def code(timeout):
    with socket.socket(family) as s:
        s.settimeout(timeout)
        return s.connect_ex(to)
def raised():
    with socket.socket(family) as s:
        s.settimeout(0.2)
        try:
            s.connect(to)
            return ''
        except OSError as error:
            return type(error).__name__ + ': ' + str(error)
if sys.argv[3] == 'blocks':
    print('none')
else:
    print(code(None))
print(code(0.2))
print(code(0))
print(raised())
";
    if Command::new("python3").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return eprintln!("skipped: there is no python3");
    }
    let python = |address: &str, port: &str, blocks: &str| {
        let output = Command::new("python3").args(["-c", SCRIPT, address, port, blocks]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let ours = |arguments: &[&str]| {
        let (report, _) = json(arguments);
        let said = &report["targets"][0]["connect_ex"][0];
        let blocking = said["blocking"]["number"].as_i64().map_or_else(|| "none".to_owned(), |number| number.to_string());
        let [with_timeout, non_blocking] = ["with_timeout", "non_blocking"].map(|field| said[field]["number"].as_i64().unwrap());
        format!("{blocking}\n{with_timeout}\n{non_blocking}\n{}\n", said["raises"].as_str().unwrap_or_default())
    };
    let split = |address: SocketAddr| (address.ip().to_string(), address.port().to_string());

    let (_bound, closed) = closed_port();
    let (ip, port) = split(closed);
    assert_eq!(ours(&[&closed.to_string()]), python(&ip, &port, ""), "refused");
    let server = Server::silent();
    let (ip, port) = split(server.address);
    assert_eq!(ours(&[&server.target()]), python(&ip, &port, ""), "connected");
    let (_listener, _first, full) = full_backlog();
    let (ip, port) = split(full);
    assert_eq!(ours(&[&full.to_string(), "--timeout", "200ms"]), python(&ip, &port, "blocks"), "a full backlog");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sock").display().to_string();
    let target = format!("unix:{path}");
    assert_eq!(ours(&[&target]), python(&path, "", ""), "no file");
    let listener = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    listener.bind(&SockAddr::unix(&path).unwrap()).unwrap();
    listener.listen(0).unwrap();
    let _first = std::os::unix::net::UnixStream::connect(&path).unwrap();
    assert_eq!(ours(&[&target]), python(&path, "", "blocks"), "a full Unix backlog");
}
