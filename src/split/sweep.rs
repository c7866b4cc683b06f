//! All splits of a script: the baseline first, then each on a connection of its own, several at once where that is asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use super::baseline::Baseline;
use super::cut::Split;
use super::exchange::{AnswerEnd, ClientRun, Exchange, Said};
use super::mask::Mask;
use super::model::SplitRow;
use super::retry::settle;
use super::subject::Subject;
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
        /// Of a client, what it did.
        client: Option<ClientRun>,
        /// What it said.
        said: Option<String>,
    },
    /// A client ended before anything was sent to it.
    Unanswered {
        /// How.
        end: AnswerEnd,
        /// What it did.
        client: ClientRun,
        /// What it said.
        said: Option<String>,
    },
    /// Two answers to the same bytes ended in different ways.
    Unlike(AnswerEnd, AnswerEnd),
    /// The first answer was there before anything was sent.
    Unasked,
    /// Two answers to the same bytes have nothing in common.
    NothingInCommon,
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBaseline { end, received, client, .. } => match end {
                AnswerEnd::Refused => f.write_str("the connection was refused: is the server listening there?"),
                AnswerEnd::NoAnswer => write!(
                    f,
                    "no complete answer to the uncut bytes in time ({received} bytes came): is `--until` what ends an answer, and `--timeout` \
                     long enough?"
                ),
                AnswerEnd::Malformed(what) => {
                    write!(f, "the answer to the uncut bytes is none of this codec ({what}): is `--until` the right one?")
                }
                AnswerEnd::NotEnded => {
                    let client = client.clone().unwrap_or_default();
                    let what = client.in_words();
                    write!(f, "the client did not end in time with the uncut answers ({what}): ")?;
                    f.write_str(match client.broken {
                        Some(_) => "is `--until` what ends a request, and `--timeout` long enough?",
                        None => "is `--timeout` long enough? A client that reads to the end of the stream needs `--close fin`",
                    })
                }
                AnswerEnd::NeverConnected(how) => {
                    write!(f, "the client made no connection: {how}; is {{port}} or {{address}} in its command, and `--ready` long enough?")
                }
                AnswerEnd::TooLong if client.is_some() => {
                    write!(f, "the client wrote more than {received} bytes; `--max-answer` allows more")
                }
                AnswerEnd::TooLong => {
                    write!(f, "the answer to the uncut bytes does not end within {received} bytes; `--max-answer` allows more")
                }
                AnswerEnd::ServerEnded(how) => write!(f, "the server {how} on the uncut bytes"),
                AnswerEnd::Failed(reason) => f.write_str(reason),
                AnswerEnd::Interrupted => f.write_str("interrupted"),
                AnswerEnd::Complete | AnswerEnd::Closed | AnswerEnd::Reset | AnswerEnd::Exited(_) | AnswerEnd::Killed(_) => {
                    f.write_str(&end.in_words())
                }
            },
            Self::Unanswered { end, client, .. } => {
                let (end, what) = (end.in_words(), client.in_words());
                write!(f, "nothing was sent to the client before it ended ({end}; {what}): is `--until` what ends its request?")
            }
            Self::Unasked => f.write_str(
                "the server speaks first: what `--until` takes for the first answer was there before anything was sent. Begin with an empty \
                 message, which only waits: --text '' with an --until for the greeting, and an --until behind each other message",
            ),
            Self::NothingInCommon => f.write_str(
                "the answers to the same uncut bytes have nothing in common, so nothing can be held against them; where they say the same in \
                 other words, name what varies with `--mask`",
            ),
            Self::Unlike(first, second) => write!(
                f,
                "the same uncut bytes had different ends ({}, then {}), so nothing can be held against them",
                first.in_words(),
                second.in_words()
            ),
        }
    }
}

impl std::error::Error for BaselineError {}

impl BaselineError {
    /// What the program said, where one was run.
    pub fn said(&self) -> Option<&str> {
        match self {
            Self::Unanswered { said, .. } | Self::NoBaseline { said, .. } => said.as_deref(),
            Self::Unlike(..) | Self::NothingInCommon | Self::Unasked => None,
        }
    }
}

/// Takes the answers to the uncut bytes, twice.
///
/// # Errors
/// When they give nothing to compare with. A server that answers by closing the connection is no error: it must do the same for every split.
pub fn take_baseline(subject: &dyn Subject, mask: Mask, interrupt: &Interrupt) -> Result<Baseline, BaselineError> {
    let stream = subject.script().stream();
    let mut trial = subject.trial(&stream, interrupt);
    let first = usable(trial.call_patiently())?;
    let mut baseline = Baseline::new(mask, &first);
    let second = usable(trial.call(&Split::none()))?;
    if !baseline.compare(&second) {
        return Err(BaselineError::Unlike(first.end, second.end));
    }
    if !baseline.compares_something() {
        return Err(BaselineError::NothingInCommon);
    }
    Ok(baseline)
}

fn usable(exchange: Exchange) -> Result<Exchange, BaselineError> {
    if exchange.is_unasked {
        return Err(BaselineError::Unasked);
    }
    match exchange.end {
        end @ (AnswerEnd::Exited(_) | AnswerEnd::Killed(_)) if exchange.sends == 0 => Err(BaselineError::Unanswered {
            end,
            client: exchange.client.unwrap_or_default(),
            said: exchange.said.as_ref().map(Said::escaped),
        }),
        AnswerEnd::Complete | AnswerEnd::Closed | AnswerEnd::Reset | AnswerEnd::Exited(_) | AnswerEnd::Killed(_) => Ok(exchange),
        end => Err(BaselineError::NoBaseline {
            end,
            received: exchange.answer.len() as u64,
            client: exchange.client,
            said: exchange.said.as_ref().map(Said::escaped),
        }),
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

/// What a sweep leaves.
#[derive(Clone, Debug)]
pub struct Swept {
    /// The baseline, with what it learned on the way.
    pub baseline: Baseline,
    /// The split behind which the uncut bytes were not answered any more either, so that no more were tried.
    pub last: Option<String>,
}

/// Carries out every split. What is told comes in the order of the splits; told to break, no more begin. The baseline learns on the way what
/// varies by itself.
///
/// # Errors
/// When there is no thread for it.
pub fn sweep(
    subject: &dyn Subject,
    splits: &[Split],
    baseline: Baseline,
    options: SweepOptions<'_>,
    mut tell: impl FnMut(SweepEvent) -> ControlFlow<()>,
) -> io::Result<Swept> {
    let script = subject.script();
    let stream = script.stream();
    let baseline = Mutex::new(baseline);
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let last = Mutex::new(None);
    let (sender, results) = mpsc::sync_channel::<Vec<(usize, SplitRow)>>(options.jobs.get() * 64);
    std::thread::scope(|scope| -> io::Result<()> {
        for job in 0..options.jobs.get().min(splits.len()) {
            let sender = sender.clone();
            let (stream, next, stopped, baseline, last) = (&stream, &next, &stopped, &baseline, &last);
            let work = move || {
                let mut trial = subject.trial(stream, options.interrupt);
                let (mut ended, mut told) = (Vec::new(), Instant::now());
                while !stopped.load(Ordering::Relaxed) && options.interrupt.signal().is_none() {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(split) = splits.get(index) else { break };
                    let tried = settle(&mut *trial, split, baseline);
                    if tried.exchange.end == AnswerEnd::Interrupted {
                        break;
                    }
                    if tried.is_last {
                        stopped.store(true, Ordering::Relaxed);
                        last.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(split.name.clone());
                    }
                    let is_news = !tried.verdict.is_same() || told.elapsed() >= TELL_EVERY;
                    // The row alone: answers may be long, and rows wait for those before them.
                    ended.push((index, SplitRow::of(split, &tried.exchange, tried.verdict, script.limits.max_cuts)));
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
        for (index, row) in results.into_iter().flatten() {
            early.insert(index, row);
            while let Some(row) = early.remove(&wanted) {
                wanted += 1;
                if tell(SweepEvent::Row(row)).is_break() {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
        }
        Ok(())
    })?;
    Ok(Swept {
        baseline: baseline.into_inner().unwrap_or_else(PoisonError::into_inner),
        last: last.into_inner().unwrap_or_else(PoisonError::into_inner),
    })
}
