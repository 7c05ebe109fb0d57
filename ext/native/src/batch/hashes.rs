//! Rows as Hashes.

use active_data_flow_core::rows::State;

use magnus::value::{LazyId, ReprValue};
use magnus::{
    method, Error, Module, Object, RArray, RClass, RHash, RTypedData, Ruby, TryConvert, Value,
};

use super::{NativeBatch, This, ROWS_AT_ONCE};
use crate::cells::{half, number_of};
use crate::errors::Raised;
use crate::names::interned;
use crate::results::check_interrupts;

/// How many pairs are handed to Ruby at once.
const CHUNK: usize = 8;

/// Where the object keeps the names of its outputs; not a name that Ruby code could write.
static NAMES: LazyId = LazyId::new("__names");

impl NativeBatch {
    /// The names of the outputs, as an Array that the object keeps, made anew when they have changed.
    pub(super) fn names(ruby: &Ruby, object: Value, this: &This) -> Result<RArray, Raised> {
        let shape = this.rows()?.shape();
        let holder = RTypedData::from_value(object);
        if let Some(holder) = holder.filter(|_| this.named.get() == shape) {
            if let Some(names) = RArray::from_value(holder.ivar_get(*NAMES)?) {
                return Ok(names);
            }
        }
        let known: Vec<_> = {
            let rows = this.rows()?;
            rows.outputs().iter().map(|one| one.name.clone()).collect()
        };
        let names = ruby.ary_new_capa(known.len());
        for name in known {
            names.push(interned(&name))?;
        }
        names.freeze();
        if let Some(holder) = holder.filter(|_| !object.is_frozen()) {
            holder.ivar_set(*NAMES, names)?;
            this.named.set(shape);
        }
        Ok(names)
    }

    fn to_hash(ruby: &Ruby, object: Value, row: Value) -> Result<RHash, Raised> {
        let (this, row) = (This::try_convert(object)?, number_of(row)?);
        this.rows()?.check_row(row)?;
        let names = Self::names(ruby, object, &this)?;
        this.hash(ruby, names, row)
    }

    fn hash(&self, ruby: &Ruby, names: RArray, row: usize) -> Result<RHash, Raised> {
        let count = names.len();
        let hash = ruby.hash_new_capa(count);
        let mut place = 0;
        while place < count {
            // On the stack, where the collector sees them.
            let mut pairs = [ruby.qnil().as_value(); 2 * CHUNK];
            let now = (count - place).min(CHUNK);
            for pair in pairs.chunks_exact_mut(2).take(now) {
                if let [key, value] = pair {
                    *key = names.entry(place as isize)?;
                    *value = self.output_half(ruby, row, place)?.whole(ruby)?;
                }
                place += 1;
            }
            hash.bulk_insert(pairs.get(..2 * now).unwrap_or_default())?;
        }
        Ok(hash)
    }

    /// The first half of the value that stands at a place among the outputs.
    #[inline]
    fn output_half(
        &self,
        ruby: &Ruby,
        row: usize,
        place: usize,
    ) -> Result<crate::cells::Half, Raised> {
        let rows = self.rows()?;
        let column = rows
            .outputs()
            .get(place)
            .map_or(usize::MAX, |one| one.column);
        Ok(half(ruby, rows.cell(row, column)))
    }

    /// The row as it was read.
    fn source_hash(ruby: &Ruby, this: This, row: Value) -> Result<RHash, Raised> {
        let row = number_of(row)?;
        let names = {
            let rows = this.rows()?;
            rows.check_row(row)?;
            rows.source_names().to_vec()
        };
        let hash = ruby.hash_new_capa(names.len());
        for (column, name) in names.iter().enumerate() {
            let value = this.half(ruby, row, column)?.whole(ruby)?;
            hash.aset(interned(name), value)?;
        }
        Ok(hash)
    }

    /// The live rows from the first to the last (both included), as Hashes.
    fn hashes(ruby: &Ruby, object: Value, first: Value, last: Value) -> Result<RArray, Raised> {
        let this = This::try_convert(object)?;
        let (first, last) = (number_of(first)?, number_of(last)?);
        let names = Self::names(ruby, object, &this)?;
        let end = this.rows()?.len().min(last.saturating_add(1));
        let out = ruby.ary_new_capa(end.saturating_sub(first));
        for row in first..end {
            if this.rows()?.state(row) == Some(State::Live) {
                out.push(this.hash(ruby, names, row)?)?;
            }
            if row % ROWS_AT_ONCE == ROWS_AT_ONCE - 1 {
                check_interrupts(ruby)?;
            }
        }
        Ok(out)
    }
}

pub fn init(class: RClass) -> Result<(), Error> {
    class.define_method("to_hash", method!(NativeBatch::to_hash, 1))?;
    class.define_method("source_hash", method!(NativeBatch::source_hash, 1))?;
    class.define_method("hashes", method!(NativeBatch::hashes, 2))
}
