//! Reports read back that were changed by hand, damaged, or joined from several: nothing in them may break what shows them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::Command;

use netlab::report::{
    Diff, GithubRenderer, JsonRenderer, JunitRenderer, MarkdownRenderer, Renderer, Report, Style, TapRenderer, TextRenderer, merge,
    read_report, render, write_diff,
};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn netlab(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlab"));
    command.args(arguments).current_dir(folder).env("XDG_STATE_HOME", folder.join(".state"));
    command.envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("COLUMNS", "100")]).env_remove("GITHUB_ACTIONS");
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn saved(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// Two sends over TCP, one read that is not what was expected, and a datagram; the wide characters stand where a place may be moved to.
const FAILS: &str = r#"{ "title": "粘包", "vars": { "size": 3 }, "actors": {
    "server": [{ "listen": { "tcp": "loopback:0" } }, { "accept": {} }, { "wait": { "readable": 8 } }, { "recv": {} }, { "recv": {}, "expect": "eof" }],
    "client": [{ "connect": { "to": "server" } }, { "send": { "text": "hello" } }, { "send": { "text": "egg" } }, { "close": {} }],
    "a": [{ "bind": { "udp": "loopback:0" } }, { "connect": { "to": "b" } }, { "send": { "text": "粘包" } }],
    "b": [{ "bind": { "udp": "loopback:0" } }, { "recv": { "size": 4 } }] },
  "expect": { "client->server": { "reads": ["{{size}}", 5], "frames": { "codec": "line", "count": 1 } }, "a->b": { "reads": [6] } } }"#;

/// One report with flows of both kinds, mismatches, an earlier attempt and an invalid file, and one with repeats.
fn reports() -> [Value; 2] {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("fails.json"), FAILS).unwrap();
    std::fs::write(folder.path().join("invalid.json"), r#"{ "title": "粘", "extends": "base.json", "actor": {} }"#).unwrap();
    std::fs::write(folder.path().join("base.json"), r#"{ "title": "粘包", "actors": { "a": [{ "snd": {} }] } }"#).unwrap();
    let ran =
        netlab(folder.path(), &["run", "fails.json", "invalid.json", "--retries", "1", "--sample", "sends", "--report-json", "r.json"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let ran = netlab(folder.path(), &["run", "fails.json", "--repeat", "2", "--report-json", "many.json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    ["r.json", "many.json"].map(|name| saved(folder.path(), name))
}

/// Every number of a document, by where it stands, and one of each kind of place: what is true of the second call is true of the ninth.
fn numbers(document: &Value) -> Vec<String> {
    fn add(value: &Value, pointer: &str, kind: &str, found: &mut BTreeMap<String, Vec<String>>) {
        match value {
            Value::Number(_) => found.entry(kind.to_owned()).or_default().push(pointer.to_owned()),
            Value::Array(elements) => {
                elements
                    .iter()
                    .enumerate()
                    .for_each(|(index, element)| add(element, &format!("{pointer}/{index}"), &format!("{kind}/*"), found));
            }
            Value::Object(fields) => fields.iter().for_each(|(name, field)| {
                let name = name.replace('~', "~0").replace('/', "~1");
                add(field, &format!("{pointer}/{name}"), &format!("{kind}/{name}"), found);
            }),
            _ => {}
        }
    }
    let mut found = BTreeMap::new();
    add(document, "", "", &mut found);
    let some_of = |pointers: Vec<String>| [pointers.first().cloned(), pointers.last().cloned().filter(|_| pointers.len() > 1)];
    found.into_values().flat_map(some_of).flatten().collect()
}

/// Shows a report in every way there is.
fn show(report: &Report, other: &Report) {
    let style = Style { verbose: true, ..Style::default() };
    let renderers: [Box<dyn Renderer>; 6] = [
        Box::new(TextRenderer::new(style.clone(), true)),
        Box::new(JsonRenderer::default()),
        Box::new(JunitRenderer::default()),
        Box::new(TapRenderer::default()),
        Box::new(MarkdownRenderer::default()),
        Box::new(GithubRenderer::new(|file| Some(file.to_owned()))),
    ];
    for mut renderer in renderers {
        let mut out = Vec::new();
        render(report, renderer.as_mut(), &mut out).unwrap();
        assert!(out.len() < 4 * 1024 * 1024, "{} bytes", out.len());
    }
    let mut out = Vec::new();
    write_diff(&Diff::of(report, other), &style, &mut out).unwrap();
    for parts in [true, false] {
        let (whole, problems) = merge(vec![("a".to_owned(), report.clone()), ("b".to_owned(), other.clone())], parts);
        assert!(whole.is_some() && problems.iter().all(|problem| problem.len() < 1000));
    }
}

#[test]
fn no_number_changed_by_hand_breaks_what_shows_it() {
    let mut broken = Vec::new();
    for document in reports() {
        let other = read_report(&document.to_string()).unwrap();
        for pointer in numbers(&document) {
            for value in [json!(0), json!(1), json!(5), json!(60), json!(u32::MAX), json!(u64::MAX), json!(i32::MIN)] {
                let mut changed = document.clone();
                *changed.pointer_mut(&pointer).unwrap() = value.clone();
                let text = changed.to_string();
                let shown = catch_unwind(|| {
                    if let Ok(report) = read_report(&text) {
                        show(&report, &other);
                    }
                });
                if shown.is_err() {
                    broken.push(format!("{pointer} = {value}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn places_outside_of_the_text_or_inside_of_a_character_are_none() {
    let [document, _] = reports();
    let inside = FAILS.find('粘').unwrap() + 1;
    for (start, end) in [(inside, inside + 5), (40, 30), (FAILS.len() - 1, FAILS.len() + 1), (usize::MAX, usize::MAX)] {
        let mut changed = document.clone();
        let place = &mut changed["runs"][0]["verdict"]["mismatches"][0]["place"];
        (place["start"], place["end"]) = (json!(start), json!(end));
        let problem = &mut changed["invalid"][0]["problems"][0];
        (problem["start"], problem["end"]) = (json!(start), json!(end));
        let report = read_report(&changed.to_string()).unwrap();
        let place = report.runs[0].verdict.mismatches[0].place;
        assert_eq!((place.start, place.end), (0, 0), "{start}..{end}");
        assert!(report.invalid[0].diagnostics[0].place.is_none(), "{start}..{end}");
        assert!(report.invalid[0].diagnostics[1].place.is_some(), "the others keep theirs");
    }
}

#[test]
fn references_to_what_is_not_there_are_refused_with_the_reason() {
    let [document, _] = reports();
    for (pointer, value, reason) in [
        ("/runs/0/analysis/flows/0/to/actor_index", 7, "fails.json: flow 0: `to.actor_index` is 7, and there are 4 actors"),
        ("/runs/0/analysis/flows/0/from/socket_index", 9, "fails.json: flow 0: `from.socket_index` is 9, and "),
    ] {
        let mut changed = document.clone();
        *changed.pointer_mut(pointer).unwrap() = json!(value);
        let refused = read_report(&changed.to_string()).unwrap_err();
        assert!(refused.contains(reason), "{refused}");
    }
    let mut changed = document;
    changed["runs"][0]["text_index"] = json!(9);
    assert!(read_report(&changed.to_string()).unwrap_err().contains("`text_index` is 9, and there are 2 texts"));
}

/// A datagram to oneself, of which a read of so many bytes is expected.
fn scenario(before: &str, expected: &str) -> String {
    format!(
        r#"{before}{{ "title": "A message to oneself", "vars": {{ "size": 5 }}, "actors": {{
             "a": [{{ "bind": {{ "udp": "loopback:0" }} }}, {{ "connect": {{ "to": "b" }} }}, {{ "send": {{ "text": "hello" }} }}],
             "b": [{{ "bind": {{ "udp": "loopback:0" }} }}, {{ "recv": {{}} }}] }},
             "expect": {{ "a->b": {{ "reads": [{expected}] }} }} }}"#
    )
}

#[test]
fn runs_of_two_texts_of_one_file_keep_each_its_own() {
    let folder = TempDir::new().unwrap();
    for (text, variable, report) in [
        (scenario("", "4"), "size=1", "a.json"),
        (scenario("\n\n", r#""{{size}}""#), "size=3", "b.json"),
        (scenario("\n\n", r#""{{size}}""#), "size=2", "c.json"),
    ] {
        std::fs::write(folder.path().join("s.json"), text).unwrap();
        assert_eq!(netlab(folder.path(), &["run", "s.json", "--var", variable, "-q", "--report-json", report]).code, 1);
    }
    // Joined twice over, so that the numbers of the texts are given anew.
    netlab(folder.path(), &["report", "a.json", "b.json", "-q", "--report-json", "ab.json"]);
    netlab(folder.path(), &["report", "c.json", "ab.json", "-q", "--report-json", "cab.json"]);
    let whole = saved(folder.path(), "cab.json");
    assert_eq!(whole["sources"].as_array().unwrap().len(), 2);
    assert_eq!([0, 1, 2].map(|run| whole["runs"][run]["text_index"].as_u64()), [Some(0), Some(1), Some(0)]);
    let ran = netlab(folder.path(), &["report", "cab.json"]);
    let carets: Vec<&str> = ran.out.lines().filter(|line| line.contains("^ observed [5], expected")).map(str::trim).collect();
    let words: Vec<&str> = carets.iter().filter_map(|line| line.split_once("^ ")).map(|(_, words)| words).collect();
    let of = ["observed [5], expected [2]", "observed [5], expected [4]", "observed [5], expected [3]"];
    assert!(words.iter().zip(of).all(|(words, expected)| words.starts_with(expected)) && words.len() == 3, "{}", ran.out);
    let places: Vec<&str> = ran.out.lines().filter(|line| line.contains("--> s.json:")).map(str::trim).collect();
    assert_eq!(places.iter().map(|place| place.split(':').nth(1).unwrap()).collect::<Vec<_>>(), ["6", "4", "6"], "{}", ran.out);
    // What a table expects is of the run's own variables.
    let expected: Vec<char> =
        ran.out.lines().filter(|line| line.contains("DIFFERS")).filter_map(|line| line.split('┆').nth(3)?.trim().chars().next()).collect();
    assert_eq!(expected, ['2', '4', '3'], "{}", ran.out);
    let plain = netlab(folder.path(), &["run", "s.json", "-q", "--format", "json"]);
    assert!(!plain.out.contains("text_index"), "where the name tells, no number does");
}

#[test]
fn the_strictest_of_several_reports_decides() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("s.json"), scenario("", "5")).unwrap();
    netlab(folder.path(), &["run", "s.json", "-q", "--report-json", "lenient.json"]);
    netlab(folder.path(), &["run", "s.json", "-q", "--strict", "--report-json", "strict.json"]);
    // Whether a machine skips a scenario is its own affair; what counts here is what a report says.
    let mut skipped = saved(folder.path(), "lenient.json");
    skipped["runs"][0]["verdict"]["outcome"] = json!({ "skip": "no such thing here" });
    std::fs::write(folder.path().join("skipped.json"), skipped.to_string()).unwrap();
    for arguments in [["report", "skipped.json", "strict.json", "-q"], ["report", "strict.json", "skipped.json", "-q"]] {
        assert_eq!(netlab(folder.path(), &arguments).code, 1, "{arguments:?}");
    }
    assert_eq!(netlab(folder.path(), &["report", "skipped.json", "lenient.json", "-q"]).code, 0);
}

#[test]
fn parts_that_are_there_twice_count_once() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("s")).unwrap();
    std::fs::write(folder.path().join("s/a.json"), scenario("", "5")).unwrap();
    std::fs::write(folder.path().join("s/b.json"), "{}").unwrap();
    for (shard, report) in [("1/2", "1.json"), ("2/2", "2.json")] {
        netlab(folder.path(), &["run", "s", "-q", "--shard", shard, "--report-json", report]);
    }
    netlab(folder.path(), &["run", "s", "-q", "--report-json", "whole.json"]);
    for files in [&["1.json", "2.json", "1.json", "2.json"][..], &["whole.json", "whole.json"]] {
        let ran = netlab(folder.path(), &[&["report", "--merge", "--format", "json"], files].concat());
        assert_eq!(ran.code, 3, "{}", ran.err);
        let whole: Value = serde_json::from_str(&ran.out).unwrap();
        let numbers =
            [&whole["suite"]["selected"], &whole["summary"]["invalid"], &whole["summary"]["passed"], &whole["summary"]["not_run"]];
        assert_eq!(numbers, [1, 1, 1, 0].map(|number| json!(number)).each_ref(), "{files:?}");
        assert_eq!(whole["invalid"].as_array().unwrap().len(), 1);
        assert!(ran.err.contains("s/b.json is in ") && ran.err.contains("s/a.json is in "), "{}", ran.err);
    }
    let ran = netlab(folder.path(), &["report", "--merge", "1.json", "2.json", "whole.json", "-q"]);
    assert!(ran.err.contains("whole.json is of a suite that was not divided, and 1.json is part 1/2"), "{}", ran.err);
}

#[test]
fn a_part_that_was_broken_off_is_completed_by_its_second_run() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("s")).unwrap();
    for number in 0..20 {
        std::fs::write(folder.path().join(format!("s/{number:02}.json")), scenario("", if number == 0 { "4" } else { "5" })).unwrap();
    }
    netlab(folder.path(), &["run", "s", "-q", "--shard", "1/1", "--fail-fast", "--jobs", "1", "--report-json", "first.json"]);
    netlab(folder.path(), &["run", "s", "-q", "--shard", "1/1", "--report-json", "again.json"]);
    let first = saved(folder.path(), "first.json");
    assert!(first["summary"]["not_run"].as_u64().unwrap() > 0);
    for files in [["first.json", "again.json"], ["again.json", "first.json"]] {
        let ran = netlab(folder.path(), &["report", "--merge", "--format", "json", files[0], files[1]]);
        let whole: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!((&whole["suite"]["selected"], &whole["summary"]["not_run"]), (&json!(20), &json!(0)));
    }
    // Alone it says what is missing.
    let ran = netlab(folder.path(), &["report", "--merge", "--format", "json", "first.json"]);
    assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap()["summary"]["not_run"], first["summary"]["not_run"]);
}

#[test]
fn a_suite_of_too_many_parts_is_refused_and_few_are_named() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("s.json"), scenario("", "5")).unwrap();
    netlab(folder.path(), &["run", "s.json", "-q", "--shard", "1/100000", "--report-json", "r.json"]);
    let ran = netlab(folder.path(), &["report", "--merge", "r.json", "-q"]);
    assert!(
        ran.code == 5 && ran.err.contains("no report is part 2/100000, 3/100000, ") && ran.err.contains(", nor 99989 more"),
        "{}",
        ran.err
    );
    assert!(ran.err.len() < 400, "{}", ran.err);
    let mut report = saved(folder.path(), "r.json");
    report["suite"]["shard"]["count"] = json!(u32::MAX);
    std::fs::write(folder.path().join("many.json"), report.to_string()).unwrap();
    let ran = netlab(folder.path(), &["report", "--merge", "many.json"]);
    assert!(ran.code == 5 && ran.err.contains("there are at most 100000"), "{}", ran.err);
    let ran = netlab(folder.path(), &["run", "s.json", "--shard", "1/4294967295"]);
    assert!(ran.code == 2 && ran.err.contains("4294967295 parts are too many: at most 100000"), "{}", ran.err);
}

#[test]
fn a_report_that_cannot_be_read_hides_none_of_the_others() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("reports")).unwrap();
    std::fs::write(folder.path().join("s.json"), scenario("", "5")).unwrap();
    netlab(folder.path(), &["run", "s.json", "-q", "--report-json", "reports/good.json"]);
    std::fs::write(folder.path().join("reports/bad.json"), "{").unwrap();
    std::fs::write(folder.path().join("worse.json"), "[]").unwrap();
    let ran = netlab(folder.path(), &["report", "none.json", "worse.json", "reports", "--report-junit", "out.xml"]);
    assert_eq!(ran.code, 5);
    for file in ["none.json", "worse.json", "reports/bad.json"] {
        assert!(ran.err.contains(&format!("error: cannot read {file}: ")), "{}", ran.err);
    }
    assert!(ran.out.contains("PASS s.json") && ran.out.contains("1 passed"), "{}", ran.out);
    assert!(std::fs::read_to_string(folder.path().join("out.xml")).unwrap().contains(r#"tests="1""#));
    let ran = netlab(folder.path(), &["diff", "reports", "worse.json"]);
    assert!(ran.code == 5 && ran.out.is_empty(), "half a folder is compared with nothing: {}", ran.out);
    assert!(ran.err.contains("reports/bad.json") && ran.err.contains("worse.json"), "{}", ran.err);
}
