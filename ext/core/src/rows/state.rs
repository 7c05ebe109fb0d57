//! What became of the rows of a batch.

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It goes on to the sink.
    Live,
    /// A filter took it out.
    Filtered,
    /// A later row of the batch has the same key.
    Skipped,
    /// It was put aside; the number counts the rejects of the batch from 0.
    Rejected(u32),
}

impl State {
    /// As messages and Ruby name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Filtered => "filtered",
            Self::Skipped => "skipped",
            Self::Rejected(_) => "rejected",
        }
    }
}

/// How many rows are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows that go on.
    pub live: usize,
    /// Rows that a filter took out.
    pub filtered: usize,
    /// Rows with the key of a later one.
    pub skipped: usize,
    /// Rows that were put aside.
    pub rejected: usize,
}

impl Counts {
    /// All rows.
    #[must_use]
    pub fn read(self) -> usize {
        self.live + self.filtered + self.skipped + self.rejected
    }

    /// The number of rows in that state.
    pub(super) fn of(&mut self, state: State) -> &mut usize {
        match state {
            State::Live => &mut self.live,
            State::Filtered => &mut self.filtered,
            State::Skipped => &mut self.skipped,
            State::Rejected(_) => &mut self.rejected,
        }
    }
}
