//! The door to SQLite: rows are read and written on the program's own connection, through the table of functions that
//! SQLite hands to an extension. All `unsafe` of it lives here.
//!
//! - This very library is the extension: the dynamic loader hands SQLite the instance that Ruby has loaded already.
//! - The interpreter's lock is kept: busy handlers, collations and SQL functions that are written in Ruby are called from
//!   inside `step`.
//! - [`connection`] says how such a callback's exception finds its way out; [`prepared`] who may let a statement go.

mod api;
mod connection;
mod entry;
mod failure;
mod parameters;
mod prepared;
mod reader;
mod writer;

use magnus::{Error, Ruby};

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    connection::init(ruby)?;
    reader::init(ruby)?;
    writer::init(ruby)
}
