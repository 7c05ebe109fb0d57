//! Columns out of another table, joined to the rows of a batch by a key.

use std::collections::hash_map::Entry;
use std::collections::HashMap;

use super::likeness::{apart, kind_of, plain, reads_text};
use super::{misfit, Misfit, Source};
use crate::expr::{Bound, Fault, Kind, Reading, Room};
use crate::rows::{Batch, Cell, LooseColumn, Refusal, RowHash, State};

/// What becomes of a row whose key the other table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The columns are NULL.
    Null,
    /// It is put aside.
    Reject,
    /// It is taken out.
    Filter,
}

/// A lookup. The rows of the other table that are needed are brought by whoever runs it.
#[derive(Debug, Clone)]
pub struct Join {
    /// Our columns and theirs.
    pub on: Vec<(String, String)>,
    /// Their columns and what they are called with us.
    pub take: Vec<(String, String)>,
    /// What becomes of a row without one there.
    pub missing: Missing,
    /// The name of the other table, for the reason of a reject.
    pub table: String,
    /// Where the author wrote it.
    pub at: String,
    /// What our columns are.
    pub ours: Source,
    /// What theirs are.
    pub theirs: Source,
}

impl Join {
    fn bound(batch: &Batch, source: &Source, name: &str) -> Result<Bound, Refusal> {
        let column = batch.known_output(name)?;
        Ok(Bound {
            column,
            reading: source.reading(batch, column, name),
        })
    }

    fn columns<'n>(
        batch: &Batch,
        source: &Source,
        names: impl Iterator<Item = &'n String>,
    ) -> Result<Vec<Bound>, Refusal> {
        names.map(|name| Self::bound(batch, source, name)).collect()
    }

    /// The key of a row; `None` where a part of it is NULL, which equals nothing.
    fn key(
        batch: &Batch,
        row: usize,
        columns: &[Bound],
        room: &mut Room,
        hash: &mut RowHash,
    ) -> Result<Option<u128>, Box<Fault>> {
        room.clear();
        let mut values = Vec::with_capacity(columns.len());
        for column in columns {
            values.push(column.read(batch, row, room)?);
        }
        let cells = || values.iter().map(|value| room.cell(*value));
        let has_null = cells().any(|cell| cell.is_null());
        Ok((!has_null).then(|| hash.of(cells().map(plain))))
    }

    /// Our columns of the key. A text is read as what stands there, where only a text can say it.
    fn our_key(&self, batch: &Batch) -> Result<Vec<Bound>, Refusal> {
        let mut columns = Self::columns(batch, &self.ours, self.on.iter().map(|(ours, _)| ours))?;
        for ((ours, theirs), bound) in self.on.iter().zip(&mut columns) {
            // A step has turned it into something else than it was in the source.
            if let Reading::Loose(target) = &bound.reading {
                if apart(Kind::of_type(&target.kind), self.their_kind(theirs)) {
                    bound.reading = Reading::AsIs;
                }
            }
            let is_open = matches!(bound.reading.kind(), Kind::Any | Kind::Text);
            if let Some(kind) = self.theirs.kind(theirs).filter(|_| is_open) {
                if reads_text(Kind::of_type(kind)) {
                    bound.reading = Reading::of(ours, kind, self.theirs.dialect, false);
                }
            }
        }
        Ok(columns)
    }

    /// The sentence for columns that can never be equal, told by their types; `known` are ours that come as the source
    /// has them.
    #[must_use]
    pub fn refusal(&self, known: &[String]) -> Option<String> {
        self.on.iter().find_map(|(ours, theirs)| {
            let kind = known.contains(ours).then(|| self.ours.kind(ours))??;
            let (kind, other) = (Kind::of_type(kind), self.their_kind(theirs));
            let is_read = kind == Kind::Text && reads_text(other);
            (apart(kind, other) && !is_read).then(|| {
                let (one, two) = (kind.name(), other.name());
                format!("{ours} is {one}, and {}.{theirs} {two}: these are never equal. Write: cast {ours}: :{two} above it", self.table)
            })
        })
    }

    fn their_kind(&self, name: &str) -> Kind {
        self.theirs.kind(name).map_or(Kind::Any, Kind::of_type)
    }

    /// A value that can never be equal to what stands there is no key that is missing there.
    fn check(&self, batch: &Batch, row: usize, columns: &[Bound]) -> Result<(), Box<Fault>> {
        let mut room = Room::new();
        for ((ours, theirs), column) in self.on.iter().zip(columns) {
            let value = column.read(batch, row, &mut room)?;
            let (cell, kind) = (room.cell(value), self.their_kind(theirs));
            if apart(kind_of(cell), kind) {
                let (shown, name) = (
                    crate::rows::Misfit::new("", &cell, "".into()).value,
                    kind.name(),
                );
                let reason = format!(
                    "{ours} is {shown}, and {}.{theirs} is {name}: these are never equal. Write: cast {ours}: :{name} above it ({})",
                    self.table, self.at
                );
                return Err(Box::new(Fault {
                    column: Some(ours.clone()),
                    reason,
                }));
            }
        }
        Ok(())
    }

    /// The first live row of each key in the batch: what to ask the other table for.
    ///
    /// # Errors
    /// For a column that the rows do not have.
    pub fn asking(&self, batch: &Batch) -> Result<Vec<usize>, Refusal> {
        let columns = self.our_key(batch)?;
        let (mut room, mut hash) = (Room::new(), RowHash::new());
        let mut seen = HashMap::new();
        let mut rows = Vec::new();
        for row in batch.live(0..batch.len()) {
            // A row that cannot be read is told when the rows are joined.
            if let Ok(Some(key)) = Self::key(batch, row, &columns, &mut room, &mut hash) {
                if let Entry::Vacant(place) = seen.entry(key) {
                    place.insert(());
                    rows.push(row);
                }
            }
        }
        Ok(rows)
    }

    /// Joins the rows that were found there.
    ///
    /// # Errors
    /// For a column that either side does not have.
    pub fn join(&self, batch: &mut Batch, found: &Batch) -> Result<Vec<Misfit>, Refusal> {
        let places = self.places(found)?;
        let columns = self.our_key(batch)?;
        let mut matched = vec![None; batch.len()];
        let mut misfits = Vec::new();
        let (mut room, mut hash) = (Room::new(), RowHash::new());
        for row in 0..batch.len() {
            if batch.state(row) != Some(State::Live) {
                continue;
            }
            let found = Self::key(batch, row, &columns, &mut room, &mut hash);
            let place = match found.and_then(|key| match key.map(|key| places.get(&key)) {
                Some(None) => self.check(batch, row, &columns).map(|()| None),
                place => Ok(place.flatten()),
            }) {
                Ok(place) => place,
                Err(fault) => {
                    batch.reject(row);
                    misfits.push(misfit(row, *fault, None, &self.at));
                    continue;
                }
            };
            match (place, self.missing) {
                (Some(place), _) => {
                    if let Some(slot) = matched.get_mut(row) {
                        *slot = Some(*place);
                    }
                }
                (None, Missing::Null) => {}
                (None, Missing::Filter) => {
                    batch.filter(row);
                }
                (None, Missing::Reject) => {
                    let reason = self.reason(batch, row, &columns);
                    batch.reject(row);
                    misfits.push(reason);
                }
            }
        }
        self.take_over(batch, found, &matched)?;
        Ok(misfits)
    }

    /// Where each key stands among the rows that were found.
    fn places(&self, found: &Batch) -> Result<HashMap<u128, usize>, Refusal> {
        let columns = Self::columns(
            found,
            &self.theirs,
            self.on.iter().map(|(_, theirs)| theirs),
        )?;
        let (mut room, mut hash) = (Room::new(), RowHash::new());
        let mut places = HashMap::with_capacity(found.len());
        for row in 0..found.len() {
            if let Ok(Some(key)) = Self::key(found, row, &columns, &mut room, &mut hash) {
                places.entry(key).or_insert(row);
            }
        }
        Ok(places)
    }

    fn take_over(
        &self,
        batch: &mut Batch,
        found: &Batch,
        matched: &[Option<usize>],
    ) -> Result<(), Refusal> {
        let mut room = Room::new();
        for (theirs, ours) in &self.take {
            let column = Self::bound(found, &self.theirs, theirs)?;
            let mut made = LooseColumn::new();
            for place in matched {
                room.clear();
                let value = place.map(|place| {
                    // What is not what its column says goes on as it is: the sink looks at it.
                    column.read(found, place, &mut room).unwrap_or_else(|_| {
                        crate::expr::Val::Cell(found.cell(place, column.column))
                    })
                });
                made.push(value.map_or(Cell::Null, |value| room.cell(value)));
            }
            batch.append(ours, &made)?;
        }
        Ok(())
    }

    fn reason(&self, batch: &Batch, row: usize, columns: &[Bound]) -> Misfit {
        let parts: Vec<String> = self
            .on
            .iter()
            .zip(columns)
            .map(|((_, theirs), column)| {
                let plain = Bound {
                    column: column.column,
                    reading: Reading::AsIs,
                };
                let cell = batch.cell(row, plain.column);
                format!(
                    "{theirs} {}",
                    crate::rows::Misfit::new("", &cell, "".into()).value
                )
            })
            .collect();
        Misfit {
            row,
            column: self.on.first().map(|(ours, _)| ours.clone()),
            reason: format!(
                "{} has no row with {} ({})",
                self.table,
                parts.join(", "),
                self.at
            ),
        }
    }
}
