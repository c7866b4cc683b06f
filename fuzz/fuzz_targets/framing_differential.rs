//! The decoders held against crates that many programs use. Where they differ by decision the difference is allowed here, by name, and
//! explained in docs/framing.md; any other is a bug of one of them.
//!
//! `cargo fuzz run framing_differential -- -max_total_time=60 -dict=fuzz/framing.dict`; with `FRAMING=json,cobs` before it, those only.

#![no_main]

mod shared;

use std::num::NonZeroUsize;

use bytes::BytesMut;
use cobs::CobsDecoderOwned;
use libfuzzer_sys::fuzz_target;
use netlab::framing::{
    Cobs, Codec, Delimiter, Endian, FrameError, FrameErrorKind, Framer, HttpMessage, JsonStream, LengthPrefix, Line, OnError, VarintPrefix,
};
use serde::de::IgnoredAny;
use shared::Input;
use tokio_util::codec::{AnyDelimiterCodec, AnyDelimiterCodecError, Decoder, LengthDelimitedCodec, LinesCodec, LinesCodecError};

struct Frame {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

/// What netlab makes of the pieces.
fn ours(codec: &impl Codec, on_error: OnError, pieces: &[&[u8]]) -> Vec<Result<Frame, FrameError>> {
    let mut events = Vec::new();
    let mut framer = Framer::with(codec.decoder(), on_error);
    let mut sink = |result: Result<netlab::framing::Frame<'_>, FrameError>| {
        let place = |at: u64| usize::try_from(at).expect("an input fits into memory");
        events.push(result.map(|frame| Frame { bytes: frame.bytes.to_vec(), start: place(frame.start), end: place(frame.end) }));
    };
    for piece in pieces {
        framer.push_all(piece, &mut sink);
        if framer.error().is_some() {
            return events;
        }
    }
    framer.finish_all(&mut sink);
    events
}

/// What a decoder of tokio-util makes of the pieces. It is asked again behind an error only where it can go on.
fn tokios<D: Decoder>(decoder: &mut D, goes_on: impl Fn(&D::Error) -> bool, pieces: &[&[u8]]) -> Vec<Result<D::Item, D::Error>> {
    let mut events = Vec::new();
    let most = 2 * pieces.concat().len() + 2;
    let mut buffer = BytesMut::new();
    for at in 0..=pieces.len() {
        let ended = at == pieces.len();
        buffer.extend_from_slice(pieces.get(at).unwrap_or(&&[][..]));
        loop {
            match if ended { decoder.decode_eof(&mut buffer) } else { decoder.decode(&mut buffer) } {
                // Allowed: see `length`. A decoder that uses no bytes gives frames for ever.
                Ok(Some(_)) if events.len() > most => return events,
                Ok(Some(item)) => events.push(Ok(item)),
                Ok(None) => break,
                Err(error) => {
                    let goes_on = goes_on(&error);
                    events.push(Err(error));
                    if !goes_on {
                        return events;
                    }
                }
            }
        }
    }
    events
}

fn pick<T: Copy>(from: &[T], choice: u8) -> T {
    from[usize::from(choice) % from.len()]
}

/// tokio-util's `LengthDelimitedCodec`.
fn length(input: &Input<'_>) {
    let [_, a, b, c, d, _] = input.choices;
    let (offset, width) = (pick(&[0, 1, 2, 5], a), pick(&[1, 2, 3, 4, 8], a / 4));
    let header = offset + width;
    let strip = pick(&[header, header, 0, 1.min(header)], b);
    let adjust = pick(&[0i64, 0, -1, -4, 1, 6], c);
    let max_frame = pick(&[65_536, 16, 3], d);
    let endian = if b & 0x80 == 0 { Endian::Big } else { Endian::Little };
    let codec = LengthPrefix { offset, width, endian, adjust, strip, max_frame };
    let mut builder = LengthDelimitedCodec::builder();
    builder.length_field_offset(offset).length_field_length(width).num_skip(strip).max_frame_length(max_frame);
    // There the adjusted length counts what follows the bytes that are skipped; here, what follows the length field.
    let their_adjust = adjust + header as i64 - strip as i64;
    builder.length_adjustment(isize::try_from(their_adjust).expect("it is small"));
    // Its limit is lowered to the longest frame that the length field can announce, and is still held against the field.
    let largest = if width == 8 { u64::MAX } else { (1 << (8 * width)) - 1 };
    let their_limit = largest.saturating_add_signed(their_adjust).min(max_frame as u64);
    if endian == Endian::Little {
        builder.little_endian();
    }
    let pieces = input.pieces();
    let found = ours(&codec, OnError::Stop, &pieces);
    let theirs = tokios(&mut builder.new_codec(), |_| false, &pieces);
    let mut at = 0;
    for index in 0..found.len().max(theirs.len()) {
        // The length as it stands where this frame begins.
        let field = input.stream.get(at + offset..at + header);
        let length = field.map(|field| {
            let add = |value: u64, &byte: &u8| value << 8 | u64::from(byte);
            if endian == Endian::Big { field.iter().fold(0, add) } else { field.iter().rev().fold(0, add) }
        });
        match (found.get(index), theirs.get(index)) {
            (Some(Ok(frame)), Some(Ok(item))) => {
                assert_eq!(frame.bytes, item[..]);
                at = frame.end;
            }
            (Some(Err(_)), Some(Err(_))) => return,
            // Allowed: its limit is for the number in the length field, ours for the frame.
            (Some(Ok(_)), Some(Err(_))) => {
                assert!(length.is_some_and(|length| length > their_limit));
                return;
            }
            (Some(Err(error)), _) if error.kind == FrameErrorKind::TooLong => {
                assert!(length.is_some_and(|length| length <= their_limit));
                return;
            }
            // Allowed: where the header is part of the frame, it takes a length by which the frame would end inside its own header; and where
            // nothing is left of the frame, the same bytes are the next one, without end.
            (Some(Err(error)), _) if error.kind == FrameErrorKind::BadLength => {
                assert!(length.is_some_and(|length| i128::from(length) + i128::from(adjust) < 0) && strip < header);
                return;
            }
            // Allowed: an end of input directly behind the bytes that are skipped is none of its errors.
            (Some(Err(error)), None) if error.kind == FrameErrorKind::Truncated => {
                assert!(input.stream.len() == at + header && strip == header);
            }
            (ours, theirs) => panic!("{:?} and {theirs:?}, {codec:?}", ours.map(|event| event.as_ref().map(|frame| &frame.bytes))),
        }
    }
}

/// tokio-util's `LinesCodec`.
fn lines(input: &Input<'_>) {
    let max_frame = pick(&[usize::MAX, 0, 1, 2, 5, 20], input.choices[1]);
    let codec = Line { carriage_return: true, emit_partial: true, max_frame };
    let pieces = input.pieces();
    let found = ours(&codec, OnError::Resync, &pieces);
    let theirs = tokios(&mut LinesCodec::new_with_max_length(max_frame), |_| true, &pieces);
    let theirs: Vec<Result<String, bool>> =
        theirs.into_iter().map(|event| event.map_err(|error| matches!(error, LinesCodecError::MaxLineLengthExceeded))).collect();
    let expected: Vec<Result<String, bool>> = found
        .into_iter()
        .filter_map(|event| {
            let Ok(frame) = event else { return Some(Err(true)) };
            let mut line = &frame.bytes[..];
            if input.stream[frame.end - 1] != b'\n' {
                // Allowed: a \r at the end of the input is thrown away, and without more before it there is no line.
                line = line.strip_suffix(b"\r").unwrap_or(line);
                if line.is_empty() {
                    return None;
                }
            } else if frame.end - 1 - frame.start > max_frame {
                // Allowed: a \r before the \n counts towards its limit.
                return Some(Err(true));
            }
            // Allowed: its lines are text.
            Some(str::from_utf8(line).map(str::to_owned).map_err(|_| false))
        })
        .collect();
    assert_eq!(theirs, expected);
}

/// tokio-util's `AnyDelimiterCodec`: no differences.
fn delimiters(input: &Input<'_>) {
    let max_frame = pick(&[usize::MAX, 0, 1, 2, 5, 20], input.choices[1]);
    let bytes = pick(&[&b"\n"[..], b",;\n\r", b"ab", b"\0", b"abc"], input.choices[2]);
    let codec = Delimiter { delimiters: bytes.iter().map(|&byte| vec![byte]).collect(), emit_partial: true, include: false, max_frame };
    let pieces = input.pieces();
    let found: Vec<Option<Vec<u8>>> =
        ours(&codec, OnError::Resync, &pieces).into_iter().map(|event| event.ok().map(|frame| frame.bytes)).collect();
    let mut decoder = AnyDelimiterCodec::new_with_max_length(bytes.to_vec(), bytes.to_vec(), max_frame);
    let theirs: Vec<Option<Vec<u8>>> = tokios(&mut decoder, |_| true, &pieces)
        .into_iter()
        .map(|event| match event {
            Ok(chunk) => Some(chunk.to_vec()),
            Err(AnyDelimiterCodecError::MaxChunkLengthExceeded) => None,
            Err(AnyDelimiterCodecError::Io(error)) => panic!("{error}"),
        })
        .collect();
    assert_eq!(found, theirs);
}

/// The cobs crate.
fn cobs(input: &Input<'_>) {
    let codec = Cobs { max_frame: usize::MAX };
    let mut found = ours(&codec, OnError::Resync, &input.pieces());
    // Allowed: it does not say that the input ended inside a packet; there is nobody to tell it.
    found.pop_if(|event| matches!(event, Err(error) if error.kind == FrameErrorKind::Truncated));
    let found: Vec<Option<Vec<u8>>> = found.into_iter().map(|event| event.ok().map(|frame| frame.bytes)).collect();
    let mut decoder = CobsDecoderOwned::new(input.stream.len());
    let mut theirs = Vec::new();
    for &byte in input.stream {
        match decoder.feed(byte) {
            Ok(None) => {}
            Ok(Some(length)) => theirs.push(Some(decoder.dest()[..length].to_vec())),
            Err(_) => theirs.push(None),
        }
    }
    assert_eq!(found, theirs);

    let mut written = Vec::new();
    codec.encode(input.stream, &mut written).expect("every packet can be written");
    let mut theirs = ::cobs::encode_vec(input.stream);
    theirs.push(0);
    if written != theirs {
        // Allowed: behind a last block of 254 bytes it writes one more, empty block.
        written.insert(written.len() - 1, 1);
        let full = input.stream.rsplit(|&byte| byte == 0).next().is_some_and(|last| !last.is_empty() && last.len() % 254 == 0);
        assert!(full && written == theirs, "written differently: {}", input.stream.escape_ascii());
    }
}

/// httparse, for heads.
fn http(input: &Input<'_>) {
    const FIELDS: usize = 256;
    let found = ours(&HttpMessage::default(), OnError::Stop, &input.pieces());
    for frame in found.iter().flatten() {
        let end = frame.bytes.windows(4).position(|end| end == b"\r\n\r\n").expect("a head ends") + 4;
        let head = &frame.bytes[..end];
        if head.iter().filter(|&&byte| byte == b'\n').count() > FIELDS {
            continue;
        }
        let (parsed, minor) = parse(head);
        match parsed {
            Ok(httparse::Status::Complete(length)) => assert_eq!(length, end),
            // Allowed: it knows 1.0 and 1.1. RFC 9110, section 2.5, has a higher minor version taken for the highest that is known.
            Err(httparse::Error::Version) if minor.is_some_and(|minor| !matches!(minor, b'0' | b'1')) => {}
            other => panic!("{other:?} for {}", head.escape_ascii()),
        }
    }

    // The other way: what it takes for a head is refused only for these reasons.
    let (Ok(httparse::Status::Complete(length)), _) = parse(input.stream) else { return };
    let head = &input.stream[..length];
    let line = head.trim_ascii_start().split(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_response = line.starts_with(b"HTTP/");
    // Allowed: it takes a \n alone for the end of a line.
    let has_bare_newline = head.iter().enumerate().any(|(at, &byte)| byte == b'\n' && (at == 0 || head[at - 1] != b'\r'));
    // Allowed: it takes bytes that are not ASCII in the target of a request.
    let has_other_target = !is_response && !line.is_ascii();
    // Allowed: it does not ask where the body ends, so Content-Length and Transfer-Encoding may say anything.
    let lower = head.to_ascii_lowercase();
    let says_length =
        [&b"content-length"[..], b"transfer-encoding"].iter().any(|name| lower.windows(name.len()).any(|found| found == *name));
    if !has_bare_newline && !has_other_target && !says_length && length < 65_536 {
        match &found[..] {
            [Ok(frame), ..] => assert!(if is_response { frame.end >= length } else { frame.end == length }),
            [Err(error), ..] => assert_eq!(error.kind, FrameErrorKind::Truncated, "{error}"),
            [] => panic!("nothing found in {}", head.escape_ascii()),
        }
    }
}

/// What httparse says of a head, and the minor version that stands in it.
fn parse(bytes: &[u8]) -> (httparse::Result<usize>, Option<u8>) {
    let mut fields = [httparse::EMPTY_HEADER; 257];
    let start = bytes.trim_ascii_start();
    let line = start.split(|&byte| byte == b'\r').next().unwrap_or_default();
    if start.starts_with(b"HTTP/") {
        (httparse::Response::new(&mut fields).parse(bytes), line.get(7).copied())
    } else {
        (httparse::Request::new(&mut fields).parse(bytes), line.last().copied())
    }
}

/// serde_json's `StreamDeserializer`.
fn json(input: &Input<'_>) {
    let codec = JsonStream { max_frame: usize::MAX, max_depth: usize::MAX };
    let found = ours(&codec, OnError::Stop, &input.pieces());
    let mut theirs = serde_json::Deserializer::from_slice(input.stream).into_iter::<IgnoredAny>();
    for event in &found {
        let their = theirs.next();
        match (event, their) {
            (Ok(frame), Some(Ok(_))) => {
                assert_eq!(frame.end, theirs.byte_offset());
                let value = serde_json::from_slice::<serde_json::Value>(&frame.bytes);
                if value.is_ok() {
                    let one = ours(&JsonStream::default(), OnError::Stop, &[&frame.bytes]);
                    assert!(
                        matches!(&one[..], [Ok(one)] if one.bytes == frame.bytes),
                        "serde_json takes it: {}",
                        frame.bytes.escape_ascii()
                    );
                }
            }
            (Err(error), Some(Err(their))) => {
                let is_truncated = error.kind == FrameErrorKind::Truncated;
                // Allowed: an input that ends inside a number, where a digit must come, is a wrong number there.
                let in_number = input.stream.last().is_some_and(|last| b".eE+-".contains(last));
                // Allowed: with fewer than four bytes behind \u it does not look at them.
                let behind = input.stream.windows(2).rposition(|escape| escape == b"\\u").map(|at| input.stream.len() - at - 2);
                let in_escape = their.is_eof() && behind.is_some_and(|behind| behind < 4);
                assert!(is_truncated == their.is_eof() || is_truncated && in_number || in_escape, "{error} and {their}");
                return;
            }
            // Allowed: it gives a number or a literal although a byte is behind it that cannot follow, and finds that wrong later.
            (Err(error), Some(Ok(_))) => {
                let behind = input.stream.get(theirs.byte_offset());
                assert!(behind.is_some_and(|behind| b"]},:".contains(behind)), "{error}, and no error");
                assert!(theirs.next().is_some_and(|next| next.is_err()));
                return;
            }
            (Ok(frame), their) => panic!("{} and {:?}", frame.bytes.escape_ascii(), their.map(|their| their.map(|_| ()))),
            (Err(error), None) => panic!("{error} and nothing"),
        }
    }
    assert!(theirs.next().is_none());
}

/// prost's length delimiters.
fn varint(input: &Input<'_>) {
    let codec = VarintPrefix { canonical: false, max_frame: usize::MAX };
    let found = ours(&codec, OnError::Stop, &input.pieces());
    let mut rest = input.stream;
    for event in &found {
        let mut behind = rest;
        match (event, prost::decode_length_delimiter(&mut behind)) {
            (Ok(frame), Ok(length)) => {
                let (bytes, next) = behind.split_at(length);
                assert_eq!(frame.bytes, bytes);
                rest = next;
                let mut header = Vec::new();
                prost::encode_length_delimiter(length, &mut header).expect("a vector grows");
                let mut written = Vec::new();
                codec.encode(bytes, &mut written).expect("every frame can be written");
                assert_eq!(written, [&header, bytes].concat());
            }
            // It has no frames: whether the bytes are there is the caller's to see.
            (Err(error), Ok(length)) => match error.kind {
                FrameErrorKind::Truncated => assert!(length > behind.len()),
                FrameErrorKind::TooLong => assert!(length.checked_add(rest.len() - behind.len()).is_none()),
                _ => panic!("{error}, and a length of {length}"),
            },
            // Allowed: "not enough yet" is the same error as "no varint" there.
            (Err(error), Err(_)) if error.kind == FrameErrorKind::Truncated => {
                assert!(rest.len() < 10 && rest.iter().all(|byte| byte & 0x80 != 0));
            }
            (Err(error), Err(_)) => assert_eq!(error.kind, FrameErrorKind::BadLength),
            (Ok(frame), Err(error)) => panic!("{} and {error}", frame.bytes.escape_ascii()),
        }
    }
}

type Comparison = (&'static str, fn(&Input<'_>));
const COMPARISONS: &[Comparison] =
    &[("length", length), ("lines", lines), ("delimiters", delimiters), ("cobs", cobs), ("http", http), ("json", json), ("varint", varint)];

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::read(data) else { return };
    let chosen = COMPARISONS.iter().filter(|(name, _)| shared::chosen(name));
    let Some(count) = NonZeroUsize::new(chosen.clone().count()) else { return };
    if let Some((_, compare)) = chosen.clone().nth(usize::from(input.choices[0]) % count) {
        compare(&input);
    }
});
