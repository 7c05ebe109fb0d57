//! Rows on their way in.

use active_data_flow_core::rows::Refusal;
use magnus::r_hash::ForEach;
use magnus::{RArray, RHash, Ruby, Value};

use super::{NativeBatch, This};
use crate::cells::{given, text_of, with_text};
use crate::errors::{type_error, Raised};

impl NativeBatch {
    pub(super) fn push_row(ruby: &Ruby, this: This, row: Value) -> Result<usize, Raised> {
        let Some(row) = RArray::from_value(row) else {
            return Err(type_error(ruby, "a row is an Array here".to_owned()));
        };
        let takes = this.rows()?.source_names().len();
        if row.len() != takes {
            let came = row.len();
            return Err(Refusal::Length {
                what: "row",
                came,
                takes,
            }
            .into());
        }
        this.fill(|| {
            for column in 0..takes {
                let value = row.entry::<Value>(column as isize)?;
                given(ruby, value, |cell| {
                    Ok(this.change()?.put_in(column, cell)?)
                })?;
            }
            Ok(())
        })
    }

    pub(super) fn push_hash(ruby: &Ruby, this: This, row: Value) -> Result<usize, Raised> {
        let Some(row) = RHash::from_value(row) else {
            return Err(type_error(ruby, "a row is a Hash here".to_owned()));
        };
        this.fill(|| {
            let mut refused = None;
            let mut next = 0;
            row.foreach(|key: Value, value: Value| {
                // An error must not jump out of Ruby's loop: it is kept, and the loop is ended.
                match this.put_pair(ruby, next, key, value) {
                    Ok(()) => {
                        next += 1;
                        Ok(ForEach::Continue)
                    }
                    Err(error) => {
                        refused = Some(error);
                        Ok(ForEach::Stop)
                    }
                }
            })?;
            refused.map_or(Ok(()), Err)
        })
    }

    /// A row between its begin and its end; nothing of it stays when it cannot be finished.
    #[inline]
    fn fill(&self, cells: impl FnOnce() -> Result<(), Raised>) -> Result<usize, Raised> {
        self.change()?.begin_row()?;
        let filled = cells();
        let mut rows = self.change()?;
        if filled.is_ok() {
            rows.end_row();
        } else {
            rows.give_up_row();
        }
        filled.map(|()| rows.len() - 1)
    }

    /// A pair of a Hash. Mostly the pairs come in the order of the columns, so the next one is tried first.
    #[inline]
    fn put_pair(&self, ruby: &Ruby, next: usize, key: Value, value: Value) -> Result<(), Raised> {
        let name = text_of(ruby, key)?;
        let column = with_text(name, |name| {
            let rows = self.rows()?;
            let is_next = rows
                .source_names()
                .get(next)
                .is_some_and(|known| **known == *name);
            Ok(if is_next {
                Some(next)
            } else {
                rows.source_column(name)
            })
        })?;
        match column {
            Some(column) => given(ruby, value, |cell| {
                Ok(self.change()?.put_in(column, cell)?)
            }),
            None => given(ruby, value, |cell| {
                with_text(name, |name| {
                    self.change()?.put_in_named(name, cell);
                    Ok(())
                })
            }),
        }
    }
}
