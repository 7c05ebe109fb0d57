//! CSV out of files: rows, places and what is refused, wherever the pieces of the file end.

use active_data_flow_core::files::{Charset, Csv, Format, Reader};
use active_data_flow_core::rows::{Batch, Cell};
use pages::{each_page, Course};
use proptest::prelude::*;

#[path = "support/pages.rs"]
mod pages;

/// A value as it was read: no value, or text.
type Value = Option<String>;

#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    rows: Vec<Vec<Value>>,
    /// Row, reason.
    bad: Vec<(usize, String)>,
    /// Byte, line and mark behind each row.
    places: Vec<(u64, u64, String)>,
    lines: Vec<u64>,
    raw: Vec<Vec<u8>>,
}

struct File<'a> {
    bytes: &'a [u8],
    columns: usize,
    charset: Charset,
    /// Bytes that come at once.
    piece: usize,
    /// Rows of a page.
    page: usize,
}

impl<'a> File<'a> {
    fn new(bytes: &'a (impl AsRef<[u8]> + ?Sized), columns: usize) -> Self {
        Self {
            bytes: bytes.as_ref(),
            columns,
            charset: Charset::Utf8,
            piece: 1 << 20,
            page: 1_000,
        }
    }

    fn reader(&self) -> Reader {
        let names = (0..self.columns).map(|column| format!("c{column}").into());
        let csv = Csv::new(names.collect(), b',', Some(b'"'), self.charset).unwrap();
        Reader::new(Format::Csv(csv))
    }

    fn read(&self) -> Read {
        self.read_on(0, 1)
    }

    fn read_on(&self, offset: usize, line: u64) -> Read {
        let course = Course {
            from: offset,
            line,
            piece: self.piece,
            page: self.page,
        };
        let mut out = Read::default();
        each_page(self.reader(), self.bytes, course, |reader, batch| {
            out.add(reader, batch);
        });
        out
    }
}

impl Read {
    fn add(&mut self, reader: &Reader, batch: &Batch) {
        let first = self.rows.len();
        for bad in reader.bad() {
            self.bad.push((first + bad.row, bad.reason.clone()));
        }
        for row in 0..batch.len() {
            let values = (0..batch.column_count()).map(|column| match batch.cell(row, column) {
                Cell::Null => None,
                Cell::Text(text) => Some(text.to_owned()),
                other => panic!("{other:?} out of a text"),
            });
            self.rows.push(values.collect());
            self.places.push(reader.window().behind(row).unwrap());
            self.lines.push(reader.window().line_of(row).unwrap());
            self.raw
                .push(reader.window().bytes_of(row).unwrap().to_vec());
        }
    }
}

fn value(text: &str) -> Value {
    Some(text.to_owned())
}

#[test]
fn tells_an_empty_text_from_no_value() {
    let read = File::new("a,\"\",\n,b,\"\"\n", 3).read();
    assert_eq!(
        read.rows,
        vec![
            vec![value("a"), value(""), None],
            vec![None, value("b"), value("")]
        ]
    );
    assert_eq!(read.bad, vec![]);
}

#[test]
fn takes_quotes_line_ends_and_blank_lines_as_they_come() {
    let text = "1,\"a,b\"\r\n\r\n2,\"say \"\"so\"\"\"\n3,\"two\r\nlines\"\r4,5\" disc\n\n5,last";
    let read = File::new(text, 2).read();
    let second: Vec<Value> = read.rows.iter().map(|row| row[1].clone()).collect();
    assert_eq!(
        second,
        ["a,b", "say \"so\"", "two\r\nlines", "5\" disc", "last"].map(value)
    );
    assert_eq!(read.lines, [1, 3, 4, 6, 8]);
    assert_eq!(read.places.last().map(|place| place.1), Some(9));
    assert_eq!(read.bad, vec![]);
}

#[test]
fn keeps_what_is_no_row_and_goes_on_behind_it() {
    let text =
        b"1,a\n2\n3,\"x\" y\n4,b\xFF\n5,\"two\nlines\" y\n6,\"never\n7,c\n8,a,b\n9,d".to_vec();
    let read = File::new(&text, 2).read();
    let whole: Vec<usize> = (0..read.rows.len())
        .filter(|row| read.bad.iter().all(|bad| bad.0 != *row))
        .collect();
    assert_eq!(whole, [0, 6, 8]);
    assert_eq!(
        read.bad
            .iter()
            .map(|bad| bad.1.as_str())
            .collect::<Vec<_>>(),
        [
            "has 1 fields where there are 2 columns",
            "something stands between the quote that ends a field and the next separator",
            "c1: is not UTF-8",
            "something stands between the quote that ends a field and the next separator",
            "a quote begins a field and none ends it",
            "has 3 fields where there are 2 columns",
        ]
    );
    assert_eq!(read.raw[4], b"5,\"two\nlines\" y\n");
    assert_eq!(read.raw[5], b"6,\"never\n");
    assert_eq!(read.raw.concat(), text);
}

#[test]
fn reads_other_encodings_by_their_own_bytes() {
    let text = "1,\"ä,\n😀\"\n2,名\n";
    let utf16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    for (name, bytes) in [
        ("UTF-16LE", utf16(u16::to_le_bytes)),
        ("UTF-16BE", utf16(u16::to_be_bytes)),
    ] {
        let file = File {
            charset: Charset::named(name).unwrap(),
            ..File::new(&bytes, 2)
        };
        let read = file.read();
        assert_eq!(
            read.rows,
            vec![
                vec![value("1"), value("ä,\n😀")],
                vec![value("2"), value("名")]
            ]
        );
        assert_eq!(read.places[1].0, bytes.len() as u64);
    }
    let latin = File {
        charset: Charset::named("ISO-8859-15").unwrap(),
        ..File::new(b"\xA4,\xFC\n", 2)
    };
    assert_eq!(latin.read().rows, vec![vec![value("€"), value("ü")]]);
    // Half a character.
    let broken = File {
        charset: Charset::named("Shift_JIS").unwrap(),
        ..File::new(b"a,\x96\n", 2)
    };
    assert_eq!(broken.read().bad[0].1, "c1: is not Shift_JIS");
}

#[test]
fn refuses_what_could_not_be_found_from_the_middle_of_a_file_on() {
    assert_eq!(Charset::named("ISO-2022-JP"), None);
    assert_eq!(Charset::named("UTF-7"), None);
    assert_eq!(Charset::named("IBM437"), None);
    let sjis = Charset::named("Shift_JIS").unwrap();
    assert!(Csv::new(vec![], b'|', None, sjis).is_err());
    assert!(Csv::new(vec![], b'|', None, Charset::Utf8).is_ok());
    assert!(Csv::new(vec![], b'"', Some(b'"'), Charset::Utf8).is_err());
    assert!(Csv::new(vec![], b'\n', None, Charset::Utf8).is_err());
}

#[test]
fn holds_no_more_than_it_has_to_of_what_is_no_csv() {
    let mut reader = File::new("", 1).reader();
    let mut batch = Batch::new(["c0"]);
    let mut fed = 0;
    let refused = loop {
        match reader.take(&mut batch, 10) {
            Ok(_) => reader.feed(&[b'x'; 1 << 20]),
            Err(refusal) => break refusal.to_string(),
        }
        fed += 1;
    };
    assert_eq!(fed, 17);
    assert!(
        refused.starts_with("the row that begins on line 1 has more than 16 MiB"),
        "{refused}"
    );
}

/// How a field is written, and what it is read as.
fn field() -> impl Strategy<Value = (String, Value)> {
    let text = "[a-c,\"\r\n ;é€😀]{0,6}";
    let quoted = text.prop_map(|text| {
        let written = format!("\"{}\"", text.replace('"', "\"\""));
        (written, Some(text))
    });
    let plain = "[a-cé€😀; ]{0,6}".prop_map(|text| {
        let read = (!text.is_empty()).then(|| text.clone());
        (text, read)
    });
    prop_oneof![quoted, plain]
}

fn file() -> impl Strategy<Value = (String, Vec<Vec<Value>>)> {
    let row = prop::collection::vec(field(), 3);
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\n\n"), Just("\r")];
    prop::collection::vec((row, end), 0..8).prop_map(|rows| {
        let mut text = String::new();
        let mut values = Vec::new();
        for (row, end) in rows {
            let written: Vec<&str> = row.iter().map(|field| field.0.as_str()).collect();
            text.push_str(&written.join(","));
            text.push_str(end);
            values.push(row.into_iter().map(|field| field.1).collect());
        }
        (text, values)
    })
}

proptest! {
    #[test]
    fn reads_what_was_written((text, values) in file(), piece in 1_usize..20, page in 1_usize..4) {
        let read = File { piece, page, ..File::new(&text, 3) }.read();
        prop_assert_eq!(&read.rows, &values);
        prop_assert_eq!(read, File::new(&text, 3).read());
    }

    /// Behind each row the rest is read as it is read from the beginning, with the same places and marks.
    #[test]
    fn goes_on_behind_each_row(bytes in prop::collection::vec(prop_oneof![Just(b'a'), Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(0xC3)], 0..60)) {
        let file = File { piece: 3, ..File::new(&bytes, 2) };
        let whole = file.read();
        for (row, (byte, line, _)) in whole.places.iter().enumerate() {
            let rest = file.read_on(usize::try_from(*byte).unwrap(), *line);
            prop_assert_eq!(&rest.rows, &whole.rows[row + 1..]);
            prop_assert_eq!(&rest.places, &whole.places[row + 1..]);
        }
        prop_assert!(whole.bad.len() <= whole.rows.len());
    }
}
