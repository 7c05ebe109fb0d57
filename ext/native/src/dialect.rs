//! Which database's SQL is meant.

use active_data_flow_core::dialect::Dialect;
use magnus::{Ruby, Value};

use crate::arguments::declared;
use crate::errors::{argument_error, Raised};

/// The database by the name of ActiveRecord's adapter.
pub fn dialect_of(adapter: Value) -> Result<Dialect, Raised> {
    let name = declared(adapter)?;
    Dialect::named(&name).ok_or_else(|| {
        argument_error(
            &Ruby::get_with(adapter),
            format!(
                "{name:?} is no database whose SQL is known; there are postgresql, sqlite, mysql"
            ),
        )
    })
}
