//! Finding an entry by its name or number.

use super::entry::{ErrorEntry, System};
use super::errors::ERRORS;

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
    let mut found: Vec<(System, &'static ErrorEntry)> = System::ALL
        .into_iter()
        .flat_map(|system| errors().filter(move |entry| entry.number(system) == Some(number)).map(move |entry| (system, entry)))
        .collect();
    found.sort_by_key(|&(system, _)| system != System::HERE);
    found
}
