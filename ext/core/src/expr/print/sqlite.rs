//! What SQLite needs to be told. It is typed by the value, so each column is guarded: where it holds something else than
//! its type says, the statement ends with an error (integer overflow), and the rows themselves have to be looked at.

use super::{no, Piece, Printed};
use crate::expr::kind::Kind;
use crate::expr::tree::Operator;
use crate::rows::SqlType;

/// An error, at run time only: it has to depend on a column, as what is constant is computed before any row.
pub fn error(column: &str) -> String {
    format!("abs((typeof({column}) IS NULL) - 9223372036854775807 - 1)")
}

/// A column, read as what it is.
pub fn column(name: &str, sql: &str, kind: &SqlType, named: &str) -> Printed {
    let is = match kind {
        SqlType::Int { .. } => format!("typeof({sql}) = 'integer'"),
        SqlType::Bool => format!("typeof({sql}) = 'integer' AND {sql} IN (0, 1)"),
        SqlType::Text(_) => format!("typeof({sql}) = 'text'"),
        SqlType::Float4 | SqlType::Float8 => format!("typeof({sql}) = 'real'"),
        SqlType::Date => format!("date({sql}) IS {sql}"),
        SqlType::Numeric(_) => {
            return no(format!(
                "SQLite keeps {name} ({named}) as a floating point number"
            ))
        }
        SqlType::Moment { .. } | SqlType::Time => {
            return no(format!(
                "SQLite keeps {name} ({named}) as text of several forms"
            ))
        }
        _ => return no(format!("{name} is {named}, which is not looked into here")),
    };
    let guarded = format!(
        "CASE WHEN {sql} IS NULL OR ({is}) THEN {sql} ELSE {} END",
        error(sql)
    );
    Ok(Piece::new(guarded, Kind::of_type(kind)).failing(true))
}

/// Beyond 64 bits SQLite goes over to floating point, which shows in what comes out.
pub fn arithmetic(operator: Operator, left: Piece, right: Piece) -> Printed {
    if left.kind != Kind::Int || right.kind != Kind::Int {
        return no("SQLite computes with floating point numbers");
    }
    if operator == Operator::By {
        return no("SQLite divides whole numbers without a rest, and anything by zero");
    }
    // Once floating point it stays so, so only the whole sum has to be looked at.
    let part = |one: &Piece| one.sum.as_ref().unwrap_or(&one.sql).clone();
    let sum = format!("({} {} {})", part(&left), operator.sign(), part(&right));
    let guarded = sql_of(&sum, left.column.as_ref().or(right.column.as_ref()))?;
    let piece = Piece::new(guarded, Kind::Int)
        .of([&left, &right])
        .failing(true);
    Ok(Piece {
        sum: Some(sum),
        ..piece
    })
}

fn sql_of(sum: &str, column: Option<&String>) -> Result<String, super::NotPrintable> {
    match column {
        Some(column) => Ok(format!(
            "CASE typeof({sum}) WHEN 'real' THEN {} ELSE {sum} END",
            error(column)
        )),
        None => no("it reads no column"),
    }
}
