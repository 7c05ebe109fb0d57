//! Lives and records on their way out. All of it is made anew: nothing that Ruby gets is shared with the store.

use active_data_flow_core::task::{Id, Life, Record, Trail};
use active_data_flow_core::Name;
use magnus::value::ReprValue;
use magnus::{RArray, Ruby, Value};

use crate::errors::Raised;
use crate::names;
use crate::values::unpack;

/// Between two looks at the interrupts of the thread (a Timeout, a kill).
const ROWS_AT_ONCE: usize = 500;

/// A life: twelve values. `state` is its state as a String.
pub fn life(ruby: &Ruby, life: &Life, state: Value) -> RArray {
    let moment = |at_us: i64| ruby.integer_from_i64(at_us).as_value();
    let maybe = |at_us: Option<i64>| at_us.map_or(ruby.qnil().as_value(), moment);
    let counter = |number: u32| moment(i64::from(number));
    ruby.ary_new_from_values(&[
        moment(life.status.code()),
        state,
        moment(life.entered_at_us),
        maybe(life.wake_at_us),
        maybe(life.timeout_at_us),
        maybe(life.delete_at_us),
        maybe(life.completed_at_us),
        maybe(life.failed_at_us),
        counter(life.steps),
        counter(life.attempts),
        moment(life.created_at_us),
        moment(life.updated_at_us),
    ])
}

pub fn moment(ruby: &Ruby, at_us: Option<i64>) -> Value {
    match at_us {
        Some(at_us) => ruby.integer_from_i64(at_us).as_value(),
        None => ruby.qnil().as_value(),
    }
}

pub fn version(ruby: &Ruby, version: Option<u64>) -> Value {
    match version {
        Some(version) => ruby.integer_from_u64(version).as_value(),
        None => ruby.qnil().as_value(),
    }
}

pub fn id(ruby: &Ruby, id: &Id) -> Value {
    id.with_str(|text| ruby.str_new(text)).as_value()
}

/// A row: id, version, type, life, parent id, attributes, models, failure, trail.
pub fn row(ruby: &Ruby, record: &Record) -> Result<Value, Raised> {
    let nil = ruby.qnil().as_value();
    let parent_id = record.parent_id.as_ref();
    let failure = record.failure.as_ref();
    let state = names::known(ruby, record.life.state)?;
    let row = ruby.ary_new_from_values(&[
        id(ruby, &record.id),
        version(ruby, Some(record.version)),
        names::known(ruby, record.type_name)?,
        life(ruby, &record.life, state).as_value(),
        parent_id.map_or(nil, |parent_id| id(ruby, parent_id)),
        unpack(ruby, record.data.attributes())?,
        unpack(ruby, record.data.models())?,
        failure.map_or(Ok(nil), |failure| unpack(ruby, &failure.0))?,
        trail(ruby, &record.trail)?.as_value(),
    ]);
    Ok(row.as_value())
}

/// Rows, with a look at the interrupts now and then.
pub fn rows(ruby: &Ruby, records: Vec<Record>) -> Result<RArray, Raised> {
    let out = ruby.ary_new_capa(records.len());
    for (place, record) in records.into_iter().enumerate() {
        if place % ROWS_AT_ONCE == ROWS_AT_ONCE - 1 {
            check_interrupts(ruby)?;
        }
        out.push(row(ruby, &record)?)?;
    }
    Ok(out)
}

pub fn ids(ruby: &Ruby, ids: &[Id]) -> Result<RArray, Raised> {
    let out = ruby.ary_new_capa(ids.len());
    for some in ids.chunks(ROWS_AT_ONCE) {
        for one in some {
            out.push(id(ruby, one))?;
        }
        check_interrupts(ruby)?;
    }
    Ok(out)
}

/// Raises what somebody wants to be raised in this thread.
pub fn check_interrupts(ruby: &Ruby) -> Result<(), Raised> {
    ruby.thread_check_ints()?;
    Ok(())
}

/// A trail: four values a step.
pub fn trail(ruby: &Ruby, trail: &Trail) -> Result<RArray, Raised> {
    let nil = ruby.qnil().as_value();
    let steps = trail.steps();
    let out = ruby.ary_new_capa(4 * steps.len());
    for step in steps {
        let by = |name: Name| names::known(ruby, name);
        out.cat(&[
            names::known(ruby, step.state)?,
            ruby.integer_from_i64(step.at_us).as_value(),
            ruby.integer_from_i64(step.end as i64).as_value(),
            step.by.map_or(Ok(nil), by)?,
        ])?;
    }
    Ok(out)
}
