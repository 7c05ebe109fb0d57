//! What can be wrong with a plan, told with the class, the state and the fix.
//!
//! Errors keep a class from being run; they are about literal names in the flowchart only. Warnings are about what is
//! probably not meant, and about literal names in blocks, which may stand in a line that never runs. A state is told
//! to be out of reach only where every block that a task can come by has been read to its end ([`reach`]).

mod reach;

use crate::names::Name;
use crate::task::plan::{After, Block, Declaration, Kind, State};
use crate::wording::{did_you_mean, duration, duration_in_hours, roomy, symbol, symbols};

/// The texts.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub errors: Vec<String>,
    pub warnings: Vec<String>,
}

pub(super) fn check(plan: &Declaration) -> Found {
    let mut found = Found::default();
    check_first_state(plan, &mut found.errors);
    for state in &plan.states {
        check_targets(plan, state, &mut found.errors);
        check_afters(plan, state, &mut found.errors);
        found.warnings.extend(warning(plan, state));
        check_block(plan, state, &mut found.warnings);
    }
    check_interactions(plan, &mut found.errors);
    check_blocks_from_outside(plan, &mut found.warnings);
    check_result(plan, &mut found.warnings);
    check_reach(plan, &mut found.warnings);
    found
}

fn names(plan: &Declaration) -> impl Iterator<Item = &'static str> + Clone + '_ {
    plan.states.iter().map(|state| state.name.as_str())
}

fn find(plan: &Declaration, name: Name) -> Option<&State> {
    plan.states.iter().find(|state| state.name == name)
}

/// "it has :a, :b. Did you mean :a?"
fn possible(plan: &Declaration, written: &str) -> String {
    let hint = did_you_mean(written, names(plan)).map_or(String::new(), |hint| format!(" {hint}"));
    format!("it has {}.{hint}", symbols(names(plan)))
}

fn line(state: &State) -> String {
    let line = state.line.as_ref();
    line.map_or(String::new(), |line| format!(" ({line})"))
}

fn check_first_state(plan: &Declaration, errors: &mut Vec<String>) {
    let (class, first) = (&plan.class_name, &plan.initial_state);
    if names(plan).any(|name| name == first) {
        return;
    }
    let Some(declared_first) = names(plan).next() else {
        errors.push(format!(
            "{class} has no states, and starts with {0}. Write: action {0} {{ ... }}, and a result to end with.",
            symbol(first)
        ));
        return;
    };
    errors.push(format!(
        "{class} starts with {}, which it has no handler for; {} Write: starts_with {}",
        symbol(first),
        possible(plan, first),
        symbol(declared_first),
    ));
}

fn check_targets(plan: &Declaration, state: &State, errors: &mut Vec<String>) {
    errors.extend(unknown(plan, state.targets()).into_iter().map(|target| {
        format!(
            "{} goes from {from} to {}, which it has no handler for; {} Check the go_to in {from}{}.",
            plan.class_name,
            symbol(target.as_str()),
            possible(plan, target.as_str()),
            line(state),
            from = symbol(state.name.as_str()),
        )
    }));
}

/// Those that no state is called, each once.
fn unknown(plan: &Declaration, targets: impl Iterator<Item = Name>) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    for target in targets {
        if find(plan, target).is_none() && !found.contains(&target) {
            found.push(target);
        }
    }
    found
}

/// The same in the state's own blocks.
fn check_block(plan: &Declaration, state: &State, warnings: &mut Vec<String>) {
    let name = symbol(state.name.as_str());
    let place = format!("in the block of {name}{}", line(state));
    let goes = format!("{} may go from {name}", plan.class_name);
    warn_of_unknown(plan, &state.block, &goes, &place, warnings);
}

/// And in those that run when a person, or a timeout, moves the task.
fn check_blocks_from_outside(plan: &Declaration, warnings: &mut Vec<String>) {
    for interaction in &plan.interactions {
        let goes = format!("{}#{} may go", plan.class_name, interaction.name);
        let place = format!("in interaction {}", symbol(&interaction.name));
        warn_of_unknown(plan, &interaction.block, &goes, &place, warnings);
    }
    if let Some(block) = &plan.on_timeout {
        let goes = format!("{} may go on timeout", plan.class_name);
        warn_of_unknown(plan, block, &goes, "in on_timeout", warnings);
    }
    if let Some(block) = &plan.retry_on {
        let goes = format!("{} may go after its last try", plan.class_name);
        warn_of_unknown(plan, block, &goes, "in the block of retry_on", warnings);
    }
}

fn warn_of_unknown(
    plan: &Declaration,
    block: &Block,
    goes: &str,
    place: &str,
    warnings: &mut Vec<String>,
) {
    let targets = unknown(plan, block.targets()).into_iter();
    warnings.extend(targets.map(|target| {
        format!(
            "{goes} to {}, which it has no handler for; {} Check the go_to {place}.",
            symbol(target.as_str()),
            possible(plan, target.as_str()),
        )
    }));
}

fn check_afters(plan: &Declaration, state: &State, errors: &mut Vec<String>) {
    let Some(timeout_us) = plan.settings.timeout_us else {
        return;
    };
    let timeout = if plan.settings.timeout_is_default {
        format!("{} (the default)", duration_in_hours(timeout_us))
    } else {
        duration(timeout_us)
    };
    let too_long = state.afters.iter().filter(|after| after.us >= timeout_us);
    errors.extend(too_long.map(|after| {
        format!(
            "{} waits {} in {} (after), but its timeout is {timeout}. Write: timeout {}, or timeout nil",
            plan.class_name,
            wait(after),
            symbol(state.name.as_str()),
            roomy(after.us),
        )
    }));
}

fn wait(after: &After) -> String {
    let length = duration(after.us);
    match &after.since {
        Some(since) => format!("{length} since {since}"),
        None => length,
    }
}

fn check_interactions(plan: &Declaration, errors: &mut Vec<String>) {
    for interaction in &plan.interactions {
        let unknown = |name: &&Name| find(plan, **name).is_none();
        errors.extend(interaction.states.iter().filter(unknown).map(|name| {
            format!(
                "{}#{method} may be called in {}, which it has no handler for; {} Check the .when of interaction {}.",
                plan.class_name,
                symbol(name.as_str()),
                possible(plan, name.as_str()),
                symbol(&interaction.name),
                method = interaction.name,
            )
        }));
    }
}

/// What is wrong with a state by itself.
fn warning(plan: &Declaration, state: &State) -> Option<String> {
    let (class, name) = (&plan.class_name, symbol(state.name.as_str()));
    let line = line(state);
    match state.kind {
        Kind::Action if reach::is_left_nowhere(state) && !state.block.open => Some(format!(
            "{class} has no next state after action {name}: a task fails there unless the block calls go_to. Write: go_to :state after it{line}"
        )),
        Kind::Decision if state.conditions == 0 => Some(format!(
            "{class} has no condition in decision {name}: a task fails there with NoDecision. Write: condition {{ ... }} in it{line}"
        )),
        Kind::WaitUntil if state.afters.iter().any(|after| after.target.is_none()) => {
            Some(format!(
                "{class} has an after without a go_to in wait_until {name}: a task fails there when it holds. Write: go_to :state below it{line}"
            ))
        }
        Kind::WaitUntil if is_never_left(plan, state) => Some(format!(
            "{class} never leaves wait_until {name}: it has no condition and no after, and no interaction may be called there. Write: condition {{ ... }} and go_to :state in it{line}"
        )),
        Kind::Decision | Kind::WaitUntil if lacks_go_to(state) => Some(format!(
            "{class} has a condition without a go_to in {} {name}: a task fails there when it holds. Write: go_to :state below it{line}",
            if state.kind == Kind::Decision { "decision" } else { "wait_until" },
        )),
        _ => None,
    }
}

/// A wait that nothing ends: a task can only fail there, by its timeout.
fn is_never_left(plan: &Declaration, state: &State) -> bool {
    let called = plan.interactions.iter();
    state.conditions == 0
        && state.afters.is_empty()
        && plan.on_timeout.is_none()
        && !called.into_iter().any(|one| one.may_move_from(state))
}

/// Whether one of its conditions leads nowhere.
fn lacks_go_to(state: &State) -> bool {
    let ways = state.edges.len() + state.block.edges.len();
    !state.block.open && u32::try_from(ways).is_ok_and(|ways| ways < state.conditions)
}

fn check_result(plan: &Declaration, warnings: &mut Vec<String>) {
    let ends = plan.states.iter().any(|state| state.kind == Kind::Result);
    if !ends && !plan.states.is_empty() {
        warnings.push(format!(
            "{} has no result, so its tasks never complete. Write: result :done, and go_to :done in its last state",
            plan.class_name
        ));
    }
}

fn check_reach(plan: &Declaration, warnings: &mut Vec<String>) {
    let reach = reach::of(plan);
    // Without a first state everything would be told to be out of reach, which helps nobody.
    if reach.open || reach.states.is_empty() {
        return;
    }
    let unreached = plan
        .states
        .iter()
        .filter(|state| !reach.states.contains(&state.name));
    warnings.extend(unreached.map(|state| {
        format!(
            "{} never gets to {name}: no go_to leads there from {}. Write: go_to {name} in the state before it, or remove it{}",
            plan.class_name,
            symbol(&plan.initial_state),
            line(state),
            name = symbol(state.name.as_str()),
        )
    }));
}
