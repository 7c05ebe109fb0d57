//! `ActiveDataFlow::Native::Level`: what becomes of a run whose workers die. A state is [deaths, level, suspect_left].

use active_data_flow_core::flow::level::{self, Deaths, Holder, Verdict};
use magnus::value::ReprValue;
use magnus::{function, Error, Module, Object, RArray, Ruby, TryConvert, Value};

use crate::arguments::{counter, fields, flag, list, natural, Micros};
use crate::errors::{range_error, Raised};

fn state(value: Value) -> Result<Deaths, Raised> {
    let [deaths, stage, suspect_left] = fields(value, "a state of deaths")?;
    Ok(Deaths {
        deaths: counter(deaths)?,
        level: stage_number(stage)?,
        suspect_left: natural(suspect_left)?,
    })
}

fn stage_number(value: Value) -> Result<u8, Raised> {
    let number = natural(value)?;
    let ruby = Ruby::get_with(value);
    let known = u8::try_from(number)
        .ok()
        .filter(|number| *number <= level::LAST);
    known.ok_or_else(|| {
        range_error(
            &ruby,
            format!("{number} is no level; there are 0 to {}", level::LAST),
        )
    })
}

fn answer(ruby: &Ruby, state: &Deaths) -> Value {
    let deaths = ruby.integer_from_u64(u64::from(state.deaths));
    let stage = ruby.integer_from_u64(u64::from(state.level));
    let left = ruby.integer_from_u64(state.suspect_left);
    let values = [deaths.as_value(), stage.as_value(), left.as_value()];
    ruby.ary_new_from_values(&values).as_value()
}

/// [state, whether the row that was tried is to be put aside].
fn after_claim(ruby: &Ruby, found: Value, tried: Value, batch: Value) -> Result<RArray, Raised> {
    let verdict = level::after_claim(state(found)?, natural(tried)?, natural(batch)?);
    let (next, reject) = match verdict {
        Verdict::Go(next) => (next, ruby.qfalse().as_value()),
        Verdict::Reject(next) => (next, ruby.qtrue().as_value()),
    };
    Ok(ruby.ary_new_from_values(&[answer(ruby, &next), reject]))
}

fn after_commit(ruby: &Ruby, before: Value, rows: Value) -> Result<Value, Raised> {
    let next = level::after_commit(state(before)?, natural(rows)?);
    Ok(answer(ruby, &next))
}

fn rows(before: Value, normal: Value) -> Result<u64, Raised> {
    Ok(level::rows_allowed(state(before)?, natural(normal)?))
}

/// The deaths after a claim. What the claim found: whether the run had a token, was being left, had commits since its
/// claim, was held by the claimant itself, and had its batch written down.
fn deaths(found: Value, before: Value, stage: Value) -> Result<u32, Raised> {
    let [has_token, leaving, committed, is_claimant, tried] = fields(found, "a holder")?;
    let holder = Holder {
        has_token: flag(has_token)?,
        leaving: flag(leaving)?,
        committed: flag(committed)?,
        is_claimant: flag(is_claimant)?,
        tried: flag(tried)?,
    };
    Ok(holder.deaths(counter(before)?, stage_number(stage)?))
}

fn moments(value: Value) -> Result<Vec<i64>, Raised> {
    list(value, |moment| Ok(Micros::try_convert(moment)?.0))
}

fn remembered(deaths_us: Value, now_us: Micros) -> Result<Vec<i64>, Raised> {
    Ok(level::remembered(&moments(deaths_us)?, now_us.0))
}

/// The sentence with which the run fails, or nil.
fn too_many(deaths_us: Value, now_us: Micros) -> Result<Option<String>, Raised> {
    Ok(level::too_many(&moments(deaths_us)?, now_us.0))
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let module = crate::native(ruby)?.define_module("Level")?;
    module.define_singleton_method("after_claim", function!(after_claim, 3))?;
    module.define_singleton_method("after_commit", function!(after_commit, 2))?;
    module.define_singleton_method("rows", function!(rows, 2))?;
    module.define_singleton_method("deaths", function!(deaths, 3))?;
    module.define_singleton_method("remembered", function!(remembered, 2))?;
    module.define_singleton_method("too_many", function!(too_many, 2))?;
    Ok(())
}
