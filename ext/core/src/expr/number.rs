//! Sums, differences, products and quotients.

use std::cmp::Ordering;

use super::long::{self, Long};
use super::text::float;
use super::tree::Operator;
use crate::rows::{Cell, Decimal};

/// A number that was found in a cell.
#[derive(Debug, Clone, Copy)]
pub enum Num<'a> {
    /// A whole one.
    Int(i64),
    /// A decimal one.
    Decimal(Decimal),
    /// One of more digits, or `NaN` or `Infinity`.
    Long(&'a str),
    /// A float.
    Float(f64),
}

/// A number that was computed.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A whole one.
    Int(i64),
    /// A decimal one.
    Decimal(Decimal),
    /// One of more than 38 digits, as text.
    Long(String),
    /// A float.
    Float(f64),
}

/// Why there is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// x / 0
    Zero,
    /// More than a float holds.
    TooLarge,
    /// Nearer to zero than a float can say.
    TooSmall,
    /// More digits than any database keeps.
    TooLong,
}

impl Trouble {
    /// As the end of a sentence that begins with the sum.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Zero => "divides by zero",
            Self::TooLarge => "is too large for a float",
            Self::TooSmall => "is too near to zero for a float",
            Self::TooLong => "has more digits than a database keeps",
        }
    }
}

impl<'a> Num<'a> {
    /// The number in the cell, if there is one.
    #[inline]
    pub fn of(cell: Cell<'a>) -> Option<Self> {
        Some(match cell {
            Cell::Int(number) => Self::Int(number),
            Cell::Decimal(number) => Self::Decimal(number),
            Cell::Float(number) => Self::Float(number),
            Cell::Number(text) => Self::Long(text),
            _ => return None,
        })
    }

    /// The nearest float.
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Int(number) => number as f64,
            Self::Float(number) => number,
            Self::Decimal(number) => decimal_to_f64(number),
            Self::Long(text) => text.parse().unwrap_or(f64::NAN),
        }
    }

    #[inline]
    fn decimal(self) -> Option<Decimal> {
        match self {
            Self::Int(number) => Some(Decimal::from(number)),
            Self::Decimal(number) => Some(number),
            _ => None,
        }
    }
}

/// By its text where that is the only exact way.
fn decimal_to_f64(number: Decimal) -> f64 {
    const EXACT: u128 = 1 << 53;
    if number.scale == 0 && number.digits.unsigned_abs() <= EXACT {
        return number.digits as f64;
    }
    number.to_string().parse().unwrap_or(f64::NAN)
}

/// `left operator right`.
#[inline]
pub fn arithmetic(operator: Operator, left: Num<'_>, right: Num<'_>) -> Result<Outcome, Trouble> {
    if let (Num::Int(a), Num::Int(b)) = (left, right) {
        let short = match operator {
            Operator::Plus => a.checked_add(b),
            Operator::Minus => a.checked_sub(b),
            Operator::Times => a.checked_mul(b),
            Operator::By => None,
        };
        if let Some(number) = short {
            return Ok(Outcome::Int(number));
        }
    }
    if matches!(left, Num::Float(_)) || matches!(right, Num::Float(_)) {
        return floats(operator, left.to_f64(), right.to_f64()).map(Outcome::Float);
    }
    if let (Some(a), Some(b)) = (left.decimal(), right.decimal()) {
        if b.digits == 0 && operator == Operator::By {
            return Err(Trouble::Zero);
        }
        if let Some(number) = decimals(operator, a, b) {
            return Ok(Outcome::Decimal(number));
        }
    }
    long::arithmetic(operator, Long::of(left), Long::of(right))
}

/// `None` when it takes more than 128 bits, on the way or at the end.
#[inline]
fn decimals(operator: Operator, a: Decimal, b: Decimal) -> Option<Decimal> {
    match operator {
        Operator::Plus | Operator::Minus => {
            let scale = a.scale.max(b.scale);
            let (left, right) = (raised(a, scale)?, raised(b, scale)?);
            let sum = if operator == Operator::Plus {
                left.checked_add(right)?
            } else {
                left.checked_sub(right)?
            };
            Decimal::new(sum, scale)
        }
        Operator::Times => Decimal::new(
            a.digits.checked_mul(b.digits)?,
            a.scale.checked_add(b.scale)?,
        ),
        Operator::By => quotient(a, b),
    }
}

#[inline]
fn raised(number: Decimal, scale: u16) -> Option<i128> {
    if number.scale == scale {
        return Some(number.digits);
    }
    let unit = 10_i128.checked_pow(u32::from(scale - number.scale))?;
    number.digits.checked_mul(unit)
}

fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = quotient_scale(lead(a), lead(b), i64::from(a.scale), i64::from(b.scale));
    let shift = scale - i64::from(a.scale) + i64::from(b.scale);
    let unit = 10_i128.checked_pow(u32::try_from(shift).ok()?)?;
    let (above, below) = (a.digits.checked_mul(unit)?, b.digits);
    let (whole, rest) = (above / below, above % below);
    let up = rest.unsigned_abs() >= below.unsigned_abs().div_ceil(2) && rest != 0;
    let sign = above.signum() * below.signum();
    let digits = whole.checked_add(if up { sign } else { 0 })?;
    Decimal::new(digits, u16::try_from(scale).ok()?)
}

/// Where a number begins, counted as PostgreSQL's numeric does in groups of four digits: the place of its first group
/// that is not zero, and what that group says.
pub fn lead_of(digits: &str, scale: i64) -> (i64, i64) {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return (0, 0);
    }
    let place = (digits.len() as i64 - 1 - scale).div_euclid(4);
    // So many of the digits stand before the end of the group.
    let count = digits.len() as i64 - scale - 4 * place;
    let group = (0..count).fold(0, |sum, at| {
        let digit = usize::try_from(at)
            .ok()
            .and_then(|at| digits.as_bytes().get(at));
        sum * 10 + digit.map_or(0, |digit| i64::from(digit - b'0'))
    });
    (place, group)
}

fn lead(number: Decimal) -> (i64, i64) {
    let digits = number.digits.unsigned_abs();
    let Some(exponent) = digits.checked_ilog10() else {
        return (0, 0);
    };
    let place = (i64::from(exponent) - i64::from(number.scale)).div_euclid(4);
    let shift = i64::from(number.scale) + 4 * place;
    let unit = |shift: i64| {
        u32::try_from(shift)
            .ok()
            .and_then(|by| 10_u128.checked_pow(by))
    };
    let group = if shift >= 0 {
        unit(shift).map_or(0, |unit| digits / unit)
    } else {
        unit(-shift).map_or(0, |unit| digits.saturating_mul(unit))
    };
    (place, i64::try_from(group).unwrap_or(0))
}

/// How many digits PostgreSQL gives a quotient behind the point (`select_div_scale`): 16 significant ones, and no fewer
/// than either number has.
pub fn quotient_scale(left: (i64, i64), right: (i64, i64), scale: i64, other: i64) -> i64 {
    const SIGNIFICANT: i64 = 16;
    const MOST: i64 = 1_000;
    let mut place = left.0 - right.0;
    if left.1 <= right.1 {
        place -= 1;
    }
    (SIGNIFICANT - 4 * place)
        .max(scale)
        .max(other)
        .clamp(0, MOST)
}

fn floats(operator: Operator, a: f64, b: f64) -> Result<f64, Trouble> {
    let (number, vanishes) = match operator {
        Operator::Plus => (a + b, false),
        Operator::Minus => (a - b, false),
        Operator::Times => (a * b, a != 0.0 && b != 0.0),
        Operator::By if b == 0.0 && !a.is_nan() => return Err(Trouble::Zero),
        Operator::By => (a / b, a != 0.0 && !b.is_infinite()),
    };
    let endless = a.is_infinite() || (b.is_infinite() && operator != Operator::By);
    if number.is_infinite() && !endless {
        return Err(Trouble::TooLarge);
    }
    if number == 0.0 && vanishes {
        return Err(Trouble::TooSmall);
    }
    Ok(number)
}

/// `-number`
pub fn negative(number: Num<'_>) -> Result<Outcome, Trouble> {
    match number {
        Num::Float(number) => Ok(Outcome::Float(-number)),
        // 0 - NaN is NaN, and 0 - Infinity is -Infinity.
        other => arithmetic(Operator::Minus, Num::Int(0), other),
    }
}

/// Rounded to so many digits behind the point, half away from zero; a float by the digits that PostgreSQL prints it with.
pub fn round(number: Num<'_>, to: u8) -> Result<Outcome, Trouble> {
    match number {
        Num::Int(number) if to == 0 => Ok(Outcome::Int(number)),
        Num::Float(number) if !number.is_finite() => Ok(Outcome::Long(long::special(number))),
        Num::Float(number) => {
            let mut text = String::new();
            float(&mut text, number);
            match Decimal::parse(&text) {
                Some(number) => round(Num::Decimal(number), to),
                None => round(Num::Long(&text), to),
            }
        }
        other => match other.decimal().and_then(|one| one.round(i16::from(to))) {
            Some(number) => Ok(Outcome::Decimal(number)),
            None => long::round(Long::of(other), to),
        },
    }
}

/// Which is larger. Exactly, or as floats where one is a float.
#[inline]
pub fn compare(left: Num<'_>, right: Num<'_>) -> Ordering {
    match (left, right) {
        (Num::Int(a), Num::Int(b)) => a.cmp(&b),
        (Num::Float(_), _) | (_, Num::Float(_)) => compare_floats(left.to_f64(), right.to_f64()),
        _ => match (left.decimal(), right.decimal()) {
            (Some(a), Some(b)) => a.compare(b),
            _ => long::compare(Long::of(left), Long::of(right)),
        },
    }
}

/// NaN is the largest, and equals itself.
pub fn compare_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number() -> impl Strategy<Value = Decimal> {
        let digits = prop_oneof![
            Just(0_i128),
            -100_i128..100,
            -(10_i128.pow(18))..10_i128.pow(18),
            -(10_i128.pow(37))..10_i128.pow(37),
        ];
        (digits, 0_u16..20).prop_map(|(digits, scale)| Decimal { digits, scale })
    }

    fn operator() -> impl Strategy<Value = Operator> {
        prop_oneof![
            Just(Operator::Plus),
            Just(Operator::Minus),
            Just(Operator::Times),
            Just(Operator::By)
        ]
    }

    proptest! {
        #[test]
        fn short_and_long_numbers_are_computed_alike(operator in operator(), a in number(), b in number()) {
            let (a, b) = (Num::Decimal(a), Num::Decimal(b));
            prop_assert_eq!(
                arithmetic(operator, a, b),
                long::arithmetic(operator, Long::of(a), Long::of(b))
            );
            prop_assert_eq!(compare(a, b), long::compare(Long::of(a), Long::of(b)));
        }

        #[test]
        fn short_and_long_numbers_are_rounded_alike(a in number(), to in 0_u8..25) {
            prop_assert_eq!(round(Num::Decimal(a), to), long::round(Long::of(Num::Decimal(a)), to));
        }

        #[test]
        fn numbers_begin_where_their_text_does(a in number()) {
            let text = a.digits.unsigned_abs().to_string();
            prop_assert_eq!(lead(a), lead_of(&text, i64::from(a.scale)));
        }
    }

    #[test]
    fn quotients_have_as_many_digits_as_those_of_postgresql() {
        let by = |a: &str, b: &str| {
            let number = |text| Decimal::parse(text).map(Num::Decimal);
            let outcome = arithmetic(Operator::By, number(a)?, number(b)?);
            match outcome {
                Ok(Outcome::Decimal(number)) => Some(number.to_string()),
                other => Some(format!("{other:?}")),
            }
        };
        let expected = [
            ("1", "3", "0.33333333333333333333"),
            ("10", "4", "2.5000000000000000"),
            ("1", "7000", "0.00014285714285714286"),
            ("100000", "3", "33333.333333333333"),
            ("0", "3", "0.00000000000000000000"),
            ("-2", "3", "-0.66666666666666666667"),
            ("1.50", "0", "Err(Zero)"),
        ];
        for (a, b, quotient) in expected {
            assert_eq!(by(a, b).as_deref(), Some(quotient), "{a} / {b}");
        }
    }
}
