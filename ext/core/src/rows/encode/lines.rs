//! Rows as lines of a file.

use std::sync::Arc;

use crate::rows::cast::text::plain;
use crate::rows::forms;
use crate::rows::{Batch, Cell, Refusal};

/// What lines are written in.
#[derive(Debug, Clone, Copy)]
pub enum Lines {
    /// Fields between separators, in quotes where they have to be.
    Csv {
        /// Between two fields.
        separator: u8,
        /// Around a field.
        quote: u8,
    },
    /// A JSON object on each line.
    Json,
}

/// A value that no line can have: the row, the column, and why.
pub type Unwritable = (usize, Arc<str>, &'static str);

/// The live rows, a line each, with these columns. A row with a value that cannot be written is left out, and said.
///
/// # Errors
/// [`Refusal::UnknownColumn`].
pub fn lines(
    batch: &Batch,
    names: &[impl AsRef<str>],
    form: Lines,
    out: &mut Vec<u8>,
) -> Result<Vec<Unwritable>, Refusal> {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let mut key = Vec::new();
        text(&mut key, name.as_ref());
        columns.push((
            batch.known_output(name.as_ref())?,
            Arc::from(name.as_ref()),
            key,
        ));
    }
    let mut unwritable = Vec::new();
    for row in batch.live(0..batch.len()) {
        let start = out.len();
        if let Err((column, why)) = line(batch, row, &columns, form, out) {
            out.truncate(start);
            unwritable.push((row, column, why));
        }
    }
    Ok(unwritable)
}

/// The number of a column, its name, and that as JSON.
type Column = (usize, Arc<str>, Vec<u8>);

fn line(
    batch: &Batch,
    row: usize,
    columns: &[Column],
    form: Lines,
    out: &mut Vec<u8>,
) -> Result<(), (Arc<str>, &'static str)> {
    if matches!(form, Lines::Json) {
        out.push(b'{');
    }
    for (place, (column, name, key)) in columns.iter().enumerate() {
        let cell = batch.cell(row, *column);
        let put = match form {
            Lines::Csv { separator, quote } => {
                if place > 0 {
                    out.push(separator);
                }
                field(out, &cell, separator, quote)
            }
            Lines::Json => {
                if place > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(key);
                out.push(b':');
                value(out, &cell)
            }
        };
        put.map_err(|why| (Arc::clone(name), why))?;
    }
    if matches!(form, Lines::Json) {
        out.push(b'}');
    }
    out.push(b'\n');
    Ok(())
}

fn field(out: &mut Vec<u8>, cell: &Cell<'_>, separator: u8, quote: u8) -> Result<(), &'static str> {
    let start = out.len();
    match cell {
        Cell::Null => return Ok(()),
        Cell::Broken(_) => return Err("is not UTF-8"),
        Cell::Bytes(bytes) => {
            out.extend(b"\\x");
            forms::hex(out, bytes);
        }
        _ => plain(out, cell),
    }
    let written = out.get(start..).unwrap_or_default();
    let is_plain = |byte: &u8| ![separator, quote, b'\n', b'\r'].contains(byte);
    if !written.is_empty() && written.iter().all(is_plain) {
        return Ok(());
    }
    let written = out.split_off(start);
    out.push(quote);
    for byte in written {
        if byte == quote {
            out.push(quote);
        }
        out.push(byte);
    }
    out.push(quote);
    Ok(())
}

fn value(out: &mut Vec<u8>, cell: &Cell<'_>) -> Result<(), &'static str> {
    match cell {
        Cell::Null => out.extend(b"null"),
        Cell::Text(value) => text(out, value),
        // A line feed is nothing between two signs of JSON, and never inside of a text.
        Cell::Json(json) => out.extend(json.bytes().map(|byte| match byte {
            b'\n' | b'\r' => b' ',
            other => other,
        })),
        Cell::Float(number) if !number.is_finite() => return Err("is no number that JSON has"),
        Cell::Number(digits) if !digits.bytes().any(|byte| byte.is_ascii_digit()) => {
            return Err("is no number that JSON has")
        }
        Cell::Broken(_) => return Err("is not UTF-8"),
        Cell::Bytes(bytes) => {
            out.extend(b"\"\\\\x");
            forms::hex(out, bytes);
            out.push(b'"');
        }
        Cell::Moment(_) => {
            let start = out.len() + 1;
            quoted(out, cell);
            out.insert(out.len() - 1, b'Z');
            if let Some(blank) = out.iter_mut().skip(start).find(|byte| **byte == b' ') {
                *blank = b'T';
            }
        }
        Cell::Date(_) | Cell::Time(_) | Cell::Uuid(_) => quoted(out, cell),
        Cell::Bool(_) | Cell::Int(_) | Cell::Float(_) | Cell::Decimal(_) | Cell::Number(_) => {
            plain(out, cell);
        }
    }
    Ok(())
}

fn quoted(out: &mut Vec<u8>, cell: &Cell<'_>) {
    out.push(b'"');
    plain(out, cell);
    out.push(b'"');
}

/// A text in quotes.
fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1F);
    while let Some(at) = rest.iter().position(is_special) {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before);
        let Some((byte, behind)) = after.split_first() else {
            break;
        };
        match byte {
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            b'"' | b'\\' => out.extend([b'\\', *byte]),
            _ => out.extend(format!("\\u{byte:04x}").bytes()),
        }
        rest = behind;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}
