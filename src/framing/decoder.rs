//! What every codec's decoder is, and the buffer that stands between it and the pieces in which bytes come.

use super::error::{EncodeError, Fault, FrameError};

/// The longest frame that is taken unless a codec is told otherwise, in bytes: 16 MiB.
pub const DEFAULT_MAX_FRAME: usize = 16 * 1024 * 1024;

/// What a decoder makes of the front of its input.
#[derive(Debug, PartialEq, Eq)]
pub enum Decoded<'b> {
    /// A frame: a slice of the input where the codec allows it, else of the decoder's own buffer. `used` bytes of the input are
    /// done with, header and delimiter among them.
    Frame {
        /// The frame.
        frame: &'b [u8],
        /// How many bytes of the input it took.
        used: usize,
    },
    /// Bytes that belong to no frame, such as the padding between two.
    Skip {
        /// How many.
        used: usize,
    },
    /// Not enough yet, which is the normal case. No frame is whole before `need` more bytes have come; that something is wrong may be known
    /// before.
    More {
        /// At least 1.
        need: usize,
    },
}

/// The decoder of a codec: it looks at the front of the input and says what is there.
///
/// The input begins with the first byte that is not yet done with. After [`Decoded::More`] the next input begins with the same bytes
/// and is longer; so a decoder may remember how far it has searched. It holds no bytes itself and takes no memory on a length's
/// say-so. What it says does not depend on how much of the input has come: wherever a stream is cut, the frames and errors are the same.
pub trait Decoder {
    /// Looks at the front of the input. What is used is at least one byte, and no more than there are. `ended` says that no more will come: then `More` is no answer, unless the input is empty.
    ///
    /// # Errors
    /// What is wrong with the frame. Called again, a decoder that [can go on](Decoder::resyncs) does so behind the bytes used.
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault>;

    /// Takes whole frames from the front of the input, many at once, and tells of each, with the bytes that it took; gives how many bytes
    /// are done with. It may stop before any frame: what it leaves, [`decode`](Decoder::decode) is asked about, which must say the same. So
    /// this is nothing that a decoder needs, only a shorter way for small frames. A boxed decoder does without.
    #[inline]
    fn decode_many(&mut self, input: &[u8], found: impl FnMut(&[u8], usize)) -> usize
    where
        Self: Sized,
    {
        let _ = (input, found);
        0
    }

    /// Whether it finds the next frame after a bad one.
    fn resyncs(&self) -> bool {
        false
    }

    /// Told of every piece as it comes, also of an empty one. Only for codecs whose messages are the pieces: right for datagrams, a mistake
    /// for a stream.
    fn piece(&mut self, length: usize) {
        let _ = length;
    }
}

impl<D: Decoder + ?Sized> Decoder for Box<D> {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        (**self).decode(input, ended)
    }
    fn resyncs(&self) -> bool {
        (**self).resyncs()
    }
    fn piece(&mut self, length: usize) {
        (**self).piece(length);
    }
}

/// A codec: how frames are written into a stream, and found in it again.
pub trait Codec {
    /// A decoder at the start of a stream.
    fn decoder(&self) -> impl Decoder + Send + 'static;

    /// Writes a frame behind what `out` holds.
    ///
    /// # Errors
    /// What the codec cannot say, such as a line that holds a newline. `out` is then as it was.
    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

/// A frame, and the bytes of the stream that it was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'b> {
    /// The frame, without header and delimiter as the codec says.
    pub bytes: &'b [u8],
    /// Offset in the stream of the first byte that it took.
    pub start: u64,
    /// Offset behind the last byte that it took.
    pub end: u64,
}

/// What to do after a bad frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// Stop: every later call gives the same error.
    #[default]
    Stop,
    /// Go on with the next frame, where the codec can find it; else stop.
    Resync,
}

/// Frames out of bytes that come in pieces of any size.
///
/// A frame that lies in one piece is a slice of it; only what is cut by the end of a piece is copied.
///
/// ```
/// use netlab::framing::{Codec, Framer, Line};
///
/// let mut framer = Framer::new(Line::default().decoder());
/// let mut lines = Vec::new();
/// for piece in [&b"hel"[..], b"lo\nwor", b"ld\n"] {
///     framer.push(piece, |line| lines.push(String::from_utf8_lossy(line.bytes).into_owned())).unwrap();
/// }
/// framer.finish(|_| ()).unwrap();
/// assert_eq!(lines, ["hello", "world"]);
/// ```
#[derive(Clone, Debug)]
pub struct Framer<D> {
    decoder: D,
    /// What has come and is not done with: always less than a frame.
    carry: Vec<u8>,
    /// Offset in the stream of the first byte that is not done with.
    offset: u64,
    on_error: OnError,
    failed: Option<FrameError>,
}

/// How much of a piece is copied behind a frame that was cut, before it is looked at again.
const FIRST_COPY: usize = 64;

impl<D: Decoder> Framer<D> {
    /// A framer at the start of a stream, that stops at the first bad frame.
    pub fn new(decoder: D) -> Self {
        Self::with(decoder, OnError::Stop)
    }

    /// A framer at the start of a stream.
    pub fn with(decoder: D, on_error: OnError) -> Self {
        Self { decoder, carry: Vec::new(), offset: 0, on_error, failed: None }
    }

    /// Offset in the stream of the first byte that is part of no frame so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes that have come and are part of no frame so far.
    pub fn pending(&self) -> usize {
        self.carry.len()
    }

    /// The error at which it stopped.
    pub fn error(&self) -> Option<&FrameError> {
        self.failed.as_ref()
    }

    /// Bytes of memory held for a frame that was cut.
    pub fn memory(&self) -> usize {
        self.carry.capacity()
    }

    /// Takes a piece of the stream and gives every frame that is whole with it.
    ///
    /// # Errors
    /// The first bad frame; the frames before it have been given. With [`OnError::Resync`] use [`Framer::push_all`], which gives them all.
    pub fn push(&mut self, piece: &[u8], mut sink: impl FnMut(Frame<'_>)) -> Result<(), FrameError> {
        let mut first = None;
        self.push_all(piece, |result| match result {
            Ok(frame) if first.is_none() => sink(frame),
            Ok(_) => {}
            Err(error) => {
                first.get_or_insert(error);
            }
        });
        first.map_or(Ok(()), Err)
    }

    /// Says that no more will come, and gives what that makes whole.
    ///
    /// # Errors
    /// [`Truncated`](super::FrameErrorKind::Truncated) where the stream ended inside a frame, or the error that came before.
    pub fn finish(&mut self, mut sink: impl FnMut(Frame<'_>)) -> Result<(), FrameError> {
        let mut first = None;
        self.finish_all(|result| match result {
            Ok(frame) => sink(frame),
            Err(error) => {
                first.get_or_insert(error);
            }
        });
        first.map_or(Ok(()), Err)
    }

    /// Takes a piece of the stream and gives every frame and every error, in order. A framer that has stopped gives its error again.
    #[inline]
    pub fn push_all(&mut self, piece: &[u8], mut sink: impl FnMut(Result<Frame<'_>, FrameError>)) {
        if let Some(error) = &self.failed {
            sink(Err(error.clone()));
            return;
        }
        self.decoder.piece(piece.len());
        if piece.is_empty() && self.carry.is_empty() {
            // Nothing has come, and a decoder of a stream wants more; for one of datagrams it is an empty message.
            let _ = self.one(piece, false, &mut sink);
            return;
        }
        let mut rest = piece;
        if !self.carry.is_empty() {
            let Some(after) = self.complete(piece, &mut sink) else { return };
            rest = after;
        }
        let used = self.run(rest, &mut sink);
        if self.failed.is_none() {
            self.carry.extend_from_slice(&rest[used..]);
        }
    }

    /// Says that no more will come, and gives every frame and every error that this makes.
    pub fn finish_all(&mut self, mut sink: impl FnMut(Result<Frame<'_>, FrameError>)) {
        if let Some(error) = &self.failed {
            sink(Err(error.clone()));
            return;
        }
        let rest = std::mem::take(&mut self.carry);
        self.run_out(&rest, &mut sink);
    }

    /// Finishes what was cut, with as little of the piece as it takes. Gives the rest of the piece, or nothing when all of it went into
    /// the carry or there was an error.
    fn complete<'p>(&mut self, piece: &'p [u8], sink: &mut impl FnMut(Result<Frame<'_>, FrameError>)) -> Option<&'p [u8]> {
        let mut carry = std::mem::take(&mut self.carry);
        let (mut done, mut copied, mut step) = (0, 0, FIRST_COPY);
        loop {
            let need = match self.one(&carry[done..], false, sink) {
                Ok(Some(used)) => {
                    done += used;
                    0
                }
                Ok(None) => return None,
                Err(need) => need,
            };
            // What is left came from this piece: on with the piece itself.
            let left = carry.len() - done;
            if left <= copied {
                carry.clear();
                self.carry = carry;
                return Some(&piece[copied - left..]);
            }
            if need > 0 {
                let more = need.max(step).min(piece.len() - copied);
                if more == 0 {
                    carry.drain(..done);
                    self.carry = carry;
                    return None;
                }
                carry.extend_from_slice(&piece[copied..copied + more]);
                copied += more;
                step = step.saturating_mul(2);
            }
        }
    }

    /// Decodes one thing. `Ok(Some(used))`: go on; `Ok(None)`: stopped; `Err(need)`: more bytes are wanted.
    #[inline]
    fn one(&mut self, input: &[u8], ended: bool, sink: &mut impl FnMut(Result<Frame<'_>, FrameError>)) -> Result<Option<usize>, usize> {
        match self.decoder.decode(input, ended) {
            Ok(Decoded::Frame { frame, used }) => {
                let end = self.offset + used as u64;
                sink(Ok(Frame { bytes: frame, start: self.offset, end }));
                self.offset = end;
                Ok(Some(used))
            }
            // A decoder that passes over nothing would be asked for ever.
            Ok(Decoded::Skip { used: 0 }) => Err(1),
            Ok(Decoded::Skip { used }) => {
                self.offset += used as u64;
                Ok(Some(used))
            }
            Ok(Decoded::More { need }) => Err(need.max(1)),
            Err(fault) => Ok(self.fault(fault, sink)),
        }
    }

    #[cold]
    fn fault(&mut self, fault: Fault, sink: &mut impl FnMut(Result<Frame<'_>, FrameError>)) -> Option<usize> {
        let used = fault.used;
        let error = FrameError::of(fault, self.offset);
        self.offset += used as u64;
        if self.on_error == OnError::Stop || !self.decoder.resyncs() {
            self.failed = Some(error.clone());
            sink(Err(error));
            return None;
        }
        sink(Err(error));
        Some(used)
    }

    /// Decodes as long as it goes; gives how many bytes are done with.
    #[inline]
    fn run(&mut self, input: &[u8], sink: &mut impl FnMut(Result<Frame<'_>, FrameError>)) -> usize {
        let mut rest = input;
        while !rest.is_empty() {
            let mut offset = self.offset;
            let used = self.decoder.decode_many(rest, |bytes, used| {
                let end = offset + used as u64;
                sink(Ok(Frame { bytes, start: offset, end }));
                offset = end;
            });
            self.offset = offset;
            rest = &rest[used..];
            if rest.is_empty() {
                break;
            }
            match self.one(rest, false, sink) {
                Ok(Some(used)) => rest = &rest[used..],
                Ok(None) | Err(_) => break,
            }
        }
        input.len() - rest.len()
    }

    /// Decodes all that is left at the end of the input.
    fn run_out(&mut self, input: &[u8], sink: &mut impl FnMut(Result<Frame<'_>, FrameError>)) {
        let mut rest = input;
        // An empty input is asked about too: its end may be a frame, or a delimiter may be all that is missing.
        while let Ok(Some(used)) = self.one(rest, true, sink) {
            if rest.is_empty() && used == 0 {
                break;
            }
            rest = &rest[used..];
        }
    }
}
