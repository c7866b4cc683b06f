//! A stream with its cuts marked.

use crate::report::style::Style;
use crate::trace::escape;

/// Bytes that are shown before the first mark, behind the last, and at both ends of a long stretch between two.
const CONTEXT: usize = 20;
/// Marks that are drawn.
const MOST_MARKS: usize = 8;

/// The stream around cuts, which are in rising order: `GET /│ HTTP/1.1\r\n…`.
pub(super) fn draw(stream: &[u8], cuts: &[u64], style: &Style) -> String {
    let mark = if style.unicode { "│" } else { "|" };
    let cuts: Vec<usize> = cuts.iter().map(|&cut| usize::try_from(cut).unwrap_or(usize::MAX).min(stream.len())).collect();
    let shown = &cuts[..cuts.len().min(MOST_MARKS)];
    let mut drawn = String::new();
    let mut from = 0;
    for (index, &cut) in shown.iter().enumerate() {
        drawn.push_str(&stretch(&stream[from..cut], index > 0, true, style));
        drawn.push_str(mark);
        from = cut;
    }
    drawn.push_str(&stretch(&stream[from..], !shown.is_empty(), false, style));
    if cuts.len() > shown.len() {
        drawn.push_str(&format!(" ({} more cuts)", cuts.len() - shown.len()));
    }
    drawn
}

/// Bytes as text; of many only those next to a mark.
fn stretch(bytes: &[u8], is_behind_a_mark: bool, is_before_a_mark: bool, style: &Style) -> String {
    let keep = CONTEXT * (usize::from(is_behind_a_mark) + usize::from(is_before_a_mark)).max(1);
    if bytes.len() <= keep {
        return escape(bytes);
    }
    let front = if is_behind_a_mark || !is_before_a_mark { escape(&bytes[..CONTEXT]) } else { String::new() };
    let back = if is_before_a_mark { escape(&bytes[bytes.len() - CONTEXT..]) } else { String::new() };
    format!("{front}{}{back}", style.more())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_marked() {
        let style = Style::default();
        assert_eq!(draw(b"PING\r\n", &[5], &style), r"PING\r│\n");
        assert_eq!(draw(b"PING\r\n", &[1, 5], &Style { unicode: false, ..style.clone() }), r"P|ING\r|\n");
        let long: Vec<u8> = (0..100).map(|index| b'a' + index % 26).collect();
        assert_eq!(draw(&long, &[50], &style), "…efghijklmnopqrstuvwx│yzabcdefghijklmnopqr…");
        assert_eq!(draw(b"\x1b[0m", &[1], &style), r"\x1b│[0m");
    }
}
