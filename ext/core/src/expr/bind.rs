//! Columns that an expression reads.

use super::fault::Fault;
use super::kind::Kind;
use super::room::{Room, Val};
use crate::rows::{cast, Batch, Cell, Dialect, SqlType, Target};

/// How the values of a column are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// As they are.
    AsIs,
    /// As what the column is by its type: SQLite has no booleans, decimals and moments, and keeps them as numbers and text.
    Typed(Box<Target>),
    /// The same where it can be done, for a column that a block may have written anything to.
    Loose(Box<Target>),
}

impl Reading {
    /// How a source's column is read.
    #[must_use]
    pub fn of(name: &str, kind: &SqlType, dialect: Dialect, strict: bool) -> Self {
        let kind = match kind {
            // The source itself keeps to these bounds, or does not have them.
            SqlType::Text(_) => SqlType::Text(None),
            SqlType::Int { unsigned, .. } => SqlType::Int {
                bytes: 8,
                unsigned: *unsigned,
            },
            SqlType::Moment { zoned, .. } => SqlType::Moment {
                precision: 6,
                zoned: *zoned,
            },
            SqlType::Bytes | SqlType::Json | SqlType::Jsonb | SqlType::Other(_) => {
                return Self::AsIs
            }
            kind => kind.clone(),
        };
        let target = Box::new(Target {
            name: name.to_owned(),
            kind,
            dialect,
        });
        if strict {
            Self::Typed(target)
        } else {
            Self::Loose(target)
        }
    }

    /// What is read: a cell of that kind, or any.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Typed(target) => Kind::of_type(&target.kind),
            _ => Kind::Any,
        }
    }
}

/// A column of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Its number.
    pub column: usize,
    /// How it is read.
    pub reading: Reading,
}

impl Bound {
    /// Its value in a row.
    ///
    /// # Errors
    /// When the value is not what the column is.
    #[inline]
    pub fn read<'a>(
        &'a self,
        batch: &'a Batch,
        row: usize,
        room: &mut Room,
    ) -> Result<Val<'a>, Box<Fault>> {
        let cell = batch.cell(row, self.column);
        match &self.reading {
            Reading::AsIs => Ok(Val::Cell(cell)),
            Reading::Typed(target) if is_that(cell, &target.kind) => Ok(Val::Cell(cell)),
            Reading::Typed(target) => typed(cell, target, room),
            Reading::Loose(target) => Ok(typed(cell, target, room).unwrap_or(Val::Cell(cell))),
        }
    }
}

/// Whether the cell is what the column is already.
#[inline]
fn is_that(cell: Cell<'_>, kind: &SqlType) -> bool {
    match (cell, kind) {
        (Cell::Null, _)
        | (Cell::Int(_), SqlType::Int { .. })
        | (Cell::Text(_) | Cell::Broken(_), SqlType::Text(_))
        | (Cell::Bool(_), SqlType::Bool)
        | (Cell::Float(_), SqlType::Float8)
        | (Cell::Decimal(_) | Cell::Number(_), SqlType::Numeric(None))
        | (Cell::Date(_), SqlType::Date)
        | (Cell::Time(_), SqlType::Time)
        | (Cell::Moment(_), SqlType::Moment { .. })
        | (Cell::Uuid(_), SqlType::Uuid) => true,
        (Cell::Decimal(number), SqlType::Numeric(Some((_, scale)))) => {
            i32::from(number.scale) == i32::from(*scale)
        }
        _ => false,
    }
}

#[cold]
fn typed<'a>(cell: Cell<'a>, target: &Target, room: &mut Room) -> Result<Val<'a>, Box<Fault>> {
    let found = match cast(cell, target, &mut room.cast) {
        Ok(found) => found,
        Err(misfit) => return Err(Fault::misfit(&misfit)),
    };
    Ok(kept(found, &mut room.made))
}

/// The value, its text taken into the room.
pub(super) fn kept(cell: Cell<'_>, made: &mut String) -> Val<'static> {
    let mut take = |text: &str| {
        let start = made.len();
        made.push_str(text);
        (start, made.len())
    };
    Val::Cell(match cell {
        Cell::Text(text) | Cell::Json(text) => {
            let (start, end) = take(text);
            return Val::Text(start, end);
        }
        Cell::Number(text) => {
            let (start, end) = take(text);
            return Val::Number(start, end);
        }
        Cell::Bool(value) => Cell::Bool(value),
        Cell::Int(value) => Cell::Int(value),
        Cell::Float(value) => Cell::Float(value),
        Cell::Decimal(value) => Cell::Decimal(value),
        Cell::Date(value) => Cell::Date(value),
        Cell::Time(value) => Cell::Time(value),
        Cell::Moment(value) => Cell::Moment(value),
        Cell::Uuid(value) => Cell::Uuid(value),
        // Casts to these kinds are read as they are.
        Cell::Null | Cell::Broken(_) | Cell::Bytes(_) => Cell::Null,
    })
}
