//! `netlab man`: its pages through the formatters that people read them with, and where they are written to.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says why")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn netlab(arguments: &[&str], stdout: impl Into<Stdio>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    command.args(arguments).envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1")]).stdout(stdout).stderr(Stdio::piped()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// All pages, with their names.
fn pages() -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("share/man/man1");
    let output = netlab(&["man", "--dir", dir.to_str().unwrap()], Stdio::piped());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
        .lines()
        .map(|file| {
            assert_eq!(Path::new(file).parent(), Some(dir.as_path()));
            (Path::new(file).file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(file).unwrap())
        })
        .collect()
}

/// The commands that `netlab --help` lists.
fn commands() -> Vec<String> {
    let help = netlab(&["--help"], Stdio::piped());
    let lines = text(&help.stdout).lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // What a command is for may take several lines, further to the right.
    let lines = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    lines.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_has_a_page_and_man_prints_the_same() {
    let pages = pages();
    let commands = commands();
    assert!(commands.len() > 5 && commands.iter().any(|command| command == "run"), "{commands:?}");
    let expected = std::iter::once("netlab.1".to_owned()).chain(commands.iter().map(|command| format!("netlab-{command}.1")));
    assert_eq!(pages.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    assert_eq!(netlab(&["man"], Stdio::piped()).stdout, pages[0].1);
    for (command, (name, page)) in commands.iter().zip(&pages[1..]) {
        assert_eq!(&netlab(&["man", command], Stdio::piped()).stdout, page, "{name}");
        assert_eq!(&netlab(&["man", &format!("netlab-{command}")], Stdio::piped()).stdout, page, "{name}");
    }
}

/// What the formatter prints for a page; none where it is not installed.
fn formatted(formatter: &[&str], page: &[u8]) -> Option<Output> {
    let (program, arguments) = formatter.split_first().unwrap();
    let mut command = Command::new(program);
    let pipes = command.args(arguments).env("LC_ALL", "C.UTF-8").env("MANWIDTH", "80").stdin(Stdio::piped());
    let mut child = pipes.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()?;
    // A page fits into a pipe with room to spare, so that nobody waits for the other; and a stand-in does not read it.
    let _ = child.stdin.take().unwrap().write_all(page);
    Some(child.wait_with_output().unwrap())
}

/// The exit codes that the command's own help lists; those of netlab where it lists none.
fn exit_codes(page: &str) -> Vec<String> {
    let of = |arguments: &[&str]| -> Vec<String> {
        let help = netlab(arguments, Stdio::piped());
        let listed = text(&help.stdout).split_once("Exit codes:").map_or("", |(_, listed)| listed).to_owned();
        let rows = listed.lines().filter(|line| line.starts_with("  ")).filter_map(|line| line.split_whitespace().next());
        rows.filter(|code| code.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned).collect()
    };
    let own = page.strip_prefix("netlab-").map(|command| of(&[command, "--help"])).unwrap_or_default();
    let codes = if own.is_empty() { of(&["--help"]) } else { own };
    assert!(codes.len() >= 3, "{page}: {codes:?}");
    codes
}

#[test]
fn formatters_have_nothing_to_say_and_show_the_exit_codes() {
    let pages = pages();
    // groff warns of all it can warn of; mandoc's own warnings are about blank lines, so that only errors count.
    let formatters: [&[&str]; 3] =
        [&["man", "-l", "-"], &["groff", "-ww", "-k", "-man", "-Tutf8", "-P-c"], &["mandoc", "-W", "error", "-T", "utf8"]];
    // Bold is a letter struck twice, in the oldest of formats.
    let struck = regex::Regex::new(".\u{8}").unwrap();
    let mut tried = 0;
    for formatter in formatters {
        for (name, page) in &pages {
            let Some(output) = formatted(formatter, page) else {
                eprintln!("skipped: there is no {} here", formatter[0]);
                break;
            };
            if text(&output.stdout).contains("system has been minimized") {
                eprintln!("skipped: {} is a stand-in here, as in small container images", formatter[0]);
                break;
            }
            tried += 1;
            assert!(output.status.success() && output.stderr.is_empty(), "{formatter:?} of {name}: {}", text(&output.stderr));
            let shown = struck.replace_all(text(&output.stdout), "");
            let title = name.trim_end_matches(".1");
            assert!(shown.contains(&format!("{title}(1)")) && shown.contains("User Commands"), "{formatter:?} of {name}: {shown}");
            let (_, status) = shown.split_once("\nEXIT STATUS\n").unwrap_or_else(|| panic!("{formatter:?} of {name}: {shown}"));
            for code in exit_codes(title) {
                let is_there = status.lines().any(|line| line.split_whitespace().next() == Some(&code));
                assert!(is_there, "{formatter:?} of {name} without {code}: {shown}");
            }
        }
    }
    eprintln!("{tried} pages were formatted");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    // Below a file there is no folder, not even for root.
    let output = netlab(&["man", "--dir", file.join("man1").to_str().unwrap()], Stdio::piped());
    assert_eq!((output.status.code(), output.stdout.len()), (Some(5), 0));
    assert!(text(&output.stderr).contains("error: cannot make the folder") && text(&output.stderr).contains("man1"), "{output:?}");
    // A page whose place is taken by a folder.
    std::fs::create_dir(folder.path().join("netlab.1")).unwrap();
    let output = netlab(&["man", "--dir", folder.path().to_str().unwrap()], Stdio::piped());
    assert_eq!(output.status.code(), Some(5));
    assert!(text(&output.stderr).contains("error: cannot write") && text(&output.stderr).contains("netlab.1"), "{output:?}");
}

#[test]
fn a_reader_that_has_gone_is_no_error_and_a_full_disk_is() {
    for arguments in [&["man"][..], &["man", "run"], &["completions", "bash"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = netlab(arguments, writer);
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{arguments:?}: {}", text(&output.stderr));
        let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else {
            eprintln!("skipped: there is no /dev/full here");
            continue;
        };
        let output = netlab(arguments, full);
        assert_eq!(output.status.code(), Some(5), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_name_that_is_nearly_one_is_suggested() {
    let output = netlab(&["man", "chekc"], Stdio::piped());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("did you mean `check`?"), "{}", text(&output.stderr));
    let output = netlab(&["man", "run", "--dir", "."], Stdio::piped());
    assert_eq!(output.status.code(), Some(2));
}
