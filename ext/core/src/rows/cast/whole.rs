//! Whether a whole column fits as it is, asked of its vector: most columns do, and then no value of theirs is looked at
//! one by one.

use super::super::arena::{Arena, Span};
use super::super::column::{Column, View};
use super::super::decimal::Decimal;
use super::super::sql_type::SqlType;
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
        _ => false,
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
