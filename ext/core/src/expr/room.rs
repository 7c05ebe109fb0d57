//! Values that are being computed.

use crate::rows::Cell;

/// Where texts lie that are made for a row. It is used again from row to row, so that no row costs an allocation.
#[derive(Debug, Default)]
pub struct Room {
    pub(super) made: String,
    pub(super) cast: String,
}

impl Room {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what was made for the last row.
    #[inline]
    pub fn clear(&mut self) {
        self.made.clear();
    }

    /// The cell that a value is; it lives as long as nothing else is computed.
    #[inline]
    #[must_use]
    pub fn cell<'a>(&'a self, value: Val<'a>) -> Cell<'a> {
        value.cell(&self.made)
    }

    /// Takes a text in.
    pub(super) fn text(&mut self, text: &str) -> Val<'static> {
        let start = self.made.len();
        self.made.push_str(text);
        Val::Text(start, self.made.len())
    }

    /// Takes the digits of a long number in.
    pub(super) fn number(&mut self, text: &str) -> Val<'static> {
        let start = self.made.len();
        self.made.push_str(text);
        Val::Number(start, self.made.len())
    }

    /// What was made since then, as text.
    pub(super) fn since(&self, start: usize) -> Val<'static> {
        Val::Text(start, self.made.len())
    }
}

/// A value: a cell that lies somewhere else, or a text or number from here to there in the [`Room`].
#[derive(Debug, Clone, Copy)]
pub enum Val<'a> {
    /// A cell.
    Cell(Cell<'a>),
    /// A text that was made.
    Text(usize, usize),
    /// A number of many digits that was made.
    Number(usize, usize),
}

impl<'a> Val<'a> {
    pub(super) const NULL: Val<'static> = Val::Cell(Cell::Null);

    /// Whether it is NULL.
    #[inline]
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Cell(Cell::Null))
    }

    #[inline]
    pub(super) fn cell<'s>(self, made: &'s str) -> Cell<'s>
    where
        'a: 's,
    {
        match self {
            Self::Cell(cell) => cell,
            Self::Text(from, to) => Cell::Text(made.get(from..to).unwrap_or_default()),
            Self::Number(from, to) => Cell::Number(made.get(from..to).unwrap_or_default()),
        }
    }
}

#[inline]
pub(super) fn truth(value: bool) -> Val<'static> {
    Val::Cell(Cell::Bool(value))
}
