//! Frames that end with a delimiter: `\r\n`, NUL, `END`, or whichever of several comes first.
//!
//! ```text
//! h e l l o E | N D w o r l d E N D       the delimiter END, cut by the end of a piece
//! ```
//!
//! A delimiter must not occur in the data. Where it may, the data must be escaped, or counted instead. Then there is the cut: a piece
//! that ends with `E` may have the delimiter's first byte at its end, or not. So it is looked for in all that has come, not in the last
//! piece, and not from the beginning again.
//!
//! Of several delimiters the one whose *end* comes first ends the frame, and of those that end at the same byte the longest. With `\n` and
//! `\r\n`, both end at the `\n`, and the `\r` belongs to the delimiter. With `\r` and `\r\n`, the `\r` has ended the frame before the `\n`
//! has come. Taking the longer one where it is there already would make the result depend on the cuts; waiting for it would be to wait for
//! a byte that may never be sent.
//!
//! [`Line`](super::Line) is this for lines, and does a little less work.

use memchr::memmem;

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};

/// Frames that end with a delimiter, or with one of several.
///
/// Errors: `too_long` as soon as no delimiter can come soon enough, `truncated` for a rest without one. Decoding can go on behind the next
/// delimiter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delimiter {
    /// The delimiters. The first is the one that is written. Empty ones are never found, so without another the stream has no frame.
    pub delimiters: Vec<Vec<u8>>,
    /// Whether the rest behind the last delimiter is a frame too when the input ends, rather than an error.
    pub emit_partial: bool,
    /// Whether the delimiter is part of the frame. A frame that is written must then end with one.
    pub include: bool,
    /// The longest frame, in bytes before the delimiter, which never counts.
    pub max_frame: usize,
}

impl Default for Delimiter {
    /// `\n`, as netcat and Python's `readline` have it.
    fn default() -> Self {
        Self { delimiters: vec![b"\n".to_vec()], emit_partial: false, include: false, max_frame: DEFAULT_MAX_FRAME }
    }
}

impl Delimiter {
    /// What ends a frame, in words.
    fn words(&self) -> String {
        let found = self.delimiters.iter().filter(|delimiter| !delimiter.is_empty());
        let quoted: Vec<String> = found.map(|delimiter| format!("\"{}\"", delimiter.escape_ascii())).collect();
        if quoted.is_empty() { "a delimiter, of which there is none".into() } else { quoted.join(" or ") }
    }

    pub(super) fn search(&self) -> DelimiterDecoder {
        DelimiterDecoder { search: Search::new(&self.delimiters), codec: self.clone(), searched: 0, discarding: false }
    }
}

impl Codec for Delimiter {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        self.search()
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let start = out.len();
        out.extend_from_slice(frame);
        if !self.include {
            out.extend_from_slice(self.delimiters.first().map_or(&[], Vec::as_slice));
        }
        // A delimiter may also begin inside the frame and end in the one that was written: with "aba", "ab" cannot be a frame.
        let written = &out[start..];
        let frame_end = if self.include { None } else { Some(frame.len()) };
        let problem = match Search::new(&self.delimiters).find(written, 0) {
            Some(found) if found.end < written.len() || frame_end.is_some_and(|end| found.start != end) => {
                Some(format!("the frame would end early, at the delimiter \"{}\"", written[found.start..found.end].escape_ascii()))
            }
            Some(found) if found.start > self.max_frame => {
                Some(format!("the frame has {} bytes before the delimiter; at most {}", found.start, self.max_frame))
            }
            Some(_) => None,
            None if self.include => Some(format!("the frame must end with {}", self.words())),
            None => Some("there is no delimiter to end the frame with".into()),
        };
        match problem {
            None => Ok(()),
            Some(problem) => {
                out.truncate(start);
                Err(EncodeError(problem.into()))
            }
        }
    }
}

/// Where a delimiter lies.
struct Found {
    start: usize,
    end: usize,
}

/// How delimiters are looked for.
enum Search {
    Byte(u8),
    One(Box<memmem::Finder<'static>>),
    Several(Several),
}

/// Several delimiters, the longest first. Looked for by their last bytes: where one stands, the bytes before it are all there.
struct Several {
    delimiters: Vec<Vec<u8>>,
    last: Vec<u8>,
}

impl Search {
    fn new(delimiters: &[Vec<u8>]) -> Self {
        let mut delimiters: Vec<&Vec<u8>> = delimiters.iter().filter(|delimiter| !delimiter.is_empty()).collect();
        delimiters.sort_by_key(|delimiter| std::cmp::Reverse(delimiter.len()));
        match delimiters[..] {
            [one] if one.len() == 1 => Self::Byte(one[0]),
            [one] => Self::One(Box::new(memmem::Finder::new(one).into_owned())),
            _ => {
                let mut last: Vec<u8> = delimiters.iter().filter_map(|delimiter| delimiter.last().copied()).collect();
                last.sort_unstable();
                last.dedup();
                Self::Several(Several { delimiters: delimiters.into_iter().cloned().collect(), last })
            }
        }
    }

    /// The first delimiter, where none ends within the first `searched` bytes.
    #[inline]
    fn find(&self, input: &[u8], searched: usize) -> Option<Found> {
        match self {
            Self::Byte(byte) => {
                let start = searched + memchr::memchr(*byte, &input[searched..])?;
                Some(Found { start, end: start + 1 })
            }
            Self::One(finder) => {
                let length = finder.needle().len();
                // It may have begun in what was searched.
                let from = (searched + 1).saturating_sub(length);
                let start = from + finder.find(&input[from..])?;
                Some(Found { start, end: start + length })
            }
            Self::Several(several) => several.find(input, searched),
        }
    }

    /// How many bytes at the end of the input may become a delimiter, where it holds none.
    fn tail(&self, input: &[u8]) -> usize {
        match self {
            Self::Byte(_) => 0,
            Self::One(finder) => tail_of(finder.needle(), input),
            Self::Several(several) => several.delimiters.iter().map(|delimiter| tail_of(delimiter, input)).max().unwrap_or(0),
        }
    }
}

impl Several {
    fn find(&self, input: &[u8], searched: usize) -> Option<Found> {
        let mut end = searched;
        loop {
            let rest = &input[end..];
            let step = match self.last[..] {
                [a] => memchr::memchr(a, rest),
                [a, b] => memchr::memchr2(a, b, rest),
                [a, b, c] => memchr::memchr3(a, b, c, rest),
                _ => rest.iter().position(|byte| self.last.contains(byte)),
            };
            end += step? + 1;
            if let Some(longest) = self.delimiters.iter().find(|delimiter| input[..end].ends_with(delimiter)) {
                return Some(Found { start: end - longest.len(), end });
            }
        }
    }
}

/// How many bytes at the end of the input are the beginning of the delimiter, which is not there whole.
fn tail_of(delimiter: &[u8], input: &[u8]) -> usize {
    let most = input.len().min(delimiter.len() - 1);
    (1..=most).rev().find(|&length| input.ends_with(&delimiter[..length])).unwrap_or(0)
}

/// Finds the ends of frames.
pub(super) struct DelimiterDecoder {
    codec: Delimiter,
    search: Search,
    /// How far the input has been searched: no delimiter ends within.
    searched: usize,
    /// Whether the rest of a frame that was too long is being thrown away.
    discarding: bool,
}

impl DelimiterDecoder {
    #[cold]
    fn too_long(&self, input: &[u8], used: usize) -> Fault {
        let max = self.codec.max_frame;
        let expected = format!("{} after at most {max} bytes", self.codec.words());
        // Not one byte more than must have come before this can be known.
        Fault::new(FrameErrorKind::TooLong, expected, Seen::first(&input[..input.len().min(max.saturating_add(1))])).using(used)
    }

    #[cold]
    fn discard(&mut self, input: &[u8], ended: bool) -> Decoded<'static> {
        let used = match self.search.find(input, std::mem::take(&mut self.searched)) {
            Some(found) => {
                self.discarding = false;
                found.end
            }
            None => self.thrown_away(input, ended),
        };
        if used == 0 { Decoded::More { need: 1 } } else { Decoded::Skip { used } }
    }

    /// How much of an input without a delimiter can be thrown away; what may become a delimiter stays.
    fn thrown_away(&mut self, input: &[u8], ended: bool) -> usize {
        self.discarding = !ended;
        self.searched = if ended { 0 } else { self.search.tail(input) };
        input.len() - self.searched
    }

    /// An input without a delimiter.
    fn unfinished<'b>(&mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        let partial = ended && self.codec.emit_partial;
        if input.len() > self.codec.max_frame {
            // What may become a delimiter, or would have, does not count; only in a frame of its own it is data.
            let counted = if partial { input.len() } else { input.len() - self.search.tail(input) };
            if counted > self.codec.max_frame {
                let used = self.thrown_away(input, ended);
                return Err(self.too_long(input, used));
            }
        }
        if !ended || input.is_empty() {
            self.searched = input.len();
            return Ok(Decoded::More { need: 1 });
        }
        if partial {
            return Ok(Decoded::Frame { frame: input, used: input.len() });
        }
        Err(Fault::truncated(input, format!("a frame that ends with {}", self.codec.words())))
    }
}

impl Decoder for DelimiterDecoder {
    #[inline]
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        if self.discarding {
            return Ok(self.discard(input, ended));
        }
        let Some(found) = self.search.find(input, std::mem::take(&mut self.searched)) else {
            return self.unfinished(input, ended);
        };
        if found.start > self.codec.max_frame {
            return Err(self.too_long(input, found.end));
        }
        let end = if self.codec.include { found.end } else { found.start };
        Ok(Decoded::Frame { frame: &input[..end], used: found.end })
    }

    fn resyncs(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of, results};
    use crate::framing::{Framer, OnError, every_split};

    fn of(delimiters: &[&str]) -> Delimiter {
        Delimiter { delimiters: delimiters.iter().map(|delimiter| delimiter.as_bytes().to_vec()).collect(), ..Delimiter::default() }
    }

    #[test]
    fn one_delimiter() {
        assert_eq!(decode_whole(&Delimiter::default(), b"a\r\n\nb\n"), [&b"a\r"[..], b"", b"b"]);
        assert_eq!(decode_whole(&of(&["END"]), b"helloENDworldENDEND"), [&b"hello"[..], b"world", b""]);
        assert_eq!(decode_whole(&Delimiter { include: true, ..of(&["END"]) }, b"helloENDEND"), [&b"helloEND"[..], b"END"]);
        // Each byte of the stream belongs to one delimiter at most.
        assert_eq!(decode_whole(&of(&["aba"]), b"xababaaba"), [&b"x"[..], b"ba"]);
        assert_eq!(decode_whole(&of(&["aab"]), b"aaaab"), [b"aa"]);
    }

    #[test]
    fn the_first_end_wins_and_then_the_longest() {
        assert_eq!(decode_whole(&of(&["\n", "\r\n"]), b"a\r\nb\nc\r\r\n"), [&b"a"[..], b"b", b"c\r"]);
        assert_eq!(decode_whole(&of(&["\r", "\r\n", "\n"]), b"a\r\nb\n"), [&b"a"[..], b"", b"b"]);
        // One begins first and ends last.
        assert_eq!(decode_whole(&of(&["abcd", "c"]), b"abcdabc"), [&b"ab"[..], b"dab"]);
    }

    #[test]
    fn every_way_of_searching() {
        for several in [&["\n", "--"][..], &["\n", "--", "END"], &["\n", "--", "END", "stop", "\0"]] {
            assert_eq!(decode_whole(&of(several), b"a\nb--c-\n"), [&b"a"[..], b"b", b"c-"]);
        }
        // Empty ones and the same one twice are of no consequence.
        assert_eq!(decode_whole(&of(&["", "\n", "\n"]), b"a\n\n"), [&b"a"[..], b""]);
    }

    #[test]
    fn no_delimiter_at_all() {
        for codec in [of(&[]), of(&[""])] {
            assert_eq!(error_of(&codec, b"a").expected, "a frame that ends with a delimiter, of which there is none");
            assert_eq!(error_of(&Delimiter { max_frame: 1, ..codec.clone() }, b"ab").kind, FrameErrorKind::TooLong);
            assert_eq!(codec.encode(b"a", &mut Vec::new()).unwrap_err().to_string(), "there is no delimiter to end the frame with");
        }
    }

    #[test]
    fn a_rest() {
        assert_eq!(
            error_of(&of(&["\r\n", "\0"]), b"a\0bc\r").to_string(),
            "truncated at offset 2: expected a frame that ends with \"\\r\\n\" or \"\\x00\"; found \"bc\\r\" (62 63 0d)"
        );
        let partial = Delimiter { emit_partial: true, max_frame: 3, ..of(&["\r\n"]) };
        assert_eq!(decode_whole(&partial, b"a\r\nbc\r"), [&b"a"[..], b"bc\r"]);
        // In a frame of its own, what might have become a delimiter is data.
        assert_eq!(error_of(&partial, b"abc\r").kind, FrameErrorKind::TooLong);
        assert_eq!(error_of(&Delimiter { emit_partial: false, ..partial }, b"abc\r").kind, FrameErrorKind::Truncated);
    }

    #[test]
    fn a_tail_that_may_become_a_delimiter_does_not_count() {
        let codec = Delimiter { max_frame: 2, ..of(&["--END--"]) };
        let mut framer = Framer::new(codec.decoder());
        framer.push(b"ab--END-", |frame| panic!("{frame:?}")).unwrap();
        let error = framer.push(b"+", |frame| panic!("{frame:?}")).unwrap_err();
        assert_eq!(error.to_string(), "too_long at offset 0: expected \"--END--\" after at most 2 bytes; found \"ab-\" (61 62 2d)");
        // In the delimiter there is one more beginning of it.
        assert_eq!(decode_whole(&codec, b"ab--END--"), [b"ab"]);
        assert_eq!(error_of(&codec, b"ab--END-").kind, FrameErrorKind::Truncated);
    }

    #[test]
    fn a_frame_that_is_too_long_is_one_error_wherever_it_is_cut() {
        for (delimiters, stream) in [
            (&["END"][..], &b"abEND12345ENDcdENDENENEND"[..]),
            (&["END", "\n"], b"ab\n12345E\ncd\nENENEND"),
            (&["\n", "E\n", "xEND", "aaaa", "bbbb"], b"abE\n12345xEN\ncdxENDefgh"),
        ] {
            let codec = Delimiter { max_frame: 2, ..of(delimiters) };
            let whole = results(&codec, OnError::Resync, &[stream]);
            assert_eq!(whole.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, false], "{whole:?}");
            for pieces in every_split(stream) {
                assert_eq!(results(&codec, OnError::Resync, &pieces), whole, "{pieces:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_written() {
        let mut out = b"before".to_vec();
        let mut refused = |codec: &Delimiter, frame: &[u8]| codec.encode(frame, &mut out).unwrap_err().to_string();
        assert_eq!(refused(&of(&["END"]), b"aENDb"), "the frame would end early, at the delimiter \"END\"");
        // Begun in the frame, ended in the delimiter.
        assert_eq!(refused(&of(&["aba"]), b"ab"), "the frame would end early, at the delimiter \"aba\"");
        assert_eq!(refused(&of(&["\n", "\r\n"]), b"a\r"), "the frame would end early, at the delimiter \"\\r\\n\"");
        assert_eq!(refused(&of(&["\r\n", "\r"]), b"a"), "the frame would end early, at the delimiter \"\\r\"");
        let included = Delimiter { include: true, max_frame: 2, ..of(&["END", "\n"]) };
        assert_eq!(refused(&included, b"a"), "the frame must end with \"END\" or \"\\n\"");
        assert_eq!(refused(&included, b"a\nb\n"), "the frame would end early, at the delimiter \"\\n\"");
        assert_eq!(refused(&included, b"abcEND"), "the frame has 3 bytes before the delimiter; at most 2");
        assert_eq!(out, b"before");
        included.encode(b"abEND", &mut out).unwrap();
        assert_eq!(out, b"beforeabEND");
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;

    use super::*;
    use crate::framing::test::{any_frames, any_stream, assert_codec, assert_linear, assert_same_under_every_split, config, results};
    use crate::framing::{Framer, OnError};

    /// A frame and the offset of its end, or an error and the offset of the bad frame.
    type FrameOrError = Result<(Vec<u8>, usize), (FrameErrorKind, usize)>;

    fn any_delimiters() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let delimiter = proptest::collection::vec(proptest::sample::select(&b"ab\n"[..]), 1..5);
        proptest::collection::vec(delimiter, 1..6)
    }

    /// What the codec is to make of a stream, written down as its rule says it, without a thought for speed.
    fn by_the_rule(codec: &Delimiter, stream: &[u8]) -> Vec<FrameOrError> {
        let mut found = Vec::new();
        let mut start = 0;
        for end in 1..=stream.len() {
            let frame = &stream[start..end];
            let Some(longest) = codec.delimiters.iter().filter(|delimiter| frame.ends_with(delimiter)).map(Vec::len).max() else {
                continue;
            };
            let length = frame.len() - longest;
            let emitted = if codec.include { frame } else { &frame[..length] };
            found.push(if length > codec.max_frame { Err((FrameErrorKind::TooLong, start)) } else { Ok((emitted.to_vec(), end)) });
            start = end;
        }
        let rest = &stream[start..];
        let may_become = |tail: &[u8]| codec.delimiters.iter().any(|delimiter| delimiter.starts_with(tail));
        let tail = (0..=rest.len()).find(|&at| may_become(&rest[at..])).map_or(0, |at| rest.len() - at);
        let counted = if codec.emit_partial { rest.len() } else { rest.len() - tail };
        match rest {
            [] => {}
            _ if counted > codec.max_frame => found.push(Err((FrameErrorKind::TooLong, start))),
            _ if codec.emit_partial => found.push(Ok((rest.to_vec(), stream.len()))),
            _ => found.push(Err((FrameErrorKind::Truncated, start))),
        }
        found
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn frames(frames in any_frames(), delimiters in any_delimiters(), include in any::<bool>()) {
            let codec = Delimiter { delimiters, include, ..Delimiter::default() };
            // Of the frames, those that this codec can say.
            let mut frames = frames;
            if include {
                frames.iter_mut().for_each(|frame| frame.extend_from_slice(&codec.delimiters[0]));
            }
            frames.retain(|frame| codec.encode(frame, &mut Vec::new()).is_ok());
            assert_codec(&codec, &frames);
        }

        #[test]
        fn frames_at_the_limit(frame in proptest::collection::vec(b'c'..b'f', 0..9), delimiters in any_delimiters()) {
            let codec = Delimiter { delimiters: delimiters[..1].to_vec(), max_frame: frame.len(), ..Delimiter::default() };
            assert_codec(&codec, &[frame.clone(), frame]);
        }

        #[test]
        fn the_rule(
            stream in any_stream(b"ab\n"),
            delimiters in any_delimiters(),
            max_frame in 0usize..9,
            include in any::<bool>(),
            emit_partial in any::<bool>(),
        ) {
            let codec = Delimiter { delimiters, emit_partial, include, max_frame };
            let found: Vec<_> = results(&codec, OnError::Resync, &[&stream]).into_iter()
                .map(|result| result.map(|(frame, _, end)| (frame, end as usize)).map_err(|error| (error.kind, error.offset as usize)))
                .collect();
            prop_assert_eq!(found, by_the_rule(&codec, &stream), "{:?}", codec);
            assert_same_under_every_split(&codec, &stream);
        }

        #[test]
        fn likely_delimiters(stream in any_stream(b"\r\nEND-"), max_frame in 0usize..6, emit_partial in any::<bool>()) {
            for delimiters in [&["\r\n"][..], &["END"], &["\n", "\r\n"], &["--END--", "END"], &["\r", "\n", "E", "D", "--"]] {
                let delimiters = delimiters.iter().map(|delimiter| delimiter.as_bytes().to_vec()).collect();
                assert_same_under_every_split(&Delimiter { delimiters, emit_partial, include: false, max_frame }, &stream);
            }
        }
    }

    #[test]
    fn long_frames_in_small_pieces_are_linear() {
        // The frame is all a: one that is not in it, ones that nearly are at every byte of it, and many.
        for delimiters in [&["\n"][..], &["\r\n"], &["aaaaaaaaaaaaaaab"], &["baaaaaaa"], &["ba", "caa"], &["b", "c", "d", "e", "ff"]] {
            let delimiters = delimiters.iter().map(|delimiter| delimiter.as_bytes().to_vec()).collect();
            let codec = Delimiter { delimiters, ..Delimiter::default() };
            assert_linear(&codec);
        }
    }

    #[test]
    fn a_long_bad_frame_in_small_pieces_is_linear_and_takes_no_memory() {
        let codec = Delimiter { delimiters: vec![b"aaaaaaab".to_vec(), b"ba".to_vec()], max_frame: 9, ..Delimiter::default() };
        let mut framer = Framer::with(codec.decoder(), OnError::Resync);
        let mut errors = 0;
        for piece in vec![b'a'; 8 * 1024 * 1024].chunks(1024) {
            framer.push_all(piece, |result| errors += usize::from(result.is_err()));
        }
        framer.finish_all(|result| panic!("{result:?}"));
        assert_eq!(errors, 1);
        assert!(framer.memory() < 4096, "{} bytes held", framer.memory());
    }
}
