//! The rules of flows: where a run stands and how it goes on, how much it takes at once, what it counts, and when it is
//! started. All of it is plain data and plain functions; statements are run, and moments are read, elsewhere.

pub mod counters;
pub mod cursor;
pub mod fingerprint;
pub mod keyset;
pub mod level;
pub mod pace;
pub mod refusal;
pub mod run;
pub mod schedule;
pub mod schema;

pub use cursor::{Part, Position};
pub use refusal::Refusal;

/// Which way a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the least to the greatest.
    Asc,
    /// From the greatest to the least.
    Desc,
}

impl Direction {
    /// The direction that is written `word`.
    ///
    /// # Errors
    /// [`Refusal::Keyset`] with the two that there are.
    pub fn named(word: &str) -> Result<Self, Refusal> {
        match word {
            "asc" => Ok(Self::Asc),
            "desc" => Ok(Self::Desc),
            _ => Err(Refusal::Keyset(format!(
                "{word:?} is no direction; there are \"asc\" and \"desc\""
            ))),
        }
    }

    /// As SQL writes it.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Asc => "ASC",
            Self::Desc => "DESC",
        }
    }
}
