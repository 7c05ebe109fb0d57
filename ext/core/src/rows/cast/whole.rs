//! Whether a whole column fits as it is, asked of its vector: most columns do, and then no value of theirs is looked at
//! one by one.

use super::super::arena::{Arena, Span};
use super::super::cell::Cell;
use super::super::column::{Column, View};
use super::super::decimal::Decimal;
use super::super::sql_type::SqlType;
use super::super::sqlite;
use super::Target;
use crate::dialect::Dialect;

/// `false` says nothing: then each value is asked.
#[must_use]
pub fn fits(column: &Column, arena: &Arena, target: &Target) -> bool {
    match (&target.kind, column.view()) {
        (_, View::Nothing)
        | (SqlType::Bool, View::Bool)
        | (SqlType::Float8, View::Float)
        | (SqlType::Date, View::Date)
        | (SqlType::Time, View::Time)
        | (SqlType::Uuid, View::Uuid)
        | (SqlType::Bytes, View::Bytes) => true,
        (
            SqlType::Int {
                bytes,
                unsigned: false,
            },
            View::Int(values),
        ) => in_range(values, *bytes),
        (SqlType::Moment { precision: 6, .. }, View::Moment(values)) => {
            target.dialect == Dialect::Postgres && years_to_come(values)
        }
        (SqlType::Numeric(limits), View::Decimal(values)) => {
            target.dialect == Dialect::Postgres && of_size(values, *limits)
        }
        (SqlType::Text(limit), View::Text(spans)) => {
            target.dialect != Dialect::Mysql && short(spans, *limit) && !arena.has_nul()
        }
        _ => target.dialect == Dialect::Sqlite && kept_by_sqlite(column, arena, &target.kind),
    }
}

/// SQLite has no types of its own for moments, truths and decimals. A column of nothing but what is stored for them anyway need not
/// become one of them, only to become that again. All of it or nothing: of one column, equal values are equal cells.
fn kept_by_sqlite(column: &Column, arena: &Arena, kind: &SqlType) -> bool {
    let all = |fits: &dyn Fn(Cell<'_>) -> bool| {
        let mut cells = (0..column.len()).map(|row| column.get(row, arena));
        cells.all(|cell| cell.is_null() || fits(cell))
    };
    match kind {
        SqlType::Bool => all(&|cell| matches!(cell, Cell::Int(0 | 1))),
        SqlType::Date => all(&|cell| matches!(cell, Cell::Text(text) if sqlite::is_date(text))),
        SqlType::Moment { precision: 6, .. } => {
            all(&|cell| matches!(cell, Cell::Text(text) if sqlite::is_moment(text)))
        }
        SqlType::Numeric(Some((precision, scale))) => {
            Shape::of(*precision, *scale).is_some_and(|shape| all(&|cell| shape.has(cell)))
        }
        _ => false,
    }
}

/// So many digits before the point and behind it, all of them exact as a float.
struct Shape {
    /// One more than the largest number before the point.
    whole: i64,
    /// One more than the largest number without its point.
    digits: f64,
    /// Ten to the power of those behind the point.
    unit: f64,
}

impl Shape {
    /// Digits that every float keeps.
    const EXACT: u16 = 15;

    fn of(precision: u16, scale: i16) -> Option<Self> {
        let scale = u32::try_from(scale).ok()?;
        if precision > Self::EXACT || scale > u32::from(precision) {
            return None;
        }
        let power = |exponent: u32| 10_i64.checked_pow(exponent);
        Some(Self {
            whole: power(u32::from(precision) - scale)?,
            digits: power(u32::from(precision))? as f64,
            unit: power(scale)? as f64,
        })
    }

    /// A float is a number of that shape when the nearest one is it. Then it is what that number's text becomes in SQLite; one without
    /// a fraction becomes an integer there.
    fn has(&self, cell: Cell<'_>) -> bool {
        match cell {
            Cell::Int(number) => number
                .checked_abs()
                .is_some_and(|number| number < self.whole),
            Cell::Float(number) => {
                let digits = (number * self.unit).round();
                number.fract() != 0.0 && digits.abs() < self.digits && digits / self.unit == number
            }
            _ => false,
        }
    }
}

fn in_range(values: &[i64], bytes: u8) -> bool {
    let bits = u32::from(bytes) * 8;
    if bits >= 64 {
        return true;
    }
    let top = (1_i64 << (bits - 1)) - 1;
    values.iter().all(|value| (-top - 1..=top).contains(value))
}

/// A moment that any database has: between the years 1 and 9999.
fn years_to_come(values: &[i64]) -> bool {
    const FIRST: i64 = -62_135_596_800_000_000;
    const LAST: i64 = 253_402_300_799_999_999;
    values.iter().all(|value| (FIRST..=LAST).contains(value))
}

/// No more digits before and behind the point than the column keeps; then nothing is rounded.
fn of_size(values: &[Decimal], limits: Option<(u16, i16)>) -> bool {
    let Some((precision, scale)) = limits else {
        return true;
    };
    let (Ok(scale), precision) = (u16::try_from(scale), u32::from(precision)) else {
        return false;
    };
    if precision > Decimal::MAX_DIGITS {
        return false;
    }
    let bound = 10_u128.pow(precision);
    values
        .iter()
        .all(|value| value.scale == scale && value.digits.unsigned_abs() < bound)
}

/// A text has no more characters than bytes.
fn short(spans: &[Span], limit: Option<u32>) -> bool {
    let Some(limit) = limit else {
        return true;
    };
    let limit = limit as usize;
    spans.iter().all(|span| span.len() <= limit)
}
