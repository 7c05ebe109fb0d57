//! Any sequence of operations on the store gives what a naive model gives: a list of records that is searched from one
//! end to the other for every question.

mod support;

use active_data_flow_core::task::store::{Change, Inserted, Put, Stored};
use active_data_flow_core::task::{Id, Record, Status, Store};
use active_data_flow_core::{Error, Name};
use proptest::prelude::*;
use support::model::Model;
use support::operations::{new_record, operation, run};
use support::{id, plan, record, STATES, TYPES};

/// Everything that can be asked, asked of both.
fn compare(store: &Store, model: &Model) {
    assert_eq!(store.len(), model.records.len());
    assert_eq!(store.ids(None), model.ids(None));
    for number in 0..10 {
        let id = id(number);
        assert_eq!(store.fetch(id.as_ref()), model.fetch(&id));
        for statuses in [
            &Status::ALL[..],
            &[Status::Active, Status::Waiting],
            &[Status::Failed],
        ] {
            let asked = statuses.iter().copied().collect();
            let children = model.children(&id, statuses);
            assert_eq!(store.count_children(id.as_ref(), asked), children.len());
            assert_eq!(store.children(id.as_ref(), asked), children);
        }
    }
    for types in [
        None,
        Some(vec![Name::of(TYPES[0])]),
        Some(vec![Name::of(TYPES[1]), Name::of("never stored")]),
    ] {
        let types = types.as_deref();
        assert_eq!(store.ids(types), model.ids(types));
        for now_us in [i64::MIN, 3, 10, i64::MAX] {
            compare_due(store, model, now_us, types);
        }
    }
}

/// Tasks that are due at the same moment may come in any order.
fn compare_due(store: &Store, model: &Model, now_us: i64, types: Option<&[Name]>) {
    let moments = |records: &[Record]| {
        records
            .iter()
            .map(|record| record.life.due_at_us())
            .collect::<Vec<_>>()
    };
    let sorted = |mut records: Vec<Record>| {
        records.sort_by_key(|record| (record.life.due_at_us(), record.id.to_string()));
        records
    };
    let (ours, theirs) = (store.due(now_us, types, None), model.due(now_us, types));
    assert_eq!(moments(&ours), moments(&theirs));
    assert_eq!(
        moments(&store.due(now_us, types, Some(2))),
        moments(&theirs[..theirs.len().min(2)])
    );
    assert_eq!(sorted(ours), sorted(theirs));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_sequence_of_operations_equals_a_naive_model(operations in proptest::collection::vec(operation(), 1..60)) {
        let (mut store, mut model) = (Store::new(), Model::default());
        for operation in operations {
            run(&mut store, &mut model, operation);
            compare(&store, &model);
        }
    }

    #[test]
    fn a_store_that_was_emptied_holds_no_rows(records in proptest::collection::vec(new_record(), 1..40)) {
        let mut store = Store::new();
        let inserted = records.into_iter().filter(|record| store.insert(record.clone()) == Ok(Inserted::New));
        let ids: Vec<Id> = inserted.map(|record| record.id).collect();
        for id in &ids {
            prop_assert!(store.delete(id.as_ref()));
        }
        let stats = store.stats();
        prop_assert_eq!((stats.tasks, stats.active, stats.waiting, stats.completed, stats.failed), (0, 0, 0, 0, 0));
        prop_assert!(store.is_empty());
    }
}

#[test]
fn a_task_that_moves_on_and_on_keeps_the_newest_hundred_steps() {
    let (mut store, mut model, plan) = (Store::new(), Model::default(), plan());
    store.insert(record(2)).unwrap();
    model.insert(record(2)).unwrap();
    for turn in 0..250 {
        let state = STATES[turn as usize % STATES.len()];
        let outcome = plan.move_to(state.as_bytes()).unwrap();
        let id = id(2);
        let moved = model.advance(&id, turn + 1, &plan, outcome, turn as i64, None);
        assert_eq!(
            store.advance(id.as_ref(), turn + 1, &plan, outcome, turn as i64, None),
            moved
        );
        assert_eq!(store.fetch(id.as_ref()), model.fetch(&id));
    }
    assert_eq!(
        store.fetch(id(2).as_ref()).unwrap().trail.steps().len(),
        100
    );
}

#[test]
fn a_child_that_cannot_be_stored_leaves_nothing_behind() {
    let mut store = Store::new();
    store.insert(record(1)).unwrap();
    store.insert(record(2)).unwrap();
    let before = store.stats();
    let id = id(1);
    let put = Put {
        id: id.as_ref(),
        version: Some(1),
        type_name: Name::of(TYPES[0]),
        life: record(1).life,
        attributes: None,
        models: None,
        failure: Change::Keep,
        trail: None,
        parent_id: None,
        unique_key: None,
        children: vec![record(3), record(2)],
    };
    let refused = store.put(put.clone());
    assert_eq!(
        refused,
        Err(Error::AlreadyStored(support::id(2).to_string()))
    );
    assert_eq!(store.stats().tasks, before.tasks);
    assert_eq!(store.fetch(id.as_ref()).unwrap().version, 1);
    let accepted = store.put(Put {
        children: vec![record(3)],
        ..put
    });
    assert_eq!(
        accepted,
        Ok(Some(Stored {
            version: 2,
            children: vec![support::id(3)]
        }))
    );
}
