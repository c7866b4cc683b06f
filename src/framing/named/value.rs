//! The values of parameters, as they are written: `width=2,endian=little`.

use std::fmt;

use super::info::CodecInfo;

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
pub(super) struct Values<'w> {
    pub(super) info: &'static CodecInfo,
    written: Vec<(&'static str, &'w str)>,
}

impl<'w> Values<'w> {
    pub(super) fn read(info: &'static CodecInfo, text: Option<&'w str>) -> Result<Self, CodecError> {
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
    pub(super) fn given(&self, name: &str) -> Option<&'w str> {
        self.written.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    pub(super) fn value<T>(&self, name: &'static str, expected: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T, CodecError> {
        let default = self.info.parameters.iter().find(|parameter| parameter.name == name).map_or("", |parameter| parameter.default);
        let value = self.given(name).unwrap_or(default);
        parse(value).ok_or_else(|| CodecError::BadValue { parameter: name, value: value.to_owned(), expected })
    }

    pub(super) fn size(&self, name: &'static str) -> Result<usize, CodecError> {
        self.value(name, "a whole number", |value| value.parse().ok())
    }

    pub(super) fn max_frame(&self) -> Result<usize, CodecError> {
        self.size("max_frame")
    }

    pub(super) fn switch(&self, name: &'static str) -> Result<bool, CodecError> {
        self.value(name, "true or false", |value| value.parse().ok())
    }

    pub(super) fn byte(&self, name: &'static str) -> Result<u8, CodecError> {
        let one = |value: &str| match unescape(value)?.as_slice() {
            [byte] => Some(*byte),
            _ => None,
        };
        self.value(name, "one byte, such as \\n or \\x20", one)
    }

    pub(super) fn tokens(&self, name: &'static str) -> Result<Vec<Vec<u8>>, CodecError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(unescape("a\\r\\n\\x00\\xfF\\\\é").unwrap(), b"a\r\n\x00\xff\\\xc3\xa9");
        for wrong in ["\\", "\\x", "\\x1", "\\xg0", "\\q"] {
            assert_eq!(unescape(wrong), None, "{wrong}");
        }
    }
}
