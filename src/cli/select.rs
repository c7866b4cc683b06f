//! What the command line selects.

use std::collections::HashSet;

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::last_failed::LastFailed;
use super::output::note;
use crate::plan::Overrides;
use crate::report::Shard;
use crate::runner::{Filter, Item, NameFilter, Selection, TagFilter, deal, nearest_tag, parse_shard, select, shuffle, sources};
use crate::scenario::Variables;

#[derive(Debug, Args)]
#[command(next_help_heading = "Selecting")]
pub(super) struct FilterArgs {
    /// Only runs whose name has this in it: `*` stands for anything, `!` before it excludes; of several one must fit
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,

    /// Only scenarios with this tag; `!slow` those without, `tcp,!slow` both; of several one must fit
    #[arg(long, value_name = "TAG", value_parser = TagFilter::parse)]
    tag: Vec<TagFilter>,
}

impl FilterArgs {
    pub(super) fn filter(&self) -> Filter {
        Filter { names: self.filter.iter().map(|text| NameFilter::new(text)).collect(), tags: self.tag.clone() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.filter.is_empty() && self.tag.is_empty()
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Selecting")]
pub(super) struct SelectArgs {
    /// Scenario files, folders of them, patterns, - for standard input, or names of built-in ones (see `netlab list`)
    #[arg(required_unless_present = "last_failed", value_name = "PATH")]
    pub(super) paths: Vec<String>,

    #[command(flatten)]
    pub(super) filter: FilterArgs,

    /// Only what did not do well when it last ran in this folder
    #[arg(long)]
    pub(super) last_failed: bool,

    /// Only one part of N, counted from 1: the runs in turn, in the order of their names; hash:I/N by the names' hashes
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    pub(super) shard: Option<Shard>,

    /// What it means when nothing is selected
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    pub(super) no_tests: NoTests,

    /// Run in a random order; a seed gives the same order again
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true, default_missing_value = "random", value_parser = parse_seed)]
    shuffle: Option<Seed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum NoTests {
    /// Nothing is wrong
    Pass,
    /// Nothing is wrong, but it is said
    Warn,
    /// Exit 4
    Fail,
}

#[derive(Clone, Copy, Debug)]
enum Seed {
    Random,
    Given(u64),
}

fn parse_seed(text: &str) -> Result<Seed, String> {
    match text {
        "random" => Ok(Seed::Random),
        _ => text.parse().map(Seed::Given).map_err(|_| "expected a whole number, as an earlier run printed it".to_owned()),
    }
}

/// What is to be run, and how it was chosen.
pub(super) struct Chosen {
    pub(super) selection: Selection,
    pub(super) shuffled: Option<u64>,
    /// Whether the part of the suite is empty, but the suite is not.
    pub(super) empty_part: bool,
}

impl SelectArgs {
    /// Reads and plans everything at the paths, and leaves what is meant, in its order.
    pub(super) fn choose(&self, overrides: &Overrides, variables: &Variables) -> Chosen {
        let last_failed = self.last_failed.then(LastFailed::load);
        let recorded;
        let paths = match &last_failed {
            Some(last_failed) if self.paths.is_empty() => {
                recorded = last_failed.files();
                &recorded
            }
            _ => &self.paths,
        };
        let mut selection = select(sources(paths), overrides, variables, &self.filter.filter());
        if let Some(last_failed) = last_failed {
            selection.items.retain(|item| last_failed.has(item));
        }
        let before = selection.items.len();
        if let Some(shard) = self.shard {
            selection.items = deal(std::mem::take(&mut selection.items), shard);
        }
        let shuffled = self.shuffle.map(|seed| match seed {
            Seed::Given(seed) => seed,
            // Few digits: it is there to be typed.
            Seed::Random => std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0) % 1_000_000,
        });
        if let Some(seed) = shuffled {
            selection.items.sort_by(|a, b| a.name.cmp(&b.name));
            shuffle(&mut selection.items, seed);
        }
        let empty_part = selection.items.is_empty() && before > 0;
        Chosen { selection, shuffled, empty_part }
    }

    /// When nothing was selected: says why, and gives the exit code.
    pub(super) fn nothing(&self, chosen: &Chosen) -> Exit {
        if chosen.empty_part {
            let shard = self.shard.map(|shard| shard.to_string()).unwrap_or_default();
            note(&format!("note: part {shard} of the suite is empty: there are fewer runs than parts"));
            return Exit::Success;
        }
        let (word, exit) = match self.no_tests {
            NoTests::Pass => return Exit::Success,
            NoTests::Warn => ("warning", Exit::Success),
            NoTests::Fail => ("error", Exit::Nothing),
        };
        let Selection { found, tags, .. } = &chosen.selection;
        if *found == 0 && self.last_failed && self.paths.is_empty() {
            note(&format!("{word}: nothing is known to have failed in this folder; run something without --last-failed first"));
        } else if *found == 0 {
            note(&format!("{word}: no scenario was found at {}", self.paths.join(", ")));
        } else {
            note(&format!("{word}: none of the {found} found is selected"));
            if let Some((unknown, near)) = nearest_tag(&self.filter.filter(), tags) {
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                note(&format!("  no scenario here has the tag `{unknown}`{near}"));
            } else if self.last_failed {
                note("  none of them is known to have failed in this folder");
            } else {
                note("  `netlab list PATH` shows their names and tags");
            }
        }
        exit
    }
}

/// The number of different files of some items.
pub(super) fn count_files(items: &[Item]) -> u64 {
    items.iter().map(Item::file).collect::<HashSet<_>>().len() as u64
}
