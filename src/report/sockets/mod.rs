//! Sockets as a table and as JSON.

mod details;
mod layout;

use std::io::{self, Write};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::head::VERSION;
use super::style::{BAD, DIM, Style, paint, wrap};
use crate::analysis::plural;
use crate::sockets::{Changes, ListenCounters, Mark, NotTold, NoteTopic, Overflow, QueueTopic, Snapshot, SocketRow, SocketState};
use details::write_details;
use layout::{MarkedRow, layout};

/// What `netlab sockets` found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SocketsReport {
    /// The version of this format.
    pub version: u32,
    /// When it was looked, in UTC (RFC 3339).
    pub taken: String,
    /// The sockets, in an order that does not change from look to look.
    pub sockets: Vec<SocketRow>,
    /// With --watch, what has changed since the look before.
    pub changes: Option<Changes>,
    /// Protocols that the kernel did not tell of.
    pub not_told: Vec<NotTold>,
    /// Processes whose descriptors this user may not see.
    pub hidden_processes: usize,
    /// Why it is not known which process has which socket.
    pub no_processes: Option<String>,
    /// Connects that listeners could not take: of all listeners of this network namespace together, since it began (/proc/net/netstat).
    pub listen: Option<ListenCounters>,
    /// Why nothing could be told.
    pub error: Option<String>,
}

/// What for the rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// To be read once: what the columns mean, and what there is to be said about the rows, stands below them.
    Once,
    /// Again and again, on a terminal that may have no room for all: what matters stands above them.
    Watch,
}

impl SocketsReport {
    /// Of one look.
    pub fn new(snapshot: Snapshot, changes: Option<Changes>, taken: String) -> Self {
        let Snapshot { rows, not_told, hidden_processes, no_processes, listen } = snapshot;
        Self { version: VERSION, taken, sockets: rows, changes, not_told, hidden_processes, no_processes, listen, error: None }
    }

    /// Of a look that failed.
    pub fn failed(error: String, taken: String) -> Self {
        Self { error: Some(error), ..Self::new(Snapshot::default(), None, taken) }
    }

    /// The schema of the JSON form, as committed in `docs/sockets.schema.json`.
    pub fn schema() -> Value {
        let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Self>();
        schema.insert("title".to_owned(), "netlab sockets".into());
        schema.to_value()
    }

    /// Writes the report as JSON: over many lines for one look, on one line for each of many.
    ///
    /// # Errors
    /// What the writer gives.
    pub fn write_json(&self, reading: Reading, out: &mut dyn Write) -> io::Result<()> {
        match reading {
            Reading::Once => serde_json::to_writer_pretty(&mut *out, self)?,
            Reading::Watch => serde_json::to_writer(&mut *out, self)?,
        }
        writeln!(out)
    }

    /// Writes the sockets as a table.
    ///
    /// # Errors
    /// What the writer gives.
    pub fn write(&self, style: &Style, reading: Reading, out: &mut dyn Write) -> io::Result<()> {
        let rows = layout(&self.marked_rows(), self.changes.is_some(), style);
        let summary = wrap(&self.summary(), style.width);
        if reading == Reading::Watch {
            writeln!(out, "{}", self.taken)?;
            lines(out, &summary)?;
            self.write_overflows(reading, style, out)?;
            lines(out, &rows)?;
            return self.write_all_details(style, out);
        }
        lines(out, &rows)?;
        lines(out, &summary)?;
        self.write_all_details(style, out)?;
        self.write_overflows(reading, style, out)?;
        if style.quiet { Ok(()) } else { self.write_notes(style, out) }
    }

    fn write_all_details(&self, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        if style.verbose { self.sockets.iter().try_for_each(|row| write_details(row, style, out)) } else { Ok(()) }
    }

    /// The rows of now, each with what has changed, and behind them those that are gone.
    fn marked_rows(&self) -> Vec<MarkedRow<'_>> {
        let marks = self.changes.iter().flat_map(|changes| changes.marks.iter().copied()).chain(std::iter::repeat(None));
        let gone = self.changes.iter().flat_map(|changes| &changes.gone).map(|row| (Some(Mark::Gone), row));
        marks.zip(&self.sockets).chain(gone).collect()
    }

    /// How many there are, in which states, and what has changed.
    fn summary(&self) -> String {
        let of_state = |state| self.sockets.iter().filter(|row| row.state == state).count();
        let states: Vec<String> =
            SocketState::all().filter(|&state| of_state(state) > 0).map(|state| format!("{} {}", of_state(state), state.name())).collect();
        let changes = match &self.changes {
            None => String::new(),
            Some(changes) => {
                let [new, gone, state] = [Mark::New, Mark::Gone, Mark::State].map(|mark| changes.count(mark));
                format!("; {new} new (+), {gone} gone (-), {state} in another state (~)")
            }
        };
        let count = plural(self.sockets.len() as u64, "socket");
        if states.is_empty() { format!("{count}{changes}") } else { format!("{count}: {}{changes}", states.join(", ")) }
    }

    fn write_overflows(&self, reading: Reading, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        for row in self.sockets.iter().filter(|row| row.is_full()) {
            let Overflow { what, evidence, remedy } = Overflow::of(row, self.listen);
            if reading == Reading::Once {
                writeln!(out)?;
            }
            wrap(&what, style.width).iter().try_for_each(|line| writeln!(out, "{}", paint(BAD, line)))?;
            let shown = if reading == Reading::Once { evidence.len() } else { 1 };
            evidence.iter().take(shown).try_for_each(|evidence| indented(&format!("evidence {evidence}"), style, out))?;
            if reading == Reading::Once {
                indented(&format!("try: {remedy}"), style, out)?;
            }
        }
        Ok(())
    }

    /// What the columns mean in these rows, and what there is to be said about them.
    fn write_notes(&self, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let mut queues: Vec<QueueTopic> = self.sockets.iter().map(QueueTopic::of).collect();
        queues.sort_unstable();
        queues.dedup();
        let mut notes: Vec<NoteTopic> = self.sockets.iter().flat_map(NoteTopic::of).collect();
        notes.sort_unstable();
        notes.dedup();
        if !queues.is_empty() {
            writeln!(out)?;
        }
        let mut note = |text: &str| {
            let hanging = wrap(text, style.width.saturating_sub(2));
            hanging.iter().enumerate().try_for_each(|(index, line)| {
                let line = if index == 0 { line.clone() } else { format!("  {line}") };
                writeln!(out, "{}", paint(DIM, &line))
            })
        };
        queues.iter().try_for_each(|topic| note(topic.text()))?;
        for topic in notes {
            note(topic.text())?;
            if topic == NoteTopic::Drops {
                note(&format!("  {}", self.drops().join(", ")))?;
            }
        }
        if let Some(reason) = &self.no_processes {
            note(&format!("no process is shown: {reason}"))?;
        }
        self.not_told.iter().try_for_each(|NotTold { protocol, error }| {
            note(&format!("{} sockets are not shown: this kernel does not tell of them ({error})", protocol.name()))
        })
    }

    /// The sockets at which most was thrown away.
    fn drops(&self) -> Vec<String> {
        const SHOWN: usize = 5;
        let mut rows: Vec<&SocketRow> = self.sockets.iter().filter(|row| row.drops.is_some_and(|drops| drops > 0)).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.drops));
        rows.iter().take(SHOWN).map(|row| format!("{} {}: {}", row.kind.name(), row.local, row.drops.unwrap_or_default())).collect()
    }
}

fn lines(out: &mut dyn Write, lines: &[String]) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn indented(text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    wrap(text, style.width.saturating_sub(2)).iter().try_for_each(|line| writeln!(out, "  {line}"))
}
