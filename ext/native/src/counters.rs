//! `ActiveDataFlow::Native::Counters`: whether rows add up, and whether too many of them are bad.

use active_data_flow_core::flow::counters::{Budget, Counters};
use magnus::value::ReprValue;
use magnus::{function, Error, Float, Module, Object, Ruby, Value};

use crate::arguments::{fields, flag, natural};
use crate::errors::Raised;

/// Raises unless they add up: read, new, updated, unchanged, filtered, rejected, skipped, deleted; the last one too where rows
/// are read to be deleted.
fn check(numbers: Value, read_to_delete: Value) -> Result<(), Raised> {
    let mut counted = [0; 8];
    for (number, value) in counted.iter_mut().zip(fields::<8>(numbers, "counters")?) {
        *number = natural(value)?;
    }
    Ok(Counters::from_numbers(counted).adds_up(flag(read_to_delete)?)?)
}

fn budget(value: Value) -> Result<Budget, Raised> {
    match Float::from_value(value) {
        Some(share) => Ok(Budget::share(share.to_f64())?),
        None => Ok(Budget::Rows(natural(value)?)),
    }
}

/// Raises when it is no budget.
fn check_budget(value: Value) -> Result<(), Raised> {
    budget(value).map(|_| ())
}

/// The sentence with which the run stops, or nil.
fn over_budget(
    value: Value,
    read: Value,
    rejected: Value,
    at_end: Value,
) -> Result<Option<String>, Raised> {
    Ok(budget(value)?.stops(natural(read)?, natural(rejected)?, flag(at_end)?))
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let module = crate::native(ruby)?.define_module("Counters")?;
    module.define_singleton_method("check", function!(check, 2))?;
    module.define_singleton_method("check_budget", function!(check_budget, 1))?;
    module.define_singleton_method("over_budget", function!(over_budget, 4))?;
    let names = ruby.ary_new();
    for name in Counters::NAMES {
        names.push(ruby.sym_new(name))?;
    }
    names.freeze();
    module.const_set("NAMES", names)
}
