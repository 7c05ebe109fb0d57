//! Any sequence of operations on the store gives what a naive model gives: a list of records that is searched from one
//! end to the other for every question.

mod support;

use active_data_flow_core::task::record::Failure;
use active_data_flow_core::task::store::{Change, Inserted, Put, Stored};
use active_data_flow_core::task::transition::Outcome;
use active_data_flow_core::task::{Id, Life, Record, Status, Store, Trail};
use active_data_flow_core::{Error, Name};
use proptest::prelude::*;
use support::model::Model;
use support::{data, id, plan, record, STATES, TYPES};

#[derive(Debug, Clone)]
enum Operation {
    Insert(Box<Record>),
    Advance {
        id: u8,
        stale: bool,
        state: u8,
        now_us: i64,
        attributes: Option<u8>,
    },
    Put {
        id: u8,
        version: Versioned,
        type_name: u8,
        life: Life,
        attributes: Option<u8>,
        failure: u8,
        trail: bool,
        parent: Option<u8>,
        unique: Option<u8>,
        children: Vec<Record>,
    },
    Claim {
        id: u8,
        now_us: i64,
    },
    Take {
        id: u8,
        stale: bool,
        now_us: i64,
    },
    Signal {
        id: u8,
        now_us: i64,
    },
    Delete {
        id: u8,
    },
    DeleteOld {
        before_us: i64,
        types: Option<Vec<Name>>,
        limit: usize,
    },
}

#[derive(Debug, Clone, Copy)]
enum Versioned {
    Any,
    Right,
    Stale,
}

/// Few moments, so that they meet.
fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 0..20_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)]
}

fn life() -> impl Strategy<Value = Life> {
    let maybe = || proptest::option::of(moment());
    let moments = (moment(), maybe(), maybe(), maybe(), maybe(), maybe());
    (0..4_usize, 0..STATES.len(), moments, 0..3_u32, moment()).prop_map(
        |(
            status,
            state,
            (entered_at_us, wake_at_us, timeout_at_us, delete_at_us, completed_at_us, failed_at_us),
            attempts,
            now_us,
        )| Life {
            status: Status::ALL[status],
            state: Name::of(STATES[state]),
            entered_at_us,
            wake_at_us,
            timeout_at_us,
            delete_at_us,
            completed_at_us,
            failed_at_us,
            steps: attempts * 2,
            attempts,
            created_at_us: 0,
            updated_at_us: now_us,
        },
    )
}

fn new_record() -> impl Strategy<Value = Record> {
    let keys = (
        proptest::option::of(0..6_u8),
        proptest::option::of(0..3_u8),
        proptest::option::of(0..3_u8),
    );
    (0..10_u8, 0..TYPES.len(), life(), keys, any::<u8>()).prop_map(
        |(number, type_name, life, (parent, start, unique), text)| Record {
            id: id(number),
            type_name: Name::of(TYPES[type_name]),
            life,
            parent_id: parent.map(id),
            start_key: start.map(|key| Box::from([key])),
            unique_key: unique.map(|key| Box::from([key])),
            data: data(text),
            ..record(number)
        },
    )
}

fn operation() -> impl Strategy<Value = Operation> {
    let key = || 0..10_u8;
    let types = proptest::option::of(proptest::sample::subsequence(
        TYPES.to_vec(),
        0..=TYPES.len(),
    ));
    let types =
        types.prop_map(|types| types.map(|types| types.into_iter().map(Name::of).collect()));
    let version = prop_oneof![
        Just(Versioned::Any),
        Just(Versioned::Right),
        Just(Versioned::Right),
        Just(Versioned::Stale)
    ];
    let maybe = || proptest::option::of(0..4_u8);
    let children = proptest::collection::vec(new_record(), 0..3);
    let put = (
        key(),
        version,
        0..3_u8,
        life(),
        maybe(),
        0..3_u8,
        any::<bool>(),
        maybe(),
        maybe(),
        children,
    );
    prop_oneof![
        3 => new_record().prop_map(|record| Operation::Insert(Box::new(record))),
        3 => (key(), any::<bool>(), 0..5_u8, moment(), maybe()).prop_map(|(id, stale, state, now_us, attributes)| {
            Operation::Advance { id, stale, state, now_us, attributes }
        }),
        4 => put.prop_map(|(id, version, type_name, life, attributes, failure, trail, parent, unique, children)| {
            Operation::Put { id, version, type_name, life, attributes, failure, trail, parent, unique, children }
        }),
        2 => (key(), moment()).prop_map(|(id, now_us)| Operation::Claim { id, now_us }),
        1 => (key(), any::<bool>(), moment()).prop_map(|(id, stale, now_us)| Operation::Take { id, stale, now_us }),
        2 => (key(), moment()).prop_map(|(id, now_us)| Operation::Signal { id, now_us }),
        1 => key().prop_map(|id| Operation::Delete { id }),
        1 => (moment(), types, 0..4_usize).prop_map(|(before_us, types, limit)| {
            Operation::DeleteOld { before_us, types, limit }
        }),
    ]
}

/// The version that a writer names who has seen the stored one, or one before it.
fn version(store: &Store, number: u8, stale: bool) -> u64 {
    let stored = store
        .fetch(id(number).as_ref())
        .map_or(1, |record| record.version);
    stored + u64::from(stale)
}

fn run(store: &mut Store, model: &mut Model, operation: Operation) {
    match operation {
        Operation::Insert(record) => {
            assert_eq!(store.insert(*record.clone()), model.insert(*record));
        }
        Operation::Advance {
            id: number,
            stale,
            state,
            now_us,
            attributes,
        } => {
            let version = version(store, number, stale);
            let plan = plan();
            let attributes = attributes.map(|text| data(text).attributes().to_vec());
            let attributes = attributes.as_deref();
            let state = STATES.get(usize::from(state)).copied().unwrap_or("nowhere");
            let outcome = match state {
                "nowhere" => Ok(Outcome::Completed),
                state => plan.move_to(state.as_bytes()),
            };
            let Ok(outcome) = outcome else {
                return;
            };
            let id = id(number);
            assert_eq!(
                store.advance(id.as_ref(), version, &plan, outcome, now_us, attributes),
                model.advance(&id, version, &plan, outcome, now_us, attributes)
            );
        }
        Operation::Put { .. } => run_put(store, model, operation),
        Operation::Claim { id: number, now_us } => {
            assert_eq!(
                store.claim(id(number).as_ref(), now_us),
                Ok(model.claim(&id(number), now_us))
            );
        }
        Operation::Take {
            id: number,
            stale,
            now_us,
        } => {
            let version = version(store, number, stale);
            assert_eq!(
                store.take(id(number).as_ref(), version, now_us),
                Ok(model.take(&id(number), version, now_us))
            );
        }
        Operation::Signal { id: number, now_us } => {
            assert_eq!(
                store.signal(id(number).as_ref(), now_us),
                model.signal(&id(number), now_us)
            );
        }
        Operation::Delete { id: number } => {
            assert_eq!(store.delete(id(number).as_ref()), model.delete(&id(number)));
        }
        Operation::DeleteOld {
            before_us, types, ..
        } if types.as_ref().is_none_or(|types| types.len() != 1) => {
            // Which of several classes a limit leaves out is not promised.
            let types = types.as_deref();
            assert_eq!(
                store.delete_old(before_us, types, usize::MAX),
                model.delete_old(before_us, types)
            );
        }
        Operation::DeleteOld {
            before_us,
            types,
            limit,
        } => {
            let types = types.as_deref();
            let deleted = store.delete_old(before_us, types, limit);
            assert!(deleted <= limit);
            let rest = store.delete_old(before_us, types, usize::MAX);
            assert_eq!(deleted + rest, model.delete_old(before_us, types));
        }
    }
}

fn run_put(store: &mut Store, model: &mut Model, operation: Operation) {
    let Operation::Put {
        id: number,
        version: versioned,
        type_name,
        life,
        attributes,
        failure,
        trail,
        parent,
        unique,
        children,
    } = operation
    else {
        return;
    };
    let id_of_task = id(number);
    let attributes = attributes.map(|text| data(text).attributes().to_vec());
    let put = Put {
        id: id_of_task.as_ref(),
        version: match versioned {
            Versioned::Any => None,
            Versioned::Right => Some(version(store, number, false)),
            Versioned::Stale => Some(version(store, number, true)),
        },
        type_name: Name::of(TYPES[usize::from(type_name) % TYPES.len()]),
        life,
        attributes: attributes.as_deref(),
        models: None,
        failure: match failure {
            0 => Change::Keep,
            1 => Change::Clear,
            _ => Change::Set(Failure(Box::from([0_u8]))),
        },
        trail: trail.then(|| Trail::begun(life.state, life.entered_at_us)),
        parent_id: parent.map(id),
        unique_key: unique.map(|key| Box::from([key])),
        children,
    };
    assert_eq!(store.put(put.clone()), model.put(put));
}

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
