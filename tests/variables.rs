//! Variables and bases by real command lines: which value counts, what is refused, and how far `extends` reaches.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use netlab::scenario::{Folder, NoBases, PartView, Problem, Scenario, Source, Variables};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn netlab(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_netlab"))
        .args(arguments)
        .current_dir(folder)
        .envs([("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1"), ("COLUMNS", "100")])
        .env_remove("GITHUB_ACTIONS")
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A scenario of one step, with a title and these members before it.
fn scenario(title: &str, members: &str) -> String {
    format!(r#"{{ {members} "title": "{title}", "actors": {{ "server": [{{ "listen": {{ "tcp": "loopback:0" }} }}] }} }}"#)
}

/// The title that `netlab list` shows.
fn title(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = netlab(folder, &[&["list", "--format", "json", "x.json"], arguments].concat(), environment);
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    list["scenarios"][0]["title"].as_str().unwrap().to_owned()
}

/// What a value given with `--var` becomes where a file declares the name with `declared`; `None` where it is refused.
fn given(declared: &str, value: &str) -> Option<Value> {
    let folder = folder(&[("x.json", &scenario("t", &format!(r#""vars": {{ "v": {declared} }},"#)))]);
    let argument = format!("v={value}");
    variables(folder.path(), &["--var", &argument]).map(|variables| variables[0]["value"].clone())
}

fn variables(folder: &Path, arguments: &[&str]) -> Option<Value> {
    let output = netlab(folder, &[&["run", "--format", "json", "x.json"], arguments].concat(), &[]);
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code() == Some(0)).then(|| report["runs"][0]["variables"].take())
}

#[test]
fn the_nearest_to_the_command_goes_first() {
    let folder = folder(&[
        ("x.json", &scenario("{{v}}", r#""extends": "base.json", "vars": { "v": "own" },"#)),
        ("base.json", r#"{ "vars": { "v": "base" } }"#),
        ("one.json", r#"{ "v": "one" }"#),
        ("two.json", r#"{ "v": "two" }"#),
    ]);
    let at = folder.path();
    let env: &[(&str, &str)] = &[("NETLAB_VAR_v", "environment")];
    let files = ["--vars-file", "one.json", "--vars-file", "two.json"];
    assert_eq!(title(at, &[], &[]), "own");
    assert_eq!(title(at, &[], env), "environment");
    assert_eq!(title(at, &files[..2], env), "one");
    assert_eq!(title(at, &files, env), "two");
    assert_eq!(title(at, &[&["--var", "v=first"], &files[..]].concat(), env), "first");
    assert_eq!(title(at, &[&["--var", "v=first"], &files[..], &["--var", "v=last"]].concat(), env), "last");
    std::fs::write(at.join("x.json"), scenario("{{v}}", r#""extends": "base.json","#)).unwrap();
    assert_eq!(title(at, &[], &[]), "base");
}

#[test]
fn a_run_tells_where_each_value_is_from() {
    let declared = r#""extends": "base.json", "vars": { "own": 1, "given": 2 },"#;
    let folder = folder(&[
        ("x.json", &scenario("{{own}} {{base}} {{given}} {{filed}} {{loose}}", declared)),
        ("base.json", r#"{ "vars": { "base": [true] , "filed": "a" } }"#.replace("[true]", "true").as_str()),
        ("ci.json", r#"{ "filed": "b", "other": 5 }"#),
    ]);
    let arguments = ["--var", "given=3", "--vars-file", "ci.json", "--var", "loose=\u{1b}[31m"];
    let seen = variables(folder.path(), &arguments);
    assert_eq!(seen, None, "a control character has no place in a title");
    let arguments = ["--var", "given=3", "--vars-file", "ci.json", "--var", "loose=x y"];
    let expected = json!([
        { "name": "base", "value": true, "origin": { "file": "base.json" } },
        { "name": "filed", "value": "b", "origin": { "vars_file": "ci.json" } },
        { "name": "own", "value": 1, "origin": { "file": "x.json" } },
        { "name": "given", "value": 3, "origin": "command_line" },
        { "name": "loose", "value": "x y", "origin": "command_line" },
    ]);
    assert_eq!(variables(folder.path(), &arguments), Some(expected));
    let shown = stdout(&netlab(folder.path(), &[&["run", "-v", "x.json"], &arguments[..]].concat(), &[("NETLAB_VAR_own", "7")]));
    for line in ["variable: base = true (base.json)", "variable: filed = \"b\" (--vars-file ci.json)", "variable: own = 7 (NETLAB_VAR_own)"]
    {
        assert!(shown.contains(line), "{shown}");
    }
    assert!(!stdout(&netlab(folder.path(), &[&["run", "x.json"], &arguments[..]].concat(), &[])).contains("variable:"));
}

#[test]
fn a_value_has_the_declared_type() {
    for (declared, value, expected) in [
        (r#""text""#, "5", json!("5")),
        (r#""text""#, "", json!("")),
        ("1", "-2.5", json!(-2.5)),
        ("1", "18446744073709551615", json!(u64::MAX)),
        ("true", "false", json!(false)),
        ("[1]", r#"[5, "a"]"#, json!([5, "a"])),
        (r#"{"a": 1}"#, "{}", json!({})),
    ] {
        assert_eq!(given(declared, value), Some(expected), "{declared}, {value}");
    }
    for (declared, value) in [
        ("1", "five"),
        ("1", " 5"),
        ("1", "5 "),
        ("1", "05"),
        ("1", "0x5"),
        ("1", "NaN"),
        ("1", ""),
        ("1", "true"),
        ("1", "1e999"),
        ("1", "5\n"),
    ] {
        assert_eq!(given(declared, value), None, "{declared}, {value}");
    }
    for (declared, value) in [("true", "1"), ("true", "True"), ("[1]", "1,2"), ("[1]", "{}"), ("[1]", ""), (r#"{"a": 1}"#, "[]")] {
        assert_eq!(given(declared, value), None, "{declared}, {value}");
    }
}

#[test]
fn without_a_declaration_numbers_and_booleans_are_what_they_look_like() {
    let folder = folder(&[("x.json", &scenario("value {{v}}", ""))]);
    for (value, expected) in [
        ("5", json!(5)),
        ("1.5", json!(1.5)),
        ("true", json!(true)),
        ("false", json!(false)),
        ("05", json!("05")),
        ("[5]", json!("[5]")),
        ("null", json!("null")),
        ("", json!("")),
        ("a=b", json!("a=b")),
    ] {
        let argument = format!("v={value}");
        assert_eq!(variables(folder.path(), &["--var", &argument]).unwrap()[0]["value"], expected, "{value}");
    }
    std::fs::write(folder.path().join("x.json"), scenario("{{v}}", "")).unwrap();
    let shown = stdout(&netlab(folder.path(), &["check", "x.json", "--var", "v=5"], &[]));
    assert!(shown.contains("this is a number (`v` is 5, from --var)") && shown.contains("no file declares `v`"), "{shown}");
}

#[test]
fn a_number_in_a_text_stays_as_written() {
    let folder = folder(&[("x.json", &scenario("{{own}} {{v}}", r#""vars": { "own": 1.50 },"#))]);
    assert_eq!(title(folder.path(), &["--var", "v=2.0e3"], &[]), "1.50 2.0e3");
}

#[test]
fn what_does_not_fit_is_shown_at_the_declaration() {
    let folder = folder(&[
        ("x.json", &scenario("{{v}}", "\"extends\": \"base.json\",\n")),
        ("base.json", "{\n  \"vars\": { \"v\": 5 }\n}"),
        ("ci.json", r#"{ "v": "5" }"#),
    ]);
    let errors = |arguments: &[&str], environment: &[(&str, &str)]| {
        let output = netlab(folder.path(), &[&["check", "x.json"], arguments].concat(), environment);
        assert_eq!(output.status.code(), Some(3));
        stdout(&output)
    };
    let by_var = errors(&["--var", "v=\u{1b}[31mfive"], &[]);
    assert!(by_var.contains(r"`v` must be a number, and --var gives `\u{1b}[31mfive`"), "{by_var}");
    assert!(by_var.contains("--> base.json:2:18") && !by_var.contains('\u{1b}'), "{by_var}");
    let by_file = errors(&["--vars-file", "ci.json"], &[]);
    assert!(by_file.contains("`v` must be a number, and --vars-file ci.json gives a string"), "{by_file}");
    let by_environment = errors(&[], &[("NETLAB_VAR_v", "five")]);
    assert!(by_environment.contains("and NETLAB_VAR_v gives `five`"), "{by_environment}");
}

#[test]
fn an_error_tells_what_was_put_in() {
    let folder = folder(&[("x.json", &scenario("t", r#""defaults": { "recv_size": "{{size}}", "timeout": "{{n}}{{unit}}" },"#))]);
    let arguments = ["check", "x.json", "--var", "size=0", "--var", "n=5", "--var", "unit=moons"];
    let shown = stdout(&netlab(folder.path(), &arguments, &[]));
    assert!(shown.contains("expected a whole number from 1 to 16777216 (`size` is 0, from --var)"), "{shown}");
    assert!(shown.contains("(`n` is 5, from --var; `unit` is \"moons\", from --var)"), "{shown}");
}

#[test]
fn a_bad_file_of_variables_is_an_error_at_its_place() {
    let folder = folder(&[
        ("x.json", &scenario("{{v}}", "")),
        ("syntax.json", "{ \"v\": 5,\n  \"w\": }"),
        ("list.json", "[5]"),
        ("null.json", "{ \"v\": null, \"a-b\": 1, \"v\": 2, \"w\": 1e999 }"),
        ("empty.json", ""),
    ]);
    for (file, expected) in [
        ("syntax.json", &["--> syntax.json:2:8", "a value is missing"][..]),
        ("list.json", &["--> list.json:1:1", "this is an array"]),
        ("null.json", &["the variable `v` is null", "`a-b` cannot name a variable", "`v` is given twice", "`w` is too large a number"]),
        ("empty.json", &["the file is empty", "--vars-file takes a file with a JSON object"]),
        ("nowhere.json", &["no such file of variables", "--vars-file takes a file with a JSON object"]),
    ] {
        for command in ["run", "check", "list"] {
            let output = netlab(folder.path(), &[command, "x.json", "--var", "v=1", "--vars-file", file], &[]);
            assert_eq!(output.status.code(), Some(3), "{command} {file}");
            assert!(output.stdout.is_empty(), "{command} {file}: {}", stdout(&output));
            let shown = stderr(&output);
            assert!(expected.iter().all(|text| shown.contains(text)), "{command} {file}: {shown}");
        }
    }
}

#[test]
fn a_bad_assignment_is_a_wrong_command_line() {
    let folder = folder(&[("x.json", &scenario("t", ""))]);
    for argument in ["v", "=5", "a-b=5", "9=5", " v=5", ""] {
        let output = netlab(folder.path(), &["check", "x.json", "--var", argument], &[]);
        assert_eq!(output.status.code(), Some(2), "{argument}");
    }
    let not_utf8 = Command::new(env!("CARGO_BIN_EXE_netlab"))
        .args(["check", "x.json"])
        .current_dir(folder.path())
        .env("NETLAB_VAR_v", OsStr::from_bytes(b"\xff"))
        .output()
        .unwrap();
    assert_eq!(not_utf8.status.code(), Some(2));
    assert_eq!(stderr(&not_utf8), "error: the environment variable NETLAB_VAR_v is not UTF-8\n");
    // No variable can be called so: it is somebody else's.
    assert!(netlab(folder.path(), &["check", "x.json"], &[("NETLAB_VAR_a-b", "1")]).status.success());
}

#[test]
fn a_variable_that_no_scenario_has_is_noted() {
    let folder = folder(&[
        ("x.json", &scenario("t", r#""vars": { "port": 1 },"#)),
        ("bad.json", &scenario("{{port}}", "")),
        ("plain.json", &scenario("t", "")),
    ]);
    let notes = |arguments: &[&str]| stderr(&netlab(folder.path(), arguments, &[("NETLAB_VAR_prot", "1")]));
    for command in ["run", "check", "list"] {
        let expected = "note: no scenario here has a variable `prot`; did you mean `port`?\n";
        assert_eq!(notes(&[command, "x.json", "--var", "prot=1", "--var", "port=2"]), expected);
        assert_eq!(notes(&[command, "x.json", "--var", "port=1"]), "");
        let expected = "note: no scenario here has a variable `elsewhere`; there are port\n";
        assert_eq!(notes(&[command, "x.json", "plain.json", "--var", "elsewhere=1"]), expected);
        let expected = "note: no scenario here has a variable `v`; there is none at all\n";
        assert_eq!(notes(&[command, "plain.json", "--var", "v=1"]), expected);
    }
    // What was given is among the names that may have been meant.
    let shown = stdout(&netlab(folder.path(), &["check", "bad.json", "--var", "prot=1"], &[]));
    assert!(shown.contains("no variable is called `port`") && shown.contains("did you mean `prot`?"), "{shown}");
    // What an invalid file would have is not known.
    assert_eq!(notes(&["check", "bad.json", "--var", "prot=1"]), "");
}

#[test]
fn a_folder_on_the_command_line_may_extend_within_itself() {
    let folder = folder(&[("in/x.json", &scenario("t", r#""extends": "../base.json","#)), ("base.json", &scenario("base", ""))]);
    let outside = stdout(&netlab(folder.path(), &["check", "in"], &[]));
    assert!(outside.contains("`../base.json` is outside of the folder") && outside.contains("lies in `in`, or below"), "{outside}");
    let outside = netlab(&folder.path().join("in"), &["check", "x.json"], &[]);
    assert_eq!(outside.status.code(), Some(3));
    // A file below the folder in which netlab was started: all of that folder is given.
    assert_eq!(stdout(&netlab(folder.path(), &["check", "in/x.json"], &[])), "1 file valid\n");
    // A file elsewhere: its own folder.
    let elsewhere = tempfile::tempdir().unwrap();
    let outside = stdout(&netlab(elsewhere.path(), &["check", &folder.path().join("in/x.json").display().to_string()], &[]));
    assert!(outside.contains("is outside of the folder"), "{outside}");
    assert_eq!(stdout(&netlab(folder.path(), &["check", "."], &[])), "2 files valid\n");
    // The folder's own name on the way out and in again leads nowhere else.
    std::fs::write(folder.path().join("in/base.json"), scenario("base", "")).unwrap();
    std::fs::write(folder.path().join("in/x.json"), scenario("t", r#""extends": "../in/./base.json","#)).unwrap();
    assert!(netlab(folder.path(), &["check", "in/x.json"], &[]).status.success());
    assert!(netlab(&folder.path().join("in"), &["check", "x.json"], &[]).status.success());
}

#[test]
fn a_hidden_base_is_no_scenario_of_its_folder() {
    let folder = folder(&[
        ("x.json", &scenario("t", r#""extends": ".base.json","#)),
        (".base.json", r#"{ "extends": ".bases/base.json" }"#),
        (".bases/base.json", r#"{ "seed": 5 }"#),
    ]);
    assert_eq!(stdout(&netlab(folder.path(), &["check", "."], &[])), "1 file valid\n");
}

#[test]
fn no_way_leads_out_of_the_folder() {
    let folder = folder(&[("secret.json", &scenario("secret", "")), ("in/within.json", &scenario("w", "")), ("in/deeper/x.txt", "")]);
    let at = folder.path();
    std::os::unix::fs::symlink("../secret.json", at.join("in/link.json")).unwrap();
    std::os::unix::fs::symlink("..", at.join("in/up")).unwrap();
    std::os::unix::fs::symlink("within.json", at.join("in/inner.json")).unwrap();
    // A link to a folder elsewhere, from where `..` is not the folder before it.
    std::os::unix::fs::symlink(at.join("in/deeper"), at.join("in/jump")).unwrap();
    let absolute = at.join("in/within.json").display().to_string();
    let secret = at.join("secret.json").display().to_string();
    for path in ["../secret.json", "link.json", "up/secret.json", "deeper/../../secret.json", "../nowhere.json", &absolute, &secret] {
        std::fs::write(at.join("in/x.json"), scenario("t", &format!(r#""extends": "{path}","#))).unwrap();
        let output = netlab(&at.join("in"), &["check", "--format", "json", "x.json"], &[]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["invalid"][0]["problems"][0]["problem"], "base-outside", "{path}: {report:#}");
        assert_eq!(output.status.code(), Some(3), "{path}");
    }
    for path in ["inner.json", "jump/../within.json"] {
        std::fs::write(at.join("in/x.json"), scenario("t", &format!(r#""extends": "{path}","#))).unwrap();
        assert_eq!(stdout(&netlab(&at.join("in"), &["check", "x.json"], &[])), "1 file valid\n", "{path}");
    }
}

#[test]
fn a_base_is_a_file() {
    let folder = folder(&[("x.json", &scenario("t", r#""extends": "base.json","#))]);
    // Opening a socket fails; opening a named pipe would wait for a writer.
    let made = Command::new("mkfifo").arg(folder.path().join("base.json")).status();
    if !made.is_ok_and(|status| status.success()) {
        std::os::unix::net::UnixListener::bind(folder.path().join("base.json")).unwrap();
    }
    let shown = stdout(&netlab(folder.path(), &["check", "x.json"], &[]));
    assert!(shown.contains("this is not a file"), "{shown}");
}

/// A chain of so many bases behind `x.json`.
fn chain(bases: usize) -> TempDir {
    let folder = folder(&[("x.json", &scenario("t", r#""extends": "b1.json","#))]);
    for n in 1..=bases {
        let extends = if n < bases { format!(r#""extends": "b{}.json","#, n + 1) } else { String::new() };
        let text = format!(r#"{{ {extends} "vars": {{ "v{n}": {n} }} }}"#);
        std::fs::write(folder.path().join(format!("b{n}.json")), text).unwrap();
    }
    folder
}

#[test]
fn eight_bases_are_enough() {
    let folder = chain(8);
    assert_eq!(variables(folder.path(), &[]).unwrap().as_array().unwrap().len(), 8);
    let folder = chain(9);
    let shown = stdout(&netlab(folder.path(), &["check", "x.json"], &[]));
    assert!(shown.contains("--> b8.json:1:14") && shown.contains("b7.json -> b8.json -> b9.json"), "{shown}");
}

#[test]
fn a_circle_is_found_whatever_its_files_are_called() {
    let folder = folder(&[("x.json", &scenario("t", r#""extends": "a.json","#)), ("a.json", r#"{ "extends": "link.json" }"#)]);
    std::os::unix::fs::symlink("x.json", folder.path().join("link.json")).unwrap();
    let shown = stdout(&netlab(folder.path(), &["check", "x.json"], &[]));
    assert!(shown.contains("a file that extends itself") && shown.contains("x.json -> a.json -> link.json"), "{shown}");
}

#[test]
fn the_json_of_an_error_names_the_base() {
    let folder =
        folder(&[("x.json", &scenario("t", r#""extends": "base.json","#)), ("base.json", "{\n  \"sedd\": 5, \"seed\": \"{{x}}\" }")]);
    let output = netlab(folder.path(), &["check", "--format", "json", "x.json"], &[]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = &report["invalid"][0]["problems"];
    let places: Vec<Value> = (0..2).map(|n| json!([problems[n]["file"], problems[n]["line"], problems[n]["column"]])).collect();
    assert_eq!(places, [json!(["base.json", 2, 3]), json!(["base.json", 2, 22])], "{report:#}");
    assert_eq!((&problems[0]["start"], &problems[0]["end"]), (&json!(4), &json!(10)));
}

#[test]
fn variables_do_not_fill_the_memory() {
    let long = "a".repeat(60_000);
    let uses = vec![r#""{{v}}""#; 100].join(", ");
    let text = scenario("t", &format!(r#""vars": {{ "v": "{long}" }}, "tags": [{uses}],"#));
    let errors = Scenario::parse(Source::new("x.json", text)).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.problem).collect::<Vec<_>>(), [Problem::LimitExceeded]);
}

#[test]
fn memory_extends_nothing() {
    let errors = Scenario::parse(Source::new("x.json", scenario("t", r#""extends": "base.json","#))).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.problem).collect::<Vec<_>>(), [Problem::BaseMissing]);
}

/// What a saved trace carries is enough to read the scenario again, with neither the files nor the command line.
#[test]
fn a_scenario_can_be_read_again_from_its_parts() {
    let folder = folder(&[
        ("x.json", &scenario("{{a}} {{b}} {{c}}", r#""extends": "base.json", "vars": { "a": 1 },"#)),
        ("base.json", r#"{ "vars": { "b": [2] }, "about": "a {{a}}", "seed": "{{b}}" }"#),
    ]);
    let source = Source::read(&folder.path().join("x.json")).unwrap();
    let given = [("a", "5"), ("b", "6"), ("c", "x")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let variables = Variables::new(given, Vec::new(), []);
    let wrong = Scenario::parse_with(Arc::clone(&source), &Folder::new(folder.path()), &variables).unwrap_err();
    assert_eq!(wrong[0].problem, Problem::VariableType);
    std::fs::write(folder.path().join("base.json"), r#"{ "vars": { "b": 2 }, "about": "a {{a}}", "seed": "{{b}}" }"#).unwrap();
    let first = Scenario::parse_with(source, &Folder::new(folder.path()), &variables).unwrap();
    assert_eq!(
        (first.title.value.as_str(), first.about.as_deref(), first.seed.as_ref().map(|seed| seed.value)),
        ("5 6 x", Some("a 5"), Some(6))
    );

    let parts: Vec<String> = first.source.parts().map(|part| serde_json::to_string(&part.to_part()).unwrap()).collect();
    let saved = serde_json::to_string(&first.variables).unwrap();
    drop(folder);
    let source = Source::of_parts(parts.iter().map(|part| serde_json::from_str(part).unwrap()));
    let saved: Vec<netlab::scenario::Variable> = serde_json::from_str(&saved).unwrap();
    let again = Scenario::parse_with(source, &NoBases, &Variables::of_scenario(&saved)).unwrap();
    assert_eq!(format!("{again:?}"), format!("{first:?}"));
    assert_eq!(
        again.source.parts().map(PartView::to_part).collect::<Vec<_>>(),
        first.source.parts().map(PartView::to_part).collect::<Vec<_>>()
    );
}
