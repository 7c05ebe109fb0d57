//! Rows on their way to a database.

use active_data_flow_core::rows::encode::{copy_binary, copy_text, sql};
use active_data_flow_core::rows::{Batch, Dialect, Refusal, Sending, Target};
use magnus::value::ReprValue;
use magnus::{method, Error, Module, RArray, RClass, RString, Ruby, Value};

use super::{NativeBatch, This};
use crate::arguments::{fields, list};
use crate::cells::{number_of, text_of, with_text};
use crate::dialect::dialect_of;
use crate::errors::Raised;
use crate::gvl::released;
use crate::names::interned;

/// What makes rows into bytes.
type Encode = fn(&Batch, &Sending<'_>, std::ops::Range<usize>, &mut Vec<u8>) -> Result<(), Refusal>;

/// More than this is not asked for in advance.
const MOST_ROOM: usize = 16 << 20;

impl NativeBatch {
    /// Casts the live rows to the sink's types, and says what does not fit: row, column, reason.
    fn fit(ruby: &Ruby, this: This, dialect: Value, columns: Value) -> Result<RArray, Raised> {
        let targets = targets(columns, dialect_of(dialect)?)?;
        let misfits = {
            let rows: &mut Batch = &mut *this.change()?;
            released(rows.len(), || Sending::fit(rows, &targets))?
        };
        let out = ruby.ary_new_capa(misfits.len());
        for (row, misfit) in misfits {
            let number = ruby.integer_from_u64(row as u64).as_value();
            let column = interned(&misfit.column);
            let reason = ruby.str_new(&misfit.to_string()).as_value();
            out.push(ruby.ary_new_from_values(&[number, column, reason]))?;
        }
        Ok(out)
    }

    /// A whole COPY: header, the live rows from the first to the last (both included), trailer.
    fn copy_binary(
        ruby: &Ruby,
        this: This,
        columns: Value,
        first: Value,
        last: Value,
    ) -> Result<RString, Raised> {
        let mut out = copy_binary::HEADER.to_vec();
        let targets = targets(columns, Dialect::Postgres)?;
        this.encode(&targets, first, last, copy_binary::rows, &mut out)?;
        out.extend(copy_binary::TRAILER);
        Ok(ruby.str_from_slice(&out))
    }

    /// The live rows as lines, in UTF-8.
    fn copy_text(
        ruby: &Ruby,
        this: This,
        columns: Value,
        first: Value,
        last: Value,
    ) -> Result<RString, Raised> {
        let mut out = Vec::new();
        let targets = targets(columns, Dialect::Postgres)?;
        this.encode(&targets, first, last, copy_text::rows, &mut out)?;
        Ok(ruby.enc_str_new(&out, ruby.utf8_encoding()))
    }

    /// The live rows as the list behind VALUES; empty when there is none.
    fn values_sql(
        ruby: &Ruby,
        this: This,
        dialect: Value,
        columns: Value,
        first: Value,
        last: Value,
    ) -> Result<RString, Raised> {
        let mut out = Vec::new();
        let targets = targets(columns, dialect_of(dialect)?)?;
        this.encode(&targets, first, last, sql::values, &mut out)?;
        Ok(ruby.enc_str_new(&out, ruby.utf8_encoding()))
    }

    fn encode(
        &self,
        targets: &[Target],
        first: Value,
        last: Value,
        encode: Encode,
        out: &mut Vec<u8>,
    ) -> Result<(), Raised> {
        let (first, last) = (number_of(first)?, number_of(last)?);
        let rows = self.rows()?;
        let end = rows.len().min(last.saturating_add(1));
        let sending = Sending::new(&rows, targets)?;
        let room = end.saturating_sub(first).saturating_mul(16 * sending.len());
        out.reserve(room.min(MOST_ROOM));
        let rows: &Batch = &rows;
        Ok(released(end - first.min(end), || {
            encode(rows, &sending, first..end, out)
        })?)
    }
}

/// Pairs of a name and what ActiveRecord gives as `sql_type`.
pub fn targets(columns: Value, dialect: Dialect) -> Result<Vec<Target>, Raised> {
    let ruby = Ruby::get_with(columns);
    list(columns, |pair| {
        let [name, sql_type] = fields(pair, "a column (its name and its SQL type)")?;
        let (name, sql_type) = (text_of(&ruby, name)?, text_of(&ruby, sql_type)?);
        with_text(name, |name| {
            with_text(sql_type, |sql_type| {
                Ok(Target::new(name, sql_type, dialect))
            })
        })
    })
}

pub fn init(class: RClass) -> Result<(), Error> {
    class.define_method("fit", method!(NativeBatch::fit, 2))?;
    class.define_method("copy_binary", method!(NativeBatch::copy_binary, 3))?;
    class.define_method("copy_text", method!(NativeBatch::copy_text, 3))?;
    class.define_method("values_sql", method!(NativeBatch::values_sql, 4))
}
