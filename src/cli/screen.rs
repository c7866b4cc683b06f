//! A text that is drawn again and again: over itself on a terminal, one below the other elsewhere.

use std::io::{self, Write};

use super::output::Output;
use crate::report::Style;

/// Where it was drawn last.
pub(super) struct Screen {
    is_terminal: bool,
    /// Columns and rows of the terminal, and lines of the text that stands there.
    drawn: Option<(Size, usize)>,
    is_first: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Size {
    columns: usize,
    rows: usize,
}

fn size() -> Option<Size> {
    let (columns, rows) = terminal_size::terminal_size_of(io::stdout())?;
    Some(Size { columns: usize::from(columns.0), rows: usize::from(rows.0) })
}

impl Screen {
    pub(super) fn new(output: &Output) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { is_terminal: output.is_terminal && !is_dumb, drawn: None, is_first: true }
    }

    /// Draws the text in place of the one before.
    pub(super) fn draw(&mut self, output: &mut Output, write: impl FnOnce(&Style, &mut Vec<u8>) -> io::Result<()>) {
        let is_first = std::mem::replace(&mut self.is_first, false);
        let Some(size) = size().filter(|_| self.is_terminal) else {
            let width = unbroken_width(output);
            output.write(|style, out| {
                if !is_first {
                    writeln!(out)?;
                }
                write(&Style { width, ..style.clone() }, out)
            });
            return;
        };
        let style = Style { width: size.columns.max(1), ..output.style.clone() };
        let mut text = Vec::new();
        if let Err(error) = write(&style, &mut text) {
            output.write(|_, _| Err(error));
            return;
        }
        let text = without_colours_unless_wanted(&text);
        let lines = fit(&text, size.rows);
        let frame = frame(&lines, self.drawn.map(|(old, count)| (old == size, count)));
        self.drawn = Some((size, lines.len()));
        output.write_data(|out| out.write_all(frame.as_bytes()));
    }
}

/// The width for text that is there to be searched: off a terminal nothing is broken, unless a width was asked for.
pub(super) fn unbroken_width(output: &Output) -> usize {
    let is_asked = output.is_terminal || std::env::var_os("COLUMNS").is_some();
    if is_asked { output.style.width } else { usize::from(u16::MAX) }
}

/// Colours are settled here, since what moves the cursor must pass whatever they are.
fn without_colours_unless_wanted(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    match anstream::AutoStream::choice(&io::stdout()) {
        anstream::ColorChoice::Never => anstream::adapter::strip_str(&text).to_string(),
        _ => text.into_owned(),
    }
}

/// As many lines as fit, the cursor's own line left free: what scrolls away could not be drawn over.
fn fit(text: &str, rows: usize) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let room = rows.saturating_sub(1).max(2);
    if lines.len() > room {
        let hidden = lines.len() - (room - 1);
        lines.truncate(room - 1);
        lines.push(format!("{hidden} more lines; a larger terminal or a filter shows them"));
    }
    lines
}

/// The bytes that put the lines where the old ones were, and nothing is blank in between: the cursor goes up over the old lines, each is
/// written over and the rest of it erased, and at the end what was below. Where the terminal has another size now, its old lines stand
/// nobody knows where, so it is cleared first.
fn frame(lines: &[String], old: Option<(bool, usize)>) -> String {
    let mut frame = String::new();
    match old {
        Some((true, 0)) | None => {}
        Some((true, count)) => frame.push_str(&format!("\x1b[{count}A\r")),
        Some((false, _)) => frame.push_str("\x1b[H\x1b[2J"),
    }
    for line in lines {
        frame.push_str(line);
        frame.push_str("\x1b[K\n");
    }
    frame.push_str("\x1b[J");
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_frame_is_drawn_over_the_one_before() {
        let lines = ["a".to_owned(), "b".to_owned()];
        assert_eq!(frame(&lines, None), "a\x1b[K\nb\x1b[K\n\x1b[J");
        assert_eq!(frame(&lines[..1], Some((true, 2))), "\x1b[2A\ra\x1b[K\n\x1b[J");
        assert!(frame(&lines, Some((false, 2))).starts_with("\x1b[H\x1b[2J"), "another size: cleared");
    }

    #[test]
    fn what_does_not_fit_is_said() {
        assert_eq!(fit("a\nb\nc\n", 4), ["a", "b", "c"]);
        assert_eq!(fit("a\nb\nc\nd\n", 4), ["a", "b", "2 more lines; a larger terminal or a filter shows them"]);
    }
}
