//! The status of a run, and its moves.
//!
//! | from        | to          | when                                                                        |
//! |-------------|-------------|-----------------------------------------------------------------------------|
//! | pending     | in_progress | a worker claims it                                                          |
//! | pending     | cancelled   | a person, or the next run with `restart: true`, gives it up before it began |
//! | in_progress | in_progress | another worker claims it: the first released it, or its lease ended         |
//! | in_progress | success     | in the commit of its last batch                                             |
//! | in_progress | failed      | an error that is not tried again, the error budget, or too many deaths      |
//! | in_progress | cancelled   | between two batches, or by the sweep when no worker lives                   |
//! | failed      | pending     | `resume!`, or the next run of the same arguments: it goes on at its cursor  |
//! | failed      | cancelled   | `cancel!`, or `restart: true`: what it has written stays written            |
//!
//! Success and cancelled are ends. A pause is no status but a request to stop: the run keeps its status, so that who
//! takes the request back needs no move, and is shown as `paused` as soon as no worker holds it.

use super::refusal::Refusal;

/// The status of a run, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nobody has begun it.
    Pending,
    /// A worker has begun it; whether one is at it now, its lease says.
    InProgress,
    /// All rows are committed.
    Success,
    /// It ended before that, and can go on at its cursor.
    Failed,
    /// It was given up.
    Cancelled,
}

use Status::{Cancelled, Failed, InProgress, Pending, Success};

impl Status {
    /// All of them.
    pub const ALL: [Self; 5] = [Pending, InProgress, Success, Failed, Cancelled];

    /// As it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Pending => "pending",
            InProgress => "in_progress",
            Success => "success",
            Failed => "failed",
            Cancelled => "cancelled",
        }
    }

    /// The status that is stored as `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Where a run with this status may go: the table.
    #[must_use]
    pub const fn moves(self) -> &'static [Self] {
        match self {
            Pending => &[InProgress, Cancelled],
            InProgress => &[InProgress, Success, Failed, Cancelled],
            Failed => &[Pending, Cancelled],
            Success | Cancelled => &[],
        }
    }

    /// `to`, if a run with this status may get it.
    ///
    /// # Errors
    /// [`Refusal::IllegalMove`] with the ones that it may get.
    pub fn moved(self, to: Self) -> Result<Self, Refusal> {
        match self.moves().contains(&to) {
            true => Ok(to),
            false => Err(Refusal::IllegalMove {
                from: self.name(),
                to: to.name(),
                possible: self.moves().iter().map(|status| status.name()).collect(),
            }),
        }
    }

    /// Whether it is over; a failed run may be taken up again.
    #[must_use]
    pub const fn is_finished(self) -> bool {
        matches!(self, Success | Failed | Cancelled)
    }

    /// As people are shown it: `paused` for an unfinished run that is asked to pause and that nobody holds.
    #[must_use]
    pub const fn shown(self, pause_requested: bool, leased: bool) -> &'static str {
        if pause_requested && !leased && !self.is_finished() {
            "paused"
        } else {
            self.name()
        }
    }
}
