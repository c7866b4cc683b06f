//! Invalid scenario files: what `netlab check` says about each file of `tests/invalid`, word for word, and that every kind
//! of error has such a file. A file is named after the code of the error that it provokes.
//!
//! `SNAPSHOTS=overwrite cargo test --test invalid` writes the messages anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use netlab::scenario::Problem;
use snapbox::Data;
use snapbox::assert::{Assert, DEFAULT_ACTION_ENV};
use tempfile::TempDir;

const INVALID: i32 = 3;

fn netlab(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_netlab"))
        .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .envs([("NO_COLOR", "1"), ("COLUMNS", "80")])
        .env_remove("GITHUB_ACTIONS")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .expect("netlab starts")
}

/// A case: the folder in which netlab is started, and the path that it is given there.
struct Case {
    name: String,
    folder: PathBuf,
    path: String,
}

impl Case {
    /// The codes of the problems that `netlab check --format json` lists.
    fn codes(&self) -> BTreeSet<String> {
        let output = netlab(&self.folder, &["check", "--format", "json", &self.path]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a JSON document");
        let problems = report["invalid"][0]["problems"].as_array().expect("a list of problems").clone();
        problems.iter().map(|problem| problem["problem"].as_str().expect("a code").to_owned()).collect()
    }
}

/// The committed files, and those that cannot be committed; these live as long as the folder returned with them.
fn cases() -> (Vec<Case>, TempDir) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(root.join("tests/invalid")).expect("the folder of cases").map(|entry| entry.expect("an entry").path());
    let names = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let names = names.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned());
    let mut cases: Vec<Case> =
        names.map(|name| Case { folder: root.to_owned(), path: format!("tests/invalid/{name}.json"), name }).collect();

    let temporary = TempDir::new().expect("a temporary folder");
    std::fs::write(temporary.path().join("file-too-large.json"), vec![b' '; 1024 * 1024 + 1]).expect("a large file");
    // Not even root can open a socket as a file.
    std::os::unix::net::UnixListener::bind(temporary.path().join("file-unreadable.json")).expect("a socket");
    for name in ["file-missing", "file-too-large", "file-unreadable"] {
        cases.push(Case { name: name.to_owned(), folder: temporary.path().to_owned(), path: format!("{name}.json") });
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    (cases, temporary)
}

#[test]
fn messages() {
    let (cases, _temporary) = cases();
    let compare = Assert::new().action_env(DEFAULT_ACTION_ENV).normalize_paths(false);
    let mut wrong = Vec::new();
    for case in &cases {
        let output = netlab(&case.folder, &["check", &case.path]);
        let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/invalid/{}.out", case.name));
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        if let Err(error) = compare.try_eq(Some(&case.name), Data::text(text).raw(), Data::read_from(&expected, None).raw()) {
            wrong.push(error.to_string());
        }
        assert_eq!(output.status.code(), Some(INVALID), "check {}", case.path);
        assert!(output.stderr.is_empty(), "check {}: {}", case.path, String::from_utf8_lossy(&output.stderr));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_invalid_is_run() {
    let (cases, _temporary) = cases();
    for case in &cases {
        let output = netlab(&case.folder, &["run", "--format", "json", &case.path]);
        assert_eq!(output.status.code(), Some(INVALID), "run {}", case.path);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a JSON document");
        assert_eq!(report["runs"], serde_json::json!([]), "run {}", case.path);
    }
}

#[test]
fn every_kind_of_problem_has_a_case() {
    let (cases, _temporary) = cases();
    let mut seen = BTreeSet::new();
    for case in &cases {
        let codes = case.codes();
        let is_named_after_one = codes.iter().any(|code| case.name.starts_with(code.as_str())) || case.name.starts_with("several-errors");
        assert!(is_named_after_one, "{} gives {codes:?}", case.name);
        seen.extend(codes);
    }
    let all: BTreeSet<String> = Problem::ALL.iter().map(|problem| problem.code().to_owned()).collect();
    assert_eq!(seen, all);
}

#[test]
fn several_errors_come_in_one_go() {
    let (cases, _temporary) = cases();
    for (name, least) in [("several-errors", 9), ("several-errors-of-the-plan", 4)] {
        let case = cases.iter().find(|case| case.name == name).expect(name);
        assert!(case.codes().len() >= least, "{name}: {:?}", case.codes());
    }
}
