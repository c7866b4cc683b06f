//! From the paths on the command line to scenarios: files, folders, built-in names.

use std::path::Path;
use std::sync::Arc;

use walkdir::WalkDir;

use crate::builtin;
use crate::plan::{Overrides, Plan, plan};
use crate::report::InvalidFile;
use crate::scenario::{Bases, Diagnostic, Folder, Problem, Scenario, Source, Variables, nearest};

/// A scenario that was selected, ready to run or with its errors.
pub(super) enum Selected {
    Plans(Vec<Plan>),
    Invalid(InvalidFile),
}

/// A text, and where the files are that it may extend.
pub(super) struct Found {
    pub(super) source: Arc<Source>,
    bases: Arc<dyn Bases>,
}

impl Found {
    /// A built-in scenario.
    pub(super) fn builtin(source: Arc<Source>) -> Self {
        Self { source, bases: Arc::new(builtin::BuiltinBases) }
    }

    pub(super) fn parse(&self, variables: &Variables) -> Result<Scenario, Vec<Diagnostic>> {
        Scenario::parse_with(Arc::clone(&self.source), &*self.bases, variables)
    }
}

/// The texts at the paths, in the order of the command line, each folder sorted.
pub(super) fn sources(paths: &[String]) -> Vec<Result<Found, InvalidFile>> {
    paths.iter().flat_map(|path| sources_at(path)).collect()
}

fn sources_at(name: &str) -> Vec<Result<Found, InvalidFile>> {
    let path = Path::new(name);
    if path.is_dir() {
        let bases: Arc<dyn Bases> = Arc::new(Folder::new(path));
        return files_in(path).iter().map(|file| read(file, &bases)).collect();
    }
    if !path.exists() {
        let found = builtin::find(name);
        if !found.is_empty() {
            return found.into_iter().map(|source| Ok(Found::builtin(source))).collect();
        }
        return vec![Err(missing(name))];
    }
    let bases: Arc<dyn Bases> = Arc::new(Folder::around(path));
    vec![read(path, &bases)]
}

fn read(path: &Path, bases: &Arc<dyn Bases>) -> Result<Found, InvalidFile> {
    match Source::read(path) {
        Ok(source) => Ok(Found { source, bases: Arc::clone(bases) }),
        Err(diagnostic) => Err(InvalidFile::new(path.display().to_string(), vec![*diagnostic])),
    }
}

/// The .json files below a folder, hidden ones left out.
fn files_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let is_hidden = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| !is_hidden(entry))
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == "json"))
        .map(walkdir::DirEntry::into_path)
        .collect()
}

fn missing(name: &str) -> InvalidFile {
    let names = builtin::names();
    let help = match nearest(name.trim_end_matches(".json"), names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean the built-in scenario `{near}`?"),
        None => "give a .json file, a folder, or the name of a built-in scenario: `netlab list` prints them".to_owned(),
    };
    let diagnostic = Diagnostic::of_file(Problem::FileMissing, name, "no such file, folder or built-in scenario").help(help);
    InvalidFile::new(name.to_owned(), vec![diagnostic])
}

/// Parses and plans one scenario; the errors of both stages come together as far as they can.
pub(super) fn select(found: Result<Found, InvalidFile>, overrides: &Overrides, variables: &Variables) -> Selected {
    let found = match found {
        Ok(found) => found,
        Err(invalid) => return Selected::Invalid(invalid),
    };
    let name = found.source.name().to_owned();
    match found.parse(variables).and_then(|scenario| plan(&Arc::new(scenario), overrides)) {
        Ok(plans) => Selected::Plans(plans),
        Err(diagnostics) => Selected::Invalid(InvalidFile::new(name, diagnostics)),
    }
}

impl Selected {
    /// The names of its variables; none of an invalid one.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        let plan = match self {
            Self::Plans(plans) => plans.first(),
            Self::Invalid(_) => None,
        };
        plan.into_iter().flat_map(|plan| &plan.scenario.variables).map(|variable| variable.name.as_str())
    }
}
