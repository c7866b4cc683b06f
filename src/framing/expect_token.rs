//! Reading until a prompt: `login: `, `password: `, `$ `. What Expect, telnet clients and chat scripts do.
//!
//! A program that speaks with a person sends no frames. It stops, and waits, and what stands last is the prompt. So the reader waits for
//! one of the texts that it knows, and what has come until then, prompt and all, is one message.
//!
//! ```text
//! Welcome\r\nlogin: | secret\r\npassword: |
//!                  ^ one of the tokens    ^ another
//! ```
//!
//! Which of several tokens it is must not depend on the cuts. pexpect says of its own list that for the input `foobar` and the patterns
//! `foobar` and `foo` it may be the one or the other: the first if all of the input was there at once, else the second. Here the token that
//! ends first wins, always `foo`; of tokens that end at the same byte, the longest.
//!
//! The weakness stays: a token in the output ends the message, whoever wrote it there.

use super::decoder::{Codec, DEFAULT_MAX_FRAME, Decoder};
use super::delimiter::Delimiter;
use super::error::EncodeError;

/// Reading until one of the tokens, which is the end of the frame and part of it.
///
/// This is [`Delimiter`] with `include`, for input that ends with a token. Errors: `too_long` where no token comes soon enough; `truncated`
/// where the input ends without one. Decoding can go on behind the next token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectToken {
    /// The tokens: exact bytes, no patterns. Empty ones are never found.
    pub tokens: Vec<Vec<u8>>,
    /// The longest frame, in bytes before the token.
    pub max_frame: usize,
}

impl Default for ExpectToken {
    /// A shell's prompt, `$ `.
    fn default() -> Self {
        Self { tokens: vec![b"$ ".to_vec()], max_frame: DEFAULT_MAX_FRAME }
    }
}

impl ExpectToken {
    fn delimiter(&self) -> Delimiter {
        Delimiter { delimiters: self.tokens.clone(), emit_partial: false, include: true, max_frame: self.max_frame }
    }
}

impl Codec for ExpectToken {
    fn decoder(&self) -> impl Decoder + Send + 'static {
        self.delimiter().search()
    }

    /// Writes the frame as it is; it must end with a token, and hold none before.
    fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.delimiter().encode(frame, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::test::{decode_whole, error_of, results};
    use crate::framing::{FrameErrorKind, OnError};

    fn of(tokens: &[&str]) -> ExpectToken {
        ExpectToken { tokens: tokens.iter().map(|token| token.as_bytes().to_vec()).collect(), ..ExpectToken::default() }
    }

    #[test]
    fn a_login() {
        let codec = of(&["login: ", "password: ", "$ "]);
        assert_eq!(
            decode_whole(&codec, b"Welcome\r\nlogin: \r\npassword: \r\n$ "),
            [&b"Welcome\r\nlogin: "[..], b"\r\npassword: ", b"\r\n$ "]
        );
    }

    #[test]
    fn the_token_that_ends_first() {
        // pexpect's own example, in which the answer depends on how the input came.
        for pieces in [&[&b"foobar"[..]][..], &[b"foo", b"bar"], &[b"f", b"oobar"]] {
            let found = results(&of(&["foobar", "foo"]), OnError::Stop, pieces);
            assert_eq!(found[0], Ok((b"foo".to_vec(), 0, 3)), "{pieces:?}");
        }
        assert_eq!(decode_whole(&of(&["> ", "mysql> "]), b"mysql> "), [b"mysql> "]);
    }

    #[test]
    fn a_token_that_does_not_come() {
        assert_eq!(
            error_of(&of(&["login: ", "$ "]), b"ok$ login:").to_string(),
            "truncated at offset 4: expected a frame that ends with \"login: \" or \"$ \"; found \"login:\" (6c 6f 67 69 6e 3a)"
        );
        let error = error_of(&ExpectToken { max_frame: 3, ..of(&["login: ", "$ "]) }, b"motd login: ");
        assert_eq!((error.kind, error.seen.as_bytes()), (FrameErrorKind::TooLong, &b"motd"[..]));
        // The token does not count.
        assert_eq!(decode_whole(&ExpectToken { max_frame: 3, ..of(&["login: "]) }, b"motlogin: "), [b"motlogin: "]);
    }

    #[test]
    fn a_frame_brings_its_token() {
        let mut out = Vec::new();
        assert_eq!(ExpectToken::default().encode(b"ls", &mut out).unwrap_err().to_string(), "the frame must end with \"$ \"");
        assert!(ExpectToken::default().encode(b"$ ls$ ", &mut out).is_err());
        ExpectToken::default().encode(b"ls$ ", &mut out).unwrap();
        assert_eq!(out, b"ls$ ");
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;

    use super::*;
    use crate::framing::Framer;
    use crate::framing::test::{any_frames, any_stream, assert_codec, assert_same_under_every_split, config};

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn frames(frames in any_frames(), chosen in proptest::collection::vec(any::<bool>(), 5)) {
            let codec = ExpectToken { tokens: vec![b"$ ".to_vec(), b"# ".to_vec()], ..ExpectToken::default() };
            let with_token = |(frame, other): (Vec<u8>, bool)| [frame, codec.tokens[usize::from(other)].clone()].concat();
            let mut frames: Vec<Vec<u8>> = frames.into_iter().zip(chosen).map(with_token).collect();
            frames.retain(|frame| codec.encode(frame, &mut Vec::new()).is_ok());
            assert_codec(&codec, &frames);
        }

        #[test]
        fn anything(stream in any_stream(b"$# :n"), max_frame in 0usize..6) {
            for tokens in [&["$ "][..], &["$ ", "# "], &["n: ", ": ", "n$"]] {
                let tokens = tokens.iter().map(|token| token.as_bytes().to_vec()).collect();
                assert_same_under_every_split(&ExpectToken { tokens, max_frame }, &stream);
            }
        }
    }

    #[test]
    fn a_long_wait_in_small_pieces_is_linear() {
        // Not assert_linear, whose frame ends with no token.
        let mut stream = vec![b'$'; 8 * 1024 * 1024];
        stream.push(b' ');
        let mut framer = Framer::new(ExpectToken::default().decoder());
        let mut given = 0;
        for piece in stream.chunks(1024) {
            framer.push(piece, |frame| given += frame.bytes.len()).unwrap();
        }
        assert_eq!(given, stream.len());
    }
}
