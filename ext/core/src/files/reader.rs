//! Pages out of a file, whatever its format.

use std::sync::Arc;

use super::csv::Csv;
use super::jsonl::JsonLines;
use super::window::Window;
use crate::rows::{Batch, Refusal};

/// A row may have so many bytes; what is longer was not meant as one.
pub(super) const LONGEST: usize = 16 << 20;

pub(super) fn too_long(line: u64) -> String {
    format!(
        "the row that begins on line {line} has more than {} MiB: is it meant as a row, in a file of this format?",
        LONGEST >> 20
    )
}

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

/// What the rows of a file are written in.
#[derive(Debug)]
pub enum Format {
    /// Fields between separators.
    Csv(Csv),
    /// An object on each line.
    JsonLines(JsonLines),
}

/// Reads one file. The bytes come in pieces that may end anywhere.
#[derive(Debug)]
pub struct Reader {
    format: Format,
    window: Window,
    bad: Vec<Bad>,
}

impl Reader {
    /// At the beginning of a file.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self {
            format,
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

    /// The names of the columns: of all rows, or of those that come next.
    #[must_use]
    pub fn names(&self) -> &[Arc<str>] {
        match &self.format {
            Format::Csv(csv) => csv.names(),
            Format::JsonLines(lines) => lines.names(),
        }
    }

    /// How many of them the rows bring. The others, which are the last, only other rows have brought.
    #[must_use]
    pub fn brought(&self) -> usize {
        match &self.format {
            Format::Csv(csv) => csv.names().len(),
            Format::JsonLines(lines) => lines.brought(),
        }
    }

    /// Reads the names of the columns, where the format has them before the rows: see [`Csv::read_names`].
    ///
    /// # Errors
    /// A sentence.
    pub fn read_names(&mut self) -> Result<bool, String> {
        match &mut self.format {
            Format::Csv(csv) => csv.read_names(&mut self.window),
            Format::JsonLines(_) => Ok(true),
        }
    }

    /// Sees to it that the names are those of the rows that come next. False: more bytes are needed for that.
    pub fn look(&mut self) -> bool {
        match &mut self.format {
            Format::Csv(_) => true,
            Format::JsonLines(lines) => lines.look(&mut self.window),
        }
    }

    /// Lets go of the last page: its rows can be asked for no longer.
    pub fn begin_page(&mut self) {
        self.window.begin_page();
        self.bad.clear();
    }

    /// Puts rows of this page into the batch until it has so many, or the next row has other columns, and says what is
    /// wanted then.
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
        match &mut self.format {
            Format::Csv(csv) => csv.take(&mut self.window, batch, limit, &mut self.bad),
            Format::JsonLines(lines) => lines.take(&mut self.window, batch, limit, &mut self.bad),
        }
    }

    /// The rows of this page that could not be read.
    #[must_use]
    pub fn bad(&self) -> &[Bad] {
        &self.bad
    }
}
