//! How a plan is drawn, and the path of a task on it; and that any declaration can be checked and drawn.

mod support;

use active_data_flow_core::task::plan::{
    After, Block, Declaration, Edge, Interaction, Kind, Settings, State,
};
use active_data_flow_core::task::{Plan, Seen, Status, Stay};
use active_data_flow_core::Name;
use proptest::prelude::*;
use support::{block_to, declaration, payment, settings, DAY_US};

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
        block_to(&["paid", "nowhere"], false),
        Some(block_to(&["late"], false)),
    );
    declared.states[0].edges[0].target = Name::of("paid");
    declared.states[0].block = block_to(&["late", "paid"], false);
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
    let mut declared = payment(block_to(&["paid"], false), None);
    declared.interactions[0].states.clear();
    let plan = Plan::new(declared);
    let drawn = plan.to_mermaid(&Seen::default());
    assert!(drawn.ends_with("  i0>\"pay!\"]\n  i0 -.-> s1\n"), "{drawn}");
    let drawn = plan.to_dot(&Seen::default());
    let note = "  i0 [label=\"pay!\", shape=note];\n  i0 -> s1 [style=dashed];\n}\n";
    assert!(drawn.ends_with(note), "{drawn}");
}

#[test]
fn the_block_of_retry_on_gets_a_note_with_arrows() {
    let mut declared = payment(block_to(&["paid"], false), None);
    declared.retry_on = Some(block_to(&["late"], false));
    let drawn = Plan::new(declared).to_mermaid(&Seen::default());
    assert!(
        drawn.ends_with("  i0>\"retry_on\"]\n  i0 -.-> s2\n"),
        "{drawn}"
    );
}

fn name() -> BoxedStrategy<String> {
    prop_oneof!["[a-d]", "[a-d]", ".{0,6}"].boxed()
}

fn any_block() -> BoxedStrategy<Block> {
    let block = (proptest::collection::vec(name(), 0..2), any::<bool>());
    let block = block.prop_map(|(targets, open)| {
        let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
        block_to(&targets, open)
    });
    block.boxed()
}

fn any_state() -> impl Strategy<Value = State> {
    let maybe = |text: &'static str| proptest::option::of(text);
    let edge = (name(), maybe(".{0,8}")).prop_map(|(target, label)| Edge {
        target: Name::of(&target),
        label,
    });
    let after = (any::<i64>(), maybe("[a-d]"), proptest::option::of(name()));
    let after = after.prop_map(|(us, since, target)| After {
        us,
        since,
        target: target.map(|name| Name::of(&name)),
    });
    let kinds = vec![Kind::Action, Kind::Decision, Kind::WaitUntil, Kind::Result];
    let ways = (
        proptest::collection::vec(edge, 0..3),
        proptest::collection::vec(after, 0..2),
    );
    let kind = (proptest::sample::select(kinds), 0..3_u32, maybe(".{0,8}"));
    (name(), kind, ways, any_block()).prop_map(
        |(name, (kind, conditions, line), (edges, afters), block)| State {
            name: Name::of(&name),
            kind,
            edges,
            block,
            conditions,
            afters,
            line,
        },
    )
}

fn any_interaction() -> impl Strategy<Value = Interaction> {
    let states = proptest::collection::vec(name(), 0..2);
    (name(), states, any_block()).prop_map(|(name, states, block)| Interaction {
        name,
        states: states.iter().map(|name| Name::of(name)).collect(),
        block,
    })
}

fn any_declaration() -> impl Strategy<Value = Declaration> {
    let lists = (
        proptest::collection::vec(any_state(), 0..6),
        proptest::collection::vec(any_interaction(), 0..2),
    );
    let ends = (
        proptest::option::of(any_block()),
        proptest::option::of(any_block()),
        proptest::option::of(any::<i64>()),
    );
    (".{0,6}", name(), lists, ends).prop_map(
        |(class_name, initial_state, (states, interactions), ends)| {
            let (on_timeout, retry_on, timeout_us) = ends;
            Declaration {
                class_name,
                initial_state,
                states,
                interactions,
                on_timeout,
                retry_on,
                settings: Settings {
                    timeout_us,
                    ..settings()
                },
            }
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
