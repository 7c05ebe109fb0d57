//! Ruby's own libraries that values of rows need: loaded when the first such value comes, not before.

use magnus::rb_sys::AsRawValue;
use magnus::value::{Lazy, LazyId, ReprValue};
use magnus::{kwargs, Module, RArray, RClass, RString, Ruby, Value};

use crate::errors::Raised;

/// A library, and the class or module that it brings.
#[derive(Clone, Copy)]
pub enum Library {
    BigDecimal = 0,
    Date = 1,
    Json = 2,
    /// Comes with Date.
    DateTime = 3,
}

impl Library {
    fn feature(self) -> &'static str {
        match self {
            Self::BigDecimal => "bigdecimal",
            Self::Date | Self::DateTime => "date",
            Self::Json => "json",
        }
    }

    fn constant(self) -> &'static str {
        match self {
            Self::BigDecimal => "BigDecimal",
            Self::Date => "Date",
            Self::Json => "JSON",
            Self::DateTime => "DateTime",
        }
    }
}

/// By the number of the library. Used by the main Ractor only: a batch cannot be used by others.
static LOADED: Lazy<RArray> = Lazy::new(|ruby| ruby.ary_new_capa(4));

fn kept(ruby: &Ruby, library: Library) -> Option<Value> {
    let list = ruby.get_inner(&LOADED);
    // SAFETY: the slice is read and let go before anything else happens to the list.
    let found = unsafe { list.as_slice().get(library as usize).copied() };
    found.filter(|value| !value.is_nil())
}

/// What the library brings, loaded if need be.
pub fn load(ruby: &Ruby, library: Library) -> Result<Value, Raised> {
    if let Some(found) = kept(ruby, library) {
        return Ok(found);
    }
    ruby.require(library.feature())?;
    keep(ruby, library)
}

fn keep(ruby: &Ruby, library: Library) -> Result<Value, Raised> {
    let found: Value = ruby.class_object().const_get(library.constant())?;
    ruby.get_inner(&LOADED).store(library as isize, found)?;
    Ok(found)
}

/// What the library brings, if anybody has loaded it.
fn known(ruby: &Ruby, library: Library) -> Result<Option<Value>, Raised> {
    if let Some(found) = kept(ruby, library) {
        return Ok(Some(found));
    }
    // `const_defined?` would ask an autoload, and a missing class is found out for each odd value only.
    let is_there: bool = ruby
        .class_object()
        .funcall("const_defined?", (library.constant(),))?;
    if is_there {
        return keep(ruby, library).map(Some);
    }
    Ok(None)
}

/// Whether the value is of the library's class. While the library is not loaded nothing is.
pub fn is_a(ruby: &Ruby, value: Value, library: Library) -> Result<bool, Raised> {
    let class = known(ruby, library)?.and_then(RClass::from_value);
    Ok(class.is_some_and(|class| value.is_kind_of(class)))
}

/// Whether a Date is a DateTime too.
pub fn is_date_time(ruby: &Ruby, value: Value) -> Result<bool, Raised> {
    let date = load(ruby, Library::Date)?;
    // Nearly always it is a Date and nothing more.
    if value.class().as_raw() == date.as_raw() {
        return Ok(false);
    }
    is_a(ruby, value, Library::DateTime)
}

/// JSON as text: ActiveSupport's where it is loaded, as ActiveRecord writes it, else that of Ruby's library.
pub fn to_json(ruby: &Ruby, value: Value) -> Result<RString, Raised> {
    load(ruby, Library::Json)?;
    Ok(value.funcall("to_json", ())?)
}

/// What the JSON says, frozen: a change to it would be lost, so it raises.
pub fn parse_json(ruby: &Ruby, text: RString) -> Result<Value, Raised> {
    static PARSE: LazyId = LazyId::new("parse");
    let json = load(ruby, Library::Json)?;
    let options = kwargs!(ruby, "freeze" => true);
    Ok(json.funcall(*PARSE, (text, options))?)
}
