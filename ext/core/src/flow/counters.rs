//! What became of the rows of a run, and when so many of them are bad that it has to stop.

use super::refusal::Refusal;

/// Rows of a run, or of one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Given by the source.
    pub read: u64,
    /// Written under a key that was not there.
    pub new: u64,
    /// Written over another row with that key.
    pub updated: u64,
    /// The sink had them already.
    pub unchanged: u64,
    /// Left out by a step or a block.
    pub filtered: u64,
    /// Put aside with a reason.
    pub rejected: u64,
    /// Left out by the sink's mode, or by a later row of the same key.
    pub skipped: u64,
    /// Taken out of the sink. Of a mirror these were never read, so they stand apart; where rows are read to be deleted, each
    /// of them is one that was read.
    pub deleted: u64,
}

impl Counters {
    /// The names, in the order of [`Counters::numbers`].
    pub const NAMES: [&'static str; 8] = [
        "read",
        "new",
        "updated",
        "unchanged",
        "filtered",
        "rejected",
        "skipped",
        "deleted",
    ];

    /// The numbers.
    #[must_use]
    pub const fn numbers(&self) -> [u64; 8] {
        [
            self.read,
            self.new,
            self.updated,
            self.unchanged,
            self.filtered,
            self.rejected,
            self.skipped,
            self.deleted,
        ]
    }

    /// Counters with these numbers.
    #[must_use]
    pub const fn from_numbers(numbers: [u64; 8]) -> Self {
        let [read, new, updated, unchanged, filtered, rejected, skipped, deleted] = numbers;
        Self {
            read,
            new,
            updated,
            unchanged,
            filtered,
            rejected,
            skipped,
            deleted,
        }
    }

    /// New and updated.
    #[must_use]
    pub const fn written(&self) -> u64 {
        self.new.saturating_add(self.updated)
    }

    /// Both together.
    ///
    /// # Errors
    /// [`Refusal::Counters`] when one of them does not fit into 64 bits.
    pub fn plus(&self, other: &Self) -> Result<Self, Refusal> {
        let mut sums = self.numbers();
        for ((sum, more), name) in sums.iter_mut().zip(other.numbers()).zip(Self::NAMES) {
            *sum = sum.checked_add(more).ok_or_else(|| {
                Refusal::Counters(format!("the counter of {name} rows is full at {sum}"))
            })?;
        }
        Ok(Self::from_numbers(sums))
    }

    /// read = new + updated + unchanged + filtered + rejected + skipped, and + deleted where rows are read to be deleted.
    ///
    /// # Errors
    /// [`Refusal::Counters`] with the numbers.
    pub fn adds_up(&self, read_to_delete: bool) -> Result<(), Refusal> {
        let [read, accounted @ .., deleted] = self.numbers();
        let gone = if read_to_delete { deleted } else { 0 };
        let sum = accounted
            .into_iter()
            .chain([gone])
            .map(u128::from)
            .sum::<u128>();
        if u128::from(read) == sum {
            return Ok(());
        }
        let [new, updated, unchanged, filtered, rejected, skipped] = accounted;
        let gone = if read_to_delete {
            format!(" + {deleted} deleted")
        } else {
            String::new()
        };
        Err(Refusal::Counters(format!(
            "the rows do not add up: {read} read, but {new} new + {updated} updated + {unchanged} unchanged + \
             {filtered} filtered + {rejected} rejected + {skipped} skipped{gone} = {sum}"
        )))
    }
}

/// How many rows may be put aside before the run stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Budget {
    /// A share of the rows read.
    Share(f64),
    /// So many rows.
    Rows(u64),
}

impl Budget {
    /// A share is asked about from this row on, and at the end: one bad row among the first three is no third.
    pub const FIRST_ROWS: u64 = 100;

    /// A share between 0 and 1.
    ///
    /// # Errors
    /// [`Refusal::Budget`] for any other number.
    pub fn share(share: f64) -> Result<Self, Refusal> {
        match (0.0..=1.0).contains(&share) {
            true => Ok(Self::Share(share)),
            false => Err(Refusal::Budget(format!(
                "a budget of {share} is no share of the rows; write 0.0 to 1.0, or an Integer for a number of rows"
            ))),
        }
    }

    /// Why the run has to stop: "Stopped: 100 of 100 rows put aside, budget 0.01."
    #[must_use]
    pub fn stops(self, read: u64, rejected: u64, at_end: bool) -> Option<String> {
        let budget = match self {
            Self::Share(share) => format!("{share:?}"),
            Self::Rows(rows) => rows.to_string(),
        };
        self.is_exceeded(read, rejected, at_end)
            .then(|| format!("Stopped: {rejected} of {read} rows put aside, budget {budget}."))
    }

    /// Whether more rows were put aside than may be. A budget that is just used up is kept.
    #[must_use]
    pub fn is_exceeded(self, read: u64, rejected: u64, at_end: bool) -> bool {
        match self {
            Self::Rows(rows) => rejected > rows,
            Self::Share(_) if read < Self::FIRST_ROWS && !at_end => false,
            // Divided, not multiplied: 29 of 100 is the same float as 0.29, and 0.29 * 100 is less than 29.
            Self::Share(share) => rejected > 0 && rejected as f64 / read.max(1) as f64 > share,
        }
    }
}
