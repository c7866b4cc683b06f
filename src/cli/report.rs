//! `netlab report` and `netlab diff`: what was seen before, shown again, with no socket.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Format;
use super::exit::{self, Exit};
use super::output::{Output, note};
use super::sinks::ReportArgs;
use crate::report::{Diff, Policy, Report, draw_diagnostic, merge, read_report, write_diff};

#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(super) struct RenderArgs {
    /// Reports of --report-json, traces of --save-trace, or folders of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// They are the parts of one suite (--shard): join them, and tell which are missing
    #[arg(long)]
    merge: bool,

    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 alike, 1 different, 2 the command line is wrong, 5 a report cannot be read.")]
pub(super) struct DiffArgs {
    /// A report of --report-json, a trace of --save-trace, or a folder of them
    #[arg(value_name = "A")]
    a: PathBuf,

    /// Another
    #[arg(value_name = "B")]
    b: PathBuf,

    /// How to report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub(super) fn report(args: &RenderArgs, output: &mut Output) -> Exit {
    let Some(reports) = args.files.iter().map(|path| read(path)).collect::<Option<Vec<_>>>() else { return Exit::NotCarriedOut };
    let (whole, problems) = merge(reports.into_iter().flatten().collect(), args.merge);
    problems.iter().for_each(|problem| note(&format!("error: {problem}")));
    let Some(whole) = whole else {
        note("error: there is no report in the folder");
        return Exit::Nothing;
    };
    let Report { head, invalid, runs, summary } = whole;
    let style = output.style.clone();
    let mut sinks = args.report.open(output, false, None);
    sinks.head(&head);
    for file in &invalid {
        file.diagnostics.iter().for_each(|diagnostic| note(&format!("{}\n", draw_diagnostic(diagnostic, &style))));
        sinks.invalid(file);
    }
    runs.iter().for_each(|run| sinks.run(run));
    let all_written = sinks.end(&summary);
    match exit_of(&summary, head.suite.policy) {
        Exit::Success | Exit::Failed if !problems.is_empty() || !all_written || summary.interrupted => Exit::NotCarriedOut,
        exit => exit,
    }
}

/// The exit code that the runs had; a part of a suite may be empty.
fn exit_of(summary: &crate::report::Summary, policy: Policy) -> Exit {
    match Exit::of(summary, None, policy) {
        Exit::Nothing => Exit::Success,
        exit => exit,
    }
}

pub(super) fn diff(args: &DiffArgs, output: &mut Output) -> Exit {
    let one = |path: &Path| {
        read(path).and_then(|reports| {
            merge(reports, false).0.or_else(|| {
                note(&format!("error: there is no report in {}", path.display()));
                None
            })
        })
    };
    let (Some(a), Some(b)) = (one(&args.a), one(&args.b)) else { return Exit::NotCarriedOut };
    let diff = Diff::of(&a, &b);
    match args.format {
        Format::Json => {
            let document = serde_json::to_string_pretty(&diff).unwrap_or_default();
            output.write_data(|out| writeln!(out, "{document}"));
        }
        Format::Table => output.write(|style, out| write_diff(&diff, style, out)),
    }
    if diff.is_empty() { Exit::Success } else { Exit::Failed }
}

/// The reports at a path, each with the name of its file; none, with the reason said, when one cannot be read.
fn read(path: &Path) -> Option<Vec<(String, Report)>> {
    let files = match path.is_dir() {
        false => vec![path.to_owned()],
        true => match std::fs::read_dir(path) {
            Ok(entries) => {
                let files = entries.filter_map(Result::ok).map(|entry| entry.path());
                let mut files: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|extension| extension == "json")).collect();
                files.sort();
                files
            }
            Err(error) => return refuse(path, &error.to_string()),
        },
    };
    let read_one = |file: &PathBuf| match std::fs::read_to_string(file) {
        Ok(text) => match read_report(&text) {
            Ok(report) => Some((file.display().to_string(), report)),
            Err(reason) => refuse(file, &reason),
        },
        Err(error) => refuse(file, &error.to_string()),
    };
    // All are read, so that every one that cannot be is named.
    let reports: Vec<_> = files.iter().map(read_one).collect();
    reports.into_iter().collect()
}

fn refuse<T>(path: &Path, reason: &str) -> Option<T> {
    note(&format!("error: cannot read {}: {reason}", path.display()));
    None
}
