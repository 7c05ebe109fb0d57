//! A plan as a drawing, with the path that a task has taken where one is given.

mod dot;
mod lines;
mod mermaid;

use self::lines::{Line, Note};
use crate::task::plan::{Declaration, Plan};
use crate::task::record::Status;

/// What is known of a task that is drawn on its plan. The default draws the plan alone.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The states it has been in, in that order; the last may be the current one.
    pub visited: Vec<Stay>,
    /// The state it is in.
    pub current: Option<String>,
    /// What it is about there.
    pub status: Option<Status>,
}

/// A stay in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// The state.
    pub state: String,
    /// What moved the task on: the name of an interaction, "timeout", "after"; None for the flowchart.
    pub by: Option<String>,
}

impl Stay {
    /// Of a task that the flowchart moved on.
    pub fn to(state: impl Into<String>) -> Self {
        Self {
            state: state.into(),
            by: None,
        }
    }
}

impl Plan {
    /// As a Mermaid flowchart.
    pub fn to_mermaid(&self, seen: &Seen) -> String {
        mermaid::draw(self.declared(), &Picture::new(self.declared(), seen))
    }

    /// As a Graphviz graph.
    pub fn to_dot(&self, seen: &Seen) -> String {
        dot::draw(self.declared(), &Picture::new(self.declared(), seen))
    }
}

/// What there is to draw, whatever the language.
struct Picture {
    /// For each state whether the task has been there.
    visited: Vec<bool>,
    current: Option<usize>,
    status: Option<Status>,
    initial: Option<usize>,
    lines: Vec<Line>,
    notes: Vec<Note>,
}

impl Picture {
    fn new(plan: &Declaration, seen: &Seen) -> Self {
        let mut visited = vec![false; plan.states.len()];
        for stay in &seen.visited {
            if let Some(state) = place(plan, &stay.state) {
                visited[state] = true;
            }
        }
        let path = path(plan, seen);
        let (mut lines, notes) = lines::of(plan);
        lines::walk(&mut lines, &path);
        Self {
            visited,
            current: seen.current.as_deref().and_then(|name| place(plan, name)),
            status: seen.status,
            initial: place(plan, &plan.initial_state),
            lines,
            notes,
        }
    }

    /// The word for the state that the task is in, beside it.
    fn status_word(&self, state: usize) -> Option<&'static str> {
        let status = self.status.filter(|_| self.current == Some(state));
        status.map(Status::word)
    }
}

/// The states that the task has been in, up to the one it is in now, each with what moved it on.
fn path<'a>(plan: &Declaration, seen: &'a Seen) -> Vec<(usize, Option<&'a str>)> {
    let step = |stay: &'a Stay| Some((place(plan, &stay.state)?, stay.by.as_deref()));
    let mut path: Vec<_> = seen.visited.iter().filter_map(step).collect();
    let current = seen.current.as_deref().and_then(|name| place(plan, name));
    if let (Some((last, _)), Some(current)) = (path.last(), current) {
        if *last != current {
            path.push((current, None));
        }
    }
    path
}

fn place(plan: &Declaration, name: &str) -> Option<usize> {
    plan.states
        .iter()
        .position(|state| state.name.as_str() == name)
}
