//! Finding an entry by its name or number.

use super::entry::{ErrorEntry, System};
use super::errors::ERRORS;
use super::option::OptionEntry;
use super::options::OPTIONS;
use super::term::Term;
use super::terms::TERMS;
use super::unrelated::{UNRELATED, UnrelatedError};

/// Every error, those of calls first.
pub fn errors() -> impl Iterator<Item = &'static ErrorEntry> {
    ERRORS.iter().flat_map(|group| group.iter())
}

/// The error with this name, in capital letters or small ones: ECONNREFUSED, WSAECONNREFUSED, EWOULDBLOCK, EAI_NONAME.
pub fn error(name: &str) -> Option<&'static ErrorEntry> {
    errors().find(|entry| entry.is_called(name))
}

/// The errors with this number, and on which system it is theirs: this system's first.
pub fn errors_with_number(number: i32) -> Vec<(System, &'static ErrorEntry)> {
    on_each_system(|system| errors().filter(move |entry| entry.number(system) == Some(number)))
}

/// The errors that sockets do not give.
pub fn unrelated() -> impl Iterator<Item = &'static UnrelatedError> {
    UNRELATED.iter()
}

/// The errors with this number that sockets do not give, and on which system it is theirs: this system's first.
pub fn unrelated_with_number(number: i32) -> Vec<(System, &'static UnrelatedError)> {
    on_each_system(|system| unrelated().filter(move |error| error.number(system) == Some(number)))
}

/// Every term.
pub fn terms() -> impl Iterator<Item = &'static Term> {
    TERMS.iter().flat_map(|group| group.iter())
}

/// The term that a word of any language means: Nagle, TIME-WAIT, 粘包.
pub fn term(word: &str) -> Option<&'static Term> {
    let word = plain(word);
    terms().find(|term| term.words().any(|known| plain(known) == word))
}

/// Every socket option.
pub fn options() -> impl Iterator<Item = &'static OptionEntry> {
    OPTIONS.iter().flat_map(|group| group.iter())
}

/// The socket option with this name: SO_RCVBUF, so_rcvbuf or rcvbuf.
pub fn option(name: &str) -> Option<&'static OptionEntry> {
    let name = name.replace([' ', '-'], "_");
    options().find(|entry| entry.is_called(&name))
}

/// A word as it is compared: small letters; a space, a hyphen and an underscore are one.
pub(super) fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['-', '_'], " ")
}

fn on_each_system<T, I: Iterator<Item = T>>(on: impl Fn(System) -> I) -> Vec<(System, T)> {
    let mut systems = System::ALL;
    systems.sort_by_key(|&system| system != System::HERE);
    systems.into_iter().flat_map(|system| on(system).map(move |found| (system, found))).collect()
}
