//! One value of a row.

use super::decimal::Decimal;

/// One value on its way from a source to a sink. Text and bytes are borrowed from whatever holds the row (a batch's
/// arena, a buffer of the database's client), so a cell is as cheap to pass as a number.
///
/// A source gives the kind that its database gave: SQLite has no booleans, decimals or moments, so from there they come
/// as numbers and text, and become what the sink's column is only when they are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i64),
    /// A floating point number, any bits.
    Float(f64),
    /// A decimal number of at most 38 digits.
    Decimal(Decimal),
    /// A number that none of the others holds, as text: more digits, or `NaN`, `Infinity`, `-Infinity`.
    Number(&'a str),
    /// UTF-8 text.
    Text(&'a str),
    /// Text that is not UTF-8, which nothing may look into: it goes on as the bytes it is, or is refused.
    Broken(&'a [u8]),
    /// Bytes that are no text.
    Bytes(&'a [u8]),
    /// A day, in days since 1970-01-01.
    Date(i32),
    /// A time of day, in microseconds since midnight.
    Time(i64),
    /// A moment, in microseconds since 1970-01-01 00:00:00 UTC.
    Moment(i64),
    /// A UUID, its 16 bytes as one big-endian number.
    Uuid(u128),
    /// JSON, as text.
    Json(&'a str),
}

impl Cell<'_> {
    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// What kind of value it is, as messages name it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Int(_) => "integer",
            Self::Float(_) => "float",
            Self::Decimal(_) | Self::Number(_) => "decimal",
            Self::Text(_) => "text",
            Self::Broken(_) => "text that is not UTF-8",
            Self::Bytes(_) => "binary",
            Self::Date(_) => "date",
            Self::Time(_) => "time",
            Self::Moment(_) => "datetime",
            Self::Uuid(_) => "uuid",
            Self::Json(_) => "json",
        }
    }
}
