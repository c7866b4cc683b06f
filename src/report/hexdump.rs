//! The bytes of a run, as hexdumps: what was sent and what was read, call by call.

use std::io::{self, Write};

use super::model::RunReport;
use crate::scenario::visible;
use crate::trace::CallOutcome;

/// Bytes of one call that are shown.
const MOST_OF_A_CALL: usize = 512;
/// Bytes of one run that are shown.
const MOST_OF_A_RUN: usize = 16 * 1024;

/// Writes every send and read with its bytes, in the order in which they ended, as far as the trace kept them.
///
/// # Errors
/// What the writer gives.
pub(super) fn write_hexdump(run: &RunReport, out: &mut dyn Write) -> io::Result<()> {
    let Some(trace) = &run.trace else { return Ok(()) };
    let mut calls: Vec<_> = trace.actors.iter().flat_map(|actor| actor.calls.iter().map(move |call| (actor, call))).collect();
    calls.sort_by_key(|(_, call)| call.end_ns);
    let moved = calls.into_iter().filter_map(|(actor, call)| match call.outcome {
        CallOutcome::Returned(bytes) if bytes > 0 && (call.kind.is_read() || call.kind.is_send()) => Some((actor, call, bytes)),
        _ => None,
    });
    let mut left = MOST_OF_A_RUN;
    for (actor, call, bytes) in moved {
        if left == 0 {
            return writeln!(out, "(more calls follow, which are not shown)");
        }
        writeln!(out, "{} {} {bytes} bytes", visible(&actor.name), call.kind.name())?;
        let kept = &call.data.prefix[..call.data.prefix.len().min(bytes as usize)];
        let shown = &kept[..kept.len().min(MOST_OF_A_CALL).min(left)];
        left -= shown.len();
        write_lines(shown, out)?;
        if (shown.len() as u64) < u64::from(bytes) {
            writeln!(out, "({} more bytes)", u64::from(bytes) - shown.len() as u64)?;
        }
    }
    Ok(())
}

/// Sixteen bytes to a line: the offset, the bytes, and those of them that are ASCII.
fn write_lines(bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
    for (line, bytes) in bytes.chunks(16).enumerate() {
        let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let text: String = bytes.iter().map(|&byte| if (b' '..=b'~').contains(&byte) { char::from(byte) } else { '.' }).collect();
        writeln!(out, "{:08x}  {:<47}  |{text}|", line * 16, pairs.join(" "))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::write_lines;

    #[test]
    fn sixteen_to_a_line() {
        let mut text = Vec::new();
        write_lines(b"0123456789abcdef\x1b\n", &mut text).expect("memory");
        let expected = "00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  |0123456789abcdef|\n00000010  1b 0a                                            |..|\n";
        assert_eq!(String::from_utf8_lossy(&text), expected);
    }
}
