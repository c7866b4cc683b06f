//! The text of a scenario file, and places in it.
//!
//! A [`Source`] travels with everything that was decoded from it, so that any later stage can point at the
//! line that caused its message without being handed the text again. A file that extends others is one source
//! of several parts; offsets run over all of them, so that a [`Span`] is a pair of numbers whatever part it is in.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::{Diagnostic, Problem};

/// The largest scenario file that is read, in bytes.
pub const MAX_FILE_SIZE: u64 = 1024 * 1024;

/// A range of byte offsets in a [`Source`], end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

/// A decoded value and where it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Joins a value and its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned::new(change(self.value), self.span)
    }
}

/// A line and column as editors count them: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One file of a source, as a saved trace carries it: the scenario itself, or a base that it extends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcePart {
    /// The file's name: a path, or a built-in scenario's name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A scenario's name as the user gave it, and its text; behind it those of the bases that it extends, one after the other.
#[derive(PartialEq, Eq)]
pub struct Source {
    /// Never empty; in the order of the text.
    parts: Vec<PartRange>,
    /// The texts of all parts. A line break stands between two, so that no line belongs to both.
    text: String,
}

#[derive(PartialEq, Eq)]
struct PartRange {
    name: String,
    range: Range<usize>,
}

/// A part of a source, and where it is in the text of the whole.
#[derive(Clone, Copy, Debug)]
pub struct PartView<'s> {
    /// Its number: 0 is the scenario's own file, 1 the base of that, and so on.
    pub index: usize,
    /// The file's name.
    pub name: &'s str,
    /// Its text.
    pub text: &'s str,
    /// Offset of its first byte in the source.
    pub start: usize,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({}, {} bytes)", self.name(), self.text.len())
    }
}

impl Source {
    /// A source from text in memory, for built-in scenarios and tests.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::of_parts([SourcePart { name: name.into(), text: text.into() }])
    }

    /// A source from the parts of another one ([`Source::parts`]): the scenario's file, then the bases that it extends. All spans
    /// of the other hold in it. Of no parts at all it is an empty text without a name.
    pub fn of_parts(parts: impl IntoIterator<Item = SourcePart>) -> Arc<Self> {
        let mut source = Self { parts: Vec::new(), text: String::new() };
        parts.into_iter().for_each(|part| source.push(part));
        if source.parts.is_empty() {
            source.push(SourcePart { name: String::new(), text: String::new() });
        }
        Arc::new(source)
    }

    /// This source with one more part behind it; all spans keep their meaning.
    pub(crate) fn with_part(&self, part: SourcePart) -> Arc<Self> {
        Self::of_parts(self.parts().map(PartView::to_part).chain([part]))
    }

    fn push(&mut self, part: SourcePart) {
        if !self.parts.is_empty() {
            self.text.push('\n');
        }
        let start = self.text.len();
        self.text.push_str(&part.text);
        self.parts.push(PartRange { name: part.name, range: start..self.text.len() });
    }

    /// Reads a scenario file.
    ///
    /// # Errors
    /// A [`Diagnostic`] for a file that is missing, cannot be read, is empty, is larger than
    /// 1 MiB, or is not UTF-8 without a byte order mark (RFC 8259, section 8.1).
    pub fn read(path: &Path) -> Result<Arc<Self>, Box<Diagnostic>> {
        let name = path.display().to_string();
        let bytes = read_bytes(path, &name)?;
        Self::of_bytes(&name, bytes)
    }

    /// A source from bytes that were read from somewhere.
    ///
    /// # Errors
    /// As [`Source::read`], for what was read.
    pub fn of_bytes(name: &str, bytes: Vec<u8>) -> Result<Arc<Self>, Box<Diagnostic>> {
        Ok(Self::new(name, text_of(bytes, name)?))
    }

    /// The name that messages show: a path, or a built-in scenario's name.
    pub fn name(&self) -> &str {
        self.parts.first().map_or("", |part| &part.name)
    }

    /// The name of the file in which an offset is: that of the scenario, or of a base.
    pub fn name_at(&self, offset: usize) -> &str {
        self.part_at(offset).name
    }

    /// The whole text, that of the bases included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The files it consists of: the scenario's own, then each one's base.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = PartView<'_>> {
        (0..self.parts.len()).map(|index| self.part(index))
    }

    /// The part in which an offset is; an offset past the end is in the last.
    pub fn part_at(&self, offset: usize) -> PartView<'_> {
        self.part(self.parts.iter().rposition(|part| part.range.start <= offset).unwrap_or(0))
    }

    fn part(&self, index: usize) -> PartView<'_> {
        let PartRange { name, range } = &self.parts[index];
        PartView { index, name, text: &self.text[range.clone()], start: range.start }
    }

    /// The line and column of a byte offset, in the part in which it is; an offset past the part's end gives the end.
    pub fn position(&self, offset: usize) -> Position {
        let PartView { text, start, .. } = self.part_at(offset);
        let mut offset = (offset - start).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

impl PartView<'_> {
    /// Its name and text, to be kept.
    pub fn to_part(self) -> SourcePart {
        SourcePart { name: self.name.to_owned(), text: self.text.to_owned() }
    }
}

/// The text of a scenario file or of one beside it, which messages call `name`.
pub(super) fn read_text(path: &Path, name: &str) -> Result<String, Box<Diagnostic>> {
    text_of(read_bytes(path, name)?, name)
}

fn text_of(bytes: Vec<u8>, name: &str) -> Result<String, Box<Diagnostic>> {
    if bytes.len() as u64 > MAX_FILE_SIZE {
        return Err(Box::new(
            Diagnostic::of_file(Problem::FileTooLarge, name, format!("the file is larger than {MAX_FILE_SIZE} bytes"))
                .help("large payloads need not be spelled out: {\"repeat\": \"a\", \"times\": 1000000} or {\"random\": 1000000}"),
        ));
    }
    decode_utf8(bytes, name)
}

fn read_bytes(path: &Path, name: &str) -> Result<Vec<u8>, Box<Diagnostic>> {
    let failed = |error: std::io::Error| {
        let (problem, title, help) = match error.kind() {
            std::io::ErrorKind::NotFound => (
                Problem::FileMissing,
                "no such scenario file".to_owned(),
                "give a path to a .json file, a folder, or a built-in name; `netlab list` prints the built-in ones",
            ),
            std::io::ErrorKind::PermissionDenied => {
                (Problem::FileUnreadable, format!("cannot read the file: {error}"), "check its permissions, and those of its folders")
            }
            _ => (Problem::FileUnreadable, format!("cannot read the file: {error}"), "is it a file? a scenario is text"),
        };
        Box::new(Diagnostic::of_file(problem, name, title).help(help))
    };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn decode_utf8(bytes: Vec<u8>, name: &str) -> Result<String, Box<Diagnostic>> {
    let refuse = |problem, title: &str, help: &str| Err(Box::new(Diagnostic::of_file(problem, name, title).help(help)));
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let help = "start from a built-in scenario: `netlab list --show sticky/three-sends`";
        return refuse(Problem::FileEmpty, "the file is empty", help);
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || looks_like_utf16(&bytes) {
        return refuse(Problem::FileUtf16, "the file is UTF-16", "save it as UTF-8 without a byte order mark");
    }
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        let title = "the file starts with a byte order mark (EF BB BF)";
        return refuse(Problem::FileByteOrderMark, title, "save it as UTF-8 without a byte order mark");
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = bytes[..at].iter().filter(|&&b| b == b'\n').count() + 1;
        let title = format!("not UTF-8: byte 0x{:02x} at offset {at}, line {line}", bytes[at]);
        Box::new(
            Diagnostic::of_file(Problem::FileNotUtf8, name, title)
                .help("save it as UTF-8; bytes of another encoding belong into \"hex\", or into \"text\" with \"encode\": \"gbk\""),
        )
    })
}

/// JSON starts with two ASCII characters, so a NUL among the first two bytes is UTF-16 (RFC 4627, section 3).
fn looks_like_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0, second, ..] if *second != 0) || matches!(bytes, [first, 0, ..] if *first != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let source = Source::new("x", "ab\n粘包c\n");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(3), Position { line: 2, column: 1 });
        assert_eq!(source.position(9), Position { line: 2, column: 3 });
        assert_eq!(source.position(999), Position { line: 3, column: 1 });
    }

    fn two_parts() -> Arc<Source> {
        let part = |name: &str, text: &str| SourcePart { name: name.to_owned(), text: text.to_owned() };
        Source::of_parts([part("own.json", "ab\ncd"), part("base.json", "粘包\nx\n")])
    }

    #[test]
    fn an_offset_is_in_one_part() {
        let source = two_parts();
        assert_eq!((source.name(), source.text()), ("own.json", "ab\ncd\n粘包\nx\n"));
        // The line break between them belongs to neither text; it counts as the end of the first.
        for (offset, name, line, column) in
            [(4, "own.json", 2, 2), (5, "own.json", 2, 3), (6, "base.json", 1, 1), (9, "base.json", 1, 2), (13, "base.json", 2, 1)]
        {
            assert_eq!(source.name_at(offset), name, "{offset}");
            assert_eq!(source.position(offset), Position { line, column }, "{offset}");
        }
        assert_eq!(source.name_at(999), "base.json");
    }

    #[test]
    fn a_source_is_the_same_made_of_its_parts() {
        let source = two_parts();
        assert!(Source::of_parts(source.parts().map(PartView::to_part)) == source);
        assert!(Source::new("own.json", "ab\ncd").with_part(source.part(1).to_part()) == source);
        assert_eq!(Source::of_parts([]).name(), "");
    }
}
