//! `ActiveDataFlow::Native::Run`: a task of a memory storage while it is being run. The hot calls: nothing may be built
//! for them, and nothing is looked up again.

use std::sync::Arc;

use active_data_flow_core::task::store::Run;
use active_data_flow_core::task::transition::Outcome;
use active_data_flow_core::task::{Plan, Store};
use magnus::value::ReprValue;
use magnus::{
    method, Class, DataTypeFunctions, Error, Module, RArray, Ruby, TryConvert, TypedData, Value,
};
use parking_lot::Mutex;

use crate::arguments::{Micros, Version, Wrapped};
use crate::errors::Raised;
use crate::values::with_maps;
use crate::{clock, convert, results};

/// Holds no Ruby value: the store and the plan by reference count.
#[derive(TypedData)]
#[magnus(class = "ActiveDataFlow::Native::Run", free_immediately, size)]
pub struct NativeRun {
    store: Arc<Mutex<Store>>,
    plan: Arc<Plan>,
    /// Whether nobody has replaced `Time.now`, so that the system need not be asked through it.
    system_clock: bool,
    run: Mutex<Run>,
}

impl DataTypeFunctions for NativeRun {
    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

type This = Wrapped<NativeRun>;

impl NativeRun {
    pub const fn new(
        store: Arc<Mutex<Store>>,
        plan: Arc<Plan>,
        system_clock: bool,
        run: Run,
    ) -> Self {
        Self {
            store,
            plan,
            system_clock,
            run: Mutex::new(run),
        }
    }

    /// True, or nil when the task is not stored with that version; the new version is the next. The state is a number:
    /// its place among those of the plan.
    fn advance(
        ruby: &Ruby,
        this: This,
        version: Version,
        state: Value,
        attributes: Value,
    ) -> Result<Value, Raised> {
        let state = usize::try_from(Micros::try_convert(state)?.0).unwrap_or(usize::MAX);
        let outcome = this.plan.move_to_number(state)?;
        let stored = this.store(ruby, version, outcome, attributes)?;
        Ok(match stored {
            Some(_) => ruby.qtrue().as_value(),
            None => ruby.qnil().as_value(),
        })
    }

    /// The moment of the completion, or nil likewise.
    fn finish(
        ruby: &Ruby,
        this: This,
        version: Version,
        attributes: Value,
    ) -> Result<Value, Raised> {
        let at_us = this.store(ruby, version, Outcome::Completed, attributes)?;
        Ok(results::moment(ruby, at_us))
    }

    /// How many moves there were since the last time, a trail of the newest of them, and whether the task completed after
    /// that; nil when nothing has happened.
    fn take_passed(ruby: &Ruby, this: This) -> Result<Value, Raised> {
        let passed = this.run.lock().take_passed();
        if passed.moves == 0 && !passed.completed {
            return Ok(ruby.qnil().as_value());
        }
        let moves = ruby.integer_from_u64(u64::from(passed.moves)).as_value();
        let trail: RArray = results::trail(ruby, &passed.trail)?;
        let completed = if passed.completed {
            ruby.qtrue().as_value()
        } else {
            ruby.qfalse().as_value()
        };
        let passed = ruby.ary_new_from_values(&[moves, trail.as_value(), completed]);
        Ok(passed.as_value())
    }

    fn store(
        &self,
        ruby: &Ruby,
        version: Version,
        outcome: Outcome,
        attributes: Value,
    ) -> Result<Option<i64>, Raised> {
        let now_us = if self.system_clock {
            clock::system_us()
        } else {
            clock::ruby_us(ruby)?
        };
        with_maps(attributes, ruby.qnil().as_value(), |attributes, _| {
            let (mut store, mut run) = (self.store.lock(), self.run.lock());
            let stored =
                store.advance_run(&mut run, version.0, &self.plan, outcome, now_us, attributes)?;
            Ok(stored.map(|_| now_us))
        })
    }
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    convert::for_all_ractors(false);
    let native = ruby
        .define_module("ActiveDataFlow")?
        .define_module("Native")?;
    let class = native.define_class("Run", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_method("move", method!(NativeRun::advance, 3))?;
    class.define_method("finish", method!(NativeRun::finish, 2))?;
    class.define_method("take_passed", method!(NativeRun::take_passed, 0))
}
