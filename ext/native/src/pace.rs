//! `ActiveDataFlow::Native::Pace`: how many rows a batch takes.

use active_data_flow_core::flow::pace;
use magnus::{function, Error, Float, Module, Object, Ruby, TryConvert, Value};

use crate::arguments::{maybe, natural};
use crate::errors::Raised;

fn first(limit: Value) -> Result<u64, Raised> {
    Ok(pace::first(natural(limit)?))
}

fn next(size: Value, rows: Value, took_us: Value, limit: Value) -> Result<u64, Raised> {
    let (size, rows) = (natural(size)?, natural(rows)?);
    Ok(pace::next(size, rows, natural(took_us)?, natural(limit)?))
}

/// Rows per millisecond; the rate so far is a Float, or nil before the first batch.
fn learnt(rate: Value, rows: Value, took_us: Value) -> Result<f64, Raised> {
    let rate = maybe(rate, |rate| Float::try_convert(rate).map(Float::to_f64))?;
    Ok(pace::learnt(rate, natural(rows)?, natural(took_us)?))
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let module = crate::native(ruby)?.define_module("Pace")?;
    module.define_singleton_method("first", function!(first, 1))?;
    module.define_singleton_method("next", function!(next, 4))?;
    module.define_singleton_method("learnt", function!(learnt, 3))?;
    Ok(())
}
