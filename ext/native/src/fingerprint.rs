//! `ActiveDataFlow::Native::Fingerprint`: what a cursor belongs to.

use active_data_flow_core::flow::fingerprint::{Description, Fingerprint};
use magnus::{function, Error, Module, Object, Ruby, Value};

use crate::arguments::{declared, list, Text};
use crate::errors::{argument_error, Raised};
use crate::position::direction;

/// The text of the fingerprint: source as text, columns of the order and their directions, key, steps as texts.
fn of(
    ruby: &Ruby,
    source: Text,
    columns: Value,
    directions: Value,
    key: Value,
    steps: Value,
) -> Result<String, Raised> {
    let (columns, directions) = (list(columns, declared)?, list(directions, direction)?);
    if columns.len() != directions.len() {
        let (columns, directions) = (columns.len(), directions.len());
        let message =
            format!("{columns} columns, but {directions} directions; each column has one");
        return Err(argument_error(ruby, message));
    }
    let (key, steps) = (list(key, declared)?, list(steps, declared)?);
    let columns = columns.iter().map(String::as_str);
    let flow = Description {
        source: &source.lossy(),
        order: &columns.zip(directions).collect::<Vec<_>>(),
        key: &key.iter().map(String::as_str).collect::<Vec<_>>(),
        steps: &steps.iter().map(String::as_str).collect::<Vec<_>>(),
    };
    Ok(Fingerprint::of(&flow).to_string())
}

/// "none", "steps" or "identity" (source, order or key).
fn change(stored: Text, now: Text) -> Result<&'static str, Raised> {
    let stored = Fingerprint::read(&stored.lossy())?;
    Ok(stored.change_to(&Fingerprint::read(&now.lossy())?).name())
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let module = crate::native(ruby)?.define_module("Fingerprint")?;
    module.define_singleton_method("of", function!(of, 5))?;
    module.define_singleton_method("change", function!(change, 2))?;
    Ok(())
}
