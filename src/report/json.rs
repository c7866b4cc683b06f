//! The report as JSON: the complete trace, analysis and verdict.

use std::io;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::model::Report;

/// Writes the report as one JSON document.
///
/// # Errors
/// What the writer gives.
pub fn write_json(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}

/// The schema of the JSON report, as committed in `docs/report.schema.json`.
pub fn report_schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Report>();
    schema.insert("title".to_owned(), "netlab report".into());
    schema.to_value()
}
