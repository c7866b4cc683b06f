//! Standard output and standard error, as the user's terminal and pipes want them.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::args::Cli;
use super::workflow;
use crate::report::{Style, draw_diagnostic};
use crate::runner::Repeat;
use crate::scenario::{Diagnostic, visible};
use crate::split::{format_rate, rate};

/// Where results go, and how they are to look.
pub(super) struct Output {
    pub(super) style: Style,
    pub(super) language: String,
    /// Whether somebody looks at it, rather than a program or a file.
    pub(super) is_terminal: bool,
    /// Whether whoever reads standard output has gone, as `head -1` does: nothing is wrong then, and nothing more is written.
    closed: bool,
    /// An error of writing that is not that.
    failed: Option<io::Error>,
}

const WIDTH_OFF_A_TERMINAL: usize = 80;
const LEAST_WIDTH: usize = 40;

impl Output {
    pub(super) fn new(cli: &Cli) -> Self {
        let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let width =
            terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0)).or(asked).unwrap_or(WIDTH_OFF_A_TERMINAL);
        let locale = locale();
        let unicode = locale.to_lowercase().replace('-', "").contains("utf8");
        let language = cli.lang.clone().unwrap_or(locale).split(['_', '.', '@', '-']).next().unwrap_or("en").to_owned();
        let style = Style { width: width.max(LEAST_WIDTH), unicode, verbose: cli.verbose, quiet: cli.quiet };
        Self { style, language, is_terminal: io::stdout().is_terminal(), closed: false, failed: None }
    }

    /// Whether it is of any use to go on writing.
    pub(super) fn is_open(&self) -> bool {
        !self.closed && self.failed.is_none()
    }

    /// The error that kept results from being written.
    pub(super) fn failure(&self) -> Option<&io::Error> {
        self.failed.as_ref()
    }

    /// Writes what the function writes, to standard output, at once.
    pub(super) fn write(&mut self, write: impl FnOnce(&Style, &mut Vec<u8>) -> io::Result<()>) {
        if !self.is_open() {
            return;
        }
        let mut text = Vec::new();
        let result = write(&self.style, &mut text).and_then(|()| {
            let text = workflow::disarmed(&String::from_utf8_lossy(&text)).into_owned();
            let mut stdout = anstream::stdout().lock();
            stdout.write_all(text.as_bytes())?;
            stdout.flush()
        });
        self.settle(result);
    }

    /// Writes data to standard output as it is made, without touching it.
    pub(super) fn write_data(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if !self.is_open() {
            return;
        }
        let mut stdout = io::BufWriter::with_capacity(64 * 1024, io::stdout().lock());
        let result = write(&mut stdout).and_then(|()| stdout.flush());
        // A writer that failed would try again when it is dropped.
        let _ = stdout.into_parts();
        self.settle(result);
    }

    pub(super) fn line(&mut self, line: &str) {
        self.write(|_, out| writeln!(out, "{line}"));
    }

    fn settle(&mut self, result: io::Result<()>) {
        match result {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.closed = true,
            Err(error) => {
                note(&format!("error: cannot write to standard output: {error}"));
                self.failed = Some(error);
            }
        }
    }
}

/// A line on standard error, where notes and progress go.
pub(super) fn note(line: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{}", workflow::disarmed(line));
}

/// Errors of files on standard error, each at its place.
pub(super) fn note_diagnostics<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>, style: &Style) {
    diagnostics.into_iter().for_each(|diagnostic| note(&format!("{}\n", draw_diagnostic(diagnostic, style))));
}

/// What is running now, on a terminal's standard error; it appears only when there is something to wait for.
pub(super) struct Progress {
    bar: ProgressBar,
    repeat: Repeat,
    running: BTreeMap<String, u64>,
    failures: u64,
    last_word: Instant,
}

/// How long nothing is said while repeats go on and no bar is drawn.
const SILENCE: Duration = Duration::from_secs(5);

impl Progress {
    /// For so many plans, each of which is run once or again and again.
    pub(super) fn new(plans: usize, repeat: Repeat) -> Self {
        let bar = if may_draw_progress() && plans > 0 { ProgressBar::new(plans as u64) } else { ProgressBar::hidden() };
        let template = if plans == 1 { "{spinner} {msg} {elapsed}" } else { "{spinner} [{pos}/{len}] {bar:20} {wide_msg} {elapsed}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { bar, repeat, running: BTreeMap::new(), failures: 0, last_word: Instant::now() }
    }

    pub(super) fn is_drawn(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// A plan begins.
    pub(super) fn begins(&mut self, name: &str) {
        self.running.insert(name.to_owned(), 0);
        self.tell();
    }

    /// So many runs of the plan have ended.
    pub(super) fn ran(&mut self, name: &str, runs: u64) {
        if let Some(known) = self.running.get_mut(name) {
            *known = runs;
        }
        self.tell();
        if !self.is_drawn() && self.last_word.elapsed() >= SILENCE {
            self.last_word = Instant::now();
            let of = if let Repeat::Times(times) = self.repeat { format!(" of {times}") } else { String::new() };
            note(&format!("{}: {runs}{of} runs", visible(name)));
        }
    }

    /// All runs of the plan have ended.
    pub(super) fn ended(&mut self, name: &str, went_well: bool) {
        self.running.remove(name);
        self.failures += u64::from(!went_well);
        self.bar.inc(1);
        self.tell();
    }

    /// What runs now, and how many did not do well.
    fn tell(&self) {
        if !self.is_drawn() {
            return;
        }
        let failures = if self.failures > 0 { format!("{} failed, ", self.failures) } else { String::new() };
        let more = if self.running.len() > 1 { format!(" and {} more", self.running.len() - 1) } else { String::new() };
        let first = self.running.iter().next();
        let repeats = first.filter(|(_, runs)| **runs > 0).map(|(_, runs)| format!(" {runs} runs")).unwrap_or_default();
        let name = first.map(|(name, _)| visible(name)).unwrap_or_default();
        self.bar.set_message(format!("{failures}{name}{repeats}{more}"));
    }

    /// Writes while the bar is out of the way.
    pub(super) fn suspend(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// How far a sweep of splits is: how many a second, how many failed, and how long it will take.
pub(super) struct SweepProgress {
    bar: ProgressBar,
    counts: std::cell::Cell<(u64, u64)>,
    total: usize,
    start: Instant,
    last_word: std::cell::Cell<Instant>,
}

impl SweepProgress {
    /// For so many splits.
    pub(super) fn new(total: usize) -> Self {
        let bar = if may_draw_progress() { ProgressBar::new(total as u64) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} [{pos}/{len}] {bar:20} {per_sec}, {eta} left {msg}") {
            bar.set_style(style);
        }
        let now = Instant::now();
        Self { bar, counts: std::cell::Cell::default(), total, start: now, last_word: std::cell::Cell::new(now) }
    }

    /// One more has ended.
    pub(super) fn ended(&self, went_well: bool) {
        let (ended, failed) = self.counts.get();
        let (ended, failed) = (ended + 1, failed + u64::from(!went_well));
        self.counts.set((ended, failed));
        self.bar.inc(1);
        if !went_well {
            self.bar.set_message(format!("{failed} failed"));
        }
        if self.bar.is_hidden() && self.last_word.get().elapsed() >= SILENCE {
            self.last_word.set(Instant::now());
            let rate = rate(ended, self.start.elapsed());
            let left = (self.total as f64 - ended as f64) / rate;
            note(&format!("{ended} of {} splits, {failed} failed, {} a second, {left:.0} s left", self.total, format_rate(rate)));
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Whether progress may be drawn: on a terminal, and not in CI.
fn may_draw_progress() -> bool {
    io::stderr().is_terminal() && std::env::var_os("CI").is_none() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The locale of texts: the first of LC_ALL, LC_CTYPE and LANG that is set (POSIX, section 8.2).
fn locale() -> String {
    ["LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default()
}
