//! Which columns the rows have, and whole columns on their way in and out.

use active_data_flow_core::rows::{Cell, LooseColumn, Refusal, State};
use magnus::value::ReprValue;
use magnus::{method, Error, Module, RArray, RClass, Ruby, TryConvert, Value};

use super::{column_names, NativeBatch, This, ROWS_AT_ONCE};
use crate::cells::{given, text_of, with_text};
use crate::errors::{type_error, Raised};
use crate::names::interned;
use crate::results::check_interrupts;

impl NativeBatch {
    fn overlay(ruby: &Ruby, this: This, name: Value) -> Result<usize, Raised> {
        with_text(text_of(ruby, name)?, |name| {
            Ok(this.change()?.overlay(name))
        })
    }

    /// The number of the column that an output is, or nil.
    fn output(ruby: &Ruby, this: This, name: Value) -> Result<Option<usize>, Raised> {
        with_text(text_of(ruby, name)?, |name| Ok(this.rows()?.output(name)))
    }

    fn outputs(ruby: &Ruby, object: Value) -> Result<RArray, Raised> {
        Self::names(ruby, object, &This::try_convert(object)?)
    }

    fn source_names(ruby: &Ruby, this: This) -> Result<RArray, Raised> {
        let known = this.rows()?.source_names().to_vec();
        let names = ruby.ary_new_capa(known.len());
        for name in known {
            names.push(interned(&name))?;
        }
        names.freeze();
        Ok(names)
    }

    /// Whether a step or a block has made the output: it is not the column as it was read.
    fn is_assigned(ruby: &Ruby, this: This, name: Value) -> Result<bool, Raised> {
        with_text(text_of(ruby, name)?, |name| {
            let rows = this.rows()?;
            Ok(rows.is_assigned(rows.known_output(name)?))
        })
    }

    fn rename(ruby: &Ruby, object: Value, from: Value, to: Value) -> Result<Value, Raised> {
        let (from, to) = (text_of(ruby, from)?, text_of(ruby, to)?);
        let this = This::try_convert(object)?;
        with_text(from, |from| {
            with_text(to, |to| Ok(this.change()?.rename(from, to)?))
        })?;
        Ok(object)
    }

    fn keep(object: Value, names: Value) -> Result<Value, Raised> {
        let names = column_names(names)?;
        This::try_convert(object)?.change()?.keep(&names)?;
        Ok(object)
    }

    fn drop(object: Value, names: Value) -> Result<Value, Raised> {
        let names = column_names(names)?;
        This::try_convert(object)?.change()?.drop_outputs(&names)?;
        Ok(object)
    }

    /// What the live rows have there.
    fn values(ruby: &Ruby, this: This, name: Value) -> Result<RArray, Raised> {
        let column = with_text(text_of(ruby, name)?, |name| {
            Ok(this.rows()?.known_output(name)?)
        })?;
        let (size, live) = {
            let rows = this.rows()?;
            (rows.len(), rows.counts().live)
        };
        let out = ruby.ary_new_capa(live);
        for row in 0..size {
            if this.rows()?.state(row) == Some(State::Live) {
                out.push(this.half(ruby, row, column)?.whole(ruby)?)?;
            }
            if row % ROWS_AT_ONCE == ROWS_AT_ONCE - 1 {
                check_interrupts(ruby)?;
            }
        }
        Ok(out)
    }

    /// Gives each live row its value. Rows that are no longer live get none: nobody asks for their outputs.
    fn set_values(ruby: &Ruby, object: Value, name: Value, values: Value) -> Result<Value, Raised> {
        let this = This::try_convert(object)?;
        let name = text_of(ruby, name)?;
        let Some(given_values) = RArray::from_value(values) else {
            return Err(type_error(
                ruby,
                "the values of a column are an Array".to_owned(),
            ));
        };
        let (size, takes) = {
            let rows = this.rows()?;
            (rows.len(), rows.counts().live)
        };
        let came = given_values.len();
        if came != takes {
            let what = "column";
            return Err(Refusal::Length { what, came, takes }.into());
        }
        let mut made = LooseColumn::new();
        let mut next = 0;
        for row in 0..size {
            if this.rows()?.state(row) == Some(State::Live) {
                let value = given_values.entry::<Value>(next)?;
                next += 1;
                given(ruby, value, |cell| {
                    made.push(cell);
                    Ok(())
                })?;
            } else {
                made.push(Cell::Null);
            }
        }
        with_text(name, |name| Ok(this.change()?.append(name, &made)?))?;
        Ok(object)
    }
}

pub fn init(class: RClass) -> Result<(), Error> {
    class.define_method("overlay", method!(NativeBatch::overlay, 1))?;
    class.define_method("output", method!(NativeBatch::output, 1))?;
    class.define_method("outputs", method!(NativeBatch::outputs, 0))?;
    class.define_method("source_names", method!(NativeBatch::source_names, 0))?;
    class.define_method("assigned?", method!(NativeBatch::is_assigned, 1))?;
    class.define_method("rename", method!(NativeBatch::rename, 2))?;
    class.define_method("keep", method!(NativeBatch::keep, 1))?;
    class.define_method("drop", method!(NativeBatch::drop, 1))?;
    class.define_method("values", method!(NativeBatch::values, 1))?;
    class.define_method("set_values", method!(NativeBatch::set_values, 2))
}
