//! A task as it lies in memory: in 128 bytes, for there may be millions, and nothing on the heap that the rest of the
//! row says already.

use super::extra::{Extra, Moments};
use crate::error::Error;
use crate::names::Name;
use crate::task::id::{Id, IdRef, Uuid};
use crate::task::record::{Data, Life, Record, Status};
use crate::task::trail::{Kept, Packed, StepEnd, Trail};
use crate::task::transition;

/// Where the moments that are always there are kept, and the two places that the others share: a task wakes, has
/// completed or has failed; it times out, or is deleted.
mod place {
    pub const ENTERED: usize = 0;
    pub const CREATED: usize = 1;
    pub const UPDATED: usize = 2;
    pub const NEXT: usize = 3;
    pub const LAST: usize = 4;
    pub const COUNT: usize = 5;
}

mod flag {
    pub const WAKE: u8 = 1;
    pub const COMPLETED: u8 = 1 << 1;
    pub const FAILED: u8 = 1 << 2;
    pub const TIMEOUT: u8 = 1 << 3;
    pub const DELETE: u8 = 1 << 4;
    /// Two moments want the same place: all of them are kept outside.
    pub const CROWDED: u8 = 1 << 5;
    /// The trail is the one step that the task is in, and is not kept at all.
    pub const ONE_STEP: u8 = 1 << 6;
    /// The id is no uuid, and kept outside.
    pub const TEXT_ID: u8 = 1 << 7;
}

#[derive(Debug)]
pub(super) struct Row {
    uuid: Uuid,
    moments: [i64; place::COUNT],
    pub data: Data,
    /// The trail, and after it room for more.
    steps: Box<[Packed]>,
    extra: Option<Box<Extra>>,
    version: u32,
    /// Its place in the order in which tasks were started, in 48 bits.
    born: (u32, u16),
    state: Name,
    moves: u32,
    /// Its class, as a number of the store's own.
    pub shelf: u32,
    /// Where it stands among the tasks of its class.
    pub place: u32,
    step_count: u8,
    flags: u8,
    status: Status,
    /// Whether somebody has woken it since it was taken to be run.
    pub signalled: bool,
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
        let (uuid, text_id) = match record.id {
            Id::Uuid(uuid) => (uuid, None),
            Id::Text(text) => (Uuid::default(), Some(text)),
        };
        let is_text = text_id.is_some();
        let extra = Extra {
            text_id,
            parent_id: record.parent_id,
            start_key: record.start_key,
            unique_key: record.unique_key,
            failure: record.failure,
            moments: None,
            attempts: 0,
        };
        let mut row = Self {
            uuid,
            moments: [0; place::COUNT],
            data: record.data,
            steps: Box::default(),
            extra: (!extra.is_empty()).then(|| Box::new(extra)),
            version: 1,
            born: (born as u32, (born >> 32) as u16),
            state: record.life.state,
            moves: 0,
            shelf,
            place: 0,
            step_count: 0,
            flags: if is_text { flag::TEXT_ID } else { 0 },
            status: record.life.status,
            signalled: false,
        };
        row.set_life(&record.life);
        row.set_trail(record.trail);
        row
    }

    pub fn record(&self, type_name: Name) -> Record {
        Record {
            id: self.id().to_id(),
            type_name,
            version: self.version(),
            life: self.life(),
            parent_id: self.parent_id().cloned(),
            start_key: self.start_key().map(Into::into),
            unique_key: self.unique_key().map(Into::into),
            data: self.data.clone(),
            failure: self.extra.as_ref().and_then(|extra| extra.failure.clone()),
            trail: self.trail(),
            signalled: self.signalled,
        }
    }

    #[inline]
    pub fn id(&self) -> IdRef<'_> {
        if !self.has(flag::TEXT_ID) {
            return IdRef::Uuid(self.uuid);
        }
        let extra = self.extra.as_ref();
        let text = extra.and_then(|extra| extra.text_id.as_deref());
        IdRef::Text(text.unwrap_or_default())
    }

    #[inline]
    pub const fn version(&self) -> u64 {
        self.version as u64
    }

    /// The version after this one.
    pub fn next_version(&self) -> Result<u32, Error> {
        match self.version.checked_add(1) {
            Some(next) => Ok(next),
            None => Err(Error::CounterOutOfRange("versions")),
        }
    }

    pub fn set_version(&mut self, version: u32) {
        self.version = version;
    }

    pub const fn born(&self) -> u64 {
        self.born.0 as u64 | (self.born.1 as u64) << 32
    }

    #[inline]
    pub fn life(&self) -> Life {
        let [wake_at_us, completed_at_us, failed_at_us, timeout_at_us, delete_at_us] =
            self.moments();
        Life {
            status: self.status,
            state: self.state,
            entered_at_us: self.moments[place::ENTERED],
            wake_at_us,
            timeout_at_us,
            delete_at_us,
            completed_at_us,
            failed_at_us,
            steps: self.moves,
            attempts: self.extra.as_ref().map_or(0, |extra| extra.attempts),
            created_at_us: self.moments[place::CREATED],
            updated_at_us: self.moments[place::UPDATED],
        }
    }

    #[inline]
    pub fn set_life(&mut self, life: &Life) {
        let stays = self.state == life.state && self.moments[place::ENTERED] == life.entered_at_us;
        if !stays && self.has(flag::ONE_STEP) {
            // The trail must go on saying what it says now.
            self.written_trail();
        }
        self.status = life.status;
        self.state = life.state;
        self.moves = life.steps;
        self.moments[place::ENTERED] = life.entered_at_us;
        self.moments[place::CREATED] = life.created_at_us;
        self.moments[place::UPDATED] = life.updated_at_us;
        self.set_moments(&[
            life.wake_at_us,
            life.completed_at_us,
            life.failed_at_us,
            life.timeout_at_us,
            life.delete_at_us,
        ]);
        let attempts = self.extra.as_ref().map_or(0, |extra| extra.attempts);
        if attempts != life.attempts {
            self.change_extra(|extra| extra.attempts = life.attempts);
        }
    }

    #[inline]
    pub fn marks(&self) -> Marks {
        if self.status == Status::Active {
            return Marks {
                status: self.status,
                due_us: None,
                old_us: None,
            };
        }
        let (waits, finished) = (self.status == Status::Waiting, self.status.is_finished());
        let [wake, _, _, timeout, delete] = self.moments();
        let due_us = match (wake, timeout) {
            (Some(wake), Some(timeout)) => Some(wake.min(timeout)),
            (wake, timeout) => wake.or(timeout),
        };
        Marks {
            status: self.status,
            due_us: due_us.filter(|_| waits),
            old_us: delete.filter(|_| finished),
        }
    }

    /// Makes a sleeping task due, and remembers it of a running one.
    pub fn signal(&mut self, now_us: i64) {
        self.signalled = true;
        self.wake_at(now_us);
    }

    /// A wake that came while the task ran makes it due as soon as it sleeps again.
    pub fn settle_signal(&mut self) {
        if self.signalled && self.status != Status::Active {
            self.signalled = false;
            self.wake_at(self.moments[place::UPDATED]);
        }
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

    /// The states it has been in.
    pub fn trail(&self) -> Trail {
        if self.has(flag::ONE_STEP) {
            return Trail::begun(self.state, self.moments[place::ENTERED]);
        }
        Trail::from_parts(self.steps.clone(), self.step_count)
    }

    pub fn set_trail(&mut self, trail: Trail) {
        let is_one_step = trail.has_just_begun(self.state, self.moments[place::ENTERED]);
        self.flag(flag::ONE_STEP, is_one_step);
        (self.steps, self.step_count) = match is_one_step {
            true => Default::default(),
            false => trail.into_parts(),
        };
    }

    /// Goes to another state: the step that the task is in ends, and the next begins.
    #[inline]
    pub fn moved(&mut self, state: Name, at_us: i64) {
        self.written_trail().moved(state, at_us);
    }

    /// Ends the step that the task is in.
    pub fn ended(&mut self, end: StepEnd) {
        self.written_trail().end(end);
    }

    /// The trail, written down from here on.
    #[inline]
    fn written_trail(&mut self) -> Kept<'_> {
        let is_one_step = self.has(flag::ONE_STEP);
        self.flag(flag::ONE_STEP, false);
        let mut kept = Kept {
            steps: &mut self.steps,
            count: &mut self.step_count,
        };
        if is_one_step {
            kept.enter(self.state, self.moments[place::ENTERED]);
        }
        kept
    }

    /// Gives back the room for further steps.
    pub fn shrink_trail(&mut self) {
        if self.steps.len() > usize::from(self.step_count) {
            let steps = std::mem::take(&mut self.steps);
            let mut trail = Trail::from_parts(steps, self.step_count);
            trail.shrink();
            (self.steps, self.step_count) = trail.into_parts();
        }
    }

    #[inline]
    pub fn heap_bytes(&self) -> usize {
        let extra = self.extra.as_ref().map_or(0, |extra| extra.heap_bytes());
        self.data.heap_bytes() + size_of_val(&*self.steps) + extra
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn flag(&mut self, flag: u8, on: bool) {
        self.flags = self.flags & !flag | if on { flag } else { 0 };
    }

    fn wake_at(&mut self, now_us: i64) {
        let life = self.life();
        let wake_at_us = transition::signalled(&life, now_us);
        if wake_at_us != life.wake_at_us {
            self.set_life(&Life { wake_at_us, ..life });
        }
    }

    /// Wake, completed, failed, timeout, delete.
    #[inline]
    fn moments(&self) -> Moments {
        if self.has(flag::CROWDED) {
            let extra = self.extra.as_ref();
            let moments = extra.and_then(|extra| extra.moments.as_deref());
            return moments.copied().unwrap_or_default();
        }
        let moment = |flag: u8, place: usize| self.has(flag).then(|| self.moments[place]);
        [
            moment(flag::WAKE, place::NEXT),
            moment(flag::COMPLETED, place::NEXT),
            moment(flag::FAILED, place::NEXT),
            moment(flag::TIMEOUT, place::LAST),
            moment(flag::DELETE, place::LAST),
        ]
    }

    #[inline]
    fn set_moments(&mut self, moments: &Moments) {
        const FLAGS: [u8; 5] = [
            flag::WAKE,
            flag::COMPLETED,
            flag::FAILED,
            flag::TIMEOUT,
            flag::DELETE,
        ];
        let [wake, completed, failed, timeout, delete] = *moments;
        let first =
            u8::from(wake.is_some()) + u8::from(completed.is_some()) + u8::from(failed.is_some());
        let crowded = first > 1 || timeout.is_some() && delete.is_some();
        if crowded || self.has(flag::CROWDED) {
            self.change_extra(|extra| extra.moments = crowded.then(|| Box::new(*moments)));
        }
        let there = moments.iter().zip(FLAGS);
        let there = there.map(|(moment, flag)| if moment.is_some() { flag } else { 0 });
        let there = there.fold(0, |flags, flag| flags | flag);
        self.flags = self.flags & (flag::ONE_STEP | flag::TEXT_ID) | there;
        self.flag(flag::CROWDED, crowded);
        self.moments[place::NEXT] = wake.or(completed).or(failed).unwrap_or_default();
        self.moments[place::LAST] = timeout.or(delete).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_two_cache_lines() {
        assert_eq!(size_of::<Row>(), 128);
        assert_eq!(size_of::<Option<Row>>(), size_of::<Row>());
    }
}
