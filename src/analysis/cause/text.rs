//! What each cause is called, which belief it refutes, and what to change and run again.

use crate::scenario::CauseName;

impl CauseName {
    /// In a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::LateReader => "the reader was late",
            Self::ReaderKeptPace => "the reader kept pace",
            Self::Nagle => "Nagle's algorithm held a small segment back",
            Self::Corked => "the sender asked the kernel to wait for more (cork)",
            Self::EarlyReader => "the rest had not come yet",
            Self::SmallRecv => "recv asked for less than was queued",
            Self::PartialSend => "send took a part only",
            Self::ClosedWindow => "the peer's receive window held sending up",
            Self::TruncatedDatagram => "the datagram was longer than the buffer",
            Self::DroppedDatagram => "the receive buffer was full, and the kernel threw datagrams away",
            Self::Reset => "a reset ended the connection",
            Self::HalfClose => "one side finished sending and went on reading",
        }
    }

    /// The belief that it refutes, in the words of somebody who holds it.
    pub fn belief(self) -> &'static str {
        match self {
            Self::LateReader => "one recv returns what one send sent",
            Self::ReaderKeptPace => "it worked, so TCP keeps messages apart",
            Self::Nagle => "Nagle's algorithm glues messages into one read",
            Self::Corked => "every send leaves at once, as a packet of its own",
            Self::EarlyReader => "recv waits until the whole message is there",
            Self::SmallRecv => "a smaller receive buffer keeps messages apart",
            Self::PartialSend => "send sends everything",
            Self::ClosedWindow => "a sender need not care how fast the other side reads",
            Self::TruncatedDatagram => "the rest of a datagram comes with the next recv",
            Self::DroppedDatagram => "UDP loses nothing on one machine",
            Self::Reset => "closing a socket always ends a connection in good order",
            Self::HalfClose => "the end of the stream means that the peer is gone",
        }
    }

    /// What to change and run again.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::LateReader => "frame the messages (a length, a delimiter): then it does not matter how the reads fall",
            Self::ReaderKeptPace => "let the reader come late: a `wait` for all the bytes before the first recv",
            Self::Nagle => "--nodelay on: the segments leave at once; how the reads fall then is the reader's doing",
            Self::Corked => "leave out MSG_MORE, or take TCP_CORK off before the send that must not wait",
            Self::EarlyReader => "`recv_exact` or `recv_until`: go on reading until the message is whole",
            Self::SmallRecv => "`recv_exact` or `recv_until` for what belongs together; a larger --recv-size joins instead",
            Self::PartialSend => "`send_all`: send again what was not taken",
            Self::ClosedWindow => "let the reader read, or give it room with --rcvbuf",
            Self::TruncatedDatagram => "a buffer for the largest datagram that may come: --recv-size 65535",
            Self::DroppedDatagram => "a larger --rcvbuf, or a reader that reads as fast as datagrams come; count and acknowledge them",
            Self::Reset => "read to the end before closing: `shutdown` for writing, then recv until the end of the stream",
            Self::HalfClose => "see what `close` in its place does: the answer then meets a reset",
        }
    }
}
