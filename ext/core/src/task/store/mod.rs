//! Tasks in memory: one structure with an index for every question that is asked of it.
//!
//! - by id, by start key, by unique key: hash tables of slots;
//! - by class, and within it by the moment from which a task is due, or old: ordered sets of slots, so that waking k of
//!   n tasks costs k;
//! - by parent, in the order in which the children were started, with counts by status.
//!
//! What goes in and what comes out are copies. A write names the version it is based on, and happens not at all when
//! that is no longer the stored one. The store does not lock: who shares it puts it behind a lock of his own.

mod extra;
mod family;
mod keys;
mod put;
mod read;
mod row;
mod run;
mod shelf;
mod write;

use std::collections::HashMap;

use hashbrown::HashTable;
use serde::Serialize;

pub use family::Statuses;
pub use put::{Change, Put, Stored};
pub use run::{Passed, Run};
pub use write::Inserted;

use crate::error::Error;
use crate::names::{mix, Name};
use crate::task::id::{Id, IdRef};
use crate::task::record::{Record, Status};
use family::{Counts, Family};
use keys::{Key, Tables};
use row::{Marks, Row};
use shelf::Shelf;

/// All tasks of one storage.
#[derive(Debug, Default)]
pub struct Store {
    rows: Vec<Option<Row>>,
    free: Vec<u32>,
    tables: Tables,
    shelves: Vec<Shelf>,
    /// Numbers of shelves by class.
    classes: HashTable<u32>,
    families: HashMap<Id, Family>,
    counts: Counts,
    born: u64,
    /// Bytes that the rows hold outside themselves.
    heap: usize,
}

/// What a row has room for: at a million a second, nine years.
const MAX_BORN: u64 = 1 << 48;

/// What a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Tasks.
    pub tasks: usize,
    /// Those whose handlers run.
    pub active: usize,
    /// Those that sleep.
    pub waiting: usize,
    /// Those that have reached a result.
    pub completed: usize,
    /// Those that have failed.
    pub failed: usize,
    /// Task classes seen.
    pub classes: usize,
    /// Bytes of memory, as near as it can be told.
    pub bytes: usize,
}

impl Store {
    /// An empty store.
    pub fn new() -> Self {
        // Keys of model references: known names are stored as numbers.
        let _ = (Name::of("id"), Name::of("type"));
        Self::default()
    }

    /// How many tasks there are.
    pub fn len(&self) -> usize {
        self.counts.sum(Statuses::ALL)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Counts and bytes.
    pub fn stats(&self) -> Stats {
        Stats {
            tasks: self.len(),
            active: self.counts.of(Status::Active),
            waiting: self.counts.of(Status::Waiting),
            completed: self.counts.of(Status::Completed),
            failed: self.counts.of(Status::Failed),
            classes: self.shelves.len(),
            bytes: self.bytes(),
        }
    }

    /// Bytes of memory, as near as it can be told.
    pub fn bytes(&self) -> usize {
        let tables = self.tables.heap_bytes();
        let shelves: usize = self.shelves.iter().map(Shelf::heap_bytes).sum();
        let families = self.families.capacity() * size_of::<(Id, Family)>();
        let rows = self.rows.capacity() * size_of::<Option<Row>>();
        size_of::<Self>() + rows + self.heap + tables + shelves + families
    }

    #[inline(always)]
    fn find(&self, key: Key<'_>) -> Option<u32> {
        self.tables.find(&self.rows, key)
    }

    #[inline(always)]
    fn slot(&self, id: IdRef<'_>) -> Option<u32> {
        self.find(Key::Id(id))
    }

    #[inline]
    fn row(&self, slot: u32) -> Option<&Row> {
        keys::row(&self.rows, slot)
    }

    fn record(&self, slot: u32) -> Option<Record> {
        let row = self.row(slot)?;
        Some(row.record(self.shelves.get(row.shelf as usize)?.type_name))
    }

    fn shelf_of(&mut self, type_name: Name) -> u32 {
        let hash = |name: Name| mix(u64::from(name.number()), 0);
        let shelves = &mut self.shelves;
        let name_of = |shelves: &[Shelf], shelf: u32| {
            shelves.get(shelf as usize).map(|shelf| shelf.type_name)
        };
        let is_it = |shelf: &u32| name_of(shelves, *shelf) == Some(type_name);
        if let Some(shelf) = self.classes.find(hash(type_name), is_it) {
            return *shelf;
        }
        // There are no more classes than names, and those have 32 bits.
        let shelf = shelves.len() as u32;
        shelves.push(Shelf::new(type_name));
        let rehash = |shelf: &u32| name_of(shelves, *shelf).map_or(0, hash);
        self.classes.insert_unique(hash(type_name), shelf, rehash);
        shelf
    }

    /// Changes a row in place, and what the indexes know of it. The row's keys, class and parent must stay.
    #[inline]
    fn alter(&mut self, slot: u32, change: impl FnOnce(&mut Row)) {
        let Some(row) = self.rows.get_mut(slot as usize).and_then(Option::as_mut) else {
            return;
        };
        let (before, heap) = (row.marks(), row.heap_bytes());
        change(row);
        let after = row.marks();
        self.heap = self.heap + row.heap_bytes() - heap;
        if before != after {
            self.remark(slot, before, after);
        }
    }

    /// The same for a change of what the indexes find the row by: it leaves them before, and is put into them again.
    fn relink(&mut self, slot: u32, change: impl FnOnce(&mut Row)) {
        self.unlink(slot);
        if let Some(row) = self.rows.get_mut(slot as usize).and_then(Option::as_mut) {
            let heap = row.heap_bytes();
            change(row);
            self.heap = self.heap + row.heap_bytes() - heap;
        }
        self.link(slot);
    }

    fn remark(&mut self, slot: u32, before: Marks, after: Marks) {
        let Some(row) = self.rows.get(slot as usize).and_then(Option::as_ref) else {
            return;
        };
        if let Some(shelf) = self.shelves.get_mut(row.shelf as usize) {
            shelf.forget(slot, before);
            shelf.index(slot, after);
        }
        if before.status == after.status {
            return;
        }
        self.counts.subtract(before.status);
        self.counts.add(after.status);
        let family = row.parent_id().and_then(|id| self.families.get_mut(id));
        if let Some(family) = family {
            family.counts.subtract(before.status);
            family.counts.add(after.status);
        }
    }

    /// Puts a new row into a slot and all indexes.
    fn add(&mut self, record: Record) -> Result<u32, Error> {
        let slot = match self.free.last() {
            Some(slot) => *slot,
            None => u32::try_from(self.rows.len())
                .map_err(|_| Error::CounterOutOfRange("stored tasks"))?,
        };
        if self.born >= MAX_BORN {
            return Err(Error::CounterOutOfRange("tasks of a lifetime"));
        }
        let shelf = self.shelf_of(record.type_name);
        let row = Row::new(record, self.born, shelf);
        self.born += 1;
        self.heap += row.heap_bytes();
        if self.free.pop().is_some() {
            self.rows[slot as usize] = Some(row);
        } else {
            self.rows.push(Some(row));
        }
        self.link(slot);
        Ok(slot)
    }

    /// Takes a row out of its slot and all indexes.
    fn remove(&mut self, slot: u32) -> Option<Row> {
        self.unlink(slot);
        let row = self.rows.get_mut(slot as usize)?.take()?;
        self.heap -= row.heap_bytes();
        self.free.push(slot);
        Some(row)
    }

    /// Puts a row into the indexes.
    fn link(&mut self, slot: u32) {
        self.tables.link(&self.rows, slot);
        let Some(row) = self.rows.get_mut(slot as usize).and_then(Option::as_mut) else {
            return;
        };
        let marks = row.marks();
        if let Some(shelf) = self.shelves.get_mut(row.shelf as usize) {
            row.place = shelf.members.len() as u32;
            shelf.members.push(slot);
            shelf.index(slot, marks);
        }
        self.counts.add(marks.status);
        if let Some(parent_id) = row.parent_id() {
            let family = self.families.entry(parent_id.clone()).or_default();
            family.members.insert(row.born(), slot);
            family.counts.add(marks.status);
        }
    }

    /// Takes a row out of the indexes; it stays in its slot.
    fn unlink(&mut self, slot: u32) {
        self.tables.unlink(&self.rows, slot);
        let Some(row) = self.row(slot) else { return };
        let (marks, shelf, place) = (row.marks(), row.shelf, row.place);
        let parent = row.parent_id().map(|id| (id.clone(), row.born()));
        if let Some(shelf) = self.shelves.get_mut(shelf as usize) {
            shelf.forget(slot, marks);
            shelf.members.swap_remove(place as usize);
            // The last member has taken the place of the one that left.
            let moved = shelf.members.get(place as usize);
            let moved = moved.and_then(|slot| self.rows.get_mut(*slot as usize));
            if let Some(moved) = moved.and_then(Option::as_mut) {
                moved.place = place;
            }
        }
        self.counts.subtract(marks.status);
        if let Some((id, born)) = parent {
            self.leave_family(&id, born, marks.status);
        }
    }

    fn leave_family(&mut self, parent_id: &Id, born: u64, status: Status) {
        let Some(family) = self.families.get_mut(parent_id) else {
            return;
        };
        family.members.remove(&born);
        family.counts.subtract(status);
        if family.members.is_empty() {
            self.families.remove(parent_id);
        }
    }
}
