//! What becomes of a run whose workers die: the batch that kills is tried in ever smaller pieces, until the one row is
//! found that does it. Only that row is put aside.
//!
//! | level | rows a batch | a claim that finds                | makes of it                                             |
//! |-------|--------------|-----------------------------------|---------------------------------------------------------|
//! | 0     | normal       | 2 deaths                          | level 1; the rows of a normal batch are suspects        |
//! | 1     | 100          | 1 death                           | level 2; the rows of the batch that died are suspects   |
//! | 2     | 10           | 1 death                           | level 3; the same                                       |
//! | 3     | 3            | 1 death                           | level 4; the same                                       |
//! | 4     | 1            | 2 deaths                          | the row that was tried is put aside                     |
//!
//! A worker that commits before it dies is no death: what kills is then further on, and the next claim begins there. So
//! a death is always one of the first batch after a claim, and that batch begins at the cursor. When all suspects are
//! committed the level is 0 again.

/// The levels, with the rows that a batch may have.
const SIZES: [u64; 4] = [100, 10, 3, 1];
/// The level of single rows.
pub const LAST: u8 = 4;
/// Deaths in one hour that a run survives. Each kills the other work of its process too.
pub const MOST_DEATHS_AN_HOUR: usize = 20;
const HOUR_US: i64 = 3_600_000_000;

/// What the run row knows of deaths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deaths {
    /// Since the last commit, and since the last change of the level.
    pub deaths: u32,
    /// 0 is normal.
    pub level: u8,
    /// How many rows from the cursor on are under suspicion.
    pub suspect_left: u64,
}

/// What a claim finds out about the worker before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// It neither released the run nor ended it.
    pub has_token: bool,
    /// It said that its process is about to end.
    pub leaving: bool,
    /// It has committed since its claim.
    pub committed: bool,
    /// It is the one that claims now.
    pub is_claimant: bool,
    /// It wrote down what it was about to try (`tries_fence` is its fence).
    pub tried: bool,
}

impl Holder {
    /// Whether it died of its batch, as far as can be known. One that was only slow takes this back when it returns.
    #[must_use]
    pub const fn is_dead(&self, level: u8) -> bool {
        self.has_token
            && !self.leaving
            && !self.committed
            && !self.is_claimant
            && (level == 0 || self.tried)
    }

    /// The run's deaths after the claim.
    #[must_use]
    pub const fn deaths(&self, before: u32, level: u8) -> u32 {
        if self.is_dead(level) {
            before.saturating_add(1)
        } else if self.has_token {
            0
        } else {
            before
        }
    }
}

/// What a worker does with the run that it has claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on with this.
    Go(Deaths),
    /// It puts the row aside whose key was tried, in a commit of its own, which counts as a commit of one row.
    Reject(Deaths),
}

/// What a claim's answer means. `tried_rows` is what the worker before was about to commit when the level was above 0,
/// `batch_size` the most that it can have had at level 0.
#[must_use]
pub fn after_claim(found: Deaths, tried_rows: u64, batch_size: u64) -> Verdict {
    let next = |level, suspects: u64| {
        Verdict::Go(Deaths {
            deaths: 0,
            level,
            suspect_left: suspects.max(1),
        })
    };
    match (found.level, found.deaths) {
        (0, 2..) => next(1, batch_size),
        (level @ 1..LAST, 1..) => next(level + 1, tried_rows),
        (LAST.., 2..) => Verdict::Reject(found),
        _ => Verdict::Go(found),
    }
}

/// What a commit of `rows` rows makes of it, a rejected one among them. The deaths are forgotten: were they kept, the
/// claim after a release would put the same row aside again.
#[must_use]
pub const fn after_commit(before: Deaths, rows: u64) -> Deaths {
    let suspects_left = before.suspect_left > rows;
    Deaths {
        deaths: 0,
        level: if suspects_left { before.level } else { 0 },
        suspect_left: before.suspect_left.saturating_sub(rows),
    }
}

/// How many rows the next batch may have: what the level allows, and no row beyond the suspects with them.
#[must_use]
pub fn rows_allowed(state: Deaths, normal: u64) -> u64 {
    let Some(place) = state.level.checked_sub(1) else {
        return normal;
    };
    let size = SIZES.get(usize::from(place)).copied().unwrap_or(1);
    size.min(normal).min(state.suspect_left.max(1)).max(1)
}

/// The moments of deaths that still count, the newest last, after one more. More are not kept than have to be counted.
#[must_use]
pub fn remembered(deaths_us: &[i64], now_us: i64) -> Vec<i64> {
    let since = now_us.saturating_sub(HOUR_US);
    let mut kept: Vec<i64> = deaths_us.iter().copied().filter(|at| *at > since).collect();
    kept.push(now_us);
    let surplus = kept.len().saturating_sub(MOST_DEATHS_AN_HOUR + 1);
    kept.drain(..surplus);
    kept
}

/// Why the run has to fail, when it died more often in the last hour than it may.
#[must_use]
pub fn too_many(deaths_us: &[i64], now_us: i64) -> Option<String> {
    let since = now_us.saturating_sub(HOUR_US);
    let count = deaths_us.iter().filter(|at| **at > since).count();
    (count > MOST_DEATHS_AN_HOUR).then(|| {
        format!(
            "{count} workers died of this run within an hour ({MOST_DEATHS_AN_HOUR} are allowed), and each took the other \
             work of its process with it. Look for what kills them (memory, a native library), then resume! the run."
        )
    })
}
