//! From the paths on the command line to runs: files, folders, patterns, built-in names, standard input.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::filter::{Filter, TagFilter};
use crate::builtin;
use crate::plan::{Overrides, Plan, plan};
use crate::report::{InvalidFile, SourceText};
use crate::scenario::{Bases, Diagnostic, Folder, MAX_FILE_SIZE, Problem, Scenario, Source, Variables, nearest};

/// The name of a scenario that comes from standard input.
pub const STDIN: &str = "<stdin>";

/// The texts at the paths, or why there is none.
pub type Sources = Vec<Result<Found, InvalidFile>>;

/// A text, and where the files are that it may extend.
pub struct Found {
    /// The text.
    pub source: Arc<Source>,
    bases: Arc<dyn Bases>,
    /// Whether the command line names this very file, rather than a folder or a pattern.
    is_named: bool,
}

impl Found {
    /// A built-in scenario.
    pub fn builtin(source: Arc<Source>) -> Self {
        Self { source, bases: Arc::new(builtin::BuiltinBases), is_named: false }
    }

    /// Reads the scenario.
    ///
    /// # Errors
    /// Every error of the file, and of those that it extends.
    pub fn parse(&self, variables: &Variables) -> Result<Scenario, Vec<Diagnostic>> {
        Scenario::parse_with(Arc::clone(&self.source), &*self.bases, variables)
    }
}

/// What was selected: runs, and files that are no scenarios, in the order of the command line.
pub struct Selection {
    /// The runs and the invalid files.
    pub items: Vec<Item>,
    /// How many runs and invalid files there were before the filters.
    pub found: usize,
    /// The tags of all scenarios found.
    pub tags: HashSet<String>,
    /// The names of their variables.
    pub variables: HashSet<String>,
    /// Whether all files found are scenarios, so that tags and names are all known.
    pub all_valid: bool,
}

/// Something that was selected.
pub struct Item {
    /// What it is called in reports.
    pub name: String,
    /// The run; or a file that is none.
    pub content: Result<Box<Plan>, InvalidFile>,
}

impl Item {
    /// The file, or the built-in name.
    pub fn file(&self) -> &str {
        match &self.content {
            Ok(plan) => plan.scenario.source.name(),
            Err(invalid) => &invalid.file,
        }
    }

    #[cfg(test)]
    pub(super) fn invalid_for_tests(name: &str) -> Self {
        Self { name: name.to_owned(), content: Err(InvalidFile::new(name.to_owned(), Vec::new())) }
    }
}

/// The texts at the paths, in the order of the command line, each folder sorted; a file that is named twice counts once.
pub fn sources(paths: &[String]) -> Sources {
    let mut seen = HashSet::new();
    paths.iter().flat_map(|path| sources_at(path, &mut seen)).collect()
}

fn sources_at(name: &str, seen: &mut HashSet<PathBuf>) -> Sources {
    let path = Path::new(name);
    if name == "-" {
        return if seen.insert(PathBuf::from(STDIN)) { vec![read_stdin()] } else { Vec::new() };
    }
    if path.is_dir() {
        return read_all(files_in(path), Some(path), seen);
    }
    if path.exists() {
        return read_all(vec![Ok(path.to_owned())], None, seen);
    }
    let files = matching(name);
    if !files.is_empty() {
        return read_all(files, None, seen);
    }
    let found = if is_pattern(name) { builtin::matching(name) } else { builtin::find(name) };
    if found.is_empty() {
        return vec![Err(missing(name))];
    }
    let is_new = |source: &Arc<Source>| seen.insert(PathBuf::from(source.name()));
    found.into_iter().filter(is_new).map(|source| Ok(Found::builtin(source))).collect()
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// Reads files. What they extend must be in the folder given.
fn read_all(files: Vec<Result<PathBuf, InvalidFile>>, folder: Option<&Path>, seen: &mut HashSet<PathBuf>) -> Sources {
    let of_folder = folder.map(|folder| -> Arc<dyn Bases> { Arc::new(Folder::new(folder)) });
    let mut is_new = |file: &PathBuf| seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone()));
    let bases = |file: &Path| of_folder.clone().unwrap_or_else(|| Arc::new(folder_of(file)));
    let is_named = of_folder.is_none() && files.len() == 1;
    let read = |file: Result<PathBuf, InvalidFile>| match file {
        Ok(file) => is_new(&file).then(|| read(&file, bases(&file), is_named)),
        Err(invalid) => Some(Err(invalid)),
    };
    let sources = files.into_iter().filter_map(read);
    // Reports are easily written among the scenarios; one that is named is told what it is.
    sources.filter(|found| is_named || !found.as_ref().is_ok_and(|found| is_report(found.source.text()))).collect()
}

/// Where the files are that a file may extend which the command line names: in the folder in which netlab was started, when it is below that;
/// so a file extends the same whether it is named or its folder is.
fn folder_of(file: &Path) -> Folder {
    let here = Path::new(".").canonicalize();
    let is_below = here.is_ok_and(|here| file.canonicalize().is_ok_and(|file| file.starts_with(here)));
    if is_below { Folder::new(Path::new(".")) } else { Folder::around(file) }
}

fn read(path: &Path, bases: Arc<dyn Bases>, is_named: bool) -> Result<Found, InvalidFile> {
    match Source::read(path) {
        Ok(source) => Ok(Found { source, bases, is_named }),
        Err(diagnostic) => Err(InvalidFile::new(path.display().to_string(), vec![*diagnostic])),
    }
}

/// A scenario from standard input; what it extends must be in the folder in which netlab was started.
fn read_stdin() -> Result<Found, InvalidFile> {
    let mut bytes = Vec::new();
    let refuse = |diagnostic: Diagnostic| InvalidFile::new(STDIN.to_owned(), vec![diagnostic]);
    match io::stdin().lock().take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes) {
        Ok(_) => match Source::of_bytes(STDIN, bytes) {
            Ok(source) => Ok(Found { source, bases: Arc::new(Folder::new(Path::new("."))), is_named: true }),
            Err(diagnostic) => Err(refuse(*diagnostic)),
        },
        Err(error) => Err(refuse(Diagnostic::of_file(Problem::FileUnreadable, STDIN, format!("cannot read standard input: {error}")))),
    }
}

/// The .json files that a pattern (`scenarios/**/t*.json`) matches, and those in folders that it matches.
fn matching(pattern: &str) -> Vec<Result<PathBuf, InvalidFile>> {
    let paths = Some(pattern).filter(|pattern| is_pattern(pattern)).and_then(|pattern| glob::glob(pattern).ok());
    let paths = paths.into_iter().flatten().filter_map(Result::ok);
    let files = paths.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![Ok(path)] });
    files.filter(|file| file.as_ref().map_or(true, |path| is_json(path))).collect()
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

/// The .json files below a folder, those behind links among them; and what could not be looked into, with the reason. Hidden ones are left out,
/// and those that begin with `_`: they are there for others to extend.
fn files_in(folder: &Path) -> Vec<Result<PathBuf, InvalidFile>> {
    let is_hidden = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with(['.', '_']);
    let entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter().filter_entry(|entry| !is_hidden(entry));
    let file = |entry: walkdir::Result<walkdir::DirEntry>| match entry {
        Ok(entry) => (entry.file_type().is_file() && is_json(entry.path())).then(|| Ok(entry.into_path())),
        // A link to a folder that it is in: its files are found all the same.
        Err(error) if error.loop_ancestor().is_some() => None,
        Err(error) => {
            let path = error.path().unwrap_or(folder).to_owned();
            let is_gone = error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
            // A link that leads nowhere matters only where a scenario is expected.
            (!is_gone || is_json(&path)).then(|| Err(unreadable(&path, &error)))
        }
    };
    entries.filter_map(file).collect()
}

fn unreadable(path: &Path, error: &walkdir::Error) -> InvalidFile {
    let name = path.display().to_string();
    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    let diagnostic = Diagnostic::of_file(Problem::FileUnreadable, &name, format!("cannot look into it: {reason}"));
    InvalidFile::new(name, vec![diagnostic.help("whatever is in there was not run")])
}

fn missing(name: &str) -> InvalidFile {
    let names = builtin::names();
    let help = match nearest(name.trim_end_matches(".json"), names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean the built-in scenario `{near}`?"),
        None => {
            "give a .json file, a folder, a pattern, - for standard input, or the name of a built-in scenario: `netlab list` prints them"
                .to_owned()
        }
    };
    let title =
        if is_pattern(name) { "no file and no built-in scenario fits this pattern" } else { "no such file, folder or built-in scenario" };
    let diagnostic = Diagnostic::of_file(Problem::FileMissing, name, title).help(help);
    InvalidFile::new(name.to_owned(), vec![diagnostic])
}

/// Parses and plans one scenario; the errors of both stages come together as far as they can.
///
/// # Errors
/// Every error of the file.
pub fn plans_of(found: Result<Found, InvalidFile>, overrides: &Overrides, variables: &Variables) -> Result<Vec<Plan>, InvalidFile> {
    let found = found?;
    let name = found.source.name().to_owned();
    if is_report(found.source.text()) {
        let title = "this is a report of netlab's, not a scenario";
        let diagnostic = Diagnostic::of_file(Problem::NotAScenario, &name, title).help(format!("`netlab report {name}` shows it"));
        return Err(InvalidFile::new(name, vec![diagnostic]));
    }
    found
        .parse(variables)
        .and_then(|scenario| plan(&Arc::new(scenario), overrides))
        .map_err(|diagnostics| InvalidFile::new(name, diagnostics))
}

/// Whether a text is what `--report-json` or `--save-trace` writes, which is easily left among the scenarios.
fn is_report(text: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Marks {
        #[serde(rename = "netlab")]
        _netlab: String,
        #[serde(rename = "summary")]
        _summary: serde::de::IgnoredAny,
    }
    text.contains("\"summary\"") && serde_json::from_str::<Marks>(text).is_ok()
}

/// Plans everything at the paths, and leaves what the filter means.
///
/// A file that is no scenario has no tags and no cases, so only its name can sort it out; and not even that where the command line names it.
pub fn select(sources: Sources, overrides: &Overrides, variables: &Variables, filter: &Filter) -> Selection {
    let mut selection =
        Selection { items: Vec::new(), found: 0, tags: HashSet::new(), variables: HashSet::new(), all_valid: !sources.is_empty() };
    for source in sources {
        let is_named = source.as_ref().is_ok_and(|found| found.is_named);
        match plans_of(source, overrides, variables) {
            Ok(plans) => {
                selection.found += plans.len();
                selection.tags.extend(plans.iter().flat_map(|plan| &plan.scenario.tags).map(|tag| tag.value.clone()));
                selection.variables.extend(plans.iter().flat_map(|plan| &plan.scenario.variables).map(|variable| variable.name.clone()));
                let items = plans.into_iter().filter_map(|plan| {
                    let (name, scenario) = (plan.name(), Arc::clone(&plan.scenario));
                    let tags: Vec<&str> = scenario.tags.iter().map(|tag| tag.value.as_str()).collect();
                    filter.selects(&name, &tags).then(|| Item { name, content: Ok(Box::new(plan)) })
                });
                selection.items.extend(items);
            }
            Err(invalid) => {
                selection.found += 1;
                selection.all_valid = false;
                if is_named || filter.selects_name(&invalid.file) {
                    selection.items.push(Item { name: invalid.file.clone(), content: Err(invalid) });
                }
            }
        }
    }
    selection
}

/// The texts of the files of some items, each once.
pub fn texts(items: &[Item]) -> Vec<SourceText> {
    let mut seen = HashSet::new();
    let sources = items.iter().filter_map(|item| match &item.content {
        Ok(plan) => Some(&plan.scenario.source),
        Err(invalid) => invalid.diagnostics.iter().find_map(|diagnostic| diagnostic.place.as_ref()).map(|place| &place.source),
    });
    let texts = sources.filter(|source| seen.insert(source.name().to_owned()));
    texts.map(|source| SourceText::of(source)).collect()
}

/// The tag of a scenario that is nearest to one that no scenario has.
pub fn nearest_tag<'t>(filter: &Filter, tags: &'t HashSet<String>) -> Option<(String, Option<&'t str>)> {
    let mut known: Vec<&str> = tags.iter().map(String::as_str).collect();
    known.sort_unstable();
    let unknown = filter.tags.iter().flat_map(TagFilter::tags).find(|tag| !tags.contains(*tag))?;
    Some((unknown.to_owned(), nearest(unknown, known)))
}
