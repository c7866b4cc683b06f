//! How text is to look: width, characters, language, how much.

use crate::scenario::visible;

/// What a renderer needs to know of its reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns to a line.
    pub width: usize,
    /// Whether lines may be drawn with characters beyond ASCII.
    pub unicode: bool,
    /// Whether every call is shown.
    pub verbose: bool,
    /// Whether only failures are shown.
    pub quiet: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 80, unicode: true, verbose: false, quiet: false }
    }
}

pub(super) const GOOD: anstyle::Style = anstyle::AnsiColor::Green.on_default().bold();
pub(super) const BAD: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();
pub(super) const SKIPPED: anstyle::Style = anstyle::AnsiColor::Yellow.on_default().bold();
pub(super) const DIM: anstyle::Style = anstyle::Style::new().dimmed();

/// Text in a style.
pub(super) fn paint(style: anstyle::Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Text that somebody else wrote, of several lines: a scenario or a saved report may hold anything, and nothing of it may reach a
/// terminal as a command.
pub(super) fn printable(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

impl Style {
    pub(super) fn arrow(&self) -> &'static str {
        if self.unicode { "→" } else { "->" }
    }

    pub(super) fn more(&self) -> &'static str {
        if self.unicode { "…" } else { ".." }
    }
}

/// Breaks text into lines of a width, at spaces; Chinese, which has none, between any two characters, but not before a mark that
/// closes or behind one that opens (GB/T 15834).
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for unit in units(paragraph) {
            if line.width() + unit.trim_end().width() <= width {
                line.push_str(unit);
                continue;
            }
            if !line.is_empty() {
                lines.push(line.trim_end().to_owned());
                line.clear();
            }
            for c in unit.chars() {
                if line.width() + c.width().unwrap_or(0) > width {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The pieces of a line that are not broken: a word with the space behind it, a wide character with the marks that belong to it.
fn units(text: &str) -> Vec<&str> {
    use unicode_width::UnicodeWidthChar;
    let is_wide = |c: char| c.width() == Some(2);
    let closes = |c: char| "，。；：！？、）”’》」".contains(c);
    let opens = |c: char| "（“‘《「".contains(c);
    let mut units = Vec::new();
    let (mut start, mut before) = (0, None::<char>);
    for (at, c) in text.char_indices() {
        let breaks = before.is_some_and(|before| {
            let between_words = before == ' ' && c != ' ';
            let beside_wide = (is_wide(before) || is_wide(c)) && c != ' ';
            (between_words || beside_wide) && !closes(c) && !opens(before)
        });
        if breaks {
            units.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    units.push(&text[start..]);
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_width() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("粘包粘包粘包", 8), ["粘包粘包", "粘包"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""; 0]);
    }

    #[test]
    fn marks_and_words_stay_with_what_they_belong_to() {
        assert_eq!(wrap("粘包粘包。", 8), ["粘包粘", "包。"]);
        assert_eq!(wrap("收到 SYN-ACK 后", 10), ["收到", "SYN-ACK 后"]);
        assert_eq!(wrap("收到SYN-ACK后", 10), ["收到", "SYN-ACK后"]);
        assert_eq!(wrap("粘包（半包）", 6), ["粘包", "（半", "包）"]);
    }
}
