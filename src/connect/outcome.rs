//! What came of a target, in one word: reached, not reached, not tried.

use super::findings::{Answer, Attempt, AttemptEnd, Call, ExchangeEnd, Findings, Outcome, Stopped};

/// Errors of `connect` that say nothing about the target: this machine could not, or was not allowed to, try.
const LOCAL: &[&str] = &[
    "EACCES",
    "EADDRINUSE",
    "EADDRNOTAVAIL",
    "EAFNOSUPPORT",
    "EINVAL",
    "EMFILE",
    "ENFILE",
    "ENOBUFS",
    "ENOMEM",
    "EPERM",
    "EPROTONOSUPPORT",
];

/// Errors of the resolver that are an answer: the target as it was named does not exist.
const ANSWERS: &[&str] = &["EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY"];

/// What came of a target.
pub(super) fn outcome(findings: &Findings) -> Outcome {
    if findings.rounds.as_ref().is_some_and(|rounds| rounds.connected > 0) {
        return Outcome::Reached;
    }
    if findings.stopped == Some(Stopped::Interrupted) {
        return Outcome::Interrupted;
    }
    if findings.kept.is_some() {
        let is_answered = findings.exchange.as_ref().is_none_or(|exchange| matches!(exchange.end, ExchangeEnd::Answered));
        return if is_answered { Outcome::Reached } else { Outcome::NotReached };
    }
    if findings.attempts.is_empty() {
        let is_answer = findings.resolution.as_ref().is_some_and(|resolution| match &resolution.answer {
            Answer::Failed(error) => ANSWERS.contains(&error.name.as_str()),
            Answer::Addresses(_) | Answer::TimedOut { .. } | Answer::Interrupted => false,
        });
        return if is_answer { Outcome::NotReached } else { Outcome::NotTried };
    }
    if findings.attempts.iter().all(is_local) { Outcome::NotTried } else { Outcome::NotReached }
}

fn is_local(attempt: &Attempt) -> bool {
    match &attempt.end {
        AttemptEnd::Failed(failure) if failure.call == Call::Connect || failure.call == Call::Send => {
            attempt.failed_at_once() && LOCAL.contains(&failure.error.name.as_str())
        }
        AttemptEnd::Failed(failure) => failure.call != Call::Recv,
        AttemptEnd::Connected
        | AttemptEnd::Answered
        | AttemptEnd::TimedOut { .. }
        | AttemptEnd::Deadline
        | AttemptEnd::Lost
        | AttemptEnd::Interrupted => false,
    }
}
