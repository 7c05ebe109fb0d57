//! What a wrong declaration is told.

mod support;

use active_data_flow_core::task::plan::{
    After, Block, Declaration, Edge, Interaction, Kind, Retry, Settings, State,
};
use active_data_flow_core::task::Plan;
use active_data_flow_core::{Error, Name};
use support::{block_to, declaration, payment, settings, state, with_states, DAY_US};

fn errors(declared: Declaration) -> Vec<String> {
    Plan::new(declared).errors().to_vec()
}

fn warnings(declared: Declaration) -> Vec<String> {
    Plan::new(declared).warnings().to_vec()
}

fn approvals() -> Vec<State> {
    vec![
        state("asked", Kind::Action, &["approved"]),
        state("approved", Kind::Decision, &["refused", "refused"]),
        state("refused", Kind::Result, &[]),
    ]
}

fn waiting_approval(after: After, settings: Settings) -> Declaration {
    let mut wait = state("approved?", Kind::WaitUntil, &["done"]);
    wait.afters = vec![after];
    let states = vec![wait, state("done", Kind::Result, &[])];
    Declaration {
        class_name: "InvoiceApproval".to_owned(),
        initial_state: "approved?".to_owned(),
        states,
        interactions: vec![],
        on_timeout: None,
        retries: vec![],
        retry_on: None,
        settings,
    }
}

#[test]
fn a_good_plan_has_nothing_to_say() {
    assert_eq!(errors(declaration()), [""; 0]);
    assert_eq!(warnings(declaration()), [""; 0]);
}

#[test]
fn a_first_state_without_a_handler() {
    let declared = Declaration {
        initial_state: "aksed".to_owned(),
        ..with_states(approvals())
    };
    assert_eq!(
        errors(declared),
        ["ApprovalTask starts with :aksed, which it has no handler for; it has :asked, :approved, :refused. Did you mean :asked? Write: starts_with :asked"]
    );
    assert_eq!(
        errors(with_states(vec![])),
        ["ApprovalTask has no states, and starts with :asked. Write: action(:asked) { ... }, and a result to end with. Is it meant as a base for other classes? Then write: self.abstract_class = true"]
    );
}

#[test]
fn a_target_that_does_not_exist() {
    let mut states = approvals();
    states[0] = state("asked", Kind::Action, &["aproved"]);
    assert_eq!(
        errors(with_states(states.clone())),
        ["ApprovalTask goes from :asked to :aproved, which it has no handler for; it has :asked, :approved, :refused. Did you mean :approved? Check the go_to in :asked."]
    );
    states[0].edges = vec![
        Edge {
            target: Name::of("paid"),
            label: None
        };
        2
    ];
    states[0].line = Some("approval_task.rb:12".to_owned());
    assert_eq!(
        errors(with_states(states)),
        ["ApprovalTask goes from :asked to :paid, which it has no handler for; it has :asked, :approved, :refused. Check the go_to in :asked (approval_task.rb:12)."]
    );
}

#[test]
fn an_interaction_in_a_state_that_does_not_exist() {
    let interactions = vec![Interaction {
        name: "approve!".to_owned(),
        states: vec![Name::of("asked"), Name::of("askd")],
        block: Block::default(),
    }];
    let declared = Declaration {
        interactions,
        ..with_states(approvals())
    };
    assert_eq!(
        errors(declared),
        ["ApprovalTask#approve! may be called in :askd, which it has no handler for; it has :asked, :approved, :refused. Did you mean :asked? Check the .when of interaction :approve!."]
    );
}

#[test]
fn an_after_that_the_timeout_comes_before() {
    let after = After {
        us: 3 * DAY_US,
        since: None,
        target: Some(Name::of("done")),
    };
    let default = Settings {
        timeout_us: Some(DAY_US),
        ..settings()
    };
    assert_eq!(
        errors(waiting_approval(after.clone(), default)),
        ["InvoiceApproval waits 3 days in :approved? (after), but its timeout is 24 hours (the default). Write: timeout 30.days, or timeout nil"]
    );
    let since = After {
        since: Some("asked_at".to_owned()),
        ..after.clone()
    };
    let own = Settings {
        timeout_us: Some(3 * DAY_US),
        timeout_is_default: false,
        ..settings()
    };
    assert_eq!(
        errors(waiting_approval(since, own)),
        ["InvoiceApproval waits 3 days since asked_at in :approved? (after), but its timeout is 3 days. Write: timeout 30.days, or timeout nil"]
    );
    let in_seconds = Settings {
        duration_words: false,
        ..own
    };
    assert_eq!(
        errors(waiting_approval(after.clone(), in_seconds)),
        ["InvoiceApproval waits 3 days in :approved? (after), but its timeout is 3 days. Write: timeout 30 * 86_400, or timeout nil"]
    );
    let roomy = Settings {
        timeout_us: Some(3 * DAY_US + 1),
        ..own
    };
    let never = Settings {
        timeout_us: None,
        ..own
    };
    assert_eq!(errors(waiting_approval(after.clone(), roomy)), [""; 0]);
    assert_eq!(errors(waiting_approval(after, never)), [""; 0]);
}

#[test]
fn a_retry_that_the_timeout_comes_before() {
    let waits = |wait_us, timeout_us| {
        errors(Declaration {
            retries: vec![Retry {
                errors: "IOError, EOFError".to_owned(),
                wait_us,
            }],
            settings: Settings {
                timeout_us,
                timeout_is_default: timeout_us == Some(DAY_US),
                ..settings()
            },
            ..declaration()
        })
    };
    assert_eq!(
        waits(2 * DAY_US, Some(DAY_US)),
        ["ApprovalTask waits 2 days to try again after IOError, EOFError (retry_on), but its timeout is 24 hours (the default). Write: timeout 20.days, or timeout nil, or a shorter wait:"]
    );
    assert_eq!(
        waits(2 * DAY_US, Some(2 * DAY_US)),
        ["ApprovalTask waits 2 days to try again after IOError, EOFError (retry_on), but its timeout is 2 days. Write: timeout 20.days, or timeout nil, or a shorter wait:"]
    );
    assert_eq!(waits(2 * DAY_US, Some(2 * DAY_US + 1)), [""; 0]);
    assert_eq!(waits(2 * DAY_US, None), [""; 0]);
}

#[test]
fn a_delay_that_the_timeout_comes_before() {
    let sleeps = |delay_us, timeout_us, first_wake_immediate| Declaration {
        settings: Settings {
            delay_us,
            timeout_us,
            timeout_is_default: false,
            first_wake_immediate,
            ..settings()
        },
        ..declaration()
    };
    assert_eq!(
        warnings(sleeps(600_000_000, Some(60_000_000), false)),
        ["ApprovalTask looks at :waiting after 10 minutes (delay), but its timeout is 1 minute: it times out before the first look. Write: timeout 2.hours, or timeout nil, or a shorter delay"]
    );
    assert_eq!(
        warnings(sleeps(60_000_000, Some(60_000_000), true)),
        ["ApprovalTask looks at :waiting after 1 minute (delay), but its timeout is 1 minute: it times out before the second look. Write: timeout 10.minutes, or timeout nil, or a shorter delay"]
    );
    assert_eq!(warnings(sleeps(5, Some(6), false)), [""; 0]);
    assert_eq!(warnings(sleeps(5, None, false)), [""; 0]);
    let mut by_time = sleeps(5, Some(5), false);
    by_time.states[2].afters = vec![After {
        us: 1,
        since: None,
        target: Some(Name::of("done")),
    }];
    assert_eq!(warnings(by_time.clone()), [""; 0]);
    by_time.states[2].afters.clear();
    by_time.states[2].conditions = 0;
    let of_the_delay = |text: &String| text.contains("(delay)");
    assert!(!warnings(by_time).iter().any(of_the_delay));
}

#[test]
fn states_that_nothing_leads_to() {
    let mut states = approvals();
    states.extend([
        state("forgotten", Kind::Action, &["lost"]),
        state("lost", Kind::Result, &[]),
    ]);
    assert_eq!(
        warnings(with_states(states)),
        [
            "ApprovalTask never gets to :forgotten: no go_to leads there from :asked. Write: go_to :forgotten in the state before it, or remove it",
            "ApprovalTask never gets to :lost: no go_to leads there from :asked. Write: go_to :lost in the state before it, or remove it",
        ]
    );
}

#[test]
fn states_that_blocks_lead_to_are_within_reach() {
    let known = |targets: &[&str]| Some(block_to(targets, false));
    let declared = payment(block_to(&["paid"], false), known(&["late"]));
    assert_eq!(warnings(declared), [""; 0]);
    let late = "ApprovalTask never gets to :late: no go_to leads there from :asked. Write: go_to :late in the state before it, or remove it";
    assert_eq!(warnings(payment(block_to(&["paid"], false), None)), [late]);
    assert_eq!(
        warnings(payment(block_to(&["paid"], false), known(&[]))),
        [late]
    );
}

#[test]
fn nothing_is_out_of_reach_where_a_block_may_lead_anywhere() {
    assert_eq!(warnings(payment(block_to(&[], true), None)), [""; 0]);
    let open = Some(block_to(&[], true));
    assert_eq!(warnings(payment(block_to(&[], false), open)), [""; 0]);
    // But a block that no task gets to leads nowhere.
    let mut declared = payment(block_to(&[], true), None);
    declared.interactions[0].states = vec![Name::of("paid"), Name::of("late")];
    assert_eq!(warnings(declared).len(), 2);
}

#[test]
fn a_block_that_names_no_state_keeps_quiet_about_what_is_within_reach() {
    let mut states = approvals();
    states.push(state("forgotten", Kind::Result, &[]));
    states[0].edges.clear();
    let told = warnings(with_states(states.clone()));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("no next state after action :asked"));
    states[0].block = block_to(&["approved"], false);
    let told = warnings(with_states(states.clone()));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("never gets to :forgotten"));
    states[0].block.open = true;
    assert_eq!(warnings(with_states(states)), [""; 0]);
}

#[test]
fn an_unknown_state_in_a_block_is_no_error_as_the_line_may_never_run() {
    let mut declared = payment(
        block_to(&["piad", "paid"], false),
        Some(block_to(&["later"], true)),
    );
    declared.retry_on = Some(block_to(&["lates"], false));
    declared.states[0].block = block_to(&["paid", "payd", "payd"], false);
    declared.states[0].line = Some("approval_task.rb:3".to_owned());
    let known = "which it has no handler for; it has :asked, :paid, :late.";
    assert_eq!(
        warnings(declared.clone()),
        [
            format!("ApprovalTask may go from :asked to :payd, {known} Did you mean :paid? Check the go_to in the block of :asked (approval_task.rb:3)."),
            format!("ApprovalTask#pay! may go to :piad, {known} Did you mean :paid? Check the go_to in interaction :pay!."),
            format!("ApprovalTask may go on timeout to :later, {known} Did you mean :late? Check the go_to in on_timeout."),
            format!("ApprovalTask may go after its last try to :lates, {known} Did you mean :late? Check the go_to in the block of retry_on."),
        ]
    );
    assert_eq!(errors(declared), [""; 0]);
}

#[test]
fn the_block_of_retry_on_leads_on_from_every_state() {
    let mut declared = payment(block_to(&["paid"], false), None);
    let told = warnings(declared.clone());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("never gets to :late"));
    declared.retry_on = Some(block_to(&["late"], false));
    assert_eq!(warnings(declared.clone()), [""; 0]);
    declared.retry_on = Some(block_to(&[], true));
    assert_eq!(warnings(declared), [""; 0]);
}

#[test]
fn a_wait_that_nothing_ends() {
    let mut declared = payment(block_to(&["paid", "late"], false), None);
    declared.states[0].conditions = 0;
    declared.states[0].edges.clear();
    assert_eq!(warnings(declared.clone()), [""; 0]);
    let mut saved = declared.clone();
    declared.interactions[0].states = vec![Name::of("paid")];
    let told = "ApprovalTask never leaves wait_until :asked: it has no condition and no after, and no interaction may be called there. Write: condition { ... } and go_to :state in it";
    assert_eq!(warnings(declared)[0], told);
    saved.interactions.clear();
    saved.on_timeout = Some(block_to(&["paid", "late"], false));
    assert_eq!(warnings(saved), [""; 0]);
}

#[test]
fn a_condition_without_a_go_to() {
    let mut declared = payment(block_to(&["paid", "late"], false), None);
    declared.states[0].conditions = 2;
    let told = "ApprovalTask has a condition without a go_to in wait_until :asked: a task fails there when it holds. Write: go_to :state below it";
    assert_eq!(warnings(declared.clone()), [told]);
    declared.states[0].kind = Kind::Decision;
    let told = warnings(declared.clone());
    assert!(told[0].contains("in decision :asked"), "{told:?}");
    declared.states[0].block.open = true;
    assert_eq!(warnings(declared), [""; 0]);
}

#[test]
fn what_fails_when_a_task_gets_there() {
    let mut lonely = state("asked", Kind::Action, &[]);
    lonely.line = Some("approval_task.rb:3".to_owned());
    let mut undecided = state("approved", Kind::Decision, &["asked", "asked"]);
    undecided.conditions = 0;
    let mut wait = state("waiting", Kind::WaitUntil, &["approved"]);
    wait.afters = vec![After {
        us: 1,
        since: None,
        target: None,
    }];
    let told = warnings(with_states(vec![lonely, undecided, wait]));
    assert_eq!(
        told[..4],
        [
            "ApprovalTask has no next state after action :asked: a task fails there unless the block calls go_to. Write: go_to :state after it (approval_task.rb:3)",
            "ApprovalTask has no condition in decision :approved: a task fails there with NoDecision. Write: condition { ... } in it",
            "ApprovalTask has an after without a go_to in wait_until :waiting: a task fails there when it holds. Write: go_to :state below it",
            "ApprovalTask has no result, so its tasks never complete. Write: result :done, and go_to :done in its last state",
        ]
    );
}

#[test]
fn an_unknown_state_is_told_with_the_known_ones() {
    let plan = Plan::new(with_states(approvals()));
    let refused: Error = plan.is_immediate(b"aproved").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "No handler for state: aproved. ApprovalTask has :asked, :approved, :refused. Did you mean :approved?"
    );
    assert!(plan.has_state(b"asked"));
    assert!(!plan.has_state(b"\xff"));
    assert!(plan.created_in(b"nowhere", 0).is_err());
}
