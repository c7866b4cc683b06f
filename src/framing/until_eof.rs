//! Everything up to the end of the stream: one connection, one message.
//!
//! The end that TCP does deliver is the end of the stream, and a protocol may use just that: FTP's data connections (RFC 959, section
//! 3.4.1), WHOIS (RFC 3912, section 2), a response of HTTP without a length (RFC 9112, section 6.3), `nc host port < f`. It needs
//! neither a length nor a forbidden byte. The price: one message per connection, and a sender that died looks like one that was done, unless
//! its end was a reset.
//!
//! In tutorials this is the file transfer that works until a second file is to be sent: the receiver waits for an end that does not come.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder};
use super::error::{EncodeError, Fault, FrameErrorKind, Seen};

/// The whole stream is one frame, given at the end of input. An empty stream is no frame.
///
/// The only error is `too_long`. The whole frame is held until the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UntilEof {
    /// The longest frame, in bytes.
    pub max_frame: usize,
}

impl Default for UntilEof {
    fn default() -> Self {
        Self { max_frame: DEFAULT_MAX_FRAME }
    }
}

impl Codec for UntilEof {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        *self
    }

    /// Writes the one frame that a stream can have; only the end of the stream, which the caller must see to, ends it.
    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if frame.is_empty() {
            return Err(EncodeError("an empty stream is no frame".into()));
        }
        if frame.len() > self.max_frame {
            return Err(EncodeError(format!("the frame has {} bytes; at most {}", frame.len(), self.max_frame).into()));
        }
        out.extend_from_slice(frame);
        Ok(())
    }
}

impl Decoder for UntilEof {
    fn decode<'b>(&'b mut self, input: &'b [u8], ended: bool) -> Result<Decoded<'b>, Fault> {
        if let Some(frame) = input.get(..=self.max_frame) {
            let expected = format!("the end of the stream after at most {} bytes", self.max_frame);
            return Err(Fault::new(FrameErrorKind::TooLong, expected, Seen::first(frame)));
        }
        if ended && !input.is_empty() {
            return Ok(Decoded::Frame { frame: input, used: input.len() });
        }
        // Nothing but the end, or the byte that is one too many, makes a difference.
        Ok(Decoded::More { need: (self.max_frame - input.len()).saturating_add(1) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of};

    #[test]
    fn one_stream_one_frame() {
        assert_eq!(decode_whole(&UntilEof::default(), b"a file\n\n"), [b"a file\n\n"]);
        assert!(decode_whole(&UntilEof::default(), b"").is_empty());
        assert_eq!(decode_whole(&UntilEof { max_frame: 2 }, b"ab"), [b"ab"]);
        assert_eq!(decode_whole(&UntilEof { max_frame: usize::MAX - 1 }, b"ab"), [b"ab"]);
        let mut out = Vec::new();
        assert!(UntilEof::default().encode(b"", &mut out).is_err());
        assert!(UntilEof { max_frame: 2 }.encode(b"abc", &mut out).is_err());
    }

    #[test]
    fn too_long_is_known_before_the_end() {
        assert_eq!(
            error_of(&UntilEof { max_frame: 2 }, b"abcd").to_string(),
            "too_long at offset 0: expected the end of the stream after at most 2 bytes; found \"abc\" (61 62 63)"
        );
        let mut decoder = UntilEof { max_frame: 2 };
        assert!(decoder.decode(b"abc", false).is_err());
        assert_eq!(decoder.decode(b"a", false), Ok(Decoded::More { need: 2 }));
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;

    use super::*;
    use crate::framing::test::{any_stream, assert_linear, assert_same_under_every_split, config, decode_whole};

    proptest! {
        #![proptest_config(config())]

        // Not assert_codec: a part of the stream is a frame too, which is what is wrong with this framing.
        #[test]
        fn the_frame_is_the_stream(frame in proptest::collection::vec(any::<u8>(), 1..40)) {
            let mut stream = Vec::new();
            UntilEof::default().encode(&frame, &mut stream).unwrap();
            prop_assert_eq!(decode_whole(&UntilEof::default(), &stream), [frame]);
            assert_same_under_every_split(&UntilEof::default(), &stream);
        }

        #[test]
        fn anything(stream in any_stream(b"ab"), max_frame in prop_oneof![0usize..50, Just(usize::MAX)]) {
            assert_same_under_every_split(&UntilEof { max_frame }, &stream);
        }
    }

    #[test]
    fn long_frames_in_small_pieces_are_linear() {
        assert_linear(&UntilEof::default());
    }
}
