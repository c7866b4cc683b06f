//! Where a stream is cut: plans, and the splits that they stand for.
//!
//! A cut is an offset of the stream that is sent, all messages of the dialogue one behind the other. So it does not depend on how many
//! writes the bytes would otherwise leave in.

use std::fmt;
use std::str::FromStr;

use memchr::memmem;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::framing::unescape;

/// The most pieces of a random split.
const MOST_PIECES: u32 = 1_000;
/// The most rounds of one.
const MOST_ROUNDS: u32 = 1_000_000;
/// The rounds of one that does not say.
const ROUNDS: u32 = 100;

/// A way to cut a stream, as it is written on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CutPlan {
    /// Every split in two.
    Two,
    /// Every split in three.
    Three,
    /// One split: every byte alone.
    Bytes,
    /// One split: a cut after every so many bytes.
    Every(u64),
    /// One split that is none: all messages in one send, answers awaited behind it.
    Coalesced,
    /// So many splits, each in so many pieces, by a seed.
    Random {
        /// Pieces of each.
        pieces: u32,
        /// How many splits.
        rounds: u32,
    },
    /// One split with these cuts; negative ones count from the end.
    At(Vec<i64>),
    /// Splits in two before, within and behind every place where the bytes stand.
    Around(Vec<u8>),
    /// A split in two behind the first empty line.
    AfterHeader,
}

/// What can be written where a plan is expected.
const EXPECTED: &str = "expected two, three, bytes, coalesced, random:4, random:4x1000, a position such as 5, -1 or 3,9, `every 7`, \
                        `around \"\\r\\n\"` or `after header`";

impl FromStr for CutPlan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let word = |name: &str| text.strip_prefix(name).filter(|rest| rest.starts_with([' ', ':'])).map(|rest| rest[1..].trim());
        match text {
            "two" => return Ok(Self::Two),
            "three" => return Ok(Self::Three),
            "bytes" => return Ok(Self::Bytes),
            "coalesced" => return Ok(Self::Coalesced),
            "after header" | "after:header" => return Ok(Self::AfterHeader),
            _ => {}
        }
        if let Some(size) = word("every") {
            let size = size.parse().ok().filter(|&size| size > 0);
            return size.map(Self::Every).ok_or_else(|| "`every` needs a number of bytes from 1, such as `every 7`".to_owned());
        }
        if let Some(token) = word("around") {
            let inner = token.strip_prefix('"').and_then(|token| token.strip_suffix('"')).unwrap_or(token);
            let bytes = unescape(inner).filter(|bytes| !bytes.is_empty());
            return bytes.map(Self::Around).ok_or_else(|| "`around` needs bytes, with escapes \\r \\n \\t \\0 \\xHH \\\\".to_owned());
        }
        if let Some(numbers) = word("random") {
            let (pieces, rounds) = numbers.split_once('x').unwrap_or((numbers, ""));
            let rounds = if rounds.is_empty() { Some(ROUNDS) } else { rounds.parse().ok() };
            let both = pieces.parse().ok().zip(rounds);
            return match both {
                Some((pieces, rounds)) if (2..=MOST_PIECES).contains(&pieces) && (1..=MOST_ROUNDS).contains(&rounds) => {
                    Ok(Self::Random { pieces, rounds })
                }
                _ => Err(format!("`random` needs 2 to {MOST_PIECES} pieces, and 1 to {MOST_ROUNDS} rounds: random:4 or random:4x1000")),
            };
        }
        let cuts: Option<Vec<i64>> = text.split(',').map(|number| number.trim().parse().ok()).collect();
        match cuts {
            Some(cuts) if cuts.contains(&0) => Err("a cut at 0 cuts nothing off".to_owned()),
            Some(cuts) => Ok(Self::At(cuts)),
            None => Err(EXPECTED.to_owned()),
        }
    }
}

impl fmt::Display for CutPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Two => f.write_str("two"),
            Self::Three => f.write_str("three"),
            Self::Bytes => f.write_str("bytes"),
            Self::Every(size) => write!(f, "every {size}"),
            Self::Coalesced => f.write_str("coalesced"),
            Self::Random { pieces, rounds } => write!(f, "random:{pieces}x{rounds}"),
            Self::At(cuts) => f.write_str(&cuts.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")),
            Self::Around(token) => write!(f, "around \"{}\"", crate::trace::escape(token)),
            Self::AfterHeader => f.write_str("after header"),
        }
    }
}

/// One way in which the stream is cut.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Split {
    /// What it is called: the same in every run with the same bytes and seed.
    pub name: String,
    /// Where it is cut, in rising order, each more than 0 and less than the length.
    pub cuts: Vec<u64>,
    /// Whether messages leave together instead of each waiting for the answer to the one before.
    pub coalesced: bool,
}

impl Split {
    /// The stream as it is: one send a message.
    pub fn none() -> Self {
        Self { name: "uncut".to_owned(), cuts: Vec::new(), coalesced: false }
    }

    fn at(cuts: Vec<u64>) -> Self {
        let listed: Vec<String> = cuts.iter().map(ToString::to_string).collect();
        let name = format!("cut{} {}", if cuts.len() == 1 { "" } else { "s" }, listed.join(" "));
        Self { name, cuts, coalesced: false }
    }

    fn named(name: String, cuts: Vec<u64>) -> Self {
        Self { name, cuts, coalesced: false }
    }
}

/// The splits of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenSplits {
    /// Those that are carried out.
    pub splits: Vec<Split>,
    /// How many the plan has; more than those where it was limited.
    pub of: u64,
}

impl CutPlan {
    /// The splits of a stream. `ends` are the ends of its messages: a single cut there would change nothing, so it is left out. Of more than
    /// `limit` splits so many are taken, evenly spread.
    ///
    /// # Errors
    /// Why the plan has no cut in this stream.
    pub fn splits(&self, stream: &[u8], ends: &[u64], seed: u64, limit: u64) -> Result<ChosenSplits, String> {
        let length = stream.len() as u64;
        let is_new = |cut: &u64| !ends.contains(cut);
        let all = |splits: Vec<Split>| ChosenSplits { of: splits.len() as u64, splits };
        Ok(match self {
            Self::Two => {
                let cuts: Vec<u64> = (1..length).filter(is_new).collect();
                let of = cuts.len() as u64;
                ChosenSplits { splits: spread(of, limit).map(|index| Split::at(vec![cuts[index as usize]])).collect(), of }
            }
            Self::Three => {
                let cuts: Vec<u64> = (1..length).filter(is_new).collect();
                let of = cuts.len() as u64 * (cuts.len() as u64).saturating_sub(1) / 2;
                ChosenSplits { splits: spread(of, limit).map(|index| Split::at(pair(&cuts, index))).collect(), of }
            }
            Self::Bytes => all(vec![Split::named("byte by byte".to_owned(), (1..length).collect())]),
            Self::Every(size) => {
                let cuts = (1..).map_while(|time: u64| time.checked_mul(*size).filter(|&cut| cut < length)).collect();
                all(vec![Split::named(format!("every {size}"), cuts)])
            }
            Self::Coalesced => all(vec![Split { name: "coalesced".to_owned(), cuts: Vec::new(), coalesced: true }]),
            Self::Random { pieces, rounds } => {
                let of = u64::from(*rounds);
                let split =
                    |round| Split::named(format!("random {pieces} seed {seed} round {round}"), random(length, *pieces, seed, round));
                ChosenSplits { splits: (0..of.min(limit)).map(split).collect(), of }
            }
            Self::At(cuts) => {
                let absolute = |cut: &i64| {
                    let at = if *cut < 0 { length.checked_sub(cut.unsigned_abs()) } else { Some(cut.unsigned_abs()) };
                    at.filter(|at| (1..length).contains(at)).ok_or_else(|| match length {
                        0 | 1 => format!("there is no cut at {cut}: the stream has {length} bytes, too few to be cut"),
                        _ => format!("there is no cut at {cut}: the stream has {length} bytes, so cuts are 1 to {}", length - 1),
                    })
                };
                let mut cuts = cuts.iter().map(absolute).collect::<Result<Vec<u64>, String>>()?;
                cuts.sort_unstable();
                cuts.dedup();
                all(vec![Split::at(cuts)])
            }
            Self::Around(token) => {
                let found = memmem::find_iter(stream, token).flat_map(|at| at as u64..=(at + token.len()) as u64);
                let mut cuts: Vec<u64> = found.filter(|cut| (1..length).contains(cut) && is_new(cut)).collect();
                cuts.dedup();
                if cuts.is_empty() {
                    return Err(format!("`{}` is nowhere in the stream", crate::trace::escape(token)));
                }
                let of = cuts.len() as u64;
                ChosenSplits { splits: spread(of, limit).map(|index| Split::at(vec![cuts[index as usize]])).collect(), of }
            }
            Self::AfterHeader => {
                let end = |empty_line: &[u8]| memmem::find(stream, empty_line).map(|at| (at + empty_line.len()) as u64);
                let ends = [end(b"\r\n\r\n"), end(b"\n\n")];
                let cut = ends.into_iter().flatten().min().filter(|&cut| cut < length);
                let cut = cut.ok_or("there is no empty line with something behind it, so no end of a header to cut after")?;
                all(vec![Split::at(vec![cut])])
            }
        })
    }
}

/// `limit` of `of` indexes, evenly spread, the first among them.
fn spread(of: u64, limit: u64) -> impl Iterator<Item = u64> {
    let count = of.min(limit);
    (0..count).map(move |index| (u128::from(index) * u128::from(of) / u128::from(count.max(1))) as u64)
}

/// The pair with an index among all pairs of cuts, in their order: 0 1, 0 2, ..., 1 2, ...
fn pair(cuts: &[u64], index: u64) -> Vec<u64> {
    let (mut first, mut rest, mut row) = (0, index, cuts.len() as u64 - 1);
    while rest >= row {
        rest -= row;
        row -= 1;
        first += 1;
    }
    vec![cuts[first], cuts[first + 1 + rest as usize]]
}

/// The cuts of a random split: the offsets whose hashes are smallest. A hash depends on the seed, the round and the offset, and on nothing
/// else; so the cuts are the same however the stream would have been written.
fn random(length: u64, pieces: u32, seed: u64, round: u64) -> Vec<u64> {
    let hash = |offset: u64| {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&round.to_le_bytes());
        key[8..].copy_from_slice(&offset.to_le_bytes());
        xxh3_64_with_seed(&key, seed)
    };
    let count = (pieces as usize - 1).min(length.saturating_sub(1) as usize);
    let mut offsets: Vec<u64> = (1..length).collect();
    if count > 0 && count < offsets.len() {
        offsets.select_nth_unstable_by_key(count, |&offset| hash(offset));
    }
    offsets.truncate(count);
    offsets.sort_unstable();
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(plan: &str, stream: &[u8], ends: &[u64]) -> Vec<Vec<u64>> {
        let plan: CutPlan = plan.parse().unwrap();
        plan.splits(stream, ends, 7, 1000).unwrap().splits.into_iter().map(|split| split.cuts).collect()
    }

    #[test]
    fn plans_say_where() {
        assert_eq!(cuts("two", b"abcd", &[4]), [[1], [2], [3]]);
        assert_eq!(cuts("two", b"abcd", &[2, 4]), [[1], [3]], "between two messages is a cut already");
        assert_eq!(cuts("three", b"abcd", &[4]), [[1, 2], [1, 3], [2, 3]]);
        assert_eq!(cuts("bytes", b"abcd", &[4]), [[1, 2, 3]]);
        assert_eq!(cuts("every 2", b"abcde", &[5]), [[2, 4]]);
        assert_eq!(cuts("-1", b"abcd", &[4]), [[3]]);
        assert_eq!(cuts("3,1", b"abcd", &[4]), [[1, 3]]);
        assert_eq!(cuts("around \"\\r\\n\"", b"a\r\nb\r\n", &[6]), [[1], [2], [3], [4], [5]]);
        assert_eq!(cuts("after header", b"GET\r\n\r\nbody", &[11]), [[7]]);
        assert_eq!(cuts("coalesced", b"abcd", &[2, 4]), [Vec::<u64>::new()]);
    }

    #[test]
    fn what_is_no_plan_says_why() {
        for text in ["", "twoo", "every", "every 0", "random:1", "random:4x0", "around", "around \"\\q\"", "0", "5,", "1.5"] {
            assert!(text.parse::<CutPlan>().is_err(), "{text}");
        }
        for (plan, stream) in [("5", "hello"), ("-5", "hello"), ("around x", "hello"), ("after header", "hello"), ("1", "")] {
            let plan: CutPlan = plan.parse().unwrap();
            assert!(plan.splits(stream.as_bytes(), &[], 0, 10).is_err(), "{plan}");
        }
    }

    #[test]
    fn random_cuts_do_not_depend_on_the_writes() {
        let plan: CutPlan = "random:5x50".parse().unwrap();
        let stream = vec![b'a'; 2000];
        let one = plan.splits(&stream, &[2000], 42, 1000).unwrap();
        let two = plan.splits(&stream, &[1000, 2000], 42, 1000).unwrap();
        assert_eq!(one, two, "one write of 2,000 bytes or two of 1,000");
        assert_ne!(one, plan.splits(&stream, &[2000], 43, 1000).unwrap());
        assert!(one.splits.iter().all(|split| split.cuts.len() == 4 && split.cuts.is_sorted()));
        assert_eq!(plan.splits(b"ab", &[2], 42, 1).unwrap().splits[0].cuts, [1], "no more cuts than there are places");
    }

    #[test]
    fn a_limit_takes_evenly_spread_ones() {
        let plan = CutPlan::Three;
        let all = plan.splits(&[0; 40], &[40], 0, u64::MAX).unwrap();
        assert_eq!((all.of, all.splits.len()), (741, 741));
        let some = plan.splits(&[0; 40], &[40], 0, 100).unwrap();
        assert_eq!((some.of, some.splits.len()), (741, 100));
        assert!(some.splits.iter().all(|split| all.splits.contains(split)));
        let distinct: std::collections::HashSet<_> = some.splits.iter().collect();
        assert_eq!(distinct.len(), 100);
    }
}
