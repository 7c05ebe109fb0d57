//! `ActiveDataFlow::Native::TaskStore`: the tasks of a memory storage.
//!
//! Every method converts, locks, changes, unlocks, and converts again. The lock keeps the store whole should a method
//! ever run without the interpreter's own lock; as it is, nobody waits for it.

use std::sync::Arc;

use active_data_flow_core::task::store::{Inserted, Put, Stored};
use active_data_flow_core::task::Store;
use magnus::value::ReprValue;
use magnus::{
    function, method, Class, DataTypeFunctions, Error, Module, Object, RArray, Ruby, TryConvert,
    TypedData, Value,
};
use parking_lot::Mutex;

use crate::arguments::{flag, maybe, Micros, Text, Version, Wrapped};
use crate::errors::{range_error, Raised};
use crate::plan::NativePlan;
use crate::run::NativeRun;
use crate::values::with_maps;
use crate::{convert, results};

/// Tasks as plain data; no Ruby object, so the collector has nothing to visit.
#[derive(Default, TypedData)]
#[magnus(class = "ActiveDataFlow::Native::TaskStore", free_immediately, size)]
pub struct TaskStore(Arc<Mutex<Store>>);

impl DataTypeFunctions for TaskStore {
    fn size(&self) -> usize {
        // Asked for by ObjectSpace at any time: an answer of zero is better than waiting.
        self.0.try_lock().map_or(0, |store| store.bytes())
    }
}

type This = Wrapped<TaskStore>;

/// How many old tasks are forgotten between two looks at the interrupts.
const DELETED_AT_ONCE: usize = 1_000;

impl TaskStore {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Store::new())))
    }

    #[allow(clippy::too_many_arguments)] // Ruby's own list: a Hash or an Array would have to be built for each call
    fn insert(
        ruby: &Ruby,
        this: This,
        id: Value,
        plan: Value,
        life: Value,
        parent_id: Value,
        start_key: Value,
        unique_key: Value,
        attributes: Value,
        models: Value,
        trail: Value,
    ) -> Result<Value, Raised> {
        let record = convert::record([
            id, plan, life, parent_id, start_key, unique_key, attributes, models, trail,
        ])?;
        let inserted = this.0.lock().insert(record)?;
        Ok(match inserted {
            Inserted::New => results::version(ruby, Some(1)),
            Inserted::Existing(id) => results::id(ruby, &id),
        })
    }

    /// A move by itself, for who does not run the task: see [`NativeRun`]. The moment of it, or nil when the task is not stored
    /// with that version; the new version is the next.
    #[allow(clippy::too_many_arguments)]
    fn advance(
        ruby: &Ruby,
        this: This,
        id: Text,
        version: Version,
        plan: Wrapped<NativePlan>,
        state: Text,
        now_us: Micros,
        attributes: Value,
    ) -> Result<Value, Raised> {
        let now_us = now_us.0;
        let plan = plan.core();
        let moved = with_maps(attributes, ruby.qnil().as_value(), |attributes, _| {
            let (id, outcome) = (id.id()?, plan.move_to(state.bytes())?);
            let mut store = this.0.lock();
            Ok(store.advance(id, version.0, plan, outcome, now_us, attributes)?)
        })?;
        Ok(results::moment(ruby, moved.map(|_| now_us)))
    }

    /// For who runs a task that is stored with that version; nil when none is. Its moments are those of the system's clock, or
    /// those of `Time.now`.
    fn run(
        ruby: &Ruby,
        this: This,
        id: Text,
        version: Version,
        plan: Wrapped<NativePlan>,
        system_clock: Value,
    ) -> Result<Value, Raised> {
        let id = id.id()?;
        let system_clock = flag(system_clock)?;
        let run = this.0.lock().run(id, version.0);
        Ok(match run {
            Some(run) => {
                let run = NativeRun::new(Arc::clone(&this.0), plan.shared(), system_clock, run);
                ruby.obj_wrap(run).as_value()
            }
            None => ruby.qnil().as_value(),
        })
    }

    #[allow(clippy::too_many_arguments)] // as insert
    fn put(
        ruby: &Ruby,
        this: This,
        id: Text,
        version: Value,
        plan: Wrapped<NativePlan>,
        life: Value,
        attributes: Value,
        models: Value,
        failure: Value,
        trail: Value,
        parent_id: Value,
        unique_key: Value,
        children: Value,
    ) -> Result<Value, Raised> {
        let version = maybe(version, Version::try_convert)?.map(|version| version.0);
        let life = convert::life(&plan, life)?;
        let failure = convert::failure(failure)?;
        let trail = maybe(trail, |trail| convert::trail(&plan, trail, 0))?;
        let parent_id = maybe(parent_id, convert::id)?;
        let unique_key = convert::key(unique_key)?;
        let new_children = maybe(children, convert::children)?.unwrap_or_default();
        let stored = with_maps(attributes, models, |attributes, models| {
            let put = Put {
                id: id.id()?,
                version,
                type_name: plan.core().type_name(),
                life,
                attributes,
                models,
                failure,
                trail,
                parent_id,
                unique_key,
                children: new_children,
            };
            Ok(this.0.lock().put(put)?)
        })?;
        written(ruby, stored, !children.is_nil())
    }

    fn fetch(ruby: &Ruby, this: This, id: Text) -> Result<Value, Raised> {
        let id = id.id()?;
        let record = this.0.lock().fetch(id);
        match record {
            Some(record) => results::row(ruby, &record),
            None => Ok(ruby.qnil().as_value()),
        }
    }

    fn due(
        ruby: &Ruby,
        this: This,
        now_us: Micros,
        types: Value,
        limit: Value,
    ) -> Result<RArray, Raised> {
        let types = convert::types(types)?;
        let limit = maybe(limit, |limit| count(ruby, limit))?;
        let records = this.0.lock().due(now_us.0, types.as_deref(), limit);
        results::rows(ruby, records)
    }

    fn claim(ruby: &Ruby, this: This, id: Text, now_us: Micros) -> Result<Value, Raised> {
        let id = id.id()?;
        let version = this.0.lock().claim(id, now_us.0)?;
        Ok(results::version(ruby, version))
    }

    fn take(
        ruby: &Ruby,
        this: This,
        id: Text,
        version: Version,
        now_us: Micros,
    ) -> Result<Value, Raised> {
        let id = id.id()?;
        let version = this.0.lock().take(id, version.0, now_us.0)?;
        Ok(results::version(ruby, version))
    }

    fn signal(this: This, id: Text, now_us: Micros) -> Result<bool, Raised> {
        let id = id.id()?;
        Ok(this.0.lock().signal(id, now_us.0))
    }

    fn children(
        ruby: &Ruby,
        this: This,
        parent_id: Text,
        statuses: Value,
    ) -> Result<RArray, Raised> {
        let (statuses, parent_id) = (convert::statuses(statuses)?, parent_id.id()?);
        let records = this.0.lock().children(parent_id, statuses);
        results::rows(ruby, records)
    }

    fn count_children(this: This, parent_id: Text, statuses: Value) -> Result<usize, Raised> {
        let (statuses, parent_id) = (convert::statuses(statuses)?, parent_id.id()?);
        Ok(this.0.lock().count_children(parent_id, statuses))
    }

    fn delete(this: This, id: Text) -> Result<bool, Raised> {
        let id = id.id()?;
        Ok(this.0.lock().delete(id))
    }

    fn delete_old(
        ruby: &Ruby,
        this: This,
        before_us: Micros,
        types: Value,
    ) -> Result<usize, Raised> {
        let types = convert::types(types)?;
        let mut deleted = 0;
        loop {
            let now = this
                .0
                .lock()
                .delete_old(before_us.0, types.as_deref(), DELETED_AT_ONCE);
            deleted += now;
            if now < DELETED_AT_ONCE {
                return Ok(deleted);
            }
            results::check_interrupts(ruby)?;
        }
    }

    fn ids(ruby: &Ruby, this: This, types: Value) -> Result<RArray, Raised> {
        let types = convert::types(types)?;
        let ids = this.0.lock().ids(types.as_deref());
        results::ids(ruby, &ids)
    }

    fn len(this: This) -> usize {
        this.0.lock().len()
    }

    fn stats(ruby: &Ruby, this: This) -> Result<Value, Raised> {
        let stats = this.0.lock().stats();
        Ok(serde_magnus::serialize(ruby, &stats)?)
    }
}

/// Version, with the ids of the children where some were given.
fn written(ruby: &Ruby, stored: Option<Stored>, with_children: bool) -> Result<Value, Raised> {
    let Some(stored) = stored else {
        return Ok(ruby.qnil().as_value());
    };
    let version = results::version(ruby, Some(stored.version));
    if !with_children {
        return Ok(version);
    }
    let children = results::ids(ruby, &stored.children)?.as_value();
    Ok(ruby.ary_new_from_values(&[version, children]).as_value())
}

fn count(ruby: &Ruby, value: Value) -> Result<usize, Raised> {
    let number = Micros::try_convert(value)?.0;
    usize::try_from(number)
        .map_err(|_| range_error(ruby, format!("a limit is 0 or more, not {number}")))
}

pub fn init(ruby: &Ruby) -> Result<(), Error> {
    // The list of names that rows are made with belongs to the main Ractor.
    convert::for_all_ractors(false);
    let native = ruby
        .define_module("ActiveDataFlow")?
        .define_module("Native")?;
    let class = native.define_class("TaskStore", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(TaskStore::new, 0))?;
    class.define_method("insert", method!(TaskStore::insert, 9))?;
    class.define_method("move", method!(TaskStore::advance, 6))?;
    class.define_method("run", method!(TaskStore::run, 4))?;
    class.define_method("put", method!(TaskStore::put, 11))?;
    class.define_method("fetch", method!(TaskStore::fetch, 1))?;
    class.define_method("due", method!(TaskStore::due, 3))?;
    class.define_method("claim", method!(TaskStore::claim, 2))?;
    class.define_method("take", method!(TaskStore::take, 3))?;
    class.define_method("signal", method!(TaskStore::signal, 2))?;
    class.define_method("children", method!(TaskStore::children, 2))?;
    class.define_method("count_children", method!(TaskStore::count_children, 2))?;
    class.define_method("delete", method!(TaskStore::delete, 1))?;
    class.define_method("delete_old", method!(TaskStore::delete_old, 2))?;
    class.define_method("ids", method!(TaskStore::ids, 1))?;
    class.define_method("size", method!(TaskStore::len, 0))?;
    class.define_method("stats", method!(TaskStore::stats, 0))
}
