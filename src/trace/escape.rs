//! Bytes from a peer as text that is safe to print and keeps its width.

use unicode_width::UnicodeWidthChar;

/// Bytes as text: what is printable in UTF-8 as it is, everything else escaped (`\n`, `\x00`, `\xff`, `\u{202e}`), so that nothing a
/// peer sent can move the cursor, change a colour or turn the text around.
pub fn escape(bytes: &[u8]) -> String {
    escape_within(bytes, usize::MAX).0
}

/// As [`escape`], up to a width in terminal columns; also tells whether all bytes are shown.
pub fn escape_within(bytes: &[u8], columns: usize) -> (String, bool) {
    let mut shown = String::new();
    let mut width = 0;
    let mut add = |piece: &str| {
        let piece_width: usize = piece.chars().map(|c| c.width().unwrap_or(0)).sum();
        if width + piece_width > columns {
            return false;
        }
        width += piece_width;
        shown.push_str(piece);
        true
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let is_plain = c != '\\' && c.width().is_some_and(|width| width > 0) && !is_format(c);
            let fits = match c {
                _ if is_plain => add(c.encode_utf8(&mut [0; 4])),
                '\t' | '\r' | '\n' => add(&c.escape_default().to_string()),
                // As the command line takes it.
                c if c.is_ascii_control() => add(&format!("\\x{:02x}", u32::from(c))),
                c => add(&c.escape_default().to_string()),
            };
            if !fits {
                return (shown, false);
            }
        }
        for byte in chunk.invalid() {
            if !add(&format!("\\x{byte:02x}")) {
                return (shown, false);
            }
        }
    }
    (shown, true)
}

/// As [`escape`], with lines left as they are.
pub fn escape_lines(bytes: &[u8]) -> String {
    bytes
        .split_inclusive(|&byte| byte == b'\n')
        .map(|line| match line.strip_suffix(b"\n") {
            Some(line) => format!("{}\n", escape(line.strip_suffix(b"\r").unwrap_or(line))),
            None => escape(line),
        })
        .collect()
}

/// Bytes as hexadecimal digits, two to a byte and nothing between.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Characters that change how the others are shown: bidirectional controls and invisible operators (Unicode, category Cf).
fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal() {
        assert_eq!(escape(b"a\x1b[31m\r\n\\\0"), r"a\x1b[31m\r\n\\\x00");
        assert_eq!(escape("粘包".as_bytes()), "粘包");
        assert_eq!(escape(&"粘".as_bytes()[..2]), r"\xe7\xb2");
        assert_eq!(escape("\u{202e}abc".as_bytes()), r"\u{202e}abc");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(escape_within("粘包x".as_bytes(), 4), ("粘包".to_owned(), false));
        assert_eq!(escape_within("粘包x".as_bytes(), 5), ("粘包x".to_owned(), true));
    }
}
