//! The program over a batch, one step after the other over all its rows.

use super::{misfit, Expression, Form, Misfit, Program, Source, Step};
use crate::expr::{truth, write_text, Bound, Fault, Literal, Reading, Room, Tree};
use crate::rows::{cast, Batch, Cell, LooseColumn, Refusal, SqlType, State, Target};

/// What a run of the program keeps from step to step.
struct Work {
    /// Where columns come from, renamed as far as the steps have come.
    source: Source,
    /// Columns that a step of this run has made: they are what they are, whatever a source's column was called.
    made: Vec<usize>,
    column: LooseColumn,
    room: Room,
    misfits: Vec<Misfit>,
}

impl Program {
    /// Runs the steps. Rows that a step could not take are rejected in the batch, and told.
    ///
    /// # Errors
    /// For a column that the rows do not have at that point; steps before have been done then.
    pub fn apply(&self, batch: &mut Batch) -> Result<Vec<Misfit>, Refusal> {
        let mut work = Work {
            source: self.source.clone(),
            made: Vec::new(),
            column: LooseColumn::new(),
            room: Room::new(),
            misfits: Vec::new(),
        };
        for step in &self.steps {
            work.step(batch, step)?;
        }
        Ok(work.misfits)
    }
}

type Put<'w> = &'w mut dyn FnMut(Cell<'_>);

impl Work {
    fn step(&mut self, batch: &mut Batch, step: &Step) -> Result<(), Refusal> {
        let at = step.at.as_str();
        match &step.form {
            Form::Rename(names) => names.iter().try_for_each(|(from, to)| {
                batch.rename(from, to)?;
                self.source.follow(from, to);
                Ok(())
            }),
            Form::Keep(names) => batch.keep(names),
            Form::Drop(names) => batch.drop_outputs(names),
            Form::Cast(types) => types
                .iter()
                .try_for_each(|(name, kind)| self.cast(batch, name, kind, at)),
            Form::Default(values) => values
                .iter()
                .try_for_each(|(name, value)| self.default(batch, name, value, at)),
            Form::Set(values) => values.iter().try_for_each(|(name, value)| {
                self.column.clear();
                for _ in 0..batch.len() {
                    self.column.push(value.cell());
                }
                self.append(batch, name)
            }),
            Form::Filter(tree) => self.filter(batch, tree, at),
            Form::Derive(name, tree) => {
                let bound = self.bind(batch, tree)?;
                self.make(batch, name, at, |batch, row, room, put| {
                    let value = bound.value(batch, row, room)?;
                    put(room.cell(value));
                    Ok(())
                })
            }
            Form::Mask(names, mask) => names.iter().try_for_each(|name| {
                let bound = self.bound(batch, name)?;
                let (mut text, mut masked) = (String::new(), String::new());
                self.make(batch, name, at, |batch, row, room, put| {
                    let value = bound.read(batch, row, room)?;
                    masked.clear();
                    match room.cell(value) {
                        Cell::Null => {
                            put(Cell::Null);
                            return Ok(());
                        }
                        Cell::Text(text) => mask.write(&mut masked, text.as_bytes()),
                        Cell::Bytes(bytes) | Cell::Broken(bytes) => mask.write(&mut masked, bytes),
                        other => {
                            text.clear();
                            write_text(&mut text, other)?;
                            mask.write(&mut masked, text.as_bytes());
                        }
                    }
                    put(Cell::Text(&masked));
                    Ok(())
                })
            }),
            // Asked of the other table by whoever runs the program.
            Form::Lookup(_) => Ok(()),
        }
    }

    fn cast(
        &mut self,
        batch: &mut Batch,
        name: &str,
        kind: &SqlType,
        at: &str,
    ) -> Result<(), Refusal> {
        let bound = self.bound(batch, name)?;
        let target = Target {
            name: name.to_owned(),
            kind: kind.clone(),
            dialect: self.source.dialect,
        };
        let mut text = String::new();
        self.make(batch, name, at, |batch, row, room, put| {
            let value = bound.read(batch, row, room)?;
            match cast(room.cell(value), &target, &mut text) {
                Ok(found) => {
                    put(found);
                    Ok(())
                }
                Err(misfit) => Err(Box::new(Fault {
                    column: Some(misfit.column.clone()),
                    reason: misfit.to_string(),
                })),
            }
        })
    }

    fn default(
        &mut self,
        batch: &mut Batch,
        name: &str,
        value: &Literal,
        at: &str,
    ) -> Result<(), Refusal> {
        let column = batch.known_output(name)?;
        let has_none = batch
            .column(column)
            .is_some_and(|(values, _)| values.null_count() == 0);
        if has_none {
            return Ok(());
        }
        let is_made = self.made.contains(&column) || batch.is_assigned(column);
        let bound = self.bound(batch, name)?;
        self.make(batch, name, at, |batch, row, room, put| {
            match batch.cell(row, column) {
                Cell::Null => put(value.cell()),
                cell if is_made => put(cell),
                // From here on nobody knows what the column was in the source, so it is made what it is.
                _ => {
                    let value = bound.read(batch, row, room)?;
                    put(room.cell(value));
                }
            }
            Ok(())
        })
    }

    fn filter(&mut self, batch: &mut Batch, tree: &Expression, at: &str) -> Result<(), Refusal> {
        let bound = self.bind(batch, tree)?;
        for row in 0..batch.len() {
            if batch.state(row) != Some(State::Live) {
                continue;
            }
            self.room.clear();
            let held = bound
                .value(batch, row, &mut self.room)
                .and_then(|value| truth(self.room.cell(value), "filter"));
            match held {
                Ok(Some(true)) => {}
                Ok(_) => {
                    batch.filter(row);
                }
                Err(fault) => {
                    batch.reject(row);
                    self.misfits.push(misfit(row, *fault, None, at));
                }
            }
        }
        Ok(())
    }

    /// Makes a column, live row by live row.
    fn make(
        &mut self,
        batch: &mut Batch,
        name: &str,
        at: &str,
        mut each: impl FnMut(&Batch, usize, &mut Room, Put<'_>) -> Result<(), Box<Fault>>,
    ) -> Result<(), Refusal> {
        self.column.clear();
        let before = self.misfits.len();
        for row in 0..batch.len() {
            if batch.state(row) != Some(State::Live) {
                self.column.push(Cell::Null);
                continue;
            }
            self.room.clear();
            let column = &mut self.column;
            if let Err(fault) = each(batch, row, &mut self.room, &mut |cell| column.push(cell)) {
                self.column.push(Cell::Null);
                self.misfits.push(misfit(row, *fault, Some(name), at));
            }
        }
        for found in self.misfits.iter().skip(before) {
            batch.reject(found.row);
        }
        self.append(batch, name)
    }

    fn append(&mut self, batch: &mut Batch, name: &str) -> Result<(), Refusal> {
        let column = batch.append(name, &self.column)?;
        self.made.push(column);
        Ok(())
    }

    fn bound(&self, batch: &Batch, name: &str) -> Result<Bound, Refusal> {
        let column = batch.known_output(name)?;
        let reading = if self.made.contains(&column) {
            Reading::AsIs
        } else {
            self.source.reading(batch, column, name)
        };
        Ok(Bound { column, reading })
    }

    fn bind(&self, batch: &Batch, tree: &Expression) -> Result<Tree<Bound>, Refusal> {
        tree.over(&mut |name| self.bound(batch, name))
    }
}
