//! What the author of a flow says about values: a small tree that is evaluated over the rows of a batch, and printed as
//! SQL where the database would give the same answer.
//!
//! The rules are PostgreSQL's, so that there is something to be held to:
//! - NULL makes everything NULL but `nil?`, `coalesce`, `&` and `|`, which know three truth values.
//! - Whole numbers and decimals are computed exactly, as `numeric` does: so many digits as they take behind the point,
//!   at least 16 significant ones after a division, rounded half away from zero. 5 / 2 is 2.5.
//! - A float takes what it meets to floats, in sums and in comparisons. NaN equals itself and is the largest number.
//!   What a program writes as 0.1 is no float but a decimal.
//! - Texts are compared byte by byte (`COLLATE "C"`), dates and moments by time, a text with one of these as its value.
//! - What has no answer (x / 0, text + 1) is a [`Fault`]. It is none where the answer does not depend on it: NULL stays
//!   NULL, false & fault is false, as a database may decide in any order.
//! - `upcase` and `downcase` go by Unicode, as Ruby's do.

mod bind;
mod compare;
mod eval;
mod fault;
mod kind;
mod literal;
mod long;
mod number;
mod print;
mod room;
mod text;
mod tree;

pub use bind::{Bound, Reading};
pub use eval::truth;
pub use fault::Fault;
pub use kind::Kind;
pub use literal::Literal;
pub use print::{Entry, NotPrintable, Pair, Piece, Printer, SameKey};
pub use room::{Room, Val};
pub use text::write_text;
pub use tree::{Between, Comparison, Letters, Operator, Tree};
