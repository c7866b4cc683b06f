//! Exit codes: part of the interface.

use std::process::ExitCode;

use crate::report::{Policy, Summary};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Every expectation was met.
    Success,
    /// An expectation failed.
    Failed,
    /// The command line was wrong.
    Usage,
    /// A scenario file is invalid.
    Invalid,
    /// Nothing was selected.
    Nothing,
    /// Something could not be carried out.
    NotCarriedOut,
    /// A signal ended it: 128 and its number.
    Interrupted(i32),
}

/// The table in `netlab --help`.
pub(super) const HELP: &str = "Exit codes:
  0    every expectation was met (skips are counted and shown)
  1    an expectation failed
  2    the command line is wrong
  3    a scenario file is invalid
  4    nothing was selected
  5    something could not be carried out (permission, address in use), or a report not read or written
  130  interrupted (143: terminated; 141: nobody read the results to their end)
When several hold, the first of 130, 2, 3, 5, 1, 4 counts.";

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::Nothing => 4,
            Self::NotCarriedOut => 5,
            Self::Interrupted(signal) => u8::try_from(128 + signal).unwrap_or(130),
        }
    }

    /// The exit of a run.
    pub(super) fn of(summary: &Summary, signal: Option<i32>, policy: Policy) -> Self {
        let Summary { passed, failed, skipped, errors, invalid, not_run, .. } = *summary;
        match signal {
            Some(signal) => Self::Interrupted(signal),
            None if invalid > 0 => Self::Invalid,
            None if errors > 0 => Self::NotCarriedOut,
            None if failed > 0 || (policy.strict && skipped > 0) => Self::Failed,
            // Nobody asked for it to stop and nothing failed: whoever read the results has gone, as for any program that SIGPIPE ends.
            None if not_run > 0 => Self::Interrupted(13),
            None if passed + skipped == 0 => Self::Nothing,
            None => Self::Success,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_counts() {
        let [lenient, strict] = [false, true].map(|strict| Policy { strict, ..Policy::default() });
        let all = Summary { passed: 1, failed: 1, skipped: 1, errors: 1, invalid: 1, ..Summary::default() };
        assert_eq!(Exit::of(&all, Some(2), lenient).code(), 130);
        assert_eq!(Exit::of(&all, Some(15), lenient).code(), 143);
        assert_eq!(Exit::of(&all, None, lenient).code(), 3);
        assert_eq!(Exit::of(&Summary { invalid: 0, ..all }, None, lenient).code(), 5);
        assert_eq!(Exit::of(&Summary { invalid: 0, errors: 0, ..all }, None, lenient).code(), 1);
        assert_eq!(Exit::of(&Summary { skipped: 1, ..Summary::default() }, None, lenient).code(), 0);
        assert_eq!(Exit::of(&Summary { skipped: 1, ..Summary::default() }, None, strict).code(), 1);
        assert_eq!(Exit::of(&Summary::default(), None, lenient).code(), 4);
    }
}
