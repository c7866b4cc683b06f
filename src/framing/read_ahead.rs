//! The buffer between `recv` and the messages of a protocol.

/// Bytes that were received and not yet taken.
///
/// ```
/// use netlab::framing::ReadAhead;
///
/// let mut buffer = ReadAhead::default();
/// buffer.push(b"hel");
/// assert_eq!(buffer.take_through(b"\n"), None); // not enough yet
/// buffer.push(b"lo\nwor");
/// assert_eq!(buffer.take_through(b"\n").as_deref(), Some(&b"hello\n"[..]));
/// assert_eq!(buffer.take_exact(3).as_deref(), Some(&b"wor"[..]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadAhead {
    bytes: Vec<u8>,
    /// Bytes at the front in which the token was looked for and cannot begin: a search never starts again.
    searched: usize,
    /// How many bytes were taken before.
    taken: u64,
}

impl ReadAhead {
    /// Adds bytes that have come.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// How many bytes are held.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether no bytes are held.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Takes exactly that many bytes, or nothing while there are fewer.
    pub fn take_exact(&mut self, count: usize) -> Option<Vec<u8>> {
        (self.bytes.len() >= count).then(|| self.take(count))
    }

    /// Takes everything up to and including the token, or nothing while the token is not whole.
    pub fn take_through(&mut self, token: &[u8]) -> Option<Vec<u8>> {
        let from = self.searched.min(self.bytes.len());
        let found = self.bytes[from..].windows(token.len()).position(|window| window == token);
        match found {
            Some(at) => Some(self.take(from + at + token.len())),
            None => {
                self.searched = (self.bytes.len() + 1).saturating_sub(token.len());
                None
            }
        }
    }

    /// How many bytes were taken before: the offset of those that are held among all that came.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// The bytes held.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes all bytes.
    pub fn take_all(&mut self) -> Vec<u8> {
        self.take(self.bytes.len())
    }

    /// Takes that many bytes, of which there must be as many.
    pub fn take(&mut self, count: usize) -> Vec<u8> {
        self.searched = 0;
        self.taken += count as u64;
        let rest = self.bytes.split_off(count);
        std::mem::replace(&mut self.bytes, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_wherever_it_is_cut() {
        let stream = b"abc\r\ndef\r\n\r\n";
        for cut in 0..=stream.len() {
            let mut buffer = ReadAhead::default();
            let mut frames = Vec::new();
            for piece in [&stream[..cut], &stream[cut..]] {
                buffer.push(piece);
                while let Some(frame) = buffer.take_through(b"\r\n") {
                    frames.push(frame);
                }
            }
            assert_eq!(frames, [&b"abc\r\n"[..], b"def\r\n", b"\r\n"], "cut at {cut}");
            assert!(buffer.is_empty());
        }
    }

    #[test]
    fn a_token_with_a_repeated_beginning() {
        let mut buffer = ReadAhead::default();
        for byte in b"aaab" {
            assert_eq!(buffer.take_through(b"aab"), None);
            buffer.push(&[*byte]);
        }
        assert_eq!(buffer.take_through(b"aab").as_deref(), Some(&b"aaab"[..]));
    }
}
