//! The flowchart of a task class: its states, where they lead, and the times it goes by.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::names::Name;
use crate::task::check;
use crate::task::record::{Life, Status};
use crate::task::transition::{self, Arrival, Outcome};

/// What a state does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Runs a block, then goes on.
    Action,
    /// Asks its conditions where to go on.
    Decision,
    /// Sleeps until one of its conditions holds.
    WaitUntil,
    /// Ends the task.
    Result,
}

impl Kind {
    /// By the word that declares it.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "action" => Self::Action,
            "decision" => Self::Decision,
            "wait_until" => Self::WaitUntil,
            "result" => Self::Result,
            _ => return None,
        })
    }

    /// Whether the state's handler runs as soon as a task gets there.
    pub const fn is_immediate(self) -> bool {
        !matches!(self, Self::WaitUntil)
    }
}

/// A literal `go_to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// The state it leads to.
    pub target: Name,
    /// What is written beside it in a drawing.
    pub label: Option<String>,
}

/// A way out of a wait that opens when time has passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// How long.
    pub us: i64,
    /// From the time in which attribute; None counts from the entry into the state.
    pub since: Option<String>,
    /// The state it leads to; None when no `go_to` follows.
    pub target: Option<Name>,
}

/// Where a block of the author's leads, as far as it can be read without running it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Its literal `go_to`s. Any of them may be a line that never runs.
    pub edges: Vec<Edge>,
    /// Whether it may lead elsewhere, too: to a state that it works out, or that could not be read.
    pub open: bool,
}

impl Block {
    /// The states of its literal `go_to`s.
    pub fn targets(&self) -> impl Iterator<Item = Name> + '_ {
        self.edges.iter().map(|edge| edge.target)
    }
}

/// A state as it was declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Its name.
    pub name: Name,
    /// What it does.
    pub kind: Kind,
    /// Where it leads.
    pub edges: Vec<Edge>,
    /// Where its blocks lead beside that.
    pub block: Block,
    /// How many conditions it has.
    pub conditions: u32,
    /// Its ways out by time.
    pub afters: Vec<After>,
    /// Where it was declared, as "file.rb:12".
    pub line: Option<String>,
}

impl State {
    /// How a task arrives here.
    pub const fn arrival(&self) -> Arrival {
        if self.kind.is_immediate() {
            Arrival::Running
        } else if self.conditions == 0 && !self.afters.is_empty() {
            Arrival::SleepingForAfter
        } else {
            Arrival::Sleeping
        }
    }

    /// All literal ways out that stand outside of its blocks.
    pub fn targets(&self) -> impl Iterator<Item = Name> + '_ {
        let edges = self.edges.iter().map(|edge| edge.target);
        edges.chain(self.afters.iter().filter_map(|after| after.target))
    }
}

/// A method that moves a sleeping task from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// Its name.
    pub name: String,
    /// The states in which it may be called; any when there are none.
    pub states: Vec<Name>,
    /// Where its block leads.
    pub block: Block,
}

impl Interaction {
    /// Whether it may be called in that state. A task that has reached a result moves no more.
    pub fn may_move_from(&self, state: &State) -> bool {
        let named = self.states.is_empty() || self.states.contains(&state.name);
        named && state.kind != Kind::Result
    }
}

/// The times a task goes by, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// How long it sleeps between two looks at its conditions.
    pub delay_us: i64,
    /// How long it may stay in one state; None for ever.
    pub timeout_us: Option<i64>,
    /// Whether that is what a class has that says nothing.
    pub timeout_is_default: bool,
    /// How long it is kept when it has ended; None for ever.
    pub delete_after_us: Option<i64>,
    /// Whether a wait looks at its conditions at once, or after the first delay.
    pub first_wake_immediate: bool,
}

/// What a class has declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// The name of the class.
    pub class_name: String,
    /// Where its tasks start.
    pub initial_state: String,
    /// Its states, in the order in which they were declared.
    pub states: Vec<State>,
    /// Its interactions.
    pub interactions: Vec<Interaction>,
    /// Where a task is sent that has stayed too long in a state; None when it fails then.
    pub on_timeout: Option<Block>,
    /// Where the blocks of `retry_on` send a task whose tries are used up; None when there are none.
    pub retry_on: Option<Block>,
    /// Its times.
    pub settings: Settings,
}

/// A declaration, checked. Never changes, and can be shared by threads.
///
/// States are asked for by the bytes of their names: what is no UTF-8 is not the name of one.
#[derive(Debug, Clone)]
pub struct Plan {
    declared: Declaration,
    type_name: Name,
    initial: Name,
    /// States as (text, arrival), in one run of memory: a handful is found faster by looking than by hashing.
    lookup: Vec<(&'static str, Name, Arrival)>,
    errors: Vec<String>,
    warnings: Vec<String>,
}

impl Plan {
    /// Checks the declaration. What is wrong with it is in [`Plan::errors`] and [`Plan::warnings`].
    pub fn new(declared: Declaration) -> Self {
        let found = check::check(&declared);
        Self {
            type_name: Name::of(&declared.class_name),
            initial: Name::of(&declared.initial_state),
            lookup: declared
                .states
                .iter()
                .map(|state| (state.name.as_str(), state.name, state.arrival()))
                .collect(),
            errors: found.errors,
            warnings: found.warnings,
            declared,
        }
    }

    /// What keeps the class from being run.
    pub fn errors(&self) -> &[String] {
        &self.errors
    }

    /// What is probably not meant. A block may go anywhere, so it may be.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What the class has declared.
    pub const fn declared(&self) -> &Declaration {
        &self.declared
    }

    /// The name of the class.
    pub fn class_name(&self) -> &str {
        &self.declared.class_name
    }

    /// The same, as tasks carry it.
    pub const fn type_name(&self) -> Name {
        self.type_name
    }

    /// The times.
    pub const fn settings(&self) -> &Settings {
        &self.declared.settings
    }

    /// The state of that name, if there is one.
    #[inline]
    pub fn name_of(&self, state: &[u8]) -> Option<Name> {
        self.find(state).map(|(name, _)| name)
    }

    /// Whether there is such a state.
    pub fn has_state(&self, state: &[u8]) -> bool {
        self.find(state).is_some()
    }

    /// Whether the state's handler runs as soon as a task gets there.
    ///
    /// # Errors
    /// [`Error::UnknownState`].
    pub fn is_immediate(&self, state: &[u8]) -> Result<bool, Error> {
        Ok(self.state(state)?.1 == Arrival::Running)
    }

    /// The life of a new task, in the first state.
    ///
    /// # Errors
    /// [`Error::UnknownState`] when there is no handler for the first state, [`Error::TimeOutOfRange`].
    pub fn created(&self, now_us: i64, status: Status) -> Result<Life, Error> {
        self.state(self.initial.as_str().as_bytes())?;
        transition::created(self.settings(), self.initial, status, now_us)
    }

    /// The life of a new, active task in any of the states.
    ///
    /// # Errors
    /// [`Error::UnknownState`], [`Error::TimeOutOfRange`].
    pub fn created_in(&self, state: &[u8], now_us: i64) -> Result<Life, Error> {
        let (state, _) = self.state(state)?;
        transition::created(self.settings(), state, Status::Active, now_us)
    }

    /// The outcome of going to a state.
    ///
    /// # Errors
    /// [`Error::UnknownState`].
    #[inline]
    pub fn move_to(&self, state: &[u8]) -> Result<Outcome, Error> {
        let (to, arrival) = self.state(state)?;
        Ok(Outcome::Moved { to, arrival })
    }

    /// The life of a task after `outcome`; see [`transition::apply`].
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn apply(&self, life: &Life, outcome: Outcome, now_us: i64) -> Result<Life, Error> {
        transition::apply(self, life, outcome, now_us)
    }

    #[inline]
    fn state(&self, state: &[u8]) -> Result<(Name, Arrival), Error> {
        self.find(state).ok_or_else(|| Error::UnknownState {
            class: self.class_name().to_owned(),
            state: String::from_utf8_lossy(state).into_owned(),
            known: self
                .lookup
                .iter()
                .map(|(text, ..)| (*text).to_owned())
                .collect(),
        })
    }

    #[inline]
    fn find(&self, state: &[u8]) -> Option<(Name, Arrival)> {
        let found = self
            .lookup
            .iter()
            .find(|(text, ..)| text.as_bytes() == state);
        found.map(|(_, name, arrival)| (*name, *arrival))
    }
}
