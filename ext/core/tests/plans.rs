//! What a wrong declaration is told, and how a right one is drawn.

mod support;

use active_data_flow_core::task::plan::{
    After, Block, Declaration, Edge, Interaction, Kind, Settings, State,
};
use active_data_flow_core::task::{Plan, Seen, Status, Stay};
use active_data_flow_core::{Error, Name};
use proptest::prelude::*;
use support::{declaration, settings, state, DAY_US};

fn with_states(states: Vec<State>) -> Declaration {
    Declaration {
        states,
        ..declaration()
    }
}

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
        ["ApprovalTask has no states, and starts with :asked. Write: action :asked { ... }, and a result to end with."]
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

fn block(targets: &[&str], open: bool) -> Block {
    let edges = state("", Kind::Action, targets).edges;
    Block { edges, open }
}

/// A wait for a payment that somebody makes by hand, and that comes too late otherwise.
fn payment(interaction: Block, on_timeout: Option<Block>) -> Declaration {
    let names = ["paid", "late"];
    let results = names.map(|name| state(name, Kind::Result, &[]));
    let mut states = vec![state("asked", Kind::WaitUntil, &["asked"])];
    states.extend(results);
    Declaration {
        interactions: vec![Interaction {
            name: "pay!".to_owned(),
            states: vec![Name::of("asked")],
            block: interaction,
        }],
        on_timeout,
        ..with_states(states)
    }
}

#[test]
fn states_that_blocks_lead_to_are_within_reach() {
    let known = |targets: &[&str]| Some(block(targets, false));
    let declared = payment(block(&["paid"], false), known(&["late"]));
    assert_eq!(warnings(declared), [""; 0]);
    let late = "ApprovalTask never gets to :late: no go_to leads there from :asked. Write: go_to :late in the state before it, or remove it";
    assert_eq!(warnings(payment(block(&["paid"], false), None)), [late]);
    assert_eq!(
        warnings(payment(block(&["paid"], false), known(&[]))),
        [late]
    );
}

#[test]
fn nothing_is_out_of_reach_where_a_block_may_lead_anywhere() {
    assert_eq!(warnings(payment(block(&[], true), None)), [""; 0]);
    let open = Some(block(&[], true));
    assert_eq!(warnings(payment(block(&[], false), open)), [""; 0]);
    // But a block that no task gets to leads nowhere.
    let mut declared = payment(block(&[], true), None);
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
    states[0].block = block(&["approved"], false);
    let told = warnings(with_states(states.clone()));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("never gets to :forgotten"));
    states[0].block.open = true;
    assert_eq!(warnings(with_states(states)), [""; 0]);
}

#[test]
fn an_unknown_state_in_a_block_is_no_error_as_the_line_may_never_run() {
    let mut declared = payment(
        block(&["piad", "paid"], false),
        Some(block(&["later"], true)),
    );
    declared.states[0].block = block(&["paid", "payd", "payd"], false);
    declared.states[0].line = Some("approval_task.rb:3".to_owned());
    let known = "which it has no handler for; it has :asked, :paid, :late.";
    assert_eq!(
        warnings(declared.clone()),
        [
            format!("ApprovalTask may go from :asked to :payd, {known} Did you mean :paid? Check the go_to in the block of :asked (approval_task.rb:3)."),
            format!("ApprovalTask#pay! may go to :piad, {known} Did you mean :paid? Check the go_to in interaction :pay!."),
            format!("ApprovalTask may go on timeout to :later, {known} Did you mean :late? Check the go_to in on_timeout."),
        ]
    );
    assert_eq!(errors(declared), [""; 0]);
}

#[test]
fn a_condition_without_a_go_to() {
    let mut declared = payment(block(&["paid", "late"], false), None);
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

#[test]
fn the_plan_alone_as_mermaid() {
    let mut declared = declaration();
    declared.states[1].edges[0].label = Some("amount < \"100\"".to_owned());
    declared.states[2].afters = vec![After {
        us: 3 * DAY_US,
        since: None,
        target: Some(Name::of("done")),
    }];
    declared.interactions = vec![Interaction {
        name: "approve!".to_owned(),
        states: vec![Name::of("waiting")],
        block: Block::default(),
    }];
    let expected = r##"flowchart TD
  s0["asked"]
  s1{"approved?"}
  s2{{"waiting"}}
  s3(["done"])
  begin((" ")) --> s0
  s0 --> s1
  s1 -->|"amount #60; #34;100#34;"| s3
  s1 --> s2
  s2 --> s1
  s2 -->|"after 3 days"| s3
  i0>"approve!"]
  i0 -.- s2
"##;
    assert_eq!(Plan::new(declared).to_mermaid(&Seen::default()), expected);
}

fn on_the_way() -> Seen {
    Seen {
        visited: ["asked", "approved?", "waiting"].map(Stay::to).to_vec(),
        current: Some("waiting".to_owned()),
        status: Some(Status::Waiting),
    }
}

#[test]
fn the_path_of_a_task_as_mermaid() {
    let drawn = Plan::new(declaration()).to_mermaid(&on_the_way());
    assert!(
        drawn.contains(r#"s2{{"waiting<br/>(waiting)"}}"#),
        "{drawn}"
    );
    assert!(
        drawn.contains("classDef visited ") && drawn.contains("classDef current "),
        "{drawn}"
    );
    assert!(
        drawn.contains("class s0,s1,s2 visited\n  class s2 current\n"),
        "{drawn}"
    );
    assert!(
        drawn.ends_with("linkStyle 1,3 stroke-width:3px,stroke:#1a7f37\n"),
        "{drawn}"
    );
}

#[test]
fn a_step_that_a_block_took_gets_a_line_of_its_own() {
    let seen = Seen {
        visited: vec![Stay::to("asked")],
        current: Some("done".to_owned()),
        status: Some(Status::Failed),
    };
    let plan = Plan::new(declaration());
    let drawn = plan.to_mermaid(&seen);
    assert!(drawn.contains("s0 -.-> s3\n"), "{drawn}");
    assert!(
        drawn.ends_with("linkStyle 5 stroke-width:3px,stroke:#1a7f37\n"),
        "{drawn}"
    );
    assert!(plan
        .to_dot(&seen)
        .contains("s0 -> s3 [style=dashed, color=\"#1a7f37\", penwidth=3];"));
}

#[test]
fn the_plan_as_dot() {
    let mut declared = declaration();
    declared.class_name = "Say \"hi\"".to_owned();
    declared.states[1].edges[0].label = Some("yes".to_owned());
    declared.interactions = vec![Interaction {
        name: "approve!".to_owned(),
        states: vec![Name::of("waiting")],
        block: Block::default(),
    }];
    let plan = Plan::new(declared);
    let expected = r#"digraph "Say \"hi\"" {
  rankdir=TB;
  node [fontname="Helvetica"];
  edge [fontname="Helvetica"];
  s0 [label="asked", shape=box];
  s1 [label="approved?", shape=diamond];
  s2 [label="waiting", shape=hexagon];
  s3 [label="done", shape=oval, peripheries=2];
  begin [label="", shape=circle, width=0.2];
  begin -> s0;
  s0 -> s1;
  s1 -> s3 [label="yes"];
  s1 -> s2;
  s2 -> s1;
  i0 [label="approve!", shape=note];
  i0 -> s2 [style=dashed, arrowhead=none];
}
"#;
    assert_eq!(plan.to_dot(&Seen::default()), expected);
    let drawn = plan.to_dot(&on_the_way());
    assert!(
        drawn.contains(r#"s2 [label="waiting\n(waiting)", shape=hexagon, style=filled"#),
        "{drawn}"
    );
    assert!(
        drawn.contains("s0 -> s1 [color=\"#1a7f37\", penwidth=3];"),
        "{drawn}"
    );
}

#[test]
fn blocks_get_dashed_lines_and_the_one_that_was_taken_is_marked() {
    let mut declared = payment(
        block(&["paid", "nowhere"], false),
        Some(block(&["late"], false)),
    );
    declared.states[0].edges[0].target = Name::of("paid");
    declared.states[0].block = block(&["late", "paid"], false);
    let plan = Plan::new(declared);
    let drawn = plan.to_mermaid(&Seen::default());
    let lines = "  s0 --> s1\n  s0 -.-> s2\n  s0 -.->|\"pay!\"| s1\n  s0 -.->|\"timeout\"| s2\n";
    assert!(drawn.ends_with(lines), "{drawn}");
    let taken = |to: &str, by: Option<&str>| {
        let by = by.map(str::to_owned);
        let asked = "asked".to_owned();
        let visited = vec![Stay { state: asked, by }, Stay::to(to)];
        let seen = Seen {
            visited,
            ..Seen::default()
        };
        let drawn = plan.to_mermaid(&seen);
        let at = drawn.find("linkStyle ").unwrap() + "linkStyle ".len();
        drawn[at..].chars().next().unwrap()
    };
    assert_eq!(taken("paid", None), '1');
    assert_eq!(taken("late", None), '2');
    assert_eq!(taken("paid", Some("pay!")), '3');
    assert_eq!(taken("late", Some("timeout")), '4');
    // A line of its own for what nothing in the plan says.
    assert_eq!(taken("late", Some("pay!")), '5');
}

#[test]
fn what_may_happen_anywhere_gets_a_note_with_arrows() {
    let mut declared = payment(block(&["paid"], false), None);
    declared.interactions[0].states.clear();
    let plan = Plan::new(declared);
    let drawn = plan.to_mermaid(&Seen::default());
    assert!(drawn.ends_with("  i0>\"pay!\"]\n  i0 -.-> s1\n"), "{drawn}");
    let drawn = plan.to_dot(&Seen::default());
    let note = "  i0 [label=\"pay!\", shape=note];\n  i0 -> s1 [style=dashed];\n}\n";
    assert!(drawn.ends_with(note), "{drawn}");
}

fn any_declaration() -> impl Strategy<Value = Declaration> {
    let name = || prop_oneof!["[a-d]", "[a-d]", ".{0,6}"];
    let edge = (name(), proptest::option::of(".{0,8}"));
    let edge = edge.prop_map(|(target, label)| Edge {
        target: Name::of(&target),
        label,
    });
    let after = (
        any::<i64>(),
        proptest::option::of(name()),
        proptest::option::of(name()),
    );
    let after = after.prop_map(|(us, since, target)| After {
        us,
        since,
        target: target.map(|name| Name::of(&name)),
    });
    let kinds = [Kind::Action, Kind::Decision, Kind::WaitUntil, Kind::Result];
    let block = (proptest::collection::vec(name(), 0..2), any::<bool>())
        .prop_map(|(targets, open)| {
            let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
            block(&targets, open)
        })
        .boxed();
    let state = (
        name(),
        proptest::sample::select(kinds.to_vec()),
        proptest::collection::vec(edge, 0..3),
        0..3_u32,
        proptest::collection::vec(after, 0..2),
        proptest::option::of(".{0,8}"),
        block.clone(),
    );
    let state = state.prop_map(
        |(name, kind, edges, conditions, afters, line, block)| State {
            name: Name::of(&name),
            kind,
            edges,
            block,
            conditions,
            afters,
            line,
        },
    );
    let interaction = (
        name(),
        proptest::collection::vec(name(), 0..2),
        block.clone(),
    );
    let interaction = interaction.prop_map(|(name, states, block)| Interaction {
        name,
        states: states.iter().map(|name| Name::of(name)).collect(),
        block,
    });
    let lists = (
        proptest::collection::vec(state, 0..6),
        proptest::collection::vec(interaction, 0..2),
        proptest::option::of(block),
    );
    (".{0,6}", name(), lists, proptest::option::of(any::<i64>())).prop_map(
        |(class_name, initial_state, (states, interactions, on_timeout), timeout_us)| Declaration {
            class_name,
            initial_state,
            states,
            interactions,
            on_timeout,
            settings: Settings {
                timeout_us,
                ..settings()
            },
        },
    )
}

proptest! {
    #[test]
    fn any_declaration_is_checked_and_drawn(declared in any_declaration(), path in proptest::collection::vec("[a-d]", 0..6), by in proptest::option::of("[a-d]")) {
        let plan = Plan::new(declared);
        let current = path.last().cloned();
        let visited = path.into_iter().map(|state| Stay { state, by: by.clone() }).collect();
        let seen = Seen { visited, current, status: Some(Status::Active) };
        let mermaid = plan.to_mermaid(&seen);
        prop_assert!(mermaid.starts_with("flowchart TD\n"));
        // A quote ends its label, so there are two a label, and two labels at most a line.
        prop_assert!(mermaid.lines().all(|line| line.matches('"').count() % 2 == 0));
        let dot = plan.to_dot(&seen);
        let is_closed = dot.ends_with("}\n");
        prop_assert!(is_closed, "{}", dot);
        // Only an error keeps a task from starting.
        prop_assert!(!plan.errors().is_empty() || plan.created(0, Status::Active).is_ok());
    }
}
