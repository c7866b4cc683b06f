//! 200 000 small sends through the engine, against a bare loop over the same kind of sockets; and what a recorded call costs in
//! memory.
//!
//! `cargo bench --bench many_sends [-- --pairs N | --quick]`. Only [`engine::run`] is timed. Engine and loop take turns, so that
//! what else the machine does meets both alike, and the ratio is taken pair by pair. Prints; asserts nothing.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use netlab::plan::{Overrides, Plan};
use netlab::scenario::{Scenario, Source};
use netlab::trace::{RunEnd, Trace};
use netlab::{engine, plan};

const SENDS: usize = 200_000;
const SIZE: usize = 16;
const RECV_SIZE: usize = 65_536;
const DEFAULT_PAIRS: usize = 11;
const QUICK_PAIRS: usize = 3;

/// How the server reads.
#[derive(Clone, Copy)]
enum Reading {
    /// As much as there is, to the end of the stream.
    Whatever,
    /// One message at a time.
    Messages,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = arguments.iter().position(|argument| argument == "--pairs").and_then(|at| arguments.get(at + 1)?.parse().ok());
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let pairs = given.unwrap_or(if quick { QUICK_PAIRS } else { DEFAULT_PAIRS }).max(1);
    println!(
        "{:<36} {:>8} {:>8} {:>8}   {:>8} {:>9} {:>9}",
        format!("{SENDS} sends, {pairs} pairs (ms)"),
        "engine",
        "bare",
        "ratio",
        "calls",
        "bytes*",
        "peak**"
    );
    for (name, reading) in [("recv_until \"eof\", up to 64 KiB", Reading::Whatever), ("recv_exact 16 bytes, as often", Reading::Messages)] {
        let plan = plan_of(reading)?;
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for pair in 0..pairs {
            // Each goes first in every other pair.
            if pair % 2 == 0 {
                with.push(engine_time(&plan)?);
                without.push(bare_time(reading)?);
            } else {
                without.push(bare_time(reading)?);
                with.push(engine_time(&plan)?);
            }
        }
        let ratio = median(with.iter().zip(&without).map(|(with, without)| with.as_secs_f64() / without.as_secs_f64()));
        let [with, without] = [with, without].map(|times| median(times.iter().map(|time| time.as_secs_f64() * 1e3)));
        let Memory { calls, log, peak } = memory(&plan)?;
        println!("{name:<36} {with:>8.1} {without:>8.1} {ratio:>8.2}   {calls:>8} {log:>9.1} {peak:>9.1}");
    }
    println!("wanted: a ratio of at most 1.3, and under 64 bytes a call");
    println!("*  of the log without the payload, as it says itself, a call");
    println!("** of the heap in use, at the most during the run, without the payload that is kept, a call");
    Ok(())
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn plan_of(reading: Reading) -> Result<Plan, Box<dyn Error>> {
    let read = match reading {
        Reading::Whatever => r#"{ "recv_until": "eof" }"#.to_owned(),
        Reading::Messages => {
            format!(
                r#"{{ "repeat": {{ "times": {SENDS}, "steps": [{{ "recv_exact": {{ "bytes": {SIZE} }} }}] }} }}, {{ "recv_until": "eof" }}"#
            )
        }
    };
    let text = format!(
        r#"{{
          "title": "Many small sends",
          "defaults": {{ "timeout": "60s", "recv_size": {RECV_SIZE} }},
          "actors": {{
            "server": [{{ "listen": {{ "tcp": "loopback:0" }} }}, {{ "accept": {{}} }}, {read}],
            "client": [
              {{ "connect": {{ "to": "server" }} }},
              {{ "repeat": {{ "times": {SENDS}, "steps": [{{ "send": {{ "text": "{}" }} }}] }} }},
              {{ "close": {{}} }}
            ]
          }}
        }}"#,
        "x".repeat(SIZE)
    );
    let problems = |diagnostics| format!("{diagnostics:?}");
    let scenario = Scenario::parse(Source::new("many-sends.json", text)).map_err(problems)?;
    let mut plans = plan::plan(&Arc::new(scenario), &Overrides::default()).map_err(problems)?;
    plans.pop().ok_or_else(|| "no plan".into())
}

fn run(plan: &Plan) -> io::Result<Trace> {
    let trace = engine::run(plan, &engine::Interrupt::new()?)?;
    if trace.end == RunEnd::Finished { Ok(trace) } else { Err(io::Error::other(format!("the run ended: {:?}", trace.end))) }
}

fn engine_time(plan: &Plan) -> io::Result<Duration> {
    let start = Instant::now();
    let trace = run(plan)?;
    let took = start.elapsed();
    drop(trace);
    Ok(took)
}

fn bare_time(reading: Reading) -> io::Result<Duration> {
    let start = Instant::now();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let client = std::thread::spawn(move || -> io::Result<()> {
        let mut client = TcpStream::connect(address)?;
        (0..SENDS).try_for_each(|_| client.write_all(&[b'x'; SIZE]))
    });
    let server = std::thread::spawn(move || -> io::Result<usize> {
        let (mut server, _) = listener.accept()?;
        let mut buffer = vec![0; RECV_SIZE];
        let mut received = 0;
        if let Reading::Messages = reading {
            for _ in 0..SENDS {
                server.read_exact(&mut buffer[..SIZE])?;
                received += SIZE;
            }
        }
        loop {
            match server.read(&mut buffer)? {
                0 => return Ok(received),
                read => received += read,
            }
        }
    });
    let panicked = |_| io::Error::other("a thread panicked");
    client.join().map_err(panicked)??;
    let received = server.join().map_err(panicked)??;
    let took = start.elapsed();
    if received == SENDS * SIZE { Ok(took) } else { Err(io::Error::other(format!("received {received} bytes"))) }
}

struct Memory {
    calls: usize,
    log: f64,
    peak: f64,
}

/// One more run, not timed, in which allocations are counted.
fn memory(plan: &Plan) -> io::Result<Memory> {
    COUNTER.live.store(0, Relaxed);
    COUNTER.peak.store(0, Relaxed);
    COUNTER.on.store(true, Relaxed);
    let trace = run(plan);
    COUNTER.on.store(false, Relaxed);
    let peak = COUNTER.peak.load(Relaxed);
    let logs: Vec<_> = trace?.actors.into_iter().map(|actor| actor.calls).collect();
    let calls: usize = logs.iter().map(netlab::trace::CallLog::len).sum();
    let log: usize = logs.iter().map(netlab::trace::CallLog::memory).sum();
    let payload: usize = logs.iter().flat_map(|log| log.iter().map(|call| call.data.prefix.len())).sum();
    let per_call = |bytes: f64| bytes / calls as f64;
    Ok(Memory { calls, log: per_call(log as f64), peak: per_call(peak as f64 - payload as f64) })
}

/// The system's allocator, and how many bytes of it are in use. It counts only when asked to: two threads that count in the
/// same place slow each other down.
struct Counter {
    on: AtomicBool,
    live: AtomicIsize,
    peak: AtomicIsize,
}

#[global_allocator]
static COUNTER: Counter = Counter { on: AtomicBool::new(false), live: AtomicIsize::new(0), peak: AtomicIsize::new(0) };

impl Counter {
    fn count(&self, more: usize, less: usize) {
        if self.on.load(Relaxed) {
            let change = more as isize - less as isize;
            let live = self.live.fetch_add(change, Relaxed) + change;
            self.peak.fetch_max(live, Relaxed);
        }
    }
}

#[allow(unsafe_code, reason = "an allocator is an unsafe trait")]
// SAFETY: every call is passed on to the system's allocator as it came; counting does not allocate.
unsafe impl GlobalAlloc for Counter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.count(layout.size(), 0);
        // SAFETY: what the caller promises of the layout, it promises here.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.count(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        self.count(new_size, layout.size());
        // SAFETY: the block came from the system's allocator with this layout, since every block does.
        unsafe { System.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.count(0, layout.size());
        // SAFETY: as for realloc.
        unsafe { System.dealloc(block, layout) }
    }
}
