//! Values that an expression or a step brings along.

use crate::rows::{Cell, Decimal};

/// A cell that owns its text.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// A decimal number.
    Decimal(Decimal),
    /// A number of more digits, `NaN` or `Infinity`.
    Number(String),
    /// Text.
    Text(String),
    /// Text that is not UTF-8.
    Broken(Vec<u8>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A day.
    Date(i32),
    /// A time of day.
    Time(i64),
    /// A moment.
    Moment(i64),
    /// A UUID.
    Uuid(u128),
    /// JSON.
    Json(String),
}

impl Literal {
    /// The cell, its text copied.
    #[must_use]
    pub fn of(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Bool(value) => Self::Bool(value),
            Cell::Int(value) => Self::Int(value),
            Cell::Float(value) => Self::Float(value),
            Cell::Decimal(value) => Self::Decimal(value),
            Cell::Number(text) => Self::Number(text.to_owned()),
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Broken(bytes) => Self::Broken(bytes.to_owned()),
            Cell::Bytes(bytes) => Self::Bytes(bytes.to_owned()),
            Cell::Date(value) => Self::Date(value),
            Cell::Time(value) => Self::Time(value),
            Cell::Moment(value) => Self::Moment(value),
            Cell::Uuid(value) => Self::Uuid(value),
            Cell::Json(text) => Self::Json(text.to_owned()),
        }
    }

    /// The cell again.
    #[inline]
    #[must_use]
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Bool(value) => Cell::Bool(*value),
            Self::Int(value) => Cell::Int(*value),
            Self::Float(value) => Cell::Float(*value),
            Self::Decimal(value) => Cell::Decimal(*value),
            Self::Number(text) => Cell::Number(text),
            Self::Text(text) => Cell::Text(text),
            Self::Broken(bytes) => Cell::Broken(bytes),
            Self::Bytes(bytes) => Cell::Bytes(bytes),
            Self::Date(value) => Cell::Date(*value),
            Self::Time(value) => Cell::Time(*value),
            Self::Moment(value) => Cell::Moment(*value),
            Self::Uuid(value) => Cell::Uuid(*value),
            Self::Json(text) => Cell::Json(text),
        }
    }
}
