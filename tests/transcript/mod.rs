//! A run written down by hand, as the stages behind the engine see it: no socket is opened.

use netlab::errno::Errno;
use netlab::scenario::{Family, SocketKind, SocketOption};
use netlab::trace::{
    ActorEnd, ActorTrace, Address, Call, CallOutcome, Counters, Environment, RunEnd, SendSample, SocketTrace, StreamDigest, Trace,
};

/// One line a call, in the order of time: `client 2 send 5 hello`, `server 2 recv 9 hello waited`, `server 3 recv 9 ECONNREFUSED`,
/// `client 1 set_option:cork 1 -`, `client 4 close 0 -`. The words are the actor, its step, the call, what was asked, what came (text,
/// `-` for nothing, `=9` for a number, an error, `timeout`), and flags.
///
/// Two kinds of lines are no calls: `client counters data_segs_out=3 bytes_sent=14` is what the kernel had counted at the close, and
/// `client sample data_segs_out=1 ..` what it had counted when the call before that line had returned.
pub(crate) fn transcript(kind: SocketKind, lines: &str) -> Trace {
    let address = |text: &str| Some(text.parse::<Address>().unwrap());
    let (client, server) = (address("127.0.0.1:1000"), address("127.0.0.1:2000"));
    let lines: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut actors = Vec::new();
    for (name, local, peer) in [("server", server.clone(), client.clone()), ("client", client, server)] {
        let mut calls: Vec<Call<'static>> = Vec::new();
        let mut counters = Counters::default();
        let mut samples = Vec::new();
        let (mut sent, mut received) = (Vec::new(), Vec::new());
        for (time, line) in lines.iter().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            if words[0] != name {
                continue;
            }
            match words.as_slice() {
                [_, "counters", pairs @ ..] => counters = Counters(pairs.iter().map(|pair| counter(pair)).collect()),
                [_, "sample", pairs @ ..] => samples.push(sample(calls.len() - 1, pairs)),
                [_, step, call, asked, came, flags @ ..] => {
                    let call = call_of(kind, (time, step, call, asked, came, flags), peer.as_ref());
                    let bytes = if call.kind.is_send() { &mut sent } else { &mut received };
                    bytes.extend_from_slice(&call.data.prefix);
                    calls.push(call);
                }
                _ => panic!("not a line: {line}"),
            }
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
            counters,
            congestion_control: None,
            samples,
        };
        actors.push(ActorTrace {
            name: name.to_owned(),
            end: ActorEnd::Finished,
            sockets: vec![socket],
            calls: calls.into_iter().collect(),
            programs: Vec::new(),
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

type Words<'w> = (usize, &'w str, &'w str, &'w str, &'w str, &'w [&'w str]);

fn call_of(kind: SocketKind, (time, step, call, asked, came, flags): Words<'_>, peer: Option<&Address>) -> Call<'static> {
    let (outcome, data) = match came {
        "timeout" => (CallOutcome::TimedOut, ""),
        "-" => (CallOutcome::Returned(0), ""),
        number if number.starts_with('=') => (CallOutcome::Returned(number[1..].parse().unwrap()), ""),
        text => match Errno::from_name(text) {
            Some(errno) => (CallOutcome::Failed(errno), ""),
            None => (CallOutcome::Returned(u32::try_from(text.len()).unwrap()), text),
        },
    };
    let (call, option) = call.split_once(':').map_or((call, None), |(call, option)| (call, Some(option)));
    let mut record = serde_json::json!({
        "step": step.parse::<u32>().unwrap(), "call": call, "socket": 0, "asked": asked.parse::<u32>().unwrap(),
        "outcome": outcome, "ends_step": true, "start_ns": time * 10, "end_ns": time * 10 + 5,
        "waited": flags.contains(&"waited"), "truncated": flags.contains(&"truncated"),
        "flags": flags.iter().filter(|flag| **flag == "more").collect::<Vec<_>>(),
    });
    if let Some(option) = option {
        record["option"] = option.into();
    }
    if !data.is_empty() {
        record["text"] = data.into();
    }
    if kind == SocketKind::Udp {
        record["address"] = peer.unwrap().to_string().into();
    }
    serde_json::from_value(record).unwrap()
}

fn counter(pair: &str) -> (SocketOption, u64) {
    let (name, value) = pair.split_once('=').unwrap();
    (serde_json::from_value(name.into()).unwrap(), value.parse().unwrap())
}

/// A sample with wide open windows, but for what the pairs say.
fn sample(call: usize, pairs: &[&str]) -> SendSample {
    let mut record = serde_json::json!({
        "call": call, "data_segs_out": 0, "bytes_sent": 0, "bytes_acked": 1, "notsent_bytes": 0, "unacked_segs": 0,
        "snd_mss": 32768, "snd_cwnd": 10, "snd_wnd": 65536
    });
    for pair in pairs {
        let (name, value) = pair.split_once('=').unwrap();
        record[name] = value.parse::<u64>().unwrap().into();
    }
    serde_json::from_value(record).unwrap()
}
