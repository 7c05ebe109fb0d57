//! `ActiveDataFlow::Native.parse_time` and `.format_time`, and moments as Ruby has them.

use active_data_flow_core::clock;
use magnus::{function, Error, Module, Object, Ruby, Time, TryConvert, Value};

use crate::arguments::{Micros, Text};
use crate::convert;
use crate::errors::{range_error, Raised};

fn parse_time(text: Text) -> Result<i64, Raised> {
    Ok(clock::parse(&text.lossy())?)
}

fn format_time(at_us: Micros) -> String {
    clock::format(at_us.0)
}

/// Microseconds since the epoch, from an Integer of them or from a Time. Who has just asked for the time hands over what
/// it got: taking it apart here costs a quarter of doing so in Ruby.
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

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    convert::for_all_ractors(true);
    let native = ruby
        .define_module("ActiveDataFlow")?
        .define_module("Native")?;
    native.define_singleton_method("parse_time", function!(parse_time, 1))?;
    native.define_singleton_method("format_time", function!(format_time, 1))?;
    Ok(())
}
