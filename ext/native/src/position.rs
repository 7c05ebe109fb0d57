//! `ActiveDataFlow::Native.encode_position`, `.decode_position` and `.advances?`: positions as Ruby values and as text.

use active_data_flow_core::flow::cursor::{advances, Float, Moment, Part, Position};
use active_data_flow_core::flow::Direction;
use magnus::encoding::EncodingCapable;
use magnus::rb_sys::{protect, AsRawValue, FromRawValue};
use magnus::time::{Offset, Timespec};
use magnus::value::ReprValue;
use magnus::{
    function, Error, Float as RubyFloat, Integer, Object, RArray, RClass, RString, Ruby, Time,
    TryConvert, Value,
};
use rb_sys::rb_big2str;

use crate::arguments::{declared, list, maybe, Text};
use crate::errors::{argument_error, type_error, Raised};

/// The julian day number of 1970-01-01.
const EPOCH_JULIAN_DAY: i64 = 2_440_588;

/// `kinds` has "uuid" or nil for each part, or is nil where no part is a UUID: as Ruby values they are Strings.
fn encode_position(ruby: &Ruby, value: Value, kinds: Value) -> Result<String, Raised> {
    let kinds = maybe(kinds, |kinds| list(kinds, |kind| maybe(kind, declared)))?;
    let kinds = kinds.unwrap_or_default();
    let kind = |place: usize| kinds.get(place).and_then(Option::as_deref);
    let Some(array) = RArray::from_value(value) else {
        return Ok(Position::one(part(ruby, value, kind(0))?)?.encode());
    };
    let mut parts = Vec::with_capacity(array.len());
    for place in 0..array.len() {
        parts.push(part(ruby, array.entry(place as isize)?, kind(place))?);
    }
    Ok(Position::list(parts)?.encode())
}

fn part(ruby: &Ruby, value: Value, kind: Option<&str>) -> Result<Part, Raised> {
    match kind {
        None => {}
        Some("uuid") if value.is_nil() => return Ok(Part::Null),
        Some("uuid") => return Ok(Part::uuid(&Text::try_convert(value)?.lossy())?),
        Some(other) => {
            let message = format!("{other:?} is no kind of a part; there are \"uuid\" and nil");
            return Err(argument_error(ruby, message));
        }
    }
    if value.is_nil() {
        Ok(Part::Null)
    } else if value.as_raw() == ruby.qtrue().as_raw() || value.as_raw() == ruby.qfalse().as_raw() {
        Ok(Part::Bool(value.to_bool()))
    } else if let Some(integer) = Integer::from_value(value) {
        whole(integer)
    } else if let Some(float) = RubyFloat::from_value(value) {
        Ok(Part::Float(Float::new(float.to_f64())))
    } else if let Some(string) = RString::from_value(value) {
        text(ruby, string)
    } else if let Some(time) = Time::from_value(value) {
        let since = time.timespec()?;
        let nanos = u32::try_from(since.tv_nsec).unwrap_or(u32::MAX);
        Ok(Part::time(since.tv_sec, nanos)?)
    } else {
        named(ruby, value)
    }
}

/// Of the classes that magnus does not know.
fn named(ruby: &Ruby, value: Value) -> Result<Part, Raised> {
    // SAFETY: the name is copied at once.
    let class = unsafe { value.classname() }.into_owned();
    match class.as_str() {
        "Date" => {
            let julian_day: Integer = value.funcall("jd", ())?;
            let day = julian_day.to_i64()?.saturating_sub(EPOCH_JULIAN_DAY);
            Ok(Part::date(day)?)
        }
        "BigDecimal" => decimal(ruby, value),
        _ => Err(type_error(
            ruby,
            format!(
                "a position is an Integer, Float, BigDecimal, String, Time, Date, true, false or an Array of those, not {class}"
            ),
        )),
    }
}

/// No number of a database has more; one with the exponent of a mistake would be written out with all its zeros.
const MOST_DIGITS: i64 = 200_000;

fn decimal(ruby: &Ruby, value: Value) -> Result<Part, Raised> {
    let exponent: i64 = value.funcall("exponent", ())?;
    if exponent.abs() > MOST_DIGITS {
        let message = format!("a decimal of a position has at most {MOST_DIGITS} digits");
        return Err(argument_error(ruby, message));
    }
    let digits: RString = value.funcall("to_s", ("F",))?;
    Ok(Part::decimal(&digits.to_string()?)?)
}

fn whole(integer: Integer) -> Result<Part, Raised> {
    if let Ok(small) = integer.to_i64() {
        return Ok(Part::Int(small));
    }
    // SAFETY: the value is an Integer beyond 64 bits, so a Bignum; what the call raises is caught.
    let digits = protect(|| unsafe { rb_big2str(integer.as_raw(), 10) })?;
    // SAFETY: it has just come from Ruby.
    let digits = String::try_convert(unsafe { Value::from_raw(digits) })?;
    Ok(Part::int(&digits)?)
}

/// UTF-8 is text, binary is bytes.
fn text(ruby: &Ruby, string: RString) -> Result<Part, Raised> {
    let encoding = string.enc_get();
    // SAFETY: nothing calls Ruby while the bytes are looked at.
    let bytes = unsafe { string.as_slice() };
    if encoding == ruby.ascii8bit_encindex() {
        return Ok(Part::Bytes(bytes.to_vec()));
    }
    let is_text = encoding == ruby.utf8_encindex() || encoding == ruby.usascii_encindex();
    match std::str::from_utf8(bytes) {
        Ok(text) if is_text => Ok(Part::Text(text.to_owned())),
        _ => {
            let shown = String::from_utf8_lossy(bytes).into_owned();
            let message = format!(
                "a String of a position has to be valid UTF-8, or binary; {shown:?} is not: encode it as UTF-8, or take its bytes (String#b)"
            );
            Err(argument_error(ruby, message))
        }
    }
}

/// The value, or an Array of values, whose text it is; a UUID comes as its text.
fn decode_position(ruby: &Ruby, text: Text) -> Result<Value, Raised> {
    let position = read(ruby, text)?;
    if !position.is_list() {
        let part = position.parts().first().unwrap_or(&Part::Null);
        return value(ruby, part);
    }
    let array = ruby.ary_new_capa(position.parts().len());
    for part in position.parts() {
        array.push(value(ruby, part)?)?;
    }
    Ok(array.as_value())
}

fn value(ruby: &Ruby, part: &Part) -> Result<Value, Raised> {
    Ok(match part {
        Part::Null => ruby.qnil().as_value(),
        Part::Bool(true) => ruby.qtrue().as_value(),
        Part::Bool(false) => ruby.qfalse().as_value(),
        Part::Int(number) => ruby.integer_from_i64(*number).as_value(),
        Part::BigInt(number) => made(ruby, "Integer", number.as_str())?,
        Part::Float(number) => ruby.float_from_f64(number.get()).as_value(),
        Part::Decimal(number) => {
            ruby.require("bigdecimal")?;
            made(ruby, "BigDecimal", number.as_str())?
        }
        Part::Text(text) => ruby.str_new(text).as_value(),
        Part::Bytes(bytes) => ruby.str_from_slice(bytes).as_value(),
        Part::Uuid(_) => {
            let text = Position::one(part.clone())?.encode();
            ruby.str_new(text.trim_start_matches("uuid:")).as_value()
        }
        Part::Time(moment) => time(ruby, *moment)?.as_value(),
        Part::Date(day) => {
            ruby.require("date")?;
            let date: RClass = ruby.class_object().funcall("const_get", ("Date",))?;
            date.funcall("jd", (day.days() + EPOCH_JULIAN_DAY,))?
        }
    })
}

/// What `Kernel#Integer` or `Kernel#BigDecimal` makes of a text.
fn made(ruby: &Ruby, maker: &str, text: &str) -> Result<Value, Error> {
    ruby.module_kernel().funcall(maker, (text,))
}

fn time(ruby: &Ruby, moment: Moment) -> Result<Time, Error> {
    let since = Timespec {
        tv_sec: moment.seconds(),
        tv_nsec: i64::from(moment.nanos()),
    };
    ruby.time_timespec_new(since, Offset::utc())
}

/// Whether the position of the second text lies behind that of the first, in an order of these directions.
fn is_advance(ruby: &Ruby, last: Text, next: Text, directions: Value) -> Result<bool, Raised> {
    let directions = list(directions, direction)?;
    let (last, next) = (read(ruby, last)?, read(ruby, next)?);
    Ok(advances(&last, &next, &directions)?)
}

fn read(ruby: &Ruby, text: Text) -> Result<Position, Raised> {
    match std::str::from_utf8(text.bytes()) {
        Ok(text) => Ok(Position::decode(text)?),
        // With replacement signs it would be another position.
        Err(_) => {
            let message = format!(
                "the text of a position is UTF-8, and {:?} is not",
                text.lossy()
            );
            Err(argument_error(ruby, message))
        }
    }
}

/// "asc" or "desc", as a String or a Symbol.
pub fn direction(value: Value) -> Result<Direction, Raised> {
    Ok(Direction::named(&declared(value)?)?)
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let native = crate::native(ruby)?;
    native.define_singleton_method("encode_position", function!(encode_position, 2))?;
    native.define_singleton_method("decode_position", function!(decode_position, 1))?;
    native.define_singleton_method("advances?", function!(is_advance, 3))?;
    Ok(())
}
