//! Values as text, as PostgreSQL prints them.

use std::fmt::Write;

use num_bigint::BigInt;

use super::fault::{shown, Fault};
use crate::rows::forms::{self, Era};
use crate::rows::Cell;

/// Appends the value as text. NULL appends nothing.
///
/// # Errors
/// For what is no text and no number.
pub fn write_text(out: &mut String, cell: Cell<'_>) -> Result<(), Box<Fault>> {
    // Writing to a String cannot fail.
    match cell {
        Cell::Null => {}
        Cell::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Cell::Int(number) => drop(write!(out, "{number}")),
        Cell::Decimal(number) => drop(write!(out, "{number}")),
        Cell::Float(number) => float(out, number),
        Cell::Number(text) | Cell::Text(text) | Cell::Json(text) => out.push_str(text),
        Cell::Date(day) => formed(out, |bytes| forms::date(bytes, day, Era::Bc)),
        Cell::Time(us) => formed(out, |bytes| {
            forms::time(bytes, us);
            shorten(bytes);
        }),
        Cell::Moment(us) => formed(out, |bytes| moment(bytes, us)),
        Cell::Uuid(number) => formed(out, |bytes| forms::uuid(bytes, number)),
        Cell::Broken(_) => {
            return Err(Fault::new(format!("{} is not UTF-8", shown(&cell))));
        }
        Cell::Bytes(_) => {
            return Err(Fault::new(format!("{} are no text", shown(&cell))));
        }
    }
    Ok(())
}

fn formed(out: &mut String, write: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::mem::take(out).into_bytes();
    write(&mut bytes);
    // Digits and signs were appended to a String.
    *out = String::from_utf8(bytes).unwrap_or_default();
}

fn moment(bytes: &mut Vec<u8>, us: i64) {
    forms::moment(bytes, us, Era::Bc, false);
    let is_bc = bytes.ends_with(b" BC");
    if is_bc {
        bytes.truncate(bytes.len() - 3);
    }
    shorten(bytes);
    if is_bc {
        bytes.extend(b" BC");
    }
}

/// Without the zeros at the end of a second's fraction.
fn shorten(bytes: &mut Vec<u8>) {
    while bytes.last() == Some(&b'0') {
        bytes.pop();
    }
    if bytes.last() == Some(&b'.') {
        bytes.pop();
    }
}

/// The fewest digits that are this float and no other, with an exponent where PostgreSQL takes one.
pub(super) fn float(out: &mut String, number: f64) {
    if !number.is_finite() {
        out.push_str(&super::long::special(number));
        return;
    }
    let (digits, exponent) = fewest(number);
    if number.is_sign_negative() {
        out.push('-');
    }
    let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
    let point = if rest.is_empty() { "" } else { "." };
    let _ = match exponent {
        -4..=-1 => {
            let zeros = exponent.unsigned_abs() as usize - 1;
            write!(out, "0.{:0>zeros$}{digits}", "")
        }
        0..=14 => {
            let whole = exponent.unsigned_abs() as usize + 1;
            match digits.split_at_checked(whole) {
                Some((digits, "")) => write!(out, "{digits}"),
                Some((whole, part)) => write!(out, "{whole}.{part}"),
                None => write!(out, "{digits:0<whole$}"),
            }
        }
        _ => {
            let sign = if exponent < 0 { '-' } else { '+' };
            write!(
                out,
                "{first}{point}{rest}e{sign}{:02}",
                exponent.unsigned_abs()
            )
        }
    };
}

/// The digits without a point, and the power of ten of the first. Where two texts are equally near PostgreSQL takes the
/// even one; where a text lies half way to the next float, another digit.
fn fewest(number: f64) -> (String, i32) {
    let parted = |text: &str| {
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
        (digits, exponent.parse().unwrap_or(0))
    };
    let found = parted(&format!("{number:e}"));
    // With fewer digits nothing else is as near.
    if found.0.len() < 16 && number.abs() < WHOLE {
        return found;
    }
    (found.0.len() - 1..17)
        .map(|places| format!("{number:.places$e}"))
        .find(|text| text.parse() == Ok(number) && !is_half_way(number, text))
        .map_or(found, |text| parted(&text))
}

/// From here on all floats are whole numbers.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// Whether the text lies exactly between this whole float and one of its neighbours.
fn is_half_way(number: f64, text: &str) -> bool {
    if number.abs() < WHOLE {
        return false;
    }
    let whole = |number: f64| format!("{:.0}", number.abs()).parse::<BigInt>().ok();
    let written = || {
        let (digits, exponent) = text.trim_start_matches('-').split_once('e')?;
        let part = digits.len().saturating_sub(2);
        let digits: BigInt = digits.replace('.', "").parse().ok()?;
        let exponent: usize = exponent.parse().ok()?;
        let zeros = u32::try_from(exponent.checked_sub(part)?).ok()?;
        Some(digits * BigInt::from(10).pow(zeros))
    };
    let (Some(here), Some(written)) = (whole(number), written()) else {
        return false;
    };
    [number.abs().next_up(), number.abs().next_down()]
        .into_iter()
        .filter_map(whole)
        .any(|other| &here + other == BigInt::from(2) * &written)
}
