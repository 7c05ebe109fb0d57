//! Which keys of two tables can be equal.

use crate::expr::Kind;
use crate::rows::Cell;

/// What values have to have in common to be equal.
#[derive(PartialEq, Eq)]
enum Family {
    Bool,
    Number,
    Text,
    Bytes,
    Date,
    Time,
    Moment,
    Uuid,
}

fn family(kind: Kind) -> Option<Family> {
    Some(match kind {
        Kind::Bool => Family::Bool,
        Kind::Int | Kind::Decimal | Kind::Float => Family::Number,
        Kind::Text => Family::Text,
        Kind::Bytes => Family::Bytes,
        Kind::Date => Family::Date,
        Kind::Time => Family::Time,
        Kind::Moment => Family::Moment,
        Kind::Uuid => Family::Uuid,
        Kind::Null | Kind::Json | Kind::Any => return None,
    })
}

/// Whether a text in the place of such a value is read as one: outside a database there is no other way to write it.
pub(super) fn reads_text(kind: Kind) -> bool {
    matches!(kind, Kind::Uuid | Kind::Date | Kind::Time | Kind::Moment)
}

/// Whether no value of ours is ever equal to one of theirs.
pub(super) fn apart(ours: Kind, theirs: Kind) -> bool {
    match (family(ours), family(theirs)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    }
}

/// The kind of a value.
pub(super) fn kind_of(cell: Cell<'_>) -> Kind {
    match cell {
        Cell::Null => Kind::Null,
        Cell::Bool(_) => Kind::Bool,
        Cell::Int(_) => Kind::Int,
        Cell::Float(_) => Kind::Float,
        Cell::Decimal(_) | Cell::Number(_) => Kind::Decimal,
        Cell::Text(_) | Cell::Broken(_) => Kind::Text,
        Cell::Bytes(_) => Kind::Bytes,
        Cell::Date(_) => Kind::Date,
        Cell::Time(_) => Kind::Time,
        Cell::Moment(_) => Kind::Moment,
        Cell::Uuid(_) => Kind::Uuid,
        Cell::Json(_) => Kind::Json,
    }
}

/// The number without its kind: 1.0 and 1 are equal in SQL, whatever columns they stand in.
pub(super) fn plain(cell: Cell<'_>) -> Cell<'_> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match cell {
        #[allow(clippy::cast_possible_truncation)] // it has no fraction, and is small enough
        Cell::Float(number) if number.fract() == 0.0 && number.abs() < EXACT => {
            Cell::Int(number as i64)
        }
        cell => cell,
    }
}
