//! Values as SQL.

use super::{no, NotPrintable, Piece, Printed};
use crate::expr::kind::Kind;
use crate::expr::literal::Literal;
use crate::rows::forms::{self, Era};
use crate::rows::Dialect;

/// Days and moments of years that every database writes in the same way.
const YEARS: std::ops::RangeInclusive<i64> = -719_162..=2_932_896;
const DAY_US: i64 = 86_400_000_000;

/// The literal as what it is compared with: a text may stand for a day, a moment or a UUID.
pub fn like(literal: &Literal, kind: Kind) -> Result<Literal, NotPrintable> {
    let Literal::Text(text) = literal else {
        return Ok(literal.clone());
    };
    let read = match kind {
        Kind::Uuid => forms::read_uuid(text).map(Literal::Uuid),
        Kind::Date | Kind::Moment => forms::read_moment(text).map(|us| match us % DAY_US {
            0 if kind == Kind::Date => {
                Literal::Date(i32::try_from(us / DAY_US).unwrap_or_default())
            }
            _ => Literal::Moment(us),
        }),
        _ => return Ok(literal.clone()),
    };
    read.ok_or_else(|| NotPrintable(format!("{text:?} is no {}", kind.name())))
}

/// The literal.
pub fn print(dialect: Dialect, literal: &Literal) -> Printed {
    let kind = Kind::of_literal(literal);
    let sql = match (dialect, literal) {
        (_, Literal::Null) => "NULL".to_owned(),
        (Dialect::Postgres, Literal::Bool(value)) => value.to_string().to_uppercase(),
        (_, Literal::Bool(value)) => i64::from(*value).to_string(),
        (_, Literal::Int(number)) if *number < 0 => format!("({number})"),
        (_, Literal::Int(number)) => number.to_string(),
        (Dialect::Postgres, Literal::Decimal(number)) => format!("'{number}'::numeric"),
        (Dialect::Postgres, Literal::Number(number)) => {
            format!("{}::numeric", text(dialect, number)?)
        }
        (_, Literal::Decimal(_) | Literal::Number(_)) => {
            return no(format!(
                "{} has no decimals in a comparison or a sum",
                dialect.name()
            ))
        }
        (Dialect::Postgres, Literal::Float(number)) => {
            let mut shown = String::new();
            // A float always has a text.
            let _ = crate::expr::write_text(&mut shown, crate::rows::Cell::Float(*number));
            format!("'{shown}'::float8")
        }
        (Dialect::Sqlite, Literal::Float(number)) if number.is_finite() => format!("({number:?})"),
        (_, Literal::Text(value)) => text(dialect, value)?,
        (Dialect::Postgres | Dialect::Sqlite, Literal::Date(day)) => {
            let shown = day_text(i64::from(*day))?;
            let word = if dialect == Dialect::Postgres {
                "DATE "
            } else {
                ""
            };
            format!("{word}'{shown}'")
        }
        (Dialect::Postgres, Literal::Moment(us)) => {
            day_text(us.div_euclid(DAY_US))?;
            let mut shown = Vec::new();
            forms::moment(&mut shown, *us, Era::Bc, false);
            format!("TIMESTAMP '{}'", String::from_utf8_lossy(&shown))
        }
        (Dialect::Postgres, Literal::Uuid(number)) => {
            let mut shown = Vec::new();
            forms::uuid(&mut shown, *number);
            format!("'{}'::uuid", String::from_utf8_lossy(&shown))
        }
        _ => return no(format!("{} has no such {}", dialect.name(), kind.name())),
    };
    Ok(Piece::new(sql, kind))
}

fn day_text(day: i64) -> Result<String, NotPrintable> {
    if !YEARS.contains(&day) {
        return no("years before 1 and after 9999 are written differently there");
    }
    let mut shown = Vec::new();
    forms::date(&mut shown, i32::try_from(day).unwrap_or_default(), Era::Bc);
    Ok(String::from_utf8_lossy(&shown).into_owned())
}

fn text(dialect: Dialect, value: &str) -> Result<String, NotPrintable> {
    if value.contains('\0') {
        return no(format!("{} takes no NUL byte in a text", dialect.name()));
    }
    if dialect == Dialect::Mysql {
        return no("MySQL compares texts by the collation of their column");
    }
    let quoted = format!("'{}'", value.replace('\'', "''"));
    Ok(match dialect {
        // A text of its own, not of whatever type would suit.
        Dialect::Postgres => format!("{quoted}::text"),
        _ => quoted,
    })
}
