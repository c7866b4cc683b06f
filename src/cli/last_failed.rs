//! What did not do well when it last ran in a folder, for `--last-failed`: kept among the user's state files, not in the folder.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::output::note;
use crate::builtin;
use crate::runner::{Item, STDIN};

/// The runs that did not do well in the folder in which netlab was started.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct LastFailed {
    folder: PathBuf,
    failed: BTreeSet<FailedRun>,
    /// What this process found since, to be added to what is kept.
    #[serde(skip)]
    found: Vec<(FailedRun, bool)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct FailedRun {
    /// The file, with its whole path; or the name of a built-in scenario.
    file: String,
    /// The case and the family; none of a file that is no scenario.
    variant: Option<String>,
}

impl FailedRun {
    fn of_file(file: &str) -> Self {
        let path = Path::new(file).canonicalize().ok().and_then(|path| path.to_str().map(str::to_owned));
        Self { file: path.unwrap_or_else(|| file.to_owned()), variant: None }
    }

    /// A run of this file: `name` is the run's, which begins with `file`.
    fn run(&self, name: &str, file: &str) -> Self {
        Self { file: self.file.clone(), variant: Some(name.strip_prefix(file).unwrap_or_default().trim().to_owned()) }
    }
}

impl LastFailed {
    /// Nothing yet, in this folder.
    pub(super) fn here() -> Self {
        Self { folder: std::env::current_dir().unwrap_or_default(), ..Self::default() }
    }

    /// What is known of this folder; nothing where nothing is.
    pub(super) fn load() -> Self {
        let here = Self::here();
        let known = place(&here.folder).and_then(|place| std::fs::read(place).ok());
        let known: Option<Self> = known.and_then(|text| serde_json::from_slice(&text).ok());
        known.filter(|known| known.folder == here.folder).unwrap_or(here)
    }

    /// The files of the runs, as far as they are still there.
    pub(super) fn files(&self) -> Vec<String> {
        let files: BTreeSet<&String> = self.failed.iter().map(|run| &run.file).collect();
        let there = files.into_iter().filter(|file| Path::new(file).exists() || !builtin::find(file).is_empty());
        // As they would be typed here, and as the reports named them.
        let short = |file: &String| Path::new(file).strip_prefix(&self.folder).ok().and_then(Path::to_str).unwrap_or(file).to_owned();
        there.map(short).collect()
    }

    /// Whether a run did not do well; what is no scenario now hides how its runs came out.
    pub(super) fn has(&self, item: &Item) -> bool {
        let file = FailedRun::of_file(item.file());
        let of_file = || self.failed.iter().filter(|run| run.file == file.file);
        match item.content {
            Ok(_) => self.failed.contains(&file.run(&item.name, item.file())) || of_file().any(|run| run.variant.is_none()),
            Err(_) => of_file().next().is_some(),
        }
    }

    /// Takes down how a run came out; those that did not run keep what is known of them.
    pub(super) fn record(&mut self, name: &str, file: &str, went_well: bool) {
        // What came from standard input cannot be had again.
        if file != STDIN {
            let of_file = FailedRun::of_file(file);
            self.found.push((of_file.run(name, file), went_well));
            self.found.push((of_file, true));
        }
    }

    /// Takes down that a file is no scenario.
    pub(super) fn record_invalid(&mut self, file: &str) {
        if file != STDIN {
            self.found.push((FailedRun::of_file(file), false));
        }
    }

    /// Keeps it for the next time, beside what others have kept meanwhile. That it cannot be kept harms nothing else, so it is only said.
    pub(super) fn save(self) {
        let Some(place) = place(&self.folder) else { return };
        let mut kept = Self::load();
        for (run, went_well) in self.found {
            if went_well {
                kept.failed.remove(&run)
            } else {
                kept.failed.insert(run)
            };
        }
        if kept.failed.is_empty() && !place.exists() {
            return;
        }
        let write = || -> std::io::Result<()> {
            let folder = place.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer(&mut file, &kept)?;
            file.flush()?;
            file.persist(&place)?;
            Ok(())
        };
        if let Err(error) = write() {
            note(&format!("note: cannot remember for --last-failed what failed: {}: {error}", place.display()));
        }
    }
}

/// Where it is kept: below XDG_STATE_HOME (XDG Base Directory Specification), one file a folder.
fn place(folder: &Path) -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")))?;
    let name = format!("{:016x}.json", xxh3_64(folder.as_os_str().as_encoded_bytes()));
    Some(state.join("netlab/last-failed").join(name))
}
