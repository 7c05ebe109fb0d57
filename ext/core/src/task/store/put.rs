//! A task written as a whole, together with the sub-tasks that its handler has started.

use super::row::Row;
use super::write::{settle, Inserted};
use super::Store;
use crate::error::Error;
use crate::names::Name;
use crate::task::id::{Id, IdRef};
use crate::task::record::{Data, Failure, Life, Record};
use crate::task::trail::Trail;

/// What a write does to something that may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is taken away.
    Clear,
    /// It is replaced.
    Set(T),
}

/// A write of one task. What is None stays as it is stored.
#[derive(Debug, Clone)]
pub struct Put<'a> {
    /// Which task.
    pub id: IdRef<'a>,
    /// The version that the write is based on; None stores a task that is not there yet.
    pub version: Option<u64>,
    /// The name of its class.
    pub type_name: Name,
    /// Where it stands now.
    pub life: Life,
    /// Packed attributes.
    pub attributes: Option<&'a [u8]>,
    /// Packed models.
    pub models: Option<&'a [u8]>,
    /// What made it fail.
    pub failure: Change<Failure>,
    /// Where it has been.
    pub trail: Option<Trail>,
    /// Who started it. A task that changes its parent is no longer found by its start key.
    pub parent_id: Option<Id>,
    /// What no other unfinished task may have.
    pub unique_key: Option<Box<[u8]>>,
    /// Sub-tasks that are stored with it.
    pub children: Vec<Record>,
}

/// A write that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The version of the task now.
    pub version: u64,
    /// The ids of its children, each the given one or that of the task that was there already.
    pub children: Vec<Id>,
}

impl Store {
    /// Writes a task. None when it is not stored with that version, or, without one, when it is stored.
    ///
    /// # Errors
    /// [`Error::KeyTaken`] when it would be the second unfinished task with its unique key, [`Error::AlreadyStored`]
    /// when there is a task with the id of one of its children.
    pub fn put(&mut self, mut put: Put<'_>) -> Result<Option<Stored>, Error> {
        let slot = self.slot(put.id);
        let row = slot.and_then(|slot| self.row(slot));
        let stored = row.map(Row::version);
        if put.version != stored {
            return Ok(None);
        }
        let version = row.map_or(Ok(1), Row::next_version)?;
        self.check_data(&put, row)?;
        if stored.is_none() && put.children.iter().any(|child| child.id.as_ref() == put.id) {
            return Err(Error::AlreadyStored(put.id.to_id().to_string()));
        }
        let children = std::mem::take(&mut put.children);
        let (children, new) = self.insert_children(children)?;
        // A child may have taken the key, so this is asked with the children in.
        if let Err(error) = self.check_key(&put, slot) {
            self.forget(&new);
            return Err(error);
        }
        match slot {
            Some(slot) => self.overwrite(slot, put, version)?,
            None => self.insert_put(put)?,
        }
        Ok(Some(Stored {
            version: u64::from(version),
            children,
        }))
    }

    fn check_key(&self, put: &Put<'_>, slot: Option<u32>) -> Result<(), Error> {
        let row = slot.and_then(|slot| self.row(slot));
        let key = put.unique_key.as_deref().or_else(|| row?.unique_key());
        let key = key.filter(|_| !put.life.status.is_finished());
        match key.and_then(|key| self.holder(key)) {
            Some(holder) if holder.as_ref() != put.id => Err(Error::KeyTaken {
                id: put.id.to_id().to_string(),
                holder: holder.to_string(),
            }),
            _ => Ok(()),
        }
    }

    /// The one thing about attributes that can be refused, asked before anything is written.
    fn check_data(&self, put: &Put<'_>, row: Option<&Row>) -> Result<(), Error> {
        let stored = row.map_or(0, |row| row.data.attributes().len());
        match u32::try_from(put.attributes.map_or(stored, <[u8]>::len)) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::CounterOutOfRange("bytes of attributes")),
        }
    }

    /// Stores the children, or none of them. The ids of all, and of those that are new.
    fn insert_children(&mut self, children: Vec<Record>) -> Result<(Vec<Id>, Vec<Id>), Error> {
        let mut ids = Vec::with_capacity(children.len());
        let mut new = Vec::new();
        for child in children {
            let id = child.id.clone();
            match self.insert(child) {
                Ok(Inserted::Existing(existing)) => ids.push(existing),
                Ok(Inserted::New) => {
                    new.push(id.clone());
                    ids.push(id);
                }
                Err(error) => {
                    self.forget(&new);
                    return Err(error);
                }
            }
        }
        Ok((ids, new))
    }

    fn forget(&mut self, ids: &[Id]) {
        for id in ids {
            self.delete(id.as_ref());
        }
    }

    fn insert_put(&mut self, put: Put<'_>) -> Result<(), Error> {
        let mut data = Data::default();
        data.replace(put.attributes, put.models)?;
        let record = Record {
            id: put.id.to_id(),
            type_name: put.type_name,
            version: 1,
            life: put.life,
            parent_id: put.parent_id,
            start_key: None,
            unique_key: put.unique_key,
            data,
            failure: match put.failure {
                Change::Set(failure) => Some(failure),
                Change::Keep | Change::Clear => None,
            },
            trail: put.trail.unwrap_or_default(),
            signalled: false,
        };
        self.add(record).map(|_| ())
    }

    fn overwrite(&mut self, slot: u32, put: Put<'_>, version: u32) -> Result<(), Error> {
        self.replace_data(slot, put.attributes, put.models)?;
        if !self.is_relinked_by(slot, &put) {
            self.alter(slot, |row| rewrite(row, put, version));
            return Ok(());
        }
        let shelf = self.shelf_of(put.type_name);
        self.relink(slot, |row| {
            row.shelf = shelf;
            rewrite(row, put, version);
        });
        Ok(())
    }

    /// Whether a write changes the class, the parent or the unique key that a row is found by.
    fn is_relinked_by(&self, slot: u32, put: &Put<'_>) -> bool {
        let Some(row) = self.row(slot) else {
            return false;
        };
        let shelf = self.shelves.get(row.shelf as usize);
        let key = put.unique_key.as_deref().or_else(|| row.unique_key());
        let held_key = key.filter(|_| !put.life.status.is_finished());
        shelf.is_none_or(|shelf| shelf.type_name != put.type_name)
            || put
                .parent_id
                .as_ref()
                .is_some_and(|id| row.parent_id() != Some(id))
            || row.held_key() != held_key
    }
}

fn rewrite(row: &mut Row, put: Put<'_>, version: u32) {
    row.set_version(version);
    row.set_life(&put.life);
    if let Some(trail) = put.trail {
        row.set_trail(trail);
    }
    let keys = put.parent_id.is_some() || put.unique_key.is_some();
    let failure = match &put.failure {
        Change::Keep => false,
        Change::Clear => row.has_failure(),
        Change::Set(_) => true,
    };
    if keys || failure {
        row.change_extra(|extra| {
            if put.parent_id.is_some() && put.parent_id != extra.parent_id {
                // Under another parent it was never started.
                extra.parent_id = put.parent_id;
                extra.start_key = None;
            }
            extra.unique_key = put.unique_key.or(extra.unique_key.take());
            match put.failure {
                Change::Keep => {}
                Change::Clear => extra.failure = None,
                Change::Set(failure) => extra.failure = Some(failure),
            }
        });
    }
    settle(row);
}
