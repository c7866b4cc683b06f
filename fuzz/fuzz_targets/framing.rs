//! Any bytes through every decoder, cut in any way: the same frames and errors, no panic, and no more memory than what has come is worth.
//! What a decoder gave, and what an encoder took, comes back as it was.
//!
//! `cargo fuzz run framing -- -max_total_time=60 -dict=fuzz/framing.dict`; with `FRAMING=cobs,slip` before it, those codecs only.

#![no_main]

mod shared;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use libfuzzer_sys::fuzz_target;
use netlab::framing::{AnyCodec, CODECS, Codec, Decoded, Decoder, FrameError, FrameErrorKind, Framer, NamedCodec, OnError};
use shared::Input;

/// Counts the bytes that are held, to find memory that is taken on a length's say-so.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn took(size: usize) {
    let held = HELD.fetch_add(size, Relaxed).wrapping_add(size);
    MOST.fetch_max(held, Relaxed);
}

// SAFETY: every call is handed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        HELD.fetch_sub(layout.size(), Relaxed);
        took(size);
        // SAFETY: as above.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A frame with its place, or an error.
type Event = Result<(Vec<u8>, u64, u64), FrameError>;

fn pick<T: Copy>(from: &[T], choice: u8) -> T {
    from[usize::from(choice) % from.len()]
}

const LIMITS: &[usize] = &[0, 1, 2, 3, 5, 8, 16, 40, 128, 300, 4096, 16_777_216, usize::MAX];
const DELIMITERS: &[&str] = &[
    "\\n",
    "\\r\\n",
    "\\n|\\r\\n",
    "\\r|\\r\\n",
    "END",
    "aab",
    "aba|ba",
    "a|ab|abc|bc",
    "aa|aaa",
    "\\0",
    "ab|c|d|e|f",
    "\\xff\\xfe|\\xfe",
    "abab|b",
];

/// The codec that the input chooses, made by its name, and with the fields that have no name set.
fn codec(choices: [u8; 6]) -> Option<AnyCodec> {
    static NAMES: LazyLock<Vec<&str>> =
        LazyLock::new(|| CODECS.iter().map(|codec| codec.name).filter(|name| shared::chosen(name)).collect());
    let [which, limit, a, b, c, _] = choices;
    let name = pick(&NAMES, which);
    let max = pick(LIMITS, limit);
    let limit = format!("max_frame={max}");
    let yes = |bit: u8| a >> bit & 1 == 1;
    let depth = pick(&[0, 1, 2, 5, 128, usize::MAX], b);
    let text = match name {
        "fixed_length" => {
            let pad = if yes(0) { format!(",pad=\\x{b:02x}") } else { String::new() };
            format!("{name}:length={}{pad}", max.max(1))
        }
        "length_prefix" if yes(0) => {
            format!("{name}:preset={},{limit}", pick(&["dns-tcp", "grpc", "http2", "tls", "postgres", "tlv", "struct-pack-i"], b))
        }
        "length_prefix" => {
            let (offset, width) = (pick(&[0, 1, 2, 5, 70], b), pick(&[1, 2, 3, 4, 8], b / 5));
            let endian = if yes(1) { "big" } else { "little" };
            let adjust = pick(&[0, 0, -1, -4, 1, 6, -300, i64::MIN, i64::MAX], c);
            let strip = pick(&[offset + width, offset + width, 0, 1, 100, usize::MAX], c / 9);
            format!("{name}:offset={offset},width={width},endian={endian},adjust={adjust},strip={strip},{limit}")
        }
        "varint_prefix" => format!("{name}:canonical={},{limit}", yes(0)),
        "decimal_prefix" => {
            let (separator, digits) = (pick(&["\\x20", "\\n", ":", "a"], b), pick(&[20, 1, 2, 3], b / 4));
            format!("{name}:separator={separator},max_digits={digits},leading_zeros={},{limit}", yes(0))
        }
        "line" => format!("{name}:carriage_return={},emit_partial={},{limit}", yes(0), yes(1)),
        "delimiter" => format!("{name}:delimiters={},include={},emit_partial={},{limit}", pick(DELIMITERS, b), yes(0), yes(1)),
        "expect_token" => format!("{name}:tokens={},{limit}", pick(DELIMITERS, b)),
        "datagram" | "raw_recv" => name.to_owned(),
        "resp" | "json_stream" => format!("{name}:max_depth={depth},{limit}"),
        "dle_stx_etx" => format!("{name}:skip_noise={},{limit}", yes(0)),
        "websocket" => format!("{name}:messages={},payload={},{limit}", yes(0), yes(1)),
        _ => format!("{name}:{limit}"),
    };
    let mut codec = text.parse::<NamedCodec>().unwrap_or_else(|error| panic!("{text}: {error}")).codec;
    match &mut codec {
        AnyCodec::Hdlc(hdlc) => hdlc.accm = pick(&[u32::MAX, 0, 0x000a_0000], b),
        AnyCodec::HttpChunked(http) => {
            http.chunk_size = pick(&[usize::MAX, 0, 1, 7, 300], a);
            http.max_line = pick(&[4096, 0, 1, 20], b);
            http.max_discarded = pick(&[65_536, 0, 5, 40], c);
        }
        AnyCodec::HttpMessage(http) => http.max_head = pick(&[65_536, 0, 30, 80], a),
        AnyCodec::WebSocket(socket) => {
            socket.extensions = yes(2);
            socket.mask = yes(3).then_some([1, 2, 0, b]);
        }
        _ => {}
    }
    Some(codec)
}

/// Whether a frame is a piece: then frames depend on the cuts, as they should.
fn is_by_piece(codec: &AnyCodec) -> bool {
    matches!(codec, AnyCodec::Datagram(_) | AnyCodec::RawRecv(_))
}

/// Every frame and every error of a stream that comes in these pieces; and what must hold at any time.
fn framed<'p>(codec: &AnyCodec, on_error: OnError, pieces: impl Iterator<Item = &'p [u8]> + Clone) -> Vec<Event> {
    let mut events = Vec::new();
    let mut framer = Framer::with(codec.decoder(), on_error);
    let (mut came, mut largest, mut pending) = (0, 0, 0);
    for piece in pieces.clone() {
        framer.push_all(piece, |result| events.push(result.map(|frame| (frame.bytes.to_vec(), frame.start, frame.end))));
        came += piece.len() as u64;
        largest = largest.max(piece.len());
        pending = pending.max(framer.pending());
        // A vector grows by doubling, from 8 bytes on; what it held was pending, and a piece.
        assert!(framer.memory() <= (2 * (pending + largest)).max(8), "{} bytes held for {pending} and {largest}", framer.memory());
        if let Some(most) = most_pending(codec) {
            assert!(framer.pending() <= most, "{} bytes pending, of at most {most}", framer.pending());
        }
        if framer.error().is_some() {
            sticks(&mut framer);
            break;
        }
        assert_eq!(framer.offset() + framer.pending() as u64, came);
    }
    if framer.error().is_none() {
        framer.finish_all(|result| events.push(result.map(|frame| (frame.bytes.to_vec(), frame.start, frame.end))));
        if framer.error().is_some() {
            sticks(&mut framer);
        } else {
            assert_eq!(framer.offset(), came, "bytes left over at the end");
        }
    }
    bounded(codec, on_error, pieces);
    events
}

/// A framer that has stopped says so again, and gives nothing else.
fn sticks(framer: &mut Framer<impl Decoder>) {
    let error = framer.error().cloned();
    let again = framer.push(b"anything\n\0\r\n", |_| panic!("a frame behind an error")).err();
    assert_eq!(again, error);
    assert_eq!(framer.finish(|_| panic!("a frame behind an error")).err(), error);
}

/// How many bytes may be held that are no whole frame: the longest frame, escaped, and what stands around it. None where a codec has other
/// limits as well.
fn most_pending(codec: &AnyCodec) -> Option<usize> {
    let most = |max: usize, around: usize| max.saturating_mul(2).saturating_add(around);
    Some(match codec {
        AnyCodec::FixedLength(fixed) => fixed.length.get(),
        AnyCodec::LengthPrefix(prefix) => most(prefix.max_frame, prefix.strip.saturating_add(prefix.offset + prefix.width)),
        AnyCodec::VarintPrefix(prefix) => most(prefix.max_frame, 10),
        AnyCodec::DecimalPrefix(prefix) => most(prefix.max_frame, 21),
        AnyCodec::Netstring(netstring) => most(netstring.max_frame, 22),
        AnyCodec::Line(line) => most(line.max_frame, 2),
        AnyCodec::Delimiter(delimiter) => most(delimiter.max_frame, 4),
        AnyCodec::ExpectToken(token) => most(token.max_frame, 4),
        AnyCodec::UntilEof(until) => until.max_frame,
        AnyCodec::Datagram(_) | AnyCodec::RawRecv(_) => 0,
        AnyCodec::Resp(resp) => resp.max_frame,
        AnyCodec::JsonStream(json) => json.max_frame,
        AnyCodec::Slip(slip) => most(slip.max_frame, 2),
        AnyCodec::Cobs(cobs) => most(cobs.max_frame, 3),
        AnyCodec::DleStxEtx(dle) => most(dle.max_frame, 4),
        AnyCodec::Mqtt(mqtt) => most(mqtt.max_frame, 5),
        AnyCodec::HttpMessage(http) => http.max_frame.max(1),
        AnyCodec::HttpChunked(_) | AnyCodec::Hdlc(_) | AnyCodec::WebSocket(_) => return None,
    })
}

/// What framer and decoder hold together follows what has come: each of their two buffers may have twice as much.
fn bounded<'p>(codec: &AnyCodec, on_error: OnError, pieces: impl Iterator<Item = &'p [u8]>) {
    let mut framer = Framer::with(codec.decoder(), on_error);
    let before = HELD.load(Relaxed);
    let mut came = 0;
    for piece in pieces {
        came += piece.len();
        MOST.store(before, Relaxed);
        framer.push_all(piece, |_| ());
        let most = MOST.load(Relaxed) - before;
        assert!(most <= 4 * came + 1024, "{most} bytes held when {came} had come");
    }
}

/// What a decoder says that is asked by hand, each time with a byte more, or only with as many more as it needs; and how much had come.
fn asked(codec: &AnyCodec, on_error: OnError, stream: &[u8], by_need: bool) -> Vec<(usize, Event)> {
    let mut decoder = codec.decoder();
    let mut events = Vec::new();
    let (mut done, mut came, mut ended) = (0, 0, false);
    loop {
        let input = &stream[done..came];
        let (used, event) = match decoder.decode(input, ended) {
            Ok(Decoded::Frame { frame, used }) => (used, Some(Ok((frame.to_vec(), done as u64, (done + used) as u64)))),
            Ok(Decoded::Skip { used }) => (used, None),
            Ok(Decoded::More { .. }) if ended => {
                assert!(input.is_empty(), "more wanted at the end, of {}", input.escape_ascii());
                return events;
            }
            Ok(Decoded::More { need }) => {
                assert!(need > 0);
                match came.checked_add(if by_need { need } else { 1 }).filter(|&more| more <= stream.len()) {
                    Some(more) => came = more,
                    None => (came, ended) = (stream.len(), true),
                }
                continue;
            }
            Err(fault) => {
                assert!(fault.used <= input.len());
                (fault.used, Some(Err(FrameError::of(fault, done as u64))))
            }
        };
        let stops = matches!(event, Some(Err(_))) && (on_error == OnError::Stop || !decoder.resyncs());
        // At the end all has come that will.
        events.extend(event.map(|event| (if ended { stream.len() + 1 } else { came }, event)));
        if stops {
            return events;
        }
        assert!(used > 0 && used <= input.len(), "{used} of {} bytes used", input.len());
        done += used;
    }
}

/// What holds of the frames and errors of a stream.
fn plausible(stream: &[u8], events: &[Event]) {
    let mut at = 0;
    for event in events {
        match event {
            Ok((_, start, end)) => {
                assert!(at <= *start && start <= end && *end <= stream.len() as u64);
                at = *end;
            }
            Err(error) => {
                let shown = usize::try_from(error.offset).ok().and_then(|offset| stream.get(offset..));
                assert!(shown.is_some_and(|shown| shown.starts_with(error.seen.as_bytes())), "the bytes shown are not there: {error}");
                assert!(!error.to_string().is_empty());
                // The end of the input is the last thing that can happen.
                assert!(error.kind != FrameErrorKind::Truncated || std::ptr::eq(event, &events[events.len() - 1]));
            }
        }
    }
}

/// What an encoder takes, a decoder gives back. Says whether it was taken.
fn comes_back(codec: &AnyCodec, frame: &[u8]) -> Option<Vec<u8>> {
    const BEFORE: &[u8] = b"before";
    let mut out = BEFORE.to_vec();
    let Ok(()) = codec.encode(frame, &mut out) else {
        assert_eq!(out, BEFORE, "written although refused");
        return None;
    };
    let written = out.split_off(BEFORE.len());
    let frame = match codec {
        // The length field of a frame that brings its header is written over.
        AnyCodec::LengthPrefix(prefix) if prefix.strip == 0 => &written,
        // A fragment that goes on with a message cannot be the first in its stream.
        AnyCodec::WebSocket(socket) if !socket.messages && !socket.payload && frame[0] & 0x0f == 0 => return Some(written),
        _ => frame,
    };
    let back = framed(codec, OnError::Stop, std::iter::once(&written[..]));
    let back: Vec<&Vec<u8>> = back.iter().map(|event| &event.as_ref().unwrap_or_else(|error| panic!("{error}, {codec:?}")).0).collect();
    assert_eq!(back, [frame], "written as {}, {codec:?}", written.escape_ascii());
    Some(written)
}

/// Whether every frame that was decoded can be written again.
fn writes_what_it_reads(codec: &AnyCodec) -> bool {
    match codec {
        // A frame that ended with one delimiter may be no frame with the first behind it; nor may the rest behind the last.
        AnyCodec::Delimiter(delimiter) => delimiter.delimiters.iter().all(|one| one.len() == 1) && !delimiter.include,
        AnyCodec::LengthPrefix(prefix) => prefix.strip == 0 || prefix.strip == prefix.offset + prefix.width,
        _ => true,
    }
}

/// Whether frames can be written one behind the other.
fn joins(codec: &AnyCodec) -> bool {
    match codec {
        AnyCodec::UntilEof(_) | AnyCodec::Datagram(_) | AnyCodec::RawRecv(_) => false,
        // A response may go on to the end of the stream.
        AnyCodec::HttpMessage(_) => false,
        AnyCodec::WebSocket(socket) => socket.messages || socket.payload,
        _ => true,
    }
}

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::read(data) else { return };
    let Some(codec) = codec(input.choices) else { return };
    let [.., flags] = input.choices;
    let on_error = if flags & 1 == 1 { OnError::Resync } else { OnError::Stop };
    let pieces = input.pieces();

    let in_pieces = framed(&codec, on_error, pieces.iter().copied());
    plausible(input.stream, &in_pieces);
    if !is_by_piece(&codec) {
        let whole = framed(&codec, on_error, std::iter::once(input.stream));
        assert_eq!(in_pieces, whole, "in pieces and whole, {codec:?}");
        assert_eq!(framed(&codec, on_error, input.stream.chunks(1)), whole, "byte by byte and whole, {codec:?}");
        let by_byte = asked(&codec, on_error, input.stream, false);
        let by_need = asked(&codec, on_error, input.stream, true);
        // No frame is whole before. That something is wrong may be known before.
        let first_error = by_byte.iter().position(|(_, event)| event.is_err()).unwrap_or(by_byte.len());
        assert_eq!(by_need.get(..first_error), by_byte.get(..first_error), "asked when as much has come as was needed, {codec:?}");
        let [by_need, by_byte] = [by_need, by_byte].map(|events| events.into_iter().map(|(_, event)| event).collect::<Vec<Event>>());
        assert_eq!(by_need, whole, "asked when as much has come as was needed, {codec:?}");
        assert_eq!(by_byte, whole, "asked by hand, {codec:?}");
    }

    // What was decoded, written again.
    let mut joined = Vec::new();
    let mut frames = Vec::new();
    for (frame, ..) in in_pieces.iter().flatten() {
        match comes_back(&codec, frame) {
            Some(written) => {
                joined.extend(written);
                frames.push(frame);
            }
            None => assert!(!writes_what_it_reads(&codec), "cannot write what it read: {}, {codec:?}", frame.escape_ascii()),
        }
    }
    let is_as_it_was = !matches!(&codec, AnyCodec::LengthPrefix(prefix) if prefix.strip == 0);
    if joins(&codec) && is_as_it_was {
        let back = framed(&codec, OnError::Stop, std::iter::once(&joined[..]));
        let back: Vec<&Vec<u8>> = back.iter().map(|event| &event.as_ref().unwrap_or_else(|error| panic!("{error}, {codec:?}")).0).collect();
        assert_eq!(back, frames, "written one behind the other, {codec:?}");
    }

    // The pieces as frames. A length that is filled up with padding may be as long as memory is large.
    if !matches!(&codec, AnyCodec::FixedLength(fixed) if fixed.length.get() > 65_536) {
        for piece in pieces {
            comes_back(&codec, piece);
        }
    }
});
