//! Any text through the parser and the plan: errors, never a panic; and every error can be drawn.
//!
//! `cargo fuzz run scenario -- -max_total_time=60 -dict=fuzz/scenario.dict`

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use netlab::plan::{Overrides, plan};
use netlab::report::{Style, draw_diagnostic};
use netlab::scenario::{Scenario, Source};

fuzz_target!(|text: &str| {
    let result = Scenario::parse(Source::new("fuzz.json", text)).and_then(|scenario| plan(&Arc::new(scenario), &Overrides::default()));
    if let Err(diagnostics) = result {
        for diagnostic in diagnostics.iter().take(20) {
            let drawn = draw_diagnostic(diagnostic, &Style::default());
            assert!(!drawn.is_empty());
        }
    }
});
