//! Rows of COPY in its text form.

use std::borrow::Cow;

use super::{no_copy, Piece};
use crate::rows::batch::Batch;
use crate::rows::cell::Cell;
use crate::rows::decimal::Decimal;
use crate::rows::forms;
use crate::rows::refusal::Refusal;
use crate::rows::sql_type::SqlType;

/// A row, if all of it is there.
pub fn row(bytes: &[u8], kinds: &[SqlType], batch: &mut Batch) -> Result<Piece, Refusal> {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return Ok(Piece::Unfinished);
    };
    let line = bytes.get(..end).unwrap_or_default();
    if line == b"\\." {
        return Ok(Piece::End);
    }
    let mut fields = line.split(|byte| *byte == b'\t');
    let count = fields.clone().count();
    // A row without columns is an empty line.
    if count != kinds.len() && !(kinds.is_empty() && line.is_empty()) {
        return Err(no_copy(&format!(
            "a row has {count} fields where {} are expected",
            kinds.len()
        )));
    }
    batch.begin_row()?;
    for (column, kind) in kinds.iter().enumerate() {
        let put = put(batch, column, kind, fields.next().unwrap_or_default());
        if let Err(refusal) = put {
            batch.give_up_row();
            return Err(refusal);
        }
    }
    batch.end_row();
    Ok(Piece::Row(end + 1))
}

fn put(batch: &mut Batch, column: usize, kind: &SqlType, field: &[u8]) -> Result<(), Refusal> {
    if field == b"\\N" {
        return batch.put_in(column, Cell::Null);
    }
    let field = unescaped(field);
    let Ok(text) = std::str::from_utf8(&field) else {
        return batch.put_in(column, Cell::Broken(&field));
    };
    if let (SqlType::Bytes, Some(digits)) = (kind, text.strip_prefix("\\x")) {
        let bytes = forms::read_hex(digits.as_bytes())
            .ok_or_else(|| no_copy("bytes that are no hexadecimal digits"))?;
        return batch.put_in(column, Cell::Bytes(&bytes));
    }
    batch.put_in(column, cell(kind, text))
}

/// The cell that the text is; what the type does not have as a kind of its own (infinity) stays text.
fn cell<'a>(kind: &SqlType, text: &'a str) -> Cell<'a> {
    let found = match kind {
        SqlType::Bool if matches!(text, "t" | "f") => Some(Cell::Bool(text == "t")),
        SqlType::Int { .. } => text.parse().ok().map(Cell::Int),
        // Of a real PostgreSQL says the shortest digits that tell it from the others, and these are its value here.
        SqlType::Float4 | SqlType::Float8 => text.parse().ok().map(Cell::Float),
        SqlType::Numeric(Some((_, 0))) => Some(text.parse().map_or(Cell::Number(text), Cell::Int)),
        SqlType::Numeric(_) => Some(Decimal::parse(text).map_or(Cell::Number(text), Cell::Decimal)),
        SqlType::Date => forms::read_date(text).map(Cell::Date),
        SqlType::Time => forms::read_time(text).map(Cell::Time),
        SqlType::Moment { .. } => forms::read_moment(text).map(Cell::Moment),
        SqlType::Uuid => forms::read_uuid(text).map(Cell::Uuid),
        SqlType::Json | SqlType::Jsonb => Some(Cell::Json(text)),
        SqlType::Bool | SqlType::Text(_) | SqlType::Bytes | SqlType::Other(_) => None,
    };
    found.unwrap_or(Cell::Text(text))
}

/// Without the backslashes.
fn unescaped(field: &[u8]) -> Cow<'_, [u8]> {
    if !field.contains(&b'\\') {
        return Cow::Borrowed(field);
    }
    let mut out = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(byte) = bytes.next() {
        let plain = match (byte, bytes.clone().next()) {
            (b'\\', Some(next)) => {
                bytes.next();
                match next {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'b' => 8,
                    b'f' => 12,
                    b'v' => 11,
                    other => *other,
                }
            }
            _ => *byte,
        };
        out.push(plain);
    }
    Cow::Owned(out)
}
