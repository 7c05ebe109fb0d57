//! Rows of COPY in its binary form.

use super::{no_copy, Piece};
use crate::rows::batch::Batch;
use crate::rows::cell::Cell;
use crate::rows::encode::copy_binary::HEADER;
use crate::rows::forms::{YEAR_2000_DAY, YEAR_2000_US};
use crate::rows::numeric;
use crate::rows::refusal::Refusal;
use crate::rows::single;
use crate::rows::sql_type::SqlType;

/// The header, with whatever extension it has.
pub fn header(bytes: &[u8]) -> Result<Piece, Refusal> {
    let signature = HEADER.get(..11).unwrap_or_default();
    let came = bytes
        .get(..bytes.len().min(signature.len()))
        .unwrap_or_default();
    if !signature.starts_with(came) {
        return Err(no_copy("it does not begin with the binary form's header"));
    }
    let extension = bytes.get(15..19).and_then(|four| four.try_into().ok());
    match extension.map(u32::from_be_bytes) {
        Some(length) if bytes.len() >= 19 + length as usize => {
            Ok(Piece::Passed(19 + length as usize))
        }
        _ => Ok(Piece::Unfinished),
    }
}

/// A row, if all of it is there.
pub fn row(bytes: &[u8], kinds: &[SqlType], batch: &mut Batch) -> Result<Piece, Refusal> {
    let Some((count, fields)) = bytes.split_first_chunk::<2>() else {
        return Ok(Piece::Unfinished);
    };
    let count = i16::from_be_bytes(*count);
    if count == -1 {
        return Ok(Piece::End);
    }
    if usize::try_from(count) != Ok(kinds.len()) {
        return Err(no_copy(&format!(
            "a row has {count} fields where {} are expected",
            kinds.len()
        )));
    }
    let Some(length) = length(fields, kinds.len()) else {
        return Ok(Piece::Unfinished);
    };
    batch.begin_row()?;
    let mut rest = fields;
    for (column, kind) in kinds.iter().enumerate() {
        let field = next(&mut rest);
        let put = match field {
            Some(Some(value)) => cell(value, kind, |cell| batch.put_in(column, cell)),
            _ => batch.put_in(column, Cell::Null),
        };
        if let Err(refusal) = put {
            batch.give_up_row();
            return Err(refusal);
        }
    }
    batch.end_row();
    Ok(Piece::Row(2 + length))
}

/// How long so many fields are; `None` when they are not all there.
#[inline]
fn length(fields: &[u8], count: usize) -> Option<usize> {
    let mut rest = fields;
    for _ in 0..count {
        next(&mut rest)?;
    }
    Some(fields.len() - rest.len())
}

/// The next field, null or a value; `None` when not all of it is there.
#[inline]
fn next<'a>(rest: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let (length, behind) = rest.split_first_chunk::<4>()?;
    let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
        *rest = behind;
        return Some(None);
    };
    let (value, behind) = behind.split_at_checked(length)?;
    *rest = behind;
    Some(Some(value))
}

/// Hands the cell that the bytes are to `take`.
#[inline]
fn cell(
    bytes: &[u8],
    kind: &SqlType,
    take: impl FnOnce(Cell<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let text = |bytes| std::str::from_utf8(bytes);
    let found = match (kind, bytes) {
        (SqlType::Text(_) | SqlType::Other(_), _) => match text(bytes) {
            Ok(text) => Cell::Text(text),
            Err(_) => Cell::Broken(bytes),
        },
        (SqlType::Int { .. }, _) => return take(int(bytes).ok_or_else(|| odd(kind, bytes))?),
        (SqlType::Bool, [value]) => Cell::Bool(*value != 0),
        (SqlType::Float8, _) => Cell::Float(f64::from_be_bytes(exact(kind, bytes)?)),
        (SqlType::Float4, _) => {
            Cell::Float(single::widened(f32::from_be_bytes(exact(kind, bytes)?)))
        }
        (SqlType::Moment { .. }, _) => moment(i64::from_be_bytes(exact(kind, bytes)?)),
        (SqlType::Date, _) => date(i32::from_be_bytes(exact(kind, bytes)?)),
        (SqlType::Time, _) => Cell::Time(i64::from_be_bytes(exact(kind, bytes)?)),
        (SqlType::Uuid, _) => Cell::Uuid(u128::from_be_bytes(exact(kind, bytes)?)),
        (SqlType::Bytes, _) => Cell::Bytes(bytes),
        (SqlType::Json, _) => text(bytes).map_or(Cell::Broken(bytes), Cell::Json),
        (SqlType::Jsonb, [1, json @ ..]) => text(json).map_or(Cell::Broken(json), Cell::Json),
        (SqlType::Numeric(_), _) => {
            let mut taken = Ok(());
            let is_numeric = numeric::read(bytes, |cell| taken = numeric::plain(kind, cell, take));
            return if is_numeric {
                taken
            } else {
                Err(odd(kind, bytes))
            };
        }
        _ => return Err(odd(kind, bytes)),
    };
    // Moments beyond 64 bits of microseconds since 1970.
    if let (SqlType::Moment { .. }, Cell::Null) = (kind, found) {
        return Err(no_copy(
            "a timestamp after the year 294247; read it as text",
        ));
    }
    take(found)
}

fn int(bytes: &[u8]) -> Option<Cell<'static>> {
    Some(Cell::Int(match bytes.len() {
        8 => i64::from_be_bytes(bytes.try_into().ok()?),
        4 => i32::from_be_bytes(bytes.try_into().ok()?).into(),
        2 => i16::from_be_bytes(bytes.try_into().ok()?).into(),
        _ => return None,
    }))
}

fn exact<const N: usize>(kind: &SqlType, bytes: &[u8]) -> Result<[u8; N], Refusal> {
    bytes.try_into().map_err(|_| odd(kind, bytes))
}

fn moment(us: i64) -> Cell<'static> {
    match us {
        i64::MAX => Cell::Text("infinity"),
        i64::MIN => Cell::Text("-infinity"),
        _ => us
            .checked_add(YEAR_2000_US)
            .map_or(Cell::Null, Cell::Moment),
    }
}

fn date(day: i32) -> Cell<'static> {
    match day {
        i32::MAX => Cell::Text("infinity"),
        i32::MIN => Cell::Text("-infinity"),
        _ => Cell::Date(day.saturating_add(YEAR_2000_DAY)),
    }
}

#[cold]
fn odd(kind: &SqlType, bytes: &[u8]) -> Refusal {
    no_copy(&format!("{} bytes are no {kind:?}", bytes.len()))
}
