//! The same rows for another sink.

use magnus::{method, Error, Module, RClass, TryConvert, Value};

use super::{NativeBatch, This};
use crate::errors::Raised;

impl NativeBatch {
    fn copy_from(object: Value, other: This) -> Result<Value, Raised> {
        This::try_convert(object)?
            .change()?
            .copy_from(&*other.rows()?);
        Ok(object)
    }

    fn reject_as(object: Value, other: This) -> Result<Value, Raised> {
        This::try_convert(object)?
            .change()?
            .reject_as(&*other.rows()?);
        Ok(object)
    }
}

pub fn init(class: RClass) -> Result<(), Error> {
    class.define_method("copy_from", method!(NativeBatch::copy_from, 1))?;
    class.define_method("reject_as", method!(NativeBatch::reject_as, 1))
}
