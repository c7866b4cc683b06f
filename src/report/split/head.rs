//! What was tried, before the splits of it: the messages, and what came of them uncut.

use std::io::{self, Write};

use super::draw::draw;
use super::text::bytes_of;
use crate::analysis::plural;
use crate::report::style::{Style, wrap};
use crate::scenario::visible;
use crate::split::{AnswerEnd, BaselineReport, MessageReport, SplitHead, SplitReport, UnderTest};

pub(super) fn write_wrapped(text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    wrap(text, style.width.saturating_sub(2)).iter().try_for_each(|line| writeln!(out, "  {line}"))
}

pub(super) fn write_head(report: &SplitReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let head = &report.head;
    wrap(&title(head), style.width).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    for (index, message) in head.messages.iter().enumerate() {
        write_wrapped(&one_message(head.under_test, index + 1, message, style), style, out)?;
    }
    let baseline = &head.baseline;
    write_wrapped(&format!("uncut, twice: {}", uncut(head.under_test, baseline, style)), style, out)?;
    if !baseline.varying.is_empty() {
        let ranges: Vec<String> = baseline.varying.iter().take(8).map(|(start, end)| format!("{start}..{end}")).collect();
        write_wrapped(&format!("not compared, because they vary by themselves: bytes {}", ranges.join(", ")), style, out)?;
    }
    if head.planned > head.selected {
        let shard = head.shard.as_ref().map(|shard| format!(", part {shard}")).unwrap_or_default();
        write_wrapped(&format!("{} of {} splits{shard}", head.selected, head.planned), style, out)?;
    }
    writeln!(out)
}

/// What was under test, in reports that have one name for it: a server's address, a client's command.
pub(super) fn subject(head: &SplitHead) -> String {
    match head.under_test {
        UnderTest::Server => head.target.clone(),
        UnderTest::Client => visible(head.exec.as_deref().unwrap_or("a client")),
    }
}

fn title(head: &SplitHead) -> String {
    let messages = head.messages.len() as u64;
    match head.under_test {
        UnderTest::Server => format!("{}, {}", head.target, plural(messages, "message")),
        UnderTest::Client => {
            let place = head.target.strip_suffix(":0").map_or_else(|| head.target.clone(), |host| format!("a free port of {host}"));
            format!("{}, served at {place}, {}", subject(head), plural(messages, "answer"))
        }
    }
}

fn one_message(under_test: UnderTest, number: usize, message: &MessageReport, style: &Style) -> String {
    let MessageReport { bytes, until, .. } = message;
    let text = draw(&bytes_of(&message.hex), &[], style);
    let weak = if message.weak { " (weak)" } else { "" };
    match (under_test, until.as_str()) {
        (UnderTest::Server, until) if *bytes == 0 => format!("sent {number}: nothing, answer until {until}{weak}"),
        (UnderTest::Server, until) => format!("sent {number}: {text} ({bytes} bytes), answer until {until}{weak}"),
        (UnderTest::Client, "nothing") => format!("answer {number}: {text} ({bytes} bytes), behind nothing"),
        (UnderTest::Client, until) => format!("answer {number}: {text} ({bytes} bytes), behind a request until {until}{weak}"),
    }
}

fn uncut(under_test: UnderTest, baseline: &BaselineReport, style: &Style) -> String {
    let text = draw(baseline.text.as_bytes(), &[], style).replace("\\\\", "\\");
    let bytes = baseline.bytes;
    match (under_test, &baseline.end) {
        (UnderTest::Server, AnswerEnd::Complete) => format!("{text} ({bytes} bytes), complete"),
        (UnderTest::Server, AnswerEnd::Closed) => format!("{text} ({bytes} bytes), then the server closed the connection"),
        (UnderTest::Server, _) => format!("{text} ({bytes} bytes), then the server reset the connection"),
        (UnderTest::Client, end) => {
            let connections = plural(baseline.connections.unwrap_or(0), "connection");
            let output = if bytes == 0 { "no output".to_owned() } else { format!("output {text} ({bytes} bytes)") };
            format!("{}, {connections}, {output}", end.in_words())
        }
    }
}
