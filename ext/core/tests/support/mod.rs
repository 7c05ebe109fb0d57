//! What several tests need.
#![allow(dead_code)]

pub mod model;
pub mod operations;

use active_data_flow_core::task::plan::{
    Block, Declaration, Edge, Interaction, Kind, Settings, State,
};
use active_data_flow_core::task::{Data, Id, Life, Plan, Record, Status, Trail};
use active_data_flow_core::{Name, Value};

pub const TYPES: [&str; 3] = ["ApprovalTask", "PaymentTask", "Shipping::Task"];
pub const STATES: [&str; 4] = ["asked", "approved?", "waiting", "done"];

pub const DAY_US: i64 = 86_400_000_000;

pub fn settings() -> Settings {
    Settings {
        delay_us: 5,
        timeout_us: Some(9),
        timeout_is_default: true,
        delete_after_us: Some(7),
        first_wake_immediate: false,
    }
}

pub fn state(name: &str, kind: Kind, targets: &[&str]) -> State {
    let edge = |target: &&str| Edge {
        target: Name::of(target),
        label: None,
    };
    let conditions = if matches!(kind, Kind::Decision | Kind::WaitUntil) {
        1
    } else {
        0
    };
    State {
        name: Name::of(name),
        kind,
        edges: targets.iter().map(edge).collect(),
        block: Block::default(),
        conditions,
        afters: vec![],
        line: None,
    }
}

pub fn declaration() -> Declaration {
    Declaration {
        class_name: TYPES[0].to_owned(),
        initial_state: "asked".to_owned(),
        states: vec![
            state("asked", Kind::Action, &["approved?"]),
            state("approved?", Kind::Decision, &["done", "waiting"]),
            state("waiting", Kind::WaitUntil, &["approved?"]),
            state("done", Kind::Result, &[]),
        ],
        interactions: vec![],
        on_timeout: None,
        retry_on: None,
        settings: settings(),
    }
}

pub fn plan() -> Plan {
    Plan::new(declaration())
}

/// Every other id is a uuid.
pub fn id(number: u8) -> Id {
    match number % 2 {
        0 => Id::new(&format!("0f6c2b1e-9a5d-4c3b-8e7f-0000000000{number:02x}")),
        _ => Id::new(&format!("task {number}")),
    }
}

pub fn data(number: u8) -> Data {
    let text = "x".repeat(usize::from(number % 5));
    let attributes = Value::Map(vec![(Value::Text("text".to_owned()), Value::Text(text))]);
    Data::new(
        &attributes.pack().unwrap(),
        &Value::Map(vec![]).pack().unwrap(),
    )
    .unwrap()
}

pub fn life() -> Life {
    plan().created(0, Status::Waiting).unwrap()
}

pub fn record(number: u8) -> Record {
    Record {
        id: id(number),
        type_name: Name::of(TYPES[0]),
        version: 1,
        life: life(),
        parent_id: None,
        start_key: None,
        unique_key: None,
        data: data(number),
        failure: None,
        trail: Trail::begun(Name::of("asked"), 0),
        signalled: false,
    }
}

/// A block that leads to these states.
pub fn block_to(targets: &[&str], open: bool) -> Block {
    let edges = state("", Kind::Action, targets).edges;
    Block { edges, open }
}

/// A wait for a payment that somebody makes by hand, and that comes too late otherwise.
pub fn payment(interaction: Block, on_timeout: Option<Block>) -> Declaration {
    let names = ["paid", "late"];
    let results = names.map(|name| state(name, Kind::Result, &[]));
    let mut states = vec![state("asked", Kind::WaitUntil, &["asked"])];
    states.extend(results);
    Declaration {
        interactions: vec![Interaction {
            name: "pay!".to_owned(),
            states: vec![Name::of("asked")],
            block: interaction,
        }],
        on_timeout,
        ..with_states(states)
    }
}

/// The declaration of the other tests with these states in place of its own.
pub fn with_states(states: Vec<State>) -> Declaration {
    Declaration {
        states,
        ..declaration()
    }
}
