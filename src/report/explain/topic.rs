//! Terms, causes and codecs explained.

use std::io::{self, Write};

use serde::Serialize;

use super::{word, write_behind, write_ending, write_text, write_title};
use crate::catalogue::{Lang, Term, cause_text, codec_about};
use crate::framing::{CodecInfo, Endian, LengthPrefix};
use crate::report::frames::write_codec;
use crate::report::style::Style;
use crate::scenario::CauseName;

/// A term explained.
#[derive(Clone, Debug, Serialize)]
pub struct TermReport {
    /// The term in this language.
    pub name: &'static str,
    /// Other words for it.
    pub words: Vec<&'static str>,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub advice: &'static str,
    /// Built-in scenarios that show it.
    pub scenarios: Vec<String>,
    /// What belongs to it.
    pub see: &'static [&'static str],
    /// The commands to run next.
    pub next: Vec<String>,
}

/// Other words shown behind a term.
const MAX_WORDS: usize = 4;

impl TermReport {
    /// Of a term.
    pub fn new(term: &Term, lang: Lang) -> Self {
        let text = term.text(lang);
        let scenarios: Vec<String> = term.scenarios.iter().map(|&name| name.to_owned()).collect();
        let next = match scenarios.first() {
            Some(name) => format!("netlab run {name}"),
            None => format!("netlab explain {}", term.see.first().copied().unwrap_or("terms")),
        };
        let words = term.words().filter(|word| *word != text.name).collect();
        Self { name: text.name, words, meaning: text.meaning, advice: text.advice, scenarios, see: term.see, next: vec![next] }
    }

    pub(super) fn write(&self, lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let words: Vec<&str> = self.words.iter().copied().filter(|word| style.unicode || word.is_ascii()).take(MAX_WORDS).collect();
        let also = match (words.is_empty(), lang) {
            (true, _) => String::new(),
            (false, Lang::En) => format!("also {}", words.join(", ")),
            (false, Lang::Zh) => format!("又称 {}", words.join("、")),
        };
        write_title(self.name, &also, lang, style, out)?;
        writeln!(out)?;
        write_text(self.meaning, style, out)?;
        writeln!(out)?;
        write_behind(word(lang, "try: ", "怎么办："), self.advice, style, out)?;
        write_ending(lang, &self.scenarios, self.see, &self.next, style, out)
    }
}

/// A cause explained.
#[derive(Clone, Debug, Serialize)]
pub struct CauseReport {
    /// Its name in scenarios and reports.
    pub name: &'static str,
    /// In a few words.
    pub title: &'static str,
    /// The belief that it refutes.
    pub belief: &'static str,
    /// What to change and run again.
    #[serde(rename = "try")]
    pub remedy: &'static str,
    /// Built-in scenarios that expect to find it.
    pub scenarios: Vec<String>,
    /// The commands to run next.
    pub next: Vec<String>,
}

impl CauseReport {
    /// Of a cause, with the scenarios that expect to find it.
    pub fn new(cause: CauseName, scenarios: Vec<String>, lang: Lang) -> Self {
        let text = cause_text(cause, lang);
        let next = scenarios.first().map(|name| format!("netlab run {name}")).into_iter().collect();
        Self { name: cause.name(), title: text.title, belief: text.belief, remedy: text.remedy, scenarios, next }
    }

    pub(super) fn write(&self, lang: Lang, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        write_title(self.name, self.title, lang, style, out)?;
        write_behind(word(lang, "  refutes: ", "  它推翻的说法："), &quoted(self.belief, lang), style, out)?;
        write_behind(word(lang, "  try: ", "  怎么办："), self.remedy, style, out)?;
        write_ending(lang, &self.scenarios, &[], &self.next, style, out)
    }
}

fn quoted(text: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("\"{text}\""),
        Lang::Zh => format!("“{text}”"),
    }
}

/// A codec explained.
#[derive(Clone, Debug, Serialize)]
pub struct CodecReport {
    /// Its name.
    pub name: &'static str,
    /// The name it was asked by, where that is a preset's.
    pub preset: Option<&'static str>,
    /// The preset written out with all its parameters.
    pub written_out: Option<String>,
    /// What it is.
    pub about: &'static str,
    /// How it lies in the stream.
    pub layout: &'static str,
    /// Its parameters.
    pub parameters: Vec<ParameterReport>,
    /// Where it is specified.
    pub source: &'static str,
    #[serde(skip)]
    info: &'static CodecInfo,
}

/// A parameter of a codec.
#[derive(Clone, Debug, Serialize)]
pub struct ParameterReport {
    /// Its name.
    pub name: &'static str,
    /// Its value where it is left out; nothing where it must be given.
    pub default: Option<&'static str>,
    /// What it means.
    pub about: &'static str,
}

impl CodecReport {
    /// Of a codec, by the name it was asked by.
    pub fn new(info: &'static CodecInfo, asked: &'static str, lang: Lang) -> Self {
        let preset = LengthPrefix::PRESETS.iter().find(|(name, _)| *name == asked);
        let written_out = preset.map(|(_, LengthPrefix { offset, width, endian, adjust, strip, .. })| {
            let endian = if *endian == Endian::Big { "big" } else { "little" };
            format!("length_prefix:offset={offset},width={width},endian={endian},adjust={adjust},strip={strip}")
        });
        let parameter = |parameter: &crate::framing::Parameter| ParameterReport {
            name: parameter.name,
            default: Some(parameter.default).filter(|default| !default.is_empty()),
            about: parameter.about,
        };
        Self {
            name: info.name,
            preset: preset.map(|(name, _)| *name),
            written_out,
            about: codec_about(info, lang),
            layout: info.layout,
            parameters: info.parameters.iter().map(parameter).collect(),
            source: info.source,
            info,
        }
    }

    pub(super) fn write(&self, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        if let (Some(preset), Some(written_out)) = (self.preset, &self.written_out) {
            writeln!(out, "{preset} is {written_out}\n")?;
        }
        if self.about != self.info.about {
            write_text(self.about, style, out)?;
            writeln!(out)?;
        }
        write_codec(self.info, self.preset.unwrap_or(self.name), style, out)
    }
}
