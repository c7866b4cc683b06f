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
use super::run::Save;
use crate::report::{
    GithubRenderer, InvalidFile, JsonLinesRenderer, JsonRenderer, JunitRenderer, MarkdownRenderer, Renderer, Report, ReportHead, RunReport,
    SourceText, Suite, Summary, TapRenderer, TextRenderer, render,
};

#[derive(Debug, Args)]
#[command(next_help_heading = "Reports")]
pub(super) struct ReportArgs {
    /// How to report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(super) format: ReportFormat,

    /// Write JUnit XML into this file
    #[arg(long, value_name = "FILE", value_parser = parse_report_path)]
    report_junit: Option<PathBuf>,

    /// Write TAP 14 into this file
    #[arg(long, value_name = "FILE", value_parser = parse_report_path)]
    report_tap: Option<PathBuf>,

    /// Write the complete report as JSON into this file (`netlab schema report`; of split: `netlab schema split`)
    #[arg(long, value_name = "FILE", value_parser = parse_report_path)]
    report_json: Option<PathBuf>,

    /// Write a summary in Markdown into this file
    #[arg(long, value_name = "FILE", value_parser = parse_report_path)]
    report_md: Option<PathBuf>,

    /// Show what did not do well at its place in the source, as the CI server does
    #[arg(long, value_name = "WHERE", default_value = "auto")]
    annotations: Annotations,
}

fn parse_report_path(text: &str) -> Result<PathBuf, String> {
    match text {
        "-" => Err("expected a file; --format prints a report on standard output, and so does /dev/stdout".to_owned()),
        path => Ok(PathBuf::from(path)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// Tables, for people
    Table,
    /// One JSON document (`netlab schema report`; of split: `netlab schema split`)
    Json,
    /// A JSON document a line, as things happen (`netlab schema events`; of split: the parts of its report); the last is the summary
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
    /// What is wrong when two reports would be written into one file.
    pub(super) fn same_file(&self) -> Option<String> {
        let paths: Vec<&PathBuf> =
            [&self.report_junit, &self.report_tap, &self.report_json, &self.report_md].into_iter().flatten().collect();
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let is_twice =
            |(index, path): &(usize, &&PathBuf)| !is_device(path) && paths[..*index].iter().any(|other| whole(other) == whole(path));
        paths
            .iter()
            .enumerate()
            .find(is_twice)
            .map(|(_, path)| format!("two reports would be written to {}, and only one of them would be left", path.display()))
    }

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

impl ReportArgs {
    /// Writes a whole report into each of the files; tells whether all of them could be written.
    pub(super) fn write_whole(&self, render: impl Fn(ReportFormat, &mut dyn Write) -> io::Result<()>) -> bool {
        let wanted = [
            (&self.report_junit, ReportFormat::Junit),
            (&self.report_tap, ReportFormat::Tap),
            (&self.report_json, ReportFormat::Json),
            (&self.report_md, ReportFormat::Md),
        ];
        let mut all_written = true;
        for (path, format) in wanted.into_iter().filter_map(|(path, format)| path.as_ref().zip(Some(format))) {
            if let Err(error) = write_with(path, |out| render(format, out)) {
                note(&format!("error: cannot write the report {}: {error}", path.display()));
                all_written = false;
            }
        }
        all_written
    }
}

impl From<ReportFormat> for crate::report::SplitFormat {
    fn from(format: ReportFormat) -> Self {
        match format {
            ReportFormat::Table => Self::Table,
            ReportFormat::Json => Self::Json,
            ReportFormat::Jsonl => Self::Jsonl,
            ReportFormat::Junit => Self::Junit,
            ReportFormat::Tap => Self::Tap,
            ReportFormat::Md => Self::Markdown,
        }
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
            traces.suite = head.suite.clone();
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
            && let Err((path, error)) = traces.take(run)
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
        self.output.is_open() || self.github.is_some() || self.traces.is_some() || self.files.iter().any(|file| file.target.is_some())
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
        let finished = target.into_inner().map_err(io::IntoInnerError::into_error).and_then(Target::finish);
        finished.err().is_some_and(|error| self.fail(&error))
    }
}

/// Writes a file that appears whole.
fn write_with(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut target = BufWriter::new(Target::open(path)?);
    write(&mut target)?;
    target.into_inner().map_err(io::IntoInnerError::into_error)?.finish()
}

/// Writes bytes into a file that appears whole.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_with(path, |out| out.write_all(bytes))
}

/// A file that appears whole, under its name, when it is finished; or what is no regular file, and is written to as it is.
enum Target {
    Renamed { file: NamedTempFile, to: PathBuf },
    Direct(File),
}

impl Target {
    fn open(path: &Path) -> io::Result<Self> {
        if is_device(path) {
            // Behind what is there: it may be standard output, redirected to a file.
            return Self::append(path);
        }
        if path.is_dir() || path.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; give the name of a file in it"));
        }
        // A link stays one: what it leads to is replaced.
        let to = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => io::Error::new(io::ErrorKind::NotADirectory, format!("{} is no folder", folder.display())),
            _ => error,
        })?;
        // As any new file: what the umask leaves of it. The name of the temporary one is nobody's concern.
        let file = Builder::new().prefix(".netlab-").permissions(Permissions::from_mode(0o666)).tempfile_in(folder);
        let file =
            file.map_err(|error| io::Error::new(error.kind(), format!("no file can be made in {}: {}", folder.display(), error.kind())))?;
        Ok(Self::Renamed { file, to })
    }

    fn append(path: &Path) -> io::Result<Self> {
        File::options().append(true).create(true).open(path).map(Self::Direct)
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Renamed { file, to } => file.persist(to).map(drop).map_err(|error| error.error),
            Self::Direct(_) => Ok(()),
        }
    }
}

/// Whether a path is, or leads through links to, a device, a pipe, or something of /dev or /proc, such as /dev/stdout.
fn is_device(path: &Path) -> bool {
    const MOST_LINKS: usize = 40;
    let mut at = path.to_owned();
    for _ in 0..MOST_LINKS {
        if at.starts_with("/dev") || at.starts_with("/proc") {
            return true;
        }
        let Ok(link) = std::fs::read_link(&at) else { break };
        at = at.parent().map_or_else(|| link.clone(), |folder| folder.join(&link));
    }
    path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir())
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Renamed { file, .. } => file.write(bytes),
            Self::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Renamed { file, .. } => file.flush(),
            Self::Direct(file) => file.flush(),
        }
    }
}

/// A folder in which runs are saved, each as a report of its own, which `netlab report` and `netlab diff` read.
pub(super) struct TraceFolder {
    folder: PathBuf,
    save: Save,
    suite: Suite,
    taken: HashSet<String>,
}

impl TraceFolder {
    pub(super) fn new(folder: PathBuf, save: Save) -> Self {
        Self { folder, save, suite: Suite::default(), taken: HashSet::new() }
    }

    /// Saves a run; or removes what an earlier one left there, when this one is not to be saved.
    fn take(&mut self, run: &RunReport) -> Result<(), (PathBuf, io::Error)> {
        let path = self.folder.join(free_name(&run.name(), &mut self.taken));
        if run.trace.is_none() || (self.save == Save::Failed && run.went_well(self.suite.policy)) {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err((path, error)),
                _ => Ok(()),
            };
        }
        let suite = Suite { selected: 1, files: 1, shard: None, ..self.suite.clone() };
        let mut summary = Summary::default();
        summary.count(run, suite.policy);
        let head = ReportHead::new(suite, vec![SourceText::of(&run.source)]);
        let report = Report { head, invalid: Vec::new(), runs: vec![run.clone()], summary };
        let write = || -> io::Result<()> {
            let mut target = BufWriter::new(Target::open(&path)?);
            render(&report, &mut JsonRenderer::default(), &mut target)?;
            target.into_inner().map_err(io::IntoInnerError::into_error)?.finish()
        };
        write().map_err(|error| (path.clone(), error))
    }
}

/// A file name for a run: `scenarios-sticky-three-sends.json`.
fn free_name(run: &str, taken: &mut HashSet<String>) -> String {
    const MOST_BYTES: usize = 150;
    let plain = run.trim_end_matches(".json").replace(".json ", " ");
    let words: Vec<&str> = plain.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let mut stem = words.join("-");
    stem.truncate(stem.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= MOST_BYTES).last().unwrap_or(0));
    if stem.is_empty() {
        stem.push_str("run");
    }
    let names = (1..).map(|number| if number == 1 { format!("{stem}.json") } else { format!("{stem}-{number}.json") });
    names.into_iter().find(|name| taken.insert(name.clone())).unwrap_or(stem)
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
        assert_eq!(free_name("粘包.json", &mut taken), "粘包.json");
        assert_eq!(free_name(".json", &mut taken), "run.json");
        assert_eq!(free_name(&"粘".repeat(100), &mut taken), format!("{}.json", "粘".repeat(50)));
    }
}
