//! Values for columns of JSON.

use std::borrow::Cow;

use super::{text, Why};
use crate::dialect::Dialect;
use crate::rows::cell::Cell;

/// JSON as it is, or text that is JSON; numbers and booleans are JSON too.
pub fn json<'a>(cell: Cell<'a>, dialect: Dialect, room: &'a mut String) -> Result<Cell<'a>, Why> {
    let json = match cell {
        Cell::Json(json) => json,
        Cell::Text(json) if is_json(json) => json,
        Cell::Text(_) => return Err(Cow::Borrowed("is no JSON")),
        Cell::Float(number) if !number.is_finite() => {
            return Err(Cow::Borrowed("is no number that JSON has"))
        }
        Cell::Int(_) | Cell::Float(_) | Cell::Decimal(_) | Cell::Bool(_) => {
            match text::text(cell, None, dialect, room)? {
                Cell::Text(json) => return Ok(Cell::Json(json)),
                other => return Ok(other),
            }
        }
        _ => return Err(Cow::Borrowed("is no JSON")),
    };
    text::allowed(json, dialect)?;
    Ok(Cell::Json(json))
}

/// Deeper than this nobody nests, and databases stop somewhere too.
const MAX_DEPTH: usize = 500;

/// Whether the text is one JSON value.
pub fn is_json(text: &str) -> bool {
    let mut reader = Reader(text.as_bytes());
    reader.value(0).is_some() && {
        reader.blanks();
        reader.0.is_empty()
    }
}

/// What is left of the text.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn blanks(&mut self) {
        while let [b' ' | b'\n' | b'\t' | b'\r', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    fn take(&mut self, expected: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.blanks();
        match self.0.first()? {
            b'{' => self.many(b"{", b"}", |reader| {
                reader.blanks();
                reader.string()?;
                reader.blanks();
                reader.take(b":")?;
                reader.value(depth + 1)
            }),
            b'[' => self.many(b"[", b"]", |reader| reader.value(depth + 1)),
            b'"' => self.string(),
            b't' => self.take(b"true"),
            b'f' => self.take(b"false"),
            b'n' => self.take(b"null"),
            _ => self.number(),
        }
    }

    fn many(
        &mut self,
        open: &[u8],
        close: &[u8],
        one: impl Fn(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        self.blanks();
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            one(self)?;
            self.blanks();
            if self.take(close).is_some() {
                return Some(());
            }
            self.take(b",")?;
        }
    }

    fn string(&mut self) -> Option<()> {
        self.take(b"\"")?;
        loop {
            match self.0 {
                [b'"', rest @ ..] => {
                    self.0 = rest;
                    return Some(());
                }
                [b'\\', b'u', a, b, c, d, rest @ ..]
                    if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) =>
                {
                    self.0 = rest;
                }
                [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => {
                    self.0 = rest;
                }
                [b'\\', ..] | [..=0x1f, ..] | [] => return None,
                [_, rest @ ..] => self.0 = rest,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.take(b"-");
        if self.take(b"0").is_none() {
            self.digits()?;
        }
        if self.take(b".").is_some() {
            self.digits()?;
        }
        if self.take(b"e").or_else(|| self.take(b"E")).is_some() {
            let _ = self.take(b"-").or_else(|| self.take(b"+"));
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let count = self
            .0
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.0 = self.0.get(count..)?;
        (count > 0).then_some(())
    }
}
