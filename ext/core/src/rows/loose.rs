//! A column that is being made while its batch is read.

use super::arena::Arena;
use super::cell::Cell;
use super::column::Column;

/// A column with an arena of its own: a step reads cells of the batch and pushes what it makes of them here, then
/// [`super::Batch::append`] takes the whole column over.
#[derive(Debug, Clone, Default)]
pub struct LooseColumn {
    pub(super) column: Column,
    pub(super) arena: Arena,
}

impl LooseColumn {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a value behind the last one.
    #[inline]
    pub fn push(&mut self, cell: Cell<'_>) {
        self.column.push(cell, &mut self.arena);
    }

    /// The value of a row.
    #[inline]
    #[must_use]
    pub fn get(&self, row: usize) -> Cell<'_> {
        self.column.get(row, &self.arena)
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.column.len()
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.column.is_empty()
    }

    /// Forgets all rows and keeps the room.
    pub fn clear(&mut self) {
        self.column.clear();
        self.arena.clear();
    }
}
