//! What the runner itself costs: reading, planning, scheduling, judging and reporting of many scenarios, less the time that the runs take;
//! and whether memory grows with what has passed.
//!
//! `cargo bench --bench runner [-- --scenarios N | --quick]`. The runs' own time is what [`engine::run`](netlab::engine::run) says of each;
//! they are carried out one at a time, so that the difference is the runner's. Prints; asserts nothing.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use netlab::engine::Interrupt;
use netlab::plan::Overrides;
use netlab::report::{JsonRenderer, JunitRenderer, Policy, Renderer, ReportHead, Style, Suite, Summary, TapRenderer, TextRenderer};
use netlab::runner::{self, Event, Filter, Repeat, Rules};
use netlab::scenario::Variables;

const SCENARIOS: usize = 1000;
const QUICK: usize = 100;

const SCENARIO: &str = r#"{
  "title": "Three small sends, one recv",
  "tags": ["tcp", "sticky"],
  "actors": {
    "server": [
      { "listen": { "tcp": "loopback:0" } }, { "accept": {} }, { "wait": { "readable": 14 } },
      { "recv": {}, "expect": { "text": "helloworldegon" } }, { "recv": {}, "expect": "eof" }
    ],
    "client": [
      { "connect": { "to": "server" } }, { "send": { "text": "hello" } }, { "send": { "text": "world" } },
      { "send": { "text": "egon" } }, { "close": {} }
    ]
  },
  "expect": { "client->server": { "reads": [14], "boundaries": "coalesced" } }
}"#;

type Renderers = fn() -> Vec<Box<dyn Renderer>>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = arguments.iter().position(|argument| argument == "--scenarios").and_then(|at| arguments.get(at + 1)?.parse().ok());
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let count = given.unwrap_or(if quick { QUICK } else { SCENARIOS }).max(1);
    let folder = tempfile::tempdir()?;
    for number in 0..count {
        std::fs::write(folder.path().join(format!("{number:06}.json")), SCENARIO)?;
    }
    let path = folder.path().display().to_string();
    println!(
        "{:<36} {:>10} {:>10} {:>14} {:>12}",
        format!("{count} scenarios, one at a time"),
        "all (ms)",
        "runs (ms)",
        "own (us each)",
        "RSS (KiB)*"
    );
    let formats: [(&str, Renderers); 3] = [
        ("text, failures only", || vec![text()]),
        ("text, JUnit, TAP", || vec![text(), Box::new(JunitRenderer::default()), Box::new(TapRenderer::default())]),
        ("text, JSON (complete)", || vec![text(), Box::new(JsonRenderer::default())]),
    ];
    for (name, renderers) in formats {
        let Measured { all, runs, resident } = measure(&path, renderers())?;
        let own = all.saturating_sub(runs).as_secs_f64() * 1e6 / count as f64;
        let [first, last] = resident;
        println!("{name:<36} {:>10.1} {:>10.1} {own:>14.1} {:>12}", millis(all), millis(runs), format!("{first}..{last}"));
    }
    println!("wanted: under 1000 us each\n* of this process when a tenth of the runs has ended, and when all have");
    Ok(())
}

fn text() -> Box<dyn Renderer> {
    Box::new(TextRenderer::new(Style { quiet: true, ..Style::default() }, true))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

struct Measured {
    all: Duration,
    runs: Duration,
    /// Resident memory in KiB.
    resident: [u64; 2],
}

fn measure(path: &str, mut renderers: Vec<Box<dyn Renderer>>) -> Result<Measured, Box<dyn Error>> {
    let interrupt = Interrupt::new()?;
    let start = Instant::now();
    let selection = runner::select(runner::sources(&[path.to_owned()]), &Overrides::default(), &Variables::default(), &Filter::default());
    let suite = Suite { selected: selection.items.len() as u64, files: selection.items.len() as u64, ..Suite::default() };
    let head = ReportHead::new(suite, runner::texts(&selection.items));
    let plans: Vec<_> = selection.items.into_iter().filter_map(|item| item.content.ok().map(|plan| *plan)).collect();
    let mut sink = std::io::sink();
    renderers.iter_mut().try_for_each(|renderer| renderer.head(&head, &mut sink))?;
    drop(head);
    let rules = Rules { repeat: Repeat::Once, retries: 0, language: "en", interrupt: &interrupt };
    let options = runner::Options { jobs: NonZeroUsize::MIN, max_fail: None, policy: Policy::default(), rules };
    let (mut runs, mut ended, mut summary, tenth) = (Duration::ZERO, 0, Summary::default(), plans.len().div_ceil(10));
    let mut resident = [0, 0];
    runner::run(plans, &options, |event| {
        let Event::Ended(run) = event else { return ControlFlow::Continue(()) };
        runs += run.took().unwrap_or_default();
        summary.count(&run, Policy::default());
        ended += 1;
        if ended == tenth {
            resident[0] = resident_kib();
        }
        match renderers.iter_mut().try_for_each(|renderer| renderer.run(&run, &mut sink)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    resident[1] = resident_kib();
    renderers.iter_mut().try_for_each(|renderer| renderer.end(&summary, &mut sink))?;
    let all = start.elapsed();
    if summary.passed != ended as u64 {
        return Err(format!("only {} of {ended} passed", summary.passed).into());
    }
    Ok(Measured { all, runs, resident })
}

/// Resident memory of this process (man 5 proc, VmRSS).
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
