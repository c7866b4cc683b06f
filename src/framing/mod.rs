//! Messages out of a byte stream.
//!
//! TCP delivers bytes in order and says nothing of where a `send` ended. A program that wants messages must find their ends
//! in the bytes themselves: after a known number of them, or behind a token. "Not enough yet" is then the normal case, not an
//! error: what has come is kept, and the next read goes on from there. [`ReadAhead`] is that buffer.
//!
//! This module knows no sockets, threads or clocks: bytes go in, messages come out, however the input was cut.

mod read_ahead;

pub use read_ahead::ReadAhead;
