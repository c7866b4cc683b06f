//! The answers to the bytes as they are: what every split is held against.

use std::ops::Range;

use super::compare::Difference;
use super::exchange::{AnswerEnd, ClientRun, Exchange};
use super::mask::{Mask, Variation, words};

/// What the server answers when nothing is cut.
#[derive(Clone, Debug)]
pub struct Baseline {
    mask: Mask,
    /// The answers that were taken, with their holes.
    samples: Vec<Vec<u8>>,
    variation: Variation,
    /// How they ended.
    end: AnswerEnd,
    surplus: bool,
    /// The first answers as they came, and where each ends.
    first: Vec<u8>,
    ends: Vec<usize>,
    /// What a client did besides.
    client: Option<ClientRun>,
}

/// The most samples that are kept: what still varies then is not learned but masked by the user.
const MOST_SAMPLES: usize = 64;

impl Baseline {
    /// From the first answer.
    pub(super) fn new(mask: Mask, first: &Exchange) -> Self {
        let samples = vec![mask.apply(&first.answer)];
        let variation = Variation::of(&samples);
        let (end, surplus) = (first.end.clone(), first.surplus > 0);
        Self { mask, samples, variation, end, surplus, first: first.answer.clone(), ends: first.ends.clone(), client: first.client.clone() }
    }

    /// Takes the second answer to the same bytes. Tells whether it ended in the same way.
    pub(super) fn compare(&mut self, again: &Exchange) -> bool {
        if !self.ended_alike(&again.end) {
            return false;
        }
        self.surplus |= again.surplus > 0;
        self.add(self.mask.apply(&again.answer));
        true
    }

    /// Learns from one more answer to the same bytes what varies by itself, but not that all of it does: then nothing would be compared
    /// any more, and nothing could fail.
    pub(super) fn learn(&mut self, again: &Exchange) {
        if !self.ended_alike(&again.end) {
            return;
        }
        let known = (self.samples.len(), self.variation.clone());
        self.add(self.mask.apply(&again.answer));
        if self.compares_something() {
            self.surplus |= again.surplus > 0;
        } else {
            self.samples.truncate(known.0);
            self.variation = known.1;
        }
    }

    fn add(&mut self, sample: Vec<u8>) {
        if self.samples.len() < MOST_SAMPLES && !self.samples.contains(&sample) {
            self.samples.push(sample);
            self.variation = Variation::of(&self.samples);
        }
    }

    /// Whether not all of the answers varies by itself.
    pub(super) fn compares_something(&self) -> bool {
        self.variation == Variation::Places(Vec::new()) || self.varying_bytes() < self.answer().len()
    }

    /// How many bytes of the first answer vary by themselves.
    fn varying_bytes(&self) -> usize {
        self.varying().iter().map(|(start, end)| end - start).sum()
    }

    /// How the answers ended.
    pub fn end(&self) -> &AnswerEnd {
        &self.end
    }

    /// Connections that the client made.
    pub fn connections(&self) -> Option<u64> {
        self.client.as_ref().map(|client| client.connections)
    }

    /// What should be known of it before the splits are held against it.
    pub fn remark(&self) -> Option<String> {
        let (bytes, varying) = (self.answer().len(), self.varying_bytes());
        if varying * 3 > bytes {
            return Some(format!(
                "{varying} of the {bytes} bytes of the uncut answers vary by themselves and are not compared: --mask can name them more narrowly"
            ));
        }
        if self.surplus {
            return Some(
                "more came behind the last answer, which is not compared: if it belongs to it, `--until` ends it too early".to_owned(),
            );
        }
        let is_gone = matches!(self.end, AnswerEnd::Closed | AnswerEnd::Reset);
        if is_gone && self.first.is_empty() {
            return Some("the server closes without an answer to the uncut bytes; every split is held against that".to_owned());
        }
        let client = self.client.as_ref()?;
        match &self.end {
            _ if client.answered == 0 => {
                let what = client.in_words();
                Some(format!("the client took no complete conversation, even uncut ({what}), so not every cut may come to it"))
            }
            AnswerEnd::Exited(0) => None,
            end => Some(format!("the uncut answers give {} already; every split is held against that", end.in_words())),
        }
    }

    /// The masks, as they were typed, that change nothing in the first answer.
    pub fn unused_masks(&self) -> impl Iterator<Item = &str> {
        self.mask.unused(&self.first)
    }

    /// Whether bytes had come behind an answer.
    pub(super) fn has_surplus(&self) -> bool {
        self.surplus
    }

    /// The first answer, with its holes.
    pub fn answer(&self) -> &[u8] {
        &self.samples[0]
    }

    /// The first whole answers, one a message, as they came.
    pub(super) fn answers(&self) -> Vec<&[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.first[start..end]).collect()
    }

    /// Whether every answer is that one, byte for byte.
    pub(super) fn is_constant(&self) -> bool {
        self.varying().is_empty() && self.first == self.samples[0]
    }

    /// The ranges of it that vary by themselves: where each begins, and ends.
    pub fn varying(&self) -> Vec<(usize, usize)> {
        match &self.variation {
            Variation::Places(places) | Variation::Words(places) => places.iter().map(|place| (place.start, place.end)).collect(),
            Variation::Between { front, back } => vec![(*front, self.answer().len() - back)],
        }
    }

    /// Whether an end is that of the baseline. A server that has given up closes; whether that is FIN or RST depends on whether bytes
    /// were left unread, so on the cut.
    pub(super) fn ended_alike(&self, end: &AnswerEnd) -> bool {
        let is_gone = |end: &AnswerEnd| matches!(end, AnswerEnd::Closed | AnswerEnd::Reset);
        self.end == *end || (is_gone(&self.end) && is_gone(end))
    }

    /// The first place at which an answer differs.
    pub(super) fn difference(&self, answer: &[u8]) -> Option<Difference> {
        let answer = self.mask.apply(answer);
        let expected = self.answer();
        match &self.variation {
            Variation::Places(places) => {
                let is_masked = |at: usize| places.iter().any(|place| place.contains(&at));
                let common = expected.len().min(answer.len());
                let differs = (0..common).find(|&at| expected[at] != answer[at] && !is_masked(at));
                let at = differs.or_else(|| (expected.len() != answer.len()).then_some(common))?;
                Some(Difference::at(at, expected, &answer))
            }
            Variation::Words(holes) => {
                let (ours, theirs) = (words(expected), words(&answer));
                let is_alike =
                    |(one, other): (&Range<usize>, &Range<usize>)| holes.contains(one) || expected[one.clone()] == answer[other.clone()];
                let alike = ours.iter().zip(&theirs).take_while(|&pair| is_alike(pair)).count();
                let at = |words: &[Range<usize>], end: usize| words.get(alike).map_or(end, |word| word.start);
                let (at_ours, at_theirs) = (at(&ours, expected.len()), at(&theirs, answer.len()));
                let is_whole = alike == ours.len() && alike == theirs.len();
                (!is_whole).then(|| Difference::between(at_ours, (&expected[at_ours..], &answer[at_theirs..])))
            }
            Variation::Between { front, back } => {
                let common = expected.iter().zip(&answer).take_while(|(one, other)| one == other).count();
                if common < *front {
                    return Some(Difference::at(common, expected, &answer));
                }
                let tail = &expected[expected.len() - back..];
                let is_alike = answer.len() >= front + back && answer.ends_with(tail);
                (!is_alike).then(|| Difference::at(*front, expected, &answer))
            }
        }
    }
}
