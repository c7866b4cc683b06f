//! Lines: frames that end with `\n`, with an optional `\r` before it.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};

/// Lines. The `\n` is no part of the frame, nor is one `\r` directly before it where `carriage_return` is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whether a `\r` before the `\n` belongs to the delimiter. Written, every line then ends with `\r\n`.
    pub carriage_return: bool,
    /// Whether the rest behind the last `\n` is a line too when the input ends, rather than an error.
    pub emit_partial: bool,
    /// The longest line.
    pub max_frame: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self { carriage_return: true, emit_partial: false, max_frame: DEFAULT_MAX_FRAME }
    }
}

impl Codec for Line {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        LineDecoder { codec: *self, searched: 0, discarding: false }
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if frame.len() > self.max_frame {
            return Err(EncodeError(format!("the line has {} bytes; at most {}", frame.len(), self.max_frame).into()));
        }
        if memchr::memchr(b'\n', frame).is_some() {
            return Err(EncodeError("a line cannot hold a \\n".into()));
        }
        out.extend_from_slice(frame);
        out.extend_from_slice(if self.carriage_return { b"\r\n" } else { b"\n" });
        Ok(())
    }
}

/// Finds the ends of lines.
struct LineDecoder {
    codec: Line,
    /// How far the input has been searched.
    searched: usize,
    /// Whether the rest of a line that was too long is being thrown away.
    discarding: bool,
}

impl Line {
    /// Where the line ends that stands before this `\n`.
    #[inline]
    fn cut(&self, line: &[u8]) -> usize {
        match line {
            [.., b'\r'] if self.carriage_return => line.len() - 1,
            _ => line.len(),
        }
    }
}

impl LineDecoder {
    #[cold]
    fn too_long(&mut self, line: &[u8]) -> Fault {
        self.discarding = true;
        // Not one byte more than must have come before this can be known.
        let known = &line[..line.len().min(self.codec.max_frame + 1)];
        let expected = format!("a line of at most {} bytes", self.codec.max_frame);
        Fault::new(FrameErrorKind::TooLong, expected, Seen::first(known)).using(known.len())
    }
}

impl Decoder for LineDecoder {
    #[inline]
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        if self.discarding {
            return Ok(match memchr::memchr(b'\n', input) {
                Some(at) => {
                    self.discarding = false;
                    Decoded::Skip { used: at + 1 }
                }
                None if input.is_empty() => Decoded::More { need: 1 },
                None => Decoded::Skip { used: input.len() },
            });
        }
        let from = std::mem::take(&mut self.searched);
        if let Some(at) = memchr::memchr(b'\n', &input[from..]) {
            let at = from + at;
            let end = self.codec.cut(&input[..at]);
            if end > self.codec.max_frame {
                return Err(self.too_long(input));
            }
            return Ok(Decoded::Frame { frame: &input[..end], used: at + 1 });
        }
        // A `\r` at the end may belong to the delimiter, unless what is there is the line.
        let known = if ended && self.codec.emit_partial { input.len() } else { self.codec.cut(input) };
        if known > self.codec.max_frame {
            return Err(self.too_long(input));
        }
        if !ended || input.is_empty() {
            self.searched = input.len();
            return Ok(Decoded::More { need: 1 });
        }
        if self.codec.emit_partial {
            return Ok(Decoded::Frame { frame: input, used: input.len() });
        }
        Err(Fault::truncated(input, "a line that ends with \\n"))
    }

    #[inline]
    fn decode_many(&mut self, input: &[u8], mut found: impl FnMut(&[u8], usize)) -> usize {
        if self.discarding || self.searched > 0 {
            return 0;
        }
        let codec = self.codec;
        let (mut start, mut at) = (0, 0);
        while let Some(block) = input.get(at..).and_then(<[u8]>::first_chunk) {
            let mut newlines = newlines(block);
            let mut next = at + BLOCK;
            if newlines == 0 && next - start >= SHORT {
                // memchr sees more bytes at once.
                let Some(further) = memchr::memchr(b'\n', &input[next..]) else {
                    at = input.len();
                    break;
                };
                at = next + further;
                next = at + 1;
                newlines = 1;
            }
            while newlines != 0 {
                let newline = at + newlines.trailing_zeros() as usize;
                newlines &= newlines - 1;
                let line = &input[start..newline];
                let end = codec.cut(line);
                if end > codec.max_frame {
                    return start;
                }
                found(&line[..end], newline + 1 - start);
                start = newline + 1;
            }
            at = next;
        }
        self.searched = at - start;
        start
    }

    fn resyncs(&self) -> bool {
        true
    }
}

/// Up to this length a line is looked for block by block.
const SHORT: usize = 192;

/// How many bytes are looked at together.
const BLOCK: usize = u64::BITS as usize;

/// Where in a block there are newlines: the lowest bit stands for the first byte.
#[inline]
fn newlines(block: &[u8; BLOCK]) -> u64 {
    // Loops that compilers make wide instructions of: 16 comparisons at once, then 8 bytes into 8 bits by a multiplication.
    let found = block.map(|byte| u8::from(byte == b'\n'));
    let (words, _) = found.as_chunks::<8>();
    let mut bits = 0;
    for (place, &word) in (0..).step_by(8).zip(words) {
        bits |= (u64::from_le_bytes(word).wrapping_mul(0x0102_0408_1020_4080) >> 56) << place;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of, results};
    use crate::framing::{OnError, every_split};

    #[test]
    fn lines() {
        assert_eq!(decode_whole(&Line::default(), b"a\r\n\nb\n"), [&b"a"[..], b"", b"b"]);
        // One \r belongs to the delimiter, others to the line; without the option all of them.
        assert_eq!(decode_whole(&Line::default(), b"a\r\r\nb\rc\n"), [&b"a\r"[..], b"b\rc"]);
        assert_eq!(decode_whole(&Line { carriage_return: false, ..Line::default() }, b"a\r\n"), [b"a\r"]);
    }

    #[test]
    fn a_line_of_the_longest_length_that_lacks_its_end() {
        crate::framing::test::assert_codec(&Line { max_frame: 3, ..Line::default() }, &[b"abc".to_vec()]);
    }

    #[test]
    fn newlines_of_a_block() {
        for place in 0..BLOCK {
            for byte in [b'\n' - 1, b'\n' + 1, 0, b'\n' | 0x80, 0xff] {
                let mut block = [byte; BLOCK];
                assert_eq!(newlines(&block), 0);
                block[place] = b'\n';
                assert_eq!(newlines(&block), 1 << place);
                block = [b'\n'; BLOCK];
                block[place] = byte;
                assert_eq!(newlines(&block), !(1 << place));
            }
        }
    }

    #[test]
    fn lines_of_every_length_one_by_one_and_many_at_once() {
        // Of lengths around blocks, in no order; every third with a \r, that may be the last of a block.
        let lines: Vec<Vec<u8>> = (0..600usize).map(|index| vec![b'a'; index * 257 % 601 / (1 + index % 4)]).collect();
        let ends = [&b"\n"[..], b"\r\n", b"\n"];
        let stream: Vec<u8> = lines.iter().zip(ends.iter().cycle()).flat_map(|(line, end)| [line, *end].concat()).collect();
        let byte_by_byte: Vec<&[u8]> = stream.chunks(1).collect();
        for max_frame in [0, 63, 64, 200, DEFAULT_MAX_FRAME] {
            let codec = Line { max_frame, ..Line::default() };
            let expected = results(&codec, OnError::Resync, &byte_by_byte);
            assert_eq!(
                expected.iter().filter(|result| result.is_ok()).count(),
                lines.iter().filter(|line| line.len() <= max_frame).count()
            );
            assert_eq!(results(&codec, OnError::Resync, &[&stream]), expected, "{max_frame}");
            for size in [63, 64, 65, 127, 1000] {
                let pieces: Vec<&[u8]> = stream.chunks(size).collect();
                assert_eq!(results(&codec, OnError::Resync, &pieces), expected, "{max_frame}, pieces of {size}");
            }
        }
    }

    #[test]
    fn a_rest_without_an_end() {
        assert_eq!(
            error_of(&Line::default(), b"a\nbc").to_string(),
            "truncated at offset 2: expected a line that ends with \\n; found \"bc\" (62 63)"
        );
        assert_eq!(decode_whole(&Line { emit_partial: true, ..Line::default() }, b"a\nbc"), [&b"a"[..], b"bc"]);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_wherever_it_is_cut() {
        let codec = Line { max_frame: 3, ..Line::default() };
        let stream = b"abc\r\nabcd\nab\n";
        let whole = results(&codec, OnError::Resync, &[stream]);
        assert_eq!(whole.len(), 3);
        for pieces in every_split(stream) {
            assert_eq!(results(&codec, OnError::Resync, &pieces), whole, "{pieces:?}");
        }
    }
}
