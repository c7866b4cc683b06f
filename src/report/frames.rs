//! Frames that a codec found, and codecs explained.

use std::io::{self, Write};

use serde::Serialize;

use super::style::{Style, wrap};
use super::table::Table;
use crate::analysis::plural;
use crate::framing::{Codec, CodecInfo, FrameError, NamedCodec, hex_pairs};
use crate::trace::{escape_within, hex};

/// What `netlab decode` found.
#[derive(Clone, Debug, Serialize)]
pub struct DecodeReport {
    /// The version of this format.
    pub version: u32,
    /// The codec, as it was written.
    pub codec: String,
    /// Bytes of the input.
    pub bytes: usize,
    /// The frames.
    pub frames: Vec<FrameReport>,
    /// What was no frame.
    pub errors: Vec<FrameErrorReport>,
    /// In how many ways the input was cut, where that was asked for.
    pub splits: Option<u64>,
    /// The cuts under which the result was another one: offsets. None is as it should be.
    pub differing: Vec<Vec<usize>>,
}

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FrameReport {
    /// Offset of the first byte that it took.
    pub start: u64,
    /// Offset behind the last byte that it took.
    pub end: u64,
    /// The frame, as text where it is UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The frame in hexadecimal digits, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
    /// Its bytes.
    #[serde(skip)]
    pub data: Vec<u8>,
}

/// What was no frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FrameErrorReport {
    /// A stable name: truncated, too_long, bad_length, malformed, too_deep.
    pub kind: &'static str,
    /// Offset of the bytes that are shown.
    pub offset: u64,
    /// What was expected there.
    pub expected: String,
    /// The bytes that were there, in hexadecimal digits.
    pub seen: String,
    /// All of it in a sentence.
    pub message: String,
}

impl FrameReport {
    /// A frame and where it lay.
    pub fn new(data: Vec<u8>, start: u64, end: u64) -> Self {
        let text = std::str::from_utf8(&data).ok().map(str::to_owned);
        let hex = if text.is_none() { Some(hex(&data)) } else { None };
        Self { start, end, text, hex, data }
    }
}

impl From<&FrameError> for FrameErrorReport {
    fn from(error: &FrameError) -> Self {
        Self {
            kind: error.kind.name(),
            offset: error.offset,
            expected: error.expected.to_string(),
            seen: hex(error.seen.as_bytes()),
            message: error.to_string(),
        }
    }
}

/// Frames shown at most; the JSON report has all.
const MAX_FRAMES: usize = 1000;

impl DecodeReport {
    /// Writes the frames as a table, and what was no frame behind it.
    ///
    /// # Errors
    /// What the writer gives.
    pub fn write(&self, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::new(&[">frame", ">bytes", ">length", "content"], style);
        let columns = style.width.saturating_sub(36).max(12);
        for (index, frame) in self.frames.iter().take(MAX_FRAMES).enumerate() {
            let (text, all) = escape_within(&frame.data, columns);
            let content = if all { text } else { format!("{text}{}", style.more()) };
            let range = format!("{}..{}", frame.start, frame.end);
            table.row(vec![(index + 1).to_string(), range, frame.data.len().to_string(), content]);
        }
        table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))?;
        if self.frames.len() > MAX_FRAMES {
            writeln!(out, "{} more frames; `--format json` has them all", self.frames.len() - MAX_FRAMES)?;
        }
        for error in &self.errors {
            wrap(&format!("error: {}", error.message), style.width).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
        let errors = if self.errors.is_empty() { String::new() } else { format!(", {}", plural(self.errors.len() as u64, "error")) };
        writeln!(out, "{}{errors} in {}", plural(self.frames.len() as u64, "frame"), plural(self.bytes as u64, "byte"))?;
        match (self.splits, self.differing.as_slice()) {
            (None, _) => Ok(()),
            (Some(splits), []) => {
                writeln!(out, "the same however it was cut: tried in {splits} {}", if splits == 1 { "way" } else { "ways" })
            }
            (Some(splits), [first, ..]) => {
                let count = self.differing.len();
                writeln!(out, "ANOTHER RESULT under {count} of {splits} cuts, first when cut at {first:?}")
            }
        }
    }
}

/// Explains a codec: how it lies in the stream, its parameters, an example in the codec as it was written.
///
/// # Errors
/// What the writer gives.
pub fn write_codec(info: &CodecInfo, written: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}\n", info.name, info.about)?;
    info.layout.lines().try_for_each(|line| writeln!(out, "    {line}"))?;
    if !info.parameters.is_empty() {
        writeln!(out)?;
        let mut table = Table::new(&["parameter", "default", "meaning"], style);
        for parameter in info.parameters {
            let default = if parameter.default.is_empty() { "(must be given)" } else { parameter.default };
            table.row(vec![parameter.name.to_owned(), default.to_owned(), parameter.about.to_owned()]);
        }
        table.lines().iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    if let Ok(codec) = written.parse::<NamedCodec>() {
        let mut bytes = Vec::new();
        if codec.codec.encode(b"hello", &mut bytes).is_ok() && !bytes.is_empty() {
            let (text, _) = escape_within(&bytes, style.width.saturating_sub(20));
            let line = format!("hello is written as \"{text}\" ({})", hex_pairs(&bytes));
            writeln!(out)?;
            wrap(&line, style.width).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
    }
    if !info.source.is_empty() {
        writeln!(out)?;
        wrap(&format!("source: {}", info.source), style.width).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    Ok(())
}
