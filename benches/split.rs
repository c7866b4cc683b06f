//! What confirmation costs, side by side in one run: `netlab split`'s sweep, a bare loop that does the same confirmed cycle by hand, and
//! the same with a sleep of 1 ms instead of a confirmation. Against a server that counts how many cuts it saw, and against redis and nginx
//! where they are installed.
//!
//! `cargo bench --bench split [-- --rounds N]`. The three take turns, so that whatever else the machine does meets all alike; a ratio is
//! taken round by round. Prints; asserts nothing of time.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark ends where it fails, and prints")]

use std::cell::RefCell;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use netlab::engine::Interrupt;
use netlab::program::Program;
use netlab::split::{Closing, CutPlan, Limits, Mask, Message, Script, Split, SweepEvent, SweepOptions, sweep, take_baseline};
use netlink_packet_core::{NLM_F_REQUEST, NetlinkHeader, NetlinkMessage};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, IPPROTO_TCP};
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, SocketId, StateFlags};
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use netlink_sys::{Socket, SocketAddr as NetlinkAddr};
use socket2::SockRef;

const ROUNDS: usize = 21;
const WANTED_OF_BARE: f64 = 0.8;
const WANTED_OF_SLEEPS: f64 = 10.0;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = arguments.iter().position(|argument| argument == "--rounds").and_then(|at| arguments.get(at + 1)?.parse().ok());
    let rounds = given.unwrap_or(ROUNDS).max(1);
    println!(
        "{:<26} {:>10} {:>10} {:>10} {:>12} {:>14}",
        "splits a second, median", "netlab", "bare", "1 ms sleep", "netlab/bare", "netlab/sleep"
    );
    for subject in [Some(counting()), redis(), nginx()].into_iter().flatten() {
        subject.measure(rounds);
    }
    println!("{:<26} {:>10} {:>10} {:>10} {WANTED_OF_BARE:>12} {WANTED_OF_SLEEPS:>14}", "wanted, at least", "", "", "");
}

/// A server, and what is sent to it.
struct Subject {
    name: &'static str,
    address: SocketAddr,
    message: Vec<u8>,
    until: &'static str,
    /// Connections whose message came in two reads, where the server counts them.
    seen: Option<Arc<AtomicU64>>,
    /// Stopped at the end; then its files go.
    _server: Option<(Program, tempfile::TempDir)>,
}

/// A server of this program, of one thread, which counts the cuts that it sees.
fn counting() -> Subject {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&seen);
    std::thread::spawn(move || serve(&listener, &counted));
    let message = [vec![b'a'; 199], b"\n".to_vec()].concat();
    Subject { name: "a counting server", address, message, until: "line", seen: Some(seen), _server: None }
}

fn redis() -> Option<Subject> {
    let message = b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$60\r\n".iter().copied().chain([b'x'; 60]).chain(*b"\r\n").collect();
    start("redis", "redis-server --port {port} --bind 127.0.0.1 --save ''", message, "resp")
}

fn nginx() -> Option<Subject> {
    let message = b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nUser-Agent: netlab\r\nAccept: text/plain\r\n\r\n".to_vec();
    let configure = "sed \"s/PORT/{port}/; s/PARAMETERS//\" site.conf >nginx.conf";
    let exec = format!("sh -c '{configure}; PATH=$PATH:/usr/sbin exec nginx -e stderr -p . -c nginx.conf'");
    start("nginx", &exec, message, "http_message")
}

/// Starts a server in a folder that has what nginx needs. `None` where it cannot be started.
fn start(name: &'static str, exec: &str, message: Vec<u8>, until: &'static str) -> Option<Subject> {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    // nginx's worker may have another user.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(folder.path().join("site.conf"), include_str!("../tests/real_servers/nginx.conf")).unwrap();
    std::fs::write(folder.path().join("hello.txt"), "hello, world\n").unwrap();
    let exec = format!("sh -c 'cd \"$0\" && exec \"$@\"' {} {exec}", folder.path().display());
    match Program::start_ready(&exec.parse().unwrap(), None, Duration::from_secs(10), &|| false) {
        Ok((program, address)) => Some(Subject { name, address, message, until, seen: None, _server: Some((program, folder)) }),
        Err(error) => {
            println!("{name:<26} skipped: it {error}");
            None
        }
    }
}

impl Subject {
    fn script(&self) -> Script {
        let limits = Limits { timeout: Duration::from_secs(2), confirm: Duration::from_millis(500), max_answer: 1 << 20, max_cuts: 1000 };
        let messages = vec![Message { bytes: self.message.clone(), until: self.until.parse().unwrap() }];
        Script { target: self.address, messages, limits, closing: Closing::Reset }
    }

    fn measure(&self, rounds: usize) {
        let script = self.script();
        let interrupt = Interrupt::new().unwrap();
        let options = SweepOptions { jobs: NonZeroUsize::MIN, interrupt: &interrupt };
        let splits: Vec<Split> = CutPlan::Two.splits(&self.message, &[self.message.len() as u64], 0, u64::MAX).unwrap().splits;
        // Some answers tell the time, but each is as long as the others.
        let baseline = || take_baseline(&script, Mask::default(), &interrupt).unwrap();
        let answer = baseline().answer().len();
        // Taken before the clock starts: it waits for a greeting, once a sweep, however many splits that has.
        let fresh = RefCell::new(None);
        let mut netlab = || {
            sweep(&script, &splits, fresh.take().unwrap(), options, |SweepEvent::Row(row)| {
                assert!(row.verdict.is_same() && row.confirmed, "{row:?}");
                ControlFlow::Continue(())
            })
            .unwrap();
        };
        let mut ask = Asker::new();
        let mut bare = || {
            for cut in 1..self.message.len() {
                self.cycle(cut, answer, |stream| ask.until_read(stream, cut as u64));
            }
        };
        let mut slept = || {
            for cut in 1..self.message.len() {
                self.cycle(cut, answer, |_| std::thread::sleep(Duration::from_millis(1)));
            }
        };
        let ways: [&mut dyn FnMut(); 3] = [&mut netlab, &mut bare, &mut slept];
        let (mut rates, mut cuts) = ([const { Vec::new() }; 3], [0; 3]);
        // One round more, to warm up.
        for round in 0..=rounds {
            for way in 0..ways.len() {
                // Each is the first one in every third round.
                let way = (way + round) % ways.len();
                fresh.replace(Some(baseline()));
                let (before, start) = (self.cuts_seen(), Instant::now());
                ways[way]();
                if round > 0 {
                    rates[way].push(splits.len() as f64 / start.elapsed().as_secs_f64());
                    cuts[way] += self.cuts_seen() - before;
                }
            }
        }
        let ratio = |other: usize| median(rates[0].iter().zip(&rates[other]).map(|(ours, other)| ours / other));
        let [ours, bare, slept] = [0, 1, 2].map(|way| median(rates[way].iter().copied()));
        println!("{:<26} {ours:>10.0} {bare:>10.0} {slept:>10.0} {:>12.2} {:>14.1}", self.name, ratio(1), ratio(2));
        if self.seen.is_some() {
            println!("{:<26} {:>10} {:>10} {:>10}", format!("  seen, of {}", rounds * splits.len()), cuts[0], cuts[1], cuts[2]);
        }
    }

    fn cuts_seen(&self) -> u64 {
        self.seen.as_ref().map_or(0, |seen| seen.load(Ordering::Relaxed))
    }

    /// Connect, split, answer, close; between the pieces whatever is to make the server see them.
    fn cycle(&self, cut: usize, answer: usize, between: impl FnOnce(&TcpStream)) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_nodelay(true).unwrap();
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        stream.write_all(&self.message[..cut]).unwrap();
        between(&stream);
        stream.write_all(&self.message[cut..]).unwrap();
        let mut bytes = vec![0; answer];
        stream.read_exact(&mut bytes).unwrap();
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Answers a line; counts the connections whose line came in two reads.
fn serve(listener: &TcpListener, cut: &AtomicU64) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let (mut buffer, mut reads) = ([0; 4096], 0);
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            reads += 1;
            if buffer[count - 1] == b'\n' {
                cut.fetch_add(u64::from(reads == 2), Ordering::Relaxed);
                let _ = stream.write_all(b"OK\n");
            }
        }
    }
}

/// sock_diag(7) by hand: the same two questions, and of the answers only the fields that are needed.
struct Asker {
    netlink: Socket,
    buffer: Vec<u8>,
}

/// Where they are: struct inet_diag_msg begins behind the netlink header of 16 bytes, and attributes behind that.
const RECEIVE_QUEUE: usize = 16 + 56;
const ATTRIBUTES: usize = 16 + 72;
const INET_DIAG_INFO: u16 = 2;
/// `tcpi_bytes_received` in struct tcp_info.
const BYTES_RECEIVED: usize = 128;

impl Asker {
    fn new() -> Self {
        let mut netlink = Socket::new(NETLINK_SOCK_DIAG).unwrap();
        netlink.bind_auto().unwrap();
        netlink.connect(&NetlinkAddr::new(0, 0)).unwrap();
        Self { netlink, buffer: Vec::with_capacity(4096) }
    }

    fn until_read(&mut self, stream: &TcpStream, sent: u64) {
        let request = request(stream.peer_addr().unwrap(), stream.local_addr().unwrap());
        let mut is_received = false;
        loop {
            self.netlink.send(&request, 0).unwrap();
            self.buffer.clear();
            self.netlink.recv(&mut self.buffer, libc::MSG_DONTWAIT).unwrap();
            let queued = u32::from_ne_bytes(self.buffer[RECEIVE_QUEUE..][..4].try_into().unwrap());
            if is_received && queued == 0 {
                return;
            }
            is_received |= self.received() >= sent;
            if !is_received || queued > 0 {
                std::thread::yield_now();
            }
        }
    }

    /// The bytes that the peer has received, by the last answer.
    fn received(&self) -> u64 {
        let mut rest = &self.buffer[ATTRIBUTES..];
        loop {
            let (length, kind) = (u16::from_ne_bytes([rest[0], rest[1]]), u16::from_ne_bytes([rest[2], rest[3]]));
            if kind == INET_DIAG_INFO {
                return u64::from_ne_bytes(rest[4 + BYTES_RECEIVED..][..8].try_into().unwrap());
            }
            rest = &rest[usize::from(length).next_multiple_of(4)..];
        }
    }
}

/// The question about the peer's socket, whose own address is our peer's.
fn request(peer: SocketAddr, local: SocketAddr) -> Vec<u8> {
    let id = SocketId {
        source_port: peer.port(),
        destination_port: local.port(),
        source_address: peer.ip(),
        destination_address: local.ip(),
        interface_id: 0,
        cookie: [0xff; 8],
    };
    let request =
        InetRequest { family: AF_INET, protocol: IPPROTO_TCP, extensions: ExtensionFlags::INFO, states: StateFlags::all(), socket_id: id };
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST;
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}
