//! The messages that a codec finds in what was read: a lane of frames beside sends, segments and reads.

use super::flow::{Flow, Transfer};
use super::stream::ByteRange;
use crate::framing::{Codec, FrameError, Framer, NamedCodec};
use crate::trace::{Call, Trace};

/// The frames of a flow, decoded from its reads, piece by piece as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frames {
    /// The frames, with the bytes of the stream that each took.
    pub frames: Vec<(Vec<u8>, ByteRange)>,
    /// The error behind them.
    pub error: Option<FrameError>,
    /// Whether all bytes that were read are at hand: of large reads only the first are kept.
    pub is_whole: bool,
}

/// Decodes what was read of a flow. At the end of the stream what is left is held against the codec too; where the stream was not read to its
/// end, a frame that has begun is no error.
pub fn frames(flow: &Flow, trace: &Trace, codec: &NamedCodec) -> Frames {
    let log = &trace.actors[flow.to.actor_index].calls;
    let reads: Vec<Call<'_>> = match &flow.transfer {
        Transfer::Stream(_) => log.iter().filter(|call| call.socket == Some(flow.to.socket_index) && super::stream::takes(call)).collect(),
        Transfer::Messages(messages) => messages.reads().iter().filter_map(|read| log.get(read.call)).collect(),
    };
    let mut found = Frames { frames: Vec::new(), error: None, is_whole: true };
    let mut framer = Framer::new(codec.codec.decoder());
    let give = |found: &mut Frames, frame: crate::framing::Frame<'_>| {
        found.frames.push((frame.bytes.to_vec(), ByteRange { start: frame.start, end: frame.end }));
    };
    for read in &reads {
        if !read.data.is_whole() {
            found.is_whole = false;
            return found;
        }
        if let Err(error) = framer.push(&read.data.prefix, |frame| give(&mut found, frame)) {
            found.error = Some(error);
            return found;
        }
    }
    let is_over = match &flow.transfer {
        Transfer::Stream(stream) => stream.eof,
        Transfer::Messages(_) => true,
    };
    if is_over {
        found.error = framer.finish(|frame| give(&mut found, frame)).err();
    }
    found
}
