//! What can be asked of a store. Answers are copies.

use super::keys::Key;
use super::shelf::Shelf;
use super::{Statuses, Store};
use crate::names::Name;
use crate::task::id::{Id, IdRef};
use crate::task::record::Record;

impl Store {
    /// The task with this id.
    pub fn fetch(&self, id: IdRef<'_>) -> Option<Record> {
        self.record(self.slot(id)?)
    }

    /// Waiting tasks that are due to be woken or timed out, earliest first; of the given classes, or of all.
    pub fn due(&self, now_us: i64, types: Option<&[Name]>, limit: Option<usize>) -> Vec<Record> {
        let limit = limit.unwrap_or(usize::MAX);
        let shelves = self.shelves_of(types);
        let mut found: Vec<(i64, u32)> = shelves
            .flat_map(|shelf| shelf.due(now_us).take(limit))
            .collect();
        found.sort_unstable();
        found.truncate(limit);
        let records = found.into_iter().filter_map(|(_, slot)| self.record(slot));
        records.collect()
    }

    /// The sub-tasks of a task, in the order in which they were started.
    pub fn children(&self, parent_id: IdRef<'_>, statuses: Statuses) -> Vec<Record> {
        let Some(family) = self.families.get(&parent_id.to_id()) else {
            return Vec::new();
        };
        let slots = family.members.values().filter(|slot| {
            let row = self.row(**slot);
            row.is_some_and(|row| statuses.include(row.marks().status))
        });
        slots.filter_map(|slot| self.record(*slot)).collect()
    }

    /// How many sub-tasks a task has.
    pub fn count_children(&self, parent_id: IdRef<'_>, statuses: Statuses) -> usize {
        let family = self.families.get(&parent_id.to_id());
        family.map_or(0, |family| family.counts.sum(statuses))
    }

    /// All ids, in the order in which the tasks were stored first; of the given classes, or of all.
    pub fn ids(&self, types: Option<&[Name]>) -> Vec<Id> {
        let slots = self.shelves_of(types).flat_map(|shelf| &shelf.members);
        let rows = slots.filter_map(|slot| self.row(*slot));
        let mut found: Vec<(u64, IdRef<'_>)> = rows.map(|row| (row.born(), row.id())).collect();
        found.sort_unstable_by_key(|(born, _)| *born);
        found.into_iter().map(|(_, id)| id.to_id()).collect()
    }

    /// Who has this start key under that parent.
    pub fn started(&self, parent_id: Option<IdRef<'_>>, start_key: &[u8]) -> Option<Id> {
        self.id_of(Key::Start(parent_id, start_key))
    }

    /// Which unfinished task has this unique key.
    pub fn holder(&self, unique_key: &[u8]) -> Option<Id> {
        self.id_of(Key::Unique(unique_key))
    }

    fn id_of(&self, key: Key<'_>) -> Option<Id> {
        Some(self.row(self.find(key)?)?.id().to_id())
    }

    pub(super) fn shelves_of<'a>(
        &'a self,
        types: Option<&'a [Name]>,
    ) -> impl Iterator<Item = &'a Shelf> + 'a {
        let asked_for =
            move |shelf: &&Shelf| types.is_none_or(|types| types.contains(&shelf.type_name));
        self.shelves.iter().filter(asked_for)
    }
}
