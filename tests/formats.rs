//! Every format of a report, read back by parsers that are not ours.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says why")]

use std::process::Command;
use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use serde_json::{Value, json};
use tap_parser::{DirectiveKind, TapParser, TapStatement, TapTest};
use tempfile::TempDir;

/// Names and bytes that are markup somewhere, or nowhere allowed.
const ODD: &str = r#"{ "title": "<b>&amp; ]]> \" ' | `` # TODO \\", "tags": ["odd"],
  "cases": {
    "passes # SKIP": {},
    "fails <&\"']]> | ```` \\ # TODO x": { "expect": { "a->b": { "reads": [1] } } }
  },
  "actors": {
    "a": [{ "bind": { "udp": "loopback:0" } }, { "connect": { "to": "b" } }, { "send": { "hex": "001b5b33316dff0a5d5d3e60606060060b" } }],
    "b": [{ "bind": { "udp": "loopback:0" } }, { "recv": {} }] },
  "expect": { "a->b": { "reads": [17] } } }"#;
const ERROR: &str = r#"{ "title": "Cannot be bound", "actors": { "a": [{ "listen": { "tcp": "192.0.2.1:0" } }] } }"#;
const SKIP: &str =
    r#"{ "title": "Skipped here or run", "families": ["ipv4", "ipv6"], "actors": { "a": [{ "bind": { "udp": "loopback:0" } }] } }"#;
const INVALID: &str = r#"{ "title": "<No> ]]> actors" }"#;

struct Reports {
    json: Value,
    jsonl: String,
    junit: String,
    tap: String,
    md: String,
}

/// One suite with a run of every outcome, in every format.
static REPORTS: LazyLock<Reports> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("s")).unwrap();
    for (name, text) in [("odd & <1>\n# 2", ODD), ("error", ERROR), ("families", SKIP), ("invalid", INVALID)] {
        std::fs::write(folder.path().join(format!("s/{name}.json")), text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_netlab"))
        .args([
            "run",
            "s",
            "--format",
            "jsonl",
            "--report-json",
            "r.json",
            "--report-junit",
            "r.xml",
            "--report-tap",
            "r.tap",
            "--report-md",
            "r.md",
        ])
        .current_dir(folder.path())
        .env("XDG_STATE_HOME", folder.path())
        .envs([("LC_ALL", "C.UTF-8")])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    Reports {
        json: serde_json::from_str(&read("r.json")).unwrap(),
        jsonl: String::from_utf8(output.stdout).unwrap(),
        junit: read("r.xml"),
        tap: read("r.tap"),
        md: read("r.md"),
    }
});

/// How many runs the JSON report has of an outcome.
fn count(outcome: &str) -> u64 {
    let is = |run: &&Value| run["verdict"]["outcome"] == outcome || run["verdict"]["outcome"].get(outcome).is_some();
    REPORTS.json["runs"].as_array().unwrap().iter().filter(is).count() as u64
}

#[test]
fn the_suite_has_every_outcome() {
    assert!(count("pass") >= 2 && count("fail") == 1 && count("error") == 1);
    assert_eq!(REPORTS.json["runs"].as_array().unwrap().len(), 5);
    assert_eq!(REPORTS.json["invalid"].as_array().unwrap().len(), 1);
}

#[test]
fn json_lines_fit_their_schema_and_end_with_the_summary() {
    let schema = jsonschema::validator_for(&netlab::report::events_schema()).unwrap();
    let events: Vec<Value> = REPORTS.jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for event in &events {
        let errors: Vec<String> = schema.iter_errors(event).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let kinds: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], kinds[1], *kinds.last().unwrap()), ("suite", "invalid", "summary"));
    let of_kind = |kind: &str| kinds.iter().filter(|known| **known == kind).count();
    assert_eq!((of_kind("started"), of_kind("run")), (5, 5));
    let mut summary = events.last().unwrap().clone();
    summary.as_object_mut().unwrap().remove("event");
    assert_eq!(summary, REPORTS.json["summary"]);
}

#[test]
fn junit_has_every_run_with_right_totals() {
    let document = roxmltree::Document::parse(&REPORTS.junit).unwrap();
    assert_eq!(document.root_element().tag_name().name(), "testsuites");
    let suites = junit_parser::from_reader(REPORTS.junit.as_bytes()).unwrap();
    assert_eq!((suites.tests, suites.failures, suites.errors, suites.skipped), (6, count("fail"), count("error") + 1, count("skip")));
    let mut names: Vec<&str> = suites.suites.iter().map(|suite| suite.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["s/error.json", "s/families.json", "s/invalid.json", "s/odd & <1>\\n# 2.json"], "a suite a file");
    for suite in &suites.suites {
        assert_eq!(suite.tests as usize, suite.cases.len());
        let failed = suite.cases.iter().filter(|case| case.status.is_failure()).count() as u64;
        let errors = suite.cases.iter().filter(|case| case.status.is_error()).count() as u64;
        assert_eq!((suite.failures, suite.errors), (failed, errors), "{}", suite.name);
    }
    let cases = || suites.suites.iter().flat_map(|suite| &suite.cases);
    let failed = cases().find(|case| case.status.is_failure()).unwrap();
    assert_eq!(failed.original_name, "s/odd & <1>\\n# 2.json [fails <&\"']]> | ```` \\ # TODO x]");
    assert_eq!(failed.status.failure_as_ref().failure_type, "expectation");
    assert!(failed.status.failure_as_ref().message.contains("observed [17], expected [1]"));
    assert!(failed.status.failure_as_ref().text.contains("reads differ"), "the place in the file");
    let out = failed.system_out.as_ref().unwrap();
    assert!(
        out.contains("00000000  00 1b 5b 33 31 6d ff 0a  5d") || out.contains("00000000  00 1b 5b 33 31 6d ff 0a 5d"),
        "a hexdump: {out}"
    );
    let invalid = cases().find(|case| case.classname.as_deref() == Some("s/invalid.json")).unwrap();
    assert!(invalid.status.error_as_ref().text.contains("`actors` is missing"), "a file that is none is an error");
    // XML 1.0, production 2: no other characters may be there, escaped or not.
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(REPORTS.junit.chars().all(is_allowed));
}

#[test]
fn junit_is_well_formed_to_xmllint_too_where_it_is_installed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &REPORTS.junit).unwrap();
    match Command::new("xmllint").arg("--noout").arg(file.path()).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => eprintln!("skipped: xmllint cannot be started: {error}"),
    }
}

#[test]
fn tap_is_parsed_with_its_yaml() {
    let statements = TapParser::new().parse(&REPORTS.tap).unwrap();
    let plan = statements.iter().find_map(|statement| if let TapStatement::Plan(plan) = statement { Some(plan.count) } else { None });
    assert_eq!(plan, Some(6));
    let points: Vec<&TapTest<'_>> =
        statements.iter().filter_map(|statement| if let TapStatement::TestPoint(point) = statement { Some(point) } else { None }).collect();
    assert_eq!(points.iter().map(|point| point.number.unwrap()).collect::<Vec<_>>(), (1..=6).collect::<Vec<_>>());
    let bad: Vec<&&TapTest<'_>> = points.iter().filter(|point| !point.result).collect();
    assert_eq!(bad.len() as u64, count("fail") + count("error") + 1);
    assert!(points.iter().all(|point| point.directive.as_ref().is_none_or(|directive| directive.kind == DirectiveKind::Skip)));
    assert_eq!(points.iter().filter(|point| point.directive.is_some()).count() as u64, count("skip"), "what a name holds is no directive");
    for point in bad {
        let block: yaml_serde::Value = yaml_serde::from_str(&point.yaml.join("\n")).unwrap();
        assert!(block["message"].as_str().is_some_and(|message| !message.is_empty()), "{block:?}");
        assert!(matches!(block["severity"].as_str(), Some("fail" | "error")));
    }
    let failed = points.iter().find(|point| point.desc.is_some_and(|name| name.contains("fails"))).unwrap();
    let block: yaml_serde::Value = yaml_serde::from_str(&failed.yaml.join("\n")).unwrap();
    assert_eq!((block["at"]["file"].as_str(), block["at"]["line"].as_u64()), (Some("s/odd & <1>\\n# 2.json"), Some(4)));
}

#[test]
fn markdown_has_its_table_and_no_markup_from_outside() {
    let events: Vec<Event<'_>> = Parser::new_ext(&REPORTS.md, Options::ENABLE_TABLES).collect();
    let rows = events.iter().filter(|event| matches!(event, Event::Start(Tag::TableRow))).count();
    assert_eq!(rows, 1, "the numbers: {}", REPORTS.md);
    let cells = events.iter().filter(|event| matches!(event, Event::End(TagEnd::TableCell))).count();
    assert_eq!(cells, 16, "eight columns");
    let fenced: Vec<&Event<'_>> = events
        .iter()
        .filter(|event| matches!(event, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) if &**language == "text"))
        .collect();
    assert_eq!(fenced.len() as u64, count("fail") + count("error") + 1, "one a run that did not do well, and the file that is none");
    let html: String = events
        .iter()
        .filter_map(|event| if let Event::Html(text) | Event::InlineHtml(text) = event { Some(text.to_string()) } else { None })
        .collect();
    let without_ours = ["<details>", "</details>", "<summary>", "</summary>"].iter().fold(html, |html, tag| html.replace(tag, ""));
    assert!(!without_ours.contains('<'), "{without_ours}");
}

#[test]
fn markdown_of_a_report_that_tries_has_no_markup_either() {
    let mut report = REPORTS.json.clone();
    let skipped = json!({ "skip": "x\n\n# big\n- www.example.com\n<b>https://example.com</b>\r\n---" });
    let odd = report["runs"].as_array_mut().unwrap();
    odd[0]["verdict"]["outcome"] = skipped;
    // One more for each family that this machine does not have.
    let skips = odd.iter().filter(|run| run["verdict"]["outcome"].get("skip").is_some()).count();
    let failed = odd.iter_mut().find(|run| run["verdict"]["outcome"] == "fail").unwrap();
    failed["case"] = "x\n\n</summary>\n# big\n- www.example.com".into();
    let report = netlab::report::read_report(&report.to_string()).unwrap();
    let mut md = Vec::new();
    netlab::report::render(&report, &mut netlab::report::MarkdownRenderer::default(), &mut md).unwrap();
    let md = String::from_utf8(md).unwrap();
    let events: Vec<Event<'_>> = Parser::new_ext(&md, Options::ENABLE_TABLES).collect();
    let count = |is: fn(&Event<'_>) -> bool| events.iter().filter(|event| is(event)).count();
    assert_eq!(count(|event| matches!(event, Event::Start(Tag::Heading { .. }))), 1, "its own: {md}");
    assert_eq!(count(|event| matches!(event, Event::Start(Tag::Link { .. }) | Event::Rule)), 0, "{md}");
    let items = md.lines().filter(|line| line.starts_with("- ")).count();
    assert_eq!(count(|event| matches!(event, Event::Start(Tag::Item))), items, "{md}");
    assert_eq!(items, skips, "those that were skipped: {md}");
    // GitHub makes links of these without being asked to (GFM, section 6.9).
    assert!(!md.lines().filter(|line| line.starts_with("- ")).any(|line| line.contains("www.") || line.contains("https:")), "{md}");
    // In a fenced block it is text; as markup each title ends once, on its line.
    let html: String = events.iter().filter_map(|event| if let Event::Html(text) = event { Some(&**text) } else { None }).collect();
    assert_eq!(html.matches("<summary>").count(), html.matches("</summary>").count(), "{html}");
}
