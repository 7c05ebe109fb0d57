//! The rules of active_data_flow: plans, transitions, and tasks kept in memory.
//!
//! Everything here is plain data and plain functions. Moments are integer microseconds since the epoch (UTC) and are
//! always passed in: nothing in this crate asks what time it is.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod checksum;
pub mod clock;
pub mod dialect;
pub mod error;
pub mod expr;
pub mod files;
pub mod flow;
pub mod names;
pub mod pack;
pub mod rows;
pub mod steps;
pub mod task;
pub mod value;
mod wording;

pub use error::Error;
pub use names::Name;
pub use value::Value;
