//! Many rounds as numbers: how many were lost, how long the others took. Pure: times in, statistics out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::findings::Micros;

/// One round.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Round {
    /// Its number, from 1.
    pub number: u32,
    /// How long it took, to the connection or to the end of the attempt.
    pub took_us: Micros,
    /// The name of what went wrong; None where it connected.
    pub error: Option<String>,
}

/// What many rounds came to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RoundStatistics {
    /// How many were asked for.
    pub asked: u32,
    /// How many were carried out.
    pub done: u32,
    /// How many connected.
    pub connected: u32,
    /// The share that did not, of those carried out.
    pub loss: f64,
    /// What went wrong, by name, and how often.
    pub errors: BTreeMap<String, u32>,
    /// The times to a connection; None where there was none.
    pub times: Option<Times>,
}

/// Times to a connection.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Times {
    /// The shortest.
    pub min_us: Micros,
    /// The one in the middle.
    pub median_us: Micros,
    /// 99 of 100 were no longer.
    pub p99_us: Micros,
    /// The longest.
    pub max_us: Micros,
    /// How many fell where, from the shortest to the longest.
    pub histogram: Vec<Bucket>,
}

/// A range of times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Bucket {
    /// Below this.
    pub below_us: Micros,
    /// How many times fell into it.
    pub count: u32,
}

/// Gathers rounds. Of each only its time is kept.
#[derive(Debug, Default)]
pub struct Tally {
    microseconds: Vec<u64>,
    errors: BTreeMap<String, u32>,
}

impl Tally {
    /// A round that connected.
    pub fn connected(&mut self, took: Micros) {
        self.microseconds.push(took.0);
    }

    /// A round that did not.
    pub fn failed(&mut self, error: &str) {
        *self.errors.entry(error.to_owned()).or_default() += 1;
    }

    /// The statistics.
    pub fn finish(mut self, asked: u32) -> RoundStatistics {
        self.microseconds.sort_unstable();
        let connected = u32::try_from(self.microseconds.len()).unwrap_or(u32::MAX);
        let lost: u32 = self.errors.values().sum();
        let done = connected + lost;
        RoundStatistics {
            asked,
            done,
            connected,
            loss: if done == 0 { 0.0 } else { f64::from(lost) / f64::from(done) },
            errors: self.errors,
            times: times(&self.microseconds),
        }
    }
}

fn times(sorted: &[u64]) -> Option<Times> {
    let (&min, &max) = (sorted.first()?, sorted.last()?);
    Some(Times {
        min_us: Micros(min),
        median_us: Micros(quantile(sorted, 50)),
        p99_us: Micros(quantile(sorted, 99)),
        max_us: Micros(max),
        histogram: histogram(sorted),
    })
}

/// The smallest time that so many of 100 do not exceed (nearest rank).
fn quantile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted[rank - 1]
}

/// Ranges in steps of 1, 2, 5, 10, ...: times of a network spread over decades, and such limits can be read.
fn histogram(sorted: &[u64]) -> Vec<Bucket> {
    let mut buckets: Vec<Bucket> = Vec::new();
    let mut rest = sorted;
    let (mut decade, mut step) = (1u64, 0);
    while !rest.is_empty() {
        let below = decade.saturating_mul([1, 2, 5][step]);
        let count = if below == u64::MAX { rest.len() } else { rest.partition_point(|&time| time < below) };
        // Ranges before the first time say nothing.
        if count > 0 || !buckets.is_empty() {
            buckets.push(Bucket { below_us: Micros(below), count: u32::try_from(count).unwrap_or(u32::MAX) });
        }
        rest = &rest[count..];
        step = (step + 1) % 3;
        decade = if step == 0 { decade.saturating_mul(10) } else { decade };
    }
    buckets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statistics(microseconds: &[u64], errors: &[&str]) -> RoundStatistics {
        let mut tally = Tally::default();
        microseconds.iter().for_each(|&time| tally.connected(Micros(time)));
        errors.iter().for_each(|error| tally.failed(error));
        tally.finish(10)
    }

    #[test]
    fn times_and_loss() {
        let found = statistics(&[30, 10, 20], &["ECONNREFUSED"]);
        assert_eq!((found.asked, found.done, found.connected), (10, 4, 3));
        assert_eq!(found.loss, 0.25);
        let times = found.times.unwrap();
        assert_eq!((times.min_us, times.median_us, times.p99_us, times.max_us), (Micros(10), Micros(20), Micros(30), Micros(30)));
    }

    #[test]
    fn p99_of_a_hundred_leaves_one_out() {
        let times: Vec<u64> = (1..=100).collect();
        let found = statistics(&times, &[]).times.unwrap();
        assert_eq!((found.median_us, found.p99_us, found.max_us), (Micros(50), Micros(99), Micros(100)));
    }

    #[test]
    fn every_time_is_in_one_range() {
        let found = statistics(&[3, 4, 7, 150, 2_000_000], &[]).times.unwrap().histogram;
        assert_eq!(found[0], Bucket { below_us: Micros(5), count: 2 });
        assert_eq!(found[1], Bucket { below_us: Micros(10), count: 1 });
        assert_eq!(found.iter().map(|bucket| bucket.count).sum::<u32>(), 5);
        assert_eq!(found.last().unwrap(), &Bucket { below_us: Micros(5_000_000), count: 1 });
    }

    #[test]
    fn nothing_at_all() {
        let found = statistics(&[], &[]);
        assert!(found.times.is_none() && found.loss == 0.0);
        assert_eq!(statistics(&[], &["EAI_NONAME"]).loss, 1.0);
    }

    #[test]
    fn the_longest_time_there_is_ends_too() {
        let mut tally = Tally::default();
        tally.connected(Micros(u64::MAX));
        assert_eq!(tally.finish(1).times.unwrap().histogram.last().unwrap().count, 1);
    }
}
