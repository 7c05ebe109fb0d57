//! `ActiveDataFlow::Native::FileReader`: rows of a file, into batches.

use std::cell::{Ref, RefCell, RefMut};

use active_data_flow_core::files::{Charset, Csv, Format, JsonLines, Reader, Wants, Window};
use active_data_flow_core::rows::Refusal;
use magnus::value::ReprValue;
use magnus::{
    function, method, Class, Error, Module, Object, RArray, RString, Ruby, Symbol, Value,
};

use crate::arguments::{ascii, maybe, natural, Text, Wrapped};
use crate::batch::{column_names, NativeBatch};
use crate::cells::number_of;
use crate::convert;
use crate::errors::{argument_error, Raised};
use crate::names::interned;

/// Bytes of the file; no Ruby object. Borrowed only while no Ruby runs.
#[magnus::wrap(class = "ActiveDataFlow::Native::FileReader", free_immediately, size)]
struct NativeFileReader(RefCell<Reader>);

type This = Wrapped<NativeFileReader>;

impl NativeFileReader {
    /// Names that are known, col_sep, quote_char or nil, the encoding's name.
    fn csv(
        ruby: &Ruby,
        names: Value,
        sep: Value,
        quote: Value,
        encoding: Text,
    ) -> Result<Self, Raised> {
        let charset = charset(ruby, &encoding.lossy())?;
        let sep = ascii(ruby, "col_sep", sep)?;
        let quote = maybe(quote, |quote| ascii(ruby, "quote_char", quote))?;
        let names = column_names(names)?.into_iter().map(Into::into).collect();
        let csv = Csv::new(names, sep, quote, charset).map_err(|why| argument_error(ruby, why))?;
        Ok(Self(RefCell::new(Reader::new(Format::Csv(csv)))))
    }

    fn json_lines() -> Self {
        let format = Format::JsonLines(JsonLines::default());
        Self(RefCell::new(Reader::new(format)))
    }

    fn reader(&self) -> Result<Ref<'_, Reader>, Raised> {
        self.0.try_borrow().map_err(|_| Refusal::Busy.into())
    }

    fn change(&self) -> Result<RefMut<'_, Reader>, Raised> {
        self.0.try_borrow_mut().map_err(|_| Refusal::Busy.into())
    }

    fn seek(this: This, offset: Value, line: Value, before: Text) -> Result<(), Raised> {
        let (offset, line) = (natural(offset)?, natural(line)?);
        this.change()?.seek(offset, line, before.bytes());
        Ok(())
    }

    fn feed(this: This, bytes: Text) -> Result<(), Raised> {
        this.change()?.feed(bytes.bytes());
        Ok(())
    }

    fn finish(this: This) -> Result<(), Raised> {
        this.change()?.finish();
        Ok(())
    }

    /// Whether there was a line with names; false: more bytes are needed, or there is none.
    fn read_names(ruby: &Ruby, this: This) -> Result<bool, Raised> {
        let read = this.change()?.read_names();
        read.map_err(|why| argument_error(ruby, why))
    }

    fn names(ruby: &Ruby, this: This) -> Result<RArray, Raised> {
        let known = this.reader()?.names().to_vec();
        let names = ruby.ary_new_capa(known.len());
        for name in known {
            names.push(interned(&name))?;
        }
        Ok(names)
    }

    /// Whether the names are those of the rows that come next; false: more bytes are needed to know them.
    fn look(this: This) -> Result<bool, Raised> {
        Ok(this.change()?.look())
    }

    /// How many of the names the rows bring.
    fn brought(this: This) -> Result<usize, Raised> {
        Ok(this.reader()?.brought())
    }

    fn begin_page(this: This) -> Result<(), Raised> {
        this.change()?.begin_page();
        Ok(())
    }

    /// What is wanted before it can go on: :bytes, :room, or nil at the end of the file.
    fn take(
        ruby: &Ruby,
        this: This,
        batch: Wrapped<NativeBatch>,
        limit: Value,
    ) -> Result<Option<Symbol>, Raised> {
        let limit = number_of(limit)?;
        let wants = this.change()?.take(&mut *batch.change()?, limit)?;
        Ok(match wants {
            Wants::Bytes => Some(ruby.to_symbol("bytes")),
            Wants::Room => Some(ruby.to_symbol("room")),
            Wants::Nothing => None,
        })
    }

    fn is_done(this: This) -> Result<bool, Raised> {
        Ok(this.reader()?.window().is_done())
    }

    /// [row, column or nil, reason] of each row of the page that could not be read.
    fn bad(ruby: &Ruby, this: This) -> Result<RArray, Raised> {
        let (bad, names) = {
            let reader = this.reader()?;
            (reader.bad().to_vec(), reader.names().to_vec())
        };
        let out = ruby.ary_new_capa(bad.len());
        for one in bad {
            let column = one.column.and_then(|column| names.get(column));
            let column = column.map_or(ruby.qnil().as_value(), |name| interned(name));
            out.push(ruby.ary_new_from_values(&[
                ruby.integer_from_u64(one.row as u64).as_value(),
                column,
                ruby.str_new(&one.reason).as_value(),
            ]))?;
        }
        Ok(out)
    }

    /// [byte, line, mark] behind a row of the page.
    fn behind(ruby: &Ruby, this: This, row: Value) -> Result<RArray, Raised> {
        let found = this.reader()?.window().behind(number_of(row)?);
        let (byte, line, mark) = found.ok_or_else(|| no_row(ruby))?;
        Ok(ruby.ary_new_from_values(&[
            ruby.integer_from_u64(byte).as_value(),
            ruby.integer_from_u64(line).as_value(),
            ruby.str_new(&mark).as_value(),
        ]))
    }

    /// The mark of what is before the next row.
    fn mark(this: This) -> Result<String, Raised> {
        Ok(this.reader()?.window().mark())
    }

    fn line(ruby: &Ruby, this: This, row: Value) -> Result<u64, Raised> {
        let line = this.reader()?.window().line_of(number_of(row)?);
        line.ok_or_else(|| no_row(ruby))
    }

    /// A row of the page as it stands in the file.
    fn raw(ruby: &Ruby, this: This, row: Value) -> Result<RString, Raised> {
        let reader = this.reader()?;
        let bytes = reader.window().bytes_of(number_of(row)?);
        bytes
            .map(|bytes| ruby.str_from_slice(bytes))
            .ok_or_else(|| no_row(ruby))
    }
}

fn charset(ruby: &Ruby, name: &str) -> Result<Charset, Raised> {
    Charset::named(name).ok_or_else(|| {
        argument_error(
            ruby,
            format!(
                "encoding: {name:?} is none that can be read from the middle of a file on; there are UTF-8, UTF-16, the single-byte ones of the \
                 Encoding Standard (Windows-1252, ISO-8859-15, ...), Shift_JIS, EUC-JP, EUC-KR, GBK, GB18030 and Big5. Write the file in one of them first"
            ),
        )
    })
}

/// The name that the Encoding Standard has for it.
fn encoding(ruby: &Ruby, name: Text) -> Result<&'static str, Raised> {
    Ok(charset(ruby, &name.lossy())?.name())
}

/// [the encoding's name, bytes] of a byte order mark, or nil.
fn order_mark(ruby: &Ruby, head: Text) -> Result<Option<RArray>, Raised> {
    let Some((found, length)) = Charset::marked(head.bytes()) else {
        return Ok(None);
    };
    Ok(Some(ruby.ary_new_from_values(&[
        ruby.str_new(found.name()).as_value(),
        ruby.integer_from_u64(length as u64).as_value(),
    ])))
}

#[cold]
fn no_row(ruby: &Ruby) -> Raised {
    argument_error(ruby, "no row of this page".to_owned())
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    convert::for_all_ractors(false);
    let class = crate::native(ruby)?.define_class("FileReader", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("csv", function!(NativeFileReader::csv, 4))?;
    class.const_set("TAIL", Window::TAIL)?;
    class.define_singleton_method("json_lines", function!(NativeFileReader::json_lines, 0))?;
    class.define_singleton_method("encoding", function!(encoding, 1))?;
    class.define_singleton_method("order_mark", function!(order_mark, 1))?;
    class.define_method("seek", method!(NativeFileReader::seek, 3))?;
    class.define_method("feed", method!(NativeFileReader::feed, 1))?;
    class.define_method("finish", method!(NativeFileReader::finish, 0))?;
    class.define_method("read_names", method!(NativeFileReader::read_names, 0))?;
    class.define_method("names", method!(NativeFileReader::names, 0))?;
    class.define_method("look", method!(NativeFileReader::look, 0))?;
    class.define_method("brought", method!(NativeFileReader::brought, 0))?;
    class.define_method("begin_page", method!(NativeFileReader::begin_page, 0))?;
    class.define_method("take", method!(NativeFileReader::take, 2))?;
    class.define_method("done?", method!(NativeFileReader::is_done, 0))?;
    class.define_method("bad", method!(NativeFileReader::bad, 0))?;
    class.define_method("behind", method!(NativeFileReader::behind, 1))?;
    class.define_method("mark", method!(NativeFileReader::mark, 0))?;
    class.define_method("line", method!(NativeFileReader::line, 1))?;
    class.define_method("raw", method!(NativeFileReader::raw, 1))
}
