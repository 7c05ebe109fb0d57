//! Expressions as SQL, where the database gives the answer that [`super::Tree::value`] gives.
//!
//! Where the rows would be put aside, the database may raise instead: then the rows themselves have to be looked at.
//! But it never gives a value where there is none, and never another one.

mod join;
mod literal;
mod mysql;
mod piece;
mod postgres;
mod sqlite;

use super::kind::Kind;
use super::literal::Literal;
use super::tree::{Between, Comparison, Operator, Tree};
use crate::rows::Dialect;

pub use join::{Pair, SameKey};
pub(super) use piece::{no, Printed};
pub use piece::{Entry, NotPrintable, Piece};

/// Prints for one database.
pub struct Printer<'a> {
    /// Which.
    pub dialect: Dialect,
    /// What a column is there.
    pub columns: &'a dyn Fn(&str) -> Option<Entry>,
}

/// More than this is no statement any more.
const LONGEST: usize = 100_000;

impl Printer<'_> {
    /// The expression as SQL.
    ///
    /// # Errors
    /// The reason, where the database would not give the same answer.
    pub fn print<C: AsRef<str>>(&self, tree: &Tree<C>) -> Printed {
        let piece = self.any(tree)?;
        if piece.sql.len() > LONGEST {
            return no("it becomes longer than a statement should be");
        }
        Ok(piece)
    }

    fn any<C: AsRef<str>>(&self, tree: &Tree<C>) -> Printed {
        match tree {
            Tree::Column(name) => self.column(name.as_ref()),
            Tree::Literal(literal) => self.literal(literal),
            Tree::Arithmetic(operator, two) => {
                let [left, right] = self.pair(two)?;
                self.arithmetic(*operator, left, right)
            }
            Tree::Negative(one) => {
                let zero = self.literal(&Literal::Int(0))?;
                let one = self.any(one)?;
                if one.kind == Kind::Float {
                    return self.negative_float(one);
                }
                self.arithmetic(Operator::Minus, zero, one)
            }
            Tree::Compare(comparison, two) => {
                let [one, two] = two.as_ref();
                let (left, right) = (self.any(one)?, self.any(two)?);
                let kinds = (left.kind, right.kind);
                let (left, right) = (
                    self.literal_for(kinds.1, one, left)?,
                    self.literal_for(kinds.0, two, right)?,
                );
                self.compare(*comparison, left, right)
            }
            Tree::And(two) => self.logic("AND", two),
            Tree::Or(two) => self.logic("OR", two),
            Tree::Not(one) => {
                let one = self.truth(one)?;
                Ok(Piece::new(format!("(NOT {})", one.sql), Kind::Bool).of([&one]))
            }
            Tree::IsNull(one) => self.is_null(one),
            Tree::Coalesce(all) => self.coalesce(all),
            Tree::Round(one, digits) => {
                let one = self.any(one)?;
                if one.kind == Kind::Null {
                    return Ok(one);
                }
                self.round(one, *digits)
            }
            Tree::In(one, all) => self.one_of(one, all),
            Tree::Between(range) => self.between(range),
            Tree::Concat(all) => self.concat(all),
            Tree::Strip(one) => {
                let one = self.any(one)?;
                match one.kind {
                    Kind::Null => Ok(one),
                    Kind::Text => self.strip(one),
                    kind => no(format!("strip takes text, not {}", kind.name())),
                }
            }
            Tree::Case(letters, _) => no(format!(
                "{} goes by Unicode, and {} by the language that the database was made for",
                letters.word(),
                self.dialect.name()
            )),
            Tree::Float(one) => {
                let one = self.any(one)?;
                Ok(self.as_float(one))
            }
        }
    }

    fn pair<C: AsRef<str>>(&self, two: &[Tree<C>; 2]) -> Result<[Piece; 2], NotPrintable> {
        let [left, right] = two;
        Ok([self.any(left)?, self.any(right)?])
    }

    fn list<C: AsRef<str>>(&self, all: &[Tree<C>]) -> Result<Vec<Piece>, NotPrintable> {
        all.iter().map(|one| self.any(one)).collect()
    }

    fn column(&self, name: &str) -> Printed {
        match (self.columns)(name) {
            None => no(format!("the rows have no column {name} there")),
            Some(entry) => self.read(name, entry),
        }
    }

    fn read(&self, name: &str, entry: Entry) -> Printed {
        match entry {
            Entry::Made(piece) => Ok(piece),
            Entry::Raw { sql, kind, named } => {
                let read = match self.dialect {
                    Dialect::Postgres => postgres::column(name, &sql, &kind, &named),
                    Dialect::Sqlite => sqlite::column(name, &sql, &kind, &named),
                    Dialect::Mysql => mysql::column(name, &sql, &kind, &named),
                };
                read.map(|piece| Piece {
                    column: Some(sql),
                    ..piece
                })
            }
        }
    }

    /// Of a column as it is: what it holds does not matter.
    fn is_null<C: AsRef<str>>(&self, one: &Tree<C>) -> Printed {
        let raw = match one {
            Tree::Column(name) => match (self.columns)(name.as_ref()) {
                Some(Entry::Raw { sql, kind, .. }) if self.dialect == Dialect::Postgres => {
                    Some(Piece::new(sql, Kind::of_type(&kind)))
                }
                _ => None,
            },
            _ => None,
        };
        let one = raw.map_or_else(|| self.any(one), Ok)?;
        Ok(Piece::new(format!("({} IS NULL)", one.sql), Kind::Bool).of([&one]))
    }

    fn truth<C: AsRef<str>>(&self, one: &Tree<C>) -> Printed {
        let one = self.any(one)?;
        match one.kind {
            Kind::Bool | Kind::Null => Ok(one),
            kind => no(format!("a condition is true or false, not {}", kind.name())),
        }
    }

    fn logic<C: AsRef<str>>(&self, word: &str, two: &[Tree<C>; 2]) -> Printed {
        let [left, right] = two;
        let (left, right) = (self.truth(left)?, self.truth(right)?);
        let sql = format!("({} {word} {})", left.sql, right.sql);
        Ok(Piece::new(sql, Kind::Bool).of([&left, &right]))
    }

    fn arithmetic(&self, operator: Operator, left: Piece, right: Piece) -> Printed {
        if left.kind == Kind::Null || right.kind == Kind::Null {
            return Ok(self.null());
        }
        for one in [&left, &right] {
            if !one.kind.is_number() {
                return no(format!(
                    "{} takes numbers, not {}",
                    operator.sign(),
                    one.kind.name()
                ));
            }
        }
        match self.dialect {
            Dialect::Postgres => Ok(postgres::arithmetic(operator, left, right)),
            Dialect::Sqlite => sqlite::arithmetic(operator, left, right),
            Dialect::Mysql => mysql::arithmetic(),
        }
    }

    fn negative_float(&self, one: Piece) -> Printed {
        if self.dialect != Dialect::Postgres {
            return sqlite::arithmetic(Operator::Minus, one.clone(), one);
        }
        Ok(Piece::new(format!("(- {})", one.sql), Kind::Float).of([&one]))
    }

    fn compare(&self, comparison: Comparison, left: Piece, right: Piece) -> Printed {
        if left.kind == Kind::Null || right.kind == Kind::Null {
            return Ok(self.null());
        }
        let (left, right) = self.comparable(left, right)?;
        let collate = match (self.dialect, left.kind) {
            (Dialect::Postgres, Kind::Text) => " COLLATE \"C\"",
            (Dialect::Sqlite, Kind::Text) => " COLLATE BINARY",
            _ => "",
        };
        let sql = format!("({}{collate} {} {})", left.sql, comparison.sql(), right.sql);
        Ok(Piece::new(sql, Kind::Bool).of([&left, &right]))
    }

    /// Both as what they have to be so that the database compares as we do.
    fn comparable(&self, left: Piece, right: Piece) -> Result<(Piece, Piece), NotPrintable> {
        let kinds = (left.kind, right.kind);
        match kinds {
            (one, two) if one.is_number() && two.is_number() => {
                if one == Kind::Float || two == Kind::Float {
                    return Ok((self.as_float(left), self.as_float(right)));
                }
                Ok((left, right))
            }
            (Kind::Json | Kind::Any | Kind::Bytes, _)
            | (_, Kind::Json | Kind::Any | Kind::Bytes) => no(format!(
                "{} and {} are compared differently there",
                kinds.0.name(),
                kinds.1.name()
            )),
            (one, two) if one == two => Ok((left, right)),
            (Kind::Date, Kind::Moment) if self.dialect == Dialect::Postgres => {
                Ok((postgres::as_moment(left), right))
            }
            (Kind::Moment, Kind::Date) if self.dialect == Dialect::Postgres => {
                Ok((left, postgres::as_moment(right)))
            }
            (one, two) => no(format!(
                "{} and {} cannot be compared",
                one.name(),
                two.name()
            )),
        }
    }

    fn one_of<C: AsRef<str>>(&self, one: &Tree<C>, all: &[Tree<C>]) -> Printed {
        if all.is_empty() {
            return self.literal(&Literal::Bool(false));
        }
        let value = self.any(one)?;
        let mut parts = Vec::with_capacity(all.len());
        for other in all {
            let other = self.literal_for(value.kind, other, self.any(other)?)?;
            parts.push(self.compare(Comparison::Equal, value.clone(), other)?);
        }
        self.joined(" OR ", parts)
    }

    fn between<C: AsRef<str>>(&self, range: &Between<C>) -> Printed {
        let value = self.any(&range.value)?;
        let to = if range.excluded {
            Comparison::Less
        } else {
            Comparison::AtMost
        };
        let ends = [
            (range.from.as_ref(), Comparison::AtLeast),
            (range.to.as_ref(), to),
        ];
        let mut parts = Vec::new();
        for (end, comparison) in ends {
            if let Some(end) = end {
                let end = self.literal_for(value.kind, end, self.any(end)?)?;
                parts.push(self.compare(comparison, value.clone(), end)?);
            }
        }
        if parts.is_empty() {
            parts.push(self.compare(Comparison::Equal, value.clone(), value)?);
        }
        self.joined(" AND ", parts)
    }

    /// A text that stands for a date, a moment or a UUID is one of those.
    fn literal_for<C>(&self, kind: Kind, tree: &Tree<C>, printed: Piece) -> Printed {
        match tree {
            Tree::Literal(literal @ Literal::Text(_)) => {
                self.literal(&literal::like(literal, kind)?)
            }
            _ => Ok(printed),
        }
    }

    fn joined(&self, word: &str, parts: Vec<Piece>) -> Printed {
        let texts: Vec<&str> = parts.iter().map(|part| part.sql.as_str()).collect();
        let sql = format!("({})", texts.join(word));
        Ok(Piece::new(sql, Kind::Bool).of(&parts))
    }

    fn coalesce<C: AsRef<str>>(&self, all: &[Tree<C>]) -> Printed {
        let parts: Vec<Piece> = self.list(all)?;
        let kind = parts
            .iter()
            .fold(Kind::Null, |kind, part| kind.or(part.kind));
        match kind {
            Kind::Null => return Ok(self.null()),
            Kind::Any => return no("coalesce takes values of one kind there"),
            _ => {}
        }
        let parts: Vec<Piece> = parts
            .into_iter()
            .map(|part| match (kind, part.kind) {
                (Kind::Float, Kind::Int | Kind::Decimal) => self.as_float(part),
                _ => part,
            })
            .collect();
        let texts: Vec<&str> = parts.iter().map(|part| part.sql.as_str()).collect();
        let sql = format!("COALESCE({})", texts.join(", "));
        // With one alternative it is that one; SQLite does not take fewer than two.
        let sql = if parts.len() > 1 { sql } else { texts.concat() };
        Ok(Piece::new(sql, kind).of(&parts))
    }

    fn concat<C: AsRef<str>>(&self, all: &[Tree<C>]) -> Printed {
        let parts = self.list(all)?;
        if parts.iter().any(|part| part.kind == Kind::Null) {
            return Ok(self.null());
        }
        match self.dialect {
            Dialect::Postgres => postgres::concat(&parts),
            Dialect::Sqlite => no("SQLite may hold text that is not UTF-8, and would append to it"),
            Dialect::Mysql => no("MySQL prints numbers in its own way"),
        }
    }

    fn round(&self, one: Piece, digits: u8) -> Printed {
        match (self.dialect, one.kind) {
            (_, kind) if !kind.is_number() => {
                no(format!("round takes numbers, not {}", kind.name()))
            }
            (Dialect::Postgres, _) => Ok(postgres::round(one, digits)),
            (_, Kind::Int) if digits == 0 => Ok(one),
            _ => no(format!("{} rounds in its own way", self.dialect.name())),
        }
    }

    fn strip(&self, one: Piece) -> Printed {
        match self.dialect {
            Dialect::Postgres => Ok(postgres::strip(one)),
            Dialect::Sqlite => no("SQLite may hold text that is not UTF-8, and would strip it"),
            Dialect::Mysql => no("MySQL strips one kind of blank only"),
        }
    }

    fn as_float(&self, one: Piece) -> Piece {
        if one.kind == Kind::Float || one.kind == Kind::Null {
            return one;
        }
        let sql = match self.dialect {
            Dialect::Postgres => format!("({})::float8", one.sql),
            Dialect::Sqlite => format!("CAST({} AS REAL)", one.sql),
            Dialect::Mysql => format!("CAST({} AS DOUBLE)", one.sql),
        };
        // A decimal may be larger than any float.
        let fails = one.kind == Kind::Decimal;
        Piece::new(sql, Kind::Float).of([&one]).failing(fails)
    }

    fn null(&self) -> Piece {
        Piece::new("NULL".to_owned(), Kind::Null)
    }

    fn literal(&self, literal: &Literal) -> Printed {
        literal::print(self.dialect, literal)
    }
}
