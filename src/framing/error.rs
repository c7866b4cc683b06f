//! What can be wrong with a frame.

use std::borrow::Cow;
use std::fmt;

/// Bytes in pairs of hexadecimal digits, with a space between them.
pub(crate) fn hex_pairs(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// The kinds of error that every decoder tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FrameErrorKind {
    /// The input ended inside a frame.
    Truncated,
    /// The frame is longer than `max_frame`.
    TooLong,
    /// The length field is no length: negative after adjustment, not in its shortest form, not a number.
    BadLength,
    /// A byte that cannot stand where it stands.
    Malformed,
    /// Nested deeper than the limit.
    TooDeep,
}

impl FrameErrorKind {
    /// Every kind with its name.
    pub const WORDS: &[(&str, Self)] = &[
        ("truncated", Self::Truncated),
        ("too_long", Self::TooLong),
        ("bad_length", Self::BadLength),
        ("malformed", Self::Malformed),
        ("too_deep", Self::TooDeep),
    ];

    /// The kind's stable name.
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// The most bytes that an error shows.
const SHOWN: usize = 16;

/// The bytes that an error shows: at most 16, kept without an allocation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    bytes: [u8; SHOWN],
    length: u8,
}

impl Seen {
    /// The first bytes of these.
    pub fn first(bytes: &[u8]) -> Self {
        let length = bytes.len().min(SHOWN);
        let mut seen = Self { bytes: [0; SHOWN], length: u8::try_from(length).unwrap_or(0) };
        seen.bytes[..length].copy_from_slice(&bytes[..length]);
        seen
    }

    /// The last bytes of these: what led to a byte that is wrong, and that byte.
    pub fn last(bytes: &[u8]) -> Self {
        Self::first(&bytes[bytes.len().saturating_sub(SHOWN)..])
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_bytes().escape_ascii())
    }
}

/// What a decoder finds wrong, with places relative to the input that it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FrameErrorKind,
    /// Where the bytes that are shown begin, from the first byte of the input.
    pub at: usize,
    /// What was expected there.
    pub expected: Cow<'static, str>,
    /// The bytes that were there. They must not depend on how much of the input has come: the same fault is found wherever it was cut.
    pub seen: Seen,
    /// How many bytes of the input are done with, where the decoder can go on behind the bad frame.
    pub used: usize,
}

impl Fault {
    /// A fault at the front of the input that uses no bytes.
    pub fn new(kind: FrameErrorKind, expected: impl Into<Cow<'static, str>>, seen: Seen) -> Self {
        Self { kind, at: 0, expected: expected.into(), seen, used: 0 }
    }

    /// The input ended inside a frame of which these bytes have come.
    pub fn truncated(frame: &[u8], expected: impl Into<Cow<'static, str>>) -> Self {
        Self { used: frame.len(), ..Self::new(FrameErrorKind::Truncated, expected, Seen::first(frame)) }
    }

    /// The same fault, shown from another place of the input.
    #[must_use]
    pub fn at(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// The same fault, with bytes that are done with.
    #[must_use]
    pub fn using(self, used: usize) -> Self {
        Self { used, ..self }
    }
}

/// A frame that is none: what is wrong, where in the stream, what was expected, and the bytes that were there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameError {
    /// What is wrong.
    pub kind: FrameErrorKind,
    /// Offset in the stream of the bytes that are shown; the first byte of the stream is 0.
    pub offset: u64,
    /// What was expected there.
    pub expected: Cow<'static, str>,
    /// The bytes that were there, at most 16.
    pub seen: Seen,
}

impl FrameError {
    /// The error of a fault in an input that begins at this offset of the stream.
    pub fn of(fault: Fault, offset: u64) -> Self {
        Self { kind: fault.kind, offset: offset + fault.at as u64, expected: fault.expected, seen: fault.seen }
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}: expected {}", self.kind.name(), self.offset, self.expected)?;
        let seen = self.seen.as_bytes();
        if !seen.is_empty() {
            write!(f, "; found \"{}\" ({})", seen.escape_ascii(), hex_pairs(seen))?;
        }
        Ok(())
    }
}

impl std::error::Error for FrameError {}

/// Why a frame cannot be written in a codec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError(pub Cow<'static, str>);

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EncodeError {}
