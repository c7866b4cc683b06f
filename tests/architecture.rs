//! The import rule of `docs/architecture.md`: modules follow the pipeline, and imports point one way.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

/// What each module may import. A name that is not here may not be imported at all.
const ALLOWED: &[(&str, &[&str])] = &[
    ("errno", &[]),
    ("framing", &[]),
    ("scenario", &["errno", "framing"]),
    ("catalogue", &["errno", "scenario", "framing"]),
    ("plan", &["scenario", "framing"]),
    ("trace", &["scenario", "errno"]),
    ("sockets", &["scenario", "trace"]),
    ("sys", &["errno", "scenario", "trace", "sockets"]),
    ("survey", &["sockets", "sys"]),
    ("connect", &["scenario", "errno", "catalogue", "trace", "sys", "sockets"]),
    ("options", &["catalogue", "errno", "sys"]),
    ("program", &[]),
    ("engine", &["scenario", "framing", "errno", "plan", "trace", "sys", "program"]),
    ("analysis", &["scenario", "framing", "errno", "trace"]),
    ("verdict", &["errno", "scenario", "framing", "plan", "trace", "analysis"]),
    ("repeat", &["scenario", "plan", "trace", "analysis", "verdict"]),
    ("split", &["scenario", "framing", "trace", "sys", "engine", "program"]),
    (
        "report",
        &[
            "connect",
            "split",
            "scenario",
            "framing",
            "plan",
            "trace",
            "analysis",
            "verdict",
            "repeat",
            "catalogue",
            "options",
            "errno",
            "sockets",
        ],
    ),
    ("builtin", &["scenario"]),
    ("runner", &["scenario", "plan", "trace", "engine", "analysis", "verdict", "repeat", "report", "builtin"]),
    (
        "cli",
        &[
            "connect",
            "split",
            "program",
            "sockets",
            "survey",
            "catalogue",
            "options",
            "errno",
            "runner",
            "trace",
            "scenario",
            "framing",
            "plan",
            "engine",
            "analysis",
            "verdict",
            "repeat",
            "report",
            "builtin",
        ],
    ),
];

#[test]
fn imports_point_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (module, allowed) in ALLOWED {
        for file in files_of(&src, module) {
            let text = std::fs::read_to_string(&file).unwrap();
            let name = file.strip_prefix(&src).unwrap().display().to_string();
            for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
                for imported in line.split("crate::").skip(1) {
                    let imported: String = imported.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    if imported != *module && !imported.is_empty() && !allowed.contains(&imported.as_str()) {
                        wrong.push(format!("{name}:{}: {module} may not import {imported}", number + 1));
                    }
                }
                let pure = matches!(*module, "analysis" | "verdict" | "repeat" | "report" | "framing" | "sockets" | "catalogue");
                for forbidden in ["std::net", "std::thread", "std::fs", "Instant", "SystemTime", "socket2", "rustix"] {
                    if pure && line.contains(forbidden) {
                        wrong.push(format!("{name}:{}: {module} is pure and may not use {forbidden}", number + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The decisions of `connect` (when to try which address, what a failure means, what Python would say) know no socket and no clock.
#[test]
fn what_connect_decides_touches_nothing() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/connect");
    let mut files: Vec<_> = ["race", "rounds", "cause", "outcome", "connect_ex", "error_code", "settings", "target"]
        .map(|name| src.join(format!("{name}.rs")))
        .into();
    for folder in ["diagnosis", "findings"] {
        files.extend(std::fs::read_dir(src.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for forbidden in ["crate::sys", "socket2", "rustix", "Instant", "SystemTime", "std::thread", "std::fs", "std::env"] {
            assert!(!text.contains(forbidden), "{} may not use {forbidden}", file.display());
        }
    }
}

#[test]
fn every_module_has_its_rule() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(src).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().trim_end_matches(".rs").to_owned();
        assert!(matches!(name.as_str(), "lib" | "main") || ALLOWED.iter().any(|(module, _)| *module == name), "no rule for {name}");
    }
}

fn files_of(src: &Path, module: &str) -> Vec<std::path::PathBuf> {
    let file = src.join(format!("{module}.rs"));
    if file.exists() {
        return vec![file];
    }
    let mut files = Vec::new();
    let mut folders = vec![src.join(module)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    assert!(!files.is_empty(), "no module {module}");
    files
}
