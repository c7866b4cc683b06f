//! From trace to verdict, as data: no socket is opened here. A transcript says what was sent and read; the analysis and the verdict
//! must follow from it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod transcript;

use std::sync::Arc;

use netlab::analysis::{Analysis, Fate, Integrity, Transfer, analyse};
use netlab::plan::{Overrides, Plan, plan};
use netlab::scenario::{BoundaryWord, Scenario, SocketKind, Source};
use netlab::verdict::{Outcome, Verdict, judge};
use proptest::prelude::*;
use transcript::transcript;

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
