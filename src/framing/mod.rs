//! Messages out of a byte stream.
//!
//! TCP delivers bytes in order and says nothing of where a `send` ended. A program that wants messages must find their ends
//! in the bytes themselves: after a known number of them, or behind a token. "Not enough yet" is then the normal case, not an
//! error: what has come is kept, and the next read goes on from there.
//!
//! Each codec is a [`Decoder`]; [`Framer`] is the buffer between it and `recv`. A codec that cannot be told by the place at which its
//! input was cut is one that a test with [`every_split`] does not break.
//!
//! This module knows no sockets, threads or clocks: bytes go in, messages come out, however the input was cut.

mod decoder;
mod error;
mod http_chunked;
mod http_field;
mod http_head;
mod http_message;
mod json_stream;
mod length_prefix;
mod line;
mod read_ahead;
mod resp;
mod scan;
mod split;
#[cfg(test)]
pub(crate) mod test;

pub use decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder, Frame, Framer, OnError};
pub use error::{EncodeError, Fault, FrameError, FrameErrorKind, Seen};
pub use http_chunked::HttpChunked;
pub use http_message::HttpMessage;
pub use json_stream::JsonStream;
pub use length_prefix::{Endian, LengthPrefix};
pub use line::Line;
pub use read_ahead::ReadAhead;
pub use resp::Resp;
pub use split::{chunks, every_split};
