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

    /// The same, with room for the steps that follow at once.
    pub(super) fn begun_with_room(state: Name, at_us: i64) -> Self {
        let mut trail = Self::with_room(8);
        trail.enter(state, at_us);
        trail
    }

    /// Whether there is nothing in it but that the task is in this state since then.
    pub(super) fn has_just_begun(&self, state: Name, at_us: i64) -> bool {
        let step = Step {
            state,
            at_us,
            end: StepEnd::Stayed,
            by: None,
        };
        *self.0 == [Packed::from(step)]
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
            last.by_and_end = last.by_and_end & !7 | end as u32;
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
