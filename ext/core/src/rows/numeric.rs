//! PostgreSQL's binary form of a numeric: digits to the base of 10,000, most significant first.

use super::cell::Cell;
use super::decimal::{power, Decimal};
use super::long_number::LongNumber;
use super::sql_type::SqlType;

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITE: u16 = 0xD000;
const MINUS_INFINITE: u16 = 0xF000;
const BASE: u64 = 10_000;

/// Appends a decimal.
pub fn write(out: &mut Vec<u8>, number: Decimal) {
    match u64::try_from(number.digits.unsigned_abs()) {
        Ok(digits) if number.scale <= 12 => write_short(out, digits, number),
        _ => write_long(out, &LongNumber::of_decimal(number)),
    }
}

/// The usual case, with numbers of 64 bits: division of 128 bits is an order of magnitude dearer.
fn write_short(out: &mut Vec<u8>, digits: u64, number: Decimal) {
    let scale = u32::from(number.scale);
    let unit = 10_u64.pow(scale);
    let pad = (4 - scale % 4) % 4;
    let (mut whole, mut part) = (digits / unit, digits % unit * 10_u64.pow(pad));
    // 5 groups before the point and 3 behind it are the most there can be.
    let mut groups = [0_u16; 8];
    let mut first = 5;
    while whole > 0 {
        first -= 1;
        set(&mut groups, first, whole % BASE);
        whole /= BASE;
    }
    let behind = ((scale + pad) / 4) as usize;
    for place in (5..5 + behind).rev() {
        set(&mut groups, place, part % BASE);
        part /= BASE;
    }
    let groups = groups.get(first..5 + behind).unwrap_or_default();
    finish(
        out,
        groups,
        4 - first as i64,
        number.digits < 0,
        number.scale,
    );
}

fn set(groups: &mut [u16; 8], place: usize, value: u64) {
    if let Some(group) = groups.get_mut(place) {
        *group = value as u16;
    }
}

/// Without the groups of zeros at both ends.
fn finish(out: &mut Vec<u8>, groups: &[u16], weight: i64, negative: bool, scale: u16) {
    let zeros = groups.iter().take_while(|group| **group == 0).count();
    let groups = groups.get(zeros..).unwrap_or_default();
    let ending = groups.iter().rev().take_while(|group| **group == 0).count();
    let groups = groups.get(..groups.len() - ending).unwrap_or_default();
    let weight = if groups.is_empty() {
        0
    } else {
        weight - zeros as i64
    };
    out.extend((groups.len() as u16).to_be_bytes());
    out.extend((weight as i16).to_be_bytes());
    out.extend(if negative { NEGATIVE } else { 0 }.to_be_bytes());
    out.extend(scale.to_be_bytes());
    for group in groups {
        out.extend(group.to_be_bytes());
    }
}

fn write_long(out: &mut Vec<u8>, number: &LongNumber) {
    let whole = number.whole();
    let (zeros, rest) = number.part();
    let front = (4 - whole.len() % 4) % 4;
    let back = (4 - number.scale() % 4) % 4;
    let nothing = |count| std::iter::repeat_n(&0_u8, count);
    let all: Vec<u8> = nothing(front)
        .chain(whole)
        .chain(nothing(zeros))
        .chain(rest)
        .chain(nothing(back))
        .copied()
        .collect();
    let group = |four: &[u8]| {
        four.iter()
            .fold(0, |sum, digit| sum * 10 + u16::from(*digit))
    };
    let groups: Vec<u16> = all.chunks(4).map(group).collect();
    let weight = (whole.len() + front) as i64 / 4 - 1;
    finish(
        out,
        &groups,
        weight,
        number.is_negative(),
        number.scale() as u16,
    );
}

/// Appends a number that is text: of any length, NaN or infinite. False when it is none of these.
pub fn write_text(out: &mut Vec<u8>, text: &str) -> bool {
    let sign = match text {
        "NaN" => NAN,
        "Infinity" => INFINITE,
        "-Infinity" => MINUS_INFINITE,
        _ => match LongNumber::parse(text) {
            Some(number) => {
                write_long(out, &number);
                return true;
            }
            None => return false,
        },
    };
    out.extend([0, 0, 0, 0]);
    out.extend(sign.to_be_bytes());
    out.extend([0, 0]);
    true
}

/// A number of a column: what has no digits behind the point is a whole number, as ActiveRecord has it too.
pub fn plain<T>(kind: &SqlType, cell: Cell<'_>, take: impl FnOnce(Cell<'_>) -> T) -> T {
    match (kind, cell) {
        (SqlType::Numeric(Some((_, 0))), Cell::Decimal(number)) => {
            match i64::try_from(number.digits) {
                Ok(whole) if number.scale == 0 => take(Cell::Int(whole)),
                _ => take(Cell::Number(&number.to_string())),
            }
        }
        _ => take(cell),
    }
}

/// Hands the number to `take`. False when the bytes are no numeric.
pub fn read(bytes: &[u8], take: impl FnOnce(Cell<'_>)) -> bool {
    let Some((header, groups)) = bytes.split_first_chunk::<8>() else {
        return false;
    };
    let [c0, c1, w0, w1, s0, s1, d0, d1] = *header;
    let (count, weight) = (u16::from_be_bytes([c0, c1]), i16::from_be_bytes([w0, w1]));
    let (sign, scale) = (u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1]));
    if groups.len() != 2 * usize::from(count) {
        return false;
    }
    match sign {
        0 | NEGATIVE => {}
        NAN => return special("NaN", take),
        INFINITE => return special("Infinity", take),
        MINUS_INFINITE => return special("-Infinity", take),
        _ => return false,
    }
    let groups = groups.chunks_exact(2).map(|pair| match pair {
        [high, low] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    });
    let negative = sign == NEGATIVE;
    match short(groups.clone(), weight, scale) {
        Some(digits) => {
            let digits = if negative { -digits } else { digits };
            take(Decimal::new(digits, scale).map_or(Cell::Null, Cell::Decimal));
            true
        }
        None => long(groups, weight, negative, scale, take),
    }
}

fn special(text: &str, take: impl FnOnce(Cell<'_>)) -> bool {
    take(Cell::Number(text));
    true
}

/// The digits at that scale, if there are at most 38.
fn short(groups: impl ExactSizeIterator<Item = u16>, weight: i16, scale: u16) -> Option<i128> {
    let behind = groups.len() as i32 - 1 - i32::from(weight);
    let mut digits = 0_i128;
    for group in groups {
        digits = digits
            .checked_mul(i128::from(BASE))?
            .checked_add(i128::from(group))?;
    }
    // What is behind the scale are zeros that fill the last group.
    let drop = 4 * behind - i32::from(scale);
    let digits = match u32::try_from(drop) {
        Ok(drop) => digits / power(drop)?,
        Err(_) if digits == 0 => 0,
        Err(_) => digits.checked_mul(power(drop.unsigned_abs())?)?,
    };
    Decimal::new(digits, scale).map(|_| digits)
}

fn long(
    groups: impl ExactSizeIterator<Item = u16>,
    weight: i16,
    negative: bool,
    scale: u16,
    take: impl FnOnce(Cell<'_>),
) -> bool {
    let behind = 4 * (groups.len() as i64 - 1 - i64::from(weight));
    let mut digits: Vec<u8> = groups
        .flat_map(|group| [1_000, 100, 10, 1].map(|unit| (group / unit % 10) as u8))
        .collect();
    let drop = behind - i64::from(scale);
    match usize::try_from(drop) {
        Ok(drop) => digits.truncate(digits.len().saturating_sub(drop)),
        Err(_) => digits.resize(digits.len() + drop.unsigned_abs() as usize, 0),
    }
    let Some(number) = LongNumber::of(negative, digits, i64::from(scale)) else {
        return false;
    };
    // The zeros that fill the last group may have been what did not fit.
    match number.to_decimal() {
        Some(short) => take(Cell::Decimal(short)),
        None => take(Cell::Number(&number.to_string())),
    }
    true
}
