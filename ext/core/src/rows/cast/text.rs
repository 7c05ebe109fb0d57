//! Values for columns of text, and for those whose type only the database understands.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;

use super::Why;
use crate::dialect::Dialect;
use crate::rows::cell::Cell;
use crate::rows::forms::{self, Era};

/// Text of at most so many characters.
pub fn text<'a>(
    cell: Cell<'a>,
    limit: Option<u32>,
    dialect: Dialect,
    room: &'a mut String,
) -> Result<Cell<'a>, Why> {
    let text = match cell {
        Cell::Text(text) | Cell::Json(text) | Cell::Number(text) => text,
        // SQLite keeps under the name of text whatever bytes it is given.
        Cell::Broken(_) if dialect == Dialect::Sqlite => return Ok(cell),
        Cell::Broken(_) => return Err(Cow::Borrowed("is not UTF-8")),
        Cell::Bytes(_) => return Err(Cow::Borrowed("is binary and the column is text")),
        _ => printed(&cell, room),
    };
    allowed(text, dialect)?;
    within(text, limit).map(Cell::Text)
}

/// What the database will read as its own type: text and numbers as they are.
pub fn other<'a>(cell: Cell<'a>, dialect: Dialect, room: &'a mut String) -> Result<Cell<'a>, Why> {
    match cell {
        Cell::Int(_) | Cell::Float(_) | Cell::Decimal(_) | Cell::Bool(_) => Ok(cell),
        _ => text(cell, None, dialect, room),
    }
}

/// PostgreSQL has no text with a NUL in it, and SQLite's own functions end at one.
pub fn allowed(text: &str, dialect: Dialect) -> Result<(), Why> {
    if dialect == Dialect::Mysql || !text.as_bytes().contains(&0) {
        return Ok(());
    }
    Err(Cow::Owned(format!(
        "has a NUL byte, which {} does not take in text",
        dialect.name()
    )))
}

fn within(text: &str, limit: Option<u32>) -> Result<&str, Why> {
    let Some(limit) = limit.map(|limit| limit as usize) else {
        return Ok(text);
    };
    // No character takes less than a byte, so most texts need no counting.
    if text.len() <= limit {
        return Ok(text);
    }
    match text.char_indices().nth(limit) {
        None => Ok(text),
        Some((at, _)) => {
            let (kept, rest) = text.split_at_checked(at).unwrap_or((text, ""));
            // Blanks at the end are cut off, as the SQL standard has it.
            if rest.bytes().all(|byte| byte == b' ') {
                return Ok(kept);
            }
            let count = text.chars().count();
            Err(Cow::Owned(format!(
                "has {count} characters where the column takes {limit}"
            )))
        }
    }
}

fn printed<'a>(cell: &Cell<'_>, room: &'a mut String) -> &'a str {
    room.clear();
    let mut out = std::mem::take(room).into_bytes();
    plain(&mut out, cell);
    *room = String::from_utf8(out).unwrap_or_default();
    room
}

/// A number, a day, a moment: as text that the databases read again.
pub(in crate::rows) fn plain(out: &mut Vec<u8>, cell: &Cell<'_>) {
    match cell {
        Cell::Null => {}
        Cell::Bool(value) => out.extend(if *value { "true" } else { "false" }.bytes()),
        Cell::Int(number) => int(out, *number),
        Cell::Float(number) => float(out, *number),
        Cell::Decimal(number) => {
            let _ = write!(out, "{number}");
        }
        Cell::Number(text) | Cell::Text(text) | Cell::Json(text) => out.extend(text.bytes()),
        Cell::Broken(bytes) | Cell::Bytes(bytes) => out.extend(*bytes),
        Cell::Date(day) => forms::date(out, *day, Era::Sign),
        Cell::Time(us) => forms::time(out, *us),
        Cell::Moment(us) => forms::moment(out, *us, Era::Sign, false),
        Cell::Uuid(number) => forms::uuid(out, *number),
    }
}

/// Its digits.
pub(in crate::rows) fn int(out: &mut Vec<u8>, number: i64) {
    let _ = write!(out, "{number}");
}

/// The fewest digits that are this float and no other; `NaN`, `Infinity`, `-Infinity` as PostgreSQL writes them.
pub(in crate::rows) fn float(out: &mut Vec<u8>, number: f64) {
    if number.is_infinite() {
        let text = if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        };
        out.extend(text.bytes());
        return;
    }
    let mut text = String::new();
    let _ = write!(text, "{number:?}");
    out.extend(text.bytes());
}
