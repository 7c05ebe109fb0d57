//! Values as text: days, times and moments as databases write them, UUIDs, bytes as hexadecimal digits.

use crate::clock::{civil, days, parse};

const DAY_US: i64 = 86_400_000_000;

/// Microseconds from 1970 to 2000-01-01, where PostgreSQL counts from.
pub const YEAR_2000_US: i64 = 946_684_800_000_000;

/// Days from 1970 to 2000-01-01.
pub const YEAR_2000_DAY: i32 = 10_957;

/// How years before 1 are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// "-0043", as Ruby and SQLite do.
    Sign,
    /// "0044-03-15 BC", as PostgreSQL does.
    Bc,
}

fn two(out: &mut Vec<u8>, number: i64) {
    let digit = |number: i64| b'0' + (number % 10).unsigned_abs() as u8;
    out.extend([digit(number / 10), digit(number)]);
}

/// "2026-01-02", and whether " BC" has to follow.
fn day(out: &mut Vec<u8>, day: i64, era: Era) -> bool {
    let (year, month, day) = civil(day);
    let is_bc = year < 1 && era == Era::Bc;
    let shown = if is_bc { 1 - year } else { year };
    if (0..10_000).contains(&shown) {
        two(out, shown / 100);
        two(out, shown % 100);
    } else {
        let sign = if shown < 0 { "-" } else { "" };
        out.extend(format!("{sign}{:04}", shown.unsigned_abs()).bytes());
    }
    out.push(b'-');
    two(out, month);
    out.push(b'-');
    two(out, day);
    is_bc
}

/// "2026-01-02".
pub fn date(out: &mut Vec<u8>, days: i32, era: Era) {
    if day(out, i64::from(days), era) {
        out.extend(b" BC");
    }
}

/// "03:04:05.123456".
pub fn time(out: &mut Vec<u8>, us: i64) {
    let seconds = us / 1_000_000;
    two(out, seconds / 3_600);
    out.push(b':');
    two(out, seconds / 60 % 60);
    out.push(b':');
    two(out, seconds % 60);
    out.push(b'.');
    let micros = us % 1_000_000;
    two(out, micros / 10_000);
    two(out, micros / 100 % 100);
    two(out, micros % 100);
}

/// "2026-01-02 03:04:05.123456", in UTC; with "+00" behind it where `zoned`.
pub fn moment(out: &mut Vec<u8>, us: i64, era: Era, zoned: bool) {
    let is_bc = day(out, us.div_euclid(DAY_US), era);
    out.push(b' ');
    time(out, us.rem_euclid(DAY_US));
    if zoned {
        out.extend(b"+00");
    }
    if is_bc {
        out.extend(b" BC");
    }
}

/// The moment that the text names, in the forms of [`crate::clock::parse`] or PostgreSQL's for years before 1.
#[must_use]
pub fn read_moment(text: &str) -> Option<i64> {
    let text = text.trim();
    let Some(rest) = text.strip_suffix(" BC") else {
        return parse(text).ok();
    };
    let (year, rest) = rest.split_once('-')?;
    let year: i64 = 1 - year.parse::<i64>().ok().filter(|year| *year > 0)?;
    let sign = if year < 0 { "-" } else { "" };
    parse(&format!("{sign}{:04}-{rest}", year.unsigned_abs())).ok()
}

/// The day that the text names; a time of day behind it is left out, as databases do.
#[must_use]
pub fn read_date(text: &str) -> Option<i32> {
    i32::try_from(read_moment(text)?.div_euclid(DAY_US))
        .ok()
        .or_else(|| far_date(text))
}

/// Days reach further than moments do.
fn far_date(text: &str) -> Option<i32> {
    let (year, month_day) = text.trim().split_once('-')?;
    let (month, day) = month_day.split_once('-')?;
    let number = |text: &str, most: i64| {
        let number = text.parse::<i64>().ok()?;
        (1..=most).contains(&number).then_some(number)
    };
    let (month, day) = (number(month, 12)?, number(day, 31)?);
    let found = days(number(year, 9_999_999)?, month, day);
    // A day that the month does not have would come back as one of the next.
    let is_real = civil(found).1 == month;
    i32::try_from(found).ok().filter(|_| is_real)
}

/// The time of day that the text names, alone or behind a date.
#[must_use]
pub fn read_time(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(us) = read_moment(text) {
        return Some(us.rem_euclid(DAY_US));
    }
    // The end of the day is a time of its own.
    if matches!(text, "24:00" | "24:00:00" | "24:00:00.000000") {
        return Some(DAY_US);
    }
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    if !is_plain {
        return None;
    }
    let us = parse(&format!("1970-01-01 {text}")).ok()?;
    (0..DAY_US).contains(&us).then_some(us)
}

/// "0f6c2b1e-9a5d-4c3b-8e7f-0123456789ab".
pub fn uuid(out: &mut Vec<u8>, number: u128) {
    for (place, byte) in number.to_be_bytes().into_iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        hex_byte(out, byte);
    }
}

/// The UUID in the text: with or without dashes and braces, in any case.
#[must_use]
pub fn read_uuid(text: &str) -> Option<u128> {
    let text = text.trim();
    let inner = text
        .strip_prefix('{')
        .map_or(Some(text), |rest| rest.strip_suffix('}'))?;
    let mut number = 0_u128;
    let mut count = 0;
    for byte in inner.bytes() {
        if byte == b'-' && count > 0 && count % 4 == 0 {
            continue;
        }
        let digit = char::from(byte).to_digit(16)?;
        number = number << 4 | u128::from(digit);
        count += 1;
    }
    (count == 32).then_some(number)
}

fn hex_byte(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
    out.extend([digit(byte >> 4), digit(byte & 15)]);
}

/// Two digits a byte.
pub fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(2 * bytes.len());
    for byte in bytes {
        hex_byte(out, *byte);
    }
}

/// The bytes that hexadecimal digits stand for.
#[must_use]
pub fn read_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let nibble = |byte: u8| char::from(byte).to_digit(16);
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(nibble(*high)? << 4 | nibble(*low)?).ok(),
            _ => None,
        })
        .collect()
}
