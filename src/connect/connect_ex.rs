//! What Python's `connect_ex` would have returned, had it made the same attempt.
//!
//! Measured with CPython 3.11 on Linux 6.18, and held by a test that runs `python3` where there is one. Python makes a socket with a
//! timeout non-blocking and waits in poll(2). When the time is over `connect_ex` returns EAGAIN (11), which no `connect` ever says for
//! TCP, and `connect` raises TimeoutError("timed out"), which has no number. ETIMEDOUT (110) is the kernel's: it comes when all
//! repetitions of the SYN went unanswered, after two minutes or so.

use schemars::JsonSchema;
use serde::Serialize;

use super::error_code::ErrorCode;
use super::findings::{Attempt, AttemptEnd, Call, CallFailure};
use crate::errno::Errno;
use crate::trace::Address;

/// What `connect_ex` returns, by how the socket waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ConnectEx {
    /// On a blocking socket; None where it would go on waiting, and this run cannot know.
    pub blocking: Option<CodeReturned>,
    /// On a socket with a timeout (`settimeout`).
    pub with_timeout: CodeReturned,
    /// On a non-blocking socket, in the first call.
    pub non_blocking: CodeReturned,
    /// What `connect` raises, on a socket with a timeout; None where it returns.
    pub raises: Option<String>,
}

/// A number that `connect_ex` returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CodeReturned {
    /// The number, here; 0 is success.
    pub number: i32,
    /// Its name; None for success.
    pub name: Option<String>,
}

impl CodeReturned {
    fn of(number: i32) -> Self {
        Self { number, name: (number != 0).then(|| Errno::from_raw(number).to_string()) }
    }
}

/// What Python would say of an attempt; `None` where no connect was made, or its end is not known.
pub fn connect_ex(attempt: &Attempt) -> Option<ConnectEx> {
    let first = |end: i32| if attempt.was_pending { libc::EINPROGRESS } else { end };
    let returned = |end: i32, raises: Option<String>| ConnectEx {
        blocking: Some(CodeReturned::of(end)),
        with_timeout: CodeReturned::of(end),
        non_blocking: CodeReturned::of(first(end)),
        raises,
    };
    match &attempt.end {
        AttemptEnd::Connected => Some(returned(0, None)),
        // A Unix socket does not wait for room in the backlog: only a blocking connect does.
        AttemptEnd::Failed(CallFailure { call: Call::Connect, error })
            if error.number == libc::EAGAIN && !matches!(attempt.to, Address::Ip(_)) =>
        {
            Some(ConnectEx { blocking: None, ..returned(error.number, Some(raised(error))) })
        }
        AttemptEnd::Failed(CallFailure { call: Call::Connect, error }) => Some(returned(error.number, Some(raised(error)))),
        AttemptEnd::TimedOut { .. } | AttemptEnd::Deadline if attempt.was_pending => Some(ConnectEx {
            blocking: None,
            with_timeout: CodeReturned::of(libc::EAGAIN),
            non_blocking: CodeReturned::of(libc::EINPROGRESS),
            raises: Some("TimeoutError: timed out".to_owned()),
        }),
        AttemptEnd::TimedOut { .. }
        | AttemptEnd::Failed(_)
        | AttemptEnd::Answered
        | AttemptEnd::Deadline
        | AttemptEnd::Lost
        | AttemptEnd::Interrupted => None,
    }
}

/// What Python raises for an error of a call.
pub(super) fn raised(error: &ErrorCode) -> String {
    format!("{}: [Errno {}] {}", error.python, error.number, error.text)
}
