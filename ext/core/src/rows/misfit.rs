//! A value that does not fit its column.

use std::borrow::Cow;
use std::fmt;

use super::cell::Cell;

/// Why a value is not written. Reads as a sentence: `total is "12abc", which is no integer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The column.
    pub column: String,
    /// The value, shortened.
    pub value: String,
    /// What is wrong with it, as in "is no integer".
    pub why: Cow<'static, str>,
}

impl Misfit {
    /// So many characters of a text are shown.
    const SHOWN: usize = 60;

    /// The value of that column, and what is wrong with it.
    #[must_use]
    pub fn new(column: &str, cell: &Cell<'_>, why: Cow<'static, str>) -> Self {
        Self {
            column: column.to_owned(),
            value: shown(cell),
            why,
        }
    }
}

fn shown(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Null => "null".to_owned(),
        Cell::Bool(value) => value.to_string(),
        Cell::Int(number) => number.to_string(),
        Cell::Float(number) => number.to_string(),
        Cell::Decimal(number) => cut(&number.to_string()),
        Cell::Number(text) => cut(text),
        Cell::Text(text) | Cell::Json(text) => format!("{:?}", cut(text)),
        Cell::Broken(bytes) => format!("{:?}", cut(&String::from_utf8_lossy(bytes))),
        Cell::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Cell::Date(_) | Cell::Time(_) | Cell::Moment(_) | Cell::Uuid(_) => {
            let mut out = Vec::new();
            super::cast::text::plain(&mut out, cell);
            String::from_utf8_lossy(&out).into_owned()
        }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(Misfit::SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}, which {}", self.column, self.value, self.why)
    }
}

impl std::error::Error for Misfit {}
