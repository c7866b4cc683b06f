//! Codecs by name, as they are written in scenario files and on the command line: `netstring`, `length_prefix:width=2,endian=little`.

use std::fmt;
use std::num::NonZeroUsize;

use super::{
    Cobs, Codec, Datagram, DecimalPrefix, Decoder, Delimiter, DleStxEtx, EncodeError, Endian, ExpectToken, FixedLength, Hdlc, HttpChunked,
    HttpMessage, JsonStream, LengthPrefix, Line, Mqtt, Netstring, RawRecv, Resp, Slip, UntilEof, VarintPrefix, WebSocket,
};

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

/// Why a codec cannot be made of what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodecError {
    /// No codec has this name.
    UnknownCodec(String),
    /// The codec has no such parameter.
    UnknownParameter {
        /// The codec.
        codec: &'static str,
        /// What was written.
        parameter: String,
    },
    /// A parameter must be given.
    MissingParameter {
        /// The codec.
        codec: &'static str,
        /// The parameter.
        parameter: &'static str,
    },
    /// Something that is not `name=value`.
    BadForm(String),
    /// A parameter that is given twice.
    GivenTwice(&'static str),
    /// A value that the parameter cannot have.
    BadValue {
        /// The parameter.
        parameter: &'static str,
        /// What was written.
        value: String,
        /// What it can be.
        expected: &'static str,
    },
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCodec(name) => write!(f, "no codec is called `{name}`"),
            Self::UnknownParameter { codec, parameter } => write!(f, "{codec} has no parameter `{parameter}`"),
            Self::MissingParameter { codec, parameter } => write!(f, "{codec} needs `{parameter}`"),
            Self::BadForm(text) => write!(f, "`{text}` is not `name=value` (a comma in a value is written \\x2c)"),
            Self::GivenTwice(parameter) => write!(f, "`{parameter}` is given twice"),
            Self::BadValue { parameter, value, expected } => write!(f, "`{value}` cannot be `{parameter}`: expected {expected}"),
        }
    }
}

impl std::error::Error for CodecError {}

/// The values of a codec's parameters, as text: written ones, else the defaults.
struct Values<'w> {
    info: &'static CodecInfo,
    written: Vec<(&'static str, &'w str)>,
}

impl<'w> Values<'w> {
    fn read(info: &'static CodecInfo, text: Option<&'w str>) -> Result<Self, CodecError> {
        let mut written: Vec<(&'static str, &'w str)> = Vec::new();
        for part in text.into_iter().flat_map(|text| text.split(',')) {
            let (name, value) = part.split_once('=').ok_or_else(|| CodecError::BadForm(part.to_owned()))?;
            let known = info.parameters.iter().find(|parameter| parameter.name == name.trim());
            let Some(known) = known else {
                return Err(CodecError::UnknownParameter { codec: info.name, parameter: name.trim().to_owned() });
            };
            if written.iter().any(|(name, _)| *name == known.name) {
                return Err(CodecError::GivenTwice(known.name));
            }
            written.push((known.name, value));
        }
        let missing = info.parameters.iter().find(|known| known.default.is_empty() && !written.iter().any(|(name, _)| *name == known.name));
        match missing {
            Some(parameter) => Err(CodecError::MissingParameter { codec: info.name, parameter: parameter.name }),
            None => Ok(Self { info, written }),
        }
    }

    /// What was written for a parameter.
    fn given(&self, name: &str) -> Option<&'w str> {
        self.written.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn value<T>(&self, name: &'static str, expected: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T, CodecError> {
        let default = self.info.parameters.iter().find(|parameter| parameter.name == name).map_or("", |parameter| parameter.default);
        let value = self.given(name).unwrap_or(default);
        parse(value).ok_or_else(|| CodecError::BadValue { parameter: name, value: value.to_owned(), expected })
    }

    fn size(&self, name: &'static str) -> Result<usize, CodecError> {
        self.value(name, "a whole number", |value| value.parse().ok())
    }

    fn max_frame(&self) -> Result<usize, CodecError> {
        self.size("max_frame")
    }

    fn switch(&self, name: &'static str) -> Result<bool, CodecError> {
        self.value(name, "true or false", |value| value.parse().ok())
    }

    fn byte(&self, name: &'static str) -> Result<u8, CodecError> {
        let one = |value: &str| match unescape(value)?.as_slice() {
            [byte] => Some(*byte),
            _ => None,
        };
        self.value(name, "one byte, such as \\n or \\x20", one)
    }

    fn tokens(&self, name: &'static str) -> Result<Vec<Vec<u8>>, CodecError> {
        let tokens = |value: &str| value.split('|').map(|token| unescape(token).filter(|token| !token.is_empty())).collect();
        self.value(name, "bytes, with escapes \\r \\n \\t \\0 \\xHH \\\\, and | between several", tokens)
    }
}

/// Bytes of a text with the usual escapes; `None` where an escape is none.
pub fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let escape = &rest[at + 1..];
        let (byte, length) = match escape.as_bytes().first()? {
            b'r' => (b'\r', 1),
            b'n' => (b'\n', 1),
            b't' => (b'\t', 1),
            b'0' => (0, 1),
            b'\\' => (b'\\', 1),
            b'x' => (
                escape
                    .get(1..3)
                    .filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
                    .and_then(|hex| u8::from_str_radix(hex, 16).ok())?,
                3,
            ),
            _ => return None,
        };
        bytes.push(byte);
        rest = &escape[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

macro_rules! any_codec {
    ($($variant:ident,)*) => {
        /// One of the codecs, chosen by name.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs, reason = "each is the codec of that name")]
        pub enum AnyCodec { $($variant($variant),)* }

        impl Codec for AnyCodec {
            fn decoder(&self) -> impl Decoder + Send + 'static {
                let decoder: Box<dyn Decoder + Send> = match self { $(Self::$variant(codec) => Box::new(codec.decoder()),)* };
                decoder
            }

            fn encode(&self, frame: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
                match self { $(Self::$variant(codec) => codec.encode(frame, out),)* }
            }
        }
    };
}

any_codec! {
    FixedLength, LengthPrefix, VarintPrefix, DecimalPrefix, Netstring, Line, Delimiter, ExpectToken, UntilEof, Datagram, RawRecv, HttpChunked,
    HttpMessage, Resp, JsonStream, Slip, Cobs, Hdlc, DleStxEtx, Mqtt, WebSocket,
}

/// A codec, and the text that named it.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedCodec {
    /// What was written.
    pub text: String,
    /// What is to be known of it.
    pub info: &'static CodecInfo,
    /// The codec.
    pub codec: AnyCodec,
}

impl std::str::FromStr for NamedCodec {
    type Err = CodecError;

    /// Reads `name` or `name:parameter=value,parameter=value`. A preset of `length_prefix` goes by its own name too.
    ///
    /// ```
    /// use netlab::framing::{Codec, Framer, NamedCodec};
    ///
    /// let codec: NamedCodec = "length_prefix:width=2,strip=2".parse().unwrap();
    /// let mut out = Vec::new();
    /// codec.codec.encode(b"hello", &mut out).unwrap();
    /// assert_eq!(out, b"\x00\x05hello");
    /// assert_eq!("grpc".parse::<NamedCodec>().unwrap().info.name, "length_prefix");
    /// assert_eq!("nestring".parse::<NamedCodec>().unwrap_err().to_string(), "no codec is called `nestring`");
    /// ```
    fn from_str(text: &str) -> Result<Self, CodecError> {
        let (name, parameters) = text.split_once(':').map_or((text, None), |(name, parameters)| (name, Some(parameters)));
        let name = name.trim();
        let preset = LengthPrefix::PRESETS.iter().find(|(preset, _)| *preset == name).map(|(_, codec)| *codec);
        let info = if preset.is_some() { codec_info("length_prefix") } else { codec_info(name) };
        let info = info.ok_or_else(|| CodecError::UnknownCodec(name.to_owned()))?;
        let values = Values::read(info, parameters)?;
        Ok(Self { text: text.to_owned(), info, codec: make(&values, preset)? })
    }
}

fn make(values: &Values<'_>, preset: Option<LengthPrefix>) -> Result<AnyCodec, CodecError> {
    Ok(match values.info.name {
        "fixed_length" => {
            let length = values.value("length", "a whole number from 1", |value| value.parse::<NonZeroUsize>().ok())?;
            let pad = if values.given("pad").is_some() { Some(values.byte("pad")?) } else { None };
            AnyCodec::FixedLength(FixedLength { length, pad })
        }
        "length_prefix" => AnyCodec::LengthPrefix(length_prefix(values, preset)?),
        "varint_prefix" => AnyCodec::VarintPrefix(VarintPrefix { canonical: values.switch("canonical")?, max_frame: values.max_frame()? }),
        "decimal_prefix" => AnyCodec::DecimalPrefix(DecimalPrefix {
            separator: values.value("separator", "one byte that is no digit, such as \\n or \\x20", |value| {
                match unescape(value)?.as_slice() {
                    [byte] if !byte.is_ascii_digit() => Some(*byte),
                    _ => None,
                }
            })?,
            max_digits: values
                .value("max_digits", "a number from 1 to 20", |value| value.parse().ok().filter(|digits| (1..=20).contains(digits)))?,
            leading_zeros: values.switch("leading_zeros")?,
            max_frame: values.max_frame()?,
        }),
        "netstring" => AnyCodec::Netstring(Netstring { max_frame: values.max_frame()? }),
        "line" => AnyCodec::Line(Line {
            carriage_return: values.switch("carriage_return")?,
            emit_partial: values.switch("emit_partial")?,
            max_frame: values.max_frame()?,
        }),
        "delimiter" => AnyCodec::Delimiter(Delimiter {
            delimiters: values.tokens("delimiters")?,
            emit_partial: values.switch("emit_partial")?,
            include: values.switch("include")?,
            max_frame: values.max_frame()?,
        }),
        "expect_token" => AnyCodec::ExpectToken(ExpectToken { tokens: values.tokens("tokens")?, max_frame: values.max_frame()? }),
        "until_eof" => AnyCodec::UntilEof(UntilEof { max_frame: values.max_frame()? }),
        "datagram" => AnyCodec::Datagram(Datagram),
        "raw_recv" => AnyCodec::RawRecv(RawRecv),
        "http_chunked" => AnyCodec::HttpChunked(HttpChunked { max_frame: values.max_frame()?, ..HttpChunked::default() }),
        "http_message" => AnyCodec::HttpMessage(HttpMessage { max_frame: values.max_frame()?, ..HttpMessage::default() }),
        "resp" => AnyCodec::Resp(Resp { max_depth: values.size("max_depth")?, max_frame: values.max_frame()? }),
        "json_stream" => AnyCodec::JsonStream(JsonStream { max_depth: values.size("max_depth")?, max_frame: values.max_frame()? }),
        "slip" => AnyCodec::Slip(Slip { max_frame: values.max_frame()? }),
        "cobs" => AnyCodec::Cobs(Cobs { max_frame: values.max_frame()? }),
        "hdlc" => AnyCodec::Hdlc(Hdlc { max_frame: values.max_frame()?, ..Hdlc::default() }),
        "dle_stx_etx" => AnyCodec::DleStxEtx(DleStxEtx { skip_noise: values.switch("skip_noise")?, max_frame: values.max_frame()? }),
        "mqtt" => AnyCodec::Mqtt(Mqtt { max_frame: values.max_frame()? }),
        _ => AnyCodec::WebSocket(WebSocket {
            messages: values.switch("messages")?,
            payload: values.switch("payload")?,
            max_frame: values.max_frame()?,
            ..WebSocket::default()
        }),
    })
}

fn length_prefix(values: &Values<'_>, preset: Option<LengthPrefix>) -> Result<LengthPrefix, CodecError> {
    let named = |value: &str| LengthPrefix::PRESETS.iter().find(|(name, _)| *name == value).map(|(_, codec)| *codec);
    let expected = "dns-tcp, grpc, http2, tls, postgres, tlv or struct-pack-i";
    let written = values.given("preset").map(|_| values.value("preset", expected, named)).transpose()?;
    let base = written.or(preset);
    let mut codec = base.unwrap_or_default();
    let is_given = |name| values.given(name).is_some();
    if is_given("offset") {
        codec.offset = values.value("offset", "a number from 0 to 65535", |value| value.parse().ok().filter(|offset| *offset <= 65_535))?;
    }
    if is_given("width") {
        codec.width = values.value("width", "1, 2, 3, 4 or 8", |value| value.parse().ok().filter(|width| matches!(width, 1..=4 | 8)))?;
    }
    if is_given("endian") {
        codec.endian = values.value("endian", "big or little", |value| match value {
            "big" => Some(Endian::Big),
            "little" => Some(Endian::Little),
            _ => None,
        })?;
    }
    if is_given("adjust") {
        codec.adjust = values.value("adjust", "a whole number", |value| value.parse().ok())?;
    }
    codec.strip = match is_given("strip") {
        true => values.size("strip")?,
        // Where nothing is said of it, the header is no part of the frame.
        false if base.is_none() => codec.offset + codec.width,
        false => codec.strip,
    };
    if is_given("max_frame") {
        codec.max_frame = values.max_frame()?;
    }
    Ok(codec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_codec_is_made_by_its_name_and_shows_its_defaults() {
        for info in CODECS {
            let must = match info.name {
                "fixed_length" => ":length=4",
                "delimiter" => ":delimiters=\\r\\n|\\n",
                "expect_token" => ":tokens=OK|ERR",
                _ => "",
            };
            let text = format!("{}{must}", info.name);
            let codec: NamedCodec = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(codec.info.name, info.name);
            // What the table says is the default is the default.
            for parameter in info.parameters.iter().filter(|parameter| !matches!(parameter.default, "" | "none")) {
                let join = if must.is_empty() { ':' } else { ',' };
                let explicit: NamedCodec = format!("{text}{join}{}={}", parameter.name, parameter.default).parse().unwrap();
                assert_eq!(explicit.codec, codec.codec, "{} of {}", parameter.name, info.name);
            }
        }
    }

    #[test]
    fn the_documentation_has_every_codec_with_its_parameters() {
        let text = include_str!("../../docs/framing.md");
        let mut rows = text.lines().skip_while(|line| !line.starts_with("| codec |")).skip(2);
        for info in CODECS {
            let row = rows.next().unwrap_or_default();
            assert!(row.starts_with(&format!("| `{}` |", info.name)), "a row for {}, in this order, not {row}", info.name);
            for parameter in info.parameters.iter().filter(|parameter| parameter.name != "max_frame") {
                let is = if parameter.default.is_empty() { "" } else { "=" };
                let written = format!("`{}{is}{}`", parameter.name, parameter.default);
                assert!(row.contains(&written), "{written} in {row}");
            }
        }
        assert!(rows.next().is_none_or(|row| !row.starts_with('|')), "a codec that is none");
        for (name, preset) in LengthPrefix::PRESETS {
            let row = format!("| `{name}` | {} | {} | {} | {} |", preset.offset, preset.width, preset.adjust, preset.strip);
            assert!(text.contains(&row), "{row}");
        }
    }

    #[test]
    fn the_length_of_the_header_is_stripped_unless_it_is_said() {
        let strip = |text: &str| match text.parse::<NamedCodec>().unwrap().codec {
            AnyCodec::LengthPrefix(codec) => codec.strip,
            _ => panic!(),
        };
        assert_eq!(strip("length_prefix"), 4);
        assert_eq!(strip("length_prefix:width=2"), 2);
        assert_eq!(strip("length_prefix:width=2,offset=1"), 3);
        assert_eq!(strip("length_prefix:width=2,strip=0"), 0);
        assert_eq!(strip("postgres"), 0);
        assert_eq!(strip("length_prefix:preset=dns-tcp"), 2);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |text: &str| text.parse::<NamedCodec>().unwrap_err().to_string();
        assert_eq!(error("line:max=3"), "line has no parameter `max`");
        assert_eq!(error("fixed_length"), "fixed_length needs `length`");
        assert_eq!(error("line:max_frame=-1"), "`-1` cannot be `max_frame`: expected a whole number");
        assert_eq!(error("length_prefix:width=5"), "`5` cannot be `width`: expected 1, 2, 3, 4 or 8");
        assert_eq!(error("line:max_frame"), "`max_frame` is not `name=value` (a comma in a value is written \\x2c)");
        assert_eq!(error("line:max_frame=1,max_frame=2"), "`max_frame` is given twice");
        assert!(error("delimiter:delimiters=\\q").starts_with("`\\q` cannot be `delimiters`: expected bytes"));
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape("a\\r\\n\\x00\\xfF\\\\é").unwrap(), b"a\r\n\x00\xff\\\xc3\xa9");
        for wrong in ["\\", "\\x", "\\x1", "\\xg0", "\\q"] {
            assert_eq!(unescape(wrong), None, "{wrong}");
        }
    }
}
