//! Finding an entry by its name or number.

use super::entry::{ErrorEntry, System};
use super::errors::ERRORS;
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

fn on_each_system<T, I: Iterator<Item = T>>(on: impl Fn(System) -> I) -> Vec<(System, T)> {
    let mut systems = System::ALL;
    systems.sort_by_key(|&system| system != System::HERE);
    systems.into_iter().flat_map(|system| on(system).map(move |found| (system, found))).collect()
}
