//! What the kernel counts for a socket.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::SocketOption;

/// What the kernel had counted and queued for a socket at one moment: by the names that `get` knows. What this kernel does not keep, or
/// this kind of socket does not have, is not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Counters(pub BTreeMap<SocketOption, u64>);

impl Counters {
    /// The value of a counter.
    pub fn get(&self, counter: SocketOption) -> Option<u64> {
        self.0.get(&counter).copied()
    }
}

/// What the kernel had counted of a TCP connection when a send had returned (TCP_INFO); few fields, because there may be many sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendSample {
    /// Where the send stands in its actor's log, from 0.
    pub call: u32,
    /// Segments with data sent so far.
    pub data_segs_out: u32,
    /// Bytes sent so far.
    pub bytes_sent: u64,
    /// Bytes that the peer's kernel acknowledged so far, our SYN among them where we connected.
    pub bytes_acked: u64,
    /// Bytes accepted and not sent.
    pub notsent_bytes: u32,
    /// Segments sent and not acknowledged.
    pub unacked_segs: u32,
    /// The largest segment, in bytes of data.
    pub snd_mss: u32,
    /// The congestion window in segments.
    pub snd_cwnd: u32,
    /// The peer's receive window in bytes.
    pub snd_wnd: u32,
}
