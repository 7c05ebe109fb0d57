//! What PostgreSQL needs to be told.

use super::{no, Piece, Printed};
use crate::expr::kind::Kind;
use crate::expr::tree::Operator;
use crate::rows::SqlType;

/// A column, read as what it is.
pub fn column(name: &str, sql: &str, kind: &SqlType, named: &str) -> Printed {
    let found = Kind::of_type(kind);
    let padded = named.to_ascii_lowercase();
    let is_padded = ["character(", "char(", "bpchar"]
        .iter()
        .any(|start| padded.starts_with(start))
        || padded == "character"
        || padded == "char";
    if is_padded {
        return no(format!(
            "{name} is {named}, which PostgreSQL fills with blanks"
        ));
    }
    let sql = match kind {
        // As it is read elsewhere, by its digits.
        SqlType::Float4 => format!("({sql})::text::float8"),
        SqlType::Text(_) => format!("({sql})::text"),
        SqlType::Moment { zoned: true, .. } => format!("({sql} AT TIME ZONE 'UTC')"),
        SqlType::Json | SqlType::Jsonb | SqlType::Other(_) | SqlType::Bytes => {
            return no(format!("{name} is {named}, which is not looked into here"))
        }
        _ => sql.to_owned(),
    };
    Ok(Piece {
        loose: *kind == SqlType::Numeric(None),
        ..Piece::new(sql, found)
    })
}

fn numeric(one: &Piece) -> String {
    format!("({})::numeric", one.sql)
}

fn float(one: &Piece) -> String {
    format!("({})::float8", one.sql)
}

/// Whole numbers are summed as numerics, which have room for all digits.
pub fn arithmetic(operator: Operator, left: Piece, right: Piece) -> Piece {
    let kind = match (operator, left.kind.or(right.kind)) {
        (Operator::By, Kind::Int) => Kind::Decimal,
        (_, kind) => kind,
    };
    let (one, two) = if kind == Kind::Float {
        (float(&left), float(&right))
    } else {
        (numeric(&left), numeric(&right))
    };
    let sql = format!("({one} {} {two})", operator.sign());
    let fails = operator == Operator::By || kind == Kind::Float;
    Piece::new(sql, kind).of([&left, &right]).failing(fails)
}

/// A day as the moment at which it begins.
pub fn as_moment(one: Piece) -> Piece {
    Piece::new(format!("({})::timestamp", one.sql), Kind::Moment)
        .of([&one])
        .failing(true)
}

/// A float by the fewest digits that say it, as its text does.
pub fn round(one: Piece, digits: u8) -> Piece {
    let kind = if digits == 0 {
        Kind::Int
    } else {
        Kind::Decimal
    };
    let number = if one.kind == Kind::Float {
        format!("({})::text::numeric", one.sql)
    } else {
        numeric(&one)
    };
    let rounded = Piece::new(format!("round({number}, {digits})"), kind).of([&one]);
    Piece {
        loose: false,
        ..rounded
    }
}

/// The texts of numbers do not depend on the session; those of days and moments do.
pub fn concat(parts: &[Piece]) -> Printed {
    let mut texts = Vec::with_capacity(parts.len());
    for part in parts {
        match part.kind {
            Kind::Text | Kind::Int | Kind::Float | Kind::Bool | Kind::Uuid => {}
            Kind::Decimal if !part.loose => {}
            Kind::Decimal => {
                return no(
                    "how many digits a numeric without a scale has depends on how it is read",
                )
            }
            kind => {
                return no(format!(
                    "how PostgreSQL prints a {} depends on the session",
                    kind.name()
                ))
            }
        }
        texts.push(format!("({})::text", part.sql));
    }
    Ok(Piece::new(format!("({})", texts.join(" || ")), Kind::Text).of(parts))
}

/// The blanks that Ruby takes off; a NUL is none, as no text there has one.
pub fn strip(one: Piece) -> Piece {
    let sql = format!("btrim({}, E' \\t\\n\\x0b\\f\\r')", one.sql);
    Piece::new(sql, Kind::Text).of([&one])
}
