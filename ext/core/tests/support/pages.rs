//! A file read page by page, in pieces that end anywhere.

use active_data_flow_core::files::{Reader, Wants, Window};
use active_data_flow_core::rows::Batch;

/// Where to begin, and how much comes at once.
#[derive(Debug, Clone, Copy)]
pub struct Course {
    /// The first byte.
    pub from: usize,
    /// Its line.
    pub line: u64,
    /// Bytes of a piece.
    pub piece: usize,
    /// Rows of a page.
    pub page: usize,
}

/// Hands on each page, the last one too, which may be empty.
pub fn each_page(
    mut reader: Reader,
    bytes: &[u8],
    course: Course,
    mut seen: impl FnMut(&Reader, &Batch),
) {
    let Course { from, line, .. } = course;
    let before = &bytes[from.saturating_sub(Window::TAIL)..from];
    reader.seek(from as u64, line, before);
    let mut pieces = bytes[from..].chunks(course.piece);
    let mut more = |reader: &mut Reader| match pieces.next() {
        Some(piece) => reader.feed(piece),
        None => reader.finish(),
    };
    loop {
        reader.begin_page();
        while !reader.look() {
            more(&mut reader);
        }
        let mut batch = Batch::new(reader.names());
        let wants = loop {
            match reader.take(&mut batch, course.page).unwrap() {
                Wants::Bytes => more(&mut reader),
                wants => break wants,
            }
        };
        seen(&reader, &batch);
        if wants == Wants::Nothing {
            return;
        }
    }
}
