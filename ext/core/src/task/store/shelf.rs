//! The tasks of one class: all of them, those that will be due, and those that will be old.

use std::collections::BTreeSet;

use super::row::Marks;
use crate::names::Name;

/// Ordered by time, and each slot at most once.
type ByTime = BTreeSet<Entry>;

/// A moment and the slot of a row. In twelve bytes: as a pair of i64 and u32 it would take sixteen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    high: u32,
    low: u32,
    slot: u32,
}

impl Entry {
    const fn new(at_us: i64, slot: u32) -> Self {
        // The order of numbers without a sign, beginning with the smallest that has one.
        let at_us = at_us as u64 ^ 1 << 63;
        Self {
            high: (at_us >> 32) as u32,
            low: at_us as u32,
            slot,
        }
    }

    const fn at_us(self) -> i64 {
        (((self.high as u64) << 32 | self.low as u64) ^ 1 << 63) as i64
    }
}

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
        self.due
            .extend(marks.due_us.map(|at_us| Entry::new(at_us, slot)));
        self.old
            .extend(marks.old_us.map(|at_us| Entry::new(at_us, slot)));
    }

    pub fn forget(&mut self, slot: u32, marks: Marks) {
        if let Some(at_us) = marks.due_us {
            self.due.remove(&Entry::new(at_us, slot));
        }
        if let Some(at_us) = marks.old_us {
            self.old.remove(&Entry::new(at_us, slot));
        }
    }

    /// Waiting tasks that are due, earliest first.
    pub fn due(&self, now_us: i64) -> impl Iterator<Item = (i64, u32)> + '_ {
        let range = self.due.range(..=Entry::new(now_us, u32::MAX));
        range.map(|entry| (entry.at_us(), entry.slot))
    }

    /// Finished tasks whose time to be deleted has come, earliest first.
    pub fn old(&self, before_us: i64) -> impl Iterator<Item = u32> + '_ {
        let range = self.old.range(..=Entry::new(before_us, u32::MAX));
        range.map(|entry| entry.slot)
    }

    /// What the two orders hold, in bytes, as near as it can be told.
    pub fn heap_bytes(&self) -> usize {
        let ordered = self.due.len() + self.old.len();
        self.members.capacity() * size_of::<u32>() + ordered * 2 * size_of::<Entry>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn entries_are_ordered_by_time_then_slot(a: i64, b: i64, left: u32, right: u32) {
            prop_assert_eq!(Entry::new(a, left).at_us(), a);
            prop_assert_eq!(Entry::new(a, left).cmp(&Entry::new(b, right)), (a, left).cmp(&(b, right)));
        }
    }
}
