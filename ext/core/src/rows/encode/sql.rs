//! Rows as literals of SQL: `(1, 'Ada', NULL), (2, 'Bob', 1.5)`.

use std::ops::Range;

use super::{live, Sending};
use crate::dialect::Dialect;
use crate::rows::batch::Batch;
use crate::rows::cast::{text, Target};
use crate::rows::cell::Cell;
use crate::rows::forms::{self, Era};
use crate::rows::misfit::Misfit;
use crate::rows::refusal::Refusal;
use crate::rows::sql_type::SqlType;
use crate::rows::sqlite::{self, Stored};

/// Appends the live rows of a range, with commas between them; nothing when there is none.
///
/// # Errors
/// [`Refusal::Misfit`] for a value that its column does not take, or that SQL of this database cannot say. What was
/// appended by then has to be thrown away.
pub fn values(
    batch: &Batch,
    sending: &Sending<'_>,
    rows: Range<usize>,
    out: &mut Vec<u8>,
) -> Result<(), Refusal> {
    let mut room = String::new();
    for (count, row) in live(batch, rows).enumerate() {
        out.extend(if count == 0 { &b"("[..] } else { b", (" });
        let mut unsaid = None;
        sending.cells(batch, row, &mut room, |place, _, cell| {
            if place > 0 {
                out.extend(b", ");
            }
            let target = sending.columns.get(place).map(|(_, target, _)| *target);
            if let (None, Some(target)) = (&unsaid, target) {
                unsaid = literal(out, target, cell).err();
            }
        })?;
        if let Some(misfit) = unsaid {
            return Err(Refusal::Misfit { row, misfit });
        }
        out.push(b')');
    }
    Ok(())
}

/// Appends one value, as the adapter quotes it.
///
/// # Errors
/// What the SQL of this database cannot say: NaN and the infinite numbers outside PostgreSQL, text that is not UTF-8.
pub fn literal(out: &mut Vec<u8>, target: &Target, cell: Cell<'_>) -> Result<(), Box<Misfit>> {
    let dialect = target.dialect;
    match cell {
        Cell::Null => out.extend(b"NULL"),
        Cell::Bool(value) => out.extend(match (value, dialect) {
            (true, Dialect::Postgres) => &b"TRUE"[..],
            (false, Dialect::Postgres) => b"FALSE",
            (true, _) => b"1",
            (false, _) => b"0",
        }),
        Cell::Int(_) | Cell::Decimal(_) => text::plain(out, &cell),
        // PostgreSQL reads a bare one as numeric, which has no negative zero.
        Cell::Float(number) if number == 0.0 && dialect == Dialect::Postgres => {
            quoted(out, |out| text::float(out, number));
        }
        Cell::Float(number) if number.is_finite() => text::float(out, number),
        Cell::Number(digits) if digits.ends_with(|last: char| last.is_ascii_digit()) => {
            out.extend(digits.bytes());
        }
        Cell::Float(_) | Cell::Number(_) if dialect == Dialect::Postgres => {
            quoted(out, |out| text::plain(out, &cell));
        }
        Cell::Float(_) | Cell::Number(_) => {
            return Err(unsaid(target, &cell, "is no number that the database has"));
        }
        Cell::Text(text) | Cell::Json(text) => string(out, text, dialect),
        Cell::Broken(bytes) if dialect == Dialect::Sqlite => {
            out.extend(b"CAST(");
            blob(out, bytes, dialect);
            out.extend(b" AS TEXT)");
        }
        Cell::Broken(_) => return Err(unsaid(target, &cell, "is not UTF-8")),
        Cell::Bytes(bytes) => blob(out, bytes, dialect),
        Cell::Date(_) | Cell::Time(_) | Cell::Moment(_) | Cell::Uuid(_) => {
            quoted(out, |out| timely(out, target, cell));
        }
    }
    Ok(())
}

#[cold]
fn unsaid(target: &Target, cell: &Cell<'_>, why: &'static str) -> Box<Misfit> {
    Box::new(Misfit::new(&target.name, cell, why.into()))
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'\'');
    write(out);
    out.push(b'\'');
}

fn timely(out: &mut Vec<u8>, target: &Target, cell: Cell<'_>) {
    if target.dialect == Dialect::Sqlite {
        // For SQLite a moment is its text, so there must be one for each.
        if let Some(Stored::Made(text)) = sqlite::stored(cell) {
            out.extend(text.bytes());
        }
        return;
    }
    let era = match target.dialect {
        Dialect::Postgres => Era::Bc,
        _ => Era::Sign,
    };
    let zoned = matches!(target.kind, SqlType::Moment { zoned: true, .. });
    match cell {
        Cell::Date(day) => forms::date(out, day, era),
        Cell::Moment(us) => forms::moment(out, us, era, zoned),
        Cell::Time(us) => forms::time(out, us),
        _ => text::plain(out, &cell),
    }
}

/// Quotes are doubled. MySQL reads backslashes too, and has them for what a terminal or a log would trip over.
fn string(out: &mut Vec<u8>, text: &str, dialect: Dialect) {
    out.push(b'\'');
    for byte in text.bytes() {
        match (byte, dialect) {
            (b'\'', Dialect::Postgres | Dialect::Sqlite) => out.extend(b"''"),
            (b'\'' | b'"' | b'\\', Dialect::Mysql) => out.extend([b'\\', byte]),
            (0, Dialect::Mysql) => out.extend(b"\\0"),
            (b'\n', Dialect::Mysql) => out.extend(b"\\n"),
            (b'\r', Dialect::Mysql) => out.extend(b"\\r"),
            (0x1a, Dialect::Mysql) => out.extend(b"\\Z"),
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
}

fn blob(out: &mut Vec<u8>, bytes: &[u8], dialect: Dialect) {
    out.extend(if dialect == Dialect::Postgres {
        &b"'\\x"[..]
    } else {
        b"x'"
    });
    forms::hex(out, bytes);
    out.push(b'\'');
}
