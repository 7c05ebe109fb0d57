//! A task as it lies in memory: as small as it can be made, for there may be millions.

use crate::names::Name;
use crate::task::id::Id;
use crate::task::record::{Data, Failure, Life, Record, Status};
use crate::task::trail::Trail;

/// Which of a life's moments may be missing, and where they are kept.
mod moment {
    pub const ENTERED: usize = 0;
    pub const CREATED: usize = 1;
    pub const UPDATED: usize = 2;
    pub const WAKE: usize = 3;
    pub const TIMEOUT: usize = 4;
    pub const DELETE: usize = 5;
    pub const COMPLETED: usize = 6;
    pub const FAILED: usize = 7;
    pub const COUNT: usize = 8;
}

/// What most tasks do not have.
#[derive(Debug, Default)]
pub(super) struct Extra {
    pub parent_id: Option<Id>,
    pub start_key: Option<Box<[u8]>>,
    pub unique_key: Option<Box<[u8]>>,
    pub failure: Option<Failure>,
}

#[derive(Debug)]
pub(super) struct Row {
    pub id: Id,
    pub version: u64,
    /// Its place in the order in which tasks were started.
    pub born: u64,
    moments: [i64; moment::COUNT],
    pub data: Data,
    pub trail: Trail,
    extra: Option<Box<Extra>>,
    state: Name,
    steps: u32,
    attempts: u32,
    pub signals: u32,
    /// Its class, as a number of the store's own.
    pub shelf: u32,
    /// Where it stands among the tasks of its class.
    pub place: u32,
    status: Status,
    /// One bit for each of the moments that is there.
    present: u8,
}

/// What the indexes have to know of a row; when none of it changes they stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    pub status: Status,
    pub due_us: Option<i64>,
    pub old_us: Option<i64>,
}

impl Row {
    pub fn new(record: Record, born: u64, shelf: u32) -> Self {
        let extra = Extra {
            parent_id: record.parent_id,
            start_key: record.start_key,
            unique_key: record.unique_key,
            failure: record.failure,
        };
        let mut row = Self {
            id: record.id,
            version: 1,
            born,
            moments: [0; moment::COUNT],
            data: record.data,
            trail: record.trail,
            extra: (!extra.is_empty()).then(|| Box::new(extra)),
            state: record.life.state,
            steps: 0,
            attempts: 0,
            signals: 0,
            shelf,
            place: 0,
            status: record.life.status,
            present: 0,
        };
        row.set_life(&record.life);
        row
    }

    pub fn record(&self, type_name: Name) -> Record {
        Record {
            id: self.id.clone(),
            type_name,
            version: self.version,
            life: self.life(),
            parent_id: self.parent_id().cloned(),
            start_key: self.start_key().map(Into::into),
            unique_key: self.unique_key().map(Into::into),
            data: self.data.clone(),
            failure: self.extra.as_ref().and_then(|extra| extra.failure.clone()),
            trail: self.trail.clone(),
            signals: self.signals,
        }
    }

    #[inline]
    pub fn life(&self) -> Life {
        Life {
            status: self.status,
            state: self.state,
            entered_at_us: self.moments[moment::ENTERED],
            wake_at_us: self.moment(moment::WAKE),
            timeout_at_us: self.moment(moment::TIMEOUT),
            delete_at_us: self.moment(moment::DELETE),
            completed_at_us: self.moment(moment::COMPLETED),
            failed_at_us: self.moment(moment::FAILED),
            steps: self.steps,
            attempts: self.attempts,
            created_at_us: self.moments[moment::CREATED],
            updated_at_us: self.moments[moment::UPDATED],
        }
    }

    #[inline]
    pub fn set_life(&mut self, life: &Life) {
        self.status = life.status;
        self.state = life.state;
        self.steps = life.steps;
        self.attempts = life.attempts;
        self.moments[moment::ENTERED] = life.entered_at_us;
        self.moments[moment::CREATED] = life.created_at_us;
        self.moments[moment::UPDATED] = life.updated_at_us;
        self.present = 0;
        self.set_moment(moment::WAKE, life.wake_at_us);
        self.set_moment(moment::TIMEOUT, life.timeout_at_us);
        self.set_moment(moment::DELETE, life.delete_at_us);
        self.set_moment(moment::COMPLETED, life.completed_at_us);
        self.set_moment(moment::FAILED, life.failed_at_us);
    }

    #[inline]
    pub fn marks(&self) -> Marks {
        let due_us = match (self.moment(moment::WAKE), self.moment(moment::TIMEOUT)) {
            _ if self.status != Status::Waiting => None,
            (Some(wake), Some(timeout)) => Some(wake.min(timeout)),
            (wake, timeout) => wake.or(timeout),
        };
        Marks {
            status: self.status,
            due_us,
            old_us: match self.status.is_finished() {
                true => self.moment(moment::DELETE),
                false => None,
            },
        }
    }

    pub fn set_wake(&mut self, wake_at_us: Option<i64>) {
        self.present &= !(1 << moment::WAKE);
        self.set_moment(moment::WAKE, wake_at_us);
    }

    pub fn parent_id(&self) -> Option<&Id> {
        self.extra.as_ref()?.parent_id.as_ref()
    }

    pub fn start_key(&self) -> Option<&[u8]> {
        self.extra.as_ref()?.start_key.as_deref()
    }

    pub fn unique_key(&self) -> Option<&[u8]> {
        self.extra.as_ref()?.unique_key.as_deref()
    }

    pub fn has_failure(&self) -> bool {
        let extra = self.extra.as_ref();
        extra.is_some_and(|extra| extra.failure.is_some())
    }

    /// The key that no other unfinished task may have.
    pub fn held_key(&self) -> Option<&[u8]> {
        self.unique_key().filter(|_| !self.status.is_finished())
    }

    /// Changes what most tasks do not have, and forgets it when nothing of it is left.
    pub fn change_extra(&mut self, change: impl FnOnce(&mut Extra)) {
        let mut extra = self.extra.take().unwrap_or_default();
        change(&mut extra);
        self.extra = (!extra.is_empty()).then_some(extra);
    }

    pub fn heap_bytes(&self) -> usize {
        let extra = self.extra.as_ref().map_or(0, |extra| extra.heap_bytes());
        self.id.heap_bytes() + self.data.heap_bytes() + self.trail.heap_bytes() + extra
    }

    #[inline]
    fn moment(&self, which: usize) -> Option<i64> {
        (self.present & (1 << which) != 0).then_some(self.moments[which])
    }

    #[inline]
    fn set_moment(&mut self, which: usize, at_us: Option<i64>) {
        self.present |= u8::from(at_us.is_some()) << which;
        self.moments[which] = at_us.unwrap_or_default();
    }
}

impl Extra {
    fn is_empty(&self) -> bool {
        let keys = self.start_key.is_some() || self.unique_key.is_some();
        !keys && self.parent_id.is_none() && self.failure.is_none()
    }

    fn heap_bytes(&self) -> usize {
        let boxes = [&self.start_key, &self.unique_key];
        let keys: usize = boxes.into_iter().flatten().map(|key| key.len()).sum();
        let failure = self.failure.as_ref().map_or(0, |failure| failure.0.len());
        let parent = self.parent_id.as_ref().map_or(0, Id::heap_bytes);
        size_of::<Self>() + keys + failure + parent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_small() {
        assert!(size_of::<Row>() <= 192, "{} bytes", size_of::<Row>());
        assert_eq!(size_of::<Option<Row>>(), size_of::<Row>());
    }
}
