//! How text is to look: width, characters, language, how much.

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

impl Style {
    pub(super) fn arrow(&self) -> &'static str {
        if self.unicode { "→" } else { "->" }
    }

    pub(super) fn more(&self) -> &'static str {
        if self.unicode { "…" } else { ".." }
    }
}

/// Breaks text into lines of a width, at spaces; Chinese, which has none, at any character.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_inclusive(' ') {
            if line.width() + word.trim_end().width() <= width {
                line.push_str(word);
                continue;
            }
            if !line.is_empty() {
                lines.push(line.trim_end().to_owned());
                line.clear();
            }
            for c in word.chars() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_width() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("粘包粘包粘包", 8), ["粘包粘包", "粘包"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
    }
}
