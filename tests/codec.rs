//! `netlab decode`, `encode` and `explain`, as a user meets them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::process::{Command, Stdio};

use netlab::framing::{CODECS, LengthPrefix};

fn netlab(arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_netlab"))
        .args(arguments)
        .envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("COLUMNS", "100")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who finds a mistake in the arguments reads no input, and may be gone.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn decode_finds_frames_wherever_they_are_cut() {
    for split in ["every", "1", "3", "random:7"] {
        let (code, text, _) = netlab(&["decode", "--codec", "netstring", "--split", split], b"5:hello,3:egg,");
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("hello") && text.contains("2 frames in 14 bytes") && text.contains("the same however it was cut"), "{text}");
    }
}

#[test]
fn a_codec_that_depends_on_the_cut_is_found_out() {
    let (code, text, _) = netlab(&["decode", "--codec", "raw_recv", "--split", "every"], b"hello");
    assert_eq!(code, Some(1));
    assert!(text.contains("ANOTHER RESULT under 5 of 7 cuts, first when cut at [1]"), "{text}");
}

#[test]
fn a_bad_frame_is_shown_behind_the_good_ones() {
    let (code, text, _) = netlab(&["decode", "--codec", "length_prefix:width=2", "--from", "hex"], b"00 02 68 69 00 05 61");
    assert_eq!(code, Some(1));
    assert!(text.contains("hi") && text.contains("truncated at offset 4") && text.contains("1 frame, 1 error in 7 bytes"), "{text}");
    let (_, json, _) =
        netlab(&["decode", "--codec", "line:max_frame=3", "--on-error", "resync", "--format", "json"], b"ab\nlonger\ncd\n\xff\n");
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((report["frames"][1]["text"].as_str(), report["frames"][2]["hex"].as_str()), (Some("cd"), Some("ff")));
    assert_eq!((report["errors"][0]["kind"].as_str(), report["errors"][0]["offset"].as_u64()), (Some("too_long"), Some(3)));
}

#[test]
fn what_encode_writes_decode_reads() {
    let (code, hex, _) = netlab(&["encode", "--codec", "slip", "a\\xc0b", "c", "--hex"], b"");
    assert_eq!((code, hex.as_str()), (Some(0), "c0 61 db dc 62 c0 c0 63 c0\n"));
    let (_, text, _) = netlab(&["decode", "--codec", "slip", "--from", "hex"], hex.as_bytes());
    assert!(text.contains("a\\xc0b") && text.contains("2 frames"), "{text}");
    let (_, lines, _) = netlab(&["encode", "--codec", "netstring", "--lines"], b"one\ntwo\n");
    assert_eq!(lines, "3:one,3:two,");
    let (code, _, error) = netlab(&["encode", "--codec", "line", "two\\nlines"], b"");
    assert_eq!(code, Some(1));
    assert!(error.contains("frame 1: a line cannot hold a \\n"), "{error}");
}

#[test]
fn every_codec_is_explained() {
    let presets = LengthPrefix::PRESETS.iter().map(|(name, _)| *name);
    for name in CODECS.iter().map(|codec| codec.name).chain(presets).chain(["late_reader", "codecs"]) {
        let (code, text, error) = netlab(&["explain", name], b"");
        assert!(code == Some(0) && text.lines().count() >= 3, "{name}: {text}{error}");
    }
}

#[test]
fn mistakes_get_a_clear_error() {
    for (arguments, expected) in [
        (&["decode", "--codec", "nestring"][..], "did you mean `netstring`?"),
        (&["decode", "--codec", "line:max=1"], "did you mean `max_frame`?"),
        (&["decode", "--codec", "fixed_length"], "fixed_length needs `length`"),
        (&["decode", "--codec", "line", "--from", "hex"], "not pairs of hexadecimal digits"),
        (&["encode", "--codec", "line", "\\q"], "an escape in `\\q` is none"),
        (&["explain", "netstirng"], "did you mean `netstring`?"),
        (&["decode", "--codec", "line", "--split", "x"], "expected every, a number of bytes, or random:SEED"),
    ] {
        let (code, _, error) = netlab(arguments, b"xyz");
        assert!(code == Some(2) && error.contains(expected), "{arguments:?}: {error}");
    }
    assert_eq!(netlab(&["decode", "--codec", "line", "/nowhere/at/all"], b"").0, Some(5));
}
