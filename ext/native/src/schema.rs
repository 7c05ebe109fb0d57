//! `ActiveDataFlow::Native::Schema`: what the fields of a message have to be, checked in one call.

use active_data_flow_core::flow::schema::{Expected, Given, Misfit, Schema};
use magnus::encoding::Coderange;
use magnus::r_hash::ForEach;
use magnus::rb_sys::AsRawValue;
use magnus::value::{LazyId, ReprValue};
use magnus::{
    function, method, Class, Error, Module, Object, RArray, RHash, RModule, RString, Ruby, Symbol,
    Time, Value,
};
use rb_sys::macros::ENCODING_GET;
use rb_sys::{rb_ascii8bit_encindex, ruby_value_type, RB_TYPE};

use crate::arguments::{fields, list, maybe, Text, Wrapped};
use crate::cells::{text_of, with_text};
use crate::errors::{argument_error, type_error, Raised};
use crate::libraries::{is_a, is_date_time, Library};

/// The fields. A class of a field is not kept here: the classes come with each check.
#[magnus::wrap(class = "ActiveDataFlow::Native::Schema", free_immediately, size)]
pub struct NativeSchema(Schema);

type This = Wrapped<NativeSchema>;

impl NativeSchema {
    /// Each field as name, word of the type or nil, and what a class is called in messages or nil.
    fn new(ruby: &Ruby, declared: Value) -> Result<Self, Raised> {
        let declared = list(declared, |field| {
            let [name, word, class] = fields::<3>(field, "a field (name, type, class)")?;
            let name = with_text(text_of(ruby, name)?, |name| Ok(name.to_owned()))?;
            Ok((name, expected(ruby, word, class)?))
        })?;
        Schema::new(declared)
            .map(Self)
            .map_err(|sentence| argument_error(ruby, sentence))
    }

    /// Nil when every field of the Hash fits; `classes` has the class of each field, or nil.
    fn check(ruby: &Ruby, this: This, data: Value, classes: Value) -> Result<(), Raised> {
        let (Some(data), Some(classes)) = (RHash::from_value(data), RArray::from_value(classes))
        else {
            let message = "a check takes a Hash and an Array of classes".to_owned();
            return Err(type_error(ruby, message));
        };
        let mut misfits = Vec::new();
        let mut refused = None;
        let mut next = 0;
        data.foreach(|key: Value, value: Value| {
            match this.field(ruby, next, key, value, classes) {
                Ok(Some(Checked { place, fits })) => {
                    next = place + 1;
                    if !fits {
                        let value = value.inspect();
                        misfits.push(Misfit {
                            field: place,
                            value,
                        });
                    }
                    Ok(ForEach::Continue)
                }
                Ok(None) => Ok(ForEach::Continue),
                // An error must not jump out of Ruby's loop: it is kept, and the loop is ended.
                Err(error) => {
                    refused = Some(error);
                    Ok(ForEach::Stop)
                }
            }
        })?;
        match refused {
            Some(error) => Err(error),
            None if misfits.is_empty() => Ok(()),
            None => Err(type_error(ruby, this.0.sentence(&misfits))),
        }
    }

    /// What became of one pair; nil for a field that the schema does not name.
    fn field(
        &self,
        ruby: &Ruby,
        next: usize,
        key: Value,
        value: Value,
        classes: RArray,
    ) -> Result<Option<Checked>, Raised> {
        let found = with_text(text_of(ruby, key)?, |name| Ok(self.0.field(next, name)))?;
        let Some((place, expected)) = found else {
            return Ok(None);
        };
        let fits = match expected {
            Expected::Anything => true,
            Expected::Class(_) => value.is_nil() || is_one(value, classes.entry(place as isize)?)?,
            _ => expected.takes(given(ruby, value)?),
        };
        Ok(Some(Checked { place, fits }))
    }
}

struct Checked {
    place: usize,
    fits: bool,
}

fn expected(ruby: &Ruby, word: Value, class: Value) -> Result<Expected, Raised> {
    let class = maybe(class, |name| {
        Ok::<_, Raised>(
            <Text as magnus::TryConvert>::try_convert(name)?
                .lossy()
                .into_owned(),
        )
    })?;
    let word = maybe(word, |word| {
        with_text(text_of(ruby, word)?, |word| Ok(word.to_owned()))
    })?;
    match (word, class) {
        (_, Some(name)) => Ok(Expected::Class(name)),
        (None, None) => Ok(Expected::Anything),
        (Some(word), None) => {
            Expected::named(&word).map_err(|sentence| argument_error(ruby, sentence))
        }
    }
}

/// Whether the value is of that class. What only acts like one of it (a TimeWithZone is a Time) says so to `===`.
fn is_one(value: Value, class: Value) -> Result<bool, Raised> {
    static FITS: LazyId = LazyId::new("===");
    let of_it = RModule::from_value(class).is_some_and(|module| value.is_kind_of(module))
        || magnus::RClass::from_value(class).is_some_and(|class| value.is_kind_of(class));
    if of_it {
        return Ok(true);
    }
    let answer: Value = class.funcall(*FITS, (value,))?;
    Ok(answer.to_bool())
}

/// What kind of value it is. Nothing is converted, and no Hash or Array is looked into.
fn given(ruby: &Ruby, value: Value) -> Result<Given, Raised> {
    if let Some(string) = RString::from_value(value) {
        return Ok(given_string(string));
    }
    // SAFETY: the value is alive: it lies in the Hash that was handed in.
    Ok(match unsafe { RB_TYPE(value.as_raw()) } {
        ruby_value_type::RUBY_T_NIL => Given::Null,
        ruby_value_type::RUBY_T_TRUE | ruby_value_type::RUBY_T_FALSE => Given::Bool,
        ruby_value_type::RUBY_T_FIXNUM | ruby_value_type::RUBY_T_BIGNUM => Given::Int,
        ruby_value_type::RUBY_T_FLOAT => Given::Float,
        ruby_value_type::RUBY_T_HASH | ruby_value_type::RUBY_T_ARRAY => Given::Json,
        _ => return given_object(ruby, value),
    })
}

fn given_string(string: RString) -> Given {
    // SAFETY: the String is alive, and both only tell a number.
    let is_binary = unsafe { ENCODING_GET(string.as_raw()) == rb_ascii8bit_encindex() };
    match string.enc_coderange_scan() {
        Coderange::SevenBit => Given::Text,
        Coderange::Valid if !is_binary => Given::Text,
        _ => Given::Bytes,
    }
}

fn given_object(ruby: &Ruby, value: Value) -> Result<Given, Raised> {
    if Symbol::from_value(value).is_some() {
        return Ok(Given::Other);
    }
    if Time::from_value(value).is_some() {
        return Ok(Given::Moment);
    }
    if is_a(ruby, value, Library::BigDecimal)? {
        return Ok(Given::Decimal);
    }
    if is_a(ruby, value, Library::Date)? && !is_date_time(ruby, value)? {
        return Ok(Given::Date);
    }
    // DateTime, and what acts like a time: ActiveSupport's TimeWithZone.
    if value.respond_to("to_time", false)? {
        let time: Value = value.funcall("to_time", ())?;
        if Time::from_value(time).is_some() {
            return Ok(Given::Moment);
        }
    }
    Ok(Given::Other)
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let class = crate::native(ruby)?.define_class("Schema", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(NativeSchema::new, 1))?;
    class.define_method("check", method!(NativeSchema::check, 2))
}
