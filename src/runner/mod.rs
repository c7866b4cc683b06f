//! Many runs: which, in which order, how many at once, how often, and what becomes of each.
//!
//! A [`Selection`] of runs goes in, a stream of [`Event`]s comes out, in an order that depends on the files and the seed
//! alone, whatever finishes first. Whoever reports is on the other side of that stream and knows nothing of threads. What
//! this stage must not do: print, or decide an exit code.

mod carry_out;
mod exhausted;
mod filter;
mod order;
mod schedule;
mod select;
mod shard;

pub use carry_out::{Repeat, Rules};
pub use filter::{Filter, NameFilter, TagFilter};
pub use order::shuffle;
pub use schedule::{Event, Options, run};
pub use select::{Found, Item, STDIN, Selection, Sources, nearest_tag, plans_of, select, sources, texts};
pub use shard::{deal, deal_names, parse_shard};
