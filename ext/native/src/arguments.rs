//! Arguments as they come from Ruby. The class is looked at first: a Float is no moment and a Symbol no text, and
//! nothing is converted by a method that a user may have written.

use std::borrow::Cow;

use active_data_flow_core::task::{IdRef, Status};
use active_data_flow_core::Name;
use magnus::rb_sys::AsRawValue;
use magnus::value::ReprValue;
use magnus::{
    DataType, Error, Integer, RArray, RString, Ruby, Symbol, TryConvert, TypedData, Value,
};
use rb_sys::{
    rb_data_type_t, ruby_value_type, RB_TYPE, RTYPEDDATA_GET_DATA, RTYPEDDATA_P, RTYPEDDATA_TYPE,
};

use crate::errors::{argument_error, range_error, type_error, Raised};

/// A wrapped Rust object, found without a call that could raise.
pub struct Wrapped<T: 'static>(&'static T);

impl<T> std::ops::Deref for Wrapped<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

impl<T: TypedData> TryConvert for Wrapped<T> {
    #[inline]
    fn try_convert(value: Value) -> Result<Self, Error> {
        let data_type: *const DataType = T::data_type();
        // A DataType is a rb_data_type_t and nothing else (repr transparent).
        let data_type: *const rb_data_type_t = data_type.cast();
        // SAFETY: the check says that the object holds a T. Ruby keeps the receiver and the arguments of a method alive
        // while it runs, and no Wrapped outlives the method that it was made for.
        let found = unsafe {
            let raw = value.as_raw();
            let is_data = RB_TYPE(raw) == ruby_value_type::RUBY_T_DATA && RTYPEDDATA_P(raw);
            if is_data && RTYPEDDATA_TYPE(raw) == data_type {
                RTYPEDDATA_GET_DATA(raw).cast::<T>().cast_const().as_ref()
            } else {
                None
            }
        };
        found.map(Self).ok_or_else(|| {
            let ruby = Ruby::get_with(value);
            let wanted = T::class(&ruby);
            refused(value, &format!("an {wanted}"))
        })
    }
}

/// "expected an Integer (microseconds), got Float".
#[cold]
fn refused(value: Value, wanted: &str) -> Error {
    let ruby = Ruby::get_with(value);
    // SAFETY: the name is copied at once.
    let got = unsafe { value.classname() }.into_owned();
    Error::new(
        ruby.exception_type_error(),
        format!("expected {wanted}, got {got}"),
    )
}

/// A moment or a duration.
#[derive(Clone, Copy)]
pub struct Micros(pub i64);

impl TryConvert for Micros {
    #[inline]
    fn try_convert(value: Value) -> Result<Self, Error> {
        match Integer::from_value(value) {
            Some(integer) => integer.to_i64().map(Self),
            None => Err(refused(value, "an Integer (microseconds)")),
        }
    }
}

/// A version that a writer knows. One that cannot be is never the stored one.
#[derive(Clone, Copy)]
pub struct Version(pub u64);

impl TryConvert for Version {
    #[inline]
    fn try_convert(value: Value) -> Result<Self, Error> {
        match Integer::from_value(value) {
            Some(integer) => Ok(Self(integer.to_u64().unwrap_or_default())),
            None => Err(refused(value, "an Integer (version)")),
        }
    }
}

/// A String, of any encoding.
#[derive(Clone, Copy)]
pub struct Text(RString);

impl TryConvert for Text {
    #[inline]
    fn try_convert(value: Value) -> Result<Self, Error> {
        match RString::from_value(value) {
            Some(string) => Ok(Self(string)),
            None => Err(refused(value, "a String")),
        }
    }
}

impl Text {
    /// Its bytes, as long as no Ruby runs.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: those who read the bytes make no call into Ruby until they are done with them.
        unsafe { self.0.as_slice() }
    }

    /// Its text. What is no UTF-8 cannot be a name that we know, and is told with replacement signs.
    #[inline]
    pub fn lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// The id that it is. A canonical uuid is one in any encoding; other texts have to be UTF-8.
    #[inline]
    pub fn id(&self) -> Result<IdRef<'_>, Raised> {
        if let Some(id) = IdRef::uuid(self.bytes()) {
            return Ok(id);
        }
        let compatible = self.0.is_utf8_compatible_encoding()
            || self.bytes().is_ascii() && !self.has_wide_encoding();
        match std::str::from_utf8(self.bytes()) {
            Ok(text) if compatible => Ok(IdRef::new(text)),
            _ => {
                let ruby = Ruby::get_with(self.0);
                Err(argument_error(
                    &ruby,
                    format!("an id has to be UTF-8 text, not {:?}", self.lossy()),
                ))
            }
        }
    }

    /// Whether one sign may take several bytes that look like ASCII.
    fn has_wide_encoding(&self) -> bool {
        use magnus::encoding::{EncodingCapable, RbEncoding};
        RbEncoding::from(self.0.enc_get()).mbminlen() > 1
    }
}

/// A name that a class has declared: a String or a Symbol.
pub fn name(value: Value) -> Result<Name, Raised> {
    declared(value).map(|text| Name::of(&text))
}

/// The same as text.
pub fn declared(value: Value) -> Result<String, Raised> {
    if let Some(symbol) = Symbol::from_value(value) {
        return Ok(symbol.name()?.into_owned());
    }
    Ok(Text::try_convert(value)?.lossy().into_owned())
}

/// Nil, or what `read` makes of the value.
pub fn maybe<T, E: Into<Raised>>(
    value: Value,
    read: impl FnOnce(Value) -> Result<T, E>,
) -> Result<Option<T>, Raised> {
    if value.is_nil() {
        return Ok(None);
    }
    read(value).map(Some).map_err(Into::into)
}

/// Exactly true or false: anything else is a mistake.
pub fn flag(value: Value) -> Result<bool, Raised> {
    let ruby = Ruby::get_with(value);
    match value.as_raw() {
        raw if raw == ruby.qtrue().as_raw() => Ok(true),
        raw if raw == ruby.qfalse().as_raw() => Ok(false),
        _ => Err(refused(value, "true or false").into()),
    }
}

/// An Array of `N`, as values on the stack.
pub fn fields<const N: usize>(value: Value, what: &str) -> Result<[Value; N], Raised> {
    let ruby = Ruby::get_with(value);
    let Some(array) = RArray::from_value(value) else {
        return Err(refused(value, &format!("an Array ({what})")).into());
    };
    // SAFETY: the values are copied to the stack before anything else happens to the array.
    let found: Result<[Value; N], _> = unsafe { array.as_slice().try_into() };
    found.map_err(|_| {
        argument_error(
            &ruby,
            format!("{what} has {N} entries, not {}", array.len()),
        )
    })
}

/// What `read` makes of each element.
pub fn list<T>(value: Value, read: impl Fn(Value) -> Result<T, Raised>) -> Result<Vec<T>, Raised> {
    let Some(array) = RArray::from_value(value) else {
        return Err(refused(value, "an Array").into());
    };
    let mut out = Vec::with_capacity(array.len());
    for place in 0..array.len() {
        out.push(read(array.entry(place as isize)?)?);
    }
    Ok(out)
}

/// A counter of 32 bits.
pub fn counter(value: Value) -> Result<u32, Raised> {
    let number = Micros::try_convert(value)?.0;
    let ruby = Ruby::get_with(value);
    u32::try_from(number)
        .map_err(|_| range_error(&ruby, format!("{number} is no counter: 0 to {}", u32::MAX)))
}

/// A number of rows, or of microseconds that have passed: 0 or more.
pub fn natural(value: Value) -> Result<u64, Raised> {
    let Some(integer) = Integer::from_value(value) else {
        return Err(refused(value, "an Integer (0 or more)").into());
    };
    Ok(integer.to_u64()?)
}

/// One ASCII character.
pub fn ascii(ruby: &Ruby, what: &str, value: Value) -> Result<u8, Raised> {
    let text = Text::try_convert(value)?;
    match text.bytes() {
        [byte] => Ok(*byte),
        _ => Err(argument_error(
            ruby,
            format!("{what}: takes one ASCII character, not {:?}", text.lossy()),
        )),
    }
}

/// A status by its number.
pub fn status(value: Value) -> Result<Status, Raised> {
    let ruby = Ruby::get_with(value);
    let Some(code) = Integer::from_value(value) else {
        return Err(type_error(
            &ruby,
            "a status is an Integer: 0, 10, 100 or -1".to_owned(),
        ));
    };
    let code = code.to_i64()?;
    Status::coded(code).ok_or_else(|| {
        argument_error(
            &ruby,
            format!("{code} is no status; there are 0 (active), 10 (waiting), 100 (completed), -1 (failed)"),
        )
    })
}
