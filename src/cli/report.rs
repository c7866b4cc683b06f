//! `netlab report` and `netlab diff`: what was seen before, shown again, with no socket.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::Format;
use super::exit::{self, Exit};
use super::output::{Output, note, note_diagnostics};
use super::sinks::ReportArgs;
use crate::report::{Diff, Policy, Report, merge, read_report, write_diff};
use crate::scenario::visible;

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
#[command(after_help = DIFF_HELP)]
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

const DIFF_HELP: &str = "Exit codes:
  0    every run is in both, and came out alike
  1    something differs
  2    the command line is wrong
  5    a report cannot be read";

pub(super) fn report(args: &RenderArgs, output: &mut Output) -> Exit {
    if let Some(complaint) = args.report.same_file() {
        note(&format!("error: {complaint}"));
        return Exit::Usage;
    }
    // One that cannot be read keeps none of the others from being shown.
    let found: Vec<Reports> = args.files.iter().map(|path| read(path)).collect();
    let all_read = found.iter().all(|found| found.all_read);
    let (whole, problems) = merge(found.into_iter().flat_map(|found| found.reports).collect(), args.merge);
    problems.iter().for_each(|problem| note(&format!("error: {}", visible(problem))));
    let whole = match whole {
        Some(whole) => whole,
        None if !all_read => return Exit::NotCarriedOut,
        None => {
            note("error: there is no report in the folder");
            return Exit::Nothing;
        }
    };
    let Report { head, invalid, runs, summary } = whole;
    let style = output.style.clone();
    let mut sinks = args.report.open(output, false, None);
    sinks.head(&head);
    for file in &invalid {
        note_diagnostics(&file.diagnostics, &style);
        sinks.invalid(file);
    }
    runs.iter().for_each(|run| sinks.run(run));
    let all_written = sinks.end(&summary);
    match exit_of(&summary, head.suite.policy) {
        Exit::Success | Exit::Failed if !all_read || !problems.is_empty() || !all_written || summary.interrupted => Exit::NotCarriedOut,
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
        let Reports { reports, all_read } = read(path);
        // A difference from half a folder would be none.
        let whole = merge(reports, false).0.filter(|_| all_read);
        if whole.is_none() && all_read {
            note(&format!("error: there is no report in {}", visible(&path.display().to_string())));
        }
        whole
    };
    let (a, b) = (one(&args.a), one(&args.b));
    let (Some(a), Some(b)) = (a, b) else { return Exit::NotCarriedOut };
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

/// The reports at a path.
struct Reports {
    /// Each with the name of its file.
    reports: Vec<(String, Report)>,
    /// Whether there is none but these; of each other one it was said why it cannot be read.
    all_read: bool,
}

fn read(path: &Path) -> Reports {
    let files = if path.is_dir() { files_in(path) } else { Ok(vec![path.to_owned()]) };
    let files = match files {
        Ok(files) => files,
        Err(error) => {
            refuse(path, &error.to_string());
            return Reports { reports: Vec::new(), all_read: false };
        }
    };
    let reports: Vec<(String, Report)> = files.iter().filter_map(|file| Some((file.display().to_string(), read_one(file)?))).collect();
    Reports { all_read: reports.len() == files.len(), reports }
}

/// The files of a folder that may be reports, in the order of their names.
fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let files = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    let mut files: Vec<PathBuf> = files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "json")).collect();
    files.sort();
    Ok(files)
}

/// The report in a file; none, with the reason said, where it cannot be read.
fn read_one(file: &Path) -> Option<Report> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string());
    text.and_then(|text| read_report(&text)).map_err(|reason| refuse(file, &reason)).ok()
}

/// A reason may quote the file.
fn refuse(path: &Path, reason: &str) {
    note(&format!("error: cannot read {}: {}", visible(&path.display().to_string()), visible(reason)));
}
