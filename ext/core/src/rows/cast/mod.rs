//! Values made to fit the sink's columns: strictly, so that nothing is written that the source did not say.

mod json;
mod number;
pub(super) mod text;
mod times;
pub mod whole;

use std::borrow::Cow;

use super::cell::Cell;
use super::misfit::Misfit;
use super::sql_type::SqlType;
use crate::dialect::Dialect;

/// What is wrong with a value, as the end of a sentence.
pub(super) type Why = Cow<'static, str>;

/// A column that is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: SqlType,
    /// The database that it is in.
    pub dialect: Dialect,
}

impl Target {
    /// A column by its name and by what ActiveRecord gives as its `sql_type`.
    #[must_use]
    pub fn new(name: &str, sql_type: &str, dialect: Dialect) -> Self {
        Self {
            name: name.to_owned(),
            kind: SqlType::parse(sql_type, dialect),
            dialect,
        }
    }
}

/// The value as the column keeps it. `room` is for text that has to be made for it.
///
/// # Errors
/// A sentence for whoever looks at the reject, when the value is not one that the column can keep.
#[inline]
pub fn cast<'a>(
    cell: Cell<'a>,
    to: &Target,
    room: &'a mut String,
) -> Result<Cell<'a>, Box<Misfit>> {
    match (&to.kind, cell) {
        (_, Cell::Null)
        | (SqlType::Bool, Cell::Bool(_))
        | (
            SqlType::Int {
                bytes: 8,
                unsigned: false,
            },
            Cell::Int(_),
        )
        | (SqlType::Float8, Cell::Float(_))
        | (SqlType::Numeric(None), Cell::Decimal(_))
        | (SqlType::Bytes, Cell::Bytes(_))
        | (SqlType::Date, Cell::Date(_))
        | (SqlType::Uuid, Cell::Uuid(_)) => Ok(cell),
        _ => by_type(cell, to, room).map_err(|why| Box::new(Misfit::new(&to.name, &cell, why))),
    }
}

fn by_type<'a>(cell: Cell<'a>, to: &Target, room: &'a mut String) -> Result<Cell<'a>, Why> {
    match &to.kind {
        SqlType::Bool => boolean(cell),
        SqlType::Int { bytes, unsigned } => number::whole(cell, *bytes, *unsigned),
        SqlType::Float4 => number::single(cell, to.dialect),
        SqlType::Float8 => number::float(cell),
        SqlType::Numeric(limits) => number::numeric(cell, *limits, to.dialect, room),
        SqlType::Text(limit) => text::text(cell, *limit, to.dialect, room),
        SqlType::Bytes => bytes(cell),
        SqlType::Date => times::date(cell, to.dialect),
        SqlType::Time => times::time(cell),
        SqlType::Moment { precision, .. } => times::moment(cell, *precision, to.dialect),
        SqlType::Uuid => uuid(cell),
        SqlType::Json | SqlType::Jsonb => json::json(cell, to.dialect, room),
        SqlType::Other(_) => text::other(cell, to.dialect, room),
    }
}

fn boolean(cell: Cell<'_>) -> Result<Cell<'_>, Why> {
    let found = match cell {
        Cell::Int(number @ (0 | 1)) => Some(number == 1),
        Cell::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "t" | "true" | "1" | "yes" | "y" | "on" => Some(true),
            "f" | "false" | "0" | "no" | "n" | "off" => Some(false),
            _ => None,
        },
        Cell::Decimal(number) => match number.to_i64() {
            Some(number @ (0 | 1)) => Some(number == 1),
            _ => None,
        },
        _ => None,
    };
    found
        .map(Cell::Bool)
        .ok_or(Cow::Borrowed("is neither true nor false"))
}

fn bytes(cell: Cell<'_>) -> Result<Cell<'_>, Why> {
    match cell {
        Cell::Text(text) | Cell::Json(text) => Ok(Cell::Bytes(text.as_bytes())),
        Cell::Broken(bytes) => Ok(Cell::Bytes(bytes)),
        _ => Err(Cow::Borrowed("is neither bytes nor text")),
    }
}

fn uuid(cell: Cell<'_>) -> Result<Cell<'_>, Why> {
    match cell {
        Cell::Text(text) => super::forms::read_uuid(text).map(Cell::Uuid),
        _ => None,
    }
    .ok_or(Cow::Borrowed("is no uuid"))
}
