//! Whatever happens to a task, in whatever order: what `transition.rs` says always holds, and nothing panics.

mod support;

use active_data_flow_core::task::plan::{After, Declaration, Kind, Settings};
use active_data_flow_core::task::transition::{claimed, signalled, taken, Outcome};
use active_data_flow_core::task::{Life, Plan, Status};
use active_data_flow_core::{Error, Name};
use proptest::prelude::*;
use support::{declaration, settings, state, STATES};

/// The plan of the other tests, with a wait that is left by time only.
fn plan(settings: Settings) -> Plan {
    let mut declared = declaration();
    let mut reminder = state("reminder", Kind::WaitUntil, &[]);
    reminder.conditions = 0;
    reminder.afters = vec![After {
        us: 3,
        since: None,
        target: Some(Name::of("done")),
    }];
    declared.states.push(reminder);
    Plan::new(Declaration {
        settings,
        ..declared
    })
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let duration = || prop_oneof![0..100_i64, Just(i64::MAX), any::<i64>()];
    let maybe = || proptest::option::of(duration());
    (duration(), maybe(), maybe(), any::<bool>()).prop_map(
        |(delay_us, timeout_us, delete_after_us, first_wake_immediate)| Settings {
            delay_us,
            timeout_us,
            timeout_is_default: false,
            delete_after_us,
            first_wake_immediate,
            duration_words: true,
        },
    )
}

#[derive(Debug, Clone, Copy)]
enum Happening {
    Move(usize),
    Other(Outcome),
}

fn happening() -> impl Strategy<Value = Happening> {
    let moment = || prop_oneof![0..100_i64, any::<i64>()];
    prop_oneof![
        4 => (0..5_usize).prop_map(Happening::Move),
        2 => proptest::option::of(moment()).prop_map(|until_us| Happening::Other(Outcome::Slept { until_us })),
        2 => Just(Happening::Other(Outcome::Woken)),
        1 => Just(Happening::Other(Outcome::Completed)),
        1 => Just(Happening::Other(Outcome::Failed)),
        1 => moment().prop_map(|wait_us| Happening::Other(Outcome::RetryLater { wait_us })),
        2 => Just(Happening::Other(Outcome::Revived)),
    ]
}

fn outcome(plan: &Plan, happening: Happening) -> Outcome {
    match happening {
        Happening::Other(outcome) => outcome,
        Happening::Move(number) => {
            let name = STATES.get(number).copied().unwrap_or("reminder");
            plan.move_to(name.as_bytes()).unwrap()
        }
    }
}

/// What holds for a life by itself.
fn check(life: &Life, settings: &Settings) {
    let finished = life.status.is_finished();
    assert_eq!(
        life.completed_at_us.is_some(),
        life.status == Status::Completed
    );
    assert_eq!(life.failed_at_us.is_some(), life.status == Status::Failed);
    assert!(life.wake_at_us.is_none() || life.status == Status::Waiting);
    assert!(life.timeout_at_us.is_none() || !finished);
    assert!(life.delete_at_us.is_none() || finished);
    assert!(finished || life.timeout_at_us.is_some() == settings.timeout_us.is_some());
    if life.status == Status::Waiting && life.due_at_us().is_none() {
        assert_eq!(
            (life.state.as_str(), settings.timeout_us),
            ("reminder", None)
        );
    }
    assert!(life.due_at_us().is_none() || life.status == Status::Waiting);
}

/// What holds between a life and the one before it.
fn check_step(before: &Life, after: &Life, outcome: Outcome, now_us: i64) {
    let moved = matches!(outcome, Outcome::Moved { .. });
    let revived = outcome == Outcome::Revived;
    assert_eq!(after.created_at_us, before.created_at_us);
    assert_eq!(after.updated_at_us, now_us);
    assert_eq!(
        after.entered_at_us,
        if moved { now_us } else { before.entered_at_us }
    );
    assert_eq!(after.steps, before.steps + u32::from(moved));
    assert_eq!(
        after.attempts,
        match outcome {
            Outcome::RetryLater { .. } => before.attempts + 1,
            _ if moved || revived => 0,
            _ => before.attempts,
        }
    );
    if !moved {
        assert_eq!(after.state, before.state);
    }
    if !moved && !revived && !after.status.is_finished() {
        assert_eq!(after.timeout_at_us, before.timeout_at_us);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_transition_keeps_what_always_holds(
        settings in any_settings(),
        waiting: bool,
        start in prop_oneof![0..100_i64, any::<i64>()],
        steps in proptest::collection::vec((happening(), prop_oneof![0..100_i64, any::<i64>()]), 0..40),
    ) {
        let plan = plan(settings);
        let status = if waiting { Status::Waiting } else { Status::Active };
        let Ok(mut life) = plan.created(start, status) else { return Ok(()) };
        check(&life, &settings);
        for (happening, now_us) in steps {
            let outcome = outcome(&plan, happening);
            match plan.apply(&life, outcome, now_us) {
                Ok(after) => {
                    check(&after, &settings);
                    check_step(&life, &after, outcome, now_us);
                    life = after;
                }
                Err(Error::IllegalMove { status, .. }) => prop_assert_eq!(status, life.status.word()),
                Err(Error::TimeOutOfRange { .. }) => {}
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }
    }

    #[test]
    fn the_same_question_has_the_same_answer(happening in happening(), now_us: i64) {
        let plan = plan(settings());
        let life = plan.created(0, Status::Active).unwrap();
        let outcome = outcome(&plan, happening);
        prop_assert_eq!(plan.apply(&life, outcome, now_us), plan.apply(&life, outcome, now_us));
    }

    #[test]
    fn a_claim_is_a_wake_that_is_due(now_us: i64) {
        let plan = plan(settings());
        let life = plan.created(0, Status::Waiting).unwrap();
        let woken = plan.apply(&life, Outcome::Woken, now_us).unwrap();
        prop_assert_eq!(claimed(&life, now_us), (now_us >= 0).then_some(woken));
        prop_assert_eq!(taken(&life, now_us), Some(woken));
        prop_assert_eq!(claimed(&woken, now_us), None);
    }
}

#[test]
fn a_signal_makes_a_sleeper_due_and_leaves_others_alone() {
    let plan = plan(settings());
    let waiting = plan.created(5, Status::Waiting).unwrap();
    assert_eq!(signalled(&waiting, 9), Some(5));
    assert_eq!(signalled(&waiting, 3), Some(3));
    let sleeping_for_ever = Life {
        wake_at_us: None,
        ..waiting
    };
    assert_eq!(signalled(&sleeping_for_ever, 9), Some(9));
    let active = plan.created(5, Status::Active).unwrap();
    assert_eq!(signalled(&active, 3), None);
}

#[test]
fn a_wait_is_entered_as_the_class_says() {
    let enter = |settings: Settings, state: &str| {
        let plan = plan(settings);
        let life = plan.created(0, Status::Active).unwrap();
        plan.apply(&life, plan.move_to(state.as_bytes()).unwrap(), 100)
            .unwrap()
    };
    let delayed = enter(settings(), "waiting");
    assert_eq!(
        (delayed.status, delayed.wake_at_us, delayed.timeout_at_us),
        (Status::Waiting, Some(105), Some(109))
    );
    let at_once = enter(
        Settings {
            first_wake_immediate: true,
            ..settings()
        },
        "waiting",
    );
    assert_eq!(at_once.wake_at_us, Some(100));
    let by_time = enter(settings(), "reminder");
    assert_eq!(
        (by_time.status, by_time.wake_at_us),
        (Status::Waiting, None)
    );
    let immediate = enter(settings(), "approved?");
    assert_eq!(
        (immediate.status, immediate.wake_at_us),
        (Status::Active, None)
    );
}

#[test]
fn counters_stop_instead_of_wrapping() {
    let plan = plan(settings());
    let life = plan.created(0, Status::Active).unwrap();
    let full = Life {
        steps: u32::MAX,
        attempts: u32::MAX,
        ..life
    };
    let moved = plan.apply(&full, plan.move_to(b"done").unwrap(), 1);
    assert_eq!(moved, Err(Error::CounterOutOfRange("steps")));
    let retried = plan.apply(&full, Outcome::RetryLater { wait_us: 1 }, 1);
    assert_eq!(retried, Err(Error::CounterOutOfRange("attempts")));
}

#[test]
fn a_finished_task_says_why_it_stays() {
    let plan = plan(settings());
    let life = plan.created(0, Status::Active).unwrap();
    let completed = plan.apply(&life, Outcome::Completed, 1).unwrap();
    let refused = plan
        .apply(&completed, Outcome::Woken, 2)
        .unwrap_err()
        .to_string();
    assert_eq!(
        refused,
        "ApprovalTask is completed and cannot wake; a completed task does not move any more"
    );
    let failed = plan.apply(&life, Outcome::Failed, 1).unwrap();
    let refused = plan
        .apply(&failed, Outcome::Completed, 2)
        .unwrap_err()
        .to_string();
    assert_eq!(
        refused,
        "ApprovalTask is failed and cannot complete; retry! lets a failed task go on in its state"
    );
    let refused = plan
        .apply(&life, Outcome::Revived, 2)
        .unwrap_err()
        .to_string();
    assert_eq!(refused, "ApprovalTask is active and cannot be revived");
}
