//! Values as SQLite keeps them: it has five kinds, and no other way to store the rest than the one its programs agree on.

use std::fmt::{self, Write};

use super::{Cell, Decimal};
use crate::clock::{civil, days_in};

/// What one value is in SQLite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stored<'a> {
    /// NULL
    Null,
    /// INTEGER
    Int(i64),
    /// REAL
    Float(f64),
    /// TEXT, any bytes: SQLite looks into none.
    Text(&'a [u8]),
    /// TEXT that was made from a value which SQLite has no kind for.
    Made(Brief),
    /// BLOB
    Blob(&'a [u8]),
}

/// A short text that lies where it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Brief {
    length: u8,
    bytes: [u8; Self::ROOM],
}

impl Brief {
    /// More than the longest needs: a decimal of 38 digits is the widest that is not asked to have zeros put in.
    const ROOM: usize = 63;

    const fn new() -> Self {
        Self {
            length: 0,
            bytes: [0; Self::ROOM],
        }
    }

    /// The text.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }

    fn of(write: impl FnOnce(&mut Self) -> fmt::Result) -> Option<Self> {
        let mut text = Self::new();
        write(&mut text).ok().map(|()| text)
    }

    /// `number` with at least two digits, so with the zero in front that times have.
    fn two(&mut self, number: i64) -> fmt::Result {
        let number = u8::try_from(number).map_err(|_| fmt::Error)?;
        self.push(&[b'0' + number / 10 % 10, b'0' + number % 10])
    }

    fn push(&mut self, more: &[u8]) -> fmt::Result {
        let start = usize::from(self.length);
        let room = self
            .bytes
            .get_mut(start..start + more.len())
            .ok_or(fmt::Error)?;
        room.copy_from_slice(more);
        self.length = u8::try_from(start + more.len()).map_err(|_| fmt::Error)?;
        Ok(())
    }
}

impl Write for Brief {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes())
    }
}

impl fmt::Debug for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self.bytes()))
    }
}

/// The value as SQLite keeps it, in the form in which ActiveRecord writes it, so that one row written either way is equal.
/// `None` for NaN, of which SQLite would make NULL, and for a decimal that is nothing but zeros behind a far point.
#[inline]
#[must_use]
pub fn stored<'a>(cell: Cell<'a>) -> Option<Stored<'a>> {
    Some(match cell {
        Cell::Null => Stored::Null,
        Cell::Bool(value) => Stored::Int(i64::from(value)),
        Cell::Int(number) => Stored::Int(number),
        Cell::Float(number) if number.is_nan() => return None,
        Cell::Float(number) => Stored::Float(number),
        Cell::Number(text) | Cell::Text(text) | Cell::Json(text) => Stored::Text(text.as_bytes()),
        Cell::Broken(bytes) => Stored::Text(bytes),
        Cell::Bytes(bytes) => Stored::Blob(bytes),
        other => Stored::Made(made(other)?),
    })
}

/// The cell that a value of SQLite is.
#[inline]
#[must_use]
pub fn cell(stored: Stored<'_>) -> Cell<'_> {
    match stored {
        Stored::Null | Stored::Made(_) => Cell::Null,
        Stored::Int(number) => Cell::Int(number),
        Stored::Float(number) => Cell::Float(number),
        Stored::Text(bytes) => std::str::from_utf8(bytes).map_or(Cell::Broken(bytes), Cell::Text),
        Stored::Blob(bytes) => Cell::Bytes(bytes),
    }
}

fn made(cell: Cell<'_>) -> Option<Brief> {
    Brief::of(|text| match cell {
        Cell::Decimal(number) => decimal(text, number),
        Cell::Date(day) => date(text, i64::from(day)),
        Cell::Time(micros) => {
            text.push(b"2000-01-01 ")?;
            time(text, micros)
        }
        Cell::Moment(at_us) => {
            date(text, at_us.div_euclid(DAY_US))?;
            text.push(b" ")?;
            time(text, at_us.rem_euclid(DAY_US))
        }
        Cell::Uuid(number) => uuid(text, number),
        _ => Err(fmt::Error),
    })
}

/// Whether the text is a day as [`stored`] makes it: `2026-01-02`, of the years 0 to 9999.
#[must_use]
pub fn is_date(text: &str) -> bool {
    text.len() == 10 && is_day(text.as_bytes())
}

/// Whether the text is a moment as [`stored`] makes it: `2026-01-02 03:04:05`, of the years 0 to 9999, and a fraction of six digits
/// behind it where that is not zero.
#[must_use]
pub fn is_moment(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(day), Some(time)) = (bytes.get(..10), bytes.get(10..19)) else {
        return false;
    };
    let [b' ', h1, h2, b':', m1, m2, b':', s1, s2] = *time else {
        return false;
    };
    let is_time = pair(h1, h2) < 24 && pair(m1, m2) < 60 && pair(s1, s2) < 60;
    let is_fraction = match bytes.get(19..) {
        Some([]) => true,
        Some([b'.', digits @ ..]) => {
            digits.len() == 6 && digits.iter().all(u8::is_ascii_digit) && digits != b"000000"
        }
        _ => false,
    };
    is_time && is_fraction && is_day(day)
}

fn is_day(bytes: &[u8]) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else {
        return false;
    };
    let (century, year, month, day) = (pair(y1, y2), pair(y3, y4), pair(m1, m2), pair(d1, d2));
    century < NONE
        && year < NONE
        && (1..=12).contains(&month)
        && (1..=days_in(century * 100 + year, month)).contains(&day)
}

/// No number of two digits.
const NONE: i64 = 1_000;

/// The number that two digits are; [`NONE`] where one of them is no digit.
fn pair(tens: u8, ones: u8) -> i64 {
    match (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0')) {
        (tens @ 0..=9, ones @ 0..=9) => i64::from(tens) * 10 + i64::from(ones),
        _ => NONE,
    }
}

const DAY_US: i64 = 86_400_000_000;

fn date(text: &mut Brief, day: i64) -> fmt::Result {
    let (year, month, day) = civil(day);
    if (0..=9999).contains(&year) {
        text.two(year / 100)?;
        text.two(year % 100)?;
    } else {
        let sign = if year < 0 { "-" } else { "" };
        write!(text, "{sign}{:04}", year.unsigned_abs())?;
    }
    text.push(b"-")?;
    text.two(month)?;
    text.push(b"-")?;
    text.two(day)
}

/// With a fraction only where there is one, as ActiveRecord writes it.
fn time(text: &mut Brief, micros: i64) -> fmt::Result {
    let (second, micros) = (micros / 1_000_000, micros % 1_000_000);
    text.two(second / 3_600)?;
    text.push(b":")?;
    text.two(second / 60 % 60)?;
    text.push(b":")?;
    text.two(second % 60)?;
    if micros > 0 {
        text.push(b".")?;
        text.two(micros / 10_000)?;
        text.two(micros / 100 % 100)?;
        text.two(micros % 100)?;
    }
    Ok(())
}

fn decimal(text: &mut Brief, number: Decimal) -> fmt::Result {
    let scale = usize::from(number.scale);
    if scale == 0 {
        return write!(text, "{}", number.digits);
    }
    if number.digits < 0 {
        text.push(b"-")?;
    }
    let mut digits = Brief::new();
    write!(
        digits,
        "{:0width$}",
        number.digits.unsigned_abs(),
        width = scale + 1
    )?;
    let (whole, fraction) = digits.bytes().split_at(digits.bytes().len() - scale);
    text.push(whole)?;
    text.push(b".")?;
    text.push(fraction)
}

fn uuid(text: &mut Brief, number: u128) -> fmt::Result {
    let hex = |places: u32, from: u32| number >> from & ((1 << places) - 1);
    write!(
        text,
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        hex(32, 96),
        hex(16, 80),
        hex(16, 64),
        hex(16, 48),
        hex(48, 0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cell: Cell<'_>) -> String {
        match stored(cell) {
            Some(Stored::Made(brief)) => String::from_utf8_lossy(brief.bytes()).into_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_sqlite_has_goes_as_it_is_and_comes_back() {
        let cells = [
            Cell::Null,
            Cell::Int(i64::MIN),
            Cell::Float(f64::NEG_INFINITY),
            Cell::Text("a\0b"),
            Cell::Broken(b"caf\xe9"),
            Cell::Bytes(b""),
        ];
        for one in cells {
            assert_eq!(stored(one).map(cell), Some(one));
        }
        assert_eq!(stored(Cell::Bool(true)), Some(Stored::Int(1)));
        assert_eq!(stored(Cell::Json("{}")), Some(Stored::Text(b"{}")));
        assert_eq!(stored(Cell::Number("NaN")), Some(Stored::Text(b"NaN")));
    }

    #[test]
    fn nan_would_become_null() {
        assert_eq!(stored(Cell::Float(f64::NAN)), None);
    }

    #[test]
    fn times_are_written_as_active_record_writes_them() {
        assert_eq!(text(Cell::Date(0)), "1970-01-01");
        assert_eq!(text(Cell::Date(-719_529)), "-0001-12-31");
        assert_eq!(text(Cell::Date(i32::MAX)), "5881580-07-11");
        assert_eq!(text(Cell::Time(43_200_000_000)), "2000-01-01 12:00:00");
        assert_eq!(text(Cell::Moment(-1)), "1969-12-31 23:59:59.999999");
        assert_eq!(text(Cell::Moment(1_050_000)), "1970-01-01 00:00:01.050000");
        assert_eq!(text(Cell::Moment(i64::MAX)), "294247-01-10 04:00:54.775807");
        assert_eq!(
            text(Cell::Moment(i64::MIN)),
            "-290308-12-21 19:59:05.224192"
        );
    }

    #[test]
    fn texts_that_are_written_that_way_are_known() {
        for text in [
            "2024-02-29 00:00:00",
            "0000-01-01 23:59:59.000001",
            "9999-12-31 23:59:59.999999",
        ] {
            assert!(is_moment(text), "{text}");
        }
        for text in [
            "2023-02-29 00:00:00",
            "2024-01-01",
            "2024-01-01T00:00:00",
            "2024-01-01 24:00:00",
            "2024-01-01 00:00:60",
            "2024-01-01 00:00:00.000000",
            "2024-01-01 00:00:00.5",
            "2024-01-01 00:00:00.1234567",
            "2024-01-01 00:00:00Z",
            "2024-1-01 00:00:00 ",
            "2024-13-01 00:00:00",
            "2024-00-10 00:00:00",
            "2024-01-00 00:00:00",
            "2024-01-01 0a:00:00",
            "-024-01-01 00:00:00",
            "",
        ] {
            assert!(!is_moment(text), "{text}");
        }
        assert!(is_date("2024-02-29") && !is_date("2023-02-29") && !is_date("2024-02-29 "));
    }

    #[test]
    fn decimals_keep_their_zeros() {
        let number = |digits, scale| text(Cell::Decimal(Decimal { digits, scale }));
        assert_eq!(number(1250, 2), "12.50");
        assert_eq!(number(-5, 3), "-0.005");
        assert_eq!(number(-7, 0), "-7");
        assert_eq!(number(0, 1), "0.0");
        let most = 10_i128.pow(38) - 1;
        assert_eq!(number(-most, 38), format!("-0.{most}"));
        assert_eq!(
            stored(Cell::Decimal(Decimal {
                digits: 1,
                scale: 400
            })),
            None
        );
    }

    #[test]
    fn a_uuid_is_its_text() {
        let number = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef;
        assert_eq!(
            text(Cell::Uuid(number)),
            "01234567-89ab-cdef-0123-456789abcdef"
        );
    }
}
