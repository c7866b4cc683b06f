//! Each cause fires on its evidence, and not on its nearest neighbour's. No socket is opened here.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod transcript;

use netlab::analysis::{Analysis, CountedBy, analyse};
use netlab::scenario::{CauseName, SocketKind};
use transcript::transcript;

use CauseName::{
    ClosedWindow, Corked, DroppedDatagram, EarlyReader, HalfClose, LateReader, Nagle, PartialSend, ReaderKeptPace, Reset, SmallRecv,
    TruncatedDatagram,
};
use SocketKind::{Tcp, Udp, UnixStream};

fn analysed(kind: SocketKind, lines: &[&str]) -> Analysis {
    analyse(&transcript(kind, &lines.join("\n")))
}

/// The causes of the flow from the client to the server.
fn causes(kind: SocketKind, lines: &[&str]) -> Vec<CauseName> {
    let analysis = analysed(kind, lines);
    let flow = analysis.flows.iter().find(|flow| flow.from.actor == "client").unwrap();
    assert!(flow.causes.iter().all(|cause| !cause.evidence.is_empty()), "a cause without evidence: {:?}", flow.causes);
    flow.causes.iter().map(|cause| cause.name).collect()
}

const SENDS: &str = "client 1 send 5 hello\nclient 2 send 5 world\nclient 3 send 4 egon";
const ONE_READ: &str = "server 2 recv 1024 helloworldegon";
const ONE_READ_WAITED: &str = "server 2 recv 1024 helloworldegon waited";
const THREE_SEGMENTS: &str = "client counters data_segs_out=3 bytes_sent=14";
const ONE_SEGMENT: &str = "client counters data_segs_out=1 bytes_sent=14";

#[test]
fn late_reader() {
    // The calls alone, where no kernel counts segments: it did not have to wait.
    assert_eq!(causes(UnixStream, &[SENDS, ONE_READ]), [LateReader]);
    assert_eq!(causes(UnixStream, &[SENDS, ONE_READ_WAITED]), []);
    // Three segments left and one read took them, whether it had waited for the first or not.
    assert_eq!(causes(Tcp, &[SENDS, ONE_READ, THREE_SEGMENTS]), [LateReader]);
    assert_eq!(causes(Tcp, &[SENDS, ONE_READ_WAITED, THREE_SEGMENTS]), [LateReader]);
    // One segment: the sender's kernel joined them, and the promptest reader would have got as much.
    assert_eq!(causes(Tcp, &[SENDS, ONE_READ, ONE_SEGMENT]), []);
    // Nobody counted, so that the sender's kernel may have joined them.
    assert_eq!(causes(Tcp, &[SENDS, ONE_READ]), []);
    // A total over the stream says nothing of one of several reads: the large send was cut in many segments.
    let large = ["client 1 send 9 aaaaaaaaa", "client 2 send 2 bb", "client 3 send 2 cc"];
    let reads = ["server 2 recv 9 aaaaaaaaa", "server 3 recv 9 bbcc", "client counters data_segs_out=4 bytes_sent=13"];
    assert_eq!(causes(Tcp, &[&large[..], &reads].concat()), []);
    // A segment that was sent again is counted twice.
    assert_eq!(causes(Tcp, &[SENDS, ONE_READ, "client counters data_segs_out=2 bytes_sent=28 bytes_retrans=14 total_retrans=1"]), []);
    assert_eq!(
        causes(Tcp, &[SENDS, ONE_READ, "client counters data_segs_out=4 bytes_sent=18 bytes_retrans=4 total_retrans=1"]),
        [LateReader]
    );
    // Closed before all had left: the receiver has counted.
    let early = ["client counters data_segs_out=1 bytes_sent=5", "server counters data_segs_in=3 bytes_received=15"];
    assert_eq!(causes(Tcp, &[&[SENDS, ONE_READ], &early[..]].concat()), [LateReader]);
}

#[test]
fn late_reader_by_samples() {
    // hello left alone, the others together: the second read joined nothing.
    let sampled = [
        "client 1 send 5 hello",
        "client sample data_segs_out=1 bytes_sent=5",
        "client 2 send 5 world",
        "client 3 send 4 egon",
        "client sample data_segs_out=2 bytes_sent=14",
        "client counters data_segs_out=2 bytes_sent=14",
    ];
    let two_reads = ["server 2 recv 1024 hello", "server 3 recv 1024 worldegon"];
    assert_eq!(causes(Tcp, &[&sampled[..], &two_reads].concat()), []);
    assert_eq!(causes(Tcp, &[&sampled[..], &[ONE_READ]].concat()), [LateReader]);
}

#[test]
fn reader_kept_pace() {
    let prompt = [
        "server 2 recv 1024 hello waited",
        "client 1 send 5 hello",
        "client 2 send 5 world",
        "server 3 recv 1024 world waited",
        "client 3 send 4 egon",
        "server 4 recv 1024 egon waited",
    ];
    assert_eq!(causes(Tcp, &prompt), [ReaderKeptPace]);
    // Only the first may have come late: the second found its bytes queued, and got no more because it asked for no more.
    let exact: Vec<String> = prompt.iter().map(|line| line.replace("recv 1024 world waited", "recv 5 world")).collect();
    assert_eq!(causes(Tcp, &exact.iter().map(String::as_str).collect::<Vec<_>>()), []);
    // Each send by a read of its own, but the reads came after: by chance of their size.
    let late: Vec<String> = prompt.iter().map(|line| line.replace(" waited", "")).collect();
    assert_eq!(causes(Tcp, &late.iter().map(String::as_str).collect::<Vec<_>>()), []);
}

#[test]
fn nagle() {
    let held = |sample: &str| {
        let lines = [
            "client 1 send 5 hello",
            "client sample data_segs_out=1 bytes_sent=5 unacked_segs=1",
            "client 2 send 5 world",
            sample,
            "client 3 send 4 egon",
            "server 2 recv 1024 hello",
            "server 3 recv 1024 worldegon",
            "client counters data_segs_out=2 bytes_sent=14",
        ];
        causes(Tcp, &lines).contains(&Nagle)
    };
    let active = "client sample data_segs_out=1 bytes_sent=5 notsent_bytes=5 unacked_segs=1";
    assert!(held(active));
    // Nothing held; or nothing on its way that it could wait for.
    assert!(!held("client sample data_segs_out=2 bytes_sent=10 unacked_segs=2"));
    assert!(!held("client sample data_segs_out=1 bytes_sent=5 bytes_acked=6 notsent_bytes=5"));
    // Something else held it: the peer's window, the congestion window.
    assert!(!held(&format!("{active} snd_wnd=7")));
    assert!(!held(&format!("{active} snd_cwnd=1")));
    // Full segments on their way do not hold a small one back.
    assert!(!held("client sample data_segs_out=1 bytes_sent=32768 notsent_bytes=5 unacked_segs=1"));
    // Totals alone cannot tell it from other reasons to join.
    assert_eq!(
        causes(Tcp, &[SENDS, "server 2 recv 9 hello", "server 3 recv 9 worldegon", "client counters data_segs_out=2 bytes_sent=14"]),
        []
    );
}

#[test]
fn nagle_is_not_blamed_where_the_program_asked_for_it_or_turned_it_off() {
    let with_option = |option: &str| {
        let set = format!("client 1 set_option:{option} 1 -");
        let lines = [
            set.as_str(),
            "client 1 send 5 hello",
            "client 2 send 5 world",
            "client sample data_segs_out=1 bytes_sent=5 notsent_bytes=5 unacked_segs=1",
            "server 2 recv 10 helloworld",
        ];
        causes(Tcp, &lines).contains(&Nagle)
    };
    assert!(with_option("keepalive"));
    assert!(!with_option("nodelay"));
    assert!(!with_option("cork"));
}

#[test]
fn corked() {
    let more = SENDS.replace("hello", "hello more").replace("world", "world more");
    assert_eq!(causes(Tcp, &[&more, ONE_READ, ONE_SEGMENT]), [Corked]);
    assert_eq!(causes(Tcp, &[&more, ONE_READ_WAITED, ONE_SEGMENT]), [Corked]);
    // It asked for it, and the kernel sent each of them all the same: the reader joined them.
    assert_eq!(causes(Tcp, &[&more, ONE_READ, THREE_SEGMENTS]), [LateReader]);
    // Nobody counted.
    assert_eq!(causes(Tcp, &[&more, ONE_READ]), []);
    // One of two ends was held, and one of them was joined: which, only a sample tells.
    let one_more = SENDS.replace("hello", "hello more");
    let two_segments = "client counters data_segs_out=2 bytes_sent=14";
    assert_eq!(causes(Tcp, &[&one_more, ONE_READ_WAITED, two_segments]), [LateReader]);
    let cork = ["client 1 set_option:cork 1 -", SENDS, "client 4 set_option:cork 0 -", ONE_READ_WAITED, ONE_SEGMENT];
    assert_eq!(causes(Tcp, &cork), [Corked]);
    // Taken off before the first send: joined, but not by the cork.
    let uncorked = ["client 1 set_option:cork 1 -", "client 1 set_option:cork 0 -", SENDS, ONE_READ_WAITED, ONE_SEGMENT];
    assert_eq!(causes(Tcp, &uncorked), []);
}

#[test]
fn small_recv() {
    let reads = ["server 2 recv 2 he", "server 3 recv 10 llo_egg"];
    let with = |more: &[&str]| causes(Tcp, &[&["client 1 send 9 hello_egg"], more, &reads[..]].concat());
    // The program had asked what is queued; one segment carried what it took and what it left.
    assert_eq!(with(&["server 1 wait_readable 9 =9"]), [SmallRecv]);
    assert_eq!(with(&["client counters data_segs_out=1 bytes_sent=9"]), [SmallRecv]);
    // Nothing tells that the rest was there: that the next read did not have to wait does not say so of this one.
    assert_eq!(with(&[]), []);
    assert_eq!(with(&["client counters data_segs_out=2 bytes_sent=9"]), []);
    // As many bytes were queued as it took.
    assert_eq!(with(&["server 1 wait_readable 2 =2"]), []);
    // On a Unix socket what was accepted is there.
    assert_eq!(causes(UnixStream, &["client 1 send 9 hello_egg", "server 2 recv 2 he"]), [SmallRecv]);
    // A short read with room to spare: not the buffer's fault, the rest had not come.
    assert_eq!(causes(Tcp, &["client 1 send 9 hello_egg", "server 2 recv 10 he", "server 3 recv 10 llo_egg"]), [EarlyReader]);
    // It ended where a send ended: nothing was to come.
    assert_eq!(causes(Tcp, &["client 1 send 5 hello", "client 2 send 3 egg", "server 2 recv 10 hello", "server 3 recv 10 egg"]), []);
}

#[test]
fn partial_send() {
    assert_eq!(causes(Tcp, &["client 1 send 9 hello", "server 2 recv 10 hello"]), [PartialSend]);
    assert_eq!(causes(Tcp, &["client 1 send 5 hello", "server 2 recv 10 hello"]), []);
}

#[test]
fn closed_window() {
    let with = |counters: &str| causes(Tcp, &["client 1 send 5 hello", counters]);
    assert_eq!(with("client counters rwnd_limited_us=300000"), [ClosedWindow]);
    assert_eq!(with("client counters notsent_bytes=5 snd_wnd=0"), [ClosedWindow]);
    // A window of nothing holds nothing up when there is nothing to send; and bytes may wait for other reasons.
    assert_eq!(with("client counters notsent_bytes=0 snd_wnd=0"), []);
    assert_eq!(with("client counters notsent_bytes=5 snd_wnd=100"), []);
    assert_eq!(with("client counters sndbuf_limited_us=300000"), []);
}

#[test]
fn truncated_and_dropped_datagrams() {
    assert_eq!(causes(Udp, &["client 1 send_to 5 hello", "server 2 recv_from 3 hel truncated"]), [TruncatedDatagram]);
    assert_eq!(causes(Udp, &["client 1 send_to 5 hello", "server 2 recv_from 5 hello"]), []);
    let lost = ["client 1 send_to 1 a", "client 2 send_to 1 b", "server 2 recv_from 9 a", "server 3 recv_from 9 timeout"];
    assert_eq!(causes(Udp, &[&lost[..], &["server counters drops=1"]].concat()), [DroppedDatagram]);
    // What nobody asked for may be queued, whatever was thrown away of others.
    assert_eq!(causes(Udp, &["client 1 send_to 1 a", "server counters drops=1"]), []);
    // Lost, and nobody says that it was thrown away for want of room.
    assert_eq!(causes(Udp, &[&lost[..], &["server counters drops=0"]].concat()), []);
    // Something was thrown away, but nothing of this flow is missing.
    assert_eq!(causes(Udp, &["client 1 send_to 1 a", "server 2 recv_from 9 a", "server counters drops=1"]), []);
}

#[test]
fn reset() {
    assert_eq!(causes(Tcp, &["client 1 send 5 hello", "client 2 abort 0 -", "server 2 recv 9 ECONNRESET"]), [Reset]);
    // An orderly end.
    assert_eq!(causes(Tcp, &["client 1 send 5 hello", "client 2 close 0 -", "server 2 recv 9 hello", "server 3 recv 9 -"]), []);
    // EPIPE behind another error: the kernel gave up by itself.
    assert_eq!(causes(Tcp, &["client 1 send 5 hello", "client 2 send 5 ETIMEDOUT", "client 3 send 5 EPIPE", "server 2 close 0 -"]), []);
    // Nobody closed; and a Unix socket knows no resets.
    assert_eq!(causes(Tcp, &["client 1 send 5 hello", "client 2 send 5 EPIPE"]), []);
    assert_eq!(causes(UnixStream, &["client 1 send 5 hello", "server 2 close 0 -", "client 2 send 5 EPIPE"]), []);
    // The sender is told.
    assert_eq!(causes(Tcp, &["client 1 send 5 hello", "server 2 close 0 -", "client 2 send 5 EPIPE"]), [Reset]);
    // The sender is told when it reads.
    assert_eq!(causes(Tcp, &["client 1 send 5 hello", "server 2 abort 0 -", "client 2 recv 9 ECONNRESET"]), [Reset]);
    // EPIPE after one's own shutdown says nothing of the peer.
    assert_eq!(causes(Tcp, &["client 1 shutdown 1 -", "client 2 send 5 EPIPE"]), []);
}

#[test]
fn the_reset_names_who_and_why() {
    let evidence = |lines: &[&str]| {
        let analysis = analysed(Tcp, lines);
        let flow = analysis.flows.iter().find(|flow| flow.from.actor == "client").unwrap();
        flow.causes[0].evidence.iter().map(|evidence| evidence.text.clone()).collect::<Vec<_>>().join("; ")
    };
    let unread = ["server 2 send 3 abc", "client 1 close 0 -", "client counters queued=3", "server 3 recv 9 ECONNRESET"];
    assert_eq!(evidence(&unread), "recv of server failed with ECONNRESET; client closed its socket with 3 bytes unread");
    let linger = ["client 1 abort 0 -", "server 3 recv 9 ECONNRESET"];
    assert_eq!(evidence(&linger), "recv of server failed with ECONNRESET; client closed its socket with SO_LINGER 0");
}

#[test]
fn half_close() {
    let answered = ["client 1 send 2 hi", "client 2 shutdown 1 -", "server 2 recv 9 hi", "server 3 recv 9 -", "server 4 send 3 bye"];
    assert_eq!(causes(Tcp, &[&answered[..], &["client 3 recv 9 bye"]].concat()), [HalfClose]);
    // Nothing came back; or it had come before; or it was the reading side that was shut.
    assert_eq!(causes(Tcp, &answered), []);
    assert_eq!(causes(Tcp, &["server 1 send 3 bye", "client 1 recv 9 bye", "client 2 shutdown 1 -"]), []);
    assert_eq!(causes(Tcp, &["server 1 send 3 bye", "client 1 shutdown 0 -", "client 2 recv 9 bye"]), []);
}

#[test]
fn who_counted_the_segments() {
    let counted = |lines: &[&str]| {
        let analysis = analysed(Tcp, lines);
        let segments = analysis.flows.iter().find(|flow| flow.from.actor == "client").unwrap().segments.clone();
        segments.map(|segments| (segments.count, segments.counted_by, segments.complete))
    };
    assert_eq!(counted(&[SENDS]), None);
    assert_eq!(counted(&[SENDS, THREE_SEGMENTS]), Some((3, CountedBy::Sender, true)));
    let early = "client counters data_segs_out=1 bytes_sent=5";
    assert_eq!(counted(&[SENDS, early]), Some((1, CountedBy::Sender, false)));
    assert_eq!(counted(&[SENDS, early, "server counters data_segs_in=2 bytes_received=15"]), Some((2, CountedBy::Receiver, true)));
    assert_eq!(counted(&[SENDS, early, "server counters data_segs_in=1 bytes_received=5"]), Some((1, CountedBy::Sender, false)));
}
