//! Rounds as they end, and what they came to.

use std::io::{self, Write};

use super::diagnosis::hang;
use crate::connect::{Micros, Round, RoundStatistics};
use crate::report::style::Style;

/// The longest bar of the histogram, in columns.
const BAR: u64 = 30;

/// Writes a round, as it ends.
///
/// # Errors
/// What the writer gives.
pub fn write_round(round: &Round, out: &mut dyn Write) -> io::Result<()> {
    match &round.error {
        None => writeln!(out, "{:>4}: {}", round.number, round.took_us),
        Some(error) => writeln!(out, "{:>4}: {error} after {}", round.number, round.took_us),
    }
}

/// Writes what the rounds came to.
pub(super) fn write_rounds(rounds: &RoundStatistics, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let lost = rounds.done - rounds.connected;
    let names: Vec<String> = rounds.errors.iter().map(|(name, count)| format!("{count}x {name}")).collect();
    let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    let word = if rounds.done == 1 && rounds.asked == 1 { "round" } else { "rounds" };
    let what =
        if rounds.done == rounds.asked { format!("{} {word}", rounds.done) } else { format!("{} of {} rounds", rounds.done, rounds.asked) };
    let line = format!("{what}: {} connected, {lost} lost ({:.1} %){names}", rounds.connected, rounds.loss * 100.0);
    hang("", &line, style, out)?;
    let Some(times) = &rounds.times else { return Ok(()) };
    let line = format!("time to connect: min {}, median {}, p99 {}, max {}", times.min_us, times.median_us, times.p99_us, times.max_us);
    hang("", &line, style, out)?;
    let most = times.histogram.iter().map(|bucket| bucket.count).max().unwrap_or(1);
    let block = if style.unicode { "█" } else { "#" };
    for bucket in &times.histogram {
        let filled = (u64::from(bucket.count) * BAR).div_ceil(u64::from(most.max(1)));
        let bar = block.repeat(usize::try_from(filled).unwrap_or(0));
        writeln!(out, "  below {:>7} {:>6} {bar}", round_limit(bucket.below_us), bucket.count)?;
    }
    Ok(())
}

/// A limit of the histogram, which is 1, 2 or 5 with noughts.
fn round_limit(limit: Micros) -> String {
    match limit.0 {
        micros if micros < 1_000 => format!("{micros} us"),
        micros if micros < 1_000_000 => format!("{} ms", micros / 1_000),
        micros => format!("{} s", micros / 1_000_000),
    }
}
