//! Lives, trails and keys on their way in; [`crate::results`] has the way out.

use active_data_flow_core::task::record::Failure;
use active_data_flow_core::task::store::{Change, Statuses};
use active_data_flow_core::task::trail::Step;
use active_data_flow_core::task::{Id, Life, Record, Status, StepEnd, Trail};
use active_data_flow_core::Name;
use magnus::rb_sys::AsRawValue;
use magnus::value::ReprValue;
use magnus::{RArray, Ruby, TryConvert, Value};

use crate::arguments::{counter, fields, list, maybe, name, status, Micros, Text, Wrapped};
use crate::errors::{argument_error, Raised};
use crate::plan::NativePlan;
use crate::values::{data, pack};

/// A life, as twelve values: status (0, 10, 100, -1), state; the moments entered, wake, timeout, delete, completed,
/// failed (microseconds; the five after the first may be nil); steps, attempts; the moments created, updated.
pub fn life(plan: &NativePlan, value: Value) -> Result<Life, Raised> {
    let [status_code, state, entered, wake, timeout, delete, completed, failed, steps, attempts, created, updated] =
        fields(value, "a life")?;
    Ok(Life {
        status: status(status_code)?,
        state: state_name(plan, state)?,
        entered_at_us: micros(entered)?,
        wake_at_us: maybe(wake, micros)?,
        timeout_at_us: maybe(timeout, micros)?,
        delete_at_us: maybe(delete, micros)?,
        completed_at_us: maybe(completed, micros)?,
        failed_at_us: maybe(failed, micros)?,
        steps: counter(steps)?,
        attempts: counter(attempts)?,
        created_at_us: micros(created)?,
        updated_at_us: micros(updated)?,
    })
}

/// The state of a stored task may be one that its class has no more: that is told when it is run, not here.
fn state_name(plan: &NativePlan, value: Value) -> Result<Name, Raised> {
    let text = Text::try_convert(value)?;
    Ok(plan
        .name_of(text.bytes())
        .unwrap_or_else(|| Name::of(&text.lossy())))
}

fn micros(value: Value) -> Result<i64, Raised> {
    Ok(Micros::try_convert(value)?.0)
}

/// A trail: four values a step, with room for that many steps at least. Older steps than are kept are not even looked at.
pub fn trail(plan: &NativePlan, value: Value, room: usize) -> Result<Trail, Raised> {
    const FIELDS: usize = 4;
    let ruby = Ruby::get_with(value);
    let Some(array) = RArray::from_value(value) else {
        return Err(argument_error(
            &ruby,
            "a trail is an Array, with four entries a step".to_owned(),
        ));
    };
    let steps = array.len() / FIELDS;
    if steps * FIELDS != array.len() {
        let message = format!(
            "a trail has four entries a step, and {} are no whole steps",
            array.len()
        );
        return Err(argument_error(&ruby, message));
    }
    let kept = steps.min(active_data_flow_core::task::trail::KEPT);
    let mut trail = Trail::with_room(kept.max(room));
    for step in steps - kept..steps {
        let entry = |field: usize| array.entry::<Value>((step * FIELDS + field) as isize);
        trail.push(Step {
            state: state_name(plan, entry(0)?)?,
            at_us: micros(entry(1)?)?,
            end: step_end(entry(2)?)?,
            by: maybe(entry(3)?, name)?,
        });
    }
    Ok(trail)
}

fn step_end(value: Value) -> Result<StepEnd, Raised> {
    let number = micros(value)?;
    let end = u8::try_from(number).ok().and_then(StepEnd::numbered);
    let ruby = Ruby::get_with(value);
    end.ok_or_else(|| {
        argument_error(
            &ruby,
            format!("{number} is no outcome of a step; there are 0 to 5"),
        )
    })
}

/// A key that is compared byte by byte, whatever its encoding.
pub fn key(value: Value) -> Result<Option<Box<[u8]>>, Raised> {
    maybe(value, |value| {
        Ok::<_, Raised>(Text::try_convert(value)?.bytes().into())
    })
}

pub fn id(value: Value) -> Result<Id, Raised> {
    Ok(Text::try_convert(value)?.id()?.to_id())
}

/// Nil keeps what is stored, false takes it away.
pub fn failure(value: Value) -> Result<Change<Failure>, Raised> {
    let ruby = Ruby::get_with(value);
    if value.is_nil() {
        Ok(Change::Keep)
    } else if value.as_raw() == ruby.qfalse().as_raw() {
        Ok(Change::Clear)
    } else {
        fields::<3>(value, "a failure (class, message, backtrace)")?;
        Ok(Change::Set(Failure(pack(value)?)))
    }
}

/// The arguments of an insert: id, plan, life, parent id, start key, unique key, attributes, models, trail.
pub fn record(arguments: [Value; 9]) -> Result<Record, Raised> {
    let [own_id, plan, stored_life, parent_id, start_key, unique_key, attributes, models, steps] =
        arguments;
    let plan = Wrapped::<NativePlan>::try_convert(plan)?;
    let data = data(attributes, models)?;
    let life = life(&plan, stored_life)?;
    // A task that begins to run will take some steps before it sleeps.
    let room = if life.status == Status::Active { 8 } else { 0 };
    Ok(Record {
        id: id(own_id)?,
        type_name: plan.core().type_name(),
        version: 1,
        life,
        parent_id: maybe(parent_id, id)?,
        start_key: key(start_key)?,
        unique_key: key(unique_key)?,
        data,
        failure: None,
        trail: trail(&plan, steps, room)?,
        signalled: false,
    })
}

/// Children of a write: an Array of the arguments of inserts.
pub fn children(value: Value) -> Result<Vec<Record>, Raised> {
    list(value, |child| {
        record(fields(child, "a child (arguments of insert)")?)
    })
}

/// Names of classes; one that no task has is the name of nothing that is stored.
pub fn types(value: Value) -> Result<Option<Vec<Name>>, Raised> {
    let known = |value| Ok(Name::known(&Text::try_convert(value)?.lossy()));
    let names = maybe(value, |value| list(value, known))?;
    Ok(names.map(|names| names.into_iter().flatten().collect()))
}

pub fn statuses(value: Value) -> Result<Statuses, Raised> {
    let chosen = maybe(value, |value| list(value, status))?;
    Ok(chosen.map_or(Statuses::ALL, |chosen| chosen.into_iter().collect()))
}

/// Whether the methods that are defined from here on may be called by any Ractor.
pub fn for_all_ractors(may: bool) {
    // SAFETY: sets a flag of the thread that loads the extension.
    unsafe { rb_sys::rb_ext_ractor_safe(may) }
}
