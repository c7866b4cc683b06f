//! A split as a scenario file, which `netlab run` carries out again: the same pieces, each sent when the one before it was read, and the
//! answers to the uncut bytes as what is expected.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::baseline::Baseline;
use super::cut::Split;
use super::exchange::AnswerEnd;
use super::model::SplitRow;
use super::script::Script;
use super::until::Until;
use crate::trace::hex;

/// The file, its fields in the order in which people write them.
#[derive(Serialize)]
struct File {
    title: String,
    about: String,
    tags: [&'static str; 2],
    actors: Map<String, Value>,
}

/// Writes the scenario of a split that failed. `exec` is the command that starts the server, where netlab did.
pub fn scenario_of(script: &Script, exec: Option<&str>, split: &Split, row: &SplitRow, baseline: &Baseline) -> String {
    let mut client = vec![match exec {
        Some(_) => json!({ "connect": { "to": "server" } }),
        None => json!({ "connect": { "tcp": script.target.to_string() } }),
    }];
    client.push(json!({ "set": { "nodelay": true } }));
    let (stream, ends) = (script.stream(), script.ends());
    let answers = baseline.answers();
    // A server that peeks has not read; what can be waited for is that the bytes have come.
    let seen = if row.confirmed { "peer_read" } else { "peer_received" };
    if split.coalesced {
        client.push(send(&stream));
    }
    let mut start = 0;
    for (index, (message, end)) in script.messages.iter().zip(ends).enumerate() {
        let cuts = split.cuts.iter().copied().filter(|cut| (start + 1..end).contains(cut));
        let mut from = start;
        for to in cuts.chain((!split.coalesced).then_some(end)) {
            client.push(send(&stream[from as usize..to as usize]));
            if to < end {
                client.push(json!({ "wait": { seen: to } }));
            }
            from = to;
        }
        start = end;
        client.extend(answer(&message.until, answers.get(index).copied(), baseline));
    }
    let mut actors = Map::new();
    if let Some(command) = exec {
        actors.insert("server".to_owned(), json!([{ "exec": command }]));
    }
    actors.insert("client".to_owned(), Value::Array(client));
    let file = File {
        title: format!("{}: {}", row.name, row.verdict.word()),
        about: format!(
            "Found by netlab split: {}. What is expected is the answer to the same bytes without a cut.",
            row.verdict.describe()
        ),
        tags: ["tcp", "split"],
        actors,
    };
    // A map of text and numbers is always JSON.
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}

fn send(bytes: &[u8]) -> Value {
    json!({ "send_all": { "hex": hex(bytes) } })
}

/// The step that reads an answer; `None` where none is awaited.
fn answer(until: &Until, expected: Option<&[u8]>, baseline: &Baseline) -> Option<Value> {
    let is_gone = matches!(baseline.end(), AnswerEnd::Closed | AnswerEnd::Reset);
    match (expected, until) {
        (_, Until::Nothing) => None,
        (None, _) | (_, Until::Eof) if is_gone || *until == Until::Eof => Some(json!({ "recv_until": "eof" })),
        // What varies by itself cannot be expected, and its length may vary too.
        (Some(bytes), _) if !bytes.is_empty() && baseline.is_constant() => {
            Some(json!({ "recv_exact": { "bytes": bytes.len() }, "expect": { "hex": hex(bytes) } }))
        }
        (_, Until::Codec(codec)) => Some(json!({ "recv_frame": { "codec": codec.text } })),
        (_, Until::Token(token)) => Some(json!({ "recv_until": { "hex": hex(token) } })),
        (_, Until::Bytes(count)) => Some(json!({ "recv_exact": { "bytes": count } })),
        (_, Until::Eof | Until::Quiet(_)) => Some(json!({ "recv": {} })),
    }
}
