//! `ActiveDataFlow::Native::CopyReader`: what PostgreSQL's COPY sends, into a batch.

use std::cell::RefCell;

use active_data_flow_core::rows::{CopyReader, Dialect, Form, Refusal, SqlType};
use magnus::{function, method, Class, Error, Module, Object, Ruby, Value};

use crate::arguments::{list, Text, Wrapped};
use crate::batch::NativeBatch;
use crate::cells::{text_of, with_text};
use crate::convert;
use crate::errors::Raised;

/// Bytes and types; no Ruby object, so the collector has nothing to visit.
#[magnus::wrap(class = "ActiveDataFlow::Native::CopyReader", free_immediately, size)]
struct NativeCopyReader(RefCell<CopyReader>);

type This = Wrapped<NativeCopyReader>;

impl NativeCopyReader {
    fn of(form: Form, types: Value) -> Result<Self, Raised> {
        let ruby = Ruby::get_with(types);
        let kinds = list(types, |kind| {
            with_text(text_of(&ruby, kind)?, |kind| {
                Ok(SqlType::parse(kind, Dialect::Postgres))
            })
        })?;
        Ok(Self(RefCell::new(CopyReader::new(form, kinds))))
    }

    fn binary(types: Value) -> Result<Self, Raised> {
        Self::of(Form::Binary, types)
    }

    fn text(types: Value) -> Result<Self, Raised> {
        Self::of(Form::Text, types)
    }

    /// How many rows the bytes brought. Nothing here runs Ruby.
    fn feed(this: This, bytes: Text, batch: Wrapped<NativeBatch>) -> Result<usize, Raised> {
        let mut reader = this.0.try_borrow_mut().map_err(|_| Refusal::Busy)?;
        let mut rows = batch.change()?;
        Ok(reader.feed(bytes.bytes(), &mut rows)?)
    }

    fn is_done(this: This) -> Result<bool, Raised> {
        Ok(this.0.try_borrow().map_err(|_| Refusal::Busy)?.is_done())
    }

    fn is_between_rows(this: This) -> Result<bool, Raised> {
        let reader = this.0.try_borrow().map_err(|_| Refusal::Busy)?;
        Ok(reader.is_between_rows())
    }
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    convert::for_all_ractors(false);
    let native = ruby
        .define_module("ActiveDataFlow")?
        .define_module("Native")?;
    let class = native.define_class("CopyReader", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(NativeCopyReader::binary, 1))?;
    class.define_singleton_method("text", function!(NativeCopyReader::text, 1))?;
    class.define_method("feed", method!(NativeCopyReader::feed, 2))?;
    class.define_method("done?", method!(NativeCopyReader::is_done, 0))?;
    class.define_method(
        "between_rows?",
        method!(NativeCopyReader::is_between_rows, 0),
    )
}
