//! Text in the log of a job on GitHub Actions. Its runner takes a line that begins with `::`, whatever white space stands before that, for a
//! command to itself, and so it does with `##[` anywhere in a line. A scenario's texts and names are not to command it.

use std::borrow::Cow;

/// Text as it may stand in a log: where a job reads it, a backslash stands before what would be a command.
pub(super) fn disarmed(text: &str) -> Cow<'_, str> {
    if std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") { without_commands(text) } else { Cow::Borrowed(text) }
}

fn without_commands(text: &str) -> Cow<'_, str> {
    if !text.contains("::") && !text.contains("##[") {
        return Cow::Borrowed(text);
    }
    let line = |line: &str| {
        let line = line.replace("##[", "##\\[");
        // Colours are left out where nobody sees them, and then no longer stand before it.
        let begins = anstream::adapter::strip_str(&line).to_string().trim_start().starts_with("::");
        if begins { line.replacen("::", "\\::", 1) } else { line }
    };
    Cow::Owned(text.split('\n').map(line).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::without_commands;

    #[test]
    fn a_line_that_begins_with_two_colons_is_no_command() {
        assert_eq!(without_commands("a\n \t::error::owned\nb ::c"), "a\n \t\\::error::owned\nb ::c");
        assert_eq!(without_commands("\u{1b}[1m::error::owned"), "\u{1b}[1m\\::error::owned");
        assert_eq!(without_commands("a ##[error]owned"), "a ##\\[error]owned");
        assert_eq!(without_commands("[::1]:80"), "[::1]:80");
    }
}
