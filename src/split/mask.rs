//! What of an answer is not compared.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

/// Parts of an answer that are expected to vary, as the user says.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// Each as it was typed, and compiled.
    patterns: Vec<(String, Regex)>,
}

/// What stands in an answer for what was masked: as long whatever it was.
const HOLE: &[u8] = b"<masked>";

impl Mask {
    /// Adds `field:NAME`, a header field with its value, or a regular expression. It is over bytes: `.` is one of them, and `\d` ten.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let pattern = match text.strip_prefix("field:") {
            Some("") => return Err("`field:` needs the name of a header field, such as field:Date".to_owned()),
            Some(name) => format!(r"(?mi)^{}[ \t]*:[^\r\n]*", regex::escape(name)),
            None => text.to_owned(),
        };
        let pattern = RegexBuilder::new(&pattern).unicode(false).build().map_err(|error| error.to_string())?;
        if pattern.is_match(b"") {
            return Err("it matches nothing at all, everywhere; expected an expression that needs at least one byte".to_owned());
        }
        self.patterns.push((text.to_owned(), pattern));
        Ok(())
    }

    /// Those that match nothing in an answer.
    pub(super) fn unused(&self, answer: &[u8]) -> impl Iterator<Item = &str> {
        self.patterns.iter().filter(|(_, pattern)| !pattern.is_match(answer)).map(|(text, _)| text.as_str())
    }

    /// An answer with its holes.
    pub(super) fn apply(&self, answer: &[u8]) -> Vec<u8> {
        self.patterns
            .iter()
            .fold(answer.to_vec(), |answer, (_, pattern)| pattern.replace_all(&answer, regex::bytes::NoExpand(HOLE)).into_owned())
    }
}

/// What varies by itself, learned from answers to the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Variation {
    /// All are of one length; the bytes in these ranges differ.
    Places(Vec<Range<usize>>),
    /// Of different lengths, and of as many words: these words differ. Offsets are in the first.
    Words(Vec<Range<usize>>),
    /// Of different lengths and different words: all begin and end alike.
    Between {
        /// Bytes that are the same at the front.
        front: usize,
        /// Bytes that are the same at the end.
        back: usize,
    },
}

impl Variation {
    /// Of at least one sample.
    pub(super) fn of(samples: &[Vec<u8>]) -> Self {
        let Some((first, others)) = samples.split_first() else { return Self::Places(Vec::new()) };
        if others.iter().all(|other| other.len() == first.len()) {
            let varies = |at: &usize| others.iter().any(|other| other[*at] != first[*at]);
            let mut places: Vec<Range<usize>> = Vec::new();
            for at in (0..first.len()).filter(varies) {
                match places.last_mut() {
                    Some(last) if last.end == at => last.end += 1,
                    _ => places.push(at..at + 1),
                }
            }
            return Self::Places(places);
        }
        let split: Vec<Vec<Range<usize>>> = samples.iter().map(|sample| words(sample)).collect();
        if split.iter().all(|words| words.len() == split[0].len()) {
            let varies =
                |at: &usize| samples.iter().zip(&split).any(|(other, words)| other[words[*at].clone()] != first[split[0][*at].clone()]);
            return Self::Words((0..split[0].len()).filter(varies).map(|at| split[0][at].clone()).collect());
        }
        let shortest = samples.iter().map(Vec::len).min().unwrap_or(0);
        let alike = |other: &Vec<u8>| first.iter().zip(other).take_while(|(one, other)| one == other).count();
        let front = others.iter().map(alike).min().unwrap_or(0).min(shortest);
        let alike = |other: &Vec<u8>| first.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
        let back = others.iter().map(alike).min().unwrap_or(0).min(shortest - front);
        Self::Between { front, back }
    }
}

/// The words of an answer: letters and digits in a row, and every other byte by itself.
pub(super) fn words(answer: &[u8]) -> Vec<Range<usize>> {
    let is_of_word = |at: usize| answer[at].is_ascii_alphanumeric();
    let mut words: Vec<Range<usize>> = Vec::new();
    for at in 0..answer.len() {
        match words.last_mut() {
            Some(last) if at > 0 && is_of_word(at) && is_of_word(at - 1) => last.end += 1,
            _ => words.push(at..at + 1),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_expressions_are_holes() {
        let mut mask = Mask::default();
        mask.add("field:date").unwrap();
        mask.add(r"id=\d+").unwrap();
        assert_eq!(mask.apply(b"A: 1\r\nDate: now\r\n\r\nid=123"), b"A: 1\r\n<masked>\r\n\r\n<masked>");
        assert!(mask.add("(").is_err());
        assert!(mask.add("a*").is_err());
        assert!(mask.add("field:").is_err());
    }

    #[test]
    fn what_varies_is_learned() {
        let of = |samples: &[&str]| Variation::of(&samples.iter().map(|sample| sample.as_bytes().to_vec()).collect::<Vec<_>>());
        assert_eq!(of(&["abc", "abc"]), Variation::Places(vec![]));
        assert_eq!(of(&["a12c4", "a34c5"]), Variation::Places(vec![1..3, 4..5]));
        // What stands between two that vary is compared all the same.
        assert_eq!(of(&["9 ok 7", "10 ok 123"]), Variation::Words(vec![0..1, 5..6]));
        assert_eq!(of(&["id 9 ok", "id 1.5 ok"]), Variation::Between { front: 3, back: 3 });
        assert_eq!(of(&["a", ""]), Variation::Between { front: 0, back: 0 });
    }
}
