//! Which states a task has been in: the newest hundred steps, sixteen bytes each.

use serde::{Deserialize, Serialize};

use crate::names::Name;

/// How many steps are kept.
pub const KEPT: usize = 100;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepEnd {
    /// The task is still there.
    Stayed = 0,
    /// It moved to another state.
    Moved = 1,
    /// It completed.
    Completed = 2,
    /// It failed.
    Failed = 3,
    /// It waited longer than its timeout.
    TimedOut = 4,
    /// Its handler is run again.
    Retried = 5,
}

impl StepEnd {
    /// By number.
    pub const fn numbered(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Stayed,
            1 => Self::Moved,
            2 => Self::Completed,
            3 => Self::Failed,
            4 => Self::TimedOut,
            5 => Self::Retried,
            _ => return None,
        })
    }
}

/// A state, since when, how it ended and who ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The state.
    pub state: Name,
    /// When it was entered.
    pub at_us: i64,
    /// How it ended.
    pub end: StepEnd,
    /// The interaction, "after" or "timeout" that ended it; None for the flowchart itself.
    pub by: Option<Name>,
}

/// A step in sixteen bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packed {
    at_us: i64,
    state: Name,
    /// The end in the low three bits, above them 0 for nobody, or the number of a name plus one.
    by_and_end: u32,
}

/// Names beyond this number cannot be packed; a process that has half a billion names has other worries.
const MAX_BY: u32 = (1 << 29) - 1;

impl Packed {
    /// A step that the task is in.
    #[inline]
    const fn begun(state: Name, at_us: i64) -> Self {
        Self {
            at_us,
            state,
            by_and_end: StepEnd::Stayed as u32,
        }
    }

    #[inline]
    const fn end(&mut self, end: StepEnd) {
        self.by_and_end = self.by_and_end & !7 | end as u32;
    }
}

impl From<Step> for Packed {
    fn from(step: Step) -> Self {
        let by = step.by.map_or(0, |name| name.number() + 1).min(MAX_BY);
        Self {
            at_us: step.at_us,
            state: step.state,
            by_and_end: by << 3 | step.end as u32,
        }
    }
}

impl From<Packed> for Step {
    fn from(packed: Packed) -> Self {
        let by = packed.by_and_end >> 3;
        let end = StepEnd::numbered((packed.by_and_end & 7) as u8);
        Self {
            state: packed.state,
            at_us: packed.at_us,
            end: end.unwrap_or(StepEnd::Stayed),
            by: by.checked_sub(1).and_then(Name::numbered),
        }
    }
}

/// The steps of a task, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Step>", into = "Vec<Step>")]
pub struct Trail(Vec<Packed>);

impl Trail {
    /// An empty trail with room for that many steps.
    pub fn with_room(steps: usize) -> Self {
        Self(Vec::with_capacity(steps.min(KEPT)))
    }

    /// A trail that has just begun.
    pub fn begun(state: Name, at_us: i64) -> Self {
        let mut trail = Self::with_room(1);
        trail.enter(state, at_us);
        trail
    }

    /// Whether there is nothing in it but that the task is in this state since then.
    pub(super) fn has_just_begun(&self, state: Name, at_us: i64) -> bool {
        *self.0 == [Packed::begun(state, at_us)]
    }

    /// From what [`Trail::into_parts`] gave.
    #[inline]
    pub(super) fn from_parts(steps: Box<[Packed]>, count: u8) -> Self {
        let mut steps = steps.into_vec();
        steps.truncate(usize::from(count));
        Self(steps)
    }

    /// The steps, with what room there is after them, and how many there are.
    #[inline]
    pub(super) fn into_parts(self) -> (Box<[Packed]>, u8) {
        let mut steps = self.0;
        // Never more than are kept.
        let count = steps.len() as u8;
        if let Some(last) = steps.last().copied() {
            steps.resize(steps.capacity(), last);
        }
        (steps.into_boxed_slice(), count)
    }

    /// Ends the step that the task is in, and begins the one in `state`.
    pub fn moved(&mut self, state: Name, at_us: i64) {
        self.end(StepEnd::Moved);
        self.enter(state, at_us);
    }

    /// Ends the step that the task is in.
    pub fn end(&mut self, end: StepEnd) {
        if let Some(last) = self.0.last_mut() {
            last.end(end);
        }
    }

    /// The steps, oldest first.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = Step> + '_ {
        self.0.iter().map(|packed| Step::from(*packed))
    }

    /// Gives back the room that was kept for further steps.
    pub fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    fn enter(&mut self, state: Name, at_us: i64) {
        self.push(Step {
            state,
            at_us,
            end: StepEnd::Stayed,
            by: None,
        });
    }

    /// Adds a step, and forgets the oldest of more than a hundred.
    pub fn push(&mut self, step: Step) {
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push(step.into());
    }
}

/// A trail as it lies in a row, where it can grow in place: the steps, with room after them, and how many there are.
pub(super) struct Kept<'a> {
    pub steps: &'a mut Box<[Packed]>,
    pub count: &'a mut u8,
}

/// For how many steps room is made at first: a burst is seldom longer.
const FIRST_ROOM: usize = 8;

impl Kept<'_> {
    /// As [`Trail::moved`].
    #[inline]
    pub fn moved(&mut self, state: Name, at_us: i64) {
        self.end(StepEnd::Moved);
        self.enter(state, at_us);
    }

    /// As [`Trail::end`].
    #[inline]
    pub fn end(&mut self, end: StepEnd) {
        let last = usize::from(*self.count).checked_sub(1);
        if let Some(last) = last.and_then(|last| self.steps.get_mut(last)) {
            last.end(end);
        }
    }

    /// Begins a step.
    #[inline]
    pub fn enter(&mut self, state: Name, at_us: i64) {
        let step = Packed::begun(state, at_us);
        if usize::from(*self.count) >= KEPT {
            self.steps.copy_within(1.., 0);
            *self.count -= 1;
        }
        if usize::from(*self.count) == self.steps.len() {
            self.grow(step);
        }
        if let Some(place) = self.steps.get_mut(usize::from(*self.count)) {
            *place = step;
            *self.count += 1;
        }
    }

    #[cold]
    fn grow(&mut self, filler: Packed) {
        let room = (2 * self.steps.len()).clamp(FIRST_ROOM, KEPT);
        let mut steps = Vec::with_capacity(room);
        steps.extend_from_slice(self.steps);
        steps.resize(room, filler);
        *self.steps = steps.into_boxed_slice();
    }
}

impl FromIterator<Step> for Trail {
    /// The newest hundred of `steps`, in no more room than they need.
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        let mut trail = Self::default();
        steps.into_iter().for_each(|step| trail.push(step));
        trail.shrink();
        trail
    }
}

impl From<Vec<Step>> for Trail {
    fn from(steps: Vec<Step>) -> Self {
        steps.into_iter().collect()
    }
}

impl From<Trail> for Vec<Step> {
    fn from(trail: Trail) -> Self {
        trail.steps().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(state: &str, at_us: i64) -> Step {
        Step {
            state: Name::of(state),
            at_us,
            end: StepEnd::TimedOut,
            by: Some(Name::of("timeout")),
        }
    }

    #[test]
    fn a_step_takes_sixteen_bytes_and_comes_back() {
        assert_eq!(size_of::<Packed>(), 16);
        let trail: Trail = [step("asked", -5), step("approved", i64::MAX)]
            .into_iter()
            .collect();
        assert_eq!(
            trail.steps().collect::<Vec<_>>(),
            [step("asked", -5), step("approved", i64::MAX)]
        );
    }

    #[test]
    fn moving_ends_the_step_before() {
        let mut trail = Trail::begun(Name::of("asked"), 1);
        trail.moved(Name::of("approved"), 2);
        let steps: Vec<Step> = trail.steps().collect();
        assert_eq!(
            (steps[0].end, steps[0].by, steps[0].at_us),
            (StepEnd::Moved, None, 1)
        );
        assert_eq!((steps[1].end, steps[1].at_us), (StepEnd::Stayed, 2));
    }

    #[test]
    fn the_newest_hundred_are_kept() {
        let mut trail: Trail = (0..150).map(|n| step("asked", n)).collect();
        assert_eq!(trail.steps().len(), KEPT);
        trail.moved(Name::of("approved"), 999);
        let times: Vec<i64> = trail.steps().map(|step| step.at_us).collect();
        assert_eq!(times.first(), Some(&51));
        assert_eq!(times.last(), Some(&999));
        assert_eq!(times.len(), KEPT);
    }
}
