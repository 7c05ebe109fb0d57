//! `ActiveDataFlow::Native::Plan`: the flowchart of a task class, and the transitions of its tasks.

use std::sync::Arc;

use active_data_flow_core::task::plan::{
    After, Block, Declaration, Edge, Interaction, Kind, Retry, Settings, State,
};
use active_data_flow_core::task::transition::Outcome;
use active_data_flow_core::task::{Life, Plan, Seen, Status, Stay};
use active_data_flow_core::Name;
use magnus::typed_data::Obj;
use magnus::value::ReprValue;
use magnus::{function, method, Class, Error, Module, Object, RArray, Ruby, TryConvert, Value};

use crate::arguments::{
    counter, declared, fields, flag, list, maybe, name, status, Micros, Text, Wrapped,
};
use crate::errors::{argument_error, Raised};
use crate::{convert, names, results};

/// Names and numbers; no Ruby object, so the collector has nothing to visit. Never changes, so any Ractor may use it.
#[magnus::wrap(
    class = "ActiveDataFlow::Native::Plan",
    free_immediately,
    size,
    frozen_shareable
)]
pub struct NativePlan(Arc<Plan>);

type This = Wrapped<NativePlan>;

impl NativePlan {
    pub fn core(&self) -> &Plan {
        &self.0
    }

    /// For who outlives the call.
    pub fn shared(&self) -> Arc<Plan> {
        Arc::clone(&self.0)
    }

    /// The state of that name.
    pub fn name_of(&self, state: &[u8]) -> Option<Name> {
        self.0.name_of(state)
    }

    fn new(
        ruby: &Ruby,
        class_name: Text,
        initial_state: Value,
        states: Value,
        interactions: Value,
        settings: Value,
    ) -> Result<Obj<Self>, Raised> {
        let (settings, [on_timeout, retry_on], retries) = read_settings(settings)?;
        let plan = Plan::new(Declaration {
            class_name: class_name.lossy().into_owned(),
            initial_state: declared(initial_state)?,
            states: list(states, read_state)?,
            interactions: list(interactions, read_interaction)?,
            on_timeout,
            retries,
            retry_on,
            settings,
        });
        let object = ruby.obj_wrap(Self(Arc::new(plan)));
        object.freeze();
        Ok(object)
    }

    fn errors(ruby: &Ruby, this: This) -> Result<RArray, Raised> {
        texts(ruby, this.0.errors().iter().map(String::as_str))
    }

    fn warnings(ruby: &Ruby, this: This) -> Result<RArray, Raised> {
        texts(ruby, this.0.warnings().iter().map(String::as_str))
    }

    fn states(ruby: &Ruby, this: This) -> Result<RArray, Raised> {
        let states = &this.0.declared().states;
        texts(ruby, states.iter().map(|state| state.name.as_str()))
    }

    fn has_state(this: This, state: Text) -> bool {
        this.0.has_state(state.bytes())
    }

    fn is_immediate(this: This, state: Text) -> Result<bool, Raised> {
        Ok(this.0.is_immediate(state.bytes())?)
    }

    fn create(ruby: &Ruby, this: This, now_us: Micros, waiting: Value) -> Result<RArray, Raised> {
        let status = if flag(waiting)? {
            Status::Waiting
        } else {
            Status::Active
        };
        let life = this.0.created(now_us.0, status)?;
        Ok(results::life(
            ruby,
            &life,
            names::interned(life.state.as_str()),
        ))
    }

    fn create_in(ruby: &Ruby, this: This, state: Text, now_us: Micros) -> Result<RArray, Raised> {
        let life = this.0.created_in(state.bytes(), now_us.0)?;
        Ok(results::life(
            ruby,
            &life,
            names::interned(life.state.as_str()),
        ))
    }

    fn advance(
        ruby: &Ruby,
        this: This,
        life: Value,
        state: Text,
        now_us: Micros,
    ) -> Result<RArray, Raised> {
        let outcome = this.0.move_to(state.bytes())?;
        this.apply(ruby, life, outcome, now_us)
    }

    fn sleep(
        ruby: &Ruby,
        this: This,
        life: Value,
        wake_us: Value,
        now_us: Micros,
    ) -> Result<RArray, Raised> {
        let until_us = maybe(wake_us, Micros::try_convert)?.map(|moment| moment.0);
        this.apply(ruby, life, Outcome::Slept { until_us }, now_us)
    }

    fn wake(ruby: &Ruby, this: This, life: Value, now_us: Micros) -> Result<RArray, Raised> {
        this.apply(ruby, life, Outcome::Woken, now_us)
    }

    fn complete(ruby: &Ruby, this: This, life: Value, now_us: Micros) -> Result<RArray, Raised> {
        this.apply(ruby, life, Outcome::Completed, now_us)
    }

    fn fail(ruby: &Ruby, this: This, life: Value, now_us: Micros) -> Result<RArray, Raised> {
        this.apply(ruby, life, Outcome::Failed, now_us)
    }

    fn retry_later(
        ruby: &Ruby,
        this: This,
        life: Value,
        wait_us: Micros,
        now_us: Micros,
    ) -> Result<RArray, Raised> {
        let outcome = Outcome::RetryLater { wait_us: wait_us.0 };
        this.apply(ruby, life, outcome, now_us)
    }

    fn revive(ruby: &Ruby, this: This, life: Value, now_us: Micros) -> Result<RArray, Raised> {
        this.apply(ruby, life, Outcome::Revived, now_us)
    }

    fn is_expired(this: This, life: Value, now_us: Micros) -> Result<bool, Raised> {
        Ok(convert::life(&this, life)?.is_expired(now_us.0))
    }

    fn to_mermaid(
        this: This,
        visited: Value,
        current: Value,
        status: Value,
    ) -> Result<String, Raised> {
        Ok(this.0.to_mermaid(&seen(visited, current, status)?))
    }

    fn to_dot(this: This, visited: Value, current: Value, status: Value) -> Result<String, Raised> {
        Ok(this.0.to_dot(&seen(visited, current, status)?))
    }

    fn apply(
        &self,
        ruby: &Ruby,
        value: Value,
        outcome: Outcome,
        now_us: Micros,
    ) -> Result<RArray, Raised> {
        let before = convert::life(self, value)?;
        let after = self.0.apply(&before, outcome, now_us.0)?;
        Ok(results::life(ruby, &after, state(value, &before, &after)?))
    }
}

/// The state as a String: the one that came in where it is the same state and frozen, so that nothing is shared that
/// somebody could change.
fn state(value: Value, before: &Life, after: &Life) -> Result<Value, Raised> {
    if before.state == after.state {
        let [_, given, ..] = fields::<12>(value, "a life")?;
        if given.is_frozen() {
            return Ok(given);
        }
    }
    Ok(names::interned(after.state.as_str()))
}

fn texts<'a>(ruby: &Ruby, texts: impl Iterator<Item = &'a str>) -> Result<RArray, Raised> {
    let array = ruby.ary_new();
    for text in texts {
        array.push(names::interned(text))?;
    }
    array.freeze();
    Ok(array)
}

fn seen(visited: Value, current: Value, at: Value) -> Result<Seen, Raised> {
    Ok(Seen {
        visited: list(visited, read_stay)?,
        current: maybe(current, declared)?,
        status: maybe(at, status)?,
    })
}

/// A state, or [state, what moved the task on from it].
fn read_stay(value: Value) -> Result<Stay, Raised> {
    if RArray::from_value(value).is_none() {
        return Ok(Stay::to(declared(value)?));
    }
    let [state, by] = fields(value, "a step")?;
    Ok(Stay {
        state: declared(state)?,
        by: maybe(by, declared)?,
    })
}

fn read_state(value: Value) -> Result<State, Raised> {
    let ruby = Ruby::get_with(value);
    let [own_name, kind, edges, conditions, afters, line, block] = fields(value, "a state")?;
    let word = declared(kind)?;
    let kind = Kind::named(&word).ok_or_else(|| {
        argument_error(
            &ruby,
            format!("{word:?} is no kind of state; there are action, decision, wait_until, result"),
        )
    })?;
    Ok(State {
        name: name(own_name)?,
        kind,
        edges: list(edges, read_edge)?,
        block: read_block(block)?,
        conditions: counter(conditions)?,
        afters: list(afters, |after| {
            let [us, since, target] = fields(after, "an after")?;
            let us = Micros::try_convert(us)?.0;
            Ok(After {
                us,
                since: maybe(since, declared)?,
                target: maybe(target, name)?,
            })
        })?,
        line: maybe(line, declared)?,
    })
}

fn read_edge(value: Value) -> Result<Edge, Raised> {
    let [target, label] = fields(value, "an edge")?;
    Ok(Edge {
        target: name(target)?,
        label: maybe(label, declared)?,
    })
}

/// The block of a state: its edges, and whether it may lead elsewhere, too.
fn read_block(value: Value) -> Result<Block, Raised> {
    let [edges, open] = fields(value, "a block")?;
    Ok(Block {
        edges: list(edges, read_edge)?,
        open: flag(open)?,
    })
}

/// One that leads to names without labels.
fn block_to(targets: Value, open: Value) -> Result<Block, Raised> {
    let edge = |target| {
        Ok(Edge {
            target: name(target)?,
            label: None,
        })
    };
    Ok(Block {
        edges: list(targets, edge)?,
        open: flag(open)?,
    })
}

fn read_interaction(value: Value) -> Result<Interaction, Raised> {
    let [own_name, states, targets, open] = fields(value, "an interaction")?;
    Ok(Interaction {
        name: declared(own_name)?,
        states: list(states, name)?,
        block: block_to(targets, open)?,
    })
}

/// The times, where a timeout and the last try lead, and the waits between two tries.
type ClassWide = (Settings, [Option<Block>; 2], Vec<Retry>);

/// What a class says for all its states.
fn read_settings(value: Value) -> Result<ClassWide, Raised> {
    let [delay, timeout, timeout_is_default, delete_after, first_wake_immediate, on_timeout, retries, retry_on, duration_words] =
        fields(value, "settings")?;
    let micros = |value| Micros::try_convert(value).map(|duration| duration.0);
    let block = |value| {
        let [targets, open] = fields(value, "a block")?;
        block_to(targets, open)
    };
    let blocks = [maybe(on_timeout, block)?, maybe(retry_on, block)?];
    let settings = Settings {
        delay_us: micros(delay)?,
        timeout_us: maybe(timeout, micros)?,
        timeout_is_default: flag(timeout_is_default)?,
        delete_after_us: maybe(delete_after, micros)?,
        first_wake_immediate: flag(first_wake_immediate)?,
        duration_words: flag(duration_words)?,
    };
    let retries = list(retries, |retry| {
        let [errors, wait] = fields(retry, "a retry")?;
        Ok(Retry {
            errors: declared(errors)?,
            wait_us: micros(wait)?,
        })
    })?;
    Ok((settings, blocks, retries))
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    convert::for_all_ractors(true);
    let native = ruby
        .define_module("ActiveDataFlow")?
        .define_module("Native")?;
    let class = native.define_class("Plan", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(NativePlan::new, 5))?;
    class.define_method("errors", method!(NativePlan::errors, 0))?;
    class.define_method("warnings", method!(NativePlan::warnings, 0))?;
    class.define_method("states", method!(NativePlan::states, 0))?;
    class.define_method("state?", method!(NativePlan::has_state, 1))?;
    class.define_method("immediate?", method!(NativePlan::is_immediate, 1))?;
    class.define_method("create", method!(NativePlan::create, 2))?;
    class.define_method("create_in", method!(NativePlan::create_in, 2))?;
    class.define_method("move", method!(NativePlan::advance, 3))?;
    class.define_method("sleep", method!(NativePlan::sleep, 3))?;
    class.define_method("wake", method!(NativePlan::wake, 2))?;
    class.define_method("complete", method!(NativePlan::complete, 2))?;
    class.define_method("fail", method!(NativePlan::fail, 2))?;
    class.define_method("retry_later", method!(NativePlan::retry_later, 3))?;
    class.define_method("revive", method!(NativePlan::revive, 2))?;
    class.define_method("expired?", method!(NativePlan::is_expired, 2))?;
    class.define_method("to_mermaid", method!(NativePlan::to_mermaid, 3))?;
    class.define_method("to_dot", method!(NativePlan::to_dot, 3))
}
