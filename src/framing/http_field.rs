//! Field lines: the lines of the head of an HTTP message, and of the trailer of a chunked body (RFC 9112, section 5).
//!
//! Two programs that read the same line differently disagree on where a message ends, and that is how requests are smuggled past a proxy.
//! So every line must be exactly what the grammar says: a line ends with `\r\n` and nothing else, a colon follows its name directly, and
//! no line goes on from the one before.

/// What the next byte of a header or trailer section may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum FieldLine {
    /// The beginning of a line, or of the empty line.
    Start,
    /// More of a name, or the colon behind it.
    Name,
    /// More of a value.
    Value,
    /// The `\n` of a line.
    End,
    /// The `\n` of the empty line.
    EmptyEnd,
}

impl FieldLine {
    /// What follows this byte; nothing behind the empty line, which ends the section.
    ///
    /// # Errors
    /// What was expected instead of this byte.
    pub(super) fn step(self, byte: u8) -> Result<Option<Self>, &'static str> {
        match (self, byte) {
            (Self::Start, b'\r') => Ok(Some(Self::EmptyEnd)),
            (Self::Start, b' ' | b'\t') => Err("a field name; a line cannot go on from the one before (RFC 9112, section 5.2)"),
            (Self::Start | Self::Name, _) if is_token(byte) => Ok(Some(Self::Name)),
            (Self::Name, b':') => Ok(Some(Self::Value)),
            (Self::Name, b' ' | b'\t') => Err("a colon directly behind the field name (RFC 9112, section 5.1)"),
            (Self::Start | Self::Name, _) => Err("a field name and a colon (RFC 9112, section 5)"),
            (Self::Value, b'\r') => Ok(Some(Self::End)),
            (Self::Value, _) if is_text(byte) => Ok(Some(Self::Value)),
            (Self::Value, b'\n') => Err("\\r\\n at the end of a line, not \\n alone"),
            (Self::Value, _) => Err("no control character in a field value"),
            (Self::End, b'\n') => Ok(Some(Self::Start)),
            (Self::EmptyEnd, b'\n') => Ok(None),
            (Self::End | Self::EmptyEnd, _) => Err("\\n behind \\r"),
        }
    }
}

/// A byte of a token, such as a method or a field name (RFC 9110, section 5.6.2).
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A byte of a field value or reason phrase: visible, white space, or not ASCII (RFC 9110, section 5.5).
pub(super) fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~' | 0x80..)
}
