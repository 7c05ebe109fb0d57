//! `ActiveDataFlow::Native::RunStatus`: the status of a run, and its moves.

use active_data_flow_core::flow::run::Status;
use magnus::value::ReprValue;
use magnus::{function, Error, Module, Object, Ruby, Value};

use crate::arguments::{declared, flag};
use crate::errors::{argument_error, Raised};

fn status(value: Value) -> Result<Status, Raised> {
    let name = declared(value)?;
    let ruby = Ruby::get_with(value);
    Status::named(&name).ok_or_else(|| {
        let names = Status::ALL.map(Status::name).join(", ");
        argument_error(
            &ruby,
            format!("{name:?} is no status of a run; there are {names}"),
        )
    })
}

/// The second status, if a run with the first may get it; else it raises.
fn moved(from: Value, to: Value) -> Result<&'static str, Raised> {
    Ok(status(from)?.moved(status(to)?)?.name())
}

fn is_finished(value: Value) -> Result<bool, Raised> {
    Ok(status(value)?.is_finished())
}

/// As people are shown it, which is "paused" for some.
fn shown(value: Value, pause_requested: Value, leased: Value) -> Result<&'static str, Raised> {
    Ok(status(value)?.shown(flag(pause_requested)?, flag(leased)?))
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let module = crate::native(ruby)?.define_module("RunStatus")?;
    module.define_singleton_method("move", function!(moved, 2))?;
    module.define_singleton_method("finished?", function!(is_finished, 1))?;
    module.define_singleton_method("shown", function!(shown, 3))?;
    let names = ruby.ary_new();
    for status in Status::ALL {
        let name = ruby.str_new(status.name());
        name.freeze();
        names.push(name)?;
    }
    names.freeze();
    module.const_set("ALL", names)
}
