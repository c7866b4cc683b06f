//! What can be wrong with a scenario file: every kind of error, and one such error with its place.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::source::{Source, Span};

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// The kinds of errors of a scenario file. [`Problem::code`] is stable: editors and tests rely on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
        pub enum Problem { $($(#[$doc])* #[serde(rename = $code)] $name,)* }

        impl Problem {
            /// Every kind there is, in the order of the stages that find them.
            pub const ALL: &[Problem] = &[$(Problem::$name,)*];

            /// The kind's stable name.
            pub const fn code(self) -> &'static str {
                match self { $(Problem::$name => $code,)* }
            }
        }
    };
}

problems! {
    /// There is no such file.
    FileMissing = "file-missing",
    /// A directory where a file belongs.
    FileIsDirectory = "file-is-directory",
    /// The operating system refused to read it.
    FileUnreadable = "file-unreadable",
    /// Larger than the limit.
    FileTooLarge = "file-too-large",
    /// Nothing, or nothing but white space.
    FileEmpty = "file-empty",
    /// Starts with a UTF-8 byte order mark.
    FileByteOrderMark = "file-byte-order-mark",
    /// UTF-16, with or without a byte order mark.
    FileUtf16 = "file-utf16",
    /// Bytes that are not UTF-8.
    FileNotUtf8 = "file-not-utf8",
    /// Not JSON.
    Syntax = "syntax",
    /// JSON that ends too early.
    Unterminated = "unterminated",
    /// Deeper than the limit.
    TooDeep = "too-deep",
    /// The same key twice in one object.
    DuplicateKey = "duplicate-key",
    /// A value of another type than the one expected.
    WrongType = "wrong-type",
    /// A field that this object does not have.
    UnknownField = "unknown-field",
    /// A field that must be there is not.
    MissingField = "missing-field",
    /// A word that is not one of those allowed here.
    UnknownWord = "unknown-word",
    /// A number or size outside its range.
    OutOfRange = "out-of-range",
    /// A duration without a unit, or not a duration.
    BadDuration = "bad-duration",
    /// Text that is not hexadecimal or base64, or does not fit its encoding or format.
    BadPayload = "bad-payload",
    /// An address that cannot be read.
    BadAddress = "bad-address",
    /// A name that is not made of the characters allowed.
    BadName = "bad-name",
    /// Two things where one is allowed, such as two calls in one step.
    TooMany = "too-many",
    /// No actor has this name.
    UnknownActor = "unknown-actor",
    /// No socket of that actor has this name.
    UnknownSocket = "unknown-socket",
    /// A signal is waited for and nobody gives it.
    SignalNeverGiven = "signal-never-given",
    /// Steps in an order that cannot work.
    ImpossibleOrder = "impossible-order",
    /// A call that this kind of socket does not have.
    WrongSocketKind = "wrong-socket-kind",
    /// Something is named that is nowhere used, so it would do nothing in silence.
    NoEffect = "no-effect",
    /// A destination off this machine, without leave to use it.
    RemoteAddress = "remote-address",
    /// Too many actors, steps, calls or bytes.
    LimitExceeded = "limit-exceeded",
}

/// One error of a scenario file: what, where, and what to try.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The kind.
    pub problem: Problem,
    /// The title: a lower-case fragment.
    pub title: String,
    /// The name of the file.
    pub file: String,
    /// The text and the place in it; `None` where there is no text to show.
    pub place: Option<Place>,
    /// What to try.
    pub help: Option<String>,
}

/// A place in a source, with the words that stand at its caret.
#[derive(Clone, Debug)]
pub struct Place {
    /// The text.
    pub source: Arc<Source>,
    /// The place.
    pub span: Span,
    /// Words at the caret: what was expected.
    pub label: String,
    /// Another place that belongs to it, with its own words.
    pub related: Option<(Span, String)>,
}

impl Diagnostic {
    /// An error of a file as a whole, with no text to show.
    pub fn of_file(problem: Problem, file: &str, title: impl Into<String>) -> Self {
        Self { problem, title: title.into(), file: file.to_owned(), place: None, help: None }
    }

    /// Adds what to try.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As [`Diagnostic::help`], on a borrowed one.
    pub fn with_help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a second place.
    pub fn with_related(&mut self, span: Span, label: impl Into<String>) -> &mut Self {
        if let Some(place) = &mut self.place {
            place.related = Some((span, label.into()));
        }
        self
    }

    /// Offset of the first byte that the error is about.
    pub fn offset(&self) -> usize {
        self.place.as_ref().map_or(0, |place| place.span.start)
    }
}

/// Collects the errors of one source, so that all of them are shown at once.
#[derive(Debug)]
pub struct Problems {
    source: Arc<Source>,
    found: Vec<Diagnostic>,
}

impl Problems {
    /// No errors yet.
    pub fn new(source: Arc<Source>) -> Self {
        Self { source, found: Vec::new() }
    }

    /// The source they are about.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Records an error; what it returns can be given a help text and a second place.
    pub fn add(&mut self, problem: Problem, span: Span, title: impl Into<String>, label: impl Into<String>) -> &mut Diagnostic {
        let place = Place { source: Arc::clone(&self.source), span, label: label.into(), related: None };
        let file = self.source.name().to_owned();
        self.found.push(Diagnostic { problem, title: title.into(), file, place: Some(place), help: None });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many were found.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// The errors, in the order of the file.
    pub fn into_found(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(Diagnostic::offset);
        self.found
    }
}

/// The nearest of `known` to what was written, where one is near enough to be meant.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (written.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&written.to_lowercase(), &name.to_lowercase()), name))
        .filter(|&(distance, _)| distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// `a, b or c`, for messages.
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The words at a caret: the nearest known name, else all of them.
pub fn suggestion(written: &str, known: &[&str]) -> String {
    match nearest(written, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "there is none".to_owned(),
        None => format!("expected {}", one_of(known.iter().copied())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_wants_a_small_distance() {
        assert_eq!(nearest("servre", ["client", "server"]), Some("server"));
        assert_eq!(nearest("x", ["client", "server"]), None);
        assert_eq!(nearest("recieve", ["recv", "send"]), None);
    }
}
