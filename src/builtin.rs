//! The scenarios that are part of the program, so that `netlab run sticky/three-sends` works from anywhere.

use std::cell::OnceCell;
use std::sync::Arc;

use include_dir::{Dir, DirEntry, include_dir};

use crate::scenario::{CauseName, Scenario, SocketOption, Source};

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

/// Which built-in scenario shows what. Scenarios are parsed when they are needed, and once.
pub struct Index(Vec<(Arc<Source>, OnceCell<Option<Scenario>>)>);

impl Index {
    /// Of all of them.
    pub fn new() -> Self {
        Self(all().into_iter().map(|source| (source, OnceCell::new())).collect())
    }

    /// The names of those of which a step is expected to give an error, by its name. Those that are about it, which have it in their
    /// title, come first.
    pub fn showing(&self, error: &str) -> Vec<String> {
        let mut showing = self.those(error, |scenario| scenario.expected_errors().iter().any(|errno| errno.name() == Some(error)));
        showing.sort_by_key(|scenario| !scenario.title.value.contains(error));
        names_of(&showing)
    }

    /// The names of those that expect to find a cause.
    pub fn finding(&self, cause: CauseName) -> Vec<String> {
        names_of(&self.those(cause.name(), |scenario| scenario.expected_causes().contains(&cause)))
    }

    /// The names of those of which a step sets an option, by its constant in C.
    pub fn setting(&self, constant: &str) -> Vec<String> {
        let option = SocketOption::WORDS.iter().map(|&(_, option)| option).find(|option| option.constant() == constant);
        option.map(|option| names_of(&self.those(option.name(), |scenario| scenario.sets(option)))).unwrap_or_default()
    }

    /// Those whose text has a word and of which something holds. Parsing takes longer than looking for a word.
    fn those(&self, word: &str, holds: impl Fn(&Scenario) -> bool) -> Vec<&Scenario> {
        let with_word = self.0.iter().filter(|(source, _)| source.text().contains(word));
        let parsed = with_word.filter_map(|(source, cell)| cell.get_or_init(|| Scenario::parse(Arc::clone(source)).ok()).as_ref());
        parsed.filter(|scenario| holds(scenario)).collect()
    }
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

/// The built-in scenarios that show an error, by its name; see [`Index::showing`].
pub fn showing(error: &str) -> Vec<String> {
    Index::new().showing(error)
}

fn names_of(scenarios: &[&Scenario]) -> Vec<String> {
    scenarios.iter().map(|scenario| scenario.source.name().to_owned()).collect()
}

/// What is said of a folder of built-in scenarios: its README.
pub fn about_folder(folder: &str) -> Option<String> {
    SCENARIOS.get_file(format!("{folder}/README.md"))?.contents_utf8().map(str::to_owned)
}

fn load(name: &str) -> Option<Arc<Source>> {
    let text = SCENARIOS.get_file(format!("{name}.json"))?.contents_utf8()?;
    Some(Source::new(name, text))
}
