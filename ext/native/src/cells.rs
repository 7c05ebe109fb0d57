//! Cells of a batch as Ruby values, and Ruby values as cells.
//!
//! Both ways are cut in two, because a batch must not be borrowed while Ruby runs. On the way out [`Half`] is taken from
//! the batch, which at most allocates a String, and [`Half::whole`] then calls what Ruby code it needs. On the way in
//! Ruby is asked first, and the cell that is handed over lives for a call that runs no Ruby.

use active_data_flow_core::rows::{Cell, Decimal};
use magnus::rb_sys::{protect, AsRawValue, FromRawValue};
use magnus::time::{Offset, Timespec};
use magnus::value::{LazyId, ReprValue};
use magnus::{Float, Integer, RString, Ruby, Symbol, Time, Value};
use rb_sys::macros::ENCODING_GET;
use rb_sys::{
    rb_ascii8bit_encindex, rb_big2str, rb_sym2str, rb_usascii_encindex, rb_utf8_encindex,
    ruby_value_type, RB_TYPE,
};

use crate::clock;
use crate::dates;
use crate::errors::{range_error, type_error, Raised};
use crate::libraries::{self, Library};

/// A value that is made up to the point where Ruby code would have to run.
pub enum Half {
    Whole(Value),
    Decimal(Decimal),
    /// A number of any length, as text.
    Number(RString),
    Json(RString),
    Date(i32),
    Time(i64),
    Moment(i64),
}

/// The first half of a value on its way to Ruby.
#[inline]
pub fn half(ruby: &Ruby, cell: Cell<'_>) -> Half {
    let text = |text: &str| ruby.str_new(text);
    Half::Whole(match cell {
        Cell::Null => ruby.qnil().as_value(),
        Cell::Bool(true) => ruby.qtrue().as_value(),
        Cell::Bool(false) => ruby.qfalse().as_value(),
        Cell::Int(number) => ruby.integer_from_i64(number).as_value(),
        Cell::Float(number) => ruby.float_from_f64(number).as_value(),
        Cell::Text(string) => text(string).as_value(),
        // What it is supposed to be; its bytes say that it is not.
        Cell::Broken(bytes) => ruby.enc_str_new(bytes, ruby.utf8_encoding()).as_value(),
        Cell::Bytes(bytes) => ruby
            .enc_str_new(bytes, ruby.ascii8bit_encoding())
            .as_value(),
        Cell::Uuid(number) => return Half::Whole(uuid(ruby, number)),
        Cell::Decimal(number) => return Half::Decimal(number),
        Cell::Number(digits) => return Half::Number(text(digits)),
        Cell::Json(json) => return Half::Json(text(json)),
        Cell::Date(day) => return Half::Date(day),
        Cell::Time(us) => return Half::Time(us),
        Cell::Moment(us) => return Half::Moment(us),
    })
}

fn uuid(ruby: &Ruby, number: u128) -> Value {
    let hex = format!("{number:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    let parts = parts.map(|part| hex.get(part).unwrap_or_default());
    ruby.str_new(&parts.join("-")).as_value()
}

impl Half {
    /// The value. The batch must not be borrowed.
    #[inline]
    pub fn whole(self, ruby: &Ruby) -> Result<Value, Raised> {
        match self {
            Self::Whole(value) => Ok(value),
            Self::Decimal(number) => big_decimal(ruby, ruby.str_new(&number.to_string())),
            Self::Number(digits) => number(ruby, digits),
            Self::Json(text) => libraries::parse_json(ruby, text),
            Self::Date(day) => dates::date(ruby, day),
            // As ActiveRecord gives a time of day.
            Self::Time(us) => moment(ruby, us.saturating_add(dates::YEAR_2000_US)),
            Self::Moment(us) => moment(ruby, us),
        }
    }
}

fn moment(ruby: &Ruby, us: i64) -> Result<Value, Raised> {
    let since = Timespec {
        tv_sec: us.div_euclid(1_000_000),
        tv_nsec: us.rem_euclid(1_000_000) * 1_000,
    };
    Ok(ruby.time_timespec_new(since, Offset::utc())?.as_value())
}

fn big_decimal(ruby: &Ruby, text: RString) -> Result<Value, Raised> {
    static BIG_DECIMAL: LazyId = LazyId::new("BigDecimal");
    libraries::load(ruby, Library::BigDecimal)?;
    let kernel = ruby.class_object();
    Ok(kernel.funcall(*BIG_DECIMAL, (text,))?)
}

/// A whole number is an Integer, as it was when it came; others are BigDecimals.
fn number(ruby: &Ruby, digits: RString) -> Result<Value, Raised> {
    static TO_I: LazyId = LazyId::new("to_i");
    // SAFETY: nothing runs while the bytes are looked at.
    let is_whole = unsafe { digits.as_slice() }
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b'-');
    if is_whole {
        return Ok(digits.funcall(*TO_I, ())?);
    }
    big_decimal(ruby, digits)
}

/// Hands the cell that the value is to `take`, which must not run Ruby.
#[inline]
pub fn given<T>(
    ruby: &Ruby,
    value: Value,
    take: impl FnOnce(Cell<'_>) -> Result<T, Raised>,
) -> Result<T, Raised> {
    if let Some(string) = RString::from_value(value) {
        return given_string(string, take);
    }
    // SAFETY: the value is alive: it was handed in, or lies in an array or hash that was.
    match unsafe { RB_TYPE(value.as_raw()) } {
        ruby_value_type::RUBY_T_NIL => take(Cell::Null),
        ruby_value_type::RUBY_T_TRUE => take(Cell::Bool(true)),
        ruby_value_type::RUBY_T_FALSE => take(Cell::Bool(false)),
        ruby_value_type::RUBY_T_FIXNUM | ruby_value_type::RUBY_T_BIGNUM => {
            given_integer(value, take)
        }
        ruby_value_type::RUBY_T_FLOAT => match Float::from_value(value) {
            Some(float) => take(Cell::Float(float.to_f64())),
            None => take(Cell::Null),
        },
        ruby_value_type::RUBY_T_SYMBOL => given_string(text_of(ruby, value)?, take),
        ruby_value_type::RUBY_T_HASH | ruby_value_type::RUBY_T_ARRAY => {
            let json = libraries::to_json(ruby, value)?;
            let text = utf8(json)?;
            with_text(text, |text| take(Cell::Json(text)))
        }
        _ => given_object(ruby, value, take),
    }
}

#[inline]
fn given_string<T>(
    string: RString,
    take: impl FnOnce(Cell<'_>) -> Result<T, Raised>,
) -> Result<T, Raised> {
    // SAFETY: the String is alive, and the others only tell a number.
    let (encoding, text_indexes, binary) = unsafe {
        (
            ENCODING_GET(string.as_raw()),
            [rb_utf8_encindex(), rb_usascii_encindex()],
            rb_ascii8bit_encindex(),
        )
    };
    let string = if text_indexes.contains(&encoding) || encoding == binary {
        string
    } else {
        utf8(string)?
    };
    // SAFETY: `take` runs no Ruby, so the String stays as it is; it is on the stack of whoever called.
    let bytes = unsafe { string.as_slice() };
    if encoding == binary {
        return take(Cell::Bytes(bytes));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => take(Cell::Text(text)),
        Err(_) => take(Cell::Broken(bytes)),
    }
}

fn given_integer<T>(
    value: Value,
    take: impl FnOnce(Cell<'_>) -> Result<T, Raised>,
) -> Result<T, Raised> {
    if let Some(Ok(number)) = Integer::from_value(value).map(Integer::to_i64) {
        return take(Cell::Int(number));
    }
    // SAFETY: the value is an Integer beyond 64 bits, so a Bignum; what the call raises is caught.
    let digits = protect(|| unsafe { rb_big2str(value.as_raw(), 10) })?;
    // SAFETY: it has just come from Ruby.
    let digits = unsafe { Value::from_raw(digits) };
    match RString::from_value(digits) {
        Some(digits) => with_text(digits, |digits| take(Cell::Number(digits))),
        None => take(Cell::Null),
    }
}

fn given_object<T>(
    ruby: &Ruby,
    value: Value,
    take: impl FnOnce(Cell<'_>) -> Result<T, Raised>,
) -> Result<T, Raised> {
    if Time::from_value(value).is_some() {
        let us = clock::moment(ruby, value)?;
        return take(Cell::Moment(us));
    }
    if libraries::is_a(ruby, value, Library::BigDecimal)? {
        let digits: RString = value.funcall("to_s", ("F",))?;
        return with_text(digits, |digits| {
            take(Decimal::parse(digits).map_or(Cell::Number(digits), Cell::Decimal))
        });
    }
    if libraries::is_a(ruby, value, Library::Date)? && !libraries::is_date_time(ruby, value)? {
        let day = dates::day(ruby, value)?;
        return take(Cell::Date(day));
    }
    // DateTime, and what acts like a time: ActiveSupport's TimeWithZone.
    if value.respond_to("to_time", false)? {
        let time: Value = value.funcall("to_time", ())?;
        if Time::from_value(time).is_some() {
            let us = clock::moment(ruby, time)?;
            return take(Cell::Moment(us));
        }
    }
    Err(unfit(ruby, value))
}

#[cold]
fn unfit(ruby: &Ruby, value: Value) -> Raised {
    // SAFETY: the name is copied at once.
    let got = unsafe { value.classname() }.into_owned();
    let wanted =
        "nil, true, false, an Integer, a Float, a BigDecimal, a String, a Symbol, a Date, a Time, \
                  or a Hash or an Array (JSON)";
    type_error(ruby, format!("a value of a row is {wanted}, not {got}"))
}

/// The text of a String or a Symbol, as names are given.
#[inline]
pub fn text_of(ruby: &Ruby, value: Value) -> Result<RString, Raised> {
    if let Some(string) = RString::from_value(value) {
        return Ok(string);
    }
    if Symbol::from_value(value).is_some() {
        // SAFETY: it is a Symbol, whose text is there already or is made; what comes is a String.
        let text = protect(|| unsafe { rb_sym2str(value.as_raw()) })?;
        // SAFETY: it has just come from Ruby.
        let text = unsafe { Value::from_raw(text) };
        if let Some(text) = RString::from_value(text) {
            return Ok(text);
        }
    }
    // SAFETY: the name is copied at once.
    let got = unsafe { value.classname() }.into_owned();
    Err(type_error(
        ruby,
        format!("a column is named by a Symbol or a String, not {got}"),
    ))
}

/// The same text in UTF-8; Ruby raises what cannot be said in it.
fn utf8(string: RString) -> Result<RString, Raised> {
    if string.is_utf8_compatible_encoding() {
        return Ok(string);
    }
    Ok(string.funcall("encode", ("UTF-8",))?)
}

/// Hands the text to `read`, which must not run Ruby.
#[inline]
pub fn with_text<T>(
    string: RString,
    read: impl FnOnce(&str) -> Result<T, Raised>,
) -> Result<T, Raised> {
    // SAFETY: `read` runs no Ruby, so the String stays as it is; it is on the stack of whoever called.
    read(&String::from_utf8_lossy(unsafe { string.as_slice() }))
}

/// A row or column number.
#[inline]
pub fn number_of(value: Value) -> Result<usize, Raised> {
    let ruby = Ruby::get_with(value);
    let Some(integer) = Integer::from_value(value) else {
        // SAFETY: the name is copied at once.
        let got = unsafe { value.classname() }.into_owned();
        return Err(type_error(
            &ruby,
            format!("expected an Integer (a row or column number), got {got}"),
        ));
    };
    integer
        .to_usize()
        .map_err(|_| range_error(&ruby, format!("{integer} is no row or column number")))
}
