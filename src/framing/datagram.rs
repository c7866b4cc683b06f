//! One datagram, one message: UDP, and other sockets that keep messages apart.
//!
//! Here the kernel does what every other codec of this module does: one `recv` gives one message, whole, and never a part of the next.
//! Nothing is written into the data. An empty datagram is a message as well (RFC 768: a length of 8 is header only), and a `recv` of 0
//! bytes therefore no end of anything.
//!
//! The frames are the pieces, so the rule that a decoder's result does not depend on the cuts is not for this one: there is no stream.
//! Fed from a *stream* this is the mistake that [`RawRecv`](super::RawRecv) is named for. A datagram that was longer than the buffer of its
//! `recv` has already lost its end; that is for the caller to know (`MSG_TRUNC`).

use std::collections::VecDeque;

use super::decoder::{Codec, Decoded, Decoder};
use super::error::{EncodeError, Fault};

/// Each piece is one frame, also an empty one. There is nothing that could be wrong with one, and so no `max_frame`.
///
/// [`Codec::encode`] writes the bytes as they are; each frame must go out with a `send` of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Datagram;

impl Codec for Datagram {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        DatagramDecoder::default()
    }

    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(frame);
        Ok(())
    }
}

#[derive(Default)]
struct DatagramDecoder(Pieces);

impl Decoder for DatagramDecoder {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        self.0.next(input, ended)
    }

    fn piece(&mut self, length: usize) {
        self.0.push(length);
    }
}

/// The lengths of the pieces that have come and were not yet given.
#[derive(Default)]
pub(super) struct Pieces(VecDeque<usize>);

impl Pieces {
    pub(super) fn push(&mut self, length: usize) {
        self.0.push_back(length);
    }

    /// The piece at the front of the input.
    pub(super) fn next<'b>(&mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        // Without a length, as with one that goes beyond the input, the piece has not come; a framer never lets that happen.
        let length = self.0.front().copied().unwrap_or(input.len() + 1);
        match input.get(..length) {
            Some(frame) => {
                self.0.pop_front();
                Ok(Decoded::Frame { frame, used: length })
            }
            None if !ended || input.is_empty() => Ok(Decoded::More { need: length - input.len() }),
            None => Err(Fault::truncated(input, "a whole piece")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::results;
    use crate::framing::{Framer, OnError};

    #[test]
    fn an_empty_datagram_is_a_message() {
        // RFC 768: the least length is 8, a header without data.
        let found = results(&Datagram, OnError::Stop, &[b"", b"ab", b"", b"", b"c", b""]);
        let found: Vec<_> = found.into_iter().map(Result::unwrap).collect();
        assert_eq!(found, [(vec![], 0, 0), (b"ab".to_vec(), 0, 2), (vec![], 2, 2), (vec![], 2, 2), (b"c".to_vec(), 2, 3), (vec![], 3, 3)]);
    }

    #[test]
    fn an_empty_datagram_is_given_when_it_comes() {
        let mut framer = Framer::new(Datagram.decoder());
        let mut given = 0;
        framer.push(b"", |_| given += 1).unwrap();
        assert_eq!(given, 1);
    }

    #[test]
    fn nothing_comes_of_nothing() {
        let mut framer = Framer::new(Datagram.decoder());
        framer.finish(|frame| panic!("{frame:?}")).unwrap();
        assert_eq!(framer.memory(), 0);
    }

    #[test]
    fn pieces_that_come_before_they_are_asked_for() {
        let mut decoder = Datagram.decoder();
        for length in [2, 0, 1] {
            decoder.piece(length);
        }
        assert_eq!(decoder.decode(b"a", false), Ok(Decoded::More { need: 1 }));
        assert_eq!(decoder.decode(b"abc", false), Ok(Decoded::Frame { frame: b"ab", used: 2 }));
        assert_eq!(decoder.decode(b"c", true), Ok(Decoded::Frame { frame: b"", used: 0 }));
        assert_eq!(decoder.decode(b"c", true), Ok(Decoded::Frame { frame: b"c", used: 1 }));
        assert_eq!(decoder.decode(b"", true), Ok(Decoded::More { need: 1 }));
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
        fn pieces_in_frames_out(frames in any_frames()) {
            let pieces: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
            let found: Vec<Vec<u8>> = results(&Datagram, OnError::Stop, &pieces).into_iter().map(|result| result.unwrap().0).collect();
            prop_assert_eq!(&found, &frames);
            // Written one by one, as each goes out with a send of its own.
            for frame in &frames {
                let mut out = Vec::new();
                Datagram.encode(frame, &mut out).unwrap();
                prop_assert_eq!(&out, frame);
            }
        }
    }
}
