//! PostgreSQL's COPY in its text form.

use std::ops::Range;

use super::{live, Sending};
use crate::rows::batch::Batch;
use crate::rows::cast::text::plain;
use crate::rows::cell::Cell;
use crate::rows::forms::{self, Era};
use crate::rows::refusal::Refusal;
use crate::rows::sql_type::SqlType;

/// Appends the live rows of a range, a line each.
///
/// # Errors
/// [`Refusal::Misfit`] for a value that its column does not take. What was appended by then has to be thrown away.
pub fn rows(
    batch: &Batch,
    sending: &Sending<'_>,
    rows: Range<usize>,
    out: &mut Vec<u8>,
) -> Result<(), Refusal> {
    let mut room = String::new();
    for row in live(batch, rows) {
        sending.cells(batch, row, &mut room, |place, kind, cell| {
            if place > 0 {
                out.push(b'\t');
            }
            put(out, kind, cell);
        })?;
        out.push(b'\n');
    }
    Ok(())
}

fn put(out: &mut Vec<u8>, kind: &SqlType, cell: Cell<'_>) {
    match cell {
        Cell::Null => out.extend(b"\\N"),
        Cell::Bool(value) => out.push(if value { b't' } else { b'f' }),
        Cell::Text(text) | Cell::Json(text) => escape(out, text.as_bytes()),
        Cell::Broken(text) => escape(out, text),
        Cell::Bytes(bytes) => {
            // The backslash is one of the text, so it is written twice.
            out.extend(b"\\\\x");
            forms::hex(out, bytes);
        }
        Cell::Date(day) => forms::date(out, day, Era::Bc),
        Cell::Moment(us) => {
            let zoned = matches!(kind, SqlType::Moment { zoned: true, .. });
            forms::moment(out, us, Era::Bc, zoned);
        }
        _ => plain(out, &cell),
    }
}

/// Backslashes before what would end a field or a row.
fn escape(out: &mut Vec<u8>, text: &[u8]) {
    let mut rest = text;
    while let Some(at) = rest
        .iter()
        .position(|byte| matches!(byte, b'\\' | b'\t' | b'\n' | b'\r'))
    {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before);
        out.push(b'\\');
        if let Some((byte, behind)) = after.split_first() {
            out.push(match byte {
                b'\t' => b't',
                b'\n' => b'n',
                b'\r' => b'r',
                other => *other,
            });
            rest = behind;
        }
    }
    out.extend_from_slice(rest);
}
