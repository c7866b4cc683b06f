//! `netlab explain` and `netlab options`, as a user meets them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Read;
use std::process::{Command, Output, Stdio};

use netlab::catalogue::{self, OptionKind};
use netlab::framing::CODECS;
use netlab::scenario::CauseName;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    command.args(arguments).env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LC_CTYPE");
    command.envs([("LANG", "C.UTF-8"), ("NO_COLOR", "1"), ("COLUMNS", "80")]).envs(environment.iter().copied()).stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What it prints, where it must succeed.
fn printed(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let Output { status, stdout, stderr } = command(arguments, environment).output().unwrap();
    assert!(status.success(), "{arguments:?}: {}", text(&stderr));
    text(&stdout)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(&[arguments, &["--format", "json"]].concat(), &[])).unwrap()
}

#[test]
fn an_error_is_explained_with_its_numbers_causes_and_the_next_command() {
    let text = printed(&["explain", "10061"], &[]);
    assert!(text.starts_with("ECONNREFUSED: Connection refused\n"), "{text}");
    for expected in
        ["61 on macOS", "(WSAECONNREFUSED)", "ConnectionRefusedError", "likely causes", "what to try", "next: netlab run connect/"]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn words_of_a_log_need_no_quotes() {
    assert_eq!(
        printed(&["explain", "[Errno", "111]", "Connection", "refused"], &[]),
        printed(&["explain", "[Errno 111] Connection refused"], &[])
    );
    assert_eq!(printed(&["explain", "-2"], &[]), printed(&["explain", "EAI_NONAME"], &[]));
}

#[test]
#[cfg(target_os = "linux")]
fn a_number_of_several_meanings_says_so_this_systems_first() {
    let text = printed(&["explain", "35"], &[]);
    assert!(text.starts_with("this number means different things: EDEADLK on Linux, EAGAIN on macOS\n"), "{text}");
    let report = json(&["explain", "35"]);
    assert_eq!((&report["found"][0]["name"], &report["found"][1]["name"]), (&"EDEADLK".into(), &"EAGAIN".into()));
    assert_eq!(report["found"][1]["asked_of"], serde_json::json!(["macos"]));
}

/// What overlapped sockets of Windows give is explained with the causes of the error that it stands for.
#[test]
fn an_error_of_overlapped_sockets_has_causes() {
    let text = printed(&["explain", "WinError", "1225"], &[]);
    assert!(text.contains("give ECONNREFUSED") && text.contains("likely causes") && !text.contains("hardly ever"), "{text}");
    assert_eq!(json(&["explain", "[WinError 121]"])["found"][0]["stands_for"]["name"], "ETIMEDOUT");
    assert!(printed(&["explain", "WSAEPROCLIM"], &[]).contains("hardly ever"));
}

#[test]
fn in_chinese_an_error_has_its_title_and_lists_have_their_own_commas() {
    let text = printed(&["explain", "ECONNREFUSED", "--lang", "zh"], &[]);
    assert!(text.starts_with("ECONNREFUSED：连接被拒绝\n  英文：Connection refused\n"), "{text}");
    assert!(text.contains("来自：connect、send、recv"), "{text}");
    assert!(printed(&["explain", "SO_RCVBUF", "--lang", "zh"], &[]).starts_with("SO_RCVBUF：SOL_SOCKET，字节\n"));
    let options = printed(&["options", "--lang", "zh"], &[("COLUMNS", "120")]);
    let after_table = options.lines().filter(|line| line.starts_with("未试") || line.starts_with("结构体")).collect::<Vec<_>>().join("\n");
    assert!(after_table.contains('、') && !after_table.contains(", "), "{after_table}");
}

#[test]
fn a_call_is_explained_by_any_of_its_forms() {
    assert_eq!(printed(&["explain", "sendto"], &[]), printed(&["explain", "send()"], &[]));
    assert!(printed(&["explain", "accept4"], &[]).starts_with("accept(), accept4(): the errors that they give\n"));
}

#[test]
fn the_language_is_that_of_the_locale_or_of_the_command_line() {
    for text in [printed(&["explain", "111"], &[("LANG", "zh_CN.UTF-8")]), printed(&["explain", "111", "--lang", "zh"], &[])] {
        assert!(text.contains("可能的原因") && text.contains("怎么办") && text.contains("下一步"), "{text}");
    }
    assert!(!printed(&["explain", "111"], &[]).contains("可能的原因"));
}

/// Everything that can be explained, in both languages, on a narrow terminal and a wide one: no line is too long.
#[test]
fn no_line_is_wider_than_the_terminal() {
    let errors = catalogue::errors().map(|entry| entry.name);
    let others = catalogue::unrelated().map(|error| error.name).take(3);
    let terms = catalogue::terms().map(catalogue::Term::name);
    let options = catalogue::options().map(|entry| entry.constant);
    let causes = CauseName::WORDS.iter().map(|(name, _)| *name);
    let names: Vec<&str> = errors.chain(others).chain(terms).chain(options.step_by(7)).chain(causes).chain(["35", "connect()"]).collect();
    for (index, name) in names.into_iter().enumerate() {
        // One width and language each: together they go through all of them, and a process takes its time.
        let width = [40, 60, 80, 120][index % 4];
        let lang = ["en", "zh"][index / 4 % 2];
        let text = printed(&["explain", name, "--lang", lang], &[("COLUMNS", &width.to_string())]);
        for line in text.lines() {
            assert!(line.width() <= width, "{name}, {lang}, {width} columns: {line}");
        }
    }
}

#[test]
fn where_only_ascii_can_be_shown_english_is_ascii() {
    let names = catalogue::terms().map(catalogue::Term::name).step_by(5);
    for name in names.chain(["ECONNREFUSED", "SO_RCVBUF", "nagle", "errors", "terms", "options"]) {
        let text = printed(&["explain", name], &[("LC_ALL", "C")]);
        assert!(text.is_ascii(), "{name}: {text}");
    }
    assert!(printed(&["options", "--kind", "unix"], &[("LC_ALL", "C")]).is_ascii());
}

#[test]
fn lists_have_everything() {
    for (list, count) in [
        ("errors", catalogue::errors().count()),
        ("terms", catalogue::terms().count()),
        ("options", catalogue::options().count()),
        ("causes", CauseName::WORDS.len()),
        ("codecs", CODECS.len()),
    ] {
        let report = json(&["explain", list]);
        let rows = report["found"].as_array().unwrap();
        assert_eq!(rows.len(), count, "{list}");
        let text = printed(&["explain", list], &[("COLUMNS", "200")]);
        for row in rows {
            assert!(text.contains(row["name"].as_str().unwrap()), "{list}: {row}");
        }
    }
}

#[test]
fn what_is_not_known_gets_the_nearest_name_and_exit_2() {
    for (what, expected) in [
        ("ECONREFUSED", "did you mean `ECONNREFUSED`?"),
        ("tcp_nodelya", "did you mean `TCP_NODELAY`?"),
        ("netstirng", "did you mean `netstring`?"),
        ("nothing of the kind", "netlab explain errors|options|terms|causes|codecs"),
        ("424242", "nothing is known of `424242`"),
        // Escapes of a terminal are shown, not obeyed.
        ("\u{1b}[31mred", "nothing is known of `\\u{1b}[31mred`"),
        ("", "nothing is known of ``\n  it explains"),
        ("x", "nothing is known of `x`\n  it explains"),
    ] {
        let output = command(&["explain", what], &[]).output().unwrap();
        let error = text(&output.stderr);
        assert!(output.status.code() == Some(2) && error.contains(expected), "{what:?}: {error}");
        assert!(output.stdout.is_empty());
    }
    let long = "x ".repeat(100_000);
    assert_eq!(command(&["explain", &long[..100_001]], &[]).output().unwrap().status.code(), Some(2));
    assert_eq!(command(&["explain"], &[]).output().unwrap().status.code(), Some(2));
    assert_eq!(command(&["options", "--kind", "sctp"], &[]).output().unwrap().status.code(), Some(2));
}

#[test]
#[cfg(target_os = "linux")]
fn an_option_is_explained_with_what_this_kernel_makes_of_it() {
    let report = json(&["explain", "SO_RCVBUF"]);
    let on_udp = &report["found"][0]["kinds"][1];
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let default = socket2::SockRef::from(&socket).recv_buffer_size().unwrap();
    assert_eq!(on_udp["kind"], "udp");
    assert_eq!(on_udp["default"], default);
    assert_eq!((&on_udp["asked"], &on_udp["got"]), (&65_536.into(), &131_072.into()));
    let max = std::fs::read_to_string("/proc/sys/net/core/rmem_max").unwrap();
    assert_eq!(on_udp["limits"][0]["sysctl"], "net.core.rmem_max");
    assert_eq!(on_udp["limits"][0]["value"], max.trim());
    assert!(printed(&["explain", "SO_RCVBUF"], &[]).contains("doubled"));
}

#[test]
#[cfg(target_os = "linux")]
fn options_have_every_option_of_the_kind() {
    for kind in OptionKind::ALL {
        let report = json(&["options", "--kind", kind.name()]);
        let names: Vec<&str> = report["options"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
        let expected: Vec<&str> = catalogue::options().filter(|entry| entry.kinds.contains(&kind)).map(|entry| entry.constant).collect();
        assert_eq!(names, expected);
        let table = printed(&["options", "--kind", kind.name()], &[]);
        let words = printed(&["options", "--kind", kind.name(), "-v"], &[]);
        for name in names {
            assert!(table.contains(name) && words.contains(name), "{name}");
        }
    }
}

/// What needs a privilege fails with EPERM or EACCES where the privilege is missing, and is shown as that.
#[test]
#[cfg(target_os = "linux")]
fn a_missing_privilege_is_shown_as_the_error_it_gives() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap();
    const CAP_NET_ADMIN: u32 = 12;
    if u64::from_str_radix(effective.trim(), 16).unwrap() & (1 << CAP_NET_ADMIN) != 0 {
        // Nothing is missing: then it was set.
        assert_eq!(json(&["explain", "SO_MARK"])["found"][0]["kinds"][0]["got"], 1);
        return;
    }
    assert_eq!(json(&["explain", "SO_MARK"])["found"][0]["kinds"][0]["got"]["error"], "EPERM");
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    for arguments in [&["explain", "errors"][..], &["options"]] {
        let mut child = command(arguments, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments:?}: {}", text(&output.stderr));
    }
}
