//! Payloads: the bytes of a send, or the bytes that a read is expected to return.

use base64::Engine as _;
use schemars::JsonSchema;

use super::decode::{Decode, Fields, integer, string, wrong_type};
use super::json::{Member, Node, NodeKind};
use super::problem::{Problem, Problems, quoted, shortened, suggestion};
use super::source::Span;

/// The largest payload of one step, and the largest size of one `recv`, in bytes.
pub const MAX_PAYLOAD: u64 = 16 * 1024 * 1024;

/// Bytes, described rather than held where they are many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The parts, one behind the other.
    pub parts: Vec<Part>,
    /// Its place in the file.
    pub span: Span,
}

/// One part of a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes, that many times.
    Repeat {
        /// The bytes.
        unit: Vec<u8>,
        /// How often.
        times: u64,
    },
    /// That many bytes from the seeded generator.
    Random(u64),
}

impl Payload {
    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.parts.iter().map(Part::len).sum()
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Part {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Repeat { unit, times } => (unit.len() as u64).saturating_mul(*times),
            Self::Random(length) => *length,
        }
    }
}

/// How a payload stands in the schema.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) struct PayloadFields {
    /// Text, sent as UTF-8 unless `encode` names another encoding.
    text: Option<String>,
    /// The encoding of `text`, by its WHATWG label: "gbk", "big5", "shift_jis", "windows-1252".
    encode: Option<String>,
    /// Bytes in hexadecimal, with or without spaces: "68 65 6c 6c 6f".
    hex: Option<String>,
    /// Bytes in base64 (RFC 4648, section 4).
    base64: Option<String>,
    /// Text to be repeated `times` times.
    repeat: Option<String>,
    /// How often `repeat` is repeated.
    times: Option<u64>,
    /// That many random bytes; the seed decides which.
    #[schemars(range(max = 16_777_216))]
    random: Option<u64>,
    /// Numbers packed like Python's `struct.pack`: {"format": ">IB", "values": [14, 1]}.
    pack: Option<PackFields>,
    /// Several payloads, one behind the other.
    concat: Option<Vec<Payload>>,
}

/// Numbers packed like Python's `struct.pack`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) struct PackFields {
    /// First the byte order, `<` little or `>` or `!` big; then for each number b B h H i I l L q Q (1, 1, 2, 2, 4, 4, 4, 4, 8, 8 bytes).
    format: String,
    /// The numbers, one for each letter.
    values: Vec<i64>,
}

impl JsonSchema for Payload {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Payload".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        PayloadFields::json_schema(generator)
    }
}

const FORMS: &[&str] = &["text", "hex", "base64", "repeat", "random", "pack", "concat"];

impl Payload {
    /// Reads the payload among the fields of an object that may have others. `None` when there is none, or when
    /// it is wrong: [`Payload::is_written`] tells which.
    pub(crate) fn from_fields(fields: &mut Fields<'_>, span: Span, problems: &mut Problems) -> Option<Self> {
        let encode = fields.present(&["encode"]).first().map(|(_, member)| *member);
        let times = fields.present(&["times"]).first().map(|(_, member)| *member);
        let present = fields.present(FORMS);
        if let [(first, _), (_, second), ..] = present.as_slice() {
            let title = format!("two payloads: `{first}` and `{}`", second.name.value);
            problems.add(Problem::TooMany, second.name.span, title, "put several into \"concat\": [{..}, {..}]");
            return None;
        }
        let Some(&(form, Member { name, value })) = present.first() else {
            for (alone, needs) in [(encode, "`encode` without `text`"), (times, "`times` without `repeat`")] {
                if let Some(alone) = alone {
                    problems.add(Problem::UnknownField, alone.name.span, needs, "there is no payload here");
                }
            }
            return None;
        };
        if let Some(encode) = encode.filter(|_| form != "text") {
            problems.add(Problem::UnknownField, encode.name.span, "`encode` without `text`", format!("`{form}` is bytes already"));
        }
        if let Some(times) = times.filter(|_| form != "repeat") {
            problems.add(Problem::UnknownField, times.name.span, "`times` without `repeat`", "only \"repeat\" is repeated");
        }
        let parts = match form {
            "text" => vec![Part::Bytes(encoded_text(value, encode.map(|member| &member.value), problems)?)],
            "hex" => vec![Part::Bytes(hex(value, problems)?)],
            "base64" => vec![Part::Bytes(base64(value, problems)?)],
            "random" => vec![Part::Random(integer(value, "a number of bytes", 0..=MAX_PAYLOAD, problems)?)],
            "pack" => vec![Part::Bytes(pack(value, problems)?)],
            "concat" => Vec::<Payload>::decode(value, problems)?.into_iter().flat_map(|payload| payload.parts).collect(),
            _ => {
                let Some(times) = times else {
                    problems.add(Problem::MissingField, name.span, "`times` is missing", "how often?");
                    return None;
                };
                let unit = string(value, "text to repeat", problems)?.as_bytes().to_vec();
                vec![Part::Repeat { unit, times: integer(&times.value, "a number of times", 0..=MAX_PAYLOAD, problems)? }]
            }
        };
        let payload = Self { parts, span };
        if payload.len() > MAX_PAYLOAD {
            let label = format!("{} bytes; one step takes at most {MAX_PAYLOAD}", payload.len());
            problems
                .add(Problem::LimitExceeded, span, "the payload is too large", label)
                .with_help("send a smaller one several times, with \"repeat\"");
            return None;
        }
        Some(payload)
    }

    /// Whether the object has a payload at all, right or wrong.
    pub(crate) fn is_written(fields: &mut Fields<'_>) -> bool {
        !fields.present(FORMS).is_empty()
    }

    /// As [`Payload::from_fields`], with an error when there is none.
    pub(crate) fn required(fields: &mut Fields<'_>, span: Span, problems: &mut Problems) -> Option<Self> {
        let payload = Self::from_fields(fields, span, problems);
        if !Self::is_written(fields) {
            let label = "expected text, hex, base64, repeat, random, pack or concat";
            problems.add(Problem::MissingField, fields.brace(), "no payload", label);
        }
        payload
    }
}

impl Decode for Payload {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, "a payload", problems)?;
        let payload = Self::required(&mut fields, node.span, problems);
        fields.finish(problems);
        payload
    }
}

fn bad(node: &Node, title: impl Into<String>, label: impl Into<String>, problems: &mut Problems) {
    problems.add(Problem::BadPayload, node.span, title, label);
}

fn encoded_text(node: &Node, encode: Option<&Node>, problems: &mut Problems) -> Option<Vec<u8>> {
    let text = string(node, "text", problems)?;
    let Some(encode) = encode else { return Some(text.as_bytes().to_vec()) };
    let label = string(encode, "the name of an encoding", problems)?;
    let known = ["utf-8", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "iso-8859-1", "windows-1252", "koi8-r"];
    let Some(encoding) = encoding_rs::Encoding::for_label(label.as_bytes()) else {
        let title = format!("{} is not an encoding", quoted(label));
        problems.add(Problem::UnknownWord, encode.span, title, suggestion(label, &known));
        return None;
    };
    if encoding.output_encoding() != encoding {
        bad(encode, format!("text cannot be encoded as {}", encoding.name()), "write its bytes as \"hex\"", problems);
        return None;
    }
    let (bytes, _, unmappable) = encoding.encode(text);
    if unmappable {
        let missing: Vec<char> = text.chars().filter(|c| encoding.encode(c.encode_utf8(&mut [0; 4])).2).take(5).collect();
        bad(
            node,
            format!("{} has no code for every character here", encoding.name()),
            format!("not in {}: {missing:?}", encoding.name()),
            problems,
        );
        return None;
    }
    Some(bytes.into_owned())
}

fn hex(node: &Node, problems: &mut Problems) -> Option<Vec<u8>> {
    let text = string(node, "hexadecimal digits", problems)?;
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(wrong) = digits.iter().find(|c| !c.is_ascii_hexdigit()) {
        bad(node, "not hexadecimal", format!("`{wrong}` is not a hexadecimal digit"), problems);
        return None;
    }
    if !digits.len().is_multiple_of(2) {
        bad(node, "not hexadecimal", format!("an odd number of digits, {}: two make a byte", digits.len()), problems);
        return None;
    }
    let value = |c: char| c.to_digit(16).unwrap_or(0) as u8;
    Some(digits.chunks_exact(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect())
}

fn base64(node: &Node, problems: &mut Problems) -> Option<Vec<u8>> {
    let text = string(node, "base64", problems)?;
    match base64::engine::general_purpose::STANDARD.decode(text) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            let label = match error {
                base64::DecodeError::InvalidByte(at, symbol) => {
                    format!("`{}` at offset {at}: base64 is A-Z a-z 0-9 + / and `=` at the end", symbol.escape_ascii())
                }
                base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => {
                    "the length must be a multiple of 4, filled up with `=`".to_owned()
                }
                base64::DecodeError::InvalidLastSymbol { .. } => "its last character has bits that belong to no byte".to_owned(),
            };
            bad(node, "not base64 (RFC 4648, section 4)", label, problems);
            None
        }
    }
}

fn pack(node: &Node, problems: &mut Problems) -> Option<Vec<u8>> {
    let mut fields = Fields::of(node, "pack", problems)?;
    let format = fields.node("format");
    let values = fields.node("values");
    let brace = fields.brace();
    fields.finish(problems);
    let (Some(format_node), Some(values_node)) = (format, values) else {
        problems.add(Problem::MissingField, brace, "pack is incomplete", "expected {\"format\": \">I\", \"values\": [14]}");
        return None;
    };
    let format = string(format_node, "a format such as \">I\"", problems)?;
    let NodeKind::Array(values) = &values_node.kind else {
        wrong_type(values_node, "an array of numbers", problems);
        return None;
    };
    let mut letters = format.chars();
    let big_endian = match letters.next() {
        Some('>' | '!') => true,
        Some('<') => false,
        _ => {
            bad(
                format_node,
                "the byte order is missing",
                "start with `<` (little endian), `>` or `!` (big endian, network order)",
                problems,
            );
            return None;
        }
    };
    let letters: Vec<char> = letters.filter(|c| !c.is_whitespace()).collect();
    if letters.len() != values.len() {
        bad(values_node, "pack does not fit its format", format!("letters: {}, values: {}", letters.len(), values.len()), problems);
        return None;
    }
    let mut bytes = Vec::new();
    for (letter, value) in letters.into_iter().zip(values) {
        let (width, signed) = match letter {
            'b' | 'B' => (1, letter == 'b'),
            'h' | 'H' => (2, letter == 'h'),
            'i' | 'I' | 'l' | 'L' => (4, matches!(letter, 'i' | 'l')),
            'q' | 'Q' => (8, letter == 'q'),
            _ => {
                bad(format_node, format!("`{letter}` is not a letter of pack"), "expected b B h H i I l L q Q", problems);
                return None;
            }
        };
        bytes.extend(packed_number(value, letter, width, signed, big_endian, problems)?);
    }
    Some(bytes)
}

fn packed_number(node: &Node, letter: char, width: u32, signed: bool, big_endian: bool, problems: &mut Problems) -> Option<Vec<u8>> {
    let NodeKind::Number(digits) = &node.kind else {
        wrong_type(node, "a number", problems);
        return None;
    };
    let bits = width * 8;
    let (low, high) = if signed { (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1) } else { (0, (1i128 << bits) - 1) };
    let Some(number) = digits.parse::<i128>().ok().filter(|number| (low..=high).contains(number)) else {
        problems.add(
            Problem::OutOfRange,
            node.span,
            format!("{} does not fit `{letter}`", shortened(digits)),
            format!("expected {low} to {high}"),
        );
        return None;
    };
    let width = width as usize;
    Some(if big_endian { number.to_be_bytes()[16 - width..].to_vec() } else { number.to_le_bytes()[..width].to_vec() })
}
