//! `netlab check`

use std::collections::BTreeSet;
use std::io::Write;

use super::args::{CheckArgs, Format};
use super::exit::Exit;
use super::output::{Output, note};
use super::variables::note_unused;
use crate::plan::Overrides;
use crate::report::{InvalidFile, draw_diagnostic};
use crate::runner::{plans_of, sources};

pub(super) fn check(args: &CheckArgs, output: &mut Output) -> Exit {
    let overrides = Overrides { allow_remote: args.allow_remote, ..Overrides::default() };
    let variables = match args.variables.load(output) {
        Ok(variables) => variables,
        Err(exit) => return exit,
    };
    let (mut valid, mut invalid, mut names) = (0, Vec::new(), BTreeSet::new());
    for found in sources(&args.paths) {
        match plans_of(found, &overrides, &variables) {
            Ok(plans) => {
                valid += 1;
                names.extend(plans.iter().flat_map(|plan| &plan.scenario.variables).map(|variable| variable.name.clone()));
            }
            Err(file) => invalid.push(file),
        }
    }
    match args.format {
        Format::Json => {
            let report = serde_json::json!({ "version": crate::report::VERSION, "valid": valid, "invalid": invalid });
            output.write_data(|out| writeln!(out, "{report:#}"));
        }
        Format::Table => show(&invalid, valid, output),
    }
    if invalid.is_empty() && valid > 0 {
        note_unused(&variables, names.iter().map(String::as_str));
    }
    match (valid, invalid.is_empty()) {
        (_, false) => Exit::Invalid,
        (0, true) => {
            note(&format!("error: no scenario was found at {}", args.paths.join(", ")));
            Exit::Nothing
        }
        (_, true) => Exit::Success,
    }
}

fn show(invalid: &[InvalidFile], valid: usize, output: &mut Output) {
    let errors: usize = invalid.iter().map(|file| file.diagnostics.len()).sum();
    output.write(|style, out| {
        for diagnostic in invalid.iter().flat_map(|file| &file.diagnostics) {
            writeln!(out, "{}\n", draw_diagnostic(diagnostic, style))?;
        }
        if !style.quiet || errors > 0 {
            let files = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
            match (invalid.len(), valid) {
                (0, _) => writeln!(out, "{} valid", files(valid))?,
                (_, _) => writeln!(
                    out,
                    "{} invalid with {errors} error{}, {valid} valid",
                    files(invalid.len()),
                    if errors == 1 { "" } else { "s" }
                )?,
            }
        }
        Ok(())
    });
}
