//! JSON Lines out of files: values, names, places and what is refused, wherever the pieces of the file end.

use active_data_flow_core::files::jsonl::object::{pairs, Pairs, Value};
use active_data_flow_core::files::{Format, JsonLines, Reader};
use active_data_flow_core::rows::encode::lines::{lines, Lines};
use active_data_flow_core::rows::{Batch, Cell};
use pages::{each_page, Course};
use proptest::prelude::*;

#[path = "support/pages.rs"]
mod pages;

/// A page: the names that its rows bring, those that only others have brought, and its rows.
type Page = (Vec<String>, Vec<String>, Vec<Vec<String>>);

#[derive(Debug, Default, PartialEq)]
struct Read {
    pages: Vec<Page>,
    bad: Vec<(u64, String)>,
    /// Byte and line behind each row.
    places: Vec<(u64, u64)>,
}

fn read(bytes: &[u8], from: usize, line: u64, piece: usize, page: usize) -> Read {
    let reader = Reader::new(Format::JsonLines(JsonLines::default()));
    let course = Course {
        from,
        line,
        piece,
        page,
    };
    let mut out = Read::default();
    each_page(reader, bytes, course, |reader, batch| {
        out.add(reader, batch)
    });
    out
}

impl Read {
    fn add(&mut self, reader: &Reader, batch: &Batch) {
        let names: Vec<String> = reader.names().iter().map(ToString::to_string).collect();
        let (brought, lacking) = names.split_at(reader.brought());
        let cells = |row| {
            (0..brought.len())
                .map(|column| format!("{:?}", batch.cell(row, column)))
                .collect()
        };
        let rows: Vec<Vec<String>> = (0..batch.len()).map(cells).collect();
        for bad in reader.bad() {
            let line = reader.window().line_of(bad.row).unwrap();
            self.bad.push((line, bad.reason.clone()));
        }
        for row in 0..rows.len() {
            let (byte, line, _) = reader.window().behind(row).unwrap();
            self.places.push((byte, line));
        }
        if !rows.is_empty() {
            self.pages.push((brought.to_vec(), lacking.to_vec(), rows));
        }
    }
}

fn whole(text: &str) -> Read {
    read(text.as_bytes(), 0, 1, 1 << 16, 100)
}

#[test]
fn takes_values_as_what_they_are() {
    let text = r#"{"i":-9007199254740993,"d":1.10,"e":1e3,"t":"\u00e9\ud83d\ude00\n","f":false,"n":null,"l":[1, {"a":"]"}],"b":123456789012345678901234567890123456789012345}"#;
    let mut found = Pairs::new();
    pairs(text, &mut found).unwrap();
    let decimal = "1.10".parse_decimal();
    let values: Vec<Value> = found.into_iter().map(|pair| pair.1).collect();
    assert_eq!(
        values,
        vec![
            Value::Int(-9_007_199_254_740_993),
            decimal,
            Value::Float(1000.0),
            Value::Text("é😀\n".into()),
            Value::Bool(false),
            Value::Null,
            Value::Json(r#"[1, {"a":"]"}]"#),
            Value::Number("123456789012345678901234567890123456789012345"),
        ]
    );
}

trait ParseDecimal {
    fn parse_decimal(&self) -> Value<'static>;
}

impl ParseDecimal for str {
    fn parse_decimal(&self) -> Value<'static> {
        Value::Decimal(active_data_flow_core::rows::Decimal::parse(self).unwrap())
    }
}

#[test]
fn makes_a_page_of_rows_that_bring_the_same() {
    let read = whole("{\"a\":1,\"b\":2}\n\n{\"b\":4,\"a\":3}\n{\"a\":5}\n{\"c\":6}\n");
    let names: Vec<_> = read
        .pages
        .iter()
        .map(|page| (page.0.join(""), page.1.join(""), page.2.len()))
        .collect();
    let page = |brought: &str, lacking: &str, rows| (brought.to_owned(), lacking.to_owned(), rows);
    assert_eq!(
        names,
        vec![page("ab", "", 2), page("a", "b", 1), page("c", "ab", 1)]
    );
    assert_eq!(read.pages[0].2[1], ["Int(3)", "Int(4)"]);
}

#[test]
fn keeps_what_is_no_row_and_goes_on_behind_it() {
    let mut text = b"{\"a\":1}\n[1]\n{\"a\":\n{\"a\":\"".to_vec();
    text.extend(b"\xFF\"}\n{\"a\":2} x\n{\"a\":3}");
    let read = read(&text, 0, 1, 5, 100);
    let reasons: Vec<&str> = read.bad.iter().map(|bad| bad.1.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "is no JSON: an object is expected at character 1",
            "is no JSON: a value is expected at character 7",
            "is not UTF-8",
            "is no JSON: nothing behind the object is expected at character 9",
        ]
    );
    assert_eq!(
        read.bad.iter().map(|bad| bad.0).collect::<Vec<_>>(),
        [2, 3, 4, 5]
    );
    assert_eq!(read.places.len(), 6);
}

#[test]
fn refuses_what_is_nested_without_end() {
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    assert_eq!(whole(&deep).bad[0].1, "is nested deeper than 100 times");
}

proptest! {
    /// What is written as a line is read as it was, whatever the text.
    #[test]
    fn reads_what_was_written(texts in prop::collection::vec(".{0,12}", 1..6), piece in 1_usize..9) {
        let mut batch = Batch::new(["a", "quoted \"name\""]);
        for text in &texts {
            batch.push_row(&[Cell::Text(text), Cell::Int(7)]).unwrap();
        }
        let mut out = Vec::new();
        prop_assert!(lines(&batch, &["a", "quoted \"name\""], Lines::Json, &mut out).unwrap().is_empty());
        let read = read(&out, 0, 1, piece, 3);
        let found: Vec<String> = read.pages.iter().flat_map(|page| page.2.iter().map(|row| row[0].clone())).collect();
        let wanted: Vec<String> = texts.iter().map(|text| format!("{:?}", Cell::Text(text))).collect();
        prop_assert_eq!(found, wanted);
    }

    /// Behind each row the rest is read as it is from the beginning.
    #[test]
    fn goes_on_behind_each_row(rows in prop::collection::vec(prop_oneof![Just("{\"a\":1}"), Just("{\"b\":\"x\"}"), Just("{"), Just(""), Just("{\"a\":2,\"a\":3}")], 0..12), piece in 1_usize..9) {
        let text = rows.join("\n");
        let all = whole(&text);
        for (number, (byte, line)) in all.places.iter().enumerate() {
            let rest = read(text.as_bytes(), usize::try_from(*byte).unwrap(), *line, piece, 2);
            prop_assert_eq!(&rest.places, &all.places[number + 1..]);
            let bad: Vec<_> = all.bad.iter().filter(|bad| bad.0 >= *line).cloned().collect();
            prop_assert_eq!(&rest.bad, &bad);
        }
    }
}
