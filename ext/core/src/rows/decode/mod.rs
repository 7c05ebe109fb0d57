//! Rows as a database sends them.

mod copy_binary;
mod copy_text;

use super::batch::Batch;
use super::refusal::Refusal;
use super::sql_type::SqlType;

/// In which form COPY sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// With a header, lengths, and values as the server has them.
    Binary,
    /// A line a row.
    Text,
}

/// Reads what PostgreSQL's COPY sends, in pieces that may end anywhere. A type that it does not know
/// ([`SqlType::Other`]) is expected as text, which the SELECT casts it to.
#[derive(Debug)]
pub struct CopyReader {
    form: Form,
    kinds: Vec<SqlType>,
    /// The beginning of a row (or of the header) whose end has not come yet.
    rest: Vec<u8>,
    at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Header,
    Rows,
    End,
}

/// What stands at the beginning of the bytes.
enum Piece {
    /// It goes on in the next bytes.
    Unfinished,
    /// So many bytes, done with.
    Passed(usize),
    /// A row of so many bytes, now in the batch.
    Row(usize),
    /// The end of it all.
    End,
}

impl CopyReader {
    /// A reader of rows with these columns.
    #[must_use]
    pub fn new(form: Form, kinds: Vec<SqlType>) -> Self {
        let at = match form {
            Form::Binary => At::Header,
            Form::Text => At::Rows,
        };
        Self {
            form,
            kinds,
            rest: Vec::new(),
            at,
        }
    }

    /// Takes bytes in, and says how many rows they brought. They go to the source columns of the batch, in their order.
    ///
    /// # Errors
    /// [`Refusal::NoCopy`] when the bytes are not what COPY sends; [`Refusal::Length`] when the batch has other columns.
    /// The rows before that are in the batch.
    pub fn feed(&mut self, bytes: &[u8], batch: &mut Batch) -> Result<usize, Refusal> {
        if batch.source_names().len() != self.kinds.len() {
            return Err(Refusal::Length {
                what: "row",
                came: self.kinds.len(),
                takes: batch.source_names().len(),
            });
        }
        if self.rest.is_empty() {
            let (read, rows) = self.all(bytes, batch)?;
            self.rest
                .extend_from_slice(bytes.get(read..).unwrap_or_default());
            return Ok(rows);
        }
        let mut whole = std::mem::take(&mut self.rest);
        whole.extend_from_slice(bytes);
        let (read, rows) = self.all(&whole, batch)?;
        whole.drain(..read);
        self.rest = whole;
        Ok(rows)
    }

    /// Whether the end has come, or nothing has come yet of the next row.
    #[must_use]
    pub fn is_between_rows(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether the end has come.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.at == At::End
    }

    /// How many bytes were read, and how many rows they were.
    fn all(&mut self, bytes: &[u8], batch: &mut Batch) -> Result<(usize, usize), Refusal> {
        let (mut read, mut rows) = (0, 0);
        while let Some(left) = bytes.get(read..).filter(|left| !left.is_empty()) {
            let piece = match (self.at, self.form) {
                (At::End, _) => return Err(no_copy("something follows its end")),
                (At::Header, _) => copy_binary::header(left)?,
                (At::Rows, Form::Binary) => copy_binary::row(left, &self.kinds, batch)?,
                (At::Rows, Form::Text) => copy_text::row(left, &self.kinds, batch)?,
            };
            match piece {
                Piece::Unfinished => break,
                Piece::Passed(length) => {
                    self.at = At::Rows;
                    read += length;
                }
                Piece::Row(length) => {
                    read += length;
                    rows += 1;
                }
                Piece::End => {
                    self.at = At::End;
                    read = bytes.len();
                }
            }
        }
        Ok((read, rows))
    }
}

#[cold]
fn no_copy(what: &str) -> Refusal {
    Refusal::NoCopy(what.to_owned())
}
