//! Why it failed: what is likely, each with what in this run speaks for it and against it.
//!
//! Pure: findings in, causes out. A cause without evidence is called possible, and nothing else; one that something speaks against is
//! ruled out, and is still shown, because the reader may have thought of it.

use schemars::JsonSchema;
use serde::Serialize;

/// A likely cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cause {
    /// Its name: stable.
    pub name: &'static str,
    /// It in a few words.
    pub title: String,
    /// How this run stands to it.
    pub standing: Standing,
    /// What was observed that speaks for it, or against it.
    pub evidence: Vec<Evidence>,
}

/// How a run stands to a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Something that was observed speaks for it, and nothing against it.
    Supported,
    /// Nothing that was observed speaks for it or against it.
    Possible,
    /// Something that was observed speaks against it.
    RuledOut,
}

/// An observation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence {
    /// Where it was made.
    pub source: Source,
    /// What was observed.
    pub text: String,
    /// Whether it speaks for the cause, rather than against it.
    pub supports: bool,
}

/// Where an observation was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The socket calls, their results and times.
    Calls,
    /// The socket's error queue (IP_RECVERR): errors with their origin.
    ErrorQueue,
    /// The kernel's counters of the connection.
    TcpInfo,
    /// The kernel's list of sockets.
    SockDiag,
    /// The kernel's routing table.
    Routes,
    /// The kernel's table of neighbours.
    Neighbours,
    /// The file system.
    FileSystem,
}

impl Source {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::ErrorQueue => "error queue",
            Self::TcpInfo => "TCP_INFO",
            Self::SockDiag => "sock_diag",
            Self::Routes => "routing table",
            Self::Neighbours => "neighbour table",
            Self::FileSystem => "file system",
        }
    }
}

impl Cause {
    /// A cause of which nothing is known yet.
    pub(super) fn new(name: &'static str, title: impl Into<String>) -> Self {
        Self { name, title: title.into(), standing: Standing::Possible, evidence: Vec::new() }
    }

    /// Adds what speaks for it.
    pub(super) fn supported(mut self, source: Source, text: impl Into<String>) -> Self {
        self.evidence.push(Evidence { source, text: text.into(), supports: true });
        if self.standing == Standing::Possible {
            self.standing = Standing::Supported;
        }
        self
    }

    /// Adds what speaks against it.
    pub(super) fn refuted(mut self, source: Source, text: impl Into<String>) -> Self {
        self.evidence.push(Evidence { source, text: text.into(), supports: false });
        self.standing = Standing::RuledOut;
        self
    }

    pub(super) fn supported_if(self, holds: bool, source: Source, text: impl FnOnce() -> String) -> Self {
        if holds { self.supported(source, text()) } else { self }
    }
}

/// The supported ones first, the others behind them, otherwise in the order given.
pub(super) fn in_order(mut causes: Vec<Cause>) -> Vec<Cause> {
    causes.sort_by_key(|cause| cause.standing);
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_evidence_a_cause_is_possible_and_nothing_more() {
        let causes = in_order(vec![
            Cause::new("a", "").supported(Source::Calls, "for").refuted(Source::SockDiag, "against").supported(Source::Calls, "for"),
            Cause::new("b", ""),
            Cause::new("c", "").supported(Source::Calls, "for"),
        ]);
        let order: Vec<_> = causes.iter().map(|cause| (cause.name, cause.standing)).collect();
        assert_eq!(order, [("c", Standing::Supported), ("b", Standing::Possible), ("a", Standing::RuledOut)]);
    }
}
