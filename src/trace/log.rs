//! The calls of one actor, in a few tens of bytes each.
//!
//! Written by one thread, with no lock, and with an allocation only when a chunk is full. Bytes up to a cap are
//! kept in one arena; of larger payloads a prefix and a digest, so that memory grows with the number of calls, not with
//! what was sent.

use std::borrow::Cow;
use std::collections::HashMap;

use schemars::JsonSchema;
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::address::Address;
use super::call::{Call, CallFlags, CallKind, CallOutcome, CallRecord, Data};
use super::digest;
use crate::errno::Errno;
use crate::scenario::SocketOption;

/// The most bytes of one call that are kept.
pub const PREFIX_CAP: usize = 4096;
/// The most bytes that are kept of an actor's calls at [`PREFIX_CAP`]; beyond it, [`SMALL_CAP`] a call.
const ARENA_BUDGET: usize = 16 * 1024 * 1024;
const SMALL_CAP: usize = 8;
/// Records to a chunk: chunks are never moved, so the log never doubles in size to grow.
const CHUNK: usize = 4096;
const DIGEST: usize = size_of::<u64>();

const NONE: u16 = u16::MAX;
const TIMED_OUT: i32 = i32::MIN;
const RELEASED: i32 = i32::MIN + 1;

/// One call, packed. A negative result is an errno, or one of the two constants above.
#[derive(Clone, Copy)]
struct Record {
    start_ns: u64,
    end_ns: u64,
    arena: u32,
    step: u32,
    asked: u32,
    result: i32,
    kept: u16,
    socket: u16,
    address: u16,
    flags: CallFlags,
    kind: CallKind,
    option: u8,
    has_digest: bool,
}

/// What is recorded of a call besides its bytes.
pub(crate) struct Entry {
    pub(crate) step: u32,
    pub(crate) kind: CallKind,
    pub(crate) socket: Option<usize>,
    pub(crate) option: Option<SocketOption>,
    pub(crate) asked: usize,
    pub(crate) outcome: CallOutcome,
    pub(crate) flags: CallFlags,
    pub(crate) start_ns: u64,
    pub(crate) end_ns: u64,
}

/// The calls of one actor, in order.
#[derive(Clone, Default)]
pub struct CallLog {
    chunks: Vec<Vec<Record>>,
    arena: Vec<u8>,
    addresses: Vec<Address>,
    address_places: HashMap<Address, u16>,
}

impl std::fmt::Debug for CallLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

fn pack(outcome: CallOutcome) -> i32 {
    match outcome {
        CallOutcome::Returned(value) => i32::try_from(value).unwrap_or(i32::MAX),
        CallOutcome::Failed(errno) => -errno.raw(),
        CallOutcome::TimedOut => TIMED_OUT,
        CallOutcome::Released => RELEASED,
    }
}

fn unpack(result: i32) -> CallOutcome {
    match result {
        TIMED_OUT => CallOutcome::TimedOut,
        RELEASED => CallOutcome::Released,
        _ => u32::try_from(result).map_or(CallOutcome::Failed(Errno::from_raw(-result)), CallOutcome::Returned),
    }
}

impl CallLog {
    /// Records a call and its bytes.
    pub(crate) fn push(&mut self, entry: &Entry, data: &[u8], address: Option<Address>) {
        let address = address.map_or(NONE, |address| self.intern(address));
        let room = if self.arena.len() + PREFIX_CAP + DIGEST <= ARENA_BUDGET { PREFIX_CAP } else { SMALL_CAP };
        let kept = data.len().min(room);
        self.push_record(entry, &data[..kept], (kept < data.len()).then(|| digest::of(data)), address);
    }

    /// Records bytes of which only the first ones and a digest are at hand.
    pub(crate) fn push_digest(&mut self, entry: &Entry, prefix: &[u8], digest: u64) {
        self.push_record(entry, &prefix[..prefix.len().min(PREFIX_CAP)], Some(digest), NONE);
    }

    fn push_record(&mut self, entry: &Entry, kept: &[u8], digest: Option<u64>, address: u16) {
        let arena = u32::try_from(self.arena.len()).unwrap_or(u32::MAX);
        self.arena.extend_from_slice(kept);
        if let Some(digest) = digest {
            self.arena.extend_from_slice(&digest.to_le_bytes());
        }
        let record = Record {
            start_ns: entry.start_ns,
            end_ns: entry.end_ns,
            arena,
            step: entry.step,
            asked: u32::try_from(entry.asked).unwrap_or(u32::MAX),
            result: pack(entry.outcome),
            kept: u16::try_from(kept.len()).unwrap_or(u16::MAX),
            socket: entry.socket.and_then(|socket| u16::try_from(socket).ok()).unwrap_or(NONE),
            address,
            flags: entry.flags,
            kind: entry.kind,
            option: entry.option.map_or(0, option_code),
            has_digest: digest.is_some(),
        };
        match self.chunks.last_mut() {
            // The first chunk grows as it must, so that a short scenario stays small; the others are made whole.
            Some(chunk) if chunk.len() < CHUNK => chunk.push(record),
            None => self.chunks.push(vec![record]),
            Some(_) => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(record);
                self.chunks.push(chunk);
            }
        }
    }

    /// When the last call ended, in nanoseconds from the start of the run; 0 before the first.
    pub(crate) fn end_ns(&self) -> u64 {
        self.chunks.last().and_then(|chunk| chunk.last()).map_or(0, |record| record.end_ns)
    }

    /// Marks the last call as the last of its step.
    pub(crate) fn end_step(&mut self) {
        self.mark_last(CallFlags::LAST_OF_STEP);
    }

    /// Adds to what is known of the last call.
    pub(crate) fn mark_last(&mut self, flag: CallFlags) {
        if let Some(record) = self.chunks.last_mut().and_then(|chunk| chunk.last_mut()) {
            record.flags = record.flags.with(flag);
        }
    }

    fn intern(&mut self, address: Address) -> u16 {
        if let Some(&known) = self.address_places.get(&address) {
            return known;
        }
        let place = u16::try_from(self.addresses.len()).unwrap_or(NONE);
        self.addresses.push(address.clone());
        self.address_places.insert(address, place);
        place
    }

    /// How many calls there are.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Bytes of memory held, without the payload.
    pub fn memory(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.capacity() * size_of::<Record>()).sum()
    }

    /// The call at a position.
    pub fn get(&self, index: usize) -> Option<Call<'_>> {
        self.chunks.get(index / CHUNK)?.get(index % CHUNK).map(|record| self.view(record))
    }

    /// The calls in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Call<'_>> {
        self.chunks.iter().flatten().map(|record| self.view(record))
    }

    fn view(&self, record: &Record) -> Call<'_> {
        let start = record.arena as usize;
        let end = start + usize::from(record.kept);
        let outcome = unpack(record.result);
        let digest = record.has_digest.then(|| self.arena[end..end + DIGEST].try_into().map_or(0, u64::from_le_bytes));
        // With MSG_TRUNC a read returns the datagram's length, which may be more than there was room for.
        let len = match digest {
            None => u32::from(record.kept),
            Some(_) if record.kind == CallKind::Frame => outcome.returned().unwrap_or(0),
            Some(_) => outcome.returned().map_or(record.asked, |count| count.min(record.asked)),
        };
        Call {
            step: record.step,
            kind: record.kind,
            socket: (record.socket != NONE).then_some(usize::from(record.socket)),
            option: option_of(record.option),
            asked: record.asked,
            outcome,
            flags: record.flags,
            start_ns: record.start_ns,
            end_ns: record.end_ns,
            data: Data { prefix: Cow::Borrowed(&self.arena[start..end]), len, digest },
            address: self.addresses.get(usize::from(record.address)).cloned(),
        }
    }
}

fn option_code(option: SocketOption) -> u8 {
    SocketOption::WORDS.iter().position(|&(_, known)| known == option).and_then(|index| u8::try_from(index + 1).ok()).unwrap_or(0)
}

fn option_of(code: u8) -> Option<SocketOption> {
    SocketOption::WORDS.get(usize::from(code).checked_sub(1)?).map(|&(_, option)| option)
}

impl<'t> FromIterator<Call<'t>> for CallLog {
    fn from_iter<I: IntoIterator<Item = Call<'t>>>(calls: I) -> Self {
        let mut log = Self::default();
        for call in calls {
            let entry = Entry {
                step: call.step,
                kind: call.kind,
                socket: call.socket,
                option: call.option,
                asked: call.asked as usize,
                outcome: call.outcome,
                flags: call.flags,
                start_ns: call.start_ns,
                end_ns: call.end_ns,
            };
            let address = call.address.map_or(NONE, |address| log.intern(address));
            log.push_record(&entry, &call.data.prefix, call.data.digest, address);
        }
        log
    }
}

impl Serialize for CallLog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.len()))?;
        for call in self.iter() {
            sequence.serialize_element(&call)?;
        }
        sequence.end()
    }
}

impl<'de> Deserialize<'de> for CallLog {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Call<'_>>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl JsonSchema for CallLog {
    fn schema_name() -> Cow<'static, str> {
        "CallLog".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        <Vec<CallRecord>>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: CallKind, asked: usize, outcome: CallOutcome) -> Entry {
        Entry { step: 3, kind, socket: Some(1), option: None, asked, outcome, flags: CallFlags::default(), start_ns: 5, end_ns: 9 }
    }

    #[test]
    fn a_record_is_under_64_bytes() {
        assert!(size_of::<Record>() < 64, "{}", size_of::<Record>());
    }

    #[test]
    fn outcomes_survive_packing() {
        for outcome in [
            CallOutcome::Returned(0),
            CallOutcome::Returned(16_777_216),
            CallOutcome::Failed(Errno::from_raw(libc::ECONNREFUSED)),
            CallOutcome::TimedOut,
            CallOutcome::Released,
        ] {
            assert_eq!(unpack(pack(outcome)), outcome);
        }
    }

    #[test]
    fn large_payloads_are_kept_as_prefix_and_digest() {
        let mut log = CallLog::default();
        let data = vec![7u8; PREFIX_CAP + 1];
        log.push(&entry(CallKind::Recv, 9000, CallOutcome::Returned(4097)), &data, None);
        log.push(&entry(CallKind::Recv, 9000, CallOutcome::Returned(2)), b"ab", Some(Address::Unnamed));
        let large = log.get(0).unwrap();
        assert_eq!((large.data.prefix.len(), large.data.len, large.data.digest), (PREFIX_CAP, 4097, Some(digest::of(&data))));
        let small = log.get(1).unwrap();
        assert_eq!((&*small.data.prefix, small.data.is_whole(), small.address), (&b"ab"[..], true, Some(Address::Unnamed)));
    }

    #[test]
    fn json_and_back() {
        let mut log = CallLog::default();
        log.push(&entry(CallKind::Send, 5, CallOutcome::Returned(5)), b"hello", None);
        log.push(&entry(CallKind::Recv, 5, CallOutcome::Returned(2)), &[0, 255], None);
        log.push(&entry(CallKind::Recv, 9000, CallOutcome::Returned(5000)), &[1; 5000], None);
        log.end_step();
        log.push(&entry(CallKind::Recv, 5, CallOutcome::Failed(Errno::from_raw(libc::EAGAIN))), &[], None);
        let text = serde_json::to_string(&log).unwrap();
        let back: CallLog = serde_json::from_str(&text).unwrap();
        assert_eq!(back.iter().collect::<Vec<_>>(), log.iter().collect::<Vec<_>>());
    }
}
