//! Numbers of more digits than 128 bits hold, and those that have none.

use std::cmp::Ordering;

use num_bigint::BigInt;

use super::number::{compare_floats, lead_of, quotient_scale, Num, Outcome, Trouble};
use super::tree::Operator;
use crate::rows::{Decimal, LongNumber};

/// A number of any length.
#[derive(Debug, Clone)]
pub enum Long {
    /// The number without its point, and how many of its digits stand behind that.
    Finite(BigInt, u32),
    /// NaN, or an infinite one.
    Special(f64),
}

/// As many digits behind the point as PostgreSQL keeps.
const MAX_SCALE: u32 = 16_383;
/// And before it.
const MAX_WHOLE: usize = 131_072;

impl Long {
    /// From what was found in a cell.
    #[cold]
    pub fn of(number: Num<'_>) -> Self {
        match number {
            Num::Int(number) => Self::Finite(BigInt::from(number), 0),
            Num::Decimal(number) => {
                Self::Finite(BigInt::from(number.digits), u32::from(number.scale))
            }
            Num::Float(number) => Self::Special(number),
            Num::Long(text) => Self::parse(text),
        }
    }

    fn parse(text: &str) -> Self {
        let parsed = LongNumber::parse(text).and_then(|number| {
            let scale = u32::try_from(number.scale()).ok()?;
            let digits: String = number
                .to_string()
                .chars()
                .filter(|letter| *letter != '.')
                .collect();
            Some(Self::Finite(digits.parse().ok()?, scale))
        });
        parsed.unwrap_or_else(|| Self::Special(text.parse().unwrap_or(f64::NAN)))
    }

    /// As a float, as far as sums with infinite numbers depend on it: its sign.
    fn sign(&self) -> f64 {
        match self {
            Self::Special(number) => *number,
            Self::Finite(digits, _) => match digits.sign() {
                num_bigint::Sign::Minus => -1.0,
                num_bigint::Sign::NoSign => 0.0,
                num_bigint::Sign::Plus => 1.0,
            },
        }
    }

    fn outcome(self) -> Result<Outcome, Trouble> {
        let (digits, scale) = match self {
            Self::Special(number) => return Ok(Outcome::Long(special(number))),
            Self::Finite(digits, scale) => (digits, scale),
        };
        let short = i128::try_from(&digits).ok().zip(u16::try_from(scale).ok());
        if let Some(number) = short.and_then(|(digits, scale)| Decimal::new(digits, scale)) {
            return Ok(Outcome::Decimal(number));
        }
        let scale = scale as usize;
        let sign = if digits.sign() == num_bigint::Sign::Minus {
            "-"
        } else {
            ""
        };
        let all = format!(
            "{:0>width$}",
            digits.magnitude().to_string(),
            width = scale + 1
        );
        if scale > MAX_SCALE as usize || all.len() > scale + MAX_WHOLE {
            return Err(Trouble::TooLong);
        }
        let (whole, part) = all.split_at(all.len() - scale);
        Ok(Outcome::Long(match part {
            "" => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{part}"),
        }))
    }
}

/// As PostgreSQL writes them.
pub fn special(number: f64) -> String {
    match number {
        _ if number.is_nan() => "NaN",
        _ if number > 0.0 => "Infinity",
        _ => "-Infinity",
    }
    .to_owned()
}

fn power(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

/// Both with as many digits behind the point as the one that has more.
fn aligned(a: BigInt, scale: u32, b: BigInt, other: u32) -> (BigInt, BigInt, u32) {
    let most = scale.max(other);
    (a * power(most - scale), b * power(most - other), most)
}

/// `left operator right`.
#[cold]
pub fn arithmetic(operator: Operator, left: Long, right: Long) -> Result<Outcome, Trouble> {
    let (a, scale, b, other) = match (left, right) {
        (Long::Finite(a, scale), Long::Finite(b, other)) => (a, scale, b, other),
        (left, right) => return specials(operator, left.sign(), right.sign()),
    };
    let number = match operator {
        Operator::Plus | Operator::Minus => {
            let (a, b, scale) = aligned(a, scale, b, other);
            let sum = if operator == Operator::Plus {
                a + b
            } else {
                a - b
            };
            Long::Finite(sum, scale)
        }
        Operator::Times => Long::Finite(a * b, scale + other),
        Operator::By if b == BigInt::ZERO => return Err(Trouble::Zero),
        Operator::By => quotient(a, scale, b, other),
    };
    match number {
        Long::Finite(digits, scale) if scale > MAX_SCALE => {
            rounded(digits, scale, MAX_SCALE).outcome()
        }
        number => number.outcome(),
    }
}

/// With NaN or an infinite one, where of the other only the sign counts.
fn specials(operator: Operator, a: f64, b: f64) -> Result<Outcome, Trouble> {
    let number = match operator {
        Operator::Plus => a + b,
        Operator::Minus => a - b,
        Operator::Times => a * b,
        Operator::By if b == 0.0 && !a.is_nan() => return Err(Trouble::Zero),
        Operator::By if b.is_infinite() && a.is_finite() => {
            return Ok(Outcome::Decimal(Decimal::default()))
        }
        Operator::By => a / b,
    };
    Ok(Outcome::Long(special(number)))
}

fn quotient(a: BigInt, scale: u32, b: BigInt, other: u32) -> Long {
    let lead =
        |number: &BigInt, scale: u32| lead_of(&number.magnitude().to_string(), i64::from(scale));
    let to = quotient_scale(
        lead(&a, scale),
        lead(&b, other),
        i64::from(scale),
        i64::from(other),
    );
    let to = u32::try_from(to).unwrap_or(0);
    let (mut above, mut below) = (a, b);
    let shift = i64::from(to) - i64::from(scale) + i64::from(other);
    let unit = power(u32::try_from(shift.unsigned_abs()).unwrap_or(0));
    if shift >= 0 {
        above *= unit;
    } else {
        below *= unit;
    }
    Long::Finite(divided(&above, &below), to)
}

/// Rounded half away from zero.
fn divided(above: &BigInt, below: &BigInt) -> BigInt {
    let (whole, rest) = (above / below, above % below);
    let up = BigInt::from(2) * BigInt::from(rest.magnitude().clone())
        >= BigInt::from(below.magnitude().clone());
    let is_negative =
        (above.sign() == num_bigint::Sign::Minus) != (below.sign() == num_bigint::Sign::Minus);
    match (up, is_negative) {
        (false, _) => whole,
        (true, false) => whole + 1,
        (true, true) => whole - 1,
    }
}

fn rounded(digits: BigInt, scale: u32, to: u32) -> Long {
    if to >= scale {
        return Long::Finite(digits * power(to - scale), to);
    }
    Long::Finite(divided(&digits, &power(scale - to)), to)
}

/// Rounded to so many digits behind the point.
#[cold]
pub fn round(number: Long, to: u8) -> Result<Outcome, Trouble> {
    match number {
        Long::Finite(digits, scale) => rounded(digits, scale, u32::from(to)).outcome(),
        other => other.outcome(),
    }
}

/// Which is larger.
#[cold]
pub fn compare(left: Long, right: Long) -> Ordering {
    match (left, right) {
        (Long::Finite(a, scale), Long::Finite(b, other)) => {
            let (a, b, _) = aligned(a, scale, b, other);
            a.cmp(&b)
        }
        (left, right) => compare_floats(left.sign(), right.sign()),
    }
}
