//! What a sleeping task takes, as the store counts it: `cargo test --release -p active_data_flow_core --test memory --
//! --nocapture` prints it. What the system gives for it is measured by bench/task_memory.rb.

mod support;

use active_data_flow_core::task::{Data, Id, Record, Store};
use active_data_flow_core::Value;

/// A power of two: as many as a growing list has room for, so that no room is counted that is not used.
const TASKS: u32 = 1 << 14;

fn attributes(number: u32) -> Vec<u8> {
    let pair = |key: &str, value| (Value::Text(key.to_owned()), value);
    let map = Value::Map(vec![
        pair("invoice_number", Value::Text(format!("2026-{number:06}"))),
        pair("amount", Value::Int(i64::from(number) * 100)),
        pair("paid", Value::Bool(false)),
        pair("note", Value::Text("please pay within 30 days".to_owned())),
        pair("rate", Value::Float(0.19)),
    ]);
    map.pack().unwrap()
}

#[test]
fn a_sleeping_task_with_five_attributes_takes_less_than_300_bytes() {
    let mut store = Store::new();
    for number in 0..TASKS {
        let models = Value::Map(vec![]).pack().unwrap();
        let record = Record {
            id: Id::new(&format!("0f6c2b1e-9a5d-4c3b-8e7f-{number:012x}")),
            data: Data::new(&attributes(number), &models).unwrap(),
            ..support::record(0)
        };
        store.insert(record).unwrap();
    }
    let each = store.bytes() / TASKS as usize;
    println!("{each} bytes a sleeping task");
    assert!(each < 300, "{each} bytes");
}
