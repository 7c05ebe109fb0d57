//! The steps of a flow that say what they do.

mod join;
mod read;
mod tree;

use active_data_flow_core::rows::{Batch, Dialect};
use active_data_flow_core::steps::{Misfit, Program, Query, Source};
use magnus::value::ReprValue;
use magnus::{
    function, method, Class, Error, Module, Object, RArray, RHash, Ruby, TryConvert, Value,
};

use crate::arguments::{declared, flag, list, maybe, Wrapped};
use crate::batch::NativeBatch;
use crate::dialect::dialect_of;
use crate::errors::{argument_error, Raised};
use crate::gvl::released;
use crate::names::interned;
use crate::native;

/// Names, values and numbers. Holds no Ruby object.
#[magnus::wrap(
    class = "ActiveDataFlow::Native::Steps",
    free_immediately,
    size,
    frozen_shareable
)]
struct NativeSteps(Program);

type This = Wrapped<NativeSteps>;

impl NativeSteps {
    /// `place` is true where the rows come as the source gave them; else it says which columns were given other names on
    /// the way: the name now, and that in the source.
    fn new(steps: Value, types: Value, dialect: Value, place: Value) -> Result<Self, Raised> {
        let steps = list(steps, read::step)?;
        let source = source(types, dialect)?;
        if RArray::from_value(place).is_none() {
            return Ok(Self(Program::new(steps, source, flag(place)?)));
        }
        let renamed = read::pairs(place, declared)?;
        Ok(Self(Program::new(steps, source.renamed(renamed), false)))
    }

    /// Runs over the batch: row, column and reason of each row that was put aside.
    fn apply(ruby: &Ruby, this: This, batch: Value) -> Result<RArray, Raised> {
        let batch: Wrapped<NativeBatch> = TryConvert::try_convert(batch)?;
        let misfits = {
            let rows: &mut Batch = &mut *batch.change()?;
            released(rows.len(), || this.0.apply(rows))?
        };
        told(ruby, &misfits)
    }

    /// The reason why the database would not do the same, or nil.
    fn reason(this: This, dialect: Value, columns: Value) -> Result<Option<String>, Raised> {
        Ok(this.query(dialect, columns)?.err())
    }

    fn sql(ruby: &Ruby, this: This, dialect: Value, columns: Value) -> Result<RHash, Raised> {
        let query = match this.query(dialect, columns)? {
            Ok(query) => query,
            Err(reason) => return Err(argument_error(ruby, reason)),
        };
        let (columns, kinds) = (ruby.hash_new(), ruby.hash_new());
        for (name, sql, kind) in &query.columns {
            columns.aset(interned(name), ruby.str_new(sql))?;
            kinds.aset(interned(name), ruby.to_symbol(kind))?;
        }
        let joins = ruby.ary_new();
        for join in &query.joins {
            joins.push(ruby.str_new(join))?;
        }
        let out = ruby.hash_new();
        out.aset(ruby.to_symbol("columns"), columns)?;
        out.aset(ruby.to_symbol("kinds"), kinds)?;
        out.aset(ruby.to_symbol("where"), query.condition)?;
        out.aset(ruby.to_symbol("filters"), query.filters)?;
        out.aset(ruby.to_symbol("joins"), joins)?;
        Ok(out)
    }

    fn query(&self, dialect: Value, columns: Value) -> Result<Result<Query, String>, Raised> {
        let dialect = dialect_of(dialect)?;
        let columns = read::pairs(columns, declared)?;
        Ok(self
            .0
            .query(dialect, &columns)
            .map_err(|reason| reason.to_string()))
    }
}

/// Rows that were put aside.
fn told(ruby: &Ruby, misfits: &[Misfit]) -> Result<RArray, Raised> {
    let out = ruby.ary_new_capa(misfits.len());
    for misfit in misfits {
        let column = match &misfit.column {
            Some(name) => interned(name),
            None => ruby.qnil().as_value(),
        };
        let reason = ruby.str_new(&misfit.reason);
        let row = ruby.integer_from_u64(misfit.row as u64);
        out.push(ruby.ary_new_from_values(&[row.as_value(), column, reason.as_value()]))?;
    }
    Ok(out)
}

/// What is known of the columns of a source: pairs of a name and an `sql_type`. Nil as the dialect says that there is no
/// database behind it, and so there are no types.
fn source(types: Value, dialect: Value) -> Result<Source, Raised> {
    let types = read::pairs(types, |kind| maybe(kind, declared))?;
    let typed = types
        .into_iter()
        .filter_map(|(name, kind)| kind.map(|kind| (name, kind)));
    let dialect = maybe(dialect, dialect_of)?.unwrap_or(Dialect::Postgres);
    Ok(Source::new(typed, dialect))
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let class = native(ruby)?.define_class("Steps", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(NativeSteps::new, 4))?;
    class.define_method("apply", method!(NativeSteps::apply, 1))?;
    class.define_method("reason", method!(NativeSteps::reason, 2))?;
    class.define_method("sql", method!(NativeSteps::sql, 2))?;
    join::init(ruby)
}
