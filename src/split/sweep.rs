//! All splits of a script: the baseline first, then each on a connection of its own, several at once where that is asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use super::baseline::Baseline;
use super::cut::Split;
use super::exchange::{AnswerEnd, Caller, Exchange};
use super::mask::Mask;
use super::model::SplitRow;
use super::retry::{Tried, settle};
use super::script::Script;
use crate::engine::Interrupt;

/// How often the splits that did well are told of. To wake another thread for each takes a fifth of the time of a split: it runs where the
/// server could.
const TELL_EVERY: Duration = Duration::from_millis(5);

/// Why there is nothing to hold the splits against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineError {
    /// The answer to the uncut bytes ended in a way that says nothing.
    NoBaseline {
        /// How.
        end: AnswerEnd,
        /// What had come.
        received: u64,
    },
    /// Two answers to the same bytes ended in different ways.
    Unlike(AnswerEnd, AnswerEnd),
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBaseline { end, received } => match end {
                AnswerEnd::Refused => f.write_str("the connection was refused: is the server listening there?"),
                AnswerEnd::NoAnswer => write!(
                    f,
                    "no complete answer to the uncut bytes in time ({received} bytes came): is `--until` what ends an answer, and `--timeout` \
                     long enough?"
                ),
                AnswerEnd::Malformed(what) => {
                    write!(f, "the answer to the uncut bytes is none of this codec ({what}): is `--until` the right one?")
                }
                AnswerEnd::TooLong => {
                    write!(f, "the answer to the uncut bytes does not end within {received} bytes; `--max-answer` allows more")
                }
                AnswerEnd::Failed(reason) => f.write_str(reason),
                AnswerEnd::Interrupted => f.write_str("interrupted"),
                AnswerEnd::Complete | AnswerEnd::Closed | AnswerEnd::Reset => write!(f, "{end:?}"),
            },
            Self::Unlike(first, second) => write!(
                f,
                "two connections with the same uncut bytes ended in different ways ({first:?}, {second:?}), so nothing can be held against them"
            ),
        }
    }
}

impl std::error::Error for BaselineError {}

/// Takes the answers to the uncut bytes, twice.
///
/// # Errors
/// When they give nothing to compare with. A server that answers by closing the connection is no error: it must do the same for every split.
pub fn take_baseline(script: &Script, mask: Mask, interrupt: &Interrupt) -> Result<Baseline, BaselineError> {
    let stream = script.stream();
    let mut caller = Caller::new(script, &stream, interrupt);
    let first = usable(caller.call(&Split::none()))?;
    let mut baseline = Baseline::new(mask, &first);
    let second = usable(caller.call(&Split::none()))?;
    if !baseline.learn(&second) {
        return Err(BaselineError::Unlike(first.end, second.end));
    }
    Ok(baseline)
}

fn usable(exchange: Exchange) -> Result<Exchange, BaselineError> {
    match exchange.end {
        AnswerEnd::Complete | AnswerEnd::Closed | AnswerEnd::Reset => Ok(exchange),
        end => Err(BaselineError::NoBaseline { end, received: exchange.answer.len() as u64 }),
    }
}

/// How the splits are carried out.
#[derive(Clone, Copy, Debug)]
pub struct SweepOptions<'o> {
    /// How many connections at once.
    pub jobs: NonZeroUsize,
    /// The user's wish to stop.
    pub interrupt: &'o Interrupt,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum SweepEvent {
    /// A split ended; they come in their order.
    Row(SplitRow),
}

/// Carries out every split. What is told comes in the order of the splits; told to break, no more begin. The baseline learns on the way what
/// varies by itself.
///
/// # Errors
/// When there is no thread for it.
pub fn sweep(
    script: &Script,
    splits: &[Split],
    baseline: Baseline,
    options: SweepOptions<'_>,
    mut tell: impl FnMut(SweepEvent) -> ControlFlow<()>,
) -> io::Result<Baseline> {
    let stream = script.stream();
    let baseline = Mutex::new(baseline);
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, results) = mpsc::sync_channel::<Vec<(usize, Tried)>>(options.jobs.get() * 64);
    std::thread::scope(|scope| -> io::Result<()> {
        for job in 0..options.jobs.get().min(splits.len()) {
            let sender = sender.clone();
            let (stream, next, stopped, baseline) = (&stream, &next, &stopped, &baseline);
            let work = move || {
                let mut caller = Caller::new(script, stream, options.interrupt);
                let (mut ended, mut told) = (Vec::new(), Instant::now());
                while !stopped.load(Ordering::Relaxed) && options.interrupt.signal().is_none() {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(split) = splits.get(index) else { break };
                    let tried = settle(&mut caller, split, baseline);
                    if tried.exchange.end == AnswerEnd::Interrupted {
                        break;
                    }
                    let is_news = !tried.verdict.is_same() || told.elapsed() >= TELL_EVERY;
                    ended.push((index, tried));
                    if is_news {
                        if sender.send(std::mem::take(&mut ended)).is_err() {
                            return;
                        }
                        told = Instant::now();
                    }
                }
                // Nobody listens any more only where nobody wants to know.
                let _ = sender.send(ended);
            };
            std::thread::Builder::new().name(format!("split {job}")).spawn_scoped(scope, work).inspect_err(|_| {
                stopped.store(true, Ordering::Relaxed);
            })?;
        }
        drop(sender);
        // What ends early waits for those before it.
        let mut early = BTreeMap::new();
        let mut wanted = 0;
        for (index, tried) in results.into_iter().flatten() {
            early.insert(index, tried);
            while let Some(tried) = early.remove(&wanted) {
                let row = SplitRow::of(&splits[wanted], &tried.exchange, tried.verdict, script.limits.max_cuts);
                wanted += 1;
                if tell(SweepEvent::Row(row)).is_break() {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
        }
        Ok(())
    })?;
    Ok(baseline.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}
