//! The whole program for one connect: `netlab connect 127.0.0.1:PORT` against a bare program that resolves and connects
//! (`examples/bare_connect.rs`), and for a thousand targets the memory that it takes.
//!
//! `cargo bench --bench connect [-- --pairs N | --quick]`. The two programs take turns, and the ratio is taken pair by pair. Prints;
//! asserts nothing.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::io;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

mod program;

const DEFAULT_PAIRS: usize = 500;
const QUICK_PAIRS: usize = 50;
const TARGETS: usize = 1000;
const WANTED_RATIO: f64 = 1.5;
const WANTED_MIB: f64 = 64.0;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = arguments.iter().position(|argument| argument == "--pairs").and_then(|at| arguments.get(at + 1)?.parse().ok());
    let quick = arguments.iter().any(|argument| argument == "--quick");
    compare(given.unwrap_or(if quick { QUICK_PAIRS } else { DEFAULT_PAIRS }).max(1))?;
    crowd()
}

fn compare(pairs: usize) -> io::Result<()> {
    // Nobody accepts: the kernel makes the connections, so no third program takes part.
    let (listeners, mut netlab, mut bare) = (Listeners::new(1)?, program::netlab()?, program::example("bare_connect")?);
    let (mut with, mut without) = (Vec::with_capacity(pairs), Vec::with_capacity(pairs));
    let target = listeners.target(0);
    netlab.args(["connect", &target]);
    bare.arg(&target);
    // The first start of a program reads it from the disk.
    time(&mut netlab)?;
    time(&mut bare)?;
    for pair in 0..pairs {
        // Each goes first in every other pair.
        if pair % 2 == 0 {
            with.push(time(&mut netlab)?);
            without.push(time(&mut bare)?);
        } else {
            without.push(time(&mut bare)?);
            with.push(time(&mut netlab)?);
        }
        listeners.drain()?;
    }
    let ratios: Vec<f64> = with.iter().zip(&without).map(|(with, without)| with.as_secs_f64() / without.as_secs_f64()).collect();
    println!("{:<32} {:>9} {:>9} {:>9}", format!("whole process, {pairs} pairs (ms)"), "min", "median", "p90");
    for (name, times) in [("netlab connect 127.0.0.1:PORT", &with), ("bare program", &without)] {
        let [min, median, p90] = [0.0, 0.5, 0.9].map(|part| quantile(times.iter().map(|time| time.as_secs_f64() * 1e3), part));
        println!("{name:<32} {min:>9.2} {median:>9.2} {p90:>9.2}");
    }
    println!("{:<32} {:>9} {:>9.2}   wanted: at most {WANTED_RATIO}", "ratio of a pair", "", quantile(ratios, 0.5));
    Ok(())
}

/// A thousand targets in one call: half of them listen, half of them refuse.
fn crowd() -> io::Result<()> {
    let listeners = Listeners::new(TARGETS)?;
    let targets: Vec<String> =
        (0..TARGETS).map(|index| if index % 2 == 0 { listeners.target(index) } else { format!("127.0.0.{}:1", index % 200 + 1) }).collect();
    for jobs in ["100", "1"] {
        let mut command = program::netlab()?;
        command.arg("connect").args(&targets).args(["--jobs", jobs, "--format", "json"]);
        let start = Instant::now();
        let (status, peak_kib) = resources(&command.spawn()?)?;
        let (took, mib) = (start.elapsed(), peak_kib as f64 / 1024.0);
        println!(
            "{TARGETS} targets, {jobs:>3} at a time: {:>6.1} ms, exit {}, peak {mib:.1} MiB   wanted: under {WANTED_MIB} MiB",
            took.as_secs_f64() * 1e3,
            status.code().unwrap_or(-1)
        );
        listeners.drain()?;
    }
    Ok(())
}

/// Waits for a child; its largest resident set is in KiB (man 2 getrusage).
#[allow(unsafe_code, reason = "no crate here wraps wait4")]
fn resources(child: &Child) -> io::Result<(ExitStatus, i64)> {
    let pid = child.id().try_into().map_err(io::Error::other)?;
    let mut status = 0;
    // SAFETY: all zeroes is a valid rusage.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointers are to values that outlive the call, and the child is ours and has not been waited for.
    let waited = unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) };
    if waited == pid { Ok((ExitStatus::from_raw(status), usage.ru_maxrss)) } else { Err(io::Error::last_os_error()) }
}

/// Ports that listen.
struct Listeners(Vec<TcpListener>);

impl Listeners {
    fn new(count: usize) -> io::Result<Self> {
        let listeners: io::Result<Vec<_>> = (0..count.min(500)).map(|_| TcpListener::bind("127.0.0.1:0")).collect();
        let listeners = listeners?;
        listeners.iter().try_for_each(|listener| listener.set_nonblocking(true))?;
        Ok(Self(listeners))
    }

    fn target(&self, index: usize) -> String {
        self.0[index % self.0.len()].local_addr().map_or_else(|_| String::new(), |address| address.to_string())
    }

    /// Takes what waits, so that no backlog fills.
    fn drain(&self) -> io::Result<()> {
        for listener in &self.0 {
            loop {
                match listener.accept() {
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

/// How long a program takes from its start to its end.
fn time(command: &mut Command) -> io::Result<Duration> {
    let start = Instant::now();
    let status = command.status()?;
    let took = start.elapsed();
    if status.success() { Ok(took) } else { Err(io::Error::other(format!("{command:?}: {status}"))) }
}

fn quantile(values: impl IntoIterator<Item = f64>, part: f64) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part).round() as usize]
}
