//! What has to hold of a file, whatever is in it: it reads the same in pieces and pages of any size, each byte belongs to one
//! row or to none, and behind each row the rest reads as it does from the beginning.

use active_data_flow_core::files::{Format, Reader};
use pages::{each_page, Course};

#[path = "../../ext/core/tests/support/pages.rs"]
mod pages;

/// A row as it was read, or why it was not; where it ends; and its bytes.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    cells: String,
    bad: Option<String>,
    behind: (u64, u64, String),
    line: u64,
    bytes: Vec<u8>,
}

/// More rows than this are not gone through one by one.
const TRIED: usize = 24;

/// Looks at a file: `first` and `second` say how large pieces and pages are.
pub fn look(format: &dyn Fn() -> Format, bytes: &[u8], first: u8, second: u8) {
    let whole = read(format(), bytes, 0, 1, 1 << 16, 1 << 10);
    let parts = read(
        format(),
        bytes,
        0,
        1,
        usize::from(first) + 1,
        usize::from(second) % 7 + 1,
    );
    assert_eq!(parts, whole);
    let mut end = 0;
    for row in &whole {
        let start = row.behind.0 - row.bytes.len() as u64;
        assert!(start >= end && !row.bytes.is_empty());
        end = row.behind.0;
    }
    assert!(end <= bytes.len() as u64);
    for (number, row) in whole.iter().enumerate().take(TRIED) {
        let (byte, line, _) = row.behind;
        let rest = read(
            format(),
            bytes,
            byte as usize,
            line,
            usize::from(second) + 1,
            5,
        );
        assert_eq!(rest, whole[number + 1..]);
    }
}

fn read(
    format: Format,
    bytes: &[u8],
    from: usize,
    line: u64,
    piece: usize,
    page: usize,
) -> Vec<Row> {
    let course = Course {
        from,
        line,
        piece,
        page,
    };
    let mut rows = Vec::new();
    let mut ended = false;
    each_page(Reader::new(format), bytes, course, |reader, batch| {
        assert!(!ended, "a page without a row would be taken for the end");
        ended = batch.is_empty();
        let names = reader.names();
        let brought = reader.brought();
        for row in 0..batch.len() {
            let mut cells: Vec<String> = (0..brought)
                .map(|column| format!("{}={:?}", names[column], batch.cell(row, column)))
                .collect();
            cells.sort();
            let bad = reader.bad().iter().find(|bad| bad.row == row);
            rows.push(Row {
                cells: if bad.is_some() {
                    String::new()
                } else {
                    cells.join(",")
                },
                bad: bad.map(|bad| bad.reason.clone()),
                behind: reader.window().behind(row).expect("a row of the page"),
                line: reader.window().line_of(row).expect("a row of the page"),
                bytes: reader
                    .window()
                    .bytes_of(row)
                    .expect("a row of the page")
                    .to_vec(),
            });
        }
    });
    rows
}
