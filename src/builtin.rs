//! The scenarios that are part of the program, so that `netlab run sticky/three-sends` works from anywhere.

use std::sync::Arc;

use include_dir::{Dir, DirEntry, include_dir};

use crate::scenario::{Scenario, Source};

static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// The names of all built-in scenarios, sorted: `sticky/three-sends`.
pub fn names() -> Vec<String> {
    let mut names = Vec::new();
    collect(&SCENARIOS, &mut names);
    names.sort();
    names
}

fn collect(dir: &Dir<'_>, names: &mut Vec<String>) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(dir) => collect(dir, names),
            DirEntry::File(file) => names.extend(file.path().to_str().and_then(|path| path.strip_suffix(".json")).map(str::to_owned)),
        }
    }
}

/// The built-in scenarios that a name means: one, or all of a folder. `scenarios/` before it and `.json` behind it are allowed.
pub fn find(name: &str) -> Vec<Arc<Source>> {
    let name = name.strip_prefix("scenarios/").unwrap_or(name);
    let name = name.strip_suffix(".json").unwrap_or(name).trim_end_matches('/');
    let folder = format!("{name}/");
    names().into_iter().filter(|known| known == name || known.starts_with(&folder)).filter_map(|known| load(&known)).collect()
}

/// All built-in scenarios.
pub fn all() -> Vec<Arc<Source>> {
    names().iter().filter_map(|name| load(name)).collect()
}

/// The names of the built-in scenarios that show an error, by its name: those of which a step is expected to give it. Those that are
/// about it, which have it in their title, come first.
pub fn showing(error: &str) -> Vec<String> {
    let mut showing: Vec<(bool, String)> = all()
        .into_iter()
        // Parsing takes longer than looking for a word.
        .filter(|source| source.text().contains(error))
        .filter_map(|source| Scenario::parse(source).ok())
        .filter(|scenario| scenario.expected_errors().iter().any(|errno| errno.name() == Some(error)))
        .map(|scenario| (!scenario.title.value.contains(error), scenario.source.name().to_owned()))
        .collect();
    showing.sort();
    showing.into_iter().map(|(_, name)| name).collect()
}

/// What is said of a folder of built-in scenarios: its README.
pub fn about_folder(folder: &str) -> Option<String> {
    SCENARIOS.get_file(format!("{folder}/README.md"))?.contents_utf8().map(str::to_owned)
}

fn load(name: &str) -> Option<Arc<Source>> {
    let text = SCENARIOS.get_file(format!("{name}.json"))?.contents_utf8()?;
    Some(Source::new(name, text))
}
