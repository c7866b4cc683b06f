//! From the paths on the command line to scenarios: files, folders, built-in names.

use std::path::Path;
use std::sync::Arc;

use walkdir::WalkDir;

use crate::builtin;
use crate::plan::{Overrides, Plan, plan};
use crate::report::InvalidFile;
use crate::scenario::{Diagnostic, Problem, Scenario, Source, nearest};

/// A scenario that was selected, ready to run or with its errors.
pub(super) enum Selected {
    Plans(Vec<Plan>),
    Invalid(InvalidFile),
}

/// The texts at the paths, in the order of the command line, each folder sorted.
pub(super) fn sources(paths: &[String]) -> Vec<Result<Arc<Source>, InvalidFile>> {
    paths.iter().flat_map(|path| sources_at(path)).collect()
}

fn sources_at(name: &str) -> Vec<Result<Arc<Source>, InvalidFile>> {
    let path = Path::new(name);
    if path.is_dir() {
        return files_in(path).iter().map(|file| read(file)).collect();
    }
    if !path.exists() {
        let found = builtin::find(name);
        if !found.is_empty() {
            return found.into_iter().map(Ok).collect();
        }
        return vec![Err(missing(name))];
    }
    vec![read(path)]
}

fn read(path: &Path) -> Result<Arc<Source>, InvalidFile> {
    Source::read(path).map_err(|diagnostic| InvalidFile::new(path.display().to_string(), vec![*diagnostic]))
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
pub(super) fn select(source: Result<Arc<Source>, InvalidFile>, overrides: &Overrides) -> Selected {
    let source = match source {
        Ok(source) => source,
        Err(invalid) => return Selected::Invalid(invalid),
    };
    let name = source.name().to_owned();
    match Scenario::parse(source).and_then(|scenario| plan(&Arc::new(scenario), overrides)) {
        Ok(plans) => Selected::Plans(plans),
        Err(diagnostics) => Selected::Invalid(InvalidFile::new(name, diagnostics)),
    }
}
