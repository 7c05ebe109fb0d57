//! Whether two rows are the same, told by sixteen bytes.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_128;

use super::batch::Batch;
use super::cell::Cell;
use super::column::View;
use super::decimal::Decimal;
use super::refusal::Refusal;

/// Hashes rows, as xxh3-128 over bytes that say for each cell its kind, its length and its value. The hashes are stored
/// and compared by later versions of this crate, so the bytes never change under one [`RowHash::VERSION`].
///
/// Equal are: a whole number and the decimal of the same value (5, 5.0), decimals of different scale (5.0, 5.00), 0.0
/// and -0.0, and all NaNs. Numbers are never equal to their text.
#[derive(Debug, Default)]
pub struct RowHash {
    room: Vec<u8>,
}

impl RowHash {
    /// Stands at the beginning of what is hashed.
    pub const VERSION: u8 = 1;

    /// Something to hash with; it keeps its room from row to row.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The hash of the cells, in their order.
    pub fn of<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> u128 {
        self.room.clear();
        self.room.push(Self::VERSION);
        for cell in cells {
            canonical(&mut self.room, cell);
        }
        xxh3_128(&self.room)
    }

    /// The hash of a row of a batch over these columns.
    pub fn row(&mut self, batch: &Batch, row: usize, columns: &[usize]) -> u128 {
        self.of(columns.iter().map(|column| batch.cell(row, *column)))
    }
}

/// The cell as a tag and its value; what can have any length, with its length.
fn canonical(out: &mut Vec<u8>, cell: Cell<'_>) {
    match cell {
        Cell::Null => out.push(0),
        Cell::Bool(value) => out.extend([1, u8::from(value)]),
        Cell::Int(value) => fixed(out, 2, &value.to_le_bytes()),
        Cell::Float(value) => fixed(out, 3, &float_bits(value).to_le_bytes()),
        Cell::Decimal(number) => decimal(out, number),
        Cell::Number(text) => match Decimal::parse(text) {
            Some(number) => decimal(out, number),
            None => variable(out, 5, plain(text).as_bytes()),
        },
        Cell::Text(text) => variable(out, 6, text.as_bytes()),
        Cell::Broken(bytes) => variable(out, 6, bytes),
        Cell::Bytes(bytes) => variable(out, 7, bytes),
        Cell::Date(day) => fixed(out, 8, &day.to_le_bytes()),
        Cell::Time(us) => fixed(out, 9, &us.to_le_bytes()),
        Cell::Moment(us) => fixed(out, 10, &us.to_le_bytes()),
        Cell::Uuid(number) => fixed(out, 11, &number.to_le_bytes()),
        Cell::Json(text) => variable(out, 12, text.as_bytes()),
    }
}

fn fixed(out: &mut Vec<u8>, tag: u8, value: &[u8]) {
    out.push(tag);
    out.extend_from_slice(value);
}

fn variable(out: &mut Vec<u8>, tag: u8, value: &[u8]) {
    out.push(tag);
    out.extend((value.len() as u64).to_le_bytes());
    out.extend_from_slice(value);
}

fn decimal(out: &mut Vec<u8>, number: Decimal) {
    let normal = number.normalized();
    match normal.to_i64() {
        Some(whole) => canonical(out, Cell::Int(whole)),
        None => {
            fixed(out, 4, &normal.digits.to_le_bytes());
            out.extend(normal.scale.to_le_bytes());
        }
    }
}

fn float_bits(value: f64) -> u64 {
    if value == 0.0 {
        return 0;
    }
    if value.is_nan() { f64::NAN } else { value }.to_bits()
}

/// A long number without a plus, zeros in front, and zeros at the end of what stands behind the point.
fn plain(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.trim_start_matches('0');
    let digits = if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    };
    format!("{sign}{digits}")
}

impl Batch {
    /// Takes out the live rows whose key a later live row has: the last by cursor wins. A key with a null in it is like
    /// no other, as in a unique index. Says how many were taken out.
    ///
    /// Texts are equal when their bytes are; where the database is more generous, it has to be asked, and the rows are
    /// taken out by [`Batch::skip`].
    ///
    /// # Errors
    /// [`Refusal::UnknownColumn`] for a key that is no output.
    pub fn skip_duplicates(&mut self, key: &[impl AsRef<str>]) -> Result<usize, Refusal> {
        let columns: Vec<usize> = key
            .iter()
            .map(|name| self.known_output(name.as_ref()))
            .collect::<Result<_, _>>()?;
        if self.ascends(&columns) {
            return Ok(0);
        }
        let mut hash = RowHash::new();
        let mut seen = HashSet::with_capacity(self.counts().live);
        let mut doubled = Vec::new();
        for row in (0..self.len()).rev() {
            let is_live = self.state(row) == Some(super::State::Live);
            let has_null = |column: &usize| self.cell(row, *column).is_null();
            if !is_live || columns.iter().any(has_null) {
                continue;
            }
            if !seen.insert(hash.row(self, row, &columns)) {
                doubled.push(row);
            }
        }
        Ok(doubled.into_iter().filter(|row| self.skip(*row)).count())
    }

    /// Whether the key is one whole number, in each row greater than in the one before: so come the rows of a table that
    /// is read by its key, and none of them needs to be hashed to know that no other is like it.
    fn ascends(&self, key: &[usize]) -> bool {
        let [column] = key else { return false };
        let Some((column, _)) = self.column(*column) else {
            return false;
        };
        matches!(column.view(), View::Int(values) if values.windows(2).all(|pair| pair[0] < pair[1]))
    }
}
