//! `netlab run --dry-run`

use super::exit::Exit;
use super::output::{Output, note, note_diagnostics};
use super::sinks::ReportFormat;
use crate::report::{Preview, Suite, VERSION, write_preview};
use crate::runner::Item;
use crate::scenario::visible;

/// Shows what would be run, in its order; an exit where something is wrong.
pub(super) fn show(suite: &Suite, items: Vec<Item>, format: ReportFormat, output: &mut Output) -> Option<Exit> {
    let (mut previews, mut invalid) = (Vec::new(), Vec::new());
    for item in items {
        match item.content {
            Ok(plan) => previews.push(Preview::of(&plan, &output.language)),
            Err(file) => invalid.push(file),
        }
    }
    match format {
        ReportFormat::Json => {
            let report = serde_json::json!({ "version": VERSION, "suite": suite, "invalid": invalid, "runs": previews });
            output.write_data(|out| writeln!(out, "{report:#}"));
        }
        ReportFormat::Table => {
            note_diagnostics(invalid.iter().flat_map(|file| &file.diagnostics), &output.style);
            let in_short = output.style.quiet || (suite.files > 1 && !output.style.verbose);
            for preview in &previews {
                match in_short {
                    true => output.line(&visible(&preview.name)),
                    false => output.write(|style, out| write_preview(preview, style, out)),
                }
            }
            if in_short && !output.style.quiet {
                let runs = crate::analysis::plural(previews.len() as u64, "run");
                output.line(&format!("{runs} would be carried out; `-v` shows their steps"));
            }
        }
        ReportFormat::Jsonl | ReportFormat::Junit | ReportFormat::Tap | ReportFormat::Md => {
            note("error: --dry-run is shown as table or json");
            return Some(Exit::Usage);
        }
    }
    (!invalid.is_empty()).then_some(Exit::Invalid)
}
