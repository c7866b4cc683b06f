//! The bytes of a payload, made when the plan is made, so that nothing is generated while sockets wait.

use std::sync::Arc;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use crate::scenario::{Part, Payload};

/// The bytes of a payload. Random parts depend on the seed and on where the step stands, on nothing else: a
/// portable generator, so that a seed means the same on every machine.
pub(crate) fn bytes(payload: &Payload, seed: u64, actor: usize, step: u32) -> Arc<[u8]> {
    let mut bytes = Vec::with_capacity(usize::try_from(payload.len()).unwrap_or(0));
    for (index, part) in payload.parts.iter().enumerate() {
        match part {
            Part::Bytes(part) => bytes.extend_from_slice(part),
            Part::Repeat { unit, times } => (0..*times).for_each(|_| bytes.extend_from_slice(unit)),
            Part::Random(length) => {
                let place = (actor as u64) << 48 ^ u64::from(step) << 16 ^ index as u64;
                let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15));
                let start = bytes.len();
                bytes.resize(start + usize::try_from(*length).unwrap_or(0), 0);
                generator.fill_bytes(&mut bytes[start..]);
            }
        }
    }
    bytes.into()
}

/// The bytes of a payload that is expected; the plan lets none of them be random.
pub(crate) fn expected_bytes(payload: &Payload) -> Arc<[u8]> {
    bytes(payload, 0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Span;

    fn random(length: u64) -> Payload {
        Payload { parts: vec![Part::Random(length)], span: Span::default() }
    }

    #[test]
    fn a_seed_means_the_same_everywhere() {
        assert_eq!(&bytes(&random(4), 1, 0, 0)[..], &bytes(&random(4), 1, 0, 0)[..]);
        assert_ne!(bytes(&random(16), 1, 0, 0), bytes(&random(16), 2, 0, 0));
        assert_ne!(bytes(&random(16), 1, 0, 0), bytes(&random(16), 1, 1, 0));
        // The generator is a portable one: these bytes are part of the format.
        assert_eq!(&bytes(&random(8), 0, 0, 0)[..], &[223, 35, 11, 73, 97, 93, 23, 83]);
    }
}
