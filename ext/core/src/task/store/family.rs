//! The sub-tasks of one task, in the order in which they were started.

use std::collections::BTreeMap;

use crate::task::record::Status;

/// A choice of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statuses(u8);

impl Statuses {
    /// All of them.
    pub const ALL: Self = Self(0b1111);

    /// Whether `status` is among them.
    pub const fn include(self, status: Status) -> bool {
        self.0 & (1 << status as u8) != 0
    }
}

impl FromIterator<Status> for Statuses {
    fn from_iter<I: IntoIterator<Item = Status>>(statuses: I) -> Self {
        let bits = statuses.into_iter().map(|status| 1 << status as u8);
        Self(bits.fold(0, |all, bit| all | bit))
    }
}

/// How many tasks there are in each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts([usize; 4]);

impl Counts {
    pub fn add(&mut self, status: Status) {
        self.0[status as usize] += 1;
    }

    pub fn subtract(&mut self, status: Status) {
        self.0[status as usize] -= 1;
    }

    pub const fn of(&self, status: Status) -> usize {
        self.0[status as usize]
    }

    pub fn sum(&self, statuses: Statuses) -> usize {
        let chosen = Status::ALL
            .into_iter()
            .filter(|status| statuses.include(*status));
        chosen.map(|status| self.of(status)).sum()
    }
}

#[derive(Debug, Default)]
pub(super) struct Family {
    /// Slots by birth.
    pub members: BTreeMap<u64, u32>,
    pub counts: Counts,
}
