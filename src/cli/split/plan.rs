//! Which splits are carried out.

use super::Refusal;
use super::args::SplitArgs;
use crate::cli::exit::Exit;
use crate::runner::deal_names;
use crate::split::{CutPlan, Message, Script, Split, Until};

/// What was chosen.
pub(super) struct Chosen {
    /// The splits of this part.
    pub(super) splits: Vec<Split>,
    /// How many the plans have.
    pub(super) planned: u64,
    /// The plans, as they are written.
    pub(super) plans: Vec<String>,
}

impl SplitArgs {
    /// The splits of this part of the plans.
    pub(super) fn choose(&self, script: &Script) -> Result<Chosen, Refusal> {
        let (stream, ends) = (script.stream(), script.ends());
        let plans = self.plans(&script.messages)?;
        let (mut splits, mut planned) = (Vec::new(), 0);
        for plan in &plans {
            let chosen = plan
                .splits(&stream, &ends, self.seed, self.limit)
                .map_err(|error| Refusal(Exit::Usage, format!("--cut {plan}: {error}")))?;
            planned += chosen.of;
            splits.extend(chosen.splits.into_iter().filter(|split| split.coalesced || !split.cuts.is_empty()));
        }
        let mut known = std::collections::HashSet::new();
        splits.retain(|split| known.insert((split.cuts.clone(), split.coalesced)));
        if let Some(shard) = self.shard {
            let names: Vec<&str> = splits.iter().map(|split| split.name.as_str()).collect();
            let mut mine = deal_names(&names, shard).into_iter();
            splits.retain(|_| mine.next().unwrap_or(false));
        }
        if splits.is_empty() {
            let words = "no split is left: the message has too few bytes to be cut, or none falls into this part";
            return Err(Refusal(Exit::Nothing, words.to_owned()));
        }
        Ok(Chosen { splits, planned, plans: plans.iter().map(ToString::to_string).collect() })
    }

    fn plans(&self, messages: &[Message]) -> Result<Vec<CutPlan>, Refusal> {
        // An answer cannot leave before the request that it answers; those with none between them can leave together.
        let can_join = match self.listen {
            None => messages.len() > 1,
            Some(_) => messages.iter().skip(1).any(|message| message.until == Until::Nothing),
        };
        if self.listen.is_some() && !can_join && self.cuts.contains(&CutPlan::Coalesced) {
            let words = "--cut coalesced: each answer waits for a request, so none can leave with the one before; --until nothing says that it does not";
            return Err(Refusal(Exit::Usage, words.to_owned()));
        }
        Ok(match self.cuts.as_slice() {
            [] if can_join => vec![CutPlan::Two, CutPlan::Bytes, CutPlan::Coalesced],
            [] => vec![CutPlan::Two, CutPlan::Bytes],
            given => given.to_vec(),
        })
    }
}
