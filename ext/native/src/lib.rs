//! The bridge between Ruby and the rules. It converts, calls, and converts back; what is decided, is decided in the core.
//!
//! - Every lock is taken and given back between two conversions, by a thread that holds the interpreter's own lock. So
//!   no Ruby runs while one is held, and a fork, which only such a thread can start, finds all of them free.
//! - Wrapped types hold no Ruby values; there is nothing for the collector to visit.

mod arguments;
mod clock;
mod convert;
mod errors;
mod names;
mod plan;
mod results;
mod run;
mod task_store;
mod values;

use magnus::{Error, Ruby};

#[magnus::init(name = "active_data_flow_native")]
fn init(ruby: &Ruby) -> Result<(), Error> {
    errors::init(ruby)?;
    clock::init(ruby)?;
    plan::init(ruby)?;
    run::init(ruby)?;
    task_store::init(ruby)
}
