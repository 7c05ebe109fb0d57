//! Rows as a database takes them.

pub mod copy_binary;
pub mod copy_text;
pub mod lines;
pub mod sql;

use std::ops::Range;

use super::batch::Batch;
use super::cast::{cast, whole, Target};
use super::cell::Cell;
use super::loose::LooseColumn;
use super::misfit::Misfit;
use super::refusal::Refusal;
use super::sql_type::SqlType;

/// The columns of a batch that go to a sink's columns, by name.
#[derive(Debug)]
pub struct Sending<'a> {
    /// Number, target, and whether all its values fit as they are.
    columns: Vec<(usize, &'a Target, bool)>,
}

impl<'a> Sending<'a> {
    /// Finds them.
    ///
    /// # Errors
    /// [`Refusal::UnknownColumn`] for one that is no output of the batch.
    pub fn new(batch: &Batch, targets: &'a [Target]) -> Result<Self, Refusal> {
        let found = targets.iter().map(|target| {
            let number = batch.known_output(&target.name)?;
            let column = batch.column(number);
            let fits = column.is_some_and(|(column, arena)| whole::fits(column, arena, target));
            Ok((number, target, fits))
        });
        Ok(Self {
            columns: found.collect::<Result<_, Refusal>>()?,
        })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Hands each cell of a row to `put`, as its column takes it.
    #[inline]
    fn cells(
        &self,
        batch: &Batch,
        row: usize,
        room: &mut String,
        mut put: impl FnMut(usize, &SqlType, Cell<'_>),
    ) -> Result<(), Refusal> {
        for (place, (column, target, fits)) in self.columns.iter().enumerate() {
            if *fits {
                put(place, &target.kind, batch.cell(row, *column));
                continue;
            }
            match cast(batch.cell(row, *column), target, room) {
                Ok(cell) => put(place, &target.kind, cell),
                Err(misfit) => return Err(Refusal::Misfit { row, misfit }),
            }
        }
        Ok(())
    }

    /// Makes all live rows of the range fit: in a column where a value has to become another one, an appended column
    /// takes the place of the output. Says which rows do not fit, each once, with the first of its values that does not.
    ///
    /// # Errors
    /// None that a batch and its own columns could cause.
    pub fn fit(batch: &mut Batch, targets: &[Target]) -> Result<Vec<(usize, Misfit)>, Refusal> {
        let sending = Sending::new(batch, targets)?;
        let mut misfits: Vec<Option<Misfit>> = vec![None; batch.len()];
        let mut made = Vec::new();
        for (column, target, fits) in &sending.columns {
            if *fits {
                continue;
            }
            if let Some(values) = fitted(batch, *column, target, &mut misfits) {
                made.push((target.name.as_str(), values));
            }
        }
        for (name, values) in made {
            batch.append(name, &values)?;
        }
        let rows = misfits.into_iter().enumerate();
        Ok(rows
            .filter_map(|(row, misfit)| Some((row, misfit?)))
            .collect())
    }
}

/// The column as its target takes it; `None` when it is so already.
fn fitted(
    batch: &Batch,
    column: usize,
    target: &Target,
    misfits: &mut [Option<Misfit>],
) -> Option<LooseColumn> {
    let mut room = String::new();
    let mut made: Option<LooseColumn> = None;
    for row in 0..batch.len() {
        let given = batch.cell(row, column);
        let is_live = batch.state(row) == Some(super::State::Live);
        let fit = match cast(given, target, &mut room) {
            _ if !is_live => Cell::Null,
            Ok(cell) => cell,
            Err(misfit) => {
                if let Some(place @ None) = misfits.get_mut(row) {
                    *place = Some(*misfit);
                }
                given
            }
        };
        if made.is_none() && is_live && !same(&fit, &given) {
            let mut values = LooseColumn::new();
            (0..row).for_each(|before| values.push(batch.cell(before, column)));
            made = Some(values);
        }
        if let Some(values) = &mut made {
            values.push(fit);
        }
    }
    made
}

/// Equal as bits: a NaN is itself.
fn same(a: &Cell<'_>, b: &Cell<'_>) -> bool {
    match (a, b) {
        (Cell::Float(a), Cell::Float(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

/// The live rows of a range.
fn live(batch: &Batch, rows: Range<usize>) -> impl Iterator<Item = usize> + '_ {
    batch.live(rows)
}
