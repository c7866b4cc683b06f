//! One term of the field.

use serde::Serialize;

use super::entry::Lang;

/// A word that people search for: what it means, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Term {
    /// Other words for it, in any language.
    pub aliases: &'static [&'static str],
    /// Errors, options, causes, codecs and other terms that belong to it.
    pub see: &'static [&'static str],
    /// Built-in scenarios that show it, by name, or a folder of them.
    pub scenarios: &'static [&'static str],
    pub(super) en: TermText,
    pub(super) zh: TermText,
}

/// What is to be said of a term, in one language.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct TermText {
    /// The term in this language.
    pub name: &'static str,
    /// What it means: a few sentences.
    pub meaning: &'static str,
    /// What to do about it, or how to see it.
    pub advice: &'static str,
}

impl Term {
    /// The name by which other entries refer to it.
    pub fn name(&self) -> &'static str {
        self.en.name
    }

    /// What is to be said of it.
    pub fn text(&self, lang: Lang) -> &TermText {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }

    /// Every word for it.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        [self.en.name, self.zh.name].into_iter().chain(self.aliases.iter().copied())
    }
}
