//! A lookup: which rows of the other table are needed, and their columns joined to the batch.

use active_data_flow_core::steps::Join;
use magnus::{function, method, Class, Error, Module, Object, RArray, Ruby, TryConvert, Value};

use super::{read, source, told};
use crate::arguments::{declared, fields, list, Wrapped};
use crate::batch::NativeBatch;
use crate::cells::half;
use crate::errors::Raised;
use crate::native;

/// Names and types. Holds no Ruby object.
#[magnus::wrap(
    class = "ActiveDataFlow::Native::Join",
    free_immediately,
    size,
    frozen_shareable
)]
struct NativeJoin(Join);

type This = Wrapped<NativeJoin>;

impl NativeJoin {
    /// `names` are the other table, our and their columns of the key, their and our names of what is taken, what becomes
    /// of a row without one there, and where the author wrote it; then types and dialect of either side.
    fn new(names: Value, ours: Value, theirs: Value) -> Result<Self, Raised> {
        let [table, on, take, missing, at] = fields(names, "a lookup")?;
        let side = |value| {
            let [types, dialect] = fields(value, "a side")?;
            source(types, dialect)
        };
        Ok(Self(Join {
            on: read::pairs(on, declared)?,
            take: read::pairs(take, declared)?,
            missing: read::missing_of(missing)?,
            table: declared(table)?,
            at: declared(at)?,
            ours: side(ours)?,
            theirs: side(theirs)?,
        }))
    }

    /// The sentence for columns that can never be equal, told by their types, or nil. `known` are those of ours that come as
    /// the source has them.
    fn refusal(this: This, known: Value) -> Result<Option<String>, Raised> {
        Ok(this.0.refusal(&list(known, declared)?))
    }

    /// The keys in the batch, each once, as Arrays of values.
    fn keys(ruby: &Ruby, this: This, batch: Value) -> Result<RArray, Raised> {
        let batch: Wrapped<NativeBatch> = TryConvert::try_convert(batch)?;
        let (rows, columns) = {
            let rows = batch.rows()?;
            let names = this.0.on.iter();
            let columns: Result<Vec<usize>, _> =
                names.map(|(ours, _)| rows.known_output(ours)).collect();
            (this.0.asking(&rows)?, columns?)
        };
        let keys = ruby.ary_new_capa(rows.len());
        for row in rows {
            let key = ruby.ary_new_capa(columns.len());
            for column in &columns {
                let first = half(ruby, batch.rows()?.cell(row, *column));
                key.push(first.whole(ruby)?)?;
            }
            keys.push(key)?;
        }
        Ok(keys)
    }

    /// Joins what was found there: row, column and reason of each row that was put aside.
    fn apply(ruby: &Ruby, this: This, batch: Value, found: Value) -> Result<RArray, Raised> {
        let batch: Wrapped<NativeBatch> = TryConvert::try_convert(batch)?;
        let found: Wrapped<NativeBatch> = TryConvert::try_convert(found)?;
        let misfits = this.0.join(&mut *batch.change()?, &*found.rows()?)?;
        told(ruby, &misfits)
    }
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let class = native(ruby)?.define_class("Join", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(NativeJoin::new, 3))?;
    class.define_method("refusal", method!(NativeJoin::refusal, 1))?;
    class.define_method("keys", method!(NativeJoin::keys, 1))?;
    class.define_method("apply", method!(NativeJoin::apply, 2))
}
