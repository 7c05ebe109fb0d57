//! What a batch can refuse.

use std::fmt;

use super::misfit::Misfit;
use crate::wording::{did_you_mean, symbols};

/// A refusal. The batch is as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A column that the row does not have at that point.
    UnknownColumn {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A column under a name that the row has already.
    ColumnTaken(String),
    /// A row, or a column by its number, that the batch does not have.
    OutOfRange {
        /// "row" or "column".
        what: &'static str,
        /// What was asked for.
        number: usize,
        /// How many there are.
        count: usize,
    },
    /// A change to a column as it was read.
    ReadOnly(String),
    /// A row, or a column, with more or fewer values than there is room for.
    Length {
        /// "row" or "column".
        what: &'static str,
        /// How many came.
        came: usize,
        /// How many it takes.
        takes: usize,
    },
    /// A second row that is begun before the first is finished.
    RowOpen,
    /// A use of the batch while another one is under way.
    Busy,
    /// A value that does not fit the column that it is written to.
    Misfit {
        /// The row.
        row: usize,
        /// What is wrong with it.
        misfit: Box<Misfit>,
    },
    /// A column type that COPY in its binary form cannot carry.
    NotBinary {
        /// The column.
        column: String,
        /// Its type.
        kind: String,
    },
    /// Bytes that are not what COPY sends.
    NoCopy(String),
    /// A file that is not what it is read as.
    NoFile(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownColumn { name, known } => unknown_column(f, name, known),
            Self::ColumnTaken(name) => write!(
                f,
                "the row has :{name} already; drop or rename that one first, or take another name"
            ),
            Self::OutOfRange {
                what,
                number,
                count,
            } => write!(f, "the batch has no {what} {number}; it has {count}"),
            Self::ReadOnly(name) => write!(
                f,
                ":{name} is the column as it was read, which stays as it is; write to an overlay of it"
            ),
            Self::Length { what, came, takes } => {
                write!(f, "{came} values for a {what}, which takes {takes}")
            }
            Self::RowOpen => write!(
                f,
                "another row is being put into this batch; a batch is filled by one thread at a time"
            ),
            Self::Busy => write!(
                f,
                "this batch is in use: another thread works on it; each thread takes a batch of its own"
            ),
            Self::Misfit { row, misfit } => write!(f, "row {row}: {misfit}"),
            Self::NotBinary { column, kind } => write!(
                f,
                "{column} is {kind}, which only the database itself can read; write it as text, with copy_text"
            ),
            Self::NoCopy(what) => write!(f, "this is not what COPY sends: {what}"),
            Self::NoFile(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Refusal {}

fn unknown_column(f: &mut fmt::Formatter<'_>, name: &str, known: &[String]) -> fmt::Result {
    let names = known.iter().map(String::as_str);
    write!(f, "no column :{name}")?;
    match known {
        [] => write!(f, "; the row has no columns"),
        _ => write!(f, "; there are {}", symbols(names.clone())),
    }?;
    match did_you_mean(name, names) {
        Some(hint) => write!(f, ". {hint}"),
        None => Ok(()),
    }
}
