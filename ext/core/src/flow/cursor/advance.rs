//! Whether a position lies behind another: the guard against a source that gives the same rows again and again.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::number::Number;
use super::{Part, Position};
use crate::flow::refusal::Refusal;
use crate::flow::Direction;

/// Whether `next` is behind `last` in an order whose columns have these directions.
///
/// Numbers, moments, days, UUIDs, bytes and lists of them are compared, a whole number with a fraction too. Text is
/// ordered by the database, by whatever collation, and so are values of different kinds and NULLs: of these it is only
/// asked that they are not the same again.
///
/// # Errors
/// [`Refusal::Position`] when the positions have not one part for each direction.
pub fn advances(
    last: &Position,
    next: &Position,
    directions: &[Direction],
) -> Result<bool, Refusal> {
    let columns = directions.len();
    if last.parts.len() != columns || next.parts.len() != columns {
        return Err(Refusal::Position(format!(
            "{} and {} are no two positions in an order by {columns} column{}",
            last.encode(),
            next.encode(),
            if columns == 1 { "" } else { "s" },
        )));
    }
    let pairs = last.parts.iter().zip(&next.parts).zip(directions);
    for ((last, next), direction) in pairs {
        match (compare(last, next), direction) {
            (Some(Ordering::Equal), _) => {}
            (Some(Ordering::Greater), Direction::Asc) | (Some(Ordering::Less), Direction::Desc) => {
                return Ok(false);
            }
            // What cannot be compared is not the same, and the database says that it comes later.
            (Some(_) | None, _) => return Ok(true),
        }
    }
    Ok(false)
}

fn compare(last: &Part, next: &Part) -> Option<Ordering> {
    match (last, next) {
        (Part::Bool(a), Part::Bool(b)) => Some(a.cmp(b)),
        (Part::Int(a), Part::Int(b)) => Some(a.cmp(b)),
        (Part::Float(a), Part::Float(b)) => Some(a.cmp(b)),
        (Part::Bytes(a), Part::Bytes(b)) => Some(a.cmp(b)),
        (Part::Uuid(a), Part::Uuid(b)) => Some(a.cmp(b)),
        (Part::Time(a), Part::Time(b)) => Some(a.cmp(b)),
        (Part::Date(a), Part::Date(b)) => Some(a.cmp(b)),
        _ => match (number(last), number(next)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => (last == next).then_some(Ordering::Equal),
        },
    }
}

fn number(part: &Part) -> Option<Cow<'_, Number>> {
    match part {
        Part::Int(number) => Number::read(&number.to_string()).map(Cow::Owned),
        Part::Float(number) => Some(Cow::Owned(number.exact())),
        Part::BigInt(number) | Part::Decimal(number) => Some(Cow::Borrowed(number)),
        _ => None,
    }
}
