//! The report as JSON: the complete trace, analysis and verdict, as one document or as a line an event.

use std::io::{self, Write};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::head::{ReportHead, Summary};
use super::model::{InvalidFile, Report, RunReport};
use super::renderer::Renderer;

/// One JSON document, a [`Report`], written as the runs end.
#[derive(Debug, Default)]
pub struct JsonRenderer {
    /// The list that is open, and whether something is in it.
    list: Option<(&'static str, bool)>,
}

impl JsonRenderer {
    /// An element of the list `name`; the lists are `invalid` and `runs`, in this order.
    fn element(&mut self, name: &'static str, element: Option<String>, out: &mut dyn Write) -> io::Result<()> {
        if self.list.is_none_or(|(open, _)| open != name) {
            self.close_list(out)?;
            write!(out, ",\n  \"{name}\": [")?;
            self.list = Some((name, false));
        }
        let Some(element) = element else { return Ok(()) };
        let is_first = self.list.replace((name, true)) == Some((name, false));
        write!(out, "{}", if is_first { "\n    " } else { ",\n    " })?;
        out.write_all(element.as_bytes())
    }

    fn close_list(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match self.list.take() {
            None => Ok(()),
            Some((_, false)) => write!(out, "]"),
            Some((_, true)) => write!(out, "\n  ]"),
        }
    }
}

/// A value as JSON, its lines behind the first indented. A line break within a string is escaped, so that every one here is layout.
fn pretty(value: &impl Serialize, indent: &str) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(value)?.replace('\n', &format!("\n{indent}")))
}

impl Renderer for JsonRenderer {
    fn head(&mut self, head: &ReportHead, out: &mut dyn Write) -> io::Result<()> {
        let text = serde_json::to_string_pretty(head)?;
        out.write_all(text.trim_end_matches('}').trim_end().as_bytes())?;
        self.element("invalid", None, out)
    }

    fn invalid(&mut self, file: &InvalidFile, out: &mut dyn Write) -> io::Result<()> {
        self.element("invalid", Some(pretty(file, "    ")?), out)
    }

    fn run(&mut self, run: &RunReport, out: &mut dyn Write) -> io::Result<()> {
        self.element("runs", Some(pretty(run, "    ")?), out)
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        self.element("runs", None, out)?;
        self.close_list(out)?;
        write!(out, ",\n  \"summary\": ")?;
        out.write_all(pretty(summary, "  ")?.as_bytes())?;
        writeln!(out, "\n}}")
    }
}

/// What happened, as one line of `--format jsonl`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ReportEvent<'r> {
    /// The first line.
    Suite(&'r ReportHead),
    /// A file is no scenario.
    Invalid(&'r InvalidFile),
    /// A run began.
    Started {
        /// Its name: the file, the case, the family.
        name: &'r str,
    },
    /// A run ended.
    Run(&'r RunReport),
    /// The last line.
    Summary(&'r Summary),
}

/// A line an event, each of them JSON.
#[derive(Debug, Default)]
pub struct JsonLinesRenderer;

impl JsonLinesRenderer {
    fn line(event: &ReportEvent<'_>, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, event)?;
        writeln!(out)
    }
}

impl Renderer for JsonLinesRenderer {
    fn head(&mut self, head: &ReportHead, out: &mut dyn Write) -> io::Result<()> {
        Self::line(&ReportEvent::Suite(head), out)
    }

    fn invalid(&mut self, file: &InvalidFile, out: &mut dyn Write) -> io::Result<()> {
        Self::line(&ReportEvent::Invalid(file), out)
    }

    fn began(&mut self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        Self::line(&ReportEvent::Started { name }, out)
    }

    fn run(&mut self, run: &RunReport, out: &mut dyn Write) -> io::Result<()> {
        Self::line(&ReportEvent::Run(run), out)
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        Self::line(&ReportEvent::Summary(summary), out)
    }
}

/// The schema of the JSON report, as committed in `docs/report.schema.json`.
pub fn report_schema() -> Value {
    schema_of::<Report>("netlab report")
}

/// The schema of a line of `--format jsonl`, as committed in `docs/events.schema.json`.
pub fn events_schema() -> Value {
    schema_of::<ReportEvent<'_>>("netlab events")
}

fn schema_of<T: JsonSchema>(title: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}
