//! Values for columns of numbers.

use std::borrow::Cow;
use std::fmt::Write;

use super::Why;
use crate::dialect::Dialect;
use crate::rows::cell::Cell;
use crate::rows::decimal::{power, Decimal};
use crate::rows::long_number::LongNumber;
use crate::rows::single;

/// A number in whatever form it came.
enum Given {
    Whole(i64),
    Decimal(Decimal),
    Long(LongNumber),
    /// Also NaN and the infinite ones that a decimal or a text says.
    Float(f64),
}

fn given(cell: Cell<'_>) -> Option<Given> {
    match cell {
        Cell::Int(number) => Some(Given::Whole(number)),
        Cell::Decimal(number) => Some(Given::Decimal(number)),
        Cell::Float(number) => Some(Given::Float(number)),
        Cell::Number(text) => read(text),
        Cell::Text(text) => read(text.trim()),
        _ => None,
    }
}

fn read(text: &str) -> Option<Given> {
    if let Some(number) = Decimal::parse(text) {
        return Some(Given::Decimal(number));
    }
    if let Some(number) = LongNumber::parse(text) {
        return Some(Given::Long(number));
    }
    match text.to_ascii_lowercase().as_str() {
        "nan" => Some(Given::Float(f64::NAN)),
        "infinity" | "inf" => Some(Given::Float(f64::INFINITY)),
        "-infinity" | "-inf" => Some(Given::Float(f64::NEG_INFINITY)),
        // Exponents beyond any decimal.
        _ if text.contains(['e', 'E']) && text.bytes().any(|byte| byte.is_ascii_digit()) => {
            text.parse().ok().map(Given::Float)
        }
        _ => None,
    }
}

/// A whole number of so many bytes.
pub fn whole(cell: Cell<'_>, bytes: u8, unsigned: bool) -> Result<Cell<'_>, Why> {
    let number = match cell {
        Cell::Int(number) => i128::from(number),
        Cell::Bool(value) => i128::from(value),
        _ => any_whole(cell)?,
    };
    let bits = 8 * u32::from(bytes);
    let (least, most) = if unsigned {
        (0, (1_i128 << bits) - 1)
    } else {
        (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1)
    };
    if !(least..=most).contains(&number) {
        return Err(Cow::Owned(format!("is not from {least} to {most}")));
    }
    Ok(match i64::try_from(number) {
        Ok(number) => Cell::Int(number),
        Err(_) => Cell::Decimal(Decimal {
            digits: number,
            scale: 0,
        }),
    })
}

#[cold]
fn any_whole(cell: Cell<'_>) -> Result<i128, Why> {
    let decimal = match given(cell) {
        Some(Given::Whole(number)) => return Ok(i128::from(number)),
        Some(Given::Decimal(number)) => number,
        // 2^63 and more have no fraction to lose; what does not fit is out of range.
        Some(Given::Float(number)) if number.is_finite() && number.fract() == 0.0 => {
            return Ok(number as i128)
        }
        Some(Given::Long(number)) if number.scale() == 0 => {
            return Ok(if number.is_negative() {
                i128::MIN
            } else {
                i128::MAX
            })
        }
        Some(_) => return Err(Cow::Borrowed("is no whole number")),
        None => return Err(Cow::Borrowed("is no integer")),
    };
    let normal = decimal.normalized();
    match normal.scale {
        0 => Ok(normal.digits),
        _ => Err(Cow::Borrowed("is no whole number")),
    }
}

/// A floating point number of 4 bytes, as the database compares it: MySQL by its value, PostgreSQL by what its digits say.
pub fn single(cell: Cell<'_>, dialect: Dialect) -> Result<Cell<'_>, Why> {
    rounded(cell, |wide| match dialect {
        Dialect::Mysql => f64::from(wide as f32),
        Dialect::Postgres | Dialect::Sqlite => single::widened(wide as f32),
    })
}

/// A floating point number of 8 bytes.
pub fn float(cell: Cell<'_>) -> Result<Cell<'_>, Why> {
    rounded(cell, |wide| wide)
}

fn rounded(cell: Cell<'_>, round: impl FnOnce(f64) -> f64) -> Result<Cell<'_>, Why> {
    let wide = match given(cell).ok_or(Cow::Borrowed("is no number"))? {
        Given::Whole(number) => number as f64,
        Given::Float(number) => number,
        Given::Decimal(number) => number.to_string().parse().unwrap_or(f64::NAN),
        Given::Long(number) => number.to_string().parse().unwrap_or(f64::NAN),
    };
    let kept = round(wide);
    if kept.is_infinite() && !says_infinite(cell) {
        return Err(Cow::Borrowed("is too large for the column"));
    }
    Ok(Cell::Float(kept))
}

fn says_infinite(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Float(number) => number.is_infinite(),
        Cell::Text(text) | Cell::Number(text) => !text.bytes().any(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

/// A decimal number, rounded half away from zero to the column's scale.
pub fn numeric<'a>(
    cell: Cell<'a>,
    limits: Option<(u16, i16)>,
    dialect: Dialect,
    room: &'a mut String,
) -> Result<Cell<'a>, Why> {
    let number = match given(cell).ok_or(Cow::Borrowed("is no number"))? {
        Given::Whole(number) => Given::Decimal(Decimal::from(number)),
        Given::Float(number) if number.is_finite() => shortest(number, room),
        other => other,
    };
    match number {
        Given::Decimal(number) => match short(number, limits)? {
            Some(number) => Ok(Cell::Decimal(number)),
            None => long(LongNumber::of_decimal(number), limits, room),
        },
        Given::Long(number) => long(number, limits, room),
        Given::Float(number) => odd(number, limits, dialect),
        Given::Whole(number) => Ok(Cell::Int(number)),
    }
}

/// The decimal with the fewest digits that is this float and no other: what people read when it is printed.
fn shortest(number: f64, room: &mut String) -> Given {
    room.clear();
    // Writing to a String cannot fail.
    let _ = write!(room, "{number}");
    read(room).unwrap_or(Given::Float(number))
}

/// `None` when it takes more than 38 digits to hold it.
fn short(number: Decimal, limits: Option<(u16, i16)>) -> Result<Option<Decimal>, Why> {
    let Some((precision, scale)) = limits else {
        return Ok(Some(number));
    };
    let Some(rounded) = number.round(scale) else {
        return Ok(None);
    };
    let digits = u32::from(precision) + u32::from(scale.min(0).unsigned_abs());
    match power(digits) {
        Some(limit) if rounded.digits.abs() >= limit => Err(overflow(precision, scale)),
        _ => Ok(Some(rounded)),
    }
}

fn long<'a>(
    number: LongNumber,
    limits: Option<(u16, i16)>,
    room: &'a mut String,
) -> Result<Cell<'a>, Why> {
    let rounded = match limits {
        None => Some(number),
        Some((precision, scale)) => {
            let rounded = number.round(scale);
            let most = i64::from(precision) - i64::from(scale);
            let fits = |number: &LongNumber| {
                let leading = number.part().0 as i64;
                let whole = number.whole_digits() as i64;
                (if whole > 0 { whole } else { -leading }) <= most
            };
            if !rounded.as_ref().is_some_and(fits) {
                return Err(overflow(precision, scale));
            }
            rounded
        }
    };
    let number = rounded.ok_or(Cow::Borrowed("has more digits than a database keeps"))?;
    if let Some(short) = number.to_decimal() {
        return Ok(Cell::Decimal(short));
    }
    room.clear();
    let _ = write!(room, "{number}");
    Ok(Cell::Number(room))
}

fn overflow(precision: u16, scale: i16) -> Why {
    Cow::Owned(format!("is too large for numeric({precision},{scale})"))
}

fn odd(number: f64, limits: Option<(u16, i16)>, dialect: Dialect) -> Result<Cell<'static>, Why> {
    let text = if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    if dialect != Dialect::Postgres {
        return Err(Cow::Borrowed("is no number that the database has"));
    }
    match limits {
        Some((precision, scale)) if !number.is_nan() => Err(overflow(precision, scale)),
        _ => Ok(Cell::Number(text)),
    }
}
