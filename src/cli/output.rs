//! Standard output and standard error, as the user's terminal and pipes want them.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::args::Cli;
use crate::report::Style;

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
        let mut text = Vec::new();
        let result = write(&self.style, &mut text).and_then(|()| {
            let mut stdout = anstream::stdout().lock();
            stdout.write_all(&text)?;
            stdout.flush()
        });
        self.settle(result);
    }

    /// Writes data to standard output as it is made, without touching it.
    pub(super) fn write_data(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
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
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// What is running now, on a terminal's standard error; it appears only when there is something to wait for.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// For so many plans, each of which is run once or again and again.
    pub(super) fn new(plans: usize, repeats: bool) -> Self {
        if !may_draw_progress() || plans == 0 {
            return Self(ProgressBar::hidden());
        }
        let template = match (plans, repeats) {
            (1, false) => "{spinner} {msg} {elapsed}",
            (1, true) => "{spinner} {msg} {prefix} {elapsed}",
            _ => "{spinner} [{pos}/{len}] {wide_bar} {msg} {prefix} {elapsed}",
        };
        let bar = ProgressBar::new(plans as u64);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    pub(super) fn is_drawn(&self) -> bool {
        !self.0.is_hidden()
    }

    /// A plan begins.
    pub(super) fn begins(&self, name: &str) {
        self.0.set_message(name.to_owned());
        self.0.set_prefix("");
    }

    /// So many runs of the plan have ended.
    pub(super) fn ran(&self, runs: u64) {
        if self.is_drawn() {
            self.0.set_prefix(format!("{runs} runs"));
        }
    }

    /// All runs of the plan have ended.
    pub(super) fn ended(&self) {
        self.0.inc(1);
    }

    /// Writes while the bar is out of the way.
    pub(super) fn suspend(&self, write: impl FnOnce()) {
        self.0.suspend(write);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
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
