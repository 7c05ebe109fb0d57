//! What leads from a state to another, and which of that a task has gone.

use super::place;
use crate::names::Name;
use crate::task::plan::{Block, Declaration, Kind, State};
use crate::wording::duration;

/// A line from a state to another.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub from: usize,
    pub to: usize,
    pub label: Option<String>,
    pub taken: bool,
    /// A block leads there, so a task may go another way, or never.
    pub by_block: bool,
    /// What moves a task along it, as its history calls it; None is the flowchart itself.
    mover: Option<String>,
}

/// What moves a task from outside and has no lines of its own: it may happen anywhere, or leads to no certain state.
pub(super) struct Note {
    pub text: String,
    /// Where it may happen; anywhere when there are none.
    pub states: Vec<usize>,
    /// Where it leads.
    pub targets: Vec<usize>,
}

/// Everything that the plan says.
pub(super) fn of(plan: &Declaration) -> (Vec<Line>, Vec<Note>) {
    let states = plan.states.iter().enumerate();
    let mut lines: Vec<Line> = states
        .flat_map(|(from, state)| ways_out(plan, from, state))
        .collect();
    let mut notes = Vec::new();
    for interaction in &plan.interactions {
        let states = places(plan, interaction.states.iter().copied());
        let drawn = from_outside(plan, &interaction.name, states, &interaction.block);
        drawn.map_or_else(|note| notes.push(note), |more| lines.extend(more));
    }
    if let Some(block) = &plan.on_timeout {
        let drawn = from_outside(plan, "timeout", waits(plan), block);
        drawn.map_or_else(|note| notes.push(note), |more| lines.extend(more));
    }
    if let Some(block) = &plan.retry_on {
        let targets = places(plan, block.targets());
        let text = "retry_on".to_owned();
        let states = Vec::new();
        notes.push(Note {
            text,
            states,
            targets,
        });
    }
    (lines, notes)
}

/// The lines that start in the state.
fn ways_out(plan: &Declaration, from: usize, state: &State) -> Vec<Line> {
    let line = |target: Name, label: Option<String>| {
        let to = place(plan, target.as_str())?;
        Some(Line {
            from,
            to,
            label,
            ..Line::default()
        })
    };
    let edges = state.edges.iter();
    let mut lines: Vec<Line> = edges
        .filter_map(|edge| line(edge.target, edge.label.clone()))
        .collect();
    for after in &state.afters {
        let length = duration(after.us);
        let label = match &after.since {
            Some(since) => format!("after {length} since {since}"),
            None => format!("after {length}"),
        };
        let drawn = after.target.and_then(|target| line(target, Some(label)));
        lines.extend(drawn.map(|line| Line {
            mover: Some("after".to_owned()),
            ..line
        }));
    }
    for edge in &state.block.edges {
        let drawn = line(edge.target, edge.label.clone());
        // What the block says again needs no second line.
        let drawn = drawn.filter(|new| {
            let same = |line: &Line| line.to == new.to && line.label == new.label;
            !lines.iter().any(same)
        });
        lines.extend(drawn.map(|line| Line {
            by_block: true,
            ..line
        }));
    }
    lines
}

/// Lines from each of the states to where the block leads, or a note where there are none.
fn from_outside(
    plan: &Declaration,
    name: &str,
    states: Vec<usize>,
    block: &Block,
) -> Result<Vec<Line>, Note> {
    let targets = places(plan, block.targets());
    if states.is_empty() || targets.is_empty() {
        return Err(Note {
            text: name.to_owned(),
            states,
            targets,
        });
    }
    let line = |from: usize, to: usize| Line {
        from,
        to,
        label: Some(name.to_owned()),
        by_block: true,
        mover: Some(name.to_owned()),
        taken: false,
    };
    let from_one = |from: &usize| {
        targets
            .iter()
            .map(move |to| (*from, *to))
            .collect::<Vec<_>>()
    };
    let pairs = states.iter().flat_map(from_one);
    Ok(pairs.map(|(from, to)| line(from, to)).collect())
}

fn places(plan: &Declaration, names: impl Iterator<Item = Name>) -> Vec<usize> {
    let mut found = Vec::new();
    for place in names.filter_map(|name| place(plan, name.as_str())) {
        if !found.contains(&place) {
            found.push(place);
        }
    }
    found
}

/// The states in which a task sleeps, and so may time out.
fn waits(plan: &Declaration) -> Vec<usize> {
    let states = plan.states.iter().enumerate();
    let waits = states.filter(|(_, state)| state.kind == Kind::WaitUntil);
    waits.map(|(place, _)| place).collect()
}

/// Marks the line of each step of the path; where there is none, a block went its own way and gets a line for it.
pub(super) fn walk(lines: &mut Vec<Line>, path: &[(usize, Option<&str>)]) {
    for step in path.windows(2) {
        let &[(from, by), (to, _)] = step else {
            continue;
        };
        // Tried again.
        if from == to {
            continue;
        }
        match line_of(lines, from, to, by) {
            Some(line) => line.taken = true,
            None => lines.push(Line {
                from,
                to,
                label: by.map(str::to_owned),
                taken: true,
                by_block: true,
                mover: by.map(str::to_owned),
            }),
        }
    }
}

/// The line that the mover takes. The flowchart may take any: what moved a task is not always known.
fn line_of<'a>(
    lines: &'a mut [Line],
    from: usize,
    to: usize,
    by: Option<&str>,
) -> Option<&'a mut Line> {
    let same = |line: &Line| (line.from, line.to) == (from, to);
    let exact = |line: &Line| same(line) && line.mover.as_deref() == by;
    let found = lines.iter().position(exact);
    let found = found.or_else(|| lines.iter().position(same).filter(|_| by.is_none()));
    found.map(|place| &mut lines[place])
}
