//! Bases in a folder of the file system, and never outside of it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use super::base::{Base, BaseError, Bases};
use super::problem::{Diagnostic, Problem};
use super::source::{SourcePart, read_text};

/// The folder in which the scenarios lie that were asked for. What they extend must lie in it too, symbolic links followed:
/// a file from somebody else is not to read whatever it likes.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// This folder.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder that a file is in.
    pub fn around(file: &Path) -> Self {
        Self(folder_of(file))
    }
}

impl Bases for Folder {
    fn find(&self, from: &str, path: &str) -> Result<Base, BaseError> {
        let relative = Path::new(path);
        if relative.has_root() {
            return Err(BaseError::Absolute);
        }
        let folder = folder_of(Path::new(from));
        let (Ok(root), Ok(here)) = (fs::canonicalize(&self.0), fs::canonicalize(&folder)) else { return Err(BaseError::Missing) };
        let outside = || Err(BaseError::Outside(self.0.display().to_string()));
        // Before anything is looked up: whether a file outside exists is nothing that the answer should tell.
        if !walk(here, relative).starts_with(&root) {
            return outside();
        }
        // A `..` stays: behind a symbolic link it leads elsewhere than the name before it tells.
        let shown: PathBuf = folder.join(relative).components().filter(|component| *component != Component::CurDir).collect();
        let name = shown.display().to_string();
        let found = match fs::canonicalize(&shown) {
            Ok(found) => found,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Err(BaseError::Missing),
            Err(error) => return unreadable(&name, &error.to_string()),
        };
        if !found.starts_with(&root) {
            return outside();
        }
        // To open something else may block (a named pipe) or do something (a device).
        if !found.is_file() {
            return unreadable(&name, "this is not a file");
        }
        let text = read_text(&found, &name).map_err(BaseError::Unreadable)?;
        Ok(Base { part: SourcePart { name, text }, identity: found.display().to_string() })
    }

    fn identity(&self, name: &str) -> String {
        fs::canonicalize(name).map_or_else(|_| name.to_owned(), |path| path.display().to_string())
    }
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// Where a path leads from a folder, as far as its text tells.
fn walk(folder: PathBuf, path: &Path) -> PathBuf {
    path.components().fold(folder, |mut at, component| {
        match component {
            Component::ParentDir => {
                at.pop();
            }
            Component::Normal(name) => at.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
        at
    })
}

fn unreadable(name: &str, reason: &str) -> Result<Base, BaseError> {
    Err(BaseError::Unreadable(Box::new(Diagnostic::of_file(Problem::BaseMissing, name, reason))))
}
