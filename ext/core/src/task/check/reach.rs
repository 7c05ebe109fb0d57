//! How far a task can get.

use super::find;
use crate::names::Name;
use crate::task::plan::{Block, Declaration, Kind, State};

/// Where a task can get to.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// The states, the first one first. None when the plan has no such state.
    pub states: Vec<Name>,
    /// Whether a block on the way may lead anywhere: then they need not be all.
    pub open: bool,
}

/// From the first state, by everything that is written in the plan and read in the blocks.
pub(super) fn of(plan: &Declaration) -> Reach {
    let mut reach = Reach::default();
    let mut ahead = vec![Name::of(&plan.initial_state)];
    while let Some(name) = ahead.pop() {
        let Some(state) = find(plan, name) else {
            continue;
        };
        if reach.states.contains(&name) {
            continue;
        }
        reach.states.push(name);
        ahead.extend(state.targets());
        reach.open |= is_left_nowhere(state);
        for block in blocks(plan, state) {
            ahead.extend(block.targets());
            reach.open |= block.open;
        }
    }
    reach
}

/// An action that is left by no `go_to` that could be read: its block has to move the task in another way.
pub(super) fn is_left_nowhere(state: &State) -> bool {
    state.kind == Kind::Action && state.edges.is_empty() && state.block.edges.is_empty()
}

/// All blocks that can move a task that is in the state. Any but a result can be slept in: an action waits to be tried
/// again, and the first state of a task that was stored for later waits to be run.
fn blocks<'a>(plan: &'a Declaration, state: &'a State) -> impl Iterator<Item = &'a Block> {
    let called = plan
        .interactions
        .iter()
        .filter(|interaction| interaction.may_move_from(state));
    let anywhere = plan.on_timeout.iter().chain(&plan.retry_on);
    let anywhere = anywhere.filter(|_| state.kind != Kind::Result);
    let own = std::iter::once(&state.block);
    own.chain(called.map(|interaction| &interaction.block))
        .chain(anywhere)
}
