//! Frames out of chunks of 64 KiB: netlab's [`Framer`] against tokio-util's codecs, against loops written by hand, and against the speed
//! at which the bytes can be copied (memcpy) or looked at (memchr).
//!
//! `cargo bench --bench framing [-- --quick | -- FILTER]`. Criterion decides how often, and reports netlab's time. In each iteration
//! all who are compared take the same stream one after another, each in turn the first; so what else the machine does meets all alike, and
//! the ratios of the table at the end are medians of ratios within an iteration. Only decoding is timed: that tokio-util's codecs
//! want the chunk copied into their buffer first, where a program would have read it to, is not. Prints; asserts no time.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::cell::RefCell;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use criterion::{Criterion, Throughput};
use netlab::framing::{
    Codec, Decoder as FrameDecoder, Delimiter, EncodeError, FixedLength, Framer, LengthPrefix, Line, Netstring, Resp, Slip, VarintPrefix,
};
use tokio_util::codec::{AnyDelimiterCodec, Decoder, LengthDelimitedCodec, LinesCodec};

const CHUNK: usize = 64 * 1024;
const STREAM: usize = 1024 * 1024;

/// One of those who are compared. It keeps what is cut by the end of a chunk.
trait Contender {
    /// Takes a chunk as it would come from a socket. Not timed.
    fn receive(&mut self, chunk: &[u8]) {
        let _ = chunk;
    }

    /// Gives every frame that is whole with this chunk to a sink that sums lengths.
    fn decode(&mut self, chunk: &[u8]) -> usize;
}

struct Netlab<D>(Framer<D>);

impl<D: FrameDecoder> Contender for Netlab<D> {
    fn decode(&mut self, chunk: &[u8]) -> usize {
        let mut sum = 0;
        self.0.push_all(chunk, |result| sum += result.map_or(0, |frame| frame.bytes.len()));
        sum
    }
}

fn netlab(codec: &impl Codec) -> Box<dyn Contender> {
    Box::new(Netlab(Framer::new(codec.decoder())))
}

/// A codec of tokio-util, as `FramedRead` uses it.
struct TokioUtil<C> {
    codec: C,
    buffer: BytesMut,
}

impl<C: Decoder<Item: AsRef<[u8]>>> Contender for TokioUtil<C> {
    fn receive(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    fn decode(&mut self, _: &[u8]) -> usize {
        let mut sum = 0;
        while let Ok(Some(frame)) = self.codec.decode(&mut self.buffer) {
            sum += frame.as_ref().len();
        }
        sum
    }
}

fn tokio_util<C: Decoder<Item: AsRef<[u8]>> + 'static>(codec: C) -> Box<dyn Contender> {
    Box::new(TokioUtil { codec, buffer: BytesMut::with_capacity(2 * CHUNK) })
}

/// Four bytes of length, then the frame: no limit, no offsets, no errors.
#[derive(Default)]
struct BareLengths {
    carry: Vec<u8>,
}

impl BareLengths {
    const HEADER: usize = 4;

    fn length(header: &[u8]) -> usize {
        header.try_into().map_or(0, |header| u32::from_be_bytes(header) as usize)
    }

    /// Moves bytes into the carry until it has this many.
    fn fill(&mut self, rest: &mut &[u8], wanted: usize) -> bool {
        let (now, later) = rest.split_at(wanted.saturating_sub(self.carry.len()).min(rest.len()));
        self.carry.extend_from_slice(now);
        *rest = later;
        self.carry.len() >= wanted
    }
}

impl Contender for BareLengths {
    fn decode(&mut self, chunk: &[u8]) -> usize {
        let mut rest = chunk;
        let mut sum = 0;
        if !self.carry.is_empty() {
            if !self.fill(&mut rest, Self::HEADER) {
                return sum;
            }
            let length = Self::length(&self.carry[..Self::HEADER]);
            if !self.fill(&mut rest, Self::HEADER + length) {
                return sum;
            }
            sum += length;
            self.carry.clear();
        }
        while let Some((header, body)) = rest.split_at_checked(Self::HEADER) {
            let Some((frame, after)) = body.split_at_checked(Self::length(header)) else { break };
            sum += frame.len();
            rest = after;
        }
        self.carry.extend_from_slice(rest);
        sum
    }
}

/// memchr for `\n`, and a `\r` before it left out: no limit, no errors.
#[derive(Default)]
struct BareLines {
    carry: Vec<u8>,
}

impl BareLines {
    fn line(line: &[u8]) -> &[u8] {
        line.strip_suffix(b"\r").unwrap_or(line)
    }
}

impl Contender for BareLines {
    fn decode(&mut self, chunk: &[u8]) -> usize {
        let mut rest = chunk;
        let mut sum = 0;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let line = &rest[..end];
            if self.carry.is_empty() {
                sum += Self::line(line).len();
            } else {
                self.carry.extend_from_slice(line);
                sum += Self::line(&self.carry).len();
                self.carry.clear();
            }
            rest = &rest[end + 1..];
        }
        self.carry.extend_from_slice(rest);
        sum
    }
}

/// The chunk copied.
struct Memcpy(Vec<u8>);

impl Contender for Memcpy {
    fn decode(&mut self, chunk: &[u8]) -> usize {
        let copy = &mut self.0[..chunk.len()];
        copy.copy_from_slice(chunk);
        black_box(copy).len()
    }
}

/// The chunk looked at once, for a byte that no stream here holds.
struct Memchr;

impl Contender for Memchr {
    fn decode(&mut self, chunk: &[u8]) -> usize {
        black_box(memchr::memchr(0xff, chunk)).unwrap_or(chunk.len())
    }
}

/// Who netlab is compared with, and what of: netlab's throughput must be this many times theirs.
struct Rival {
    name: &'static str,
    wanted: Option<f64>,
    contender: Box<dyn Contender>,
    /// Whether it gives frames, and so must give the same ones.
    frames: bool,
}

fn rival(name: &'static str, contender: Box<dyn Contender>) -> Rival {
    Rival { name, wanted: None, contender, frames: true }
}

impl Rival {
    fn wanted(self, times: f64) -> Self {
        Self { wanted: Some(times), ..self }
    }
}

fn memcpy() -> Rival {
    Rival { frames: false, ..rival("memcpy", Box::new(Memcpy(vec![0; CHUNK]))) }
}

fn memchr() -> Rival {
    Rival { frames: false, ..rival("memchr", Box::new(Memchr)) }
}

/// A stream and those who take it.
struct Case {
    name: String,
    stream: Vec<u8>,
    frames: usize,
    size: usize,
    netlab: Box<dyn Contender>,
    rivals: Vec<Rival>,
}

impl Case {
    /// A stream of frames of one size, each written as the codec does.
    fn new(name: &str, codec: &impl Codec, size: usize, rivals: Vec<Rival>) -> Result<Self, EncodeError> {
        let mut one = Vec::new();
        codec.encode(&vec![b'x'; size], &mut one)?;
        Ok(Self::of(name, codec, &one, size, rivals))
    }

    /// A stream of this again and again, that is a frame of this size.
    fn of(name: &str, codec: &impl Codec, one: &[u8], size: usize, rivals: Vec<Rival>) -> Self {
        let frames = STREAM.div_ceil(one.len());
        let size_name = if size < 1024 { format!("{size} B") } else { format!("{} KiB", size / 1024) };
        Self { name: format!("{name}, {size_name}"), stream: one.repeat(frames), frames, size, netlab: netlab(codec), rivals }
    }
}

fn cases() -> Result<Vec<Case>, Box<dyn Error>> {
    const MAX_FRAME: usize = netlab::framing::DEFAULT_MAX_FRAME;
    let lengths = || rival("LengthDelimitedCodec", tokio_util(LengthDelimitedCodec::builder().max_frame_length(MAX_FRAME).new_codec()));
    let bare_lengths = || rival("bare loop", Box::<BareLengths>::default());
    let lines = || rival("LinesCodec", tokio_util(LinesCodec::new_with_max_length(MAX_FRAME)));
    // Lines as bytes, like netlab's: a line of LinesCodec is a String, that is, checked to be UTF-8.
    let any_delimiter = || {
        let codec = AnyDelimiterCodec::new_with_max_length(b"\n".to_vec(), b"\n".to_vec(), MAX_FRAME);
        rival("AnyDelimiterCodec", tokio_util(codec))
    };
    let bare_lines = || rival("bare memchr loop", Box::<BareLines>::default());
    // Both ends of line are taken; these end with \n.
    let line = |size: usize, rivals| Case::of("line", &Line::default(), &[&vec![b'x'; size][..], b"\n"].concat(), size, rivals);
    let length_prefix = LengthPrefix::default();
    let crlf = Delimiter { delimiters: vec![b"\r\n".to_vec()], ..Delimiter::default() };
    let fixed_length = FixedLength { length: 16.try_into()?, pad: None };
    let bulk = b"$16\r\nxxxxxxxxxxxxxxxx\r\n";
    Ok(vec![
        Case::new("length_prefix", &length_prefix, 16, vec![lengths().wanted(4.0), bare_lengths().wanted(0.8)])?,
        Case::new("length_prefix", &length_prefix, 16 * 1024, vec![memcpy().wanted(0.8), bare_lengths().wanted(0.8)])?,
        line(16, vec![lines().wanted(5.0), bare_lines().wanted(0.8), any_delimiter()]),
        line(80, vec![lines().wanted(5.0), bare_lines().wanted(0.8), any_delimiter()]),
        line(16 * 1024, vec![memchr().wanted(0.8), memcpy().wanted(0.8), bare_lines().wanted(0.8)]),
        Case::new("delimiter \\r\\n", &crlf, 16, vec![memchr()])?,
        Case::new("delimiter \\r\\n", &crlf, 80, vec![memchr()])?,
        Case::new("fixed_length", &fixed_length, 16, vec![memchr()])?,
        Case::new("varint_prefix", &VarintPrefix::default(), 16, vec![memchr()])?,
        Case::new("netstring", &Netstring::default(), 16, vec![memchr()])?,
        Case::new("netstring", &Netstring::default(), 80, vec![memchr()])?,
        Case::new("slip", &Slip::default(), 80, vec![memchr()])?,
        // A frame is the whole value.
        Case::of("resp", &Resp::default(), bulk, bulk.len(), vec![memchr()]),
    ])
}

/// Runs a contender through the stream.
fn pass(contender: &mut dyn Contender, stream: &[u8]) -> (usize, Duration) {
    let mut took = Duration::ZERO;
    let mut sum = 0;
    for chunk in stream.chunks(CHUNK) {
        contender.receive(chunk);
        let start = Instant::now();
        sum += black_box(contender.decode(black_box(chunk)));
        took += start.elapsed();
    }
    (sum, took)
}

impl Case {
    /// All who are compared give the same bytes in frames.
    fn check(&mut self) -> Result<(), Box<dyn Error>> {
        let frames = self.rivals.iter_mut().filter(|rival| rival.frames);
        for (name, contender) in frames.map(|rival| (rival.name, &mut rival.contender)).chain([("netlab", &mut self.netlab)]) {
            // A second time, since what is left of the first would be seen there.
            for _ in 0..2 {
                let (sum, _) = pass(&mut **contender, &self.stream);
                let expected = self.frames * self.size;
                if sum != expected {
                    return Err(format!("{}: {name} gives {sum} bytes in frames, not {expected}", self.name).into());
                }
            }
        }
        Ok(())
    }

    /// Everybody takes the stream once, in an order that turns. The first time is netlab's.
    fn turn(&mut self, first: usize) -> Vec<Duration> {
        let mut contenders: Vec<&mut dyn Contender> = vec![&mut *self.netlab];
        contenders.extend(self.rivals.iter_mut().map(|rival| &mut *rival.contender as &mut dyn Contender));
        let count = contenders.len();
        let mut times = vec![Duration::ZERO; count];
        for index in (first..first + count).map(|index| index % count) {
            times[index] = pass(contenders[index], &self.stream).1;
        }
        times
    }

    fn rows(&self, turns: &[Vec<Duration>]) {
        if turns.is_empty() {
            return;
        }
        let speed = |index: usize| self.stream.len() as f64 / median(turns.iter().map(|times| times[index].as_secs_f64())) / 1e9;
        let nanoseconds = median(turns.iter().map(|times| times[0].as_secs_f64())) * 1e9 / self.frames as f64;
        let mut first = [self.name.clone(), format!("{:.2}", speed(0)), format!("{nanoseconds:.1}")];
        for (index, rival) in (1..).zip(&self.rivals) {
            let ratio = median(turns.iter().map(|times| times[index].as_secs_f64() / times[0].as_secs_f64()));
            let wanted = rival.wanted.map_or(String::new(), |wanted| format!("{wanted:.1}"));
            let [name, netlab, each] = std::mem::take(&mut first);
            let row = format!("{name:<22} {netlab:>8} {each:>9}   {:<22} {:>6.2} {ratio:>7.2} {wanted:>8}", rival.name, speed(index));
            println!("{}", row.trim_end());
        }
    }
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> Result<(), Box<dyn Error>> {
    let seconds = Duration::from_secs_f64;
    let criterion = Criterion::default().sample_size(30).warm_up_time(seconds(0.5)).measurement_time(seconds(3.0));
    let mut criterion = criterion.without_plots().configure_from_args();
    let mut measured = Vec::new();
    for mut case in cases()? {
        case.check()?;
        let turns = RefCell::new(Vec::new());
        let mut group = criterion.benchmark_group("framing");
        group.throughput(Throughput::Bytes(case.stream.len() as u64));
        group.bench_function(case.name.clone(), |bencher| {
            bencher.iter_custom(|iterations| {
                let mut netlab = Duration::ZERO;
                for _ in 0..iterations {
                    let mut turns = turns.borrow_mut();
                    let times = case.turn(turns.len());
                    netlab += times[0];
                    turns.push(times);
                }
                netlab
            });
        });
        group.finish();
        measured.push((case, turns.into_inner()));
    }
    criterion.final_summary();
    println!("{:<22} {:>8} {:>9}   {:<22} {:>6} {:>7} {:>8}", "chunks of 64 KiB", "GB/s", "ns/frame", "against", "GB/s", "ratio", "wanted");
    for (case, turns) in &measured {
        case.rows(turns);
    }
    println!("ratio: netlab's throughput to theirs, the median within an iteration; wanted: at least");
    Ok(())
}
