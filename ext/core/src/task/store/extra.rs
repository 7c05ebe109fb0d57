//! What most tasks do not have: kept outside of the row, and only where there is something.

use crate::task::id::Id;
use crate::task::record::Failure;

/// What most tasks do not have.
#[derive(Debug, Default)]
pub(super) struct Extra {
    pub text_id: Option<Box<str>>,
    pub parent_id: Option<Id>,
    pub start_key: Option<Box<[u8]>>,
    pub unique_key: Option<Box<[u8]>>,
    pub failure: Option<Failure>,
    pub moments: Option<Box<Moments>>,
    pub attempts: u32,
}

/// The moments that may be missing: wake, completed, failed, timeout, delete.
pub(super) type Moments = [Option<i64>; 5];

impl Extra {
    pub fn is_empty(&self) -> bool {
        let texts = self.text_id.is_some() || self.parent_id.is_some() || self.failure.is_some();
        let keys = self.start_key.is_some() || self.unique_key.is_some();
        !texts && !keys && self.moments.is_none() && self.attempts == 0
    }

    pub fn heap_bytes(&self) -> usize {
        let boxes = [&self.start_key, &self.unique_key];
        let keys: usize = boxes.into_iter().flatten().map(|key| key.len()).sum();
        let failure = self.failure.as_ref().map_or(0, |failure| failure.0.len());
        let ids = self.text_id.as_ref().map_or(0, |text| text.len())
            + self.parent_id.as_ref().map_or(0, Id::heap_bytes);
        let moments = self.moments.as_ref().map_or(0, |_| size_of::<Moments>());
        size_of::<Self>() + keys + failure + ids + moments
    }
}
