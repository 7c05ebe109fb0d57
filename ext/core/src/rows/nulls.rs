//! Which rows of a column have no value.

/// One bit a row, up to the last null only: a column without nulls has no map, and costs nothing to look at.
#[derive(Debug, Clone, Default)]
pub struct Nulls {
    words: Vec<u64>,
    count: usize,
}

impl Nulls {
    const BITS: usize = u64::BITS as usize;

    /// Whether the row is null.
    #[inline]
    #[must_use]
    pub fn get(&self, row: usize) -> bool {
        match self.words.get(row / Self::BITS) {
            Some(word) => word >> (row % Self::BITS) & 1 == 1,
            None => false,
        }
    }

    /// Makes the row null.
    #[inline]
    pub fn set(&mut self, row: usize) {
        let place = row / Self::BITS;
        if place >= self.words.len() {
            self.words.resize(place + 1, 0);
        }
        if let Some(word) = self.words.get_mut(place) {
            let bit = 1 << (row % Self::BITS);
            self.count += usize::from(*word & bit == 0);
            *word |= bit;
        }
    }

    /// The row has a value now.
    #[inline]
    pub fn unset(&mut self, row: usize) {
        if let Some(word) = self.words.get_mut(row / Self::BITS) {
            let bit = 1 << (row % Self::BITS);
            self.count -= usize::from(*word & bit != 0);
            *word &= !bit;
        }
    }

    /// How many there are.
    #[inline]
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Forgets the rows from `len` on.
    pub fn truncate(&mut self, len: usize) {
        for row in len..self.words.len() * Self::BITS {
            self.unset(row);
        }
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.words.clear();
        self.count = 0;
    }

    /// How much memory it holds.
    #[must_use]
    pub fn held(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}
