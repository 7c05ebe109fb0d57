//! Values of rows: decimals against numbers of any length, hashes, and what the sink's columns take.

#[path = "support/cells.rs"]
mod cells;

use active_data_flow_core::rows::sqlite::{stored, Stored};
use active_data_flow_core::rows::{
    cast, numeric, Batch, Cell, Decimal, Dialect, LongNumber, RowHash, Sending, Target,
};
use cells::{any_cell, decimal, same};
use proptest::prelude::*;

proptest! {
    #[test]
    fn decimals_print_and_read(number in decimal()) {
        prop_assert_eq!(Decimal::parse(&number.to_string()), Some(number));
        let long = LongNumber::parse(&number.to_string()).unwrap();
        prop_assert_eq!(long.to_string(), number.to_string());
        prop_assert_eq!(long.to_decimal(), Some(number));
    }

    #[test]
    fn decimals_go_through_postgresqls_numeric(number in decimal()) {
        let (mut short, mut long) = (Vec::new(), Vec::new());
        numeric::write(&mut short, number);
        prop_assert!(numeric::write_text(&mut long, &number.to_string()));
        prop_assert_eq!(&short, &long);
        let mut back = None;
        let is_numeric = numeric::read(&short, |cell| back = Some(format!("{cell:?}")));
        prop_assert!(is_numeric);
        prop_assert_eq!(back, Some(format!("{:?}", Cell::Decimal(number))));
    }

    /// Cents as floats, and floats that are none; moments as they are stored, and as they are not.
    #[test]
    fn what_sqlite_keeps_as_it_is_would_have_become_that_anyway(
        digits in -2_000_000_000_000_i64..2_000_000_000_000, off in 0..3_u64, year in 0..10_100_i64, month in 0..14_u8, day in 0..33_u8,
        hour in 0..25_u8, minute in 0..61_u8, fraction in "(|\\.[0-9]{5,7}|\\.[0-9]{6}|\\.000000)",
    ) {
        let cents = digits as f64 / 100.0;
        let text = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:59{fraction}");
        let cells = [
            ("decimal(12,2)", Cell::Float(f64::from_bits(cents.to_bits() + off / 2))),
            ("decimal(12,2)", Cell::Int(digits / 100)),
            ("datetime(6)", Cell::Text(&text)),
            ("date", Cell::Text(&text[..10])),
            ("boolean", Cell::Int(i64::from(day % 3))),
        ];
        for (kind, given) in cells {
            let targets = [Target::new("a", kind, Dialect::Sqlite)];
            let mut batch = Batch::new(["a"]);
            batch.push_row(&[given]).unwrap();
            let misfits = Sending::fit(&mut batch, &targets).unwrap();
            let kept = batch.cell(0, batch.output("a").unwrap());
            let mut room = String::new();
            let made = match cast(given, &targets[0], &mut room) {
                Ok(made) => made,
                Err(_) => {
                    prop_assert_eq!(misfits.len(), 1, "{:?}", given);
                    continue;
                }
            };
            prop_assert!(misfits.is_empty(), "{:?}", given);
            let as_it_is = same(kept, given);
            prop_assert!(as_it_is || same(kept, made), "{:?} became {:?}", given, kept);
            match (stored(made), given) {
                _ if !as_it_is => {}
                (Some(Stored::Made(said)), Cell::Text(text)) => prop_assert_eq!(said.bytes(), text.as_bytes()),
                (Some(Stored::Made(said)), Cell::Float(number)) => {
                    prop_assert_eq!(std::str::from_utf8(said.bytes()).unwrap().parse(), Ok(number));
                }
                (Some(Stored::Made(said)), Cell::Int(number)) => {
                    prop_assert_eq!(std::str::from_utf8(said.bytes()).unwrap().parse(), Ok(number as f64));
                }
                (said, Cell::Int(number)) => prop_assert_eq!(said, Some(Stored::Int(number))),
                (said, given) => prop_assert!(false, "{:?} became {:?}", given, said),
            }
        }
    }

    #[test]
    fn decimals_round_as_long_numbers_do(number in decimal(), to in -5..50_i16) {
        let long = LongNumber::parse(&number.to_string()).unwrap().round(to).unwrap();
        match number.round(to) {
            Some(rounded) => prop_assert_eq!(rounded.to_string(), long.to_string()),
            None => prop_assert_eq!(long.to_decimal(), None),
        }
    }

    #[test]
    fn decimals_are_in_the_order_of_what_they_are(a in decimal(), b in decimal()) {
        let order = a.compare(b);
        prop_assert_eq!(order, b.compare(a).reverse());
        prop_assert_eq!(order.is_eq(), a.normalized() == b.normalized());
        // An oracle that is exact: both digits at one scale, as texts of one length.
        let digits = |number: Decimal| {
            let text = number.digits.unsigned_abs().to_string() + &"0".repeat(60 - usize::from(number.scale));
            format!("{text:0>120}")
        };
        let (x, y) = (digits(a), digits(b));
        let expected = match (a.digits < 0, b.digits < 0) {
            (false, false) => x.cmp(&y),
            (true, true) => y.cmp(&x),
            (true, false) => std::cmp::Ordering::Less,
            (false, true) => std::cmp::Ordering::Greater,
        };
        prop_assert_eq!(order, expected);
    }

    #[test]
    fn equal_numbers_have_equal_hashes(number in decimal(), zeros in 0..5_u16) {
        let mut hash = RowHash::new();
        let wider = number.round(number.scale as i16 + zeros as i16).unwrap_or(number);
        prop_assert_eq!(hash.of([Cell::Decimal(number)]), hash.of([Cell::Decimal(wider)]));
        prop_assert_eq!(hash.of([Cell::Decimal(number)]), hash.of([Cell::Number(&wider.to_string())]));
    }

    #[test]
    fn casting_never_panics_and_is_settled_after_once(value in any_cell(), kind in 0..18_usize, dialect in 0..3_usize) {
        let dialect = [Dialect::Postgres, Dialect::Sqlite, Dialect::Mysql][dialect];
        let kinds = ["bigint", "smallint", "boolean", "real", "float", "numeric", "numeric(10,2)", "numeric(3,-2)",
            "varchar(5)", "text", "blob", "date", "time", "timestamp(3)", "uuid", "json", "inet", "int unsigned"];
        let target = Target::new("c", kinds[kind], dialect);
        let (mut room, mut again) = (String::new(), String::new());
        if let Ok(cell) = cast(value.cell(), &target, &mut room) {
            let settled = cast(cell, &target, &mut again).unwrap();
            prop_assert!(same(cell, settled), "{:?} and {:?}", cell, settled);
        }
    }
}

#[test]
fn what_does_not_fit_is_said_in_a_sentence() {
    let says = |cell: Cell<'_>, kind: &str| {
        let mut room = String::new();
        let target = Target::new("total", kind, Dialect::Postgres);
        cast(cell, &target, &mut room)
            .map(|cell| format!("{cell:?}"))
            .map_err(|misfit| misfit.to_string())
    };
    let refused = [
        (
            Cell::Text("12abc"),
            "integer",
            "total is \"12abc\", which is no integer",
        ),
        (
            Cell::Float(1.9),
            "bigint",
            "total is 1.9, which is no whole number",
        ),
        (
            Cell::Int(40_000),
            "smallint",
            "total is 40000, which is not from -32768 to 32767",
        ),
        (
            Cell::Int(2),
            "boolean",
            "total is 2, which is neither true nor false",
        ),
        (
            Cell::Text("999.995"),
            "numeric(5,2)",
            "total is \"999.995\", which is too large for numeric(5,2)",
        ),
        (
            Cell::Text("a\0b"),
            "text",
            "total is \"a\\0b\", which has a NUL byte, which PostgreSQL does not take in text",
        ),
        (
            Cell::Text("größer"),
            "varchar(5)",
            "total is \"größer\", which has 6 characters where the column takes 5",
        ),
        (
            Cell::Broken(b"a\xff"),
            "text",
            "total is \"a\u{fffd}\", which is not UTF-8",
        ),
        (
            Cell::Text("2026-02-30"),
            "date",
            "total is \"2026-02-30\", which is no date",
        ),
        (
            Cell::Text("{a}"),
            "jsonb",
            "total is \"{a}\", which is no JSON",
        ),
        (
            Cell::Bytes(b"abc"),
            "text",
            "total is 3 bytes, which is binary and the column is text",
        ),
        (
            Cell::Moment(0),
            "uuid",
            "total is 1970-01-01 00:00:00.000000, which is no uuid",
        ),
    ];
    for (cell, kind, sentence) in refused {
        assert_eq!(says(cell, kind), Err(sentence.to_owned()));
    }
    let taken = [
        (Cell::Text(" 12 "), "integer", "Int(12)"),
        (Cell::Float(3.0), "integer", "Int(3)"),
        (
            Cell::Text("0.125"),
            "numeric(5,2)",
            "Decimal(Decimal { digits: 13, scale: 2 })",
        ),
        (
            Cell::Float(-0.125),
            "numeric(5,2)",
            "Decimal(Decimal { digits: -13, scale: 2 })",
        ),
        (
            Cell::Int(1_250),
            "numeric(2,-2)",
            "Decimal(Decimal { digits: 1300, scale: 0 })",
        ),
        (Cell::Text("NaN"), "numeric(5,2)", "Number(\"NaN\")"),
        (Cell::Int(1), "boolean", "Bool(true)"),
        (Cell::Int(5), "varchar(5)", "Text(\"5\")"),
        (Cell::Text("abc  "), "varchar(3)", "Text(\"abc\")"),
        (
            Cell::Text("1970-01-02 00:00:00.5"),
            "timestamp(0) without time zone",
            "Moment(86400000000)",
        ),
        (
            Cell::Text("1970-01-01T01:00:00+01:00"),
            "timestamptz",
            "Moment(0)",
        ),
        (
            Cell::Text("0001-12-31 00:00:00 BC"),
            "date",
            "Date(-719163)",
        ),
        (Cell::Text("infinity"), "timestamptz", "Text(\"infinity\")"),
        (
            Cell::Text("2000-01-01 10:00:00"),
            "time",
            "Time(36000000000)",
        ),
        (
            Cell::Text("{0F6C2B1E-9a5d-4c3b-8e7f-0123456789ab}"),
            "uuid",
            "Uuid(20500062565726813539386583511076407723)",
        ),
    ];
    for (cell, kind, expected) in taken {
        assert_eq!(says(cell, kind), Ok(expected.to_owned()));
    }
}
