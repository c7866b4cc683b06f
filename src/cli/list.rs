//! `netlab list`

use std::sync::Arc;

use super::args::{ListArgs, ListFormat};
use super::exit::Exit;
use super::output::{Output, note};
use crate::builtin;
use crate::report::{CatalogueEntry, InvalidFile, Style, draw_diagnostic, write_catalogue, write_catalogue_markdown};
use crate::runner::sources;
use crate::scenario::Scenario;

pub(super) fn list(args: &ListArgs, output: &mut Output) -> Exit {
    let found = if args.paths.is_empty() { builtin::all().into_iter().map(Ok).collect() } else { sources(&args.paths) };
    let mut invalid: Vec<InvalidFile> = Vec::new();
    let mut entries = Vec::new();
    let mut texts = Vec::new();
    let filter = args.filter.filter();
    for source in found {
        let source = match source {
            Ok(source) => source,
            Err(file) => {
                invalid.push(file);
                continue;
            }
        };
        let name = source.name().to_owned();
        let text = source.text().to_owned();
        match Scenario::parse(source) {
            Ok(scenario) => {
                let entry = CatalogueEntry::of(&Arc::new(scenario), &output.language);
                if filter.selects(&entry.name, &entry.tags.iter().map(String::as_str).collect::<Vec<_>>()) {
                    texts.push(text);
                    entries.push(entry);
                }
            }
            Err(diagnostics) => invalid.push(InvalidFile::new(name, diagnostics)),
        }
    }
    for diagnostic in invalid.iter().flat_map(|file| &file.diagnostics) {
        note(&format!("{}\n", draw_diagnostic(diagnostic, &output.style)));
    }
    let nothing = texts.is_empty();
    if args.show {
        texts.iter().for_each(|text| output.write_data(|out| out.write_all(text.as_bytes())));
    } else if !nothing {
        show(&entries, args.format, output);
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
