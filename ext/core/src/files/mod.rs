//! Rows out of files: bytes come in pieces, as they are read, and go out as batches. Where each row stands in the file is
//! known by the byte, so that a run goes on at a row without reading those before it.

pub mod charset;
pub mod csv;
pub mod jsonl;
pub mod reader;
pub mod window;

pub use charset::Charset;
pub use csv::Csv;
pub use jsonl::JsonLines;
pub use reader::{Bad, Format, Reader, Wants};
pub use window::Window;
