//! The errors, grouped by what went wrong.

mod address;
mod argument;
mod connect;
mod ending;
mod limit;
mod path;
mod permission;
mod rare;
mod resolver;
mod route;
mod waiting;

use super::entry::ErrorEntry;

/// All of them, those of calls first.
pub(super) const ERRORS: &[&[ErrorEntry]] = &[
    connect::ERRORS,
    ending::ERRORS,
    waiting::ERRORS,
    address::ERRORS,
    route::ERRORS,
    argument::ERRORS,
    limit::ERRORS,
    permission::ERRORS,
    path::ERRORS,
    rare::ERRORS,
    resolver::ERRORS,
];
