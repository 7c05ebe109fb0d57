//! `ActiveDataFlow::Native::SqliteWriter`: statements that write the live rows of batches.

use std::cell::Cell as Shared;

use active_data_flow_core::rows::{sqlite, Batch, State};
use magnus::value::ReprValue;
use magnus::{
    function, method, Class, DataTypeFunctions, Error, Module, Object, RArray, Ruby, Symbol,
    TypedData, Value,
};
use parking_lot::Mutex;

use super::connection::NativeConnection;
use super::failure::Failure;
use super::prepared::Prepared;
use super::reader::ROWS_AT_ONCE;
use crate::arguments::{declared, maybe, Text, Wrapped};
use crate::batch::NativeBatch;
use crate::errors::{argument_error, data_flow_error, Raised};
use crate::results::check_interrupts;

/// Which of the statements are run for a row, and what it means when they change nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// The insert, which changes something or fails.
    Insert,
    /// The insert; a row that is there already is skipped.
    InsertOnly,
    /// The insert; if the row is there already the update, which leaves a row alone that has all the values.
    Upsert,
    /// The update; if it changes nothing the probe tells a row that has all the values from one that is not there.
    UpdateOnly,
}

impl Mode {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "insert" => Self::Insert,
            "insert_only" => Self::InsertOnly,
            "upsert" => Self::Upsert,
            "update_only" => Self::UpdateOnly,
            _ => return None,
        })
    }
}

/// What became of the rows.
#[derive(Default)]
struct Counts {
    new: Shared<u64>,
    updated: Shared<u64>,
    unchanged: Shared<u64>,
    skipped: Shared<u64>,
}

struct Writer {
    mode: Mode,
    /// The outputs that are bound, in order: `?1` is the first of them in each statement.
    columns: Vec<String>,
    insert: Option<Prepared>,
    update: Option<Prepared>,
    probe: Option<Prepared>,
}

/// Statements and names; no Ruby object. Taken out for as long as it is used, and gone once it is closed.
#[derive(TypedData)]
#[magnus(class = "ActiveDataFlow::Native::SqliteWriter", size)] // not freed at once: SQLite may write when it lets go
pub struct NativeWriter(Mutex<Option<Writer>>);

impl DataTypeFunctions for NativeWriter {}

type This = Wrapped<NativeWriter>;

impl NativeWriter {
    /// Statements are Strings, or nil for those that the mode does not need.
    #[allow(clippy::too_many_arguments)] // Ruby's own list; keywords are taken apart in Ruby
    fn new(
        ruby: &Ruby,
        connection: Wrapped<NativeConnection>,
        call: Value,
        mode: Symbol,
        columns: RArray,
        insert: Value,
        update: Value,
        probe: Value,
    ) -> Result<Self, Raised> {
        let mode = mode.name()?;
        let mode = Mode::named(&mode).ok_or_else(|| {
            argument_error(ruby, format!("a writer has no mode :{mode}; it has :insert, :insert_only, :upsert and :update_only"))
        })?;
        let columns = (0..columns.len())
            .map(|place| declared(columns.entry(place as isize)?))
            .collect::<Result<_, Raised>>()?;
        let prepare = |sql: Value| {
            maybe(sql, |sql: Value| -> Result<Prepared, Raised> {
                let sql: Text = magnus::TryConvert::try_convert(sql)?;
                Prepared::new(ruby, connection.core(), call, &sql.lossy())
            })
        };
        let (insert, update, probe) = (prepare(insert)?, prepare(update)?, prepare(probe)?);
        let is_whole = match mode {
            Mode::Insert | Mode::InsertOnly | Mode::Upsert => insert.is_some(),
            Mode::UpdateOnly => update.is_some() && probe.is_some(),
        };
        if !is_whole {
            let message =
                "insert: is needed to insert or upsert; update: and probe: to update only"
                    .to_owned();
            return Err(argument_error(ruby, message));
        }
        let writer = Writer {
            mode,
            columns,
            insert,
            update,
            probe,
        };
        Ok(Self(Mutex::new(Some(writer))))
    }

    /// Writes the live rows from `first` to `last`. New, updated, unchanged and skipped ones.
    fn write(
        ruby: &Ruby,
        this: This,
        call: Value,
        batch: Wrapped<NativeBatch>,
        first: usize,
        last: usize,
    ) -> Result<RArray, Raised> {
        let taken = this.0.lock().take();
        let writer = taken.ok_or_else(|| {
            data_flow_error(
                ruby,
                "this writer of the door to SQLite is closed, or at work already".to_owned(),
            )
        })?;
        let counts = batch
            .rows()
            .and_then(|batch| writer.write(ruby, call, &batch, first..=last));
        *this.0.lock() = Some(writer);
        let Counts {
            new,
            updated,
            unchanged,
            skipped,
        } = counts?;
        let numbers = [new, updated, unchanged, skipped];
        Ok(ruby.ary_new_from_values(
            &numbers.map(|number| ruby.integer_from_u64(number.get()).as_value()),
        ))
    }

    fn close(this: This) {
        let taken = this.0.lock().take();
        drop(taken);
    }
}

impl Writer {
    fn write(
        &self,
        ruby: &Ruby,
        call: Value,
        batch: &Batch,
        rows: std::ops::RangeInclusive<usize>,
    ) -> Result<Counts, Raised> {
        let columns = self.columns.iter().map(|name| batch.known_output(name));
        let columns: Vec<usize> = columns
            .collect::<Result<_, _>>()
            .map_err(|refusal| argument_error(ruby, refusal.to_string()))?;
        let statements = || {
            [&self.insert, &self.update, &self.probe]
                .into_iter()
                .flatten()
        };
        let Some(connection) = statements().next().map(Prepared::connection) else {
            return Ok(Counts::default());
        };
        let _tidy: Vec<_> = statements().map(Prepared::tidy).collect();
        let (counts, at) = (Counts::default(), Shared::new(0));
        let end = rows.end().saturating_add(1).min(batch.len());
        let mut start = *rows.start();
        while start < end {
            let stop = end.min(start + ROWS_AT_ONCE);
            let mut write = || {
                (start..stop).try_for_each(|row| {
                    at.set(row);
                    self.row(batch, &columns, row, &counts)
                })
            };
            let failed = |failure: Failure| failure.raised(ruby, Some(at.get()));
            connection.visit(ruby, call, &mut write, failed)?;
            check_interrupts(ruby)?;
            start = stop;
        }
        Ok(counts)
    }

    /// Runs inside of SQLite: nothing here may have to be dropped, should a callback of an older gem jump away.
    #[inline]
    fn row(
        &self,
        batch: &Batch,
        columns: &[usize],
        row: usize,
        counts: &Counts,
    ) -> Result<(), Failure> {
        if batch.state(row) != Some(State::Live) {
            return Ok(());
        }
        let counted = self.written(batch, columns, row, counts)?;
        counted.set(counted.get() + 1);
        Ok(())
    }

    fn written<'a>(
        &self,
        batch: &Batch,
        columns: &[usize],
        row: usize,
        counts: &'a Counts,
    ) -> Result<&'a Shared<u64>, Failure> {
        let Counts {
            new,
            updated,
            unchanged,
            skipped,
        } = counts;
        let run = |statement: &Prepared| {
            bind(statement, batch, columns, row)?;
            statement.run()
        };
        if let Some(insert) = &self.insert {
            run(insert)?;
            if self.mode == Mode::Insert || insert.changes() > 0 {
                return Ok(new);
            }
        }
        if self.mode == Mode::InsertOnly {
            return Ok(skipped);
        }
        if let Some(update) = &self.update {
            run(update)?;
            if update.changes() > 0 {
                return Ok(updated);
            }
        }
        match &self.probe {
            Some(probe) if !run(probe)? => Ok(skipped),
            _ => Ok(unchanged),
        }
    }
}

#[inline]
fn bind(statement: &Prepared, batch: &Batch, columns: &[usize], row: usize) -> Result<(), Failure> {
    for (place, column) in columns.iter().enumerate() {
        let cell = batch.cell(row, *column);
        match sqlite::stored(cell) {
            // SAFETY: the batch is lent to us and stays as it is until the statements are tidied.
            Some(value) => unsafe { statement.bind(place, &value)? },
            None => return Err(Failure::unfit(cell.kind())),
        }
    }
    Ok(())
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let native = ruby
        .define_module("ActiveDataFlow")?
        .define_module("Native")?;
    let class = native.define_class("SqliteWriter", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(NativeWriter::new, 7))?;
    class.define_method("write", method!(NativeWriter::write, 4))?;
    class.define_method("close", method!(NativeWriter::close, 0))
}
