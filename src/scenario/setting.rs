//! Settings of a scenario that hold unless a step or the command line says otherwise.

use std::time::Duration;

use schemars::JsonSchema;

use super::decode::{Decode, Fields, integer, word};
use super::json::Node;
use super::payload::MAX_PAYLOAD;
use super::problem::Problems;
use super::source::Spanned;
use super::{duration, option};

/// Settings that hold for every step and socket, unless a step sets its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Defaults {
    /// The longest that one step may take, such as "2s". Default 5 s.
    #[schemars(with = "Option<duration::DurationText>")]
    pub timeout: Option<Spanned<Duration>>,
    /// Bytes that `recv` asks for. Default 1024.
    #[schemars(range(min = 1, max = 16_777_216))]
    pub recv_size: Option<Spanned<u64>>,
    /// TCP_NODELAY on every TCP connection: true turns Nagle's algorithm off.
    pub nodelay: Option<Spanned<bool>>,
    /// SO_REUSEADDR on every socket before it is bound.
    pub reuseaddr: Option<Spanned<bool>>,
    /// SO_SNDBUF in bytes on every socket. Linux doubles what is asked.
    #[schemars(range(min = 1, max = 1_073_741_823))]
    pub sndbuf: Option<Spanned<u64>>,
    /// SO_RCVBUF in bytes on every socket, before connect and listen. Linux doubles what is asked.
    #[schemars(range(min = 1, max = 1_073_741_823))]
    pub rcvbuf: Option<Spanned<u64>>,
    /// When the kernel's counters of a TCP connection are read. Default "close".
    pub sample: Option<Spanned<Sampling>>,
}

/// When the kernel's counters of a TCP connection are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Not at all; only what is queued is, before each close.
    Never,
    /// Once, before each socket is closed.
    Close,
    /// Also after each send.
    Sends,
}

impl Decode for Defaults {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "defaults", problems)?;
        let mut size = |name, range| {
            let node: &Node = fields.node(name)?;
            integer(node, "a size in bytes", range, problems).map(|value| Spanned::new(value, node.span))
        };
        let recv_size = size("recv_size", 1..=MAX_PAYLOAD);
        let sndbuf = size("sndbuf", 1..=option::MAX_INT / 2);
        let rcvbuf = size("rcvbuf", 1..=option::MAX_INT / 2);
        let defaults = Self {
            timeout: duration::time_limit(&mut fields, "timeout", problems),
            recv_size,
            nodelay: fields.optional("nodelay", problems),
            reuseaddr: fields.optional("reuseaddr", problems),
            sndbuf,
            rcvbuf,
            sample: fields.optional("sample", problems),
        };
        fields.finish(problems);
        Some(defaults)
    }
}

impl Sampling {
    /// Words and values.
    pub const WORDS: &[(&str, Self)] = &[("never", Self::Never), ("close", Self::Close), ("sends", Self::Sends)];

    /// The word.
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, sampling)| *sampling == self).map_or("", |(name, _)| name)
    }
}

impl Decode for Sampling {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, "a time of sampling", Self::WORDS, problems)
    }
}
