//! Durations: always with a unit, in files and on the command line alike.

use std::time::Duration;

use schemars::JsonSchema;

use super::decode::{Decode, Fields, wrong_type};
use super::json::{Node, NodeKind};
use super::problem::{Problem, Problems, quoted};
use super::source::Spanned;

/// The longest duration that is taken: a day. Anything longer is a slip of the unit.
const MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads a duration such as `250ms`, `2s` or `1m 30s`.
///
/// # Errors
/// Words for the place where the caret stands. A bare number is an error that offers both readings.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let is_number = |text: &str| text.parse::<f64>().is_ok() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if text.trim().starts_with('-') {
        return Err("a duration is never negative".to_owned());
    }
    if is_number(text.trim()) {
        let text = text.trim();
        return Err(if text.len() > 20 {
            "a duration needs a unit, such as `s` or `ms`".to_owned()
        } else if text.parse() == Ok(0.0) {
            "a duration needs a unit: write `0s`".to_owned()
        } else {
            format!("a duration needs a unit: `{text}s` or `{text}ms`?")
        });
    }
    let duration = humantime::parse_duration(text).map_err(|_| "expected a duration such as `250ms`, `2s` or `1m 30s`".to_owned())?;
    if duration > MAX { Err("longer than a day: is the unit right?".to_owned()) } else { Ok(duration) }
}

/// A duration in three significant digits and one unit: `43.1 ms`.
pub fn format_duration(duration: Duration) -> String {
    let nanoseconds = duration.as_nanos() as f64;
    let (value, unit) = match duration.as_nanos() {
        0..1_000 => return format!("{nanoseconds} ns"),
        1_000..1_000_000 => (nanoseconds / 1e3, "us"),
        1_000_000..1_000_000_000 => (nanoseconds / 1e6, "ms"),
        _ => (nanoseconds / 1e9, "s"),
    };
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {unit}")
}

impl Decode for Duration {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = match &node.kind {
            NodeKind::String(text) => text,
            NodeKind::Number(digits) => digits,
            _ => {
                wrong_type(node, "a duration such as \"2s\"", problems);
                return None;
            }
        };
        match parse_duration(text) {
            Ok(duration) => Some(duration),
            Err(label) => {
                problems.add(Problem::BadDuration, node.span, format!("{} is not a duration", quoted(text)), label.replace('`', "\""));
                None
            }
        }
    }
}

/// Reads the limit of a time; a limit of nothing would end everything at once.
pub(super) fn time_limit(fields: &mut Fields<'_>, name: &'static str, problems: &mut Problems) -> Option<Spanned<Duration>> {
    let limit: Spanned<Duration> = fields.optional(name, problems)?;
    if limit.value.is_zero() {
        problems.add(Problem::BadDuration, limit.span, format!("`{name}` is 0"), "nothing could ever be done in no time");
    }
    Some(limit)
}

/// How a duration stands in the schema.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub(crate) struct DurationText(
    /// A duration with its unit: "250ms", "2s", "1m 30s".
    // Or a variable within it: "{{seconds}}s".
    #[schemars(regex(pattern = r"^\s*([0-9]+(\.[0-9]+)?\s*[a-zµ]+\s*)+$|\{\{.*\}\}"))]
    #[allow(dead_code, reason = "only its schema is used")]
    String,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_offers_both_readings() {
        assert_eq!(parse_duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(parse_duration("5").unwrap_err(), "a duration needs a unit: `5s` or `5ms`?");
        assert_eq!(parse_duration("0").unwrap_err(), "a duration needs a unit: write `0s`");
        assert_eq!(parse_duration("nan").unwrap_err(), "expected a duration such as `250ms`, `2s` or `1m 30s`");
        assert!(parse_duration("2 moons").is_err());
        assert!(parse_duration("9999h").is_err());
    }

    #[test]
    fn three_significant_digits() {
        assert_eq!(format_duration(Duration::from_micros(43_123)), "43.1 ms");
        assert_eq!(format_duration(Duration::from_nanos(999)), "999 ns");
        assert_eq!(format_duration(Duration::from_millis(1500)), "1.50 s");
    }
}
