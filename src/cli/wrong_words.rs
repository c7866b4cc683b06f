//! What clap says of a command line that is wrong, safe to print: it repeats what was typed, as it was typed.

use clap::error::{ContextKind, ContextValue};

use crate::trace::escape;

/// The error with everything that was typed escaped, where that is anything that a terminal would obey.
pub(super) fn escaped(mut error: clap::Error) -> clap::Error {
    let is_unsafe = |text: &String| text.chars().any(char::is_control);
    let shown = |text: &String| if is_unsafe(text) { escape(text.as_bytes()) } else { text.clone() };
    let typed: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) if is_unsafe(text) => Some((kind, ContextValue::String(shown(text)))),
            ContextValue::Strings(texts) if texts.iter().any(is_unsafe) => {
                Some((kind, ContextValue::Strings(texts.iter().map(shown).collect())))
            }
            _ => None,
        })
        .collect();
    if !typed.is_empty() {
        // Suggestions repeat it among colours, where the two cannot be told apart.
        error.remove(ContextKind::Suggested);
    }
    for (kind, value) in typed {
        error.insert(kind, value);
    }
    error
}
