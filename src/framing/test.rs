//! What the tests of every codec share.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::{Codec, Decoded, Decoder, FrameError, FrameErrorKind, Framer, OnError, chunks, every_split};

/// What a decoder makes of a stream, and where each frame lies in it.
pub(crate) type Results = Vec<Result<(Vec<u8>, u64, u64), FrameError>>;

/// Every frame and every error of a stream that comes in these pieces.
pub(crate) fn results(codec: &impl Codec, on_error: OnError, pieces: &[&[u8]]) -> Results {
    let mut framer = Framer::with(codec.decoder(), on_error);
    let mut found = Results::new();
    for piece in pieces {
        framer.push_all(piece, |result| found.push(result.map(|frame| (frame.bytes.to_vec(), frame.start, frame.end))));
        if framer.error().is_some() {
            return found;
        }
    }
    framer.finish_all(|result| found.push(result.map(|frame| (frame.bytes.to_vec(), frame.start, frame.end))));
    found
}

/// The frames of a stream without errors.
pub(crate) fn decode_whole(codec: &impl Codec, stream: &[u8]) -> Vec<Vec<u8>> {
    results(codec, OnError::Stop, &[stream]).into_iter().map(|result| result.unwrap().0).collect()
}

/// The first error of a stream.
pub(crate) fn error_of(codec: &impl Codec, stream: &[u8]) -> FrameError {
    results(codec, OnError::Stop, &[stream]).into_iter().find_map(Result::err).unwrap()
}

/// At the end of the input a decoder has an answer to whatever is left, and uses bytes with it; so nothing is swallowed.
fn assert_answers_at_the_end(codec: &impl Codec, stream: &[u8]) {
    let mut decoder = codec.decoder();
    decoder.piece(stream.len());
    let mut rest = stream;
    while !rest.is_empty() {
        let used = match decoder.decode(rest, true) {
            Ok(Decoded::Frame { used, .. } | Decoded::Skip { used }) => used,
            Ok(Decoded::More { need }) => panic!("{need} more wanted at the end, of {}", rest.escape_ascii()),
            Err(fault) => fault.used,
        };
        if used == 0 {
            assert!(!decoder.resyncs(), "no progress in {}", rest.escape_ascii());
            return;
        }
        rest = &rest[used..];
    }
}

/// However a stream is cut, frames and errors are the same, in the same order; both when a decoder stops at an error and when it goes on.
pub(crate) fn assert_same_under_every_split(codec: &impl Codec, stream: &[u8]) {
    assert_answers_at_the_end(codec, stream);
    for on_error in [OnError::Stop, OnError::Resync] {
        let whole = results(codec, on_error, &[stream]);
        for pieces in every_split(stream) {
            assert_eq!(results(codec, on_error, &pieces), whole, "{on_error:?}, {} pieces, first {:?}", pieces.len(), pieces.first());
        }
        for seed in 0..8 {
            let pieces: Vec<&[u8]> = chunks(seed, 7, stream).collect();
            assert_eq!(results(codec, on_error, &pieces), whole, "{on_error:?}, seed {seed}");
        }
    }
}

/// What must hold of every codec, for these frames: encode then decode is the identity under every split; a prefix of the stream gives a
/// prefix of the frames and then `truncated`, or ends where a frame ends; and memory follows what has come.
pub(crate) fn assert_codec(codec: &impl Codec, frames: &[Vec<u8>]) {
    let mut stream = Vec::new();
    let mut ends = vec![0];
    for frame in frames {
        codec.encode(frame, &mut stream).unwrap();
        ends.push(stream.len());
    }
    let whole = decode_whole(codec, &stream);
    assert_eq!(whole, frames, "encoded as {}", stream.escape_ascii());
    assert_same_under_every_split(codec, &stream);
    for length in 0..=stream.len() {
        let mut found = results(codec, OnError::Stop, &[&stream[..length]]);
        if let Some(Err(error)) = found.last() {
            assert_eq!(error.kind, FrameErrorKind::Truncated, "the first {length} of {}", stream.escape_ascii());
            assert!(!ends.contains(&length), "the first {length} bytes are whole frames: {error}");
            found.pop();
        }
        let bytes: Vec<Vec<u8>> = found.into_iter().map(|result| result.unwrap().0).collect();
        assert!(frames.starts_with(&bytes), "the first {length} bytes give {bytes:?}");
        // Nothing that has come whole is held back.
        let came = ends.iter().filter(|&&end| end > 0 && end <= length).count();
        assert!(bytes.len() >= came, "{came} frames have come in the first {length} bytes, and {} are given", bytes.len());
    }
}

/// Fewer cases than proptest's 256, since each is tried under every split; and no files of regressions beside the source.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() }
}

/// Frames of any bytes, short ones mostly.
pub(crate) fn any_frames() -> impl Strategy<Value = Vec<Vec<u8>>> {
    proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 0..5)
}

/// Bytes of which a decoder must make the same, however they are cut: any, or mostly of these.
pub(crate) fn any_stream(likely: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => proptest::sample::select(likely), 1 => any::<u8>()];
    proptest::collection::vec(byte, 0..40)
}

/// The size of the frames that come in pieces of 1 KiB.
pub(crate) const LONG: usize = 8 * 1024 * 1024;

/// A frame of 8 MiB in pieces of 1 KiB comes out whole, and no more is held than has come.
pub(crate) fn assert_linear(codec: &impl Codec) {
    let frame = vec![b'a'; LONG - 64];
    assert_held(codec, &frame);
}

pub(crate) fn assert_held(codec: &impl Codec, frame: &[u8]) {
    let mut stream = Vec::new();
    codec.encode(frame, &mut stream).unwrap();
    let mut framer = Framer::new(codec.decoder());
    let mut given = 0;
    for piece in stream.chunks(1024) {
        framer.push(piece, |found| given += usize::from(found.bytes == frame)).unwrap();
    }
    framer.finish(|found| given += usize::from(found.bytes == frame)).unwrap();
    assert_eq!(given, 1);
    assert!(framer.memory() <= 3 * stream.len(), "{} bytes held", framer.memory());
}

/// A decoder looks at each byte once: a frame of 8 MiB in pieces of 1 KiB takes time in proportion to its length. Shown without a clock: what
/// a decoder has seen is written over with newlines, which would end a line, or be malformed, for one that looked again. Only for
/// codecs whose frames are slices of the input: the others look at it a second time when it is whole.
pub(crate) fn assert_searches_once(codec: &impl Codec, frame: &[u8]) {
    /// What may be looked at again: a header, a tail that may become a delimiter.
    const NEAR: usize = 64;
    assert_held(codec, frame);
    let mut stream = Vec::new();
    codec.encode(frame, &mut stream).unwrap();
    let mut decoder = codec.decoder();
    let mut have = 0;
    let mut overwritten = NEAR;
    loop {
        let ended = have == stream.len();
        have = (have + 1024).min(stream.len());
        match decoder.decode(&stream[..have], ended) {
            Ok(Decoded::More { .. }) if !ended => {}
            Ok(Decoded::Frame { used, .. }) => {
                assert!(used + 2 >= stream.len(), "the frame ended after {used} of {} bytes", stream.len());
                return;
            }
            other => panic!("after {have} bytes, of which all but the first and last were seen before: {other:?}"),
        }
        if have > overwritten + NEAR {
            stream[overwritten..have - NEAR].fill(b'\n');
            overwritten = have - NEAR;
        }
    }
}

mod properties {
    use super::*;
    use crate::framing::{Endian, LengthPrefix, Line};

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn length_prefix(frames in any_frames(), width in proptest::sample::select(&[1usize, 2, 3, 4, 8][..]), little in any::<bool>(), adjust in -8i64..8) {
            let endian = if little { Endian::Little } else { Endian::Big };
            let codec = LengthPrefix { width, endian, adjust: adjust.min(0), strip: width, ..LengthPrefix::default() };
            assert_codec(&codec, &frames);
        }

        #[test]
        fn length_prefix_of_anything(stream in any_stream(&[0, 1, 2, 5])) {
            for (_, preset) in LengthPrefix::PRESETS {
                assert_same_under_every_split(&LengthPrefix { max_frame: 64, ..*preset }, &stream);
            }
        }

        #[test]
        fn line(frames in any_frames(), carriage_return in any::<bool>()) {
            let codec = Line { carriage_return, ..Line::default() };
            let frames: Vec<Vec<u8>> = frames.into_iter().map(|frame| frame.into_iter().filter(|&byte| byte != b'\n').collect()).collect();
            assert_codec(&codec, &frames);
        }

        #[test]
        fn line_of_anything(stream in any_stream(b"\r\nab"), max_frame in 0usize..6) {
            assert_same_under_every_split(&Line { max_frame, ..Line::default() }, &stream);
        }
    }

    #[test]
    fn long_frames_in_small_pieces_are_linear() {
        let frame = vec![b'a'; LONG];
        assert_searches_once(&LengthPrefix::default(), &frame);
        assert_searches_once(&Line::default(), &frame);
        assert_searches_once(&crate::framing::Netstring::default(), &frame);
        assert_searches_once(
            &crate::framing::Delimiter { delimiters: vec![b"\r\n".to_vec(), b"\n".to_vec()], ..crate::framing::Delimiter::default() },
            &frame,
        );
    }
}
