//! Where variables stand in a string: `{{name}}`.

use std::ops::Range;

use super::variable::is_variable_name;

/// A part of a string.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// Text, as it goes into the value.
    Text(&'t str),
    /// A variable, and the range of its braces in the string.
    Variable { name: &'t str, range: Range<usize> },
}

/// The parts of a string: `{{name}}` is a variable, `\{{` is `{{`, and braces that hold no name are text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut text_start, mut at) = (0, 0);
    while let Some(found) = text[at..].find("{{").map(|found| at + found) {
        if text[text_start..found].ends_with('\\') {
            pieces.push(Piece::Text(&text[text_start..found - 1]));
            // The braces begin the next text.
            (text_start, at) = (found, found + 2);
            continue;
        }
        let Some((name, end)) = name_at(text, found + 2) else {
            at = found + 1;
            continue;
        };
        pieces.push(Piece::Text(&text[text_start..found]));
        pieces.push(Piece::Variable { name, range: found..end });
        (text_start, at) = (end, end);
    }
    pieces.push(Piece::Text(&text[text_start..]));
    pieces.retain(|piece| *piece != Piece::Text(""));
    pieces
}

/// The name that stands between braces, with spaces around it or not, and the offset behind the closing ones.
fn name_at(text: &str, start: usize) -> Option<(&str, usize)> {
    let rest = &text[start..];
    let inner = rest.trim_start_matches(' ');
    let length = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let (name, behind) = inner.split_at(length);
    let behind = behind.trim_start_matches(' ').strip_prefix("}}")?;
    is_variable_name(name).then(|| (name, text.len() - behind.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The pieces as one text, a variable as `<name>`.
    fn shown(text: &str) -> String {
        pieces(text)
            .iter()
            .map(|piece| if let Piece::Variable { name, .. } = piece { format!("<{name}>") } else { text_of(piece) })
            .collect()
    }

    fn text_of(piece: &Piece<'_>) -> String {
        if let Piece::Text(text) = piece { (*text).to_owned() } else { String::new() }
    }

    #[test]
    fn names_between_braces_are_variables() {
        for (written, expected) in [
            ("{{a}}", "<a>"),
            ("{{ a }}{{_b9}}", "<a><_b9>"),
            ("x{{a}}y", "x<a>y"),
            ("{{{a}}}", "{<a>}"),
            ("{\"a\":{{a}}}", "{\"a\":<a>}"),
            ("{{{{a}}}}", "{{<a>}}"),
            ("粘{{a}}包", "粘<a>包"),
        ] {
            assert_eq!(shown(written), expected, "{written}");
        }
    }

    #[test]
    fn other_braces_are_text() {
        for text in ["{{}}", "{{ }}", "{{9a}}", "{{a b}}", "{{a-b}}", "{{é}}", "{{a}", "{ {a}}", "{{", "}}", "{{#each}}", "{{a\t}}"] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn a_backslash_makes_braces_text() {
        assert_eq!(shown(r"\{{a}}"), "{{a}}");
        assert_eq!(shown(r"\{{a}}{{a}}\{{"), "{{a}}<a>{{");
        assert_eq!(shown(r"\\{{a}}"), r"\{{a}}");
        assert_eq!(shown(r"\{a}"), r"\{a}");
    }

    proptest! {
        #[test]
        fn text_without_braces_is_itself(text in "[^{]*") {
            prop_assert_eq!(shown(&text), text);
        }

        #[test]
        fn every_text_can_be_written(text in r"[a{}\\ ]{0,12}") {
            prop_assert_eq!(shown(&text.replace("{{", r"\{{")), text);
        }

        /// Nothing is lost or made up: the pieces are the text but for backslashes before braces.
        #[test]
        fn pieces_are_the_text(text in r"[a{}\\ é]{0,20}") {
            let pieces = pieces(&text);
            let whole: String = pieces.iter().map(|piece| match piece {
                Piece::Text(text) => (*text).to_owned(),
                Piece::Variable { range, .. } => text[range.clone()].to_owned(),
            }).collect();
            prop_assert_eq!(whole.replace('\\', ""), text.replace('\\', ""));
        }
    }
}
