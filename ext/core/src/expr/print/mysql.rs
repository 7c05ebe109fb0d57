//! What MySQL is known to do as we do: not much, as nobody has held the two together yet.

use super::{no, Piece, Printed};
use crate::expr::kind::Kind;
use crate::rows::SqlType;

/// A column, read as what it is.
pub fn column(name: &str, sql: &str, kind: &SqlType, named: &str) -> Printed {
    match kind {
        SqlType::Int { .. } | SqlType::Bool => Ok(Piece::new(sql.to_owned(), Kind::of_type(kind))),
        SqlType::Text(_) => no(format!(
            "MySQL compares {name} by the collation of the column"
        )),
        _ => no(format!(
            "{name} is {named}, which MySQL compares in its own way"
        )),
    }
}

/// Sums.
pub fn arithmetic() -> Printed {
    no("MySQL computes with its own digits behind the point, and divides by zero")
}
