//! What became of the rows, and where they stand in the source.

use magnus::value::ReprValue;
use magnus::{method, Error, Module, RArray, RClass, RHash, Ruby, Symbol, TryConvert, Value};

use super::{column_names, NativeBatch, This};
use crate::cells::number_of;
use crate::errors::Raised;

impl NativeBatch {
    /// The numbers of the live rows.
    fn live(ruby: &Ruby, this: This) -> Result<RArray, Raised> {
        let rows: Vec<usize> = {
            let rows = this.rows()?;
            rows.live(0..rows.len()).collect()
        };
        let out = ruby.ary_new_capa(rows.len());
        for row in rows {
            out.push(row)?;
        }
        Ok(out)
    }

    fn is_live(this: This, row: Value) -> Result<bool, Raised> {
        let row = number_of(row)?;
        let rows = this.rows()?;
        rows.check_row(row)?;
        Ok(rows.state(row) == Some(active_data_flow_core::rows::State::Live))
    }

    fn state(ruby: &Ruby, this: This, row: Value) -> Result<Symbol, Raised> {
        let row = number_of(row)?;
        let state = {
            let rows = this.rows()?;
            rows.check_row(row)?;
            rows.state(row)
        };
        Ok(ruby.to_symbol(state.map_or("", |state| state.name())))
    }

    fn filter(this: This, row: Value) -> Result<bool, Raised> {
        let row = number_of(row)?;
        this.rows()?.check_row(row)?;
        Ok(this.change()?.filter(row))
    }

    fn skip(this: This, row: Value) -> Result<bool, Raised> {
        let row = number_of(row)?;
        this.rows()?.check_row(row)?;
        Ok(this.change()?.skip(row))
    }

    fn reject(this: This, row: Value) -> Result<Option<u32>, Raised> {
        let row = number_of(row)?;
        this.rows()?.check_row(row)?;
        Ok(this.change()?.reject(row))
    }

    fn counts(ruby: &Ruby, this: This) -> Result<RHash, Raised> {
        let counts = this.rows()?.counts();
        let hash = ruby.hash_new();
        for (name, count) in [
            ("read", counts.read()),
            ("live", counts.live),
            ("filtered", counts.filtered),
            ("skipped", counts.skipped),
            ("rejected", counts.rejected),
        ] {
            hash.aset(ruby.to_symbol(name), count)?;
        }
        Ok(hash)
    }

    fn position_by(object: Value, names: Value) -> Result<Value, Raised> {
        let names = column_names(names)?;
        This::try_convert(object)?.change()?.position_by(&names)?;
        Ok(object)
    }

    /// The value of the cursor's column, or an Array of them where there are several; nil where none was named.
    fn position(ruby: &Ruby, this: This, row: Value) -> Result<Value, Raised> {
        let row = number_of(row)?;
        let columns = {
            let rows = this.rows()?;
            rows.check_row(row)?;
            rows.position_columns().to_vec()
        };
        match columns.as_slice() {
            [] => Ok(ruby.qnil().as_value()),
            [one] => this.half(ruby, row, *one)?.whole(ruby),
            several => {
                let out = ruby.ary_new_capa(several.len());
                for column in several {
                    out.push(this.half(ruby, row, *column)?.whole(ruby)?)?;
                }
                Ok(out.as_value())
            }
        }
    }
}

pub fn init(class: RClass) -> Result<(), Error> {
    class.define_method("live", method!(NativeBatch::live, 0))?;
    class.define_method("live?", method!(NativeBatch::is_live, 1))?;
    class.define_method("state", method!(NativeBatch::state, 1))?;
    class.define_method("filter", method!(NativeBatch::filter, 1))?;
    class.define_method("skip", method!(NativeBatch::skip, 1))?;
    class.define_method("reject", method!(NativeBatch::reject, 1))?;
    class.define_method("counts", method!(NativeBatch::counts, 0))?;
    class.define_method("position_by", method!(NativeBatch::position_by, 1))?;
    class.define_method("position", method!(NativeBatch::position, 1))
}
