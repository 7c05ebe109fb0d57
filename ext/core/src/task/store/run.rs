//! A task that is being run: where it lies, looked up once, and what it has passed since somebody asked last.

use super::Store;
use crate::error::Error;
use crate::names::Name;
use crate::task::id::IdRef;
use crate::task::plan::Plan;
use crate::task::trail::{Step, StepEnd, Trail};
use crate::task::transition::Outcome;

/// For how many steps room is made at first, as in a row.
const FIRST_ROOM: usize = 8;

/// A task that is being run. Nothing of it is needed to find the task again: it is a shorter way, not another one.
#[derive(Debug)]
pub struct Run {
    slot: u32,
    /// Which task of all that have ever been stored: a slot may be given to another one.
    born: u64,
    passed: Passed,
}

/// What happened in a run: how many there were, and the newest hundred of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passed {
    /// How many, kept or not.
    pub moves: u32,
    /// The states that were entered, each with its end.
    pub trail: Trail,
    /// Whether the task completed after them.
    pub completed: bool,
}

impl Passed {
    fn note(&mut self, state: Name, at_us: i64) {
        if self.moves == 0 {
            self.trail = Trail::with_room(FIRST_ROOM);
        }
        // A store counts the steps of a life, and refuses the one that is too many.
        self.moves = self.moves.saturating_add(1);
        self.trail.end(StepEnd::Moved);
        self.trail.push(Step {
            state,
            at_us,
            end: StepEnd::Stayed,
            by: None,
        });
    }
}

impl Run {
    /// What was passed since the last time; it is then forgotten.
    pub fn take_passed(&mut self) -> Passed {
        std::mem::take(&mut self.passed)
    }
}

impl Store {
    /// The run of a task; None when it is not stored with that version.
    pub fn run(&self, id: IdRef<'_>, version: u64) -> Option<Run> {
        let (slot, row) = self.row_at(id, Some(version))?;
        Some(Run {
            slot,
            born: row.born(),
            passed: Passed::default(),
        })
    }

    /// As [`Store::advance`], for the task of a run, which notes the move when it is stored.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn advance_run(
        &mut self,
        run: &mut Run,
        version: u64,
        plan: &Plan,
        outcome: Outcome,
        now_us: i64,
        attributes: Option<&[u8]>,
    ) -> Result<Option<u64>, Error> {
        let row = self.row(run.slot);
        if !row.is_some_and(|row| row.born() == run.born && row.version() == version) {
            return Ok(None);
        }
        let stored = self.advance_row(run.slot, plan, outcome, now_us, attributes)?;
        match (stored, outcome) {
            (Some(_), Outcome::Moved { to, .. }) => run.passed.note(to, now_us),
            (Some(_), Outcome::Completed) => run.passed.completed = true,
            _ => {}
        }
        Ok(stored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::id::Id;
    use crate::task::plan::{Block, Declaration, Edge, Kind, Settings, State};
    use crate::task::record::{Data, Record};

    const ID: IdRef<'static> = IdRef::Text("7");

    fn state(name: &str, kind: Kind, target: Option<&str>) -> State {
        let edge = |target| Edge {
            target: Name::of(target),
            label: None,
        };
        State {
            name: Name::of(name),
            kind,
            edges: target.map(edge).into_iter().collect(),
            block: Block::default(),
            conditions: 0,
            afters: Vec::new(),
            line: None,
        }
    }

    fn plan() -> Plan {
        Plan::new(Declaration {
            class_name: "Ring".into(),
            initial_state: "tick".into(),
            states: vec![
                state("tick", Kind::Action, Some("tock")),
                state("tock", Kind::Action, Some("tick")),
                state("end", Kind::Result, None),
            ],
            interactions: Vec::new(),
            on_timeout: None,
            retries: vec![],
            retry_on: None,
            settings: Settings {
                delay_us: 1,
                timeout_us: Some(1_000),
                timeout_is_default: true,
                delete_after_us: Some(1_000),
                first_wake_immediate: false,
                duration_words: true,
            },
        })
    }

    fn stored(store: &mut Store, plan: &Plan) {
        let life = plan.created_in(b"tick", 0).unwrap();
        let inserted = store.insert(Record {
            id: Id::new("7"),
            type_name: plan.type_name(),
            version: 1,
            trail: Trail::begun(life.state, 0),
            life,
            parent_id: None,
            start_key: None,
            unique_key: None,
            data: Data::default(),
            failure: None,
            signalled: false,
        });
        assert!(inserted.is_ok());
    }

    #[test]
    fn a_run_stores_what_the_long_way_stores() {
        let plan = plan();
        let (mut short, mut long) = (Store::new(), Store::new());
        stored(&mut short, &plan);
        stored(&mut long, &plan);
        let mut run = short.run(ID, 1).unwrap();
        let outcomes = [1, 0, 1, 2].map(|number| plan.move_to_number(number).unwrap());
        let moves = outcomes.into_iter().chain([Outcome::Completed]);
        for (outcome, version) in moves.zip(1..) {
            let at_us = version as i64 * 10;
            let next = Some(version + 1);
            let done = short.advance_run(&mut run, version, &plan, outcome, at_us, None);
            assert_eq!(done, Ok(next));
            let done = long.advance(ID, version, &plan, outcome, at_us, None);
            assert_eq!(done, Ok(next));
        }
        assert_eq!(short.fetch(ID), long.fetch(ID));
        let passed = run.take_passed();
        let states: Vec<_> = passed
            .trail
            .steps()
            .map(|step| step.state.as_str())
            .collect();
        assert_eq!((passed.moves, passed.completed), (4, true));
        assert_eq!(states, ["tock", "tick", "tock", "end"]);
        assert_eq!(run.take_passed(), Passed::default());
    }

    #[test]
    fn a_run_notes_no_more_steps_than_are_kept() {
        let plan = plan();
        let mut store = Store::new();
        stored(&mut store, &plan);
        let mut run = store.run(ID, 1).unwrap();
        for version in 1..=250 {
            let outcome = plan.move_to_number(version as usize % 2).unwrap();
            let at_us = version as i64;
            assert!(
                store.advance_run(&mut run, version, &plan, outcome, at_us, None)
                    == Ok(Some(version + 1))
            );
        }
        let passed = run.take_passed();
        assert_eq!((passed.moves, passed.trail.steps().len()), (250, 100));
        assert_eq!(passed.trail, store.fetch(ID).unwrap().trail);
    }

    #[test]
    fn a_run_writes_and_notes_nothing_when_it_is_overtaken() {
        let plan = plan();
        let mut store = Store::new();
        stored(&mut store, &plan);
        let mut run = store.run(ID, 1).unwrap();
        let outcome = plan.move_to_number(1).unwrap();
        assert!(store.run(ID, 2).is_none());
        assert_eq!(
            store.advance_run(&mut run, 2, &plan, outcome, 1, None),
            Ok(None)
        );
        // Another task with the same id, in the same slot, and of the same version.
        assert!(store.delete(ID));
        assert_eq!(
            store.advance_run(&mut run, 1, &plan, outcome, 1, None),
            Ok(None)
        );
        stored(&mut store, &plan);
        assert_eq!(
            store.advance_run(&mut run, 1, &plan, outcome, 1, None),
            Ok(None)
        );
        assert_eq!(store.fetch(ID).unwrap().version, 1);
        assert_eq!(run.take_passed(), Passed::default());
    }

    #[test]
    fn a_run_notes_nothing_that_is_refused() {
        let plan = plan();
        let mut store = Store::new();
        stored(&mut store, &plan);
        let mut run = store.run(ID, 1).unwrap();
        assert!(store
            .advance_run(&mut run, 1, &plan, Outcome::Completed, 1, None)
            .is_ok());
        assert!(run.take_passed().completed);
        let outcome = plan.move_to_number(1).unwrap();
        assert!(store
            .advance_run(&mut run, 2, &plan, outcome, 2, None)
            .is_err());
        assert_eq!(run.take_passed(), Passed::default());
    }
}
