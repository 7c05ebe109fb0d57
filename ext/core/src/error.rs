//! Everything that the rules can refuse, with the words that the author of a task gets to read.

use std::fmt;

use crate::flow::Refusal;
use crate::wording::{did_you_mean, symbols};

/// A refusal. Nothing has been changed when one is returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A state that the plan has no handler for.
    UnknownState {
        /// The task class.
        class: String,
        /// What was asked for.
        state: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A move that the task's status does not allow.
    IllegalMove {
        /// The task class; empty where only the stored task is known.
        class: String,
        /// The status that the task is in.
        status: &'static str,
        /// What it was asked to do, as in "cannot ...".
        verb: &'static str,
    },
    /// A moment, or a sum of moment and duration, outside 64 bits of microseconds.
    TimeOutOfRange {
        /// The moment that was added to.
        at_us: i64,
        /// What was added.
        by_us: i64,
    },
    /// A counter that has reached its end.
    CounterOutOfRange(&'static str),
    /// Text that is no time.
    UnreadableTime(String),
    /// Containers nested deeper than [`crate::pack::MAX_DEPTH`].
    TooDeep,
    /// A second task under an id that is stored.
    AlreadyStored(String),
    /// A unique key that another unfinished task holds.
    KeyTaken {
        /// The task that wants it.
        id: String,
        /// The task that has it.
        holder: String,
    },
    /// Packed bytes that this crate has not written.
    Corrupt,
    /// What a batch of rows refuses.
    Rows(crate::rows::Refusal),
    /// What the rules of flows refuse.
    Flow(Refusal),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Flow(refusal)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownState {
                class,
                state,
                known,
            } => unknown_state(f, class, state, known),
            Self::IllegalMove {
                class,
                status,
                verb,
            } => illegal_move(f, class, status, verb),
            Self::TimeOutOfRange { at_us, by_us } => write!(
                f,
                "time out of range: {at_us} and {by_us} microseconds do not add up to 64 bits"
            ),
            Self::CounterOutOfRange(what) => write!(f, "{what} out of range: it counts to {}", u32::MAX),
            Self::UnreadableTime(text) => write!(
                f,
                "cannot read {text:?} as a time; write it as in 2026-11-21T10:02:03.123456Z"
            ),
            Self::TooDeep => write!(
                f,
                "nested deeper than {} levels; store it flatter, or as one text",
                crate::pack::MAX_DEPTH
            ),
            Self::AlreadyStored(id) => write!(
                f,
                "a task with id {id:?} is stored already; leave the id out and the storage gives one"
            ),
            Self::KeyTaken { id, holder } => write!(
                f,
                "task {id} cannot go on: task {holder} is unfinished and holds the same unique_by key. Wait for it, or end it first."
            ),
            Self::Corrupt => write!(f, "stored attributes are not readable: this is a bug in active_data_flow"),
            Self::Rows(refusal) => refusal.fmt(f),
            Self::Flow(refusal) => refusal.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<crate::rows::Refusal> for Error {
    fn from(refusal: crate::rows::Refusal) -> Self {
        Self::Rows(refusal)
    }
}

fn unknown_state(
    f: &mut fmt::Formatter<'_>,
    class: &str,
    state: &str,
    known: &[String],
) -> fmt::Result {
    let names = known.iter().map(String::as_str);
    write!(f, "No handler for state: {state}. ")?;
    match known {
        [] => write!(f, "{class} has no states"),
        _ => write!(f, "{class} has {}", symbols(names.clone())),
    }?;
    match did_you_mean(state, names) {
        Some(hint) => write!(f, ". {hint}"),
        None => Ok(()),
    }
}

fn illegal_move(f: &mut fmt::Formatter<'_>, class: &str, status: &str, verb: &str) -> fmt::Result {
    let who = if class.is_empty() { "the task" } else { class };
    write!(f, "{who} is {status} and cannot {verb}")?;
    match status {
        "failed" => write!(f, "; retry! lets a failed task go on in its state"),
        "completed" => write!(f, "; a completed task does not move any more"),
        _ => Ok(()),
    }
}
