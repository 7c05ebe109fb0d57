//! All values of one column.

use super::arena::{Arena, Span};
use super::cell::Cell;
use super::decimal::Decimal;
use super::nulls::Nulls;
use super::slot::{Kind, Slot};

/// The values of a column: one vector of what the first of them was, and a null map. When a value of another kind
/// arrives (SQLite is typed by the value, Hashes are not typed at all) the column goes over to slots, which hold
/// anything. Texts and bytes lie in the arena of the batch, so every access brings it along.
#[derive(Debug, Clone, Default)]
pub struct Column {
    data: Data,
    nulls: Nulls,
    len: usize,
}

#[derive(Debug, Clone, Default)]
enum Data {
    /// Only nulls so far.
    #[default]
    Nothing,
    Bool(Vec<bool>),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Decimal(Vec<Decimal>),
    Date(Vec<i32>),
    Time(Vec<i64>),
    Moment(Vec<i64>),
    Uuid(Vec<u128>),
    Spans(Kind, Vec<Span>),
    Mixed(Vec<Slot>),
}

/// The same for the vector of whatever kind; `$nothing` where there is none.
macro_rules! each_kind {
    ($data:expr, $values:ident => $do:expr, $nothing:expr) => {
        match $data {
            Data::Nothing => $nothing,
            Data::Bool($values) => $do,
            Data::Int($values) | Data::Time($values) | Data::Moment($values) => $do,
            Data::Float($values) => $do,
            Data::Decimal($values) => $do,
            Data::Date($values) => $do,
            Data::Uuid($values) => $do,
            Data::Spans(_, $values) => $do,
            Data::Mixed($values) => $do,
        }
    };
}

/// A column as one vector.
#[derive(Debug, Clone, Copy)]
pub(super) enum View<'a> {
    /// Only nulls.
    Nothing,
    Bool,
    Int(&'a [i64]),
    Float,
    Decimal(&'a [Decimal]),
    Date,
    Time,
    Moment(&'a [i64]),
    Uuid,
    Text(&'a [Span]),
    Bytes,
    /// Values of several kinds, or such as have to be looked at one by one.
    Other,
}

impl Column {
    /// A column of nulls.
    #[must_use]
    pub fn of_nulls(len: usize) -> Self {
        let mut column = Self::default();
        column.pad(len);
        column
    }

    /// How many rows it has.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many of its rows are null.
    #[must_use]
    pub fn null_count(&self) -> usize {
        self.nulls.count()
    }

    /// The value of a row; null where there is no such row.
    #[inline]
    #[must_use]
    pub fn get<'a>(&self, row: usize, arena: &'a Arena) -> Cell<'a> {
        if self.nulls.get(row) {
            return Cell::Null;
        }
        fn at<T: Copy>(values: &[T], row: usize) -> Option<T> {
            values.get(row).copied()
        }
        let found = match &self.data {
            Data::Nothing => None,
            Data::Bool(values) => at(values, row).map(Cell::Bool),
            Data::Int(values) => at(values, row).map(Cell::Int),
            Data::Float(values) => at(values, row).map(Cell::Float),
            Data::Decimal(values) => at(values, row).map(Cell::Decimal),
            Data::Date(values) => at(values, row).map(Cell::Date),
            Data::Time(values) => at(values, row).map(Cell::Time),
            Data::Moment(values) => at(values, row).map(Cell::Moment),
            Data::Uuid(values) => at(values, row).map(Cell::Uuid),
            Data::Spans(kind, values) => at(values, row).map(|span| kind.cell(span, arena)),
            Data::Mixed(values) => at(values, row).map(|slot| slot.cell(arena)),
        };
        found.unwrap_or(Cell::Null)
    }

    /// The kind that all its values have (nulls apart), as [`Cell::kind`] names it; `None` while there are none, or
    /// where they are of several.
    #[must_use]
    pub fn kind(&self) -> Option<&'static str> {
        if self.nulls.count() == self.len || matches!(self.data, Data::Mixed(_)) {
            return None;
        }
        let arena = Arena::default();
        (0..self.len)
            .find(|row| !self.nulls.get(*row))
            .map(|row| self.get(row, &arena).kind())
    }

    /// All its values as one vector, where they are of one kind; what stands in the place of a null is zero or empty.
    #[must_use]
    pub(super) fn view(&self) -> View<'_> {
        match &self.data {
            Data::Nothing => View::Nothing,
            Data::Bool(_) => View::Bool,
            Data::Int(values) => View::Int(values),
            Data::Float(_) => View::Float,
            Data::Decimal(values) => View::Decimal(values),
            Data::Date(_) => View::Date,
            Data::Time(_) => View::Time,
            Data::Moment(values) => View::Moment(values),
            Data::Uuid(_) => View::Uuid,
            Data::Spans(Kind::Text, values) => View::Text(values),
            Data::Spans(Kind::Bytes, _) => View::Bytes,
            Data::Spans(..) | Data::Mixed(_) => View::Other,
        }
    }

    /// Puts a value behind the last one.
    #[inline]
    pub fn push(&mut self, cell: Cell<'_>, arena: &mut Arena) {
        match (&mut self.data, cell) {
            (Data::Int(values), Cell::Int(value))
            | (Data::Moment(values), Cell::Moment(value))
            | (Data::Time(values), Cell::Time(value)) => values.push(value),
            (Data::Spans(Kind::Text, values), Cell::Text(text)) => {
                values.push(arena.add_text(text))
            }
            (Data::Bool(values), Cell::Bool(value)) => values.push(value),
            (Data::Float(values), Cell::Float(value)) => values.push(value),
            (Data::Decimal(values), Cell::Decimal(value)) => values.push(value),
            (Data::Date(values), Cell::Date(value)) => values.push(value),
            (Data::Uuid(values), Cell::Uuid(value)) => values.push(value),
            (_, Cell::Null) => return self.push_null(),
            _ => {
                let slot = Slot::of(cell, arena);
                self.place(self.len, slot);
            }
        }
        self.len += 1;
    }

    #[inline]
    fn push_null(&mut self) {
        self.pad(self.len + 1);
    }

    /// Nulls up to that length.
    pub fn pad(&mut self, len: usize) {
        for row in self.len..len {
            self.nulls.set(row);
        }
        self.len = self.len.max(len);
        each_kind!(&mut self.data, values => fill(values, len), ());
    }

    /// Changes the value of a row. Without effect where there is no such row.
    pub fn set(&mut self, row: usize, cell: Cell<'_>, arena: &mut Arena) {
        if row >= self.len {
            return;
        }
        if cell.is_null() {
            self.nulls.set(row);
        } else {
            let slot = Slot::of(cell, arena);
            self.place(row, slot);
            self.nulls.unset(row);
        }
    }

    /// Puts a value where one is, or behind the last one. The vector goes over to the kind that is needed.
    fn place(&mut self, row: usize, slot: Slot) {
        if !self.fits(slot) {
            if self.nulls.count() == self.len {
                self.data = self.vector_for(slot);
            } else {
                self.mix();
            }
        }
        match (&mut self.data, slot) {
            (Data::Bool(values), Slot::Bool(value)) => put(values, row, value),
            (Data::Int(values), Slot::Int(value))
            | (Data::Time(values), Slot::Time(value))
            | (Data::Moment(values), Slot::Moment(value)) => put(values, row, value),
            (Data::Float(values), Slot::Float(value)) => put(values, row, value),
            (Data::Decimal(values), Slot::Decimal(value)) => put(values, row, value),
            (Data::Date(values), Slot::Date(value)) => put(values, row, value),
            (Data::Uuid(values), Slot::Uuid(value)) => put(values, row, value),
            (Data::Spans(_, values), Slot::Span(_, span)) => put(values, row, span),
            (Data::Mixed(values), slot) => put(values, row, slot),
            _ => {}
        }
    }

    fn fits(&self, slot: Slot) -> bool {
        match (&self.data, slot) {
            (Data::Spans(kind, _), Slot::Span(other, _)) => *kind == other,
            (Data::Mixed(_), _)
            | (Data::Bool(_), Slot::Bool(_))
            | (Data::Int(_), Slot::Int(_))
            | (Data::Float(_), Slot::Float(_))
            | (Data::Decimal(_), Slot::Decimal(_))
            | (Data::Date(_), Slot::Date(_))
            | (Data::Time(_), Slot::Time(_))
            | (Data::Moment(_), Slot::Moment(_))
            | (Data::Uuid(_), Slot::Uuid(_)) => true,
            _ => false,
        }
    }

    /// A vector for values of that kind, as long as the column, which has only nulls.
    #[cold]
    fn vector_for(&self, slot: Slot) -> Data {
        fn empty<T: Default + Clone>(len: usize) -> Vec<T> {
            vec![T::default(); len]
        }
        match slot {
            Slot::Null => Data::Nothing,
            Slot::Bool(_) => Data::Bool(empty(self.len)),
            Slot::Int(_) => Data::Int(empty(self.len)),
            Slot::Float(_) => Data::Float(empty(self.len)),
            Slot::Decimal(_) => Data::Decimal(empty(self.len)),
            Slot::Date(_) => Data::Date(empty(self.len)),
            Slot::Time(_) => Data::Time(empty(self.len)),
            Slot::Moment(_) => Data::Moment(empty(self.len)),
            Slot::Uuid(_) => Data::Uuid(empty(self.len)),
            Slot::Span(kind, _) => Data::Spans(kind, empty(self.len)),
        }
    }

    /// Goes over to slots.
    #[cold]
    fn mix(&mut self) {
        let slots = match std::mem::take(&mut self.data) {
            Data::Nothing => vec![Slot::Null; self.len],
            Data::Bool(values) => slots(values, Slot::Bool),
            Data::Int(values) => slots(values, Slot::Int),
            Data::Float(values) => slots(values, Slot::Float),
            Data::Decimal(values) => slots(values, Slot::Decimal),
            Data::Date(values) => slots(values, Slot::Date),
            Data::Time(values) => slots(values, Slot::Time),
            Data::Moment(values) => slots(values, Slot::Moment),
            Data::Uuid(values) => slots(values, Slot::Uuid),
            Data::Spans(kind, values) => slots(values, |span| Slot::Span(kind, span)),
            Data::Mixed(values) => values,
        };
        self.data = Data::Mixed(slots);
    }

    /// Forgets the rows from `len` on.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        self.len = len;
        self.nulls.truncate(len);
        each_kind!(&mut self.data, values => values.truncate(len), ());
    }

    /// Forgets all rows and keeps the room; the next page is mostly of the same kind.
    pub fn clear(&mut self) {
        self.len = 0;
        self.nulls.clear();
        if matches!(self.data, Data::Mixed(_)) {
            self.data = Data::Nothing;
        }
        each_kind!(&mut self.data, values => values.clear(), ());
    }

    /// The same values again. Texts stay where they are, so this copies numbers and places only.
    pub fn copy_from(&mut self, other: &Self) {
        match (&mut self.data, &other.data) {
            (Data::Int(ours), Data::Int(theirs)) => ours.clone_from(theirs),
            (Data::Decimal(ours), Data::Decimal(theirs)) => ours.clone_from(theirs),
            (Data::Spans(kind, ours), Data::Spans(theirs_kind, theirs)) => {
                *kind = *theirs_kind;
                ours.clone_from(theirs);
            }
            (ours, theirs) => *ours = theirs.clone(),
        }
        self.nulls.clone_from(&other.nulls);
        self.len = other.len;
    }

    /// After the arena of the column was put behind another.
    pub(super) fn move_behind(&mut self, by: (usize, usize)) {
        match &mut self.data {
            Data::Spans(kind, spans) => {
                let kind = *kind;
                spans
                    .iter_mut()
                    .for_each(|span| *span = kind.behind(*span, by));
            }
            Data::Mixed(slots) => slots.iter_mut().for_each(|slot| *slot = slot.behind(by)),
            _ => {}
        }
    }

    /// How much memory it holds, without the arena.
    #[must_use]
    pub fn held(&self) -> usize {
        fn room<T>(values: &Vec<T>) -> usize {
            values.capacity() * size_of::<T>()
        }
        self.nulls.held() + each_kind!(&self.data, values => room(values), 0)
    }
}

/// Values that nobody looks at, for rows that are null.
fn fill<T: Default + Clone>(values: &mut Vec<T>, len: usize) {
    if values.len() < len {
        values.resize(len, T::default());
    }
}

fn put<T>(values: &mut Vec<T>, row: usize, value: T) {
    match values.get_mut(row) {
        Some(place) => *place = value,
        None => values.push(value),
    }
}

fn slots<T>(values: Vec<T>, slot: impl Fn(T) -> Slot) -> Vec<Slot> {
    values.into_iter().map(slot).collect()
}
