//! What the targets for framing share: how their input is read.

use std::sync::LazyLock;

/// An input: a few bytes that choose, the sizes of the pieces, and the stream.
pub struct Input<'d> {
    pub choices: [u8; 6],
    sizes: &'d [u8],
    pub stream: &'d [u8],
}

impl<'d> Input<'d> {
    pub fn read(data: &'d [u8]) -> Option<Self> {
        let (choices, rest) = data.split_first_chunk::<6>()?;
        let (&count, rest) = rest.split_first()?;
        let (sizes, stream) = rest.split_at_checked(usize::from(count % 8))?;
        Some(Self { choices: *choices, sizes, stream })
    }

    /// The stream in its pieces, of which some may be empty. The last has whatever is left.
    pub fn pieces(&self) -> Vec<&'d [u8]> {
        let mut rest = self.stream;
        let mut pieces = Vec::new();
        for &size in self.sizes {
            let (piece, behind) = rest.split_at(usize::from(size).min(rest.len()));
            pieces.push(piece);
            rest = behind;
        }
        pieces.push(rest);
        pieces
    }
}

/// The names in `FRAMING`, with commas between them; all where it is not set. To fuzz some codecs only.
pub fn chosen(name: &str) -> bool {
    static CHOSEN: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("FRAMING").ok());
    CHOSEN.as_ref().is_none_or(|chosen| chosen.split(',').any(|one| one == name))
}
