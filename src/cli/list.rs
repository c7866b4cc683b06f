//! `netlab list`

use std::collections::BTreeSet;
use std::sync::Arc;

use super::args::{ListArgs, ListFormat};
use super::exit::Exit;
use super::output::{Output, note, note_diagnostics};
use super::variables::note_unused;
use crate::builtin;
use crate::report::{CatalogueEntry, InvalidFile, Style, write_catalogue, write_catalogue_markdown};
use crate::runner::{Found, sources};

pub(super) fn list(args: &ListArgs, output: &mut Output) -> Exit {
    let variables = match args.variables.load(output) {
        Ok(variables) => variables,
        Err(exit) => return exit,
    };
    let all = || builtin::all().into_iter().map(|source| Ok(Found::builtin(source))).collect();
    let selected = if args.paths.is_empty() { all() } else { sources(&args.paths) };
    let mut invalid: Vec<InvalidFile> = Vec::new();
    let mut entries = Vec::new();
    let mut texts = Vec::new();
    let filter = args.filter.filter();
    let mut names = BTreeSet::new();
    for found in selected {
        let found = match found {
            Ok(found) => found,
            Err(file) => {
                invalid.push(file);
                continue;
            }
        };
        match found.parse(&variables) {
            Ok(scenario) => {
                names.extend(scenario.variables.iter().map(|variable| variable.name.clone()));
                let entry = CatalogueEntry::of(&Arc::new(scenario), &output.language);
                if filter.selects(&entry.name, &entry.tags.iter().map(String::as_str).collect::<Vec<_>>()) {
                    texts.push(found.source.text().to_owned());
                    entries.push(entry);
                }
            }
            Err(diagnostics) => invalid.push(InvalidFile::new(found.source.name().to_owned(), diagnostics)),
        }
    }
    note_diagnostics(invalid.iter().flat_map(|file| &file.diagnostics), &output.style);
    let nothing = texts.is_empty();
    if args.show {
        texts.iter().for_each(|text| output.write_data(|out| out.write_all(text.as_bytes())));
    } else if !nothing {
        show(&entries, args.format, output);
    }
    if invalid.is_empty() && !nothing {
        note_unused(&variables, names.iter().map(String::as_str));
    }
    match (invalid.is_empty(), nothing) {
        (false, _) => Exit::Invalid,
        (true, true) => {
            match args.filter.is_empty() {
                true => note(&format!("error: no scenario was found at {}", args.paths.join(", "))),
                false => note("error: no scenario fits --filter and --tag"),
            }
            Exit::Nothing
        }
        (true, false) => Exit::Success,
    }
}

fn show(entries: &[CatalogueEntry], format: ListFormat, output: &mut Output) {
    match format {
        ListFormat::Table => {
            // Names are there to be searched for: off a terminal they are never broken.
            let width = if output.is_terminal { output.style.width } else { usize::from(u16::MAX) };
            output.write(|style, out| write_catalogue(entries, &Style { width, ..style.clone() }, out));
        }
        ListFormat::Json => {
            let list = serde_json::json!({ "version": crate::report::VERSION, "scenarios": entries });
            output.write_data(|out| writeln!(out, "{list:#}"));
        }
        ListFormat::Markdown => output.write_data(|out| write_catalogue_markdown(entries, &builtin::about_folder, out)),
    }
}
