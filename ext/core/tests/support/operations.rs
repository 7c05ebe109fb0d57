//! What can be done to a store, in any order, with few ids, keys and moments, so that they meet.

use active_data_flow_core::task::record::Failure;
use active_data_flow_core::task::store::{Change, Put};
use active_data_flow_core::task::transition::Outcome;
use active_data_flow_core::task::{Life, Record, Status, Store, Trail};
use active_data_flow_core::Name;
use proptest::prelude::*;

use super::model::Model;
use super::{data, id, plan, record, STATES, TYPES};

#[derive(Debug, Clone)]
pub enum Operation {
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
pub enum Versioned {
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

pub fn new_record() -> impl Strategy<Value = Record> {
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

pub fn operation() -> impl Strategy<Value = Operation> {
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

/// Does the same to both, and compares what they say.
pub fn run(store: &mut Store, model: &mut Model, operation: Operation) {
    match operation {
        Operation::Insert(record) => {
            assert_eq!(store.insert(*record.clone()), model.insert(*record));
        }
        Operation::Advance { .. } => run_advance(store, model, operation),
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
            before_us,
            types,
            limit,
        } => run_delete_old(store, model, before_us, types.as_deref(), limit),
    }
}

fn run_advance(store: &mut Store, model: &mut Model, operation: Operation) {
    let Operation::Advance {
        id: number,
        stale,
        state,
        now_us,
        attributes,
    } = operation
    else {
        return;
    };
    let version = version(store, number, stale);
    let plan = plan();
    let attributes = attributes.map(|text| data(text).attributes().to_vec());
    let attributes = attributes.as_deref();
    let outcome = match STATES.get(usize::from(state)) {
        Some(state) => plan.move_to(state.as_bytes()).unwrap(),
        None => Outcome::Completed,
    };
    let id = id(number);
    assert_eq!(
        store.advance(id.as_ref(), version, &plan, outcome, now_us, attributes),
        model.advance(&id, version, &plan, outcome, now_us, attributes)
    );
}

/// Which of several classes a limit leaves out is not promised.
fn run_delete_old(
    store: &mut Store,
    model: &mut Model,
    before_us: i64,
    types: Option<&[Name]>,
    limit: usize,
) {
    let limit = match types {
        Some([_]) => limit,
        _ => usize::MAX,
    };
    let deleted = store.delete_old(before_us, types, limit);
    assert!(deleted <= limit);
    let rest = store.delete_old(before_us, types, usize::MAX);
    assert_eq!(deleted + rest, model.delete_old(before_us, types));
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
