//! The scenarios that are part of the program, so that `netlab run sticky/three-sends` works from anywhere.

use std::cell::OnceCell;
use std::sync::Arc;

use include_dir::{Dir, DirEntry, include_dir};

use crate::scenario::{Base, BaseError, Bases, CauseName, Scenario, SocketOption, Source, SourcePart, Variables};

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

/// The built-in scenarios whose names match a pattern: `framing/*`.
pub fn matching(pattern: &str) -> Vec<Arc<Source>> {
    let pattern = pattern.strip_prefix("scenarios/").unwrap_or(pattern);
    let Ok(pattern) = glob::Pattern::new(pattern.strip_suffix(".json").unwrap_or(pattern)) else { return Vec::new() };
    names().into_iter().filter(|known| pattern.matches(known)).filter_map(|known| load(&known)).collect()
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

    /// Those that have a word and of which something holds. Parsing takes longer than looking for a word.
    fn those(&self, word: &str, holds: impl Fn(&Scenario) -> bool) -> Vec<&Scenario> {
        // What a scenario extends may have the word.
        let may_have = |source: &Source| source.text().contains(word) || source.text().contains("\"extends\"");
        let parse = |source: &Arc<Source>| Scenario::parse_with(Arc::clone(source), &BuiltinBases, &Variables::default()).ok();
        let with_word = self.0.iter().filter(|(source, _)| may_have(source));
        let parsed = with_word.filter_map(|(source, cell)| cell.get_or_init(|| parse(source)).as_ref());
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

/// The built-in scenarios as bases of each other.
#[derive(Clone, Copy, Debug)]
pub struct BuiltinBases;

impl Bases for BuiltinBases {
    fn find(&self, from: &str, path: &str) -> Result<Base, BaseError> {
        if path.starts_with('/') {
            return Err(BaseError::Absolute);
        }
        let mut at: Vec<&str> = from.split('/').collect();
        at.pop();
        for component in path.split('/') {
            match component {
                "." | "" => {}
                ".." if at.pop().is_none() => return Err(BaseError::Outside("scenarios".to_owned())),
                ".." => {}
                name => at.push(name),
            }
        }
        let path = at.join("/");
        let name = path.strip_suffix(".json").ok_or(BaseError::Missing)?;
        let text = SCENARIOS.get_file(&path).and_then(|file| file.contents_utf8()).ok_or(BaseError::Missing)?;
        Ok(Base { part: SourcePart { name: name.to_owned(), text: text.to_owned() }, identity: self.identity(name) })
    }

    fn identity(&self, name: &str) -> String {
        name.to_owned()
    }
}

fn load(name: &str) -> Option<Arc<Source>> {
    let text = SCENARIOS.get_file(format!("{name}.json"))?.contents_utf8()?;
    Some(Source::new(name, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_are_built_in_scenarios() {
        let find = |path: &str| BuiltinBases.find("udp/boundaries", path);
        assert_eq!(find("too-big.json").map(|base| base.part.name).ok().as_deref(), Some("udp/too-big"));
        assert_eq!(find("./../sticky/three-sends.json").map(|base| base.identity).ok().as_deref(), Some("sticky/three-sends"));
        assert!(matches!(find("../../Cargo.json"), Err(BaseError::Outside(_))));
        assert!(matches!(find("/udp/too-big.json"), Err(BaseError::Absolute)));
        assert!(matches!(find("README.md"), Err(BaseError::Missing)));
        assert!(matches!(find("../udp"), Err(BaseError::Missing)));
    }
}
