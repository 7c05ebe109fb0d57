//! `ActiveDataFlow::Native::Batch`: rows on their way, as columns. A value becomes a Ruby object when it is asked for.

mod beside;
mod columns;
mod fill;
mod hashes;
mod hashing;
mod lines;
mod sending;
mod states;

use std::cell::{Cell as Kept, Ref, RefCell, RefMut};

use active_data_flow_core::rows::{Batch, Refusal};
use magnus::{function, method, Class, Error, Module, Object, Ruby, TryConvert, Value};

use crate::arguments::{list, Wrapped};
use crate::cells::{given, half, number_of, text_of, with_text, Half};
use crate::convert;
use crate::errors::Raised;

/// The rows. No Ruby object is held here, and nothing is borrowed while Ruby code runs; should another thread come in
/// while a long piece of work goes on without the interpreter's lock, it is told so.
#[magnus::wrap(class = "ActiveDataFlow::Native::Batch", free_immediately, size)]
pub struct NativeBatch {
    rows: RefCell<Batch>,
    /// For which shape of the batch the object's list of names was made.
    named: Kept<u64>,
}

type This = Wrapped<NativeBatch>;

/// Rows between two looks at the interrupts of the thread.
const ROWS_AT_ONCE: usize = 1_000;

impl NativeBatch {
    /// The rows, to be read.
    #[inline]
    pub fn rows(&self) -> Result<Ref<'_, Batch>, Raised> {
        self.rows.try_borrow().map_err(|_| busy())
    }

    /// The rows, to be changed.
    #[inline]
    pub fn change(&self) -> Result<RefMut<'_, Batch>, Raised> {
        self.rows.try_borrow_mut().map_err(|_| busy())
    }

    fn new(names: Value) -> Result<Self, Raised> {
        let names = column_names(names)?;
        Ok(Self {
            rows: RefCell::new(Batch::new(names)),
            named: Kept::new(u64::MAX),
        })
    }

    fn size(this: This) -> Result<usize, Raised> {
        Ok(this.rows()?.len())
    }

    fn bytes(this: This) -> Result<usize, Raised> {
        Ok(this.rows()?.held())
    }

    fn clear(object: Value) -> Result<Value, Raised> {
        This::try_convert(object)?.change()?.clear();
        Ok(object)
    }

    /// The first half of a value; nothing is borrowed after it.
    #[inline]
    fn half(&self, ruby: &Ruby, row: usize, column: usize) -> Result<Half, Raised> {
        Ok(half(ruby, self.rows()?.cell(row, column)))
    }

    fn cell(ruby: &Ruby, this: This, row: Value, column: Value) -> Result<Value, Raised> {
        let (row, column) = (number_of(row)?, number_of(column)?);
        let first = {
            let rows = this.rows()?;
            rows.check_row(row)?;
            rows.check_column(column)?;
            half(ruby, rows.cell(row, column))
        };
        first.whole(ruby)
    }

    fn value(ruby: &Ruby, this: This, row: Value, name: Value) -> Result<Value, Raised> {
        let (row, name) = (number_of(row)?, text_of(ruby, name)?);
        let column = with_text(name, |name| {
            let rows = this.rows()?;
            rows.check_row(row)?;
            Ok(rows.known_output(name)?)
        })?;
        this.half(ruby, row, column)?.whole(ruby)
    }

    fn put(
        ruby: &Ruby,
        this: This,
        row: Value,
        column: Value,
        value: Value,
    ) -> Result<Value, Raised> {
        let (row, column) = (number_of(row)?, number_of(column)?);
        given(ruby, value, |cell| {
            Ok(this.change()?.put(row, column, cell)?)
        })?;
        Ok(value)
    }

    fn set(
        ruby: &Ruby,
        this: This,
        row: Value,
        name: Value,
        value: Value,
    ) -> Result<Value, Raised> {
        let (row, name) = (number_of(row)?, text_of(ruby, name)?);
        given(ruby, value, |cell| {
            with_text(name, |name| {
                let mut rows = this.change()?;
                rows.check_row(row)?;
                let column = rows.overlay(name);
                Ok(rows.put(row, column, cell)?)
            })
        })?;
        Ok(value)
    }
}

/// Names of columns, Symbols or Strings.
pub fn column_names(names: Value) -> Result<Vec<String>, Raised> {
    let ruby = Ruby::get_with(names);
    list(names, |name| {
        with_text(text_of(&ruby, name)?, |name| Ok(name.to_owned()))
    })
}

#[cold]
fn busy() -> Raised {
    Refusal::Busy.into()
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    convert::for_all_ractors(false);
    let native = ruby
        .define_module("ActiveDataFlow")?
        .define_module("Native")?;
    let class = native.define_class("Batch", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(NativeBatch::new, 1))?;
    class.define_method("push_row", method!(NativeBatch::push_row, 1))?;
    class.define_method("push_hash", method!(NativeBatch::push_hash, 1))?;
    class.define_method("size", method!(NativeBatch::size, 0))?;
    class.define_method("bytes", method!(NativeBatch::bytes, 0))?;
    class.define_method("clear", method!(NativeBatch::clear, 0))?;
    class.define_method("cell", method!(NativeBatch::cell, 2))?;
    class.define_method("value", method!(NativeBatch::value, 2))?;
    class.define_method("put", method!(NativeBatch::put, 3))?;
    class.define_method("set", method!(NativeBatch::set, 3))?;
    beside::init(class)?;
    hashes::init(class)?;
    hashing::init(class)?;
    lines::init(class)?;
    sending::init(class)?;
    columns::init(class)?;
    states::init(class)
}
