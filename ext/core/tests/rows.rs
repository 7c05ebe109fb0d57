//! Rows: a batch against a naive model, and values through COPY and back.

#[path = "support/cells.rs"]
mod cells;

use active_data_flow_core::rows::encode::{copy_binary, copy_text};
use active_data_flow_core::rows::{
    numeric, single, Batch, Cell, CopyReader, Dialect, Form, LooseColumn, Sending, SqlType, State,
    Target,
};
use cells::{any_cell, decimal, same, Own};
use proptest::prelude::*;

/// Columns of PostgreSQL, each with values that it takes as they are.
fn typed() -> Vec<(&'static str, BoxedStrategy<Own>)> {
    let day = 86_400_000_000_i64;
    vec![
        ("bigint", any::<i64>().prop_map(Own::Int).boxed()),
        (
            "integer",
            any::<i32>().prop_map(|n| Own::Int(n.into())).boxed(),
        ),
        (
            "smallint",
            any::<i16>().prop_map(|n| Own::Int(n.into())).boxed(),
        ),
        ("boolean", any::<bool>().prop_map(Own::Bool).boxed()),
        (
            "double precision",
            any::<f64>().prop_map(Own::Float).boxed(),
        ),
        (
            "real",
            any::<f32>()
                .prop_map(|n| Own::Float(single::widened(n)))
                .boxed(),
        ),
        ("numeric", decimal().prop_map(Own::Decimal).boxed()),
        (
            "numeric",
            "-?[1-9][0-9]{39,90}(\\.[0-9]{1,40})?"
                .prop_map(Own::Number)
                .boxed(),
        ),
        ("text", "[^\0]{0,30}".prop_map(Own::Text).boxed()),
        (
            "bytea",
            proptest::collection::vec(any::<u8>(), 0..30)
                .prop_map(Own::Bytes)
                .boxed(),
        ),
        ("date", (-2_400_000..4_000_000).prop_map(Own::Date).boxed()),
        (
            "time without time zone",
            (0..day).prop_map(Own::Time).boxed(),
        ),
        (
            "timestamp(6) without time zone",
            (-210_000_000_000_000_000..8_000_000_000_000_000_000_i64)
                .prop_map(Own::Moment)
                .boxed(),
        ),
        (
            "timestamp(6) with time zone",
            (-62_000_000_000_000_000..62_000_000_000_000_000_i64)
                .prop_map(Own::Moment)
                .boxed(),
        ),
        ("uuid", any::<u128>().prop_map(Own::Uuid).boxed()),
        (
            "json",
            Just(Own::Json("{\"a\": \"\\t\"}".to_owned())).boxed(),
        ),
        ("jsonb", Just(Own::Json("[1, null]".to_owned())).boxed()),
        ("inet", Just(Own::Text("10.0.0.1".to_owned())).boxed()),
    ]
}

fn typed_rows(binary: bool) -> impl Strategy<Value = Vec<Vec<Own>>> {
    let columns: Vec<_> = typed()
        .into_iter()
        .filter(|(kind, _)| !binary || *kind != "inet")
        .map(|(_, values)| prop_oneof![5 => values, 1 => Just(Own::Null)])
        .collect();
    proptest::collection::vec(columns, 0..6)
}

fn targets(binary: bool) -> Vec<Target> {
    let named = typed()
        .into_iter()
        .filter(|(kind, _)| !binary || *kind != "inet");
    let target = |(place, (kind, _))| Target::new(&format!("c{place}"), kind, Dialect::Postgres);
    named.enumerate().map(target).collect()
}

fn filled(targets: &[Target], rows: &[Vec<Own>]) -> Batch {
    let mut batch = Batch::new(targets.iter().map(|target| &target.name));
    for row in rows {
        let cells: Vec<_> = row.iter().map(Own::cell).collect();
        batch.push_row(&cells).unwrap();
    }
    batch
}

/// What comes back when the bytes are fed in pieces of that size.
fn read(form: Form, targets: &[Target], bytes: &[u8], piece: usize) -> Batch {
    let kinds: Vec<SqlType> = targets.iter().map(|target| target.kind.clone()).collect();
    let mut reader = CopyReader::new(form, kinds);
    let mut batch = Batch::new(targets.iter().map(|target| &target.name));
    for some in bytes.chunks(piece) {
        reader.feed(some, &mut batch).unwrap();
    }
    assert!(reader.is_between_rows());
    assert_eq!(reader.is_done(), form == Form::Binary);
    batch
}

fn assert_same(batch: &Batch, rows: &[Vec<Own>]) {
    assert_eq!(batch.len(), rows.len());
    for (place, row) in rows.iter().enumerate() {
        for (column, value) in row.iter().enumerate() {
            let cell = batch.cell(place, column);
            assert!(same(cell, value.cell()), "{cell:?} is not {value:?}");
        }
    }
}

proptest! {
    #[test]
    fn what_goes_through_copy_binary_comes_back(rows in typed_rows(true), piece in 1..400_usize) {
        let targets = targets(true);
        let batch = filled(&targets, &rows);
        let sending = Sending::new(&batch, &targets).unwrap();
        let mut out = copy_binary::HEADER.to_vec();
        copy_binary::rows(&batch, &sending, 0..batch.len(), &mut out).unwrap();
        out.extend(copy_binary::TRAILER);
        assert_same(&read(Form::Binary, &targets, &out, piece), &rows);
    }

    #[test]
    fn what_goes_through_copy_text_comes_back(rows in typed_rows(false), piece in 1..400_usize) {
        let targets = targets(false);
        let batch = filled(&targets, &rows);
        let sending = Sending::new(&batch, &targets).unwrap();
        let mut out = Vec::new();
        copy_text::rows(&batch, &sending, 0..batch.len(), &mut out).unwrap();
        assert_same(&read(Form::Text, &targets, &out, piece), &rows);
    }

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0..19_usize) {
        let kinds: Vec<SqlType> = targets(true).into_iter().map(|target| target.kind).take(7).collect();
        let mut batch = Batch::new(["a", "b", "c", "d", "e", "f", "g"]);
        let mut reader = CopyReader::new(Form::Binary, kinds.clone());
        let _ = reader.feed(&[&copy_binary::HEADER[..], &[0, 7], &bytes].concat(), &mut batch);
        let _ = CopyReader::new(Form::Binary, kinds.clone()).feed(&copy_binary::HEADER[..cut], &mut batch);
        let _ = CopyReader::new(Form::Text, kinds).feed(&[&bytes, &b"\n"[..]].concat(), &mut batch);
        numeric::read(&bytes, |_| ());
    }

    #[test]
    fn a_batch_is_what_was_done_to_it(
        rows in proptest::collection::vec(proptest::collection::vec(any_cell(), 3), 0..20),
        changes in proptest::collection::vec((0..20_usize, any_cell()), 0..20),
        pages in 1..3_usize,
    ) {
        let mut batch = Batch::new(["a", "b", "c"]);
        for _ in 0..pages {
            batch.clear();
            for row in &rows {
                let cells: Vec<_> = row.iter().map(Own::cell).collect();
                batch.push_row(&cells).unwrap();
            }
            let mut model: Vec<Own> = rows.iter().map(|row| row[1].clone()).collect();
            let overlay = batch.overlay("b");
            for (row, value) in &changes {
                let done = batch.put(*row, overlay, value.cell());
                prop_assert_eq!(done.is_ok(), *row < rows.len());
                if let Some(place) = model.get_mut(*row) {
                    *place = value.clone();
                }
            }
            assert_same(&batch, &rows);
            prop_assert_eq!(batch.output("b"), Some(overlay));
            for (row, value) in model.iter().enumerate() {
                prop_assert!(same(batch.cell(row, overlay), value.cell()));
            }
            let mut made = LooseColumn::new();
            model.iter().rev().for_each(|value| made.push(value.cell()));
            let column = batch.append("new", &made).unwrap();
            for (row, value) in model.iter().rev().enumerate() {
                prop_assert!(same(batch.cell(row, column), value.cell()));
            }
        }
    }

    #[test]
    fn a_row_that_is_given_up_leaves_nothing(rows in proptest::collection::vec(any_cell(), 1..10)) {
        let mut batch = Batch::new(["a"]);
        for value in &rows {
            batch.begin_row().unwrap();
            prop_assert!(batch.begin_row().is_err());
            batch.put_in(0, Cell::Text("lost")).unwrap();
            batch.put_in_named("b", Cell::Bytes(b"lost"));
            batch.give_up_row();
            batch.push_row(&[value.cell()]).unwrap();
        }
        prop_assert_eq!(batch.source_names().len(), 1);
        for (row, value) in rows.iter().enumerate() {
            prop_assert!(same(batch.cell(row, 0), value.cell()));
        }
    }
}

#[test]
fn a_later_row_with_the_same_key_wins() {
    let mut batch = Batch::new(["id", "v"]);
    for (id, v) in [(1, 1), (2, 2), (1, 3)] {
        batch.push_row(&[Cell::Int(id), Cell::Int(v)]).unwrap();
    }
    assert_eq!(batch.skip_duplicates(&["id"]), Ok(1));
    assert_eq!(batch.state(0), Some(State::Skipped));
    assert_eq!(batch.live(0..9).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(batch.counts().read(), 3);
}

#[test]
fn ascending_keys_are_no_duplicates_whatever_stands_between_them() {
    let skipped = |keys: &[Option<i64>]| {
        let mut batch = Batch::new(["id"]);
        for key in keys {
            batch
                .push_row(&[key.map_or(Cell::Null, Cell::Int)])
                .unwrap();
        }
        batch.skip_duplicates(&["id"]).unwrap()
    };
    assert_eq!(skipped(&[]), 0);
    assert_eq!(skipped(&[Some(-1), None, Some(1), Some(2)]), 0);
    assert_eq!(skipped(&[None, Some(1), Some(2)]), 0);
    assert_eq!(skipped(&[Some(1), None, Some(0), None, Some(1)]), 1);
    assert_eq!(skipped(&[Some(1), Some(2), Some(2)]), 1);
    assert_eq!(skipped(&[Some(2), Some(1), Some(2)]), 1);
}

#[test]
fn a_copy_has_the_same_rows_and_goes_its_own_way() {
    let mut batch = Batch::new(["id", "v"]);
    for (id, v) in [(1, "a"), (2, "b"), (3, "c")] {
        batch.push_row(&[Cell::Int(id), Cell::Text(v)]).unwrap();
    }
    let column = batch.overlay("v");
    batch.put(1, column, Cell::Text("long before")).unwrap();
    batch.filter(0);
    let mut copy = Batch::new(["other"]);
    copy.push_row(&[Cell::Int(7)]).unwrap();
    copy.overlay("more");
    copy.copy_from(&batch);
    batch.put(1, column, Cell::Text("elsewhere")).unwrap();
    batch.reject(1);
    assert_eq!(copy.source_names(), batch.source_names());
    assert_eq!(copy.outputs(), batch.outputs());
    assert_eq!(copy.cell(1, column), Cell::Text("long before"));
    assert_eq!(copy.live(0..9).collect::<Vec<_>>(), [1, 2]);
    copy.skip(2);
    copy.reject_as(&batch);
    assert_eq!(copy.live(0..9).count(), 0);
    assert_eq!(copy.counts().rejected, 1);
    assert_eq!(batch.live(0..9).collect::<Vec<_>>(), [2]);
}
