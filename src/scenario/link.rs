//! Symbolic links in the run's own directory, for what the kernel says of a path that leads through them.

use schemars::JsonSchema;

use super::decode::{Decode, Fields, Named, integer, string};
use super::endpoint::MAX_RELATIVE_PATH;
use super::json::{Node, NodeKind};
use super::problem::{Problem, Problems, quoted};

/// Where a symbolic link leads: a path from the run's own directory. Nothing needs to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkTarget(pub String);

/// The longest target that symlink(2) takes: PATH_MAX without the NUL behind it.
const MAX_TARGET: u64 = 4095;

/// Where a link leads that says one text several times.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct RepeatedTarget {
    /// Text to be repeated `times` times.
    repeat: String,
    /// How often `repeat` is repeated.
    #[schemars(range(min = 1, max = 4095))]
    times: u64,
}

impl JsonSchema for LinkTarget {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LinkTarget".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Where the link leads: a path from the run's own directory, without `..`; nothing needs to be there.",
            "anyOf": [{ "type": "string" }, RepeatedTarget::json_schema(generator)]
        })
    }
}

impl Decode for LinkTarget {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let target = match &node.kind {
            NodeKind::Object(_) => repeated(node, problems)?,
            _ => string(node, "a path such as \"server.sock\", or {\"repeat\": \"a\", \"times\": 300}", problems)?.to_owned(),
        };
        if let Err(label) = check_target(&target) {
            problems.add(Problem::BadAddress, node.span, format!("a link cannot lead to {}", quoted(&target)), label);
            return None;
        }
        Some(Self(target))
    }
}

fn repeated(node: &Node, problems: &mut Problems) -> Option<String> {
    let mut fields = Fields::of(node, "the target of a link", problems)?;
    let unit = fields.required::<String>("repeat", problems);
    let times = match fields.node("times") {
        Some(times) => integer(times, "a number of times", 1..=MAX_TARGET, problems),
        None => fields.required("times", problems),
    };
    fields.finish(problems);
    let (unit, times) = (unit?, times?);
    // One byte more than any link may have says as much as all of them, and takes no memory on a file's say-so.
    let enough = (MAX_TARGET as usize + 1).checked_div(unit.len()).map_or(0, |most| most + 1);
    Some(unit.repeat(enough.min(usize::try_from(times).unwrap_or(enough))))
}

/// A link leads nowhere that a relative path of a socket could not: the run's directory is all that a scenario may reach through it.
fn check_target(target: &str) -> Result<(), String> {
    match target {
        "" => Err("expected a path such as \"server.sock\"".to_owned()),
        _ if target.contains('\0') => Err("a path has no NUL byte".to_owned()),
        _ if target.starts_with('/') => Err("expected a path that starts at the run's own directory".to_owned()),
        _ if target.split('/').any(|part| part == "..") => Err("a path may not climb out with `..`".to_owned()),
        _ if target.len() as u64 > MAX_TARGET => Err(format!("longer than {MAX_TARGET} bytes, the most that a link can hold")),
        _ => Ok(()),
    }
}

/// Refuses names that are no names of files in the run's directory.
pub(super) fn check_names(links: &Named<LinkTarget>, problems: &mut Problems) {
    for (name, _) in links.iter() {
        let label = match name.value.as_str() {
            "" | "." | ".." => "expected a name such as \"link\"".to_owned(),
            text if text.contains('/') => "a link lies in the run's own directory itself: a name without `/`".to_owned(),
            text if text.contains('\0') => "a name has no NUL byte".to_owned(),
            text if text.len() > MAX_RELATIVE_PATH => format!("longer than {MAX_RELATIVE_PATH} bytes, the most for a relative path"),
            _ => continue,
        };
        problems.add(Problem::BadName, name.span, format!("{} cannot be the name of a link", quoted(&name.value)), label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_stay_in_the_directory_of_the_run() {
        for target in ["server.sock", ".", "a/b", "...", &"n".repeat(4095)] {
            assert_eq!(check_target(target), Ok(()));
        }
        for target in ["", "/tmp/x", "..", "a/../..", "a\0", &"n".repeat(4096)] {
            assert!(check_target(target).is_err(), "{target}");
        }
    }
}
