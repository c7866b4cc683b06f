//! `netlab split` against real servers, as they come from a distribution's packages. They are not everybody's to install, so these tests
//! run only where that is asked for:
//!
//! `cargo test --test real_servers -- --ignored --nocapture`
//!
//! A server that is missing is a test that is skipped, with the reason. Each is started by `netlab split --exec` itself, on loopback and a
//! free port, with its files in a folder of its own. docs/split.md has the commands to paste, and what was learned.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says why")]

mod nginx;
mod postgresql;
mod redis;

use std::path::{Path, PathBuf};
use std::process::Command;

use netlab::split::{Seen, SplitReport, SplitRow};

/// Where a program is: in `PATH`, or where distributions put servers.
fn installed(name: &str, elsewhere: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(elsewhere.iter().map(PathBuf::from));
    let found = folders.map(|folder| folder.join(name)).find(|program| program.is_file());
    if found.is_none() {
        eprintln!("skipped: {name} is not installed");
    }
    found
}

/// One call of `netlab split` in a folder, and its report.
struct Sweep {
    report: SplitReport,
    code: Option<i32>,
}

/// Runs `netlab split`, with the report as JSON. On a busy machine a server may take its time.
fn split(folder: &Path, arguments: &[&str]) -> Sweep {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    command
        .arg("split")
        .args(arguments)
        .args(["--format", "json", "--confirm", "20s", "--timeout", "20s"])
        .current_dir(folder)
        .env_remove("GITHUB_ACTIONS");
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let report: SplitReport = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"));
    let summary = &report.summary;
    eprintln!("{}: {summary:?}", report.head.messages[0].text.chars().take(40).collect::<String>());
    Sweep { report, code: output.status.code() }
}

impl Sweep {
    /// The rows of which something does not hold.
    fn rows_without(&self, holds: impl Fn(&SplitRow) -> bool) -> Vec<&SplitRow> {
        self.report.rows.iter().filter(|row| !holds(row)).collect()
    }

    /// That so many splits were carried out, each with the answer to the uncut bytes.
    #[track_caller]
    fn assert_all_same(&self, splits: usize) {
        let wrong = self.rows_without(|row| row.verdict.is_same());
        assert!(wrong.is_empty(), "{wrong:#?}\n{:?}", self.report.program_output);
        assert_eq!((self.report.rows.len(), self.code), (splits, Some(0)));
    }

    /// That the server is known to have seen every cut.
    #[track_caller]
    fn assert_all_confirmed(&self) {
        let wrong = self.rows_without(|row| row.confirmed || row.cuts.is_empty());
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// The same of a server that answers as soon as it has seen what is wrong, and closes: cuts behind that place may find it gone.
    #[track_caller]
    fn assert_confirmed_unless_gone(&self, first: u64) {
        let is_gone = |row: &SplitRow| row.unseen == Some(Seen::Gone) && row.cuts.last().is_some_and(|&cut| cut >= first);
        let wrong = self.rows_without(|row| row.confirmed || is_gone(row));
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// The ranges that failed, or may: first and last cut, and the verdict.
    fn ranges(&self) -> Vec<(u64, u64, &str)> {
        self.report.ranges.iter().map(|range| (range.first, range.last, range.verdict.as_str())).collect()
    }

    /// The answer to the uncut bytes, as text.
    fn answer(&self) -> &str {
        &self.report.head.baseline.text
    }
}
