//! What can be wrong with a plan, told with the class, the state and the fix.
//!
//! Errors keep a class from being run; they are about literal names only. Warnings are about what is probably not
//! meant: a block may go anywhere, so none of them is certain. When something in the class can move a task without
//! naming its target here (an interaction, an action without a next state), a state that no `go_to` names is told to be
//! within reach of a block only, and what follows it counts as reached.

use crate::names::Name;
use crate::task::plan::{After, Declaration, Kind, State};
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
    }
    check_interactions(plan, &mut found.errors);
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
    let mut told: Vec<Name> = Vec::new();
    for target in state.targets() {
        if find(plan, target).is_some() || told.contains(&target) {
            continue;
        }
        told.push(target);
        errors.push(format!(
            "{} goes from {from} to {}, which it has no handler for; {} Check the go_to in {from}{}.",
            plan.class_name,
            symbol(target.as_str()),
            possible(plan, target.as_str()),
            line(state),
            from = symbol(state.name.as_str()),
        ));
    }
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
        Kind::Action if state.edges.is_empty() => Some(format!(
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
        _ => None,
    }
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
    let mut reached: Vec<Name> = Vec::new();
    reach(plan, Name::of(&plan.initial_state), &mut reached);
    // Without a first state everything would be told to be out of reach, which helps nobody.
    if reached.is_empty() {
        return;
    }
    let mover = block_that_moves(plan);
    let unreached = plan
        .states
        .iter()
        .filter(|state| !reached.contains(&state.name));
    let mut unreached: Vec<&State> = unreached.collect();
    if mover.is_some() {
        // The first of a chain: those behind it are reached once it is.
        unreached.sort_by_key(|state| is_led_to(plan, state, &reached));
    }
    for state in unreached {
        let name = symbol(state.name.as_str());
        let (class, line) = (&plan.class_name, line(state));
        match &mover {
            None => warnings.push(format!(
                "{class} never gets to {name}: no go_to leads there from {}. Write: go_to {name} in the state before it, or remove it{line}",
                symbol(&plan.initial_state),
            )),
            Some(mover) if !reached.contains(&state.name) => {
                warnings.push(format!(
                    "{class} has no go_to that leads to {name}; only a block can, such as that of {mover}. If none does, write: go_to {name} in the state before it, or remove it{line}"
                ));
                reach(plan, state.name, &mut reached);
            }
            Some(_) => {}
        }
    }
}

/// Whether another state that is not reached yet leads to this one.
fn is_led_to(plan: &Declaration, state: &State, reached: &[Name]) -> bool {
    plan.states.iter().any(|other| {
        let waits = other.name != state.name && !reached.contains(&other.name);
        waits && other.targets().any(|target| target == state.name)
    })
}

fn reach(plan: &Declaration, from: Name, reached: &mut Vec<Name>) {
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        let Some(state) = find(plan, name) else {
            continue;
        };
        if !reached.contains(&name) {
            reached.push(name);
            open.extend(state.targets());
        }
    }
}

/// Something that can move a task to a state that is named nowhere in the plan.
fn block_that_moves(plan: &Declaration) -> Option<String> {
    let told = |kind: &str, name: &str| Some(format!("{kind} {}", symbol(name)));
    if let Some(state) = plan.states.iter().find(|state| is_open(state)) {
        let kind = if state.kind == Kind::Action {
            "action"
        } else {
            "decision"
        };
        return told(kind, state.name.as_str());
    }
    told("interaction", &plan.interactions.first()?.name)
}

/// An action without a next state, and a yes-or-no decision with one way out: the other is a block.
fn is_open(state: &State) -> bool {
    match state.kind {
        Kind::Action => state.edges.is_empty(),
        Kind::Decision => state.conditions > 0 && state.edges.len() < 2,
        Kind::WaitUntil | Kind::Result => false,
    }
}
