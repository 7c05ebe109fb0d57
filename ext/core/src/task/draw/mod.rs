//! A plan as a drawing, with the path that a task has taken where one is given.

mod dot;
mod mermaid;

use crate::names::Name;
use crate::task::plan::{Declaration, Plan, State};
use crate::task::record::Status;
use crate::wording::duration;

/// What is known of a task that is drawn on its plan. The default draws the plan alone.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The states it has been in, in that order; the last may be the current one.
    pub visited: Vec<String>,
    /// The state it is in.
    pub current: Option<String>,
    /// What it is about there.
    pub status: Option<Status>,
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
    /// Interactions, each with the states it may be called in.
    interactions: Vec<(String, Vec<usize>)>,
}

/// A line from a state to another.
struct Line {
    from: usize,
    to: usize,
    label: Option<String>,
    taken: bool,
    /// Taken by a task, though no `go_to` of the plan says so: a block did it.
    by_block: bool,
}

impl Picture {
    fn new(plan: &Declaration, seen: &Seen) -> Self {
        let place = |name: &str| place(plan, name);
        let path: Vec<usize> = seen.visited.iter().filter_map(|name| place(name)).collect();
        let current = seen.current.as_deref().and_then(place);
        let mut lines: Vec<Line> = lines(plan);
        walk(&mut lines, &path);
        if let (Some(last), Some(current)) = (path.last(), current) {
            if *last != current {
                walk(&mut lines, &[*last, current]);
            }
        }
        Self {
            visited: (0..plan.states.len())
                .map(|state| path.contains(&state))
                .collect(),
            current,
            status: seen.status,
            initial: place(&plan.initial_state),
            lines,
            interactions: interactions(plan),
        }
    }

    /// The word for the state that the task is in, beside it.
    fn status_word(&self, state: usize) -> Option<&'static str> {
        let status = self.status.filter(|_| self.current == Some(state));
        status.map(Status::word)
    }
}

fn place(plan: &Declaration, name: &str) -> Option<usize> {
    plan.states
        .iter()
        .position(|state| state.name.as_str() == name)
}

fn interactions(plan: &Declaration) -> Vec<(String, Vec<usize>)> {
    let states = |names: &[Name]| {
        let places = names.iter().map(|name| place(plan, name.as_str()));
        places.flatten().collect()
    };
    plan.interactions
        .iter()
        .map(|interaction| (interaction.name.clone(), states(&interaction.states)))
        .collect()
}

fn lines(plan: &Declaration) -> Vec<Line> {
    let ways = |(from, state): (usize, &State)| {
        let line = move |(name, label): (Name, Option<String>)| {
            Some(Line {
                from,
                to: place(plan, name.as_str())?,
                label,
                taken: false,
                by_block: false,
            })
        };
        ways_out(state).into_iter().filter_map(line)
    };
    plan.states.iter().enumerate().flat_map(ways).collect()
}

/// The names that a state leads to, each with what is written beside the line.
fn ways_out(state: &State) -> Vec<(Name, Option<String>)> {
    let edges = state
        .edges
        .iter()
        .map(|edge| (edge.target, edge.label.clone()));
    let afters = state.afters.iter().filter_map(|after| {
        let length = duration(after.us);
        let label = match &after.since {
            Some(since) => format!("after {length} since {since}"),
            None => format!("after {length}"),
        };
        Some((after.target?, Some(label)))
    });
    edges.chain(afters).collect()
}

/// Marks the line of each step of the path; where there is none, a block went its own way and gets a line for it.
fn walk(lines: &mut Vec<Line>, path: &[usize]) {
    for step in path.windows(2) {
        let &[from, to] = step else { continue };
        match lines
            .iter_mut()
            .find(|line| (line.from, line.to) == (from, to))
        {
            Some(line) => line.taken = true,
            None if from == to => {}
            None => lines.push(Line {
                from,
                to,
                label: None,
                taken: true,
                by_block: true,
            }),
        }
    }
}
