//! Values from Ruby that a query is asked with.

use active_data_flow_core::rows::sqlite::{stored, Stored};
use active_data_flow_core::rows::Cell;
use magnus::{RArray, Ruby, Value};

use crate::cells::given;
use crate::errors::{argument_error, range_error, type_error, Raised};

/// A value with bytes of its own.
pub enum Parameter {
    Null,
    Int(i64),
    Float(f64),
    Text(Box<[u8]>),
    Blob(Box<[u8]>),
}

impl Parameter {
    fn of(value: Stored<'_>) -> Self {
        match value {
            Stored::Null => Self::Null,
            Stored::Int(number) => Self::Int(number),
            Stored::Float(number) => Self::Float(number),
            Stored::Text(bytes) => Self::Text(bytes.into()),
            Stored::Made(brief) => Self::Text(brief.bytes().into()),
            Stored::Blob(bytes) => Self::Blob(bytes.into()),
        }
    }

    pub fn stored(&self) -> Stored<'_> {
        match self {
            Self::Null => Stored::Null,
            Self::Int(number) => Stored::Int(*number),
            Self::Float(number) => Stored::Float(*number),
            Self::Text(bytes) => Stored::Text(bytes),
            Self::Blob(bytes) => Stored::Blob(bytes),
        }
    }
}

/// # Errors
/// As a batch refuses values; a `RangeError` for a number beyond what SQLite has; an `ArgumentError` when there are more or
/// fewer than `wanted`.
pub fn parameters(ruby: &Ruby, values: Value, wanted: usize) -> Result<Vec<Parameter>, Raised> {
    let Some(array) = RArray::from_value(values) else {
        return Err(type_error(
            ruby,
            "the values of a query are an Array".into(),
        ));
    };
    let count = array.len();
    if count != wanted {
        let message = format!("the query takes {wanted} values, not {count}");
        return Err(argument_error(ruby, message));
    }
    (0..count)
        .map(|place| {
            given(ruby, array.entry(place as isize)?, |cell| match cell {
                Cell::Number(text) => Err(too_large(ruby, text)),
                other => stored(other)
                    .map(Parameter::of)
                    .ok_or_else(|| too_large(ruby, other.kind())),
            })
        })
        .collect()
}

#[cold]
fn too_large(ruby: &Ruby, what: &str) -> Raised {
    range_error(
        ruby,
        format!("SQLite has no such number to compare with: {what}"),
    )
}
