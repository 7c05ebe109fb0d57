//! `ActiveDataFlow::Native::Keyset`: the SQL of reading by key.

use active_data_flow_core::flow::keyset::{Column, Condition, Keyset, Nulls};
use magnus::typed_data::Obj;
use magnus::value::ReprValue;
use magnus::{function, method, Class, Error, Module, Object, RArray, Ruby, Value};

use crate::arguments::{declared, flag, list, maybe, natural, Wrapped};
use crate::dialect::dialect_of;
use crate::errors::{argument_error, range_error, Raised};
use crate::position::direction;

/// Names and directions; no Ruby object. Never changes, so any Ractor may use it.
#[magnus::wrap(
    class = "ActiveDataFlow::Native::Keyset",
    free_immediately,
    size,
    frozen_shareable
)]
struct NativeKeyset(Keyset);

type This = Wrapped<NativeKeyset>;

impl NativeKeyset {
    /// Three lists of the same length: quoted columns, "asc" or "desc", and true (may be NULL, and such rows are read),
    /// false (is NOT NULL) or nil (may be NULL, and nobody said what then: refused).
    fn new(
        ruby: &Ruby,
        dialect: Value,
        columns: Value,
        directions: Value,
        nulls: Value,
    ) -> Result<Obj<Self>, Raised> {
        let dialect = dialect_of(dialect)?;
        let names = list(columns, declared)?;
        let directions = list(directions, direction)?;
        let nulls = list(nulls, read_nulls)?;
        if directions.len() != names.len() || nulls.len() != names.len() {
            let (columns, directions, nulls) = (names.len(), directions.len(), nulls.len());
            return Err(argument_error(
                ruby,
                format!("{columns} columns, but {directions} directions and {nulls} rules for NULLs; each column has one of both"),
            ));
        }
        let columns = names.into_iter().zip(directions).zip(nulls);
        let columns = columns.map(|((name, direction), nulls)| Column {
            name,
            direction,
            nulls,
        });
        let keyset = Keyset::new(dialect, columns.collect())?;
        let object = ruby.obj_wrap(Self(keyset));
        object.freeze();
        Ok(object)
    }

    fn order(this: This) -> String {
        this.0.order()
    }

    /// The rows behind a position, as [sql, binds]: which part of the position each placeholder stands for.
    fn predicate(
        ruby: &Ruby,
        this: This,
        first: Value,
        null_parts: Value,
    ) -> Result<RArray, Raised> {
        let condition = this.0.behind(place(first)?, &list(null_parts, place)?)?;
        answer(ruby, &condition)
    }

    /// The rows up to a position, it included, in the same form.
    fn upper(ruby: &Ruby, this: This, first: Value, null_parts: Value) -> Result<RArray, Raised> {
        let condition = this.0.up_to(place(first)?, &list(null_parts, place)?)?;
        answer(ruby, &condition)
    }
}

fn read_nulls(value: Value) -> Result<Nulls, Raised> {
    Ok(match maybe(value, flag)? {
        None => Nulls::Unstated,
        Some(true) => Nulls::Stated,
        Some(false) => Nulls::Never,
    })
}

fn place(value: Value) -> Result<usize, Raised> {
    let number = natural(value)?;
    let ruby = Ruby::get_with(value);
    usize::try_from(number).map_err(|_| range_error(&ruby, format!("{number} is no place")))
}

fn answer(ruby: &Ruby, condition: &Condition) -> Result<RArray, Raised> {
    let binds = ruby.ary_new_capa(condition.binds.len());
    for place in &condition.binds {
        binds.push(*place)?;
    }
    let sql = ruby.str_new(&condition.sql);
    Ok(ruby.ary_new_from_values(&[sql.as_value(), binds.as_value()]))
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let class = crate::native(ruby)?.define_class("Keyset", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(NativeKeyset::new, 4))?;
    class.define_method("order", method!(NativeKeyset::order, 0))?;
    class.define_method("predicate", method!(NativeKeyset::predicate, 2))?;
    class.define_method("upper", method!(NativeKeyset::upper, 2))?;
    Ok(())
}
