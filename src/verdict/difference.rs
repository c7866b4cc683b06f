//! Where two byte strings first differ, in text and in hexadecimal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::framing::hex_pairs;

/// Bytes shown of each side.
const SHOWN: usize = 16;

/// The first difference between the bytes expected and the bytes seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Its offset, from the start of the bytes that were compared.
    pub offset: u64,
    /// The bytes expected from there on, in hexadecimal; empty at the end.
    pub expected_hex: String,
    /// The bytes expected from there on, as text with escapes.
    pub expected_text: String,
    /// The bytes seen from there on, in hexadecimal; empty at the end.
    pub observed_hex: String,
    /// The bytes seen from there on, as text with escapes.
    pub observed_text: String,
}

impl Difference {
    /// Compares two byte strings; `None` when they are equal.
    pub fn between(expected: &[u8], observed: &[u8]) -> Option<Self> {
        let same = expected.iter().zip(observed).take_while(|(expected, observed)| expected == observed).count();
        (same < expected.len() || same < observed.len()).then(|| Self::at(same as u64, &expected[same..], &observed[same..]))
    }

    pub(crate) fn at(offset: u64, expected: &[u8], observed: &[u8]) -> Self {
        let shown = |bytes: &[u8]| bytes[..bytes.len().min(SHOWN)].to_vec();
        let (expected, observed) = (shown(expected), shown(observed));
        Self {
            offset,
            expected_hex: hex_pairs(&expected),
            expected_text: text(&expected),
            observed_hex: hex_pairs(&observed),
            observed_text: text(&observed),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    crate::trace::escape(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference() {
        assert_eq!(Difference::between(b"hello", b"hello"), None);
        let difference = Difference::between(b"hello", b"help\n").unwrap();
        assert_eq!((difference.offset, difference.expected_hex.as_str(), difference.observed_hex.as_str()), (3, "6c 6f", "70 0a"));
        assert_eq!(difference.observed_text, "p\\n");
        assert_eq!(Difference::between(b"hello", b"he").unwrap().observed_hex, "");
    }
}
