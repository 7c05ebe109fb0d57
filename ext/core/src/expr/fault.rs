//! What has no answer.

use std::fmt;

use crate::rows::{Cell, Misfit};

/// Why an expression has no value for a row. Reads as a sentence: `12.50 / 0 divides by zero`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The column that it lies at, where it is one.
    pub column: Option<String>,
    /// The sentence.
    pub reason: String,
}

impl Fault {
    #[cold]
    pub(super) fn new(reason: String) -> Box<Self> {
        Box::new(Self {
            column: None,
            reason,
        })
    }

    /// `+ takes numbers, not "abc"`.
    #[cold]
    pub(super) fn unfit(word: &str, takes: &str, cell: &Cell<'_>) -> Box<Self> {
        Self::new(format!("{word} takes {takes}, not {}", shown(cell)))
    }

    /// A value that is not what its column is.
    #[cold]
    pub(super) fn misfit(misfit: &Misfit) -> Box<Self> {
        Box::new(Self {
            column: Some(misfit.column.clone()),
            reason: misfit.to_string(),
        })
    }
}

/// A value as messages show it.
pub(super) fn shown(cell: &Cell<'_>) -> String {
    Misfit::new("", cell, "".into()).value
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Fault {}
