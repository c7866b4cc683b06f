//! What the head of an HTTP message says of its body: whether there is one, and where it ends (RFC 9112, sections 3 to 6).

use super::error::{Fault, FrameErrorKind, Seen};
use super::http_field::is_token;

/// What a start line says of the body.
#[derive(Clone, Copy)]
pub(super) struct StartLine {
    /// The digits of a response's status; a request has none.
    status: Option<[u8; 3]>,
    /// The digit of the version behind `HTTP/1.`.
    minor: u8,
}

impl StartLine {
    /// Of a head whose start line has not come.
    pub(super) const UNKNOWN: Self = Self { status: None, minor: b'1' };

    /// RFC 9112, sections 3 and 4. The space behind a status without a reason may be missing, as it is often, and ends nothing early.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        if let Some(response) = line.strip_prefix(b"HTTP/1.") {
            return match response {
                [minor @ b'0'..=b'9', b' ', a, b, c] | [minor @ b'0'..=b'9', b' ', a, b, c, b' ', ..] => {
                    let status = [*a, *b, *c];
                    status.iter().all(u8::is_ascii_digit).then_some(Self { status: Some(status), minor: *minor })
                }
                _ => None,
            };
        }
        let mut words = line.split(|&byte| byte == b' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        let is_request = words.next().is_none()
            && !method.is_empty()
            && method.iter().all(|&byte| is_token(byte))
            && !target.is_empty()
            && target.iter().all(u8::is_ascii_graphic);
        match version.strip_prefix(b"HTTP/1.") {
            Some([minor @ b'0'..=b'9']) if is_request => Some(Self { status: None, minor: *minor }),
            _ => None,
        }
    }

    /// Whether no body follows, whatever the fields say (RFC 9112, section 6.3, rule 1).
    fn has_no_body(&self) -> bool {
        matches!(self.status, Some([b'1', ..] | [b'2', b'0', b'4'] | [b'3', b'0', b'4']))
    }
}

/// Where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// There is none.
    Nothing,
    /// Behind so many bytes. They were said at this place of the head.
    Length(u64, usize),
    /// Where its chunks do.
    Chunked,
    /// With the stream.
    Rest,
}

impl Extent {
    /// What a head says whose lines have been checked (RFC 9112, section 6.3).
    pub(super) fn of(start_line: StartLine, head: &[u8]) -> Result<Self, Fault> {
        let Fields { length, codings } = Fields::of(head)?;
        let wrong = |at, expected: &'static str| Fault::new(FrameErrorKind::Malformed, expected, Seen::first(line_at(head, at))).at(at);
        let is_request = start_line.status.is_none();
        match (codings, length) {
            // Section 6.1.
            (Some((_, at)), _) if start_line.minor == b'0' => {
                Err(wrong(at, "no Transfer-Encoding in HTTP/1.0, whose framing it would make faulty"))
            }
            _ if start_line.has_no_body() => Ok(Self::Nothing),
            (Some((Codings::EndChunked, _)), _) => Ok(Self::Chunked),
            (Some((_, at)), _) if is_request => Err(wrong(at, "chunked as the last transfer coding of a request (RFC 9112, section 6.3)")),
            (None, Some((length, at))) => Ok(Self::Length(length, at)),
            (None, None) if is_request => Ok(Self::Nothing),
            (Some(_), _) | (None, None) => Ok(Self::Rest),
        }
    }
}

/// What is left of a line.
pub(super) fn line_at(head: &[u8], at: usize) -> &[u8] {
    head[at..].split(|&byte| byte == b'\r').next().unwrap_or_default()
}

/// The fields of a head whose lines have been checked: where each value begins, name, value.
fn fields(head: &[u8]) -> impl Iterator<Item = (usize, &[u8], &[u8])> {
    let mut ends = memchr::memchr_iter(b'\n', head);
    let mut start = ends.next().map_or(head.len(), |end| end + 1);
    ends.filter_map(move |end| {
        let from = std::mem::replace(&mut start, end + 1);
        let line = &head[from..end];
        let colon = memchr::memchr(b':', line)?;
        let value = line[colon + 1..].trim_ascii_start();
        Some((from + line.len() - value.len(), &line[..colon], value.trim_ascii_end()))
    })
}

/// What the fields of a head say of the body.
#[derive(Default)]
struct Fields {
    /// `Content-Length`, and where it stands.
    length: Option<(u64, usize)>,
    /// `Transfer-Encoding`, and where it stands.
    codings: Option<(Codings, usize)>,
}

/// What is known of the transfer codings.
#[derive(Clone, Copy)]
enum Codings {
    /// `chunked` is the last.
    EndChunked,
    /// It is not the last.
    HoldChunked,
    /// It is none of them.
    Others,
}

impl Fields {
    /// RFC 9112, sections 6.1 to 6.3.
    fn of(head: &[u8]) -> Result<Self, Fault> {
        let mut found = Self::default();
        for (at, name, value) in fields(head) {
            let wrong = |(kind, expected): (_, &'static str)| Fault::new(kind, expected, Seen::first(value)).at(at);
            if name.eq_ignore_ascii_case(b"content-length") {
                found.add_length(at, value).map_err(|expected| wrong((FrameErrorKind::BadLength, expected)))?;
            } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
                found.add_codings(at, value).map_err(|expected| wrong((FrameErrorKind::Malformed, expected)))?;
            }
            if found.length.is_some() && found.codings.is_some() {
                let expected = "a Content-Length or a Transfer-Encoding, not both (RFC 9112, section 6.3)";
                return Err(wrong((FrameErrorKind::Malformed, expected)));
            }
        }
        Ok(found)
    }

    /// Repeated, on a line of its own or in a list, it must be the same number.
    fn add_length(&mut self, at: usize, value: &[u8]) -> Result<(), &'static str> {
        for length in value.split(|&byte| byte == b',') {
            let length = digits(length.trim_ascii()).ok_or("a Content-Length in digits")?;
            if self.length.is_some_and(|(known, _)| known != length) {
                return Err("the same Content-Length as before (RFC 9112, section 6.3)");
            }
            self.length = Some((length, at));
        }
        Ok(())
    }

    /// Lines add to the list of those before.
    fn add_codings(&mut self, at: usize, value: &[u8]) -> Result<(), &'static str> {
        // Empty elements of a list are to be ignored (RFC 9110, section 5.6.1.2).
        for coding in value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).filter(|coding| !coding.is_empty()) {
            // No coding that is registered has parameters; those of chunked should be treated as an error (RFC 9112, section 7.1).
            if !coding.iter().all(|&byte| is_token(byte)) {
                return Err("transfer codings without parameters");
            }
            let codings = match (self.codings, coding.eq_ignore_ascii_case(b"chunked")) {
                (None | Some((Codings::Others, _)), true) => Codings::EndChunked,
                (Some(_), true) => return Err("chunked once at most (RFC 9112, section 6.1)"),
                (None | Some((Codings::Others, _)), false) => Codings::Others,
                (Some(_), false) => Codings::HoldChunked,
            };
            self.codings = Some((codings, at));
        }
        if self.codings.is_none() { Err("a transfer coding") } else { Ok(()) }
    }
}

/// Digits only: `parse` would take a sign.
fn digits(text: &[u8]) -> Option<u64> {
    if text.iter().all(u8::is_ascii_digit) { str::from_utf8(text).ok()?.parse().ok() } else { None }
}
