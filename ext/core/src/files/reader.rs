//! Pages out of a file, whatever its format.

use std::sync::Arc;

use super::csv::Csv;
use super::window::Window;
use crate::rows::{Batch, Refusal};

/// What a reader wants before it can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// The bytes that follow in the file.
    Bytes,
    /// Another batch: this one has as many rows as it may have.
    Room,
    /// Nothing: the file is at its end.
    Nothing,
}

/// A row that could not be read. In the batch stand nulls in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Its number in the batch.
    pub row: usize,
    /// The column that is to blame.
    pub column: Option<usize>,
    /// What is wrong with it, as a sentence.
    pub reason: String,
}

impl Bad {
    /// Notes a bad row, and keeps its place in the batch.
    pub(super) fn put(
        list: &mut Vec<Self>,
        batch: &mut Batch,
        column: Option<usize>,
        reason: String,
    ) -> Result<(), Refusal> {
        list.push(Self {
            row: batch.len(),
            column,
            reason,
        });
        batch.begin_row()?;
        batch.end_row();
        Ok(())
    }
}

/// Reads one file. The bytes come in pieces that may end anywhere.
#[derive(Debug)]
pub struct Reader {
    csv: Csv,
    window: Window,
    bad: Vec<Bad>,
}

impl Reader {
    /// At the beginning of a file.
    #[must_use]
    pub fn new(csv: Csv) -> Self {
        Self {
            csv,
            window: Window::at(0, 1, &[]),
            bad: Vec::new(),
        }
    }

    /// Goes to a place of the file: see [`Window::at`].
    pub fn seek(&mut self, offset: u64, line: u64, before: &[u8]) {
        self.window = Window::at(offset, line, before);
        self.bad.clear();
    }

    /// The bytes that follow in the file.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.window.feed(bytes);
    }

    /// There are no more.
    pub fn finish(&mut self) {
        self.window.finish();
    }

    /// What is known of the file around the rows of this page.
    #[must_use]
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// The names of the columns.
    #[must_use]
    pub fn names(&self) -> &[Arc<str>] {
        self.csv.names()
    }

    /// See [`Csv::read_names`].
    ///
    /// # Errors
    /// A sentence.
    pub fn read_names(&mut self) -> Result<bool, String> {
        self.csv.read_names(&mut self.window)
    }

    /// Lets go of the last page: its rows can be asked for no longer.
    pub fn begin_page(&mut self) {
        self.window.begin_page();
        self.bad.clear();
    }

    /// Puts rows of this page into the batch until it has so many, and says what is wanted then.
    ///
    /// # Errors
    /// [`Refusal::Length`] when the batch has other columns; [`Refusal::NoFile`] for a row that cannot be one.
    pub fn take(&mut self, batch: &mut Batch, limit: usize) -> Result<Wants, Refusal> {
        let (came, takes) = (self.names().len(), batch.source_names().len());
        if came != takes {
            return Err(Refusal::Length {
                what: "row",
                came,
                takes,
            });
        }
        self.csv.take(&mut self.window, batch, limit, &mut self.bad)
    }

    /// The rows of this page that could not be read.
    #[must_use]
    pub fn bad(&self) -> &[Bad] {
        &self.bad
    }
}
