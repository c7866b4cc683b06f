//! What there is: every codec, its parameters, how a frame lies in the stream.

/// What is to be known of a codec before it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodecInfo {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// How a frame lies in the stream, drawn in a few lines.
    pub layout: &'static str,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// Where it is specified.
    pub source: &'static str,
}

/// A parameter of a codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its value where it is left out; empty where it must be given.
    pub default: &'static str,
    /// What it means.
    pub about: &'static str,
}

const fn parameter(name: &'static str, default: &'static str, about: &'static str) -> Parameter {
    Parameter { name, default, about }
}

const MAX_FRAME: Parameter = parameter("max_frame", "16777216", "the longest frame in bytes");

/// Every codec, in the order of the documentation.
pub const CODECS: &[CodecInfo] = &[
    CodecInfo {
        name: "fixed_length",
        about: "Frames of one length.",
        layout: "| length bytes | length bytes | ...",
        parameters: &[
            parameter("length", "", "bytes of each frame"),
            parameter("pad", "none", "a byte that fills up shorter frames, such as \\x20; it is stripped when read"),
        ],
        source: "records of files and serial protocols",
    },
    CodecInfo {
        name: "length_prefix",
        about: "A binary length before each frame: the cure that most protocols use.",
        layout: "| offset bytes | length: width bytes | length + adjust bytes |\n| strip bytes are left out | the frame ...              |",
        parameters: &[
            parameter("preset", "none", "dns-tcp, grpc, http2, tls, postgres, tlv or struct-pack-i: the other parameters then change it"),
            parameter("offset", "0", "bytes before the length"),
            parameter("width", "4", "bytes of the length: 1, 2, 3, 4 or 8"),
            parameter("endian", "big", "big or little"),
            parameter("adjust", "0", "added to the length to give the bytes that follow it; negative where the length counts itself"),
            parameter(
                "strip",
                "none",
                "bytes of the front that are not part of the frame; left out, offset + width, or what the preset says",
            ),
            MAX_FRAME,
        ],
        source: "RFC 1035 section 4.2.2 (DNS over TCP), RFC 9113 section 4.1 (HTTP/2), RFC 8446 section 5.1 (TLS)",
    },
    CodecInfo {
        name: "varint_prefix",
        about: "A length of 7 bits a byte (LEB128) before each frame: protobuf's delimited messages.",
        layout: "| length: 1 to 10 bytes, the highest bit says that more follow | length bytes |",
        parameters: &[parameter("canonical", "false", "whether a length must be in its shortest form"), MAX_FRAME],
        source: "Protocol Buffers, encoding: base 128 varints",
    },
    CodecInfo {
        name: "decimal_prefix",
        about: "A length in decimal digits before each frame: syslog over TCP, and the text length of tutorials.",
        layout: "| digits | separator | as many bytes |",
        parameters: &[
            parameter("separator", "\\x20", "the byte behind the digits"),
            parameter("max_digits", "20", "the most digits of a length"),
            parameter("leading_zeros", "false", "whether a length may begin with a zero"),
            MAX_FRAME,
        ],
        source: "RFC 6587 section 3.4.1",
    },
    CodecInfo {
        name: "netstring",
        about: "A decimal length, a colon, the bytes, a comma.",
        layout: "5:hello,",
        parameters: &[MAX_FRAME],
        source: "D. J. Bernstein, Netstrings, 1997",
    },
    CodecInfo {
        name: "line",
        about: "Lines that end with \\n.",
        layout: "| any bytes but \\n | \\r (optional) | \\n |",
        parameters: &[
            parameter(
                "carriage_return",
                "true",
                "whether one \\r before the \\n belongs to the delimiter; lines are then written with \\r\\n",
            ),
            parameter("emit_partial", "false", "whether the rest behind the last \\n is a line too at the end"),
            MAX_FRAME,
        ],
        source: "RFC 5321 section 2.3.8 (CRLF); POSIX (\\n)",
    },
    CodecInfo {
        name: "delimiter",
        about: "Frames that end with a delimiter, or with one of several.",
        layout: "| bytes without the delimiter | delimiter |",
        parameters: &[
            parameter("delimiters", "", "the delimiters, with | between several; escapes \\r \\n \\t \\0 \\xHH \\\\"),
            parameter("include", "false", "whether the delimiter is part of the frame"),
            parameter("emit_partial", "false", "whether the rest behind the last delimiter is a frame too at the end"),
            MAX_FRAME,
        ],
        source: "",
    },
    CodecInfo {
        name: "expect_token",
        about: "Reads until one of the tokens has come, as Expect does: each frame ends with its token.",
        layout: "| bytes | token |",
        parameters: &[parameter("tokens", "", "the tokens, with | between several; escapes as for delimiter"), MAX_FRAME],
        source: "D. Libes, expect(1)",
    },
    CodecInfo {
        name: "until_eof",
        about: "The whole stream is one frame.",
        layout: "| everything up to the end of the stream |",
        parameters: &[MAX_FRAME],
        source: "HTTP/1.0 responses; FTP data connections",
    },
    CodecInfo { name: "datagram", about: "Each datagram is a frame.", layout: "| one datagram |", parameters: &[], source: "RFC 768" },
    CodecInfo {
        name: "raw_recv",
        about: "What one recv returns is taken for a message: the mistake, kept by name so that a lab can show it failing.",
        layout: "| whatever one recv gave |",
        parameters: &[],
        source: "many tutorials",
    },
    CodecInfo {
        name: "http_chunked",
        about: "HTTP's chunked bodies; a frame is a whole body, joined.",
        layout: "| hex size | \\r\\n | size bytes | \\r\\n | ... | 0 | \\r\\n | trailers | \\r\\n |",
        parameters: &[MAX_FRAME],
        source: "RFC 9112 section 7.1",
    },
    CodecInfo {
        name: "http_message",
        about: "Whole HTTP/1.1 messages: a head, then a body by Content-Length or in chunks.",
        layout: "| start line | \\r\\n | fields, each with \\r\\n | \\r\\n | body |",
        parameters: &[MAX_FRAME],
        source: "RFC 9112 sections 2 and 6",
    },
    CodecInfo {
        name: "resp",
        about: "Values of the Redis protocol, nested ones whole.",
        layout: "| type byte | line | \\r\\n | what the type says |",
        parameters: &[parameter("max_depth", "32", "the deepest nesting"), MAX_FRAME],
        source: "Redis serialization protocol specification, RESP2 and RESP3",
    },
    CodecInfo {
        name: "json_stream",
        about: "JSON values one behind the other, with white space between them or none: NDJSON too.",
        layout: "| value | white space | value | ...",
        parameters: &[parameter("max_depth", "128", "the deepest nesting"), MAX_FRAME],
        source: "RFC 8259; RFC 7464 for the idea",
    },
    CodecInfo {
        name: "slip",
        about: "Packets between END bytes, with two escapes.",
        layout: "| C0 | bytes, C0 as DB DC, DB as DB DD | C0 |",
        parameters: &[MAX_FRAME],
        source: "RFC 1055",
    },
    CodecInfo {
        name: "cobs",
        about: "Packets without a zero byte in them, and a zero behind each.",
        layout: "| code n | n - 1 bytes without 00 | code | ... | 00 |",
        parameters: &[MAX_FRAME],
        source: "S. Cheshire, M. Baker, Consistent Overhead Byte Stuffing, 1999",
    },
    CodecInfo {
        name: "hdlc",
        about: "PPP's framing on serial lines: flags, escapes, and a check of 16 bits.",
        layout: "| 7E | bytes, escaped by 7D and XOR 20 | FCS-16 | 7E |",
        parameters: &[MAX_FRAME],
        source: "RFC 1662",
    },
    CodecInfo {
        name: "dle_stx_etx",
        about: "DLE STX before a frame, DLE ETX behind it, each DLE inside doubled.",
        layout: "| 10 02 | bytes, 10 as 10 10 | 10 03 |",
        parameters: &[parameter("skip_noise", "true", "whether bytes between frames are passed over, rather than an error"), MAX_FRAME],
        source: "ISO 1745; many serial protocols",
    },
    CodecInfo {
        name: "mqtt",
        about: "MQTT control packets.",
        layout: "| type and flags | remaining length: 1 to 4 bytes | that many bytes |",
        parameters: &[MAX_FRAME],
        source: "MQTT 3.1.1 section 2.2.3; MQTT 5.0 section 1.5.5",
    },
    CodecInfo {
        name: "websocket",
        about: "WebSocket frames, or whole messages.",
        layout: "| FIN, opcode | MASK, length: 7, 16 or 64 bits | key: 4 bytes, if masked | payload |",
        parameters: &[
            parameter("messages", "true", "whether fragments are joined to whole messages, and control frames passed over"),
            parameter("payload", "true", "whether a frame is its payload, unmasked, rather than what is on the wire"),
            MAX_FRAME,
        ],
        source: "RFC 6455 section 5",
    },
];

/// What is to be known of a codec, by its name.
pub fn codec_info(name: &str) -> Option<&'static CodecInfo> {
    CODECS.iter().find(|codec| codec.name == name)
}
