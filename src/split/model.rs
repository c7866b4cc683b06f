//! What a sweep found, as plain data: the JSON report of `netlab split`.

use std::time::Duration;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::baseline::Baseline;
use super::compare::SplitVerdict;
use super::confirm::Seen;
use super::cut::Split;
use super::exchange::{AnswerEnd, Exchange, Said};
use super::range::FailRange;
use super::script::{Message, Script};
use crate::trace::{escape, hex};

/// The version of the format. It changes when a field changes its meaning or goes; new fields do not change it.
pub const VERSION: u32 = 1;

/// Everything that a call of `netlab split` found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SplitReport {
    /// What is known before the first split.
    #[serde(flatten)]
    pub head: SplitHead,
    /// The splits, in their order.
    pub rows: Vec<SplitRow>,
    /// Neighbouring single cuts that did not do well.
    pub ranges: Vec<FailRange>,
    /// The smallest split that failed each time it was tried: the fewest cuts, and of those the first.
    pub smallest: Option<String>,
    /// The last of what the program said on its output and errors, where netlab started it; of a client, in the smallest failing split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program_output: Option<String>,
    /// The numbers.
    pub summary: SplitSummary,
}

/// What is tried under every split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnderTest {
    /// A server, to which netlab connects and sends the messages.
    #[default]
    Server,
    /// A client, which netlab runs once a split; the messages are the answers to it.
    Client,
}

/// What is known before the first split.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SplitHead {
    /// The version of this format.
    pub version: u32,
    /// netlab's version.
    pub netlab: String,
    /// What is under test.
    #[serde(default)]
    pub under_test: UnderTest,
    /// The server's address; of a client, where netlab listens: port 0 is another port for each split.
    pub target: String,
    /// The command that started it.
    pub exec: Option<String>,
    /// What is sent, in order.
    pub messages: Vec<MessageReport>,
    /// The plans of cuts.
    pub plans: Vec<String>,
    /// The splits that the plans have; more than those carried out where they were limited or dealt out.
    pub planned: u64,
    /// The splits that were to be carried out.
    pub selected: u64,
    /// The seed of random cuts.
    pub seed: u64,
    /// Cuts at which it may fail.
    pub allow_fail: Option<String>,
    /// The part of the splits that this is.
    pub shard: Option<String>,
    /// The answer to the uncut bytes.
    pub baseline: BaselineReport,
}

/// One message.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MessageReport {
    /// Offset of its first byte in the stream.
    pub offset: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// The bytes, in hexadecimal digits.
    pub hex: String,
    /// The bytes as text, escaped.
    pub text: String,
    /// What ends the answer to it; of a client, the request before it.
    pub until: String,
    /// Whether what ends so may be a part of it.
    pub weak: bool,
}

/// The answer to the uncut bytes, or what a client made of the uncut answers.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct BaselineReport {
    /// How it ended.
    pub end: AnswerEnd,
    /// Connections that the client made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<u64>,
    /// How many bytes it has, or the client's standard output, what was masked replaced by a word.
    pub bytes: u64,
    /// The first of them as text, escaped.
    pub text: String,
    /// The ranges that vary by themselves, as pairs of offsets.
    pub varying: Vec<(u64, u64)>,
}

/// One split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SplitRow {
    /// What it is called.
    pub name: String,
    /// The cuts that were asked for, as offsets in the stream.
    pub cuts: Vec<u64>,
    /// How many of them were made, from the first on: fewer where that is limited, or where the conversation was over before. Of a client that
    /// connects several times, on the connection with the most.
    pub made: u64,
    /// Pieces that the bytes were to leave in: more than were sent where the server was gone before.
    pub pieces: u64,
    /// Calls of `send` that took bytes.
    pub sends: u64,
    /// Pieces behind which another one was to leave without a word of the other end: of the same message, or the next answer to a client where
    /// no request stands between.
    pub waited: u64,
    /// Of those, the ones that the other end is known to have read before.
    pub seen: u64,
    /// What is known of the first piece of which that is not known.
    pub unseen: Option<Seen>,
    /// Whether every cut that was asked for, up to the limit, was made, and is known to have been seen.
    pub confirmed: bool,
    /// How it came out.
    pub verdict: SplitVerdict,
    /// Whether it may fail.
    pub allowed: bool,
    /// From connect to the end of the answer, or from the client's start to its end, in microseconds.
    pub took_us: u64,
    /// Connections that the client made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<u64>,
    /// What the client said, where it failed: the last of its standard output, then of its standard error. What a server said that ended. No
    /// more than 1 MiB of all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

impl SplitRow {
    /// What came of a split.
    pub fn of(split: &Split, exchange: &Exchange, verdict: SplitVerdict, max_cuts: usize) -> Self {
        let seen = exchange.seen.iter().filter(|&&seen| seen == Seen::Confirmed).count();
        let unseen = exchange.seen.iter().copied().find(|seen| *seen != Seen::Confirmed);
        let is_made = exchange.made == split.cuts.len().min(max_cuts);
        Self {
            name: split.name.clone(),
            cuts: split.cuts.clone(),
            made: exchange.made as u64,
            pieces: exchange.pieces as u64,
            sends: exchange.sends as u64,
            waited: exchange.seen.len() as u64,
            seen: seen as u64,
            unseen: unseen.or((!is_made).then_some(Seen::NotMade)),
            confirmed: is_made && unseen.is_none() && (split.cuts.is_empty() || seen > 0),
            connections: exchange.client.as_ref().map(|client| client.connections),
            output: exchange.said.as_ref().filter(|_| !verdict.is_same()).map(Said::escaped),
            verdict,
            allowed: false,
            took_us: u64::try_from(exchange.took.as_micros()).unwrap_or(u64::MAX),
        }
    }

    /// Whether it did well: the same answers, or a failure that is allowed.
    pub fn went_well(&self, strict: bool) -> bool {
        let is_good = self.verdict.is_same() || (self.allowed && !matches!(self.verdict, SplitVerdict::NotCarriedOut { .. }));
        is_good && (self.confirmed || !strict)
    }
}

/// The numbers of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SplitSummary {
    /// Splits with the same answers.
    pub same: u64,
    /// Splits with other answers or none, each time they were tried.
    pub failed: u64,
    /// Splits that came out in different ways when they were tried again.
    pub unstable: u64,
    /// Failed or unstable ones that are allowed to be.
    pub allowed: u64,
    /// Splits that could not be carried out.
    pub errors: u64,
    /// Splits of which every cut is known to have been seen.
    pub confirmed: u64,
    /// The others.
    pub unconfirmed: u64,
    /// Splits that were not begun, or broken off.
    pub not_run: u64,
    /// Whether unconfirmed splits count as failed.
    pub strict: bool,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// How long it took, in microseconds.
    pub elapsed_us: u64,
    /// How much of that the splits took, without the start of a server and the uncut bytes, in microseconds.
    pub sweep_us: u64,
}

impl SplitReport {
    /// Whether every split that was carried out did well.
    pub fn went_well(&self) -> bool {
        self.rows.iter().all(|row| row.went_well(self.summary.strict))
    }
}

impl SplitSummary {
    /// Counts a row.
    pub fn count(&mut self, row: &SplitRow) {
        match &row.verdict {
            SplitVerdict::Same => self.same += 1,
            SplitVerdict::NotCarriedOut { .. } => self.errors += 1,
            _ if row.allowed => self.allowed += 1,
            SplitVerdict::Unstable { .. } => self.unstable += 1,
            _ => self.failed += 1,
        }
        if row.confirmed { self.confirmed += 1 } else { self.unconfirmed += 1 }
    }

    /// Splits a second; 0 where none ended.
    pub fn rate(&self) -> f64 {
        rate(self.ended(), Duration::from_micros(self.sweep_us))
    }

    /// All splits that ended.
    pub fn ended(&self) -> u64 {
        self.confirmed + self.unconfirmed
    }
}

/// So many in a time, a second.
pub fn rate(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(1e-6)
}

/// A rate with as many digits as say something: `0.7`, `9.1`, `523`.
pub fn format_rate(rate: f64) -> String {
    if rate < 9.95 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

/// Bytes of an answer that are shown.
const SHOWN: usize = 400;

impl BaselineReport {
    /// What is known of it.
    pub fn of(baseline: &Baseline) -> Self {
        let answer = baseline.answer();
        Self {
            end: baseline.end().clone(),
            connections: baseline.connections(),
            bytes: answer.len() as u64,
            text: escape(&answer[..answer.len().min(SHOWN)]),
            varying: baseline.varying().into_iter().map(|(start, end)| (start as u64, end as u64)).collect(),
        }
    }
}

impl MessageReport {
    /// The messages of a script.
    pub fn all(script: &Script) -> Vec<Self> {
        let report = |(message, end): (&Message, u64)| Self {
            offset: end - message.bytes.len() as u64,
            bytes: message.bytes.len() as u64,
            hex: hex(&message.bytes),
            text: escape(&message.bytes),
            until: message.until.to_string(),
            weak: message.until.is_weak(),
        };
        script.messages.iter().zip(script.ends()).map(report).collect()
    }
}

/// The schema of the report, as committed in `docs/split.schema.json`.
pub fn split_schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<SplitReport>();
    schema.insert("title".to_owned(), "netlab split".into());
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a program said is kept as it came, and escaped where it is told.
    #[test]
    fn output_is_told_of_failures_and_escaped() {
        let said = Said::Client { stdout: b"\x1b[31mred\n".to_vec(), stderr: Vec::new() };
        let exchange = Exchange { said: Some(said), ..Exchange::new() };
        let output = |verdict| SplitRow::of(&Split::none(), &exchange, verdict, 10).output;
        assert_eq!(output(SplitVerdict::Same), None);
        assert_eq!(output(SplitVerdict::NotEnded { received: 0 }).as_deref(), Some("(standard output)\n\\x1b[31mred\n"));
    }
}
