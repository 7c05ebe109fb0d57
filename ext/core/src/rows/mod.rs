//! Rows on their way: what one value can be, and (as columns) many of them.

pub mod arena;
pub mod batch;
pub mod cast;
pub mod cell;
pub mod column;
pub mod decimal;
pub mod decode;
pub mod encode;
pub mod forms;
pub mod hash;
pub mod long_number;
pub mod loose;
pub mod misfit;
pub mod nulls;
pub mod numeric;
pub mod refusal;
pub mod slot;
pub mod sql_type;
pub mod sqlite;
pub mod state;

pub use crate::dialect::Dialect;
pub use arena::Arena;
pub use batch::{Batch, Output};
pub use cast::{cast, Target};
pub use cell::Cell;
pub use column::Column;
pub use decimal::Decimal;
pub use decode::{CopyReader, Form};
pub use encode::Sending;
pub use hash::RowHash;
pub use long_number::LongNumber;
pub use loose::LooseColumn;
pub use misfit::Misfit;
pub use refusal::Refusal;
pub use sql_type::SqlType;
pub use state::{Counts, State};
