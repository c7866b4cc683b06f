//! Symbolic links of a scenario: each must lie on the way to an address.

use std::collections::BTreeSet;

use super::{all_steps, endpoint_of};
use crate::scenario::{Host, Problem, Problems, Scenario};

/// The most links. Linux follows 40 of them on the way to one file (man 7 path_resolution), so that 41 show everything.
pub(super) const MAX_LINKS: usize = 64;

/// Refuses a link that no address leads through, directly or by other links: it would do nothing in silence.
pub(super) fn check(scenario: &Scenario, problems: &mut Problems) {
    if let Some((name, _)) = scenario.links.0.get(MAX_LINKS) {
        let label = format!("{} links; at most {MAX_LINKS}", scenario.links.0.len());
        problems.add(Problem::LimitExceeded, name.span, "too many links", label);
        return;
    }
    let addresses = all_steps(scenario).filter_map(|step| match endpoint_of(step) {
        Some(Host::Path(path)) if !path.starts_with('/') => Some(path.as_str()),
        _ => None,
    });
    let mut passed: BTreeSet<&str> = BTreeSet::new();
    let mut ahead: Vec<&str> = addresses.flat_map(|path| path.split('/')).collect();
    while let Some(part) = ahead.pop() {
        if let Some(target) = scenario.links.get(part).filter(|_| passed.insert(part)) {
            ahead.extend(target.0.split('/'));
        }
    }
    for (name, _) in scenario.links.iter().filter(|(name, _)| !passed.contains(name.value.as_str())) {
        let title = format!("the link `{}` has no effect here", name.value);
        problems
            .add(Problem::NoEffect, name.span, title, "no address of this scenario leads through it")
            .with_help(format!("write {{\"unix_stream\": \"{}\"}} where a socket is to meet it", name.value));
    }
}
