//! The piece of a file that is in memory.

use crate::checksum::Checksum;

/// Where a row lies in the window, and on which lines of the file.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    line: u64,
    next_line: u64,
}

/// Bytes of a file from some place on: those of the rows of a page, what was read beyond them, and a little of what was
/// before, by which a changed file is known.
#[derive(Debug, Default)]
pub struct Window {
    bytes: Vec<u8>,
    /// Where in the file the first of them stands.
    base: u64,
    /// Where among them the next row begins.
    next: usize,
    line: u64,
    ended: bool,
    rows: Vec<Span>,
}

impl Window {
    /// So much of what is before a place says whether the file is still the same there.
    pub const TAIL: usize = 4096;

    /// At a place of the file: `before` are the bytes that end there, as many as [`Window::TAIL`] or all that there are.
    #[must_use]
    pub fn at(offset: u64, line: u64, before: &[u8]) -> Self {
        Self {
            bytes: before.to_vec(),
            base: offset.saturating_sub(before.len() as u64),
            next: before.len(),
            line,
            ..Self::default()
        }
    }

    /// The bytes that follow in the file.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// There are no more.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    /// Whether the file's end is in the window.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// Whether every row of the file has passed.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.ended && self.next >= self.bytes.len()
    }

    /// What has not been read yet.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.bytes.get(self.next..).unwrap_or_default()
    }

    /// The line on which it begins.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Lets go of the rows of the last page.
    pub fn begin_page(&mut self) {
        let gone = self.next.saturating_sub(Self::TAIL);
        self.bytes.drain(..gone);
        self.base += gone as u64;
        self.next -= gone;
        self.rows.clear();
    }

    /// Passes over bytes that are no row.
    pub fn skip(&mut self, length: usize, lines: u64) {
        self.next += length;
        self.line += lines;
    }

    /// Passes over the next row.
    pub fn pass(&mut self, length: usize, lines: u64) {
        let (start, line) = (self.next, self.line);
        self.skip(length, lines);
        self.rows.push(Span {
            start,
            end: self.next,
            line,
            next_line: self.line,
        });
    }

    /// The line on which a row of the page begins.
    #[must_use]
    pub fn line_of(&self, row: usize) -> Option<u64> {
        self.rows.get(row).map(|span| span.line)
    }

    /// A row of the page as it stands in the file.
    #[must_use]
    pub fn bytes_of(&self, row: usize) -> Option<&[u8]> {
        let span = self.rows.get(row)?;
        self.bytes.get(span.start..span.end)
    }

    /// The place behind a row of the page: the byte, the line, and the mark of what is before it.
    #[must_use]
    pub fn behind(&self, row: usize) -> Option<(u64, u64, String)> {
        let span = self.rows.get(row)?;
        let place = self.base + span.end as u64;
        Some((place, span.next_line, self.mark_at(span.end)))
    }

    /// The mark of what is before the next row.
    #[must_use]
    pub fn mark(&self) -> String {
        self.mark_at(self.next)
    }

    fn mark_at(&self, end: usize) -> String {
        let mut sum = Checksum::new();
        sum.update(
            self.bytes
                .get(end.saturating_sub(Self::TAIL)..end)
                .unwrap_or_default(),
        );
        let mut hex = sum.hex();
        hex.truncate(16);
        hex
    }
}
