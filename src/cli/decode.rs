//! `netlab decode` and `netlab encode`: codecs without sockets.

use std::io::Read;

use super::args::{DecodeArgs, EncodeArgs, Format, InputForm, OnErrorArg, Split};
use super::exit::Exit;
use super::output::{Output, note};
use crate::framing::{CODECS, Codec, CodecError, Frame, FrameError, Framer, NamedCodec, OnError, chunks, codec_info, hex_pairs, unescape};
use crate::report::{DecodeReport, FrameReport, VERSION};
use crate::scenario::nearest;

/// The longest input of which every cut is tried: the time grows with its square.
const MAX_EVERY: usize = 64 * 1024;
/// The most frames that are decoded for that, all cuts together: some seconds.
const MAX_WORK: u64 = 100_000_000;

/// Reads a codec, or says what is wrong with it.
fn codec(text: &str) -> Result<NamedCodec, Exit> {
    text.parse::<NamedCodec>().map_err(|error| {
        note(&format!("error: {error}"));
        let near = match &error {
            CodecError::UnknownCodec(name) => nearest(name, CODECS.iter().map(|codec| codec.name)),
            CodecError::UnknownParameter { codec, parameter } => {
                nearest(parameter, codec_info(codec).into_iter().flat_map(|codec| codec.parameters).map(|parameter| parameter.name))
            }
            CodecError::MissingParameter { .. } | CodecError::BadForm(_) | CodecError::GivenTwice(_) | CodecError::BadValue { .. } => None,
        };
        match near {
            Some(near) => note(&format!("  did you mean `{near}`?")),
            None => note("  `netlab explain codecs` lists them, and `netlab explain netstring` has the parameters of one"),
        }
        Exit::Usage
    })
}

/// The bytes of a file, or of standard input.
fn input(path: &str, form: InputForm) -> Result<Vec<u8>, Exit> {
    let mut bytes = Vec::new();
    let read = match path {
        "-" => std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ()),
        path => std::fs::read(path).map(|read| bytes = read),
    };
    if let Err(error) = read {
        note(&format!("error: cannot read {path}: {error}"));
        return Err(Exit::NotCarriedOut);
    }
    match form {
        InputForm::Raw => Ok(bytes),
        InputForm::Hex => from_hex(&bytes).ok_or_else(|| {
            let what = if path == "-" { "standard input" } else { path };
            note(&format!("error: {what} is not pairs of hexadecimal digits with white space between them"));
            Exit::Usage
        }),
    }
}

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok().filter(|_| pair.len() == 2 && pair[0] != b'+');
    digits.chunks(2).map(pair).collect()
}

type Found = (Vec<FrameReport>, Vec<FrameError>);

fn decode_pieces<'b>(codec: &NamedCodec, on_error: OnError, pieces: impl IntoIterator<Item = &'b [u8]>) -> Found {
    let mut framer = Framer::with(codec.codec.decoder(), on_error);
    let (mut frames, mut errors) = (Vec::new(), Vec::new());
    let mut keep = |result: Result<Frame<'_>, FrameError>| match result {
        Ok(frame) => frames.push(FrameReport::new(frame.bytes.to_vec(), frame.start, frame.end)),
        Err(error) => errors.push(error),
    };
    for piece in pieces {
        if framer.error().is_some() {
            break;
        }
        framer.push_all(piece, &mut keep);
    }
    if framer.error().is_none() {
        framer.finish_all(keep);
    }
    (frames, errors)
}

pub(super) fn decode(args: &DecodeArgs, output: &mut Output) -> Exit {
    let (codec, bytes) = match codec(&args.codec).and_then(|codec| Ok((codec, input(&args.path, args.from)?))) {
        Ok(both) => both,
        Err(exit) => return exit,
    };
    let on_error = if args.on_error == OnErrorArg::Resync { OnError::Resync } else { OnError::Stop };
    let whole = decode_pieces(&codec, on_error, [bytes.as_slice()]);
    let mut differing = Vec::new();
    let mut splits = None;
    let mut hold = |cuts: Vec<usize>, found: &Found| {
        if *found != whole {
            differing.push(cuts);
        }
    };
    let ends = |pieces: &[&[u8]]| -> Vec<usize> {
        let add = |at: &mut usize, piece: &&[u8]| {
            *at += piece.len();
            Some(*at)
        };
        pieces.iter().scan(0, add).collect()
    };
    match args.split {
        None => {}
        Some(Split::Every) if (whole.0.len() as u64 + 1) * (bytes.len() as u64 + 2) > MAX_WORK || bytes.len() > MAX_EVERY => {
            let count = whole.0.len();
            note(&format!(
                "error: {count} frames in {} bytes, cut in every way, would take too long; take --split random:SEED",
                bytes.len()
            ));
            return Exit::Usage;
        }
        Some(Split::Every) => {
            for at in 0..=bytes.len() {
                hold(vec![at], &decode_pieces(&codec, on_error, [&bytes[..at], &bytes[at..]]));
            }
            hold((1..bytes.len()).collect(), &decode_pieces(&codec, on_error, bytes.chunks(1)));
            splits = Some(bytes.len() as u64 + 2);
        }
        Some(Split::Size(size)) => {
            let pieces: Vec<&[u8]> = bytes.chunks(size.get()).collect();
            hold(ends(&pieces), &decode_pieces(&codec, on_error, pieces.iter().copied()));
            splits = Some(1);
        }
        Some(Split::Random(seed)) => {
            let tries = (MAX_WORK / (whole.0.len() as u64 + bytes.len() as u64 / 8 + 1)).clamp(1, 100);
            for round in 0..tries {
                let pieces: Vec<&[u8]> = chunks(seed.wrapping_add(round), 16, &bytes).collect();
                hold(ends(&pieces), &decode_pieces(&codec, on_error, pieces.iter().copied()));
            }
            splits = Some(tries);
        }
    }
    let (frames, errors) = whole;
    let report = DecodeReport {
        version: VERSION,
        codec: codec.text,
        bytes: bytes.len(),
        frames,
        errors: errors.iter().map(Into::into).collect(),
        splits,
        differing,
    };
    match args.format {
        Format::Json => output.write_data(|out| {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)
        }),
        Format::Table => output.write(|style, out| report.write(style, out)),
    }
    if report.errors.is_empty() && report.differing.is_empty() { Exit::Success } else { Exit::Failed }
}

pub(super) fn encode(args: &EncodeArgs, output: &mut Output) -> Exit {
    let codec = match codec(&args.codec) {
        Ok(codec) => codec,
        Err(exit) => return exit,
    };
    let mut frames: Vec<Vec<u8>> = Vec::new();
    for text in &args.frames {
        let Some(frame) = unescape(text) else {
            note(&format!("error: an escape in `{}` is none: \\r \\n \\t \\0 \\xHH \\\\ are", crate::scenario::visible(text)));
            return Exit::Usage;
        };
        frames.push(frame);
    }
    if args.frames.is_empty() {
        // Lines are cut before their digits are read.
        let form = if args.lines { InputForm::Raw } else { args.from };
        let bytes = match input("-", form) {
            Ok(bytes) => bytes,
            Err(exit) => return exit,
        };
        if args.lines {
            let text = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
            for line in text.split(|&byte| byte == b'\n').filter(|_| !bytes.is_empty()) {
                let frame = if args.from == InputForm::Hex { from_hex(line) } else { Some(line.to_vec()) };
                let Some(frame) = frame else {
                    note(&format!("error: line {} is not pairs of hexadecimal digits", frames.len() + 1));
                    return Exit::Usage;
                };
                frames.push(frame);
            }
        } else {
            frames.push(bytes);
        }
    }
    let mut stream = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        if let Err(error) = codec.codec.encode(frame, &mut stream) {
            note(&format!("error: frame {}: {error}", index + 1));
            return Exit::Failed;
        }
    }
    output.write_data(|out| {
        if args.hex {
            return writeln!(out, "{}", hex_pairs(&stream));
        }
        out.write_all(&stream)
    });
    Exit::Success
}
