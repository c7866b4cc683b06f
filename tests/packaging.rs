//! The files by which others build, install and call netlab, read by a YAML parser and held against what is really there: the program's
//! options, the keys that a CI system wants, the shells that carry the scripts out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

const WORKFLOWS: [&str; 2] = [".github/workflows/ci.yml", ".github/workflows/release.yml"];
const ACTION: &str = "action.yml";
const HOOKS: &str = ".pre-commit-hooks.yaml";
const EXAMPLES: [&str; 4] =
    ["docs/ci/github-actions.yml", "docs/ci/gitlab-ci.yml", "docs/ci/kubernetes-job.yaml", "docs/ci/pre-commit-config.yaml"];
const TEXTS: [&str; 3] = ["docs/ci/README.md", "docs/editors.md", "docs/packaging.md"];

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The documents of a file. Read as YAML first: a key given twice is an error there, and would be lost in JSON.
fn documents(path: &str) -> Vec<Value> {
    let text = read(path);
    let read = |document| yaml_serde::Value::deserialize(document).unwrap_or_else(|error| panic!("{path}: {error}"));
    yaml_serde::Deserializer::from_str(&text).map(|document| serde_json::to_value(read(document)).unwrap()).collect()
}

fn document(path: &str) -> Value {
    let mut documents = documents(path);
    assert_eq!(documents.len(), 1, "{path}");
    documents.remove(0)
}

/// All texts in a value, with the key that each stands under, or its list.
fn texts<'v>(key: &'v str, value: &'v Value) -> Vec<(&'v str, &'v str)> {
    match value {
        Value::String(text) => vec![(key, text)],
        Value::Array(values) => values.iter().flat_map(|value| texts(key, value)).collect(),
        Value::Object(fields) => fields.iter().flat_map(|(key, value)| texts(key, value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

fn items<'v>(value: &'v Value, what: &str) -> &'v Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no list of {what}: {value}"))
}

fn fields<'v>(value: &'v Value, what: &str) -> &'v serde_json::Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("no {what}: {value}"))
}

fn steps(workflow: &Value) -> Vec<&Value> {
    fields(&workflow["jobs"], "jobs").values().filter_map(|job| job["steps"].as_array()).flatten().collect()
}

#[test]
fn workflows_ask_for_no_more_than_they_need() {
    for path in WORKFLOWS {
        let workflow = document(path);
        let mut writers = Vec::new();
        for (name, job) in fields(&workflow["jobs"], "jobs") {
            assert!(job["uses"].is_string() || job["timeout-minutes"].is_number(), "{path}: {name} has no end");
            let permissions = if job["permissions"].is_null() { &workflow["permissions"] } else { &job["permissions"] };
            for (scope, right) in fields(permissions, "permissions") {
                match right.as_str() {
                    Some("read") => {}
                    _ => writers.push(format!("{name}: {scope}: {right}")),
                }
            }
        }
        let expected: &[&str] = if path.ends_with("release.yml") { &["publish: contents: \"write\""] } else { &[] };
        assert_eq!(writers, expected, "{path}");
    }
}

#[test]
fn what_others_wrote_is_pinned_and_inputs_reach_no_script() {
    let commit = Regex::new("^[a-z]+/[a-z-]+@[0-9a-f]{40}$").unwrap();
    for path in [WORKFLOWS[0], WORKFLOWS[1], ACTION] {
        let document = document(path);
        let mut found = 0;
        for (key, text) in texts("", &document) {
            match key {
                "uses" if !text.starts_with("./") => {
                    assert!(commit.is_match(text), "{path}: {text} is no commit, and may change");
                    assert!(read(path).contains(&format!("{text} # v")), "{path}: which version is {text}?");
                    found += 1;
                }
                "run" => assert!(!text.contains("${{"), "{path}: an expression becomes a part of this script: {text}"),
                _ => {}
            }
        }
        assert!(found > 0, "{path} uses nothing");
    }
}

#[test]
fn ci_runs_all_checks_and_a_release_has_both_machines() {
    let ci = document(WORKFLOWS[0]);
    assert!(steps(&ci).iter().any(|step| step["run"] == "bash .ci/run"));
    assert!(["push", "pull_request", "workflow_call"].iter().all(|event| ci["on"].as_object().unwrap().contains_key(*event)));
    let release = document(WORKFLOWS[1]);
    assert_eq!(release["on"]["push"]["tags"][0], "v[0-9]+.[0-9]+.[0-9]+*");
    let jobs = &release["jobs"];
    assert_eq!((jobs["archive"]["needs"].as_str(), jobs["publish"]["needs"].as_str()), (Some("checks"), Some("archive")));
    let targets = items(&jobs["archive"]["strategy"]["matrix"]["include"], "machines").iter().map(|machine| machine["target"].as_str());
    assert_eq!(targets.collect::<Vec<_>>(), [Some("x86_64-unknown-linux-musl"), Some("aarch64-unknown-linux-musl")]);
    // What is released is what the action downloads.
    let action = read(ACTION);
    assert!(action.contains("=x86_64-unknown-linux-musl") && action.contains("=aarch64-unknown-linux-musl"));
    assert!(action.contains("archive=netlab-$VERSION-$target.tar.gz") && read(".ci/archive").contains("name=netlab-$version-$target"));
}

#[test]
fn the_action_uses_every_input_and_sets_every_output() {
    let action = document(ACTION);
    let text = read(ACTION);
    for name in ["paths", "args", "shard", "report-folder", "version"] {
        assert!(action["inputs"][name]["description"].is_string(), "{name}");
    }
    for name in fields(&action["inputs"], "inputs").keys() {
        assert!(text.contains(&format!("inputs.{name}")), "the input {name} does nothing");
        assert!(read(TEXTS[0]).contains(&format!("| `{name}` |")), "{} does not have the input {name}", TEXTS[0]);
    }
    let steps = items(&action["runs"]["steps"], "steps");
    for (name, output) in fields(&action["outputs"], "outputs") {
        let value = output["value"].as_str().unwrap();
        assert_eq!(value, format!("${{{{ steps.run.outputs.{name} }}}}"));
        let run = steps.iter().find(|step| step["id"] == "run").unwrap();
        assert!(run["run"].as_str().unwrap().contains(&format!("echo \"{name}=")), "nothing sets {name}");
    }
    assert_eq!(action["runs"]["using"], "composite");
    for step in steps.iter().filter(|step| step["run"].is_string()) {
        assert_eq!(step["shell"], "bash", "{step}");
        let script = step["run"].as_str().unwrap();
        for variable in step["env"].as_object().into_iter().flat_map(serde_json::Map::keys) {
            assert!(script.contains(&format!("${variable}")) || script.contains(&format!("${{{variable}")), "{variable} is not used");
        }
    }
    let example = document(EXAMPLES[0]);
    let uses = example["jobs"]["run"]["steps"].as_array().unwrap().iter().find(|step| step["id"] == "netlab").unwrap();
    for name in fields(&uses["with"], "inputs").keys() {
        assert!(action["inputs"][name].is_object(), "the example gives {name}, which the action does not have");
    }
}

#[test]
fn the_hook_checks_scenarios_and_nothing_else() {
    let hook = &document(HOOKS)[0];
    assert_eq!((hook["entry"].as_str(), hook["language"].as_str()), (Some("netlab check"), Some("rust")));
    let repository = &document(EXAMPLES[3])["repos"][0];
    assert_eq!(repository["hooks"][0]["id"], hook["id"]);
    assert!(repository["rev"].is_string());
    for files in [&hook["files"], &repository["hooks"][0]["files"]] {
        let files = Regex::new(files.as_str().unwrap()).unwrap();
        assert!(files.is_match("scenarios/sticky/three-sends.json") && files.is_match("crates/a/scenarios/b.json"));
        assert!(!files.is_match("docs/scenario.schema.json") && !files.is_match("scenarios/README.md") && !files.is_match("package.json"));
    }
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good.json"), folder.path().join("bad.json"));
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/sticky/three-sends.json"), &good).unwrap();
    std::fs::write(&bad, "{}").unwrap();
    let words: Vec<&str> = hook["entry"].as_str().unwrap().split(' ').skip(1).collect();
    let run = |files: &[&Path]| {
        let options = items(&hook["args"], "options").iter().map(|option| option.as_str().unwrap());
        Command::new(env!("CARGO_BIN_EXE_netlab")).args(&words).args(options).args(files).output().unwrap()
    };
    let well = run(&[&good]);
    assert_eq!((well.status.code(), well.stdout.len()), (Some(0), 0), "what is well is no news");
    assert_eq!(run(&[&good, &bad]).status.code(), Some(3));
}

#[test]
fn suites_are_spread_over_as_many_parts_as_there_are() {
    let github = document(EXAMPLES[0]);
    let run = &github["jobs"]["run"];
    let shards = items(&run["strategy"]["matrix"]["shard"], "shards");
    assert_eq!(shards, &(1..=shards.len()).map(Value::from).collect::<Vec<_>>());
    assert_eq!(run["steps"][1]["with"]["shard"], format!("${{{{ matrix.shard }}}}/{}", shards.len()));
    assert_eq!((&run["strategy"]["fail-fast"], &github["jobs"]["report"]["if"]), (&Value::Bool(false), &"${{ !cancelled() }}".into()));

    let gitlab = document(EXAMPLES[1]);
    assert!(gitlab["netlab"]["parallel"].as_u64().unwrap() > 1);
    assert_eq!(gitlab["netlab"]["artifacts"]["when"], "always");
    assert_eq!((&gitlab["netlab report"]["when"], &gitlab["netlab report"]["needs"][0]["job"]), (&"always".into(), &"netlab".into()));
    for (name, job) in fields(&gitlab, "jobs").iter().filter(|(_, job)| job["stage"].is_string()) {
        assert!(items(&gitlab["stages"], "stages").contains(&job["stage"]), "{name}");
    }

    let kubernetes = documents(EXAMPLES[2]);
    let [volume, run, report] = &kubernetes[..] else { panic!("another number of objects: {}", kubernetes.len()) };
    assert_eq!((run["spec"]["completionMode"].as_str(), &report["spec"]["suspend"]), (Some("Indexed"), &Value::Bool(true)));
    let pod = |job: &Value| job["spec"]["template"]["spec"].clone();
    let parts = &pod(run)["containers"][0]["env"][0];
    assert_eq!((parts["name"].as_str(), parts["value"].as_str().unwrap()), (Some("PARTS"), &*run["spec"]["completions"].to_string()));
    assert_eq!(run["spec"]["completions"], run["spec"]["parallelism"]);
    assert!(pod(run)["containers"][0]["args"][0].as_str().unwrap().contains("$((JOB_COMPLETION_INDEX + 1))"));
    for job in [run, report] {
        assert_eq!(pod(job)["volumes"][0]["persistentVolumeClaim"]["claimName"], volume["metadata"]["name"]);
        assert_eq!(pod(job)["restartPolicy"], "Never");
    }
}

/// The scripts of a file, each with the shell that carries it out.
fn scripts(path: &str) -> Vec<(&'static str, String)> {
    let mut scripts = Vec::new();
    for document in documents(path) {
        for (key, text) in texts("", &document) {
            let shell = match key {
                "run" => "bash",
                "script" | "before_script" | "entry" => "sh",
                // In Kubernetes the shell's; elsewhere only options.
                "args" if document["kind"] == "Job" => "sh",
                _ => continue,
            };
            scripts.push((shell, text.to_owned()));
        }
    }
    scripts
}

/// The blocks of commands in a text.
fn blocks(path: &str) -> Vec<String> {
    let block = Regex::new("(?s)```sh\n(.*?)```").unwrap();
    let blocks: Vec<String> = block.captures_iter(&read(path)).map(|block| block[1].to_owned()).collect();
    assert!(!blocks.is_empty(), "{path} has no block of commands");
    blocks
}

#[test]
fn shells_can_read_the_scripts() {
    let mut all: Vec<_> = TEXTS.iter().flat_map(|path| blocks(path).into_iter().map(move |block| (*path, "bash", block))).collect();
    for path in WORKFLOWS.iter().chain(&EXAMPLES[..3]).chain([&ACTION]) {
        let scripts = scripts(path);
        assert!(!scripts.is_empty(), "{path} has no script");
        all.extend(scripts.into_iter().map(|(shell, script)| (*path, shell, script)));
    }
    for (path, shell, script) in all {
        let output = Command::new(shell).args(["-n", "-c", &script]).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{path}: {}\n{script}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The `netlab` command lines of all scripts and of the blocks of commands in texts: which command, with which options.
fn calls() -> BTreeSet<(String, String)> {
    let mut sources: Vec<String> = Vec::new();
    for path in [ACTION, HOOKS].iter().chain(&EXAMPLES) {
        sources.extend(scripts(path).into_iter().map(|(_, script)| script));
    }
    TEXTS.iter().for_each(|path| sources.extend(blocks(path)));
    // The inputs of the action become options of `run`, and so does what the action collects in its array.
    let with = document(EXAMPLES[0])["jobs"]["run"]["steps"][1]["with"]["args"].as_str().unwrap().to_owned();
    sources.push(format!("netlab run {with}"));
    let call = Regex::new(r"\bnetlab ([a-z]+)([^\n|;&>]*)").unwrap();
    let option = Regex::new("(?:^| |\\()(--[a-z][a-z-]*)").unwrap();
    let mut calls = BTreeSet::new();
    for source in sources {
        let lines = source.replace("\\\n", " ");
        for call in call.captures_iter(&lines) {
            calls.insert((call[1].to_owned(), String::new()));
            let collected = lines.lines().filter(|line| &call[1] == "run" && line.contains("options+=("));
            for text in collected.chain([&call[2]]) {
                let own = text.split(" -- ").next().unwrap_or_default();
                calls.extend(option.captures_iter(own).map(|option| (call[1].to_owned(), option[1].to_owned())));
            }
        }
    }
    calls
}

fn assert_known(is_asked: impl Fn(&str) -> bool) {
    let calls: Vec<_> = calls().into_iter().filter(|(command, _)| is_asked(command)).collect();
    assert!(!calls.is_empty());
    for (command, option) in calls {
        let output = Command::new(env!("CARGO_BIN_EXE_netlab")).args([&command, "--help"]).env("NO_COLOR", "1").output().unwrap();
        assert!(output.status.success(), "there is no command {command}");
        let help = String::from_utf8(output.stdout).unwrap();
        let known = help.split(|c: char| c.is_whitespace() || "=[,".contains(c)).any(|word| word == option);
        assert!(option.is_empty() || known, "netlab {command} has no option {option}");
    }
}

#[test]
fn options_exist() {
    let all = calls();
    for (command, option) in
        [("run", "--shard"), ("run", "--report-json"), ("run", "--retries"), ("report", "--merge"), ("check", "--format")]
    {
        assert!(all.contains(&(command.to_owned(), option.to_owned())), "{command} {option} is not found in {all:?}");
    }
    assert_known(|command| !matches!(command, "run" | "report"));
}

#[test]
fn options_of_the_runner_exist() {
    assert_known(|command| matches!(command, "run" | "report"));
}
