//! Parts of an expression as SQL, and columns that they read.

use std::fmt;

use crate::expr::kind::Kind;
use crate::rows::SqlType;

/// Why something is not printed, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotPrintable(pub String);

impl fmt::Display for NotPrintable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotPrintable {}

pub(in crate::expr) type Printed = Result<Piece, NotPrintable>;

pub(in crate::expr) fn no<T>(reason: impl Into<String>) -> Result<T, NotPrintable> {
    Err(NotPrintable(reason.into()))
}

/// A part of an expression as SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The SQL.
    pub sql: String,
    /// What its values are.
    pub kind: Kind,
    /// Whether the database may raise at it.
    pub fails: bool,
    /// The SQL of a column that it reads.
    pub(in crate::expr) column: Option<String>,
    /// Whether its digits behind the point depend on how it was read.
    pub(in crate::expr) loose: bool,
    /// A sum without the guard around it (SQLite).
    pub(in crate::expr) sum: Option<String>,
}

impl Piece {
    pub(in crate::expr) fn new(sql: String, kind: Kind) -> Self {
        Self {
            sql,
            kind,
            fails: false,
            column: None,
            loose: false,
            sum: None,
        }
    }

    /// With what the parts bring along.
    pub(in crate::expr) fn of<'p>(mut self, parts: impl IntoIterator<Item = &'p Piece>) -> Self {
        for part in parts {
            self.fails |= part.fails;
            self.loose |= part.loose;
            if self.column.is_none() {
                self.column.clone_from(&part.column);
            }
        }
        self
    }

    /// The same as another type.
    #[must_use]
    pub fn cast(self, to: &str, kind: Kind) -> Self {
        Self {
            sql: format!("({})::{to}", self.sql),
            kind,
            ..self
        }
    }

    pub(in crate::expr) fn failing(mut self, fails: bool) -> Self {
        self.fails |= fails;
        self
    }
}

/// What a column of the rows is in SQL, at the point where an expression stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A column as the database has it.
    Raw {
        /// Its quoted name.
        sql: String,
        /// Its type.
        kind: SqlType,
        /// Its type as the database says it.
        named: String,
    },
    /// What a step made.
    Made(Piece),
}

impl Entry {
    /// The SQL that the column is.
    #[must_use]
    pub fn sql(&self) -> &str {
        match self {
            Self::Raw { sql, .. } => sql,
            Self::Made(piece) => &piece.sql,
        }
    }

    /// What its values are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Raw { kind, .. } => Kind::of_type(kind),
            Self::Made(piece) => piece.kind,
        }
    }
}
