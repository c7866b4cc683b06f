//! Causes of what becomes of messages.

use super::{Cause, EvidenceSource, plural};
use crate::analysis::message::{Fate, MessageFlow};
use crate::scenario::{CauseName, SocketOption};
use crate::trace::SocketTrace;

pub(super) fn truncated_datagram(messages: &MessageFlow) -> Option<Cause> {
    let message = messages.messages.iter().find(|message| message.fate == Fate::Truncated)?;
    let (sent, read) = (message.sent?, message.read?);
    let text = format!(
        "message {} had {} bytes, read {} had room for {}: recvmsg returned MSG_TRUNC",
        sent.index + 1,
        sent.bytes,
        read.index + 1,
        read.bytes
    );
    Some(Cause::new(CauseName::TruncatedDatagram, [(EvidenceSource::Calls, text)]))
}

/// Messages that were accepted for sending, asked for in vain, and a kernel that says that it threw some for this socket away. What nobody
/// asked for may still be queued.
pub(super) fn dropped_datagram(messages: &MessageFlow, receiver: &SocketTrace) -> Option<Cause> {
    let missing = messages.count(Fate::Lost);
    let drops = receiver.counters.get(SocketOption::Drops).unwrap_or(0);
    (missing > 0 && drops > 0).then(|| {
        let calls = format!("{} accepted by send, and asked for in vain", plural(missing, "message"));
        let counted = format!("the kernel threw {} for the receiving socket away", plural(drops, "packet"));
        Cause::new(CauseName::DroppedDatagram, [(EvidenceSource::Meminfo, counted), (EvidenceSource::Calls, calls)])
    })
}
