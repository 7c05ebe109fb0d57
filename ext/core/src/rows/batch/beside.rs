//! The same rows for another sink, which makes of them what its columns are.

use super::Batch;
use crate::rows::state::State;

impl Batch {
    /// Becomes a copy of another batch, with the room that it has.
    pub fn copy_from(&mut self, other: &Self) {
        self.spare.append(&mut self.columns);
        for values in &other.columns {
            let mut column = self.spare.pop().unwrap_or_default();
            column.copy_from(values);
            self.columns.push(column);
        }
        self.names.clone_from(&other.names);
        self.outputs.clone_from(&other.outputs);
        self.states.clone_from(&other.states);
        self.counts = other.counts;
        self.position.clone_from(&other.position);
        self.arena.copy_from(&other.arena);
        self.shape += 1;
        self.open = None;
    }

    /// Puts aside the rows that were put aside in another batch of the same rows.
    pub fn reject_as(&mut self, other: &Self) {
        if other.counts.rejected == self.counts.rejected {
            return;
        }
        for (row, state) in other.states.iter().enumerate() {
            if matches!(state, State::Rejected(_)) {
                self.reject(row);
            }
        }
    }
}
