//! Where the texts and bytes of a batch lie, one behind the other.

/// From where to where a text or bytes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// How many bytes lie there.
    #[inline]
    #[must_use]
    pub(super) fn len(self) -> usize {
        self.end - self.start
    }

    /// The same text after everything was put behind `by` others.
    #[must_use]
    pub(super) fn behind(self, by: usize) -> Self {
        Self {
            start: self.start + by,
            end: self.end + by,
        }
    }
}

/// One text and one run of bytes for all cells of a batch. Text that is UTF-8 is kept as such, so that it is looked at
/// once, when it comes in, and never again.
#[derive(Debug, Clone, Default)]
pub struct Arena {
    text: String,
    bytes: Vec<u8>,
}

/// How far an arena had been filled.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    text: usize,
    bytes: usize,
}

impl Arena {
    /// More than this is given back when a batch is cleared: one page with huge texts must not be paid for by all after it.
    const KEPT: usize = 16 << 20;

    /// Takes a text in.
    #[inline]
    pub fn add_text(&mut self, text: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(text);
        Span {
            start,
            end: self.text.len(),
        }
    }

    /// Takes bytes in.
    #[inline]
    pub fn add_bytes(&mut self, bytes: &[u8]) -> Span {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        Span {
            start,
            end: self.bytes.len(),
        }
    }

    /// The text that lies there.
    #[inline]
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Whether any of the texts has a NUL, which some databases cannot keep.
    #[must_use]
    pub fn has_nul(&self) -> bool {
        self.text.as_bytes().contains(&0)
    }

    /// The bytes that lie there.
    #[inline]
    #[must_use]
    pub fn bytes(&self, span: Span) -> &[u8] {
        self.bytes.get(span.start..span.end).unwrap_or_default()
    }

    /// Takes in all that lies in another one, and says by how much its texts and its bytes moved.
    pub(super) fn add_all(&mut self, other: &Self) -> (usize, usize) {
        let moved = (self.text.len(), self.bytes.len());
        self.text.push_str(&other.text);
        self.bytes.extend_from_slice(&other.bytes);
        moved
    }

    /// Becomes a copy of another one, with the room that it has.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.text.clone_from(&other.text);
        self.bytes.clone_from(&other.bytes);
    }

    /// Remembers how far it is filled.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            text: self.text.len(),
            bytes: self.bytes.len(),
        }
    }

    /// Forgets what came after the mark.
    pub fn back_to(&mut self, mark: Mark) {
        self.text.truncate(mark.text);
        self.bytes.truncate(mark.bytes);
    }

    /// Forgets everything and keeps the room.
    pub fn clear(&mut self) {
        self.text.clear();
        self.bytes.clear();
        self.text.shrink_to(Self::KEPT);
        self.bytes.shrink_to(Self::KEPT);
    }

    /// How much memory it holds.
    #[must_use]
    pub fn held(&self) -> usize {
        self.text.capacity() + self.bytes.capacity()
    }
}
