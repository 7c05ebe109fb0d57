//! Values for columns of days, times and moments.

use std::borrow::Cow;

use super::Why;
use crate::dialect::Dialect;
use crate::rows::cell::Cell;
use crate::rows::forms;

const DAY_US: i64 = 86_400_000_000;
/// PostgreSQL's calendar begins on 4714-11-24 BC.
const FIRST_DAY: i64 = -2_440_588;

/// A day. Of a moment the time is left out, as databases do.
pub fn date(cell: Cell<'_>, dialect: Dialect) -> Result<Cell<'_>, Why> {
    let day = match cell {
        Cell::Moment(us) => i32::try_from(us.div_euclid(DAY_US)).ok(),
        Cell::Text(text) => match endless(text, dialect) {
            Some(endless) => return Ok(endless),
            None => forms::read_date(text),
        },
        _ => None,
    };
    day.map(Cell::Date).ok_or(Cow::Borrowed("is no date"))
}

/// A time of day. Of a moment the day is left out.
pub fn time(cell: Cell<'_>) -> Result<Cell<'_>, Why> {
    let us = match cell {
        Cell::Time(us) => (0..=DAY_US).contains(&us).then_some(us),
        Cell::Moment(us) => Some(us.rem_euclid(DAY_US)),
        Cell::Text(text) => forms::read_time(text),
        _ => None,
    };
    us.map(Cell::Time).ok_or(Cow::Borrowed("is no time of day"))
}

/// A moment, rounded to so many digits of the second.
pub fn moment(cell: Cell<'_>, precision: u8, dialect: Dialect) -> Result<Cell<'_>, Why> {
    let us = match cell {
        Cell::Moment(us) => Some(us),
        Cell::Date(day) => i64::from(day).checked_mul(DAY_US),
        Cell::Text(text) => match endless(text, dialect) {
            Some(endless) => return Ok(endless),
            None => forms::read_moment(text),
        },
        Cell::Float(number) if number.is_infinite() && dialect == Dialect::Postgres => {
            return Ok(Cell::Text(if number > 0.0 {
                "infinity"
            } else {
                "-infinity"
            }));
        }
        _ => None,
    };
    let us = us.ok_or(Cow::Borrowed("is no date and time"))?;
    if dialect == Dialect::Postgres && us.div_euclid(DAY_US) < FIRST_DAY {
        return Err(Cow::Borrowed(
            "is before PostgreSQL's calendar, which begins 4714 BC",
        ));
    }
    rounded(us, precision)
        .map(Cell::Moment)
        .ok_or(Cow::Borrowed("is out of range"))
}

/// Half away from 2000-01-01, where PostgreSQL counts from.
fn rounded(us: i64, precision: u8) -> Option<i64> {
    if precision >= 6 {
        return Some(us);
    }
    let unit = 10_i64.checked_pow(6 - u32::from(precision))?;
    let since = us.checked_sub(forms::YEAR_2000_US)?;
    let half = since.signum() * unit / 2;
    let kept = since.checked_add(half)? / unit * unit;
    kept.checked_add(forms::YEAR_2000_US)
}

/// PostgreSQL's moments and days without end.
fn endless(text: &str, dialect: Dialect) -> Option<Cell<'static>> {
    if dialect != Dialect::Postgres {
        return None;
    }
    match text {
        "infinity" => Some(Cell::Text("infinity")),
        "-infinity" => Some(Cell::Text("-infinity")),
        _ => None,
    }
}
