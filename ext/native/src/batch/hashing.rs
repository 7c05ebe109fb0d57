//! Hashes of rows, and rows that have the same key.

use active_data_flow_core::rows::RowHash;
use magnus::{method, Error, Module, RClass, RString, Ruby, Value};

use super::{column_names, NativeBatch, This};
use crate::cells::number_of;
use crate::errors::Raised;

impl NativeBatch {
    /// Takes out live rows with the key of a later one, and says how many.
    fn skip_duplicates(this: This, names: Value) -> Result<usize, Raised> {
        let names = column_names(names)?;
        Ok(this.change()?.skip_duplicates(&names)?)
    }

    /// Sixteen bytes.
    fn row_hash(ruby: &Ruby, this: This, row: Value, names: Value) -> Result<RString, Raised> {
        let (row, names) = (number_of(row)?, column_names(names)?);
        let hash = {
            let rows = this.rows()?;
            rows.check_row(row)?;
            RowHash::new().row(&rows, row, &this.columns(&names)?)
        };
        Ok(ruby.str_from_slice(&hash.to_be_bytes()))
    }

    /// Sixteen bytes for each live row, one behind the other.
    fn row_hashes(ruby: &Ruby, this: This, names: Value) -> Result<RString, Raised> {
        let names = column_names(names)?;
        let packed: Vec<u8> = {
            let rows = this.rows()?;
            let columns = this.columns(&names)?;
            let mut hash = RowHash::new();
            let live = rows.live(0..rows.len());
            live.flat_map(|row| hash.row(&rows, row, &columns).to_be_bytes())
                .collect()
        };
        Ok(ruby.str_from_slice(&packed))
    }

    /// The numbers of these outputs.
    fn columns(&self, names: &[String]) -> Result<Vec<usize>, Raised> {
        let rows = self.rows()?;
        let known = |name: &String| rows.known_output(name).map_err(Raised::from);
        names.iter().map(known).collect()
    }
}

pub fn init(class: RClass) -> Result<(), Error> {
    class.define_method("skip_duplicates", method!(NativeBatch::skip_duplicates, 1))?;
    class.define_method("row_hash", method!(NativeBatch::row_hash, 2))?;
    class.define_method("row_hashes", method!(NativeBatch::row_hashes, 1))
}
