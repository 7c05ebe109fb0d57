//! PostgreSQL's COPY in its binary form.

use std::ops::Range;

use super::{live, Sending};
use crate::rows::batch::Batch;
use crate::rows::cell::Cell;
use crate::rows::forms::{YEAR_2000_DAY, YEAR_2000_US};
use crate::rows::numeric;
use crate::rows::refusal::Refusal;
use crate::rows::sql_type::SqlType;

/// What a COPY begins with.
pub const HEADER: [u8; 19] = *b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What it ends with.
pub const TRAILER: [u8; 2] = [0xff, 0xff];

/// Appends the live rows of a range, without header and trailer.
///
/// # Errors
/// [`Refusal::Misfit`] for a value that its column does not take; [`Refusal::NotBinary`]. What was appended by then has to
/// be thrown away.
pub fn rows(
    batch: &Batch,
    sending: &Sending<'_>,
    rows: Range<usize>,
    out: &mut Vec<u8>,
) -> Result<(), Refusal> {
    for (_, target, _) in &sending.columns {
        if let SqlType::Other(kind) = &target.kind {
            return Err(Refusal::NotBinary {
                column: target.name.clone(),
                kind: kind.clone(),
            });
        }
    }
    let count = (sending.len() as u16).to_be_bytes();
    let mut room = String::new();
    for row in live(batch, rows) {
        out.extend(count);
        sending.cells(batch, row, &mut room, |_, kind, cell| put(out, kind, cell))?;
    }
    Ok(())
}

#[inline]
fn put(out: &mut Vec<u8>, kind: &SqlType, cell: Cell<'_>) {
    match (kind, cell) {
        (_, Cell::Null) => fixed::<0>(out, -1, []),
        (SqlType::Int { bytes: 2, .. }, Cell::Int(number)) => {
            fixed(out, 2, (number as i16).to_be_bytes());
        }
        (SqlType::Int { bytes: 4, .. }, Cell::Int(number)) => {
            fixed(out, 4, (number as i32).to_be_bytes());
        }
        (_, Cell::Int(number)) => fixed(out, 8, number.to_be_bytes()),
        (SqlType::Jsonb, Cell::Json(text)) => {
            sized(out, text.len() + 1);
            out.push(1);
            out.extend_from_slice(text.as_bytes());
        }
        (SqlType::Moment { .. }, Cell::Text(text)) => {
            let end = if text.starts_with('-') {
                i64::MIN
            } else {
                i64::MAX
            };
            fixed(out, 8, end.to_be_bytes());
        }
        (SqlType::Date, Cell::Text(text)) => {
            let end = if text.starts_with('-') {
                i32::MIN
            } else {
                i32::MAX
            };
            fixed(out, 4, end.to_be_bytes());
        }
        (_, Cell::Text(text) | Cell::Json(text)) => bytes(out, text.as_bytes()),
        (_, Cell::Bytes(text) | Cell::Broken(text)) => bytes(out, text),
        (_, Cell::Bool(value)) => fixed(out, 1, [u8::from(value)]),
        (SqlType::Float4, Cell::Float(number)) => fixed(out, 4, (number as f32).to_be_bytes()),
        (_, Cell::Float(number)) => fixed(out, 8, number.to_be_bytes()),
        (_, Cell::Moment(us)) => {
            fixed(out, 8, us.saturating_sub(YEAR_2000_US).to_be_bytes());
        }
        (_, Cell::Date(day)) => fixed(out, 4, day.saturating_sub(YEAR_2000_DAY).to_be_bytes()),
        (_, Cell::Time(us)) => fixed(out, 8, us.to_be_bytes()),
        (_, Cell::Uuid(number)) => fixed(out, 16, number.to_be_bytes()),
        (_, Cell::Decimal(number)) => measured(out, |out| numeric::write(out, number)),
        (_, Cell::Number(text)) => measured(out, |out| {
            numeric::write_text(out, text);
        }),
    }
}

#[inline]
fn fixed<const N: usize>(out: &mut Vec<u8>, length: i32, value: [u8; N]) {
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&value);
}

#[inline]
fn sized(out: &mut Vec<u8>, length: usize) {
    // PostgreSQL itself refuses a value of more than a gigabyte.
    let length = i32::try_from(length).unwrap_or(i32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
}

#[inline]
fn bytes(out: &mut Vec<u8>, value: &[u8]) {
    sized(out, value.len());
    out.extend_from_slice(value);
}

/// A value whose length is known when it has been written.
#[inline]
fn measured(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend([0; 4]);
    write(out);
    let length = ((out.len() - at - 4) as i32).to_be_bytes();
    if let Some(place) = out.get_mut(at..at + 4) {
        place.copy_from_slice(&length);
    }
}
