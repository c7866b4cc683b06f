//! What the codecs that look for structure share: how they show what is wrong, and how they check a frame before it is written.
//!
//! A scanner goes through its input byte by byte and says what is wrong at the first byte that shows it. What it says then rests on no
//! byte behind that one, and so not on where the input was cut.

use std::borrow::Cow;

use super::decoder::{Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameError, FrameErrorKind, Seen};

/// How far a frame has been followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// To its end, which is here.
    Ended(usize),
    /// At least so many bytes are missing.
    Missing(usize),
}

/// A fault at the byte at `bad`, shown with what led to it, from `from` on.
#[cold]
pub(super) fn fault_at(kind: FrameErrorKind, input: &[u8], from: usize, bad: usize, expected: impl Into<Cow<'static, str>>) -> Fault {
    let seen = Seen::last(&input[from..=bad]);
    let at = bad + 1 - seen.as_bytes().len();
    Fault::new(kind, expected, seen).at(at)
}

/// The byte at `bad` cannot stand there.
#[cold]
pub(super) fn malformed(input: &[u8], from: usize, bad: usize, expected: impl Into<Cow<'static, str>>) -> Fault {
    fault_at(FrameErrorKind::Malformed, input, from, bad, expected)
}

/// More than `max` bytes have come of something that is not over. Shown is not one byte more than must have come before this is known.
#[cold]
pub(super) fn too_long(input: &[u8], max: usize, what: &str) -> Fault {
    Fault::new(
        FrameErrorKind::TooLong,
        format!("{what} of at most {max} bytes"),
        Seen::first(&input[..input.len().min(max.saturating_add(1))]),
    )
}

/// Whether a `\r\n` stands at `at`; false while it has not come whole. `from` is where the bytes begin that lead to it.
pub(super) fn ends_line(input: &[u8], from: usize, at: usize, expected: &'static str) -> Result<bool, Fault> {
    for (place, wanted) in (at..).zip(*b"\r\n") {
        match input.get(place) {
            None => return Ok(false),
            Some(&byte) if byte != wanted => return Err(malformed(input, from.min(place), place, expected)),
            Some(_) => {}
        }
    }
    Ok(true)
}

/// Checks that a frame that holds its own structure is one, and no more than one.
pub(super) fn exactly_one(mut decoder: impl Decoder, frame: &[u8], what: &str) -> Result<(), EncodeError> {
    let problem = match decoder.decode(frame, true) {
        Ok(Decoded::Frame { used, .. }) if used == frame.len() => return Ok(()),
        Ok(Decoded::Frame { used, .. }) => format!("{what} ends after {used} of {} bytes", frame.len()),
        Ok(Decoded::Skip { .. } | Decoded::More { .. }) => format!("the frame does not begin with {what}"),
        Err(fault) => format!("the frame is not {what}: {}", FrameError::of(fault, 0)),
    };
    Err(EncodeError(problem.into()))
}
