//! The SQL of reading by key: what is behind a position, what is up to one, and in which order, in a form that a
//! database can use an index for.
//!
//! - One column, and several in one direction on PostgreSQL and SQLite: a row comparison, `(a, b) > ($1, $2)`.
//! - Mixed directions, columns with NULLs, and MySQL (which reads a whole index for a row comparison): the expanded form
//!   with a bound of the first column in front that follows from the rest, and that a range of an index can begin with:
//!   `a >= $1 AND (a > $1 OR (a = $1 AND b < $2))`.
//!
//! NULLs stand where the database has them: SQLite and MySQL take them for less than any value, PostgreSQL for greater.
//! Nothing is said about it in the order, so a plain index has it. No row is lost next to a NULL: `a > 5` alone would
//! never find the rows after 5 where NULLs come last. Where the leading column may be NULL the rows among its NULLs are
//! found without a range.

use super::refusal::Refusal;
use super::Direction;
use crate::dialect::Dialect;

/// Whether a column of the order may be NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// It is NOT NULL.
    Never,
    /// It may be, and the author said that such rows are to be read where the database has them.
    Stated,
    /// It may be, and nobody said anything: refused.
    Unstated,
}

/// A column of the order.
#[derive(Debug, Clone)]
pub struct Column {
    /// As SQL writes it, quoted and with its table where that is needed.
    pub name: String,
    /// Which way it is read.
    pub direction: Direction,
    /// Whether it may be NULL.
    pub nulls: Nulls,
}

/// An order by which rows are read.
#[derive(Debug, Clone)]
pub struct Keyset {
    dialect: Dialect,
    columns: Vec<Column>,
}

/// A condition, and which part of the position each placeholder stands for, in the order in which they are bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The SQL. Safe to put behind an AND.
    pub sql: String,
    /// Places in the position.
    pub binds: Vec<usize>,
}

/// Which side of a position is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Behind it, without it.
    Behind,
    /// Up to it, with it.
    UpTo,
}

impl Keyset {
    /// The order by these columns.
    ///
    /// # Errors
    /// [`Refusal::Keyset`] without columns, and for a column that may be NULL when nobody said that it may.
    pub fn new(dialect: Dialect, columns: Vec<Column>) -> Result<Self, Refusal> {
        if columns.is_empty() {
            let sentence = "rows are read in an order by at least one column, and none is given";
            return Err(Refusal::Keyset(sentence.to_owned()));
        }
        match columns.iter().find(|column| column.nulls == Nulls::Unstated) {
            Some(Column { name, .. }) => Err(Refusal::Keyset(format!(
                "{name} may be NULL, and a cursor over it could pass by rows without a value. Make it NOT NULL, read in \
                 another order, or leave those rows out by the scope."
            ))),
            None => Ok(Self { dialect, columns }),
        }
    }

    /// What goes behind ORDER BY.
    #[must_use]
    pub fn order(&self) -> String {
        let one = |column: &Column| format!("{} {}", column.name, column.direction.sql());
        self.columns.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// The rows behind a position. `first` is the number of the first placeholder; `null_parts` are the places in the
    /// position whose value is NULL, to which nothing is bound.
    ///
    /// # Errors
    /// [`Refusal::Keyset`] for a NULL in a column that was said to have none.
    pub fn behind(&self, first: usize, null_parts: &[usize]) -> Result<Condition, Refusal> {
        self.condition(Side::Behind, first, null_parts)
    }

    /// The rows up to a position, it included.
    ///
    /// # Errors
    /// As [`Keyset::behind`].
    pub fn up_to(&self, first: usize, null_parts: &[usize]) -> Result<Condition, Refusal> {
        self.condition(Side::UpTo, first, null_parts)
    }

    fn condition(
        &self,
        side: Side,
        first: usize,
        null_parts: &[usize],
    ) -> Result<Condition, Refusal> {
        for place in null_parts {
            let column = self.columns.get(*place);
            if column.is_none_or(|column| column.nulls == Nulls::Never) {
                let name = column.map_or("nothing", |column| column.name.as_str());
                return Err(Refusal::Keyset(format!(
                    "part {place} of the position is NULL, and {name} stands there, which has no NULLs"
                )));
            }
        }
        let mut printer = Printer {
            keyset: self,
            side,
            first,
            null_parts,
            binds: Vec::new(),
        };
        let sql = printer.print();
        Ok(Condition {
            sql,
            binds: printer.binds,
        })
    }

    /// The direction of all columns, when a row comparison says the same as the order and an index is used for it.
    fn row_comparison(&self) -> Option<Direction> {
        let (first, others) = self.columns.split_first()?;
        let simple =
            |column: &Column| column.nulls == Nulls::Never && column.direction == first.direction;
        let fits = simple(first)
            && others.iter().all(simple)
            && (others.is_empty() || self.dialect != Dialect::Mysql);
        fits.then_some(first.direction)
    }
}

struct Printer<'a> {
    keyset: &'a Keyset,
    side: Side,
    first: usize,
    null_parts: &'a [usize],
    binds: Vec<usize>,
}

impl Printer<'_> {
    fn print(&mut self) -> String {
        match self.keyset.row_comparison() {
            Some(direction) => self.rows(direction),
            None => self.expanded(),
        }
    }

    fn rows(&mut self, direction: Direction) -> String {
        let sign = match (self.side, direction) {
            (Side::Behind, Direction::Asc) => ">",
            (Side::Behind, Direction::Desc) => "<",
            (Side::UpTo, Direction::Asc) => "<=",
            (Side::UpTo, Direction::Desc) => ">=",
        };
        let places = 0..self.keyset.columns.len();
        let values: Vec<String> = places.map(|place| self.placeholder(place)).collect();
        let names: Vec<&str> = self.names().collect();
        match (names.as_slice(), values.as_slice()) {
            ([name], [value]) => format!("{name} {sign} {value}"),
            _ => format!("({}) {sign} ({})", names.join(", "), values.join(", ")),
        }
    }

    fn names(&self) -> impl Iterator<Item = &'_ str> {
        self.keyset
            .columns
            .iter()
            .map(|column| column.name.as_str())
    }

    /// `bound AND (beyond OR (same AND rest))`, from the first column inwards.
    fn expanded(&mut self) -> String {
        match self.bound() {
            Some(bound) => format!("{bound} AND {}", self.from(0)),
            None => self.from(0),
        }
    }

    /// What follows for the first column, as a range, unless NULLs of the wanted side are outside of any range.
    fn bound(&mut self) -> Option<String> {
        let column = self.keyset.columns.first()?;
        let nulls_wanted = column.nulls == Nulls::Stated && self.nulls_are_wanted(column);
        if self.is_null(0) || nulls_wanted || self.keyset.columns.len() == 1 {
            return None;
        }
        let value = self.placeholder(0);
        Some(format!("{} {}= {value}", column.name, self.sign(column)))
    }

    /// The condition of the columns from `place` on, when those before are the same.
    fn from(&mut self, place: usize) -> String {
        let Some(column) = self.keyset.columns.get(place) else {
            return String::new();
        };
        let beyond = self.beyond(column, place);
        if place + 1 == self.keyset.columns.len() {
            return match self.side {
                Side::Behind => beyond,
                Side::UpTo => or(beyond, self.same(column, place)),
            };
        }
        let same = self.same(column, place);
        let rest = self.from(place + 1);
        or(beyond, format!("({same} AND {rest})"))
    }

    /// The rows whose value in this column is on the wanted side, and not the same.
    fn beyond(&mut self, column: &Column, place: usize) -> String {
        let name = &column.name;
        let may_be_null = column.nulls == Nulls::Stated;
        match (self.is_null(place), self.nulls_are_wanted(column)) {
            // The position stands among the NULLs: beyond are all values, or nothing.
            (true, false) => format!("{name} IS NOT NULL"),
            (true, true) => NOTHING.to_owned(),
            (false, nulls_wanted) => {
                let value = self.placeholder(place);
                let compared = format!("{name} {} {value}", self.sign(column));
                match may_be_null && nulls_wanted {
                    true => or(compared, format!("{name} IS NULL")),
                    false => compared,
                }
            }
        }
    }

    fn same(&mut self, column: &Column, place: usize) -> String {
        match self.is_null(place) {
            true => format!("{} IS NULL", column.name),
            false => format!("{} = {}", column.name, self.placeholder(place)),
        }
    }

    /// Whether the NULLs of a column are on the wanted side of every value.
    fn nulls_are_wanted(&self, column: &Column) -> bool {
        let nulls_are_greatest = self.keyset.dialect == Dialect::Postgres;
        let nulls_come_last = nulls_are_greatest == (column.direction == Direction::Asc);
        nulls_come_last == (self.side == Side::Behind)
    }

    fn sign(&self, column: &Column) -> &'static str {
        match (self.side, column.direction) {
            (Side::Behind, Direction::Asc) | (Side::UpTo, Direction::Desc) => ">",
            (Side::Behind, Direction::Desc) | (Side::UpTo, Direction::Asc) => "<",
        }
    }

    fn is_null(&self, place: usize) -> bool {
        self.null_parts.contains(&place)
    }

    /// PostgreSQL numbers them, so that each part is bound once; elsewhere each placeholder is bound.
    fn placeholder(&mut self, place: usize) -> String {
        if self.keyset.dialect != Dialect::Postgres {
            self.binds.push(place);
            return "?".to_owned();
        }
        let known = self.binds.iter().position(|bound| *bound == place);
        let number = known.unwrap_or_else(|| {
            self.binds.push(place);
            self.binds.len() - 1
        });
        format!("${}", self.first.saturating_add(number))
    }
}

/// Holds for no row, in every dialect.
const NOTHING: &str = "1 = 0";

fn or(one: String, other: String) -> String {
    match one.as_str() {
        NOTHING => other,
        _ => format!("({one} OR {other})"),
    }
}
