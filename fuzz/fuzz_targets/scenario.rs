//! Any text through the parser and the plan: errors, never a panic; and every error can be drawn. Behind each NUL another text
//! begins, which the one before may extend.
//!
//! `cargo fuzz run scenario -- -max_total_time=60 -dict=fuzz/scenario.dict`

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use netlab::plan::{Overrides, plan};
use netlab::report::{Style, draw_diagnostic};
use netlab::scenario::{NoBases, Scenario, Source, SourcePart, Variables};

fuzz_target!(|text: &str| {
    let part = |(index, text): (usize, &str)| SourcePart { name: format!("{index}.json"), text: text.to_owned() };
    let source = Source::of_parts(text.split('\0').enumerate().map(part));
    let given = [("a", "5"), ("b", "true"), ("c", "a\u{1b}b{{a}}")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let variables = Variables::new(given, Vec::new(), []);
    let result = Scenario::parse_with(source, &NoBases, &variables).and_then(|scenario| plan(&Arc::new(scenario), &Overrides::default()));
    if let Err(diagnostics) = result {
        for diagnostic in diagnostics.iter().take(20) {
            let drawn = draw_diagnostic(diagnostic, &Style::default());
            assert!(!drawn.is_empty());
        }
    }
});
