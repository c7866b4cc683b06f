//! From trace to verdict, as data: no socket is opened here. A transcript says what was sent and read; the analysis and the verdict
//! must follow from it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use netlab::analysis::{Analysis, CauseName, Fate, Integrity, Transfer, analyse};
use netlab::errno::Errno;
use netlab::plan::{Overrides, Plan, plan};
use netlab::scenario::{BoundaryWord, Family, Scenario, SocketKind, Source};
use netlab::trace::{ActorEnd, ActorTrace, Address, Call, CallOutcome, Environment, RunEnd, SocketTrace, StreamDigest, Trace};
use netlab::verdict::{Outcome, Verdict, judge};
use proptest::prelude::*;

/// A line of a transcript: `client 2 send 5 hello`, `server 2 recv 9 hello waited`, `server 3 recv 9 ECONNREFUSED`.
/// The words are the actor, its step, the call, what was asked, what came (text, `-` for nothing, an error, `timeout`), and flags.
fn transcript(kind: SocketKind, lines: &str) -> Trace {
    let address = |text: &str| Some(text.parse::<Address>().unwrap());
    let (client, server) = (address("127.0.0.1:1000"), address("127.0.0.1:2000"));
    let mut actors = Vec::new();
    for (name, local, peer) in [("server", server.clone(), client.clone()), ("client", client, server)] {
        let mut calls: Vec<Call<'static>> = Vec::new();
        let (mut sent, mut received) = (Vec::new(), Vec::new());
        for (time, line) in lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [actor, step, call, asked, came, flags @ ..] = words.as_slice() else { panic!("not a line: {line}") };
            if *actor != name {
                continue;
            }
            let (outcome, data) = match *came {
                "timeout" => (CallOutcome::TimedOut, ""),
                "-" => (CallOutcome::Returned(0), ""),
                text => match Errno::from_name(text) {
                    Some(errno) => (CallOutcome::Failed(errno), ""),
                    None => (CallOutcome::Returned(u32::try_from(text.len()).unwrap()), text),
                },
            };
            let is_send = call.starts_with("send");
            if is_send { &mut sent } else { &mut received }.extend_from_slice(data.as_bytes());
            let mut record = serde_json::json!({
                "step": step.parse::<u32>().unwrap(), "call": if is_send { "send" } else { "recv" }, "socket": 0, "asked": asked.parse::<u32>().unwrap(),
                "outcome": outcome, "ends_step": true, "start_ns": time * 10, "end_ns": time * 10 + 5,
                "waited": flags.contains(&"waited"), "truncated": flags.contains(&"truncated"),
                "flags": flags.iter().filter(|flag| **flag == "more").collect::<Vec<_>>(),
            });
            if !data.is_empty() {
                record["text"] = data.into();
            }
            if kind == SocketKind::Udp {
                record["address"] = peer.as_ref().unwrap().to_string().into();
            }
            calls.push(serde_json::from_value(record).unwrap());
        }
        let socket = SocketTrace {
            name: "connection".to_owned(),
            kind,
            listens: false,
            local,
            peer: peer.filter(|_| kind != SocketKind::Udp),
            settings: Vec::new(),
            sent: StreamDigest::of(&sent),
            received: StreamDigest::of(&received),
            left_queued: None,
        };
        actors.push(ActorTrace {
            name: name.to_owned(),
            end: ActorEnd::Finished,
            sockets: vec![socket],
            calls: calls.into_iter().collect(),
        });
    }
    let environment = Environment {
        netlab: String::new(),
        os: String::new(),
        kernel: String::new(),
        arch: String::new(),
        cpus: 1,
        family: Family::Ipv4,
        seed: 0,
    };
    Trace { environment, end: RunEnd::Finished, duration_ns: 1000, actors }
}

/// Steps 0 and 1 of the server are listen and accept, step 0 of the client is connect.
fn planned(server: &str, client: &str, expect: &str) -> Plan {
    let text = format!(
        r#"{{ "title": "t", "actors": {{
            "server": [{{ "listen": {{ "tcp": "loopback:0" }} }}, {{ "accept": {{}} }}, {server}],
            "client": [{{ "connect": {{ "to": "server" }} }}, {client}] }},
            "expect": {{ "client->server": {expect} }} }}"#
    );
    let scenario = Scenario::parse(Source::new("t.json", text)).unwrap_or_else(|errors| panic!("{errors:#?}"));
    plan(&Arc::new(scenario), &Overrides::default()).unwrap_or_else(|errors| panic!("{errors:#?}")).remove(0)
}

const THREE_SENDS: &str = r#"{ "send": { "text": "hello" } }, { "send": { "text": "world" } }, { "send": { "text": "egon" } }"#;

fn judged(server: &str, client: &str, expect: &str, lines: &str) -> (Verdict, Analysis) {
    let plan = planned(server, client, expect);
    let trace = transcript(SocketKind::Tcp, lines);
    let analysis = analyse(&trace);
    (judge(&plan, &trace, &analysis), analysis)
}

const LATE: &str = "client 1 send 5 hello
                    client 2 send 5 world
                    client 3 send 4 egon
                    server 2 recv 1024 helloworldegon";
const PROMPT: &str = "server 2 recv 1024 hello waited
                      client 1 send 5 hello
                      client 2 send 5 world
                      server 2 recv 1024 world waited
                      client 3 send 4 egon
                      server 2 recv 1024 egon waited";

#[test]
fn what_is_expected_and_seen_passes() {
    let (verdict, analysis) =
        judged(r#"{ "recv": {} }"#, THREE_SENDS, r#"{ "reads": [14], "boundaries": "coalesced", "unread": 0 }"#, LATE);
    assert_eq!(verdict.outcome, Outcome::Pass, "{verdict:#?}");
    assert_eq!(analysis.flows.iter().find(|flow| flow.is_active()).unwrap().outcome, BoundaryWord::Coalesced);
}

#[test]
fn the_same_expectation_fails_on_other_reads() {
    let server = r#"{ "repeat": { "times": 3, "steps": [{ "recv": {} }] } }"#;
    let lines = PROMPT.replace("server 2", "server 3");
    let (verdict, _) = judged(server, THREE_SENDS, r#"{ "reads": [14], "boundaries": "coalesced" }"#, &lines);
    assert_eq!(verdict.outcome, Outcome::Fail);
    let observed: Vec<&str> = verdict.mismatches.iter().map(|mismatch| mismatch.observed.as_str()).collect();
    assert_eq!(observed, ["observed [5, 5, 4], expected [14]", "observed preserved, expected coalesced"]);
}

#[test]
fn any_of_takes_either() {
    for (lines, times) in [(LATE, 1), (PROMPT, 3)] {
        let server = format!(r#"{{ "repeat": {{ "times": {times}, "steps": [{{ "recv": {{}} }}] }} }}"#);
        let lines = lines.replace("server 2", "server 3");
        let (verdict, _) =
            judged(&server, THREE_SENDS, r#"{ "reads": { "any_of": [[14], [5, 5, 4]] }, "cuts": { "allowed": [5, 10] } }"#, &lines);
        assert_eq!(verdict.outcome, Outcome::Pass, "{verdict:#?}");
    }
}

#[test]
fn an_errno_is_expected_by_name() {
    let server = r#"{ "recv": {}, "expect": "ECONNRESET" }"#;
    let client = r#"{ "send": { "text": "x" } }"#;
    let ended = |line: &str| judged(server, client, r#"{ "bytes": 0 }"#, &format!("client 1 send 1 x\n{line}")).0.outcome;
    assert_eq!(ended("server 2 recv 9 ECONNRESET"), Outcome::Pass);
    assert_eq!(ended("server 2 recv 9 ECONNREFUSED"), Outcome::Fail);
    assert_eq!(ended("server 2 recv 9 timeout"), Outcome::Fail);
    assert_eq!(ended("server 2 recv 9 -"), Outcome::Fail);
}

#[test]
fn the_first_difference_is_shown() {
    let (verdict, _) = judged(
        r#"{ "recv": {}, "expect": { "text": "help" } }"#,
        r#"{ "send": { "text": "hello" } }"#,
        r#"{ "bytes": { "min": 0 } }"#,
        "client 1 send 5 hello\nserver 2 recv 9 hello",
    );
    let difference = verdict.mismatches[0].difference.clone().unwrap();
    assert_eq!((difference.offset, difference.expected_text.as_str(), difference.observed_text.as_str()), (3, "p", "lo"));
    assert_eq!((verdict.mismatches[0].place.line, verdict.mismatches[0].place.column > 1), (2, true));
}

#[test]
fn bytes_that_were_never_sent_fail_whatever_is_expected() {
    let (verdict, analysis) = judged(
        r#"{ "recv": {} }"#,
        r#"{ "send": { "text": "hello" } }"#,
        r#"{ "bytes": { "min": 0 } }"#,
        "client 1 send 5 hello\nserver 2 recv 9 hullo",
    );
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert!(verdict.mismatches[0].title.contains("other bytes arrived"));
    let Transfer::Stream(stream) = &analysis.flows.iter().find(|flow| flow.is_active()).unwrap().transfer else { panic!() };
    assert!(matches!(stream.integrity, Integrity::Differs(_)));
    // Also where the rest was not read, so that no digest of the whole can tell.
    let (verdict, _) = judged(
        r#"{ "recv": {} }"#,
        r#"{ "send": { "text": "hello" } }"#,
        r#"{ "bytes": { "min": 0 } }"#,
        "client 1 send 5 hello\nserver 2 recv 9 hu",
    );
    assert_eq!(verdict.mismatches[0].observed, "bytes 1 to 2 were not received as they were sent");
}

fn causes(kind: SocketKind, lines: &str) -> Vec<CauseName> {
    let analysis = analyse(&transcript(kind, lines));
    analysis.flows.iter().flat_map(|flow| &flow.causes).map(|cause| cause.name).collect()
}

/// Each cause fires on its evidence, and not on its nearest neighbour's.
#[test]
fn causes_and_their_neighbours() {
    use CauseName::{LateReader, PartialSend, ReaderKeptPace, SmallRecv, TruncatedDatagram};
    use SocketKind::{Tcp, Udp};
    let cases = [
        (Tcp, LATE.to_owned(), vec![LateReader]),
        // It waited and got two sends at once: something held them back. The calls do not tell what.
        (Tcp, LATE.replace("helloworldegon", "helloworldegon waited"), vec![]),
        // The sender joined them on purpose.
        (Tcp, LATE.replace("hello\n", "hello more\n").replace("world\n", "world more\n"), vec![]),
        (Tcp, PROMPT.to_owned(), vec![ReaderKeptPace]),
        // Each send by a read of its own, but the reads came after: by chance of their size.
        (Tcp, PROMPT.replace(" waited", ""), vec![]),
        (Tcp, "client 1 send 9 hello_egg\nserver 2 recv 2 he\nserver 3 recv 10 llo_egg".to_owned(), vec![SmallRecv]),
        // A short read with room to spare: not the buffer's fault.
        (Tcp, "client 1 send 9 hello_egg\nserver 2 recv 10 he\nserver 3 recv 10 llo_egg".to_owned(), vec![]),
        (Tcp, "client 1 send 9 hello\nserver 2 recv 10 hello".to_owned(), vec![PartialSend]),
        (Tcp, "client 1 send 5 hello\nserver 2 recv 10 hello".to_owned(), vec![]),
        (Udp, "client 1 send 5 hello\nserver 2 recv 3 hel truncated".to_owned(), vec![TruncatedDatagram]),
        (Udp, "client 1 send 5 hello\nserver 2 recv 5 hello".to_owned(), vec![]),
    ];
    for (kind, lines, expected) in cases {
        assert_eq!(causes(kind, &lines), expected, "{lines}");
    }
}

fn fates(lines: &str) -> Vec<Fate> {
    let analysis = analyse(&transcript(SocketKind::Udp, lines));
    let messages = |flow: &netlab::analysis::Flow| match &flow.transfer {
        Transfer::Messages(messages) => messages.messages.iter().map(|message| message.fate).collect(),
        Transfer::Stream(_) => Vec::new(),
    };
    analysis.flows.iter().flat_map(messages).collect()
}

#[test]
fn what_becomes_of_datagrams() {
    use Fate::{Lost, Preserved, Reordered, Unmatched, Unread};
    let sends = "client 1 send 1 a\nclient 2 send 1 b\nclient 3 send 1 c\n";
    let after = |reads: &str| fates(&format!("{sends}{reads}"));
    assert_eq!(after("server 2 recv 9 a\nserver 3 recv 9 b\nserver 4 recv 9 c"), [Preserved, Preserved, Preserved]);
    assert_eq!(after("server 2 recv 9 a\nserver 3 recv 9 c"), [Preserved, Lost, Preserved]);
    assert_eq!(after("server 2 recv 9 b\nserver 3 recv 9 a\nserver 4 recv 9 c"), [Reordered, Preserved, Preserved]);
    assert_eq!(after("server 2 recv 9 a"), [Preserved, Unread, Unread]);
    assert_eq!(after("server 2 recv 9 a\nserver 3 recv 9 timeout"), [Preserved, Lost, Lost]);
    assert_eq!(after("server 2 recv 9 z"), [Unread, Unread, Unread, Unmatched]);
}

proptest! {
    /// However bytes are cut into sends and reads, every byte read is a byte sent, and the sums agree.
    #[test]
    fn bytes_are_conserved(sends in proptest::collection::vec(1usize..9, 1..12), reads in proptest::collection::vec(1usize..9, 1..12)) {
        let total: usize = sends.iter().sum();
        let stream: String = (0..total).map(|at| char::from(b'a' + u8::try_from(at % 26).unwrap())).collect();
        // The calls of one side, and where the last of them ended.
        let cut = |sizes: &[usize], what: &str| {
            let mut at = 0;
            let mut lines = String::new();
            for (step, size) in sizes.iter().enumerate() {
                let end = (at + size).min(total);
                if at < end {
                    let (actor, call) = what.split_once(' ').unwrap();
                    lines.push_str(&format!("{actor} {step} {call} {size} {}\n", &stream[at..end]));
                }
                at = end;
            }
            (lines, at)
        };
        let (sent, _) = cut(&sends, "client send");
        let (received, read) = cut(&reads, "server recv");
        let lines = sent + &received;
        let analysis = analyse(&transcript(SocketKind::Tcp, &lines));
        let flow = analysis.flows.iter().find(|flow| flow.from.actor == "client").unwrap();
        prop_assert_eq!(flow.bytes_read(), read as u64);
        prop_assert_eq!(flow.bytes_read() + flow.bytes_unread(), total as u64);
        let Transfer::Stream(stream) = &flow.transfer else { panic!() };
        prop_assert_eq!(&stream.integrity, &Integrity::Equal);
        prop_assert_eq!(stream.pieces().map(|piece| piece.range.len()).sum::<u64>(), total as u64);
    }
}
