//! What is stored of a task.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::names::Name;
use crate::pack::EMPTY_MAP;
use crate::task::id::Id;
use crate::task::trail::Trail;
use crate::value::Value;

/// What a task is about. [`crate::task::transition`] has the moves between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its handlers run, or did when the process died.
    Active,
    /// It sleeps until its wake time, or until somebody moves it.
    Waiting,
    /// It has reached a result.
    Completed,
    /// A handler raised, or it waited too long.
    Failed,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Waiting, Self::Completed, Self::Failed];

    /// The number it is stored under.
    pub const fn code(self) -> i64 {
        match self {
            Self::Active => 0,
            Self::Waiting => 10,
            Self::Completed => 100,
            Self::Failed => -1,
        }
    }

    /// The status with this number.
    pub const fn coded(code: i64) -> Option<Self> {
        Some(match code {
            0 => Self::Active,
            10 => Self::Waiting,
            100 => Self::Completed,
            -1 => Self::Failed,
            _ => return None,
        })
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// Whether the task has ended.
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// The part of a task that its transitions change. Moments are microseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// What it is about.
    pub status: Status,
    /// The state it is in.
    pub state: Name,
    /// Since when.
    pub entered_at_us: i64,
    /// When it is to be looked at again.
    pub wake_at_us: Option<i64>,
    /// When it has waited too long.
    pub timeout_at_us: Option<i64>,
    /// When it may be deleted.
    pub delete_at_us: Option<i64>,
    /// When it completed.
    pub completed_at_us: Option<i64>,
    /// When it failed.
    pub failed_at_us: Option<i64>,
    /// How many times it moved to another state.
    pub steps: u32,
    /// How many times the handler of its state has failed so far.
    pub attempts: u32,
    /// When it was created.
    pub created_at_us: i64,
    /// When it was changed last.
    pub updated_at_us: i64,
}

impl Life {
    /// The moment from which a waiting task is due: to be woken or timed out, whichever comes first.
    pub fn due_at_us(&self) -> Option<i64> {
        if self.status != Status::Waiting {
            return None;
        }
        match (self.wake_at_us, self.timeout_at_us) {
            (Some(wake), Some(timeout)) => Some(wake.min(timeout)),
            (wake, timeout) => wake.or(timeout),
        }
    }

    /// Whether a waiting task has waited too long.
    pub fn is_expired(&self, now_us: i64) -> bool {
        self.status == Status::Waiting && self.timeout_at_us.is_some_and(|at_us| at_us <= now_us)
    }

    /// The moment from which a finished task may be deleted.
    pub fn old_at_us(&self) -> Option<i64> {
        self.delete_at_us.filter(|_| self.status.is_finished())
    }
}

/// Attributes and models, packed one after the other, then where the second begin: in one byte, or, from 255 on, in four
/// before a byte of 255.
#[derive(Clone, PartialEq, Eq)]
pub struct Data(Box<[u8]>);

const FAR: u8 = 0xff;

impl Data {
    /// From the packed maps of both.
    ///
    /// # Errors
    /// [`Error::CounterOutOfRange`] from four gigabytes of attributes on.
    pub fn new(attributes: &[u8], models: &[u8]) -> Result<Self, Error> {
        Self::join(&[attributes, models], attributes.len())
    }

    /// From the packed maps of both, one after the other; the second begins at `split`.
    ///
    /// # Errors
    /// [`Error::CounterOutOfRange`] from four gigabytes of attributes on.
    pub fn packed(both: &[u8], split: usize) -> Result<Self, Error> {
        Self::join(&[both], split)
    }

    /// The packed attributes.
    pub fn attributes(&self) -> &[u8] {
        self.0.get(..self.split().0).unwrap_or(EMPTY_MAP)
    }

    /// The packed models.
    pub fn models(&self) -> &[u8] {
        let (split, end) = self.split();
        self.0.get(split..end).unwrap_or(EMPTY_MAP)
    }

    /// Puts others in place of what is given. Nothing is allocated when they take as many bytes as before.
    ///
    /// # Errors
    /// [`Error::CounterOutOfRange`] from four gigabytes of attributes on.
    pub fn replace(
        &mut self,
        attributes: Option<&[u8]>,
        models: Option<&[u8]>,
    ) -> Result<(), Error> {
        let (split, end) = self.split();
        let new_split = attributes.map_or(split, <[u8]>::len);
        let new_end = new_split + models.map_or(end - split, <[u8]>::len);
        if (new_split, new_end) != (split, end) {
            let attributes = attributes.unwrap_or(self.attributes());
            *self = Self::new(attributes, models.unwrap_or(self.models()))?;
            return Ok(());
        }
        let (old_attributes, rest) = self.0.split_at_mut(split);
        copy(attributes, old_attributes);
        copy(models, rest);
        Ok(())
    }

    /// Bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.0.len()
    }

    fn join(parts: &[&[u8]], split: usize) -> Result<Self, Error> {
        let near = u8::try_from(split).ok().filter(|near| *near != FAR);
        let far =
            u32::try_from(split).map_err(|_| Error::CounterOutOfRange("bytes of attributes"))?;
        let length = parts.iter().map(|part| part.len()).sum::<usize>();
        let mut bytes = Vec::with_capacity(length + if near.is_some() { 1 } else { 5 });
        parts.iter().for_each(|part| bytes.extend_from_slice(part));
        if near.is_none() {
            bytes.extend_from_slice(&far.to_le_bytes());
        }
        bytes.push(near.unwrap_or(FAR));
        Ok(Self(bytes.into()))
    }

    /// Where the models begin, and where they end.
    fn split(&self) -> (usize, usize) {
        match self.0.split_last() {
            Some((&FAR, rest)) => {
                let far = rest.last_chunk::<4>().copied().unwrap_or_default();
                let split = u32::from_le_bytes(far) as usize;
                (split, rest.len().saturating_sub(far.len()))
            }
            Some((near, rest)) => (usize::from(*near), rest.len()),
            None => (0, 0),
        }
    }
}

fn copy(from: Option<&[u8]>, to: &mut [u8]) {
    for (to, from) in to.iter_mut().zip(from.unwrap_or_default()) {
        *to = *from;
    }
}

impl Default for Data {
    /// No attributes and no models.
    fn default() -> Self {
        let split = EMPTY_MAP.len() as u8;
        Self([EMPTY_MAP, EMPTY_MAP, &[split]].concat().into())
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Data")
            .field("attributes", &Value::unpack(self.attributes()))
            .field("models", &Value::unpack(self.models()))
            .finish()
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let unpack = |packed| Value::unpack(packed).map_err(serde::ser::Error::custom);
        (unpack(self.attributes())?, unpack(self.models())?).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (attributes, models) = <(Value, Value)>::deserialize(deserializer)?;
        let packed = attributes.pack().and_then(|attributes| {
            models
                .pack()
                .and_then(|models| Self::new(&attributes, &models))
        });
        packed.map_err(serde::de::Error::custom)
    }
}

/// What made a task fail, packed: a list of class, message and backtrace.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure(pub Box<[u8]>);

impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Failure")
            .field(&Value::unpack(&self.0))
            .finish()
    }
}

impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = Value::unpack(&self.0).map_err(serde::ser::Error::custom)?;
        value.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Failure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let packed = Value::deserialize(deserializer)?.pack();
        packed
            .map(|bytes| Self(bytes.into()))
            .map_err(serde::de::Error::custom)
    }
}

/// Everything that is stored of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Who it is.
    pub id: Id,
    /// The name of its class.
    pub type_name: Name,
    /// Counts its writes, from 1 on: a writer that knows an older one is out of date.
    pub version: u64,
    /// Where it stands.
    pub life: Life,
    /// The task that started it.
    pub parent_id: Option<Id>,
    /// Under which key its parent started it: a handler that runs again finds it by this.
    pub start_key: Option<Box<[u8]>>,
    /// While it is unfinished there is no other with this key.
    pub unique_key: Option<Box<[u8]>>,
    /// Attributes and models.
    pub data: Data,
    /// What made it fail: class, message, backtrace.
    pub failure: Option<Failure>,
    /// The states it has been in.
    pub trail: Trail,
    /// Whether somebody has woken it since it was taken to be run.
    pub signalled: bool,
}
