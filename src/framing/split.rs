//! Every way in which a stream may be cut: with these a program tests its own parser.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// Every way to cut bytes in two, those with an empty piece among them, and then byte by byte. TCP may deliver a stream in any of these.
///
/// ```
/// use netlab::framing::every_split;
///
/// // A parser of lines with a real bug: it takes a piece that does not end with a newline for a line of its own.
/// fn lines(pieces: &[&[u8]]) -> Vec<String> {
///     let text = |piece: &&[u8]| String::from_utf8_lossy(piece).lines().map(str::to_owned).collect::<Vec<_>>();
///     pieces.iter().flat_map(text).collect()
/// }
///
/// let stream = b"hello\nworld\n";
/// let wrong: Vec<_> = every_split(stream).filter(|pieces| lines(pieces) != ["hello", "world"]).collect();
/// assert_eq!(wrong[0], [&b"h"[..], b"ello\nworld\n"]);
/// ```
pub fn every_split(bytes: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    let in_two = (0..=bytes.len()).map(|at| vec![&bytes[..at], &bytes[at..]]);
    in_two.chain(std::iter::once(bytes.chunks(1).collect()))
}

/// The bytes in pieces of random sizes, from 1 to `largest`. The same seed gives the same pieces on every machine.
///
/// ```
/// let pieces: Vec<&[u8]> = netlab::framing::chunks(7, 4, b"hello world").collect();
/// assert_eq!(pieces.concat(), b"hello world");
/// assert!(pieces.iter().all(|piece| (1..=4).contains(&piece.len())));
/// ```
pub fn chunks(seed: u64, largest: usize, bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let size = random.random_range(1..=largest.clamp(1, rest.len()));
        let (piece, behind) = rest.split_at(size);
        rest = behind;
        Some(piece)
    })
}
