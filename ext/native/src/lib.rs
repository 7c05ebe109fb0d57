//! The bridge between Ruby and the rules. It converts, calls, and converts back; what is decided, is decided in the core.
//!
//! - Every lock is taken and given back between two conversions, by a thread that holds the interpreter's own lock. So
//!   no Ruby runs while one is held, and a fork, which only such a thread can start, finds all of them free.
//! - Wrapped types hold no Ruby values; there is nothing for the collector to visit.

mod arguments;
mod batch;
mod cells;
mod checksum;
mod clock;
mod convert;
mod copy_reader;
mod counters;
mod dates;
mod dialect;
mod errors;
mod file_reader;
mod fingerprint;
mod gvl;
mod keyset;
mod level;
mod libraries;
mod names;
mod pace;
mod plan;
mod position;
mod results;
mod run;
mod run_status;
mod schedule;
mod schema;
mod sqlite;
mod steps;
mod task_store;
mod values;

use magnus::{Error, Module, RModule, Ruby};

#[magnus::init(name = "active_data_flow_native")]
fn init(ruby: &Ruby) -> Result<(), Error> {
    errors::init(ruby)?;
    clock::init(ruby)?;
    plan::init(ruby)?;
    run::init(ruby)?;
    task_store::init(ruby)?;
    batch::init(ruby)?;
    checksum::init(ruby)?;
    schema::init(ruby)?;
    position::init(ruby)?;
    keyset::init(ruby)?;
    level::init(ruby)?;
    pace::init(ruby)?;
    counters::init(ruby)?;
    fingerprint::init(ruby)?;
    schedule::init(ruby)?;
    run_status::init(ruby)?;
    copy_reader::init(ruby)?;
    file_reader::init(ruby)?;
    steps::init(ruby)?;
    sqlite::init(ruby)
}

/// `ActiveDataFlow::Native`, where everything of the bridge is.
fn native(ruby: &Ruby) -> Result<RModule, Error> {
    ruby.define_module("ActiveDataFlow")?
        .define_module("Native")
}
