//! Every change of a task's status, in one place: `life + outcome + now -> life`, and nothing else is looked at.
//!
//! # The moves
//!
//! | from \ outcome     | moved                 | slept   | woken      | completed | failed | retry later | revived |
//! |--------------------|-----------------------|---------|------------|-----------|--------|-------------|---------|
//! | active             | active or waiting (1) | waiting | active (3) | completed | failed | waiting (4) | -       |
//! | waiting            | active or waiting (2) | waiting | active     | completed | failed | -           | -       |
//! | completed          | -                     | -       | -          | -         | -      | -           | -       |
//! | failed             | -                     | -       | -          | -         | -      | -           | active  |
//!
//! 1. Waiting when the target is a `wait_until`, else active: its handler runs next.
//! 2. An interaction, or `on_timeout`, moves a task that sleeps.
//! 3. A woken task that is active already stays so: the storage woke it when it was claimed.
//! 4. The task sleeps in a state whose handler failed, and runs that handler again.
//!
//! # What always holds afterwards
//!
//! - Completed: `completed_at` is set and `failed_at` is not; failed: the other way round; else neither is.
//! - `wake_at` is set only while waiting, `timeout_at` only while unfinished, `delete_at` only when finished.
//! - A waiting task has a `wake_at` or a `timeout_at`, unless its plan has no timeout and it has just moved to a state
//!   that is left by `after` only: its exact wake is set by the `slept` that follows.
//! - `steps` grows by one with each move to another state and by nothing else; `attempts` grows with `retry later`,
//!   and begins anew with a move or a revival.
//! - The timeout is set anew by a move to another state and by a revival, never by a sleep.
//! - `created_at` never changes; `updated_at` is `now`; `entered_at` is `now` after a move, else it stays.
//! - A moment that does not fit into 64 bits is an error, and so is a full counter; nothing wraps and nothing panics.

use crate::error::Error;
use crate::names::Name;
use crate::task::plan::{Plan, Settings};
use crate::task::record::{Life, Status};

/// What has happened to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It goes to another state.
    Moved {
        /// Which.
        to: Name,
        /// How it arrives there.
        arrival: Arrival,
    },
    /// It stays in its state and sleeps.
    Slept {
        /// Until when; None for the plan's delay.
        until_us: Option<i64>,
    },
    /// Its time has come, or somebody woke it.
    Woken,
    /// It has reached a result.
    Completed,
    /// A handler raised, or it waited too long.
    Failed,
    /// A handler raised, and is to be run again.
    RetryLater {
        /// After how long.
        wait_us: i64,
    },
    /// A failed task goes on.
    Revived,
}

/// How a task arrives in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The handler runs at once.
    Running,
    /// It sleeps, and looks at its conditions after the first delay.
    Sleeping,
    /// It sleeps until one of its `after`s; the moment is told by the sleep that follows.
    SleepingForAfter,
}

impl Outcome {
    /// As in "cannot ...".
    const fn verb(self) -> &'static str {
        match self {
            Self::Moved { .. } => "go to another state",
            Self::Slept { .. } => "sleep",
            Self::Woken => "wake",
            Self::Completed => "complete",
            Self::Failed => "fail",
            Self::RetryLater { .. } => "try again later",
            Self::Revived => "be revived",
        }
    }
}

/// The one table: where an outcome leads, if it may happen at all.
const fn next(from: Status, outcome: Outcome) -> Option<Status> {
    use Status::{Active, Completed, Failed, Waiting};
    Some(match (from, outcome) {
        (
            Active | Waiting,
            Outcome::Moved {
                arrival: Arrival::Running,
                ..
            },
        ) => Active,
        (Active | Waiting, Outcome::Moved { .. } | Outcome::Slept { .. }) => Waiting,
        (Active | Waiting, Outcome::Woken) => Active,
        (Active | Waiting, Outcome::Completed) => Completed,
        (Active | Waiting, Outcome::Failed) => Failed,
        (Active, Outcome::RetryLater { .. }) => Waiting,
        (Failed, Outcome::Revived) => Active,
        _ => return None,
    })
}

/// The life of a new task.
///
/// # Errors
/// [`Error::TimeOutOfRange`].
pub fn created(
    settings: &Settings,
    state: Name,
    status: Status,
    now_us: i64,
) -> Result<Life, Error> {
    Ok(Life {
        status,
        state,
        entered_at_us: now_us,
        wake_at_us: (status == Status::Waiting).then_some(now_us),
        timeout_at_us: later_if(now_us, settings.timeout_us)?,
        delete_at_us: None,
        completed_at_us: None,
        failed_at_us: None,
        steps: 0,
        attempts: 0,
        created_at_us: now_us,
        updated_at_us: now_us,
    })
}

/// The life of a task after `outcome`.
///
/// # Errors
/// [`Error::IllegalMove`] when the table has no such move, [`Error::TimeOutOfRange`], [`Error::CounterOutOfRange`].
pub fn apply(plan: &Plan, life: &Life, outcome: Outcome, now_us: i64) -> Result<Life, Error> {
    let status = next(life.status, outcome).ok_or_else(|| Error::IllegalMove {
        class: plan.class_name().to_owned(),
        status: life.status.word(),
        verb: outcome.verb(),
    })?;
    let settings = plan.settings();
    let awake = Life {
        status,
        wake_at_us: None,
        updated_at_us: now_us,
        ..*life
    };
    match outcome {
        Outcome::Moved { to, arrival } => moved(settings, awake, to, arrival, now_us),
        Outcome::Slept { until_us } => Ok(Life {
            wake_at_us: Some(match until_us {
                Some(until_us) => until_us,
                None => later(now_us, settings.delay_us)?,
            }),
            ..awake
        }),
        Outcome::Woken => Ok(awake),
        Outcome::Completed => Ok(Life {
            completed_at_us: Some(now_us),
            ..ended(settings, awake, now_us)?
        }),
        Outcome::Failed => Ok(Life {
            failed_at_us: Some(now_us),
            ..ended(settings, awake, now_us)?
        }),
        Outcome::RetryLater { wait_us } => Ok(Life {
            wake_at_us: Some(later(now_us, wait_us)?),
            attempts: counted(life.attempts, "attempts")?,
            ..awake
        }),
        Outcome::Revived => Ok(Life {
            failed_at_us: None,
            delete_at_us: None,
            timeout_at_us: later_if(now_us, settings.timeout_us)?,
            attempts: 0,
            ..awake
        }),
    }
}

/// The same as [`apply`] with [`Outcome::Woken`], for a task that is due; None when it is not.
pub fn claimed(life: &Life, now_us: i64) -> Option<Life> {
    life.due_at_us().filter(|due_us| *due_us <= now_us)?;
    taken(life, now_us)
}

/// The same for a waiting task that is due or not; None when it does not wait.
pub fn taken(life: &Life, now_us: i64) -> Option<Life> {
    (life.status == Status::Waiting).then_some(Life {
        status: Status::Active,
        wake_at_us: None,
        updated_at_us: now_us,
        ..*life
    })
}

/// The wake time of a waiting task that was signalled `now`: no later than that.
pub fn signalled(life: &Life, now_us: i64) -> Option<i64> {
    match life.wake_at_us {
        _ if life.status != Status::Waiting => life.wake_at_us,
        Some(wake_us) => Some(wake_us.min(now_us)),
        None => Some(now_us),
    }
}

fn moved(
    settings: &Settings,
    awake: Life,
    to: Name,
    arrival: Arrival,
    now_us: i64,
) -> Result<Life, Error> {
    Ok(Life {
        state: to,
        entered_at_us: now_us,
        wake_at_us: match arrival {
            Arrival::Running | Arrival::SleepingForAfter => None,
            Arrival::Sleeping if settings.first_wake_immediate => Some(now_us),
            Arrival::Sleeping => Some(later(now_us, settings.delay_us)?),
        },
        timeout_at_us: later_if(now_us, settings.timeout_us)?,
        steps: counted(awake.steps, "steps")?,
        attempts: 0,
        ..awake
    })
}

fn ended(settings: &Settings, awake: Life, now_us: i64) -> Result<Life, Error> {
    Ok(Life {
        timeout_at_us: None,
        delete_at_us: later_if(now_us, settings.delete_after_us)?,
        ..awake
    })
}

fn later_if(now_us: i64, by_us: Option<i64>) -> Result<Option<i64>, Error> {
    by_us.map(|by_us| later(now_us, by_us)).transpose()
}

fn later(at_us: i64, by_us: i64) -> Result<i64, Error> {
    let Some(sum) = at_us.checked_add(by_us) else {
        return Err(Error::TimeOutOfRange { at_us, by_us });
    };
    Ok(sum)
}

fn counted(number: u32, what: &'static str) -> Result<u32, Error> {
    let Some(next) = number.checked_add(1) else {
        return Err(Error::CounterOutOfRange(what));
    };
    Ok(next)
}
