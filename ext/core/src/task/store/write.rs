//! What changes a store. Everything is checked before the first change: a write happens as a whole or not at all.

use super::row::Row;
use super::Store;
use crate::error::Error;
use crate::names::Name;
use crate::task::id::{Id, IdRef};
use crate::task::plan::Plan;
use crate::task::record::{Life, Record, Status};
use crate::task::trail::StepEnd;
use crate::task::transition::{self, Outcome};

/// What became of a task that was to be stored for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    /// It is stored, with version 1.
    New,
    /// Another one has its start key, or its unique key: nothing was stored.
    Existing(Id),
}

impl Store {
    /// Stores a task for the first time. What it says of its version and its wakes is not looked at.
    ///
    /// # Errors
    /// [`Error::AlreadyStored`] when there is a task with its id.
    pub fn insert(&mut self, record: Record) -> Result<Inserted, Error> {
        if let Some(id) = self.existing(&record) {
            return Ok(Inserted::Existing(id));
        }
        if self.slot(record.id.as_ref()).is_some() {
            return Err(Error::AlreadyStored(record.id.to_string()));
        }
        self.add(record)?;
        Ok(Inserted::New)
    }

    /// Moves a task to another state, or completes it: the life and the trail follow from what is stored. Its version,
    /// or None when it is not stored with that one.
    ///
    /// # Errors
    /// As [`transition::apply`].
    #[inline]
    pub fn advance(
        &mut self,
        id: IdRef<'_>,
        version: u64,
        plan: &Plan,
        outcome: Outcome,
        now_us: i64,
        attributes: Option<&[u8]>,
    ) -> Result<Option<u64>, Error> {
        let Some((slot, _)) = self.row_at(id, Some(version)) else {
            return Ok(None);
        };
        self.advance_row(slot, plan, outcome, now_us, attributes)
    }

    /// The same for the row in a slot, whose version was looked at.
    #[inline]
    pub(super) fn advance_row(
        &mut self,
        slot: u32,
        plan: &Plan,
        outcome: Outcome,
        now_us: i64,
        attributes: Option<&[u8]>,
    ) -> Result<Option<u64>, Error> {
        let Some(row) = self.row(slot) else {
            return Ok(None);
        };
        let life = plan.apply(&row.life(), outcome, now_us)?;
        let version = row.next_version()?;
        if attributes.is_some() {
            self.replace_data(slot, attributes, None)?;
        }
        let advanced = |row: &mut Row| {
            row.set_version(version);
            match outcome {
                Outcome::Completed => row.ended(StepEnd::Completed),
                _ => row.moved(life.state, now_us),
            }
            row.set_life(&life);
            settle(row);
        };
        if life.status.is_finished() && self.row(slot).is_some_and(|row| row.held_key().is_some()) {
            // A finished task gives its unique key back.
            self.relink(slot, advanced);
        } else {
            self.alter(slot, advanced);
        }
        Ok(Some(u64::from(version)))
    }

    /// Takes a task that is due, to run it: it is active from now on. Its version, or None when it is not due.
    ///
    /// # Errors
    /// [`Error::CounterOutOfRange`].
    pub fn claim(&mut self, id: IdRef<'_>, now_us: i64) -> Result<Option<u64>, Error> {
        self.wake(id, None, |life| transition::claimed(life, now_us))
    }

    /// Takes a waiting task that is stored with that version, due or not.
    ///
    /// # Errors
    /// [`Error::CounterOutOfRange`].
    pub fn take(&mut self, id: IdRef<'_>, version: u64, now_us: i64) -> Result<Option<u64>, Error> {
        self.wake(id, Some(version), |life| transition::taken(life, now_us))
    }

    /// Tells a task that one of its children has ended: a waiting one is due from now on, a running one as soon as it
    /// is stored waiting. Never touches its version. False when it is not stored.
    pub fn signal(&mut self, id: IdRef<'_>, now_us: i64) -> bool {
        let Some(slot) = self.slot(id) else {
            return false;
        };
        self.alter(slot, |row| row.signal(now_us));
        true
    }

    /// Forgets a task. Its children keep its id as their parent's.
    pub fn delete(&mut self, id: IdRef<'_>) -> bool {
        let slot = self.slot(id);
        slot.and_then(|slot| self.remove(slot)).is_some()
    }

    /// Forgets finished tasks whose time has come, `limit` at most; of the given classes, or of all. How many.
    pub fn delete_old(&mut self, before_us: i64, types: Option<&[Name]>, limit: usize) -> usize {
        let old = self
            .shelves_of(types)
            .flat_map(|shelf| shelf.old(before_us));
        let slots: Vec<u32> = old.take(limit).collect();
        slots.iter().filter_map(|slot| self.remove(*slot)).count()
    }

    pub(super) fn row_at(&self, id: IdRef<'_>, version: Option<u64>) -> Option<(u32, &Row)> {
        let slot = self.slot(id)?;
        let row = self.row(slot)?;
        let fits = version.is_none_or(|version| version == row.version());
        fits.then_some((slot, row))
    }

    fn wake(
        &mut self,
        id: IdRef<'_>,
        version: Option<u64>,
        woken: impl FnOnce(&Life) -> Option<Life>,
    ) -> Result<Option<u64>, Error> {
        let Some((slot, row)) = self.row_at(id, version) else {
            return Ok(None);
        };
        let version = row.next_version()?;
        let Some(life) = woken(&row.life()) else {
            return Ok(None);
        };
        self.alter(slot, |row| {
            row.set_version(version);
            row.signalled = false;
            row.set_life(&life);
        });
        Ok(Some(u64::from(version)))
    }

    pub(super) fn replace_data(
        &mut self,
        slot: u32,
        attributes: Option<&[u8]>,
        models: Option<&[u8]>,
    ) -> Result<(), Error> {
        let Some(row) = self.rows.get_mut(slot as usize).and_then(Option::as_mut) else {
            return Ok(());
        };
        let heap = row.data.heap_bytes();
        row.data.replace(attributes, models)?;
        self.heap = self.heap + row.data.heap_bytes() - heap;
        Ok(())
    }

    /// The task that is there already under one of the keys of this one.
    fn existing(&self, record: &Record) -> Option<Id> {
        let parent_id = record.parent_id.as_ref().map(Id::as_ref);
        let started = record
            .start_key
            .as_ref()
            .and_then(|key| self.started(parent_id, key));
        let unfinished = !record.life.status.is_finished();
        let key = record.unique_key.as_ref().filter(|_| unfinished);
        started.or_else(|| self.holder(key?))
    }
}

/// A task that sleeps, or has ended, is woken by what came while it ran, and gives back the room for further steps.
pub(super) fn settle(row: &mut Row) {
    if row.marks().status != Status::Active {
        row.settle_signal();
        row.shrink_trail();
    }
}
