//! Where a suite's results go: standard output, any number of report files, annotations, saved traces. Each gets everything, and one that
//! cannot be written does not keep the others from it.

use std::collections::HashSet;
use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tempfile::{Builder, NamedTempFile};

use super::output::{Output, note};
use crate::report::{
    GithubRenderer, InvalidFile, JsonLinesRenderer, JsonRenderer, JunitRenderer, MarkdownRenderer, Renderer, Report, ReportHead, RunReport,
    SourceText, Summary, TapRenderer, TextRenderer, render,
};

#[derive(Debug, Args)]
#[command(next_help_heading = "Reports")]
pub(super) struct ReportArgs {
    /// How to report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: ReportFormat,

    /// Write JUnit XML into this file
    #[arg(long, value_name = "FILE")]
    report_junit: Option<PathBuf>,

    /// Write TAP 14 into this file
    #[arg(long, value_name = "FILE")]
    report_tap: Option<PathBuf>,

    /// Write the complete report as JSON into this file (`netlab schema report`)
    #[arg(long, value_name = "FILE")]
    report_json: Option<PathBuf>,

    /// Write a summary in Markdown into this file
    #[arg(long, value_name = "FILE")]
    report_md: Option<PathBuf>,

    /// Show what did not do well at its place in the source, as the CI server does
    #[arg(long, value_name = "WHERE", default_value = "auto")]
    annotations: Annotations,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// Tables, for people
    Table,
    /// One JSON document (`netlab schema report`)
    Json,
    /// A JSON document a line, as things happen (`netlab schema events`); the last is the summary
    Jsonl,
    /// JUnit XML
    Junit,
    /// TAP 14
    Tap,
    /// Markdown
    Md,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Annotations {
    /// On GitHub where GITHUB_ACTIONS is true
    Auto,
    /// Workflow commands on standard error; and a summary where GITHUB_STEP_SUMMARY says
    Github,
    /// Nowhere
    None,
}

/// What takes the results.
pub(super) struct Sinks<'o> {
    output: &'o mut Output,
    format: ReportFormat,
    shown: Box<dyn Renderer>,
    files: Vec<FileSink>,
    github: Option<GithubRenderer>,
    traces: Option<TraceFolder>,
    failed: bool,
}

impl ReportArgs {
    /// Opens everything; what cannot be opened is said now, and again by the exit code.
    pub(super) fn open<'o>(&self, output: &'o mut Output, numbered: bool, traces: Option<TraceFolder>) -> Sinks<'o> {
        let shown = renderer(self.format, || TextRenderer::new(output.style.clone(), numbered));
        let is_github = match self.annotations {
            Annotations::Auto => std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
            Annotations::Github => true,
            Annotations::None => false,
        };
        let mut sinks = Sinks { output, format: self.format, shown, files: Vec::new(), github: None, traces, failed: false };
        let wanted = [
            (&self.report_junit, ReportFormat::Junit),
            (&self.report_tap, ReportFormat::Tap),
            (&self.report_json, ReportFormat::Json),
            (&self.report_md, ReportFormat::Md),
        ];
        for (path, format) in wanted {
            if let Some(path) = path {
                sinks.add_file(path, format, Target::open(path));
            }
        }
        if is_github {
            sinks.github = Some(GithubRenderer::new(path_in_repository));
            if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from) {
                sinks.add_file(&path, ReportFormat::Md, Target::append(&path));
            }
        }
        sinks
    }
}

fn renderer(format: ReportFormat, text: impl FnOnce() -> TextRenderer) -> Box<dyn Renderer> {
    match format {
        ReportFormat::Table => Box::new(text()),
        ReportFormat::Json => Box::new(JsonRenderer::default()),
        ReportFormat::Jsonl => Box::new(JsonLinesRenderer),
        ReportFormat::Junit => Box::new(JunitRenderer::default()),
        ReportFormat::Tap => Box::new(TapRenderer::default()),
        ReportFormat::Md => Box::new(MarkdownRenderer::default()),
    }
}

impl Sinks<'_> {
    fn add_file(&mut self, path: &Path, format: ReportFormat, target: io::Result<Target>) {
        let renderer = renderer(format, || TextRenderer::new(self.output.style.clone(), false));
        let mut sink = FileSink { path: path.to_owned(), renderer, target: None };
        match target {
            Ok(target) => sink.target = Some(BufWriter::new(target)),
            Err(error) => self.failed |= sink.fail(&error),
        }
        self.files.push(sink);
    }

    /// Hands something to every renderer; standard output first.
    fn each(&mut self, mut give: impl FnMut(&mut dyn Renderer, &mut dyn Write) -> io::Result<()>) {
        let Self { output, format, shown, files, github, failed, .. } = self;
        if *format == ReportFormat::Table {
            output.write(|_, out| give(shown.as_mut(), out));
        } else {
            output.write_data(|out| give(shown.as_mut(), out));
        }
        for sink in files {
            *failed |= sink.give(&mut give);
        }
        if let Some(github) = github {
            let mut text = Vec::new();
            // Memory takes everything.
            let _ = give(github, &mut text);
            let _ = io::stderr().lock().write_all(&text);
        }
    }

    pub(super) fn head(&mut self, head: &ReportHead) {
        if let Some(traces) = &mut self.traces {
            traces.head = Some(head.clone());
        }
        self.each(|renderer, out| renderer.head(head, out));
    }

    pub(super) fn invalid(&mut self, file: &InvalidFile) {
        self.each(|renderer, out| renderer.invalid(file, out));
    }

    pub(super) fn began(&mut self, name: &str) {
        if self.format == ReportFormat::Jsonl {
            self.output.write_data(|out| self.shown.began(name, out));
        }
    }

    pub(super) fn run(&mut self, run: &RunReport) {
        self.each(|renderer, out| renderer.run(run, out));
        if let Some(traces) = &mut self.traces
            && let Err((path, error)) = traces.save(run)
        {
            note(&format!("error: cannot save the trace to {}: {error}", path.display()));
            self.failed = true;
        }
    }

    /// Writes the end of everything, and tells whether all of it could be written.
    pub(super) fn end(mut self, summary: &Summary) -> bool {
        self.each(|renderer, out| renderer.end(summary, out));
        for sink in std::mem::take(&mut self.files) {
            self.failed |= sink.finish();
        }
        !self.failed && self.output.failure().is_none()
    }

    /// Whether anybody takes what is written.
    pub(super) fn is_open(&self) -> bool {
        self.output.is_open() || !self.files.is_empty()
    }
}

/// A report file under construction.
struct FileSink {
    path: PathBuf,
    renderer: Box<dyn Renderer>,
    /// Where it is written to; nowhere any more after an error.
    target: Option<BufWriter<Target>>,
}

impl FileSink {
    /// Tells whether it failed now.
    fn give(&mut self, give: &mut dyn FnMut(&mut dyn Renderer, &mut dyn Write) -> io::Result<()>) -> bool {
        let Some(target) = &mut self.target else { return false };
        give(self.renderer.as_mut(), target).err().is_some_and(|error| self.fail(&error))
    }

    fn fail(&mut self, error: &io::Error) -> bool {
        note(&format!("error: cannot write the report {}: {error}", self.path.display()));
        if let Some(target) = self.target.take() {
            // A writer that failed would try again when it is dropped.
            let _ = target.into_parts();
        }
        true
    }

    fn finish(mut self) -> bool {
        let Some(target) = self.target.take() else { return false };
        let finished = target.into_inner().map_err(io::IntoInnerError::into_error).and_then(|target| target.finish(&self.path));
        finished.err().is_some_and(|error| self.fail(&error))
    }
}

/// A file that appears whole, under its name, when it is finished; or what is no regular file, and is written to as it is.
enum Target {
    Renamed(NamedTempFile),
    Direct(File),
}

impl Target {
    fn open(path: &Path) -> io::Result<Self> {
        if path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            return File::options().write(true).open(path).map(Self::Direct);
        }
        if path.is_dir() || path.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; give the name of a file in it"));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        // As any new file: what the umask leaves of it.
        Builder::new().prefix(".netlab-").permissions(Permissions::from_mode(0o666)).tempfile_in(folder).map(Self::Renamed)
    }

    fn append(path: &Path) -> io::Result<Self> {
        File::options().append(true).create(true).open(path).map(Self::Direct)
    }

    fn finish(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Renamed(file) => file.persist(path).map(drop).map_err(|error| error.error),
            Self::Direct(_) => Ok(()),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Renamed(file) => file.write(bytes),
            Self::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Renamed(file) => file.flush(),
            Self::Direct(file) => file.flush(),
        }
    }
}

/// A folder in which runs are saved, each as a report of its own, which `netlab report` and `netlab diff` read.
pub(super) struct TraceFolder {
    folder: PathBuf,
    /// Whether those that did well are saved, too.
    all: bool,
    head: Option<ReportHead>,
    taken: HashSet<String>,
}

impl TraceFolder {
    pub(super) fn new(folder: PathBuf, all: bool) -> Self {
        Self { folder, all, head: None, taken: HashSet::new() }
    }

    fn save(&mut self, run: &RunReport) -> Result<(), (PathBuf, io::Error)> {
        let Some(head) = &self.head else { return Ok(()) };
        if run.trace.is_none() || (run.went_well(head.suite.policy) && !self.all) {
            return Ok(());
        }
        let path = self.folder.join(free_name(&run.name(), &mut self.taken));
        let sources = vec![SourceText::of(&run.source)];
        let mut head = ReportHead { sources, ..head.clone() };
        (head.suite.selected, head.suite.files, head.suite.shard) = (1, 1, None);
        let mut summary = Summary::default();
        summary.count(run, head.suite.policy);
        let report = Report { head, invalid: Vec::new(), runs: vec![run.clone()], summary };
        let write = || -> io::Result<()> {
            let mut target = BufWriter::new(Target::open(&path)?);
            render(&report, &mut JsonRenderer::default(), &mut target)?;
            target.into_inner().map_err(io::IntoInnerError::into_error)?.finish(&path)
        };
        write().map_err(|error| (path.clone(), error))
    }
}

/// A file name for a run: `scenarios-sticky-three-sends.json`.
fn free_name(run: &str, taken: &mut HashSet<String>) -> String {
    let plain: String = run
        .trim_end_matches(".json")
        .replace(".json ", " ")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' })
        .collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let stem = words.join("-").chars().take(150).collect::<String>();
    (1..)
        .map(|number| if number == 1 { format!("{stem}.json") } else { format!("{stem}-{number}.json") })
        .find(|name| taken.insert(name.clone()))
        .unwrap_or(stem)
}

/// The path of a file as the repository has it, whatever folder netlab was started in.
fn path_in_repository(file: &str) -> Option<String> {
    let path = Path::new(file).canonicalize().ok()?;
    let root = std::env::var_os("GITHUB_WORKSPACE").and_then(|root| PathBuf::from(root).canonicalize().ok());
    let root = root.or_else(|| std::env::current_dir().ok()?.canonicalize().ok())?;
    Some(path.strip_prefix(root).map_or_else(|_| file.to_owned(), |path| path.display().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_saved_runs_are_plain_and_differ() {
        let mut taken = HashSet::new();
        assert_eq!(free_name("scenarios/a.json [x y] [ipv4]", &mut taken), "scenarios-a-x-y-ipv4.json");
        assert_eq!(free_name("scenarios/a.json [x/y] [ipv4]", &mut taken), "scenarios-a-x-y-ipv4-2.json");
        assert_eq!(free_name("../../etc/passwd", &mut taken), "etc-passwd.json");
    }
}
