//! One `recv`, one message: the mistake that this project is about, as a codec, so that a lab can show it failing.
//!
//! ```python
//! while data := connection.recv(1024):
//!     handle(data)                # a message, is it not?
//! ```
//!
//! On a stream it is none. A piece holds whatever was there: two messages that lay together in the queue (a coalesced read, 粘包), the
//! first half of one (a short read, 半包), the end of one and the beginning of the next. That it mostly works in a test on one machine,
//! where the reader is faster than the sender, is what makes it common.
//!
//! The result depends on the cuts; that is the point, and every other decoder of a stream is tested for the opposite. Where pieces *are*
//! messages, [`Datagram`](super::Datagram) is the right one.

use super::datagram::Pieces;
use super::decoder::{Codec, Decoded, Decoder};
use super::error::{EncodeError, Fault};

/// Each piece of a stream is taken for one frame. Empty pieces are not: a `recv` of 0 bytes is the end of the stream.
///
/// There is nothing that it could find wrong with a piece, which is the other half of the mistake: wrong messages, and no error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RawRecv;

impl Codec for RawRecv {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        RawRecvDecoder::default()
    }

    /// Writes the bytes as they are. Empty frames are refused: a `send` of nothing sends nothing.
    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if frame.is_empty() {
            return Err(EncodeError("an empty message puts no byte into the stream".into()));
        }
        out.extend_from_slice(frame);
        Ok(())
    }
}

#[derive(Default)]
struct RawRecvDecoder(Pieces);

impl Decoder for RawRecvDecoder {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        self.0.next(input, ended)
    }

    fn piece(&mut self, length: usize) {
        if length > 0 {
            self.0.push(length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::results;
    use crate::framing::{OnError, every_split};

    fn messages(pieces: &[&[u8]]) -> Vec<String> {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        results(&RawRecv, OnError::Stop, pieces).into_iter().map(|result| text(result.unwrap().0)).collect()
    }

    #[test]
    fn the_mistake() {
        let mut stream = Vec::new();
        for message in [&b"hello"[..], b"world"] {
            RawRecv.encode(message, &mut stream).unwrap();
        }
        assert_eq!(messages(&[&stream]), ["helloworld"]);
        assert_eq!(messages(&[&stream[..3], &stream[3..]]), ["hel", "loworld"]);
        // Of every way to cut the stream one is right.
        let right = every_split(&stream).filter(|pieces| messages(pieces) == ["hello", "world"]).count();
        assert_eq!(right, 1);
    }

    #[test]
    fn nothing_is_not_a_message() {
        assert_eq!(messages(&[b"", b"a", b"", b"b", b""]), ["a", "b"]);
        let mut out = Vec::new();
        assert!(RawRecv.encode(b"", &mut out).is_err());
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;

    use super::*;
    use crate::framing::OnError;
    use crate::framing::test::{any_frames, config, results};

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn pieces_in_frames_out(pieces in any_frames()) {
            let slices: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let found: Vec<Vec<u8>> = results(&RawRecv, OnError::Stop, &slices).into_iter().map(|result| result.unwrap().0).collect();
            let expected: Vec<Vec<u8>> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
