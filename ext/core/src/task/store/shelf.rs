//! The tasks of one class: all of them, those that will be due, and those that will be old.

use std::collections::BTreeSet;

use super::row::Marks;
use crate::names::Name;

/// A moment and the slot of a row: ordered by time, and each slot at most once.
type ByTime = BTreeSet<(i64, u32)>;

#[derive(Debug)]
pub(super) struct Shelf {
    pub type_name: Name,
    /// Slots, in no order; each row knows its place here.
    pub members: Vec<u32>,
    due: ByTime,
    old: ByTime,
}

impl Shelf {
    pub const fn new(type_name: Name) -> Self {
        Self {
            type_name,
            members: Vec::new(),
            due: BTreeSet::new(),
            old: BTreeSet::new(),
        }
    }

    pub fn index(&mut self, slot: u32, marks: Marks) {
        self.due.extend(marks.due_us.map(|at_us| (at_us, slot)));
        self.old.extend(marks.old_us.map(|at_us| (at_us, slot)));
    }

    pub fn forget(&mut self, slot: u32, marks: Marks) {
        if let Some(at_us) = marks.due_us {
            self.due.remove(&(at_us, slot));
        }
        if let Some(at_us) = marks.old_us {
            self.old.remove(&(at_us, slot));
        }
    }

    /// Waiting tasks that are due, earliest first.
    pub fn due(&self, now_us: i64) -> impl Iterator<Item = (i64, u32)> + '_ {
        self.due.range(..=(now_us, u32::MAX)).copied()
    }

    /// Finished tasks whose time to be deleted has come, earliest first.
    pub fn old(&self, before_us: i64) -> impl Iterator<Item = u32> + '_ {
        let range = self.old.range(..=(before_us, u32::MAX));
        range.map(|(_, slot)| *slot)
    }

    /// What the two orders hold, in bytes, as near as it can be told.
    pub fn heap_bytes(&self) -> usize {
        let ordered = self.due.len() + self.old.len();
        self.members.capacity() * size_of::<u32>() + ordered * 2 * size_of::<(i64, u32)>()
    }
}
