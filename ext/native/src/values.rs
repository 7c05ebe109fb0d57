//! Attributes and models: Ruby values packed into bytes, and bytes unpacked into new Ruby values.

use std::cell::Cell;

use active_data_flow_core::pack::{Key, Packer, Token, Unpacker};
use active_data_flow_core::task::Data;
use active_data_flow_core::Error as Refusal;
use magnus::encoding::{EncodingCapable, RbEncoding};
use magnus::r_hash::ForEach;
use magnus::rb_sys::{protect, AsRawValue, FromRawValue};
use magnus::value::ReprValue;
use magnus::{Float, Integer, RArray, RHash, RString, Ruby, Value};
use rb_sys::macros::ENCODING_GET;
use rb_sys::{
    rb_big2str, rb_str_to_inum, rb_usascii_encindex, rb_utf8_encindex, ruby_value_type, RB_TYPE,
};

use crate::errors::{type_error, Raised};
use crate::names;

thread_local! {
    /// Where values are packed before they are stored. It is taken out for that time, so that nothing is borrowed
    /// should an exception end it; it is then simply gone, and the next one begins with an empty one.
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// More than this is not kept for the next time.
const MAX_ROOM: usize = 1 << 14;

/// Packs with `write`, and hands the bytes and what it said to `read`, which must not call Ruby.
fn packed<S, T>(
    write: impl FnOnce(&mut Packer) -> Result<S, Raised>,
    read: impl FnOnce(&[u8], S) -> Result<T, Raised>,
) -> Result<T, Raised> {
    let mut packer = Packer::reusing(ROOM.take());
    let said = write(&mut packer)?;
    let room = packer.finish();
    let result = read(&room, said);
    if room.capacity() <= MAX_ROOM {
        ROOM.set(room);
    }
    result
}

/// Attributes and models, each a Hash with String keys or nil, packed for as long as `read` takes, which must not call
/// Ruby.
pub fn with_maps<T>(
    attributes: Value,
    models: Value,
    read: impl FnOnce(Option<&[u8]>, Option<&[u8]>) -> Result<T, Raised>,
) -> Result<T, Raised> {
    let given = |value: Value| !value.is_nil();
    if !given(attributes) && !given(models) {
        return read(None, None);
    }
    let both = |packer: &mut Packer| {
        if given(attributes) {
            put_map(packer, attributes)?;
        }
        let split = packer.len();
        if given(models) {
            put_map(packer, models)?;
        }
        Ok(split)
    };
    packed(both, |bytes, split| {
        let (packed_attributes, packed_models) = bytes.split_at_checked(split).unwrap_or_default();
        read(
            given(attributes).then_some(packed_attributes),
            given(models).then_some(packed_models),
        )
    })
}

/// Attributes and models, packed one after the other.
pub fn data(attributes: Value, models: Value) -> Result<Data, Raised> {
    let both = |packer: &mut Packer| {
        put_map(packer, attributes)?;
        let split = packer.len();
        put_map(packer, models)?;
        Ok(split)
    };
    packed(both, |bytes, split| Ok(Data::packed(bytes, split)?))
}

/// Any value that can be stored, packed.
pub fn pack(value: Value) -> Result<Box<[u8]>, Raised> {
    let ruby = Ruby::get_with(value);
    packed(
        |packer| put(&ruby, packer, value),
        |bytes, ()| Ok(bytes.into()),
    )
}

fn put_map(packer: &mut Packer, value: Value) -> Result<(), Raised> {
    let ruby = Ruby::get_with(value);
    match RHash::from_value(value) {
        Some(hash) => put_hash(&ruby, packer, hash),
        None => Err(unfit(&ruby, value, "attributes and models are a Hash")),
    }
}

#[cold]
fn unfit(ruby: &Ruby, value: Value, wanted: &str) -> Raised {
    // SAFETY: the name is copied at once.
    let got = unsafe { value.classname() }.into_owned();
    type_error(ruby, format!("{wanted}, not {got}"))
}

fn put(ruby: &Ruby, packer: &mut Packer, value: Value) -> Result<(), Raised> {
    if let Some(string) = RString::from_value(value) {
        put_string(packer, string, false);
        return Ok(());
    }
    // SAFETY: the value is alive: it was handed in, or lies in an array or hash that was.
    match unsafe { RB_TYPE(value.as_raw()) } {
        ruby_value_type::RUBY_T_NIL => packer.null(),
        ruby_value_type::RUBY_T_TRUE => packer.bool(true),
        ruby_value_type::RUBY_T_FALSE => packer.bool(false),
        ruby_value_type::RUBY_T_FIXNUM | ruby_value_type::RUBY_T_BIGNUM => {
            put_integer(packer, value)?;
        }
        ruby_value_type::RUBY_T_FLOAT => match Float::from_value(value) {
            Some(float) => packer.float(float.to_f64()),
            None => packer.null(),
        },
        ruby_value_type::RUBY_T_ARRAY => put_array(ruby, packer, value)?,
        ruby_value_type::RUBY_T_HASH => match RHash::from_value(value) {
            Some(hash) => put_hash(ruby, packer, hash)?,
            None => packer.null(),
        },
        _ => {
            let wanted = "a stored value is nil, true, false, an Integer, a Float, a String, an Array or a Hash of those";
            return Err(unfit(ruby, value, wanted));
        }
    }
    Ok(())
}

fn put_integer(packer: &mut Packer, value: Value) -> Result<(), Raised> {
    if let Some(Ok(number)) = Integer::from_value(value).map(Integer::to_i64) {
        packer.int(number);
        return Ok(());
    }
    // SAFETY: the value is an Integer beyond 64 bits, so a Bignum; what the call raises is caught.
    let digits = protect(|| unsafe { rb_big2str(value.as_raw(), 16) })?;
    // SAFETY: it has just come from Ruby.
    let digits = unsafe { Value::from_raw(digits) };
    if let Some(digits) = RString::from_value(digits) {
        packer.big_int(&digits.to_string()?);
    }
    Ok(())
}

fn put_array(ruby: &Ruby, packer: &mut Packer, value: Value) -> Result<(), Raised> {
    let Some(array) = RArray::from_value(value) else {
        return Ok(());
    };
    let count = array.len();
    packer.open_list(count)?;
    // Nothing of this runs the user's code, so the array stays as long as it is; a missing entry would be nil.
    for place in 0..count {
        put(ruby, packer, array.entry(place as isize)?)?;
    }
    packer.close();
    Ok(())
}

fn put_hash(ruby: &Ruby, packer: &mut Packer, hash: RHash) -> Result<(), Raised> {
    let count = hash.len();
    packer.open_map(count)?;
    if count == 0 {
        packer.close();
        return Ok(());
    }
    let mut refused = None;
    hash.foreach(|key: Value, value: Value| {
        // An error must not jump out of Ruby's loop: it is kept, and the loop is ended.
        match put_pair(ruby, packer, key, value) {
            Ok(()) => Ok(ForEach::Continue),
            Err(error) => {
                refused = Some(error);
                Ok(ForEach::Stop)
            }
        }
    })?;
    packer.close();
    refused.map_or(Ok(()), Err)
}

fn put_pair(ruby: &Ruby, packer: &mut Packer, key: Value, value: Value) -> Result<(), Raised> {
    let Some(key) = RString::from_value(key) else {
        return Err(unfit(ruby, key, "the keys of a stored Hash are Strings"));
    };
    put_string(packer, key, true);
    put(ruby, packer, value)
}

/// UTF-8 is packed as text. Whatever else goes with the name of its encoding, so that the same String comes back; only
/// the name of an attribute, which often is the text of a Symbol and so in ASCII, comes back as UTF-8.
fn put_string(packer: &mut Packer, string: RString, is_key: bool) {
    // SAFETY: the String is alive, and the others only tell a number.
    let (encoding, utf8, ascii) = unsafe {
        (
            ENCODING_GET(string.as_raw()),
            rb_utf8_encindex(),
            rb_usascii_encindex(),
        )
    };
    let is_utf8 = encoding == utf8;
    let is_ascii_key = is_key && encoding == ascii && packer.is_outermost();
    // SAFETY: nothing below calls into Ruby, except for the static name of an encoding.
    let bytes = unsafe { string.as_slice() };
    match std::str::from_utf8(bytes) {
        Ok(text) if is_key && (is_utf8 || is_ascii_key && text.is_ascii()) => packer.key(text),
        Ok(text) if is_utf8 => packer.text(text),
        _ if is_key => packer.bytes_key(RbEncoding::from(string.enc_get()).name(), bytes),
        _ => packer.bytes(RbEncoding::from(string.enc_get()).name(), bytes),
    }
}

/// The value in `packed`, made anew. The texts of a map come frozen, as attributes keep them; what is deeper in does not.
pub fn unpack(ruby: &Ruby, packed: &[u8]) -> Result<Value, Raised> {
    let mut unpacker = Unpacker::new(packed);
    match unpacker.token()? {
        Token::Map(count) => take_hash(ruby, &mut unpacker, count, true),
        other => taken(ruby, &mut unpacker, other),
    }
}

fn take(ruby: &Ruby, unpacker: &mut Unpacker<'_>) -> Result<Value, Raised> {
    let token = unpacker.token()?;
    taken(ruby, unpacker, token)
}

fn taken(ruby: &Ruby, unpacker: &mut Unpacker<'_>, token: Token<'_>) -> Result<Value, Raised> {
    Ok(match token {
        Token::Null => ruby.qnil().as_value(),
        Token::Bool(true) => ruby.qtrue().as_value(),
        Token::Bool(false) => ruby.qfalse().as_value(),
        Token::Int(number) => ruby.integer_from_i64(number).as_value(),
        Token::BigInt(digits) => big_integer(ruby, digits)?,
        Token::Float(number) => ruby.float_from_f64(number).as_value(),
        Token::Text(text) => ruby.enc_str_new(text, ruby.utf8_encoding()).as_value(),
        Token::Bytes(encoding, bytes) => string(ruby, encoding.as_str(), bytes)?,
        Token::List(count) => {
            let array = ruby.ary_new_capa(count);
            for _ in 0..count {
                array.push(take(ruby, unpacker)?)?;
            }
            array.as_value()
        }
        Token::Map(count) => take_hash(ruby, unpacker, count, false)?,
    })
}

/// How many pairs are handed to Ruby at once.
const CHUNK: usize = 8;

fn take_hash(
    ruby: &Ruby,
    unpacker: &mut Unpacker<'_>,
    count: usize,
    frozen_texts: bool,
) -> Result<Value, Raised> {
    let hash = ruby.hash_new_capa(count);
    let mut rest = count;
    while rest > 0 {
        // On the stack, where the collector sees them.
        let mut pairs = [ruby.qnil().as_value(); 2 * CHUNK];
        let now = rest.min(CHUNK);
        for pair in pairs.chunks_exact_mut(2).take(now) {
            if let [key, value] = pair {
                *key = take_key(ruby, unpacker)?;
                *value = take(ruby, unpacker)?;
                if frozen_texts && RString::from_value(*value).is_some() {
                    value.freeze();
                }
            }
        }
        hash.bulk_insert(pairs.get(..2 * now).unwrap_or_default())?;
        rest -= now;
    }
    Ok(hash.as_value())
}

fn take_key(ruby: &Ruby, unpacker: &mut Unpacker<'_>) -> Result<Value, Raised> {
    Ok(match unpacker.key()? {
        Key::Name(name) => names::known(ruby, name)?,
        Key::Text(text) => ruby.enc_str_new(text, ruby.utf8_encoding()).as_value(),
        Key::Bytes(encoding, bytes) => string(ruby, encoding.as_str(), bytes)?,
    })
}

fn big_integer(ruby: &Ruby, digits: &[u8]) -> Result<Value, Raised> {
    let text = ruby.enc_str_new(digits, ruby.usascii_encoding());
    // SAFETY: the argument is a String on the stack; what the call raises is caught.
    let number = protect(|| unsafe { rb_str_to_inum(text.as_raw(), 16, 0) })?;
    // SAFETY: it has just come from Ruby.
    Ok(unsafe { Value::from_raw(number) })
}

fn string(ruby: &Ruby, encoding: &str, bytes: &[u8]) -> Result<Value, Raised> {
    let found = ruby.find_encoding(encoding).ok_or(Refusal::Corrupt)?;
    Ok(ruby.enc_str_new(bytes, found).as_value())
}
