//! What the catalogue says, as text and as data.

mod error;
mod list;
mod option;
mod topic;

use std::io::{self, Write};

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

pub use error::{CallReport, ErrorReport, UnrelatedReport};
pub use list::ListReport;
pub use option::{LimitReport, OptionOnKind, OptionReport, OptionRow, OptionsReport};
pub use topic::{CauseReport, CodecReport, TermReport};

use super::style::{Style, paint, wrap};
use crate::catalogue::{Lang, term};

/// One thing explained.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Explained {
    /// An error.
    Error(ErrorReport),
    /// An error that sockets do not give.
    UnrelatedError(UnrelatedReport),
    /// A call, with the errors that it gives.
    Call(CallReport),
    /// A term.
    Term(TermReport),
    /// A socket option.
    Option(OptionReport),
    /// A cause.
    Cause(CauseReport),
    /// A codec.
    Codec(CodecReport),
}

impl Explained {
    /// Writes it for people.
    ///
    /// # Errors
    /// What the writer gives.
    pub fn write(&self, lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Error(report) => report.write(lang, style, out),
            Self::UnrelatedError(report) => report.write(lang, style, out),
            Self::Call(report) => report.write(lang, style, out),
            Self::Term(report) => report.write(lang, style, out),
            Self::Option(report) => report.write(lang, style, out),
            Self::Cause(report) => report.write(lang, style, out),
            Self::Codec(report) => report.write(style, out),
        }
    }
}

/// The scenarios shown of those that would do; the JSON report has all.
const MAX_SCENARIOS: usize = 6;

const TITLE: anstyle::Style = anstyle::Style::new().bold();

/// One of two words, by the language.
fn word(lang: Lang, en: &'static str, zh: &'static str) -> &'static str {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

fn write_title(title: &str, rest: &str, lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let joint = if rest.is_empty() { "" } else { word(lang, ": ", "：") };
    if title.width() + joint.width() + rest.width() <= style.width {
        return writeln!(out, "{}{joint}{rest}", paint(TITLE, title));
    }
    writeln!(out, "{}", paint(TITLE, title))?;
    write_behind("  ", rest, style, out)
}

fn write_text(text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    write_behind("", text, style, out)
}

/// Text behind a mark such as `  1. `; its further lines stand under the first.
fn write_behind(mark: &str, text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let indent = " ".repeat(mark.width());
    for (index, line) in wrap(text, style.width.saturating_sub(indent.len())).iter().enumerate() {
        writeln!(out, "{}{line}", if index == 0 { mark } else { &indent })?;
    }
    Ok(())
}

/// A heading and its points, numbered where their order counts.
fn write_points(heading: &str, points: &[&str], numbered: bool, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if points.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint(TITLE, heading))?;
    for (index, point) in points.iter().enumerate() {
        let mark = if numbered { format!("  {}. ", index + 1) } else { "  - ".to_owned() };
        write_behind(&mark, point, style, out)?;
    }
    Ok(())
}

/// A label and a list behind it; nothing where the list is empty.
fn write_list(lang: Lang, label: &str, items: &[impl AsRef<str>], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    write_behind(&format!("{label}{}", word(lang, ": ", "：")), &items.join(word(lang, ", ", "、")), style, out)
}

/// What belongs to an entry, and the commands to run next.
fn write_ending(lang: Lang, scenarios: &[String], see: &[&str], next: &[String], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if !scenarios.is_empty() || !see.is_empty() || !next.is_empty() {
        writeln!(out)?;
    }
    let mut shown: Vec<String> = scenarios.iter().take(MAX_SCENARIOS).cloned().collect();
    if let more @ 1.. = scenarios.len().saturating_sub(MAX_SCENARIOS) {
        shown.push(match lang {
            Lang::En => format!("and {more} more"),
            Lang::Zh => format!("另有 {more} 个"),
        });
    }
    write_list(lang, word(lang, "shown by", "演示"), &shown, style, out)?;
    let see: Vec<&str> = see.iter().map(|name| term(name).map_or(*name, |term| term.text(lang).name)).collect();
    write_list(lang, word(lang, "see also", "另见"), &see, style, out)?;
    for (index, command) in next.iter().enumerate() {
        let label = word(lang, "next: ", "下一步：");
        let indent = " ".repeat(label.width());
        write_behind(if index == 0 { label } else { &indent }, command, style, out)?;
    }
    Ok(())
}
