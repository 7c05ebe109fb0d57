//! Keys of two tables that are equal as we say they are, in words by which the database finds them through an index.

use super::{no, Entry, NotPrintable, Piece, Printer};
use crate::expr::kind::Kind;
use crate::rows::Dialect;

/// A column of ours, and the one of theirs that has to be equal.
#[derive(Debug, Clone)]
pub struct Pair {
    /// What ours is called, for the reason.
    pub name: String,
    /// Ours.
    pub ours: Entry,
    /// Theirs, a column as the database has it.
    pub theirs: Entry,
    /// The collation of their index, where texts that differ are never equal by it (`PostgreSQL`).
    pub collation: Option<String>,
}

/// What a join says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameKey {
    /// The condition of the join.
    pub on: String,
    /// A condition of the rows that is always true, or ends the statement: where a key is not what its column says.
    pub guard: Option<String>,
}

impl Printer<'_> {
    /// The condition of a join.
    ///
    /// # Errors
    /// The reason, where the database would not find the same rows.
    pub fn same_key(&self, pairs: &[Pair]) -> Result<SameKey, NotPrintable> {
        let mut parts = Vec::with_capacity(pairs.len());
        let mut guards = Vec::new();
        for pair in pairs {
            let (ours, theirs) = (
                self.read(&pair.name, pair.ours.clone())?,
                self.read(&pair.name, pair.theirs.clone())?,
            );
            self.alike(ours.kind, theirs.kind)?;
            parts.push(self.equal(pair, &ours, &theirs));
            if self.dialect == Dialect::Sqlite && matches!(pair.ours, Entry::Raw { .. }) {
                guards.push(format!("typeof({}) IS NOT NULL", ours.sql));
            }
        }
        Ok(SameKey {
            on: parts.join(" AND "),
            guard: (!guards.is_empty()).then(|| format!("({})", guards.join(" AND "))),
        })
    }

    /// What a database compares with something else by converting it, or in several forms, is compared here.
    fn alike(&self, ours: Kind, theirs: Kind) -> Result<(), NotPrintable> {
        let is_known = match self.dialect {
            Dialect::Sqlite => ours == theirs && matches!(ours, Kind::Int | Kind::Text),
            _ => {
                ours == theirs
                    || matches!(
                        (ours, theirs),
                        (Kind::Int, Kind::Decimal) | (Kind::Decimal, Kind::Int)
                    )
            }
        };
        if is_known {
            return Ok(());
        }
        no(format!(
            "{} compares keys that are {} and {} in its own way",
            self.dialect.name(),
            ours.name(),
            theirs.name()
        ))
    }

    /// A column is left as it is where that can be said: only then an index is of use. What it holds is looked at by the guard.
    fn equal(&self, pair: &Pair, ours: &Piece, theirs: &Piece) -> String {
        let collate = match (self.dialect, ours.kind, &pair.collation) {
            (Dialect::Postgres, Kind::Text, Some(collation)) => format!(" COLLATE {collation}"),
            (Dialect::Postgres, Kind::Text, None) => " COLLATE \"C\"".to_owned(),
            (Dialect::Sqlite, Kind::Text, _) => " COLLATE BINARY".to_owned(),
            _ => String::new(),
        };
        let (one, other) = if self.dialect == Dialect::Sqlite {
            (pair.ours.sql(), pair.theirs.sql())
        } else {
            (ours.sql.as_str(), theirs.sql.as_str())
        };
        format!("{one}{collate} = {other}")
    }

    /// A condition that is true where a column is not NULL, and ends the statement where it is: then the rows themselves have
    /// to be looked at.
    ///
    /// # Errors
    /// For a database that has no such word.
    pub fn refusing(&self, column: &str) -> Result<String, NotPrintable> {
        match self.dialect {
            Dialect::Postgres => Ok(format!(
                "(1 / CASE WHEN {column} IS NULL THEN 0 ELSE 1 END = 1)"
            )),
            Dialect::Sqlite => Ok(format!(
                "CASE WHEN {column} IS NULL THEN {} ELSE 1 END",
                super::sqlite::error(column)
            )),
            Dialect::Mysql => no("MySQL goes on where it divides by zero"),
        }
    }
}
