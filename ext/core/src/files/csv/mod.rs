//! CSV: fields between separators, some of them in quotes.
//!
//! Written here and not taken from csv-core: that one does not say whether an empty field was in quotes, which is what
//! tells an empty text from no value; it knows bytes only, so that UTF-16 would have to be decoded before it, and places
//! in the file would be lost; and it takes what it cannot understand for something else instead of saying so.

pub mod scan;

use std::borrow::Cow;
use std::sync::Arc;

use self::scan::{scan, Fault, Field, Found, Marks, Narrow, WideBig, WideLittle};
use super::charset::Charset;
use super::reader::{too_long, Bad, Wants, LONGEST};
use super::window::Window;
use crate::rows::{Batch, Cell, Refusal};

/// How a file is CSV.
#[derive(Debug)]
pub struct Csv {
    names: Vec<Arc<str>>,
    marks: Marks,
    charset: Charset,
    fields: Vec<Field>,
}

impl Csv {
    /// Columns that are known, and what parts them.
    ///
    /// # Errors
    /// A sentence, for a separator or a quote that cannot be found in this encoding, or that is the other one.
    pub fn new(
        names: Vec<Arc<str>>,
        separator: u8,
        quote: Option<u8>,
        charset: Charset,
    ) -> Result<Self, String> {
        for (what, mark) in [("col_sep", Some(separator)), ("quote_char", quote)] {
            let Some(mark) = mark else { continue };
            if !mark.is_ascii() || matches!(mark, b'\n' | b'\r' | 0) || !charset.keeps(mark) {
                return Err(format!(
                    "{what}: {:?} cannot be told from other text in {}",
                    char::from(mark),
                    charset.name()
                ));
            }
        }
        if quote == Some(separator) {
            return Err("col_sep and quote_char are the same".to_owned());
        }
        Ok(Self {
            names,
            marks: Marks { separator, quote },
            charset,
            fields: Vec::new(),
        })
    }

    /// The names of the columns, in their order.
    #[must_use]
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// Reads the names of the columns from the next line that is not blank. `false`: more bytes are needed, or there is no
    /// such line.
    ///
    /// # Errors
    /// A sentence.
    pub fn read_names(&mut self, window: &mut Window) -> Result<bool, String> {
        loop {
            match self.scan(window) {
                Found::Blank(length) => window.skip(length, 1),
                Found::Row { length, lines } => {
                    self.names = self.header(window.rest().get(..length).unwrap_or_default())?;
                    window.skip(length, lines);
                    return Ok(true);
                }
                Found::Broken { fault, .. } => return Err(why(fault).to_owned()),
                Found::Unfinished if window.rest().len() > LONGEST => return Err(too_long(1)),
                Found::End | Found::Unfinished => return Ok(false),
            }
        }
    }

    fn header(&self, row: &[u8]) -> Result<Vec<Arc<str>>, String> {
        let names = self.fields.iter().map(|field| {
            let text = self.text(row, field);
            text.map(|text| Arc::from(&*text))
                .ok_or_else(|| format!("a name that is not {}", self.charset.name()))
        });
        names.collect()
    }

    /// Puts rows into the batch until it has so many.
    pub(super) fn take(
        &mut self,
        window: &mut Window,
        batch: &mut Batch,
        limit: usize,
        bad: &mut Vec<Bad>,
    ) -> Result<Wants, Refusal> {
        while batch.len() < limit {
            match self.scan(window) {
                Found::End => return Ok(Wants::Nothing),
                Found::Unfinished if window.rest().len() > LONGEST => {
                    return Err(Refusal::NoFile(too_long(window.line())))
                }
                Found::Unfinished => return Ok(Wants::Bytes),
                Found::Blank(length) => window.skip(length, 1),
                Found::Row { length, lines } => {
                    let row = window.rest().get(..length).unwrap_or_default();
                    if let Err((column, reason)) = self.put(row, batch)? {
                        Bad::put(bad, batch, column, reason)?;
                    }
                    window.pass(length, lines);
                }
                Found::Broken {
                    length,
                    lines,
                    fault,
                } => {
                    Bad::put(bad, batch, None, why(fault).to_owned())?;
                    window.pass(length, lines);
                }
            }
        }
        Ok(Wants::Room)
    }

    fn scan(&mut self, window: &Window) -> Found {
        let (bytes, ended, fields) = (window.rest(), window.is_ended(), &mut self.fields);
        match self.charset {
            Charset::WideLittle => scan::<WideLittle>(bytes, ended, self.marks, fields),
            Charset::WideBig => scan::<WideBig>(bytes, ended, self.marks, fields),
            Charset::Utf8 | Charset::Other(_) => scan::<Narrow>(bytes, ended, self.marks, fields),
        }
    }

    /// The row that was scanned, into the batch; or the column and the sentence that say what is wrong with it.
    fn put(
        &self,
        row: &[u8],
        batch: &mut Batch,
    ) -> Result<Result<(), (Option<usize>, String)>, Refusal> {
        let (came, takes) = (self.fields.len(), self.names.len());
        if came != takes {
            let ragged = format!("has {came} fields where there are {takes} columns");
            return Ok(Err((None, ragged)));
        }
        batch.begin_row()?;
        // Looked at once as a whole: fields are short.
        let whole = match self.charset {
            Charset::Utf8 => std::str::from_utf8(row).ok(),
            _ => None,
        };
        for (column, field) in self.fields.iter().enumerate() {
            if field.start == field.end {
                let cell = if field.quoted {
                    Cell::Text("")
                } else {
                    Cell::Null
                };
                batch.put_in(column, cell)?;
                continue;
            }
            let text = match whole.and_then(|whole| whole.get(field.start..field.end)) {
                Some(text) => Some(self.unquoted(Cow::Borrowed(text), field)),
                None => self.text(row, field),
            };
            let Some(text) = text else {
                batch.give_up_row();
                let name = self.names.get(column).map_or("", |name| name);
                return Ok(Err((
                    Some(column),
                    format!("{name}: is not {}", self.charset.name()),
                )));
            };
            batch.put_in(column, Cell::Text(&text))?;
        }
        batch.end_row();
        Ok(Ok(()))
    }

    fn text<'a>(&self, row: &'a [u8], field: &Field) -> Option<Cow<'a, str>> {
        let bytes = row.get(field.start..field.end).unwrap_or_default();
        let text = self.charset.decode(bytes)?;
        Some(self.unquoted(text, field))
    }

    fn unquoted<'a>(&self, text: Cow<'a, str>, field: &Field) -> Cow<'a, str> {
        match self.marks.quote {
            Some(quote) if field.doubled => {
                let one = char::from(quote).to_string();
                Cow::Owned(text.replace(&one.repeat(2), &one))
            }
            _ => text,
        }
    }
}

fn why(fault: Fault) -> &'static str {
    match fault {
        Fault::BehindQuote => {
            "something stands between the quote that ends a field and the next separator"
        }
        Fault::Unclosed => "a quote begins a field and none ends it",
    }
}
