//! What can be explained, listed.

use std::io::{self, Write};

use super::error::first_sentence;
use crate::catalogue::{Lang, System, cause_text, codec_about, errors, options, terms};
use crate::framing::CODECS;
use crate::report::style::Style;
use crate::report::table::Table;
use crate::scenario::CauseName;

/// One kind of things that can be explained.
#[derive(Clone, Debug)]
pub struct ListReport {
    headers: Vec<&'static str>,
    rows: Vec<ListRow>,
}

#[derive(Clone, Debug)]
struct ListRow {
    name: String,
    /// What stands between its name and what it is: numbers, a level, the other language's word.
    between: Vec<String>,
    /// What it is, in a sentence.
    about: String,
}

impl ListReport {
    /// The words for lists.
    pub const LISTS: [&str; 5] = ["errors", "options", "terms", "causes", "codecs"];

    /// The list of this name, in a language.
    pub fn new(list: &str, lang: Lang) -> Option<Self> {
        let list = Self::LISTS.into_iter().find(|known| *known == list)?;
        let row = |name: &str, between: Vec<String>, about: &str| ListRow { name: name.to_owned(), between, about: about.to_owned() };
        let number = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
        let rows = match list {
            "errors" => errors()
                .map(|entry| {
                    let numbers = System::ALL.iter().map(|&system| number(entry.number(system))).collect();
                    row(entry.name, numbers, first_sentence(entry.text(lang).meaning))
                })
                .collect(),
            "options" => options()
                .map(|entry| row(entry.constant, vec![entry.level.constant().to_owned()], first_sentence(entry.text(lang).does)))
                .collect(),
            "terms" => terms()
                .map(|term| {
                    let other = if lang == Lang::En { Lang::Zh } else { Lang::En };
                    row(term.text(lang).name, vec![term.text(other).name.to_owned()], first_sentence(term.text(lang).meaning))
                })
                .collect(),
            "causes" => CauseName::WORDS.iter().map(|&(name, cause)| row(name, Vec::new(), cause_text(cause, lang).title)).collect(),
            _ => CODECS.iter().map(|codec| row(codec.name, Vec::new(), codec_about(codec, lang))).collect(),
        };
        let headers = match (list, lang) {
            ("errors", Lang::En) => vec!["=error", ">Linux", ">macOS", ">Windows", "what it means"],
            ("errors", Lang::Zh) => vec!["=错误", ">Linux", ">macOS", ">Windows", "含义"],
            ("options", Lang::En) => vec!["=option", "level", "what it does"],
            ("options", Lang::Zh) => vec!["=选项", "层级", "作用"],
            ("terms", Lang::En) => vec!["term", "Chinese", "what it means"],
            ("terms", Lang::Zh) => vec!["术语", "英文", "含义"],
            ("causes", Lang::En) => vec!["=cause", "in a few words"],
            ("causes", Lang::Zh) => vec!["=原因", "简述"],
            (_, Lang::En) => vec!["=codec", "what it is"],
            (_, Lang::Zh) => vec!["=编解码器", "说明"],
        };
        Some(Self { headers, rows })
    }

    /// Writes it as a table.
    ///
    /// # Errors
    /// What the writer gives.
    pub fn write(&self, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        // The other language's words are no use where they cannot be shown.
        let shown = |index: usize| style.unicode || self.rows.iter().all(|row| row.between.get(index).is_none_or(|cell| cell.is_ascii()));
        let is_shown = |column: usize| column == 0 || shown(column - 1);
        let keep = |index: usize| is_shown(index).then_some(index);
        let headers: Vec<&str> = (0..self.headers.len()).filter_map(keep).map(|index| self.headers[index]).collect();
        let mut table = Table::new(&headers, style);
        for row in &self.rows {
            let cells: Vec<&String> = [&row.name].into_iter().chain(&row.between).chain([&row.about]).collect();
            table.row((0..cells.len()).filter_map(keep).map(|index| cells[index].clone()).collect());
        }
        table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}
