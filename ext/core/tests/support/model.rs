//! The store as one would write it first: a list, searched from one end to the other.

use active_data_flow_core::task::store::{Change, Inserted, Put, Stored};
use active_data_flow_core::task::trail::Step;
use active_data_flow_core::task::transition::Outcome;
use active_data_flow_core::task::{Data, Id, Plan, Record, Status, StepEnd, Trail};
use active_data_flow_core::{Error, Name};

/// Records, in the order in which they were stored first.
#[derive(Debug, Default, Clone)]
pub struct Model {
    pub records: Vec<Record>,
}

impl Model {
    pub fn insert(&mut self, record: Record) -> Result<Inserted, Error> {
        let started = self.records.iter().find(|other| {
            record.start_key.is_some()
                && other.start_key == record.start_key
                && other.parent_id == record.parent_id
        });
        let unfinished = !record.life.status.is_finished();
        let holder = record
            .unique_key
            .as_ref()
            .filter(|_| unfinished)
            .and_then(|key| self.holder(key));
        if let Some(id) = started.map(|other| other.id.clone()).or(holder) {
            return Ok(Inserted::Existing(id));
        }
        if self.fetch(&record.id).is_some() {
            return Err(Error::AlreadyStored(record.id.to_string()));
        }
        self.records.push(Record {
            version: 1,
            signalled: false,
            ..record
        });
        Ok(Inserted::New)
    }

    pub fn advance(
        &mut self,
        id: &Id,
        version: u64,
        plan: &Plan,
        outcome: Outcome,
        now_us: i64,
        attributes: Option<&[u8]>,
    ) -> Result<Option<u64>, Error> {
        let Some(record) = self.record(id).filter(|record| record.version == version) else {
            return Ok(None);
        };
        record.life = plan.apply(&record.life, outcome, now_us)?;
        record.trail = next_trail(record, outcome, now_us);
        if let Some(attributes) = attributes {
            record.data = Data::new(attributes, record.data.models()).unwrap();
        }
        Ok(Some(written(record)))
    }

    pub fn put(&mut self, put: Put<'_>) -> Result<Option<Stored>, Error> {
        let id = put.id.to_id();
        let stored = self.fetch(&id);
        if put.version != stored.as_ref().map(|record| record.version) {
            return Ok(None);
        }
        let mut after = self.clone();
        if stored.is_none() && put.children.iter().any(|child| child.id == id) {
            return Err(Error::AlreadyStored(id.to_string()));
        }
        let mut children = Vec::new();
        for child in put.children.clone() {
            let child_id = child.id.clone();
            children.push(match after.insert(child)? {
                Inserted::New => child_id,
                Inserted::Existing(existing) => existing,
            });
        }
        let key = put
            .unique_key
            .clone()
            .or_else(|| stored.as_ref()?.unique_key.clone());
        if let Some(key) = key.filter(|_| !put.life.status.is_finished()) {
            if let Some(holder) = after.holder(&key).filter(|holder| *holder != id) {
                return Err(Error::KeyTaken {
                    id: id.to_string(),
                    holder: holder.to_string(),
                });
            }
        }
        let version = after.write(id, stored, put);
        *self = after;
        Ok(Some(Stored { version, children }))
    }

    fn write(&mut self, id: Id, stored: Option<Record>, put: Put<'_>) -> u64 {
        let is_new = stored.is_none();
        let mut record = stored.unwrap_or_else(|| Record {
            id: id.clone(),
            version: 0,
            parent_id: None,
            start_key: None,
            unique_key: None,
            data: Data::default(),
            failure: None,
            trail: Default::default(),
            signalled: false,
            type_name: put.type_name,
            life: put.life,
        });
        record.type_name = put.type_name;
        record.life = put.life;
        if put.parent_id.is_some() && put.parent_id != record.parent_id {
            record.parent_id = put.parent_id;
            record.start_key = None;
        }
        record.unique_key = put.unique_key.or(record.unique_key);
        record.trail = put.trail.unwrap_or(record.trail);
        let attributes = put.attributes.unwrap_or(record.data.attributes());
        record.data = Data::new(attributes, put.models.unwrap_or(record.data.models())).unwrap();
        match put.failure {
            Change::Keep => {}
            Change::Clear => record.failure = None,
            Change::Set(failure) => record.failure = Some(failure),
        }
        let version = written(&mut record);
        match self.record(&id) {
            Some(place) if !is_new => *place = record,
            _ => self.records.push(record),
        }
        version
    }

    pub fn claim(&mut self, id: &Id, now_us: i64) -> Option<u64> {
        let due = |moment: Option<i64>| moment.is_some_and(|at_us| at_us <= now_us);
        self.wake(id, now_us, |record| {
            due(record.life.wake_at_us) || due(record.life.timeout_at_us)
        })
    }

    pub fn take(&mut self, id: &Id, version: u64, now_us: i64) -> Option<u64> {
        self.wake(id, now_us, |record| record.version == version)
    }

    fn wake(&mut self, id: &Id, now_us: i64, may: impl Fn(&Record) -> bool) -> Option<u64> {
        let record = self.record(id)?;
        if record.life.status != Status::Waiting || !may(record) {
            return None;
        }
        record.life.status = Status::Active;
        record.life.wake_at_us = None;
        record.life.updated_at_us = now_us;
        record.signalled = false;
        record.version += 1;
        Some(record.version)
    }

    pub fn signal(&mut self, id: &Id, now_us: i64) -> bool {
        let Some(record) = self.record(id) else {
            return false;
        };
        record.signalled = true;
        if record.life.status == Status::Waiting {
            let wake_at_us = record.life.wake_at_us;
            record.life.wake_at_us = Some(wake_at_us.map_or(now_us, |wake_us| wake_us.min(now_us)));
        }
        true
    }

    pub fn delete(&mut self, id: &Id) -> bool {
        let before = self.records.len();
        self.records.retain(|record| record.id != *id);
        self.records.len() < before
    }

    pub fn delete_old(&mut self, before_us: i64, types: Option<&[Name]>) -> usize {
        let before = self.records.len();
        self.records.retain(|record| {
            let old = record.life.status.is_finished()
                && record
                    .life
                    .delete_at_us
                    .is_some_and(|at_us| at_us <= before_us);
            !(old && is_of(record, types))
        });
        before - self.records.len()
    }

    pub fn fetch(&self, id: &Id) -> Option<Record> {
        self.records.iter().find(|record| record.id == *id).cloned()
    }

    pub fn ids(&self, types: Option<&[Name]>) -> Vec<Id> {
        let chosen = self.records.iter().filter(|record| is_of(record, types));
        chosen.map(|record| record.id.clone()).collect()
    }

    pub fn children(&self, parent_id: &Id, statuses: &[Status]) -> Vec<Record> {
        let is_child = |record: &&Record| record.parent_id.as_ref() == Some(parent_id);
        let children = self.records.iter().filter(is_child);
        children
            .filter(|record| statuses.contains(&record.life.status))
            .cloned()
            .collect()
    }

    pub fn due(&self, now_us: i64, types: Option<&[Name]>) -> Vec<Record> {
        let at_us = |record: &Record| {
            let moments = [record.life.wake_at_us, record.life.timeout_at_us];
            moments
                .into_iter()
                .flatten()
                .min()
                .filter(|_| record.life.status == Status::Waiting)
        };
        let due = |record: &&Record| at_us(record).is_some_and(|at_us| at_us <= now_us);
        let mut found: Vec<Record> = self
            .records
            .iter()
            .filter(due)
            .filter(|record| is_of(record, types))
            .cloned()
            .collect();
        found.sort_by_key(at_us);
        found
    }

    fn holder(&self, key: &[u8]) -> Option<Id> {
        let mut unfinished = self
            .records
            .iter()
            .filter(|record| !record.life.status.is_finished());
        unfinished
            .find(|record| record.unique_key.as_deref() == Some(key))
            .map(|record| record.id.clone())
    }

    fn record(&mut self, id: &Id) -> Option<&mut Record> {
        self.records.iter_mut().find(|record| record.id == *id)
    }
}

/// The step that the task was in has ended; after a move the next begins. The newest hundred are kept.
fn next_trail(record: &Record, outcome: Outcome, now_us: i64) -> Trail {
    let mut steps: Vec<Step> = record.trail.steps().collect();
    let completed = outcome == Outcome::Completed;
    if let Some(last) = steps.last_mut() {
        last.end = if completed {
            StepEnd::Completed
        } else {
            StepEnd::Moved
        };
    }
    if !completed {
        steps.push(Step {
            state: record.life.state,
            at_us: now_us,
            end: StepEnd::Stayed,
            by: None,
        });
    }
    let old = steps.len().saturating_sub(100);
    steps.drain(..old);
    steps.into()
}

/// Counts the write, and lets a signal that came while the task ran wake it.
fn written(record: &mut Record) -> u64 {
    record.version += 1;
    if record.life.status != Status::Active {
        let life = &mut record.life;
        if record.signalled && life.status == Status::Waiting {
            life.wake_at_us = Some(life.wake_at_us.unwrap_or(i64::MAX).min(life.updated_at_us));
        }
        record.signalled = false;
    }
    record.version
}

fn is_of(record: &Record, types: Option<&[Name]>) -> bool {
    types.is_none_or(|types| types.contains(&record.type_name))
}
