//! `ActiveDataFlow::Native.parse_time` and `.format_time`.

use active_data_flow_core::clock;
use magnus::{function, Error, Module, Object, Ruby};

use crate::arguments::{Micros, Text};
use crate::convert;
use crate::errors::Raised;

fn parse_time(text: Text) -> Result<i64, Raised> {
    Ok(clock::parse(&text.lossy())?)
}

fn format_time(at_us: Micros) -> String {
    clock::format(at_us.0)
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    convert::for_all_ractors(true);
    let native = ruby.define_module("ActiveDataFlow")?.define_module("Native")?;
    native.define_singleton_method("parse_time", function!(parse_time, 1))?;
    native.define_singleton_method("format_time", function!(format_time, 1))?;
    Ok(())
}
