//! One row that kills its worker is found and put aside, wherever it stands, and no other row with it.

use active_data_flow_core::flow::level::{
    after_claim, after_commit, remembered, rows_allowed, too_many, Deaths, Holder, Verdict,
    MOST_DEATHS_AN_HOUR,
};
use proptest::prelude::*;

const ROWS: u64 = 100_000;
const BATCH: u64 = 10_000;

/// A run row and its rows, of which some kill.
struct Run {
    poison: Vec<u64>,
    cursor: u64,
    state: Deaths,
    tried_rows: u64,
    tried_key: Option<u64>,
    tried: bool,
    has_token: bool,
    committed: bool,
    written: u64,
    rejected: Vec<u64>,
    kills: u32,
    counted: u32,
}

enum End {
    Finished,
    Killed,
    Released,
}

impl Run {
    fn new(poison: &[u64]) -> Self {
        Self {
            poison: poison.to_vec(),
            cursor: 0,
            state: Deaths::default(),
            tried_rows: 0,
            tried_key: None,
            tried: false,
            has_token: false,
            committed: false,
            written: 0,
            rejected: vec![],
            kills: 0,
            counted: 0,
        }
    }

    fn finish(&mut self) {
        self.finish_with_stops(&[u32::MAX]);
    }

    /// With workers that are stopped between two batches, after so many commits each; the last number repeats.
    fn finish_with_stops(&mut self, stops: &[u32]) {
        for worker in 0.. {
            let stop = stops
                .get(worker)
                .or(stops.last())
                .copied()
                .unwrap_or(u32::MAX);
            match self.worker(stop) {
                End::Finished => return,
                End::Killed => self.kills += 1,
                End::Released => self.has_token = false,
            }
            assert!(worker < 300_000, "it goes in circles: {:?}", self.state);
        }
    }

    /// The statements of P2, P3 and P6, in their order.
    fn worker(&mut self, stop_after: u32) -> End {
        let holder = Holder {
            has_token: self.has_token,
            leaving: false,
            committed: self.committed,
            is_claimant: false,
            tried: self.tried,
        };
        self.counted += u32::from(holder.is_dead(self.state.level));
        self.state.deaths = holder.deaths(self.state.deaths, self.state.level);
        (self.has_token, self.committed, self.tried) = (true, false, false);
        match after_claim(self.state, self.tried_rows, BATCH) {
            Verdict::Go(state) => self.state = state,
            Verdict::Reject(state) => {
                let key = self.tried_key.expect("a row was tried");
                assert_eq!(
                    key, self.cursor,
                    "the row that is put aside is the next one"
                );
                self.rejected.push(key);
                self.commit(state, 1);
            }
        }
        let mut commits = 0;
        while self.cursor < ROWS {
            if commits == stop_after {
                return End::Released;
            }
            commits += 1;
            let rows = rows_allowed(self.state, BATCH).min(ROWS - self.cursor);
            if self.state.level > 0 {
                (self.tried, self.tried_rows, self.tried_key) = (true, rows, Some(self.cursor));
            }
            let batch = self.cursor..self.cursor + rows;
            if self.poison.iter().any(|row| batch.contains(row)) {
                return End::Killed;
            }
            self.written += rows;
            self.commit(self.state, rows);
        }
        End::Finished
    }

    fn commit(&mut self, state: Deaths, rows: u64) {
        self.state = after_commit(state, rows);
        self.cursor += rows;
        self.committed = true;
    }
}

#[test]
fn one_poison_row_costs_about_six_counted_deaths_wherever_it_stands() {
    let mut most_kills = 0;
    // Each place in the first batch and in the last, and every 7th in between.
    let places = (0..BATCH)
        .chain((BATCH..ROWS - BATCH).step_by(7))
        .chain(ROWS - BATCH..ROWS);
    for place in places {
        let mut run = Run::new(&[place]);
        run.finish();
        assert_eq!(run.rejected, [place]);
        assert_eq!(run.written, ROWS - 1, "a healthy row was lost at {place}");
        assert_eq!(
            run.state.level, 0,
            "the level does not fall back after {place}"
        );
        assert_eq!(run.counted, 7, "at {place}");
        most_kills = most_kills.max(run.kills);
    }
    // A worker that commits before it dies shows only where the next one has to begin: at most one more at each level.
    assert_eq!(most_kills, 12);
    assert!((most_kills as usize) < MOST_DEATHS_AN_HOUR);
}

proptest! {
    #[test]
    fn several_poison_rows_are_all_found_and_no_other(mut poison in proptest::collection::btree_set(0..ROWS, 0..12)) {
        // Neighbours are the hardest: each is found among the suspects of the one before.
        if let Some(first) = poison.first().copied() {
            poison.insert((first + 1).min(ROWS - 1));
        }
        let poison: Vec<u64> = poison.into_iter().collect();
        let mut run = Run::new(&poison);
        run.finish();
        prop_assert_eq!(&run.rejected, &poison);
        prop_assert_eq!(run.written, ROWS - poison.len() as u64);
    }

    #[test]
    fn workers_that_are_stopped_in_between_change_nothing(
        place in 0..ROWS, stops in proptest::collection::vec(0..4_u32, 1..30),
    ) {
        let mut run = Run::new(&[place]);
        let stops: Vec<u32> = stops.into_iter().chain([u32::MAX]).collect();
        run.finish_with_stops(&stops);
        prop_assert_eq!(run.rejected, [place]);
        prop_assert_eq!(run.written, ROWS - 1);
    }

    #[test]
    fn no_batch_is_empty_or_larger_than_normal(level in 0..10_u8, suspect_left: u64, normal in 1..1_000_000_u64) {
        let rows = rows_allowed(Deaths { deaths: 0, level, suspect_left }, normal);
        prop_assert!((1..=normal).contains(&rows));
    }
}

#[test]
fn only_who_died_of_the_batch_is_a_death() {
    let dead = Holder {
        has_token: true,
        leaving: false,
        committed: false,
        is_claimant: false,
        tried: false,
    };
    assert_eq!(dead.deaths(1, 0), 2);
    assert_eq!(
        Holder {
            leaving: true,
            ..dead
        }
        .deaths(1, 0),
        0
    );
    assert_eq!(
        Holder {
            committed: true,
            ..dead
        }
        .deaths(1, 0),
        0
    );
    assert_eq!(
        Holder {
            is_claimant: true,
            ..dead
        }
        .deaths(1, 0),
        0
    );
    // Above level 0 it must have got as far as the batch: it may have died of something on the way there.
    assert_eq!(dead.deaths(1, 2), 0);
    assert_eq!(
        Holder {
            tried: true,
            ..dead
        }
        .deaths(1, 2),
        2
    );
    // A release keeps what is known.
    assert_eq!(
        Holder {
            has_token: false,
            ..dead
        }
        .deaths(1, 0),
        1
    );
}

#[test]
fn levels_follow_the_table() {
    let found = |deaths, level, suspect_left| Deaths {
        deaths,
        level,
        suspect_left,
    };
    assert_eq!(
        after_claim(found(1, 0, 0), 0, BATCH),
        Verdict::Go(found(1, 0, 0))
    );
    assert_eq!(
        after_claim(found(2, 0, 0), 0, BATCH),
        Verdict::Go(found(0, 1, BATCH))
    );
    assert_eq!(
        after_claim(found(1, 1, 700), 100, BATCH),
        Verdict::Go(found(0, 2, 100))
    );
    assert_eq!(
        after_claim(found(0, 1, 700), 100, BATCH),
        Verdict::Go(found(0, 1, 700))
    );
    assert_eq!(
        after_claim(found(1, 3, 10), 3, BATCH),
        Verdict::Go(found(0, 4, 3))
    );
    assert_eq!(
        after_claim(found(1, 4, 3), 1, BATCH),
        Verdict::Go(found(1, 4, 3))
    );
    assert_eq!(
        after_claim(found(2, 4, 3), 1, BATCH),
        Verdict::Reject(found(2, 4, 3))
    );
    let sizes: Vec<u64> = (0..6)
        .map(|level| rows_allowed(found(0, level, 5_000), BATCH))
        .collect();
    assert_eq!(sizes, [BATCH, 100, 10, 3, 1, 1]);
    assert_eq!(rows_allowed(found(0, 1, 7), BATCH), 7);
    assert_eq!(rows_allowed(found(0, 1, 700), 20), 20);
    assert_eq!(after_commit(found(1, 1, 700), 100), found(0, 1, 600));
    assert_eq!(after_commit(found(0, 1, 100), 100), found(0, 0, 0));
    assert_eq!(after_commit(found(0, 2, 3), 10), found(0, 0, 0));
}

#[test]
fn more_than_twenty_deaths_in_an_hour_stop_the_run() {
    const MINUTE_US: i64 = 60_000_000;
    let mut deaths = vec![];
    for minute in 0..20 {
        deaths = remembered(&deaths, minute * MINUTE_US);
        assert_eq!(too_many(&deaths, minute * MINUTE_US), None);
    }
    let many = remembered(&deaths, 59 * MINUTE_US);
    let sentence = too_many(&many, 59 * MINUTE_US).unwrap();
    assert!(
        sentence.starts_with("21 workers died of this run within an hour (20 are allowed)"),
        "{sentence}"
    );
    assert_eq!(
        too_many(&remembered(&deaths, 60 * MINUTE_US), 60 * MINUTE_US),
        None
    );
    // Slowly dying runs keep no more than what counts.
    let slowly = (0..1_000).fold(vec![], |deaths, hour| {
        remembered(&deaths, hour * 61 * MINUTE_US)
    });
    assert_eq!(slowly.len(), 1);
    assert_eq!(
        (0..1_000)
            .fold(vec![], |deaths, at| remembered(&deaths, at))
            .len(),
        21
    );
}
