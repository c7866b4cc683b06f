//! The errors, grouped by what went wrong.

mod connect;
mod resolver;

use super::entry::ErrorEntry;

/// All of them, those of calls first.
pub(super) const ERRORS: &[&[ErrorEntry]] = &[connect::ERRORS, resolver::ERRORS];
