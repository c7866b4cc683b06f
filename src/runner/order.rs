//! An order that is chosen at random, and the same for the same seed everywhere.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;

/// Shuffles, so that the order depends on the seed and on what there is, not on how it was ordered before: sort first.
pub fn shuffle<T>(items: &mut [T], seed: u64) {
    items.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
}

#[cfg(test)]
mod tests {
    use super::shuffle;

    #[test]
    fn a_seed_means_the_same_everywhere() {
        let order = |seed| {
            let mut items: Vec<u32> = (0..8).collect();
            shuffle(&mut items, seed);
            items
        };
        // Pinned: another version of a dependency, or another machine, must not give another order under a seed that somebody wrote down.
        assert_eq!(order(1), [4, 2, 5, 1, 6, 0, 3, 7]);
        assert_eq!(order(2), [0, 4, 3, 2, 5, 1, 6, 7]);
        let mut sorted = order(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..8).collect::<Vec<_>>());
    }
}
