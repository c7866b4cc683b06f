//! A line pasted from a log: what it names, the numbers that it says are an error's, and the systems' own messages in it.

use super::entry::{ErrorEntry, Origin, System};
use super::lookup::{errors, options, unrelated};
use super::search::{Found, Hints, Topic, by_number};

/// A line pasted from a log.
pub(super) fn in_line(line: &str) -> Vec<Found> {
    let lower = line.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let hints = Hints {
        system: has(&["winerror", "winsock", "wsaget"]).then_some(System::Windows),
        origin: has(&["gaierror", "getaddrinfo", "getnameinfo"]).then_some(Origin::Resolver),
    };
    let named = names_in(line);
    if !named.is_empty() {
        return named;
    }
    let numbered: Vec<Found> = numbers_in(&lower).into_iter().flat_map(|number| by_number(number, hints)).collect();
    let said = said_in(&lower);
    let agreed: Vec<Found> =
        numbered.iter().filter(|found| matches!(found.topic, Topic::Error(entry) if said.contains(&entry))).cloned().collect();
    match (agreed.is_empty(), numbered.is_empty()) {
        (false, _) => agreed,
        (true, false) => numbered,
        (true, true) => said.into_iter().map(|entry| Topic::Error(entry).into()).collect(),
    }
}

/// The errors for which Python raises an exception that a line names. OSError stands for too many.
pub(super) fn by_exception(line: &str) -> Vec<Found> {
    let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
    let is_raised = |entry: &&ErrorEntry, word: &str| entry.python == word && word != "OSError";
    let raised = words.find_map(|word| {
        let raised: Vec<Found> = errors().filter(|entry| is_raised(entry, word)).map(|entry| Topic::Error(entry).into()).collect();
        (!raised.is_empty()).then_some(raised)
    });
    raised.unwrap_or_default()
}

/// Names of errors and options among the words of a line.
fn names_in(line: &str) -> Vec<Found> {
    let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let mut found: Vec<Found> = Vec::new();
    // Capital letters: `error` and `line` are words of every log.
    for word in words.filter(|word| word.len() > 3 && word.chars().any(|c| c.is_ascii_uppercase()) && *word == word.to_uppercase()) {
        let entry = errors().find(|entry| entry.is_called(word)).map(Topic::Error);
        let constant = || options().find(|entry| entry.constant == word).map(Topic::Option);
        // Of the others Microsoft's alone: ENODATA and its like are words of too many logs that have nothing to do with sockets.
        let of_windows =
            || unrelated().find(|error| error.is_called(word) && word.contains('_') | word.starts_with("WSA")).map(Topic::Unrelated);
        if let Some(topic) = entry.or_else(constant).or_else(of_windows)
            && !found.iter().any(|known| known.topic == topic)
        {
            found.push(topic.into());
        }
    }
    found
}

/// The numbers that stand behind a word which says that they are an error's: `Errno 111`, `os error 111`, `code=10061`; below zero also
/// `returned -110`.
fn numbers_in(lower: &str) -> Vec<i32> {
    let mut numbers = Vec::new();
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == '.';
    let words: Vec<&str> =
        lower.split(|c: char| !is_part(c)).map(|word| word.trim_end_matches('.')).filter(|word| !word.is_empty()).collect();
    for (place, word) in words.iter().enumerate() {
        if let Ok(number) = word.parse()
            && says_number(&words[..place], number)
            && !numbers.contains(&number)
        {
            numbers.push(number);
        }
    }
    numbers
}

/// Whether the words before a number say that it is an error's.
fn says_number(before: &[&str], number: i32) -> bool {
    const SAYING: &[&str] = &["errno", "winerror", "error", "err", "code", "wsaerror", "errorcode", "wsagetlasterror"];
    /// What a function of the kernel gave: an error where it is below zero, a count else.
    const SAYING_BELOW_ZERO: &[&str] = &["returned", "returns", "ret", "rc", "result", "failed", "with"];
    /// Whose codes and errors are numbers of their own, within the two words before: `exit code`, `exited with code`, `HTTP error`.
    const OTHERS: &[&str] = &["exit", "exits", "exited", "http", "https"];
    const OTHERS_DIRECTLY: &[&str] = &["status", "response"];
    let Some((last, earlier)) = before.split_last() else { return false };
    let last = last.rsplit('.').next().unwrap_or(last);
    let is_of_others = || {
        earlier.iter().rev().take(2).any(|word| OTHERS.contains(word)) || earlier.last().is_some_and(|word| OTHERS_DIRECTLY.contains(word))
    };
    match last {
        "code" | "error" if is_of_others() => false,
        _ => SAYING.contains(&last) || number < 0 && SAYING_BELOW_ZERO.contains(&last),
    }
}

/// The errors whose message a line holds; the longest message wins over one that is part of it.
fn said_in(lower: &str) -> Vec<&'static ErrorEntry> {
    let mut longest = 0;
    let mut said: Vec<&'static ErrorEntry> = Vec::new();
    for entry in errors() {
        let held = entry.wordings().filter(|wording| lower.contains(&wording.to_lowercase())).map(str::len).max();
        match held {
            Some(length) if length > longest => (longest, said) = (length, vec![entry]),
            Some(length) if length == longest => said.push(entry),
            Some(_) | None => {}
        }
    }
    said
}
