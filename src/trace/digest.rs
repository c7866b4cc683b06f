//! Digests of byte streams, so that two ends can be compared without keeping their bytes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

/// Bytes a digest is made over: a difference is located to within one block.
pub const BLOCK: u64 = 64 * 1024;

/// The length of a stream, and a 64-bit digest (XXH3) of each [`BLOCK`] of it; the last block may be shorter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamDigest {
    /// Bytes in all.
    pub bytes: u64,
    /// Digests of the blocks, in hexadecimal.
    pub blocks: Vec<BlockDigest>,
}

/// The XXH3 digest of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct BlockDigest(pub u64);

impl From<BlockDigest> for String {
    fn from(digest: BlockDigest) -> Self {
        format!("{:016x}", digest.0)
    }
}

impl TryFrom<String> for BlockDigest {
    type Error = std::num::ParseIntError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        u64::from_str_radix(&text, 16).map(Self)
    }
}

/// The digest of one piece of data.
pub(crate) fn of(data: &[u8]) -> u64 {
    xxh3_64(data)
}

/// Makes a [`StreamDigest`] from bytes as they come, in pieces of any size.
#[derive(Default)]
pub(crate) struct StreamHasher {
    digest: StreamDigest,
    block: Option<Box<Xxh3Default>>,
    in_block: u64,
}

impl StreamHasher {
    /// Bytes so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.digest.bytes
    }

    pub(crate) fn update(&mut self, mut data: &[u8]) {
        self.digest.bytes += data.len() as u64;
        while !data.is_empty() {
            let room = usize::try_from(BLOCK - self.in_block).unwrap_or(usize::MAX);
            let (now, later) = data.split_at(room.min(data.len()));
            let block = self.block.get_or_insert_with(Box::default);
            block.update(now);
            self.in_block += now.len() as u64;
            if self.in_block == BLOCK {
                self.digest.blocks.push(BlockDigest(block.digest()));
                block.reset();
                self.in_block = 0;
            }
            data = later;
        }
    }

    pub(crate) fn finish(mut self) -> StreamDigest {
        if let Some(block) = self.block.filter(|_| self.in_block > 0) {
            self.digest.blocks.push(BlockDigest(block.digest()));
        }
        self.digest
    }
}

impl StreamDigest {
    /// The digest of bytes that are all at hand.
    pub fn of(data: &[u8]) -> Self {
        let mut hasher = StreamHasher::default();
        hasher.update(data);
        hasher.finish()
    }

    /// The range of offsets in which `received` first differs from what was sent, `self`. Blocks that one side has only
    /// in part cannot be compared, unless they have the same length.
    pub fn first_difference(&self, received: &Self) -> Option<std::ops::Range<u64>> {
        let comparable = |index: usize| {
            let end = (index as u64 + 1) * BLOCK;
            let length = |digest: &Self| digest.bytes.min(end);
            length(self) == length(received)
        };
        let differing = |&(index, (sent, received)): &(usize, (&BlockDigest, &BlockDigest))| sent != received && comparable(index);
        self.blocks.iter().zip(&received.blocks).enumerate().find(differing).map(|(index, _)| {
            let start = index as u64 * BLOCK;
            start..(start + BLOCK).min(received.bytes)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_do_not_matter() {
        let data: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
        let whole = StreamDigest::of(&data);
        let mut hasher = StreamHasher::default();
        data.chunks(777).for_each(|piece| hasher.update(piece));
        assert_eq!(hasher.finish(), whole);
        assert_eq!(whole.blocks.len(), 4);
    }

    #[test]
    fn a_difference_is_located_to_its_block() {
        let data = vec![7u8; 200_000];
        let mut other = data.clone();
        other[70_000] = 8;
        assert_eq!(StreamDigest::of(&data).first_difference(&StreamDigest::of(&other)), Some(65_536..131_072));
        assert_eq!(StreamDigest::of(&data).first_difference(&StreamDigest::of(&data[..1000])), None);
    }
}
