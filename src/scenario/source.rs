//! The text of a scenario file, and places in it.
//!
//! A [`Source`] travels with everything that was decoded from it, so that any later stage can point at the
//! line that caused its message without being handed the text again.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

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

/// A scenario's name as the user gave it, and its text.
#[derive(PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({}, {} bytes)", self.name, self.text.len())
    }
}

impl Source {
    /// A source from text in memory, for built-in scenarios and tests.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into() })
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
        if bytes.len() as u64 > MAX_FILE_SIZE {
            return Err(Box::new(
                Diagnostic::of_file(Problem::FileTooLarge, name, format!("the file is larger than {MAX_FILE_SIZE} bytes"))
                    .help("large payloads need not be spelled out: {\"repeat\": \"a\", \"times\": 1000000} or {\"random\": 1000000}"),
            ));
        }
        Ok(Self::new(name, decode_utf8(bytes, name)?))
    }

    /// The name that messages show: a path, or a built-in scenario's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of a byte offset; an offset past the end gives the end.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
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
}
