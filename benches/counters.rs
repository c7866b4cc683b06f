//! What reading the kernel's counters costs: 200 000 sends with counters read at the close, and after each send, each against a run in
//! which they are not read.
//!
//! `cargo bench --bench counters [-- --pairs N | --quick]`. Only [`engine::run`] is timed. The two take turns, so that what else the
//! machine does meets both alike, and the ratio is taken pair by pair. Prints; asserts nothing.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use netlab::plan::{Overrides, Plan};
use netlab::scenario::{Sampling, Scenario, Source};
use netlab::trace::RunEnd;
use netlab::{engine, plan};

const SENDS: usize = 200_000;
const DEFAULT_PAIRS: usize = 21;
const QUICK_PAIRS: usize = 3;

const SCENARIO: &str = r#"{
  "title": "Many small sends",
  "defaults": { "timeout": "60s", "recv_size": 65536 },
  "actors": {
    "server": [{ "listen": { "tcp": "loopback:0" } }, { "accept": {} }, { "recv_until": "eof" }],
    "client": [
      { "connect": { "to": "server" } },
      { "repeat": { "times": 200000, "steps": [{ "send": { "text": "xxxxxxxxxxxxxxxx" } }] } },
      { "close": {} }
    ]
  }
}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = arguments.iter().position(|argument| argument == "--pairs").and_then(|at| arguments.get(at + 1)?.parse().ok());
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let pairs = given.unwrap_or(if quick { QUICK_PAIRS } else { DEFAULT_PAIRS }).max(1);
    println!("{:<32} {:>8} {:>8} {:>8} {:>12}", format!("{SENDS} sends, {pairs} pairs (ms)"), "counted", "never", "ratio", "ns a send");
    let never = plan_of(Sampling::Never)?;
    for (name, sampling) in [("at the close", Sampling::Close), ("after each send", Sampling::Sends)] {
        let counted = plan_of(sampling)?;
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for pair in 0..pairs {
            // Each goes first in every other pair.
            if pair % 2 == 0 {
                with.push(time(&counted)?);
                without.push(time(&never)?);
            } else {
                without.push(time(&never)?);
                with.push(time(&counted)?);
            }
        }
        let pair = || with.iter().zip(&without);
        let ratio = median(pair().map(|(with, without)| with.as_secs_f64() / without.as_secs_f64()));
        let cost = median(pair().map(|(with, without)| (with.as_secs_f64() - without.as_secs_f64()) * 1e9 / SENDS as f64));
        let [with, without] = [&with, &without].map(|times| median(times.iter().map(|time| time.as_secs_f64() * 1e3)));
        println!("{name:<32} {with:>8.1} {without:>8.1} {ratio:>8.2} {cost:>12.0}");
    }
    println!("wanted: a ratio under 1.1 at the close");
    Ok(())
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn plan_of(sampling: Sampling) -> Result<Plan, Box<dyn Error>> {
    let problems = |diagnostics| format!("{diagnostics:?}");
    let scenario = Scenario::parse(Source::new("counters.json", SCENARIO)).map_err(problems)?;
    let overrides = Overrides { sample: Some(sampling), ..Overrides::default() };
    let mut plans = plan::plan(&Arc::new(scenario), &overrides).map_err(problems)?;
    plans.pop().ok_or_else(|| "no plan".into())
}

fn time(plan: &Plan) -> io::Result<Duration> {
    let start = Instant::now();
    let trace = engine::run(plan, &engine::Interrupt::new()?)?;
    let took = start.elapsed();
    if trace.end == RunEnd::Finished { Ok(took) } else { Err(io::Error::other(format!("the run ended: {:?}", trace.end))) }
}
