//! nginx: a file, a proxy before another server block, requests that are malformed, and the header of the PROXY protocol.

use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;

use super::{Sweep, installed, split};

/// What is asked of nginx here. PORT and PARAMETERS are those of `listen`.
const CONFIGURATION: &str = include_str!("nginx.conf");

/// Sweeps an nginx that serves a file, and passes on what begins with /echo. `None` where there is none.
fn nginx(parameters: &str, arguments: &[&str]) -> Option<Sweep> {
    installed("nginx", &["/usr/sbin"])?;
    let folder = tempfile::tempdir().unwrap();
    // Its worker may have another user than this test.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(folder.path().join("site.conf"), CONFIGURATION).unwrap();
    std::fs::write(folder.path().join("hello.txt"), "hello, world\n").unwrap();
    // As root nginx may be where PATH of an ordinary user does not lead.
    let start = format!(
        "sh -c 'sed \"s/PORT/{{port}}/; s/PARAMETERS/{parameters}/\" site.conf >nginx.conf; PATH=$PATH:/usr/sbin exec nginx -e stderr -p . -c nginx.conf'"
    );
    Some(split(folder.path(), &[&["--exec", &start, "--mask", "field:Date"], arguments].concat()))
}

#[test]
#[ignore = "needs nginx"]
fn a_file() {
    let Some(sweep) = nginx("", &["--text", r"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", "--until", "http_message"]) else { return };
    assert!(sweep.answer().ends_with(r"\r\n\r\nhello, world\n"), "{}", sweep.answer());
    sweep.assert_all_same(35 + 1);
    sweep.assert_all_confirmed();
    // Its answer names the length of a body that does not come.
    let head = nginx("", &["--text", r"HEAD /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", "--until", r"token:\r\n\r\n"]).unwrap();
    head.assert_all_same(36 + 1);
    head.assert_all_confirmed();
}

#[test]
#[ignore = "needs nginx"]
fn a_body_through_a_proxy() {
    let Some(sized) =
        nginx("", &["--text", r"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "--until", "http_message"])
    else {
        return;
    };
    assert!(sized.answer().contains(r"X-Body: hello\r\n") && sized.answer().ends_with(r"POST 5\n"), "{}", sized.answer());
    sized.assert_all_same(55 + 1);
    sized.assert_all_confirmed();
    let text = r"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nT: 1\r\n\r\n";
    let chunked =
        nginx("", &["--text", text, "--until", "http_message", "--cut", "two", "--cut", "bytes", "--cut", "random:5x200"]).unwrap();
    assert!(chunked.answer().contains(r"X-Body: hello\r\n") && chunked.answer().ends_with(r"POST 5\n"), "{}", chunked.answer());
    chunked.assert_all_same(chunked.report.head.messages[0].bytes as usize - 1 + 1 + 200);
    chunked.assert_all_confirmed();
}

#[test]
#[ignore = "needs nginx"]
fn requests_in_a_pipeline() {
    let [first, second] = [r"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", r"GET /none HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n"];
    let Some(one) = nginx("", &["--text", &[first, second].concat(), "--until", "eof"]) else { return };
    assert!(one.answer().contains("200 OK") && one.answer().contains("404 Not Found"), "{}", one.answer());
    one.assert_all_same(36 + 50 - 1 + 1);
    one.assert_all_confirmed();
    let two = nginx("", &["--text", first, "--text", second, "--until", "http_message"]).unwrap();
    two.assert_all_same(35 + 49 + 2);
    two.assert_all_confirmed();
}

#[test]
#[ignore = "needs nginx"]
fn what_is_malformed() {
    let Some(control) = nginx("", &["--text", r"GET /a\x01 HTTP/1.1\r\nHost: a\r\n\r\n", "--until", "http_message"]) else { return };
    assert!(control.answer().starts_with("HTTP/1.1 400 Bad Request"), "{}", control.answer());
    control.assert_all_same(28 + 1);
    control.assert_confirmed_unless_gone(7);
    let long = format!(r"GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(600));
    let long = nginx("", &["--text", &long, "--until", "http_message"]).unwrap();
    assert!(long.answer().contains("Request Header Or Cookie Too Large"), "{}", long.answer());
    long.assert_all_same(632 - 1 + 1);
    long.assert_confirmed_unless_gone(512);
}

/// <https://github.com/nginx/nginx/issues/1400>: a header of the PROXY protocol must come in one piece. The specification of that protocol lets
/// a server drop the connection otherwise.
#[test]
#[ignore = "needs nginx"]
fn the_header_of_the_proxy_protocol() {
    let request = r"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    let text = [r"PROXY TCP4 192.0.2.1 192.0.2.2 40000 80\r\n", request].concat();
    let arguments = ["--text", &text, "--until", "http_message", "--cut", "two"];
    let Some(first) = nginx("proxy_protocol", &arguments) else { return };
    assert_header_is_found(&first, 41);
    assert!(first.report.program_output.as_ref().is_some_and(|output| output.contains("broken header")));
    let allowed = nginx("proxy_protocol", &[&arguments[..], &["--allow-fail", "1..40"]].concat()).unwrap();
    assert_eq!((allowed.code, allowed.report.summary.allowed, allowed.report.summary.same), (Some(0), 40, 36));
    let less = nginx("proxy_protocol", &[&arguments[..], &["--allow-fail", "1..39"]].concat()).unwrap();
    assert_eq!((less.code, less.report.summary.failed), (Some(1), 1), "what is allowed is no more than that");

    let mut binary = String::from("0d0a0d0a000d0a515549540a 21 11 000c c0000201 c0000202 9c40 0050 ");
    for byte in b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n" {
        write!(binary, "{byte:02x}").unwrap();
    }
    let second = nginx("proxy_protocol", &["--hex", &binary, "--until", "http_message", "--cut", "two"]).unwrap();
    assert_header_is_found(&second, 28);
}

/// That each cut within a header of so many bytes makes nginx close the connection, and no other one does.
#[track_caller]
fn assert_header_is_found(sweep: &Sweep, header: u64) {
    assert_eq!(sweep.code, Some(1));
    let [(1, last, "closed" | "reset" | "closed or reset")] = sweep.ranges()[..] else { panic!("{:?}", sweep.ranges()) };
    assert_eq!(last, header - 1);
    assert_eq!(sweep.report.smallest.as_deref(), Some("cut 1"));
    sweep.assert_confirmed_unless_gone(1);
    let seen = sweep.report.rows.iter().filter(|row| row.cuts[0] >= header).all(|row| row.confirmed && row.verdict.is_same());
    assert!(seen, "{:#?}", sweep.report.rows);
}
