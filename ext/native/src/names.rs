//! Names of the core as Ruby Strings: frozen, and each made only once.

use active_data_flow_core::Name;
use magnus::rb_sys::{AsRawValue, FromRawValue};
use magnus::value::Lazy;
use magnus::{RArray, Ruby, Value};
use rb_sys::{rb_enc_interned_str, rb_utf8_encoding};

/// By the number of the name. Read and written by the main Ractor only: [`crate::task_store`] cannot be used by others.
static KNOWN: Lazy<RArray> = Lazy::new(|ruby| ruby.ary_new());

/// The name as a frozen String, from the list of those that were made before. For the main Ractor.
pub fn known(ruby: &Ruby, name: Name) -> Result<Value, magnus::Error> {
    let list = ruby.get_inner(&KNOWN);
    let place = name.number() as usize;
    // SAFETY: the slice is read and let go before anything else happens to the list.
    let found = unsafe { list.as_slice().get(place).copied() };
    match found {
        Some(text) if !is_nil(text) => Ok(text),
        _ => {
            let text = interned(name.as_str());
            list.store(place as isize, text)?;
            Ok(text)
        }
    }
}

/// The text as a frozen String: Ruby's own one, if it has it.
pub fn interned(text: &str) -> Value {
    let length = text.len() as std::ffi::c_long;
    // SAFETY: pointer and length are those of a text that lives through the call; running out of memory is all that it
    // could raise.
    unsafe {
        Value::from_raw(rb_enc_interned_str(
            text.as_ptr().cast(),
            length,
            rb_utf8_encoding(),
        ))
    }
}

fn is_nil(value: Value) -> bool {
    value.as_raw() == rb_sys::Qnil as rb_sys::VALUE
}
