//! Where a run stands: the position of the last row that it has committed, after which it goes on.
//!
//! A position is one value, or a list of values where several columns give the order. It has one text form (described in
//! `text.rs`) that is stored and shown, and from which the same values come back.

mod advance;
mod number;
mod text;

pub use advance::advances;
pub use number::{Float, Number};

use super::refusal::{shown, Refusal};
use crate::clock;

/// Years that a position may have: nine digits, either side of 0.
const MAX_YEAR: i64 = 999_999_999;
const DAY_SECONDS: i64 = 86_400;

/// One value of a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// No value. Only inside a list: a single column that orders rows has a value in each.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i64),
    /// A whole number beyond 64 bits.
    BigInt(Number),
    /// A floating point number.
    Float(Float),
    /// A decimal number.
    Decimal(Number),
    /// UTF-8 text.
    Text(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// A UUID, its 16 bytes as one big-endian number.
    Uuid(u128),
    /// A moment: seconds since the epoch (UTC), and nanoseconds. Made by [`Part::time`].
    Time(Moment),
    /// A day. Made by [`Part::date`].
    Date(Day),
}

/// A moment in a year that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    seconds: i64,
    nanos: u32,
}

impl Moment {
    /// Seconds since the epoch.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after that second.
    #[must_use]
    pub const fn nanos(self) -> u32 {
        self.nanos
    }
}

/// A day in a year that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i64 {
        self.0
    }
}

impl Part {
    /// A whole number of any size, from decimal digits with an optional sign.
    ///
    /// # Errors
    /// [`Refusal::Position`] when the text is something else.
    pub fn int(digits: &str) -> Result<Self, Refusal> {
        let number = Number::read(digits).filter(Number::is_whole);
        let number = number.ok_or_else(|| unfit(digits, "a whole number"))?;
        Ok(match number.as_str().parse() {
            Ok(small) => Self::Int(small),
            Err(_) => Self::BigInt(number),
        })
    }

    /// A decimal number, from digits with or without a point, or `NaN`, `Infinity`, `-Infinity`.
    ///
    /// # Errors
    /// [`Refusal::Position`] when the text is something else.
    pub fn decimal(text: &str) -> Result<Self, Refusal> {
        let number = Number::read(text).ok_or_else(|| unfit(text, "a decimal number"))?;
        Ok(Self::Decimal(number))
    }

    /// A UUID, from its text with hyphens in either case.
    ///
    /// # Errors
    /// [`Refusal::Position`] when the text is something else.
    pub fn uuid(text: &str) -> Result<Self, Refusal> {
        text::uuid(text)
            .map(Self::Uuid)
            .ok_or_else(|| unfit(text, "a UUID"))
    }

    /// A moment.
    ///
    /// # Errors
    /// [`Refusal::Position`] when the year has more than nine digits, or the nanoseconds are a second or more.
    pub fn time(seconds: i64, nanos: u32) -> Result<Self, Refusal> {
        if nanos >= 1_000_000_000 || !writable(seconds.div_euclid(DAY_SECONDS)) {
            return Err(too_far("time"));
        }
        Ok(Self::Time(Moment { seconds, nanos }))
    }

    /// A day, from days since 1970-01-01.
    ///
    /// # Errors
    /// [`Refusal::Position`] when the year has more than nine digits.
    pub fn date(days: i64) -> Result<Self, Refusal> {
        match writable(days) {
            true => Ok(Self::Date(Day(days))),
            false => Err(too_far("date")),
        }
    }
}

/// Whether the day lies in a year of at most nine digits.
const fn writable(days: i64) -> bool {
    const FIRST: i64 = clock::days(-MAX_YEAR, 1, 1);
    const LAST: i64 = clock::days(MAX_YEAR, 12, 31);
    FIRST <= days && days <= LAST
}

fn too_far(what: &str) -> Refusal {
    Refusal::Position(format!(
        "the year of a {what} in a position has at most nine digits"
    ))
}

fn unfit(text: &str, wanted: &str) -> Refusal {
    Refusal::Position(format!("{} is not {wanted}", shown(text)))
}

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    parts: Vec<Part>,
    is_list: bool,
}

impl Position {
    /// The position in an order by one column.
    ///
    /// # Errors
    /// [`Refusal::Position`] for NULL: nothing can be read after it.
    pub fn one(part: Part) -> Result<Self, Refusal> {
        if part == Part::Null {
            return Err(Refusal::Position(
                "a position is not null; only inside a list a part may be".to_owned(),
            ));
        }
        Ok(Self {
            parts: vec![part],
            is_list: false,
        })
    }

    /// The position in an order by several columns (or one).
    ///
    /// # Errors
    /// [`Refusal::Position`] for an empty list.
    pub fn list(parts: Vec<Part>) -> Result<Self, Refusal> {
        if parts.is_empty() {
            return Err(Refusal::Position(
                "a position has at least one part; an empty list is none".to_owned(),
            ));
        }
        Ok(Self {
            parts,
            is_list: true,
        })
    }

    /// Its values.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether it is a list, even if of one part.
    #[must_use]
    pub const fn is_list(&self) -> bool {
        self.is_list
    }

    /// Its text, as in `int:42` or `[time:2026-01-02T03:04:05.000000000Z, int:42]`; `text.rs` describes the form.
    #[must_use]
    pub fn encode(&self) -> String {
        text::encode(self)
    }

    /// The position that has this text.
    ///
    /// # Errors
    /// [`Refusal::Position`] for anything that [`Position::encode`] would not write, with what is wrong about it.
    pub fn decode(text: &str) -> Result<Self, Refusal> {
        text::decode(text)
    }
}
