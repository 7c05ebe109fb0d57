//! `ActiveDataFlow::Native::Checksum`: xxh3-128 of what comes in pieces.

use std::cell::RefCell;

use active_data_flow_core::checksum::Checksum;
use magnus::{function, method, Class, Error, Module, Object, Ruby};

use crate::arguments::{Text, Wrapped};
use crate::errors::Raised;

/// Borrowed only while no Ruby runs.
#[magnus::wrap(class = "ActiveDataFlow::Native::Checksum", free_immediately, size)]
struct NativeChecksum(RefCell<Checksum>);

impl NativeChecksum {
    fn new() -> Self {
        Self(RefCell::new(Checksum::new()))
    }

    /// The next piece, in one call of a fraction of a millisecond: Ruby cuts what is larger.
    fn update(this: Wrapped<Self>, piece: Text) -> Result<(), Raised> {
        this.0.borrow_mut().update(piece.bytes());
        Ok(())
    }

    fn hex(this: Wrapped<Self>) -> String {
        this.0.borrow().hex()
    }
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let class = crate::native(ruby)?.define_class("Checksum", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(NativeChecksum::new, 0))?;
    class.define_method("update", method!(NativeChecksum::update, 1))?;
    class.define_method("hex", method!(NativeChecksum::hex, 0))?;
    Ok(())
}
