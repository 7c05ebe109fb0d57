//! What became of the rows of a batch, and where they stand in the source.

use std::ops::Range;

use super::{Batch, Result};
use crate::rows::refusal::Refusal;
use crate::rows::state::{Counts, State};

impl Batch {
    /// What became of a row, if it is there.
    #[inline]
    #[must_use]
    pub fn state(&self, row: usize) -> Option<State> {
        self.states.get(row).copied()
    }

    /// How many rows are in each state.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The rows of a range that go on to the sink.
    pub fn live(&self, rows: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        let end = rows.end.min(self.len());
        (rows.start..end).filter(|row| self.states.get(*row) == Some(&State::Live))
    }

    /// Takes a row out. False when it had not been live.
    pub fn filter(&mut self, row: usize) -> bool {
        self.leave(row, State::Filtered)
    }

    /// Says that a later row has the key of this one. False when it had not been live.
    pub fn skip(&mut self, row: usize) -> bool {
        self.leave(row, State::Skipped)
    }

    /// Puts a row aside and says which reject of the batch it is; `None` when it had not been live.
    pub fn reject(&mut self, row: usize) -> Option<u32> {
        let number = u32::try_from(self.counts.rejected).ok()?;
        self.leave(row, State::Rejected(number)).then_some(number)
    }

    fn leave(&mut self, row: usize, state: State) -> bool {
        match self.states.get_mut(row) {
            Some(place @ State::Live) => {
                *place = state;
                self.counts.live -= 1;
                *self.counts.of(state) += 1;
                true
            }
            _ => false,
        }
    }

    /// Says which source columns tell where a row stands: the cursor's, which may not be among the outputs.
    ///
    /// # Errors
    /// [`Refusal::UnknownColumn`] with the source's columns.
    pub fn position_by(&mut self, names: &[impl AsRef<str>]) -> Result<()> {
        let mut columns = Vec::with_capacity(names.len());
        for name in names {
            let column = self.source_column(name.as_ref());
            columns.push(column.ok_or_else(|| Refusal::UnknownColumn {
                name: name.as_ref().to_owned(),
                known: self.names.iter().map(ToString::to_string).collect(),
            })?);
        }
        self.position = columns;
        Ok(())
    }

    /// The columns of [`Batch::position_by`].
    #[must_use]
    pub fn position_columns(&self) -> &[usize] {
        &self.position
    }
}
