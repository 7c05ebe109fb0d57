//! What the rules of flows refuse. The sentence is made where it is known what came and what was possible.

use std::fmt;

/// A refusal. Nothing has been changed when one is returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// What is no position, or no text of one.
    Position(String),
    /// An order that rows cannot be read by.
    Keyset(String),
    /// What is no schedule, or one that could not be kept.
    Schedule(String),
    /// A fingerprint that this version has not written.
    Fingerprint(String),
    /// What is no error budget.
    Budget(String),
    /// Rows that do not add up, or too many of them to count.
    Counters(String),
    /// A move that a run's status does not allow.
    IllegalMove {
        /// The status that the run has.
        from: &'static str,
        /// The status that it was to get.
        to: &'static str,
        /// Those that it may get.
        possible: Vec<&'static str>,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position(sentence)
            | Self::Keyset(sentence)
            | Self::Schedule(sentence)
            | Self::Fingerprint(sentence)
            | Self::Budget(sentence)
            | Self::Counters(sentence) => f.write_str(sentence),
            Self::IllegalMove { from, to, possible } => {
                write!(f, "a run that is {from} cannot become {to}; ")?;
                match possible.as_slice() {
                    [] => write!(f, "{from} is where it ends"),
                    _ => write!(f, "it may become {}", possible.join(" or ")),
                }
            }
        }
    }
}

/// As much of a text as a message shows.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}...", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}
