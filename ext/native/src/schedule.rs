//! `ActiveDataFlow::Native::Schedule`: when a flow is started.

use active_data_flow_core::flow::schedule::Schedule;
use active_data_flow_core::flow::Refusal;
use magnus::typed_data::Obj;
use magnus::value::ReprValue;
use magnus::{function, method, Class, Error, Integer, Module, Object, Ruby, Value};

use crate::arguments::{Micros, Text, Wrapped};
use crate::errors::{range_error, type_error, Raised};

/// Numbers and texts; no Ruby object. Never changes, so any Ractor may use it.
#[magnus::wrap(
    class = "ActiveDataFlow::Native::Schedule",
    free_immediately,
    size,
    frozen_shareable
)]
struct NativeSchedule(Schedule);

type This = Wrapped<NativeSchedule>;

impl NativeSchedule {
    fn made(ruby: &Ruby, schedule: Result<Schedule, Refusal>) -> Result<Obj<Self>, Raised> {
        let object = ruby.obj_wrap(Self(schedule?));
        object.freeze();
        Ok(object)
    }

    fn every_seconds(ruby: &Ruby, count: Value) -> Result<Obj<Self>, Raised> {
        Self::made(ruby, Schedule::every_seconds(seconds(count)?))
    }

    fn every_text(ruby: &Ruby, text: Text) -> Result<Obj<Self>, Raised> {
        Self::made(ruby, Schedule::every_text(&text.lossy()))
    }

    fn every_seconds_at(ruby: &Ruby, count: Value, at: Text) -> Result<Obj<Self>, Raised> {
        Self::made(
            ruby,
            Schedule::every_seconds_at(seconds(count)?, &at.lossy()),
        )
    }

    fn cron(ruby: &Ruby, line: Text) -> Result<Obj<Self>, Raised> {
        Self::made(ruby, Schedule::cron(&line.lossy()))
    }

    fn text(this: This) -> String {
        this.0.text().to_owned()
    }

    fn to_cron(this: This) -> String {
        this.0.to_cron()
    }

    fn interval(this: This) -> Option<u64> {
        this.0.interval_seconds()
    }

    /// Microseconds, for a local clock that is so many seconds ahead of UTC; nil out of the range of 64 bits.
    fn next_after(
        ruby: &Ruby,
        this: This,
        now_us: Micros,
        ahead_s: Value,
    ) -> Result<Option<i64>, Raised> {
        let ahead = seconds(ahead_s)?;
        let ahead = i32::try_from(ahead)
            .map_err(|_| range_error(ruby, format!("{ahead} seconds are no offset of a clock")))?;
        Ok(this.0.next_after(now_us.0, ahead))
    }
}

fn seconds(value: Value) -> Result<i64, Raised> {
    let ruby = Ruby::get_with(value);
    match Integer::from_value(value) {
        Some(integer) => Ok(integer.to_i64()?),
        None => {
            // SAFETY: the name is copied at once.
            let got = unsafe { value.classname() }.into_owned();
            let message = format!("expected an Integer (seconds), got {got}");
            Err(type_error(&ruby, message))
        }
    }
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    let class = crate::native(ruby)?.define_class("Schedule", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("every_seconds", function!(NativeSchedule::every_seconds, 1))?;
    class.define_singleton_method("every_text", function!(NativeSchedule::every_text, 1))?;
    class.define_singleton_method(
        "every_seconds_at",
        function!(NativeSchedule::every_seconds_at, 2),
    )?;
    class.define_singleton_method("cron", function!(NativeSchedule::cron, 1))?;
    class.define_method("to_s", method!(NativeSchedule::text, 0))?;
    class.define_method("to_cron", method!(NativeSchedule::to_cron, 0))?;
    class.define_method("interval", method!(NativeSchedule::interval, 0))?;
    class.define_method("next_after", method!(NativeSchedule::next_after, 2))?;
    Ok(())
}
