//! Rows on their way to a file.

use active_data_flow_core::rows::encode::lines::{lines, Lines};
use magnus::value::ReprValue;
use magnus::{method, Error, Module, RArray, RClass, Ruby, Value};

use super::{column_names, NativeBatch, This};
use crate::arguments::ascii;
use crate::errors::Raised;
use crate::gvl::released;
use crate::names::interned;

impl NativeBatch {
    /// The live rows as CSV, and what cannot be written: [text, [[row, column, reason], ...]].
    fn csv_lines(
        ruby: &Ruby,
        this: This,
        names: Value,
        separator: Value,
        quote: Value,
    ) -> Result<RArray, Raised> {
        let separator = ascii(ruby, "col_sep", separator)?;
        let quote = ascii(ruby, "quote_char", quote)?;
        this.lines(ruby, names, Lines::Csv { separator, quote })
    }

    /// The same as JSON objects.
    fn json_lines(ruby: &Ruby, this: This, names: Value) -> Result<RArray, Raised> {
        this.lines(ruby, names, Lines::Json)
    }

    fn lines(&self, ruby: &Ruby, names: Value, form: Lines) -> Result<RArray, Raised> {
        let names = column_names(names)?;
        let mut out = Vec::new();
        let unwritable = {
            let rows = &*self.rows()?;
            released(rows.len(), || lines(rows, &names, form, &mut out))?
        };
        let bad = ruby.ary_new_capa(unwritable.len());
        for (row, column, why) in unwritable {
            bad.push(ruby.ary_new_from_values(&[
                ruby.integer_from_u64(row as u64).as_value(),
                interned(&column),
                ruby.str_new(&format!("{column} {why}")).as_value(),
            ]))?;
        }
        let text = ruby.enc_str_new(&out, ruby.utf8_encoding());
        Ok(ruby.ary_new_from_values(&[text.as_value(), bad.as_value()]))
    }
}

pub fn init(class: RClass) -> Result<(), Error> {
    class.define_method("csv_lines", method!(NativeBatch::csv_lines, 3))?;
    class.define_method("json_lines", method!(NativeBatch::json_lines, 1))
}
