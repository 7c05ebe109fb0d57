//! Many rows on their way from a source to a sink.

mod beside;
mod fill;
mod states;

use std::sync::Arc;

use crate::rows::arena::{Arena, Mark};
use crate::rows::cell::Cell;
use crate::rows::column::Column;
use crate::rows::loose::LooseColumn;
use crate::rows::refusal::Refusal;
use crate::rows::state::{Counts, State};

type Result<T> = std::result::Result<T, Refusal>;

/// A column that the rows have at this point: its name now, and where its values are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The name that it has now.
    pub name: Arc<str>,
    /// Which column of the batch it is.
    pub column: usize,
}

/// Rows as columns. The first of them are the SOURCE columns, the rows as they were read; they never change, so that a
/// reject can show them. Whatever a step or a block makes is appended, and only the list of outputs says which columns
/// a row has by now and how they are called: to rename, keep or drop touches no row.
///
/// A batch is used again for the next page ([`Batch::clear`]), with the room that it has.
#[derive(Debug, Default)]
pub struct Batch {
    names: Vec<Arc<str>>,
    columns: Vec<Column>,
    /// Columns of earlier pages, for their room.
    spare: Vec<Column>,
    outputs: Vec<Output>,
    states: Vec<State>,
    counts: Counts,
    position: Vec<usize>,
    /// Moves on whenever the outputs do.
    shape: u64,
    arena: Arena,
    /// Where the arena was, and how many source columns there were, when the row that is being put in was begun.
    open: Option<(Mark, usize)>,
}

impl Batch {
    /// An empty batch of rows with these columns.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut batch = Self::default();
        for name in names {
            batch.add_source(name.as_ref());
        }
        batch
    }

    fn add_source(&mut self, name: &str) {
        let name: Arc<str> = Arc::from(name);
        let column = self.columns.len();
        self.columns.push(Column::of_nulls(self.len()));
        self.outputs.push(Output {
            name: Arc::clone(&name),
            column,
        });
        self.names.push(name);
        self.shape += 1;
    }

    /// How many rows there are, whatever became of them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Forgets the rows, what was appended, and what became of the outputs: as new, but with the room it has.
    pub fn clear(&mut self) {
        self.spare.extend(self.columns.drain(self.names.len()..));
        self.spare.iter_mut().for_each(Column::clear);
        self.columns.iter_mut().for_each(Column::clear);
        self.outputs.clear();
        self.shape += 1;
        let sources = self.names.iter().enumerate();
        self.outputs.extend(sources.map(|(column, name)| Output {
            name: Arc::clone(name),
            column,
        }));
        self.states.clear();
        self.counts = Counts::default();
        self.arena.clear();
        self.open = None;
    }

    /// How much memory it holds.
    #[must_use]
    pub fn held(&self) -> usize {
        let columns = self.columns.iter().chain(&self.spare);
        columns.map(Column::held).sum::<usize>()
            + self.arena.held()
            + self.states.capacity() * size_of::<State>()
    }

    /// The names of the source's columns, in the order in which they were given.
    #[must_use]
    pub fn source_names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// The number of the source's column of that name.
    #[inline]
    #[must_use]
    pub fn source_column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| **known == *name)
    }

    /// The value of a row in a column, by number. Null where there is none.
    #[inline]
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        match self.columns.get(column) {
            Some(values) => values.get(row, &self.arena),
            None => Cell::Null,
        }
    }

    /// One of its columns, by number, with the arena that its texts lie in.
    #[must_use]
    pub fn column(&self, column: usize) -> Option<(&Column, &Arena)> {
        Some((self.columns.get(column)?, &self.arena))
    }

    /// How many columns there are: the source's, and what was appended.
    #[must_use]
    pub fn column_count(&self) -> usize {
        self.columns.len()
    }

    /// The columns that the rows have at this point, in order.
    #[must_use]
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// A number that changes whenever the outputs do: who keeps something that was made of them sees by it when to make
    /// it anew.
    #[must_use]
    pub fn shape(&self) -> u64 {
        self.shape
    }

    /// The number of the column that the rows have under that name at this point.
    #[inline]
    #[must_use]
    pub fn output(&self, name: &str) -> Option<usize> {
        let found = self.outputs.iter().find(|output| *output.name == *name)?;
        Some(found.column)
    }

    /// The same for a column that has to be there.
    ///
    /// # Errors
    /// [`Refusal::UnknownColumn`] with those that there are.
    pub fn known_output(&self, name: &str) -> Result<usize> {
        self.output(name).ok_or_else(|| Refusal::UnknownColumn {
            name: name.to_owned(),
            known: self
                .outputs
                .iter()
                .map(|one| one.name.to_string())
                .collect(),
        })
    }

    /// Whether a step or a block has made this column: it is not as it was read.
    #[must_use]
    pub fn is_assigned(&self, column: usize) -> bool {
        column >= self.names.len()
    }

    /// Gives an output another name; it keeps its place.
    ///
    /// # Errors
    /// [`Refusal::UnknownColumn`]; [`Refusal::ColumnTaken`].
    pub fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        self.known_output(from)?;
        if from != to && self.output(to).is_some() {
            return Err(Refusal::ColumnTaken(to.to_owned()));
        }
        if let Some(output) = self.outputs.iter_mut().find(|one| *one.name == *from) {
            output.name = Arc::from(to);
            self.shape += 1;
        }
        Ok(())
    }

    /// Keeps these outputs, in this order, and leaves the others out.
    ///
    /// # Errors
    /// [`Refusal::UnknownColumn`].
    pub fn keep(&mut self, names: &[impl AsRef<str>]) -> Result<()> {
        let mut kept: Vec<Output> = Vec::with_capacity(names.len());
        for name in names {
            let column = self.known_output(name.as_ref())?;
            if !kept.iter().any(|one| *one.name == *name.as_ref()) {
                kept.push(Output {
                    name: Arc::from(name.as_ref()),
                    column,
                });
            }
        }
        self.outputs = kept;
        self.shape += 1;
        Ok(())
    }

    /// Leaves these outputs out.
    ///
    /// # Errors
    /// [`Refusal::UnknownColumn`].
    pub fn drop_outputs(&mut self, names: &[impl AsRef<str>]) -> Result<()> {
        for name in names {
            self.known_output(name.as_ref())?;
        }
        self.shape += 1;
        self.outputs
            .retain(|output| !names.iter().any(|name| *name.as_ref() == *output.name));
        Ok(())
    }

    /// Takes a column over that was made from this batch, as the output of that name: in the place of the one that had
    /// the name, else as the last. Says its number.
    ///
    /// # Errors
    /// [`Refusal::Length`] unless it has a value for each row, live or not.
    pub fn append(&mut self, name: &str, made: &LooseColumn) -> Result<usize> {
        if made.len() != self.len() {
            return Err(Refusal::Length {
                what: "column",
                came: made.len(),
                takes: self.len(),
            });
        }
        let mut column = self.spare.pop().unwrap_or_default();
        column.copy_from(&made.column);
        column.move_behind(self.arena.add_all(&made.arena));
        Ok(self.put_last(name, column))
    }

    /// The number of a column that may be written to with [`Batch::put`], under that output's name: a copy of the
    /// output's values, made when it is first asked for, or nulls where there is no such output.
    pub fn overlay(&mut self, name: &str) -> usize {
        let now = self.output(name);
        let is_shared = |column: usize| {
            self.outputs
                .iter()
                .filter(|one| one.column == column)
                .count()
                > 1
        };
        if let Some(column) = now.filter(|column| self.is_assigned(*column) && !is_shared(*column))
        {
            return column;
        }
        let mut column = self.spare.pop().unwrap_or_default();
        match now.and_then(|column| self.columns.get(column)) {
            Some(values) => column.copy_from(values),
            None => column.pad(self.states.len()),
        }
        self.put_last(name, column)
    }

    fn put_last(&mut self, name: &str, values: Column) -> usize {
        let column = self.columns.len();
        self.columns.push(values);
        self.shape += 1;
        match self.outputs.iter_mut().find(|one| *one.name == *name) {
            Some(output) => output.column = column,
            None => self.outputs.push(Output {
                name: Arc::from(name),
                column,
            }),
        }
        column
    }

    /// Changes the value of a row in an appended column.
    ///
    /// # Errors
    /// [`Refusal::ReadOnly`] for a column as it was read; [`Refusal::OutOfRange`].
    #[inline]
    pub fn put(&mut self, row: usize, column: usize, cell: Cell<'_>) -> Result<()> {
        self.check_row(row)?;
        if let Some(name) = self.names.get(column) {
            return Err(Refusal::ReadOnly(name.to_string()));
        }
        let count = self.columns.len();
        match self.columns.get_mut(column) {
            Some(values) => values.set(row, cell, &mut self.arena),
            None => return Err(out_of_range("column", column, count)),
        }
        Ok(())
    }

    /// Refuses a row that is not there.
    ///
    /// # Errors
    /// [`Refusal::OutOfRange`].
    #[inline]
    pub fn check_row(&self, row: usize) -> Result<()> {
        if row < self.len() {
            return Ok(());
        }
        Err(out_of_range("row", row, self.len()))
    }

    /// Refuses a column number that is not there.
    ///
    /// # Errors
    /// [`Refusal::OutOfRange`].
    #[inline]
    pub fn check_column(&self, column: usize) -> Result<()> {
        if column < self.columns.len() {
            return Ok(());
        }
        Err(out_of_range("column", column, self.columns.len()))
    }
}

#[cold]
fn out_of_range(what: &'static str, number: usize, count: usize) -> Refusal {
    Refusal::OutOfRange {
        what,
        number,
        count,
    }
}
