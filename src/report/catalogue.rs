//! An index of scenarios: what each shows, which belief it refutes, and which causes it expects to find.

use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use super::style::Style;
use super::table::Table;
use crate::scenario::{CauseName, Scenario, StepExpect};

/// One scenario of the index.
#[derive(Clone, Debug, Serialize)]
pub struct CatalogueEntry {
    /// The file, or the built-in name.
    pub name: String,
    /// The title.
    pub title: String,
    /// What happens.
    pub about: Option<String>,
    /// The belief that it refutes.
    pub belief: Option<String>,
    /// The causes that it expects to find, in any of its cases.
    pub causes: Vec<CauseName>,
    /// The errors that it expects, in any of its cases.
    pub errors: Vec<String>,
    /// Its cases.
    pub cases: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
}

impl CatalogueEntry {
    /// What the index says of a scenario, in a language.
    pub fn of(scenario: &Arc<Scenario>, language: &str) -> Self {
        let texts = scenario.texts_in(language);
        let mut errors: Vec<String> = scenario.expected_outcomes().into_iter().filter_map(error_of).collect();
        errors.sort_unstable();
        errors.dedup();
        Self {
            name: scenario.source.name().to_owned(),
            title: texts.title.unwrap_or_default(),
            about: texts.about,
            belief: texts.belief,
            causes: scenario.expected_causes(),
            errors,
            cases: scenario.cases.iter().map(|(name, _)| name.value.clone()).collect(),
            tags: scenario.tags.iter().map(|tag| tag.value.clone()).collect(),
        }
    }

    /// The folder it is in.
    fn folder(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// The name of the error that is expected, of a call or of a codec.
fn error_of(expect: &StepExpect) -> Option<String> {
    match expect {
        StepExpect::Errno(errno) => Some(errno.to_string()),
        StepExpect::Frame(kind) => Some(kind.name().to_owned()),
        StepExpect::Ok | StepExpect::Eof | StepExpect::Timeout | StepExpect::Result(_) | StepExpect::AnyOf(_) => None,
    }
}

/// Writes the index as a table.
///
/// # Errors
/// What the writer gives.
pub fn write_catalogue(entries: &[CatalogueEntry], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(&["scenario", "title", "tags"], style);
    for entry in entries {
        table.row(vec![entry.name.clone(), entry.title.clone(), entry.tags.join(" ")]);
    }
    table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Writes the index as Markdown, a section a folder. `about` gives what is to be said of a folder.
///
/// # Errors
/// What the writer gives.
pub fn write_catalogue_markdown(entries: &[CatalogueEntry], about: &dyn Fn(&str) -> Option<String>, out: &mut dyn Write) -> io::Result<()> {
    let with_belief = entries.iter().filter(|entry| entry.belief.is_some()).count();
    writeln!(out, "# The scenario library\n")?;
    writeln!(
        out,
        "{} scenarios, {with_belief} of which refute a belief. Each runs by its name, `netlab run NAME`, and all of a folder by the",
        entries.len()
    )?;
    writeln!(
        out,
        "folder's. `--lang zh` gives the texts in Chinese. What a scenario asserts stands in its file, `netlab list --show NAME`.\n"
    )?;
    writeln!(out, "Made by `netlab list --format markdown`; do not edit.")?;
    for of_folder in entries.chunk_by(|a, b| a.folder() == b.folder()) {
        let folder = of_folder[0].folder();
        writeln!(out, "\n## {folder}\n")?;
        if let Some(text) = about(folder) {
            writeln!(out, "{}\n", text.trim())?;
        }
        writeln!(out, "| scenario | what it shows | refutes | cause, errors |")?;
        writeln!(out, "|---|---|---|---|")?;
        for entry in of_folder {
            let short = entry.name.rsplit_once('/').map_or(entry.name.as_str(), |(_, name)| name);
            let belief = entry.belief.as_ref().map_or_else(String::new, |belief| format!("\"{}\"", cell(belief.trim_end_matches('.'))));
            let causes = entry.causes.iter().map(|cause| cause.name()).chain(entry.errors.iter().map(String::as_str));
            let causes: Vec<String> = causes.map(|name| format!("`{name}`")).collect();
            let title = cell(&entry.title);
            writeln!(out, "| [{short}](../scenarios/{}.json) | {title} | {belief} | {} |", entry.name, causes.join(" "))?;
        }
    }
    Ok(())
}

/// Text in a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
