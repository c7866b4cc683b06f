//! Codecs by name, as they are written in scenario files and on the command line: `netstring`, `length_prefix:width=2,endian=little`.

mod info;
mod value;

use std::num::NonZeroUsize;

use crate::framing::{
    Cobs, Codec, Datagram, DecimalPrefix, Decoder, Delimiter, DleStxEtx, EncodeError, Endian, ExpectToken, FixedLength, Hdlc, HttpChunked,
    HttpMessage, JsonStream, LengthPrefix, Line, Mqtt, Netstring, RawRecv, Resp, Slip, UntilEof, VarintPrefix, WebSocket,
};
use value::Values;

pub use info::{CODECS, CodecInfo, Parameter, codec_info};
pub use value::{CodecError, unescape};

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
        let text = include_str!("../../../docs/framing.md");
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
}
