//! `netlab list`

use std::io::Write;

use super::args::ListArgs;
use super::exit::Exit;
use super::output::{Output, note};
use super::select::sources;
use crate::builtin;
use crate::report::{InvalidFile, Style, Table, draw_diagnostic};
use crate::scenario::Scenario;

pub(super) fn list(args: &ListArgs, output: &mut Output) -> Exit {
    let found = if args.paths.is_empty() { builtin::all().into_iter().map(Ok).collect() } else { sources(&args.paths) };
    let mut invalid: Vec<InvalidFile> = Vec::new();
    let mut rows = Vec::new();
    let mut texts = Vec::new();
    for source in found {
        let source = match source {
            Ok(source) => source,
            Err(file) => {
                invalid.push(file);
                continue;
            }
        };
        let name = source.name().to_owned();
        texts.push(source.text().to_owned());
        match Scenario::parse(source) {
            Ok(scenario) => {
                let title = scenario.texts_in(&output.language).title.unwrap_or_default();
                let tags: Vec<String> = scenario.tags.iter().map(|tag| tag.value.clone()).collect();
                rows.push(vec![name, title, tags.join(" ")]);
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
        // Names are there to be searched for: off a terminal they are never broken.
        let width = if output.is_terminal { output.style.width } else { usize::from(u16::MAX) };
        output.write(|style, out| {
            let mut table = Table::new(&["scenario", "title", "tags"], &Style { width, ..style.clone() });
            rows.into_iter().for_each(|row| table.row(row));
            table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))
        });
    }
    match (invalid.is_empty(), nothing) {
        (false, _) => Exit::Invalid,
        (true, true) => {
            note(&format!("error: no scenario was found at {}", args.paths.join(", ")));
            Exit::Nothing
        }
        (true, false) => Exit::Success,
    }
}
