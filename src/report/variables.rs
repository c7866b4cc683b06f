//! Variables with their values, and where these are from.

use std::io::{self, Write};

use super::style::{Style, wrap};
use crate::scenario::{Variable, visible};

/// The longest value that is shown, in characters; it may be as long as a file.
const MAX_VALUE: usize = 200;

/// A line for each variable: `variable: port = 9999 (--var)`.
///
/// # Errors
/// What the writer gives.
pub fn write_variables(variables: &[Variable], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for variable in variables {
        let value = variable.value.to_string();
        let cut = value.char_indices().nth(MAX_VALUE).map(|(end, _)| format!("{}{}", &value[..end], style.more()));
        let line = format!("variable: {} = {} ({})", variable.name, cut.unwrap_or(value), variable.given_by());
        wrap(&visible(&line), style.width).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::VariableOrigin;

    fn shown(value: &str, origin: VariableOrigin) -> String {
        let variable = Variable { name: "v".to_owned(), value: value.into(), origin };
        let mut out = Vec::new();
        write_variables(&[variable], &Style { width: 1000, unicode: false, ..Style::default() }, &mut out).unwrap_or_default();
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn a_line_for_each() {
        assert_eq!(shown("x", VariableOrigin::Environment), "variable: v = \"x\" (NETLAB_VAR_v)\n");
        assert_eq!(shown("x", VariableOrigin::VarsFile("ci.json".to_owned())), "variable: v = \"x\" (--vars-file ci.json)\n");
    }

    #[test]
    fn nothing_reaches_the_terminal_as_a_command() {
        let line = shown("\u{1b}[31m\u{9b}\u{202e}", VariableOrigin::File("\u{1b}]0;x\u{7}.json".to_owned()));
        assert!(!line.trim_end().contains(|c: char| c.is_control() || c == '\u{202e}'), "{line}");
    }

    #[test]
    fn long_values_are_cut() {
        assert!(shown(&"a".repeat(10_000), VariableOrigin::CommandLine).len() < 300);
    }
}
