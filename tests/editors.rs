//! `docs/editors.md`: its example is what the program prints, and its patterns find every error in it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

use regex::Regex;
use serde_json::Value;

const TEXT: &str = include_str!("../docs/editors.md");

/// The block of the text that is marked so.
fn block(mark: &str) -> &'static str {
    let (_, rest) = TEXT.split_once(&format!("```json {mark}\n")).unwrap_or_else(|| panic!("no block {mark}"));
    rest.split_once("\n```").unwrap().0
}

fn check(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    std::fs::write(folder.path().join("scenarios/greeting.json"), format!("{}\n", block("scenario"))).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    let output = command.args(["check", "scenarios/"]).args(arguments).current_dir(folder.path()).env("COLUMNS", "60").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_example_is_what_check_prints() {
    let printed: Value = serde_json::from_str(&check(&["--format", "json"])).unwrap();
    assert_eq!(printed, serde_json::from_str::<Value>(block("report")).unwrap());
    let problem = &printed["invalid"][0]["problems"][0];
    let bytes = problem["start"].as_u64().unwrap() as usize..problem["end"].as_u64().unwrap() as usize;
    assert_eq!(&block("scenario")[bytes], "\"servre\"");
}

#[test]
fn the_schema_has_nothing_against_the_example() {
    let output = Command::new(env!("CARGO_BIN_EXE_netlab")).arg("schema").output().unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_slice(&output.stdout).unwrap()).unwrap();
    let example = block("scenario");
    assert!(schema.is_valid(&serde_json::from_str(example).unwrap()));
    let misspelt = example.replace("\"connect\"", "\"conect\"");
    assert!(!schema.is_valid(&serde_json::from_str(&misspelt).unwrap()), "and it would have something against another one");
}

#[test]
fn the_problem_matcher_finds_the_place() {
    let tasks: Value = serde_json::from_str(block("tasks")).unwrap();
    let task = &tasks["tasks"][0];
    let arguments: Vec<&str> = task["args"].as_array().unwrap().iter().map(|argument| argument.as_str().unwrap()).collect();
    assert_eq!((task["command"].as_str(), arguments[0]), (Some("netlab"), "check"));
    // Colours are what --color never must keep out: the pattern would not match them.
    let printed = check(&arguments[1..arguments.len() - 1]);
    let patterns = task["problemMatcher"]["pattern"].as_array().unwrap();
    let [title, place] = [0, 1].map(|index| Regex::new(patterns[index]["regexp"].as_str().unwrap()).unwrap());
    let lines: Vec<&str> = printed.lines().collect();
    let found: Vec<_> = lines.windows(2).filter_map(|pair| Some((title.captures(pair[0])?, place.captures(pair[1])?))).collect();
    let [(title, place)] = &found[..] else { panic!("{} matches in {printed}", found.len()) };
    assert_eq!(&title[2], "no actor is called `servre`");
    assert_eq!((&place[1], &place[2], &place[3]), ("scenarios/greeting.json", "11", "28"));
}
