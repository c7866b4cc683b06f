//! What can be wrong with a scenario file: every kind of error, and one such error with its place.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::Scenario;
use super::source::{Source, SourcePart, Span};
use super::substitute::{Explanation, Substitutions};

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// The kinds of errors of a scenario file. [`Problem::code`] is stable: editors and tests rely on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize, JsonSchema)]
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
    /// A report of netlab's, which stands where a scenario was wanted.
    NotAScenario = "not-a-scenario",
    /// Not JSON.
    Syntax = "syntax",
    /// JSON that ends too early.
    Unterminated = "unterminated",
    /// Deeper than the limit.
    TooDeep = "too-deep",
    /// The same key twice in one object.
    DuplicateKey = "duplicate-key",
    /// The file that `extends` names is not there, or cannot be read.
    BaseMissing = "base-missing",
    /// The file that `extends` names is not in the folder given.
    BaseOutside = "base-outside",
    /// A file that extends itself, directly or through others.
    BaseCycle = "base-cycle",
    /// More bases, one behind the other, than the limit.
    BaseTooDeep = "base-too-deep",
    /// A variable that cannot be: a bad name, or null.
    BadVariable = "bad-variable",
    /// A variable's value of another type than the declared one, or one that cannot stand within a text.
    VariableType = "variable-type",
    /// A variable without a value.
    UnknownVariable = "unknown-variable",
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
    /// Text with characters that would command the terminal on which it is shown.
    BadText = "bad-text",
    /// Two things where one is allowed, such as two calls in one step.
    TooMany = "too-many",
    /// No actor has this name.
    UnknownActor = "unknown-actor",
    /// No socket of that actor has this name.
    UnknownSocket = "unknown-socket",
    /// An expectation names a mark that no step has.
    UnknownMark = "unknown-mark",
    /// A codec that cannot be made of what was written, or a frame that it cannot write.
    BadCodec = "bad-codec",
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
        Self { problem, title: message(title), file: file.to_owned(), place: None, help: None }
    }

    /// Adds what to try.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(message(help));
        self
    }

    /// As [`Diagnostic::help`], on a borrowed one.
    pub fn with_help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(message(help));
        self
    }

    /// Adds a second place.
    pub fn with_related(&mut self, span: Span, label: impl Into<String>) -> &mut Self {
        if let Some(place) = &mut self.place {
            place.related = Some((span, message(label)));
        }
        self
    }

    /// Whether it is about a value, rather than about the variable that should have given it.
    fn is_of_a_value(&self) -> bool {
        !matches!(self.problem, Problem::UnknownVariable | Problem::VariableType | Problem::LimitExceeded)
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
    /// Where each error is in `found`, by offset and title: several cases and families find the same ones.
    known: HashMap<(usize, String), usize>,
    added: usize,
    /// Where variables stood, so that an error there tells what was put in.
    substitutions: Arc<Substitutions>,
}

impl Problems {
    /// No errors yet.
    pub fn new(source: Arc<Source>) -> Self {
        Self { source, found: Vec::new(), known: HashMap::new(), added: 0, substitutions: Arc::default() }
    }

    /// No errors yet, of a scenario that was read.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        Self { substitutions: Arc::clone(&scenario.substitutions), ..Self::new(Arc::clone(&scenario.source)) }
    }

    /// The source goes on with one more part; what was recorded keeps its place.
    pub(super) fn add_part(&mut self, part: SourcePart) {
        self.source = self.source.with_part(part);
    }

    /// From here on it is known what was put into the file's variables.
    pub(super) fn set_substitutions(&mut self, substitutions: Arc<Substitutions>) {
        self.substitutions = substitutions;
    }

    /// The source they are about.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Records an error; what it returns can be given a help text and a second place.
    pub fn add(&mut self, problem: Problem, span: Span, title: impl Into<String>, label: impl Into<String>) -> &mut Diagnostic {
        self.added += 1;
        let title = message(title);
        let index = *self.known.entry((span.start, title.clone())).or_insert(self.found.len());
        if index == self.found.len() {
            let place = Place { source: Arc::clone(&self.source), span, label: message(label), related: None };
            let file = self.source.name_at(span.start).to_owned();
            self.found.push(Diagnostic { problem, title, file, place: Some(place), help: None });
        }
        &mut self.found[index]
    }

    /// Records a name that is none of `known`, with the nearest of them; a long list of them goes into the help.
    pub(crate) fn add_unknown(&mut self, problem: Problem, span: Span, title: impl Into<String>, written: &str, known: &[&str]) {
        if nearest(written, known.iter().copied()).is_none() && known.len() > MAX_NAMES_IN_LABEL {
            self.add(problem, span, title, "no such name").with_help(format!("the names are {}", known.join(", ")));
        } else {
            self.add(problem, span, title, suggestion(written, known));
        }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How often one was found: it tells, before and after, whether something went wrong between.
    pub fn count(&self) -> usize {
        self.added
    }

    /// The errors, in the order of the file; of very many the first.
    pub fn into_found(mut self) -> Vec<Diagnostic> {
        // Where a variable could not be put in, what else does not fit there says nothing new.
        self.found.retain(|diagnostic| !diagnostic.is_of_a_value() || !self.substitutions.is_broken(diagnostic.offset()));
        self.found.sort_by_key(Diagnostic::offset);
        let more = self.found.len().saturating_sub(MAX_FOUND);
        self.found.truncate(MAX_FOUND);
        if let Some(last) = self.found.last_mut().filter(|_| more > 0) {
            last.with_help(format!("{more} more errors follow, which are not shown"));
        }
        for Diagnostic { problem, place, help, .. } in &mut self.found {
            let Some(place) = place else { continue };
            // The bases are known by now, and hold the second place perhaps.
            place.source = Arc::clone(&self.source);
            let Some(Explanation { words, declared, guessed }) = self.substitutions.explain(place.span) else { continue };
            place.label = message(format!("{} ({words})", place.label));
            place.related = place.related.take().or(declared.map(|span| (span, "declared here".to_owned())));
            if let (Problem::WrongType, None, Some(name)) = (*problem, &help, guessed) {
                *help = Some(format!("no file declares `{name}`; where \"vars\" gives it a string, what is given is one too"));
            }
        }
        self.found
    }
}

/// The most errors of one file that are shown.
const MAX_FOUND: usize = 100;

/// The longest message; what it quotes may be as long as the file.
const MAX_MESSAGE: usize = 400;

fn message(text: impl Into<String>) -> String {
    let text = visible(&text.into());
    match text.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text,
    }
}

/// More names than this are listed in the help, where there is room.
const MAX_NAMES_IN_LABEL: usize = 10;

/// Whether a character is a command to a terminal rather than text: a control character other than a line break, or one
/// that turns the text behind it around (Unicode, UAX 9).
pub(crate) fn is_command(c: char) -> bool {
    c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text with its control characters, and those that turn text around or do not show, escaped: `\u{1b}`. Messages quote
/// the file, and nothing in it may reach the terminal as a command.
pub(crate) fn visible(text: &str) -> String {
    let is_unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().flat_map(|c| if is_unseen(c) { c.escape_default().collect() } else { vec![c] }).collect()
}

/// What was written, as titles show it: `` `servre` ``, shortened where it is long.
pub(crate) fn quoted(text: &str) -> String {
    if text.is_empty() { "an empty string".to_owned() } else { format!("`{}`", shortened(text)) }
}

/// The beginning of a text, where it is long.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    const MAX: usize = 40;
    text.char_indices().nth(MAX).map_or(Cow::Borrowed(text), |(end, _)| Cow::Owned(format!("{}..", &text[..end])))
}

/// The nearest of `known` to what was written, where one is near enough to be meant. The names of C are known:
/// `MSG_PEEK` means `peek`.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A name is short; whatever is long is another thing, and would take long to compare.
    if written.len() > 100 {
        return None;
    }
    let written = written.to_lowercase();
    let bare = ["msg_", "tcp_", "so_", "af_", "sock_", "shut_"].iter().find_map(|prefix| written.strip_prefix(prefix)).unwrap_or(&written);
    let allowed = (bare.chars().count() / 3).max(1);
    let known: Vec<&str> = known.into_iter().collect();
    let near = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(bare, &name.to_lowercase()), *name))
        .filter(|&(distance, _)| distance <= allowed)
        .min();
    let mut begun = known.iter().copied().filter(|name| bare.len() > 1 && name.to_lowercase().starts_with(bare));
    match (near, begun.next(), begun.next()) {
        (Some((_, name)), ..) | (None, Some(name), None) => Some(name),
        _ => None,
    }
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
        None if known.is_empty() => "there is none at all".to_owned(),
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
        assert_eq!(nearest("", ["recv", "send"]), None);
    }

    #[test]
    fn nearest_knows_the_names_of_c_and_beginnings() {
        assert_eq!(nearest("MSG_PEEK", ["peek", "trunc"]), Some("peek"));
        assert_eq!(nearest("SHUT_WR", ["read", "write", "both"]), Some("write"));
        assert_eq!(nearest("unix", ["unix_stream", "unix_dgram"]), None, "it begins both");
    }

    #[test]
    fn messages_hold_no_control_characters() {
        assert_eq!(visible("a\u{1b}[31m\u{9b}\u{202e}粘\0\n"), r"a\u{1b}[31m\u{9b}\u{202e}粘\u{0}\n");
        assert_eq!(quoted(&"粘".repeat(50)), format!("`{}..`", "粘".repeat(40)));
    }
}
