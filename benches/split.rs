//! What confirmation costs, side by side in one run: `netlab split`'s sweep, a bare loop that does the same confirmed cycle by hand, and
//! the same with a sleep of 1 ms instead of a confirmation. Each line says how many of its cuts the server saw.
//!
//! `cargo bench --bench split`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark ends where it fails, and prints")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use netlab::engine::Interrupt;
use netlab::split::{Closing, CutPlan, Limits, Mask, Message, Script, SweepEvent, SweepOptions, sweep, take_baseline};
use netlink_packet_core::{NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, IPPROTO_TCP};
use netlink_packet_sock_diag::inet::nlas::Nla;
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, SocketId, StateFlags};
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use netlink_sys::{Socket, SocketAddr as NetlinkAddr};
use socket2::SockRef;

const LENGTH: usize = 200;
const ROUNDS: u32 = 20;

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

/// Connect, split, answer, close; between the pieces whatever is to make the server see them.
fn cycle(address: SocketAddr, message: &[u8], cut: usize, between: &mut dyn FnMut(&TcpStream, usize)) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    stream.write_all(&message[..cut]).unwrap();
    between(&stream, cut);
    stream.write_all(&message[cut..]).unwrap();
    let mut answer = [0; 3];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"OK\n");
}

/// sock_diag(7) by hand: the same two questions, and nothing else.
struct Asker {
    netlink: Socket,
    buffer: Vec<u8>,
}

impl Asker {
    fn new() -> Self {
        let mut netlink = Socket::new(NETLINK_SOCK_DIAG).unwrap();
        netlink.bind_auto().unwrap();
        netlink.connect(&NetlinkAddr::new(0, 0)).unwrap();
        Self { netlink, buffer: Vec::with_capacity(4096) }
    }

    fn until_read(&mut self, stream: &TcpStream, sent: u64) {
        let (peer, local) = (stream.peer_addr().unwrap(), stream.local_addr().unwrap());
        let id = SocketId {
            source_port: peer.port(),
            destination_port: local.port(),
            source_address: peer.ip(),
            destination_address: local.ip(),
            interface_id: 0,
            cookie: [0xff; 8],
        };
        let request = InetRequest {
            family: AF_INET,
            protocol: IPPROTO_TCP,
            extensions: ExtensionFlags::INFO,
            states: StateFlags::all(),
            socket_id: id,
        };
        let mut header = NetlinkHeader::default();
        header.flags = NLM_F_REQUEST;
        let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
        message.finalize();
        let mut request = vec![0; message.buffer_len()];
        message.serialize(&mut request);
        let mut is_received = false;
        loop {
            self.netlink.send(&request, 0).unwrap();
            self.buffer.clear();
            self.netlink.recv(&mut self.buffer, libc::MSG_DONTWAIT).unwrap();
            let NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) =
                NetlinkMessage::<SockDiagMessage>::deserialize(&self.buffer).unwrap().payload
            else {
                panic!("another answer")
            };
            if is_received && response.header.recv_queue == 0 {
                return;
            }
            let info = response.nlas.iter().find_map(|nla| if let Nla::TcpInfo(bytes) = nla { Some(bytes) } else { None });
            // tcpi_bytes_received stands at byte 128 of struct tcp_info.
            let received = info.map(|info| u64::from_ne_bytes(info[128..136].try_into().unwrap()));
            is_received |= received.is_some_and(|received| received >= sent);
            if !is_received {
                std::thread::yield_now();
            }
        }
    }
}

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&seen);
    std::thread::spawn(move || serve(&listener, &counted));

    let message = [vec![b'a'; LENGTH - 1], b"\n".to_vec()].concat();
    let limits = Limits { timeout: Duration::from_secs(2), confirm: Duration::from_millis(500), max_answer: 1 << 20, max_cuts: 1000 };
    let messages = vec![Message { bytes: message.clone(), until: "line".parse().unwrap() }];
    let script = Script { target: address, messages, limits, closing: Closing::Reset };
    let splits = CutPlan::Two.splits(&message, &[LENGTH as u64], 0, u64::MAX).unwrap().splits;
    let interrupt = Interrupt::new().unwrap();
    let options = SweepOptions { jobs: NonZeroUsize::MIN, interrupt: &interrupt };

    let mut ask = Asker::new();
    let mut netlab = || {
        let baseline = take_baseline(&script, Mask::default(), &interrupt).unwrap();
        sweep(&script, &splits, baseline, options, |SweepEvent::Row(row)| {
            assert!(row.verdict.is_same() && row.confirmed, "{row:?}");
            ControlFlow::Continue(())
        })
        .unwrap();
    };
    let mut bare = || (1..LENGTH).for_each(|cut| cycle(address, &message, cut, &mut |stream, sent| ask.until_read(stream, sent as u64)));
    let mut slept = || (1..LENGTH).for_each(|cut| cycle(address, &message, cut, &mut |_, _| std::thread::sleep(Duration::from_millis(1))));
    let ways: &mut [(&str, &mut dyn FnMut())] =
        &mut [("netlab split", &mut netlab), ("bare loop, confirmed", &mut bare), ("bare loop, sleep of 1 ms", &mut slept)];

    // In turn, so that whatever else the machine does is shared by all three; one round to warm up.
    let mut totals = vec![(Duration::ZERO, 0); ways.len()];
    for round in 0..=ROUNDS {
        for ((_, way), (time, cuts)) in ways.iter_mut().zip(&mut totals) {
            let (before, start) = (seen.load(Ordering::Relaxed), Instant::now());
            way();
            if round > 0 {
                *time += start.elapsed();
                *cuts += seen.load(Ordering::Relaxed) - before;
            }
        }
    }
    let cycles = u64::from(ROUNDS) * splits.len() as u64;
    let rates: Vec<f64> = totals.iter().map(|(time, _)| cycles as f64 / time.as_secs_f64()).collect();
    for (((name, _), (_, seen)), rate) in ways.iter().zip(&totals).zip(&rates) {
        println!("{name:<28} {rate:>8.0} splits a second, {seen} of {cycles} seen");
    }
    let [ours, bare, slept] = rates[..] else { return };
    println!("netlab split / bare loop: {:.2}; netlab split / sleeps: {:.1}", ours / bare, ours / slept);
}
