//! What a task asks of the machine and not of the rules: what time it is, and for an id. And times as text.

use std::time::{SystemTime, UNIX_EPOCH};

use active_data_flow_core::clock;
use active_data_flow_core::task::Id;
use magnus::value::ReprValue;
use magnus::{function, Error, Module, Object, Ruby, Time, TryConvert, Value};

use crate::arguments::{Micros, Text};
use crate::errors::{argument_error, range_error, Raised};
use crate::{convert, results};

fn parse_time(text: Text) -> Result<i64, Raised> {
    Ok(clock::parse(&text.lossy())?)
}

fn format_time(at_us: Micros) -> String {
    clock::format(at_us.0)
}

fn database_time(at_us: Micros) -> String {
    clock::format_sql(at_us.0)
}

/// What the clock of the system says, in microseconds since the epoch.
pub fn system_us() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_micros() as i64,
        // Rounded down, as Ruby does.
        Err(before) => -(before.duration().as_nanos().div_ceil(1_000) as i64),
    }
}

/// What `Time.now` says, which may be anything that knows `to_i` and `usec`: somebody may have replaced it.
#[cold]
pub fn ruby_us(ruby: &Ruby) -> Result<i64, Raised> {
    let now: Value = ruby.class_time().funcall("now", ())?;
    let (seconds, micros): (Value, Value) = (now.funcall("to_i", ())?, now.funcall("usec", ())?);
    let (seconds, micros) = (
        Micros::try_convert(seconds)?.0,
        Micros::try_convert(micros)?.0,
    );
    let whole = seconds
        .checked_mul(1_000_000)
        .and_then(|us| us.checked_add(micros));
    whole.ok_or_else(|| range_error(ruby, format!("{now} is out of range")))
}

/// Microseconds since the epoch, from an Integer of them or from a Time; what is finer is cut off.
#[inline]
pub fn moment(ruby: &Ruby, value: Value) -> Result<i64, Raised> {
    let Some(time) = Time::from_value(value) else {
        return Ok(Micros::try_convert(value)?.0);
    };
    let since = time.timespec()?;
    let whole = since.tv_sec.checked_mul(1_000_000);
    let micros = whole.and_then(|us| us.checked_add(since.tv_nsec / 1_000));
    micros.ok_or_else(|| range_error(ruby, format!("{time} is out of range")))
}

fn uuid(ruby: &Ruby, bytes: Text) -> Result<Value, Raised> {
    let random = bytes.bytes().try_into().map_err(|_| {
        let message = format!("a uuid is made of 16 bytes, not {}", bytes.bytes().len());
        argument_error(ruby, message)
    })?;
    Ok(results::id(ruby, &Id::random(random)))
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    convert::for_all_ractors(true);
    let native = ruby
        .define_module("ActiveDataFlow")?
        .define_module("Native")?;
    native.define_singleton_method("parse_time", function!(parse_time, 1))?;
    native.define_singleton_method("uuid", function!(uuid, 1))?;
    native.define_singleton_method("format_time", function!(format_time, 1))?;
    native.define_singleton_method("database_time", function!(database_time, 1))?;
    Ok(())
}
