//! Days as Ruby's Date.

use active_data_flow_core::clock;
use magnus::value::{LazyId, ReprValue};
use magnus::{Ruby, Value};

use crate::errors::{range_error, Raised};
use crate::libraries::{load, Library};

/// Microseconds from the epoch to 2000-01-01, the day on which ActiveRecord puts a time of day.
pub const YEAR_2000_US: i64 = 946_684_800_000_000;

/// The Julian day number of the epoch.
const EPOCH_JD: i64 = 2_440_588;
/// From this day on Ruby's Date counts as databases do. Before it, it goes by the Julian calendar, and what has to stay
/// the same is the date as it is written.
const REFORM: i64 = -141_427;
/// Ten days that Ruby's Date does not have lie before it.
const LAST_JULIAN: i64 = REFORM - 10;

/// A Date, from days since 1970-01-01.
pub fn date(ruby: &Ruby, day: i32) -> Result<Value, Raised> {
    static JD: LazyId = LazyId::new("jd");
    static NEW: LazyId = LazyId::new("new");
    let class = load(ruby, Library::Date)?;
    let day = i64::from(day);
    if day >= REFORM {
        return Ok(class.funcall(*JD, (day + EPOCH_JD,))?);
    }
    let (year, month, day_of_month) = clock::civil(day);
    let id = *NEW;
    if day >= LAST_JULIAN {
        // Date::GREGORIAN: minus infinity.
        let always = f64::NEG_INFINITY;
        return Ok(class.funcall(id, (year, month, day_of_month, always))?);
    }
    Ok(class.funcall(id, (year, month, day_of_month))?)
}

/// Days since 1970-01-01, from a Date.
pub fn day(ruby: &Ruby, date: Value) -> Result<i32, Raised> {
    static JD: LazyId = LazyId::new("jd");
    let jd: i64 = date.funcall(*JD, ())?;
    let mut day = jd.checked_sub(EPOCH_JD);
    if day.is_some_and(|day| day < REFORM) {
        let (year, month, day_of_month): (i64, i64, i64) = (
            date.funcall("year", ())?,
            date.funcall("month", ())?,
            date.funcall("day", ())?,
        );
        day = (-9_999_999..=9_999_999)
            .contains(&year)
            .then(|| clock::days(year, month, day_of_month));
    }
    day.and_then(|day| i32::try_from(day).ok())
        .ok_or_else(|| range_error(ruby, format!("{date} is out of range")))
}
