//! Pace, counters, budgets, fingerprints and the moves of a run.

use active_data_flow_core::flow::counters::{Budget, Counters};
use active_data_flow_core::flow::fingerprint::{Change, Description, Fingerprint};
use active_data_flow_core::flow::pace;
use active_data_flow_core::flow::run::Status;
use active_data_flow_core::flow::Direction::{Asc, Desc};
use proptest::prelude::*;

/// Sizes of batches, when a sink takes `us` microseconds for a row and `fixed_us` for a transaction.
fn sizes(us: f64, fixed_us: u64, limit: u64, batches: usize) -> Vec<u64> {
    let mut sizes = vec![pace::first(limit)];
    for _ in 1..batches {
        let size = *sizes.last().unwrap();
        sizes.push(pace::next(
            size,
            size,
            fixed_us + (size as f64 * us) as u64,
            limit,
        ));
    }
    sizes
}

#[test]
fn a_fast_sink_has_large_batches_soon() {
    assert_eq!(sizes(2.0, 1_000, 10_000, 4), [1_000, 4_000, 10_000, 10_000]);
    let sizes = sizes(2.0, 1_000, 1_000_000, 12);
    assert!(sizes[4] > 30_000, "{sizes:?}");
    assert!(sizes.iter().all(|size| *size <= 60_000), "{sizes:?}");
}

#[test]
fn a_slow_sink_has_small_ones_soon() {
    let sizes = sizes(5_000.0, 0, 10_000, 5);
    assert_eq!(sizes, [1_000, 125, 20, 20, 20]);
}

#[test]
fn one_odd_batch_changes_little() {
    assert_eq!(pace::next(5_000, 5_000, 100_000, 10_000), 5_000);
    assert_eq!(pace::next(5_000, 5_000, 190_000, 10_000), 4_408);
    assert_eq!(pace::next(5_000, 5_000, 51_000, 10_000), 6_200);
    assert_eq!(pace::next(5_000, 5_000, 260_000, 10_000), 1_923);
    assert_eq!(pace::next(5_000, 5_000, 210_000, 10_000), 2_380);
    assert_eq!(pace::next(5_000, 100, 10, 10_000), 5_000);
    assert_eq!(pace::next(5_000, 0, 10, 10_000), 5_000);
}

#[test]
fn the_rate_is_learnt_from_all_batches() {
    let first = pace::learnt(None, 1_000, 100_000);
    assert_eq!(first, 10.0);
    assert_eq!(pace::learnt(Some(first), 2_000, 100_000), 12.0);
}

proptest! {
    #[test]
    fn a_batch_has_between_one_row_and_the_limit(size: u64, rows: u64, took_us: u64, limit: u64) {
        let next = pace::next(size, rows, took_us, limit);
        prop_assert!(next >= 1 && next <= limit.max(1));
    }

    #[test]
    fn a_steady_sink_gets_transactions_of_the_right_length(us in 0.5..50_000.0_f64, fixed_us in 0..20_000_u64) {
        let sizes = sizes(us, fixed_us, u64::MAX, 40);
        let took_us = |size: u64| fixed_us as f64 + size as f64 * us;
        // From the tenth on it stays: no swinging to and fro.
        for size in &sizes[10..] {
            prop_assert!((50_000.0..=200_000.0).contains(&took_us(*size)), "{:?}", sizes);
        }
    }

    #[test]
    fn rows_add_up_when_each_has_one_end(numbers in proptest::array::uniform6(0..1_u64 << 40), deleted: u64) {
        let [new, updated, unchanged, filtered, rejected, skipped] = numbers;
        let read = numbers.iter().sum();
        let counters = Counters { read, new, updated, unchanged, filtered, rejected, skipped, deleted };
        prop_assert_eq!(counters.adds_up(false), Ok(()));
        prop_assert_eq!(Counters::from_numbers(counters.numbers()), counters);
        prop_assert_eq!(counters.written(), new + updated);
        let lost = Counters { read: read + 1, ..counters };
        prop_assert!(lost.adds_up(false).is_err());
        let gone = Counters { read: read + deleted / 2, deleted: deleted / 2, ..counters };
        prop_assert_eq!((gone.adds_up(true), gone.adds_up(false).is_ok()), (Ok(()), deleted < 2));
        let twice = counters.plus(&Counters { deleted: 0, ..counters }).unwrap();
        prop_assert_eq!((twice.read, twice.deleted, twice.adds_up(false)), (2 * read, deleted, Ok(())));
    }

    #[test]
    fn a_share_that_is_just_used_up_is_kept(percent in 0..100_u64) {
        let budget = Budget::share(format!("0.{percent:02}").parse().unwrap()).unwrap();
        prop_assert!(!budget.is_exceeded(100, percent, false));
        prop_assert!(budget.is_exceeded(100, percent + 1, false));
    }
}

#[test]
fn rows_that_do_not_add_up_are_told_with_their_numbers() {
    let counters = Counters {
        read: 10,
        new: 3,
        updated: 2,
        unchanged: 1,
        filtered: 1,
        rejected: 1,
        skipped: 1,
        deleted: 9,
    };
    assert_eq!(
        counters.adds_up(false).unwrap_err().to_string(),
        "the rows do not add up: 10 read, but 3 new + 2 updated + 1 unchanged + 1 filtered + 1 rejected + 1 skipped = 9"
    );
    assert_eq!(
        counters.adds_up(true).unwrap_err().to_string(),
        "the rows do not add up: 10 read, but 3 new + 2 updated + 1 unchanged + 1 filtered + 1 rejected + 1 skipped + 9 deleted = 18"
    );
    let full = Counters {
        new: u64::MAX,
        updated: 1,
        ..Counters::default()
    };
    assert!(full.adds_up(false).is_err() && full.plus(&full).is_err());
    assert_eq!(full.written(), u64::MAX);
}

#[test]
fn a_budget_is_a_share_from_the_hundredth_row_on_or_a_number_of_rows() {
    let share = Budget::share(0.01).unwrap();
    assert!(!share.is_exceeded(99, 99, false) && share.is_exceeded(99, 99, true));
    assert!(!share.is_exceeded(100, 1, false) && share.is_exceeded(100, 2, false));
    assert_eq!(
        share.stops(100, 100, false).as_deref(),
        Some("Stopped: 100 of 100 rows put aside, budget 0.01.")
    );
    assert_eq!(share.stops(100, 1, false), None);
    assert!(!Budget::share(1.0).unwrap().is_exceeded(100, 100, true));
    assert!(
        Budget::share(0.0).unwrap().is_exceeded(100, 1, false)
            && !Budget::share(0.0).unwrap().is_exceeded(0, 0, true)
    );
    assert!(!Budget::Rows(3).is_exceeded(3, 3, false) && Budget::Rows(3).is_exceeded(4, 4, false));
    assert_eq!(
        Budget::Rows(3).stops(10, 4, false).as_deref(),
        Some("Stopped: 4 of 10 rows put aside, budget 3.")
    );
    for wrong in [-0.1, 1.5, f64::NAN] {
        assert!(Budget::share(wrong)
            .unwrap_err()
            .to_string()
            .contains("write 0.0 to 1.0, or an Integer"));
    }
}

#[test]
fn a_fingerprint_tells_another_source_from_other_steps() {
    let flow = Description {
        source: "orders",
        order: &[("id", Asc)],
        key: &["id"],
        steps: &["rename a b", "drop c"],
    };
    let own = Fingerprint::of(&flow);
    let change = |other: Description<'_>| own.change_to(&Fingerprint::of(&other));
    assert_eq!(change(flow.clone()), Change::None);
    assert_eq!(
        change(Description {
            steps: &["rename a b"],
            ..flow.clone()
        }),
        Change::Steps
    );
    assert_eq!(
        change(Description {
            steps: &["drop c", "rename a b"],
            ..flow.clone()
        }),
        Change::Steps
    );
    assert_eq!(
        change(Description {
            steps: &["rename a bdrop c"],
            ..flow.clone()
        }),
        Change::Steps
    );
    for other in [
        Description {
            source: "order",
            ..flow.clone()
        },
        Description {
            order: &[("id", Desc)],
            ..flow.clone()
        },
        Description {
            order: &[("id", Asc), ("at", Asc)],
            ..flow.clone()
        },
        Description {
            key: &[],
            ..flow.clone()
        },
        Description {
            key: &["i", "d"],
            ..flow.clone()
        },
        Description {
            source: "",
            steps: &[],
            ..flow.clone()
        },
    ] {
        assert_eq!(change(other), Change::Identity);
    }
}

#[test]
fn a_fingerprint_is_the_same_tomorrow_and_comes_back_from_its_text() {
    let flow = Description {
        source: "orders",
        order: &[("id", Asc)],
        key: &["id"],
        steps: &["drop c"],
    };
    let own = Fingerprint::of(&flow);
    assert_eq!(
        own.to_string(),
        "f1:95353462c71d771d2210accc9ce355e9:8bd07b997c8cf5b9666903620d673fd6"
    );
    assert_eq!(Fingerprint::read(&own.to_string()), Ok(own));
    for text in [
        "",
        "f1:1:2",
        "f2:00000000000000000000000000000000:00000000000000000000000000000000",
    ] {
        let refused = Fingerprint::read(text).unwrap_err().to_string();
        assert!(
            refused.contains("is no fingerprint of this version"),
            "{refused}"
        );
    }
}

#[test]
fn a_run_moves_by_the_table_and_by_nothing_else() {
    use Status::{Cancelled, Failed, InProgress, Pending, Success};
    let allowed = [
        (Pending, InProgress),
        (Pending, Cancelled),
        (InProgress, InProgress),
        (InProgress, Success),
        (InProgress, Failed),
        (InProgress, Cancelled),
        (Failed, Pending),
        (Failed, Cancelled),
    ];
    for from in Status::ALL {
        assert_eq!(Status::named(from.name()), Some(from));
        for to in Status::ALL {
            assert_eq!(
                from.moved(to).is_ok(),
                allowed.contains(&(from, to)),
                "{from:?} to {to:?}"
            );
        }
    }
    assert_eq!(Status::named("paused"), None);
    assert_eq!(
        Success.moved(Pending).unwrap_err().to_string(),
        "a run that is success cannot become pending; success is where it ends"
    );
    assert_eq!(
        Pending.moved(Success).unwrap_err().to_string(),
        "a run that is pending cannot become success; it may become in_progress or cancelled"
    );
}

#[test]
fn a_pause_is_shown_once_nobody_holds_the_run() {
    assert_eq!(Status::InProgress.shown(true, true), "in_progress");
    assert_eq!(Status::InProgress.shown(true, false), "paused");
    assert_eq!(Status::Pending.shown(true, false), "paused");
    assert_eq!(Status::Success.shown(true, false), "success");
    assert_eq!(Status::Pending.shown(false, false), "pending");
}
