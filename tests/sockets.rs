//! `netlab sockets` against sockets of the test's own, and against ss(8).

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says why")]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::process::{Command, Output, Stdio};

use netlab::scenario::SocketKind;
use netlab::sockets::{Filter, Mark, Owner, Protocol, Queues, SocketRow, SocketState, TimerKind};
use netlab::survey::{listeners_on, survey};
use rustix::event::{PollFd, PollFlags, poll};
use serde_json::Value;
use socket2::{Domain, Socket, Type};

fn netlab() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    command.arg("sockets").envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("COLUMNS", "300")]);
    command
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = netlab().args(arguments).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn json(arguments: &[&str]) -> Value {
    let (_, stdout, stderr) = run(&[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"))
}

/// The sockets with a port at either end.
fn rows(port: u16) -> Vec<SocketRow> {
    survey(&Filter { port: Some(port), ..Filter::default() }).unwrap().rows
}

/// Looks until the kernel shows what must come; every use says in its text why it must.
fn until<T>(port: u16, mut is_there: impl FnMut(&[SocketRow]) -> Option<T>) -> T {
    loop {
        if let Some(found) = is_there(&rows(port)) {
            return found;
        }
        std::thread::yield_now();
    }
}

fn until_state(port: u16, remote: Option<SocketAddr>, state: SocketState) -> SocketRow {
    let is_it = |row: &&SocketRow| {
        let to = row.remote.as_ref().map(ToString::to_string);
        row.local_port() == Some(port) && row.state == state && (remote.is_none() || to == remote.map(|remote| remote.to_string()))
    };
    until(port, |rows| rows.iter().find(is_it).cloned())
}

fn wait_readable(socket: &impl AsFd) {
    while poll(&mut [PollFd::from_borrowed_fd(socket.as_fd(), PollFlags::IN)], None).unwrap() == 0 {}
}

fn listener(backlog: i32) -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    socket.listen(backlog).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// Starts to connect, and does not wait.
fn start_connect(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_nonblocking(true).unwrap();
    assert!(socket.connect(&address.into()).is_err_and(|error| error.raw_os_error() == Some(libc::EINPROGRESS)));
    socket
}

#[test]
fn a_port_is_a_number_or_a_service() {
    for (port, words) in
        [("0", "a number from 1 to 65535"), ("65536", "a number from 1 to 65535"), ("no-such-service", "no service is known here")]
    {
        let (code, _, err) = run(&["--port", port]);
        assert!(code == 2 && err.contains(words), "{port}: {code} {err}");
    }
    if std::fs::read_to_string("/etc/services").is_ok_and(|services| services.contains("http")) {
        assert!([0, 4].contains(&run(&["--port", "http"]).0));
    } else {
        eprintln!("skipped: this machine has no list of services");
    }
}

#[test]
fn a_listener_whose_accept_queue_is_full_overflows() {
    let counted = || survey(&Filter { protocols: vec![Protocol::Tcp], ..Filter::default() }).unwrap().listen.unwrap();
    let (listener, address) = listener(0);
    let port = address.port().to_string();
    assert!(!run(&["--port", &port]).1.contains("OVERFLOW"));
    // A backlog of 0 lets one connection wait.
    let _first = TcpStream::connect(address).unwrap();
    wait_readable(&listener);
    let before = counted();
    // This SYN is dropped, and sent again after a second, and dropped again: nobody accepts.
    let second = start_connect(address);
    let is_it = |row: &&SocketRow| row.takes(address) && row.is_full() && row.drops > Some(0);
    let row = until(address.port(), |rows| rows.iter().find(is_it).cloned());
    assert_eq!(row.queues, Queues::Listener { waiting: 1, limit: 0, full: true });
    let after = counted();
    assert!(after.overflows > before.overflows && after.drops > before.drops, "{before:?} {after:?}");

    let (code, text, _) = run(&["--port", &port, "--listening", "--kind", "tcp", "-4"]);
    assert_eq!(code, 0);
    for part in [
        &format!("OVERFLOW: the accept queue of {address} is full"),
        "evidence (sock_diag): connections that wait for accept 1, backlog 0",
        "evidence (SKMEMINFO): ",
        "evidence (/proc/net/netstat, system-wide",
        "ListenOverflows ",
    ] {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
    let report = json(&["--port", &port, "--listening", "--kind", "tcp", "-4"]);
    assert_eq!(report["sockets"][0]["queues"]["listener"], serde_json::json!({ "waiting": 1, "limit": 0, "full": true }));

    // The one that waits has no process, and the one that was dropped is still asking.
    let rows = rows(address.port());
    assert!(rows.iter().any(|row| row.owner == Owner::NotAccepted && row.state == SocketState::Established), "{rows:#?}");
    assert!(rows.iter().any(|row| row.state == SocketState::SynSent && row.timer.is_some_and(|t| t.kind == TimerKind::Retransmit)));

    // When the program accepts, there is room again: no overflow is claimed any more.
    drop(second);
    listener.accept().unwrap();
    assert!(!listeners_on(address.port()).unwrap().iter().any(|row| row.takes(address) && row.is_full()));
}

#[test]
fn queues_of_a_connection_and_the_fin_that_counts_as_a_byte() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut client = TcpStream::connect(address).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    let from = client.local_addr().unwrap();
    client.write_all(b"hello").unwrap();
    let unread = |rows: &[SocketRow], count| {
        rows.iter()
            .find(|row| matches!(row.queues, Queues::Stream { unread, .. } if unread == count && row.remote_port() == Some(from.port())))
            .cloned()
    };
    let row = until(address.port(), |rows| unread(rows, 5));
    assert_eq!(row.state, SocketState::Established);
    let process = &row.owner.processes()[0];
    assert_eq!(process.pid, std::process::id());
    assert!(row.tcp_info.unwrap().0.values().any(|&value| value == 5), "bytes_received");
    server.read_exact(&mut [0; 5]).unwrap();

    client.shutdown(Shutdown::Write).unwrap();
    let row = until_state(address.port(), Some(from), SocketState::CloseWait);
    assert_eq!(row.queues.numbers(), (1, 0), "the FIN counts");
    assert_eq!(server.read(&mut [0; 1]).unwrap(), 0);
    let row = until_state(address.port(), Some(from), SocketState::CloseWait);
    assert_eq!(row.queues.numbers(), (0, 0), "until the end of the stream was read");
    let (_, text, _) = run(&["--port", &address.port().to_string(), "--state", "close_wait"]);
    assert!(text.contains("CLOSE-WAIT: the peer has closed, and the program here has not called close"), "{text}");

    // The client closed first, so it is the one in TIME-WAIT.
    drop(server);
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    drop(client);
    let row = until_state(from.port(), Some(address), SocketState::TimeWait);
    assert_eq!((row.owner, row.uid), (Owner::TimeWait, None));
    let timer = row.timer.unwrap();
    assert!(timer.kind == TimerKind::TimeWait && (1..=60_000).contains(&timer.remaining_ms), "{timer:?}");
}

#[test]
fn timers_of_keepalive_and_of_a_closed_window() {
    let (listener, address) = listener(1);
    listener.set_recv_buffer_size(4096).unwrap();
    let client = TcpStream::connect(address).unwrap();
    let from = client.local_addr().unwrap().port();
    let row = until_state(from, Some(address), SocketState::Established);
    assert_eq!(row.timer, None);
    socket2::SockRef::from(&client)
        .set_tcp_keepalive(&socket2::TcpKeepalive::new().with_time(std::time::Duration::from_secs(600)))
        .unwrap();
    let timer = until_state(from, Some(address), SocketState::Established).timer.unwrap();
    assert!(timer.kind == TimerKind::Keepalive && timer.remaining_ms <= 600_000, "{timer:?}");

    // Nobody reads: the window closes, what was sent is acknowledged, and what is left is asked for by probes.
    client.set_nonblocking(true).unwrap();
    let mut writer = &client;
    while writer.write(&[0; 65536]).is_ok() {}
    let row = until(from, |rows| {
        rows.iter().find(|row| row.local_port() == Some(from) && row.timer.is_some_and(|timer| timer.kind == TimerKind::Probe)).cloned()
    });
    assert!(matches!(row.queues, Queues::Stream { unacknowledged: 1.., .. }), "{:?}", row.queues);
    let port = from.to_string();
    let text = run(&["--port", &port, "-v"]).1;
    assert!(text.contains("timer: probe in ") && text.contains("the peer's window 0 bytes"), "{text}");
}

#[test]
fn datagrams_that_nobody_reads_are_counted_as_drops() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket2::SockRef::from(&receiver).set_recv_buffer_size(1).unwrap();
    let address = receiver.local_addr().unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(address).unwrap();
    let receiver_row = |rows: &[SocketRow]| rows.iter().find(|row| row.kind == SocketKind::Udp && row.takes(address)).cloned();
    let row = until(address.port(), |rows| {
        sender.send(&[7; 500]).unwrap();
        receiver_row(rows).filter(|row| row.drops > Some(0))
    });
    assert!(row.is_listening());
    let (memory, limit) = (row.queues.numbers().0, row.memory.unwrap().receive_limit);
    assert!(memory > 500, "{memory} bytes of memory hold datagrams of 500 bytes, of at most {limit}");
    let text = run(&["--port", &address.port().to_string()]).1;
    assert!(text.contains(&format!("udp {address}: ")), "the drops are shown: {text}");
    assert!(rows(address.port()).iter().any(|row| row.state == SocketState::Connected && row.remote_port() == Some(address.port())));
}

#[test]
fn unix_sockets_have_names_peers_and_processes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a\x1b[31m.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let _client = std::os::unix::net::UnixStream::connect(&path).unwrap();
    let (_server, _) = listener.accept().unwrap();
    let datagram = folder.path().join("datagram");
    let _datagram = std::os::unix::net::UnixDatagram::bind(&datagram).unwrap();
    let seqpacket = Socket::new(Domain::UNIX, Type::SEQPACKET, None).unwrap();
    let seqpacket_path = folder.path().join("seqpacket");
    seqpacket.bind(&socket2::SockAddr::unix(&seqpacket_path).unwrap()).unwrap();
    seqpacket.listen(3).unwrap();

    let pid = std::process::id().to_string();
    let report = json(&["--kind", "unix", "--process", &pid]);
    let shown = format!("unix:{}/a\\x1b[31m.sock", folder.path().display());
    let find = |kind: &str, state: &str, end: &str, address: &str| {
        let rows = report["sockets"].as_array().unwrap();
        let is_it = |row: &&Value| row["kind"] == kind && row["state"] == state && row[end] == address;
        rows.iter().find(is_it).unwrap_or_else(|| panic!("no {kind} {state} with {end} {address} in {report:#}")).clone()
    };
    find("unix_stream", "LISTEN", "local", &shown);
    let client = find("unix_stream", "CONNECTED", "remote", &shown);
    let server = find("unix_stream", "CONNECTED", "local", &shown);
    assert_eq!(client["peer_inode"], server["inode"]);
    assert_eq!(server["owner"]["processes"][0]["pid"].to_string(), pid);
    find("unix_dgram", "UNCONNECTED", "local", &format!("unix:{}", datagram.display()));
    let listening = find("unix_seqpacket", "LISTEN", "local", &format!("unix:{}", seqpacket_path.display()));
    assert_eq!(listening["queues"]["listener"]["limit"], 3);
    let text = run(&["--kind", "unix", "--process", &pid]).1;
    assert!(!text.contains('\x1b'), "a name reached the terminal as it is");
}

#[test]
fn a_port_that_is_bound_and_not_listening_is_told_from_one_that_listens() {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    assert!(!listeners_on(address.port()).unwrap().iter().any(|row| row.takes(address)));
    let release: Vec<u32> = rustix::system::uname().release().to_string_lossy().split(['.', '-']).map_while(|n| n.parse().ok()).collect();
    if release < vec![6, 8] {
        eprintln!("skipped: Linux tells of bound sockets since 6.8");
        return;
    }
    let local = address.to_string();
    assert!(rows(address.port()).iter().any(|row| row.state == SocketState::Bound && row.local.to_string() == local));
    socket.listen(1).unwrap();
    assert!(listeners_on(address.port()).unwrap().iter().any(|row| row.takes(address)));
}

/// The lines of `ss -H -tan` or `ss -H -uan` about a port.
fn ss_lines(kind: SocketKind, port: u16) -> Option<Vec<String>> {
    let filter = format!("sport = :{port} or dport = :{port}");
    let output = match Command::new("ss").args(["-H", if kind == SocketKind::Tcp { "-tan" } else { "-uan" }, &filter]).output() {
        Ok(output) if output.status.success() => output,
        Ok(output) => panic!("ss: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => panic!("ss: {error}"),
    };
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<String> = lines.lines().map(|line| line.split_whitespace().take(5).collect::<Vec<_>>().join(" ")).collect();
    lines.sort();
    Some(lines)
}

/// A row as ss(8) writes it.
fn as_ss(row: &SocketRow) -> String {
    let state = match row.state {
        SocketState::Established | SocketState::Connected => "ESTAB",
        SocketState::SynReceived => "SYN-RECV",
        SocketState::Unconnected => "UNCONN",
        state => state.name(),
    };
    let is_dual = row.local_port().is_some() && row.v6only == Some(false);
    let port = row.local_port().unwrap();
    let any = |address: String| if is_dual && address.starts_with("[::]:") { address.replace("[::]:", "*:") } else { address };
    let local = any(row.local.to_string());
    let remote = match &row.remote {
        Some(remote) => remote.to_string(),
        // The wildcard of the socket's own family.
        None if row.local.to_string().starts_with('[') => if is_dual { "*:*" } else { "[::]:*" }.to_owned(),
        None => "0.0.0.0:*".to_owned(),
    };
    let (receive, send) = row.queues.numbers();
    assert_ne!(port, 0);
    format!("{state} {receive} {send} {local} {remote}")
}

#[test]
fn the_same_rows_as_ss() {
    let mut ports = Vec::new();
    let mut addresses: Vec<String> = Vec::new();
    let mut keep: Vec<Box<dyn std::any::Any>> = Vec::new();
    // Listeners: IPv4; IPv6 that takes IPv4 too; IPv6 only.
    let (v4, address) = listener(7);
    ports.push(address.port());
    addresses.push(address.to_string());
    for only_v6 in [false, true] {
        let Ok(socket) = Socket::new(Domain::IPV6, Type::STREAM, None) else { continue };
        socket.set_only_v6(only_v6).unwrap();
        if socket.bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)).into()).is_err() {
            eprintln!("without IPv6: there is none here");
            continue;
        }
        socket.listen(9).unwrap();
        let port = socket.local_addr().unwrap().as_socket().unwrap().port();
        ports.push(port);
        addresses.push(if only_v6 { format!("[::]:{port}") } else { format!("*:{port}") });
        if !only_v6 {
            // An IPv4 connection on an IPv6 socket.
            let client = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            for end in [client.local_addr().unwrap(), client.peer_addr().unwrap()] {
                addresses.extend([end.to_string(), format!("[::ffff:127.0.0.1]:{}", end.port())]);
            }
            keep.push(Box::new(client));
            wait_readable(&socket);
            keep.push(Box::new(socket.accept().unwrap()));
        }
        keep.push(Box::new(socket));
    }
    // Connections: with unread bytes, in CLOSE-WAIT and FIN-WAIT-2, in TIME-WAIT, not accepted.
    let mut connect = || {
        let client = TcpStream::connect(address).unwrap();
        addresses.push(client.local_addr().unwrap().to_string());
        let server: TcpStream = v4.accept().unwrap().0.into();
        (client, server)
    };
    let (mut client, server) = connect();
    client.write_all(b"fourteen bytes").unwrap();
    wait_readable(&server);
    keep.push(Box::new((client, server)));
    let (client, server) = connect();
    client.shutdown(Shutdown::Write).unwrap();
    until_state(address.port(), Some(client.local_addr().unwrap()), SocketState::CloseWait);
    until_state(client.local_addr().unwrap().port(), Some(address), SocketState::FinWait2);
    keep.push(Box::new((client, server)));
    let (mut client, server) = connect();
    let from = client.local_addr().unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!((&server).read(&mut [0; 1]).unwrap(), 0);
    drop(server);
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    drop(client);
    let ends = [address.to_string(), from.to_string()];
    let is_of_connection = |row: &&SocketRow| {
        let remote = row.remote.as_ref().map(ToString::to_string);
        ends.contains(&row.local.to_string()) && remote.is_some_and(|remote| ends.contains(&remote))
    };
    until(from.port(), |rows| rows.iter().filter(is_of_connection).all(|row| row.state == SocketState::TimeWait).then_some(()));
    let waiting = TcpStream::connect(address).unwrap();
    addresses.push(waiting.local_addr().unwrap().to_string());
    wait_readable(&v4);
    // Datagrams.
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(receiver.local_addr().unwrap()).unwrap();
    sender.send(b"hello").unwrap();
    wait_readable(&receiver);
    addresses.extend([&receiver, &sender].map(|socket| socket.local_addr().unwrap().to_string()));
    let ports = ports.into_iter().map(|port| (SocketKind::Tcp, port));

    for (kind, port) in ports.chain([(SocketKind::Udp, receiver.local_addr().unwrap().port())]) {
        let Some(theirs) = ss_lines(kind, port) else {
            eprintln!("skipped: there is no ss (iproute2) here");
            return;
        };
        let mut ours: Vec<String> = rows(port).iter().filter(|row| row.kind == kind).map(as_ss).collect();
        ours.sort();
        // Others on this machine may have sockets with the same number as a port: what comes and goes there is theirs.
        let is_own = |line: &String| line.split(' ').skip(3).all(|end| end.ends_with(":*") || addresses.iter().any(|own| end == own));
        let [ours, theirs] = [ours, theirs].map(|lines| lines.into_iter().filter(is_own).collect::<Vec<_>>());
        assert!(!ours.is_empty());
        assert_eq!(ours, theirs);
    }
}

#[test]
fn exit_codes() {
    let (_listener, address) = listener(1);
    let port = address.port().to_string();
    // Taken, so that nobody else listens on it, and not listened on.
    let bound = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    bound.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    let free = bound.local_addr().unwrap().as_socket().unwrap().port().to_string();
    let cases: [(&[&str], i32, &str); 11] = [
        (&["--port", &port], 0, ""),
        (&["--port", &port, "--listening", "--kind", "tcp", "-4", "--state", "LISTEN"], 0, ""),
        (&["--port", &free, "--listening", "--kind", "tcp", "-4"], 4, "no TCP socket fits"),
        (&["--process", "no-such-program", "--kind", "udp", "--kind", "unix"], 4, "no UDP or Unix socket fits"),
        (&["--process", "no-such-program"], 4, "Unix sockets were not looked at: --kind unix"),
        (&["--state", "closewait1"], 2, "did you mean CLOSE-WAIT?"),
        (&["--state", "open"], 2, "expected one of LISTEN"),
        (&["--watch", "5"], 2, "`5s` or `5ms`?"),
        (&["--watch", "1ms"], 2, "at least `50ms`"),
        (&["--port", "80", "--kind", "unix"], 2, "Unix sockets have neither ports nor IP addresses"),
        (&["--port", "0"], 2, "a number from 1 to 65535"),
    ];
    for (arguments, code, message) in cases {
        let (status, stdout, stderr) = run(arguments);
        assert_eq!(status, code, "{arguments:?}: {stderr}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
        assert_eq!(stdout.is_empty(), code != 0, "{arguments:?}: {stdout}");
    }
    // Others may have the same port over IPv6 or UDP.
    for (arguments, field, value) in
        [(["--port", &port, "-6"].as_slice(), "family", "ipv6"), (&["--port", &port, "--kind", "udp"], "kind", "udp")]
    {
        assert!(json(arguments)["sockets"].as_array().unwrap().iter().all(|row| row[field] == value), "{arguments:?}");
    }
    let (code, stdout, _) = run(&["--process", "no-such-program", "--format", "json"]);
    assert_eq!((code, serde_json::from_str::<Value>(&stdout).unwrap()["sockets"].clone()), (4, serde_json::json!([])));
}

#[test]
fn the_json_fits_its_schema() {
    let schema = jsonschema::validator_for(&netlab::report::SocketsReport::schema()).unwrap();
    let (_listener, address) = listener(1);
    let _connection = TcpStream::connect(address).unwrap();
    let _udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (left, _right) = std::os::unix::net::UnixStream::pair().unwrap();
    let port = address.port().to_string();
    let all = json(&["--kind", "tcp", "--kind", "udp", "--kind", "unix"]);
    let none = json(&["--process", "no-such-program"]);
    assert!(all["sockets"].as_array().unwrap().len() >= 5);
    let mut watch = netlab().args(["--watch", "10m", "--format", "json", "--port", &port]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(watch.stdout.take().unwrap()).read_line(&mut line).unwrap();
    end(&mut watch, "-TERM", 143);
    for report in [all, none, serde_json::from_str(&line).unwrap()] {
        let errors: Vec<String> = schema.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    drop(left);
}

fn end(child: &mut std::process::Child, signal: &str, code: i32) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(code));
}

#[test]
fn a_watch_ends_at_once_on_ctrl_c() {
    let (_listener, address) = listener(1);
    // If it did not end at once, this test would take ten minutes.
    let mut child = netlab().args(["--watch", "10m", "--port", &address.port().to_string()]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let local = address.to_string();
    let shown = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("LISTEN") && line.contains(&local)));
    assert!(shown.is_some());
    end(&mut child, "-INT", 130);
}

#[test]
fn a_watch_marks_what_is_new_changed_and_gone() {
    let (listener, address) = listener(1);
    let port = address.port().to_string();
    let mut child = netlab().args(["--watch", "50ms", "--format", "json", "--port", &port]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // Behind the first look, which has nothing to compare with, what is done here is seen by some look to come.
    lines.next().unwrap().unwrap();
    let mut until = |mark: Mark| {
        let name = serde_json::to_value(mark).unwrap();
        loop {
            let report: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
            let is_marked = report["changes"]["marks"].as_array().unwrap().contains(&name);
            if is_marked || (mark == Mark::Gone && !report["changes"]["gone"].as_array().unwrap().is_empty()) {
                return report;
            }
        }
    };
    let client = TcpStream::connect(address).unwrap();
    until(Mark::New);
    // Reset: both ends are gone, and nothing is left in TIME-WAIT.
    let server = listener.accept().unwrap().0;
    client.shutdown(Shutdown::Write).unwrap();
    until(Mark::State);
    server.set_linger(Some(std::time::Duration::ZERO)).unwrap();
    drop((server, client));
    let report = until(Mark::Gone);
    assert!(report["sockets"].as_array().unwrap().iter().any(|row| row["state"] == "LISTEN"));
    end(&mut child, "-INT", 130);
}

#[test]
fn a_reader_that_goes_away_ends_a_watch_quietly() {
    let mut child = netlab().args(["--watch", "50ms"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn the_sockets_of_another_user_have_no_visible_process() {
    if std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) != 0 {
        eprintln!("skipped: only root can look as another user at a socket of its own");
        return;
    }
    let (_listener, address) = listener(1);
    let port = address.port().to_string();
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_netlab"), "sockets", "--port", &port]);
    let output = match command.env("LC_ALL", "C").output() {
        Ok(output) => output,
        Err(error) => return eprintln!("skipped: setpriv (util-linux) cannot be run: {error}"),
    };
    let (text, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    if error.contains("Permission denied") {
        return eprintln!("skipped: another user may not run the program where it lies: {error}");
    }
    assert!(text.contains("not visible (other user)") && text.contains("CAP_SYS_PTRACE"), "{text}{error}");
    // Root sees it.
    assert!(run(&["--port", &port]).1.contains(&std::process::id().to_string()));
}
