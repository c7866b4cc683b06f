//! The whole program for a three-line conversation: `netlab run sticky/three-sends` against a bare program that makes the same
//! socket calls.
//!
//! `cargo bench --bench three_sends [-- --pairs N | --quick]`. The scenario runs over IPv4 and over IPv6, and so does the bare
//! program, which is this binary started again. The two take turns, so that what else the machine does meets both alike, and
//! the ratio is taken pair by pair. Prints; asserts nothing.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::net::{RecvFlags, recv};

mod program;

/// The argument that makes this binary the bare program.
const BARE: &str = "bare-program";
const SENDS: [&str; 3] = ["hello", "world", "egon"];
const BYTES: usize = 14;
const DEFAULT_PAIRS: usize = 200;
const QUICK_PAIRS: usize = 30;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == BARE) {
        return bare();
    }
    let given = arguments.iter().position(|argument| argument == "--pairs").and_then(|at| arguments.get(at + 1)?.parse().ok());
    let quick = arguments.iter().any(|argument| argument == "--quick");
    compare(given.unwrap_or(if quick { QUICK_PAIRS } else { DEFAULT_PAIRS }).max(1))
}

fn compare(pairs: usize) -> io::Result<()> {
    let mut netlab = program::netlab()?;
    netlab.args(["run", "sticky/three-sends", "--color", "never"]);
    let mut bare = Command::new(std::env::current_exe()?);
    bare.arg(BARE);
    for command in [&mut netlab, &mut bare] {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // The first start of a program reads it from the disk.
        time(command)?;
    }
    let (mut with, mut without) = (Vec::with_capacity(pairs), Vec::with_capacity(pairs));
    for pair in 0..pairs {
        // Each goes first in every other pair.
        if pair % 2 == 0 {
            with.push(time(&mut netlab)?);
            without.push(time(&mut bare)?);
        } else {
            without.push(time(&mut bare)?);
            with.push(time(&mut netlab)?);
        }
    }
    let ratios: Vec<f64> = with.iter().zip(&without).map(|(with, without)| with.as_secs_f64() / without.as_secs_f64()).collect();
    println!("{:<32} {:>9} {:>9} {:>9}", format!("whole process, {pairs} pairs (ms)"), "min", "median", "p90");
    for (name, times) in [("netlab run sticky/three-sends", &with), ("bare program", &without)] {
        let [min, median, p90] = [0.0, 0.5, 0.9].map(|part| quantile(times.iter().map(|time| time.as_secs_f64() * 1e3), part));
        println!("{name:<32} {min:>9.2} {median:>9.2} {p90:>9.2}");
    }
    println!("{:<32} {:>9} {:>9.2}   wanted: at most 3", "ratio of a pair", "", quantile(ratios, 0.5));
    Ok(())
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

/// What someone would write to see the same: a server that comes late, a client that sends three times.
fn bare() -> io::Result<()> {
    for loopback in [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))] {
        match TcpListener::bind(loopback) {
            Ok(listener) => converse(&listener)?,
            // netlab skips the family that the machine lacks.
            Err(_) if loopback.is_ipv6() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn converse(listener: &TcpListener) -> io::Result<()> {
    let address = listener.local_addr()?;
    let client = std::thread::spawn(move || -> io::Result<()> {
        let mut client = TcpStream::connect(address)?;
        SENDS.iter().try_for_each(|text| client.write_all(text.as_bytes()))
    });
    let (mut server, _) = listener.accept()?;
    let mut buffer = [0; 1024];
    // The late reader: it waits until all bytes are queued, and takes none.
    recv(&server, &mut buffer[..BYTES], RecvFlags::PEEK | RecvFlags::WAITALL)?;
    let read = server.read(&mut buffer)?;
    println!("one recv: {}", String::from_utf8_lossy(&buffer[..read]));
    let end = server.read(&mut buffer)?;
    client.join().map_err(|_| io::Error::other("the client panicked"))??;
    if (read, end) == (BYTES, 0) { Ok(()) } else { Err(io::Error::other(format!("read {read} bytes, then {end}"))) }
}
