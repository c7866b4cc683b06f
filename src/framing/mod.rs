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

mod cobs;
mod datagram;
mod decimal_prefix;
mod decoder;
mod delimiter;
mod dle_stx_etx;
mod error;
mod expect_token;
mod fixed_length;
mod hdlc;
mod http_chunked;
mod http_field;
mod http_head;
mod http_message;
mod json_stream;
mod length_prefix;
mod line;
mod mqtt;
mod named;
mod netstring;
mod raw_recv;
mod read_ahead;
mod recut;
mod resp;
mod scan;
mod slip;
mod split;
mod stuffing;
#[cfg(test)]
pub(crate) mod test;
mod until_eof;
mod varint_prefix;
mod websocket;

pub use cobs::Cobs;
pub use datagram::Datagram;
pub use decimal_prefix::DecimalPrefix;
pub use decoder::{Codec, DEFAULT_MAX_FRAME, Decoded, Decoder, Frame, Framer, OnError};
pub use delimiter::Delimiter;
pub use dle_stx_etx::DleStxEtx;
pub(crate) use error::hex_pairs;
pub use error::{EncodeError, Fault, FrameError, FrameErrorKind, Seen};
pub use expect_token::ExpectToken;
pub use fixed_length::FixedLength;
pub use hdlc::Hdlc;
pub use http_chunked::HttpChunked;
pub use http_message::HttpMessage;
pub use json_stream::JsonStream;
pub use length_prefix::{Endian, LengthPrefix};
pub use line::Line;
pub use mqtt::Mqtt;
pub use named::{AnyCodec, CODECS, CodecError, CodecInfo, NamedCodec, Parameter, codec_info, unescape};
pub use netstring::Netstring;
pub use raw_recv::RawRecv;
pub use read_ahead::ReadAhead;
pub use recut::{Cuts, RecutReader, RecutWriter};
pub use resp::Resp;
pub use slip::Slip;
pub use split::{chunks, every_split};
pub use until_eof::UntilEof;
pub use varint_prefix::VarintPrefix;
pub use websocket::WebSocket;

/// The example in the documentation, so that it stays one that compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/framing.md")]
struct Documentation;
