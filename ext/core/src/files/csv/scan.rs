//! Where a row ends, and its fields.

/// The units that a text is made of, as far as CSV looks at them.
pub trait Units {
    /// Bytes of one.
    const WIDTH: usize;

    /// The one that begins there; `None` where not all of it is there.
    fn at(bytes: &[u8], place: usize) -> Option<u16>;
}

/// Bytes.
pub struct Narrow;
/// UTF-16 with the low byte first.
pub struct WideLittle;
/// UTF-16 with the high byte first.
pub struct WideBig;

impl Units for Narrow {
    const WIDTH: usize = 1;

    #[inline]
    fn at(bytes: &[u8], place: usize) -> Option<u16> {
        bytes.get(place).map(|byte| u16::from(*byte))
    }
}

impl Units for WideLittle {
    const WIDTH: usize = 2;

    #[inline]
    fn at(bytes: &[u8], place: usize) -> Option<u16> {
        let pair = bytes.get(place..place + 2)?;
        pair.try_into().ok().map(u16::from_le_bytes)
    }
}

impl Units for WideBig {
    const WIDTH: usize = 2;

    #[inline]
    fn at(bytes: &[u8], place: usize) -> Option<u16> {
        let pair = bytes.get(place..place + 2)?;
        pair.try_into().ok().map(u16::from_be_bytes)
    }
}

/// What parts a row.
#[derive(Debug, Clone, Copy)]
pub struct Marks {
    /// Between two fields.
    pub separator: u8,
    /// Around a field; `None`: nothing is.
    pub quote: Option<u8>,
}

/// A field, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its first byte in the row.
    pub start: usize,
    /// The byte behind its last one.
    pub end: usize,
    /// Whether it was in quotes.
    pub quoted: bool,
    /// Whether quotes in it stand for one each two.
    pub doubled: bool,
}

/// Why a row is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Text behind the quote that ends a field.
    BehindQuote,
    /// A quote that is never closed.
    Unclosed,
}

/// What stands at the beginning of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    End,
    /// A row whose end has not come yet.
    Unfinished,
    /// A line with nothing on it, of so many bytes.
    Blank(usize),
    /// A row, its end included.
    Row {
        /// Bytes.
        length: usize,
        /// Lines.
        lines: u64,
    },
    /// Something that is no row.
    Broken {
        /// Bytes.
        length: usize,
        /// Lines.
        lines: u64,
        /// Why.
        fault: Fault,
    },
}

const LINE_FEED: u16 = 0x0A;
const RETURN: u16 = 0x0D;

/// Looks at the bytes of one row, which may be followed by others, and notes its fields. `ended`: nothing will follow what
/// is there.
pub fn scan<U: Units>(bytes: &[u8], ended: bool, marks: Marks, fields: &mut Vec<Field>) -> Found {
    Scan::<U> {
        bytes,
        ended,
        separator: u16::from(marks.separator),
        quote: marks.quote.map(u16::from),
        at: 0,
        lines: 0,
        units: std::marker::PhantomData,
    }
    .row(fields)
}

struct Scan<'a, U> {
    bytes: &'a [u8],
    ended: bool,
    separator: u16,
    quote: Option<u16>,
    at: usize,
    lines: u64,
    units: std::marker::PhantomData<U>,
}

enum LineEnd {
    None,
    Of(usize),
    /// A carriage return, behind which a line feed may come.
    Perhaps,
}

impl<U: Units> Scan<'_, U> {
    fn row(mut self, fields: &mut Vec<Field>) -> Found {
        fields.clear();
        match self.line_end(0) {
            LineEnd::Of(length) => return Found::Blank(length),
            LineEnd::Perhaps => return Found::Unfinished,
            LineEnd::None if self.bytes.is_empty() && self.ended => return Found::End,
            LineEnd::None => {}
        }
        loop {
            let field = match self.quote {
                Some(quote) if U::at(self.bytes, self.at) == Some(quote) => self.quoted(quote),
                _ => Ok(self.plain()),
            };
            match field {
                Ok(Some(field)) => fields.push(field),
                Ok(None) => return Found::Unfinished,
                Err(broken) => return broken,
            }
            match U::at(self.bytes, self.at) {
                Some(unit) if unit == self.separator => self.at += U::WIDTH,
                None if self.ended => {
                    let left = self.bytes.len() - self.at;
                    return self.ends(left);
                }
                None => return Found::Unfinished,
                Some(_) => match self.line_end(self.at) {
                    LineEnd::Of(length) => return self.ends(length),
                    LineEnd::Perhaps => return Found::Unfinished,
                    LineEnd::None => return self.behind_quote(),
                },
            }
        }
    }

    fn ends(self, length: usize) -> Found {
        Found::Row {
            length: self.at + length,
            lines: self.lines + 1,
        }
    }

    fn line_end(&self, at: usize) -> LineEnd {
        match U::at(self.bytes, at) {
            Some(LINE_FEED) => LineEnd::Of(U::WIDTH),
            Some(RETURN) => match U::at(self.bytes, at + U::WIDTH) {
                Some(LINE_FEED) => LineEnd::Of(2 * U::WIDTH),
                None if !self.ended => LineEnd::Perhaps,
                _ => LineEnd::Of(U::WIDTH),
            },
            _ => LineEnd::None,
        }
    }

    /// A field without quotes around it; quotes inside of it are as good as any other sign. `None`: its end is not there.
    fn plain(&mut self) -> Option<Field> {
        let start = self.at;
        while let Some(unit) = U::at(self.bytes, self.at) {
            if unit == self.separator || unit == LINE_FEED || unit == RETURN {
                return Some(self.field(start, self.at, false));
            }
            self.at += U::WIDTH;
        }
        self.ended.then(|| {
            self.at = self.bytes.len();
            self.field(start, self.at, false)
        })
    }

    fn quoted(&mut self, quote: u16) -> Result<Option<Field>, Found> {
        let start = self.at + U::WIDTH;
        let mut doubled = false;
        self.at = start;
        while let Some(unit) = U::at(self.bytes, self.at) {
            if unit == quote {
                match U::at(self.bytes, self.at + U::WIDTH) {
                    Some(next) if next == quote => {
                        doubled = true;
                        self.at += U::WIDTH;
                    }
                    None if !self.ended => return Ok(None),
                    _ => {
                        let field = self.field(start, self.at, true);
                        self.at += U::WIDTH;
                        return Ok(Some(Field { doubled, ..field }));
                    }
                }
            }
            self.count_line(unit);
            self.at += U::WIDTH;
        }
        if self.ended || self.bytes.len() > crate::files::reader::LONGEST {
            return Err(self.first_line(Fault::Unclosed));
        }
        Ok(None)
    }

    /// Lines inside of a field end as others do.
    fn count_line(&mut self, unit: u16) {
        let is_end = unit == LINE_FEED
            || (unit == RETURN && U::at(self.bytes, self.at + U::WIDTH) != Some(LINE_FEED));
        self.lines += u64::from(is_end);
    }

    fn field(&self, start: usize, end: usize, quoted: bool) -> Field {
        Field {
            start,
            end,
            quoted,
            doubled: false,
        }
    }

    /// The row goes to the end of the line on which it went wrong: what is before that may be the inside of a field, and
    /// is never to pass for rows.
    fn behind_quote(self) -> Found {
        match self.end_of_line(self.at) {
            Some(length) => Found::Broken {
                length,
                lines: self.lines + 1,
                fault: Fault::BehindQuote,
            },
            None => Found::Unfinished,
        }
    }

    /// Nothing behind the quote closes it, so that it was none: the next line is a row again.
    fn first_line(&self, fault: Fault) -> Found {
        match self.end_of_line(0) {
            Some(length) => Found::Broken {
                length,
                lines: 1,
                fault,
            },
            None => Found::Unfinished,
        }
    }

    /// The place behind the line that goes on there.
    fn end_of_line(&self, mut at: usize) -> Option<usize> {
        while at < self.bytes.len() {
            match self.line_end(at) {
                LineEnd::Of(length) => return Some(at + length),
                LineEnd::Perhaps => return None,
                LineEnd::None => at += U::WIDTH,
            }
        }
        self.ended.then_some(self.bytes.len())
    }
}
