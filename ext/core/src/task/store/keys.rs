//! Rows found by what they are called: the id, the start key, the unique key. The tables hold slots only; what is
//! compared and hashed lies in the rows.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use super::row::Row;
use crate::names::mix;
use crate::task::id::{Id, IdRef};

/// All rows, by slot.
pub(super) type Rows = [Option<Row>];

#[inline]
pub(super) fn row(rows: &Rows, slot: u32) -> Option<&Row> {
    rows.get(slot as usize)?.as_ref()
}

/// What texts are hashed with. Users may choose them, so it differs from store to store.
#[derive(Debug, Default)]
struct Hasher(RandomState);

impl Hasher {
    /// A uuid is as random as a hash; any other text is hashed.
    #[inline(always)]
    fn id(&self, id: IdRef<'_>) -> u64 {
        match id {
            IdRef::Uuid(uuid) => uuid.hash(),
            IdRef::Text(text) => self.0.hash_one(text),
        }
    }

    #[inline(always)]
    fn hash(&self, key: Key<'_>) -> u64 {
        match key {
            Key::Id(id) => self.id(id),
            Key::Unique(key) => self.0.hash_one(key),
            Key::Start(parent_id, key) => {
                let parent = parent_id.map_or(0, |id| self.id(id));
                mix(parent, self.0.hash_one(key))
            }
        }
    }
}

/// A key of a row, for one of the tables.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key<'a> {
    Id(IdRef<'a>),
    Start(Option<IdRef<'a>>, &'a [u8]),
    Unique(&'a [u8]),
}

impl Key<'_> {
    #[inline(always)]
    fn is_of(self, row: &Row) -> bool {
        match self {
            Self::Id(id) => row.id() == id,
            Self::Unique(key) => row.unique_key() == Some(key),
            Self::Start(parent_id, key) => {
                row.start_key() == Some(key) && row.parent_id().map(Id::as_ref) == parent_id
            }
        }
    }
}

/// Which key a table goes by.
#[derive(Debug, Clone, Copy)]
enum By {
    Id,
    Start,
    Unique,
}

impl By {
    /// The row's key, if it has one.
    fn key(self, row: &Row) -> Option<Key<'_>> {
        Some(match self {
            Self::Id => Key::Id(row.id()),
            Self::Start => Key::Start(row.parent_id().map(Id::as_ref), row.start_key()?),
            Self::Unique => Key::Unique(row.held_key()?),
        })
    }
}

/// The tables of a store.
#[derive(Debug, Default)]
pub(super) struct Tables {
    hasher: Hasher,
    ids: HashTable<u32>,
    starts: HashTable<u32>,
    uniques: HashTable<u32>,
}

impl Tables {
    #[inline(always)]
    pub fn find(&self, rows: &Rows, key: Key<'_>) -> Option<u32> {
        let table = match key {
            Key::Id(_) => &self.ids,
            Key::Start(..) => &self.starts,
            Key::Unique(_) => &self.uniques,
        };
        // As HashTable::find, which calls its test through a pointer.
        for slot in table.iter_hash(self.hasher.hash(key)) {
            match row(rows, *slot) {
                Some(row) if key.is_of(row) => return Some(*slot),
                _ => {}
            }
        }
        None
    }

    /// Puts a row in under all the keys it has.
    pub fn link(&mut self, rows: &Rows, slot: u32) {
        put(&mut self.ids, &self.hasher, rows, slot, By::Id);
        put(&mut self.starts, &self.hasher, rows, slot, By::Start);
        put(&mut self.uniques, &self.hasher, rows, slot, By::Unique);
    }

    /// Takes a row out, which must have the keys that it had when it was put in.
    pub fn unlink(&mut self, rows: &Rows, slot: u32) {
        take(&mut self.ids, &self.hasher, rows, slot, By::Id);
        take(&mut self.starts, &self.hasher, rows, slot, By::Start);
        take(&mut self.uniques, &self.hasher, rows, slot, By::Unique);
    }

    pub fn heap_bytes(&self) -> usize {
        let tables = [&self.ids, &self.starts, &self.uniques];
        tables.into_iter().map(HashTable::allocation_size).sum()
    }
}

fn put(table: &mut HashTable<u32>, hasher: &Hasher, rows: &Rows, slot: u32, by: By) {
    let key = |slot: u32| row(rows, slot).and_then(|row| by.key(row));
    let hash = |slot: &u32| key(*slot).map_or(0, |key| hasher.hash(key));
    if let Some(key) = key(slot) {
        table.insert_unique(hasher.hash(key), slot, hash);
    }
}

fn take(table: &mut HashTable<u32>, hasher: &Hasher, rows: &Rows, slot: u32, by: By) {
    let key = row(rows, slot).and_then(|row| by.key(row));
    let Some(key) = key else { return };
    let entry = table.find_entry(hasher.hash(key), |other| *other == slot);
    if let Ok(entry) = entry {
        entry.remove();
    }
}
