//! `netlab completions`: each script in its own shell, asked as a user's Tab asks.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says why")]

use std::path::Path;
use std::process::{Command, Output};

fn script(shell: &str) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_netlab")).args(["completions", shell]).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    output.stdout
}

/// What the shell prints for a program of its own, started in the folder; none where the shell is not installed.
fn shell(shell: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    // Settings of whoever runs the test are none of its business.
    let mut command = Command::new(shell);
    let command = command.args(arguments).current_dir(folder).env("HOME", folder).env("ZDOTDIR", folder).env("XDG_CONFIG_HOME", folder);
    let Ok(Output { status, stdout, stderr }) = command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm").output() else {
        eprintln!("skipped: there is no {shell} here");
        return None;
    };
    let stderr = String::from_utf8(stderr).unwrap();
    assert!(status.success() && stderr.is_empty(), "{shell} {arguments:?} ends with {status}: {stderr}");
    Some(String::from_utf8(stdout).unwrap())
}

#[test]
fn bash_offers_commands_options_and_values() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("netlab.bash"), script("bash")).unwrap();
    // The function that the script registers is called as bash calls it: with the command, the word and the one before it.
    let ask = r#"
        source ./netlab.bash
        [[ $(complete -p netlab) =~ -F\ ([^ ]+) ]] || exit 1
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        "${BASH_REMATCH[1]}" netlab "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let asked: [(&[&str], &[&str]); 4] = [
        (&["netlab", "ru"], &["run"]),
        (&["netlab", "check", "--form"], &["--format"]),
        (&["netlab", "list", "--format", ""], &["table", "json", "markdown"]),
        (&["netlab", "completions", "z"], &["zsh"]),
    ];
    for (words, expected) in asked {
        let arguments: Vec<&str> = ["--norc", "--noprofile", "-c", ask, "ask"].iter().chain(words).copied().collect();
        let Some(offered) = shell("bash", &arguments, folder.path()) else { return };
        assert_eq!(offered.lines().collect::<Vec<_>>(), expected, "{words:?}");
    }
}

#[test]
fn fish_offers_commands_options_and_values() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("netlab.fish"), script("fish")).unwrap();
    let asked = [("netlab ru", "run"), ("netlab check --form", "--format"), ("netlab list --format m", "markdown")];
    for (line, expected) in asked {
        let ask = format!("source ./netlab.fish; complete --do-complete '{line}'");
        let Some(offered) = shell("fish", &["--no-config", "-c", &ask], folder.path()) else { return };
        // A description follows, behind a tab.
        assert_eq!(offered.lines().map(|line| line.split('\t').next().unwrap()).collect::<Vec<_>>(), [expected], "{line}");
    }
}

#[test]
fn zsh_completes_what_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("_netlab"), script("zsh")).unwrap();
    // zsh completes only where it edits a line, so it gets a terminal of its own; `netlab` there says what it was given.
    let settings = "fpath=($PWD $fpath)\nautoload -Uz compinit\ncompinit -u -D\nnetlab() { print -r -- \"given<$*>\" }\n";
    std::fs::write(folder.path().join(".zshrc"), settings).unwrap();
    let asked = [
        ("netlab ru\\t", "given<run>"),
        ("netlab check --form\\tjs\\t", "given<check --format=json>"),
        ("netlab completions z\\t", "given<completions zsh>"),
    ];
    for (typed, expected) in asked {
        // `zpty -r` waits until the output has the pattern, however long it takes; a command that is not found also ends it.
        let ask = format!(
            "zmodload zsh/zpty; zpty user 'zsh -o no_global_rcs -i'; zpty -w user $'{typed}'; zpty -r user seen '*(given<*>|not found)*'; print -r -- $seen"
        );
        let Some(seen) = shell("zsh", &["-f", "-c", &ask], folder.path()) else { return };
        assert!(seen.contains(expected), "{typed}: {seen:?}");
    }
}
