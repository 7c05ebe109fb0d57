//! Which of two values comes first.

use std::cmp::Ordering;

use super::fault::{shown, Fault};
use super::number::{self, Num};
use crate::rows::{forms, Cell};

const DAY_US: i128 = 86_400_000_000;

/// The order of two values, none of them NULL.
#[inline]
pub fn compare(left: Cell<'_>, right: Cell<'_>) -> Result<Ordering, Box<Fault>> {
    match (left, right) {
        (Cell::Int(a), Cell::Int(b)) => return Ok(a.cmp(&b)),
        (Cell::Text(a), Cell::Text(b)) => return Ok(a.as_bytes().cmp(b.as_bytes())),
        (Cell::Bool(a), Cell::Bool(b)) => return Ok(a.cmp(&b)),
        _ => {}
    }
    if let (Some(a), Some(b)) = (Num::of(left), Num::of(right)) {
        return Ok(number::compare(a, b));
    }
    if let (Some(a), Some(b)) = (bytes(left), bytes(right)) {
        return Ok(a.cmp(b));
    }
    others(left, right).ok_or_else(|| {
        Fault::new(format!(
            "{} and {} cannot be compared",
            shown(&left),
            shown(&right)
        ))
    })
}

/// Text that is not UTF-8 is still equal to itself.
fn bytes(cell: Cell<'_>) -> Option<&[u8]> {
    match cell {
        Cell::Text(text) => Some(text.as_bytes()),
        Cell::Broken(bytes) => Some(bytes),
        _ => None,
    }
}

fn others(left: Cell<'_>, right: Cell<'_>) -> Option<Ordering> {
    match (left, right) {
        (Cell::Uuid(a), _) => Some(a.cmp(&uuid(right)?)),
        (_, Cell::Uuid(b)) => Some(uuid(left)?.cmp(&b)),
        (Cell::Time(a), _) => Some(a.cmp(&time(right)?)),
        (_, Cell::Time(b)) => Some(time(left)?.cmp(&b)),
        (Cell::Bytes(a), Cell::Bytes(b)) => Some(a.cmp(b)),
        (Cell::Date(_) | Cell::Moment(_), _) | (_, Cell::Date(_) | Cell::Moment(_)) => {
            Some(moment(left)?.cmp(&moment(right)?))
        }
        _ => None,
    }
}

fn uuid(cell: Cell<'_>) -> Option<u128> {
    match cell {
        Cell::Uuid(number) => Some(number),
        Cell::Text(text) => forms::read_uuid(text),
        _ => None,
    }
}

fn time(cell: Cell<'_>) -> Option<i64> {
    match cell {
        Cell::Time(us) => Some(us),
        Cell::Text(text) => forms::read_time(text),
        _ => None,
    }
}

/// Microseconds since 1970; PostgreSQL's endless ones lie before and behind all others.
fn moment(cell: Cell<'_>) -> Option<i128> {
    match cell {
        Cell::Date(day) => Some(i128::from(day) * DAY_US),
        Cell::Moment(us) => Some(i128::from(us)),
        Cell::Text("infinity") => Some(i128::MAX),
        Cell::Text("-infinity") => Some(i128::MIN),
        Cell::Text(text) => match forms::read_moment(text) {
            Some(us) => Some(i128::from(us)),
            None => forms::read_date(text).map(|day| i128::from(day) * DAY_US),
        },
        _ => None,
    }
}
