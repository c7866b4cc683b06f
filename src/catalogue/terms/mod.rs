//! The terms, grouped by what they are about.

mod life;
mod place;
mod reading;
mod sending;
mod waiting;

use super::term::Term;

/// All of them.
pub(super) const TERMS: &[&[Term]] = &[reading::TERMS, sending::TERMS, life::TERMS, waiting::TERMS, place::TERMS];
