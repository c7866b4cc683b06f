//! A split as a scenario file, which `netlab run` carries out again: the same pieces, each sent when the one before it was read, and the
//! answers to the uncut bytes as what is expected.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::baseline::Baseline;
use super::client::{Client, HangUp, Judged};
use super::confirm::Seen;
use super::connection::End;
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
pub(super) fn of_server(script: &Script, exec: Option<&str>, split: &Split, row: &SplitRow, baseline: &Baseline) -> String {
    let mut client = vec![match exec {
        Some(_) => json!({ "connect": { "to": "server" } }),
        None => json!({ "connect": { "tcp": script.target.to_string() } }),
    }];
    client.push(json!({ "set": { "nodelay": true } }));
    let answers = baseline.answers();
    for (index, (message, sends)) in script.messages.iter().zip(turns(script, split, row, End::Client)).enumerate() {
        client.extend(sends);
        client.extend(answer(&message.until, answers.get(index).copied(), baseline));
    }
    let mut actors = Map::new();
    if let Some(command) = exec {
        actors.insert("server".to_owned(), json!([{ "exec": command }]));
    }
    actors.insert("client".to_owned(), Value::Array(client));
    file(row, actors, "the answer to the same bytes without a cut")
}

/// The scenario of a client that failed: netlab serves it in the same pieces, and expects how it ends without a cut.
pub(super) fn of_client(client: &Client, split: &Split, row: &SplitRow, baseline: &Baseline) -> String {
    let script = &client.script;
    let patience = client.ready + script.limits.timeout;
    let mut server = vec![json!({ "listen": { "tcp": script.target.to_string() } })];
    for _ in 0..baseline.connections().unwrap_or(1).clamp(1, MOST_CONNECTIONS) {
        server.push(json!({ "accept": {}, "timeout": time(client.ready) }));
        server.push(json!({ "set": { "nodelay": true } }));
        for (message, sends) in script.messages.iter().zip(turns(script, split, row, End::Server)) {
            server.extend(request(&message.until));
            server.extend(sends);
        }
        // It goes on when the client has gone, which may be by a reset; that the client does not end is for its own step to say.
        server.push(match client.hang_up {
            HangUp::Fin => json!({ "shutdown": "write" }),
            HangUp::Wait => json!({ "recv_until": "eof", "timeout": time(patience * 2), "expect": { "any_of": ["ok", "ECONNRESET"] } }),
        });
    }
    let mut expect = Map::new();
    match baseline.end() {
        AnswerEnd::Exited(code) => expect.insert("exit".to_owned(), json!(code)),
        AnswerEnd::Killed(signal) => expect.insert("exit".to_owned(), json!(128 + signal)),
        _ => None,
    };
    if client.judged == Judged::Output && baseline.is_constant() {
        expect.insert("hex".to_owned(), json!(hex(baseline.answer())));
    }
    let fixed = [("{port}", "{port:server}"), ("{host}", "{host:server}"), ("{address}", "{address:server}")];
    let command = fixed.iter().fold(client.command.to_string(), |command, (told, by_name)| command.replace(told, by_name));
    let run = json!({ "exec": command, "timeout": time(patience), "expect": expect });
    let actors = Map::from_iter([("server".to_owned(), Value::Array(server)), ("client".to_owned(), json!([run]))]);
    file(row, actors, "how the client ends, and what it prints, without a cut")
}

/// The most connections of a client that are served again.
const MOST_CONNECTIONS: u64 = 20;

fn time(time: Duration) -> String {
    format!("{}ms", time.as_millis().max(1))
}

/// The steps that send, at the turn of each message: its pieces as they were cut, and behind a piece the wait until it is seen. Messages that
/// leave together do so at the turn of the first of them.
fn turns(script: &Script, split: &Split, row: &SplitRow, end: End) -> Vec<Vec<Value>> {
    let (stream, ends) = (script.stream(), script.ends());
    let made = &split.cuts[..split.cuts.len().min(usize::try_from(row.made).unwrap_or(usize::MAX))];
    let is_behind_nothing = |index: usize| script.messages.get(index).is_some_and(|message| message.until == Until::Nothing);
    let mut turns = vec![Vec::new(); ends.len()];
    let (mut first, mut from) = (0, 0);
    for (index, &last) in ends.iter().enumerate() {
        // A client's messages all leave together; an answer cannot leave before the request to it.
        let may_join = index + 1 < ends.len() && (end == End::Client || is_behind_nothing(index + 1));
        if split.coalesced && may_join {
            continue;
        }
        let waits_at_its_end = !split.coalesced && end == End::Server && is_behind_nothing(index + 1);
        let cuts = made.iter().copied().filter(|cut| (from + 1..last).contains(cut)).collect::<Vec<u64>>();
        for to in cuts.into_iter().chain([last]) {
            if from < to {
                turns[first].push(send(&stream[from as usize..to as usize]));
            }
            if to < last || waits_at_its_end {
                turns[first].push(json!({ "wait": { seen(row, made.last() == Some(&to)): to } }));
            }
            from = to;
        }
        first = index + 1;
    }
    turns
}

/// What is waited for behind a piece. Of a program that peeks, or is gone, the most that can be waited for is that the bytes have come.
fn seen(row: &SplitRow, is_last_cut: bool) -> &'static str {
    match row.unseen {
        None | Some(Seen::Confirmed | Seen::NotMade) => "peer_read",
        Some(Seen::Gone) if !is_last_cut => "peer_read",
        Some(Seen::Gone | Seen::Unread | Seen::Unreceived | Seen::Acknowledged) => "peer_received",
    }
}

/// The step that reads a request; `None` where none is awaited.
fn request(until: &Until) -> Option<Value> {
    match until {
        Until::Nothing => None,
        Until::Codec(codec) => Some(json!({ "recv_frame": { "codec": codec.text } })),
        Until::Token(token) => Some(json!({ "recv_until": { "hex": hex(token) } })),
        Until::Bytes(count) => Some(json!({ "recv_exact": { "bytes": count } })),
        Until::Eof => Some(json!({ "recv_until": "eof" })),
        Until::Quiet(_) => Some(json!({ "recv": {} })),
    }
}

fn file(row: &SplitRow, actors: Map<String, Value>, expected: &str) -> String {
    let file = File {
        title: format!("{}: {}", row.name, row.verdict.word()),
        about: format!("Found by netlab split: {}. What is expected is {expected}.", row.verdict.describe()),
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
