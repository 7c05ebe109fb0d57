//! Rows on their way into a batch.

use super::{out_of_range, Batch, Result};
use crate::rows::cell::Cell;
use crate::rows::refusal::Refusal;
use crate::rows::state::State;

impl Batch {
    /// Begins a row. Its cells follow with [`Batch::put_in`], then [`Batch::end_row`] or [`Batch::give_up_row`].
    ///
    /// # Errors
    /// [`Refusal::RowOpen`].
    #[inline]
    pub fn begin_row(&mut self) -> Result<()> {
        if self.open.is_some() {
            return Err(Refusal::RowOpen);
        }
        self.open = Some((self.arena.mark(), self.names.len()));
        Ok(())
    }

    /// A cell of the row that was begun. The second one for the same column wins.
    ///
    /// # Errors
    /// [`Refusal::OutOfRange`] for a column that the source does not have.
    #[inline]
    pub fn put_in(&mut self, column: usize, cell: Cell<'_>) -> Result<()> {
        let row = self.states.len();
        let count = self.names.len();
        match self.columns.get_mut(column) {
            Some(values) if column < count && values.len() == row => {
                values.push(cell, &mut self.arena);
            }
            Some(values) if column < count => values.set(row, cell, &mut self.arena),
            _ => return Err(out_of_range("column", column, count)),
        }
        Ok(())
    }

    /// A cell of the row that was begun, by name. A column that no row had yet joins the source's columns, null in the
    /// rows before; once a step has appended to the batch it is left out, and the answer is false.
    pub fn put_in_named(&mut self, name: &str, cell: Cell<'_>) -> bool {
        let known = self.source_column(name);
        if known.is_none() && self.columns.len() > self.names.len() {
            return false;
        }
        let column = known.unwrap_or_else(|| {
            self.add_source(name);
            self.columns.len() - 1
        });
        self.put_in(column, cell).is_ok()
    }

    /// The row that was begun is whole: what it did not bring is null.
    #[inline]
    pub fn end_row(&mut self) {
        self.states.push(State::Live);
        self.counts.live += 1;
        self.open = None;
        let len = self.states.len();
        for column in &mut self.columns {
            if column.len() < len {
                column.pad(len);
            }
        }
    }

    /// The row that was begun cannot be finished: the batch is as it was before.
    pub fn give_up_row(&mut self) {
        let Some((mark, sources)) = self.open.take() else {
            return;
        };
        if sources < self.names.len() {
            // Columns that only this row had; nothing can have been appended behind them.
            self.names.truncate(sources);
            self.columns.truncate(sources);
            self.outputs.retain(|output| output.column < sources);
            self.shape += 1;
        }
        let len = self.states.len();
        for column in &mut self.columns {
            column.truncate(len);
        }
        self.arena.back_to(mark);
    }

    /// A whole row, one cell for each source column.
    ///
    /// # Errors
    /// [`Refusal::Length`] and [`Refusal::RowOpen`].
    pub fn push_row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        if cells.len() != self.names.len() {
            return Err(Refusal::Length {
                what: "row",
                came: cells.len(),
                takes: self.names.len(),
            });
        }
        self.begin_row()?;
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(*cell, &mut self.arena);
        }
        self.end_row();
        Ok(())
    }
}
