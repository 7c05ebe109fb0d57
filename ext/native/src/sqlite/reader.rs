//! `ActiveDataFlow::Native::SqliteStatement`: a prepared statement that fills batches.

use std::ops::Range;

use active_data_flow_core::rows::{sqlite, Batch};
use magnus::{method, Class, DataTypeFunctions, Error, Module, RArray, Ruby, TypedData, Value};
use parking_lot::Mutex;

use super::failure::Failure;
use super::parameters::parameters;
use super::prepared::Prepared;
use crate::arguments::Wrapped;
use crate::batch::NativeBatch;
use crate::errors::{argument_error, data_flow_error, Raised};
use crate::results::check_interrupts;

/// How many rows are read or written between two looks at the interrupts.
pub const ROWS_AT_ONCE: usize = 2_000;

/// Statement and connection; no Ruby object. Taken out for as long as it is used, and gone once it is closed.
#[derive(TypedData)]
#[magnus(class = "ActiveDataFlow::Native::SqliteStatement", size)] // not freed at once: SQLite may write when it lets go
pub struct NativeStatement(Mutex<Option<Prepared>>);

impl DataTypeFunctions for NativeStatement {}

type This = Wrapped<NativeStatement>;

impl NativeStatement {
    pub fn new(prepared: Prepared) -> Self {
        Self(Mutex::new(Some(prepared)))
    }

    /// Takes the statement out, lends it to `work`, and puts it back.
    fn with<T>(
        &self,
        ruby: &Ruby,
        work: impl FnOnce(&Prepared) -> Result<T, Raised>,
    ) -> Result<T, Raised> {
        let taken = self.0.lock().take();
        let prepared = taken.ok_or_else(|| {
            data_flow_error(
                ruby,
                "this statement of the door to SQLite is closed, or at work already".to_owned(),
            )
        })?;
        let result = work(&prepared);
        *self.0.lock() = Some(prepared);
        result
    }

    fn columns(ruby: &Ruby, this: This) -> Result<RArray, Raised> {
        let names = this.with(ruby, |prepared| {
            Ok((0..prepared.columns())
                .map(|column| prepared.column_name(column))
                .collect::<Vec<_>>())
        })?;
        let list = ruby.ary_new_capa(names.len());
        names.iter().try_for_each(|name| list.push(name.as_str()))?;
        Ok(list)
    }

    fn is_read_only(ruby: &Ruby, this: This) -> Result<bool, Raised> {
        this.with(ruby, |prepared| Ok(prepared.is_read_only()))
    }

    /// Runs the query and adds at most `limit` rows to the batch. How many it added.
    fn read(
        ruby: &Ruby,
        this: This,
        call: Value,
        values: Value,
        batch: Wrapped<NativeBatch>,
        limit: usize,
    ) -> Result<usize, Raised> {
        this.with(ruby, |prepared| {
            if !prepared.is_read_only() {
                let message =
                    "the door reads what changes nothing: write with Door#writer".to_owned();
                return Err(argument_error(ruby, message));
            }
            let given = parameters(ruby, values, prepared.parameters())?;
            let _tidy = prepared.tidy();
            for (place, value) in given.iter().enumerate() {
                // SAFETY: the values live longer than `_tidy`.
                let bound = unsafe { prepared.bind(place, &value.stored()) };
                bound.map_err(|failure| failure.raised(ruby, None))?;
            }
            let mut batch = batch.change()?;
            read_all(ruby, prepared, call, &mut batch, limit)
        })
    }

    fn close(this: This) {
        let taken = this.0.lock().take();
        drop(taken);
    }
}

fn read_all(
    ruby: &Ruby,
    prepared: &Prepared,
    call: Value,
    batch: &mut Batch,
    limit: usize,
) -> Result<usize, Raised> {
    if batch.source_names().len() != prepared.columns() {
        let message = format!(
            "the query has {} columns and the batch {}",
            prepared.columns(),
            batch.source_names().len()
        );
        return Err(argument_error(ruby, message));
    }
    let mut count = 0;
    let mut is_more = true;
    while is_more && count < limit {
        let rows = count..limit.min(count + ROWS_AT_ONCE);
        let mut read = || read_some(prepared, batch, &rows, &mut count, &mut is_more);
        let failed = |failure: Failure| failure.raised(ruby, None);
        let visited = prepared.connection().visit(ruby, call, &mut read, failed);
        if visited.is_err() {
            batch.give_up_row(); // the one that a jump may have left open
        }
        visited?;
        check_interrupts(ruby)?;
    }
    Ok(count)
}

/// Runs inside of SQLite: nothing here may have to be dropped, should a callback of an older gem jump away.
fn read_some(
    prepared: &Prepared,
    batch: &mut Batch,
    rows: &Range<usize>,
    count: &mut usize,
    is_more: &mut bool,
) -> Result<(), Failure> {
    for row in rows.clone() {
        if !prepared.step()? {
            *is_more = false;
            break;
        }
        let begun = batch.begin_row();
        for column in 0..prepared.columns() {
            // SAFETY: the batch copies it before the next step, and we are inside of the connection's function.
            let cell = sqlite::cell(unsafe { prepared.value(column)? });
            if begun.is_ok() {
                // Rows are begun and have that many columns: there is nothing to be refused.
                let _ = batch.put_in(column, cell);
            }
        }
        batch.end_row();
        *count = row + 1;
    }
    Ok(())
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let native = ruby
        .define_module("ActiveDataFlow")?
        .define_module("Native")?;
    let class = native.define_class("SqliteStatement", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_method("columns", method!(NativeStatement::columns, 0))?;
    class.define_method("read_only?", method!(NativeStatement::is_read_only, 0))?;
    class.define_method("read", method!(NativeStatement::read, 4))?;
    class.define_method("close", method!(NativeStatement::close, 0))
}
